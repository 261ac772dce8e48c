//! `referee replay`: the books again, from the log alone.

use std::process::ExitCode;

use clap::Args;
use referee_engine::error::Result;
use referee_engine::replay;

use super::Stores;

#[derive(Args)]
pub struct Replay {
    #[command(flatten)]
    stores: Stores,
    /// Rebuild beside the live books and compare the two byte for byte.
    #[arg(long, required = true)]
    check: bool,
}

pub fn run(command: Replay) -> Result<ExitCode> {
    let report = replay::check(&command.stores.load()?)?;
    match report.difference {
        None => {
            println!("{} records replayed; the rebuilt books are the same, byte for byte", report.records);
            Ok(ExitCode::SUCCESS)
        }
        Some((live, rebuilt)) => {
            println!("{} records replayed; the books differ:\n  live:    {live}\n  rebuilt: {rebuilt}", report.records);
            Ok(ExitCode::FAILURE)
        }
    }
}
