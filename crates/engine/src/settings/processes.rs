//! Which processes of a scaled installation are alive. Times are the server's, since hosts' clocks differ.

use crate::database::{Row, Trouble, find, list};
use crate::error::{Error, Result};
use crate::role::Role;
use crate::values;

use super::{Settings, next_epoch};

/// A process not seen for longer is taken for dead: its partitions go to others, and its number may be taken.
pub const ALIVE_MS: i64 = 5_000;

/// A process that was seen lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub edge: u16,
    pub name: String,
    pub roles: Vec<Role>,
}

impl Settings {
    /// Takes an edge number for a new run, and says the run's number. Refused while another process holds it.
    pub fn enter(&self, process: &Process) -> Result<u32> {
        let Process { edge, name, roles } = process;
        let roles = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ");
        self.change("enter the list of processes", |db| {
            let sql = include_str!("../../sql/settings/process_find_alive.postgres.sql");
            let holder = find(db, sql, values![*edge, ALIVE_MS], |row| Ok(row.text(0)?.to_owned()))?;
            // The same name is the same host and folder, which one process at a time may hold.
            if let Some(holder) = holder.filter(|holder| holder != name) {
                return Err(Trouble::Unread(in_use(*edge, &holder)));
            }
            let epoch = next_epoch(db)?;
            let values = values![*edge, epoch, name, &roles];
            db.run(include_str!("../../sql/settings/process_enter.postgres.sql"), values)?;
            Ok(epoch)
        })
    }

    /// Says that a process is alive; false if another has taken its number.
    pub fn beat(&self, edge: u16, epoch: u32) -> Result<bool> {
        let sql = include_str!("../../sql/settings/process_beat.postgres.sql");
        self.ask("say that this process is alive", |db| db.run(sql, values![edge, epoch])).map(|rows| rows == 1)
    }

    /// Gives the number back.
    pub fn leave(&self, edge: u16, epoch: u32) -> Result<()> {
        let sql = include_str!("../../sql/settings/process_leave.postgres.sql");
        self.ask("leave the list of processes", |db| db.run(sql, values![edge, epoch])).map(drop)
    }

    pub fn alive(&self) -> Result<Vec<Process>> {
        let sql = include_str!("../../sql/settings/process_list_alive.postgres.sql");
        self.ask("list the processes", |db| list(db, sql, values![ALIVE_MS], process))
    }
}

fn process(row: &dyn Row) -> Result<Process> {
    let roles = row.text(2)?.split(' ').filter_map(|word| Role::ALL.into_iter().find(|role| role.as_str() == word));
    Ok(Process { edge: row.number(0)?, name: row.text(1)?.to_owned(), roles: roles.collect() })
}

fn in_use(edge: u16, holder: &str) -> Error {
    Error::setup(
        format!("take edge number {edge}"),
        format!("{holder} uses it: give this process another `edge`, or stop that one and wait some seconds"),
    )
}
