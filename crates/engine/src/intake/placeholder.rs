//! Values that name nobody, because many senders share them.

use std::collections::HashSet;
use std::sync::LazyLock;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::hex::hex;

const LISTED: &str = include_str!("../../data/placeholders.txt");

static VALUES: LazyLock<HashSet<&str>> = LazyLock::new(|| LISTED.lines().filter(|line| is_entry(line)).collect());

/// Hashes of what the list names, and of nothing: senders hash whatever they have.
static HASHES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let both = |value: &str| [hex(&Sha256::digest(value)), hex(&Sha1::digest(value))];
    VALUES.iter().copied().chain([""]).flat_map(both).collect()
});

fn is_entry(line: &str) -> bool {
    // A line that begins with # and a letter of the list, such as #n/a, is an entry.
    !line.is_empty() && !line.starts_with("# ")
}

/// What templates write around a name, and leave there when nothing fills it.
const TEMPLATES: [(&str, &str); 8] =
    [("{{", "}}"), ("${", "}"), ("#{", "}"), ("[[", "]]"), ("%%", "%%"), ("<%", "%>"), ("{%", "%}"), ("__", "__")];

const WRAPPERS: [(char, char); 6] = [('"', '"'), ('\'', '\''), ('(', ')'), ('[', ']'), ('<', '>'), ('{', '}')];

/// Whether a value names nobody, whatever kind it is of.
pub fn is_placeholder(value: &str) -> bool {
    let lower = value.to_lowercase();
    if VALUES.contains(lower.as_str()) || VALUES.contains(unwrapped(&lower)) || is_hollow(&lower) {
        return true;
    }
    let template = |(open, close): &(&str, &str)| {
        lower.len() > open.len() + close.len() && lower.starts_with(open) && lower.ends_with(close)
    };
    let mailbox = lower.split_once('@').map(|(local, _)| &lower[..=local.len()]);
    TEMPLATES.iter().any(template) || mailbox.is_some_and(|mailbox| VALUES.contains(mailbox))
}

/// Whether it is the hash of a value that names nobody, in hex and lower case.
pub fn is_hash_of_placeholder(hash: &str) -> bool {
    HASHES.contains(hash)
}

/// Without the quotes and brackets around it.
fn unwrapped(mut value: &str) -> &str {
    while let Some(inner) = WRAPPERS.iter().find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close)) {
        value = inner.trim();
    }
    value
}

/// Nothing but zeros, dashes and the like, or one letter that stands for what was crossed out.
fn is_hollow(value: &str) -> bool {
    let filler = |letter: char| matches!(letter, '0' | '-' | ' ' | '.' | '_' | '/' | ',' | ':' | '?');
    let crossed_out = |letter: char| matches!(letter, 'x' | '*' | '#');
    let bare = unwrapped(value);
    bare.chars().all(filler) || (bare.len() > 1 && bare.chars().all(crossed_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_when_they_know_nothing_names_nobody() {
        for value in [
            "null",
            "NULL",
            "\"null\"",
            "(not set)",
            "[object Object]",
            "<undefined>",
            "('none')",
            "Guest",
            "0",
            "000-000",
            "--",
            "-1",
            "#N/A",
            "\\N",
            "n/a",
            "NaN",
            "{{customer.id}}",
            "${userId}",
            "%%EMAIL%%",
            "[[id]]",
            "<%= id %>",
            "__CUSTOMER_ID__",
            "xxxx",
            "****",
            "{00000000-0000-0000-0000-000000000000}",
            "9774D56D682E549C",
            "test@test.com",
            "NoReply@shop.example",
            "anonymous@guest.example",
            "[]",
            "{}",
        ] {
            assert!(is_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn what_names_somebody_is_none() {
        for value in [
            "8431",
            "1",
            "100",
            "nullerson",
            "ann@example.com",
            "guest-8431",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "x1",
            "Nilsson",
            "testa@example.com",
            "none-such@example.com",
            "__init",
            "Ø",
        ] {
            assert!(!is_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn a_hash_of_a_placeholder_is_one() {
        for value in ["", "null", "undefined", "test@test.com"] {
            assert!(is_hash_of_placeholder(&hex(&Sha256::digest(value))), "{value:?}");
            assert!(is_hash_of_placeholder(&hex(&Sha1::digest(value))), "{value:?}");
        }
        assert!(!is_hash_of_placeholder(&hex(&Sha256::digest("ann@example.com"))));
    }

    #[test]
    fn the_list_is_in_lower_case_and_says_nothing_twice() {
        let lines: Vec<&str> = LISTED.lines().filter(|line| is_entry(line)).collect();
        assert!(lines.iter().all(|line| **line == line.to_lowercase() && *line == line.trim()));
        assert_eq!(lines.len(), VALUES.len());
    }
}
