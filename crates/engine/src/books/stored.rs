//! How the books write what has no column of its own: small enums as numbers, lists as tagged bytes.

use std::collections::BTreeMap;

use prost::{Message, Oneof};
use referee_core::contract::ClickMode;
use referee_core::fact::Conversion;
use referee_core::id::{ActionId, AdId, ClickNo, EventTypeId, NodeId, NoteId, PartnerId, ProgramId, RecordNo};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::inquiry::{InquiryKind, InquiryReason, InquiryState};
use referee_core::refusal::Refusal;
use referee_core::row::{
    Account, ActionState, Bond, Buyer, Candidate, Credit, DecisionRow, Evidence, HistoryKind, OrderKey, PayableState,
    PaymentState, ReviewState, RunState, Step, SubmissionKind, TouchKind, UnsettledRow,
};
use referee_core::time::{Day, Timestamp};

use crate::error::{Error, Result};
use crate::log::codec::shop::path_in;
use crate::log::codec::{conversion_in, conversion_out, left_out_in, left_out_out};
use crate::log::number;
use crate::log::wire;

mod action;
mod click;
mod shop;

pub use action::{action_details, fill_action, payment_sums, payment_sums_of};
pub use click::ClickBits;
pub use shop::{shop_order, shop_order_of};

fn damaged(what: &str) -> Error {
    Error::corrupt("read the books", format!("a {what} is not one this program knows"))
}

pub fn refusal(number: Option<u16>) -> Result<Option<Refusal>> {
    number.map(reason).transpose()
}

/// A reason that must be there.
pub fn reason(number: u16) -> Result<Refusal> {
    Refusal::from_number(number).ok_or_else(|| damaged("reason"))
}

fn find<T: Copy>(all: &[T], number: u32, of: impl Fn(T) -> u32, what: &str) -> Result<T> {
    all.iter().copied().find(|it| of(*it) == number).ok_or_else(|| damaged(what))
}

pub fn action_state(number: u32) -> Result<ActionState> {
    use ActionState::*;
    find(&[Pending, Locked, Paid, Reversed], number, |it| it as u32, "state")
}

pub fn click_mode(number: u32) -> Result<ClickMode> {
    find(&[ClickMode::Reviewed, ClickMode::Instant], number, |it| it as u32, "way to pay clicks")
}

pub fn payable_state(number: u32) -> Result<PayableState> {
    use PayableState::*;
    find(&[Pending, Accepted, Rejected, Unpaid], number, |it| it as u32, "state of a click")
}

pub fn review_state(number: u32) -> Result<ReviewState> {
    use ReviewState::*;
    find(&[Working, Done, Undoing, Undone], number, |it| it as u32, "state of a review")
}

pub fn history_kind(number: u32) -> Result<HistoryKind> {
    use HistoryKind::*;
    find(
        &[
            Opened,
            Modified,
            Reversed,
            Locked,
            Paid,
            Held,
            Released,
            Restored,
            Corrected,
            Returned,
            Converted,
            Admitted,
            ReturnAsked,
            ReturnDeclined,
        ],
        number,
        |it| it as u32,
        "kind of history",
    )
}

pub fn evidence(number: u32) -> Result<Evidence> {
    use Evidence::*;
    let all = [
        ForcedPartner,
        PromoCode,
        ClickId,
        Identifier,
        ParentAction,
        AssignedUrl,
        AssignedPhone,
        Impression,
        Inquiry,
        Bonus,
        Fee,
        Clicks,
    ];
    find(&all, number, |it| it as u32, "kind of evidence")
}

pub fn touch_kind(number: u32) -> Result<TouchKind> {
    use TouchKind::*;
    find(&[Click, Impression], number, |it| it as u32, "kind of touchpoint")
}

pub fn payment_state(number: u32) -> Result<PaymentState> {
    find(&PaymentState::ALL, number, |it| it as u32, "state of a payment")
}

pub fn run_state(number: u32) -> Result<RunState> {
    find(&RunState::ALL, number, |it| it as u32, "state of a payment run")
}

pub fn account(number: u32) -> Result<Account> {
    find(&Account::ALL, number, |it| it as u32, "account")
}

pub fn submission_kind(number: u32) -> Result<SubmissionKind> {
    use SubmissionKind::*;
    find(
        &[
            Conversion,
            Modification,
            Reversal,
            Hold,
            Release,
            Approval,
            Restoration,
            Correction,
            Admission,
            Reattribution,
        ],
        number,
        |it| it as u32,
        "kind of submission",
    )
}

pub fn source(number: u32) -> Result<referee_core::program::Source> {
    number::source(number).ok_or_else(|| damaged("source"))
}

pub fn role(number: u32) -> Result<referee_core::fact::Role> {
    number::role(number).ok_or_else(|| damaged("role"))
}

pub fn inquiry_kind(number: u32) -> Result<InquiryKind> {
    number::inquiry_kind(number).ok_or_else(|| damaged("kind of inquiry"))
}

pub fn inquiry_state(number: u32) -> Result<InquiryState> {
    number::inquiry_state(number).ok_or_else(|| damaged("state of an inquiry"))
}

pub fn inquiry_reason(number: u32) -> Result<InquiryReason> {
    number::inquiry_reason(number).ok_or_else(|| damaged("reason of an answer"))
}

/// Ids of notes, one after the other.
pub fn notes(notes: &[NoteId]) -> Vec<u8> {
    notes.iter().flat_map(|note| note.0).collect()
}

pub fn notes_of(bytes: &[u8]) -> Result<Vec<NoteId>> {
    let (notes, rest) = bytes.as_chunks::<16>();
    if rest.is_empty() { Ok(notes.iter().map(|id| NoteId(*id)).collect()) } else { Err(damaged("list of notes")) }
}

/// 0 for a kind that is not known.
pub fn kind_number(kind: Option<IdentifierKind>) -> u8 {
    kind.map_or(0, IdentifierKind::number)
}

pub fn kind_of(number: u8) -> Result<Option<IdentifierKind>> {
    let kind = || IdentifierKind::from_number(number).ok_or_else(|| damaged("kind of identifier"));
    if number == 0 { Ok(None) } else { kind().map(Some) }
}

/// The kind's number and the hash.
pub fn identifier_bytes(identifier: &Identifier) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(17);
    bytes.push(identifier.kind.number());
    bytes.extend_from_slice(&identifier.hash);
    bytes
}

pub fn identifier(bytes: &[u8]) -> Result<Identifier> {
    let (kind, hash) = bytes.split_first().ok_or_else(|| damaged("identifier"))?;
    let kind = IdentifierKind::from_number(*kind).ok_or_else(|| damaged("kind of identifier"))?;
    Ok(Identifier { kind, hash: hash.try_into().map_err(|_| damaged("identifier"))? })
}

#[derive(Clone, PartialEq, Message)]
struct StoredDecision {
    #[prost(uint32, tag = "1")]
    program: u32,
    #[prost(sint64, tag = "2")]
    occurred_at: i64,
    #[prost(message, repeated, tag = "3")]
    credits: Vec<StoredCredit>,
    #[prost(uint32, optional, tag = "6")]
    refusal: Option<u32>,
    #[prost(uint32, tag = "7")]
    rules_version: u32,
    #[prost(uint32, optional, tag = "8")]
    referral_window_days: Option<u32>,
    #[prost(message, repeated, tag = "9")]
    candidates: Vec<StoredCandidate>,
    #[prost(uint32, tag = "10")]
    candidates_left_out: u32,
    #[prost(message, repeated, tag = "20")]
    left_out: Vec<wire::LeftOut>,
    #[prost(uint32, optional, tag = "21")]
    click_path: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredCredit {
    #[prost(uint32, tag = "1")]
    partner: u32,
    #[prost(uint32, tag = "2")]
    evidence: u32,
    #[prost(fixed64, optional, tag = "3")]
    click: Option<u64>,
    #[prost(uint32, tag = "4")]
    share_ppm: u32,
    #[prost(string, optional, tag = "5")]
    action: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredCandidate {
    #[prost(fixed64, tag = "1")]
    click: u64,
    #[prost(uint32, tag = "2")]
    partner: u32,
    #[prost(uint32, tag = "3")]
    ad: u32,
    #[prost(sint64, tag = "4")]
    occurred_at: i64,
    #[prost(message, repeated, tag = "5")]
    path: Vec<StoredStep>,
    #[prost(uint32, optional, tag = "6")]
    lost: Option<u32>,
    #[prost(uint32, tag = "7")]
    share_ppm: u32,
    #[prost(uint32, tag = "8")]
    kind: u32,
}

#[derive(Clone, PartialEq, Message)]
struct StoredStep {
    #[prost(oneof = "StepKind", tags = "1, 2, 3, 4")]
    step: Option<StepKind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum StepKind {
    #[prost(bool, tag = "1")]
    ReportedClickId(bool),
    #[prost(bytes, tag = "2")]
    Reported(Vec<u8>),
    #[prost(message, tag = "3")]
    Joined(StoredJoin),
    #[prost(uint64, tag = "4")]
    SeenAt(u64),
}

#[derive(Clone, PartialEq, Message)]
struct StoredJoin {
    #[prost(uint64, tag = "1")]
    record: u64,
    #[prost(sint64, tag = "2")]
    occurred_at: i64,
    #[prost(uint64, tag = "3")]
    from: u64,
    #[prost(uint64, tag = "4")]
    to: u64,
}

pub fn decision(row: &DecisionRow) -> Vec<u8> {
    let candidate = |it: &Candidate| StoredCandidate {
        click: it.click.0,
        partner: it.partner.0,
        ad: it.ad.0,
        occurred_at: it.occurred_at.0,
        path: it.path.iter().map(|step| StoredStep { step: Some(step_out(step)) }).collect(),
        lost: it.lost.map(|lost| u32::from(lost.number())),
        share_ppm: it.share_ppm,
        kind: it.kind as u32,
    };
    let credit = |it: &Credit| StoredCredit {
        partner: it.partner.0,
        evidence: it.evidence as u32,
        click: it.click.map(|no| no.0),
        share_ppm: it.share_ppm,
        action: it.action.map(|id| id.to_string()),
    };
    StoredDecision {
        program: row.program.0,
        occurred_at: row.occurred_at.0,
        credits: row.credits.iter().map(credit).collect(),
        refusal: row.refusal.map(|it| u32::from(it.number())),
        rules_version: row.rules_version,
        referral_window_days: row.referral_window_days,
        candidates: row.candidates.iter().map(candidate).collect(),
        candidates_left_out: row.candidates_left_out,
        left_out: left_out_out(&row.left_out),
        click_path: row.click_path.map(|path| path as u32),
    }
    .encode_to_vec()
}

pub fn decision_of(record: RecordNo, order: OrderKey, body: &[u8]) -> Result<DecisionRow> {
    let stored = StoredDecision::decode(body).map_err(|error| Error::corrupt("read a decision", error))?;
    Ok(DecisionRow {
        record,
        order,
        program: ProgramId(stored.program),
        occurred_at: Timestamp(stored.occurred_at),
        credits: stored.credits.into_iter().map(credit_of).collect::<Result<_>>()?,
        refusal: refusal(stored.refusal.map(|number| number as u16))?,
        rules_version: stored.rules_version,
        referral_window_days: stored.referral_window_days,
        candidates: stored.candidates.into_iter().map(candidate_of).collect::<Result<_>>()?,
        candidates_left_out: stored.candidates_left_out,
        left_out: left_out_in(&stored.left_out)?,
        click_path: path_in(stored.click_path)?,
    })
}

fn action_id(text: &str) -> Result<ActionId> {
    text.parse().map_err(|()| damaged("action's id"))
}

/// Few numbers or names in one column; none of them takes no room.
pub fn list<T: ToString>(all: impl IntoIterator<Item = T>) -> Option<String> {
    let words: Vec<String> = all.into_iter().map(|it| it.to_string()).collect();
    Some(words.join(" ")).filter(|text| !text.is_empty())
}

fn listed<T>(text: Option<&str>, one: impl Fn(&str) -> Result<T>) -> Result<Vec<T>> {
    text.unwrap_or_default().split_ascii_whitespace().map(one).collect()
}

pub fn numbers(text: Option<&str>) -> Result<Vec<u32>> {
    listed(text, |word| word.parse().map_err(|_| damaged("list of numbers")))
}

/// Days from which on something holds, by program: `3:20500`.
pub fn first_days(days: &BTreeMap<ProgramId, Day>) -> Option<String> {
    list(days.iter().map(|(program, day)| format!("{program}:{}", day.0)))
}

pub fn first_days_of(text: Option<&str>) -> Result<BTreeMap<ProgramId, Day>> {
    let one = |word: &str| {
        let (program, day) = word.split_once(':')?;
        Some((program.parse().ok()?, Day(day.parse().ok()?)))
    };
    Ok(listed(text, |word| one(word).ok_or_else(|| damaged("day of a program")))?.into_iter().collect())
}

pub fn action_ids(text: Option<&str>) -> Result<Vec<ActionId>> {
    listed(text, action_id)
}

fn credit_of(it: StoredCredit) -> Result<Credit> {
    Ok(Credit {
        partner: PartnerId(it.partner),
        evidence: evidence(it.evidence)?,
        click: it.click.map(ClickNo),
        share_ppm: it.share_ppm,
        action: it.action.as_deref().map(action_id).transpose()?,
    })
}

fn candidate_of(it: StoredCandidate) -> Result<Candidate> {
    Ok(Candidate {
        click: ClickNo(it.click),
        kind: touch_kind(it.kind)?,
        partner: PartnerId(it.partner),
        ad: AdId(it.ad),
        occurred_at: Timestamp(it.occurred_at),
        path: it.path.into_iter().map(step_of).collect::<Result<_>>()?,
        lost: refusal(it.lost.map(|number| number as u16))?,
        share_ppm: it.share_ppm,
    })
}

fn step_out(step: &Step) -> StepKind {
    match step {
        Step::ReportedClickId => StepKind::ReportedClickId(true),
        Step::Reported { identifier } => StepKind::Reported(identifier_bytes(identifier)),
        Step::Joined { record, occurred_at, from, to } => {
            StepKind::Joined(StoredJoin { record: record.0, occurred_at: occurred_at.0, from: from.0, to: to.0 })
        }
        Step::SeenAt { node } => StepKind::SeenAt(node.0),
    }
}

fn step_of(stored: StoredStep) -> Result<Step> {
    Ok(match stored.step.ok_or_else(|| damaged("step"))? {
        StepKind::ReportedClickId(_) => Step::ReportedClickId,
        StepKind::Reported(bytes) => Step::Reported { identifier: identifier(&bytes)? },
        StepKind::Joined(join) => Step::Joined {
            record: RecordNo(join.record),
            occurred_at: Timestamp(join.occurred_at),
            from: NodeId(join.from),
            to: NodeId(join.to),
        },
        StepKind::SeenAt(node) => Step::SeenAt { node: NodeId(node) },
    })
}

/// The order a row is about.
pub fn order(event_type: u32, order_id: String) -> OrderKey {
    OrderKey { event_type: EventTypeId(event_type), order_id }
}

/// What an undecided order was reported with.
#[derive(Clone, PartialEq, Message)]
struct StoredUnsettled {
    #[prost(message, optional, tag = "1")]
    report: Option<wire::Conversion>,
    #[prost(message, repeated, tag = "2")]
    identifiers: Vec<StoredNamed>,
    #[prost(uint64, optional, tag = "3")]
    anchor: Option<u64>,
    #[prost(message, optional, tag = "4")]
    click: Option<StoredClickAt>,
    #[prost(uint64, optional, tag = "5")]
    before: Option<u64>,
    #[prost(message, repeated, tag = "6")]
    left_out: Vec<wire::LeftOut>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredNamed {
    #[prost(uint64, tag = "1")]
    node: u64,
    #[prost(bytes = "vec", tag = "2")]
    identifier: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct StoredClickAt {
    #[prost(fixed64, tag = "1")]
    no: u64,
    #[prost(uint64, tag = "2")]
    node: u64,
}

pub fn unsettled(row: &UnsettledRow) -> Vec<u8> {
    let Buyer { identifiers, anchor, click, before, left_out } = &row.buyer;
    let named = |(node, it): &(NodeId, Identifier)| StoredNamed { node: node.0, identifier: identifier_bytes(it) };
    StoredUnsettled {
        report: Some(conversion_out(&row.report)),
        identifiers: identifiers.iter().map(named).collect(),
        anchor: anchor.map(|node| node.0),
        click: click.map(|(no, node)| StoredClickAt { no: no.0, node: node.0 }),
        before: before.map(|node| node.0),
        left_out: left_out_out(left_out),
    }
    .encode_to_vec()
}

pub fn unsettled_of(body: &[u8]) -> Result<(Buyer, Conversion)> {
    let stored = StoredUnsettled::decode(body).map_err(|error| Error::corrupt("read an undecided order", error))?;
    let named = |it: StoredNamed| Ok((NodeId(it.node), identifier(&it.identifier)?));
    let report = stored.report.ok_or_else(|| damaged("undecided order"))?;
    let buyer = Buyer {
        identifiers: stored.identifiers.into_iter().map(named).collect::<Result<_>>()?,
        anchor: stored.anchor.map(NodeId),
        click: stored.click.map(|it| (ClickNo(it.no), NodeId(it.node))),
        before: stored.before.map(NodeId),
        left_out: left_out_in(&stored.left_out)?,
    };
    Ok((buyer, conversion_in(report)?))
}

pub fn bond(number: u16) -> Result<Bond> {
    Bond::from_number(number).ok_or_else(|| damaged("bond"))
}
