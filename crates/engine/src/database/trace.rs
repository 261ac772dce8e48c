//! What a file may still hold of values that were replaced: in its write-ahead log, in free pages, between rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use rusqlite::Connection;

use crate::error::{Error, Result};

/// Read at once while a file is searched.
const CHUNK_BYTES: usize = 1 << 20;
/// How long readers may hold up the end of the write-ahead log.
const PATIENCE: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Bytes that must be found nowhere any more.
pub struct Traces {
    patterns: AhoCorasick,
    longest: usize,
}

impl Traces {
    pub fn of(values: &[Vec<u8>]) -> Result<Traces> {
        let patterns = AhoCorasick::new(values).map_err(|error| Error::corrupt("look for traces", error))?;
        Ok(Traces { patterns, longest: values.iter().map(Vec::len).max().unwrap_or_default() })
    }

    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.patterns.is_match(bytes)
    }

    /// Whether a file holds any; one that is not there holds none.
    pub fn are_in_file(&self, path: &Path) -> Result<bool> {
        let failed = |error| Error::unavailable(format!("search {}", path.display()), error);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed(error)),
        };
        let mut window: Vec<u8> = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let length = file.read(&mut chunk).map_err(failed)?;
            if length == 0 {
                return Ok(false);
            }
            // What begins at the end of one piece may end in the next.
            window.drain(..window.len().saturating_sub(self.longest));
            window.extend_from_slice(&chunk[..length]);
            if self.are_in(&window) {
                return Ok(true);
            }
        }
    }
}

/// Empties the write-ahead log of a SQLite file, and writes the file anew if it still holds traces. False: somebody reads
/// an old state of it just now.
pub fn scrub(connection: &Connection, path: &Path, traces: &Traces) -> Result<bool> {
    let failed = |error: rusqlite::Error| Error::unavailable(format!("clean {}", path.display()), error);
    if !empty_wal(connection).map_err(failed)? {
        return Ok(false);
    }
    if traces.longest == 0 || !traces.are_in_file(path)? {
        return Ok(true);
    }
    // Written row by row. What is found after this has come in again since.
    connection.execute_batch("vacuum").map_err(failed)?;
    empty_wal(connection).map_err(failed)
}

fn empty_wal(connection: &Connection) -> rusqlite::Result<bool> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let busy: bool = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
        if !busy {
            return Ok(true);
        }
        if Instant::now() >= deadline {
            return Ok(false);
        }
        std::thread::sleep(ASK_AGAIN);
    }
}
