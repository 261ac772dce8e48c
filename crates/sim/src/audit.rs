//! `cargo sim audit`: towns through the real rules and the auditor, and whatever they see differently.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use referee_core::fact::{Fact, Record};
use referee_core::identity::Identifier;

use crate::auditor::OrderName;
use crate::shrink::smallest;
use crate::town::Town;
use crate::town::features::Features;
use crate::trial::{self, Disagreement, Findings, Matter};

/// Disagreements that are told of one town.
const TOLD_MAX: usize = 3;
/// Lines of records told of one disagreement.
const LINES_MAX: usize = 40;

pub struct Options {
    pub first: u64,
    pub seeds: u64,
    pub features: Features,
    /// Tell all records of each town.
    pub story: bool,
    /// Of a town that is seen differently, tell of the smallest part that still is.
    pub shrink: bool,
    /// For the books; removed at the end.
    pub folder: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.folder).with_context(|| format!("make {}", options.folder.display()))?;
    let told = towns(options);
    std::fs::remove_dir_all(&options.folder).with_context(|| format!("remove {}", options.folder.display()))?;
    let (text, differing) = told?;
    print!("{text}");
    if differing > 0 {
        bail!("{differing} of {} towns are seen differently", options.seeds);
    }
    Ok(())
}

/// What is to be told of all towns, and how many of them are seen differently.
fn towns(options: &Options) -> Result<(String, u64)> {
    let (mut text, mut differing, mut all, mut facts) = (String::new(), 0, Findings::default(), 0);
    for seed in options.first..options.first + options.seeds {
        let town = Town::new(seed, options.features)?;
        facts += town.records.len();
        if options.story {
            text += &story(&town);
        }
        // A panic of the rules is a finding, and no reason to leave out the other towns.
        let tried = catch_unwind(AssertUnwindSafe(|| trial::of(&town, seed, &options.folder)));
        let findings = tried.unwrap_or_else(|_| Err(anyhow!("the rules panicked, see above")));
        let told = match &findings {
            Ok(findings) => told_of_all(&town, seed, &findings.disagreements),
            Err(error) => format!("town {seed}: {error:#}\n\n"),
        };
        if !told.is_empty() {
            differing += 1;
            text += &told;
            if options.shrink {
                text += &story(&smallest(&town, seed, &options.folder)?);
            }
        }
        let findings = findings.unwrap_or_default();
        all.orders += findings.orders;
        all.credited += findings.credited;
        all.pairs += findings.pairs;
    }
    text += &format!(
        "{} towns, {facts} facts, {} orders of which {} earn something, {} pairs of identifiers: {} seen differently\n",
        options.seeds, all.orders, all.credited, all.pairs, differing
    );
    Ok((text, differing))
}

fn story(town: &Town) -> String {
    town.records.iter().map(|record| town.line(record) + "\n").collect()
}

/// The first few disagreements of a town.
fn told_of_all(town: &Town, seed: u64, disagreements: &[Disagreement]) -> String {
    let mut text: String = disagreements.iter().take(TOLD_MAX).map(|it| told(town, seed, it)).collect();
    let more = disagreements.len().saturating_sub(TOLD_MAX);
    if more > 0 {
        text += &format!("town {seed}: and {more} more\n\n");
    }
    text
}

fn told(town: &Town, seed: u64, disagreement: &Disagreement) -> String {
    let Disagreement { about, books, auditor } = disagreement;
    let (heading, lines) = match about {
        Matter::Order { name, record } => (format!("order {} at record {record}", name.1), story_of(town, name)),
        Matter::Sum { name } => (format!("what order {} comes to", name.1), story_of(town, name)),
        Matter::Invariant(what) => ((*what).to_owned(), Vec::new()),
        Matter::Days(program) => (format!("days of program {program}"), Vec::new()),
        Matter::People { a, b } => {
            (format!("{} and {}", town.names.of(a), town.names.of(b)), story_about(town, vec![*a, *b]))
        }
    };
    let mut text = format!("town {seed}: {heading}\n  books:   {books}\n  auditor: {auditor}\n");
    let hidden = lines.len().saturating_sub(LINES_MAX);
    if hidden > 0 {
        text += &format!("  ({hidden} earlier records)\n");
    }
    for line in &lines[hidden..] {
        text += &format!("  {line}\n");
    }
    text + "\n"
}

fn story_of(town: &Town, name: &OrderName) -> Vec<String> {
    let mut named = Vec::new();
    for record in &town.records {
        if let Fact::ConversionReported(report) = &record.fact
            && (report.event_type, &report.order_id) == (name.0, &name.1)
        {
            named.extend(report.named());
        }
    }
    let mut story = story_about(town, named);
    story.extend(town.records.iter().filter(|it| is_of_order(it, name)).map(|it| town.line(it)));
    let buyer = town.buyers.get(name).map_or(0, |person| person.0);
    let theirs = town.clickers.iter().filter(|(_, person)| person.0 == buyer);
    let clicks: Vec<String> = theirs.map(|(click, _)| click.to_string()).collect();
    story.push(format!("in truth: placed by person {buyer}, who clicked {}", clicks.join(" ")));
    story
}

fn is_of_order(record: &Record, name: &OrderName) -> bool {
    matches!(&record.fact, Fact::ConversionReported(it) if (it.event_type, &it.order_id) == (name.0, &name.1))
}

/// The records that name these identifiers, or others that are named with them.
fn story_about(town: &Town, mut about: Vec<Identifier>) -> Vec<String> {
    for _ in 0..2 {
        for record in &town.records {
            let named = Town::named(record);
            if named.iter().any(|it| about.contains(it)) {
                about.extend(named);
            }
        }
        about.sort();
        about.dedup();
    }
    let concerned = town.records.iter().filter(|it| Town::named(it).iter().any(|it| about.contains(it)));
    concerned.map(|record| town.line(record)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_and_auditor_agree() {
        let folder = std::env::temp_dir().join(format!("referee-sim-audit-{}", std::process::id()));
        run(&Options { first: 1, seeds: 12, features: Features::FULL, story: false, shrink: false, folder }).unwrap();
    }
}
