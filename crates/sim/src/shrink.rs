//! The smallest part of a town that is still seen differently: what is left out of it makes no difference.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use anyhow::{Context, Result};
use referee_core::fact::Record;
use referee_core::id::RecordNo;

use crate::town::Town;
use crate::trial;

/// Leaves out as much of the traffic as can be, in ever smaller pieces. What is set up stays.
pub fn smallest(town: &Town, seed: u64, folder: &Path) -> Result<Town> {
    let (whole, mut town) = (seen(town, seed, folder)?, town.clone());
    let mut piece = town.records.len() / 2;
    while piece > 0 {
        let (mut from, before) = (0, town.records.len());
        while from < town.records.len() {
            let until = town.records.len().min(from + piece);
            let mut rest = town.records.clone();
            let left_out: Vec<Record> = rest.splice(from..until, []).collect();
            let set_up: Vec<Record> = left_out.into_iter().filter(|it| it.fact.stands_alone()).collect();
            let stayed = set_up.len();
            rest.splice(from..from, set_up);
            let part = Town { records: renumbered(rest), ..town.clone() };
            if stayed < until - from && seen(&part, seed, folder)? == whole {
                town = part;
                from += stayed;
            } else {
                from = until;
            }
        }
        // What could not go before may go now.
        if town.records.len() == before || piece > 1 {
            piece /= 2;
        }
    }
    Ok(town)
}

/// How a town is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Alike,
    Differently,
    /// The rules panicked.
    NotAtAll,
}

fn seen(town: &Town, seed: u64, folder: &Path) -> Result<Seen> {
    let folder = folder.join("part");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let tried = catch_unwind(AssertUnwindSafe(|| trial::of(town, seed, &folder)));
    std::fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    Ok(match tried {
        Ok(Ok(findings)) if !findings.disagreements.is_empty() => Seen::Differently,
        // A part without any order can't be tried.
        Ok(_) => Seen::Alike,
        Err(_) => Seen::NotAtAll,
    })
}

/// Records of a log are numbered without gaps.
fn renumbered(mut records: Vec<Record>) -> Vec<Record> {
    for (record, n) in records.iter_mut().zip(1..) {
        record.no = RecordNo(n);
        record.id.n = n;
    }
    records
}
