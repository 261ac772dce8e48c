//! `referee partition`: where the books of each brand are, and how they come elsewhere.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use referee_core::id::BrandId;
use referee_engine::clock::SystemClock;
use referee_engine::error::{Error, Result};
use referee_engine::relocation::{Moved, forget, move_partition};
use referee_engine::settings::ALIVE_MS;
use referee_engine::stores::Stores as OpenStores;

use super::Stores;
use super::transfer::bar;

#[derive(Args)]
pub struct Partition {
    #[command(subcommand)]
    command: PartitionCommand,
}

#[derive(Subcommand)]
enum PartitionCommand {
    /// Says where the books of each brand are.
    List {
        #[command(flatten)]
        stores: Stores,
    },
    /// Takes the books of a brand to another cluster, also while the servers run.
    Move {
        #[command(flatten)]
        stores: Stores,
        /// Whose books.
        #[arg(long)]
        brand: u32,
        /// The cluster's name.
        #[arg(long)]
        to: String,
    },
}

pub fn run(command: Partition) -> Result<ExitCode> {
    match command.command {
        PartitionCommand::List { stores } => list(stores),
        PartitionCommand::Move { stores, brand, to } => relocate(stores, BrandId(brand), &to),
    }
}

fn list(stores: Stores) -> Result<ExitCode> {
    let settings = OpenStores::open_settings(&stores.load()?)?;
    let placement = settings.placement()?;
    for (brand, _) in settings.brands()? {
        println!(
            "brand {} {:?}: partition {} in {}",
            brand.id,
            brand.name,
            brand.partition.0,
            placement.of(brand.partition)
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn relocate(stores: Stores, brand: BrandId, to: &str) -> Result<ExitCode> {
    let config = stores.load()?;
    let stores = OpenStores::open(&config, &SystemClock)?;
    let partition = stores.settings.find_brand(brand)?.map(|it| it.partition);
    let partition = partition.ok_or_else(|| Error::setup("move a partition", format!("there is no brand {brand}")))?;
    let bar = bar("new books", None);
    let moved = move_partition(&stores, partition, to, &config.data, &mut |records| bar.set_position(records))?;
    bar.finish();
    let Moved { from, records, difference } = moved;
    if let Some((old, new)) = difference {
        println!("the new books differ from the old, so nothing was moved:\n  old: {old}\n  new: {new}");
        return Ok(ExitCode::FAILURE);
    }
    println!("{records} records applied; old and new books are the same; brand {brand} is in {to} now");
    // Until every process has heard of it, somebody may still read the old ones.
    std::thread::sleep(Duration::from_millis(ALIVE_MS.unsigned_abs()));
    forget(&stores, partition, &from)?;
    println!("the old books are removed from {from}");
    Ok(ExitCode::SUCCESS)
}
