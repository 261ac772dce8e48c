//! The directory: which brands, programs and partners there are, and the brands' keys.

use std::sync::Arc;

use referee_core::id::{BrandId, ID_MAX, PartnerId, ProgramId};
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, Row, Trouble, find, list};
use crate::error::{Error, Result};
use crate::intake::keys::BrandKeys;
use crate::routing::{Directory, PartitionId};
use crate::values;

use super::Settings;
use super::placement::note_change;
use super::vault::{random_bytes, random_text};

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
        self.change("create a brand", |db| {
            let id = next(db, include_str!("../../sql/settings/brand_next_id.sql"))?;
            // One ordered stream per brand: what stops one brand never holds up another.
            let values = values![id, &brand.name, id, &account_sid, &identity, now.0];
            db.run(include_str!("../../sql/settings/brand_create.sql"), values)?;
            db.run(include_str!("../../sql/settings/click_key_create.sql"), values![id, 1_u8, &click, now.0])?;
            note_change(db)?;
            Ok(BrandId(id))
        })
    }

    /// All brands with their unwrapped keys.
    pub fn brands(&self) -> Result<Vec<(Brand, BrandKeys)>> {
        let rows = self.ask("read the brands", |db| {
            let read = |row: &dyn Row| Ok((brand(row)?, row.blob(4)?.to_vec()));
            let brands = list(db, include_str!("../../sql/settings/brand_list.sql"), &[], read)?;
            let mut rows = Vec::with_capacity(brands.len());
            for (brand, identity) in brands {
                let key = |row: &dyn Row| Ok((row.number::<u8>(0)?, row.blob(1)?.to_vec()));
                let sql = include_str!("../../sql/settings/click_key_list.sql");
                let click_keys = list(db, sql, values![brand.id.0], key)?;
                rows.push((brand, identity, click_keys));
            }
            Ok(rows)
        })?;
        let mut brands = Vec::with_capacity(rows.len());
        for (brand, identity, click_keys) in rows {
            let identity = fixed(self.vault.unwrap("identity key", &identity)?)?;
            let mut click_ids = Vec::new();
            for (id, wrapped) in click_keys {
                click_ids.push((id, fixed(self.vault.unwrap("click id key", &wrapped)?)?));
            }
            brands.push((brand, BrandKeys::new(identity, click_ids)));
        }
        Ok(brands)
    }

    /// Takes a program id for a brand: the wanted one, or the next.
    pub fn create_program(&self, brand: BrandId, wanted: Option<ProgramId>) -> Result<ProgramId> {
        let created = self.try_change(|db| {
            let id = match wanted {
                Some(id) => id.0,
                None => next(db, include_str!("../../sql/settings/program_next_id.sql"))?,
            };
            allowed(id)?;
            db.run(include_str!("../../sql/settings/program_create.sql"), values![id, brand.0])?;
            note_change(db)?;
            Ok(ProgramId(id))
        });
        created.map_err(|trouble| taken(trouble, "create the program", wanted.map(|id| id.0)))
    }

    pub fn programs(&self) -> Result<Vec<(ProgramId, BrandId)>> {
        let sql = include_str!("../../sql/settings/program_list.sql");
        self.ask("read the programs", |db| {
            list(db, sql, &[], |row| Ok((ProgramId(row.number(0)?), BrandId(row.number(1)?))))
        })
    }

    /// A new partner account, a member of the brand at once.
    pub fn create_partner(
        &self,
        brand: BrandId,
        wanted: Option<PartnerId>,
        name: &str,
        now: Timestamp,
    ) -> Result<PartnerId> {
        let created = self.try_change(|db| {
            let id = match wanted {
                Some(id) => id.0,
                None => next(db, include_str!("../../sql/settings/partner_next_id.sql"))?,
            };
            allowed(id)?;
            db.run(include_str!("../../sql/settings/partner_create.sql"), values![id, name, now.0])?;
            db.run(include_str!("../../sql/settings/membership_create.sql"), values![brand.0, id])?;
            Ok(PartnerId(id))
        });
        created.map_err(|trouble| taken(trouble, "create the partner", wanted.map(|id| id.0)))
    }

    pub fn rename_partner(&self, brand: BrandId, partner: PartnerId, name: &str) -> Result<bool> {
        if !self.partners(brand)?.iter().any(|it| it.id == partner) {
            return Ok(false);
        }
        let sql = include_str!("../../sql/settings/partner_rename.sql");
        self.change("rename a partner", |db| db.run(sql, values![partner.0, name])).map(|changed| changed == 1)
    }

    /// The partners of a brand, by id.
    pub fn partners(&self, brand: BrandId) -> Result<Vec<Partner>> {
        let sql = include_str!("../../sql/settings/membership_list.sql");
        self.ask("read the partners", |db| {
            list(db, sql, values![brand.0], |row| {
                Ok(Partner { id: PartnerId(row.number(0)?), name: row.text(1)?.to_owned() })
            })
        })
    }

    /// Who there is, as edges need to know.
    pub fn directory(&self) -> Result<Directory> {
        let brands = self.brands()?.into_iter().map(|(brand, keys)| (brand.id, brand.partition, Arc::new(keys)));
        let (brands, programs) = (brands.collect(), self.programs()?.into_iter().collect());
        let (unverified, proved) = (self.unverified_domains()?, self.proved_domains()?);
        Ok(Directory { brands, programs, unverified, proved })
    }

    pub fn find_brand(&self, id: BrandId) -> Result<Option<Brand>> {
        let sql = include_str!("../../sql/settings/brand_find.sql");
        self.ask("read a brand", |db| find(db, sql, values![id.0], brand))
    }
}

/// The first four columns of a question about brands.
fn brand(row: &dyn Row) -> Result<Brand> {
    Ok(Brand {
        id: BrandId(row.number(0)?),
        name: row.text(1)?.to_owned(),
        partition: PartitionId(row.number(2)?),
        account_sid: row.text(3)?.to_owned(),
    })
}

fn next(db: &mut dyn Database, sql: &str) -> Answer<u32> {
    Ok(find(db, sql, &[], |row| row.number(0))?.unwrap_or(1))
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

fn taken(trouble: Trouble, doing: &str, wanted: Option<u32>) -> Error {
    match (trouble, wanted) {
        (Trouble::Taken(_), Some(id)) => Error::setup(doing, format!("id {id} is taken")),
        (trouble, _) => trouble.doing(doing),
    }
}
