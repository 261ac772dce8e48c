//! Rebuilds the books beside the live ones from the log alone, and compares the two byte for byte.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::books::sql::{DumpSource, SqlBooks, dump};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::database::sqlite::Sqlite;
use crate::error::{Error, Result};
use crate::log::Places;
use crate::machine::{Machine, Tell};
use crate::stores::{Stores, assignment_of};

/// What a replay found.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    pub records: u64,
    /// The first line in which the two differ: live, then rebuilt. None: they agree.
    pub difference: Option<(String, String)>,
}

/// Rebuilds to where the live books stand, compares, and leaves nothing behind.
pub fn check(config: &Config) -> Result<Report> {
    let stores = Stores::open(config, &SystemClock)?;
    let scratch = Scratch::new(&config.data)?;
    let live = scratch.path.join("live.dump");
    // One picture of the live books: the position and the rows are of the same moment.
    let until = stores.dump(&live)?;
    let rebuilt_books = scratch.path.join("books.db");
    let records = rebuild(&stores, &rebuilt_books, &until)?;
    let rebuilt = scratch.path.join("rebuilt.dump");
    dump(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(&rebuilt_books)?))], &rebuilt)?;
    Ok(Report { records, difference: first_difference(&live, &rebuilt)? })
}

/// Applies the log up to some positions to new books in a file, whichever engine keeps the live ones.
pub fn rebuild(stores: &Stores, books: &Path, until: &Places) -> Result<u64> {
    let books = Box::new(SqlBooks::open_file(books)?);
    let mut machine =
        Machine::new(stores.log.clone(), books, Tell::nobody(), Arc::default()).with_erasures(stores.settings.clone());
    machine.assign(&assignment_of(&stores.settings)?)?;
    machine.catch_up(until, &mut |_| {})
}

/// The first line in which two files differ, if one does: of the first, and of the second.
pub fn first_difference(a: &Path, b: &Path) -> Result<Option<(String, String)>> {
    let open = |path: &Path| {
        let file = std::fs::File::open(path).map_err(|error| Error::unavailable("read a dump", error))?;
        Ok::<_, Error>(BufReader::new(file).lines())
    };
    let (mut a, mut b) = (open(a)?, open(b)?);
    loop {
        let line = |next: Option<std::io::Result<String>>| {
            next.transpose().map_err(|error| Error::unavailable("read a dump", error))
        };
        match (line(a.next())?, line(b.next())?) {
            (None, None) => return Ok(None),
            (a, b) if a == b => {}
            (a, b) => {
                let end = || "(nothing more)".to_owned();
                return Ok(Some((a.unwrap_or_else(end), b.unwrap_or_else(end))));
            }
        }
    }
}

/// A folder that goes away with its owner.
pub struct Scratch {
    pub path: PathBuf,
}

impl Scratch {
    pub fn new(folder: &Path) -> Result<Scratch> {
        let path = folder.join(format!("replay-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| Error::setup("make a folder for the replay", error))?;
        Ok(Scratch { path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What can't be removed is only in the way, and named so that it can be.
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            tracing::warn!(path = %self.path.display(), %error, "the replay's folder could not be removed");
        }
    }
}
