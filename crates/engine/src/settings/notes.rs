//! What people write about inquiries. It may hold data of buyers, so that it is sealed and not in the log.

use referee_core::id::{BrandId, NoteId, PartnerId, UserId};
use referee_core::time::Timestamp;

use crate::database::{Row, find};
use crate::error::{Error, Result};
use crate::values;

use super::{Settings, random_bytes};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub at: Timestamp,
    pub user: UserId,
    /// Whose user wrote it; None: the brand's.
    pub partner: Option<PartnerId>,
    pub text: String,
}

impl Settings {
    /// Keeps a note, and says under which id a fact may name it.
    pub fn keep_note(&self, brand: BrandId, note: &Note) -> Result<NoteId> {
        let id = NoteId(random_bytes());
        let sealed = self.vault.wrap(&purpose(brand, id), note.text.as_bytes())?;
        let values = values![brand.0, &id.0, note.at.0, note.user.0, note.partner.map(|partner| partner.0), &sealed];
        let sql = include_str!("../../sql/settings/note_create.sql");
        self.change("keep a note", |db| db.run(sql, values).map(|_| id))
    }

    /// Of what was refused, nothing is kept.
    pub fn forget_note(&self, brand: BrandId, id: NoteId) -> Result<()> {
        let sql = include_str!("../../sql/settings/note_delete.sql");
        self.change("forget a note", |db| db.run(sql, values![brand.0, &id.0]).map(drop))
    }

    pub fn note(&self, brand: BrandId, id: NoteId) -> Result<Option<Note>> {
        let sql = include_str!("../../sql/settings/note_find.sql");
        let read = |row: &dyn Row| {
            let sealed = self.vault.unwrap(&purpose(brand, id), row.blob(3)?)?;
            let text = String::from_utf8(sealed).map_err(|error| Error::corrupt("read a note", error))?;
            let partner = row.some_number(2)?.map(PartnerId);
            Ok(Note { at: Timestamp(row.number(0)?), user: UserId(row.number(1)?), partner, text })
        };
        self.ask("read a note", |db| find(db, sql, values![brand.0, &id.0], read))
    }
}

/// The id goes into the seal: no note can be put in another's place.
fn purpose(brand: BrandId, NoteId(id): NoteId) -> String {
    format!("note {brand}/{:032x}", u128::from_be_bytes(id))
}
