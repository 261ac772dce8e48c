//! What every engine of the books must do. Each engine's tests run this.

use std::collections::BTreeMap;
use std::sync::Arc;

use referee_core::condition::Word;
use referee_core::config::Config;
use referee_core::contract::{EventPayout, Payout, TermsRules};
use referee_core::exchange::{DayRates, Rate};
use referee_core::fact::{
    ActionChange, ActionTarget, Actor, AdSet, Agent, ChangeRequest, Click, ClickRef, Conversion, EventTypeSet, Fact,
    Navigation, NewFigures, Oddities, OfferWithdrawn, PartnerGroupSet, PaymentRunProposed, Record, Role, Signals,
    TermsSet, Visit,
};
use referee_core::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, FactId, PartnerId, PaymentId, PaymentRunId, ProgramId, RecordNo,
    SubmissionId, UserId,
};
use referee_core::identity::{Alias, Blocked, Identifier, IdentifierKind, LeftOut};
use referee_core::limit::{self, Limit};
use referee_core::list::{ListSet, Values};
use referee_core::locking::Locking;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::overlay::{Extra, OverlaySet, Repeat};
use referee_core::program::{
    AssignedValue, Category, CodePolicy, CreditPolicy, GroupCredit, PaymentRules, Program, PromoCode,
    SETTLE_HOURS_DEFAULT, Source, Standing, ValueKind,
};
use referee_core::refusal::Refusal;
use referee_core::row::{Account, ActionState, BrandState, PaymentState, Posting, RunState};
use referee_core::time::{Day, Timestamp, Zone};

use super::batch::apply_records;
use super::reads::{ActionFilter, Between, Counted, NumberedPage, PaymentFilter, Period, Reads, UpdatePlace};
use super::{Applied, Books, RUNS_MAX};
use crate::error::Error;
use crate::log::{FrameId, Position};
use crate::profile::profile_of;
use crate::routing::PartitionId;

mod bonuses;
mod clicks;
mod inquiries;
mod moves;

/// One new set of books, its readers, and its dump.
pub struct Subject {
    pub books: Box<dyn Books>,
    pub reads: Arc<dyn Reads>,
    pub dump: Box<dyn Fn() -> String>,
}

const BRAND: BrandId = BrandId(1);
const PARTITION: PartitionId = PartitionId(1);
const PROGRAM: ProgramId = ProgramId(1);
const PARTNER: PartnerId = PartnerId(11);
const SALE: EventTypeId = EventTypeId(1);
pub(crate) const NOON: Timestamp = Timestamp(1_800_000_000_000);

/// Runs every assertion on new books from `make`.
pub fn check(make: &mut dyn FnMut() -> Subject) {
    splits_do_not_matter(make);
    a_moved_position_fences(make);
    a_rollback_leaves_nothing(make);
    the_newest_runs_of_an_edge_are_known(make);
    reads_find_what_was_written(make);
    months_are_kept_and_read(make);
    clicks::are_reviewed_and_closed(make);
    inquiries::are_kept_and_read(make);
    an_order_of_several_actions_is_kept_whole(make);
    an_order_is_decided_again_on_news(make);
    held_and_open_actions_are_not_due(make);
    moves::what_is_moved_or_given_is_kept(make);
    bonuses::are_reckoned_and_kept(make);
}

/// A small history of a brand: 40 clicks, visits that join them to customers, orders, and time passing.
pub fn history() -> Vec<Record> {
    let mut facts = set_up();
    for i in 0..40_u64 {
        let at = NOON.plus_ms(i as i64 * 1_000);
        facts.push((at, click(i)));
        facts.push((at.plus_ms(100), visit(i)));
        if i % 4 == 3 {
            facts.push((at.plus_ms(200), conversion(i)));
        }
    }
    let later = NOON.plus_days(31);
    facts.push((later, Fact::TimePassed));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 4 })));
    facts.push((later, Fact::PaymentMade { program: PROGRAM, partner: PARTNER }));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 4 })));
    facts.extend(second_payment().into_iter().map(|fact| (later.plus_days(1), fact)));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

/// Corrections of what was paid, and a payment of them in another currency that fails.
fn second_payment() -> Vec<Fact> {
    let correct = |seq: u32, delta| {
        let change = ActionChange::Correct(NewFigures::Delta(Money(delta * MICROS)));
        let target = ActionTarget::Id(ActionId { program: PROGRAM, event_type: SALE, seq });
        let submission = SubmissionId([100 + seq as u8; 16]);
        let (disposition, source) = ("ORDER_UPDATE".to_owned(), Source::Person);
        Fact::ChangeRequested(ChangeRequest { submission, target, disposition, source, change })
    };
    let thresholds = vec![(Currency(*b"EUR"), Money(MICROS))];
    let work = || Fact::WorkAdvanced { limit: 1 };
    let (currency, partners) = (Currency(*b"USD"), vec![PARTNER, PartnerId(12)]);
    let rates = vec![(currency, RATE)];
    vec![
        Fact::RatesSet(vec![DayRates { day: rates_on(), base: Currency(*b"EUR"), rates }]),
        work(),
        work(),
        Fact::PaymentRulesSet(PaymentRules { two_persons: false, thresholds, day_of_month: Some(5) }),
        correct(1, -1),
        correct(2, 50),
        Fact::PaymentRunProposed(PaymentRunProposed {
            currency,
            partners,
            below_threshold: false,
            every_currency: true,
        }),
        Fact::PaymentRunDecided { run: PaymentRunId(1), approved: true },
        work(),
        work(),
        Fact::PaymentConcluded { payment: PaymentId(2), failure: Some("Account closed".into()) },
        work(),
        work(),
    ]
}

/// So many dollars for one euro, and the day before the payment in them.
const RATE: i64 = 1_083_100;

fn rates_on() -> Day {
    Zone::default().day(NOON.plus_days(31))
}

fn record(no: u64, at: Timestamp, fact: Fact) -> Record {
    let actor = fact.stands_alone().then(|| Actor { user: UserId(1), role: Role::Owner, reason: "test".into() });
    let id = FactId { edge: 1, epoch: 1, n: no };
    Record { no: RecordNo(no), brand: BRAND, id, received_at: at, occurred_at: at, actor, fact }
}

pub(crate) fn set_up() -> Vec<(Timestamp, Fact)> {
    let before = NOON.minus_days(1);
    let rules = TermsRules {
        referral_window_days: 30,
        view_window_hours: Some(24),
        locking: Locking::After { days: 30 },
        notice_days: 0,
        returns: referee_core::contract::Returns::default(),
        // Limits that nobody reaches: their counters are kept all the same.
        payouts: vec![EventPayout {
            limits: vec![
                Limit::Actions { most: 1_000, per: limit::Period::Day },
                Limit::Customer { most: 1_000, per: limit::Period::Ever },
            ],
            ..EventPayout::plain(SALE, Payout::Rate { ppm: 100_000 })
        }],
    };
    let program = Program {
        id: PROGRAM,
        name: "Test".into(),
        currency: Currency(*b"EUR"),
        zone: Zone::utc(),
        standing: Standing::Active,
        default_landing_url: "https://www.shop.example/".into(),
        permitted_hosts: vec!["www.shop.example".into()],
        tracking_hosts: vec!["go.shop.example".into()],
        click_param: "pt".into(),
        cookie_days: 30,
    };
    let event_type = EventTypeSet {
        program: PROGRAM,
        id: Some(SALE),
        code: "sale".into(),
        name: "Sale".into(),
        category: Category::Sale,
        standing: Standing::Active,
        server_wins: true,
        credit: CreditPolicy::Last,
        parent: None,
        settle_hours: SETTLE_HOURS_DEFAULT,
    };
    let ad = AdSet {
        program: PROGRAM,
        id: Some(AdId(1)),
        name: "Ad".into(),
        landing_url: "https://www.shop.example/boots".into(),
        standing: Standing::Active,
    };
    let terms = TermsSet {
        program: PROGRAM,
        partner: Some(PARTNER),
        starts_at: before,
        ends_at: None,
        standing: Standing::Active,
        rules: Some(rules),
        needs_acceptance: false,
    };
    let code = PromoCode {
        program: PROGRAM,
        code: "TRAIL*".into(),
        partner: PARTNER,
        standing: Standing::Active,
        policy: CodePolicy::Winner,
        restricted: true,
        starts_at: Some(before),
        ends_at: None,
    };
    let (kind, value) = (ValueKind::Url, "shop.example/trail".to_owned());
    let value = AssignedValue { program: PROGRAM, kind, value, partner: PARTNER, standing: Standing::Active };
    let (name, members) = ("Coupon sites".to_owned(), vec![PARTNER]);
    let group = PartnerGroupSet { program: PROGRAM, id: None, name, members, credit: GroupCredit::Normal };
    let overlay = OverlaySet {
        program: PROGRAM,
        id: None,
        name: "Black Friday".into(),
        partners: vec![PARTNER],
        event_types: vec![SALE],
        starts_at: NOON.plus_days(1_000),
        ends_at: NOON.plus_days(1_001),
        standing: Standing::Active,
        extra: Extra::Adjust { ppm: 200_000 },
        repeat: Repeat { weekdays: vec![4], from: 0, until: 720 },
    };
    let list = |id, values: &[&str]| {
        let values = Values::of(values);
        Fact::ListSet(ListSet { program: PROGRAM, id, name: "Excluded brands".into(), word: Word::Sku, values })
    };
    let facts = [
        Fact::RulesAdopted { version: 1 },
        Fact::ProgramSet(program),
        Fact::EventTypeSet(event_type),
        Fact::PartnerSet { partner: PARTNER, standing: Standing::Active, channel: false },
        Fact::AdSet(ad),
        Fact::PromoCodeSet(code),
        Fact::AssignedValueSet(value),
        Fact::PartnerGroupSet(group),
        Fact::TermsSet(terms.clone()),
        Fact::IdentifierBlocked(Blocked {
            // Of an order that earns nothing, under another hash.
            identifier: identifier(IdentifierKind::CustomerId, 7_777),
            aliases: vec![identifier(IdentifierKind::CustomerId, 1_039)],
            standing: Standing::Active,
        }),
        view(0),
        view(9),
        // Nothing that binds: only that it is kept.
        Fact::TermsSet(TermsSet { needs_acceptance: true, ..terms }),
        Fact::OfferWithdrawn(OfferWithdrawn { program: PROGRAM, partner: PARTNER, version: 2 }),
        Fact::OverlaySet(overlay),
        list(None, &["acme", "apex"]),
        list(Some(1), &[]),
    ];
    facts.into_iter().map(|fact| (before, fact)).collect()
}

fn identifier(kind: IdentifierKind, n: u64) -> Identifier {
    let mut hash = [kind.number(); 16];
    hash[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    Identifier { kind, hash }
}

fn left_out(kind: Option<IdentifierKind>, i: u64) -> LeftOut {
    let reasons = [Refusal::IdentifierPlaceholder, Refusal::IdentifierKindUnknown];
    LeftOut { kind, reason: reasons[(i % 2) as usize] }
}

fn click(i: u64) -> Fact {
    let navigation = if i % 10 == 9 { Navigation::Embedded } else { Navigation::Navigate };
    Fact::ClickRecorded(Click {
        no: ClickNo(1_000 + i),
        program: PROGRAM,
        partner: PARTNER,
        ad: AdId(1),
        slug: None,
        // Every third visitor comes back.
        visitor: Some(identifier(IdentifierKind::Visitor, i - i % 3)),
        sub_ids: ["".into(), "x".into(), "".into()],
        shared_id: String::new(),
        signals: Signals {
            navigation,
            agent: Agent::Browser,
            oddities: Oddities(u16::MAX),
            asn: u32::MAX,
            country: *b"DE",
            network: u64::MAX - i,
            agent_key: i,
            ..Signals::default()
        },
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
    })
}

/// A view of an ad, by somebody who does not click.
fn view(i: u64) -> Fact {
    match click(i) {
        Fact::ClickRecorded(click) => {
            let visitor = Some(identifier(IdentifierKind::Visitor, 5_000 + i));
            Fact::ImpressionRecorded(Click { no: ClickNo(500 + i), visitor, ..click })
        }
        fact => fact,
    }
}

fn visit(i: u64) -> Fact {
    let customer = identifier(IdentifierKind::CustomerId, i / 8);
    Fact::VisitRecorded(Visit {
        program: PROGRAM,
        source: Source::Browser,
        click: Some(ClickRef {
            no: ClickNo(1_000 + i),
            program: PROGRAM,
            partner: PARTNER,
            ad: AdId(1),
            clicked_at: NOON.plus_ms(i as i64 * 1_000),
            unrecorded: false,
        }),
        identifiers: vec![identifier(IdentifierKind::Visitor, i - i % 3), customer],
        aliases: Vec::new(),
        left_out: if i.is_multiple_of(3) { vec![left_out(Some(IdentifierKind::Email), i)] } else { Vec::new() },
        issued: i.is_multiple_of(5).then(|| identifier(IdentifierKind::Journey, i)),
        path: "/boots".into(),
    })
}

fn conversion(i: u64) -> Fact {
    let mut submission = [0; 16];
    submission[..8].copy_from_slice(&i.to_be_bytes());
    let customer = identifier(IdentifierKind::CustomerId, if i == 39 { 999 } else { i / 8 });
    Fact::ConversionReported(Conversion {
        submission: SubmissionId(submission),
        program: PROGRAM,
        event_type: SALE,
        order_id: format!("order-{i}"),
        source: Source::Server,
        currency: Currency(*b"EUR"),
        amount: Money(i as i64 * MICROS),
        items: Vec::new(),
        identifiers: vec![customer],
        aliases: vec![Alias { of: customer, is: identifier(IdentifierKind::CustomerId, 1_000 + i) }],
        left_out: vec![left_out(None, i)],
        click: None,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: [i as u8; 16],
        fields: Vec::new(),
    })
}

/// Applies records in transactions of at most so many.
fn apply(subject: &mut Subject, records: &[Record], at_once: usize) {
    let books = subject.books.as_mut();
    let (mut config, mut state) = (Config::default(), BrandState::default());
    for (i, chunk) in records.chunks(at_once).enumerate() {
        books.begin(PARTITION, Position(i as u64)).expect("begin");
        (config, state) = apply_records(books, BRAND, config, state, chunk, &mut |_, _| {}).expect("apply");
        let edges = BTreeMap::from([((1, 1), i as u64 + 1)]);
        books.commit(PARTITION, &Applied { position: Position(i as u64 + 1), edges }).expect("commit");
    }
    let (read_config, read_state) = books.brand(PARTITION, BRAND).expect("brand");
    assert_eq!((read_config, read_state), (config, state), "what the machine holds is what the books hold");
}

/// Two partners share an order, which changes later.
fn shared() -> Vec<Record> {
    let mut facts = set_up();
    let other = PartnerId(13);
    for (_, fact) in set_up() {
        match fact {
            Fact::EventTypeSet(it) => {
                facts.push((NOON, Fact::EventTypeSet(EventTypeSet { credit: CreditPolicy::Linear, ..it })))
            }
            Fact::TermsSet(it) => {
                facts.push((NOON, Fact::PartnerSet { partner: other, standing: Standing::Active, channel: false }));
                facts.push((NOON, Fact::TermsSet(TermsSet { partner: Some(other), ..it })));
            }
            _ => {}
        }
    }
    for (i, partner) in [(0, PARTNER), (1, other)] {
        let Fact::ClickRecorded(it) = click(i) else { continue };
        facts.push((NOON.plus_ms(i as i64), Fact::ClickRecorded(Click { partner, ..it })));
        facts.push((NOON.plus_ms(10), visit(i)));
    }
    facts.push((NOON.plus_ms(20), conversion(3)));
    for (submission, change) in
        [(1, ActionChange::Modify(NewFigures::Amount(Money(1_010_000)))), (2, ActionChange::Reverse)]
    {
        facts.push((
            NOON.plus_ms(30),
            Fact::ChangeRequested(ChangeRequest {
                submission: SubmissionId([submission; 16]),
                target: ActionTarget::Order { event_type: SALE, order_id: "order-3".into() },
                disposition: "ITEM_RETURNED".into(),
                source: Source::Server,
                change,
            }),
        ));
    }
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

/// The page that joins the buyer comes a moment after the order.
fn an_order_is_decided_again_on_news(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    let at = |seconds: i64| NOON.plus_ms(seconds * 1_000);
    let mut facts = set_up();
    facts.extend([(at(0), click(0)), (at(2), conversion(0)), (at(3), visit(0)), (at(4), Fact::TimePassed)]);
    let records: Vec<Record> =
        facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect();
    apply(&mut subject, &records, 1);
    let (_, order) = subject.reads.conversions_of(BRAND, "order-0").expect("conversions").remove(0);
    assert_eq!((order.refusal, order.actions.len()), (None, 1));
    assert!(!(subject.dump)().contains("unsettled "), "it is open no longer");
    let node = order.node.expect("it named somebody");
    let told = profile_of(subject.reads.as_ref(), BRAND, node).expect("profile").expect("it is there");
    assert_eq!((told.members.len(), told.events.len()), (2, 2), "a cookie and a customer, a click and an order");
    assert!(subject.reads.refused_joins(BRAND, None, 10).expect("none").is_empty());
}

fn an_order_of_several_actions_is_kept_whole(make: &mut dyn FnMut() -> Subject) {
    let (mut one_by_one, mut whole) = (make(), make());
    apply(&mut one_by_one, &shared(), 1);
    apply(&mut whole, &shared(), 1_000);
    assert_eq!((one_by_one.dump)(), (whole.dump)());
    let reads = whole.reads.as_ref();
    let (_, order) = reads.conversions_of(BRAND, "order-3").expect("conversions").remove(0);
    let actions: Vec<_> =
        order.actions.iter().map(|id| reads.action(BRAND, *id).expect("action").expect("it is there")).collect();
    let told: Vec<_> = actions.iter().map(|it| (it.partner.0, it.share_ppm, it.intended_amount.0, it.state)).collect();
    let reversed = ActionState::Reversed;
    assert_eq!(told, [(11, 500_000, 1_500_000, reversed), (13, 500_000, 1_500_000, reversed)]);
    let decision = reads.decision(BRAND, &actions[0]).expect("decision").expect("it is there");
    let ids: Vec<_> = decision.credits.iter().filter_map(|credit| credit.action).collect();
    assert_eq!(ids, order.actions);
    assert_eq!(decision.candidates.iter().map(|it| it.share_ppm).collect::<Vec<_>>(), [500_000, 500_000]);
    let submission = reads.submission(BRAND, SubmissionId([1; 16])).expect("submission").expect("it is there");
    assert_eq!(submission.actions, order.actions);
    let amounts = actions.iter().map(|it| reads.history(BRAND, it.id).expect("history")[1].amount_delta.0);
    assert_eq!(amounts.collect::<Vec<_>>(), [-1_000_000, -990_000], "1.01 is 0.50 and 0.51");
}

/// Four orders: one is held, one approved, one locks at its time, and one waits for its approval.
fn locked_and_not() -> Vec<Record> {
    let at = |seconds: i64| NOON.plus_ms(seconds * 1_000);
    let mut facts = set_up();
    facts.push((at(0), click(0)));
    facts.push((at(0), visit(0)));
    facts.extend((0..3).map(|i| (at(i), conversion(i as u64))));
    for (_, fact) in set_up() {
        if let Fact::TermsSet(mut it) = fact {
            it.starts_at = at(10);
            it.rules.iter_mut().for_each(|rules| rules.locking = Locking::Open);
            facts.push((at(9), Fact::TermsSet(it)));
        }
    }
    facts.push((at(20), conversion(3)));
    let step = |n: u8, order: &str, change| {
        Fact::ChangeRequested(ChangeRequest {
            submission: SubmissionId([n; 16]),
            target: ActionTarget::Order { event_type: SALE, order_id: order.into() },
            disposition: "UNDER_REVIEW".into(),
            source: Source::Person,
            change,
        })
    };
    facts.push((at(30), step(200, "order-0", ActionChange::Hold)));
    facts.push((at(31), step(201, "order-1", ActionChange::Approve)));
    facts.push((NOON.plus_days(31), Fact::TimePassed));
    facts.push((NOON.plus_days(31), Fact::WorkAdvanced { limit: 10 }));
    facts.push((NOON.plus_days(32), step(202, "order-0", ActionChange::Release)));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

fn held_and_open_actions_are_not_due(make: &mut dyn FnMut() -> Subject) {
    let records = locked_and_not();
    let (held, _) = records.split_at(records.len() - 1);
    let mut subject = make();
    apply(&mut subject, held, 1);
    assert_eq!(subject.books.next_due(PARTITION, BRAND).expect("due"), None, "one is held, and one is open");
    let all = subject.reads.actions(BRAND, &ActionFilter::default(), None, 10).expect("actions");
    let told: Vec<_> = all.iter().rev().map(|it| (it.state, it.held, it.locks_at)).collect();
    let (pending, locked) = (ActionState::Pending, ActionState::Locked);
    let in_30_days = |second: i64| Some(NOON.plus_ms(second * 1_000).plus_days(30));
    let approved = Some(NOON.plus_ms(31_000));
    let expected = [
        (pending, true, in_30_days(0)),
        (locked, false, approved),
        (locked, false, in_30_days(2)),
        (pending, false, None),
    ];
    assert_eq!(told, expected);
    let window = Between { from: NOON, to: NOON.plus_days(10_000) };
    let dated = ActionFilter { locks: window, ..ActionFilter::default() };
    assert_eq!(subject.reads.actions(BRAND, &dated, None, 10).expect("actions").len(), 3, "what is open has no date");

    let (mut one_by_one, mut whole) = (make(), make());
    apply(&mut one_by_one, &records, 1);
    apply(&mut whole, &records, 1_000);
    assert_eq!((one_by_one.dump)(), (whole.dump)());
    assert_eq!(whole.books.next_due(PARTITION, BRAND).expect("due"), in_30_days(0), "it was released");
}

fn splits_do_not_matter(make: &mut dyn FnMut() -> Subject) {
    let records = history();
    let dumps: Vec<String> = [1, 3, 17, 1_000]
        .into_iter()
        .map(|at_once| {
            let mut subject = make();
            apply(&mut subject, &records, at_once);
            (subject.dump)()
        })
        .collect();
    assert!(dumps[0].lines().count() > 200, "the history leaves traces");
    for dump in &dumps[1..] {
        assert_eq!(*dump, dumps[0], "however records are split, the books are the same");
    }
}

fn a_moved_position_fences(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    apply(&mut subject, &history(), 1_000);
    assert!(matches!(subject.books.begin(PARTITION, Position(0)), Err(Error::Fenced)));
    subject.books.begin(PARTITION, Position(1)).expect("the true position is let in");
    subject.books.rollback();
    assert_eq!(subject.books.applied(PARTITION).expect("applied").edges[&(1, 1)], 1);
}

fn a_rollback_leaves_nothing(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    let empty = (subject.dump)();
    let books = subject.books.as_mut();
    books.begin(PARTITION, Position(0)).expect("begin");
    let (config, state) = (Config::default(), BrandState::default());
    apply_records(books, BRAND, config, state, &history(), &mut |_, _| {}).expect("apply");
    books.rollback();
    assert_eq!((subject.dump)(), empty);
}

fn the_newest_runs_of_an_edge_are_known(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    let books = subject.books.as_mut();
    let mut expected = Applied::default();
    let runs = RUNS_MAX as u32 + 4;
    for (i, epoch) in (1..=runs).chain([runs - 3, 2]).enumerate() {
        let mut moved = Applied { position: Position(i as u64 + 1), ..Applied::default() };
        for edge in [1, 2] {
            let id = FrameId { edge, epoch, n: i as u64 + 1 };
            expected.note(id);
            moved.edges.insert((edge, epoch), id.n);
        }
        expected.position = moved.position;
        books.begin(PARTITION, Position(i as u64)).expect("begin");
        books.commit(PARTITION, &moved).expect("commit");
    }
    assert_eq!(books.applied(PARTITION).expect("applied"), expected);
    assert_eq!(expected.edges.len(), 2 * RUNS_MAX);
    assert!(!expected.note(FrameId { edge: 1, epoch: 2, n: 1_000 }), "too old to be told from a repetition");
}

/// Orders of one month are locked and paid in the next.
fn months_are_kept_and_read(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    apply(&mut subject, &history(), 3);
    let reads = subject.reads.as_ref();
    let january = Day((NOON.0 / referee_core::time::DAY_MS) as i32).first_of_month();
    let february = january.first_of_month_after(0);
    let told = |month, partner| -> Vec<_> {
        let movements = reads.movements(BRAND, month, partner).expect("movements").into_iter();
        movements.map(|(key, it)| (key.account, it.before.0, it.money_in.0, it.money_out.0)).collect()
    };
    let all: i64 = (0..9).map(|i| (i * 4 + 3) * MICROS / 10).sum();
    assert_eq!(told(january, None), [(Account::Cost, 0, 0, all), (Account::Pending, 0, all, 0)]);
    let paid = [
        (Account::Cost, -all, 0, 0),
        (Account::Pending, all, 0, all),
        // Corrections by -0.10 and 5.00, both taken by a payment and given back.
        (Account::Locked, 0, all + 10_100_000, all + 5_200_000),
        (Account::Paid, 0, all + 5_100_000, 5_100_000),
        (Account::Correction, 0, 100_000, 5_000_000),
    ];
    assert_eq!(told(february, Some(PARTNER)), paid);
    assert!(told(february, Some(PartnerId(12))).is_empty());

    let turnovers = reads.turnovers(BRAND, Some(PARTNER)).expect("turnovers");
    let months: Vec<_> = turnovers.iter().map(|it| (it.month, it.account, it.money_in.0, it.money_out.0)).collect();
    assert_eq!(months[..2], [(january, Account::Cost, 0, all), (january, Account::Pending, all, 0)]);
    assert_eq!(months[2..].iter().map(|it| it.0).collect::<Vec<_>>(), [february; 4]);
    assert_eq!(reads.turnovers(BRAND, None).expect("turnovers"), turnovers);
    assert!(reads.turnovers(BrandId(2), None).expect("none of another brand").is_empty());

    let journal = reads.journal(BRAND, february).expect("journal");
    assert_eq!(journal.len(), 6, "two days of three accounts each");
    let locked = journal.iter().find(|it| it.key.account == Account::Locked).expect("it moved");
    assert_eq!((locked.money_in.0, locked.money_out.0, locked.entries_in, locked.entries_out), (all, all, 9, 9));
    assert!(reads.journal(BrandId(2), february).expect("none of another brand").is_empty());

    let posting = reads.posting(BRAND).expect("posting");
    assert_eq!((posting.moment, posting.has_closed(january, PROGRAM, &Zone::utc())), (NOON.plus_days(32), true));
    assert!(!posting.has_closed(february, PROGRAM, &Zone::utc()));
    assert_eq!(reads.posting(BrandId(2)).expect("nothing yet"), Posting::default());
}

fn reads_find_what_was_written(make: &mut dyn FnMut() -> Subject) {
    let mut subject = make();
    let records = history();
    apply(&mut subject, &records, 1_000);
    let reads = subject.reads.as_ref();
    let day = Day((NOON.0 / referee_core::time::DAY_MS) as i32);
    let period = Period { program: PROGRAM, from: day, to: Day(day.0 + 1), partner: None };
    let days = reads.days(BRAND, period).expect("days");
    assert_eq!((days[0].1.clicks, days[0].1.uncounted, days[0].1.visits), (36, 4, 40));
    assert_eq!((days[0].1.conversions, days[0].1.unclaimed), (9, 1));

    let actions = reads.actions(BRAND, &ActionFilter::default(), None, 5).expect("actions");
    assert_eq!(actions.len(), 5);
    let last = actions.last().expect("five");
    let rest = reads.actions(BRAND, &ActionFilter::default(), Some((last.occurred_at, last.id.seq)), 50).expect("rest");
    assert_eq!(rest.len(), 4, "pages miss and repeat nothing");
    assert!(actions.iter().chain(&rest).all(|action| action.state == ActionState::Paid));
    let other = ActionFilter { partner: Some(PartnerId(12)), ..ActionFilter::default() };
    assert!(reads.actions(BRAND, &other, None, 5).expect("actions").is_empty());
    assert!(reads.actions(BrandId(2), &ActionFilter::default(), None, 5).expect("actions").is_empty());

    let action = &actions[0];
    let decision = reads.decision(BRAND, action).expect("decision").expect("every action has one");
    assert_eq!(decision.credits[0].action, Some(action.id));
    assert!(!decision.candidates.is_empty());
    for candidate in &decision.candidates {
        let orders = reads.orders_of_click(BRAND, candidate.click, 50).expect("orders");
        assert!(orders.contains(&decision.order), "every candidate leads back to its order");
    }
    assert!(reads.orders_of_click(BrandId(2), decision.candidates[0].click, 50).expect("orders").is_empty());
    assert!(reads.refused_submissions(BRAND, &action.order_id, 50).expect("submissions").is_empty());
    let entries = reads.entries(BRAND, action.id).expect("entries");
    assert_eq!(entries.iter().map(|entry| entry.amount.0).sum::<i64>(), 0);
    assert_eq!(reads.history(BRAND, action.id).expect("history").len(), 3, "opened, locked, paid");

    let left_out = reads.left_out(BRAND, period, 10).expect("what was left out");
    let counts: Vec<_> = left_out.iter().map(|(key, count)| (key.kind, key.reason, *count)).collect();
    let of_email = |reason| (Some(IdentifierKind::Email), reason, 7);
    let expected = [
        (None, Refusal::IdentifierKindUnknown, 10),
        (Some(IdentifierKind::CustomerId), Refusal::IdentifierBlocked, 1),
        of_email(Refusal::IdentifierPlaceholder),
        of_email(Refusal::IdentifierKindUnknown),
    ];
    assert_eq!(counts, expected);
    assert!(reads.left_out(BrandId(2), period, 10).expect("nothing of another brand").is_empty());

    let unclaimed = reads.conversions(BRAND, None, Counted::Refused, None, 10).expect("conversions");
    assert_eq!(unclaimed.len(), 1);
    assert_eq!(unclaimed[0].0.order_id, "order-39");
    assert_eq!(reads.orders_like(BRAND, "order-3", 10).expect("search").len(), 4);
    reads_find_payments(reads);
    reads_follow_updates(reads);
    let audit = reads.audit_by_fact_id(BRAND, records[1].id).expect("audit").expect("a person did it");
    assert_eq!((audit.kind.as_str(), audit.subject.as_str()), ("program_set", "1"));
    let next = reads.audit_after(BRAND, records[0].no, 1).expect("audit");
    assert_eq!(next, [audit], "the first one after it");
}

/// Page by page, every line comes once, in the log's order.
fn reads_follow_updates(reads: &dyn Reads) {
    let whole = Between::default();
    let (_, all) = reads.updates(BRAND, None, None, whole, NumberedPage { offset: 0, most: 1_000 }).expect("updates");
    let (count, own) =
        reads.updates(BRAND, None, Some(PARTNER), whole, NumberedPage { offset: 0, most: 1_000 }).expect("updates");
    let follow = |partner, most| {
        let (mut place, mut found) = (UpdatePlace::default(), Vec::new());
        loop {
            let lines = reads.updates_after(BRAND, Some(PROGRAM), partner, place, most).expect("updates");
            let Some(last) = lines.last() else { return found };
            place = UpdatePlace::of(last);
            found.extend(lines);
        }
    };
    assert_eq!(follow(None, 3), all);
    let of_partner = follow(Some(PARTNER), 2);
    assert!(!of_partner.is_empty() && of_partner.iter().all(|line| all.contains(line)));
    assert_eq!((count, own), (of_partner.len() as u64, of_partner.clone()));
    assert!(follow(Some(PartnerId(99)), 2).is_empty());
}

fn reads_find_payments(reads: &dyn Reads) {
    let of_partner = PaymentFilter { partner: Some(PARTNER), ..PaymentFilter::default() };
    let paid = reads.payments(BRAND, &of_partner, 10).expect("payments");
    assert_eq!(
        paid.iter().map(|it| (it.actions, it.state)).collect::<Vec<_>>(),
        [(2, PaymentState::Failed), (9, PaymentState::Settled)]
    );
    let (sum, rate) = (paid[0].sums[0], Rate { day: rates_on(), from: MICROS, to: RATE });
    assert_eq!((paid[0].currency, sum.currency, sum.rate), (Currency(*b"USD"), Currency(*b"EUR"), Some(rate)));
    assert_eq!((sum.total, paid[0].total), (Money(4_900_000), Money(5_310_000)));
    assert_eq!(paid[1].sums.iter().map(|it| (it.total, it.rate)).collect::<Vec<_>>(), [(paid[1].total, None)]);
    let of_run = PaymentFilter { run: Some(PaymentRunId(1)), ..PaymentFilter::default() };
    assert_eq!(reads.payments(BRAND, &of_run, 10).expect("payments"), paid[..1]);
    let before = PaymentFilter { before: Some(PaymentId(2)), ..PaymentFilter::default() };
    assert_eq!(reads.payments(BRAND, &before, 10).expect("payments"), paid[1..]);
    assert!(reads.payments(BrandId(2), &of_partner, 10).expect("nothing of another brand").is_empty());
    assert_eq!(reads.payment(BRAND, PaymentId(2)).expect("a payment").as_ref(), Some(&paid[0]));
    let run = reads.payment_run(BRAND, PaymentRunId(1)).expect("a run").expect("there is one");
    assert_eq!((run.payments.as_slice(), run.state), ([PaymentId(2)].as_slice(), RunState::Approved));
    assert_eq!(reads.payment_runs(BRAND, 10).expect("runs"), [run]);
    let lines = reads.payment_lines(BRAND, PaymentId(2), 1, 10).expect("lines");
    assert_eq!(lines.iter().map(|it| (it.action.seq, it.before)).collect::<Vec<_>>(), [(2, Some(PaymentId(1)))]);
    let parts = reads.payment_parts(BRAND, PaymentId(1)).expect("parts");
    assert_eq!(
        parts.iter().map(|it| (it.program, it.actions, it.amount)).collect::<Vec<_>>(),
        [(PROGRAM, 9, paid[1].total)]
    );
    assert!(parts[0].first_at <= parts[0].last_at && parts[0].first_at >= NOON);
    let under_way = PaymentFilter { under_way: true, ..PaymentFilter::default() };
    assert!(reads.payments(BRAND, &under_way, 10).expect("all are done").is_empty());
}
