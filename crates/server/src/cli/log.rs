//! `referee log`: looks into the log.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_engine::clock::SystemClock;
use referee_engine::error::{Error, Result};
use referee_engine::log::frame::unpack;
use referee_engine::log::json::to_json_line;
use referee_engine::log::{Log, Position, patiently};
use referee_engine::routing::PartitionId;

use super::Stores;

#[derive(Args)]
pub struct LogArgs {
    #[command(subcommand)]
    command: LogCommand,
}

#[derive(Subcommand)]
enum LogCommand {
    /// Prints every record as a line of JSON.
    Cat {
        #[command(flatten)]
        stores: Stores,
        /// Only this brand's.
        #[arg(long)]
        brand: Option<u32>,
    },
}

const FRAMES_AT_ONCE: usize = 256;

pub fn run(command: LogArgs) -> Result<ExitCode> {
    let LogCommand::Cat { stores, brand } = command.command;
    let stores = referee_engine::stores::Stores::open(&stores.load()?, &SystemClock)?;
    for (it, _) in stores.settings.brands()? {
        if brand.is_none_or(|brand| brand == it.id.0) && !cat(stores.log.as_ref(), it.partition)? {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints a partition; false when whoever read has seen enough.
fn cat(log: &dyn Log, partition: PartitionId) -> Result<bool> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut after = Position::default();
    loop {
        let frames = patiently(|| log.read(partition, after, FRAMES_AT_ONCE))?;
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
