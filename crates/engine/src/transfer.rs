//! Everything of one installation in the stores of another: to move to other engines and back, to back up and restore.
//!
//! Settings and log are copied, the books are rebuilt from the log. What was copied before is not copied again, so a
//! transfer that was cut off goes on where it was.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use referee_core::money::{Currency, Money};
use referee_core::row::Account;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::folder::is_held;
use crate::log::{Places, Position, patiently};
use crate::machine::{Machine, MachineFigures, Tell};
use crate::replay::{Scratch, first_difference};
use crate::routing::PartitionId;
use crate::settings::Settings;
use crate::stores::{Stores, assignment_of};

/// Frames read and handed over at once.
const FRAMES_AT_ONCE: usize = 200;

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Transferred {
    pub brands: u64,
    pub frames: u64,
    pub records: u64,
}

/// Told of how many records were copied or applied so far.
pub type Watch<'a> = &'a (dyn Fn(u64) + Sync);

/// Opens the stores to copy into, as stores of the same installation.
pub fn open_target(from: &Config, settings: &Settings, to: &Config) -> Result<Stores> {
    copy_key(&from.key_path(), &to.key_path())?;
    Stores::open_settings(to)?.join(settings)?;
    Stores::open(to, &SystemClock)
}

fn copy_key(from: &Path, to: &Path) -> Result<()> {
    let doing = || format!("copy the master key to {}", to.display());
    let failed = |error| Error::setup(doing(), error);
    let key = std::fs::read(from).map_err(|error| Error::setup(format!("read {}", from.display()), error))?;
    match std::fs::read(to) {
        Ok(there) if there == key => Ok(()),
        Ok(_) => Err(Error::setup(doing(), "there is the key of another installation: name another folder or file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(folder) = to.parent() {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            crate::settings::write_key(to, &key)
        }
        Err(error) => Err(failed(error)),
    }
}

/// Copies the log and then the settings, so that every id in the log is known to the settings. A server may be at work
/// meanwhile: what it takes after this began may be missing.
pub fn copy(from: &Stores, to: &Stores, watch: Watch<'_>) -> Result<Transferred> {
    loop {
        let erased = from.settings.done_erasures()?;
        let mut done = Transferred::default();
        let brands = from.settings.brands()?;
        for (brand, _) in &brands {
            done.brands += 1;
            copy_partition(from, to, brand.partition, &mut done, watch)?;
        }
        to.settings.copy_from(&from.settings)?;
        to.settings.rewrite_again()?;
        // An erasure that ended meanwhile is done in these settings, and may not be in what was copied of the log before.
        if to.settings.done_erasures()? == erased {
            to.reload_placement()?;
            return Ok(done);
        }
    }
}
/// Refuses stores that some process writes.
pub fn nobody_works_on(stores: &Stores, config: &Config) -> Result<()> {
    let at_work = match stores.are_shared() {
        true => stores.settings.alive()?.into_iter().next().map(|process| process.name),
        false => is_held(&config.data).then(|| format!("a process in {}", config.data.display())),
    };
    match at_work {
        None => Ok(()),
        Some(name) => {
            let cause = format!("{name} is at work: stop every process, wait some seconds, and try again");
            Err(Error::setup("copy an installation", cause))
        }
    }
}

fn copy_partition(
    from: &Stores,
    to: &Stores,
    partition: PartitionId,
    done: &mut Transferred,
    watch: Watch<'_>,
) -> Result<()> {
    let mut after = Position::default();
    loop {
        let page = patiently(|| from.log.read(partition, after, FRAMES_AT_ONCE))?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        after = *last;
        let frames: Vec<_> = page.into_iter().map(|(_, frame)| frame).collect();
        let records: u64 = frames.iter().map(|frame| u64::from(frame.records)).sum();
        done.frames += frames.len() as u64;
        to.log.copy(partition, frames)?;
        done.records += records;
        watch(done.records);
    }
}

/// Applies what of the log is not in the books beside it; says where they stand then.
pub fn catch_up(stores: &Stores, watch: Watch<'_>) -> Result<Places> {
    let assignment = assignment_of(&stores.settings)?;
    let ends: Places =
        assignment.keys().map(|id| Ok((*id, stores.log.end(*id)?))).collect::<Result<BTreeMap<_, _>>>()?;
    let figures = Arc::new(MachineFigures::default());
    let mut machine = Machine::new(stores.log.clone(), stores.books()?, Tell::nobody(), figures.clone())
        .with_erasures(stores.settings.clone());
    machine.assign(&assignment)?;
    machine.catch_up(&ends, &mut |records| watch(records))?;
    Ok(ends)
}

/// What two sets of books hold, and the first line in which they differ, if one does: of the first, and of the second.
pub fn compare(a: &Stores, b: &Stores, folder: &Path) -> Result<(Contents, Option<(String, String)>)> {
    let scratch = Scratch::new(folder)?;
    let (of_a, of_b) = (scratch.path.join("a.dump"), scratch.path.join("b.dump"));
    a.dump(&of_a)?;
    b.dump(&of_b)?;
    Ok((Contents::of(b, &of_b)?, first_difference(&of_a, &of_b)?))
}

/// What some books hold.
pub fn contents(stores: &Stores, folder: &Path) -> Result<Contents> {
    let scratch = Scratch::new(folder)?;
    let dump = scratch.path.join("dump");
    stores.dump(&dump)?;
    Contents::of(stores, &dump)
}

/// What some books hold, in figures that people can compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// What all partners' accounts come to.
    pub sums: BTreeMap<(Account, Currency), Money>,
}

impl Contents {
    fn of(stores: &Stores, dump: &Path) -> Result<Contents> {
        let failed = |error| Error::unavailable("read a dump", error);
        let mut contents = Contents::default();
        for line in BufReader::new(File::open(dump).map_err(failed)?).lines() {
            let line = line.map_err(failed)?;
            let table = line.split(' ').next().unwrap_or_default();
            *contents.rows.entry(table.to_owned()).or_default() += 1;
        }
        for (brand, _) in stores.settings.brands()? {
            for (key, amount) in stores.reads.balances(brand.id, None)? {
                let sum = contents.sums.entry((key.account, key.currency)).or_default();
                *sum = sum.plus(amount);
            }
        }
        Ok(contents)
    }
}
