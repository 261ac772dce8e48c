//! A second, simple-minded judge: it hears the records from the first on and says who must have earned each order. It
//! shares no code with `attribution`, `identity` or `slice`, knows no batches and forgets nothing.

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
use crate::identity::{Alias, Identifier, IdentifierKind};
use crate::money::{Currency, Money};
use crate::program::{Source, Standing};
use crate::refusal::Refusal;
use crate::row::{ActionState, Candidate, ClickRow, DecisionRow, Evidence, Step};
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
    /// Names that were seen together, by chains of any length.
    people: Vec<BTreeSet<Name>>,
    recorded: BTreeSet<ClickNo>,
    /// What the brand says names nobody, with all its hashes.
    blocked: BTreeMap<Identifier, Vec<Identifier>>,
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
            // Only the first record of a click says who made it.
            Fact::ClickRecorded(click) if self.recorded.insert(click.no) => {
                let visitor = click.visitor.map(Name::Identifier);
                self.meet([Name::Click(click.no)].into_iter().chain(visitor).collect());
            }
            Fact::VisitRecorded(visit) => {
                let click = visit.click.map(|click| Name::Click(click.no));
                let names = self.usable(&visit.identifiers, &visit.aliases);
                self.meet(click.into_iter().chain(names).chain(visit.issued.map(Name::Identifier)).collect());
            }
            Fact::IdentifierBlocked(it) if it.standing == Standing::Active => {
                let hashes = [it.identifier].into_iter().chain(it.aliases.iter().copied());
                self.blocked.insert(it.identifier, hashes.collect());
            }
            Fact::IdentifierBlocked(it) => _ = self.blocked.remove(&it.identifier),
            Fact::ConversionReported(report) => self.hear_report(books, record, report),
            _ => {}
        }
    }

    fn hear_report(&mut self, books: &Books, record: &Record, report: &Conversion) {
        let told = books.submissions.values().find(|it| it.record == record.no).unwrap();
        let decision = books.decisions.get(&record.no);
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
        let identifiers = self.usable(&report.identifiers, &report.aliases);
        let names: Vec<Name> = click.into_iter().chain(identifiers).chain(heard.buyer).collect();
        self.meet(names.iter().copied().collect());
        let action = told.actions.first().map(|id| &books.actions[&id.seq]);
        if told.refusal.is_none() || decision.is_some() {
            heard.buyer = heard.buyer.or(names.first().copied());
            let itemised = action.is_some_and(|action| !action.items.is_empty());
            if same_money && heard.earned {
                let pending = action.is_some_and(|action| action.state == ActionState::Pending);
                let brings_items = pending && !heard.itemised && !report.items.is_empty();
                assert_eq!((told.unchanged, itemised), (!brings_items, heard.itemised || brings_items));
            }
            if !same_money || !told.unchanged {
                heard.items = report.items.clone();
            }
            if before.is_some() && !same_money {
                (heard.source, heard.currency, heard.amount) = (report.source, report.currency, report.amount);
            }
            (heard.earned, heard.itemised) = (action.is_some(), itemised);
            self.orders.insert(key, heard.clone());
        }
        if let Some(decision) = decision {
            self.compare(books, report, &names, heard.first_at, decision);
        }
    }

    /// Whether the decision is as it must be, and says so.
    fn compare(&self, books: &Books, report: &Conversion, names: &[Name], first_at: Timestamp, decision: &DecisionRow) {
        assert_eq!(decision.occurred_at, first_at, "an order is decided as of when it was first reported");
        let mut ruling = self.rule(books, report, names, first_at);
        if books.config.programs[&report.program].currency != report.currency {
            let told = |refusal: Option<Refusal>| refusal == Some(Refusal::CurrencyRateMissing);
            assert_eq!(told(decision.refusal), ruling.is_some(), "the currency stands in the way of whoever had won");
            let kept_out = decision.candidates.iter().find(|it| told(it.lost)).map(|it| it.click);
            assert_eq!(kept_out, ruling.and_then(|it| it.click));
            ruling = None;
        }
        let won = decision.candidates.iter().find(|it| it.lost.is_none()).map(|it| it.click);
        let action = decision.credits.first().and_then(|it| it.action).map(|id| &books.actions[&id.seq]);
        assert_eq!(
            action.map(|it| (it.partner, it.evidence, it.click, it.intended_payout)),
            ruling.as_ref().map(|it| (it.partner, it.evidence, it.click, it.payout)),
        );
        if let Some(ruling) = ruling {
            let credits: Vec<_> = decision.credits.iter().map(|it| (it.partner, it.evidence, it.share_ppm)).collect();
            assert_eq!(credits, [(ruling.partner, ruling.evidence, 1_000_000)]);
            assert_eq!(won, ruling.click, "the candidate that won is the one that is credited");
        }
        let reported = report.click.map(|click| &books.clicks[&click.no]).filter(|it| it.program == report.program);
        let is_named = |click: &ClickRow| decision.candidates.iter().any(|it| it.click == click.no);
        assert!(decision.candidates_left_out > 0 || reported.is_none_or(is_named), "a click of old is still named");
        decision.candidates.iter().for_each(|it| begins_with_what_was_reported(books, report, it));
    }

    /// Of what a record names, what names somebody: nothing blocked, under whichever hash, and of customers the first.
    fn usable(&self, identifiers: &[Identifier], aliases: &[Alias]) -> Vec<Name> {
        let blocked = |it: &Identifier| self.blocked.values().any(|hashes| hashes.contains(it));
        let mut names: BTreeMap<Identifier, Vec<Identifier>> = BTreeMap::new();
        let mut order = Vec::new();
        for identifier in identifiers {
            let own = aliases.iter().filter(|alias| alias.of == *identifier).map(|alias| alias.is);
            let hashes: Vec<Identifier> = [*identifier].into_iter().chain(own).collect();
            let second = identifier.kind == IdentifierKind::CustomerId
                && names.keys().any(|it| it.kind == IdentifierKind::CustomerId);
            if !second && !hashes.iter().any(blocked) {
                names.insert(*identifier, hashes);
                order.push(*identifier);
            }
        }
        let aliases: Vec<Name> = order.iter().flat_map(|it| &names[it][1..]).copied().map(Name::Identifier).collect();
        order.into_iter().map(Name::Identifier).chain(aliases).collect()
    }

    /// These are one person.
    fn meet(&mut self, mut names: BTreeSet<Name>) {
        if names.is_empty() {
            return;
        }
        let met = |person: &BTreeSet<Name>| !person.is_disjoint(&names);
        let (same, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.people).into_iter().partition(met);
        same.into_iter().for_each(|person| names.extend(person));
        self.people = others;
        self.people.push(names);
    }

    fn rule(&self, books: &Books, report: &Conversion, names: &[Name], at: Timestamp) -> Option<Ruling> {
        let config = &books.config;
        let order = Order { config, report, at };
        if let Some(partner) = report.forced_partner {
            return order.ruling(partner, Evidence::ForcedPartner, None);
        }
        let code = config.promo_codes.get(&(report.program, report.promo_code.clone()));
        let by_code = code.filter(|code| code.standing == Standing::Active);
        if let Some(ruling) = by_code.and_then(|code| order.ruling(code.partner, Evidence::PromoCode, None)) {
            return Some(ruling);
        }
        let buyer: Vec<&BTreeSet<Name>> =
            self.people.iter().filter(|person| names.iter().any(|name| person.contains(name))).collect();
        let theirs = |click: &&ClickRow| buyer.iter().any(|person| person.contains(&Name::Click(click.no)));
        let could_win = books.clicks.values().filter(theirs).filter(|click| order.could_win(click));
        let last = could_win.max_by_key(|click| (click.occurred_at, click.record))?;
        let by_id = report.click.is_some_and(|click| click.no == last.no);
        order.ruling(last.partner, if by_id { Evidence::ClickId } else { Evidence::Identifier }, Some(last.no))
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

struct Ruling {
    partner: PartnerId,
    evidence: Evidence,
    click: Option<ClickNo>,
    payout: Money,
}

struct Order<'a> {
    config: &'a Config,
    report: &'a Conversion,
    at: Timestamp,
}

impl Order<'_> {
    fn ruling(&self, partner: PartnerId, evidence: Evidence, click: Option<ClickNo>) -> Option<Ruling> {
        let millionths_of_millionths = match self.pays(partner)? {
            Payout::Rate { ppm } => i128::from(self.report.amount.0) * i128::from(ppm),
            Payout::Fixed { amount } => i128::from(amount.0) * 1_000_000,
        };
        // Nothing here is negative: half a cent more, cut off after the cents.
        let cents = (millionths_of_millionths + 5_000_000_000) / 10_000_000_000;
        Some(Ruling { partner, evidence, click, payout: Money(i64::try_from(cents).unwrap() * 10_000) })
    }

    fn could_win(&self, click: &ClickRow) -> bool {
        let age_ms = self.at.0 - click.occurred_at.0;
        let Some(rules) = self.rules(click.partner) else { return false };
        let window_ms = i64::from(rules.referral_window_days) * DAY_MS;
        let in_time = (-FORGIVEN_MS..=window_ms + FORGIVEN_MS).contains(&age_ms);
        click.refusal.is_none() && click.program == self.report.program && in_time && self.pays(click.partner).is_some()
    }

    fn pays(&self, partner: PartnerId) -> Option<Payout> {
        let active = self.config.partners.get(&partner)?.standing == Standing::Active;
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
