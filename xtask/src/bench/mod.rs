//! `cargo xtask bench`: what a click costs, as ratios measured in one run on one machine.
//!
//! Wall-clock figures of a shared machine mislead, so the cost is the servers' processor time for a request, taken in
//! alternated rounds. All traffic stays on the loopback, and every process is ended by its id.

mod apply;
mod cpu;
mod express;
mod figure;
mod http;
mod load;
mod machine;
mod nginx;
mod packages;
mod page;
mod postgres;
mod process;
mod redirect;
mod referee;
mod report;
mod scaled;
mod tls;
mod visitors;
mod workshop;

use anyhow::{Context, Result, bail};

use self::workshop::Workshop;

pub struct Options {
    pub rounds: usize,
    /// How long each server is under load in each round.
    pub seconds: u64,
    /// Clicks whose facts the machine is measured with.
    pub clicks: u64,
    pub redirect: bool,
    pub apply: bool,
    pub tls: bool,
    pub scaled: bool,
}

impl Options {
    pub fn read(words: impl Iterator<Item = String>) -> Result<Options> {
        let mut words = words.peekable();
        let scaled = words.next_if(|word| word == "scaled").is_some();
        let mut options =
            Options { rounds: 4, seconds: 8, clicks: 500_000, redirect: !scaled, apply: !scaled, tls: !scaled, scaled };
        while let Some(flag) = words.next() {
            let value = words.next().with_context(|| format!("{flag} needs a value"))?;
            let number = || match value.parse::<u64>() {
                Ok(number) if number > 0 => Ok(number),
                _ => bail!("{flag} needs a number above zero, not {value}"),
            };
            match (flag.as_str(), value.as_str()) {
                ("--rounds", _) => options.rounds = usize::try_from(number()?)?,
                ("--seconds", _) => options.seconds = number()?,
                ("--clicks", _) => options.clicks = number()?,
                ("--only", part @ ("redirect" | "apply" | "tls")) if !scaled => {
                    (options.redirect, options.apply, options.tls) =
                        (part == "redirect", part == "apply", part == "tls");
                }
                _ => bail!("{flag} {value} is not known"),
            }
        }
        Ok(options)
    }
}

pub fn run(options: &Options) -> Result<()> {
    let workshop = Workshop::open()?;
    if options.redirect {
        redirect::run(options, &workshop)?;
    }
    if options.apply {
        apply::run(options, &workshop)?;
    }
    if options.tls {
        tls::run(options, &workshop)?;
    }
    if options.scaled {
        scaled::run(options, &workshop)?;
    }
    report::write(&workshop)
}
