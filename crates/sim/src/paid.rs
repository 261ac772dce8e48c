//! What a click costs more where clicks are paid for themselves: the same clicks in a program that does not pay for them,
//! in one that reviews them, and in one that pays them instantly, in turn.
//!
//! Two things are measured: what the rules take by themselves, and what the machine takes with its books, where each paid
//! click is a row of its own beside what is counted of it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use referee_core::contract::ClickTerms;
use referee_core::fact::Record;
use referee_core::id::{BrandId, FactId, RecordNo};
use referee_core::machine;
use referee_core::slice::Slice;
use referee_engine::intake::network::Networks;
use referee_engine::limits::BATCH_RECORDS_MAX;
use referee_engine::log::Draft;

use crate::cpu::process_time;
use crate::world::{Mix, World};
use crate::{apply, signals};

pub struct Options {
    pub clicks: u64,
    pub rounds: u64,
    pub seed: u64,
    pub folder: PathBuf,
}

/// What measuring, classifying and pricing may add to a click.
const MOST_US: f64 = 3.0;

const PROGRAMS: [(&str, Option<ClickTerms>); 3] = [
    ("not paid", None),
    ("reviewed", Some(ClickTerms::Reviewed { review_days: 7 })),
    ("instant", Some(ClickTerms::Instant)),
];

pub fn run(options: &Options) -> Result<()> {
    ensure!(options.clicks > 0 && options.rounds > 0, "there is nothing to measure without clicks");
    let networks = Networks::built_in()?;
    let asked = signals::Options { clicks: options.clicks, seed: options.seed };
    let mut measured = Vec::new();
    let (mut rules, mut whole) = ([const { Vec::new() }; 3], [const { Vec::new() }; 3]);
    let mut bytes = [0; 3];
    for _ in 0..options.rounds {
        measured.push(us(signals::usual(&asked, &networks)));
        for (i, (name, clicks)) in PROGRAMS.iter().enumerate() {
            rules[i].push(by_rules(world(options, *clicks), options.clicks)?);
            let asked = apply::Options {
                clicks: options.clicks,
                seed: options.seed,
                folder: options.folder.clone(),
                database_url: None,
                json: None,
            };
            let run = apply::measure(&asked, name, world(options, *clicks))?;
            bytes[i] = run.books.bytes / run.facts;
            whole[i].push(run.us_per_fact(run.cpu));
        }
    }
    let measured = median(measured);
    println!("measured at intake: {measured:.2} us a click");
    let mut most: f64 = 0.0;
    for (i, (name, _)) in PROGRAMS.iter().enumerate() {
        let (by_rules, all) = (median(rules[i].clone()), median(whole[i].clone()));
        let added = by_round(&rules[i], &rules[0], |it, plain| it - plain);
        let with_books = by_round(&whole[i], &whole[0], |it, plain| it - plain);
        println!(
            "{name}: rules {by_rules:.2} us a click, {added:+.2}; with the books {all:.2} us, {with_books:+.2}, {:.2} x; \
             {:.0} per core-second; {} B of books a click",
            by_round(&whole[i], &whole[0], |it, plain| it / plain),
            1_000_000.0 / all,
            bytes[i],
        );
        most = most.max(measured + added);
    }
    println!("measured, classified and priced: {most:.2} us added to a click at most; to reach {MOST_US}");
    if most > MOST_US {
        bail!("a click may cost {MOST_US} us more");
    }
    Ok(())
}

fn world(options: &Options, clicks: Option<ClickTerms>) -> World {
    let world = World::new(BrandId(1), options.seed, Mix::CLICKS);
    match clicks {
        Some(clicks) => world.paying_for_clicks(clicks),
        None => world,
    }
}

fn us(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000_000.0
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Each round by itself, so that what else the machine did is in both.
fn by_round(these: &[f64], those: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    median(these.iter().zip(those).map(|(this, that)| of(*this, *that)).collect())
}

/// What the rules alone take of a click, in batches as the machine makes them, over books that hold nothing.
fn by_rules(mut world: World, clicks: u64) -> Result<f64> {
    let (mut slice, mut last) = (Slice::default(), 0);
    let mut record = |draft: Draft| {
        last += 1;
        let Draft { brand, received_at, occurred_at, actor, fact, raw: _ } = draft;
        Record {
            no: RecordNo(last),
            brand,
            id: FactId { edge: 1, epoch: 1, n: last },
            received_at,
            occurred_at,
            actor,
            fact,
        }
    };
    for draft in world.set_up()? {
        machine::apply(&mut slice, &record(draft));
    }
    let (mut spent, mut left) = (Duration::ZERO, clicks as usize);
    while left > 0 {
        let some = left.min(BATCH_RECORDS_MAX);
        let mut drafts = Vec::new();
        (0..some).for_each(|_| world.next(&mut drafts));
        let records: Vec<Record> = drafts.into_iter().map(&mut record).collect();
        let begun = process_time();
        slice = Slice::new(slice.config, slice.state);
        expect_nothing(&mut slice, &records);
        for record in &records {
            std::hint::black_box(machine::apply(&mut slice, record));
        }
        spent += process_time() - begun;
        left -= some;
    }
    Ok(us(spent) / clicks as f64)
}

/// What books answer that hold nothing yet.
fn expect_nothing(slice: &mut Slice, records: &[Record]) {
    let wanted = slice.wanted(records);
    slice.expect(&wanted);
    let (clicks, marks) = slice.wanted_payables(records);
    slice.payables.expect_all(clicks.into_iter());
    slice.marks.expect_all(marks.into_iter());
    let days = slice.wanted_click_days(records);
    slice.click_days.expect_all(days.into_iter());
    let counters = slice.wanted_counters(records);
    slice.expect_counters(counters);
}
