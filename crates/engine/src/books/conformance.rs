//! What every engine of the books must do. Each engine's tests run this.

use std::collections::BTreeMap;
use std::sync::Arc;

use referee_core::config::Config;
use referee_core::exchange::Rate;
use referee_core::fact::{
    ActionChange, ActionTarget, ChangeRequest, Click, EventTypeSet, Fact, NewFigures, Record, TermsSet,
};
use referee_core::id::{BrandId, PartnerId, PaymentId, PaymentRunId, SubmissionId};
use referee_core::identity::IdentifierKind;
use referee_core::locking::Locking;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::{CreditPolicy, Source, Standing};
use referee_core::refusal::Refusal;
use referee_core::row::{Account, ActionState, BrandState, PaymentState, Posting, RunState};
use referee_core::time::{Day, Zone};

use super::batch::apply_records;
use super::reads::{ActionFilter, Between, Counted, NumberedPage, PaymentFilter, Period, Reads, UpdatePlace};
use super::{Applied, Books, RUNS_MAX};
use crate::error::Error;
use crate::log::{FrameId, Position};
use crate::profile::profile_of;
use crate::routing::PartitionId;

mod bonuses;
mod clicks;
mod history;
mod inquiries;
mod moves;
mod shop;

pub use history::history;
use history::{BRAND, PARTNER, PROGRAM, RATE, SALE, click, conversion, rates_on, record, visit};
pub(crate) use history::{NOON, set_up};

/// One new set of books, its readers, and its dump.
pub struct Subject {
    pub books: Box<dyn Books>,
    pub reads: Arc<dyn Reads>,
    pub dump: Box<dyn Fn() -> String>,
}

const PARTITION: PartitionId = PartitionId(1);

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
    shop::is_kept_until_it_is_known(make);
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
