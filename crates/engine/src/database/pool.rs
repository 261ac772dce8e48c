//! Connections that only ask, lent out one question at a time.

use std::sync::{Condvar, Mutex, MutexGuard};

use super::{Answer, Database, Row, Trouble, Value};
use crate::error::Result;

/// Makes a connection.
pub type Connect = Box<dyn Fn() -> Result<Box<dyn Database>> + Send + Sync>;

/// Connections at once: more would only wait for the same processors and disks.
const LENT_MAX: usize = 16;
/// Connections kept open between questions.
const IDLE_MAX: usize = 8;

pub struct Pool {
    connect: Connect,
    seats: Mutex<Seats>,
    freed: Condvar,
}

#[derive(Default)]
struct Seats {
    idle: Vec<Box<dyn Database>>,
    lent: usize,
}

impl Pool {
    /// Makes the first connection, so that trouble shows now.
    pub fn open(connect: Connect) -> Result<Pool> {
        let first = connect()?;
        let seats = Seats { idle: vec![first], lent: 0 };
        Ok(Pool { connect, seats: Mutex::new(seats), freed: Condvar::new() })
    }

    /// All rows of an answer.
    pub fn list<T>(&self, sql: &str, values: &[Value<'_>], read: impl Fn(&dyn Row) -> Result<T>) -> Answer<Vec<T>> {
        self.with(|database| super::list(database, sql, values, &read))
    }

    /// Lends a connection. One that failed is not lent again.
    pub fn with<T>(&self, ask: impl FnOnce(&mut dyn Database) -> Answer<T>) -> Answer<T> {
        let idle = self.take();
        let mut lent = Lent { pool: self, database: None };
        let mut database = match idle {
            Some(database) => database,
            None => (self.connect)()?,
        };
        let answer = ask(database.as_mut());
        if !matches!(answer, Err(Trouble::Away(_))) {
            lent.database = Some(database);
        }
        answer
    }

    /// A seat, with a connection if one is idle.
    fn take(&self) -> Option<Box<dyn Database>> {
        let mut seats = lock(&self.seats);
        while seats.lent >= LENT_MAX {
            seats = self.freed.wait(seats).unwrap_or_else(|poisoned| poisoned.into_inner());
        }
        seats.lent += 1;
        seats.idle.pop()
    }
}

/// Gives the seat back whatever happens, and the connection if it is sound.
struct Lent<'a> {
    pool: &'a Pool,
    database: Option<Box<dyn Database>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut seats = lock(&self.pool.seats);
        seats.lent -= 1;
        if seats.idle.len() < IDLE_MAX {
            seats.idle.extend(self.database.take());
        }
        self.pool.freed.notify_one();
    }
}

fn lock(seats: &Mutex<Seats>) -> MutexGuard<'_, Seats> {
    // A list and a count are whole between statements.
    seats.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
