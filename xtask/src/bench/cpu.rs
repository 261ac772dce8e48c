//! Processor time of servers, as the kernel counts it: user and system, in whole ticks.

use std::collections::BTreeMap;
use std::ops::Sub;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::process;

/// What a server has used so far, in microseconds.
#[derive(Debug, Clone, Default)]
pub struct Used {
    pub total_us: u64,
    /// Of the threads that are alive, by name.
    pub threads_us: BTreeMap<String, u64>,
}

impl Used {
    /// Of all threads with one of these names.
    pub fn by(&self, names: &[&str]) -> u64 {
        names.iter().filter_map(|name| self.threads_us.get(*name)).sum()
    }
}

impl Sub for Used {
    type Output = Used;

    /// What was used since.
    fn sub(self, before: Used) -> Used {
        let since = |(name, now): (String, u64)| {
            let then = before.threads_us.get(&name).copied().unwrap_or_default();
            (name, now.saturating_sub(then))
        };
        Used {
            total_us: self.total_us.saturating_sub(before.total_us),
            threads_us: self.threads_us.into_iter().map(since).collect(),
        }
    }
}

/// One line of `/proc/PID/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    name: String,
    parent: u32,
    own_ticks: u64,
    /// Of children that ended and were waited for.
    children_ticks: u64,
}

impl Stat {
    fn read(path: &Path) -> Result<Stat> {
        let line = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
        Stat::parse(&line).with_context(|| format!("understand {}", path.display()))
    }

    /// The name stands in brackets and may hold anything; the rest follows the last one.
    fn parse(line: &str) -> Option<Stat> {
        let (head, rest) = line.rsplit_once(')')?;
        let (_, name) = head.split_once('(')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |i: usize| fields.get(i)?.parse::<u64>().ok();
        Some(Stat {
            name: name.to_owned(),
            parent: u32::try_from(number(1)?).ok()?,
            own_ticks: number(11)? + number(12)?,
            children_ticks: number(13)? + number(14)?,
        })
    }
}

/// Reads what processes have used.
pub struct Meter {
    tick_us: u64,
}

impl Meter {
    pub fn new() -> Result<Meter> {
        let ticks = process::output(Command::new("getconf").arg("CLK_TCK"))?;
        let ticks: u64 = ticks.trim().parse().context("read the clock's ticks")?;
        Ok(Meter { tick_us: 1_000_000 / ticks.max(1) })
    }

    /// One process, with its threads by name.
    pub fn process(&self, id: u32) -> Result<Used> {
        let folder = Path::new("/proc").join(id.to_string());
        let total_us = Stat::read(&folder.join("stat"))?.own_ticks * self.tick_us;
        let mut threads_us = BTreeMap::new();
        for thread in std::fs::read_dir(folder.join("task")).context("list threads")? {
            // A thread that ended meanwhile is in the total.
            let Ok(stat) = Stat::read(&thread.context("list threads")?.path().join("stat")) else { continue };
            *threads_us.entry(stat.name).or_default() += stat.own_ticks * self.tick_us;
        }
        Ok(Used { total_us, threads_us })
    }

    /// A process and all it started, also those that ended.
    pub fn family(&self, id: u32) -> Result<Used> {
        let head = Stat::read(&Path::new("/proc").join(id.to_string()).join("stat"))?;
        let mut ticks = head.own_ticks + head.children_ticks;
        for entry in std::fs::read_dir("/proc").context("list processes")? {
            let path = entry.context("list processes")?.path();
            let is_process = path.file_name().is_some_and(|name| name.to_string_lossy().parse::<u32>().is_ok());
            if is_process
                && let Ok(stat) = Stat::read(&path.join("stat"))
                && stat.parent == id
            {
                ticks += stat.own_ticks + stat.children_ticks;
            }
        }
        Ok(Used { total_us: ticks * self.tick_us, threads_us: BTreeMap::new() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let line = "123 (a) b (c) S 7 123 123 0 -1 4194304 1 0 0 0 40 2 5 1 20 0 1 0 100 0 0";
        let stat = Stat { name: "a) b (c".into(), parent: 7, own_ticks: 42, children_ticks: 6 };
        assert_eq!(Stat::parse(line), Some(stat));
        assert_eq!(Stat::parse("nonsense"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let used = Meter::new().unwrap().process(std::process::id()).unwrap();
        assert!(!used.threads_us.is_empty());
    }
}
