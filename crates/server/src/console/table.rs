//! One kind of table for all lists: also as CSV, paged by cursor, its filter in the address.

use axum::response::{IntoResponse, Response};
use http::header;
use maud::{Markup, html};
use referee_core::money::{Currency, Money};
use referee_core::time::{Timestamp, Zone};
use referee_engine::intake::amount::decimal;

use super::format;

/// Rows a list shows at once; an export takes up to a hundred times as many.
pub const PAGE_ROWS: u32 = 100;
pub const EXPORT_ROWS: u32 = 10_000;

/// Where a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Everywhere,
    /// Left out on a phone.
    Minor,
    /// Only in the file.
    File,
    /// Only on the screen, such as a button.
    Screen,
}

pub struct Column {
    name: &'static str,
    numeric: bool,
    place: Place,
}

pub const fn text(name: &'static str) -> Column {
    Column { name, numeric: false, place: Place::Everywhere }
}

pub const fn figure(name: &'static str) -> Column {
    Column { name, numeric: true, place: Place::Everywhere }
}

pub const fn minor(name: &'static str) -> Column {
    Column { name, numeric: false, place: Place::Minor }
}

pub const fn minor_figure(name: &'static str) -> Column {
    Column { name, numeric: true, place: Place::Minor }
}

/// What a spreadsheet needs and a reader sees anyway, such as the currency beside an amount.
pub const fn file_only(name: &'static str) -> Column {
    Column { name, numeric: false, place: Place::File }
}

/// What can be done to a row.
pub const fn buttons() -> Column {
    Column { name: "", numeric: false, place: Place::Screen }
}

/// What a cell shows, and what it exports.
pub struct Cell {
    shown: Markup,
    exported: String,
}

impl Cell {
    pub fn shown(&self) -> &Markup {
        &self.shown
    }

    /// With more to read, which the file leaves out.
    pub fn with(self, more: Markup) -> Cell {
        Cell { shown: html! { (self.shown) (more) }, ..self }
    }
}

pub fn cell(text: impl Into<String>) -> Cell {
    let exported = text.into();
    Cell { shown: html! { (exported) }, exported }
}

pub fn link_cell(address: &str, text: impl Into<String>) -> Cell {
    let exported = text.into();
    Cell { shown: html! { a.underlined href=(address) { (exported) } }, exported }
}

pub fn shown_cell(shown: Markup, exported: impl Into<String>) -> Cell {
    Cell { shown, exported: exported.into() }
}

/// `1,234` to read, `1234` to reckon with.
pub fn number_cell(number: i64) -> Cell {
    shown_cell(html! { (format::number(number)) }, number.to_string())
}

/// `€1,234.50` to read, `1234.50` to reckon with; the currency has a column of its own in the file.
pub fn money_cell(amount: Money, currency: Currency) -> Cell {
    shown_cell(html! { (format::money(amount, currency)) }, decimal(amount, currency))
}

/// In the program's zone to read; in UTC, as all interfaces write it, in the file.
pub fn time_cell(at: Timestamp, zone: &Zone) -> Cell {
    shown_cell(html! { span.time { (format::date_time(at, zone)) } }, format::utc(at))
}

/// A day to read.
pub fn date_cell(at: Timestamp, zone: &Zone) -> Cell {
    shown_cell(html! { span.time { (format::date(at, zone)) } }, format::utc(at))
}

pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// Leaves a column out, such as the partner's where only one partner is seen.
    pub fn without(mut self, name: Option<&str>) -> Table {
        if let Some(place) = self.columns.iter().position(|column| Some(column.name) == name) {
            self.columns.remove(place);
            self.rows.iter_mut().for_each(|row| _ = row.remove(place));
        }
        self
    }

    /// In a card of its own.
    pub fn html(&self) -> Markup {
        html! { section.card.scroll { (self.table()) } }
    }

    /// Inside a card that has more to say.
    pub fn bare(&self) -> Markup {
        html! { div.scroll { (self.table()) } }
    }

    fn table(&self) -> Markup {
        let shown = |column: &Column| column.place != Place::File;
        html! {
            table {
                thead { tr { @for column in self.columns.iter().filter(|it| shown(it)) {
                    th scope="col" class=[class(column)] {
                        @if column.place == Place::Screen { span.unseen { "What can be done" } } @else { (column.name) }
                    }
                } } }
                tbody {
                    @for row in &self.rows {
                        tr { @for (column, cell) in self.columns.iter().zip(row).filter(|(it, _)| shown(it)) {
                            td class=[class(column)] { (cell.shown) }
                        } }
                    }
                }
            }
        }
    }

    /// As a file for a spreadsheet, which must not take a cell for a formula.
    pub fn csv(&self, name: &str) -> Response {
        let kept = |column: &Column| column.place != Place::Screen;
        let mut out = String::new();
        line(&mut out, self.columns.iter().filter(|it| kept(it)).map(|column| column.name));
        for row in &self.rows {
            let cells = self.columns.iter().zip(row).filter(|(it, _)| kept(it));
            line(&mut out, cells.map(|(_, cell)| cell.exported.as_str()));
        }
        attachment(name, out)
    }
}

/// A file of lines for a spreadsheet.
pub fn attachment(name: &str, lines: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
    ];
    (headers, lines).into_response()
}

fn class(column: &Column) -> Option<&'static str> {
    match (column.numeric, column.place) {
        (true, Place::Minor) => Some("num minor"),
        (true, _) => Some("num"),
        (false, Place::Minor) => Some("minor"),
        (false, Place::Screen) => Some("buttons"),
        (false, _) => None,
    }
}

/// One line of such a file.
pub fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
    let cells: Vec<String> = cells.map(csv_cell).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

fn csv_cell(text: &str) -> String {
    let plain_number = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !plain_number;
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Below a list: its export, and the way to older rows.
pub fn foot(path: &str, query: &[(&str, String)], next: Option<String>) -> Markup {
    let address = |extra: (&str, &str)| {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
        pairs.append_pair(extra.0, extra.1);
        format!("{path}?{}", pairs.finish())
    };
    html! {
        p.foot {
            a.underlined href=(address(("format", "csv"))) { "Export CSV" }
            @if let Some(next) = next {
                span.muted { "The file holds up to " (format::number(i64::from(EXPORT_ROWS))) " rows, the newest." }
                a.underlined href=(address(("before", &next))) { "Older" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("@x", "'@x"),
            ("-5.00", "-5.00"),
            ("-cmd", "'-cmd"),
            ("a,\"b\"", "\"a,\"\"b\"\"\""),
            ("plain", "plain"),
        ] {
            assert_eq!(csv_cell(text), expected);
        }
    }

    #[test]
    fn cells_are_escaped() {
        let table = Table { columns: vec![text("Order")], rows: vec![vec![cell("<script>")]] };
        assert!(table.html().into_string().contains("&lt;script&gt;"));
    }

    #[test]
    fn a_file_has_figures_to_reckon_with() {
        let columns = vec![text("Order"), figure("Amount"), file_only("Currency"), buttons()];
        let eur = Currency(*b"EUR");
        let row =
            vec![cell("A"), money_cell(Money(1_234_500_000), eur), cell("EUR"), shown_cell(html! { "Reverse" }, "")];
        let table = Table { columns, rows: vec![row] };
        let shown = table.html().into_string();
        assert!(shown.contains("€1,234.50") && shown.contains("Reverse") && !shown.contains("Currency"), "{shown}");
        let file = table.csv("orders");
        assert_eq!(file.headers()["content-disposition"], "attachment; filename=\"orders.csv\"");
    }
}
