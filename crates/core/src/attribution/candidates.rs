//! The touchpoints that a report's buyer may have left, and the way from the report to each.

use std::collections::BTreeSet;

use crate::fact::{Conversion, Record};
use crate::id::{ClickNo, NodeId};
use crate::identity::graph::{self, Paths};
use crate::identity::{Identifier, LeftOut};
use crate::row::{Candidate, ClickRow, Evidence, Step, TouchKind};
use crate::slice::Slice;

/// What a report knows of the buyer.
pub struct Buyer {
    /// Nodes of the reported identifiers, with what was reported.
    pub reported: Vec<(NodeId, Identifier)>,
    /// The click whose id was reported.
    pub click: Option<(ClickNo, NodeId)>,
    /// Where an earlier report of the same order hung.
    pub before: Option<NodeId>,
    /// What the report said of the buyer and could not be used.
    pub left_out: Vec<LeftOut>,
}

impl Buyer {
    pub fn nodes(&self) -> Vec<NodeId> {
        let reported = self.reported.iter().map(|(node, _)| *node);
        self.click.map(|(_, node)| node).into_iter().chain(reported).chain(self.before).collect()
    }
}

/// A candidate, with its row and how it was found.
pub struct Found {
    pub click: ClickRow,
    pub candidate: Candidate,
    pub evidence: Evidence,
}

/// Every click of the buyer's profile that is not older than all windows, and the one whose id was reported, however old
/// it is; newest first, with the way to each.
pub fn candidates(slice: &Slice, record: &Record, report: &Conversion, buyer: &Buyer) -> Vec<Found> {
    let starts = buyer.nodes();
    let paths = Paths::from(slice, &starts);
    let mut roots: Vec<NodeId> = starts.iter().map(|node| slice.root_of(*node)).collect();
    roots.sort_unstable();
    roots.dedup();
    let nodes = roots.iter().flat_map(|root| graph::members(slice, *root));
    let numbers = nodes.flat_map(|node| slice.touchpoints_of(node));
    let by_id = buyer.click.map(|(no, _)| no);
    // Whether the touchpoints hold the reported one depends on how far back the batch looks.
    let numbers: BTreeSet<ClickNo> = numbers.chain(by_id).collect();
    let since = slice.config.looks_back_to(report.program, record.occurred_at);
    let clicks = numbers.iter().filter_map(|no| slice.clicks.get(no));
    let clicks = clicks.filter(|click| click.program == report.program);
    let clicks = clicks.filter(|click| click.occurred_at >= since || by_id == Some(click.no));
    let mut found: Vec<Found> = clicks.map(|click| found(click, buyer, &paths)).collect();
    // Of two clicks in one millisecond the log's order decides.
    found.sort_by_key(|it| std::cmp::Reverse((it.click.occurred_at, it.click.record)));
    found
}

fn found(click: &ClickRow, buyer: &Buyer, paths: &Paths) -> Found {
    let by_id = buyer.click.is_some_and(|(no, _)| no == click.no);
    let (path, evidence) = if by_id {
        (vec![Step::ReportedClickId], Evidence::ClickId)
    } else {
        let evidence = match click.kind {
            TouchKind::Click => Evidence::Identifier,
            TouchKind::Impression => Evidence::Impression,
        };
        (path_to(click.node, buyer, paths), evidence)
    };
    let candidate = Candidate {
        click: click.no,
        kind: click.kind,
        partner: click.partner,
        ad: click.ad,
        occurred_at: click.occurred_at,
        path,
        share_ppm: 0,
        lost: None,
    };
    Found { click: click.clone(), candidate, evidence }
}

fn path_to(node: NodeId, buyer: &Buyer, paths: &Paths) -> Vec<Step> {
    let Some((start, joins)) = paths.to(node) else { return Vec::new() };
    let reported = buyer.reported.iter().find(|(at, _)| *at == start);
    let reported = reported.map(|(_, identifier)| Step::Reported { identifier: *identifier });
    let by_click = buyer.click.filter(|(_, at)| *at == start).map(|_| Step::ReportedClickId);
    // A start that only an earlier report of the order named is no step of this one.
    let mut steps: Vec<Step> = reported.or(by_click).into_iter().collect();
    steps.extend(joins);
    steps.push(Step::SeenAt { node });
    steps
}
