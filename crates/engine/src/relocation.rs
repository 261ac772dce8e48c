//! Takes the books of a partition to another cluster, while edges go on writing its log.
//!
//! The new books are rebuilt from the log beside the old ones. When they have come as far, the old ones are held still,
//! the two are compared, and the settings say where the partition is from then on. Its machine waits as long as the
//! comparison takes.

use std::sync::Arc;

use referee_core::id::BrandId;

use crate::books::sql::{Clusters, Placement, SqlBooks, applied, clear, dump_brands, hold};
use crate::database::Database;
use crate::database::postgres::{Postgres, Server};
use crate::error::{Error, Result};
use crate::log::{Places, Position};
use crate::machine::{Assignment, Machine, Served, Tell};
use crate::replay::{Scratch, first_difference};
use crate::routing::PartitionId;
use crate::stores::Stores;

/// What was moved, and how it came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Moved {
    pub from: String,
    pub records: u64,
    /// The first line in which the two differed: then nothing was moved.
    pub difference: Option<(String, String)>,
}

struct Move<'a> {
    stores: &'a Stores,
    partition: PartitionId,
    brands: Vec<BrandId>,
    from: String,
    old: Server,
    new: Server,
}

/// Moves a partition. `folder` is for the dumps that are compared.
pub fn move_partition(
    stores: &Stores,
    partition: PartitionId,
    to: &str,
    folder: &std::path::Path,
    tell: &mut dyn FnMut(u64),
) -> Result<Moved> {
    let it = Move::plan(stores, partition, to)?;
    let erased = it.no_erasure()?;
    let mut new = it.new.connect()?;
    // What a try that was cut off may have left.
    clear(&mut new, partition, &it.brands)?;
    let books = SqlBooks::new(Clusters::one(Box::new(it.new.connect()?)));
    let mut machine = Machine::new(stores.log.clone(), Box::new(books), Tell::nobody(), Arc::default())
        .with_erasures(stores.settings.clone());
    machine.assign(&it.assignment())?;
    let mut old = it.old.connect()?;
    let place = applied(&mut old, partition)?.position;
    let mut records = machine.catch_up(&Places::from([(partition, place)]), tell)?;
    let place = it.hold_still(&mut old)?;
    records += machine.catch_up(&Places::from([(partition, place)]), tell)?;
    let difference = it.compare(&mut old, &mut new, folder)?;
    if difference.is_none() {
        if it.no_erasure()? != erased {
            return Err(under_way());
        }
        it.switch(&mut old, to)?;
    }
    old.roll_back();
    Ok(Moved { from: it.from, records, difference })
}

/// Frames that the old books keep are rewritten there, and the new ones would have copied them before.
fn under_way() -> Error {
    Error::setup("move a brand's books", "somebody is being erased: wait until that is done, and move them again")
}

/// Removes what the old cluster still holds of a partition that was moved. Readers must have heard of the move.
pub fn forget(stores: &Stores, partition: PartitionId, cluster: &str) -> Result<()> {
    let placement = stores.settings.placement()?;
    if placement.of(partition) == cluster {
        return Err(Error::setup("remove old books", "they are the ones in use"));
    }
    let server = server_named(stores, cluster)?;
    clear(&mut server.connect()?, partition, &brands_of(&placement, partition))
}

impl Move<'_> {
    /// How many erasures are done, if none is under way.
    fn no_erasure(&self) -> Result<u64> {
        let open = self.stores.settings.open_erasures()?;
        if open.iter().any(|it| self.brands.contains(&it.brand)) {
            return Err(under_way());
        }
        self.stores.settings.done_erasures()
    }

    fn plan<'a>(stores: &'a Stores, partition: PartitionId, to: &str) -> Result<Move<'a>> {
        let placement = stores.settings.placement()?;
        let (from, brands) = (placement.of(partition).to_owned(), brands_of(&placement, partition));
        let refused = |cause: String| Error::setup(format!("move partition {}", partition.0), cause);
        if brands.is_empty() {
            return Err(refused("there is no such partition".into()));
        }
        if from == to {
            return Err(refused(format!("its books are in {to} already")));
        }
        let (old, new) = (server_named(stores, &from)?.clone(), server_named(stores, to)?.clone());
        Ok(Move { stores, partition, brands, from, old, new })
    }

    fn assignment(&self) -> Assignment {
        Assignment::from([(self.partition, Served { brands: self.brands.clone(), ..Served::default() })])
    }

    /// Nobody writes the old books until this transaction ends; says where they stand.
    fn hold_still(&self, old: &mut Postgres) -> Result<Position> {
        let held = old.begin().and_then(|()| old.run_script("set local idle_in_transaction_session_timeout = 0"));
        held.map_err(|trouble| trouble.doing("hold the old books"))?;
        hold(old, self.partition)
    }

    fn compare(
        &self,
        old: &mut Postgres,
        new: &mut Postgres,
        folder: &std::path::Path,
    ) -> Result<Option<(String, String)>> {
        let scratch = Scratch::new(folder)?;
        let (of_old, of_new) = (scratch.path.join("old.dump"), scratch.path.join("new.dump"));
        dump_brands(old, &self.brands, &of_old)?;
        dump_brands(new, &self.brands, &of_new)?;
        first_difference(&of_old, &of_new)
    }

    /// From here on the new books are the ones. The old ones get a place that no machine can go on from, for one that
    /// has not heard of it yet.
    fn switch(&self, old: &mut Postgres, to: &str) -> Result<()> {
        self.stores.settings.place(self.partition, to)?;
        let sql = include_str!("../sql/books/retire_applied.postgres.sql");
        let fenced = old.run(sql, crate::values![self.partition.0]).and_then(|_| old.commit());
        fenced.map_err(|trouble| trouble.doing("let go of the old books"))
    }
}

fn server_named<'a>(stores: &'a Stores, name: &str) -> Result<&'a Server> {
    let servers = stores.servers().ok_or_else(|| Error::setup("move a partition", "files have one place only"))?;
    servers.get(name).ok_or_else(|| {
        let cause = format!("there is no cluster {name:?} in the configuration: name it under [clusters]");
        Error::setup("move a partition", cause)
    })
}

fn brands_of(placement: &Placement, partition: PartitionId) -> Vec<BrandId> {
    placement.partitions.iter().filter(|(_, it)| **it == partition).map(|(brand, _)| *brand).collect()
}
