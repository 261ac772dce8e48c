//! `cargo xtask bench scaled`: what log and books on servers cost, beside the same in files.

mod apply;
mod edge;
mod installation;
mod page;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use self::apply::Applied;
use self::edge::Clicks;
use self::installation::Engines;
use super::load::CONNECTIONS;
use super::machine::Machine;
use super::workshop::Workshop;
use super::{Options, packages};

pub use self::page::{rows, section};

/// The log as it is to be run: with three copies.
const AS_DEPLOYED: Engines = Engines::JetStream(3);

#[derive(Debug, Serialize, Deserialize)]
pub struct Scaled {
    pub machine: Machine,
    pub load_after: f64,
    pub rounds: usize,
    pub seconds: u64,
    pub connections: u32,
    /// Processor time of a click at an edge with a log on JetStream, as a multiple of the embedded one's.
    pub edge_cpu_ratio: f64,
    pub edge_cpu_ratio_one_copy: f64,
    pub edge_cpu_ratio_postgres: f64,
    /// The same of all processes: machine and servers too.
    pub all_cpu_ratio: f64,
    /// Clicks per core-second of a machine with books on PostgreSQL, as a part of the embedded one's.
    pub apply_ratio: f64,
    pub apply_ratio_mixed: f64,
    /// Of both, with what the database server computes.
    pub apply_ratio_with_server: f64,
    pub clicks: Vec<Clicks>,
    pub apply: Applied,
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<()> {
    packages::install()?;
    workshop.build(&["referee-server", "referee-sim"])?;
    let machine = Machine::look(&workshop.scratch)?;
    let clicks = edge::run(options, workshop)?;
    let apply = apply::run(options, workshop)?;
    let of = |engines: Engines| {
        let found = clicks.iter().find(|it| it.engines == engines.name());
        found.with_context(|| format!("{} was not measured", engines.name()))
    };
    let figures = Scaled {
        machine,
        load_after: super::machine::load()?,
        rounds: options.rounds,
        seconds: options.seconds,
        connections: CONNECTIONS,
        edge_cpu_ratio: of(AS_DEPLOYED)?.ratio.median,
        edge_cpu_ratio_one_copy: of(Engines::JetStream(1))?.ratio.median,
        edge_cpu_ratio_postgres: of(Engines::Postgres)?.ratio.median,
        all_cpu_ratio: of(AS_DEPLOYED)?.everything_ratio.median,
        apply_ratio: apply.ratio.median,
        apply_ratio_mixed: apply.ratio_mixed.median,
        apply_ratio_with_server: apply.ratio_with_server.median,
        clicks,
        apply,
    };
    workshop.keep_figures("scaled", &figures)
}
