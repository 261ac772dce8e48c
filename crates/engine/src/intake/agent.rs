//! What a user agent says it is: a browser, a robot and of what trade, a preview, an assistant, a library.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use referee_core::fact::{Agent, Robot};
use regex::RegexSet;

use super::client::{self, Client};

/// What a line of a list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Is(Agent, Robot),
    /// A robot, unless a list knows better.
    Generic,
}

impl Kind {
    fn named(word: &str) -> Option<Kind> {
        let robot = |trade| Some(Kind::Is(Agent::Bot, trade));
        match word {
            "assistant" => Some(Kind::Is(Agent::Assistant, Robot::Unknown)),
            "preview" => Some(Kind::Is(Agent::Preview, Robot::Unknown)),
            "automation" => Some(Kind::Is(Agent::Automation, Robot::Unknown)),
            "library" => Some(Kind::Is(Agent::Library, Robot::Unknown)),
            "browser" => Some(Kind::Is(Agent::Browser, Robot::Unknown)),
            "bot" => robot(Robot::Unknown),
            "search" => robot(Robot::Search),
            "ai" => robot(Robot::AiCrawler),
            "seo" => robot(Robot::Seo),
            "monitoring" => robot(Robot::Monitoring),
            "scanner" => robot(Robot::Scanner),
            "advertising" => robot(Robot::Advertising),
            "feed" => robot(Robot::FeedReader),
            "archiver" => robot(Robot::Archiver),
            "academic" => robot(Robot::Academic),
            "generic" => Some(Kind::Generic),
            _ => None,
        }
    }
}

/// The project's own list.
struct Own {
    pieces: AhoCorasick,
    kinds: Vec<Kind>,
}

static OWN: LazyLock<Own> = LazyLock::new(|| {
    let (kinds, pieces): (Vec<Kind>, Vec<&str>) = own_lines().unzip();
    let pieces = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        // Where several match at one place, the longest decides.
        .match_kind(MatchKind::LeftmostLongest)
        .build(pieces)
        .expect("the list of agents is part of the program and was built by its tests");
    Own { pieces, kinds }
});

fn own_lines() -> impl Iterator<Item = (Kind, &'static str)> {
    let lines = include_str!("../../data/agents.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).filter_map(|(kind, piece)| Some((Kind::named(kind)?, piece)))
}

/// The list of the package. Nearly all of its patterns are plain text, which one automaton finds together.
struct Crawlers {
    plain: AhoCorasick,
    of_plain: Vec<Kind>,
    patterns: RegexSet,
    of_patterns: Vec<Kind>,
}

static CRAWLERS: LazyLock<Crawlers> = LazyLock::new(|| {
    let (plain, patterns): (Vec<_>, Vec<_>) =
        crawler_lines().map(|(kind, pattern)| (kind, pattern, plain(pattern))).partition(|(.., plain)| plain.is_some());
    let (of_plain, texts): (Vec<Kind>, Vec<String>) =
        plain.into_iter().filter_map(|(kind, _, text)| Some((kind, text?))).unzip();
    let (of_patterns, patterns): (Vec<Kind>, Vec<&str>) =
        patterns.into_iter().map(|(kind, pattern, _)| (kind, pattern)).unzip();
    let built = "the list of crawlers is part of the program and was built by its tests";
    let plain = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(texts).expect(built);
    Crawlers { plain, of_plain, patterns: RegexSet::new(patterns).expect(built), of_patterns }
});

fn crawler_lines() -> impl Iterator<Item = (Kind, &'static str)> {
    let lines = include_str!("../../data/crawlers.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).filter_map(|(kind, text)| Some((Kind::named(kind)?, text)))
}

/// A pattern that stands for itself, without its escapes.
fn plain(pattern: &str) -> Option<String> {
    let mut text = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next().filter(|escaped| escaped.is_ascii_punctuation())?),
            '.' | '^' | '$' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            _ => text.push(letter),
        }
    }
    Some(text)
}

/// All that a user agent tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub agent: Agent,
    pub robot: Robot,
    pub client: Client,
}

/// User agents remembered by each thread: few names make up most of the traffic. Past it, all are forgotten.
const REMEMBERED_MAX: usize = 1_024;
/// Longer ones are rare and not remembered.
const REMEMBERED_CHARS_MAX: usize = 512;

thread_local! {
    static REMEMBERED: RefCell<HashMap<String, Told>> = RefCell::default();
}

/// What a user agent says it is.
pub fn classify(user_agent: &str) -> Told {
    REMEMBERED.with_borrow_mut(|remembered| {
        if let Some(known) = remembered.get(user_agent) {
            return *known;
        }
        let told = read(user_agent);
        if user_agent.len() <= REMEMBERED_CHARS_MAX {
            if remembered.len() >= REMEMBERED_MAX {
                remembered.clear();
            }
            remembered.insert(user_agent.to_owned(), told);
        }
        told
    })
}

/// The same, without remembering it.
pub fn read(user_agent: &str) -> Told {
    let (agent, robot) = agent(user_agent);
    Told { agent, robot, client: client::read(user_agent) }
}

fn agent(user_agent: &str) -> (Agent, Robot) {
    if user_agent.trim().is_empty() {
        return (Agent::Empty, Robot::Unknown);
    }
    let own = &*OWN;
    let (mut first, mut library, mut generic, mut exception) = (None, false, false, false);
    for piece in own.pieces.find_iter(user_agent) {
        match own.kinds[piece.pattern().as_usize()] {
            Kind::Is(Agent::Assistant, robot) => return (Agent::Assistant, robot),
            Kind::Is(Agent::Browser, _) => exception = true,
            Kind::Is(Agent::Library, _) => library = true,
            Kind::Is(agent, robot) => first = first.or(Some((agent, robot))),
            Kind::Generic => generic = true,
        }
    }
    if let Some(found) = first {
        return found;
    }
    // Many robots name the library that they are built with.
    if library {
        return (Agent::Library, Robot::Unknown);
    }
    if !exception && let Some(found) = crawler(user_agent) {
        return found;
    }
    if generic {
        return (Agent::Bot, Robot::Unknown);
    }
    (if client::is_browser(user_agent) { Agent::Browser } else { Agent::Unknown }, Robot::Unknown)
}

fn crawler(user_agent: &str) -> Option<(Agent, Robot)> {
    let crawlers = &*CRAWLERS;
    let plain = crawlers.plain.find(user_agent).map(|found| crawlers.of_plain[found.pattern().as_usize()]);
    let kind = plain.or_else(|| {
        let found = crawlers.patterns.matches(user_agent).into_iter().next()?;
        Some(crawlers.of_patterns[found])
    })?;
    match kind {
        Kind::Is(agent, robot) => Some((agent, robot)),
        Kind::Generic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_list_says_is_what_is_told() {
        for (user_agent, told) in [
            ("", (Agent::Empty, Robot::Unknown)),
            ("curl/8.5.0", (Agent::Library, Robot::Unknown)),
            ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", (Agent::Preview, Robot::Unknown)),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", (Agent::Bot, Robot::Search)),
            // An assistant that also calls itself a bot.
            ("Mozilla/5.0 (compatible; ChatGPT-User/1.0; +https://openai.com/bot)", (Agent::Assistant, Robot::Unknown)),
            // Known to the package only, with its trade.
            ("Mozilla/5.0 (compatible; KunatoCrawler/1.0)", (Agent::Bot, Robot::AiCrawler)),
            // Known to nobody.
            ("Mozilla/5.0 (compatible; HedgehogBot/0.1; +https://hedgehog.example)", (Agent::Bot, Robot::Unknown)),
            ("Hedgehog", (Agent::Unknown, Robot::Unknown)),
        ] {
            assert_eq!(agent(user_agent), told, "{user_agent}");
            let remembered = [classify(user_agent), classify(user_agent)];
            assert!(remembered.iter().all(|it| (it.agent, it.robot) == told), "remembered: {user_agent}");
        }
    }

    #[test]
    fn every_line_of_the_lists_counts() {
        let lines = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(own_lines().count(), lines(include_str!("../../data/agents.txt")));
        assert_eq!(crawler_lines().count(), lines(include_str!("../../data/crawlers.tsv")));
        for (kind, piece) in own_lines() {
            assert_eq!(piece, piece.to_ascii_lowercase());
            let expected = match kind {
                Kind::Is(Agent::Browser, _) => (Agent::Browser, Robot::Unknown),
                Kind::Is(agent, robot) => (agent, robot),
                Kind::Generic => (Agent::Bot, Robot::Unknown),
            };
            assert_eq!(agent(&format!("Mozilla/5.0 {piece} y")), expected, "{piece}");
        }
        let crawlers = &*CRAWLERS;
        assert!(crawlers.of_plain.len() > 20 * crawlers.of_patterns.len(), "most patterns are plain text");
    }
}
