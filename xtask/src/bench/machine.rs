//! The machine that is measured on, as far as figures depend on it.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::process;

const FLUSHES: usize = 200;
const FLUSH_BYTES: usize = 4_096;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    pub measured_on: String,
    pub cores: usize,
    pub processor: String,
    pub kernel: String,
    pub file_system: String,
    /// Appending 4 KiB and waiting until it is durable.
    pub flush_us: Figure,
    /// Programs that wanted the processor before the bench began: above zero, others were at work.
    pub load_before: f64,
}

impl Machine {
    pub fn look(scratch: &Path) -> Result<Machine> {
        let processor = read("/proc/cpuinfo")?;
        let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        Ok(Machine {
            measured_on: said(Command::new("date").args(["-u", "+%Y-%m-%d"]))?,
            cores: std::thread::available_parallelism().context("count the cores")?.get(),
            processor: processor.map_or_else(|| "unknown".to_owned(), |(_, name)| name.trim().to_owned()),
            kernel: said(Command::new("uname").arg("-sr"))?,
            file_system: said(Command::new("stat").args(["-f", "-c", "%T"]).arg(scratch))?,
            flush_us: flush(scratch)?,
            load_before: load()?,
        })
    }
}

/// Programs that want the processor, on average over a minute.
pub fn load() -> Result<f64> {
    let text = read("/proc/loadavg")?;
    text.split(' ').next().and_then(|load| load.parse().ok()).context("read the load")
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read {path}"))
}

fn said(command: &mut Command) -> Result<String> {
    Ok(process::output(command)?.trim().to_owned())
}

fn flush(scratch: &Path) -> Result<Figure> {
    let path = scratch.join("flush");
    let mut file = File::create(&path).context("make a file to flush")?;
    let mut took = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let began = Instant::now();
        file.write_all(&[7; FLUSH_BYTES]).and_then(|()| file.sync_data()).context("flush a file")?;
        took.push(began.elapsed().as_secs_f64() * 1_000_000.0);
    }
    std::fs::remove_file(&path).context("remove the flushed file")?;
    Figure::of(took).context("flush at least once")
}
