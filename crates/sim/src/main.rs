//! `cargo sim`: a made-up brand with made-up traffic, the same for the same seed.

mod apply;
mod audit;
mod auditor;
mod books;
mod corpus;
mod cpu;
mod identify;
mod month;
mod paid;
mod pending;
mod random;
mod shrink;
mod signals;
mod town;
mod trial;
mod world;
mod year;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::town::features::Features;

const USAGE: &str = "usage: cargo sim apply [--clicks N] [--seed N] [--folder DIR] [--database-url URL] [--json FILE]
       cargo sim audit [--seeds N] [--seed N | --first N] [--plain] [--story] [--shrink] [--folder DIR]
       cargo sim years [--years N] [--seed N | --first N] [--story] [--folder DIR]
       cargo sim identify [--identifiers N] [--orders N] [--rate N] [--folder DIR]
       cargo sim clicks [--seed N] [--write FILE] [--folder DIR]
       cargo sim signals [--clicks N] [--seed N]
       cargo sim paid [--clicks N] [--rounds N] [--seed N] [--folder DIR]
       cargo sim pending [--clicks N] [--folder DIR]
       cargo sim corpus [--people N] [--seed N] [--write FILE] [--folder DIR]

apply writes the facts of N clicks through the real log, then measures the real machine that applies them to the books:
clicks alone, and the mix of a shop with visits and orders. The books are a file, or tables in an empty database.

audit makes N small towns and asks for each what the rules made of it and what a second, simple-minded judge says. It
tells where the two differ. --seed is one town, --first the first of several; --plain has no shared devices, no junk and
nothing late; --story tells all records, --shrink the fewest that still
differ. The word audit may be left out.

years makes N years of three programs and some partners: orders, shared or beyond limits, tiers, returns, reversals, holds,
reattributions, bonuses and fees, inquiries, corrections, time that passes and payments that are proposed, approved, settled
or failed. It asks for each what became of every action, inquiry, payment and month, and what a second, simple-minded
bookkeeper says. The word years may be left out.

identify measures how fast orders are decided whose buyers are only known through the graph, with 100,000 identifiers in
the books and with N, and how soon a decision can be read at a rate of N orders a second.

clicks makes a month of clicks, honest and not, and tells what the rules and statistics caught and missed, and whom they
accused wrongly.

signals measures what it costs at intake to measure a click.

paid measures what a click costs more in a program that pays for clicks, reviewed or instant, than in one that does not.

pending has N clicks wait for a review, measures how long the reads of their page take, and rejects a tenth of them while
others click and order.

corpus makes a town in which it is known who did what, and tells how right the joins of the graph are, and those of
simpler methods.";

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

fn run(words: impl Iterator<Item = String>) -> Result<()> {
    let mut words = words.peekable();
    match words.peek().map(String::as_str) {
        Some("apply") => apply::run(&apply_options(words.skip(1))?),
        Some("audit") => audit::run(&audit_options(words.skip(1))?),
        Some("identify") => identify::run(&identify_options(words.skip(1))?),
        Some("paid") => paid::run(&paid_options(words.skip(1))?),
        Some("pending") => pending::run(&pending_options(words.skip(1))?),
        Some("clicks") => month::run(&month_options(words.skip(1))?),
        Some("signals") => signals::run(&signals_options(words.skip(1))?),
        Some("corpus") => corpus::run(&corpus_options(words.skip(1))?),
        Some("years") => year::run(&year_options(words.skip(1))?),
        Some("--years") => year::run(&year_options(words)?),
        Some("--seeds") => audit::run(&audit_options(words)?),
        _ => bail!(USAGE),
    }
}

/// For files that go away at the end.
fn scratch() -> PathBuf {
    std::env::temp_dir().join(format!("referee-sim-{}", std::process::id()))
}

fn number(flag: &str, value: &str) -> Result<u64> {
    value.replace('_', "").parse().with_context(|| format!("{flag} {value}"))
}

fn value_of(flag: &str, words: &mut impl Iterator<Item = String>) -> Result<String> {
    words.next().with_context(|| format!("{flag} needs a value\n\n{USAGE}"))
}

fn apply_options(mut words: impl Iterator<Item = String>) -> Result<apply::Options> {
    let mut options = apply::Options { clicks: 1_000_000, seed: 1, folder: scratch(), database_url: None, json: None };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--clicks" => options.clicks = number(&flag, &value)?,
            "--seed" => options.seed = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            "--database-url" => options.database_url = Some(value),
            "--json" => options.json = Some(PathBuf::from(&value)),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn month_options(mut words: impl Iterator<Item = String>) -> Result<month::Options> {
    let mut options = month::Options { seed: 1, folder: scratch(), write: None };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--seed" => options.seed = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            "--write" => options.write = Some(PathBuf::from(&value)),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn signals_options(mut words: impl Iterator<Item = String>) -> Result<signals::Options> {
    let mut options = signals::Options { clicks: 1_000_000, seed: 1 };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--clicks" => options.clicks = number(&flag, &value)?,
            "--seed" => options.seed = number(&flag, &value)?,
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn paid_options(mut words: impl Iterator<Item = String>) -> Result<paid::Options> {
    let mut options = paid::Options { clicks: 500_000, rounds: 3, seed: 1, folder: scratch() };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--clicks" => options.clicks = number(&flag, &value)?,
            "--rounds" => options.rounds = number(&flag, &value)?,
            "--seed" => options.seed = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn pending_options(mut words: impl Iterator<Item = String>) -> Result<pending::Options> {
    let mut options = pending::Options { clicks: 10_000_000, folder: scratch() };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--clicks" => options.clicks = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn audit_options(mut words: impl Iterator<Item = String>) -> Result<audit::Options> {
    let mut options = audit::Options {
        first: 1,
        seeds: 50,
        features: Features::FULL,
        story: false,
        shrink: false,
        folder: scratch(),
    };
    while let Some(flag) = words.next() {
        match flag.as_str() {
            "--plain" => options.features = Features::PLAIN,
            "--story" => options.story = true,
            "--shrink" => options.shrink = true,
            _ => {
                let value = value_of(&flag, &mut words)?;
                match flag.as_str() {
                    "--seeds" => options.seeds = number(&flag, &value)?,
                    "--first" => options.first = number(&flag, &value)?,
                    "--seed" => (options.first, options.seeds) = (number(&flag, &value)?, 1),
                    "--folder" => options.folder = PathBuf::from(&value),
                    _ => bail!("{flag} is not known\n\n{USAGE}"),
                }
            }
        }
    }
    Ok(options)
}

fn year_options(mut words: impl Iterator<Item = String>) -> Result<year::Options> {
    let mut options = year::Options { first: 1, years: 50, story: false, folder: scratch() };
    while let Some(flag) = words.next() {
        if flag == "--story" {
            options.story = true;
            continue;
        }
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--years" => options.years = number(&flag, &value)?,
            "--first" => options.first = number(&flag, &value)?,
            "--seed" => (options.first, options.years) = (number(&flag, &value)?, 1),
            "--folder" => options.folder = PathBuf::from(&value),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn identify_options(mut words: impl Iterator<Item = String>) -> Result<identify::Options> {
    let mut options = identify::Options { identifiers: 10_000_000, orders: 200_000, rate: 1_000, folder: scratch() };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--identifiers" => options.identifiers = number(&flag, &value)?,
            "--orders" => options.orders = number(&flag, &value)?,
            "--rate" => options.rate = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}

fn corpus_options(mut words: impl Iterator<Item = String>) -> Result<corpus::Options> {
    let mut options = corpus::Options { people: 2_000, seed: 1, folder: scratch(), write: None };
    while let Some(flag) = words.next() {
        let value = value_of(&flag, &mut words)?;
        match flag.as_str() {
            "--people" => options.people = usize::try_from(number(&flag, &value)?)?,
            "--seed" => options.seed = number(&flag, &value)?,
            "--folder" => options.folder = PathBuf::from(&value),
            "--write" => options.write = Some(PathBuf::from(&value)),
            _ => bail!("{flag} is not known\n\n{USAGE}"),
        }
    }
    Ok(options)
}
