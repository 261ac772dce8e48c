//! A file as it comes in.

use std::collections::BTreeMap;

use referee_core::id::BrandId;
use referee_core::time::Timestamp;

use super::mapping::{Mapping, bare, guess};
use super::sheet::{BadSheet, Sheet, read};
use super::{By, Import, ImportKind, ImportState};
use crate::intake::submission::{new_submission, submission_name};
use crate::limits::TEXT_CHARS_MAX;

/// What somebody uploads.
pub struct Upload<'a> {
    pub brand: BrandId,
    pub kind: ImportKind,
    pub name: &'a str,
    pub content: &'a [u8],
    pub by: By,
    /// How to read it; the columns are guessed where none are named.
    pub mapping: Mapping,
    /// Fields by the names of their columns, in place of what would be guessed.
    pub columns: BTreeMap<String, String>,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUpload {
    #[error(transparent)]
    Sheet(#[from] BadSheet),
    #[error("{0}")]
    Columns(String),
}

/// Reads a file so far that it can be kept.
pub fn accept(upload: &Upload<'_>, now: Timestamp) -> Result<(Import, Sheet), BadUpload> {
    let sheet = read(upload.content)?;
    let mut mapping = Mapping { columns: guess(upload.kind, &sheet.header).columns, ..upload.mapping.clone() };
    for (column, field) in &upload.columns {
        let place = sheet.header.iter().position(|name| bare(name) == bare(column));
        let place = place.ok_or_else(|| BadUpload::Columns(format!("The file has no column {column:?}.")))?;
        mapping.columns[place].clone_from(field);
    }
    mapping.check(upload.kind, &sheet.header).map_err(BadUpload::Columns)?;
    let id = submission_name(new_submission(now));
    let name = upload.name.trim();
    let name = if name.is_empty() { "file.csv" } else { name };
    let import = Import {
        id: format!("I{}", id.trim_start_matches('A')),
        brand: upload.brand,
        kind: upload.kind,
        name: name.chars().filter(|letter| !letter.is_control()).take(TEXT_CHARS_MAX / 2).collect(),
        state: ImportState::Uploaded,
        lines: u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX),
        created_at: now,
        changed_at: now,
        by: upload.by.clone(),
        mapping,
        leased_until: Timestamp(0),
    };
    Ok((import, sheet))
}
