//! How fast orders are decided whose buyer is only known through the graph, with few and with many identifiers in the
//! books; how much room an identifier takes; and how soon a decision can be read.
//!
//! Every person clicked once with a cookie, signed in once, and orders on another device: the order names the customer
//! only, and the click is found through the sign-in.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use referee_core::fact::{Actor, Click, Conversion, Fact, Navigation, Role, Signals, Visit};
use referee_core::id::{AdId, BrandId, ClickNo, EventTypeId, FactId, PartnerId, ProgramId, RecordNo, UserId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::Source;
use referee_core::row::BrandState;
use referee_core::time::Timestamp;
use referee_engine::Engine;
use referee_engine::books::batch::apply_records;
use referee_engine::books::reads::Reads as _;
use referee_engine::books::sql::{SqlBooks, SqlReads};
use referee_engine::books::{Applied, Books};
use referee_engine::clock::SystemClock;
use referee_engine::config::{Config, Source as ConfigSource};
use referee_engine::engine::Place;
use referee_engine::intake::submission::new_submission;
use referee_engine::limits::BATCH_RECORDS_MAX;
use referee_engine::log::{Draft, Position};
use referee_engine::routing::PartitionId;
use referee_engine::settings::NewBrand;

use crate::books::size;
use crate::cpu::process_time;
use crate::random::Random;
use crate::world::{Mix, OPENING, World};

const BRAND: BrandId = BrandId(1);
const PARTITION: PartitionId = PartitionId(1);
/// Facts of one transaction while the books are filled.
const FILLED_AT_ONCE: usize = BATCH_RECORDS_MAX;
/// Orders of one transaction: while few wait, and as many as the machine takes when it is behind.
const DECIDED_AT_ONCE: [usize; 2] = [256, BATCH_RECORDS_MAX];

pub struct Options {
    pub identifiers: u64,
    pub orders: u64,
    /// Orders a second for the measure of how soon; none if zero.
    pub rate: u64,
    pub folder: PathBuf,
}

pub fn run(options: &Options) -> Result<()> {
    for identifiers in [100_000.min(options.identifiers), options.identifiers] {
        in_folder(&options.folder, |folder| decide(folder, identifiers, options.orders))?;
    }
    if options.rate > 0 {
        in_folder(&options.folder, |folder| how_soon(folder, options.rate))?;
    }
    Ok(())
}

/// In a folder that goes away.
pub fn in_folder(folder: &Path, work: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    let outcome = work(folder);
    std::fs::remove_dir_all(folder).with_context(|| format!("remove {}", folder.display()))?;
    outcome
}

/// A person is a number: everything of it follows from that.
fn named(kind: IdentifierKind, person: u64) -> Identifier {
    let mut random = Random::new(person << 4 | u64::from(kind.number()));
    Identifier { kind, hash: random.bytes() }
}

fn seen_at(person: u64) -> Timestamp {
    OPENING.plus_ms((person / 20) as i64)
}

fn click(person: u64) -> Fact {
    Fact::ClickRecorded(Click {
        no: ClickNo(1 + person),
        program: ProgramId(1),
        partner: PartnerId(11 + (person % 40) as u32),
        ad: AdId(1 + (person % 8) as u32),
        slug: None,
        visitor: Some(named(IdentifierKind::Visitor, person)),
        sub_ids: Default::default(),
        shared_id: String::new(),
        signals: Signals { navigation: Navigation::Navigate, ..Signals::default() },
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
    })
}

fn sign_in(person: u64) -> Fact {
    Fact::VisitRecorded(Visit {
        program: ProgramId(1),
        source: Source::Browser,
        click: None,
        identifiers: vec![named(IdentifierKind::CustomerId, person), named(IdentifierKind::Visitor, person)],
        aliases: Vec::new(),
        left_out: Vec::new(),
        issued: None,
        path: "/account".into(),
    })
}

pub fn order(n: u64, person: u64, at: Timestamp) -> Fact {
    let mut random = Random::new(n);
    Fact::ConversionReported(Conversion {
        submission: new_submission(at),
        program: ProgramId(1),
        event_type: EventTypeId(1),
        order_id: format!("R{n:09}"),
        source: Source::Server,
        currency: Currency(*b"EUR"),
        amount: Money(50 * MICROS),
        items: Vec::new(),
        identifiers: vec![named(IdentifierKind::CustomerId, person)],
        aliases: Vec::new(),
        left_out: Vec::new(),
        click: None,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: random.bytes(),
        fields: Vec::new(),
        click_path: None,
    })
}

fn set_up() -> Result<Vec<Draft>> {
    Ok(World::new(BRAND, 1, Mix::CLICKS).set_up()?)
}

/// Books that are filled fact by fact.
struct Filling {
    books: SqlBooks,
    brand: Option<(referee_core::config::Config, BrandState)>,
    records: u64,
    position: u64,
}

impl Filling {
    fn new(path: &Path) -> Result<Filling> {
        let books = SqlBooks::open_file(path)?;
        let mut filling = Filling { books, brand: Some(Default::default()), records: 0, position: 0 };
        let drafts = set_up()?;
        filling.apply(drafts.into_iter().map(|draft| (draft.occurred_at, draft.actor, draft.fact)))?;
        Ok(filling)
    }

    /// One transaction.
    fn apply(&mut self, facts: impl Iterator<Item = (Timestamp, Option<Actor>, Fact)>) -> Result<()> {
        let records: Vec<_> = facts
            .map(|(at, actor, fact)| {
                self.records += 1;
                let (no, id) = (RecordNo(self.records), FactId { edge: 1, epoch: 1, n: self.records });
                referee_core::fact::Record { no, brand: BRAND, id, received_at: at, occurred_at: at, actor, fact }
            })
            .collect();
        self.books.begin(PARTITION, Position(self.position))?;
        let (config, state) = self.brand.take().context("a batch before failed")?;
        self.brand = Some(apply_records(&mut self.books, BRAND, config, state, &records, &mut |_, _| {})?);
        self.position += 1;
        Ok(self.books.commit(PARTITION, &Applied { position: Position(self.position), ..Applied::default() })?)
    }

    /// Orders of people drawn at random, from a moment on; how much of a core it took.
    fn decide(
        &mut self,
        numbers: Range<u64>,
        at_once: usize,
        after: Timestamp,
        mut buyers: Buyers,
    ) -> Result<Duration> {
        let mut cost = Duration::ZERO;
        for from in numbers.clone().step_by(at_once) {
            let ordered = (from..numbers.end.min(from + at_once as u64)).map(|n| {
                let at = after.plus_ms((n - numbers.start) as i64);
                (at, None, order(n, buyers.random.below(buyers.people), at))
            });
            // Reports are made at the edge.
            let ordered: Vec<_> = ordered.collect();
            let started = process_time();
            self.apply(ordered.into_iter())?;
            cost += process_time() - started;
        }
        Ok(cost)
    }
}

/// Who orders: anybody.
struct Buyers {
    random: Random,
    people: u64,
}

fn decide(folder: &Path, identifiers: u64, orders: u64) -> Result<()> {
    let (people, path) = (identifiers / 2, folder.join("books.db"));
    let mut filling = Filling::new(&path)?;
    let mut person = 0;
    while person < people {
        let until = people.min(person + FILLED_AT_ONCE as u64 / 2);
        let clicks = (person..until).map(|it| (seen_at(it), None, click(it)));
        let sign_ins = (person..until).map(|it| (seen_at(it).plus_ms(60_000), None, sign_in(it)));
        filling.apply(clicks.chain(sign_ins))?;
        person = until;
    }
    let mut first = 0;
    for at_once in DECIDED_AT_ONCE {
        let (after, buyers) =
            (seen_at(people).plus_days(1).plus_ms(first as i64), Buyers { random: Random::new(7 + first), people });
        let cost = filling.decide(first..first + orders, at_once, after, buyers)?;
        first += orders;
        let credited = SqlReads::open_file(&path)?.intended(BRAND, after)?.iter().map(|it| it.actions).sum::<u64>();
        println!(
            "{identifiers} identifiers, {at_once} orders a transaction: {orders} orders, {credited} credited through the \
             graph, {:.2} s of a core: {:.0} decided per core-second; {} MB of books, cache 64 MiB, mapped",
            cost.as_secs_f64(),
            orders as f64 / cost.as_secs_f64(),
            size(&path)? >> 20,
        );
    }
    drop(filling);
    room(folder, identifiers.min(1_000_000))
}

/// What the graph alone takes: people who sign in and never click.
fn room(folder: &Path, identifiers: u64) -> Result<()> {
    let (people, path) = (identifiers / 2, folder.join("graph.db"));
    let mut filling = Filling::new(&path)?;
    let empty = size(&path)?;
    for first in (0..people).step_by(FILLED_AT_ONCE) {
        let until = people.min(first + FILLED_AT_ONCE as u64);
        filling.apply((first..until).map(|it| (seen_at(it), None, sign_in(it))))?;
    }
    drop(filling);
    println!("an identifier with its node and its part of the edges: {} B", (size(&path)? - empty) / identifiers);
    Ok(())
}

/// How long after its report is durable, which is when its sender has the answer, a decision can be read.
fn how_soon(folder: &Path, rate: u64) -> Result<()> {
    const PEOPLE: u64 = 10_000;
    const SECONDS: u64 = 20;
    let source = ConfigSource { data: Some(folder.join("data")), ..ConfigSource::default() };
    let engine = Arc::new(Engine::open(&Config::new(source)?, Arc::new(SystemClock))?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut waits = runtime.block_on(async {
        let actor = Actor { user: UserId(1), role: Role::Owner, reason: String::new() };
        let brand = engine.create_brand(NewBrand { name: "Sim".into() }, actor).await?;
        let now = engine.now();
        for draft in set_up()?.into_iter().skip(1) {
            engine.record(&Draft { brand, received_at: now, occurred_at: now.minus_days(1), ..draft }).await?;
        }
        let draft =
            |fact| Draft { brand, received_at: engine.now(), occurred_at: engine.now(), actor: None, fact, raw: None };
        let people = (0..PEOPLE).flat_map(|it| [click(it), sign_in(it)]).map(draft);
        let mut last = None;
        for draft in people {
            last = Some(engine.recorder.record(engine.partition_of(brand)?, &draft)?);
        }
        last.context("nobody")?.durable().await?;
        engine.catch_up(brand).await?;
        let (begun, mut tasks) = (Instant::now(), Vec::new());
        for n in 0..rate * SECONDS {
            let due = Duration::from_micros(n * 1_000_000 / rate);
            tokio::time::sleep_until((begun + due).into()).await;
            let (engine, draft) = (engine.clone(), draft(order(n, n % PEOPLE, engine.now())));
            tasks.push(tokio::spawn(async move {
                let durable = engine.record(&draft).await?;
                let (answered, partition) = (Instant::now(), engine.partition_of(brand)?);
                let position = durable.position.context("it lies on this edge")?;
                engine.wait_for(Place { partition, position }).await;
                Ok::<_, anyhow::Error>(answered.elapsed())
            }));
        }
        let mut waits = Vec::new();
        for task in tasks {
            waits.push(task.await??);
        }
        Ok::<_, anyhow::Error>(waits)
    })?;
    engine.shut_down();
    waits.sort_unstable();
    let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize].as_secs_f64() * 1_000.0;
    println!(
        "{rate} orders a second for {SECONDS} s: a decision can be read {:.1} ms (median), {:.1} ms (p99), {:.1} ms (most) after its report is durable",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    Ok(())
}
