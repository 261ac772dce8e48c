//! What a brand sets up: programs, event types, ads, links and codes.

use crate::id::{AdId, EventTypeId, PartnerId, ProgramId};
use crate::money::{Currency, Money};
use crate::time::{Timestamp, Zone};

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
    /// First part of the paths that the tag calls.
    pub path_prefix: String,
    /// What the tag's file is called.
    pub tag_name: String,
    /// Hosts of the shop itself that pass everything under the prefix on to this server. Lower case, without port.
    pub shop_hosts: Vec<String>,
}

/// The first part of the tag's paths, and the name of its file, of a program that chose none.
pub const PATH_PREFIX: &str = "pt";
pub const TAG_NAME: &str = "tag.js";

impl Program {
    /// All hosts on which requests of this program may come.
    pub fn all_hosts(&self) -> impl Iterator<Item = &String> {
        self.tracking_hosts.iter().chain(&self.shop_hosts)
    }
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

impl Source {
    /// Whether it is the visitor's own software that speaks.
    pub fn is_browser(self) -> bool {
        matches!(self, Source::Pixel | Source::Browser)
    }
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
    /// In upper case; with `*`, which stands for any letters or none, it is a pattern.
    pub code: String,
    pub partner: PartnerId,
    pub standing: Standing,
    pub policy: CodePolicy,
    /// Where it gives an order to nobody, nobody else earns that order either.
    pub restricted: bool,
    /// It counts from here on; None: from ever.
    pub starts_at: Option<Timestamp>,
    /// It counts until here, not included; None: for ever.
    pub ends_at: Option<Timestamp>,
}

/// When a promo code gives an order to its partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum CodePolicy {
    /// Also without any touchpoint.
    #[default]
    Always = 1,
    /// If the partner has an eligible touchpoint on the buyer's way.
    Involved = 2,
    /// If the partner would have won without the code.
    Winner = 3,
}

impl PromoCode {
    /// One that always counts.
    pub fn plain(program: ProgramId, code: String, partner: PartnerId) -> PromoCode {
        let (standing, policy) = (Standing::Active, CodePolicy::Always);
        PromoCode { program, code, partner, standing, policy, restricted: false, starts_at: None, ends_at: None }
    }

    pub fn is_pattern(&self) -> bool {
        self.code.contains('*')
    }

    /// Whether a reported code, in upper case, is this one.
    pub fn takes(&self, reported: &str) -> bool {
        if self.is_pattern() { matches_pattern(&self.code, reported) } else { self.code == reported }
    }

    pub fn is_in_force(&self, at: Timestamp) -> bool {
        let begun = self.starts_at.is_none_or(|start| start <= at);
        self.standing == Standing::Active && begun && self.ends_at.is_none_or(|end| at < end)
    }
}

/// Whether a text is of a pattern, in which `*` stands for any letters or none.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back());
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = last else { return rest.is_empty() };
    // The leftmost place of each part leaves the most for those that follow.
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = &rest[found + part.len()..];
    }
    rest.ends_with(last)
}

/// Something of a partner's own that reports name: whoever comes by it is that partner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedValue {
    pub program: ProgramId,
    pub kind: ValueKind,
    /// As `intake` writes such values: an address without scheme, query and last slash; a number's digits.
    pub value: String,
    pub partner: PartnerId,
    pub standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ValueKind {
    /// An address of the shop that only this partner names.
    Url = 1,
    /// A phone number that only this partner names.
    Phone = 2,
}

/// Partners of a program that take credit by a rule of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerGroup {
    pub program: ProgramId,
    /// Counted per program from 1.
    pub id: u32,
    pub name: String,
    /// Each once, in ascending order.
    pub members: Vec<PartnerId>,
    pub credit: GroupCredit,
}

/// How the members of a group are credited for touchpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum GroupCredit {
    /// As everybody.
    #[default]
    Normal = 1,
    /// Only where nobody has an eligible touchpoint who does not yield.
    Yields = 2,
    /// Never: codes and assigned values alone count for them.
    Never = 3,
}

#[cfg(test)]
mod tests {
    use super::matches_pattern;

    #[test]
    fn a_star_stands_for_any_letters_or_none() {
        for text in ["TRAIL", "TRAIL10", "TRAILTRAIL"] {
            assert!(matches_pattern("TRAIL*", text), "{text}");
        }
        assert!(matches_pattern("*", "A") && matches_pattern("*10", "A10") && matches_pattern("A*B*C", "AxBBxC"));
        assert!(matches_pattern("A**B", "AB") && matches_pattern("*AA*AA*", "AAAA"));
        for (pattern, text) in [("TRAIL*", "TRAI"), ("A*A", "A"), ("A*B*C", "ABxB"), ("*AA*AA*", "AAA"), ("AB", "ABC")]
        {
            assert!(!matches_pattern(pattern, text), "{pattern} {text}");
        }
    }
}

/// How a brand pays its partners.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentRules {
    /// Whoever proposes payments can't approve them.
    pub two_persons: bool,
    /// What must be owed, by currency, before it is worth a payment. Where none is set, anything above zero.
    pub thresholds: Vec<(Currency, Money)>,
    /// The day of the month, from 1 to 28, on which payments are proposed; None: by hand only.
    pub day_of_month: Option<u8>,
}

impl PaymentRules {
    pub fn threshold(&self, currency: Currency) -> Money {
        self.thresholds.iter().find(|(of, _)| *of == currency).map_or(Money::ZERO, |(_, amount)| *amount)
    }
}
