//! The machine alone, with its books in a file and on PostgreSQL: the same frames, in turn.

use std::process::Command;

use anyhow::{Context, Result};
use referee_rig::Postgres;
use serde::{Deserialize, Serialize};

use crate::bench::Options;
use crate::bench::cpu::Meter;
use crate::bench::figure::Figure;
use crate::bench::process;
use crate::bench::workshop::Workshop;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    pub clicks: u64,
    /// Clicks per core-second on PostgreSQL, as a part of those with a file, within each round.
    pub ratio: Figure,
    /// The same with visits and orders.
    pub ratio_mixed: Figure,
    /// The same of all facts, with the database server's processor time.
    pub ratio_with_server: Figure,
    pub file: Books,
    pub postgres: Books,
}

/// Where the books are; times are microseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Books {
    pub clicks_per_core_second: Figure,
    pub mixed_facts_per_core_second: Figure,
    pub cpu_us_per_click: Figure,
    /// On the clock, without what the machine computes.
    pub waiting_us_per_click: Figure,
    pub cpu_us_per_mixed_fact: Figure,
    pub waiting_us_per_mixed_fact: Figure,
    /// The database server's processor time for a fact of both kinds.
    pub server_us_per_fact: Figure,
    pub facts_per_batch: f64,
    pub bytes_per_click: f64,
    pub written_ahead_per_click: f64,
}

/// What the simulation says, and what its database server used.
#[derive(Deserialize)]
struct Round {
    clicks: u64,
    clicks_per_core_second: f64,
    mixed_facts: u64,
    mixed_facts_per_core_second: f64,
    facts_per_batch: f64,
    books_bytes_per_click: f64,
    written_ahead_per_click: f64,
    cpu_us_per_click: f64,
    clock_us_per_click: f64,
    cpu_us_per_mixed_fact: f64,
    clock_us_per_mixed_fact: f64,
    #[serde(skip)]
    server_us: u64,
}

impl Round {
    fn facts(&self) -> f64 {
        (self.clicks + self.mixed_facts) as f64
    }

    /// Machine and server, for facts of both kinds.
    fn facts_per_core_second(&self) -> f64 {
        let machine = self.cpu_us_per_click * self.clicks as f64 + self.cpu_us_per_mixed_fact * self.mixed_facts as f64;
        self.facts() * 1_000_000.0 / (machine + self.server_us as f64)
    }
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<Applied> {
    let meter = Meter::new()?;
    let (mut files, mut servers) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        files.push(simulate(options, workshop, None)?);
        servers.push(on_a_server(options, workshop, &meter)?);
    }
    figures(&files, &servers).context("there was no round")
}

/// On a new server each time, so that no round inherits what another left to tidy up.
fn on_a_server(options: &Options, workshop: &Workshop, meter: &Meter) -> Result<Round> {
    let postgres = Postgres::start();
    let before = meter.family(postgres.pid())?;
    let round = simulate(options, workshop, Some(postgres.url()))?;
    let used = meter.family(postgres.pid())? - before;
    Ok(Round { server_us: used.total_us, ..round })
}

fn simulate(options: &Options, workshop: &Workshop, database: Option<String>) -> Result<Round> {
    let figures = workshop.scratch.join("scaled-apply.json");
    let mut sim = Command::new(workshop.binary("referee-sim"));
    sim.args(["apply", "--clicks", &options.clicks.to_string()]);
    sim.arg("--folder").arg(workshop.scratch.join("scaled-apply")).arg("--json").arg(&figures);
    if let Some(url) = database {
        sim.args(["--database-url", &url]);
    }
    process::succeed(&mut sim)?;
    let text = std::fs::read_to_string(&figures).context("read the simulation's figures")?;
    serde_json::from_str(&text).context("read the simulation's figures")
}

fn figures(files: &[Round], servers: &[Round]) -> Option<Applied> {
    let ratio = |figure: fn(&Round) -> f64| {
        Figure::of(files.iter().zip(servers).map(|(file, server)| figure(server) / figure(file)))
    };
    Some(Applied {
        clicks: files.last()?.clicks,
        ratio: ratio(|round| round.clicks_per_core_second)?,
        ratio_mixed: ratio(|round| round.mixed_facts_per_core_second)?,
        ratio_with_server: ratio(Round::facts_per_core_second)?,
        file: books(files)?,
        postgres: books(servers)?,
    })
}

fn books(rounds: &[Round]) -> Option<Books> {
    let of = |figure: fn(&Round) -> f64| Figure::of(rounds.iter().map(figure));
    // Sizes are the same in each round: the world is.
    let last = rounds.last()?;
    Some(Books {
        clicks_per_core_second: of(|round| round.clicks_per_core_second)?,
        mixed_facts_per_core_second: of(|round| round.mixed_facts_per_core_second)?,
        cpu_us_per_click: of(|round| round.cpu_us_per_click)?,
        waiting_us_per_click: of(|round| round.clock_us_per_click - round.cpu_us_per_click)?,
        cpu_us_per_mixed_fact: of(|round| round.cpu_us_per_mixed_fact)?,
        waiting_us_per_mixed_fact: of(|round| round.clock_us_per_mixed_fact - round.cpu_us_per_mixed_fact)?,
        server_us_per_fact: of(|round| round.server_us as f64 / round.facts())?,
        facts_per_batch: last.facts_per_batch,
        bytes_per_click: last.books_bytes_per_click,
        written_ahead_per_click: last.written_ahead_per_click,
    })
}
