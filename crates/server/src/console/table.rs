//! One kind of table for all lists: also as CSV, paged by cursor, its filter in the address.

use axum::response::{IntoResponse, Response};
use http::header;
use maud::{Markup, html};

/// Rows a list shows at once; an export takes up to a hundred times as many.
pub const PAGE_ROWS: u32 = 100;
pub const EXPORT_ROWS: u32 = 10_000;

pub struct Column {
    pub name: &'static str,
    pub numeric: bool,
    /// Left out on a phone.
    pub minor: bool,
}

pub const fn text(name: &'static str) -> Column {
    Column { name, numeric: false, minor: false }
}

pub const fn figure(name: &'static str) -> Column {
    Column { name, numeric: true, minor: false }
}

pub const fn minor(name: &'static str) -> Column {
    Column { name, numeric: false, minor: true }
}

pub const fn minor_figure(name: &'static str) -> Column {
    Column { name, numeric: true, minor: true }
}

/// What a cell shows, and what it exports.
pub struct Cell {
    pub shown: Markup,
    pub exported: String,
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

pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub fn html(&self) -> Markup {
        html! {
            section.card.scroll {
                table {
                    thead { tr { @for column in &self.columns { th scope="col" class=(class(column)) { (column.name) } } } }
                    tbody {
                        @for row in &self.rows {
                            tr { @for (column, cell) in self.columns.iter().zip(row) { td class=(class(column)) { (cell.shown) } } }
                        }
                    }
                }
            }
        }
    }

    /// As a file for a spreadsheet, which must not take a cell for a formula.
    pub fn csv(&self, name: &str) -> Response {
        let mut out = String::new();
        line(&mut out, self.columns.iter().map(|column| column.name));
        for row in &self.rows {
            line(&mut out, row.iter().map(|cell| cell.exported.as_str()));
        }
        let lines = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        ];
        (lines, out).into_response()
    }
}

fn class(column: &Column) -> &'static str {
    match (column.numeric, column.minor) {
        (true, true) => "num minor",
        (true, false) => "num",
        (false, true) => "minor",
        (false, false) => "",
    }
}

fn line<'a>(out: &mut String, cells: impl Iterator<Item = &'a str>) {
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
            @if let Some(next) = next { a.underlined href=(address(("before", &next))) { "Older" } }
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
}
