//! What holds after any history: however it is split into batches, the books are the same and add up.
//!
//! The seed is fixed, so that a change of the rules and not the day decides whether this passes. `PROPTEST_RNG_SEED`
//! and `PROPTEST_CASES` look further.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngSeed};

use super::books::Books;
use super::histories::{history, with_inquiries};
use super::statements::months_add_up;
use super::words::D0;
use super::{fixture, picture};
use crate::contract::Payout;
use crate::exchange::Exchange;
use crate::fact::{Agent, Navigation, Signals};
use crate::id::{ActionId, EventTypeId, NodeId, ProgramId};
use crate::identity::profiles::Profiles;
use crate::invariant;
use crate::limit::{Basis, Limit, Tiers};
use crate::locking::Locking;
use crate::money::{Money, WHOLE_PPM};
use crate::pricing;
use crate::refusal::Refusal;
use crate::row::{
    Account, ActionRow, ActionState, BalanceKey, Bond, CounterGroup, CounterKey, Credit, DecisionRow, EdgeRow,
    Evidence, HistoryKind, OrderKey, PaymentLineRow, PaymentState, Returned, ReturnsKey, Rollup, Step, Tally,
    TouchKind,
};
use crate::time::Timestamp;

/// So many cases, unless the environment asks for more.
pub fn cases(usually: u32) -> Config {
    let default = Config::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { usually };
    let rng_seed = if default.rng_seed == RngSeed::Random { RngSeed::Fixed(1) } else { default.rng_seed };
    Config { cases, rng_seed, failure_persistence: None, ..default }
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn batches_do_not_matter(history in history(60), sizes in vec(1..12_usize, 1..6)) {
        let records = fixture::records(&history);
        let mut whole = Books::default();
        let outcomes = whole.apply(&records, usize::MAX);
        let mut replayed = Books::default();
        prop_assert_eq!(&replayed.apply(&records, usize::MAX), &outcomes);
        prop_assert!(replayed == whole, "a replay leaves other books");
        let mut single = Books::default();
        prop_assert_eq!(&single.apply(&records, 1), &outcomes);
        prop_assert!(single == whole, "one at a time leaves other books");
        let (mut split, mut split_outcomes, mut rest) = (Books::default(), Vec::new(), &records[..]);
        for size in sizes.iter().cycle() {
            let (batch, after) = rest.split_at(rest.len().min(*size));
            split_outcomes.extend(split.apply(batch, usize::MAX));
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&split_outcomes, &outcomes);
        prop_assert!(split == whole, "batches of {:?} leave other books", sizes);
    }

    #[test]
    fn the_books_add_up(history in history(80)) {
        let records = fixture::records(&history);
        let mut books = Books::default();
        let outcomes = books.apply(&records, usize::MAX);
        prop_assert_eq!(outcomes.len(), records.len());
        prop_assert_eq!(books.state.last_record, records.last().unwrap().no);
        money_adds_up(&books);
        months_add_up(&books);
        actions_are_priced_by_their_terms(&books);
        limits_are_never_passed(&books);
        histories_lead_to_where_actions_are(&books);
        days_add_up(&books);
        returns_add_up(&books);
        tallies_add_up(&books);
        what_was_no_click_does_not_count(&books);
        work_is_not_forgotten(&books);
        components_hold_profiles(&books);
        orders_and_actions_belong_together(&books);
        books.decisions.values().for_each(|decision| decision_explains_itself(&books, decision));
    }

    /// Nor in how many pieces the work is done: a partner is given the same for the same actions.
    #[test]
    fn bonuses_do_not_depend_on_batches_or_pieces_of_work(history in history(50), limit in 1..9_u32) {
        let paid = |limit: u32| {
            let books = fixture::run(&format!("{history}\nat d4000 time\ndrain {limit}")).books;
            money_adds_up(&books);
            tallies_add_up(&books);
            let bonuses = books.tallies.iter().filter_map(|(key, tally)| Some((*key, tally.bonus?)));
            bonuses.map(|(key, bonus)| (key, (bonus.actions, bonus.amount, bonus.paid))).collect::<BTreeMap<_, _>>()
        };
        prop_assert_eq!(paid(limit), paid(100));
    }

    #[test]
    fn inquiries_leave_books_that_add_up(history in with_inquiries(50)) {
        let records = fixture::records(&history);
        let mut books = Books::default();
        let outcomes = books.apply(&records, usize::MAX);
        let mut single = Books::default();
        prop_assert_eq!(&single.apply(&records, 1), &outcomes);
        prop_assert!(single == books, "one at a time leaves other books");
        money_adds_up(&books);
        months_add_up(&books);
        actions_are_priced_by_their_terms(&books);
        histories_lead_to_where_actions_are(&books);
        days_add_up(&books);
        work_is_not_forgotten(&books);
        orders_and_actions_belong_together(&books);
        books.decisions.values().for_each(|decision| decision_explains_itself(&books, decision));
    }

    /// Sightings and clicks of a few people in any order: the same people come out.
    #[test]
    fn who_is_who_does_not_depend_on_what_came_first(
        (facts, shuffled) in sightings().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle()))
    ) {
        prop_assert_eq!(people(&facts), people(&shuffled));
    }
}

/// Every account is the sum of its entries, and of the payouts of the actions in its state.
fn money_adds_up(books: &Books) {
    assert_eq!(invariant::entries_balance(books.entries.values()), Ok(()));
    let mut of_entries: BTreeMap<BalanceKey, i64> = BTreeMap::new();
    for entry in books.entries.values() {
        assert_ne!(entry.amount, Money::ZERO, "an entry of nothing says nothing");
        *of_entries.entry(entry.key).or_default() += entry.amount.0;
    }
    assert_eq!(books.balances, of_entries);
    let mut of_actions: BTreeMap<BalanceKey, i64> = of_entries.into_keys().map(|key| (key, 0)).collect();
    for action in books.actions.values() {
        let (program, partner, currency) = (action.id.program, action.partner, action.currency);
        let mut add = |account, amount: Money| {
            if amount != Money::ZERO {
                *of_actions.entry(BalanceKey { program, partner, currency, account }).or_default() += amount.0;
            }
        };
        let lines = books.history.values().filter(|line| line.action == action.id);
        let corrected = lines.filter(|line| line.kind == HistoryKind::Corrected);
        let corrections = corrected.fold(Money::ZERO, |sum, line| sum.plus(line.payout_delta));
        match action.state {
            ActionState::Pending => add(Account::Pending, action.payout),
            ActionState::Locked | ActionState::Paid => {
                add(Account::Locked, action.owed);
                add(Account::Paid, action.payout.minus(action.owed));
            }
            ActionState::Reversed => assert_eq!(action.payout, Money::ZERO, "{} is reversed", action.id),
        }
        add(action.spent_on(), corrections.minus(action.payout));
        add(Account::Correction, corrections.negated());
    }
    assert_eq!(books.balances, of_actions);
    payments_are_what_they_took(books);
}

/// A payment is the sum of its lines, and one that stands took what its actions were paid.
fn payments_are_what_they_took(books: &Books) {
    let mut paid: BTreeMap<ActionId, Money> = BTreeMap::new();
    for payment in books.payments.values() {
        let lines = || books.payment_lines.range((payment.id, 0)..=(payment.id, u32::MAX)).map(|(_, line)| line);
        assert_eq!(payment.actions as usize, lines().count());
        let currency_of = |line: &PaymentLineRow| books.actions[&line.action.seq].currency;
        for sum in &payment.sums {
            let in_currency = lines().filter(|line| currency_of(line) == sum.currency);
            assert_eq!(sum.total, in_currency.fold(Money::ZERO, |all, line| all.plus(line.amount)));
            assert_eq!(sum.rate.is_none(), sum.currency == payment.currency);
        }
        assert!(lines().all(|line| payment.sum_in(currency_of(line)).is_some()));
        let worth = payment.sums.iter().map(|sum| sum.worth(sum.total, payment.currency));
        assert_eq!(payment.total, worth.fold(Money::ZERO, Money::plus), "each sum is converted once");
        assert!(lines().all(|line| books.actions[&line.action.seq].partner == payment.partner));
        assert!(payment.total > Money::ZERO || !matches!(payment.state, PaymentState::Sent | PaymentState::Settled));
        let returned = |line: &PaymentLineRow| line.action.seq <= payment.returned_to;
        for line in lines().filter(|line| !returned(line)) {
            let sum = paid.entry(line.action).or_default();
            *sum = sum.plus(line.amount);
        }
    }
    for action in books.actions.values() {
        let locked = matches!(action.state, ActionState::Locked | ActionState::Paid);
        let taken = if locked { action.payout.minus(action.owed) } else { Money::ZERO };
        assert_eq!(paid.get(&action.id).copied().unwrap_or_default(), taken, "{}", action.id);
    }
}

/// The payout is what the terms of the action say of its amount. Whether they are the right terms, `second_opinion` asks.
fn actions_are_priced_by_their_terms(books: &Books) {
    for action in books.actions.values() {
        let key = (action.id.program, if action.terms_of_template { None } else { Some(action.partner) });
        let terms = books.config.terms[&key].iter().find(|terms| terms.version == action.terms_version).unwrap();
        let rules = terms.rules.as_ref().unwrap();
        assert!(terms.starts_at <= action.occurred_at, "{} is priced by terms of later", action.id);
        locks_by_its_terms(books, action, rules.locking);
        if action.is_award() {
            assert_eq!(action.payout, action.amount, "an award pays what it is");
            continue;
        }
        let line = rules.payouts.iter().find(|line| line.event_type == action.id.event_type).unwrap();
        let reversed = action.state == ActionState::Reversed;
        let most_halves = match line.payout {
            _ if reversed => 0,
            // In halves, as a payout may be half a cent more than the rate.
            Payout::Rate { ppm } => {
                i128::from(action.worth(action.amount).0) * i128::from(ppm) * 2 / 1_000_000 + 10_000
            }
            Payout::Fixed { amount } => i128::from(amount.0) * 2 + 10_000,
        };
        assert!(i128::from(action.payout.0) * 2 <= most_halves, "{} pays {:?}", action.id, action.payout);
        assert_eq!(action.payout.0 % 10_000, 0, "{} pays parts of a cent", action.id);
        assert!(action.amount >= Money::ZERO && action.payout >= Money::ZERO);
        assert!(action.items.iter().all(|item| item.amount >= Money::ZERO), "{:?}", action.items);
    }
}

/// As they stood when each action opened: those before it, in the order of the log.
fn limits_are_never_passed(books: &Books) {
    let is_unmeasured = |action: &ActionRow| {
        let of_action = books.history.values().filter(|line| line.action == action.id);
        // What is given, as an award or from another partner, is measured by no limit.
        let given = action.is_award() || action.moved_from.is_some();
        given || action.outside.is_some() || of_action.into_iter().any(|line| line.kind == HistoryKind::Admitted)
    };
    let terms = |action: &ActionRow| pricing::terms_of(&books.config, action).unwrap().0.into_owned();
    let zone = &books.config.programs[&ProgramId(1)].zone;
    for action in books.actions.values().filter(|it| !is_unmeasured(it)) {
        for limit in terms(action).limits {
            let per = limit.per();
            let counts = |it: &ActionRow| {
                let same = (it.partner, it.id.event_type) == (action.partner, action.id.event_type);
                let period = |at| per.first(zone.day(at));
                let counted = terms(it);
                let periods = counted.limits.iter().filter(|it| !matches!(it, Limit::Customer { .. }));
                same && period(it.occurred_at) == period(action.occurred_at)
                    && periods.map(|it| it.per()).any(|it| it == per)
            };
            let before = books.actions.values().filter(|it| it.id.seq < action.id.seq && !is_unmeasured(it));
            let before: Vec<&ActionRow> = before.filter(|it| counts(it)).collect();
            match limit {
                Limit::Actions { most, .. } => assert!(before.len() < most as usize, "{} is one too many", action.id),
                Limit::Payout { most, .. } => {
                    let paid = before.iter().filter(|it| it.exchange == Exchange::Same).map(|it| it.intended_payout);
                    assert!(
                        paid.fold(action.intended_payout, Money::plus) <= most || action.exchange != Exchange::Same
                    );
                }
                Limit::Customer { .. } => {}
            }
        }
    }
}

/// Unless somebody approved it.
fn locks_by_its_terms(books: &Books, action: &ActionRow, locking: Locking) {
    let pending = action.state == ActionState::Pending;
    assert!(pending || !action.held, "only what is pending is held");
    assert!(action.state != ActionState::Locked || action.locks_at.is_some(), "what is locked has a time");
    let of_action = books.history.values().filter(|line| line.action == action.id);
    let lines: Vec<_> = of_action.filter(|line| line.kind == HistoryKind::Locked).collect();
    assert!(lines.len() <= 1, "an action locks once");
    if let Some(approved) = lines.iter().find(|line| line.source.is_some()) {
        assert_eq!(action.locks_at, Some(approved.at));
        return;
    }
    let zone = &books.config.programs[&action.id.program].zone;
    match locking {
        Locking::After { days } => assert_eq!(action.locks_at, Some(action.occurred_at.plus_days(days))),
        Locking::Open => assert!(pending || action.state == ActionState::Reversed, "it waits for the brand"),
        Locking::MonthEnd { months, days } => {
            let locks_at = action.locks_at.unwrap();
            let (from, to) = (zone.day(action.occurred_at).0, zone.day(locks_at).0);
            assert_eq!(locks_at, zone.start_of(zone.day(locks_at)), "a day begins");
            let (months, days) = (months as i32, days as i32);
            let between = from + 1 + 28 * months + days..=from + 31 + 31 * months + days;
            assert!(between.contains(&to), "{from} to {to} is not {months} months and {days} days");
        }
    }
}

fn histories_lead_to_where_actions_are(books: &Books) {
    for action in books.actions.values() {
        let lines: Vec<_> = books.history.values().filter(|line| line.action == action.id).collect();
        assert_eq!(lines.len(), action.changes as usize);
        assert!(lines.iter().zip(1..).all(|(line, seq)| line.seq == seq), "lines are counted from one");
        let sum = |part: fn(&crate::row::HistoryRow) -> Money| {
            lines.iter().fold(Money::ZERO, |sum, line| sum.plus(part(line)))
        };
        assert_eq!(sum(|line| line.amount_delta), action.amount);
        assert_eq!(sum(|line| line.payout_delta), action.payout);
        assert_eq!(lines[0].amount_delta, action.intended_amount);
        let priced = lines.iter().find(|line| line.kind == HistoryKind::Converted).unwrap_or(&lines[0]);
        if action.changes == 1 || priced.kind == HistoryKind::Opened {
            assert_eq!(priced.payout_delta, action.intended_payout);
        }
    }
    assert_eq!(books.effects.len(), books.history.len(), "the outside is told of every line");
}

/// Days and lines add up to the rows they count.
fn days_add_up(books: &Books) {
    let mut sum = Rollup::default();
    // Whoever an order was taken from has no part in it any more, and an award is none.
    let counts = |action: &&ActionRow| action.moved_to.is_none() && !action.is_award();
    for (key, row) in &books.rollups {
        sum.add(*row);
        for count in
            [row.clicks, row.uncounted, row.impressions, row.visits, row.conversions, row.assists, row.unclaimed]
        {
            assert!(count >= 0, "{key:?} counts {count}");
        }
        let of_line = |action: &&ActionRow| {
            let day = books.config.programs[&key.program].zone.day(action.occurred_at);
            (action.partner, action.ad, day) == (key.partner, key.ad, key.day)
        };
        let actions: Vec<&ActionRow> = books.actions.values().filter(of_line).collect();
        let payout = actions.iter().fold(Money::ZERO, |sum, action| sum.plus(action.payout));
        let actions: Vec<&ActionRow> = actions.into_iter().filter(counts).collect();
        let last: BTreeSet<ActionId> =
            books.conversions.values().filter_map(|row| row.actions.last().copied()).collect();
        let conversions = actions.iter().filter(|action| last.contains(&action.id)).count();
        assert_eq!(
            row.conversions as usize, conversions,
            "an order is counted once, on the line of its last touchpoint"
        );
        assert_eq!(row.assists as usize, actions.len() - conversions, "whoever else has a share of it assisted");
        assert_eq!(row.amount, actions.iter().fold(Money::ZERO, |sum, action| sum.plus(action.worth(action.amount))));
        assert_eq!(row.payout, payout);
    }
    let of = |kind| books.clicks.values().filter(move |it| it.kind == kind);
    let counted = |kind| of(kind).filter(|it| it.refusal.is_none()).count();
    let clicks = (counted(TouchKind::Click), of(TouchKind::Click).count());
    assert_eq!((sum.clicks as usize, (sum.clicks + sum.uncounted) as usize), clicks);
    assert_eq!(sum.impressions as usize, counted(TouchKind::Impression));
    let unclaimed = books.conversions.values().filter(|row| row.refusal.is_some()).count();
    let awards = books.conversions.keys().filter(|key| key.event_type == EventTypeId::AWARD).count();
    let credited = books.conversions.len() - unclaimed - awards;
    assert_eq!((sum.conversions as usize, sum.unclaimed as usize), (credited, unclaimed));
}

/// What a month's events pay is what they would, less what was returned; and of that, never more than may be.
fn returns_add_up(books: &Books) {
    let mut sums: BTreeMap<ReturnsKey, Returned> =
        books.returns.keys().map(|key| (*key, Returned::default())).collect();
    for action in books.actions.values().filter(|action| !action.is_award()) {
        let month = books.config.month_of(action.id.program, action.occurred_at).unwrap();
        let key = ReturnsKey { program: action.id.program, month, partner: action.partner };
        let row = Returned { payouts: action.payout.plus(action.returned), returned: action.returned };
        let sum = sums.entry(key).or_default();
        *sum = sum.plus(row);
        assert!(action.returned >= Money::ZERO);
        assert!(action.return_asked.is_none() || action.state == ActionState::Pending);
    }
    sums.retain(|key, sum| books.returns.contains_key(key) || *sum != Returned::default());
    assert_eq!(books.returns, sums);
}

/// A period comes to what its actions do, and a bonus to what the figures give that it was reckoned of.
fn tallies_add_up(books: &Books) {
    let mut sums: BTreeMap<CounterKey, (i64, Money)> =
        books.tallies.keys().map(|key| (*key, (0, Money::ZERO))).collect();
    let stands = |it: &&ActionRow| it.state != ActionState::Reversed && it.outside.is_none() && !it.is_award();
    for action in books.actions.values().filter(stands) {
        let day = books.config.programs[&action.id.program].zone.day(action.occurred_at);
        for per in Tiers::OF_BONUSES {
            let (program, event_type) = (action.id.program, action.id.event_type);
            let group = CounterGroup { program, event_type, per, day: per.first(day) };
            let sum = sums.get_mut(&CounterKey { group, partner: action.partner }).unwrap();
            *sum = (sum.0 + 1, sum.1.plus(action.worth(action.amount)));
        }
    }
    for (key, tally) in &books.tallies {
        assert_eq!((tally.actions, tally.amount), sums[key]);
        assert!(tally.changed || tally.ends_at <= books.state.brand_time, "a period is reckoned when it is over");
        let Some(bonus) = tally.bonus else { continue };
        let action = &books.actions[&bonus.action.seq];
        assert_eq!((action.partner, action.occurred_at), (key.partner, tally.ends_at.plus_ms(-1)));
        if bonus.left(action).is_none() && !tally.changed {
            assert_eq!((bonus.actions, bonus.amount), (tally.actions, tally.amount), "it follows what is pending");
        }
        let partner = (!action.terms_of_template).then_some(action.partner);
        let rules = books.config.rules_of(key.group.program, partner, action.terms_version).unwrap();
        let tiers = rules.payout(key.group.event_type).unwrap().tiers.as_ref().unwrap();
        let counted = if tiers.basis == Basis::Actions { bonus.actions } else { bonus.amount.0 };
        let paid = match tiers.steps.iter().rfind(|tier| tier.from <= counted).map(|tier| tier.extra) {
            Some(Payout::Fixed { amount }) => Money(amount.0 * bonus.actions),
            Some(Payout::Rate { ppm }) => bonus.amount.at_rate(ppm, action.currency),
            None => Money::ZERO,
        };
        assert_eq!((bonus.paid, tiers.per), (paid, key.group.per));
    }
}

/// Also if its id was known before its record was.
fn what_was_no_click_does_not_count(books: &Books) {
    for click in books.clicks.values().filter(|click| !click.recovered) {
        let Signals { navigation, prefetch, head, agent, .. } = click.signals;
        let followed = navigation == Navigation::Navigate || click.kind == TouchKind::Impression;
        let person = followed && !prefetch && !head && agent == Agent::Browser;
        assert!(person || click.refusal.is_some(), "{click:?} counts");
    }
}

/// A machine asks for work only if some waits, or if time passes further: what is due now must be waited for.
fn work_is_not_forgotten(books: &Books) {
    let has_come = |action: &ActionRow| action.locks_at.is_some_and(|at| at <= books.state.brand_time);
    let due = |action: &ActionRow| action.state == ActionState::Pending && !action.held && has_come(action);
    let bonuses = books.config.bonuses();
    let to_reckon = |(CounterKey { group, .. }, tally): (&CounterKey, &Tally)| {
        let is_over = tally.changed && tally.ends_at <= books.state.brand_time;
        is_over && bonuses.contains(&(group.program, group.event_type, group.per))
    };
    let waits = books.actions.values().any(due)
        || books.tallies.iter().any(to_reckon)
        || books
            .payments
            .values()
            .any(|payment| matches!(payment.state, PaymentState::Gathering | PaymentState::Returning));
    assert!(books.state.work_waits || !waits, "nobody will ask for what is due");
}

/// A component is named by its oldest node, holds every profile of its nodes whole, and is not larger than it may be.
fn components_hold_profiles(books: &Books) {
    let root = |node: NodeId| books.roots.get(&node).copied().unwrap_or(node);
    let mut components: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for node in picture::nodes(books) {
        components.entry(root(node)).or_default().push(node);
    }
    for (root, nodes) in &components {
        assert!(!books.roots.contains_key(root), "a root has no other root");
        assert_eq!(Some(root), nodes.iter().min());
        assert!(nodes.len() <= 512);
    }
    let inside = |edge: &&EdgeRow| matches!(edge.bond, Bond::Same | Bond::Seen);
    assert!(books.edges.values().filter(inside).all(|edge| root(edge.a) == root(edge.b)));
    for nodes in picture::profile_nodes(books, Timestamp(i64::MAX)).values() {
        assert!(nodes.iter().all(|node| root(*node) == root(nodes[0])));
        let customers = nodes.iter().filter(|node| node.kind().is_customer()).count();
        assert!(customers <= 1, "one customer per profile");
    }
}

fn orders_and_actions_belong_together(books: &Books) {
    for (key, row) in &books.conversions {
        assert_ne!(row.actions.is_empty(), row.refusal.is_none(), "an order earns something or says why not");
        for id in &row.actions {
            let action = &books.actions[&id.seq];
            assert_eq!((action.id, &action.order_id), (*id, &key.order_id));
        }
    }
    let moved = books.actions.values().filter(|action| action.moved_to.is_some());
    let of_orders = books.conversions.values().flat_map(|row| &row.actions).count();
    assert_eq!(books.actions.len(), of_orders + moved.clone().count());
    for action in moved {
        let heir = &books.actions[&action.moved_to.unwrap().seq];
        assert_eq!((heir.moved_from, action.state), (Some(action.id), ActionState::Reversed));
        assert_eq!((&heir.order_id, heir.share_ppm), (&action.order_id, action.share_ppm));
    }
    for action in books.actions.values() {
        let order = OrderKey { event_type: action.id.event_type, order_id: action.order_id.clone() };
        let decision = &books.decisions[&(action.record, order)];
        let credit = decision.credits.iter().find(|credit| credit.action == Some(action.id)).unwrap();
        assert_eq!(
            (credit.partner, credit.evidence, credit.click, credit.share_ppm),
            (action.partner, action.evidence, action.click, action.share_ppm)
        );
        assert_eq!(decision.occurred_at, action.occurred_at);
    }
}

/// Shares that add up to one or a refusal, a reason for every candidate without a share, and a way that leads from the report to each.
fn decision_explains_itself(books: &Books, decision: &DecisionRow) {
    let candidates = &decision.candidates;
    if books.actions.values().any(|it| it.record == decision.record && it.moved_from.is_some()) {
        // A person said who has it: nobody looked for touchpoints.
        assert!(candidates.is_empty() && decision.refusal.is_none());
        return;
    }
    assert!(candidates.is_sorted_by_key(|it| std::cmp::Reverse(it.occurred_at)), "newest first");
    let to_channel = decision.refusal == Some(Refusal::CreditedToChannel);
    assert_eq!(decision.credits.is_empty(), decision.refusal.is_some() && !to_channel);
    let shares = decision.credits.iter().map(|credit| credit.share_ppm).sum::<u32>();
    if decision.credits.iter().any(|credit| credit.evidence == Evidence::ParentAction) {
        assert!((1..=WHOLE_PPM).contains(&shares), "some of the parent may be paid to nobody");
    } else {
        assert_eq!(shares, if decision.credits.is_empty() { 0 } else { WHOLE_PPM });
    }
    // A code may have asked for a touchpoint.
    let by_touchpoint = |credit: &Credit| match credit.evidence {
        Evidence::ClickId | Evidence::Identifier | Evidence::Impression => true,
        Evidence::PromoCode => credit.click.is_some(),
        _ => false,
    };
    for credit in decision.credits.iter().filter(|it| by_touchpoint(it)) {
        let theirs = candidates.iter().filter(|it| it.partner == credit.partner);
        assert_eq!(theirs.map(|it| it.share_ppm).sum::<u32>(), credit.share_ppm, "a share is that of the touchpoints");
    }
    let of_touchpoints = candidates.iter().map(|it| it.share_ppm).sum::<u32>();
    assert_eq!(of_touchpoints, if decision.credits.iter().any(by_touchpoint) { WHOLE_PPM } else { 0 });
    for candidate in candidates {
        assert_eq!(candidate.lost.is_none(), candidate.share_ppm > 0, "{candidate:?}");
        let node = books.clicks[&candidate.click].node;
        let mut at: Option<NodeId> = None;
        for step in &candidate.path {
            at = match step {
                Step::ReportedClickId => None,
                Step::Reported { identifier } => Some(books.identifiers[identifier].node),
                Step::Joined { record, from, to, .. } => {
                    assert!(at.is_none_or(|at| at == *from), "the way is broken: {:?}", candidate.path);
                    assert!(*record <= decision.record, "nothing is known before it was seen");
                    let ends = (from.min(to), from.max(to));
                    let between = |it: &&EdgeRow| (it.a.min(it.b), it.a.max(it.b)) == (*ends.0, *ends.1);
                    assert!(books.edges.values().any(|it| between(&it) && matches!(it.bond, Bond::Same | Bond::Seen)));
                    Some(*to)
                }
                Step::SeenAt { node: seen } => {
                    assert!(at.is_none_or(|at| at == *seen), "the way is broken: {:?}", candidate.path);
                    Some(*seen)
                }
            };
        }
        assert!(at.is_none_or(|at| at == node), "the way leads elsewhere: {:?}", candidate.path);
        assert!(!candidate.path.is_empty(), "there is a way to every candidate");
    }
}

/// Each happens at a moment of its own, and comes when it comes. A click is recorded once, an order reported once and an id
/// issued once: of two the first would count.
fn sightings() -> impl Strategy<Value = Vec<String>> {
    let moment = (0..40_u32, select(&[0, 5, 14, 16, 29, 31, 200][..]));
    vec((sighting(), moment), 1..30).prop_map(|facts| {
        let mut said = BTreeSet::new();
        let mut texts = Vec::new();
        for (n, (fact, (day, minute))) in facts.into_iter().enumerate() {
            let word = |at: usize| fact.split(' ').nth(at).unwrap_or_default().to_owned();
            let issued = fact.split(' ').find(|word| word.starts_with("issued"));
            let once = match fact.split(' ').next() {
                Some("found" | "conversion") => said.insert(word(0) + &word(1)),
                _ => issued.is_none_or(|issued| said.insert(issued.to_owned())),
            };
            if once {
                texts.push(format!("{fact} occurred=d{day}+{minute}m+{n}ms"));
            }
        }
        texts
    })
}

fn sighting() -> impl Strategy<Value = String> {
    let visitor = || (0..8_u32).prop_map(|n| format!("visitor=v{n}"));
    let click = || 0..6_u32;
    prop_oneof![
        (click(), proptest::option::of(visitor()))
            .prop_map(|(n, visitor)| format!("found k{n} {}", visitor.unwrap_or_default())),
        (click(), 0..7_u32).prop_map(|(n, customer)| format!("visit click=k{n} customer=c{customer}")),
        (click(), visitor()).prop_map(|(n, visitor)| format!("visit click=k{n} {visitor}")),
        (visitor(), 0..7_u32).prop_map(|(visitor, customer)| format!("visit {visitor} customer=c{customer}")),
        (visitor(), 0..6_u32).prop_map(|(visitor, email)| format!("visit {visitor} email=e{email}")),
        (visitor(), 0..4_u32).prop_map(|(visitor, n)| format!("visit {visitor} issued=j{n}")),
        (visitor(), 0..4_u32).prop_map(|(visitor, n)| format!("visit {visitor} journey=j{n}")),
        (0..7_u32, 0..4_u32).prop_map(|(customer, n)| format!("visit customer=c{customer} issued=j{n}")),
        (0..3_u32, 0..3_u32, 0..7_u32)
            .prop_map(|(a, b, customer)| format!("visit email=e{a} alias=email:e{a}:e{b} customer=c{customer}")),
        (0..6_u32, 0..7_u32, 0..6_u32).prop_map(|(order, customer, email)| format!(
            "conversion o{order} sale 1 customer=c{customer} email=e{email}"
        )),
    ]
}

/// The sets of identifiers and clicks that are one person each, at the end and at some moments before.
fn people(facts: &[String]) -> Vec<BTreeSet<BTreeSet<String>>> {
    let ids: String = (0..6).map(|n| format!("at d{n}+20m lost k{n} A\n")).collect();
    let text = format!("shop\n{ids}at d40\n{}", facts.join("\n"));
    let mut books = Books::default();
    books.apply(&fixture::records(&text), usize::MAX);
    let moments = [0, 10, 20, 30].map(|day| D0.plus_days(day)).into_iter().chain([Timestamp(i64::MAX)]);
    moments.map(|at| people_at(&books, at)).collect()
}

fn people_at(books: &Books, at: Timestamp) -> BTreeSet<BTreeSet<String>> {
    let profiles = Profiles::as_of(books.edges.values(), at);
    let mut sets: BTreeMap<NodeId, BTreeSet<String>> = BTreeMap::new();
    for (identifier, row) in &books.identifiers {
        sets.entry(profiles.of(row.node, at)).or_default().insert(format!("{identifier:?}"));
    }
    for click in books.clicks.values() {
        sets.entry(profiles.of(click.node, click.occurred_at)).or_default().insert(format!("click {}", click.no));
    }
    sets.into_values().collect()
}
