//! What platforms of shops and advertising say for a visitor, as pairs of a name and a word.

use super::Opinion;

/// More pairs than any of them has.
const PAIRS_MAX: usize = 20;

/// Google Consent Mode: `ad_storage=granted,ad_user_data=denied`. Only storage for advertising, and with it the use of the
/// visitor's data, is asked for here.
pub fn consent_mode(text: &str) -> Opinion {
    let said = |name: &str, word: &str| match (name, word) {
        ("ad_storage" | "ad_user_data", "denied") => Opinion::No,
        ("ad_storage", "granted") => Opinion::Yes,
        (_, "granted" | "denied") => Opinion::Silent,
        _ => Opinion::Unreadable,
    };
    pairs(text, said)
}

/// Shopify's customer privacy: `marketing=yes,sale=no`.
pub fn shopify(text: &str) -> Opinion {
    let said = |name: &str, word: &str| match (name, word) {
        ("marketing" | "sale", "no") => Opinion::No,
        ("marketing", "yes") => Opinion::Yes,
        // Nobody was asked.
        (_, "yes" | "no" | "") => Opinion::Silent,
        _ => Opinion::Unreadable,
    };
    pairs(text, said)
}

fn pairs(text: &str, said: impl Fn(&str, &str) -> Opinion) -> Opinion {
    let text = text.to_ascii_lowercase();
    if text.split(',').count() > PAIRS_MAX {
        return Opinion::Unreadable;
    }
    let opinion = |pair: &str| match pair.split_once('=') {
        Some((name, word)) if is_name(name.trim()) => said(name.trim(), word.trim()),
        _ => Opinion::Unreadable,
    };
    text.split(',').map(opinion).fold(Opinion::Silent, Opinion::and)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
