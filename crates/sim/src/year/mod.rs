//! `cargo sim years`: years through the real rules and a second bookkeeper, and whatever they see differently.

mod bookkeeper;
mod comparison;
mod kind;
mod life;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};

use self::comparison::Difference;
use self::kind::Tally;
use self::life::Year;

/// In so many years, all that can happen must have happened.
const YEARS_WHOLE: u64 = 10;
/// Differences that are told of one year.
const TOLD_MAX: usize = 4;

pub struct Options {
    pub first: u64,
    pub years: u64,
    /// Tell all records of each year.
    pub story: bool,
    /// For the books; removed at the end.
    pub folder: PathBuf,
}

/// What all years come to.
#[derive(Default)]
struct Totals {
    facts: usize,
    refused: usize,
    happened: Tally,
    statements: u64,
    differing: u64,
}

pub fn run(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.folder).with_context(|| format!("make {}", options.folder.display()))?;
    let tried = years(options);
    std::fs::remove_dir_all(&options.folder).with_context(|| format!("remove {}", options.folder.display()))?;
    let Totals { facts, refused, happened, statements, differing } = tried?;
    let years = options.years;
    let told = happened.told();
    println!(
        "{years} years, {facts} facts, {refused} refusals, {statements} statements: {told}: {differing} seen differently"
    );
    if differing > 0 {
        bail!("{differing} of {years} years are seen differently");
    }
    let missing = happened.missing();
    if years >= YEARS_WHOLE && !missing.is_empty() {
        bail!("in {years} years there were no {}", missing.join(" and no "));
    }
    Ok(())
}

fn years(options: &Options) -> Result<Totals> {
    let mut totals = Totals::default();
    for seed in options.first..options.first + options.years {
        let year = Year::new(seed)?;
        if options.story {
            year.records.iter().for_each(|it| println!("{} {} {:?}", it.no, it.received_at.0, it.fact));
        }
        // A panic of the rules is a finding, and no reason to leave out the other years.
        let tried = catch_unwind(AssertUnwindSafe(|| comparison::of(&year, seed, &options.folder)));
        match tried.unwrap_or_else(|_| Err(anyhow!("the rules panicked, see above"))) {
            Ok(findings) => {
                totals.statements += findings.statements;
                totals.differing += u64::from(!findings.differences.is_empty());
                tell(&year, seed, &findings.differences);
            }
            Err(error) => {
                totals.differing += 1;
                println!("year {seed}: {error:#}\n");
            }
        }
        totals.facts += year.records.len();
        totals.happened.add(&year.bookkeeper.happened);
        totals.refused += year.refusals.iter().flatten().count();
    }
    Ok(totals)
}

fn tell(year: &Year, seed: u64, differences: &[Difference]) {
    for Difference { about, books, bookkeeper, record } in differences.iter().take(TOLD_MAX) {
        println!("year {seed}: {about}\n  books:      {books}\n  bookkeeper: {bookkeeper}");
        if let Some(record) = record.and_then(|n| year.records.get(n)) {
            println!("  {:?}", record.fact);
        }
        println!();
    }
    let more = differences.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        println!("year {seed}: and {more} more\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_and_bookkeeper_agree() {
        let folder = std::env::temp_dir().join(format!("referee-sim-years-{}", std::process::id()));
        run(&Options { first: 1, years: 3, story: false, folder }).unwrap();
    }
}
