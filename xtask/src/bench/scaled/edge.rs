//! A durable click at the edge, with files and with servers: A B C D A B C D, because the machine has moods.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::installation::{Counted, Engines, Installation, Usage, start_all};
use crate::bench::Options;
use crate::bench::cpu::Meter;
use crate::bench::figure::Figure;
use crate::bench::load::Answers;
use crate::bench::workshop::Workshop;

/// Before the first round: streams are made, connections opened, caches warm.
const WARM_UP_SECONDS: u64 = 3;
const EDGE_THREADS: [&str; 1] = ["edge"];
/// Whatever takes records from an edge's thread to where they are durable.
const LOG_THREADS: [&str; 4] = ["log-writer", "log-appender", "log-jetstream", "log-spool"];
/// Asks what other processes changed.
const PEER_THREADS: [&str; 1] = ["peers"];

/// The clicks of one installation; times are microseconds of processor time for a click.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Clicks {
    pub engines: String,
    pub edge: Figure,
    pub log: Figure,
    pub peers: Figure,
    /// The three above: what clicks cost where they are taken.
    pub click: Figure,
    /// The same as a multiple of the click that is kept in files, within each round.
    pub ratio: Figure,
    /// Applying the click: a thread where all is one process, or the other process.
    pub machine: Figure,
    pub postgres: Figure,
    pub nats: Figure,
    /// All processes, servers too.
    pub everything: Figure,
    pub everything_ratio: Figure,
    pub per_second: Figure,
    pub p50_us: Figure,
    pub p99_us: Figure,
    pub clicks_per_frame: Figure,
    pub recorded: u64,
    pub flagged: u64,
}

/// One installation in one round.
struct Lap {
    answers: Answers,
    usage: Usage,
    frames: u64,
}

impl Lap {
    fn per_click(&self, us: u64) -> f64 {
        us as f64 / self.answers.requests.max(1) as f64
    }

    fn threads(&self, names: &[&str]) -> f64 {
        self.per_click(self.usage.edge.by(names))
    }

    fn click(&self) -> f64 {
        self.threads(&EDGE_THREADS) + self.threads(&LOG_THREADS) + self.threads(&PEER_THREADS)
    }

    fn machine(&self) -> f64 {
        self.threads(&["machine"]) + self.per_click(self.usage.machine.total_us)
    }

    fn everything(&self) -> f64 {
        let Usage { edge, machine, postgres_us, nats_us } = &self.usage;
        self.per_click(edge.total_us + machine.total_us + postgres_us + nats_us)
    }
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<Vec<Clicks>> {
    let installations = start_all(workshop)?;
    let meter = Meter::new()?;
    for installation in &installations {
        lap(installation, &meter, WARM_UP_SECONDS)?;
    }
    let before = installations.iter().map(Installation::counted).collect::<Result<Vec<_>>>()?;
    let mut laps: Vec<Vec<Lap>> = installations.iter().map(|_| Vec::new()).collect();
    for n in 1..=options.rounds {
        for (installation, laps) in installations.iter().zip(&mut laps) {
            let lap = lap(installation, &meter, options.seconds)?;
            println!("round {n}: {}", describe(installation.engines, &lap));
            laps.push(lap);
        }
    }
    let with_files = &laps[0];
    let each = installations.iter().zip(&laps).zip(before);
    let figures = each.map(|((it, laps), before)| {
        figures(it.engines, laps, with_files, before, it.counted()?).context("there was no round")
    });
    figures.collect()
}

fn lap(installation: &Installation, meter: &Meter, seconds: u64) -> Result<Lap> {
    let (before, counted) = (installation.usage(meter)?, installation.counted()?);
    let answers = installation.load(seconds).with_context(|| format!("load {}", installation.engines.name()))?;
    let usage = installation.usage(meter)?.since(before);
    Ok(Lap { answers, usage, frames: installation.counted()?.frames - counted.frames })
}

fn describe(engines: Engines, lap: &Lap) -> String {
    format!(
        "{}: click {:.1} us (edge {:.1}, log {:.1}, peers {:.1}), machine {:.1}, PostgreSQL {:.1}, NATS {:.1}; {:.0} a \
         second, 99% within {:.0} ms",
        engines.name(),
        lap.click(),
        lap.threads(&EDGE_THREADS),
        lap.threads(&LOG_THREADS),
        lap.threads(&PEER_THREADS),
        lap.machine(),
        lap.per_click(lap.usage.postgres_us),
        lap.per_click(lap.usage.nats_us),
        lap.answers.per_second,
        lap.answers.p99_us / 1_000.0,
    )
}

fn figures(engines: Engines, laps: &[Lap], with_files: &[Lap], before: Counted, after: Counted) -> Option<Clicks> {
    let of = |figure: &dyn Fn(&Lap) -> f64| Figure::of(laps.iter().map(figure));
    let times = |figure: &dyn Fn(&Lap) -> f64| {
        Figure::of(laps.iter().zip(with_files).map(|(lap, files)| figure(lap) / figure(files)))
    };
    Some(Clicks {
        engines: engines.name(),
        edge: of(&|lap| lap.threads(&EDGE_THREADS))?,
        log: of(&|lap| lap.threads(&LOG_THREADS))?,
        peers: of(&|lap| lap.threads(&PEER_THREADS))?,
        click: of(&Lap::click)?,
        ratio: times(&Lap::click)?,
        machine: of(&Lap::machine)?,
        postgres: of(&|lap| lap.per_click(lap.usage.postgres_us))?,
        nats: of(&|lap| lap.per_click(lap.usage.nats_us))?,
        everything: of(&Lap::everything)?,
        everything_ratio: times(&Lap::everything)?,
        per_second: of(&|lap| lap.answers.per_second)?,
        p50_us: of(&|lap| lap.answers.p50_us)?,
        p99_us: of(&|lap| lap.answers.p99_us)?,
        clicks_per_frame: of(&|lap| lap.answers.requests as f64 / lap.frames.max(1) as f64)?,
        recorded: after.recorded - before.recorded,
        flagged: after.flagged - before.flagged,
    })
}
