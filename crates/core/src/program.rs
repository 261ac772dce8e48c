//! What a brand sets up: programs, event types, ads, links and codes.

use crate::id::{AdId, EventTypeId, PartnerId, ProgramId};
use crate::money::Currency;
use crate::time::Zone;

/// Whether something is in use. Nothing is ever deleted: history refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Standing {
    #[default]
    Active = 1,
    Paused = 2,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    pub id: ProgramId,
    pub name: String,
    pub currency: Currency,
    pub zone: Zone,
    pub standing: Standing,
    /// Where a visitor lands when the link names nothing better. An absolute http(s) URL.
    pub default_landing_url: String,
    /// Hosts a deep link may lead to: `shop.com`, or `*.shop.com` for all below it. Lower case.
    pub permitted_hosts: Vec<String>,
    /// Hosts on which this program's links are served. Lower case, without port.
    pub tracking_hosts: Vec<String>,
    /// Name of the query parameter that carries the click id to the shop.
    pub click_param: String,
    /// How long the visitor cookie lives.
    pub cookie_days: u32,
}

/// How an event comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Category {
    Sale = 1,
    Lead = 2,
    Install = 3,
    /// Needs no code on the site: every counted click is such an event.
    Click = 4,
    Other = 5,
}

/// Who reported a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Source {
    /// The no-script pixel.
    Pixel = 1,
    /// The tag in the buyer's browser.
    Browser = 2,
    /// The brand's server.
    Server = 3,
    /// A person, in the console or with the command line.
    Person = 4,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType {
    pub program: ProgramId,
    pub id: EventTypeId,
    /// Short name for use in code, unique in the program; may be empty.
    pub code: String,
    pub name: String,
    pub category: Category,
    pub standing: Standing,
    /// Whether a server's report wins over a browser's of the same order.
    pub server_wins: bool,
    /// Which touchpoints of a buyer have a share, and how large it is.
    pub credit: CreditPolicy,
    /// Whoever earned the action of this type earns those of this one: a subscription and its renewals.
    pub parent: Option<EventTypeId>,
    /// How long an order that earned nothing may still be decided again.
    pub settle_hours: u32,
}

/// The settle time of an event type that names none.
pub const SETTLE_HOURS_DEFAULT: u32 = 24;

/// Which of the touchpoints that may earn an order have a share of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum CreditPolicy {
    /// The last has all.
    #[default]
    Last = 1,
    /// The first has all.
    First = 2,
    /// Each has the same.
    Linear = 3,
    /// First and last have 40 % each, those between the rest.
    Position = 4,
    /// Half as much for every seven days of age.
    TimeDecay = 5,
}

impl CreditPolicy {
    pub const ALL: [CreditPolicy; 5] = [
        CreditPolicy::Last,
        CreditPolicy::First,
        CreditPolicy::Linear,
        CreditPolicy::Position,
        CreditPolicy::TimeDecay,
    ];
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ad {
    pub program: ProgramId,
    pub id: AdId,
    pub name: String,
    pub landing_url: String,
    pub standing: Standing,
}

/// A short address on the tracking domain: a path in place of `/c/{partner}/{ad}/{program}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VanityLink {
    pub program: ProgramId,
    pub slug: String,
    pub partner: PartnerId,
    pub ad: AdId,
    /// A page other than the ad's; its host is a permitted one.
    pub deep_link: Option<String>,
    pub standing: Standing,
}

/// A code that a partner hands out. Matched without regard to case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromoCode {
    pub program: ProgramId,
    /// In upper case.
    pub code: String,
    pub partner: PartnerId,
    pub standing: Standing,
}
