//! A second, simple-minded judge: it hears the records from the first on and says who must have earned each order. It
//! shares no code with `attribution` or `slice`, knows no batches and forgets nothing. Who is who it is told by the
//! books; the simulator's auditor judges that.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::books::Books;
use super::fixture;
use super::histories::history;
use super::properties::cases;
use crate::config::Config;
use crate::contract::{Payout, Terms, TermsRules};
use crate::fact::{Conversion, Fact, Item, Record};
use crate::id::{ClickNo, EventTypeId, PartnerId};
use crate::identity::profiles::Profiles;
use crate::identity::{Identifier, IdentifierKind};
use crate::money::{Currency, Money};
use crate::program::{CodePolicy, CreditPolicy, GroupCredit, PromoCode, Source, Standing, ValueKind};
use crate::refusal::Refusal;
use crate::row::{
    ActionRow, ActionState, Candidate, ClickRow, DecisionRow, Evidence, HistoryKind, OrderKey, Step, TouchKind,
};
use crate::time::{DAY_MS, Timestamp};

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn a_simple_judge_decides_the_same(history in history(70)) {
        let records = fixture::records(&history);
        let (mut books, mut judge) = (Books::default(), Judge::default());
        for record in &records {
            books.apply(std::slice::from_ref(record), 1);
            judge.hear(&books, record);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Identifier(Identifier),
    Click(ClickNo),
}

/// How far the clocks of two reporters may disagree.
const FORGIVEN_MS: i64 = 2_000;

#[derive(Default)]
struct Judge {
    /// What the brand says names nobody, with all its hashes.
    blocked: BTreeMap<Identifier, BTreeSet<Identifier>>,
    /// The same of all that ever was blocked.
    hashes_of_blocked: BTreeMap<Identifier, BTreeSet<Identifier>>,
    orders: BTreeMap<(EventTypeId, String), Heard>,
}

/// What is known of an order.
#[derive(Clone)]
struct Heard {
    first_at: Timestamp,
    /// Somebody who reported it.
    buyer: Option<Name>,
    /// The report whose money holds.
    source: Source,
    currency: Currency,
    amount: Money,
    items: Vec<Item>,
    earned: bool,
    /// Its action has items.
    itemised: bool,
}

impl Judge {
    fn hear(&mut self, books: &Books, record: &Record) {
        match &record.fact {
            Fact::IdentifierBlocked(it) if it.standing == Standing::Active => {
                let hashes = self.hashes_of_blocked.entry(it.identifier).or_default();
                hashes.extend([it.identifier].iter().chain(&it.aliases));
                self.blocked.insert(it.identifier, hashes.clone());
            }
            Fact::IdentifierBlocked(it) => {
                self.hashes_of_blocked.entry(it.identifier).or_default().extend(&it.aliases);
                self.blocked.remove(&it.identifier);
            }
            Fact::ConversionReported(report) => self.hear_report(books, record, report),
            _ => {}
        }
        // An order may have been decided again.
        for ((event_type, order_id), heard) in &mut self.orders {
            let key = OrderKey { event_type: *event_type, order_id: order_id.clone() };
            let action = books.conversions[&key].actions.first().map(|id| &books.actions[&id.seq]);
            (heard.earned, heard.itemised) = (action.is_some(), action.is_some_and(|it| !it.items.is_empty()));
        }
    }

    fn hear_report(&mut self, books: &Books, record: &Record, report: &Conversion) {
        let told = books.submissions.values().find(|it| it.record == record.no).unwrap();
        let order = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
        let decision = books.decisions.get(&(record.no, order));
        let turned_away = [Refusal::ProgramNotActive, Refusal::ActionTrackerNotActive];
        if decision.is_none() && told.refusal.is_some_and(|refusal| turned_away.contains(&refusal)) {
            return;
        }
        let key = (report.event_type, report.order_id.clone());
        let before = self.orders.get(&key).cloned();
        let same_money = before.as_ref().is_some_and(|before| before.is_the_same_as(report));
        let duplicate =
            before.as_ref().is_some_and(|before| !same_money && !before.gives_way_to(&books.config, report));
        assert_eq!(told.refusal == Some(Refusal::ConvDuplicate), duplicate, "{report:?} after another");
        if duplicate {
            return;
        }
        let mut heard = before.clone().unwrap_or_else(|| Heard::first(record, report));
        let click = report.click.map(|click| Name::Click(click.no));
        let mut identifiers = self.usable(report);
        identifiers.sort_by_key(|identifier| identifier.kind);
        let identifiers = identifiers.into_iter().map(Name::Identifier);
        let names: Vec<Name> = heard.buyer.into_iter().chain(identifiers).chain(click).collect();
        let actions: Vec<&ActionRow> = told.actions.iter().map(|id| &books.actions[&id.seq]).collect();
        if told.refusal.is_none() || decision.is_some() {
            heard.buyer = heard.buyer.or(names.first().copied());
            let itemised = actions.iter().any(|action| !action.items.is_empty());
            if same_money && heard.earned {
                let pending = actions.iter().any(|action| action.state == ActionState::Pending);
                let brings_items = pending && !heard.itemised && !report.items.is_empty();
                assert_eq!((told.unchanged, itemised), (!brings_items, heard.itemised || brings_items));
            }
            if !same_money || !told.unchanged {
                heard.items = report.items.clone();
            }
            if before.is_some() && !same_money {
                (heard.source, heard.currency, heard.amount) = (report.source, report.currency, report.amount);
            }
            (heard.earned, heard.itemised) = (!actions.is_empty(), itemised);
            self.orders.insert(key, heard.clone());
        }
        if let Some(decision) = decision {
            self.compare(books, report, &names, heard.first_at, decision);
        }
    }

    /// Whether the decision is as it must be, and says so.
    fn compare(&self, books: &Books, report: &Conversion, names: &[Name], first_at: Timestamp, decision: &DecisionRow) {
        assert_eq!(decision.occurred_at, first_at, "an order is decided as of when it was first reported");
        let mut rulings = self.rule(books, report, names, first_at);
        let order = Order { config: &books.config, report, at: first_at };
        let to_channel = !rulings.is_empty() && rulings.iter().all(|it| order.is_channel(it.partner));
        assert_eq!(decision.refusal == Some(Refusal::CreditedToChannel), to_channel);
        let won = decision.candidates.iter().filter(|it| it.lost.is_none()).rev();
        assert_eq!(won.clone().map(|it| it.click).collect::<Vec<_>>(), clicks(&rulings), "those that won are credited");
        for (told, ruling) in won.zip(&rulings) {
            assert!(told.share_ppm.abs_diff(ruling.share_ppm) <= ruling.doubt_ppm, "{told:?} is not {ruling:?}");
        }
        // What was decided within the doubt holds for all that follows from it.
        for (ruling, told) in rulings.iter_mut().zip(decision.candidates.iter().filter(|it| it.lost.is_none()).rev()) {
            ruling.share_ppm = told.share_ppm;
        }
        let actions = decision.credits.iter().filter_map(|it| Some(&books.actions[&it.action?.seq]));
        let told: Vec<_> = actions
            .clone()
            .map(|it| (it.partner, it.evidence, it.click, it.share_ppm, it.intended_amount, it.intended_payout))
            .collect();
        let mut judged = order.parts(&rulings);
        for (part, action) in judged.iter_mut().zip(actions) {
            // What is within the limits, `properties` asks.
            if action.outside.is_some() || action.intended_payout == Money::ZERO && was_outside(books, action) {
                part.5 = Money::ZERO;
            }
        }
        assert_eq!(told, judged);
        let reported = report.click.map(|click| &books.clicks[&click.no]).filter(|it| it.program == report.program);
        let is_named = |click: &ClickRow| decision.candidates.iter().any(|it| it.click == click.no);
        assert!(decision.candidates_left_out > 0 || reported.is_none_or(is_named), "a click of old is still named");
        decision.candidates.iter().for_each(|it| begins_with_what_was_reported(books, report, it));
    }

    /// Of what a record names, what names somebody: nothing blocked, under whichever hash, and of customers the first.
    fn usable(&self, report: &Conversion) -> Vec<Identifier> {
        let blocked = |it: &Identifier| self.blocked.values().any(|hashes| hashes.contains(it));
        let mut usable: Vec<Identifier> = Vec::new();
        for identifier in &report.identifiers {
            let mut hashes = report.aliases.iter().filter(|alias| alias.of == *identifier).map(|alias| alias.is);
            let second = identifier.kind == IdentifierKind::CustomerId
                && usable.iter().any(|it| it.kind == IdentifierKind::CustomerId);
            if !second && !blocked(identifier) && !hashes.any(|it| blocked(&it)) {
                usable.push(*identifier);
            }
        }
        usable
    }

    /// Who has shares by which touchpoints, the oldest first.
    fn rule(&self, books: &Books, report: &Conversion, names: &[Name], at: Timestamp) -> Vec<Ruling> {
        let config = &books.config;
        let order = Order { config, report, at };
        let whole = |partner: PartnerId, evidence: Evidence| {
            let pays = order.can_have(partner);
            pays.then_some(Ruling { partner, evidence, click: None, share_ppm: 1_000_000, doubt_ppm: 0 })
        };
        if let Some(partner) = report.forced_partner {
            return whole(partner, Evidence::ForcedPartner).into_iter().collect();
        }
        if let Some(parent) = config.event_types[&(report.program, report.event_type)].parent {
            let order_id = if report.parent_order.is_empty() { &report.order_id } else { &report.parent_order };
            let key = OrderKey { event_type: parent, order_id: order_id.clone() };
            let ids = books.conversions.get(&key).map(|row| row.actions.as_slice()).unwrap_or_default();
            let standing =
                || ids.iter().map(|id| &books.actions[&id.seq]).filter(|it| it.state != ActionState::Reversed);
            // What one partner has by two actions it has at the place of the last.
            let is_last = |it: &&ActionRow| standing().rfind(|other| other.partner == it.partner).unwrap().id == it.id;
            let all_of = |it: &ActionRow| {
                standing().filter(|other| other.partner == it.partner).map(|other| other.share_ppm).sum()
            };
            let share =
                |it: &ActionRow| Some(Ruling { share_ppm: all_of(it), ..whole(it.partner, Evidence::ParentAction)? });
            return standing().filter(is_last).filter_map(share).collect();
        }
        let until = Timestamp(at.0 + 30 * 60 * 1_000);
        let profiles = Profiles::as_of(books.edges.values(), until);
        let mut nodes = names.iter().map(|name| match name {
            Name::Identifier(identifier) => books.identifiers[identifier].node,
            Name::Click(no) => books.clicks[no].node,
        });
        let buyer = nodes.find(|node| !profiles.is_exposed(*node)).map(|node| profiles.of(node, until));
        let theirs = |click: &&ClickRow| {
            let was_theirs = || Some(profiles.of(click.node, click.occurred_at)) == buyer;
            let reported = report.click.is_some_and(|it| it.no == click.no);
            reported || (!profiles.is_exposed(click.node) && was_theirs())
        };
        let fit = books.clicks.values().filter(theirs).filter(|click| order.could_win(click));
        let (yielding, firm): (Vec<_>, Vec<_>) = fit.partition(|click| order.is_in(click.partner, GroupCredit::Yields));
        let mut fit = if firm.is_empty() { yielding } else { firm };
        // Any click beats any view.
        fit.sort_by_key(|it| (it.kind == TouchKind::Click, it.occurred_at, it.record));
        let mut able = fit.clone();
        able.retain(|it| fit.last().is_some_and(|last| last.kind == it.kind));
        let by_touchpoint = order.by_touchpoint(&able[able.len().saturating_sub(50)..]);
        if let Some(code) = order.code() {
            let involved = || fit.iter().rfind(|click| click.partner == code.partner).map(|click| click.no);
            let winner = || by_touchpoint.iter().rfind(|it| it.partner == code.partner).and_then(|it| it.click);
            let grounds = match code.policy {
                CodePolicy::Always => Some(None),
                CodePolicy::Involved => involved().map(Some),
                CodePolicy::Winner => match order.assigned() {
                    Some((partner, _)) => (partner == code.partner).then_some(None),
                    None => winner().map(Some),
                },
            };
            let by_code = whole(code.partner, Evidence::PromoCode);
            match grounds {
                Some(click) => return by_code.map(|it| Ruling { click, ..it }).into_iter().collect(),
                None if code.restricted => return Vec::new(),
                None => {}
            }
        }
        if let Some((partner, evidence)) = order.assigned() {
            return whole(partner, evidence).into_iter().collect();
        }
        by_touchpoint
    }
}

impl Heard {
    fn first(record: &Record, report: &Conversion) -> Heard {
        Heard {
            first_at: record.occurred_at,
            buyer: None,
            source: report.source,
            currency: report.currency,
            amount: report.amount,
            items: report.items.clone(),
            earned: false,
            itemised: false,
        }
    }

    /// The same sum of the same things, as far as both name them.
    fn is_the_same_as(&self, report: &Conversion) -> bool {
        let one_names_no_items = report.items.is_empty() || !self.itemised;
        (self.currency, self.amount) == (report.currency, report.amount)
            && (one_names_no_items || self.items == report.items)
    }

    /// Who reports other money must be above whoever came first, or an equal where nothing was earned. One is above
    /// another only where the event type says so.
    fn gives_way_to(&self, config: &Config, report: &Conversion) -> bool {
        let server_wins = config.event_types[&(report.program, report.event_type)].server_wins;
        let by_server = |source: Source| source == Source::Server || source == Source::Person;
        match (by_server(self.source), by_server(report.source)) {
            (false, true) if server_wins => true,
            (true, false) if server_wins => false,
            _ => !self.earned,
        }
    }
}

/// The way to a candidate may only begin with what this report, or one before it, named.
fn begins_with_what_was_reported(books: &Books, report: &Conversion, candidate: &Candidate) {
    let is_own = report.click.is_some_and(|click| click.no == candidate.click);
    match candidate.path.as_slice() {
        [Step::ReportedClickId] => assert!(is_own, "{candidate:?} was not reported"),
        [Step::ReportedClickId, Step::Joined { from: node, .. } | Step::SeenAt { node }, ..] => {
            let other = report.click.map(|click| books.clicks[&click.no].node);
            assert_eq!((is_own, other), (false, Some(*node)), "{candidate:?} was reached by another");
        }
        [Step::Reported { identifier }, ..] => assert!(report.named().any(|it| it == *identifier)),
        [Step::Joined { .. } | Step::SeenAt { .. }, ..] => {}
        path => panic!("no way begins like {path:?}"),
    }
}

/// Whether a text is of a pattern, letter by letter.
fn is_like(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', more)), None) => is_like(more, text),
        (Some((b'*', more)), Some((_, rest))) => is_like(more, text) || is_like(pattern, rest),
        (Some((letter, more)), Some((same, rest))) => letter == same && is_like(more, rest),
        _ => false,
    }
}

/// A share of one touchpoint, or all by stronger evidence.
#[derive(Debug)]
struct Ruling {
    partner: PartnerId,
    evidence: Evidence,
    click: Option<ClickNo>,
    share_ppm: u32,
    /// How far off the judge may be, who reckons with fractions of floating point.
    doubt_ppm: u32,
}

fn clicks(rulings: &[Ruling]) -> Vec<ClickNo> {
    rulings.iter().filter_map(|it| it.click).collect()
}

fn was_outside(books: &Books, action: &ActionRow) -> bool {
    let lines = books.history.values().filter(|line| line.action == action.id);
    lines.into_iter().any(|line| line.kind == HistoryKind::Admitted)
}

struct Order<'a> {
    config: &'a Config,
    report: &'a Conversion,
    at: Timestamp,
}

impl Order<'_> {
    fn by_touchpoint(&self, able: &[&ClickRow]) -> Vec<Ruling> {
        let by_id = |click: &ClickRow| self.report.click.is_some_and(|it| it.no == click.no);
        let evidence = |click: &ClickRow| match click.kind {
            TouchKind::Impression => Evidence::Impression,
            TouchKind::Click if by_id(click) => Evidence::ClickId,
            TouchKind::Click => Evidence::Identifier,
        };
        let ruling = |(share_ppm, click): (u32, &&ClickRow)| Ruling {
            partner: click.partner,
            evidence: evidence(click),
            click: Some(click.no),
            share_ppm,
            doubt_ppm: able.len() as u32,
        };
        self.shares(able).into_iter().zip(able).map(ruling).filter(|it| it.share_ppm > 0).collect()
    }

    /// The code that counts, of all that the reported one is of.
    fn code(&self) -> Option<&PromoCode> {
        let reported = &self.report.promo_code;
        let counts = |code: &&PromoCode| {
            let begun = code.starts_at.is_none_or(|start| start.0 <= self.at.0);
            let over = code.standing == Standing::Paused || code.ends_at.is_some_and(|end| end.0 <= self.at.0);
            let same = is_like(code.code.as_bytes(), reported.as_bytes()) && !reported.is_empty();
            code.program == self.report.program && begun && !over && same && self.can_have(code.partner)
        };
        let rank = |code: &&PromoCode| (code.code != *reported, std::cmp::Reverse(code.code.len()), code.code.clone());
        self.config.promo_codes.values().filter(counts).min_by_key(rank)
    }

    fn assigned(&self) -> Option<(PartnerId, Evidence)> {
        let whose = |kind: ValueKind| {
            let (_, value) = self.report.assigned.iter().find(|(it, _)| *it == kind)?;
            let mut all = self.config.assigned_values.values().filter(|it| it.standing == Standing::Active);
            let found = all.find(|it| (it.program, it.kind, &it.value) == (self.report.program, kind, value))?;
            self.can_have(found.partner).then_some(found.partner)
        };
        let by_url = whose(ValueKind::Url).map(|to| (to, Evidence::AssignedUrl));
        by_url.or(whose(ValueKind::Phone).map(|to| (to, Evidence::AssignedPhone)))
    }

    /// Whether the order may go to a partner: it is paid for it, or is a channel.
    fn can_have(&self, partner: PartnerId) -> bool {
        self.is_channel(partner) || self.pays(partner).is_some()
    }

    fn is_channel(&self, partner: PartnerId) -> bool {
        self.config.partners.get(&partner).is_some_and(|it| it.channel && it.standing == Standing::Active)
    }

    /// Whether a partner is in a group of this kind, and in none that is stricter.
    fn is_in(&self, partner: PartnerId, credit: GroupCredit) -> bool {
        let of_program = self.config.groups.values().filter(|it| it.program == self.report.program);
        let strictest = of_program.filter(|it| it.members.contains(&partner)).map(|it| it.credit as u8).max();
        strictest == Some(credit as u8)
    }

    /// The shares of touchpoints, oldest first, in millionths.
    fn shares(&self, able: &[&ClickRow]) -> Vec<u32> {
        let n = able.len();
        let last = n.saturating_sub(1);
        let policy = self.config.event_types[&(self.report.program, self.report.event_type)].credit;
        let weight = |(i, click): (usize, &&ClickRow)| match policy {
            CreditPolicy::Last => f64::from(i == last),
            CreditPolicy::First => f64::from(i == 0),
            CreditPolicy::Linear => 1.0,
            CreditPolicy::Position if i == 0 || i == last => 2.0,
            CreditPolicy::Position => 1.0 / (n as f64 - 2.0),
            CreditPolicy::TimeDecay => {
                let days = ((self.at.0 - click.occurred_at.0).max(0) / DAY_MS) as f64;
                2_f64.powf(-days / 7.0)
            }
        };
        let weights: Vec<f64> = able.iter().enumerate().map(weight).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| (weight / sum * 1e6).round() as u32).collect()
    }

    /// What each partner has, in the order of the last touchpoints.
    fn parts(&self, rulings: &[Ruling]) -> Vec<(PartnerId, Evidence, Option<ClickNo>, u32, Money, Money)> {
        let rulings: Vec<&Ruling> = rulings.iter().filter(|it| !self.is_channel(it.partner)).collect();
        let of = |partner: PartnerId| rulings.iter().filter(move |it| it.partner == partner);
        let is_last = |it: &&&Ruling| of(it.partner).next_back().is_some_and(|last| last.click == it.click);
        // What is paid to nobody comes first.
        let mut before_ppm = 1_000_000 - rulings.iter().map(|it| it.share_ppm).sum::<u32>();
        let mut parts = Vec::new();
        for last in rulings.iter().filter(is_last) {
            let share_ppm: u32 = of(last.partner).map(|it| it.share_ppm).sum();
            let amount = self.first_of(before_ppm + share_ppm) - self.first_of(before_ppm);
            before_ppm += share_ppm;
            let payout = self.payout(last.partner, amount, share_ppm).unwrap();
            parts.push((last.partner, last.evidence, last.click, share_ppm, Money(amount), payout));
        }
        parts
    }

    /// The first so many millionths of the amount, in whole cents; all of it is all of it.
    fn first_of(&self, ppm: u32) -> i64 {
        let amount = self.report.amount.0;
        if ppm == 1_000_000 {
            return amount;
        }
        let cents = i128::from(amount) * i128::from(ppm) / 10_000_000_000;
        i64::try_from(cents).unwrap() * 10_000
    }

    /// An amount in cents of the program's currency, which is what rates are for one of; None: no rate is known.
    fn converted(&self, amount: i64) -> Option<i64> {
        let program = &self.config.programs[&self.report.program];
        if program.currency == self.report.currency {
            return Some(amount);
        }
        let today = program.zone.day(self.at).0;
        let known = self.config.rates.days().filter(|it| (today - 7..=today).contains(&it.day.0));
        let (_, rate) = known.max_by_key(|it| it.day)?.rates.iter().find(|(it, _)| *it == self.report.currency)?;
        let (amount, rate) = (i128::from(amount), i128::from(*rate));
        i64::try_from((amount * 1_000_000 + rate * 5_000) / (rate * 10_000) * 10_000).ok()
    }

    fn payout(&self, partner: PartnerId, amount: i64, share_ppm: u32) -> Option<Money> {
        let Some(amount) = self.converted(amount) else { return Some(Money::ZERO) };
        let millionths_of_millionths = match self.pays(partner)? {
            Payout::Rate { ppm } => i128::from(amount) * i128::from(ppm),
            Payout::Fixed { amount } => i128::from(amount.0) * i128::from(share_ppm),
        };
        // Nothing here is negative: half a cent more, cut off after the cents.
        let cents = (millionths_of_millionths + 5_000_000_000) / 10_000_000_000;
        Some(Money(i64::try_from(cents).unwrap() * 10_000))
    }

    fn could_win(&self, click: &ClickRow) -> bool {
        let age_ms = self.at.0 - click.occurred_at.0;
        let rules = if self.is_channel(click.partner) { self.template() } else { self.rules(click.partner) };
        let Some(rules) = rules else { return false };
        let window_ms = match (click.kind, rules.view_window_hours) {
            (TouchKind::Click, _) => i64::from(rules.referral_window_days) * DAY_MS,
            (TouchKind::Impression, Some(hours)) => i64::from(hours) * 3_600_000,
            (TouchKind::Impression, None) => return false,
        };
        let in_time = (-FORGIVEN_MS..=window_ms + FORGIVEN_MS).contains(&age_ms);
        let lets = !self.is_in(click.partner, GroupCredit::Never);
        let counts = click.refusal.is_none() && click.program == self.report.program;
        counts && in_time && lets && self.can_have(click.partner)
    }

    fn pays(&self, partner: PartnerId) -> Option<Payout> {
        let known = self.config.partners.get(&partner)?;
        let active = known.standing == Standing::Active && !known.channel;
        let lines = &self.rules(partner)?.payouts;
        let line = lines.iter().find(|line| line.event_type == self.report.event_type)?;
        active.then_some(line.payout)
    }

    /// The last of the versions that had begun, if it has not ended; where it has no rules, those of the template, if that
    /// has not ended either.
    fn rules(&self, partner: PartnerId) -> Option<&TermsRules> {
        let contract = self.version(Some(partner))?;
        let over = contract.ends_at.is_some_and(|end| end <= self.at);
        if over || contract.standing == Standing::Paused {
            return None;
        }
        if contract.rules.is_some() {
            return contract.rules.as_ref();
        }
        self.template()
    }

    fn template(&self) -> Option<&TermsRules> {
        let template = self.version(None)?;
        let goes_on = template.standing == Standing::Active && template.ends_at.is_none_or(|end| self.at < end);
        if goes_on { template.rules.as_ref() } else { None }
    }

    fn version(&self, of: Option<PartnerId>) -> Option<&Terms> {
        let mut begun: Vec<&Terms> = self.config.terms.get(&(self.report.program, of))?.iter().collect();
        begun.retain(|terms| terms.starts_at <= self.at);
        begun.sort_by_key(|terms| (terms.starts_at, terms.version));
        begun.pop()
    }
}
