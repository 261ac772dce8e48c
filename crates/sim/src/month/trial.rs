//! A month through the real rules, books and statistics, as a server applies and examines it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use referee_core::config::Config;
use referee_core::contract::{ClickTerms, EventPayout, Payout, TermsRules};
use referee_core::fact::{Actor, AdSet, Fact, Record, Role, TermsSet};
use referee_core::id::{AdId, FactId, PartnerId, RecordNo, UserId};
use referee_core::machine::RULES_VERSION;
use referee_core::money::{MICROS, Money};
use referee_core::program::{Category, Standing};
use referee_core::row::{BrandState, PayableClickRow};
use referee_core::time::{DAY_MS, HOUR_MS, Timestamp, Zone};
use referee_engine::books::batch::apply_records;
use referee_engine::books::payable_reads::{PayablePlace, PayableReads as _};
use referee_engine::books::reads::Period;
use referee_engine::books::sql::{SqlBooks, SqlReads};
use referee_engine::books::{Applied, Books as _};
use referee_engine::doubt::{exam, gathering};
use referee_engine::log::Position;
use referee_engine::routing::PartitionId;

use super::life::{BEFORE, Life};
use super::outcome::Outcome;
use super::{CLICK, PROGRAM, SALE, START, partners};
use crate::town::BRAND;
use crate::town::offer::{bare_terms, event_type, program, rules};

const PARTITION: PartitionId = PartitionId(1);
const CLICKS_AT_ONCE: u32 = 10_000;
/// What is queued is done within so many pieces of work.
const WORK: [u32; 2] = [10_000, 10_000];

/// So many days, which may be fewer than the weeks before the month.
pub fn of(seed: u64, days: i64, folder: &Path) -> Result<Outcome> {
    let path = folder.join(format!("month-{seed}.db"));
    let mut trial = Trial::new(&path)?;
    trial.apply(set_up()?.into_iter().map(|fact| (START.minus_days(10), fact)).collect())?;
    let mut life = Life::new(seed);
    let reads = SqlReads::open_file(&path)?;
    let mut doubts = Vec::new();
    for n in 0..days {
        let mut facts = life.next_day();
        let after = START.plus_ms((n + 1) * DAY_MS + HOUR_MS);
        facts.push((after, Fact::TimePassed));
        facts.extend(WORK.map(|limit| (after, Fact::WorkAdvanced { limit })));
        trial.apply(facts)?;
        if n < BEFORE {
            continue;
        }
        let zone = Zone::utc();
        let day = zone.day(START).plus(n as u32);
        let found = exam::examine(&gathering::figures(&reads, BRAND, PROGRAM, (&zone, day))?);
        trial.apply(found.iter().map(|it| (after, Fact::ClicksDoubted(it.clone()))).collect())?;
        doubts.extend(found);
    }
    let rows = rows(&reads, days)?;
    Ok(Outcome::new(days, rows, &life.truth, doubts))
}

/// Clicks of the month; all of them where there is no month.
fn rows(reads: &SqlReads, days: i64) -> Result<Vec<PayableClickRow>> {
    let first = Zone::utc().day(START);
    let from = first.plus(if days > BEFORE { BEFORE as u32 } else { 0 });
    let period = Period { program: PROGRAM, from, to: first.plus(days as u32), partner: None };
    let (mut rows, mut after) = (Vec::new(), PayablePlace { day: from, ..PayablePlace::default() });
    loop {
        let some = reads.payables(BRAND, period, after, CLICKS_AT_ONCE)?;
        let Some(last) = some.last() else { return Ok(rows) };
        after = PayablePlace::of(last);
        rows.extend(some);
    }
}

struct Trial {
    books: SqlBooks,
    brand: (Config, BrandState),
    records: u64,
    position: u64,
}

impl Trial {
    fn new(path: &Path) -> Result<Trial> {
        let (books, brand) = (SqlBooks::open_file(path)?, Default::default());
        Ok(Trial { books, brand, records: 0, position: 0 })
    }

    fn apply(&mut self, facts: Vec<(Timestamp, Fact)>) -> Result<()> {
        let mut records = Vec::new();
        for (at, fact) in facts {
            self.records += 1;
            let n = self.records;
            let actor = (fact.stands_alone() && at < START).then(|| Actor {
                user: UserId(1),
                role: Role::Owner,
                reason: String::new(),
            });
            let id = FactId { edge: 1, epoch: 1, n };
            records.push(Record { no: RecordNo(n), brand: BRAND, id, received_at: at, occurred_at: at, actor, fact });
        }
        let mut refused: BTreeMap<&'static str, u32> = BTreeMap::new();
        self.books.begin(PARTITION, Position(self.position))?;
        let (config, state) = std::mem::take(&mut self.brand);
        self.brand = apply_records(&mut self.books, BRAND, config, state, &records, &mut |record, outcome| {
            if outcome.refusal.is_some() && record.fact.stands_alone() {
                *refused.entry(record.fact.kind()).or_default() += 1;
            }
        })?;
        self.position += 1;
        self.books.commit(PARTITION, &Applied { position: Position(self.position), ..Applied::default() })?;
        anyhow::ensure!(refused.is_empty(), "the rules refused {refused:?}");
        Ok(())
    }
}

fn set_up() -> Result<Vec<Fact>> {
    let landing_url = "https://www.shop.example/".to_owned();
    let (id, name) = (Some(AdId(1)), "Ad".to_owned());
    let mut facts = vec![
        Fact::RulesAdopted { version: RULES_VERSION },
        Fact::ProgramSet(program(PROGRAM, *b"EUR", "UTC")?),
        event_type(PROGRAM, SALE, "sale", Category::Sale, true),
        event_type(PROGRAM, CLICK, "click", Category::Click, true),
        Fact::AdSet(AdSet { program: PROGRAM, id, name, landing_url, standing: Standing::Active }),
        Fact::TermsSet(TermsSet { rules: Some(terms()), starts_at: START.minus_days(10), ..bare_terms(PROGRAM, None) }),
    ];
    let set = |partner: PartnerId| {
        let terms = TermsSet { starts_at: START.minus_days(10), ..bare_terms(PROGRAM, Some(partner)) };
        [Fact::PartnerSet { partner, standing: Standing::Active, channel: false }, Fact::TermsSet(terms)]
    };
    facts.extend(partners().flat_map(set));
    Ok(facts)
}

/// Orders pay a share, and clicks five cents each, after a week for a review.
fn terms() -> TermsRules {
    let clicks = Some(ClickTerms::Reviewed { review_days: 7 });
    let payout = EventPayout { clicks, ..EventPayout::plain(CLICK, Payout::Fixed { amount: Money(MICROS / 20) }) };
    let orders = rules(30, Some(80_000), None);
    TermsRules { payouts: [orders.payouts, vec![payout]].concat(), ..orders }
}
