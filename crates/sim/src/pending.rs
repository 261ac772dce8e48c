//! How long people wait for pending clicks to be shown, and for many of them to be decided on.
//!
//! An engine like the product's records clicks of a week, all of which wait for a review, in files in a folder that goes
//! away. One click in fifty comes from a data centre, few have an odd request, and next to none anything else.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use referee_core::contract::ClickTerms;
use referee_core::fact::{
    Actor, Agent, Click, ClickRef, ClicksReviewed, Fact, Navigation, NetworkClass, Oddities, PayableFilter,
    ReviewDecision, Role, Signals, Visit,
};
use referee_core::id::{AdId, BrandId, ClickNo, PartnerId, ProgramId, ReviewId, UserId};
use referee_core::program::Source;
use referee_core::refusal::Refusal;
use referee_core::row::{GroupBy, PayableState, ReviewState};
use referee_core::time::{DAY_MS, Timestamp, Zone};
use referee_engine::Engine;
use referee_engine::books::payable_reads::{PayablePlace, Reviewable};
use referee_engine::books::reads::Period;
use referee_engine::clock::StandingClock;
use referee_engine::config::{Config, Source as ConfigSource};
use referee_engine::engine::Place;
use referee_engine::log::Draft;
use referee_engine::settings::NewBrand;

use crate::books::size;
use crate::identify::{in_folder, order};
use crate::random::Random;
use crate::world::{Mix, OPENING, World};

const PROGRAM: ProgramId = ProgramId(1);
/// The one with the most clicks: more than one in ten.
const POPULAR: PartnerId = PartnerId(11);
const PARTNERS: u64 = 40;
/// Days on which the clicks came.
const DAYS: u32 = 7;
const HOSTS: u64 = 500;
const NETWORKS: u64 = 300;
const RARE_HOST: &str = "rare.example";
/// Records that wait for the log at most.
const AT_ONCE: usize = 50_000;
/// Each read is asked for so often.
const READS: usize = 7;

pub struct Options {
    pub clicks: u64,
    pub folder: PathBuf,
}

/// What a read may take.
const READ_MOST: Duration = Duration::from_millis(100);
/// What rejecting may take.
const REJECT_MOST: Duration = Duration::from_secs(30);

pub fn run(options: &Options) -> Result<()> {
    ensure!(options.clicks > 0, "there is nothing to measure without clicks");
    in_folder(&options.folder, |folder| {
        let bench = Bench::open(folder)?;
        let outcome = bench.run(options.clicks);
        bench.engine.shut_down();
        outcome
    })
}

struct Bench {
    engine: Arc<Engine>,
    runtime: tokio::runtime::Runtime,
    brand: BrandId,
    books: PathBuf,
}

impl Bench {
    fn open(folder: &Path) -> Result<Bench> {
        let data = folder.join("data");
        let source = ConfigSource { data: Some(data.clone()), ..ConfigSource::default() };
        let clock = Arc::new(StandingClock::at(OPENING.plus_days(DAYS)));
        let engine = Arc::new(Engine::open(&Config::new(source)?, clock)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let brand = runtime.block_on(engine.create_brand(NewBrand { name: "Sim".into() }, actor()))?;
        Ok(Bench { engine, runtime, brand, books: data.join("books.db") })
    }

    fn run(&self, clicks: u64) -> Result<()> {
        let begun = Instant::now();
        self.fill(clicks)?;
        println!(
            "{clicks} pending clicks recorded and applied in {:.0} s; books of {} MB",
            begun.elapsed().as_secs_f64(),
            size(&self.books)? >> 20,
        );
        let slow = self.read()?;
        let slow = slow + usize::from(!self.reject()?);
        ensure!(slow == 0, "{slow} took longer than they may");
        Ok(())
    }

    fn draft(&self, at: Timestamp, fact: Fact) -> Draft {
        let now = self.engine.clock.now();
        Draft { brand: self.brand, received_at: now, occurred_at: at, actor: None, fact, raw: None }
    }

    /// Clicks of a week in their order; one in twenty was seen on a page of the shop.
    fn fill(&self, clicks: u64) -> Result<()> {
        let world = World::new(self.brand, 1, Mix::CLICKS).paying_for_clicks(ClickTerms::Reviewed { review_days: 14 });
        let set_up = world.set_up()?.into_iter().skip(1);
        let mut random = Random::new(1);
        let facts = (0..clicks).flat_map(|n| {
            let at = OPENING.plus_ms((n as i128 * i128::from(i64::from(DAYS) * DAY_MS) / i128::from(clicks)) as i64);
            let partner = PartnerId(POPULAR.0 + random.popular(PARTNERS) as u32);
            let landed = random.percent(5).then(|| visit(n, partner, at));
            [Some(click(n, partner, &mut random)), landed].into_iter().flatten().map(move |fact| (at, fact))
        });
        let drafts = set_up.map(|draft| Draft { brand: self.brand, ..draft });
        let mut drafts = drafts.chain(facts.map(|(at, fact)| self.draft(at, fact)));
        let partition = self.engine.partition_of(self.brand)?;
        loop {
            let mut last = None;
            for draft in drafts.by_ref().take(AT_ONCE) {
                last = Some(self.engine.recorder.record(partition, &draft)?);
            }
            let Some(last) = last else { break };
            self.runtime.block_on(last.durable())?;
        }
        while !self.runtime.block_on(self.engine.catch_up(self.brand))? {}
        Ok(())
    }

    /// What the page asks for; how many took too long.
    fn read(&self) -> Result<usize> {
        let (reads, brand) = (self.engine.reads.as_ref(), self.brand);
        let day = |at: Timestamp| Zone::utc().day(at);
        let week = Period { program: PROGRAM, from: day(OPENING), to: day(OPENING.plus_days(8)), partner: None };
        let one = Period { partner: Some(POPULAR), ..week };
        let mut slow = 0;
        let mut time = |name: &str, read: &dyn Fn() -> Result<usize>| -> Result<()> {
            let mut took = Vec::new();
            let mut rows = 0;
            for _ in 0..READS {
                let begun = Instant::now();
                rows = read()?;
                took.push(begun.elapsed());
            }
            let first = took[0];
            took.sort_unstable();
            let middle = took[READS / 2];
            println!("{name}: {rows} rows, first {}, median {}", ms(first), ms(middle));
            slow += usize::from(middle > READ_MOST);
            Ok(())
        };
        time("open days", &|| Ok(reads.open_click_days(brand, Some(PROGRAM), None)?.len()))?;
        for by in GroupBy::ALL {
            time(&format!("groups by {by:?}"), &|| Ok(reads.click_groups(brand, week, by, 50)?.len()))?;
            time("the same of a partner", &|| Ok(reads.click_groups(brand, one, by, 50)?.len()))?;
        }
        let any = PayableFilter::default;
        let partner = Some(PartnerId(POPULAR.0 + 20));
        let filters = [
            ("all", any()),
            ("a partner", PayableFilter { partner, ..any() }),
            ("nothing found", PayableFilter { found: Some(None), ..any() }),
            ("a frequent reason", PayableFilter { found: Some(Some(Refusal::DataCentre)), ..any() }),
            ("a rare reason", PayableFilter { found: Some(Some(Refusal::ShoppingAssistant)), ..any() }),
            ("a reason that none has", PayableFilter { found: Some(Some(Refusal::TooRegular)), ..any() }),
            ("a network", PayableFilter { network: Some(7), ..any() }),
            ("a network that none has", PayableFilter { network: Some(u64::MAX >> 2), ..any() }),
            ("a referrer", PayableFilter { referrer: Some(host(7)), ..any() }),
            ("a rare referrer", PayableFilter { referrer: Some(RARE_HOST.to_owned()), ..any() }),
            ("landed", PayableFilter { landed: Some(true), ..any() }),
            ("not landed", PayableFilter { landed: Some(false), ..any() }),
            (
                "a rare reason, landed",
                PayableFilter { found: Some(Some(Refusal::ShoppingAssistant)), landed: Some(true), ..any() },
            ),
            ("three by number", PayableFilter { clicks: vec![ClickNo(1), ClickNo(500), ClickNo(1_000)], ..any() }),
        ];
        for state in [PayableState::Pending, PayableState::Rejected] {
            for (name, filter) in &filters {
                let which = Reviewable { program: PROGRAM, filter, state };
                let read = || Ok(reads.reviewable(brand, which, PayablePlace::default(), 100)?.len());
                time(&format!("{state:?} clicks, {name}"), &read)?;
            }
        }
        time("payable clicks, a page", &|| Ok(reads.payables(brand, week, PayablePlace::default(), 1_000)?.len()))?;
        time("the same of a partner", &|| Ok(reads.payables(brand, one, PayablePlace::default(), 1_000)?.len()))?;
        time("counts of the week", &|| Ok(reads.click_counts(brand, week)?.len()))?;
        time("counts of a partner", &|| Ok(reads.click_counts(brand, one)?.len()))?;
        time("reviews", &|| Ok(reads.reviews(brand, Some(PROGRAM), None, 50)?.len()))?;
        Ok(slow)
    }

    /// Rejects the clicks of the most popular partner while others click and order; and then those of a reason that
    /// next to none has, which are found only by looking at all.
    fn reject(&self) -> Result<bool> {
        let of_partner = PayableFilter { partner: Some(POPULAR), ..PayableFilter::default() };
        let code = Some(Some(Refusal::ShoppingAssistant));
        let of_reason = PayableFilter { found: code, ..PayableFilter::default() };
        let first = self.review(1, "the clicks of a partner", of_partner)?;
        let second = self.review(2, "the clicks of a rare reason", of_reason)?;
        Ok(first && second)
    }

    fn review(&self, number: u32, name: &str, filter: PayableFilter) -> Result<bool> {
        let (decision, reason) = (ReviewDecision::Reject, "click farm".to_owned());
        let fact = Fact::ClicksReviewed(ClicksReviewed { program: PROGRAM, filter, decision, reason });
        let (begun, mut waits, mut n) = (Instant::now(), Vec::new(), 0);
        self.runtime.block_on(async {
            let settled = self.engine.settle(self.brand, actor(), fact).await;
            settled.map_err(|error| anyhow::anyhow!("the review was not taken: {error:?}"))?;
            loop {
                let row = self.engine.reads.review(self.brand, ReviewId(number))?.context("the review")?;
                if row.state == ReviewState::Done {
                    let took = begun.elapsed();
                    waits.sort_unstable();
                    let at = |part: f64| ms(waits[((waits.len() - 1) as f64 * part) as usize]);
                    println!(
                        "{name}: {} rejected in {:.1} s; {} clicks and orders recorded and decided meanwhile, each {} \
                         (median), {} (p99), {} (most) after it was sent",
                        row.decided.clicks,
                        took.as_secs_f64(),
                        waits.len(),
                        at(0.5),
                        at(0.99),
                        at(1.0),
                    );
                    return Ok(took <= REJECT_MOST);
                }
                let sent = Instant::now();
                self.other_work(u64::from(number) << 40 | n).await?;
                waits.push(sent.elapsed());
                n += 1;
            }
        })
    }

    /// A click of another partner, and an order.
    async fn other_work(&self, n: u64) -> Result<()> {
        let now = self.engine.clock.now();
        let fact = click(n, PartnerId(POPULAR.0 + 5), &mut Random::new(n));
        self.engine.record(&self.draft(now, fact)).await?;
        let durable = self.engine.record(&self.draft(now, order(n, n, now))).await?;
        let partition = self.engine.partition_of(self.brand)?;
        self.engine.wait_for(Place { partition, position: durable.position.context("it lies here")? }).await;
        Ok(())
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

fn actor() -> Actor {
    Actor { user: UserId(1), role: Role::Owner, reason: String::new() }
}

fn host(n: u64) -> String {
    format!("site-{n}.example")
}

/// Nobody clicks twice: what is measured is many clicks.
fn click(n: u64, partner: PartnerId, random: &mut Random) -> Fact {
    let per_cent = random.below(100_000);
    let mut signals = Signals { navigation: Navigation::Navigate, agent: Agent::Browser, ..Signals::default() };
    signals.network = 1_000 + random.below(1_000_000);
    match per_cent {
        0..2_000 => {
            signals.network_class = NetworkClass::Hosting;
            signals.network = random.popular(NETWORKS);
        }
        2_000..2_500 => signals.oddities = Oddities(1),
        2_500 => signals.agent = Agent::Assistant,
        _ => {}
    }
    let referrer_host = match random.below(100_000) {
        0 => RARE_HOST.to_owned(),
        1..30_000 => String::new(),
        _ => host(random.popular(HOSTS)),
    };
    Fact::ClickRecorded(Click {
        no: ClickNo(1 + n),
        program: PROGRAM,
        partner,
        ad: AdId(1 + (n % 8) as u32),
        slug: None,
        visitor: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        signals,
        deep_link_refused: false,
        referrer_host,
        link_params: Vec::new(),
        told_by_shop: false,
        deep_link: None,
        consent: None,
    })
}

fn visit(n: u64, partner: PartnerId, at: Timestamp) -> Fact {
    let ad = AdId(1 + (n % 8) as u32);
    let click = ClickRef { no: ClickNo(1 + n), program: PROGRAM, partner, ad, clicked_at: at, unrecorded: false };
    Fact::VisitRecorded(Visit {
        program: PROGRAM,
        source: Source::Browser,
        click: Some(click),
        identifiers: Vec::new(),
        aliases: Vec::new(),
        left_out: Vec::new(),
        issued: None,
        path: "/".into(),
        consent: None,
    })
}
