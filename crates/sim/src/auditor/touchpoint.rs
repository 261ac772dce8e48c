//! Clicks, as their records or their ids tell of them.

use referee_core::fact::{Agent, Click, ClickRef, Navigation, Record, Signals};
use referee_core::id::{ClickNo, PartnerId, ProgramId, RecordNo};
use referee_core::refusal::Refusal;
use referee_core::row::TouchKind;
use referee_core::time::Timestamp;

use super::brand::Brand;
use super::price::Origin;
use super::sighting::Node;

#[derive(Debug, Clone)]
pub struct Touchpoint {
    pub no: ClickNo,
    pub kind: TouchKind,
    pub program: ProgramId,
    pub partner: PartnerId,
    pub at: Timestamp,
    /// The record that told of it first.
    pub record: RecordNo,
    pub node: Node,
    pub origin: Origin,
    /// Why it did not count.
    pub refusal: Option<Refusal>,
    /// Known from its id only.
    pub recovered: bool,
}

impl Touchpoint {
    pub fn recorded(brand: &Brand, record: &Record, kind: TouchKind, click: &Click) -> Touchpoint {
        let led_nowhere = brand.link_refusal(click.program, click.partner, click.ad, record.occurred_at);
        Touchpoint {
            no: click.no,
            kind,
            program: click.program,
            partner: click.partner,
            at: record.occurred_at,
            record: record.no,
            node: click.visitor.map_or(Node::Click(click.no), Node::Named),
            origin: Origin::of_click(click),
            refusal: not_a_person(kind, &click.signals).or(led_nowhere),
            recovered: false,
        }
    }

    pub fn recovered(brand: &Brand, record: &Record, click: ClickRef) -> Touchpoint {
        Touchpoint {
            no: click.no,
            kind: TouchKind::Click,
            program: click.program,
            partner: click.partner,
            at: click.clicked_at,
            record: record.no,
            node: Node::Click(click.no),
            origin: Origin { ad: Some(click.ad), ..Origin::default() },
            refusal: brand.link_refusal(click.program, click.partner, click.ad, click.clicked_at),
            recovered: true,
        }
    }

    /// The record of a click that was known from its id.
    pub fn complete(&mut self, click: &Click) {
        self.refusal = not_a_person(self.kind, &click.signals).or(self.refusal);
        self.origin = Origin::of_click(click);
        self.recovered = false;
    }
}

/// What the request was, if not a person who followed a link or saw an ad, which is a picture in a page.
fn not_a_person(kind: TouchKind, signals: &Signals) -> Option<Refusal> {
    let followed = kind == TouchKind::Click;
    match signals {
        Signals { prefetch: true, .. } => Some(Refusal::Prefetch),
        Signals { head: true, .. } if followed => Some(Refusal::HeadRequest),
        Signals { navigation: Navigation::Embedded, .. } if followed => Some(Refusal::NotNavigation),
        Signals { agent: Agent::Bot | Agent::Preview | Agent::Library | Agent::Automation, .. } => {
            Some(Refusal::DeclaredBot)
        }
        _ => None,
    }
}
