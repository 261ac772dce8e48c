//! Comma-separated values: written so that no spreadsheet takes a cell for a formula, and read as people save them.

/// Adds a line.
pub fn write_line<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    let cells: Vec<String> = cells.into_iter().map(cell).collect();
    out.push_str(&cells.join(","));
    out.push_str("\r\n");
}

fn cell(text: &str) -> String {
    let number = text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !number;
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    let quoted = text.contains(['"', ',', ';', '\n', '\r']);
    if quoted { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A line of a file with its number, which counts from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: usize,
    pub cells: Vec<String>,
}

/// All lines that are not empty; or the number of the line in which a quote is not closed or something follows it.
pub fn read(text: &str) -> Result<Vec<Line>, usize> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    // Spreadsheets of countries that write a decimal comma separate by semicolons.
    let separator = if first.contains(';') && !first.contains(',') { ';' } else { ',' };
    let mut reader =
        Reader { separator, lines: Vec::new(), cells: Vec::new(), cell: String::new(), number: 1, begun: 1 };
    reader.read(text)?;
    Ok(reader.lines)
}

struct Reader {
    separator: char,
    lines: Vec<Line>,
    cells: Vec<String>,
    cell: String,
    number: usize,
    /// The line in which the present one began: a quoted cell may hold ends of lines.
    begun: usize,
}

impl Reader {
    fn read(&mut self, text: &str) -> Result<(), usize> {
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if self.cell.is_empty() => {
                    self.quoted(&mut letters)?;
                    if letters.peek().is_some_and(|next| *next != self.separator && !matches!(next, '\r' | '\n')) {
                        return Err(self.number);
                    }
                }
                '\r' if letters.peek() == Some(&'\n') => {}
                '\n' => self.end_line(),
                letter if letter == self.separator => self.end_cell(),
                letter => self.cell.push(letter),
            }
        }
        self.end_line();
        Ok(())
    }

    fn quoted(&mut self, letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<(), usize> {
        while let Some(letter) = letters.next() {
            match letter {
                '"' if letters.peek() == Some(&'"') => self.cell.extend(letters.next()),
                '"' => return Ok(()),
                letter => {
                    self.number += usize::from(letter == '\n');
                    self.cell.push(letter);
                }
            }
        }
        Err(self.begun)
    }

    fn end_cell(&mut self) {
        self.cells.push(std::mem::take(&mut self.cell));
    }

    fn end_line(&mut self) {
        self.end_cell();
        let cells = std::mem::take(&mut self.cells);
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            self.lines.push(Line { number: self.begun, cells });
        }
        self.number += 1;
        self.begun = self.number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).unwrap().into_iter().map(|line| (line.number, line.cells)).collect()
    }

    #[test]
    fn what_is_written_reads_back() {
        let written = ["plain", "a,b", "say \"no\"", "two\nlines", "a;b", ""];
        let mut out = String::new();
        write_line(&mut out, written);
        assert_eq!(cells(&out), [(1, written.map(str::to_owned).to_vec())]);
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        let mut out = String::new();
        write_line(&mut out, ["=1+1", "@x", "+1", "-cmd", "-5.00", "\tx"]);
        assert_eq!(out, "'=1+1,'@x,'+1,'-cmd,-5.00,'\tx\r\n");
    }

    #[test]
    fn files_are_read_as_people_save_them() {
        let two = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(
            cells("\u{feff}a;b\n\n1;\"x,\ny\"\n2;z"),
            [(1, two("a", "b")), (3, two("1", "x,\ny")), (5, two("2", "z"))]
        );
        assert_eq!((read("a,b\n1,\"x"), read("a,b\n1,\"x\"y\n")), (Err(2), Err(2)));
        assert_eq!(read(""), Ok(vec![]));
    }
}
