//! The two databases, as the books and the settings speak with them: one text of a question for both, values and cells
//! of three kinds, one transaction at a time.

pub mod pool;
pub mod postgres;
pub mod sqlite;
pub mod trace;
mod value;

pub use pool::Pool;
pub use value::{Cell, Row, Value};

use crate::error::Error;

/// Why a database did not do what it was asked.
#[derive(Debug)]
pub enum Trouble {
    /// What was to be created is there already.
    Taken(String),
    /// The database is away, busy or full: the same question may succeed later.
    Away(String),
    /// What was found can't be read, or can't be asked so.
    Unread(Error),
}

impl Trouble {
    /// As the caller's error.
    pub fn doing(self, doing: &str) -> Error {
        match self {
            Trouble::Taken(cause) | Trouble::Away(cause) => Error::unavailable(doing, cause),
            Trouble::Unread(error) => error,
        }
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Trouble {
        Trouble::Unread(error)
    }
}

pub type Answer<T> = Result<T, Trouble>;

/// What is done with each row of an answer.
pub type EachRow<'a> = &'a mut dyn FnMut(&dyn Row) -> crate::error::Result<()>;

/// One connection. Text of statements names values as `?1`, and sets of them as `in rarray(?2)`.
pub trait Database: Send {
    /// Asks, and hands over every row of the answer.
    fn ask(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Answer<()>;

    /// Changes something; says how many rows.
    fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Answer<u64>;

    /// A statement of the form `insert into .. values (?1, ..) ..` for many rows, with no two rows of one key.
    fn write<'a>(&'a mut self, sql: &'a str) -> Answer<Box<dyn Write + 'a>>;

    /// Opens a transaction that writes.
    fn begin(&mut self) -> Answer<()>;

    /// Opens a transaction that sees one moment.
    fn begin_reading(&mut self) -> Answer<()>;

    fn commit(&mut self) -> Answer<()>;

    /// Undoes what was done since `begin`, if a transaction is open.
    fn roll_back(&mut self);

    /// Runs a script of several statements, such as a schema.
    fn run_script(&mut self, sql: &str) -> Answer<()>;

    /// Whether other processes may write what is here.
    fn is_shared(&self) -> bool;

    /// The text that this database needs, of two.
    fn choose(&self, sqlite: &'static str, postgres: &'static str) -> &'static str;
}

/// Takes rows for one statement.
pub trait Write {
    fn row(&mut self, values: &[Value<'_>]) -> Answer<()>;
    fn finish(self: Box<Self>) -> Answer<()>;
}

/// All rows of an answer, read by one function.
pub fn list<T>(
    database: &mut dyn Database,
    sql: &str,
    values: &[Value<'_>],
    read: impl Fn(&dyn Row) -> crate::error::Result<T>,
) -> Answer<Vec<T>> {
    let mut found = Vec::new();
    database.ask(sql, values, &mut |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// The last row of an answer, where there is one at most.
pub fn find<T>(
    database: &mut dyn Database,
    sql: &str,
    values: &[Value<'_>],
    read: impl Fn(&dyn Row) -> crate::error::Result<T>,
) -> Answer<Option<T>> {
    Ok(list(database, sql, values, read)?.pop())
}
