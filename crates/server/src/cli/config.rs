//! `referee config`: what is in force.

use std::process::ExitCode;

use referee_engine::error::Result;
use referee_engine::intake::network::Networks;

use super::Settings;

pub fn run(settings: Settings) -> Result<ExitCode> {
    let config = settings.load()?;
    print!("{}", config.to_toml()?);
    // What would stop the server is said here already.
    Networks::open(&config.networks)?;
    for note in config.networks.notes() {
        println!("# {note}");
    }
    Ok(ExitCode::SUCCESS)
}
