//! A profile as a drawing: a lane for each id over time, with what was seen together and what its person did there.

use std::collections::BTreeMap;

use maud::{Markup, html};
use referee_core::id::NodeId;
use referee_core::identity::profiles::Verdict;
use referee_core::row::ClickRow;
use referee_core::time::{DAY_MS, Timestamp, Zone};
use referee_engine::profile::{Became, Event, Member, ProfileTold};

use super::format;
use super::profile::title;
use crate::words;

/// Lanes and marks that are drawn; a table below has all.
const LANES_MAX: usize = 24;
const LANE: f64 = 26.0;
const WIDTH: f64 = 1000.0;
/// Where time begins: the names stand before it.
const LEFT: f64 = 230.0;

/// The span of time that is drawn.
struct Span {
    from: i64,
    to: i64,
}

impl Span {
    fn of(told: &ProfileTold) -> Span {
        let edges = told.edges.iter().map(|edge| edge.at.0);
        let times: Vec<i64> = edges.chain(told.events.iter().map(|event| event.at().0)).collect();
        let (from, to) = (times.iter().min().copied().unwrap_or(0), times.iter().max().copied().unwrap_or(0));
        // A single moment stands in the middle of an hour.
        let margin = ((to - from) / 40).max(30 * 60_000);
        Span { from: from - margin, to: to + margin }
    }

    /// Within two days the hour matters.
    fn label(&self, at: i64, zone: &Zone) -> String {
        let is_short = self.to - self.from < 2 * DAY_MS;
        if is_short { format::date_time(Timestamp(at), zone) } else { format::date(Timestamp(at), zone) }
    }

    fn x(&self, at: Timestamp) -> f64 {
        let part = (at.0.clamp(self.from, self.to) - self.from) as f64 / (self.to - self.from).max(1) as f64;
        LEFT + part * (WIDTH - LEFT - 10.0)
    }
}

pub fn draw(told: &ProfileTold, zone: &Zone) -> Markup {
    let span = Span::of(told);
    let lanes: BTreeMap<NodeId, f64> =
        told.members.iter().take(LANES_MAX).zip(0..).map(|(it, i)| (it.node, y(i))).collect();
    let height = y(lanes.len() as u32) + 12.0;
    html! {
        svg viewBox={ "0 0 1000 " (format!("{height:.0}")) } role="img" aria-label="The profile's ids over time; the tables below say the same" {
            @for (i, member) in told.members.iter().take(LANES_MAX).enumerate() { (lane(member, y(i as u32), &span)) }
            @for edge in &told.edges {
                @if let (Some(a), Some(b)) = (lanes.get(&edge.a), lanes.get(&edge.b)) {
                    @let x = format!("{:.1}", span.x(edge.at));
                    line class=(edge_class(edge.became)) x1=(x) x2=(x) y1=(a) y2=(b) { title { (format::date_time(edge.at, zone)) } }
                }
            }
            @for event in &told.events { (mark(event, &lanes, &span, zone)) }
            text.when x=(LEFT) y=(height - 2.0) { (span.label(span.from, zone)) }
            text.when.end x=(WIDTH - 10.0) y=(height - 2.0) { (span.label(span.to, zone)) }
        }
        p.muted {
            span.key.touch { "click or impression" } " " span.key.order { "order" } " " span.key.edge { "seen together" } " " span.key.apart { "kept apart" }
            @if told.members.len() > LANES_MAX { " The first " (LANES_MAX) " of " (told.members.len()) " ids are drawn." }
        }
    }
}

fn y(lane: u32) -> f64 {
    18.0 + f64::from(lane) * LANE
}

fn lane(member: &Member, y: f64, span: &Span) -> Markup {
    let name = title(member);
    let short: String =
        if name.chars().count() > 32 { name.chars().take(31).chain(['…']).collect() } else { name.clone() };
    html! {
        text.name x="0" y=(y + 4.0) { (short) title { (name) } }
        line.other x1=(LEFT) x2=(WIDTH - 10.0) y1=(y) y2=(y) {}
        @for stay in &member.stays {
            @let from = stay.from.map_or(LEFT, |from| span.x(from));
            @let to = stay.until.map_or(WIDTH - 10.0, |until| span.x(until));
            line.own x1=(format!("{from:.1}")) x2=(format!("{to:.1}")) y1=(y) y2=(y) {}
        }
    }
}

fn edge_class(became: Became) -> &'static str {
    match became {
        Became::Rules(Verdict::Refused(_)) | Became::KeptOut(_) | Became::Separated => "edge apart",
        Became::Same | Became::Rejoined | Became::Rules(_) => "edge",
    }
}

fn mark(event: &Event, lanes: &BTreeMap<NodeId, f64>, span: &Span, zone: &Zone) -> Markup {
    let (node, class, what) = match event {
        Event::Touched(click) => (Some(click.node), "touch", touch_word(click)),
        Event::Ordered(key, row) => (row.node, "order", format!("Order {}", key.order_id)),
    };
    html! {
        @if let Some(y) = node.and_then(|node| lanes.get(&node)) {
            circle class=(class) cx=(format!("{:.1}", span.x(event.at()))) cy=(y) r="5" {
                title { (what) ", " (format::date_time(event.at(), zone)) }
            }
        }
    }
}

pub fn touch_word(click: &ClickRow) -> String {
    format!("{} {}", words::touchpoint(click.kind), click.no)
}
