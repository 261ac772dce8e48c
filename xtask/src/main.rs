//! `cargo xtask`: work on the project that is more than one command of cargo.

mod bench;
mod fake_shopify;
mod faults;
mod lists;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "usage: cargo xtask bench [scaled] [--rounds N] [--seconds N] [--clicks N] [--only redirect|apply|tls]
       cargo xtask faults [--short] [--only WORD] [--pair postgres|jetstream]
       cargo xtask refresh-agents FOLDER
       cargo xtask refresh-networks FOLDER
       cargo xtask fake-shopify [--webhooks ADDRESS] [--secret TEXT] [--api-key TEXT] [--domain NAME] [--host NAME] [--port N]
                                [--set NAME=VALUE]... | --print-signed

  bench          measures the click path beside nginx and Express with PostgreSQL, the same by TLS, and the machine alone; writes the
                 figures to the target folder and a table to docs/reference/benchmarks.md. Installs what it needs.
  bench scaled   measures edge and machine with servers for log and books beside the same with files. The servers of
                 NATS and PostgreSQL are those that ./test installs. The table goes to the same page.
  faults         breaks engines and processes of a scaled installation under load, and counts what is left
  refresh-agents   makes the list of robots anew from the npm package crawler-user-agents, unpacked in FOLDER
  refresh-networks makes the list of networks anew from the PyPI package iporigin, unpacked in FOLDER
  fake-shopify     runs a made-up Shopify with one shop, and prints how to use it; --print-signed prints one of everything
                   that Shopify signs";

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
        Some("bench") => bench::run(&bench::Options::read(words)?),
        Some("refresh-agents") => lists::refresh_agents(words),
        Some("refresh-networks") => lists::refresh_networks(words),
        Some("fake-shopify") => fake_shopify::run(words),
        Some("faults") => faults::run(&faults::Options::read(words)?),
        _ => bail!(USAGE),
    }
}
