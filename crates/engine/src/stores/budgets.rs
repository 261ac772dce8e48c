//! Two edges record clicks at once, as fast as they can, and the machine applies what has come so far, again and again: in
//! whatever order the log keeps them, exactly as many are paid as the limits of their terms leave room for.

use std::sync::{Arc, Barrier};

use referee_core::contract::{ClickTerms, EventPayout, Payout};
use referee_core::fact::{Click, EventTypeSet, Fact, TermsSet};
use referee_core::id::{AdId, BrandId, ClickNo, EventTypeId, PartnerId, ProgramId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::limit::{Limit, Period};
use referee_core::money::{MICROS, Money};
use referee_core::program::{Category, Standing};
use referee_core::refusal::Refusal;
use referee_core::row::{PayableClickRow, PayableState};
use referee_core::time::{Day, Timestamp};
use referee_rig::{Nats, Postgres};

use super::Stores;
use crate::books::conformance::{NOON, set_up};
use crate::books::payable_reads::PayablePlace;
use crate::books::reads;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{Config, Source};
use crate::log::frame::{Encoded, pack};
use crate::log::{Draft, Frame, FrameId, Frames, Log};
use crate::routing::PartitionId;
use crate::secret::Secret;
use crate::settings::NewBrand;
use crate::transfer::catch_up;

const EDGES: u16 = 2;
const FRAMES: u64 = 40;
const CLICKS_A_FRAME: u64 = 3;
const CLICK: EventTypeId = EventTypeId(2);
/// With what each click of theirs pays in hundredths, what limits them, and how many that leaves room for.
const PARTNERS: [(PartnerId, i64, [Limit; 2], usize); 2] = [
    (
        PartnerId(11),
        5,
        [
            Limit::Actions { most: 25, per: Period::Day },
            Limit::Payout { most: Money(104 * MICROS / 100), per: Period::Ever },
        ],
        20,
    ),
    (
        PartnerId(12),
        2,
        [Limit::Actions { most: 31, per: Period::Month }, Limit::Payout { most: Money(MICROS), per: Period::Month }],
        31,
    ),
];

/// One program, whose two partners have terms of their own for clicks.
fn agreed() -> Vec<(Timestamp, Fact)> {
    let mut facts = set_up();
    let found =
        facts.iter().find_map(|(_, fact)| if let Fact::EventTypeSet(it) = fact { Some(it.clone()) } else { None });
    let sale = found.expect("an event type");
    let found = facts.iter().find_map(|(_, fact)| if let Fact::TermsSet(it) = fact { Some(it.clone()) } else { None });
    let terms = found.expect("terms");
    let at = terms.starts_at;
    let (code, name) = ("click".to_owned(), "Click".to_owned());
    facts.push((
        at,
        Fact::EventTypeSet(EventTypeSet { id: Some(CLICK), code, name, category: Category::Click, ..sale }),
    ));
    for (partner, hundredths, limits, _) in PARTNERS {
        facts.push((at, Fact::PartnerSet { partner, standing: Standing::Active, channel: false }));
        let amount = Money(hundredths * MICROS / 100);
        let payout = EventPayout {
            clicks: Some(ClickTerms::Instant),
            limits: limits.to_vec(),
            ..EventPayout::plain(CLICK, Payout::Fixed { amount })
        };
        let mut rules = terms.rules.clone().expect("rules");
        rules.payouts.push(payout);
        facts.push((at, Fact::TermsSet(TermsSet { partner: Some(partner), rules: Some(rules), ..terms.clone() })));
    }
    facts
}

/// Of partners by turns, each by somebody new.
fn click(edge: u16, n: u64) -> (Timestamp, Fact) {
    let no = u64::from(edge) * 1_000_000 + n;
    let mut hash = [0; 16];
    hash[..8].copy_from_slice(&no.to_be_bytes());
    let click = Click {
        no: ClickNo(no),
        program: ProgramId(1),
        partner: PARTNERS[n as usize % PARTNERS.len()].0,
        ad: AdId(1),
        slug: None,
        visitor: Some(Identifier { kind: IdentifierKind::Visitor, hash }),
        sub_ids: Default::default(),
        shared_id: String::new(),
        signals: Default::default(),
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
        told_by_shop: false,
        deep_link: None,
        consent: None,
    };
    (NOON.plus_ms(n as i64), Fact::ClickRecorded(click))
}

fn frame(edge: u16, n: u64, facts: Vec<(Timestamp, Fact)>) -> Frame {
    let draft =
        |(at, fact)| Draft { brand: BrandId(1), received_at: at, occurred_at: at, actor: None, fact, raw: None };
    let records: Vec<Encoded> = facts.into_iter().map(|it| Encoded::of(&draft(it))).collect();
    pack(FrameId { edge, epoch: 1, n }, 1 + n * 1_000, &records, SystemClock.now()).unwrap()
}

/// The clicks of one edge, frame by frame.
fn record(log: &dyn Log, edge: u16) {
    for n in 0..FRAMES {
        let clicks = (0..CLICKS_A_FRAME).map(|i| click(edge, n * CLICKS_A_FRAME + i)).collect();
        keep(log, frame(edge, n + 1, clicks));
    }
}

fn keep(log: &dyn Log, frame: Frame) {
    let (sender, answers) = std::sync::mpsc::channel();
    log.submit(Frames::new(vec![(PartitionId(1), frame)]), Arc::new(move |_, kept| sender.send(kept).unwrap()));
    answers.recv().unwrap().unwrap();
}

fn check(source: Source) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::new(Source { data: Some(folder.path().to_owned()), ..source }).unwrap();
    let stores = Stores::open(&config, &SystemClock).unwrap();
    let brand = stores.settings.create_brand(&NewBrand { name: "Acme".into() }, Timestamp(0)).unwrap();
    stores.reload_placement().unwrap();
    keep(stores.log.as_ref(), frame(EDGES + 1, 1, agreed()));
    let start = Barrier::new(usize::from(EDGES) + 1);
    std::thread::scope(|scope| {
        let edges: Vec<_> = (1..=EDGES)
            .map(|edge| {
                // Servers are reached by each edge for itself; a file is one process's.
                let own = stores.are_shared().then(|| Stores::open(&config, &SystemClock).unwrap());
                let log = own.map_or_else(|| stores.log.clone(), |own| own.log.clone());
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    record(log.as_ref(), edge);
                })
            })
            .collect();
        start.wait();
        while edges.iter().any(|edge| !edge.is_finished()) {
            catch_up(&stores, &|_| {}).unwrap();
        }
    });
    catch_up(&stores, &|_| {}).unwrap();
    for (partner, _, _, room) in PARTNERS {
        let period = reads::Period { program: ProgramId(1), from: Day(0), to: Day(100_000), partner: Some(partner) };
        let days = stores.reads.click_days(brand, period).unwrap();
        let period = reads::Period { from: days[0].0.day, to: days[0].0.day, ..period };
        let mut rows = stores.reads.payables(brand, period, PayablePlace::default(), 10_000).unwrap();
        rows.sort_unstable_by_key(|row| row.record);
        assert_eq!(rows.len() as u64, u64::from(EDGES) * FRAMES * CLICKS_A_FRAME / 2);
        let (paid, unpaid) = rows.split_at(room);
        assert!(
            paid.iter().all(|row| row.state == PayableState::Accepted),
            "the first that there is room for are paid"
        );
        let is_beyond = |row: &PayableClickRow| row.unpaid == Some(Refusal::ClickLimitReached);
        assert!(unpaid.iter().all(is_beyond), "none of the others is");
        assert_eq!(days[0].1.accepted.clicks, room as i64);
    }
}

#[test]
fn no_click_is_paid_beyond_a_limit_on_any_pair() {
    let (postgres, nats) = (Postgres::start(), Nats::cluster(1));
    check(Source::default());
    let url = |name: &str| Some(Secret(postgres.create_database(name)));
    check(Source { database_url: url("one"), ..Source::default() });
    let log_url = Some(Secret(nats.urls()));
    check(Source { database_url: url("two"), log_url, log_replicas: Some(1), ..Source::default() });
}
