//! What goes into a statement and what comes out of an answer: whole numbers, text and bytes, or nothing.

use crate::error::{Error, Result};

/// A value of a statement. Nothing still has its kind, since one of the databases asks for it.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    Integer(Option<i64>),
    Text(Option<&'a str>),
    Blob(Option<&'a [u8]>),
    Integers(Vec<i64>),
    Texts(Vec<&'a str>),
    Blobs(Vec<Vec<u8>>),
}

impl<'a> Value<'a> {
    pub fn integers(numbers: impl IntoIterator<Item = u64>) -> Value<'a> {
        Value::Integers(numbers.into_iter().map(u64::cast_signed).collect())
    }
}

macro_rules! integer {
    ($($kind:ty),*) => {$(
        impl From<$kind> for Value<'_> {
            fn from(number: $kind) -> Self {
                Value::Integer(Some(i64::from(number)))
            }
        }

        impl From<Option<$kind>> for Value<'_> {
            fn from(number: Option<$kind>) -> Self {
                Value::Integer(number.map(i64::from))
            }
        }
    )*};
}

integer!(bool, u8, u16, u32, i32, i64);

/// Ids and counters above a signed number's range keep their bits.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Value::Integer(Some(number.cast_signed()))
    }
}

impl From<Option<u64>> for Value<'_> {
    fn from(number: Option<u64>) -> Self {
        Value::Integer(number.map(u64::cast_signed))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Some(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Some(text))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        Value::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Blob(Some(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Blob(Some(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Blob(Some(bytes))
    }
}

/// One place of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// One row of an answer; columns count from 0, as the question names them.
pub trait Row {
    fn columns(&self) -> usize;
    fn cell(&self, column: usize) -> Result<Cell<'_>>;
}

/// A whole number that fits its place.
pub trait Number: Sized {
    fn of(number: i64) -> Option<Self>;
}

macro_rules! number {
    ($($kind:ty),*) => {$(
        impl Number for $kind {
            fn of(number: i64) -> Option<$kind> {
                number.try_into().ok()
            }
        }
    )*};
}

number!(u8, u16, u32, i32, i64);

impl Number for u64 {
    fn of(number: i64) -> Option<u64> {
        Some(number.cast_unsigned())
    }
}

impl Number for bool {
    fn of(number: i64) -> Option<bool> {
        Some(number != 0)
    }
}

impl dyn Row + '_ {
    pub fn number<T: Number>(&self, column: usize) -> Result<T> {
        self.some_number(column)?.ok_or_else(|| other(column, "a number", Cell::Null))
    }

    pub fn some_number<T: Number>(&self, column: usize) -> Result<Option<T>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Integer(number) => T::of(number).map(Some).ok_or_else(|| other(column, "a smaller number", number)),
            cell => Err(other(column, "a number", cell)),
        }
    }

    pub fn text(&self, column: usize) -> Result<&str> {
        self.some_text(column)?.ok_or_else(|| other(column, "a text", Cell::Null))
    }

    pub fn some_text(&self, column: usize) -> Result<Option<&str>> {
        match self.cell(column)? {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text)),
            cell => Err(other(column, "a text", cell)),
        }
    }

    pub fn blob(&self, column: usize) -> Result<&[u8]> {
        match self.cell(column)? {
            Cell::Blob(bytes) => Ok(bytes),
            cell => Err(other(column, "bytes", cell)),
        }
    }
}

fn other(column: usize, wanted: &str, found: impl std::fmt::Debug) -> Error {
    Error::corrupt(format!("read column {column} of a row"), format!("it holds {found:?}, not {wanted}"))
}

/// The values of a statement, each of its own kind.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::database::Value::from($value)),*]
    };
}
