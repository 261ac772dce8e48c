//! A second, simple-minded judge of who is who and who earns what, written from the documents on identity, attribution
//! and terms alone. It shares no code with `referee_core::identity`, `attribution` and `pricing`, knows no batches, indexes
//! nothing and forgets nothing.

mod aliases;
mod brand;
mod calendar;
mod component;
mod crowd;
mod decision;
mod eligibility;
mod order;
mod people;
mod price;
mod share;
mod sighting;
mod touchpoint;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use referee_core::fact::{Click, ClickRef, Conversion, Fact, Item, Record, Visit};
use referee_core::id::{ClickNo, EventTypeId, ProgramId, RecordNo};
use referee_core::identity::{Alias, Identifier};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::{Evidence, TouchKind};
use referee_core::time::{Timestamp, Zone};

use self::aliases::Aliases;
pub use self::brand::{Brand, payout};
use self::calendar::Calendar;
pub use self::calendar::{Tally, day};
use self::component::{Arrival, Components};
use self::crowd::nobodies;
use self::decision::{Case, pricing};
use self::order::{Again, Earned, Order};
use self::people::People;
pub use self::price::{Origin, Subject};
pub use self::share::shares;
use self::sighting::{Node, Pair, Sighting, noted};
use self::touchpoint::Touchpoint;
pub use self::verdict::{Given, Judged, Opinion, Owed, Part, Verdict};

pub type OrderName = (EventTypeId, String);

#[derive(Default)]
pub struct Auditor {
    brand: Brand,
    aliases: Aliases,
    sightings: Vec<Sighting>,
    components: Components,
    /// The last record that made two components one.
    connected: Option<RecordNo>,
    /// All that was named before.
    heard: BTreeSet<Identifier>,
    clicks: BTreeMap<ClickNo, Touchpoint>,
    orders: BTreeMap<OrderName, Order>,
    visits: Vec<(ProgramId, Timestamp)>,
    zones: BTreeMap<ProgramId, Zone>,
}

impl Auditor {
    /// Takes note of the next record of the log, and says what follows from it.
    pub fn hear(&mut self, record: &Record) -> Vec<Opinion> {
        let (nodes, mut opinions) = match &record.fact {
            Fact::ClickRecorded(click) => (self.hear_touch(record, TouchKind::Click, click), Vec::new()),
            Fact::ImpressionRecorded(view) => (self.hear_touch(record, TouchKind::Impression, view), Vec::new()),
            Fact::VisitRecorded(visit) => (self.hear_visit(record, visit), Vec::new()),
            Fact::ConversionReported(report) => self.hear_report(record, report),
            fact => {
                if let Fact::ProgramSet(program) = fact {
                    self.zones.insert(program.id, program.zone.clone());
                }
                self.brand.hear(fact, record.received_at);
                return Vec::new();
            }
        };
        opinions.extend(self.settle(record, &nodes));
        self.heard.extend(named(&record.fact));
        opinions
    }

    /// Each of these says which nodes the record concerns.
    fn hear_touch(&mut self, record: &Record, kind: TouchKind, click: &Click) -> Vec<Node> {
        let told = Touchpoint::recorded(&self.brand, record, kind, click);
        let node = told.node;
        match self.clicks.get_mut(&click.no) {
            None => _ = self.clicks.insert(click.no, told),
            Some(known) if known.recovered => {
                known.complete(click);
                let alone = known.node;
                self.same(record.no, node, alone);
            }
            Some(_) => return Vec::new(),
        }
        vec![node]
    }

    fn hear_visit(&mut self, record: &Record, visit: &Visit) -> Vec<Node> {
        self.hear_aliases(record.no, &visit.aliases);
        let sighting = self.sighting(record, visit.click, &visit.identifiers);
        let mut nodes = sighting.nodes();
        if let (Some(issued), Some(anchor)) = (visit.issued, sighting.anchor()) {
            self.another_name(record.no, anchor, issued);
        }
        nodes.extend(visit.issued.map(Node::Named));
        self.see(sighting);
        self.visits.push((visit.program, record.occurred_at));
        nodes
    }

    fn hear_aliases(&mut self, record: RecordNo, aliases: &[Alias]) {
        for alias in aliases {
            self.another_name(record, Node::Named(alias.of), alias.is);
        }
    }

    /// A name that was never heard before connects nobody: it is one more of what is known.
    fn another_name(&mut self, record: RecordNo, of: Node, is: Identifier) {
        let was_heard = |node: Node| !matches!(node, Node::Named(it) if !self.heard.contains(&it));
        let before = self.connected;
        let both = was_heard(of) && was_heard(Node::Named(is));
        self.same(record, of, Node::Named(is));
        if !both {
            self.connected = before;
        }
    }

    /// The second is the first.
    fn same(&mut self, record: RecordNo, of: Node, is: Node) {
        if self.components.same(self.aliases.node(of), self.aliases.node(is)) {
            self.connected = Some(record);
        }
        self.aliases.hear(of, is);
    }

    fn see(&mut self, mut sighting: Sighting) {
        let nobodies = nobodies(&self.pairs());
        for pair in sighting.pairs(&self.aliases) {
            match self.components.take(&pair, &nobodies) {
                Arrival::Known => {}
                Arrival::Connects => self.connected = Some(sighting.record),
                Arrival::KeptOut => sighting.kept_out.push((pair.anchor, pair.other)),
            }
        }
        self.sightings.push(sighting);
    }

    /// Orders that earned nothing and are open still, of which something from before them has arrived now.
    fn settle(&mut self, record: &Record, nodes: &[Node]) -> Vec<Opinion> {
        let around: BTreeSet<Node> =
            nodes.iter().flat_map(|node| self.components.around(self.aliases.node(*node))).collect();
        let open = self.orders.iter().filter(|(_, order)| order.is_open(record, self.connected == Some(record.no)));
        let concerned =
            open.filter(|(_, order)| order.known.iter().any(|node| around.contains(&self.aliases.node(*node))));
        let concerned: Vec<OrderName> = concerned.map(|(name, _)| name.clone()).collect();
        let mut opinions = Vec::new();
        for name in concerned {
            let Some(mut order) = self.orders.get(&name).cloned() else { continue };
            let verdict = self.decide(&order);
            if verdict.refusal.is_none() {
                self.credit(&mut order, &verdict);
                self.orders.insert(name.clone(), order);
                opinions.push(Opinion::Decided { record: record.no, order: name, verdict });
            }
        }
        opinions
    }

    fn credit(&self, order: &mut Order, verdict: &Verdict) {
        let status = self.status(order);
        let earned = |part: &Part| {
            let terms = pricing(&self.brand, order, part.partner)?;
            Some(Earned { part: *part, terms, origin: self.origin(order, part), status: status.clone() })
        };
        let parts = verdict.parts.iter().filter_map(earned).collect();
        order.earn(parts);
    }

    /// What the touchpoint of a part told; of an order that follows from another, the touchpoint that brought that one.
    fn origin(&self, order: &Order, part: &Part) -> Origin {
        if let Some(click) = part.click.and_then(|no| self.clicks.get(&no)) {
            return click.origin.clone();
        }
        let parents = self.parent_parts(order).filter(|_| part.evidence == Evidence::ParentAction).unwrap_or_default();
        let parent = parents.iter().find(|it| it.part.partner == part.partner);
        parent.map_or_else(|| Origin::of_report(&order.report), |it| it.origin.clone())
    }

    fn hear_report(&mut self, record: &Record, report: &Conversion) -> (Vec<Node>, Vec<Opinion>) {
        let name = (report.event_type, report.order_id.clone());
        let answered = |refusal| Opinion::Answered { record: record.no, refusal };
        let before = self.orders.get(&name).cloned();
        let again = before.as_ref().map(|order| order.again(&self.brand, report));
        if again == Some(Again::Duplicate) {
            return (Vec::new(), vec![answered(Some(Refusal::ConvDuplicate))]);
        }
        self.hear_aliases(record.no, &report.aliases);
        let mut order =
            before.unwrap_or_else(|| Order::first(record, report, self.brand.settle_hours(report.event_type)));
        // It tells of what happened when the order was placed, by somebody who may have been named before.
        let mut sighting = self.sighting(record, report.click, &report.identifiers);
        order.named = sighting.by_strength();
        sighting.at = order.at;
        sighting.others.extend(order.first_buyer);
        order.first_buyer = order.first_buyer.or(order.named.first().copied());
        let nodes = sighting.nodes();
        self.see(sighting);
        order.known.extend(&nodes);
        order.decided_by = record.no;
        order.click = report.click.map(|click| click.no);
        if !order.parts.is_empty() {
            let refusal = further(&mut order, report, again == Some(Again::Correction));
            self.orders.insert(name, order);
            return (nodes, vec![answered(refusal)]);
        }
        if again == Some(Again::Correction) {
            order.take(report);
        }
        order.digest = report.digest;
        order.report = report.clone();
        let verdict = self.decide(&order);
        if verdict.refusal.is_none() {
            self.credit(&mut order, &verdict);
        }
        self.orders.insert(name.clone(), order);
        let answer = answered(verdict.refusal);
        (nodes, vec![answer, Opinion::Decided { record: record.no, order: name, verdict }])
    }

    fn decide(&self, order: &Order) -> Verdict {
        let touchpoints = self.clicks.values().cloned().map(|mut click| {
            click.node = self.aliases.node(click.node);
            click
        });
        let people = People::around(order.at, &self.pairs(), &[]);
        let buyers = order.first_buyer.into_iter().chain(order.named.iter().copied());
        let buyer = buyers.map(|it| self.aliases.node(it)).find(|it| people.is_somebody(*it));
        let (brand, touchpoints, parent) = (&self.brand, touchpoints.collect(), self.parent_of(order));
        Case { brand, order, people: &people, buyer, touchpoints, parent }.decide()
    }

    /// As reported; otherwise by whether the buyer, as of then, had placed another order of the kind before.
    fn status(&self, order: &Order) -> String {
        let report = &order.report;
        if !report.customer_status.is_empty() {
            return report.customer_status.clone();
        }
        let people = People::around(order.at, &self.pairs(), &[]);
        let buyers = order.first_buyer.into_iter().chain(order.named.iter().copied());
        let buyer = buyers.map(|it| self.aliases.node(it)).find(|it| people.is_somebody(*it));
        let returning = buyer.is_some_and(|buyer| {
            self.orders.iter().any(|((event_type, order_id), other)| {
                let same_kind = *event_type == report.event_type && *order_id != report.order_id;
                let theirs = |node| people.are_one((self.aliases.node(node), other.at), (buyer, order.at));
                same_kind && other.at < order.at && other.first_buyer.is_some_and(theirs)
            })
        });
        if returning { "RETURNING" } else { "NEW" }.to_owned()
    }

    /// Who earned the order that this one follows from. None: its event type has no parent.
    fn parent_of(&self, order: &Order) -> Option<Vec<Part>> {
        self.parent_parts(order).map(|parts| parts.iter().map(|it| it.part).collect())
    }

    fn parent_parts(&self, order: &Order) -> Option<&[Earned]> {
        let report = &order.report;
        let parent = self.brand.parent(report.event_type)?;
        let order_id = if report.parent_order.is_empty() { &report.order_id } else { &report.parent_order };
        let found = self.orders.get(&(parent, order_id.clone()));
        Some(found.map(|it| it.parts.as_slice()).unwrap_or_default())
    }

    /// What a visit or report shows. A click whose record has not come is known from its id.
    fn sighting(&mut self, record: &Record, click: Option<ClickRef>, identifiers: &[Identifier]) -> Sighting {
        let mut sighting = Sighting::new(record);
        sighting.identifiers.extend(identifiers.iter().copied().map(Node::Named));
        if let Some(click) = click {
            let known = self.clicks.entry(click.no);
            sighting.others.push(known.or_insert_with(|| Touchpoint::recovered(&self.brand, record, click)).node);
        }
        sighting
    }

    fn pairs(&self) -> Vec<Pair> {
        noted(&self.sightings, &self.aliases)
    }

    /// What is owed for an order, whose figures and shares are in parts as given.
    pub fn owed(&self, name: &OrderName, given: &[Given]) -> Vec<Owed> {
        let Some(order) = self.orders.get(name) else { return Vec::new() };
        let owed = |(it, given): (&Earned, &Given)| {
            let (partner, amount) = (it.part.partner, given.amount);
            let payout = self.subject(order, it, given).map_or(Money::ZERO, |subject| subject.price(&it.terms));
            Owed { partner, amount, payout }
        };
        order.parts.iter().zip(given).map(owed).collect()
    }

    /// None: it can't be priced, for want of an exchange rate.
    fn subject<'a>(&self, order: &'a Order, earned: &'a Earned, given: &Given) -> Option<Subject<'a>> {
        let program = order.report.program;
        let day = day(self.zones.get(&program), order.at);
        let worth = |amount: Money| self.brand.worth(program, order.sum().1, day, amount);
        let with_amount = |(item, amount): (&Item, &Money)| Some(Item { amount: worth(*amount)?, ..item.clone() });
        Some(Subject {
            report: &order.report,
            origin: &earned.origin,
            status: &earned.status,
            day,
            share: given.share,
            total: worth(order.report.amount)?,
            amount: worth(given.amount)?,
            items: order.items.iter().zip(&given.items).map(with_amount).collect::<Option<_>>()?,
            currency: self.brand.pays_in(program),
            tier: None,
        })
    }

    /// What each item of an order comes to, as its actions know it.
    pub fn items(&self, name: &OrderName) -> Vec<Money> {
        self.orders.get(name).map(|it| it.items.iter().map(|item| item.amount).collect()).unwrap_or_default()
    }

    /// What each order comes to, and how much of it in millionths is paid to somebody.
    pub fn sums(&self) -> impl Iterator<Item = (&OrderName, Money, u32)> {
        let paid = |order: &Order| order.parts.iter().map(|it| it.part.share).sum();
        self.orders.iter().map(move |(name, order)| (name, order.sum().0, paid(order)))
    }

    /// What happened on each day.
    pub fn calendar(&self) -> Calendar<'_> {
        let mut calendar = Calendar::new(&self.zones);
        for click in self.clicks.values() {
            let day = calendar.on(click.program, click.at);
            match (click.kind, click.refusal) {
                (TouchKind::Click, None) => day.clicks += 1,
                (TouchKind::Click, Some(_)) => day.uncounted += 1,
                (TouchKind::Impression, None) => day.impressions += 1,
                (TouchKind::Impression, Some(_)) => {}
            }
        }
        for (program, at) in &self.visits {
            calendar.on(*program, *at).visits += 1;
        }
        for order in self.orders.values() {
            let day = calendar.on(order.report.program, order.at);
            day.conversions += i64::from(!order.parts.is_empty());
            day.unclaimed += i64::from(order.parts.is_empty());
        }
        calendar
    }

    /// Those who are one person in the end, of these identifiers: a number for each, the same for one person.
    pub fn persons(&self, identifiers: &[Identifier]) -> Vec<usize> {
        let end = Timestamp(i64::MAX);
        let people = People::as_of(end, &self.pairs(), &[]);
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
        return Some(Refusal::CurrencyDiffers);
    } else {
        order.correct(report);
    }
    None
}

/// All that a record names.
fn named(fact: &Fact) -> Vec<Identifier> {
    match fact {
        Fact::ClickRecorded(click) | Fact::ImpressionRecorded(click) => click.visitor.into_iter().collect(),
        Fact::VisitRecorded(visit) => visit.named().collect(),
        Fact::ConversionReported(report) => report.named().collect(),
        _ => Vec::new(),
    }
}
