//! `cargo xtask faults`: breaks engines and processes under load, on every pair of engines, one after the other.
//!
//! The tests are those of the server; here they are built, run in their long form, and said in a line each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

const PREFIX: &str = "faults::";
/// Tests of the servers of JetStream: there is one pair with those.
const JETSTREAM_ONLY: &str = "faults::stream::";
const PAIRS: [&str; 2] = ["postgres", "jetstream"];

#[derive(Default)]
pub struct Options {
    short: bool,
    /// Part of the names of what is run.
    only: String,
    pair: Option<String>,
}

impl Options {
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Options> {
        let mut options = Options::default();
        while let Some(flag) = words.next() {
            match flag.as_str() {
                "--short" => options.short = true,
                "--only" => options.only = words.next().context("--only needs a word")?,
                "--pair" => {
                    let pair = words.next().filter(|it| PAIRS.contains(&it.as_str()));
                    options.pair = Some(pair.context("--pair needs postgres or jetstream")?);
                }
                _ => bail!("{flag} is not known"),
            }
        }
        Ok(options)
    }

    fn wants(&self, fault: &Fault) -> bool {
        fault.test.contains(&self.only) && self.pair.as_deref().is_none_or(|pair| pair == fault.pair)
    }
}

/// A test on a pair of engines.
struct Fault {
    test: String,
    pair: &'static str,
}

impl Fault {
    fn name(&self) -> String {
        let test = self.test.rsplit("::").next().unwrap_or(&self.test);
        format!("{} ({})", test.replace('_', " "), self.pair)
    }
}

pub fn run(options: &Options) -> Result<()> {
    let program = build()?;
    let faults: Vec<Fault> = list(&program)?.into_iter().filter(|fault| options.wants(fault)).collect();
    ensure!(!faults.is_empty(), "there is no such fault");
    let folder = program.parent().and_then(Path::parent).context("the tests lie in the target folder")?.join("faults");
    fs::create_dir_all(&folder)?;
    let mut failed = 0;
    for fault in &faults {
        let words = folder.join(format!("{}-{}.txt", fault.test.replace("::", "-"), fault.pair));
        let began = Instant::now();
        let passed = test(&program, fault, options, &words)?;
        let seconds = began.elapsed().as_secs();
        let said = String::from_utf8_lossy(&fs::read(&words)?).into_owned();
        let measured = said.lines().find_map(|line| line.split_once("measured: ")).map_or("", |(_, rest)| rest);
        if passed {
            println!("passed  {}, {seconds} s: {measured}", fault.name());
        } else {
            failed += 1;
            println!("FAILED  {}, {seconds} s: {}", fault.name(), words.display());
        }
    }
    println!("{} passed, {failed} failed", faults.len() - failed);
    ensure!(failed == 0, "what was said is in {}", folder.display());
    Ok(())
}

/// Builds the server's tests; where they lie.
fn build() -> Result<PathBuf> {
    let output = Command::new("cargo")
        .args(["test", "--package", "referee-server", "--test", "it", "--no-run", "--message-format", "json"])
        .stderr(Stdio::inherit())
        .output()
        .context("run cargo")?;
    ensure!(output.status.success(), "the tests can't be built");
    let lines = String::from_utf8(output.stdout)?;
    let mut executables = lines.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        (message["target"]["name"] == "it").then(|| message["executable"].as_str().map(PathBuf::from))?
    });
    executables.next_back().context("cargo says where the tests lie")
}

fn list(program: &Path) -> Result<Vec<Fault>> {
    let output = Command::new(program).args([PREFIX, "--list", "--format", "terse"]).output()?;
    ensure!(output.status.success(), "the tests can't be listed");
    let lines = String::from_utf8(output.stdout)?;
    let tests = lines.lines().filter_map(|line| line.strip_suffix(": test"));
    let faults = tests.flat_map(|test| {
        let pairs = PAIRS.iter().filter(|pair| **pair == "jetstream" || !test.starts_with(JETSTREAM_ONLY));
        pairs.map(|pair| Fault { test: test.to_owned(), pair })
    });
    Ok(faults.collect())
}

/// Runs one; what it says goes to a file.
fn test(program: &Path, fault: &Fault, options: &Options, words: &Path) -> Result<bool> {
    let file = fs::File::create(words)?;
    let mut command = Command::new(program);
    command.args([fault.test.as_str(), "--exact", "--nocapture"]).env("REFEREE_FAULTS_PAIR", fault.pair);
    if !options.short {
        command.env("REFEREE_FAULTS_LONG", "1");
    }
    let status = command.stdout(file.try_clone()?).stderr(file).status()?;
    Ok(status.success())
}
