//! `cargo sim corpus`: how right the joins of the graph are, and those of simpler methods, where the truth is known.

mod component;
mod population;
mod score;
mod situation;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use referee_core::fact::{Conversion, Fact, Record};
use referee_core::id::ClickNo;
use referee_core::row::OrderKey;
use referee_core::time::{DAY_MS, Timestamp};
use referee_engine::books::reads::Reads as _;
use referee_engine::books::sql::{SqlBooks, SqlReads};

use self::component::{Components, Name};
use self::population::Population;
use self::score::Score;
use self::situation::Situation;
use crate::town::BRAND;
use crate::trial::{fill, is_of_another};

pub struct Options {
    pub people: usize,
    pub seed: u64,
    /// For the books; removed at the end.
    pub folder: PathBuf,
    /// Where the page goes; None: to the terminal.
    pub write: Option<PathBuf>,
}

/// The referral window of the corpus's only terms.
const WINDOW_DAYS: i64 = 30;
/// Records applied with one slice.
const AT_ONCE: usize = 500;

pub fn run(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.folder).with_context(|| format!("make {}", options.folder.display()))?;
    let page = page(options);
    std::fs::remove_dir_all(&options.folder).with_context(|| format!("remove {}", options.folder.display()))?;
    match &options.write {
        Some(path) => std::fs::write(path, page?).with_context(|| format!("write {}", path.display())),
        None => {
            print!("{}", page?);
            Ok(())
        }
    }
}

/// An order, and the clicks before it that are its buyer's: in truth, and as each method has it.
struct Judged {
    situation: Situation,
    of_buyer: BTreeSet<ClickNo>,
    by_click_id: BTreeSet<ClickNo>,
    by_components: BTreeSet<ClickNo>,
    by_graph: BTreeSet<ClickNo>,
}

fn page(options: &Options) -> Result<String> {
    let population = Population::new(options.people, options.seed)?;
    let judged = judged(&population, &options.folder)?;
    let mut lines = String::new();
    for situation in Situation::ALL {
        lines += &line(situation.word(), judged.iter().filter(|it| it.situation == situation));
    }
    lines += &line("all", judged.iter());
    let situations = Situation::ALL.map(|it| format!("- **{}** ({} %): {}", it.word(), it.percent(), it.story()));
    let numbers = [
        ("{people}", options.people.to_string()),
        ("{seed}", options.seed.to_string()),
        ("{clicks}", population.clickers.len().to_string()),
        ("{orders}", judged.len().to_string()),
        ("{facts}", population.records.len().to_string()),
        ("{situations}", situations.join("\n")),
        ("{lines}\n", lines),
    ];
    Ok(numbers.iter().fold(include_str!("page.md").to_owned(), |page, (word, number)| page.replace(word, number)))
}

/// A line of the table.
fn line<'a>(word: &str, judged: impl Iterator<Item = &'a Judged>) -> String {
    let (mut orders, mut scores) = (0, [Score::default(); 3]);
    for it in judged {
        orders += 1;
        for (score, joined) in scores.iter_mut().zip([&it.by_click_id, &it.by_components, &it.by_graph]) {
            score.note(joined, &it.of_buyer);
        }
    }
    let figures = scores.map(|score| format!("{} | {}", score.precision(), score.recall()));
    format!("| {word} | {orders} | {} |\n", figures.join(" | "))
}

fn judged(population: &Population, folder: &Path) -> Result<Vec<Judged>> {
    let path = folder.join("corpus.db");
    let mut books = SqlBooks::open_file(&path)?;
    fill(&mut books, &population.records, &mut || AT_ONCE)?;
    let reads = SqlReads::open_file(&path)?;
    let (mut components, mut clicks, mut judged) = (Components::default(), BTreeMap::new(), Vec::new());
    for record in &population.records {
        let names = names(record);
        components.join(&names);
        match &record.fact {
            Fact::ClickRecorded(click) => _ = clicks.insert(click.no, record.occurred_at),
            Fact::ConversionReported(report) => {
                let may: Vec<ClickNo> = within_reach(&clicks, record.occurred_at);
                let buyer = population.buyers.get(&report.order_id).context("every order has a buyer")?;
                let own = |click: &ClickNo| population.clickers.get(click) == Some(buyer);
                let joined = |click: &ClickNo| components.are_one(names[0], Name::Click(*click));
                judged.push(Judged {
                    situation: population.situations[buyer.0],
                    of_buyer: may.iter().copied().filter(own).collect(),
                    by_click_id: may.iter().copied().filter(|it| report.click.is_some_and(|of| of.no == *it)).collect(),
                    by_components: may.iter().copied().filter(joined).collect(),
                    by_graph: by_graph(&reads, report, &may)?,
                });
            }
            _ => {}
        }
    }
    Ok(judged)
}

/// What a record names.
fn names(record: &Record) -> Vec<Name> {
    let (click, identifiers) = match &record.fact {
        Fact::ClickRecorded(click) => (Some(click.no), click.visitor.into_iter().collect()),
        Fact::VisitRecorded(visit) => (visit.click.map(|click| click.no), visit.identifiers.clone()),
        Fact::ConversionReported(report) => (report.click.map(|click| click.no), report.identifiers.clone()),
        _ => (None, Vec::new()),
    };
    click.into_iter().map(Name::Click).chain(identifiers.into_iter().map(Name::Identifier)).collect()
}

/// Clicks that may still have led to an order: before it, by no more than the referral window.
fn within_reach(clicks: &BTreeMap<ClickNo, Timestamp>, order: Timestamp) -> Vec<ClickNo> {
    let reach = 0..=WINDOW_DAYS * DAY_MS;
    clicks.iter().filter(|(_, at)| reach.contains(&order.since_ms(**at))).map(|(click, _)| *click).collect()
}

/// The candidates of the order's decision, but for those that are named as somebody else's.
fn by_graph(reads: &SqlReads, report: &Conversion, may: &[ClickNo]) -> Result<BTreeSet<ClickNo>> {
    let key = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
    let decisions = reads.decisions_of(BRAND, &key)?;
    let newest = decisions.first().context("every order is decided")?;
    let of_buyer = newest.candidates.iter().filter(|it| !it.lost.is_some_and(is_of_another));
    Ok(of_buyer.map(|it| it.click).filter(|it| may.contains(it)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_page() {
        let folder = std::env::temp_dir().join(format!("referee-sim-corpus-{}", std::process::id()));
        let page = |seed| {
            std::fs::create_dir_all(&folder).unwrap();
            let page = page(&Options { people: 60, seed, folder: folder.clone(), write: None }).unwrap();
            std::fs::remove_dir_all(&folder).unwrap();
            page
        };
        assert_eq!(page(1), page(1));
        assert_ne!(page(1), page(2));
    }
}
