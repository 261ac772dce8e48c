//! `cargo sim clicks`: a month of clicks, honest and not, through the real rules and statistics, and what they made of it.

mod life;
mod outcome;
mod trial;
mod trick;

use std::path::PathBuf;

use anyhow::{Context, Result};
use referee_core::id::{EventTypeId, PartnerId, ProgramId};
use referee_core::time::Timestamp;

const PROGRAM: ProgramId = ProgramId(1);
const SALE: EventTypeId = EventTypeId(1);
const CLICK: EventTypeId = EventTypeId(2);
const FIRST_PARTNER: u32 = 11;
/// Partners who are honest; those who are not come after them.
const HONEST: u32 = 24;
const PARTNERS: u32 = HONEST + 5;
/// 2026-09-07, a Monday, at midnight in UTC.
const START: Timestamp = Timestamp(1_788_739_200_000);

pub struct Options {
    pub seed: u64,
    /// For the books; removed at the end.
    pub folder: PathBuf,
    /// Where the page goes; None: to the terminal.
    pub write: Option<PathBuf>,
}

pub fn run(options: &Options) -> Result<()> {
    std::fs::create_dir_all(&options.folder).with_context(|| format!("make {}", options.folder.display()))?;
    let outcome = trial::of(options.seed, life::BEFORE + life::MONTH, &options.folder);
    std::fs::remove_dir_all(&options.folder).with_context(|| format!("remove {}", options.folder.display()))?;
    let page = outcome?.page(options.seed);
    match &options.write {
        Some(path) => std::fs::write(path, page).with_context(|| format!("write {}", path.display())),
        None => {
            print!("{page}");
            Ok(())
        }
    }
}

fn partners() -> impl Iterator<Item = PartnerId> {
    (FIRST_PARTNER..FIRST_PARTNER + PARTNERS).map(PartnerId)
}

#[cfg(test)]
mod tests {
    use referee_core::screening::{Repeats, ScreeningRules, Treatment};
    use referee_core::time::{MINUTE_MS, Zone};
    use referee_engine::books::sql::SqlReads;
    use referee_engine::rescreening::judge::Hosting;
    use referee_engine::rescreening::{Proposal, Rescreening, propose};

    use super::*;
    use crate::town::BRAND;

    fn rescreened(reads: &SqlReads, rules: ScreeningRules) -> Proposal {
        let from = Zone::utc().day(START);
        let (hosting, partner, until) = (Hosting::default(), None, from.plus(8));
        propose(reads, BRAND, &Rescreening { rules, hosting, partner, from, until }).unwrap()
    }

    #[test]
    fn a_short_month_is_found_out_as_far_as_rules_can() {
        let folder = std::env::temp_dir().join(format!("referee-sim-month-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let outcome = trial::of(1, 8, &folder).unwrap();
        let reads = SqlReads::open_file(&folder.join("month-1.db")).unwrap();
        let rules = ScreeningRules::default_of(PROGRAM);
        let same = rescreened(&reads, rules.clone());
        assert!(same.looked_at > 10_000 && same.days.is_empty(), "the same rules find the same: {same:?}");
        let window_ms = 10 * MINUTE_MS;
        let shorter =
            rescreened(&reads, ScreeningRules { repeats: Repeats { window_ms, ..rules.repeats }, ..rules.clone() });
        assert!(shorter.changes().clicks == 0 && shorter.days.iter().any(|day| day.would_pay > 0));
        let stricter = rescreened(&reads, ScreeningRules { suspect: Treatment::Unpaid, ..rules });
        assert!(stricter.changes().clicks > 100 && stricter.days.iter().all(|day| day.would_pay == 0));
        std::fs::remove_dir_all(&folder).unwrap();
        outcome.adds_up();
        let page = outcome.page(1);
        assert!(!page.contains('{') && page.contains("| declared bot |"), "{page}");
    }
}
