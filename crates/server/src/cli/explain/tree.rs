//! The way from click to payout as an indented tree, with times and reasons.

use std::collections::HashMap;

use referee_core::config::Config;
use referee_core::id::PartnerId;
use referee_core::identity::LeftOut;
use referee_core::money::WHOLE_PPM;
use referee_core::refusal::Refusal;
use referee_core::row::{ActionState, SubmissionRow};
use referee_engine::intake::amount::decimal;
use referee_engine::intake::submission::submission_name;
use referee_engine::lookup::advice::advice;
use referee_engine::lookup::answer::{Said, Viewer, Words, reason_code, reason_sentence};
use referee_engine::lookup::told::{
    ActionTold, ClickTold, DecisionTold, Found, OrderTold, OwnTouchpoint, RefusedTold, TouchpointTold,
};

use crate::console::format::{evidence, rate, state, utc};
use crate::words;

/// Who is told, and by which names.
pub struct Telling<'a> {
    pub names: HashMap<PartnerId, String>,
    pub viewer: Viewer,
    pub config: &'a Config,
}

/// A line and what stands under it.
struct Branch {
    line: String,
    under: Vec<Branch>,
}

fn leaf(line: impl Into<String>) -> Branch {
    Branch { line: line.into(), under: Vec::new() }
}

impl Branch {
    fn write(&self, out: &mut String, indent: &str) {
        for (i, branch) in self.under.iter().enumerate() {
            let last = i + 1 == self.under.len();
            let (mark, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            out.push_str(&format!("{indent}{mark}{}\n", branch.line));
            branch.write(out, &format!("{indent}{below}"));
        }
    }
}

impl Telling<'_> {
    pub fn found(&self, found: &Found) -> String {
        let mut out = format!("{}\n", found.text);
        self.said(&mut out, &found.said);
        let mut trees: Vec<Branch> = found.orders.iter().map(|it| self.order(it)).collect();
        trees.extend(found.click.as_ref().map(|it| self.click(it)));
        trees.extend(found.refused.iter().map(refused));
        trees.extend(found.refused_by_rules.iter().map(|it| self.refused_by_rules(it)));
        for tree in trees {
            out.push_str(&format!("\n{}\n", tree.line));
            tree.write(&mut out, "");
        }
        if found.behind {
            out.push_str("\nThe books do not hold all yet that the log holds.\n");
        }
        out
    }

    fn said(&self, out: &mut String, said: &Said) {
        let partner = |id| self.name(id);
        let words = Words { partner: &partner, moment: &utc };
        out.push_str(&format!("{}: {}\n", said.answer.code(), said.sentence(self.viewer, &words)));
        out.push_str(&format!("{}\n", said.next_step(self.viewer, &words)));
    }

    fn name(&self, id: PartnerId) -> String {
        self.names.get(&id).map_or_else(|| format!("partner {id}"), |name| format!("{name} ({id})"))
    }

    fn reason(&self, refusal: Refusal) -> String {
        format!("{} ({})", reason_sentence(refusal, self.viewer), reason_code(refusal, self.viewer))
    }

    fn order(&self, order: &OrderTold) -> Branch {
        let event_type = self.config.event_types.get(&(order.program, order.order.event_type));
        let kind = event_type.map_or_else(|| format!("event type {}", order.order.event_type), |it| it.name.clone());
        let mut under = Vec::new();
        if let Some(row) = &order.conversion {
            let money = format!("{} {}", row.currency, decimal(row.amount, row.currency));
            let by = words::source(row.source);
            under.push(leaf(format!(
                "Reported by {by}, received {}, {money} (record {})",
                utc(row.received_at),
                row.record
            )));
        }
        let several = order.decisions.len() > 1;
        under.extend(order.decisions.iter().enumerate().map(|(i, it)| self.decision(it, several && i > 0)));
        if let Some(at) = order.settles_at {
            under.push(leaf(format!("It may be decided again until {}", utc(at))));
        }
        under.extend(order.actions.iter().map(|it| self.action(it)));
        Branch { line: format!("{kind} {}, {}", order.order.order_id, utc(order.occurred_at)), under }
    }

    fn decision(&self, it: &DecisionTold, earlier: bool) -> Branch {
        let mut under: Vec<Branch> = it.touchpoints.iter().map(|it| self.touchpoint(it)).collect();
        if it.left_out > 0 {
            under.insert(0, leaf(format!("{} older ones are not kept", it.left_out)));
        }
        under.extend(it.identifiers_left_out.iter().map(|LeftOut { kind, reason }| {
            let kind = kind.map_or("identifier of an unknown kind", |kind| kind.code());
            leaf(format!("Left out of the report: {kind}: {}", self.reason(*reason)))
        }));
        under.extend(it.credits.iter().map(|credit| {
            let share = share(credit.share_ppm);
            leaf(format!("{}: {}{share}", evidence(credit.evidence), credit.who.name(&|id| self.name(id))))
        }));
        under.extend(it.click_path.map(|path| leaf(format!("Joined by {}", words::click_path(path)))));
        under.extend(it.refusal.map(|refusal| leaf(self.reason(refusal))));
        let which = if earlier { "Earlier decision" } else { "Decision" };
        Branch { line: format!("{which}, record {}, rules version {}", it.record, it.rules_version), under }
    }

    fn touchpoint(&self, it: &TouchpointTold) -> Branch {
        let (who, kind) = (it.who.name(&|id| self.name(id)), words::touchpoint(it.kind));
        let outcome = if it.won { "won" } else { "lost" };
        let Some(own) = &it.own else { return leaf(format!("{kind} of {who}: {outcome}")) };
        let line =
            format!("{kind} {} of {who}, ad {}, {}: {outcome}{}", own.click, own.ad, utc(own.at), share(it.share_ppm));
        Branch { line, under: self.way(own) }
    }

    fn way(&self, own: &OwnTouchpoint) -> Vec<Branch> {
        // From the click on, as it happened.
        let steps = own.path.iter().rev().map(|step| leaf(words::step_in_full(step, &utc)));
        let mut under: Vec<Branch> = steps.collect();
        if let (Some(hours), Some(end)) = (own.window_hours, own.window_ends_at()) {
            under.push(leaf(format!("Its window of {} is open until {}", words::hours(hours), utc(end))));
        }
        if let Some(lost) = own.lost {
            under.push(Branch { line: self.reason(lost), under: vec![leaf(advice(lost).of(self.viewer))] });
        }
        under
    }

    fn action(&self, told: &ActionTold) -> Branch {
        let action = &told.action;
        let money = |amount| decimal(amount, action.currency);
        let mut under: Vec<Branch> = told
            .history
            .iter()
            .map(|line| {
                let why = if line.disposition.is_empty() { String::new() } else { format!(", {}", line.disposition) };
                let payout = money(line.payout_delta);
                leaf(format!(
                    "{}{why}, {}, payout {payout} (record {})",
                    words::history(line.kind),
                    utc(line.at),
                    line.record
                ))
            })
            .collect();
        if action.state == ActionState::Pending {
            under.push(leaf(match action.locks_at {
                _ if action.outside.is_some() => {
                    "Outside of the terms: a limit was reached, and it pays nothing unless admitted".to_owned()
                }
                _ if action.held => "Held: it locks when it is released".to_owned(),
                Some(at) => format!("Locks {}", utc(at)),
                None => "Open: it locks when it is approved".to_owned(),
            }));
        }
        let (name, currency) = (self.name(action.partner), action.currency);
        let line = format!(
            "Action {} of {name}: {}, order {} {}, payout {currency} {}",
            action.id,
            state(action.state).to_lowercase(),
            action.order_currency,
            decimal(action.amount, action.order_currency),
            money(action.payout)
        );
        Branch { line, under }
    }

    fn click(&self, told: &ClickTold) -> Branch {
        let click = &told.click;
        let mut under = vec![match click.landed_at {
            Some(at) => leaf(format!("Landed {}", utc(at))),
            None => leaf("No page of the shop was seen that brought its id"),
        }];
        under.extend(click.refusal.map(|refusal| leaf(self.reason(refusal))));
        under.extend(told.orders.iter().map(|it| leaf(format!("Named by order {}", it.order_id))));
        let (who, at, kind) = (self.name(click.partner), utc(click.occurred_at), words::touchpoint(click.kind));
        Branch { line: format!("{kind} {} of {who}, ad {}, {at} (record {})", click.no, click.ad, click.record), under }
    }

    fn refused_by_rules(&self, row: &SubmissionRow) -> Branch {
        let line = format!("Report {}, received {}: not applied", submission_name(row.id), utc(row.received_at));
        let reason =
            row.refusal.map(|it| Branch { line: self.reason(it), under: vec![leaf(advice(it).of(self.viewer))] });
        Branch { line, under: reason.into_iter().collect() }
    }
}

fn refused(told: &RefusedTold) -> Branch {
    let report = &told.report;
    let line = format!("Report {}, received {}: refused at the door", report.id, utc(report.received_at));
    let fault =
        |it: &referee_engine::lookup::told::Fault| leaf(format!("{}: {} ({})", it.field, it.message, it.reason));
    Branch { line, under: told.faults.iter().map(fault).collect() }
}

fn share(share_ppm: u32) -> String {
    if share_ppm == WHOLE_PPM || share_ppm == 0 { String::new() } else { format!(", share {}", rate(share_ppm)) }
}
