//! The directory: which brands, programs and partners there are, and the brands' keys.

use referee_core::id::{BrandId, ID_MAX, PartnerId, ProgramId};
use referee_core::time::Timestamp;
use rusqlite::OptionalExtension;

use crate::error::{Error, Result};
use crate::intake::keys::BrandKeys;
use crate::routing::PartitionId;

use super::vault::{random_bytes, random_text};
use super::{Settings, trouble};

#[derive(Debug, Clone)]
pub struct Brand {
    pub id: BrandId,
    pub name: String,
    pub partition: PartitionId,
    /// The account's name in the interfaces that integrations already speak.
    pub account_sid: String,
}

pub struct NewBrand {
    pub name: String,
}

#[derive(Debug, Clone)]
pub struct Partner {
    pub id: PartnerId,
    pub name: String,
}

impl Settings {
    pub fn create_brand(&self, brand: &NewBrand, now: Timestamp) -> Result<BrandId> {
        let identity = self.vault.wrap("identity key", &random_bytes::<32>())?;
        let click = self.vault.wrap("click id key", &random_bytes::<64>())?;
        let account_sid = format!("RF{}", random_text());
        let mut db = self.db();
        let tx = db.transaction().map_err(|error| trouble("create a brand", error))?;
        let id: u32 = tx
            .query_row(include_str!("../../sql/settings/brand_next_id.sql"), [], |row| row.get(0))
            .map_err(|error| trouble("number a brand", error))?;
        // One ordered stream per brand: what stops one brand never holds up another.
        tx.execute(
            include_str!("../../sql/settings/brand_create.sql"),
            (id, &brand.name, id, account_sid, identity, now.0),
        )
        .and_then(|_| tx.execute(include_str!("../../sql/settings/click_key_create.sql"), (id, 1, click, now.0)))
        .map_err(|error| trouble("create a brand", error))?;
        tx.commit().map_err(|error| trouble("create a brand", error))?;
        Ok(BrandId(id))
    }

    /// All brands with their unwrapped keys.
    pub fn brands(&self) -> Result<Vec<(Brand, BrandKeys)>> {
        let db = self.db();
        let failed = |error| trouble("read the brands", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/brand_list.sql")).map_err(failed)?;
        let rows = statement
            .query_map([], |row| {
                let brand = Brand {
                    id: BrandId(row.get(0)?),
                    name: row.get(1)?,
                    partition: PartitionId(row.get(2)?),
                    account_sid: row.get(3)?,
                };
                Ok((brand, row.get::<_, Vec<u8>>(4)?))
            })
            .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
            .map_err(failed)?;
        let mut brands = Vec::new();
        for (brand, identity) in rows {
            let identity = fixed(self.vault.unwrap("identity key", &identity)?)?;
            let mut click_ids = Vec::new();
            let mut statement = db.prepare(include_str!("../../sql/settings/click_key_list.sql")).map_err(failed)?;
            let keys = statement
                .query_map([brand.id.0], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, Vec<u8>>(1)?)))
                .and_then(Iterator::collect::<rusqlite::Result<Vec<_>>>)
                .map_err(failed)?;
            for (id, wrapped) in keys {
                click_ids.push((id, fixed(self.vault.unwrap("click id key", &wrapped)?)?));
            }
            brands.push((brand, BrandKeys::new(identity, click_ids)));
        }
        Ok(brands)
    }

    /// Takes a program id for a brand: the wanted one, or the next.
    pub fn create_program(&self, brand: BrandId, wanted: Option<ProgramId>) -> Result<ProgramId> {
        let db = self.db();
        let id = match wanted {
            Some(id) => id.0,
            None => db
                .query_row(include_str!("../../sql/settings/program_next_id.sql"), [], |row| row.get(0))
                .map_err(|error| trouble("number a program", error))?,
        };
        allowed(id)?;
        db.execute(include_str!("../../sql/settings/program_create.sql"), (id, brand.0))
            .map_err(|error| taken("program", id, error))?;
        Ok(ProgramId(id))
    }

    pub fn programs(&self) -> Result<Vec<(ProgramId, BrandId)>> {
        let db = self.db();
        let failed = |error| trouble("read the programs", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/program_list.sql")).map_err(failed)?;
        statement
            .query_map([], |row| Ok((ProgramId(row.get(0)?), BrandId(row.get(1)?))))
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    /// A new partner account, a member of the brand at once.
    pub fn create_partner(
        &self,
        brand: BrandId,
        wanted: Option<PartnerId>,
        name: &str,
        now: Timestamp,
    ) -> Result<PartnerId> {
        let mut db = self.db();
        let tx = db.transaction().map_err(|error| trouble("create a partner", error))?;
        let id = match wanted {
            Some(id) => id.0,
            None => tx
                .query_row(include_str!("../../sql/settings/partner_next_id.sql"), [], |row| row.get(0))
                .map_err(|error| trouble("number a partner", error))?,
        };
        allowed(id)?;
        tx.execute(include_str!("../../sql/settings/partner_create.sql"), (id, name, now.0))
            .map_err(|error| taken("partner", id, error))?;
        tx.execute(include_str!("../../sql/settings/membership_create.sql"), (brand.0, id))
            .map_err(|error| trouble("join a partner to a brand", error))?;
        tx.commit().map_err(|error| trouble("create a partner", error))?;
        Ok(PartnerId(id))
    }

    pub fn rename_partner(&self, brand: BrandId, partner: PartnerId, name: &str) -> Result<bool> {
        if !self.partners(brand)?.iter().any(|it| it.id == partner) {
            return Ok(false);
        }
        self.db()
            .execute(include_str!("../../sql/settings/partner_rename.sql"), (partner.0, name))
            .map(|changed| changed == 1)
            .map_err(|error| trouble("rename a partner", error))
    }

    /// The partners of a brand, by id.
    pub fn partners(&self, brand: BrandId) -> Result<Vec<Partner>> {
        let db = self.db();
        let failed = |error| trouble("read the partners", error);
        let mut statement = db.prepare(include_str!("../../sql/settings/membership_list.sql")).map_err(failed)?;
        statement
            .query_map([brand.0], |row| Ok(Partner { id: PartnerId(row.get(0)?), name: row.get(1)? }))
            .and_then(Iterator::collect)
            .map_err(failed)
    }

    pub fn find_brand(&self, brand: BrandId) -> Result<Option<Brand>> {
        let db = self.db();
        let mut statement = db
            .prepare(include_str!("../../sql/settings/brand_find.sql"))
            .map_err(|error| trouble("read a brand", error))?;
        statement
            .query_row([brand.0], |row| {
                let partition = PartitionId(row.get(2)?);
                Ok(Brand { id: BrandId(row.get(0)?), name: row.get(1)?, partition, account_sid: row.get(3)? })
            })
            .optional()
            .map_err(|error| trouble("read a brand", error))
    }
}

fn fixed<const N: usize>(key: Vec<u8>) -> Result<[u8; N]> {
    key.try_into().map_err(|_| Error::corrupt("read a key", "it has another length"))
}

fn allowed(id: u32) -> Result<()> {
    if id == 0 || id > ID_MAX {
        return Err(Error::setup("take an id", format!("{id} is not between 1 and {ID_MAX}")));
    }
    Ok(())
}

fn taken(what: &str, id: u32, error: rusqlite::Error) -> Error {
    if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) {
        return Error::setup(format!("create the {what}"), format!("id {id} is taken"));
    }
    trouble("create an entry of the directory", error)
}
