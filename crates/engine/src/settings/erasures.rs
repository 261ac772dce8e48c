//! Erasures: what is being done, sealed, and what was done, without any value.

use referee_core::erasure::Substitution;
use referee_core::fact::Actor;
use referee_core::id::{BrandId, RecordNo, ServiceId, UserId};
use referee_core::time::Timestamp;

use super::Settings;
use crate::database::{Row, find, list};
use crate::erasure::place::PlaceOf;
use crate::erasure::seal::{opened, sealed};
use crate::erasure::{Erasure, ErasureState, Found};
use crate::error::{Error, Result};
use crate::log::{Position, number};
use crate::values;

/// How long whoever works on one may be silent before somebody else goes on.
const LEASE_MS: i64 = 30_000;

pub struct NewErasure<'a> {
    pub brand: BrandId,
    pub id: ServiceId,
    pub actor: &'a Actor,
    pub found: &'a Found,
    pub by: &'a Substitution,
}

/// The right to work on an erasure, until somebody else may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasureLease(Timestamp);

/// What the sealed values are for.
fn purpose(id: ServiceId) -> String {
    format!("erasure {id}")
}

impl Settings {
    pub fn create_erasure(&self, new: &NewErasure<'_>, now: Timestamp) -> Result<()> {
        let sealed = self.vault.wrap(&purpose(new.id), &sealed(new.by))?;
        let (id, found) = (new.id.to_string(), json(new.found)?);
        let Actor { user, role, reason } = new.actor;
        let values = values![new.brand.0, &id, now.0, user.0, *role as u8, reason, &found, &sealed];
        let sql = include_str!("../../sql/settings/erasure_create.sql");
        self.change("note an erasure", |db| db.run(sql, values)).map(drop)
    }

    /// Notes one that was done in other stores.
    pub fn note_done(&self, brand: BrandId, id: ServiceId, actor: &Actor, found: &Found, now: Timestamp) -> Result<()> {
        let (id, found) = (id.to_string(), json(found)?);
        let Actor { user, role, reason } = actor;
        let values = values![brand.0, &id, now.0, user.0, *role as u8, reason, &found];
        let sql = include_str!("../../sql/settings/erasure_note_done.sql");
        self.change("note an erasure", |db| db.run(sql, values)).map(drop)
    }

    pub fn erasure(&self, brand: BrandId, id: ServiceId) -> Result<Option<Erasure>> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_find.sql"), id.to_string());
        self.ask("find an erasure", |db| find(db, sql, values![brand.0, &id], read))
    }

    /// Newest first.
    pub fn erasures(&self, brand: BrandId, most: u32) -> Result<Vec<Erasure>> {
        let sql = include_str!("../../sql/settings/erasure_list.sql");
        self.ask("read the erasures", |db| list(db, sql, values![brand.0, most], read))
    }

    /// Those of every brand that are not done.
    pub fn open_erasures(&self) -> Result<Vec<Erasure>> {
        let sql = include_str!("../../sql/settings/erasure_list_open.sql");
        self.ask("read the erasures", |db| list(db, sql, &[], read))
    }

    /// How many of every brand are done.
    pub fn done_erasures(&self) -> Result<u64> {
        let sql = include_str!("../../sql/settings/erasure_count_done.sql");
        let count = self.ask("count the erasures", |db| find(db, sql, &[], |row| row.number(0)))?;
        Ok(count.unwrap_or_default())
    }

    /// What an erasure replaces; None once it is done.
    pub fn substitution(&self, brand: BrandId, id: ServiceId) -> Result<Option<Substitution>> {
        let (sql, name) = (include_str!("../../sql/settings/erasure_find_sealed.sql"), id.to_string());
        let read = |row: &dyn Row| Ok(row.blob(0)?.to_vec());
        let found = self.ask("read an erasure", |db| find(db, sql, values![brand.0, &name], read))?;
        found.map(|wrapped| opened(&self.vault.unwrap(&purpose(id), &wrapped)?)).transpose()
    }

    /// The same, for books that come to its record: none where another record of the same erasure counts.
    pub fn substitution_at(&self, brand: BrandId, id: ServiceId, record: RecordNo) -> Result<Option<Substitution>> {
        match self.erasure(brand, id)?.map(|it| it.record) {
            Some(known) if known.is_none_or(|known| known == record) => self.substitution(brand, id),
            _ => Ok(None),
        }
    }

    /// Those of a brand whose values may be replaced in the log already, each with the record before which they are to be.
    pub fn rewriting(&self, brand: BrandId) -> Result<Vec<(RecordNo, Substitution)>> {
        let sql = include_str!("../../sql/settings/erasure_list_sealed.sql");
        let read = |row: &dyn Row| Ok((service_id(row.text(0)?)?, row.blob(1)?.to_vec(), RecordNo(row.number(2)?)));
        let found = self.ask("read the erasures", |db| list(db, sql, values![brand.0], read))?;
        let opened = |(id, wrapped, record): (ServiceId, Vec<u8>, RecordNo)| {
            Ok((record, opened(&self.vault.unwrap(&purpose(id), &wrapped)?)?))
        };
        found.into_iter().map(opened).collect()
    }

    /// The books have come to its record: from now on the log may be rewritten.
    pub fn begin_rewriting(&self, it: &Erasure, record: RecordNo, now: Timestamp) -> Result<()> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_rewrite.sql"), it.id.to_string());
        self.change("go on with an erasure", |db| db.run(sql, values![it.brand.0, &id, record.0, now.0])).map(drop)
    }

    /// Keeps where values were replaced, before they are.
    pub fn note_places(&self, it: &Erasure, places: &[PlaceOf], read: u64, rewritten: u64) -> Result<()> {
        let id = it.id.to_string();
        self.change("note where values are replaced", |db| {
            let sql = include_str!("../../sql/settings/erasure_place_save.sql");
            for place in places {
                let (fact, slots) = (place.fact.to_string(), place.slots_text());
                db.run(sql, values![it.brand.0, &id, place.record.0, &fact, &slots])?;
            }
            let sql = include_str!("../../sql/settings/erasure_progress.sql");
            db.run(sql, values![it.brand.0, &id, read, rewritten]).map(drop)
        })
    }

    /// In the order of records, after one.
    pub fn places(&self, brand: BrandId, id: ServiceId, after: RecordNo, most: u32) -> Result<Vec<PlaceOf>> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_place_list.sql"), id.to_string());
        let read = |row: &dyn Row| PlaceOf::read(RecordNo(row.number(0)?), row.text(1)?, row.text(2)?);
        self.ask("read where values were replaced", |db| list(db, sql, values![brand.0, &id, after.0, most], read))
    }

    pub fn count_places(&self, brand: BrandId, id: ServiceId) -> Result<u64> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_place_count.sql"), id.to_string());
        let count = self.ask("count places", |db| find(db, sql, values![brand.0, &id], |row| row.number(0)))?;
        Ok(count.unwrap_or_default())
    }

    /// Everything before its record, which lies there in the log, is rewritten.
    pub fn note_rewritten(&self, it: &Erasure, position: Position) -> Result<()> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_rewritten.sql"), it.id.to_string());
        self.change("go on with an erasure", |db| db.run(sql, values![it.brand.0, &id, position.0])).map(drop)
    }

    /// It is done, and nobody knows any more what took the place of what.
    pub fn finish_erasure(&self, it: &Erasure, now: Timestamp) -> Result<()> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_finish.sql"), it.id.to_string());
        self.change("finish an erasure", |db| db.run(sql, values![it.brand.0, &id, now.0])).map(drop)
    }

    /// Takes or prolongs the right to work on one; nothing where somebody else has it.
    pub fn lease_erasure(
        &self,
        it: &Erasure,
        held: Option<ErasureLease>,
        clock: Timestamp,
    ) -> Result<Option<ErasureLease>> {
        let before = held.map_or(it.leased_until, |lease| lease.0);
        if held.is_none() && before >= clock {
            return Ok(None);
        }
        let until = clock.plus_ms(LEASE_MS).max(before.plus_ms(1));
        let (sql, id) = (include_str!("../../sql/settings/erasure_lease.sql"), it.id.to_string());
        let values = values![it.brand.0, &id, before.0, until.0];
        let rows = self.change("work on an erasure", |db| db.run(sql, values))?;
        Ok((rows == 1).then_some(ErasureLease(until)))
    }

    /// Gives the right back, so that nobody waits for its end.
    pub fn free_erasure(&self, it: &Erasure, held: ErasureLease) -> Result<()> {
        let (sql, id) = (include_str!("../../sql/settings/erasure_lease.sql"), it.id.to_string());
        self.change("leave an erasure", |db| db.run(sql, values![it.brand.0, &id, held.0.0, 0])).map(drop)
    }

    /// For a copy: its log has other places, and may have been copied before it was rewritten.
    pub fn rewrite_again(&self) -> Result<()> {
        let sql = include_str!("../../sql/settings/erasure_begin_again.sql");
        self.change("go on with erasures", |db| db.run(sql, &[])).map(drop)
    }

    /// Nobody has a lease: for a process that is the only one, when it starts.
    pub fn free_erasures(&self) -> Result<()> {
        let sql = include_str!("../../sql/settings/erasure_free.sql");
        self.change("go on with erasures", |db| db.run(sql, &[])).map(drop)
    }
}

fn json(found: &Found) -> Result<String> {
    serde_json::to_string(found).map_err(|error| Error::corrupt("note an erasure", error))
}

fn service_id(text: &str) -> Result<ServiceId> {
    text.parse().map_err(|()| Error::corrupt("read an erasure", "its id is damaged"))
}

fn read(row: &dyn Row) -> Result<Erasure> {
    let damaged = |what: &str| Error::corrupt("read an erasure", format!("its {what} is damaged"));
    let role = number::role(row.number(5)?).ok_or_else(|| damaged("role"))?;
    Ok(Erasure {
        id: service_id(row.text(0)?)?,
        state: ErasureState::of(row.number(1)?).ok_or_else(|| damaged("state"))?,
        asked_at: Timestamp(row.number(2)?),
        changed_at: Timestamp(row.number(3)?),
        actor: Actor { user: UserId(row.number(4)?), role, reason: row.text(6)?.to_owned() },
        found: serde_json::from_str(row.text(7)?).map_err(|error| Error::corrupt("read an erasure", error))?,
        record: row.some_number(8)?.map(RecordNo),
        read: row.number(9)?,
        rewritten: row.number(10)?,
        leased_until: Timestamp(row.number(11)?),
        brand: BrandId(row.number(12)?),
        position: row.some_number(13)?.map(Position),
    })
}
