//! "What became of this order?" An answer for any text: an order's id, an action's, a submission's, a click's id or
//! number. Screens, interfaces and commands all ask here.
//!
//! It reads the books and the settings and decides nothing.

pub mod advice;
pub mod answer;
#[cfg(test)]
mod tests;
pub mod told;

use std::collections::{BTreeMap, HashMap};

use referee_core::config::Config;
use referee_core::id::{ActionId, BrandId, ClickNo, NodeId, PartnerId, RecordNo};
use referee_core::identity::Identifier;
use referee_core::program::SETTLE_HOURS_DEFAULT;
use referee_core::refusal::Refusal;
use referee_core::row::{ActionRow, ActionState, ConversionRow, DecisionRow, HistoryKind, OrderKey, SubmissionRow};
use referee_core::time::Timestamp;

use self::answer::{Answer, Said, Viewer};
use self::told::{
    ActionTold, ClickTold, Context, DecisionTold, Fault, Found, OrderTold, RefusedTold, Who, decision_told, nodes_of,
    why_not,
};
use crate::books::reads::Reads;
use crate::error::Result;
use crate::intake::click_id::{Opened, Unopened, open};
use crate::intake::keys::BrandKeys;
use crate::intake::submission::submission_named;
use crate::limits::{NAMING_ORDERS_MAX, REFUSED_SHOWN_MAX};
use crate::settings::{RefusedReport, Settings};

/// Who asks, of which brand, and where to look.
pub struct Lookup<'a> {
    pub reads: &'a dyn Reads,
    pub settings: &'a Settings,
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    pub brand: BrandId,
    pub viewer: Viewer,
    pub now: Timestamp,
    /// The books do not hold all yet that was acknowledged.
    pub behind: bool,
}

/// What a text names, if it is a click id.
enum NamedClick {
    Known(ClickNo),
    Issued,
    Invalid,
}

impl Lookup<'_> {
    /// Everything that is known by a text, and the answer.
    pub fn find(&self, text: &str) -> Result<Found> {
        let text = text.trim();
        let mut found = Found {
            text: text.to_owned(),
            said: self.unknown().into(),
            orders: Vec::new(),
            click: None,
            submission: None,
            refused: self.refused_of(text)?,
            refused_by_rules: Vec::new(),
            behind: self.behind,
        };
        for key in self.orders_named(text, &mut found)? {
            found.orders.extend(self.order(&key)?);
        }
        if self.viewer == Viewer::Brand {
            found.refused_by_rules.extend(self.reads.refused_submissions(self.brand, text, REFUSED_SHOWN_MAX)?);
        }
        // Why an order earned nothing, or did at first, is in the order's own decisions.
        let told = |it: &SubmissionRow| {
            let reports = found.orders.iter().filter_map(|order| order.conversion.as_ref());
            reports.into_iter().any(|row| row.refusal == it.refusal || row.record == it.record)
        };
        found.refused_by_rules.retain(|it| !told(it));
        if found.orders.is_empty() && found.refused.is_empty() && found.refused_by_rules.is_empty() {
            found.said = self.find_click(text, &mut found)?;
        } else {
            found.said = headline(&found);
        }
        Ok(found)
    }

    /// Where nothing is known by a name. A partner is not told whether an order exists that it has no part in, or it
    /// could count a brand's orders by trying ids.
    fn unknown(&self) -> Answer {
        match self.viewer {
            _ if self.behind => Answer::BeingDecided,
            Viewer::Brand => Answer::NeverReceived,
            Viewer::Partner(_) => Answer::NothingOfYours,
        }
    }

    /// Orders by the id of an action or a submission, or by their own.
    fn orders_named(&self, text: &str, found: &mut Found) -> Result<Vec<OrderKey>> {
        if let Ok(id) = text.parse::<ActionId>()
            && let Some(action) = self.reads.action(self.brand, id)?
        {
            return Ok(vec![key_of(&action)]);
        }
        if let Some(id) = submission_named(text)
            && let Some(row) = self.reads.submission(self.brand, id)?
        {
            let of_action = row.actions.last().map(|id| self.reads.action(self.brand, *id)).transpose()?.flatten();
            let key = row.order.clone().or_else(|| of_action.as_ref().map(key_of));
            if self.viewer == Viewer::Brand {
                found.refused_by_rules.extend(row.refusal.map(|_| row.clone()));
                found.submission = Some(row);
            }
            return Ok(key.into_iter().collect());
        }
        let rows = self.reads.conversions_of(self.brand, text)?;
        Ok(rows.into_iter().map(|(key, _)| key).collect())
    }

    /// An order with its decisions and what came of them; None if there is none that this viewer has a part in.
    pub fn order(&self, key: &OrderKey) -> Result<Option<OrderTold>> {
        let conversions = self.reads.conversions_of(self.brand, &key.order_id)?;
        let Some((_, row)) = conversions.into_iter().find(|(it, _)| it == key) else { return Ok(None) };
        let decisions = self.reads.decisions_of(self.brand, key)?;
        let actions = self.actions_of(&row, &decisions)?;
        let has_part = |own: PartnerId| {
            let among = |it: &DecisionRow| it.candidates.iter().any(|candidate| candidate.partner == own);
            actions.iter().any(|it| it.action.partner == own) || decisions.iter().any(among)
        };
        if matches!(self.viewer, Viewer::Partner(own) if !has_part(own)) {
            return Ok(None);
        }
        let event_type = self.config.event_types.get(&(row.program, key.event_type));
        let hours = event_type.map_or(SETTLE_HOURS_DEFAULT, |it| it.settle_hours);
        // What the buyer did not agree to, nothing that arrives later changes.
        let may_settle = row.refusal.filter(|it| *it != Refusal::ConsentDenied);
        let settles_at = may_settle.map(|_| row.received_at.plus_ms(i64::from(hours) * 3_600_000));
        let said = self.said_of(&row, settles_at, &decisions, &actions);
        Ok(Some(OrderTold {
            order: key.clone(),
            program: row.program,
            occurred_at: row.occurred_at,
            said,
            settles_at,
            decisions: self.decisions_told(&decisions, Some(row.record))?,
            actions: actions.into_iter().filter(|it| self.viewer.sees(it.action.partner)).collect(),
            conversion: Some(row).filter(|_| self.viewer == Viewer::Brand),
        }))
    }

    /// The decision that opened an action.
    pub fn decision(&self, id: ActionId) -> Result<Option<DecisionTold>> {
        let Some(action) = self.reads.action(self.brand, id)?.filter(|it| self.viewer.sees(it.partner)) else {
            return Ok(None);
        };
        let Some(row) = self.reads.decision(self.brand, &action)? else { return Ok(None) };
        let conversions = self.reads.conversions_of(self.brand, &action.order_id)?;
        let reported = conversions.iter().find(|(key, _)| *key == row.order).map(|(_, it)| it.record);
        Ok(self.decisions_told(&[row], reported)?.pop())
    }

    fn decisions_told(&self, rows: &[DecisionRow], reported: Option<RecordNo>) -> Result<Vec<DecisionTold>> {
        let nodes: Vec<NodeId> = rows.iter().flat_map(|it| &it.candidates).flat_map(nodes_of).collect();
        let mut identifiers: HashMap<NodeId, Identifier> = HashMap::new();
        for (node, it) in self.reads.identifiers_at(self.brand, &nodes)? {
            // Several names of one thing stand at one node: the strongest tells most.
            let kept = identifiers.entry(node).or_insert(it);
            if it.kind < kept.kind {
                *kept = it;
            }
        }
        let (viewer, config) = (self.viewer, self.config);
        let context = Context { viewer, config, identifiers: &identifiers, reported };
        Ok(rows.iter().map(|it| decision_told(it, &context)).collect())
    }

    fn actions_of(&self, row: &ConversionRow, decisions: &[DecisionRow]) -> Result<Vec<ActionTold>> {
        let mut ids = row.actions.clone();
        ids.extend(decisions.iter().flat_map(|it| &it.credits).filter_map(|it| it.action));
        ids.sort_unstable();
        ids.dedup();
        let mut told = Vec::new();
        for id in ids {
            if let Some(action) = self.reads.action(self.brand, id)? {
                told.push(ActionTold { action, history: self.reads.history(self.brand, id)? });
            }
        }
        Ok(told)
    }

    fn said_of(
        &self,
        row: &ConversionRow,
        settles_at: Option<Timestamp>,
        decisions: &[DecisionRow],
        actions: &[ActionTold],
    ) -> Said {
        let own: Vec<&ActionTold> = actions.iter().filter(|it| self.viewer.sees(it.action.partner)).collect();
        if !own.is_empty() {
            return said_of_actions(&own);
        }
        let reason = match self.viewer {
            Viewer::Brand => row.refusal,
            Viewer::Partner(partner) => decisions.iter().find_map(|it| why_not(it, partner)).or(row.refusal),
        };
        if !actions.is_empty() {
            let who = actions.iter().map(|it| self.viewer.who(it.action.partner, self.config)).collect();
            return Said { reason, who, ..Answer::CreditedElsewhere.into() };
        }
        match settles_at {
            Some(at) if self.now < at => Said { reason, when: settles_at, ..Answer::EarnedNothingYet.into() },
            _ => Said { reason, ..Answer::EarnedNothing.into() },
        }
    }

    /// A click with why it counts or not, if this viewer sees it.
    pub fn click(&self, no: ClickNo) -> Result<Option<ClickTold>> {
        let Some(click) = self.reads.click(self.brand, no)?.filter(|it| self.viewer.sees(it.partner)) else {
            return Ok(None);
        };
        let said = match click.refusal {
            None => Answer::ClickCounted.into(),
            refusal => Said { reason: refusal, ..Answer::ClickNotCounted.into() },
        };
        let orders = self.reads.orders_of_click(self.brand, no, NAMING_ORDERS_MAX)?;
        Ok(Some(ClickTold { click, said, orders }))
    }

    /// The number of a click, by its id or by the number itself; None if the text is neither.
    pub fn click_no(&self, text: &str) -> Option<ClickNo> {
        match self.named_click(text)? {
            NamedClick::Known(no) => Some(no),
            NamedClick::Issued | NamedClick::Invalid => None,
        }
    }

    fn named_click(&self, text: &str) -> Option<NamedClick> {
        let mut opened: Vec<_> = self.config.programs.keys().map(|program| open(self.keys, *program, text)).collect();
        if let Some(place) = opened.iter().position(|it| it.is_ok()) {
            return match opened.swap_remove(place) {
                Ok(Opened::Click(click)) => Some(NamedClick::Known(click.no)),
                _ => Some(NamedClick::Issued),
            };
        }
        if opened.iter().any(|it| matches!(it, Err(Unopened::Forged | Unopened::UnknownKey))) {
            return Some(NamedClick::Invalid);
        }
        text.parse().ok().map(|no| NamedClick::Known(ClickNo(no)))
    }

    fn find_click(&self, text: &str, found: &mut Found) -> Result<Said> {
        match self.named_click(text) {
            Some(NamedClick::Known(no)) => {
                if let Some(click) = self.click(no)? {
                    let said = click.said.clone();
                    found.click = Some(click);
                    return Ok(said);
                }
                // A number may as well be the id of an order; a sealed id can't.
                let of_nobody = self.reads.click(self.brand, no)?.is_none() && text.parse::<u64>().is_err();
                Ok(if of_nobody { Answer::ClickNotRecorded } else { self.unknown() }.into())
            }
            Some(NamedClick::Issued) => Ok(Answer::IssuedWithoutClick.into()),
            Some(NamedClick::Invalid) => Ok(Answer::ClickNotValid.into()),
            None => Ok(self.unknown().into()),
        }
    }

    /// Reports that were refused at the door, by the order's id or by their own name.
    fn refused_of(&self, text: &str) -> Result<Vec<RefusedTold>> {
        let mut reports = self.settings.refused_of_order(self.brand, text, REFUSED_SHOWN_MAX)?;
        reports.extend(self.settings.find_refused(self.brand, text)?);
        let told = |report: RefusedReport| {
            let faults = serde_json::from_str::<Vec<Fault>>(&report.errors).unwrap_or_default();
            RefusedTold { faults, report }
        };
        match self.viewer {
            Viewer::Brand => Ok(reports.into_iter().map(told).collect()),
            Viewer::Partner(own) => {
                reports.retain(|report| self.names_partner(report, own));
                Ok(reports.into_iter().map(|report| RefusedTold { faults: Vec::new(), report }).collect())
            }
        }
    }

    /// Whether a refused report brought a click of this partner, or its id.
    fn names_partner(&self, report: &RefusedReport, own: PartnerId) -> bool {
        let fields: BTreeMap<String, String> = serde_json::from_str(&report.payload).unwrap_or_default();
        let named = ["mediapartnerid", "mediaid", "partner_id"].iter().filter_map(|name| fields.get(*name));
        if named.into_iter().any(|id| *id == own.to_string()) {
            return true;
        }
        let of_own = |opened| matches!(opened, Ok(Opened::Click(click)) if click.partner == own);
        fields.values().any(|text| self.config.programs.keys().any(|program| of_own(open(self.keys, *program, text))))
    }
}

fn key_of(action: &ActionRow) -> OrderKey {
    OrderKey { event_type: action.id.event_type, order_id: action.order_id.clone() }
}

/// The answer for everything that was found: an order's before that of a report which became none.
fn headline(found: &Found) -> Said {
    if let Some(order) = found.orders.first() {
        return order.said.clone();
    }
    if let Some(row) = found.refused_by_rules.first() {
        return Said { reason: row.refusal, when: Some(row.received_at), ..Answer::RefusedByRules.into() };
    }
    let messages = found.refused.first().map(|it| it.faults.iter().map(|fault| fault.message.as_str()).collect());
    let faults = messages.map(|all: Vec<&str>| all.join(" ")).unwrap_or_default();
    let when = found.refused.first().map(|it| it.report.received_at);
    Said { faults, when, ..Answer::RefusedAtDoor.into() }
}

/// Of several actions of one order, the one that is least far says where it stands.
fn said_of_actions(actions: &[&ActionTold]) -> Said {
    let live: Vec<&&ActionTold> = actions.iter().filter(|it| it.action.state != ActionState::Reversed).collect();
    let Some(first) = live.iter().min_by_key(|it| it.action.state) else {
        let who = actions.iter().map(|it| Who::Partner(it.action.partner)).collect();
        let when = actions.iter().filter_map(|it| moment_of(it, HistoryKind::Reversed)).max();
        return Said { who, when, ..Answer::Reversed.into() };
    };
    let (answer, when) = match first.action.state {
        ActionState::Pending if first.action.held => (Answer::CreditedHeld, None),
        ActionState::Pending if first.action.locks_at.is_none() => (Answer::CreditedOpen, None),
        ActionState::Pending => (Answer::Credited, first.action.locks_at),
        ActionState::Locked => (Answer::Locked, moment_of(first, HistoryKind::Locked)),
        ActionState::Paid | ActionState::Reversed => (Answer::Paid, moment_of(first, HistoryKind::Paid)),
    };
    Said { who: live.iter().map(|it| Who::Partner(it.action.partner)).collect(), when, ..answer.into() }
}

fn moment_of(told: &ActionTold, kind: HistoryKind) -> Option<Timestamp> {
    told.history.iter().rev().find(|line| line.kind == kind).map(|line| line.at)
}
