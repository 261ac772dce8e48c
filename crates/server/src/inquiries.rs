//! Inquiries on their way in, and their answers, for the portal, the console and the API.

use std::sync::Arc;

use referee_core::fact::{Actor, Fact, Role};
use referee_core::id::{ActionId, BrandId, InquiryId, NoteId, PartnerId, UserId};
use referee_core::inquiry::{Answer, InquiryAnswered, InquiryAppealed};
use referee_engine::engine::{SettleError, Settled, blocking};
use referee_engine::error::{Error, Result};
use referee_engine::import::sheet::{self, Sheet};
use referee_engine::intake::drop_reason::{DropReason, FieldError};
use referee_engine::intake::fields::Fields;
use referee_engine::intake::inquiry::{FIELDS, InquiryContext, inquiry};
use referee_engine::limits::INQUIRY_LINES_MAX;
use referee_engine::settings::Note;
use tokio::task::JoinSet;

use crate::app::App;
use crate::reports::new_submission;

/// Lines of a file whose outcomes are waited for together.
const LINES_AT_ONCE: usize = 20;

/// Why an inquiry was not opened.
#[derive(Debug)]
pub enum NotOpened {
    /// Some fields can't be taken.
    Fields(Vec<FieldError>),
    Settle(SettleError),
}

impl From<Error> for NotOpened {
    fn from(error: Error) -> NotOpened {
        NotOpened::Settle(SettleError::Trouble(error))
    }
}

/// Who does it, for which brand.
#[derive(Clone)]
pub struct By {
    pub brand: BrandId,
    pub actor: Actor,
    /// The partner whose user it is; none on the brand's side.
    pub partner: Option<PartnerId>,
}

/// Opens an inquiry of a partner's.
pub async fn open(app: &App, by: &By, partner: PartnerId, fields: &Fields) -> std::result::Result<Settled, NotOpened> {
    let brand = app.engine.routing().brands.get(&by.brand).cloned();
    let brand = brand.ok_or_else(|| Error::setup("open an inquiry", "there is no such brand"))?;
    let named: Option<ActionId> = fields.get(&["action_id"]).and_then(|id| id.parse().ok());
    let (engine, of) = (app.engine.clone(), by.brand);
    let action = match named {
        // That of another partner is none: nobody learns that there is one.
        Some(id) => blocking(move || engine.reads.action(of, id)).await?.filter(|it| it.partner == partner),
        None => None,
    };
    let now = app.engine.now();
    let context = InquiryContext { config: &brand.config, keys: &brand.keys, partner, action: action.as_ref(), now };
    let asked = inquiry(fields, &context).map_err(NotOpened::Fields)?;
    let make = |note| {
        let mut opened = asked.inquiry;
        opened.note = note;
        Fact::InquiryOpened(opened)
    };
    with_note(app, by, &asked.note, make).await.map_err(NotOpened::Settle)
}

/// Says what the brand found.
pub async fn answer(
    app: &App,
    by: &By,
    inquiry: InquiryId,
    answer: Answer,
    text: &str,
) -> std::result::Result<Settled, SettleError> {
    let submission = new_submission(app.engine.now());
    let fact = |note| Fact::InquiryAnswered(InquiryAnswered { inquiry, submission, answer, note });
    with_note(app, by, text, fact).await
}

/// Asks for a second look.
pub async fn appeal(
    app: &App,
    by: &By,
    partner: PartnerId,
    inquiry: InquiryId,
    text: &str,
) -> std::result::Result<Settled, SettleError> {
    with_note(app, by, text, |note| Fact::InquiryAppealed(InquiryAppealed { inquiry, partner, note })).await
}

/// Keeps what was written before the fact that names it, and nothing of what the rules refuse.
async fn with_note(
    app: &App,
    by: &By,
    text: &str,
    fact: impl FnOnce(Option<NoteId>) -> Fact,
) -> std::result::Result<Settled, SettleError> {
    let (engine, brand) = (app.engine.clone(), by.brand);
    let note = Note { at: engine.now(), user: by.actor.user, partner: by.partner, text: text.trim().to_owned() };
    let kept =
        blocking(
            move || if note.text.is_empty() { Ok(None) } else { engine.settings.keep_note(brand, &note).map(Some) },
        );
    let id = kept.await.map_err(SettleError::Trouble)?;
    let settled = app.engine.settle(brand, by.actor.clone(), fact(id)).await;
    if let (Err(SettleError::Refused(_)), Some(id)) = (&settled, id) {
        let engine = app.engine.clone();
        blocking(move || engine.settings.forget_note(brand, id)).await.map_err(SettleError::Trouble)?;
    }
    settled
}

/// The notes of an inquiry that are still kept, oldest first.
pub async fn notes(app: &App, brand: BrandId, ids: &[NoteId]) -> Result<Vec<Note>> {
    let (engine, ids) = (app.engine.clone(), ids.to_vec());
    let all = blocking(move || ids.into_iter().map(|id| engine.settings.note(brand, id)).collect::<Result<Vec<_>>>());
    Ok(all.await?.into_iter().flatten().collect())
}

/// Who acts for a person of the console.
pub fn by_person(brand: BrandId, user: UserId, role: Role, partner: Option<PartnerId>) -> By {
    let reason = if partner.is_some() { "asked in the portal" } else { "answered in the console" };
    By { brand, actor: Actor { user, role, reason: reason.to_owned() }, partner }
}

/// A file of inquiries, as far as it can be read.
pub fn read_file(bytes: &[u8]) -> std::result::Result<Sheet, String> {
    let mut sheet = sheet::read(bytes).map_err(|bad| bad.to_string())?;
    if sheet.rows.len() > INQUIRY_LINES_MAX {
        return Err("The file has more than 1,000 lines. Split it and upload the parts one after the other.".to_owned());
    }
    for name in &mut sheet.header {
        *name = name.trim().to_lowercase().replace([' ', '-'], "_");
    }
    let known = |name: &String| FIELDS.contains(&name.as_str());
    if !sheet.header.iter().any(known) {
        return Err(format!("The header names no column that is known. There are {}.", FIELDS.join(", ")));
    }
    Ok(sheet)
}

/// What became of a line.
pub struct LineTold {
    pub line: u32,
    pub order: String,
    pub outcome: std::result::Result<Settled, NotOpened>,
}

/// Opens an inquiry for each line that can be taken, in the order of the lines.
pub async fn open_all(app: &Arc<App>, by: &By, partner: PartnerId, sheet: &Sheet) -> Vec<LineTold> {
    let mut told = Vec::new();
    for rows in sheet.rows.chunks(LINES_AT_ONCE) {
        let mut lines = JoinSet::new();
        for row in rows {
            let mut fields = Fields::default();
            sheet.header.iter().zip(&row.cells).for_each(|(name, value)| fields.set(name, value));
            let (app, by, line, misshapen) = (app.clone(), by.clone(), row.line, row.misshapen);
            lines.spawn(async move {
                let outcome = if misshapen {
                    let message = "The line has more cells than the header, or fewer.";
                    Err(NotOpened::Fields(vec![FieldError::new("", DropReason::Malformed, message)]))
                } else {
                    open(&app, &by, partner, &fields).await
                };
                LineTold { line, order: fields.get(&["order_id", "action_id"]).unwrap_or_default().to_owned(), outcome }
            });
        }
        told.extend(lines.join_all().await);
    }
    told.sort_by_key(|line| line.line);
    told
}
