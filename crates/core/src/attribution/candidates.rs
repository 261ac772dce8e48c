//! The touchpoints that a report's buyer may have left, and the way from the report to each.

use std::collections::BTreeSet;

use crate::fact::{Conversion, Record};
use crate::id::{ClickNo, NodeId};
use crate::identity::component;
use crate::identity::paths::Paths;
use crate::identity::profiles::{Profiles, SESSION_MS};
use crate::refusal::Refusal;
use crate::row::{Buyer, Candidate, ClickRow, EdgeRow, Evidence, OrderKey, Step, TouchKind};
use crate::slice::{EarlierOrder, Slice};
use crate::time::Timestamp;

/// What was found for a buyer.
pub struct Candidates {
    pub found: Vec<Found>,
    /// The node that stands for the buyer; none where every id that was reported is shared by many.
    pub buyer: Option<NodeId>,
    /// What the buyer ordered beside, where the program's terms ask for it.
    pub orders: Vec<(OrderKey, EarlierOrder)>,
}

/// A candidate, with its row and how it was found.
pub struct Found {
    pub click: ClickRow,
    /// It has lost already where its device stood for somebody else.
    pub candidate: Candidate,
    pub evidence: Evidence,
}

impl Buyer {
    /// Every node that a report of the order named, those that count most first.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        let identifiers = self.identifiers.iter().map(|(node, _)| *node);
        let click = self.click.map(|(_, node)| node);
        self.before.into_iter().chain(self.anchor).chain(identifiers).chain(click)
    }
}

/// Touchpoints of the buyer's profile, of devices that were the buyer's at another time, and the one whose id was
/// reported, however old it is; newest first, with the way to each.
pub fn candidates(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Candidates {
    let until = record.occurred_at.plus_ms(SESSION_MS);
    let roots: BTreeSet<NodeId> = buyer.nodes().map(|node| slice.root_of(node)).collect();
    let edges: Vec<&EdgeRow> = roots.iter().flat_map(|root| component::edges(slice, *root)).collect();
    let profiles = Profiles::as_of(edges.into_iter(), until);
    let search = Search::new(&profiles, buyer, until);
    let by_id = buyer.click.map(|(no, _)| no);
    let nodes = roots.iter().flat_map(|root| component::members(slice, *root)).filter(|node| search.concerns(*node));
    // Whether the touchpoints hold the reported one depends on how far back the batch looks.
    let numbers: BTreeSet<ClickNo> = nodes.flat_map(|node| slice.touchpoints_of(node)).chain(by_id).collect();
    let since = slice.config.looks_back_to(report.program, record.occurred_at);
    let clicks = numbers.iter().filter_map(|no| slice.clicks.get(no));
    let clicks = clicks.filter(|click| click.program == report.program);
    let clicks = clicks.filter(|click| click.occurred_at >= since || by_id == Some(click.no));
    let mut found: Vec<Found> = clicks.map(|click| search.found(click)).collect();
    // Of two clicks in one millisecond the log's order decides.
    found.sort_by_key(|it| std::cmp::Reverse((it.click.occurred_at, it.click.record)));
    let orders = other_orders(slice, report, &roots, &search);
    Candidates { found, buyer: search.named, orders }
}

/// Orders of the buyer's profile, each as of its own time.
fn other_orders(
    slice: &Slice,
    report: &Conversion,
    roots: &BTreeSet<NodeId>,
    search: &Search<'_>,
) -> Vec<(OrderKey, EarlierOrder)> {
    if search.profile.is_none() || !slice.config.asks_for_customers(report.program) {
        return Vec::new();
    }
    let own = OrderKey { event_type: report.event_type, order_id: report.order_id.clone() };
    let of_components = roots.iter().flat_map(|root| slice.orders_of_component(*root));
    let theirs = of_components.filter(|(key, order)| {
        **key != own && Some(search.profiles.of(order.node, order.occurred_at)) == search.profile
    });
    theirs.map(|(key, order)| (key.clone(), order)).collect()
}

/// One buyer among the profiles of a moment.
struct Search<'a> {
    profiles: &'a Profiles<'a>,
    buyer: &'a Buyer,
    named: Option<NodeId>,
    profile: Option<NodeId>,
    paths: Paths<'a>,
}

impl<'a> Search<'a> {
    fn new(profiles: &'a Profiles<'a>, buyer: &'a Buyer, at: Timestamp) -> Search<'a> {
        let named = buyer.nodes().find(|node| !profiles.is_exposed(*node));
        let profile = named.map(|node| profiles.of(node, at));
        let starts: Vec<NodeId> = buyer.nodes().filter(|node| Some(profiles.of(*node, at)) == profile).collect();
        Search { profiles, buyer, named, profile, paths: Paths::from(profiles, &starts, at) }
    }

    /// Whether a node is the buyer's, was, or was reported.
    fn concerns(&self, node: NodeId) -> bool {
        let was = self.profiles.of_ever(node).any(|(_, profile)| Some(profile) == self.profile);
        was || self.buyer.nodes().any(|it| self.profiles.canonical(it) == self.profiles.canonical(node))
    }

    fn found(&self, click: &ClickRow) -> Found {
        let by_id = self.buyer.click.is_some_and(|(no, _)| no == click.no);
        let lost = if by_id { None } else { self.not_the_buyers(click) };
        let (path, evidence) = if by_id {
            (vec![Step::ReportedClickId], Evidence::ClickId)
        } else {
            let evidence = match click.kind {
                TouchKind::Click => Evidence::Identifier,
                TouchKind::Impression => Evidence::Impression,
            };
            (self.path_to(click), evidence)
        };
        let candidate = Candidate {
            click: click.no,
            kind: click.kind,
            partner: click.partner,
            ad: click.ad,
            occurred_at: click.occurred_at,
            path,
            share_ppm: 0,
            lost,
        };
        Found { click: click.clone(), candidate, evidence }
    }

    fn not_the_buyers(&self, click: &ClickRow) -> Option<Refusal> {
        if self.profiles.is_exposed(click.node) {
            return Some(Refusal::SharedByMany);
        }
        let theirs = Some(self.profiles.of(click.node, click.occurred_at)) == self.profile;
        (!theirs).then_some(Refusal::OtherPerson)
    }

    fn path_to(&self, click: &ClickRow) -> Vec<Step> {
        let (start, joins) = self.paths.to(click.node, click.occurred_at).unwrap_or((click.node, Vec::new()));
        let reported = self.buyer.identifiers.iter().find(|(at, _)| *at == start);
        let reported = reported.map(|(_, identifier)| Step::Reported { identifier: *identifier });
        let by_click = self.buyer.click.filter(|(_, at)| *at == start).map(|_| Step::ReportedClickId);
        // A start that only an earlier report of the order named is no step of this one.
        let mut steps: Vec<Step> = reported.or(by_click).into_iter().collect();
        steps.extend(joins);
        steps.push(Step::SeenAt { node: click.node });
        steps
    }
}
