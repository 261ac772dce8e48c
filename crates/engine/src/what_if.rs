//! What partners would have earned under other rules: the log once more into books of its own, which are then thrown away.
//! Nothing of the installation is touched.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use referee_core::config::Config as BrandConfig;
use referee_core::erasure::Substitution;
use referee_core::fact::Record;
use referee_core::id::{BrandId, PartnerId, ProgramId};
use referee_core::money::{Currency, Money};
use referee_core::program::CreditPolicy;
use referee_core::row::BrandState;
use referee_core::slice::Slice;
use referee_core::time::Timestamp;

use crate::books::reads::{Intended, Reads};
use crate::books::sql::{SqlBooks, SqlReads};
use crate::books::{Applied, Books};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::log::{Frame, Position};
use crate::machine::{Machine, Tell};
use crate::replay::Scratch;
use crate::routing::PartitionId;
use crate::stores::{Stores, assignment_of};

/// Rules in place of those that are set; none: as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OtherRules {
    pub credit: Option<CreditPolicy>,
    pub referral_window_days: Option<u32>,
}

impl OtherRules {
    fn put_on(self, config: &mut BrandConfig) {
        if let Some(credit) = self.credit {
            config.event_types.values_mut().for_each(|it| it.credit = credit);
        }
        if let Some(days) = self.referral_window_days {
            let versions = config.terms.values_mut().flatten();
            versions.filter_map(|terms| terms.rules.as_mut()).for_each(|rules| rules.referral_window_days = days);
        }
    }
}

/// One partner's part under both rules, as first priced: later changes and returns are left out of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub program: ProgramId,
    pub partner: PartnerId,
    pub currency: Currency,
    pub is: Part,
    pub would_be: Part,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Part {
    pub actions: u64,
    pub amount: Money,
    pub payout: Money,
}

/// What other rules come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub records: u64,
    /// Orders since then, and those of them that earned nobody anything.
    pub orders: u64,
    pub unclaimed: u64,
    pub unclaimed_would_be: u64,
    /// By program, then what changes most first.
    pub partners: Vec<Difference>,
}

/// Compares a brand's orders since a moment as they were credited with what other rules would say of them.
pub fn compare(config: &Config, brand: BrandId, rules: OtherRules, since: Timestamp) -> Result<Comparison> {
    let stores = Stores::open(config, &SystemClock)?;
    let scratch = Scratch::new(&config.data)?;
    // Both come from the same part of the log: what is reported meanwhile counts in neither.
    let until = stores.reads.places()?;
    let run = |name: &str, rules: OtherRules| {
        let path = scratch.path.join(name);
        let records = replay(&stores, brand, rules, &path, &until)?;
        let reads = SqlReads::open_file(&path)?;
        Ok::<_, Error>((records, reads.intended(brand, since)?, reads.count_conversions(brand, since)?))
    };
    let (records, is, counted) = run("as-it-is.db", OtherRules::default())?;
    let (_, would_be, counted_would_be) = run("what-if.db", rules)?;
    Ok(Comparison {
        records,
        orders: counted.all,
        unclaimed: counted.unclaimed,
        unclaimed_would_be: counted_would_be.unclaimed,
        partners: differences(&is, &would_be),
    })
}

fn replay(stores: &Stores, brand: BrandId, rules: OtherRules, path: &Path, until: &crate::log::Places) -> Result<u64> {
    let mut assignment = assignment_of(&stores.settings)?;
    assignment.retain(|_, served| served.brands.contains(&brand));
    let Some(partition) = assignment.keys().next().copied() else {
        return Err(Error::setup("ask what if", "there is no such brand"));
    };
    let until = until.iter().filter(|(it, _)| **it == partition).map(|(it, at)| (*it, *at)).collect();
    let books = OtherBooks { inner: SqlBooks::open_file(path)?, rules };
    let mut machine = Machine::new(stores.log.clone(), Box::new(books), Tell::nobody(), Arc::default())
        .with_erasures(stores.settings.clone());
    machine.assign(&assignment)?;
    machine.catch_up(&until, &mut |_| {})
}

fn differences(is: &[Intended], would_be: &[Intended]) -> Vec<Difference> {
    let mut parts: BTreeMap<(ProgramId, PartnerId, Currency), (Part, Part)> = BTreeMap::new();
    for it in is {
        parts.entry((it.program, it.partner, it.currency)).or_default().0 = part(it);
    }
    for it in would_be {
        parts.entry((it.program, it.partner, it.currency)).or_default().1 = part(it);
    }
    let difference =
        |((program, partner, currency), (is, would_be))| Difference { program, partner, currency, is, would_be };
    let mut all: Vec<Difference> = parts.into_iter().map(difference).collect();
    all.sort_by_key(|it| (it.program, std::cmp::Reverse(it.would_be.payout.minus(it.is.payout).0.abs()), it.partner));
    all
}

fn part(it: &Intended) -> Part {
    Part { actions: it.actions, amount: it.amount, payout: it.payout }
}

/// Books that are decided under other rules than those that their facts set.
struct OtherBooks {
    inner: SqlBooks,
    rules: OtherRules,
}

impl Books for OtherBooks {
    fn load(&mut self, brand: BrandId, records: &[Record], slice: &mut Slice) -> Result<()> {
        // A fact may have set the others since the last batch.
        self.rules.put_on(&mut slice.config);
        self.inner.load(brand, records, slice)
    }

    fn applied(&mut self, partition: PartitionId) -> Result<Applied> {
        self.inner.applied(partition)
    }

    fn brand(&mut self, partition: PartitionId, brand: BrandId) -> Result<(BrandConfig, BrandState)> {
        self.inner.brand(partition, brand)
    }

    fn next_due(&mut self, partition: PartitionId, brand: BrandId) -> Result<Option<Timestamp>> {
        self.inner.next_due(partition, brand)
    }

    fn begin(&mut self, partition: PartitionId, expected: Position) -> Result<()> {
        self.inner.begin(partition, expected)
    }

    fn save(&mut self, brand: BrandId, slice: &Slice) -> Result<()> {
        self.inner.save(brand, slice)
    }

    fn erase(&mut self, brand: BrandId, by: &Substitution) -> Result<u64> {
        self.inner.erase(brand, by)
    }

    fn keep_frames(&mut self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<bool> {
        self.inner.keep_frames(partition, frames)
    }

    fn commit(&mut self, partition: PartitionId, applied: &Applied) -> Result<()> {
        self.inner.commit(partition, applied)
    }

    fn rollback(&mut self) {
        self.inner.rollback();
    }
}
