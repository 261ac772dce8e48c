//! Files of changes and conversions. Their content is wrapped, and goes with the application or after some days; what
//! became of each line stays, without anything of a person.

use referee_core::id::{BrandId, RecordNo};
use referee_core::money::Money;
use referee_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::Settings;
use crate::database::{Answer, Database, Row, find, list};
use crate::error::{Error, Result};
use crate::import::mapping::Mapping;
use crate::import::{By, Import, ImportKind, ImportState, Line, LineState};
use crate::intake::amount::currency;
use crate::values;

/// What a file's wrapped content is for.
const CONTENT: &str = "content of an import";
/// The digest of a file is wrapped as well: a short file could be guessed from it.
const DIGEST: &str = "digest of an import";

/// How long whoever works on a file may be silent before somebody else goes on.
const LEASE_MS: i64 = 30_000;

pub struct NewImport<'a> {
    pub import: &'a Import,
    pub content: &'a [u8],
}

/// The right to work on a file, until somebody else may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease(Timestamp);

impl Settings {
    /// Keeps a file. The same again, unless it was taken back, is not kept: its id is told.
    pub fn keep_import(&self, new: &NewImport<'_>) -> Result<std::result::Result<(), String>> {
        let it = new.import;
        let digest = self.vault.wrap(DIGEST, &Sha256::digest(new.content))?;
        let content = self.vault.wrap(CONTENT, new.content)?;
        let (made_by, mapping) = (json(&it.by)?, json(&it.mapping)?);
        self.change("keep a file", |db| {
            let sql = include_str!("../../sql/settings/import_find_same.sql");
            let values = values![it.brand.0, it.kind as u8, &digest, ImportState::Undone as u8];
            if let Some(id) = find(db, sql, values, |row| Ok(row.text(0)?.to_owned()))? {
                return Ok(Err(id));
            }
            let values = values![
                &it.id,
                it.brand.0,
                it.kind as u8,
                &it.name,
                it.state as u8,
                it.lines,
                it.created_at.0,
                it.changed_at.0,
                &made_by,
                &mapping,
                0,
                &digest,
                &content,
            ];
            db.run(include_str!("../../sql/settings/import_create.sql"), values)?;
            Ok(Ok(()))
        })
    }

    pub fn find_import(&self, brand: BrandId, id: &str) -> Result<Option<Import>> {
        let sql = include_str!("../../sql/settings/import_find.sql");
        self.ask("find a file", |db| find(db, sql, values![brand.0, id], read))
    }

    /// Newest first, from before a place on.
    pub fn imports(&self, brand: BrandId, before: Option<(Timestamp, &str)>, most: u32) -> Result<Vec<Import>> {
        let (at, id) = before.unwrap_or((Timestamp(i64::MAX), ""));
        let sql = include_str!("../../sql/settings/import_list.sql");
        self.ask("read the files", |db| list(db, sql, values![brand.0, at.0, id, most], read))
    }

    /// What an uploaded file holds; nothing once it was forgotten.
    pub fn import_content(&self, brand: BrandId, id: &str) -> Result<Option<Vec<u8>>> {
        let sql = include_str!("../../sql/settings/import_find_content.sql");
        let content =
            self.ask("read a file", |db| find(db, sql, values![brand.0, id], |row| Ok(row.blob(0)?.to_vec())))?;
        content.map(|wrapped| self.vault.unwrap(CONTENT, &wrapped)).transpose()
    }

    /// False where it is not just uploaded any more.
    pub fn set_import_mapping(&self, brand: BrandId, id: &str, mapping: &Mapping) -> Result<bool> {
        let mapping = json(mapping)?;
        let sql = include_str!("../../sql/settings/import_set_mapping.sql");
        let values = values![brand.0, id, ImportState::Uploaded as u8, &mapping];
        self.change("match a file's columns", |db| db.run(sql, values)).map(|rows| rows == 1)
    }

    /// One step forward; false where it is elsewhere by now, so that each step is taken once.
    pub fn begin_import(
        &self,
        brand: BrandId,
        id: &str,
        (from, to): (ImportState, ImportState),
        by: &By,
        now: Timestamp,
    ) -> Result<bool> {
        let by = json(by)?;
        let sql = include_str!("../../sql/settings/import_begin.sql");
        let values = values![brand.0, id, from as u8, to as u8, now.0, &by];
        self.change("begin with a file", |db| db.run(sql, values)).map(|rows| rows == 1)
    }

    /// The files that somebody should go on with: nobody has a lease.
    pub fn waiting_imports(&self, clock: Timestamp) -> Result<Vec<(BrandId, String)>> {
        let sql = include_str!("../../sql/settings/import_list_waiting.sql");
        let values = values![ImportState::Applying as u8, ImportState::Undoing as u8, clock.0];
        let read = |row: &dyn Row| Ok((BrandId(row.number(0)?), row.text(1)?.to_owned()));
        self.ask("find files to go on with", |db| list(db, sql, values, read))
    }

    /// Nobody has a lease: for a process that is the only one, when it starts.
    pub fn free_imports(&self) -> Result<()> {
        let sql = include_str!("../../sql/settings/import_free.sql");
        let values = values![ImportState::Applying as u8, ImportState::Undoing as u8];
        self.change("go on with files", |db| db.run(sql, values)).map(drop)
    }

    /// Takes or prolongs the right to work on a file; nothing where somebody else has it.
    pub fn lease_import(&self, import: &Import, held: Option<Lease>, clock: Timestamp) -> Result<Option<Lease>> {
        let before = held.map_or(import.leased_until, |lease| lease.0);
        if held.is_none() && before >= clock {
            return Ok(None);
        }
        let until = clock.plus_ms(LEASE_MS).max(before.plus_ms(1));
        let sql = include_str!("../../sql/settings/import_lease.sql");
        let (applying, undoing) = (ImportState::Applying as u8, ImportState::Undoing as u8);
        let values = values![import.brand.0, &import.id, before.0, until.0, applying, undoing];
        let rows = self.change("work on a file", |db| db.run(sql, values))?;
        Ok((rows == 1).then_some(Lease(until)))
    }

    /// The work is done, and the content goes.
    pub fn finish_import(&self, import: &Import, lease: Lease, to: ImportState, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/import_finish.sql");
        let values = values![import.brand.0, &import.id, import.state as u8, lease.0.0, to as u8, now.0];
        self.change("finish a file", |db| db.run(sql, values)).map(drop)
    }

    /// Forgets a file that nobody applied. False where somebody did.
    pub fn delete_import(&self, brand: BrandId, id: &str) -> Result<bool> {
        let sql = include_str!("../../sql/settings/import_delete.sql");
        let values = values![brand.0, id, ImportState::Uploaded as u8];
        self.change("forget a file", |db| db.run(sql, values)).map(|rows| rows == 1)
    }

    pub fn save_import_lines(&self, import: &Import, lines: &[Line]) -> Result<()> {
        let touched = lines.iter().map(|line| json(&line.touched)).collect::<Result<Vec<_>>>()?;
        self.change("keep lines of a file", |db| {
            lines.iter().zip(&touched).try_for_each(|(line, touched)| save_line(db, import, line, touched))
        })
    }

    /// In their order, after a line.
    pub fn import_lines(&self, brand: BrandId, id: &str, after: u32, most: u32) -> Result<Vec<Line>> {
        let sql = include_str!("../../sql/settings/import_line_list.sql");
        self.ask("read lines of a file", |db| list(db, sql, values![brand.0, id, after, most], read_line))
    }

    pub(super) fn clean_imports(&self, before: Timestamp) -> Result<()> {
        self.change("forget old files", |db| {
            let delete = include_str!("../../sql/settings/import_delete_before.sql");
            db.run(delete, values![ImportState::Uploaded as u8, before.0])?;
            db.run(include_str!("../../sql/settings/import_forget_before.sql"), values![before.0])
        })
        .map(drop)
    }
}

fn save_line(db: &mut dyn Database, import: &Import, line: &Line, touched: &str) -> Answer<()> {
    let currency = line.currency.map(|it| it.to_string()).unwrap_or_default();
    let values = values![
        &import.id,
        line.line,
        import.brand.0,
        line.state as u8,
        &line.order,
        &line.code,
        &line.message,
        line.amount.map(|it| it.0),
        touched,
        line.record.0,
        &currency,
        line.amount_delta.0,
        line.payout_delta.0,
        &line.undo,
    ];
    db.run(include_str!("../../sql/settings/import_line_save.sql"), values).map(drop)
}

fn json<T: serde::Serialize>(it: &T) -> Result<String> {
    serde_json::to_string(it).map_err(|error| Error::corrupt("write a file's settings", error))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::corrupt("read a file's settings", error))
}

fn unknown(what: &str) -> Error {
    Error::corrupt("read a file's settings", format!("there is no such {what}"))
}

fn read(row: &dyn Row) -> Result<Import> {
    let (kind, state): (u8, u8) = (row.number(2)?, row.number(4)?);
    Ok(Import {
        id: row.text(0)?.to_owned(),
        brand: BrandId(row.number(1)?),
        kind: ImportKind::ALL.into_iter().find(|it| *it as u8 == kind).ok_or_else(|| unknown("kind"))?,
        name: row.text(3)?.to_owned(),
        state: ImportState::ALL.into_iter().find(|it| *it as u8 == state).ok_or_else(|| unknown("state"))?,
        lines: row.number(5)?,
        created_at: Timestamp(row.number(6)?),
        changed_at: Timestamp(row.number(7)?),
        by: from_json(row.text(8)?)?,
        mapping: from_json(row.text(9)?)?,
        leased_until: Timestamp(row.number(10)?),
    })
}

fn read_line(row: &dyn Row) -> Result<Line> {
    use LineState::{Done, Planned, Refused, Unchanged};
    let state: u8 = row.number(1)?;
    let state = [Planned, Done, Unchanged, Refused].into_iter().find(|it| *it as u8 == state);
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Line {
        line: row.number(0)?,
        state: state.ok_or_else(|| unknown("state of a line"))?,
        order: text(2)?,
        code: text(3)?,
        message: text(4)?,
        amount: row.some_number(5)?.map(Money),
        touched: from_json(row.text(6)?)?,
        record: RecordNo(row.number(7)?),
        currency: currency(row.text(8)?),
        amount_delta: Money(row.number(9)?),
        payout_delta: Money(row.number(10)?),
        undo: text(11)?,
    })
}
