//! The machine alone: facts applied to the books per core-second, and the room a click takes. The simulation does it;
//! here are its rounds.

use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Options;
use super::figure::Figure;
use super::machine::Machine;
use super::process;
use super::workshop::Workshop;

#[derive(Debug, Serialize, Deserialize)]
pub struct Apply {
    pub machine: Machine,
    pub rounds: usize,
    pub clicks: u64,
    pub clicks_per_core_second: f64,
    /// Log and books together.
    pub bytes_per_click: f64,
    pub log_bytes_per_click: f64,
    pub books_bytes_per_click: f64,
    /// Three clicks to a visit and a hundred to an order.
    pub mixed_facts_per_core_second: f64,
    pub mixed_bytes_per_fact: f64,
    pub records_per_frame: f64,
    pub spread: Spread,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Spread {
    pub clicks_per_core_second: Figure,
    pub mixed_facts_per_core_second: Figure,
}

/// What the simulation says of one round.
#[derive(Deserialize)]
struct Round {
    clicks: u64,
    clicks_per_core_second: f64,
    bytes_per_click: f64,
    log_bytes_per_click: f64,
    books_bytes_per_click: f64,
    mixed_facts_per_core_second: f64,
    mixed_bytes_per_fact: f64,
    records_per_frame: f64,
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<()> {
    workshop.build(&["referee-sim"])?;
    let machine = Machine::look(&workshop.scratch)?;
    let rounds = (0..options.rounds).map(|_| round(options, workshop)).collect::<Result<Vec<_>>>()?;
    workshop.keep_figures("apply", &figures(machine, &rounds).context("there was no round")?)
}

fn round(options: &Options, workshop: &Workshop) -> Result<Round> {
    let figures = workshop.scratch.join("apply.json");
    let mut sim = Command::new(workshop.binary("referee-sim"));
    sim.args(["apply", "--clicks", &options.clicks.to_string()]);
    sim.arg("--folder").arg(workshop.scratch.join("apply")).arg("--json").arg(&figures);
    process::succeed(&mut sim)?;
    let text = std::fs::read_to_string(&figures).context("read the simulation's figures")?;
    serde_json::from_str(&text).context("read the simulation's figures")
}

fn figures(machine: Machine, rounds: &[Round]) -> Option<Apply> {
    // Sizes are the same in each round: the world is.
    let last = rounds.last()?;
    let spread = Spread {
        clicks_per_core_second: Figure::of(rounds.iter().map(|round| round.clicks_per_core_second))?,
        mixed_facts_per_core_second: Figure::of(rounds.iter().map(|round| round.mixed_facts_per_core_second))?,
    };
    Some(Apply {
        machine,
        rounds: rounds.len(),
        clicks: last.clicks,
        clicks_per_core_second: spread.clicks_per_core_second.median,
        bytes_per_click: last.bytes_per_click,
        log_bytes_per_click: last.log_bytes_per_click,
        books_bytes_per_click: last.books_bytes_per_click,
        mixed_facts_per_core_second: spread.mixed_facts_per_core_second.median,
        mixed_bytes_per_fact: last.mixed_bytes_per_fact,
        records_per_frame: last.records_per_frame,
        spread,
    })
}
