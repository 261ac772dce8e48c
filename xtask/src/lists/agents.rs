//! `cargo xtask refresh-agents FOLDER`: the patterns of the npm package crawler-user-agents.

use std::fmt::Write;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{folder, read, write};

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: String,
}

#[derive(Deserialize)]
struct Entry {
    pattern: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// The package's tags as our words. Where a pattern has several, the first one here decides: what else a robot does
/// matters less than that it feeds a model or drives a browser.
const KINDS: [(&str, &str); 12] = [
    ("ai-crawler", "ai"),
    ("browser-automation", "automation"),
    ("search-engine", "search"),
    ("monitoring", "monitoring"),
    ("seo", "seo"),
    ("scanner", "scanner"),
    ("advertising", "advertising"),
    ("feed-reader", "feed"),
    ("archiver", "archiver"),
    ("academic", "academic"),
    ("social-preview", "preview"),
    ("http-library", "library"),
];

pub fn refresh(words: impl Iterator<Item = String>) -> Result<()> {
    let folder = folder(words, "cargo xtask refresh-agents FOLDER, such as node_modules/crawler-user-agents")?;
    let package: Package = serde_json::from_str(&read(&folder.join("package.json"))?).context("read package.json")?;
    if package.name != "crawler-user-agents" || package.license != "MIT" {
        bail!("that is {} under {}: expected crawler-user-agents under MIT", package.name, package.license);
    }
    let json = read(&folder.join("crawler-user-agents.json"))?;
    let entries: Vec<Entry> = serde_json::from_str(&json).context("read crawler-user-agents.json")?;
    let mut text = format!(
        "# Robots that declare themselves: kind and pattern, with a tab between. From the package {} {},\n\
         # under the MIT licence in crawlers.LICENSE. Made by `cargo xtask refresh-agents`; do not edit: what is wrong\n\
         # here is put right in agents.txt, which is asked first.\n",
        package.name, package.version
    );
    for entry in &entries {
        writeln!(text, "{}\t{}", kind(entry), entry.pattern.replace("\\/", "/"))?;
    }
    write("crawlers.tsv", &text)?;
    write("crawlers.LICENSE", &read(&folder.join("LICENSE"))?)
}

fn kind(entry: &Entry) -> &'static str {
    let found = KINDS.iter().find(|(tag, _)| entry.tags.iter().any(|it| it == tag));
    found.map_or("bot", |(_, kind)| kind)
}
