//! How people are told what was found: one place for screens and commands.

use referee_core::fact::ClickPath;
use referee_core::program::Source;
use referee_core::row::{Evidence, HistoryKind, TouchKind};
use referee_core::time::Timestamp;
use referee_engine::lookup::told::{Masked, StepKind, StepTold};

use crate::console::format::identifier_kind;

/// A kind, and enough of the hash to tell two apart.
pub fn masked(it: Masked) -> String {
    format!("{} ••{}", identifier_kind(it.kind), it.handle())
}

/// By what an order of a shop was joined to whoever earned it.
pub fn click_path(path: ClickPath) -> &'static str {
    match path {
        ClickPath::CartAttribute => "the click id in the cart",
        ClickPath::Pixel => "the pixel of the checkout",
        ClickPath::LandingAddress => "the address of the landing page",
        ClickPath::Journey => "the shop's record of the buyer's visits",
        ClickPath::DiscountCode => "the discount code",
        ClickPath::KnownCustomer => "the customer, who is known",
    }
}

pub fn touchpoint(kind: TouchKind) -> &'static str {
    match kind {
        TouchKind::Click => "Click",
        TouchKind::Impression => "Impression",
    }
}

/// `30 days`, or `36 hours`.
pub fn hours(hours: u32) -> String {
    if hours.is_multiple_of(24) { format!("{} days", hours / 24) } else { format!("{hours} hours") }
}

/// One step of the way between a report and a click, without its moment.
pub fn step(step: &StepTold) -> String {
    let at = |it: Option<Masked>| it.map_or_else(|| "a click without a cookie".to_owned(), masked);
    match step.kind {
        StepKind::ReportedClickId => "The report carried the id of this click".to_owned(),
        StepKind::ReportedOtherClickId => "The report carried the id of another click".to_owned(),
        StepKind::Reported => format!("The report named {}", at(step.from)),
        StepKind::Joined => format!("{} and {} were seen together", at(step.from), at(step.to)),
        StepKind::SeenAtClick => match step.from {
            Some(seen) => format!("The click was made with {}", masked(seen)),
            None => "The click was made without a cookie".to_owned(),
        },
    }
}

/// With the record that showed it, and when.
pub fn step_in_full(it: &StepTold, moment: &dyn Fn(Timestamp) -> String) -> String {
    let when = it.at.map(|at| format!(", {}", moment(at))).unwrap_or_default();
    let record = it.record.map(|record| format!(" (record {record})")).unwrap_or_default();
    format!("{}{when}{record}", step(it))
}

pub fn source(source: Source) -> &'static str {
    match source {
        Source::Pixel => "pixel",
        Source::Browser => "tag",
        Source::Server => "server",
        Source::Person => "person",
    }
}

/// What was given beside all events, in place of the name of an event type; nothing where it was an event.
pub fn award(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Bonus => "Bonus",
        Evidence::Fee => "Flat fee",
        _ => "",
    }
}

pub fn history(kind: HistoryKind) -> &'static str {
    match kind {
        HistoryKind::Opened => "Opened",
        HistoryKind::Modified => "Modified",
        HistoryKind::Reversed => "Reversed",
        HistoryKind::Locked => "Locked",
        HistoryKind::Paid => "Paid",
        HistoryKind::Held => "Held",
        HistoryKind::Restored => "Restored",
        HistoryKind::Corrected => "Corrected",
        HistoryKind::Returned => "Payment failed",
        HistoryKind::Converted => "Converted",
        HistoryKind::Admitted => "Admitted",
        HistoryKind::ReturnAsked => "Return asked for",
        HistoryKind::ReturnDeclined => "Return declined",
        HistoryKind::Released => "Released",
    }
}
