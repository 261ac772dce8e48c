//! Runs a command beside engines that are started for it: `referee-rig postgres npm test`, or `jetstream` for both.

use std::process::{Command, ExitCode};

use referee_rig::postgres::Options;
use referee_rig::{Nats, Postgres};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(engines), Some(program)) = (arguments.next(), arguments.next()) else {
        eprintln!("referee-rig: say which engines (postgres, jetstream) and then the command");
        return ExitCode::FAILURE;
    };
    let postgres = Postgres::start_with(Options { fsync: false, ..Options::default() });
    let nats = (engines == "jetstream").then(|| Nats::cluster(3));
    let mut command = Command::new(program);
    command.args(arguments).env("REFEREE_DATABASE_URL", postgres.url());
    if let Some(nats) = &nats {
        command.env("REFEREE_LOG_URL", nats.urls()).env("REFEREE_LOG_REPLICAS", "3");
    }
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("referee-rig: the command could not be run: {error}");
            ExitCode::FAILURE
        }
    }
}
