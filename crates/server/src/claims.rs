//! What people and programs type of promo codes, assigned values and groups of partners, checked in one place.

use referee_core::program::{CodePolicy, GroupCredit, ValueKind};
use referee_core::time::Timestamp;
use referee_engine::intake::assigned;
use referee_engine::limits::{GROUP_MEMBERS_MAX, TEXT_CHARS_MAX};

/// When a code gives an order to its partner, as forms and the API name it, with a sentence for people.
pub const CODE_POLICIES: [(CodePolicy, &str, &str); 3] = [
    (CodePolicy::Always, "always", "Always: its partner earns what is bought with it, also without any click."),
    (CodePolicy::Involved, "involved", "Involved: only if its partner has a touchpoint that may be credited."),
    (CodePolicy::Winner, "winner", "Winner: only if its partner would have won without the code."),
];

/// How the members of a group are credited.
pub const GROUP_CREDITS: [(GroupCredit, &str, &str); 3] = [
    (GroupCredit::Normal, "normal", "Normal: as everybody."),
    (GroupCredit::Yields, "yields", "Yields: loses to any partner outside who has a touchpoint that may be credited."),
    (GroupCredit::Never, "never", "Never: earns by promo codes and assigned values alone."),
];

pub const VALUE_KINDS: [(ValueKind, &str, &str); 2] =
    [(ValueKind::Url, "url", "Address"), (ValueKind::Phone, "phone", "Phone number")];

pub fn code_policy_name(policy: CodePolicy) -> &'static str {
    CODE_POLICIES.iter().find(|(it, _, _)| *it == policy).map_or("", |(_, name, _)| name)
}

pub fn code_policy(name: &str) -> Result<CodePolicy, &'static str> {
    let found = CODE_POLICIES.iter().find(|(_, it, _)| *it == name);
    found.map(|(policy, _, _)| *policy).ok_or("It is always, involved or winner.")
}

pub fn group_credit_name(credit: GroupCredit) -> &'static str {
    GROUP_CREDITS.iter().find(|(it, _, _)| *it == credit).map_or("", |(_, name, _)| name)
}

pub fn group_credit(name: &str) -> Result<GroupCredit, &'static str> {
    let found = GROUP_CREDITS.iter().find(|(_, it, _)| *it == name);
    found.map(|(credit, _, _)| *credit).ok_or("It is normal, yields or never.")
}

pub fn value_kind_name(kind: ValueKind) -> &'static str {
    VALUE_KINDS.iter().find(|(it, _, _)| *it == kind).map_or("", |(_, name, _)| name)
}

pub fn value_kind(name: &str) -> Result<ValueKind, &'static str> {
    let found = VALUE_KINDS.iter().find(|(_, it, _)| *it == name);
    found.map(|(kind, _, _)| *kind).ok_or("It is url or phone.")
}

/// A promo code or a pattern of codes, in upper case.
pub fn code(text: &str) -> Result<String, &'static str> {
    let code = text.trim().to_uppercase();
    if code.is_empty() || code.chars().count() > TEXT_CHARS_MAX {
        return Err("It has 1 to 255 characters.");
    }
    if code.chars().all(|letter| letter == '*') {
        return Err("It has a letter or digit beside the *, or it would be every code.");
    }
    Ok(code)
}

/// A value as it is kept.
pub fn value(kind: ValueKind, text: &str) -> Result<String, &'static str> {
    match kind {
        ValueKind::Url => {
            assigned::address(text).ok_or("It is not an address such as www.shop.com/trail, of 255 characters at most.")
        }
        ValueKind::Phone => assigned::phone(text).ok_or("It is not a phone number of 3 to 20 digits."),
    }
}

/// When something begins or ends: a moment of ISO 8601.
pub fn moment(text: &str) -> Result<Timestamp, &'static str> {
    let at: Result<jiff::Timestamp, _> = text.trim().parse();
    at.map(|at| Timestamp(at.as_millisecond())).map_err(|_| "It is a moment such as 2026-05-01T00:00:00Z.")
}

/// What ends does so after it began.
pub fn period(starts_at: Option<Timestamp>, ends_at: Option<Timestamp>) -> Result<(), &'static str> {
    match (starts_at, ends_at) {
        (Some(start), Some(end)) if end <= start => Err("The end comes after the start."),
        _ => Ok(()),
    }
}

pub fn members(count: usize) -> Result<(), &'static str> {
    if count <= GROUP_MEMBERS_MAX { Ok(()) } else { Err("A group has at most 5,000 members.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_patterns_but_never_all_codes() {
        assert_eq!(code(" trail* ").unwrap(), "TRAIL*");
        for text in ["", "*", "**", &"x".repeat(256)] {
            assert!(code(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_ends_has_begun() {
        let (may, june) = (moment("2026-05-01T00:00:00Z").unwrap(), moment("2026-06-01T02:00:00+02:00").unwrap());
        assert!(period(Some(may), Some(june)).is_ok() && period(None, Some(may)).is_ok());
        assert!(period(Some(june), Some(may)).is_err() && period(Some(may), Some(may)).is_err());
        assert!(moment("soon").is_err());
    }
}
