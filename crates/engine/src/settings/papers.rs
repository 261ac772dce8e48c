//! Papers that may say a person's name, address or number in so many words: refused reports, uploaded files, notes.

use referee_core::id::{BrandId, NoteId};
use referee_core::time::Timestamp;

use super::Settings;
use crate::database::{Row, list};
use crate::error::{Error, Result};
use crate::import::ImportState;
use crate::values;

/// A shorter value stands in too many texts that mean something else.
const VALUE_CHARS_MIN: usize = 5;
/// All there are: both are kept for some days only.
const ALL: u32 = i32::MAX as u32;

/// What names somebody in so many words, in lower case.
struct Words(Vec<String>);

impl Words {
    fn of(values: &[String]) -> Words {
        let long = |it: &String| it.chars().count() >= VALUE_CHARS_MIN;
        Words(values.iter().map(|it| it.trim().to_lowercase()).filter(long).collect())
    }

    fn stand_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().any(|value| text.contains(value.as_str()))
    }
}

impl Settings {
    /// Forgets papers of a brand that say any of some values, in whatever case; says how many. A file that is just being
    /// applied stays until it is, and goes then.
    pub fn forget_papers(&self, brand: BrandId, values: &[String]) -> Result<u32> {
        let words = Words::of(values);
        let says = |text: &str| words.stand_in(text);
        if words.0.is_empty() {
            return Ok(0);
        }
        let mut forgotten = 0;
        for report in self.refused_before(brand, Timestamp(i64::MAX), ALL)? {
            if says(&report.payload) || says(&report.errors) {
                let sql = include_str!("../../sql/settings/refused_delete.sql");
                self.change("forget a refused report", |db| db.run(sql, values![brand.0, &report.id]))?;
                forgotten += 1;
            }
        }
        for import in self.imports(brand, None, ALL)? {
            let content = match import.state {
                ImportState::Uploaded => self.import_content(brand, &import.id)?,
                _ => None,
            };
            if content.is_some_and(|bytes| says(&String::from_utf8_lossy(&bytes))) {
                forgotten += u32::from(self.delete_import(brand, &import.id)?);
            }
        }
        for id in self.notes(brand)? {
            if self.note(brand, id)?.is_some_and(|note| says(&note.text)) {
                self.forget_note(brand, id)?;
                forgotten += 1;
            }
        }
        Ok(forgotten)
    }

    /// Finishes what shops ask by law for somebody whom these values name.
    pub fn forget_shop_requests(&self, brand: BrandId, values: &[String], note: &str, now: Timestamp) -> Result<()> {
        let words = Words::of(values);
        for it in self.shop_requests(brand)?.iter().filter(|it| it.done_at.is_none() && words.stand_in(&it.payload)) {
            self.finish_shop_request(brand, (&it.shop, &it.id), note, now)?;
        }
        Ok(())
    }

    fn notes(&self, brand: BrandId) -> Result<Vec<NoteId>> {
        let sql = include_str!("../../sql/settings/note_list.sql");
        let damaged = |_| Error::corrupt("read a note", "its id is damaged");
        let read = |row: &dyn Row| Ok(NoteId(row.blob(0)?.try_into().map_err(damaged)?));
        self.ask("read the notes", |db| list(db, sql, values![brand.0], read))
    }
}
