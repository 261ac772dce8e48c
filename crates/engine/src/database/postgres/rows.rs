//! Many rows in one statement: every column goes over as one array.

use postgres::Client;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use super::{Boxed, dialect, storable, trouble};
use crate::database::{Answer, Trouble, Value, Write};
use crate::error::Error;

/// Bytes sent at once: past this the rows so far go first.
const BYTES_MAX: usize = 8 << 20;

/// The rows of one statement, gathered by column.
pub struct Rows<'a> {
    client: &'a mut Client,
    sql: &'a str,
    columns: Vec<Column>,
}

impl<'a> Rows<'a> {
    pub fn new(client: &'a mut Client, sql: &'a str) -> Rows<'a> {
        Rows { client, sql, columns: Vec::new() }
    }

    fn send(&mut self) -> Answer<()> {
        if self.columns.first().is_none_or(|column| column.count == 0) {
            return Ok(());
        }
        let sql = many(self.sql, &self.columns)?;
        let values: Vec<(&(dyn ToSql + Sync), Type)> =
            self.columns.iter().map(|column| (column as _, column.array.clone())).collect();
        self.client.execute_typed(&sql, &values).map_err(trouble)?;
        self.columns.iter_mut().for_each(Column::clear);
        Ok(())
    }
}

/// `values (?1, ..)` of one row as the rows of as many arrays.
fn many(sql: &str, columns: &[Column]) -> Answer<String> {
    let shape = || Trouble::Unread(Error::corrupt("write rows", format!("{sql:?} is not of the form it must have")));
    let (head, rest) = sql.split_once("values (").ok_or_else(shape)?;
    let (_, tail) = rest.split_once(')').ok_or_else(shape)?;
    let arrays: Vec<String> =
        columns.iter().enumerate().map(|(i, column)| format!("${}::{}", i + 1, column.array_name())).collect();
    // Without `where`, `on conflict` would be read as a part of the join.
    Ok(format!("{head}select * from unnest({}) where true{}", arrays.join(", "), dialect(tail)))
}

impl Write for Rows<'_> {
    fn row(&mut self, values: &[Value<'_>]) -> Answer<()> {
        if self.columns.is_empty() {
            self.columns = values.iter().map(Column::of).collect::<Answer<_>>()?;
        }
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value)?;
        }
        match self.columns.iter().map(|column| column.elements.len()).sum::<usize>() {
            bytes if bytes > BYTES_MAX => self.send(),
            _ => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> Answer<()> {
        self.send()
    }
}

/// An array in the form it has on the wire.
#[derive(Debug)]
struct Column {
    element: Type,
    array: Type,
    count: i32,
    nulls: bool,
    elements: Vec<u8>,
}

impl Column {
    fn of(value: &Value<'_>) -> Answer<Column> {
        let (element, array) = match value {
            Value::Integer(_) => (Type::INT8, Type::INT8_ARRAY),
            Value::Text(_) => (Type::TEXT, Type::TEXT_ARRAY),
            Value::Blob(_) => (Type::BYTEA, Type::BYTEA_ARRAY),
            _ => return Err(mixed()),
        };
        Ok(Column { element, array, count: 0, nulls: false, elements: Vec::new() })
    }

    fn array_name(&self) -> &'static str {
        match self.array {
            Type::INT8_ARRAY => "bigint[]",
            Type::TEXT_ARRAY => "text[]",
            _ => "bytea[]",
        }
    }

    fn push(&mut self, value: &Value<'_>) -> Answer<()> {
        self.count += 1;
        match (value, &self.element) {
            (Value::Integer(number), &Type::INT8) => {
                self.element(number.map(i64::to_be_bytes).as_ref().map(|it| &it[..]))
            }
            (Value::Text(text), &Type::TEXT) => self.element(text.map(storable).as_deref().map(str::as_bytes)),
            (Value::Blob(bytes), &Type::BYTEA) => self.element(*bytes),
            _ => Err(mixed()),
        }
    }

    fn element(&mut self, bytes: Option<&[u8]>) -> Answer<()> {
        let Some(bytes) = bytes else {
            self.nulls = true;
            self.elements.extend_from_slice(&(-1_i32).to_be_bytes());
            return Ok(());
        };
        let length = i32::try_from(bytes.len()).map_err(|error| Error::corrupt("write a row", error))?;
        self.elements.extend_from_slice(&length.to_be_bytes());
        self.elements.extend_from_slice(bytes);
        Ok(())
    }

    fn clear(&mut self) {
        (self.count, self.nulls) = (0, false);
        self.elements.clear();
    }
}

fn mixed() -> Trouble {
    Trouble::Unread(Error::corrupt("write rows", "a column holds values of two kinds"))
}

impl ToSql for Column {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        let one_dimension = 1_i32;
        let from = 1_i32;
        for number in [one_dimension, i32::from(self.nulls), self.element.oid().cast_signed(), self.count, from] {
            out.extend_from_slice(&number.to_be_bytes());
        }
        out.extend_from_slice(&self.elements);
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_becomes_many() {
        let columns = [Value::from(1_u32), Value::from("x")].map(|value| Column::of(&value).unwrap());
        let sql = "insert into t (a, b)\nvalues (?1, ?2)\non conflict (a) do nothing;\n";
        assert_eq!(
            many(sql, &columns).unwrap(),
            "insert into t (a, b)\nselect * from unnest($1::bigint[], $2::text[]) where true\non conflict (a) do nothing;\n"
        );
    }
}
