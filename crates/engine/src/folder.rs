//! The data folder, held by the process that works in it: no other may take the same edge number there.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::error::{Error, Result};

const PREFIX: &str = "edge-";
const SUFFIX: &str = ".lock";

/// Lets go of the folder when it goes, also when the process is killed.
pub struct Held {
    _file: File,
}

/// Holds a folder for one edge number. Refused while another process does.
pub fn hold(folder: &Path, edge: u16) -> Result<Held> {
    let doing = || format!("hold the folder {}", folder.display());
    let path = folder.join(format!("{PREFIX}{edge}{SUFFIX}"));
    let file = File::create(&path).map_err(|error| Error::setup(doing(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Held { _file: file }),
        Err(TryLockError::WouldBlock) => {
            let cause = format!("another process is edge {edge} there: stop it, or give this one another folder");
            Err(Error::setup(doing(), cause))
        }
        Err(TryLockError::Error(error)) => Err(Error::setup(doing(), error)),
    }
}

/// Whether some process works in a folder.
pub fn is_held(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let locks = entries.filter(|it| {
        let name = it.file_name();
        let name = name.to_string_lossy();
        name.starts_with(PREFIX) && name.ends_with(SUFFIX)
    });
    locks
        .filter_map(|it| File::open(it.path()).ok())
        .any(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_is_an_edge_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let held = hold(folder.path(), 1).unwrap();
        assert!(is_held(folder.path()) && hold(folder.path(), 1).is_err());
        let other = hold(folder.path(), 2).unwrap();
        drop(held);
        assert!(is_held(folder.path()));
        drop(other);
        assert!(!is_held(folder.path()) && hold(folder.path(), 1).is_ok());
    }
}
