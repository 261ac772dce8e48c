//! Figures, dates and words as people read them.

use maud::{Markup, html};
use referee_core::contract::Payout;
use referee_core::fact::Role;
use referee_core::identity::IdentifierKind;
use referee_core::money::Currency;
use referee_core::program::{CreditPolicy, Standing};
use referee_core::row::{ActionRow, ActionState, Evidence};
use referee_core::time::{Day, Timestamp, Zone};
pub use referee_engine::document::per_cent as rate;
use referee_engine::intake::amount::grouped;
pub use referee_engine::intake::amount::shown as money;
use referee_engine::intake::day::civil;
pub use referee_engine::intake::day::{day_text as day, parse_day};

/// `1,234,567`.
pub fn number(number: i64) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", grouped(&number.unsigned_abs().to_string()))
}

/// `11 Feb 2026, 08:22` in the program's zone.
pub fn date_time(at: Timestamp, zone: &Zone) -> String {
    strftime(at, zone, "%-d %b %Y, %H:%M")
}

/// `08:22:09` today, and with its date before.
pub fn recent(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    if zone.day(at) == zone.day(now) { strftime(at, zone, "%H:%M:%S") } else { date_time(at, zone) }
}

/// `08:22` in the program's zone.
pub fn time(at: Timestamp, zone: &Zone) -> String {
    strftime(at, zone, "%H:%M")
}

/// `11 Feb 2026`.
pub fn date(at: Timestamp, zone: &Zone) -> String {
    strftime(at, zone, "%-d %b %Y")
}

/// When an action locks: a day, or what it waits for.
pub fn locks(action: &ActionRow, zone: &Zone) -> String {
    match action.locks_at {
        _ if action.held => "held".to_owned(),
        Some(at) => date(at, zone),
        None => "open".to_owned(),
    }
}

fn strftime(at: Timestamp, zone: &Zone, form: &str) -> String {
    let local = at.plus_ms(i64::from(zone.offset_minutes(at)) * 60_000);
    match jiff::Timestamp::from_millisecond(local.0) {
        Ok(at) => at.strftime(form).to_string(),
        Err(_) => "–".to_owned(),
    }
}

/// `2026-02-11T07:22:09Z`, as all interfaces write it.
pub fn utc(at: Timestamp) -> String {
    strftime(at, &Zone::utc(), "%Y-%m-%dT%H:%M:%SZ")
}

/// `11 Feb`.
pub fn short_day(day: Day) -> String {
    civil(day).map(|date| date.strftime("%-d %b").to_string()).unwrap_or_default()
}

/// `February 2026`, for the month that begins with a day.
pub fn month(first: Day) -> String {
    civil(first).map(|date| date.strftime("%B %Y").to_string()).unwrap_or_default()
}

pub fn year(first: Day) -> String {
    first.year_and_month().0.to_string()
}

pub fn state(state: ActionState) -> &'static str {
    match state {
        ActionState::Pending => "Pending",
        ActionState::Locked => "Locked",
        ActionState::Paid => "Paid",
        ActionState::Reversed => "Reversed",
    }
}

/// The class that colours a state.
pub fn state_class(state: ActionState) -> &'static str {
    match state {
        ActionState::Pending => "tag pending",
        ActionState::Locked | ActionState::Paid => "tag locked",
        ActionState::Reversed => "tag reversed",
    }
}

/// What a payout is: `8 %`, or an amount.
pub fn payout(payout: Payout, currency: Currency) -> String {
    match payout {
        Payout::Rate { ppm } => rate(ppm),
        Payout::Fixed { amount } => money(amount, currency),
    }
}

pub fn standing(standing: Standing) -> Markup {
    match standing {
        Standing::Active => html! { span.tag.locked { "Active" } },
        Standing::Paused => html! { span.tag.reversed { "Paused" } },
    }
}

pub fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "Active",
        Standing::Paused => "Paused",
    }
}

pub fn identifier_kind(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::CustomerId => "customer",
        IdentifierKind::Email => "e-mail",
        IdentifierKind::Phone => "phone",
        IdentifierKind::Journey => "issued click id",
        IdentifierKind::Visitor => "visitor cookie",
        IdentifierKind::AnonymousId => "anonymous id",
        IdentifierKind::Device => "device",
    }
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Manager => "Manager",
        Role::Finance => "Finance",
        Role::Developer => "Developer",
        Role::Viewer => "Viewer",
        Role::Partner => "Partner",
        Role::Operator => "Operator",
    }
}

pub fn credit(policy: CreditPolicy) -> &'static str {
    match policy {
        CreditPolicy::Last => "Last click",
        CreditPolicy::First => "First click",
        CreditPolicy::Linear => "Linear",
        CreditPolicy::Position => "Position",
        CreditPolicy::TimeDecay => "Time decay",
    }
}

pub fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ForcedPartner => "The brand named the partner",
        Evidence::PromoCode => "The order used a promo code of the partner's",
        Evidence::ClickId => "The report carried the id of the partner's click",
        Evidence::Identifier => "The partner's click was joined to the buyer",
        Evidence::ParentAction => "The partner earned the order that this one follows from",
        Evidence::AssignedUrl => "The buyer came by an address that belongs to the partner",
        Evidence::AssignedPhone => "The buyer called a number that belongs to the partner",
        Evidence::Impression => "The partner's ad was seen, and that impression was joined to the buyer",
        Evidence::Inquiry => "The partner asked for it, and the brand found it right",
        Evidence::Bonus => "The brand gave it as a bonus",
        Evidence::Fee => "The brand gave it as a flat fee",
        Evidence::Clicks => "It is the partner's clicks of a day, which are paid for themselves",
    }
}

#[cfg(test)]
mod tests {
    use referee_core::money::Money;

    use super::*;

    #[test]
    fn figures_read_well() {
        let eur = Currency(*b"EUR");
        assert_eq!(money(Money(1_234_567_500_000), eur), "€1,234,567.50");
        assert_eq!(money(Money(-4_000), eur), "−€0.004");
        assert_eq!(money(Money(5_000_000), Currency(*b"CHF")), "CHF 5.00");
        assert_eq!((number(-1_234), number(999)), ("−1,234".to_owned(), "999".to_owned()));
        assert_eq!(
            (rate(125_000), rate(80_000), rate(1)),
            ("12.5 %".to_owned(), "8 %".to_owned(), "0.0001 %".to_owned())
        );
    }

    #[test]
    fn days_read_back() {
        let some_day = Day(20_500);
        assert_eq!(parse_day(&day(some_day)), Some(some_day));
        assert_eq!(parse_day("yesterday"), None);
    }
}
