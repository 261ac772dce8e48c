//! What a process does, so that a scaled installation can do each on as many hosts as it wants.

use serde::{Deserialize, Serialize};

/// What a process does, of what there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Takes clicks, visits and reports.
    Edge,
    /// Applies the log to the books.
    Machine,
    /// Answers people and programs: console, portal, API.
    Reader,
    /// Does what is done once for all: drops what has had its time.
    Courier,
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Edge, Role::Machine, Role::Reader, Role::Courier];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Edge => "edge",
            Role::Machine => "machine",
            Role::Reader => "reader",
            Role::Courier => "courier",
        }
    }
}
