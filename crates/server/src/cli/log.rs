//! `referee log`: looks into the log.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_engine::error::{Error, Result};
use referee_engine::log::frame::unpack;
use referee_engine::log::json::to_json_line;
use referee_engine::log::sqlite::SqliteLog;
use referee_engine::log::{Log as _, Position};
use referee_engine::routing::PartitionId;
use referee_engine::settings::Settings;

#[derive(Args)]
pub struct Log {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Subcommand)]
enum LogCommand {
    /// Prints every record as a line of JSON.
    Cat {
        /// Folder of the log.
        #[arg(long, env = "REFEREE_DATA", default_value = "referee-data")]
        data: PathBuf,
        /// Only this brand's.
        #[arg(long)]
        brand: Option<u32>,
    },
}

const FRAMES_AT_ONCE: usize = 256;

pub fn run(command: Log) -> Result<ExitCode> {
    let LogCommand::Cat { data, brand } = command.command;
    let settings = Settings::open(&data)?;
    let log = SqliteLog::open(&data.join("log.db"))?;
    for (it, _) in settings.brands()? {
        if brand.is_none_or(|brand| brand == it.id.0) && !cat(&log, it.partition)? {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a partition; false when whoever read has seen enough.
fn cat(log: &SqliteLog, partition: PartitionId) -> Result<bool> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut after = Position::default();
    loop {
        let frames = log.read(partition, after, FRAMES_AT_ONCE)?;
        let Some((last, _)) = frames.last() else { break };
        after = *last;
        for (_, frame) in &frames {
            for (id, draft) in unpack(frame)? {
                let line = to_json_line(&id, &draft)?;
                if !printed(writeln!(out, "{line}"))? {
                    return Ok(false);
                }
            }
        }
    }
    printed(out.flush())
}

/// Whether there is still somebody to print for.
fn printed(outcome: std::io::Result<()>) -> Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Error::setup("print the log", error)),
    }
}
