//! How fast the machine applies facts to the books, and how much room a click takes.
//!
//! The log is written as a recorder under load writes it: one frame per flush, most of about 64 records and some of
//! up to 512. What is measured is all that this program does from there: reading frames, unpacking, loading, the rules,
//! saving, commits and the checkpoint at the end. What a server of the books does is its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use referee_core::id::BrandId;
use referee_engine::clock::{Clock, SystemClock};
use referee_engine::database::postgres::Server;
use referee_engine::log::frame::{Encoded, pack};
use referee_engine::log::sqlite::SqliteLog;
use referee_engine::log::{Draft, Frame, FrameId, Log as _};
use referee_engine::machine::{Assignment, Machine, MachineFigures, Progress, Served, Tell};
use referee_engine::routing::PartitionId;
use serde::Serialize;

use crate::books::{Place, Room, size};
use crate::cpu::process_time;
use crate::random::Random;
use crate::world::{Mix, OPENING, World};

/// Frames handed to the log at once, to write it faster; in the log they stand as if each had been flushed alone.
const FRAMES_AT_ONCE: usize = 200;

pub struct Options {
    pub clicks: u64,
    pub seed: u64,
    /// For the files; removed at the end.
    pub folder: PathBuf,
    /// An empty database for the books, instead of a file.
    pub database_url: Option<String>,
    pub json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Figures {
    clicks: u64,
    clicks_per_core_second: u64,
    /// Log and books together.
    bytes_per_click: u64,
    log_bytes_per_click: u64,
    books_bytes_per_click: u64,
    mixed_facts: u64,
    mixed_facts_per_core_second: u64,
    mixed_bytes_per_fact: u64,
    records_per_frame: u64,
    facts_per_batch: u64,
    /// What a server of the books wrote ahead.
    written_ahead_per_click: u64,
    cpu_us_per_click: f64,
    clock_us_per_click: f64,
    cpu_us_per_mixed_fact: f64,
    clock_us_per_mixed_fact: f64,
}

/// What one run came to.
pub struct Run {
    pub facts: u64,
    frames: u64,
    batches: u64,
    pub cpu: Duration,
    wall: Duration,
    log_bytes: u64,
    pub books: Room,
}

impl Run {
    pub fn per_core_second(&self) -> u64 {
        (self.facts as f64 / self.cpu.as_secs_f64()) as u64
    }

    /// Log and books together.
    fn bytes_per_fact(&self) -> u64 {
        (self.log_bytes + self.books.bytes) / self.facts
    }

    pub fn us_per_fact(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1_000_000.0 / self.facts as f64
    }

    fn say(&self, name: &str) {
        println!(
            "{name}: {} facts in {} frames, {:.2} s of a core ({:.2} s on the clock): {} facts per core-second; \
             log {} B and books {} B per fact",
            self.facts,
            self.frames,
            self.cpu.as_secs_f64(),
            self.wall.as_secs_f64(),
            self.per_core_second(),
            self.log_bytes / self.facts,
            self.books.bytes / self.facts,
        );
    }
}

pub fn run(options: &Options) -> Result<()> {
    // Two brands, which may lie in one database.
    let clicks = measure(options, "clicks", World::new(BrandId(1), options.seed, Mix::CLICKS))?;
    let mix = Mix { clicks_per_visit: 3, clicks_per_order: 100 };
    let mixed = measure(options, "mixed", World::new(BrandId(2), options.seed, mix))?;
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&figures(&clicks, &mixed)).context("write the figures")?;
        std::fs::write(path, text + "\n").with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}

fn figures(clicks: &Run, mixed: &Run) -> Figures {
    Figures {
        clicks: clicks.facts,
        clicks_per_core_second: clicks.per_core_second(),
        bytes_per_click: clicks.bytes_per_fact(),
        log_bytes_per_click: clicks.log_bytes / clicks.facts,
        books_bytes_per_click: clicks.books.bytes / clicks.facts,
        mixed_facts: mixed.facts,
        mixed_facts_per_core_second: mixed.per_core_second(),
        mixed_bytes_per_fact: mixed.bytes_per_fact(),
        records_per_frame: clicks.facts / clicks.frames.max(1),
        facts_per_batch: clicks.facts / clicks.batches.max(1),
        written_ahead_per_click: clicks.books.written_ahead / clicks.facts,
        cpu_us_per_click: clicks.us_per_fact(clicks.cpu),
        clock_us_per_click: clicks.us_per_fact(clicks.wall),
        cpu_us_per_mixed_fact: mixed.us_per_fact(mixed.cpu),
        clock_us_per_mixed_fact: mixed.us_per_fact(mixed.wall),
    }
}

/// One run in a folder of its own, which goes away.
pub fn measure(options: &Options, name: &str, world: World) -> Result<Run> {
    ensure!(options.clicks > 0, "there is nothing to measure without clicks");
    let folder = options.folder.join(name);
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let run = run_in(&folder, options, world);
    std::fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    // Only if nothing else is in it.
    _ = std::fs::remove_dir(&options.folder);
    let run = run?;
    run.say(name);
    Ok(run)
}

fn run_in(folder: &Path, options: &Options, mut world: World) -> Result<Run> {
    let (partition, brand) = (PartitionId(world.brand.0), world.brand);
    let log_path = folder.join("log.db");
    let log = Arc::new(SqliteLog::open(&log_path)?);
    let mut author = Author::new(log.as_ref(), partition, options.seed);
    author.write(&world.set_up()?)?;
    author.flush()?;
    let set_up = log.end(partition)?;
    let (mut drafts, frames_before) = (Vec::new(), author.frames);
    for _ in 0..options.clicks {
        world.next(&mut drafts);
        author.write(&drafts)?;
        drafts.clear();
    }
    author.flush()?;
    let (frames, end) = (author.frames - frames_before, log.end(partition)?);

    let place = match &options.database_url {
        None => Place::File(folder.join("books.db")),
        Some(url) => Place::Server(Server::new(url)?),
    };
    let (before, figures) = (place.room()?, Arc::new(MachineFigures::default()));
    let mut machine = Machine::new(log.clone(), place.open(OPENING)?, Tell::nobody(), figures.clone());
    machine.assign(&Assignment::from([(partition, Served { brands: vec![brand], ..Served::default() })]))?;
    machine.catch_up(&Progress::from([(partition, set_up)]), &mut |_| {})?;
    let (cpu, clock) = (process_time(), Instant::now());
    let facts = machine.catch_up(&Progress::from([(partition, end)]), &mut |_| {})?;
    // Closing the books writes everything to their place: that belongs to the cost.
    drop(machine);
    let (cpu, wall) = (process_time() - cpu, clock.elapsed());
    drop(log);
    let after = place.room()?;
    let books = Room { bytes: after.bytes - before.bytes, written_ahead: after.written_ahead - before.written_ahead };
    let batches = figures.batches.load(Ordering::Relaxed);
    Ok(Run { facts, frames, batches, cpu, wall, log_bytes: size(&log_path)?, books })
}

/// Writes the log in a recorder's place, with frames of drawn sizes.
struct Author<'a> {
    log: &'a SqliteLog,
    partition: PartitionId,
    random: Random,
    records: Vec<Encoded>,
    /// Records that the frame under way gets.
    wanted: usize,
    ready: Vec<(PartitionId, Frame)>,
    frames: u64,
    facts: u64,
}

impl Author<'_> {
    fn new(log: &SqliteLog, partition: PartitionId, seed: u64) -> Author<'_> {
        let mut random = Random::new(!seed);
        let wanted = frame_size(&mut random);
        Author { log, partition, random, records: Vec::new(), wanted, ready: Vec::new(), frames: 0, facts: 0 }
    }

    fn write(&mut self, drafts: &[Draft]) -> Result<()> {
        for draft in drafts {
            self.records.push(Encoded::of(draft));
            if self.records.len() >= self.wanted {
                self.close_frame()?;
            }
        }
        Ok(())
    }

    fn close_frame(&mut self) -> Result<()> {
        self.frames += 1;
        let id = FrameId { edge: 1, epoch: 1, n: self.frames };
        self.ready.push((self.partition, pack(id, self.facts + 1, &self.records, SystemClock.now())?));
        self.facts += self.records.len() as u64;
        self.records.clear();
        self.wanted = frame_size(&mut self.random);
        if self.ready.len() >= FRAMES_AT_ONCE { self.send() } else { Ok(()) }
    }

    /// Closes the frame under way, and waits until all are kept.
    fn flush(&mut self) -> Result<()> {
        if !self.records.is_empty() {
            self.close_frame()?;
        }
        self.send()
    }

    fn send(&mut self) -> Result<()> {
        if !self.ready.is_empty() {
            self.log.append(&self.ready)?;
            self.ready.clear();
        }
        Ok(())
    }
}

/// Most flushes find about 64 records; after a slow one there are up to 512.
fn frame_size(random: &mut Random) -> usize {
    let size = if random.percent(10) { 65 + random.below(448) } else { 32 + random.below(65) };
    size as usize
}
