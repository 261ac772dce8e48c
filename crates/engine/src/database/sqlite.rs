//! SQLite: a file, opened by this process.

use std::path::Path;
use std::rc::Rc;

use rusqlite::types::{ToSqlOutput, Value as Owned, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::{Answer, Cell, Database, EachRow, Row, Trouble, Value, Write};
use crate::error::{Error, Result};

/// Statements kept prepared: more than one store has.
const STATEMENTS_MAX: usize = 128;

pub struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    /// Opens a file to read and write it, and makes it if there is none.
    pub fn open(path: &Path) -> Result<Sqlite> {
        Sqlite::with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE, "journal_mode = wal")
    }

    /// Opens a file that somebody else writes.
    pub fn open_read_only(path: &Path) -> Result<Sqlite> {
        Sqlite::with(path, OpenFlags::SQLITE_OPEN_READ_ONLY, "query_only = on")
    }

    fn with(path: &Path, flags: OpenFlags, pragma: &str) -> Result<Sqlite> {
        let failed = |error| Error::setup(format!("open {}", path.display()), error);
        // One thread at a time holds it, by its type: the library need not guard it again.
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        // What is deleted or moved is overwritten, so that erasure need not search old pages for it.
        let pragmas = format!(
            "pragma busy_timeout = 5000; pragma foreign_keys = on; pragma secure_delete = on; pragma {pragma};"
        );
        connection.execute_batch(&pragmas).map_err(failed)?;
        rusqlite::vtab::array::load_module(&connection).map_err(failed)?;
        Ok(Sqlite { connection })
    }

    /// The version its schema was made with; 0 for a new file.
    pub fn version(&self) -> Answer<i32> {
        self.connection.query_row("pragma user_version", [], |row| row.get(0)).map_err(trouble)
    }

    /// The library's own handle, for what only this database can do.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

fn trouble(error: rusqlite::Error) -> Trouble {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Trouble::Taken(error.to_string()),
        _ => Trouble::Away(error.to_string()),
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let array = |values: Vec<Owned>| ToSqlOutput::from_rc(Rc::new(values), c"rarray");
        Ok(match self {
            Value::Integer(number) => ToSqlOutput::Owned(number.map_or(Owned::Null, Owned::Integer)),
            Value::Text(text) => {
                ToSqlOutput::Borrowed(text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())))
            }
            Value::Blob(bytes) => ToSqlOutput::Borrowed(bytes.map_or(ValueRef::Null, ValueRef::Blob)),
            Value::Integers(numbers) => array(numbers.iter().copied().map(Owned::Integer).collect()),
            Value::Texts(texts) => array(texts.iter().map(|text| Owned::Text((*text).to_owned())).collect()),
            Value::Blobs(blobs) => array(blobs.iter().cloned().map(Owned::Blob).collect()),
        })
    }
}

impl Row for rusqlite::Row<'_> {
    fn columns(&self) -> usize {
        self.as_ref().column_count()
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        let unread = |error: &dyn std::fmt::Display| Error::corrupt("read a row", error);
        Ok(match self.get_ref(column).map_err(|error| unread(&error))? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Text(text) => Cell::Text(std::str::from_utf8(text).map_err(|error| unread(&error))?),
            ValueRef::Blob(bytes) => Cell::Blob(bytes),
            ValueRef::Real(_) => return Err(unread(&"it holds a broken number")),
        })
    }
}

impl Database for Sqlite {
    fn ask(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Answer<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(trouble)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(trouble)?;
        while let Some(row) = rows.next().map_err(trouble)? {
            each(row)?;
        }
        Ok(())
    }

    fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Answer<u64> {
        let mut statement = self.connection.prepare_cached(sql).map_err(trouble)?;
        statement.execute(params_from_iter(values)).map(|rows| rows as u64).map_err(trouble)
    }

    fn write<'a>(&'a mut self, sql: &'a str) -> Answer<Box<dyn Write + 'a>> {
        Ok(Box::new(Rows { statement: self.connection.prepare_cached(sql).map_err(trouble)? }))
    }

    fn begin(&mut self) -> Answer<()> {
        self.run_script("begin immediate")
    }

    fn begin_reading(&mut self) -> Answer<()> {
        self.run_script("begin")
    }

    fn commit(&mut self) -> Answer<()> {
        self.run_script("commit")
    }

    fn roll_back(&mut self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.connection.execute_batch("rollback")
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }

    fn run_script(&mut self, sql: &str) -> Answer<()> {
        self.connection.execute_batch(sql).map_err(trouble)
    }

    fn is_shared(&self) -> bool {
        false
    }

    fn choose(&self, sqlite: &'static str, _postgres: &'static str) -> &'static str {
        sqlite
    }
}

struct Rows<'a> {
    statement: CachedStatement<'a>,
}

impl Write for Rows<'_> {
    fn row(&mut self, values: &[Value<'_>]) -> Answer<()> {
        self.statement.execute(params_from_iter(values)).map(drop).map_err(trouble)
    }

    fn finish(self: Box<Self>) -> Answer<()> {
        Ok(())
    }
}
