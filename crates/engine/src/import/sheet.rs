//! A CSV file as spreadsheets write it: its separator, its header, its lines.

use crate::limits::{IMPORT_BYTES_MAX, IMPORT_CELL_CHARS_MAX, IMPORT_COLUMNS_MAX, IMPORT_LINES_MAX};

/// A header and the lines below it that hold something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub header: Vec<String>,
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As editors count them, from 1: the header is the first.
    pub line: u32,
    /// As many as the header has.
    pub cells: Vec<String>,
    /// It has more cells than the header, or fewer.
    pub misshapen: bool,
}

/// Why a file can't be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSheet {
    #[error("The file is empty. Its first line names the columns.")]
    Empty,
    #[error("The file has a header and no lines below it.")]
    NoLines,
    #[error("The file is larger than 5 MB. Split it and upload the parts one after the other.")]
    TooLarge,
    #[error("The file has more than 20,000 lines. Split it and upload the parts one after the other.")]
    TooManyLines,
    #[error("The file has more than 100 columns. Leave out those that say nothing of the change.")]
    TooManyColumns,
    #[error("The file is not text in UTF-8. Save it as \"CSV UTF-8\" and upload that.")]
    NotUtf8,
    #[error("Line {0} can't be read: a quoted field does not end, or a cell is longer than 1,000 characters.")]
    Unreadable(u32),
}

const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Reads a file. The separator is the one that the header has most of, outside of quotes.
pub fn read(bytes: &[u8]) -> Result<Sheet, BadSheet> {
    if bytes.len() > IMPORT_BYTES_MAX {
        return Err(BadSheet::TooLarge);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| BadSheet::NotUtf8)?;
    if text.contains('\0') {
        return Err(BadSheet::NotUtf8);
    }
    let start = text.find(|letter| !matches!(letter, '\n' | '\r')).ok_or(BadSheet::Empty)?;
    let separator = separator(&text[start..]);
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator).flexible(true).has_headers(false).from_reader(bytes);
    let mut records = reader.records();
    let header = match records.next() {
        None => return Err(BadSheet::Empty),
        Some(record) => cells(&record.map_err(|_| BadSheet::Unreadable(1))?, 1)?,
    };
    if header.len() > IMPORT_COLUMNS_MAX {
        return Err(BadSheet::TooManyColumns);
    }
    let (mut rows, mut place) = (Vec::new(), Place { bytes, at: 0, line: 1 });
    for record in records {
        let record = record.map_err(|error| BadSheet::Unreadable(place.line_at(error.position())))?;
        let line = place.line_at(record.position());
        let mut cells = cells(&record, line)?;
        if cells.iter().all(String::is_empty) {
            continue;
        }
        if rows.len() >= IMPORT_LINES_MAX {
            return Err(BadSheet::TooManyLines);
        }
        let misshapen = cells.len() != header.len();
        cells.resize(header.len(), String::new());
        rows.push(Row { line, cells, misshapen });
    }
    if rows.is_empty() { Err(BadSheet::NoLines) } else { Ok(Sheet { header, rows }) }
}

/// Counts lines as editors do. The reader tells where a record's blank lines begin, and not where it does itself.
struct Place<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u32,
}

impl Place<'_> {
    fn line_at(&mut self, position: Option<&csv::Position>) -> u32 {
        let begins = position.and_then(|it| usize::try_from(it.byte()).ok()).unwrap_or(self.at);
        while let Some(byte) = self.bytes.get(self.at) {
            let breaks = matches!(byte, b'\n' | b'\r');
            if self.at >= begins && !breaks {
                break;
            }
            // One break may be two characters.
            let ends = breaks && !(*byte == b'\r' && self.bytes.get(self.at + 1) == Some(&b'\n'));
            self.line += u32::from(ends);
            self.at += 1;
        }
        self.line
    }
}

fn cells(record: &csv::StringRecord, line: u32) -> Result<Vec<String>, BadSheet> {
    let long = |cell: &str| cell.chars().count() > IMPORT_CELL_CHARS_MAX;
    // What a quote that nobody closed swallowed is one endless cell.
    if record.iter().any(long) { Err(BadSheet::Unreadable(line)) } else { Ok(record.iter().map(trimmed).collect()) }
}

fn trimmed(cell: &str) -> String {
    cell.trim().to_owned()
}

fn separator(text: &str) -> u8 {
    let (mut counts, mut quoted) = ([0; SEPARATORS.len()], false);
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                SEPARATORS.iter().zip(&mut counts).filter(|(it, _)| **it == byte).for_each(|it| *it.1 += 1)
            }
            _ => {}
        }
    }
    let most = SEPARATORS.iter().zip(counts).rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| *separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        read(text.as_bytes()).unwrap().rows.into_iter().map(|row| (row.line, row.cells)).collect()
    }

    #[test]
    fn every_spreadsheet_is_read_alike() {
        let expected = vec![(2, vec!["A,1".to_owned(), "5".to_owned()]), (4, vec!["B\"2".to_owned(), String::new()])];
        for text in [
            "order,amount\n\"A,1\",5\n\n\"B\"\"2\",\n",
            "\u{feff}order;amount\r\nA,1;5\r\n;\r\n\"B\"\"2\"; \r\n",
            "order\tamount\nA,1\t5\n\t\n\"B\"\"2\"\t",
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
        assert_eq!(rows("only\nx"), [(2, vec!["x".to_owned()])]);
        assert_eq!(
            rows("a,b\n\"x\ny\",1\nz,2"),
            [(2, vec!["x\ny".to_owned(), "1".to_owned()]), (4, vec!["z".to_owned(), "2".to_owned()]),]
        );
    }

    #[test]
    fn lines_of_another_shape_are_named() {
        let sheet = read(b"a,b\n1\n1,2\n1,2,3").unwrap();
        assert_eq!(sheet.rows.iter().map(|row| row.misshapen).collect::<Vec<_>>(), [true, false, true]);
        assert!(sheet.rows.iter().all(|row| row.cells.len() == 2));
    }

    #[test]
    fn what_is_too_large_or_no_text_is_refused() {
        assert_eq!(read(b""), Err(BadSheet::Empty));
        assert_eq!(read(b"\n\r\n"), Err(BadSheet::Empty));
        assert_eq!(read(b"order,amount\n"), Err(BadSheet::NoLines));
        assert_eq!(read(b"order\n\xe9"), Err(BadSheet::NotUtf8));
        assert_eq!(read(b"o\0r\0"), Err(BadSheet::NotUtf8));
        assert_eq!(read(&vec![b'a'; IMPORT_BYTES_MAX + 1]), Err(BadSheet::TooLarge));
        assert_eq!(read(format!("a\n{}", "x\n".repeat(IMPORT_LINES_MAX + 1)).as_bytes()), Err(BadSheet::TooManyLines));
        assert_eq!(read(",".repeat(200).as_bytes()), Err(BadSheet::TooManyColumns));
        assert_eq!(read(format!("a\n\"{}", "x\n".repeat(2_000)).as_bytes()), Err(BadSheet::Unreadable(2)));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            _ = read(&bytes);
        }
    }
}
