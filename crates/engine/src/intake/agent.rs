//! What a user agent says it is: a browser, a robot, a preview, an assistant; a phone or a desk.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use referee_core::fact::{Agent, Device};

struct Agents {
    pieces: AhoCorasick,
    classes: Vec<Agent>,
}

static AGENTS: LazyLock<Agents> = LazyLock::new(|| {
    let lines = include_str!("../../data/agents.txt").lines().filter(|line| !line.starts_with('#'));
    let (classes, pieces): (Vec<Agent>, Vec<&str>) = lines.filter_map(class_and_piece).unzip();
    let pieces = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        // Where several match at one place, the line that stands first decides.
        .match_kind(MatchKind::LeftmostFirst)
        .build(pieces)
        .expect("the list of agents is part of the program and was built by its tests");
    Agents { pieces, classes }
});

fn class_and_piece(line: &str) -> Option<(Agent, &str)> {
    let (class, piece) = line.split_once(' ')?;
    let class = match class {
        "preview" => Agent::Preview,
        "bot" => Agent::Bot,
        "assistant" => Agent::Assistant,
        _ => return None,
    };
    Some((class, piece))
}

/// User agents remembered by each thread: few names make up most of the traffic. Past it, all are forgotten.
const REMEMBERED_MAX: usize = 1_024;
/// Longer ones are rare and not remembered.
const REMEMBERED_CHARS_MAX: usize = 512;

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, (Agent, Device)>> = RefCell::default();
}

/// What a user agent says it is.
pub fn classify(user_agent: &str) -> (Agent, Device) {
    REMEMBERED.with_borrow_mut(|remembered| {
        if let Some(known) = remembered.get(user_agent) {
            return *known;
        }
        let classes = (agent(user_agent), device(user_agent));
        if user_agent.len() <= REMEMBERED_CHARS_MAX {
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(user_agent.to_owned(), classes);
        }
        classes
    })
}

/// The class of a user agent. An assistant that also calls itself a bot is an assistant.
fn agent(user_agent: &str) -> Agent {
    let agents = &*AGENTS;
    let mut found = None;
    for piece in agents.pieces.find_iter(user_agent) {
        match agents.classes[piece.pattern().as_usize()] {
            Agent::Assistant => return Agent::Assistant,
            class => found = found.or(Some(class)),
        }
    }
    found.unwrap_or_else(|| if user_agent.starts_with("Mozilla/") { Agent::Browser } else { Agent::Unknown })
}

fn device(user_agent: &str) -> Device {
    let has = |piece: &str| user_agent.contains(piece);
    if has("iPad") || has("Tablet") || (has("Android") && !has("Mobile")) {
        Device::Tablet
    } else if has("iPhone") || has("Mobile") {
        Device::Phone
    } else if has("Windows NT") || has("Macintosh") || has("X11") {
        Device::Desktop
    } else {
        Device::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

    #[test]
    fn agents_are_what_they_say() {
        for (user_agent, class, kind) in [
            (CHROME, Agent::Browser, Device::Desktop),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1",
                Agent::Browser,
                Device::Phone,
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-X710) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36",
                Agent::Browser,
                Device::Tablet,
            ),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent::Bot, Device::Unknown),
            ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", Agent::Preview, Device::Unknown),
            (
                "Mozilla/5.0 AppleWebKit/537.36 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)",
                Agent::Assistant,
                Device::Unknown,
            ),
            ("curl/8.5.0", Agent::Unknown, Device::Unknown),
            ("", Agent::Unknown, Device::Unknown),
        ] {
            assert_eq!(classify(user_agent), (class, kind), "{user_agent}");
            assert_eq!(classify(user_agent), (class, kind), "remembered: {user_agent}");
        }
    }

    #[test]
    fn every_line_of_the_list_counts() {
        let lines = include_str!("../../data/agents.txt").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let (class, piece) = class_and_piece(line).unwrap_or_else(|| panic!("{line}"));
            assert_ne!(agent(&format!("x {piece} y")), Agent::Unknown, "{class:?} {piece}");
        }
    }
}
