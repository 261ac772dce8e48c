//! `referee config`: what is in force.

use std::process::ExitCode;

use referee_engine::error::Result;

use super::Settings;

pub fn run(settings: Settings) -> Result<ExitCode> {
    print!("{}", settings.load()?.to_toml()?);
    Ok(ExitCode::SUCCESS)
}
