//! A second, simple-minded judge of who is who and who earns what, written from the documents on identity and
//! attribution alone. It shares no code with `referee_core::identity` and `referee_core::attribution`, knows no
//! batches, indexes nothing and forgets nothing.

mod aliases;
mod brand;
mod calendar;
mod crowd;
mod decision;
mod order;
mod people;
mod sighting;
mod touchpoint;
mod verdict;

use std::collections::BTreeMap;

use referee_core::fact::{Click, ClickRef, Conversion, Fact, Record, Visit};
use referee_core::id::{ClickNo, EventTypeId, ProgramId};
use referee_core::identity::Identifier;
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::time::{Timestamp, Zone};

use self::aliases::Aliases;
use self::brand::{Brand, price};
use self::calendar::Calendar;
pub use self::calendar::Tally;
use self::decision::{Case, pricing};
use self::order::{Again, Order};
use self::people::People;
use self::sighting::{Node, Pair, Sighting, noted};
use self::touchpoint::Touchpoint;
pub use self::verdict::{Judged, Opinion, Owed, Part, Verdict};

pub type OrderName = (EventTypeId, String);

#[derive(Default)]
pub struct Auditor {
    brand: Brand,
    aliases: Aliases,
    sightings: Vec<Sighting>,
    clicks: BTreeMap<ClickNo, Touchpoint>,
    orders: BTreeMap<OrderName, Order>,
    visits: Vec<(ProgramId, Timestamp)>,
    zones: BTreeMap<ProgramId, Zone>,
}

impl Auditor {
    /// Takes note of the next record of the log, and says what follows from it.
    pub fn hear(&mut self, record: &Record) -> Vec<Opinion> {
        match &record.fact {
            Fact::ClickRecorded(click) => self.hear_click(record, click),
            Fact::VisitRecorded(visit) => self.hear_visit(record, visit),
            Fact::ConversionReported(report) => return self.hear_report(record, report),
            fact => {
                if let Fact::ProgramSet(program) = fact {
                    self.zones.insert(program.id, program.zone.clone());
                }
                self.brand.hear(fact);
            }
        }
        Vec::new()
    }

    fn hear_click(&mut self, record: &Record, click: &Click) {
        let told = Touchpoint::recorded(&self.brand, record, click);
        match self.clicks.get_mut(&click.no) {
            None => _ = self.clicks.insert(click.no, told),
            Some(known) if known.recovered => {
                known.complete(click);
                let nodes = vec![known.node, told.node];
                self.sightings.push(Sighting { record: record.no, at: record.occurred_at, nodes });
            }
            Some(_) => {}
        }
    }

    fn hear_visit(&mut self, record: &Record, visit: &Visit) {
        visit.aliases.iter().for_each(|alias| self.aliases.hear(*alias));
        let nodes = self.nodes(record, visit.click, &visit.identifiers);
        let sighting = Sighting { record: record.no, at: record.occurred_at, nodes };
        if let (Some(issued), Some(anchor)) = (visit.issued, self.aliases.resolved(&sighting).anchor()) {
            self.aliases.issue(issued, anchor);
        }
        self.sightings.push(sighting);
        self.visits.push((visit.program, record.occurred_at));
    }

    fn hear_report(&mut self, record: &Record, report: &Conversion) -> Vec<Opinion> {
        let name = (report.event_type, report.order_id.clone());
        let answered = |refusal| Opinion::Answered { record: record.no, refusal };
        let before = self.orders.get(&name).cloned();
        let again = before.as_ref().map(|order| order.again(&self.brand, report));
        if again == Some(Again::Duplicate) {
            return vec![answered(Some(Refusal::ConvDuplicate))];
        }
        report.aliases.iter().for_each(|alias| self.aliases.hear(*alias));
        let mut order = before.unwrap_or_else(|| Order::first(record, report));
        let mut nodes = self.nodes(record, report.click, &report.identifiers);
        nodes.extend(self.aliases.resolved(&order.as_sighting()).anchor());
        self.sightings.push(Sighting { record: record.no, at: record.occurred_at, nodes: nodes.clone() });
        order.buyer.extend(nodes);
        order.clicks.extend(report.click.map(|click| click.no));
        if !order.parts.is_empty() {
            let refusal = further(&mut order, report, again == Some(Again::Correction));
            self.orders.insert(name, order);
            return vec![answered(refusal)];
        }
        if again == Some(Again::Correction) {
            order.take(report);
        }
        order.digest = report.digest;
        order.report = report.clone();
        let verdict = self.decide(&order);
        if verdict.refusal.is_none() {
            order.itemise(report);
            let pricing = |part: &Part| Some((*part, pricing(&self.brand, &order, part.partner)?));
            order.parts = verdict.parts.iter().filter_map(pricing).collect();
        }
        self.orders.insert(name.clone(), order);
        vec![answered(verdict.refusal), Opinion::Decided { record: record.no, order: name, verdict }]
    }

    fn decide(&self, order: &Order) -> Verdict {
        let touchpoints = self.clicks.values().cloned().map(|mut click| {
            click.node = self.aliases.node(click.node);
            click
        });
        let case = Case {
            brand: &self.brand,
            order,
            people: &self.people(order.at),
            buyer: self.aliases.resolved(&order.as_sighting()).anchor(),
            touchpoints: touchpoints.collect(),
        };
        case.decide()
    }

    /// What a visit or report shows. A click whose record has not come is known from its id.
    fn nodes(&mut self, record: &Record, click: Option<ClickRef>, identifiers: &[Identifier]) -> Vec<Node> {
        let mut nodes = Vec::new();
        if let Some(click) = click {
            let known = self.clicks.entry(click.no);
            nodes.push(known.or_insert_with(|| Touchpoint::recovered(&self.brand, record, click)).node);
        }
        nodes.extend(identifiers.iter().copied().map(Node::Named));
        nodes
    }

    fn people(&self, moment: Timestamp) -> People {
        People::as_of(moment, &self.pairs(), &[])
    }

    fn pairs(&self) -> Vec<Pair> {
        let resolved: Vec<Sighting> = self.sightings.iter().map(|it| self.aliases.resolved(it)).collect();
        noted(&resolved)
    }

    /// What is owed for an order, whose amount is in parts as given.
    pub fn owed(&self, name: &OrderName, amounts: &[Money]) -> Vec<Owed> {
        let Some(order) = self.orders.get(name) else { return Vec::new() };
        let (_, currency) = order.sum();
        let owed = |((part, payout), amount): (&(Part, _), &Money)| Owed {
            partner: part.partner,
            amount: *amount,
            payout: price(*payout, *amount, part.share, currency),
        };
        order.parts.iter().zip(amounts).map(owed).collect()
    }

    /// What each order comes to, for whoever has a part of it.
    pub fn sums(&self) -> impl Iterator<Item = (&OrderName, Money, usize)> {
        self.orders.iter().map(|(name, order)| (name, order.sum().0, order.parts.len()))
    }

    /// What happened on each day.
    pub fn calendar(&self) -> Calendar<'_> {
        let mut calendar = Calendar::new(&self.zones);
        for click in self.clicks.values() {
            let day = calendar.on(click.program, click.at);
            day.clicks += i64::from(click.refusal.is_none());
            day.uncounted += i64::from(click.refusal.is_some());
        }
        for (program, at) in &self.visits {
            calendar.on(*program, *at).visits += 1;
        }
        for order in self.orders.values() {
            let day = calendar.on(order.report.program, order.at);
            day.conversions += order.parts.len() as i64;
            day.unclaimed += i64::from(order.parts.is_empty());
        }
        calendar
    }

    /// Those who are one person in the end, of these identifiers: a number for each, the same for one person.
    pub fn persons(&self, identifiers: &[Identifier]) -> Vec<usize> {
        let people = self.people(Timestamp(i64::MAX));
        let end = Timestamp(i64::MAX);
        let nodes: Vec<Node> = identifiers.iter().map(|it| self.aliases.node(Node::Named(*it))).collect();
        let same = |a: &Node, b: &Node| people.are_one((*a, end), (*b, end));
        nodes.iter().map(|node| nodes.iter().position(|first| same(first, node)).unwrap_or_default()).collect()
    }
}

/// A further report of an order that has earned something, and why it is refused.
fn further(order: &mut Order, report: &Conversion, other_money: bool) -> Option<Refusal> {
    if !other_money {
        order.supplement(report);
    } else if report.currency != order.sum().1 {
        return Some(Refusal::CurrencyRateMissing);
    } else {
        order.take(report);
        order.itemise(report);
    }
    None
}
