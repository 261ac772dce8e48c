//! What people and programs type when they set something up, checked in one place.

use std::net::IpAddr;

use referee_core::config::Config;
use referee_core::id::{EventTypeId, ProgramId};
use referee_core::program::CreditPolicy;
use referee_engine::domain::is_name;
use referee_engine::intake::click::is_slug;
use referee_engine::limits::{PROGRAM_HOSTS_MAX, SETTLE_HOURS_MAX, URL_CHARS_MAX};
use url::Url;

/// Paths on a tracking host that are ours.
const RESERVED: [&str; 7] = ["c", "i", "pt", "tag", "robots", "healthz", "PageLoad"];

/// A name is read in lists: longer, and it says no more.
const NAME_CHARS_MAX: usize = 200;

/// How an order may be shared, as forms and the API name it, with a sentence for people.
pub const CREDIT_POLICIES: [(CreditPolicy, &str, &str); 5] = [
    (CreditPolicy::Last, "last", "Last click: the last click before the order earns all of it."),
    (CreditPolicy::First, "first", "First click: the first click of the buyer earns all of it."),
    (CreditPolicy::Linear, "linear", "Linear: every click has the same share."),
    (
        CreditPolicy::Position,
        "position",
        "Position: the first and the last click have 40 % each, those between share the rest.",
    ),
    (CreditPolicy::TimeDecay, "time_decay", "Time decay: a click has half the weight of one that is a week newer."),
];

pub fn credit_name(policy: CreditPolicy) -> &'static str {
    CREDIT_POLICIES.iter().find(|(it, _, _)| *it == policy).map_or("", |(_, name, _)| name)
}

pub fn credit(name: &str) -> Result<CreditPolicy, &'static str> {
    let found = CREDIT_POLICIES.iter().find(|(_, it, _)| *it == name);
    found.map(|(policy, _, _)| *policy).ok_or("It is last, first, linear, position or time_decay.")
}

/// An event type whose partners earn the children. It can't be below its own child.
pub fn parent(
    config: &Config,
    program: ProgramId,
    child: Option<EventTypeId>,
    parent: EventTypeId,
) -> Result<EventTypeId, &'static str> {
    let mut above = Some(parent);
    while let Some(id) = above {
        if Some(id) == child {
            return Err("It is this event type itself, or has it for a parent.");
        }
        above = config.event_types.get(&(program, id)).ok_or("The program has no such event type.")?.parent;
    }
    Ok(parent)
}

pub fn settle_hours(hours: u32) -> Result<u32, &'static str> {
    if hours <= SETTLE_HOURS_MAX { Ok(hours) } else { Err("It is at most 720 hours, which is 30 days.") }
}

/// Where visitors land: an absolute address of the web.
pub fn landing_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| "It is not an absolute address such as https://www.shop.com/.")?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("It is not an address of the web.");
    }
    if text.len() > URL_CHARS_MAX || !url.username().is_empty() {
        return Err("It is too long, or carries a user name.");
    }
    Ok(url.into())
}

/// What something is called.
pub fn name(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS_MAX {
        return Err("A name has 1 to 200 characters.");
    }
    Ok(text.to_owned())
}

/// The path of a vanity link.
pub fn slug(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if !is_slug(text) {
        return Err("It has 1 to 64 letters, digits, hyphens or underscores.");
    }
    if RESERVED.iter().any(|taken| taken.eq_ignore_ascii_case(text)) {
        return Err("This path is the server's own.");
    }
    Ok(text.to_owned())
}

/// Hosts, one a line or after a comma: lower case, without scheme, port or path.
pub fn hosts(text: &str) -> Result<Vec<String>, String> {
    let words = text.split([',', '\n', ' ', '\r']).map(str::trim).filter(|word| !word.is_empty());
    let read: Result<Vec<String>, String> = words
        .map(|word| {
            let bare = word.strip_prefix("*.").unwrap_or(word).to_ascii_lowercase();
            if is_name(&bare) || bare.parse::<IpAddr>().is_ok() {
                Ok(word.to_ascii_lowercase())
            } else {
                Err(format!("{word} is not a host such as www.shop.com or *.shop.com."))
            }
        })
        .collect();
    match read {
        Ok(hosts) if hosts.len() > PROGRAM_HOSTS_MAX => Err(format!("At most {PROGRAM_HOSTS_MAX} hosts are taken.")),
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_landings() {
        assert!(landing_url("https://www.shop.com/boots").is_ok());
        for text in ["", "/boots", "javascript:alert(1)", "data:text/html,x", "https://a@b.com/", "ftp://x.y/"] {
            assert!(landing_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn hosts_are_read_from_what_people_paste() {
        assert_eq!(hosts("WWW.Shop.com, *.shop.de\n").unwrap(), ["www.shop.com", "*.shop.de"]);
        for text in ["https://www.shop.com/", "go.shop.com.", "go..shop.com", "-go.shop.com", "go_.shop.com", "."] {
            assert!(hosts(text).is_err(), "{text}");
        }
        assert!(hosts("127.0.0.1, localhost").is_ok());
        assert!(slug("tag").is_err() && slug("a b").is_err() && slug("spring-sale").is_ok());
    }
}
