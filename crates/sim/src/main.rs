//! `cargo sim`: a made-up brand with made-up traffic, the same for the same seed.

mod apply;
mod books;
mod cpu;
mod random;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo sim apply [--clicks N] [--seed N] [--folder DIR] [--database-url URL] [--json FILE]

Writes the facts of N clicks through the real log, then measures the real machine that applies them to the books:
clicks alone, and the mix of a shop with visits and orders. The books are a file, or tables in an empty database.";

/// The program's own allocator, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<()> {
    match words.next().as_deref() {
        Some("apply") => apply::run(&options(words)?),
        _ => bail!(USAGE),
    }
}

fn options(mut words: impl Iterator<Item = String>) -> Result<apply::Options> {
    let mut options = apply::Options {
        clicks: 1_000_000,
        seed: 1,
        folder: std::env::temp_dir().join(format!("referee-sim-{}", std::process::id())),
        database_url: None,
        json: None,
    };
    while let Some(flag) = words.next() {
        let value = words.next().with_context(|| format!("{flag} needs a value\n\n{USAGE}"))?;
        let number = || value.replace('_', "").parse::<u64>().with_context(|| format!("{flag} {value}"));
        match flag.as_str() {
            "--clicks" => options.clicks = number()?,
            "--seed" => options.seed = number()?,
            "--folder" => options.folder = PathBuf::from(&value),
            "--database-url" => options.database_url = Some(value.clone()),
            "--json" => options.json = Some(PathBuf::from(&value)),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}
