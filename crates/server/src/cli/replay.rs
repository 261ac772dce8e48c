//! `referee replay`: the books again, from the log alone.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use referee_engine::error::Result;
use referee_engine::replay;

#[derive(Args)]
pub struct Replay {
    /// Folder of the log and the books.
    #[arg(long, env = "REFEREE_DATA", default_value = "referee-data")]
    data: PathBuf,
    /// Rebuild beside the live books and compare the two byte for byte.
    #[arg(long, required = true)]
    check: bool,
}

pub fn run(command: Replay) -> Result<ExitCode> {
    let report = replay::check(&command.data)?;
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
