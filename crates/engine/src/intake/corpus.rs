//! How right the reading of user agents is: a list of those whose truth is known, and the page that says what came out.

use std::collections::BTreeMap;
use std::fmt::Write;

use expect_test::expect_file;

use super::agent::{self, Told};
use crate::log::names::word;

const BROWSERS: &str = include_str!("../../testdata/agents/browsers.tsv");
const ROBOTS: &str = include_str!("../../testdata/agents/robots.tsv");

/// What a line of the list says.
struct Known {
    /// Class, trade, device, system and browser; `-` is not asked.
    truth: [&'static str; 5],
    user_agent: &'static str,
}

fn known(list: &'static str) -> Vec<Known> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let read = lines.map(|line| {
        let mut parts = line.splitn(6, '\t');
        let truth = std::array::from_fn(|_| parts.next().unwrap_or_else(|| panic!("six parts: {line:?}")));
        Known { truth, user_agent: parts.next().unwrap_or_else(|| panic!("a user agent: {line:?}")) }
    });
    read.collect()
}

fn told(it: &Told) -> [String; 5] {
    let client = &it.client;
    [word(it.agent), word(it.robot), word(client.device), word(client.system), word(client.browser)]
}

/// How many of one class there are, and as what they were read.
#[derive(Default)]
struct Tally {
    all: usize,
    right: usize,
    as_browser: usize,
    as_other: usize,
}

const INTRO: &str = "# How right user agents are read

Written by a test of the engine from its own list of user agents whose truth is known: browsers of all kinds on all kinds
of devices, and robots, previews, assistants, libraries and driven browsers. What is expected is the truth, also where the
user agent hides it. `UPDATE_EXPECT=1 cargo test -p referee-engine intake::corpus` writes this page anew.

A *false positive* is a person's browser that is not read as one. A *miss* is something else that is read as a browser.
The list is not traffic: the shares below say what each piece of it comes to, not how often it comes. Robots that take the
name of a browser can't be seen by their name at all; the few in the list stand for them. What was found wrong here was put
right in the lists where that could be done without harm to others, so the page flatters them a little.

";

#[test]
fn the_page_says_how_right_user_agents_are_read() {
    let (browsers, robots) = (known(BROWSERS), known(ROBOTS));
    assert!(browsers.len() >= 300 && robots.len() >= 300, "{} and {}", browsers.len(), robots.len());
    let mut page = INTRO.to_owned();
    classes(&mut page, browsers.iter().chain(&robots));
    trades(&mut page, &robots);
    clients(&mut page, &browsers);
    expect_file!["../../../../docs/reference/agents.md"].assert_eq(&page);
}

fn classes<'a>(page: &mut String, all: impl Iterator<Item = &'a Known>) {
    let (mut tallies, mut wrong) = (BTreeMap::<&str, Tally>::new(), Vec::new());
    for it in all {
        let [agent, ..] = told(&agent::read(it.user_agent));
        let tally = tallies.entry(it.truth[0]).or_default();
        tally.all += 1;
        if agent == it.truth[0] {
            tally.right += 1;
            continue;
        }
        *(if agent == "browser" { &mut tally.as_browser } else { &mut tally.as_other }) += 1;
        let what = match (it.truth[0], agent.as_str()) {
            ("browser", _) => "false positive",
            (_, "browser") => "miss",
            _ => "other class",
        };
        wrong.push((what, it.truth[0], agent, it.user_agent));
    }
    line(
        page,
        "## Classes\n\n| what it is | in the list | read as it | read as a browser | read as something else |\n|---|---|---|---|---|",
    );
    for (class, it) in &tallies {
        let browser = if *class == "browser" { "-".to_owned() } else { it.as_browser.to_string() };
        line(page, &format!("| {class} | {} | {} | {browser} | {} |", it.all, it.right, it.as_other));
    }
    wrong.sort();
    let count = |what: &str| wrong.iter().filter(|(it, ..)| *it == what).count();
    line(page, &format!("\nFalse positives: {}. Misses: {}.\n", count("false positive"), count("miss")));
    line(page, "| | it is | read as | user agent |\n|---|---|---|---|");
    for (what, truth, agent, user_agent) in &wrong {
        line(page, &format!("| {what} | {truth} | {agent} | `{user_agent}` |"));
    }
}

fn trades(page: &mut String, robots: &[Known]) {
    let bots: Vec<&Known> = robots.iter().filter(|it| it.truth[0] == "bot").collect();
    let mut wrong = Vec::new();
    for it in &bots {
        let [agent, trade, ..] = told(&agent::read(it.user_agent));
        if agent == "bot" && trade != it.truth[1] {
            wrong.push((it.truth[1], trade, it.user_agent));
        }
    }
    line(page, "\n## Trades of robots\n");
    line(
        page,
        &format!("Of {} robots {} are read with another trade than theirs, or with none.", bots.len(), wrong.len()),
    );
    table(page, &mut wrong);
}

fn clients(page: &mut String, browsers: &[Known]) {
    for (place, title) in [(2, "Devices"), (3, "Operating systems"), (4, "Browsers")] {
        let mut wrong = Vec::new();
        for it in browsers {
            let read = told(&agent::read(it.user_agent))[place].clone();
            if read != it.truth[place] {
                wrong.push((it.truth[place], read, it.user_agent));
            }
        }
        line(page, &format!("\n## {title}\n"));
        line(page, &format!("Of {} browsers {} are read wrongly.", browsers.len(), wrong.len()));
        table(page, &mut wrong);
    }
}

fn table(page: &mut String, wrong: &mut [(&str, String, &str)]) {
    if wrong.is_empty() {
        return;
    }
    wrong.sort();
    line(page, "\n| it is | read as | user agent |\n|---|---|---|");
    for (truth, read, user_agent) in wrong {
        line(page, &format!("| {truth} | {read} | `{user_agent}` |"));
    }
}

fn line(page: &mut String, text: &str) {
    writeln!(page, "{text}").expect("text takes text");
}
