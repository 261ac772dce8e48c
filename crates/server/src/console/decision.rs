//! A decision as a drawing: touchpoints on the left, what joins each to the buyer, and the report with what came of it on
//! the right. Boxes and lines of plain HTML, so that it reads on a phone and aloud; only the windows are a picture.

use maud::{Markup, html};
use referee_core::money::WHOLE_PPM;
use referee_core::program::Source;
use referee_core::row::{ActionState, HistoryKind};
use referee_core::time::{Timestamp, Zone};
use referee_engine::lookup::advice::advice;
use referee_engine::lookup::answer::{Viewer, reason_sentence};
use referee_engine::lookup::told::{
    ActionTold, CreditTold, DecisionTold, Masked, OrderTold, OwnTouchpoint, StepKind, StepTold, TouchpointTold, Who,
};

use super::format;
use super::person::Person;
use crate::words;

/// In whose eyes, and in which zone.
pub struct Drawing<'a> {
    pub person: &'a Person,
    pub viewer: Viewer,
    pub zone: &'a Zone,
}

impl Drawing<'_> {
    /// The whole way of an order, its windows, and what was decided before.
    pub fn order(&self, order: &OrderTold) -> Markup {
        let (newest, earlier) = match order.decisions.split_first() {
            Some((newest, earlier)) => (Some(newest), earlier),
            None => (None, &[][..]),
        };
        html! {
            @if let Some(decision) = newest {
                section.card.pad { (self.way(decision, html! { (self.report(order)) (self.rule(decision)) (self.actions(order)) })) }
                (self.windows(decision))
            }
            @if !earlier.is_empty() {
                details.card.pad {
                    summary { "Decided " (earlier.len() + 1) " times, as more became known: the earlier decisions" }
                    @for decision in earlier {
                        h3 { "With record " (decision.record) }
                        (self.way(decision, self.rule(decision)))
                    }
                }
            }
        }
    }

    /// From the touchpoints to the report, which comes with what stands at its end.
    pub fn way(&self, decision: &DecisionTold, end: Markup) -> Markup {
        let without_click: Vec<&CreditTold> =
            decision.credits.iter().filter(|it| self.stands_alone(it, decision)).collect();
        html! {
            div.way {
                ol.rows {
                    @if decision.left_out > 0 { li.touch { div.box.faint { (decision.left_out) " older ones are not kept" } } }
                    @for it in &decision.touchpoints { (self.touchpoint(it)) }
                    @for it in &without_click { (self.evidence(it)) }
                    @if decision.touchpoints.is_empty() && without_click.is_empty() {
                        li.touch.lost { div.box.faint { "No click or code could be joined to the buyer" } ol.chain aria-hidden="true" { (edge("", None)) } }
                    }
                }
                div.end { (end) }
            }
            @if !decision.identifiers_left_out.is_empty() {
                p.muted { "Of what the report said of the buyer, this was left out:" }
                ul { @for it in &decision.identifiers_left_out {
                    li { (it.kind.map_or("an unknown kind", format::identifier_kind)) ": " (it.reason.brand_sentence()) }
                } }
            }
            @if decision.touchpoints.len() > 1 { p.muted.note { "The oldest first. Rules version " (decision.rules_version) ", record " (decision.record) "." } }
            @else { p.muted.note { "Rules version " (decision.rules_version) ", record " (decision.record) "." } }
        }
    }

    /// Credit that no touchpoint of the list stands for: a code's, a parent's, or of a partner that the report named.
    fn stands_alone(&self, credit: &CreditTold, decision: &DecisionTold) -> bool {
        !decision.touchpoints.iter().any(|it| it.won && it.who == credit.who)
    }

    fn name(&self, who: Who) -> String {
        who.name(&|id| self.person.partner_name(id))
    }

    fn touchpoint_of(&self, it: &TouchpointTold) -> String {
        let kind = words::touchpoint(it.kind);
        match (self.viewer, it.who) {
            (Viewer::Partner(own), Who::Partner(of)) if own == of => format!("Your {}", kind.to_lowercase()),
            _ => format!("{kind} of {}", self.name(it.who)),
        }
    }

    fn moment(&self, at: Timestamp) -> String {
        format::date_time(at, self.zone)
    }

    fn touchpoint(&self, it: &TouchpointTold) -> Markup {
        let outcome = html! {
            @if it.won { span.tag.locked { "Won" (share(it.share_ppm)) } } @else { span.tag { "Lost" } }
        };
        html! {
            li.touch.won[it.won].lost[!it.won] {
                @match &it.own {
                    Some(own) => {
                        div.box {
                            b { (self.touchpoint_of(it)) } " " (outcome)
                            br; (self.ad(own)) br;
                            a.underlined.time href={ "/clicks?no=" (own.click) } { (self.moment(own.at)) }
                        }
                        div {
                            (self.chain(own))
                            @if let Some(lost) = own.lost {
                                p.why { (reason_sentence(lost, self.viewer)) " " span.muted { (advice(lost).of(self.viewer)) } }
                            }
                        }
                    }
                    None => {
                        div.box.faint { b { (self.touchpoint_of(it)) } " " (outcome) }
                        ol.chain aria-hidden="true" { (edge("", None)) }
                    }
                }
            }
        }
    }

    fn ad(&self, own: &OwnTouchpoint) -> Markup {
        let found = self.person.config.ads.iter().find(|((_, id), _)| *id == own.ad);
        html! { span.muted { (found.map_or_else(|| format!("ad {}", own.ad), |(_, ad)| ad.name.clone())) } }
    }

    fn evidence(&self, credit: &CreditTold) -> Markup {
        html! {
            li.touch.won {
                div.box.faint[credit.who.partner().is_none()] {
                    b { (self.name(credit.who)) } " " span.tag.locked { "Won" (share(credit.share_ppm)) }
                }
                ol.chain { (edge(format::evidence(credit.evidence), None)) }
            }
        }
    }

    /// What joins a click to the report, as it happened.
    fn chain(&self, own: &OwnTouchpoint) -> Markup {
        html! {
            ol.chain {
                @for step in own.path.iter().rev() { (self.step(step)) }
                @if !own.path.first().is_some_and(|it| is_report(it.kind)) { (edge("by an earlier report of the order", None)) }
            }
        }
    }

    fn step(&self, step: &StepTold) -> Markup {
        let shown = step.at.map(|at| {
            html! { span.time { (self.moment(at)) } @if let Some(record) = step.record { ", " span.time { "record " (record) } } }
        });
        match step.kind {
            StepKind::SeenAtClick => html! { (edge("made with", None)) (node(step.from)) },
            StepKind::Joined => html! { (edge("seen together", shown)) (node(step.from)) },
            StepKind::Reported => html! { (edge("in the report", None)) },
            StepKind::ReportedClickId => html! { (edge("the report carried its id", None)) },
            StepKind::ReportedOtherClickId => html! { (edge("the report carried that click's id", None)) },
        }
    }

    fn report(&self, order: &OrderTold) -> Markup {
        let event_type = self.person.config.event_types.get(&(order.program, order.order.event_type));
        html! {
            div.box {
                b { "Order " (order.order.order_id) }
                @if let Some(row) = &order.conversion { " " span.num { (format::money(row.amount, row.currency)) } }
                br;
                span.muted { (event_type.map_or("", |it| it.name.as_str())) ", " span.time { (self.moment(order.occurred_at)) } }
                @if let Some(row) = &order.conversion {
                    br; span.muted { "Reported by " (reporter(row.source)) ", received " span.time { (self.moment(row.received_at)) } ", record " (row.record) }
                }
            }
        }
    }

    /// What chose, and whom.
    pub fn rule(&self, decision: &DecisionTold) -> Markup {
        html! {
            div.box.rule.nobody[decision.credits.is_empty()] {
                @for credit in &decision.credits {
                    div { (format::evidence(credit.evidence)) ": " b { (self.name(credit.who)) } (share(credit.share_ppm)) }
                }
                @if let Some(path) = decision.click_path { div.muted { "Joined by " (crate::words::click_path(path)) } }
                @if decision.credits.is_empty() {
                    b { "Nobody earns it" }
                    @if let Some(refusal) = decision.refusal { br; (reason_sentence(refusal, self.viewer)) }
                }
            }
        }
    }

    fn actions(&self, order: &OrderTold) -> Markup {
        html! { @for told in &order.actions {
            div.box {
                a.underlined href={ "/actions/" (told.action.id) } { b { "Payout " (format::money(told.action.payout, told.action.currency)) } }
                " " span.muted { (self.person.partner_name(told.action.partner)) (share(told.action.share_ppm)) }
                (self.stages(told))
            }
        } }
    }

    /// Pending, locked, paid: what was, what is, what will be.
    fn stages(&self, told: &ActionTold) -> Markup {
        let action = &told.action;
        let moment = |kind| told.history.iter().rev().find(|line| line.kind == kind).map(|line| line.at);
        let said = |at: Option<Timestamp>| at.map_or_else(String::new, |at| format::date(at, self.zone));
        let stage = |name: &str, when: String, reached: bool| {
            html! { li.reached[reached] { b { (name) } @if !when.is_empty() { span.time { (when) } } } }
        };
        let reached = |state| action.state >= state && action.state != ActionState::Reversed;
        html! {
            ol.stages {
                (stage("Pending", said(Some(action.opened_at)), true))
                @if action.state == ActionState::Reversed {
                    li.reached.reversed { b { "Reversed" } span.time { (said(moment(HistoryKind::Reversed))) } }
                } @else {
                    @if reached(ActionState::Locked) { (stage("Locked", said(moment(HistoryKind::Locked)), true)) }
                    @else { (stage("Locks", format::locks(action, self.zone), false)) }
                    (stage("Paid", said(moment(HistoryKind::Paid)), reached(ActionState::Paid)))
                }
            }
        }
    }

    /// How long each click counted, and where the order fell.
    fn windows(&self, decision: &DecisionTold) -> Markup {
        let own: Vec<(&TouchpointTold, &OwnTouchpoint, Timestamp)> = decision
            .touchpoints
            .iter()
            .filter_map(|it| it.own.as_ref().and_then(|own| Some((it, own, own.window_ends_at()?))))
            .collect();
        let moments = || own.iter().flat_map(|(_, own, end)| [own.at, *end]).chain([decision.occurred_at]);
        let (Some(from), Some(to)) = (moments().min(), moments().max()) else { return html! {} };
        let place = |at: Timestamp| (at.since_ms(from) * 1_000 / to.since_ms(from).max(1)).clamp(0, 1_000);
        let order = place(decision.occurred_at);
        html! { @if !own.is_empty() {
            section.card.pad {
                h2 { "How long the clicks count" }
                ol.windows {
                    @for (it, own, end) in &own {
                        li.won[it.won] {
                            span { b { (self.touchpoint_of(it)) } " " span.muted.time { (format::date(own.at, self.zone)) } }
                            svg viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true" {
                                path.axis d="M0 10H1000" {}
                                rect x=(place(own.at)) y="4" width=((place(*end) - place(own.at)).max(2)) height="12" {}
                                path.mark d={ "M" (order) " 0V20" } {}
                            }
                            span.muted { (self.window_words(own, *end, decision.occurred_at)) }
                        }
                    }
                }
                p.muted.note { "The line is the order, " (self.moment(decision.occurred_at)) "." }
            }
        } }
    }

    fn window_words(&self, own: &OwnTouchpoint, end: Timestamp, order: Timestamp) -> String {
        let long = words::hours(own.window_hours.unwrap_or_default());
        if own.at > order {
            return "after the order".to_owned();
        }
        let date = format::date(end, self.zone);
        if end < order { format!("{long}, over since {date}") } else { format!("{long}, until {date}") }
    }
}

fn is_report(kind: StepKind) -> bool {
    matches!(kind, StepKind::Reported | StepKind::ReportedClickId | StepKind::ReportedOtherClickId)
}

fn edge(label: &str, when: Option<Markup>) -> Markup {
    html! { li.edge.dated[when.is_some()] { span.label { (label) } span.when { @if let Some(when) = when { (when) } } } }
}

fn node(it: Option<Masked>) -> Markup {
    html! { li.node {
        @match it {
            Some(it) => { (format::identifier_kind(it.kind)) br; code { "••" (it.handle()) } }
            None => { "a click" br; span.muted { "without a cookie" } }
        }
    } }
}

fn reporter(source: Source) -> &'static str {
    match source {
        Source::Pixel => "the pixel",
        Source::Browser => "the tag",
        Source::Server => "the server",
        Source::Person => "a person",
    }
}

/// A share that is not all.
pub fn share(share_ppm: u32) -> Markup {
    html! { @if share_ppm != WHOLE_PPM && share_ppm > 0 { ", share " (format::rate(share_ppm)) } }
}
