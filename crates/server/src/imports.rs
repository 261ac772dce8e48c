//! Files of changes and conversions, as both the console and the API handle them.

use axum::response::{IntoResponse, Response};
use http::header;
use referee_core::id::BrandId;
use referee_engine::Engine;
use referee_engine::error::{Error, Result};
use referee_engine::import::upload::{BadUpload, Upload, accept};
use referee_engine::import::work::{Told, look, preview, start};
use referee_engine::import::{By, Import, ImportState, Line, LineState, TAKEN_BACK};
use referee_engine::settings::NewImport;
use std::sync::Arc;

use crate::console::table;

/// What became of an upload.
pub enum Uploaded {
    Kept(Import),
    /// It is here already, under this id.
    Again(String),
    Bad(BadUpload),
}

/// Keeps a file for its application. The same again is not kept.
pub fn keep(engine: &Engine, upload: &Upload<'_>) -> Result<Uploaded> {
    let import = match accept(upload, engine.now()) {
        Ok((import, _)) => import,
        Err(bad) => return Ok(Uploaded::Bad(bad)),
    };
    let kept = engine.settings.keep_import(&NewImport { import: &import, content: upload.content })?;
    Ok(kept.map_or_else(Uploaded::Again, |()| Uploaded::Kept(import)))
}

/// What a file would do, without keeping it.
pub fn dry_run(engine: &Engine, upload: &Upload<'_>) -> Result<std::result::Result<Told, BadUpload>> {
    let import = match accept(upload, engine.now()) {
        Ok((import, _)) => import,
        Err(bad) => return Ok(Err(bad)),
    };
    let (sheet, lines) = preview(engine, &import, upload.content)?;
    Ok(Ok(Told { import, sheet: Some(sheet), lines }))
}

/// Begins to apply a file or to take it back, once. The work goes on beside the request.
pub fn begin(engine: &Arc<Engine>, brand: BrandId, id: &str, undo: bool, by: &By) -> Result<Option<Told>> {
    let step = match undo {
        false => (ImportState::Uploaded, ImportState::Applying),
        true => (ImportState::Applied, ImportState::Undoing),
    };
    if engine.settings.find_import(brand, id)?.is_none() {
        return Ok(None);
    }
    if !engine.settings.begin_import(brand, id, step, by, engine.now())? {
        let why = match undo {
            false => "The file was applied already: a file is applied once.",
            true => "Only a file that was applied, and not taken back yet, can be taken back.",
        };
        return Err(Error::setup("begin with a file", why));
    }
    start(engine, brand, id);
    look(engine, brand, id)
}

/// The lines that need somebody's eyes: those that can't be taken, or taken back.
pub fn errors(told: &Told) -> impl Iterator<Item = &Line> {
    told.lines.iter().filter(|line| line.state == LineState::Refused || !matches!(line.undo.as_str(), "" | TAKEN_BACK))
}

/// Why a line stands among the errors.
pub fn sentence(line: &Line) -> &str {
    if matches!(line.undo.as_str(), "" | TAKEN_BACK) { &line.message } else { &line.undo }
}

/// The errors as a file: with the columns as they were uploaded, while they are kept.
pub fn errors_csv(told: &Told) -> Response {
    let mut out = String::new();
    let own = ["line", "code", "error"];
    match &told.sheet {
        Some(sheet) => {
            table::line(&mut out, sheet.header.iter().map(String::as_str).chain(own));
            for line in errors(told) {
                let row = sheet.rows.iter().find(|row| row.line == line.line);
                let cells = row.iter().flat_map(|row| row.cells.iter().map(String::as_str));
                let number = line.line.to_string();
                table::line(&mut out, cells.chain([number.as_str(), &line.code, sentence(line)]));
            }
        }
        None => {
            table::line(&mut out, ["order"].into_iter().chain(own));
            for line in errors(told) {
                table::line(
                    &mut out,
                    [&line.order, line.line.to_string().as_str(), &line.code, sentence(line)].into_iter(),
                );
            }
        }
    }
    let lines = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"errors.csv\""),
    ];
    (lines, out).into_response()
}
