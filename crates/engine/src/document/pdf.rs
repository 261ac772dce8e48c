//! A document as a PDF: on sheets of A4, in a font of the reader's, always the same bytes for the same document.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use referee_core::money::Money;
use referee_core::time::{DAY_MS, Day};

use super::font::Encoding;
use super::{Document, Side, TaxTreatment};
use crate::intake::amount::shown;
use crate::intake::day::day_text;

const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 56.0;
const RIGHT: f32 = WIDTH - MARGIN;
const BOTTOM: f32 = 70.0;
const MIDDLE: f32 = 310.0;
const SIZE: f32 = 10.0;
const LEADING: f32 = 14.0;
const PLAIN: Name<'static> = Name(b"F1");
const BOLD: Name<'static> = Name(b"F2");

/// The sheets as they are filled from top to bottom.
struct Sheets {
    full: Vec<Content>,
    open: Content,
    y: f32,
    encoding: Encoding,
}

pub fn write(document: &Document) -> Vec<u8> {
    let mut sheets =
        Sheets { full: Vec::new(), open: Content::new(), y: HEIGHT - MARGIN, encoding: Encoding::default() };
    head(&mut sheets, document);
    lines(&mut sheets, document);
    sums(&mut sheets, document);
    sheets.down(LEADING);
    for note in document.notes() {
        sheets.paragraph(&note, RIGHT - MARGIN);
    }
    sheets.finish(document)
}

fn head(sheets: &mut Sheets, document: &Document) {
    sheets.text(MARGIN, BOLD, 18.0, document.kind.title());
    sheets.right(RIGHT, BOLD, 12.0, &document.name);
    sheets.down(22.0);
    let issued =
        i32::try_from(document.issued_at().0.div_euclid(DAY_MS)).map(|day| day_text(Day(day))).unwrap_or_default();
    sheets.text(MARGIN, PLAIN, SIZE, &format!("Issued on {issued} for payment {}", document.payment));
    sheets.down(LEADING);
    let (first, last) = (day_text(Day(document.bill.first)), day_text(Day(document.bill.last)));
    sheets.text(MARGIN, PLAIN, SIZE, &format!("Period of service: {first} to {last}"));
    sheets.down(2.0 * LEADING);
    let top = sheets.y;
    side(sheets, MARGIN, "Supplier", &document.supplier);
    let below = sheets.y;
    sheets.y = top;
    side(sheets, MIDDLE, "Recipient", &document.recipient);
    sheets.y = sheets.y.min(below);
    sheets.down(2.0 * LEADING);
}

fn side(sheets: &mut Sheets, x: f32, title: &str, side: &Side) {
    sheets.text(x, BOLD, SIZE, title);
    let party = &side.party;
    let place = format!("{} {}", party.postcode, party.city);
    let vat_id = if side.vat_id.is_empty() { String::new() } else { format!("VAT id {}", side.vat_id) };
    let lines = [&party.name].into_iter().chain(&party.lines).chain([&place, &party.country, &vat_id]);
    for line in lines.filter(|line| !line.trim().is_empty()) {
        for part in sheets.wrapped(line.trim(), MIDDLE - MARGIN - 16.0) {
            sheets.down(LEADING);
            sheets.bytes(x, PLAIN, SIZE, &part);
        }
    }
}

fn lines(sheets: &mut Sheets, document: &Document) {
    sheets.text(MARGIN, BOLD, SIZE, "Service");
    sheets.right(RIGHT, BOLD, SIZE, "Net");
    sheets.rule();
    for line in &document.bill.lines {
        let parts = sheets.wrapped(&line.text, 360.0);
        for (i, part) in parts.iter().enumerate() {
            sheets.down(LEADING);
            sheets.bytes(MARGIN, PLAIN, SIZE, part);
            if i == 0 {
                sheets.right(RIGHT, PLAIN, SIZE, &shown(Money(line.net), document.bill.currency));
            }
        }
    }
    sheets.rule();
}

fn sums(sheets: &mut Sheets, document: &Document) {
    let currency = document.bill.currency;
    let mut row = |font, name: &str, amount: Money| {
        sheets.down(LEADING);
        sheets.text(MIDDLE, font, SIZE, name);
        sheets.right(RIGHT, font, SIZE, &shown(amount, currency));
    };
    row(PLAIN, "Net", document.net());
    if let TaxTreatment::Charged { rate_ppm } = document.treatment {
        row(PLAIN, &format!("VAT {}", super::per_cent(rate_ppm)), document.tax());
    }
    row(BOLD, "Total", document.total());
}

impl Sheets {
    fn down(&mut self, by: f32) {
        self.y -= by;
        if self.y < BOTTOM {
            self.full.push(std::mem::replace(&mut self.open, Content::new()));
            self.y = HEIGHT - MARGIN;
        }
    }

    fn text(&mut self, x: f32, font: Name<'_>, size: f32, text: &str) {
        let bytes = self.encoding.bytes(text);
        self.bytes(x, font, size, &bytes);
    }

    fn right(&mut self, x: f32, font: Name<'_>, size: f32, text: &str) {
        let bytes = self.encoding.bytes(text);
        let width = self.encoding.width_of(&bytes, size);
        self.bytes(x - width, font, size, &bytes);
    }

    fn bytes(&mut self, x: f32, font: Name<'_>, size: f32, bytes: &[u8]) {
        self.open.begin_text().set_font(font, size).next_line(x, self.y).show(Str(bytes)).end_text();
    }

    fn rule(&mut self) {
        let y = self.y - 5.0;
        self.open.set_line_width(0.5).move_to(MARGIN, y).line_to(RIGHT, y).stroke();
        self.down(4.0);
    }

    fn paragraph(&mut self, text: &str, width: f32) {
        for part in self.wrapped(text, width) {
            self.down(LEADING);
            self.bytes(MARGIN, PLAIN, SIZE, &part);
        }
    }

    /// A text in lines that are no wider than that; a word that is wider is cut.
    fn wrapped(&mut self, text: &str, width: f32) -> Vec<Vec<u8>> {
        let bytes = self.encoding.bytes(text);
        let mut lines: Vec<Vec<u8>> = vec![Vec::new()];
        for word in bytes.split(|byte| *byte == b' ').filter(|word| !word.is_empty()) {
            let mut line = lines.pop().unwrap_or_default();
            let blank: &[u8] = if line.is_empty() { b"" } else { b" " };
            if self.encoding.width_of(&[&line, blank, word].concat(), SIZE) <= width {
                line.extend_from_slice(&[blank, word].concat());
                lines.push(line);
                continue;
            }
            if !line.is_empty() {
                lines.push(line);
            }
            lines.extend(self.cut(word, width));
        }
        lines
    }

    fn cut(&self, word: &[u8], width: f32) -> Vec<Vec<u8>> {
        let mut parts = vec![Vec::new()];
        for byte in word {
            let mut part: Vec<u8> = parts.pop().unwrap_or_default();
            if self.encoding.width_of(&[&part[..], &[*byte]].concat(), SIZE) > width && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
            }
            part.push(*byte);
            parts.push(part);
        }
        parts
    }

    fn finish(mut self, document: &Document) -> Vec<u8> {
        self.full.push(std::mem::replace(&mut self.open, Content::new()));
        let count = self.full.len();
        let mut pdf = Pdf::new();
        let mut last = 0;
        let mut next = || {
            last += 1;
            Ref::new(last)
        };
        let (catalog, tree, info, plain, bold) = (next(), next(), next(), next(), next());
        let pages: Vec<(Ref, Ref)> = (0..count).map(|_| (next(), next())).collect();
        pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
        pdf.document_info(info).title(TextStr(&format!("{} {}", document.kind.title(), document.name)));
        pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(i32::try_from(count).unwrap_or(i32::MAX));
        let mut sheets = std::mem::take(&mut self.full);
        for (i, sheet) in sheets.iter_mut().enumerate() {
            let foot = self.encoding.bytes(&format!("{}, page {} of {count}", document.name, i + 1));
            sheet.begin_text().set_font(PLAIN, 8.0).next_line(MARGIN, 40.0).show(Str(&foot)).end_text();
        }
        for ((page_ref, content), sheet) in pages.iter().zip(sheets) {
            let mut page = pdf.page(*page_ref);
            page.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).parent(tree).contents(*content);
            page.resources().fonts().pair(PLAIN, plain).pair(BOLD, bold);
            page.finish();
            pdf.stream(*content, &sheet.finish());
        }
        for (font, name) in [(plain, "Helvetica"), (bold, "Helvetica-Bold")] {
            self.font(&mut pdf, font, name);
        }
        pdf.finish()
    }

    fn font(&self, pdf: &mut Pdf, id: Ref, name: &str) {
        let mut font = pdf.type1_font(id);
        font.base_font(Name(name.as_bytes()));
        let mut encoding = font.encoding_custom();
        encoding.base_encoding(Name(b"WinAnsiEncoding"));
        let glyphs = self.encoding.glyphs().iter().map(|name| Name(name.as_bytes()));
        encoding.differences().consecutive(Encoding::first(), glyphs);
    }
}
