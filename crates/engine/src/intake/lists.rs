//! The values of lists that terms name: as JSON has them, as they are typed, and as a file has them.

use referee_core::condition::Word;
use referee_core::list::Values;
use serde::{Deserialize, Serialize};

use super::terms::{Fault, Read, fault};
use crate::limits::{LIST_VALUES_MAX, TEXT_CHARS_MAX};

/// A list beside terms that are only tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenList {
    pub variable: String,
    pub values: Vec<String>,
}

pub fn values_written(it: &WrittenList, place: &str) -> Read<(Word, Values)> {
    let word = variable(&it.variable).map_err(|message| Fault { place: format!("{place}.variable"), message })?;
    Ok((word, values(&it.values, &format!("{place}.values"))?))
}

/// The variable of a list, by its name.
pub fn variable(name: &str) -> Result<Word, String> {
    let mut listed = Word::ALL.into_iter().filter(|it| it.has_lists());
    let names = || Word::ALL.into_iter().filter(|it| it.has_lists()).map(Word::name).collect::<Vec<_>>().join(", ");
    listed
        .find(|it| it.name() == name)
        .ok_or_else(|| format!("There are no lists of {name:?}. There are of {}.", names()))
}

/// Values as they were sent, one by one.
pub fn values<T: AsRef<str>>(sent: &[T], place: &str) -> Read<Values> {
    for (n, value) in sent.iter().enumerate() {
        check(value.as_ref()).or_else(|why| fault(format!("{place}[{n}]"), why))?;
    }
    counted(Values::of(sent)).or_else(|why| fault(place, why))
}

/// A value a line.
pub fn values_typed(text: &str) -> Result<Values, String> {
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    of_lines(lines)
}

/// The lines of a text file, or one column of a table: the one that is named like the variable, or the first.
pub fn values_of_file(bytes: &[u8], is_table: bool, word: Word) -> Result<Values, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes);
    let text =
        text.map_err(|_| "The file is not text in UTF-8. Save it as \"CSV UTF-8\" or as plain text.".to_owned())?;
    if !is_table {
        return values_typed(text);
    }
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [b';', b'\t'].into_iter().find(|it| first.contains(char::from(*it))).unwrap_or(b',');
    let mut table = csv::ReaderBuilder::new();
    let mut table = table.delimiter(separator).flexible(true).has_headers(false).from_reader(text.as_bytes());
    let mut rows = table.records().peekable();
    let is_name = |cell: &str| cell.trim().eq_ignore_ascii_case(word.name());
    let header = rows.peek().and_then(|row| row.as_ref().ok()?.iter().position(is_name));
    let column = header.unwrap_or(0);
    let cell = |row: csv::Result<csv::StringRecord>| match row {
        Ok(row) => Ok(row.get(column).unwrap_or_default().to_owned()),
        Err(error) => Err(format!("It can't be read as a table: {error}.")),
    };
    of_lines(rows.skip(usize::from(header.is_some())).map(cell))
}

fn of_lines(lines: impl Iterator<Item = Result<String, String>>) -> Result<Values, String> {
    let mut all = Vec::new();
    for (line, n) in lines.zip(1..) {
        let value = line?;
        check(&value).map_err(|why| format!("Value {n}: {why}"))?;
        all.push(value);
    }
    counted(Values::of(all))
}

fn check(value: &str) -> Result<(), String> {
    let value = value.trim();
    if value.chars().count() > TEXT_CHARS_MAX {
        return Err(format!("It is longer than {TEXT_CHARS_MAX} characters."));
    }
    if value.contains(char::is_control) {
        return Err("It holds a line break or another control character.".into());
    }
    Ok(())
}

fn counted(values: Values) -> Result<Values, String> {
    let count = values.count();
    if count > LIST_VALUES_MAX {
        return Err(format!(
            "A list has at most {LIST_VALUES_MAX} values, and these are {count}: split them into lists."
        ));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(values: Result<Values, String>) -> String {
        values.map_or_else(|why| why, |values| values.iter().collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn values_are_read_as_they_are_typed_or_uploaded() {
        assert_eq!(told(values_typed("Shoes, men\r\n\n  HATS \nhats")), "hats|shoes, men");
        let file = |text: &str, is_table| told(values_of_file(text.as_bytes(), is_table, Word::Sku));
        assert_eq!(file("\u{feff}b\na\n", false), "a|b");
        assert_eq!(file("a,1\nb,2\n", true), "a|b");
        assert_eq!(file("name;SKU\nBoots;A-1\n\"Hat; red\";A-2\n", true), "a-1|a-2");
        assert_eq!(file("\"Hat, red\",2\n", true), "hat, red");
        assert_eq!(file("", true), "");
        assert_eq!(file("a,\"b\nc", true), "a");
        let unread = values_of_file(b"\xff\xfe", false, Word::Sku);
        assert!(told(unread).starts_with("The file is not text in UTF-8"));
    }

    #[test]
    fn values_that_cant_be_are_named_with_their_place() {
        let long = "x".repeat(TEXT_CHARS_MAX + 1);
        assert_eq!(told(values_typed(&format!("a\n{long}"))), "Value 2: It is longer than 255 characters.");
        let many: Vec<String> = (0..=LIST_VALUES_MAX).map(|n| n.to_string()).collect();
        assert_eq!(
            told(values_typed(&many.join("\n"))),
            "A list has at most 10000 values, and these are 10001: split them into lists."
        );
        assert!(values(&many[1..], "values").is_ok());
        let fault = values(&["a", "b\nc"], "lists.Brands.values").unwrap_err();
        assert_eq!(fault.to_string(), "lists.Brands.values[1]: It holds a line break or another control character.");
        let message = variable("device").unwrap_err();
        assert!(
            message.starts_with("There are no lists of \"device\". There are of country, region, promo_code"),
            "{message}"
        );
    }
}
