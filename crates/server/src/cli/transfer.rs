//! `referee migrate`, `backup` and `restore`: everything of an installation, in other stores.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use referee_core::row::Account;
use referee_engine::clock::SystemClock;
use referee_engine::config::{Config, Source};
use referee_engine::error::{Error, Result};
use referee_engine::intake::amount::decimal;
use referee_engine::stores::Stores as OpenStores;
use referee_engine::transfer::{self, Contents, Transferred};

use super::Stores;

/// From the stores that the other flags name.
#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    from: Stores,
    /// Configuration file of the stores to move to. They must be empty, or an earlier try's.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    from: Stores,
    /// Folder to write: a new one, or that of an earlier backup, which is brought up to date.
    folder: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    to: Stores,
    /// Folder of the backup.
    folder: PathBuf,
}

/// Moves to other stores: copies settings and log, rebuilds the books, and compares them with the old ones.
pub fn migrate(command: Migrate) -> Result<ExitCode> {
    let (from_config, to_config) = (command.from.load()?, Config::new(Source::read(&command.to)?)?);
    let from = OpenStores::open(&from_config, &SystemClock)?;
    transfer::nobody_works_on(&from, &from_config)?;
    with_bar("old books", None, |watch| transfer::catch_up(&from, watch))?;
    let to = transfer::open_target(&from_config, &from.settings, &to_config)?;
    transfer::nobody_works_on(&to, &to_config)?;
    let copied = with_bar("log", None, |watch| transfer::copy(&from, &to, watch))?;
    say_copied(&copied);
    with_bar("new books", Some(copied.records), |watch| transfer::catch_up(&to, watch))?;
    let (contents, difference) = transfer::compare(&from, &to, &to_config.data)?;
    say_contents(&contents);
    match difference {
        None => {
            println!("old and new books are the same, byte for byte; start the server with {}", command.to.display());
            Ok(ExitCode::SUCCESS)
        }
        Some((old, new)) => {
            println!("the books differ, so do not go on with the new ones:\n  old: {old}\n  new: {new}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Copies log and settings into a folder, also while the server runs. The books are rebuilt when it is restored.
pub fn backup(command: Backup) -> Result<ExitCode> {
    let from_config = command.from.load()?;
    let from = OpenStores::open(&from_config, &SystemClock)?;
    let to = transfer::open_target(&from_config, &from.settings, &files_in(&command.folder)?)?;
    let copied = with_bar("log", None, |watch| transfer::copy(&from, &to, watch))?;
    say_copied(&copied);
    println!("the backup is in {}; it holds the master key: keep it where nobody reads it", command.folder.display());
    Ok(ExitCode::SUCCESS)
}

/// Fills empty stores from a backup, and rebuilds the books.
pub fn restore(command: Restore) -> Result<ExitCode> {
    if !command.folder.join("settings.db").exists() {
        let cause = format!("{} holds no backup", command.folder.display());
        return Err(Error::setup("restore a backup", cause));
    }
    let (from_config, to_config) = (files_in(&command.folder)?, command.to.load()?);
    let from = OpenStores::open(&from_config, &SystemClock)?;
    let to = transfer::open_target(&from_config, &from.settings, &to_config)?;
    transfer::nobody_works_on(&to, &to_config)?;
    let copied = with_bar("log", None, |watch| transfer::copy(&from, &to, watch))?;
    say_copied(&copied);
    with_bar("books", Some(copied.records), |watch| transfer::catch_up(&to, watch))?;
    say_contents(&transfer::contents(&to, &to_config.data)?);
    Ok(ExitCode::SUCCESS)
}

fn files_in(folder: &std::path::Path) -> Result<Config> {
    Config::new(Source { data: Some(folder.to_owned()), ..Source::default() })
}

/// Shows how far it is, where somebody watches.
fn with_bar<T>(
    name: &'static str,
    records: Option<u64>,
    work: impl FnOnce(transfer::Watch<'_>) -> Result<T>,
) -> Result<T> {
    let bar = bar(name, records);
    let done = work(&|records| bar.set_position(records));
    bar.finish();
    done
}

/// A bar where it is known how much there is, and otherwise a count.
pub fn bar(name: &'static str, records: Option<u64>) -> ProgressBar {
    let (bar, template) = match records {
        Some(records) => (ProgressBar::new(records), "{prefix:>10} {bar:30} {human_pos} of {human_len} records, {eta}"),
        None => (ProgressBar::no_length(), "{prefix:>10} {spinner} {human_pos} records, {per_sec}, {elapsed}"),
    };
    let bar = bar.with_prefix(name);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn say_copied(copied: &Transferred) {
    let Transferred { brands, frames, records } = copied;
    println!("{brands} brands with their settings, {frames} frames and {records} records of the log are copied");
}

fn say_contents(contents: &Contents) {
    let rows: Vec<String> = contents.rows.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
    println!("rows of the books: {}", rows.join(", "));
    for ((account, currency), sum) in &contents.sums {
        println!("{}: {} {currency}", account_word(*account), decimal(*sum, *currency));
    }
}

fn account_word(account: Account) -> &'static str {
    match account {
        Account::Cost => "cost to the brands",
        Account::Pending => "pending",
        Account::Locked => "locked",
        Account::Paid => "paid",
        Account::Correction => "corrections, cost to the brands",
        Account::Bonus => "bonuses, cost to the brands",
        Account::Fee => "fees, cost to the brands",
    }
}
