//! What is told of a decision, an order and a click, as one viewer may see it: the one place that knows what a partner
//! is not told.

use std::collections::HashMap;

use referee_core::config::Config;
use referee_core::fact::ClickPath;
use referee_core::id::{ActionId, AdId, ClickNo, NodeId, PartnerId, ProgramId, RecordNo};
use referee_core::identity::{Identifier, IdentifierKind, LeftOut};
use referee_core::refusal::Refusal;
use referee_core::row::{
    ActionRow, Candidate, ClickRow, ConversionRow, Credit, DecisionRow, Evidence, HistoryRow, OrderKey, Step,
    SubmissionRow, TouchKind,
};
use referee_core::time::{HOUR_MS, Timestamp};

use super::answer::{Said, Viewer};
use crate::intake::hex::hex;
use crate::settings::RefusedReport;

/// Whose a touchpoint or a credit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Partner(PartnerId),
    /// Somebody whose name this viewer is not told.
    AnotherPartner,
    /// The same of somebody who is never paid.
    AnotherChannel,
}

impl Who {
    pub fn name(self, partner: &dyn Fn(PartnerId) -> String) -> String {
        match self {
            Who::Partner(id) => partner(id),
            Who::AnotherPartner => "another partner".to_owned(),
            Who::AnotherChannel => "another channel".to_owned(),
        }
    }

    pub fn partner(self) -> Option<PartnerId> {
        match self {
            Who::Partner(id) => Some(id),
            Who::AnotherPartner | Who::AnotherChannel => None,
        }
    }
}

impl Viewer {
    pub fn sees(self, partner: PartnerId) -> bool {
        match self {
            Viewer::Brand => true,
            Viewer::Partner(own) => own == partner,
        }
    }

    pub fn who(self, partner: PartnerId, config: &Config) -> Who {
        match self.sees(partner) {
            true => Who::Partner(partner),
            false if config.is_channel(partner) => Who::AnotherChannel,
            false => Who::AnotherPartner,
        }
    }
}

/// An identifier without its value: its kind, and enough of the hash to tell two apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Masked {
    pub kind: IdentifierKind,
    tail: [u8; 2],
}

impl Masked {
    pub fn handle(&self) -> String {
        hex(&self.tail)
    }
}

impl From<&Identifier> for Masked {
    fn from(it: &Identifier) -> Masked {
        Masked { kind: it.kind, tail: [it.hash[14], it.hash[15]] }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// The report carried this click's id.
    ReportedClickId,
    /// The report carried the id of another click, from where the way goes on.
    ReportedOtherClickId,
    /// The report named an identifier.
    Reported,
    /// A record showed two to be one person.
    Joined,
    /// The click was made with an identifier.
    SeenAtClick,
}

/// One part of the way from the report to a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTold {
    pub kind: StepKind,
    /// The record that showed it, and when that happened.
    pub record: Option<RecordNo>,
    pub at: Option<Timestamp>,
    /// None where a click without a cookie stands at that end.
    pub from: Option<Masked>,
    pub to: Option<Masked>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchpointTold {
    pub who: Who,
    pub kind: TouchKind,
    pub won: bool,
    /// Its part of the order, in millionths; 0 if it lost.
    pub share_ppm: u32,
    /// None where it is another partner's and only that it was there is told.
    pub own: Option<OwnTouchpoint>,
}

/// What only those are told whose touchpoint it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnTouchpoint {
    pub click: ClickNo,
    pub ad: AdId,
    pub at: Timestamp,
    /// From the report to the touchpoint.
    pub path: Vec<StepTold>,
    pub lost: Option<Refusal>,
    /// How long it counted, by the terms at the event's time; None if there were none, or they count no impressions.
    pub window_hours: Option<u32>,
}

impl OwnTouchpoint {
    /// When it stops counting.
    pub fn window_ends_at(&self) -> Option<Timestamp> {
        self.window_hours.map(|hours| self.at.plus_ms(i64::from(hours) * HOUR_MS))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditTold {
    pub who: Who,
    pub evidence: Evidence,
    /// In millionths.
    pub share_ppm: u32,
    /// The last of its touchpoints; none for stronger evidence, or where it is another partner's.
    pub click: Option<ClickNo>,
    /// What it became; none if nobody is paid for it, or where it is another partner's.
    pub action: Option<ActionId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTold {
    pub record: RecordNo,
    pub order: OrderKey,
    pub program: ProgramId,
    pub occurred_at: Timestamp,
    pub credits: Vec<CreditTold>,
    /// Why nobody earned it, or in a partner's eyes why it did not.
    pub refusal: Option<Refusal>,
    pub rules_version: u32,
    /// Oldest first.
    pub touchpoints: Vec<TouchpointTold>,
    pub left_out: u32,
    /// What the report said of the buyer and could not be used; for the brand only.
    pub identifiers_left_out: Vec<LeftOut>,
    /// By what a shop's order was joined to whoever earned it.
    pub click_path: Option<ClickPath>,
}

impl DecisionTold {
    /// What chose: the evidence of whom it credits.
    pub fn rule(&self) -> Option<Evidence> {
        self.credits.first().map(|credit| credit.evidence)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTold {
    pub action: ActionRow,
    pub history: Vec<HistoryRow>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderTold {
    pub order: OrderKey,
    pub program: ProgramId,
    pub occurred_at: Timestamp,
    pub said: Said,
    /// The report as it counts; the brand's only.
    pub conversion: Option<ConversionRow>,
    /// Until when it may be decided again, if it earned nothing.
    pub settles_at: Option<Timestamp>,
    /// Newest first.
    pub decisions: Vec<DecisionTold>,
    /// Those that this viewer sees.
    pub actions: Vec<ActionTold>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClickTold {
    pub click: ClickRow,
    pub said: Said,
    /// Orders whose decisions named it as a candidate.
    pub orders: Vec<OrderKey>,
}

/// A report that never became a fact.
#[derive(Debug, Clone)]
pub struct RefusedTold {
    pub report: RefusedReport,
    /// The brand's only.
    pub faults: Vec<Fault>,
}

/// What was wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Fault {
    pub field: String,
    pub reason: String,
    pub message: String,
}

/// Everything that is known by a text.
#[derive(Debug, Clone)]
pub struct Found {
    pub text: String,
    pub said: Said,
    pub orders: Vec<OrderTold>,
    pub click: Option<ClickTold>,
    /// The report of this name.
    pub submission: Option<SubmissionRow>,
    /// Refused at the door, newest first.
    pub refused: Vec<RefusedTold>,
    /// Kept, and refused by the rules, newest first.
    pub refused_by_rules: Vec<SubmissionRow>,
    /// The books do not hold all yet that was acknowledged.
    pub behind: bool,
}

/// The nodes of the way to a candidate.
pub fn nodes_of(candidate: &Candidate) -> Vec<NodeId> {
    let of = |step: &Step| match step {
        Step::Joined { from, to, .. } => vec![*from, *to],
        Step::SeenAt { node } => vec![*node],
        Step::Reported { .. } | Step::ReportedClickId => Vec::new(),
    };
    candidate.path.iter().flat_map(of).collect()
}

/// What a decision is told with.
pub struct Context<'a> {
    pub viewer: Viewer,
    pub config: &'a Config,
    pub identifiers: &'a HashMap<NodeId, Identifier>,
    /// The record of the order's first report.
    pub reported: Option<RecordNo>,
}

/// A decision as a viewer may see it.
pub fn decision_told(row: &DecisionRow, context: &Context<'_>) -> DecisionTold {
    let (viewer, config) = (context.viewer, context.config);
    let touchpoint = |it: &Candidate| TouchpointTold {
        who: viewer.who(it.partner, config),
        kind: it.kind,
        won: it.lost.is_none(),
        share_ppm: it.share_ppm,
        own: viewer.sees(it.partner).then(|| own_touchpoint(row, it, context)),
    };
    let credit = |it: &Credit| CreditTold {
        who: viewer.who(it.partner, config),
        evidence: it.evidence,
        share_ppm: it.share_ppm,
        click: it.click.filter(|_| viewer.sees(it.partner)),
        action: it.action.filter(|_| viewer.sees(it.partner)),
    };
    DecisionTold {
        record: row.record,
        order: row.order.clone(),
        program: row.program,
        occurred_at: row.occurred_at,
        credits: row.credits.iter().map(credit).collect(),
        refusal: match viewer {
            Viewer::Brand => row.refusal,
            Viewer::Partner(own) => why_not(row, own),
        },
        rules_version: row.rules_version,
        touchpoints: row.candidates.iter().rev().map(touchpoint).collect(),
        left_out: row.candidates_left_out,
        identifiers_left_out: match viewer {
            Viewer::Brand => row.left_out.clone(),
            Viewer::Partner(_) => Vec::new(),
        },
        click_path: row.click_path,
    }
}

/// Why a partner earned nothing: its newest touchpoint's reason, which says more to it than the decision's.
pub fn why_not(row: &DecisionRow, partner: PartnerId) -> Option<Refusal> {
    let own = row.candidates.iter().find(|it| it.partner == partner);
    own.and_then(|it| it.lost).or(row.refusal)
}

fn own_touchpoint(row: &DecisionRow, it: &Candidate, context: &Context<'_>) -> OwnTouchpoint {
    let config = context.config;
    // A channel has no contract; the program's own terms say how long its clicks count.
    let terms = match config.is_channel(it.partner) {
        true => config.template_at(row.program, row.occurred_at),
        false => config.terms_at(row.program, it.partner, row.occurred_at).ok(),
    };
    let window_hours = terms.and_then(|terms| match it.kind {
        TouchKind::Click => Some(terms.rules.referral_window_days.saturating_mul(24)),
        TouchKind::Impression => terms.rules.view_window_hours,
    });
    OwnTouchpoint {
        click: it.click,
        ad: it.ad,
        at: it.occurred_at,
        path: path_told(row, it, context),
        lost: it.lost,
        window_hours,
    }
}

fn path_told(row: &DecisionRow, it: &Candidate, context: &Context<'_>) -> Vec<StepTold> {
    let mut path: Vec<StepTold> = it.path.iter().map(|step| step_told(step, row, it, context)).collect();
    // Of several names of one thing, the one that the report brought.
    if let [reported, next, ..] = path.as_mut_slice()
        && reported.kind == StepKind::Reported
    {
        next.from = reported.from;
    }
    path
}

fn step_told(step: &Step, row: &DecisionRow, candidate: &Candidate, context: &Context<'_>) -> StepTold {
    let masked = |node: &NodeId| context.identifiers.get(node).map(Masked::from);
    // A decision that came later was taken with another record than the report's.
    let record = context.reported.filter(|record| *record == row.record);
    let reported = |kind, from| StepTold { kind, record, at: Some(row.occurred_at), from, to: None };
    let alone = candidate.path.len() == 1;
    match step {
        Step::ReportedClickId if alone => reported(StepKind::ReportedClickId, None),
        Step::ReportedClickId => reported(StepKind::ReportedOtherClickId, None),
        Step::Reported { identifier } => reported(StepKind::Reported, Some(identifier.into())),
        Step::Joined { record, occurred_at, from, to } => StepTold {
            kind: StepKind::Joined,
            record: Some(*record),
            at: Some(*occurred_at),
            from: masked(from),
            to: masked(to),
        },
        Step::SeenAt { node } => StepTold {
            kind: StepKind::SeenAtClick,
            record: None,
            at: Some(candidate.occurred_at),
            from: masked(node),
            to: None,
        },
    }
}
