//! Applies a file in pieces, and goes on after a process died: each line has the name of its submission and what it comes
//! to kept before it is recorded, so that a line that was recorded already is not recorded again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use referee_core::fact::{Actor, Fact};
use referee_core::id::{BrandId, UserId};
use referee_core::row::SubmissionRow;
use referee_core::time::Timestamp;
use tokio::runtime::Handle;

use super::request::{Against, Asked, Drafted, read};
use super::sheet::{self, Sheet};
use super::take_back;
use super::trial::{refused, rehearse, to_amount};
use super::{By, Import, ImportKind, ImportState, Line, LineState};
use crate::Engine;
use crate::clock::{Clock, SystemClock};
use crate::engine::Place;
use crate::error::{Error, Result};
use crate::limits::{IMPORT_LINES_AT_ONCE, IMPORT_LINES_MAX};
use crate::log::number;
use crate::log::{Draft, Position};
use crate::settings::Lease;

/// Waits of a second each for the books, before the work is left to be gone on with later.
const WAITS: u32 = 10;

/// The lines of a file as they would be applied now; nothing is recorded.
pub fn preview(engine: &Engine, import: &Import, content: &[u8]) -> Result<(Sheet, Vec<Line>)> {
    let now = engine.now();
    let (sheet, asked) = asked(engine, import, content, now)?;
    let lines = rehearse(engine.reads.as_ref(), import.brand, &asked, now)?;
    Ok((sheet, lines))
}

/// A file, what became of its lines or would become of them now, and its text while that is kept.
pub struct Told {
    pub import: Import,
    pub sheet: Option<Sheet>,
    pub lines: Vec<Line>,
}

/// Looks at a file: one that is not applied yet is tried.
pub fn look(engine: &Engine, brand: BrandId, id: &str) -> Result<Option<Told>> {
    let Some(import) = engine.settings.find_import(brand, id)? else { return Ok(None) };
    if import.state != ImportState::Uploaded {
        let lines = engine.settings.import_lines(brand, id, 0, IMPORT_LINES_MAX as u32)?;
        return Ok(Some(Told { import, sheet: None, lines }));
    }
    let Some(content) = engine.settings.import_content(brand, id)? else { return Ok(None) };
    let (sheet, lines) = preview(engine, &import, &content)?;
    Ok(Some(Told { import, sheet: Some(sheet), lines }))
}

/// Reads a file's lines against what its brand has set up.
fn asked(engine: &Engine, import: &Import, content: &[u8], now: Timestamp) -> Result<(Sheet, Vec<Asked>)> {
    let sheet = sheet::read(content).map_err(|why| Error::setup("read a file", why))?;
    let known = engine.routing().brands.get(&import.brand).cloned();
    let known = known.ok_or_else(|| Error::setup("read a file", "there is no such brand"))?;
    let against = Against { import, config: &known.config, keys: &known.keys, now };
    let asked = sheet.rows.iter().map(|row| read(row, &against)).collect();
    Ok((sheet, asked))
}

/// Begins to work on a file beside the requests.
pub fn start(engine: &Arc<Engine>, brand: BrandId, id: &str) {
    let (engine, id) = (engine.clone(), id.to_owned());
    tokio::task::spawn_blocking(move || {
        if let Err(error) = go_on(&engine, brand, &id) {
            tracing::warn!(%error, import = id, "a file could not be finished and will be gone on with");
        }
    });
}

/// Goes on with the files that nobody works on: those whose process died.
pub fn resume(engine: &Engine) -> Result<()> {
    let waiting = engine.settings.waiting_imports(SystemClock.now())?;
    waiting.into_iter().try_for_each(|(brand, id)| go_on(engine, brand, &id))
}

/// Works on a file until it is done, or somebody else has it. To be called where waiting is allowed.
pub fn go_on(engine: &Engine, brand: BrandId, id: &str) -> Result<()> {
    let Some(import) = engine.settings.find_import(brand, id)? else { return Ok(()) };
    let Some(lease) = engine.settings.lease_import(&import, None, SystemClock.now())? else { return Ok(()) };
    let mut work = Work { engine, import: &import, lease };
    let to = match import.state {
        ImportState::Applying => work.apply()?.then_some(ImportState::Applied),
        ImportState::Undoing => take_back::all(&mut work)?.then_some(ImportState::Undone),
        _ => None,
    };
    match to {
        Some(to) => engine.settings.finish_import(&import, work.lease, to, engine.now()),
        None => Ok(()),
    }
}

/// One process's hold on a file.
pub struct Work<'a> {
    pub engine: &'a Engine,
    pub import: &'a Import,
    lease: Lease,
}

impl Work<'_> {
    /// False where somebody else has taken over.
    pub fn prolong(&mut self) -> Result<bool> {
        match self.engine.settings.lease_import(self.import, Some(self.lease), SystemClock.now())? {
            Some(lease) => {
                self.lease = lease;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn apply(&mut self) -> Result<bool> {
        let (engine, import) = (self.engine, self.import);
        // A file that lay too long was forgotten: what was done stays done.
        let Some(content) = engine.settings.import_content(import.brand, &import.id)? else { return Ok(true) };
        let (_, asked) = asked(engine, import, &content, import.changed_at)?;
        let known = engine.settings.import_lines(import.brand, &import.id, 0, IMPORT_LINES_MAX as u32)?;
        let known: BTreeMap<u32, Line> = known.into_iter().map(|line| (line.line, line)).collect();
        let is_open = |it: &&Asked| known.get(&it.line).is_none_or(|line| line.state == LineState::Planned);
        let open: Vec<Asked> = asked.iter().filter(is_open).cloned().collect();
        for some in open.chunks(IMPORT_LINES_AT_ONCE) {
            if !self.prolong()? {
                return Ok(false);
            }
            self.apply_some(some, &known)?;
        }
        Ok(true)
    }

    fn apply_some(&self, asked: &[Asked], known: &BTreeMap<u32, Line>) -> Result<()> {
        let (engine, import) = (self.engine, self.import);
        if asked.iter().any(|it| known.contains_key(&it.line)) {
            self.catch_up()?;
        }
        // What was planned before keeps its plan.
        let fresh: Vec<Asked> = asked.iter().filter(|it| !known.contains_key(&it.line)).cloned().collect();
        let mut lines = rehearse(engine.reads.as_ref(), import.brand, &fresh, engine.now())?;
        for line in &mut lines {
            // The rules decide again when it is recorded, but for what would change nothing.
            let sent = import.kind == ImportKind::Conversions || line.state == LineState::Done;
            if sent && asked.iter().any(|it| it.line == line.line && it.draft.is_ok()) {
                line.state = LineState::Planned;
            }
        }
        engine.settings.save_import_lines(import, &lines)?;
        lines.extend(asked.iter().filter_map(|it| known.get(&it.line)).cloned());
        lines.sort_by_key(|line| line.line);
        let drafts: BTreeMap<u32, &Drafted> =
            asked.iter().filter_map(|it| Some((it.line, it.draft.as_ref().ok()?))).collect();
        let mut facts = Vec::new();
        for line in lines.iter().filter(|line| line.state == LineState::Planned) {
            let Some(draft) = drafts.get(&line.line) else { continue };
            let again = known.contains_key(&line.line);
            if !again || engine.reads.submission(import.brand, draft.submission)?.is_none() {
                facts.push((self.reason(line.line), with_amount(draft, line), draft.occurred_at));
            }
        }
        self.record(facts)?;
        for line in lines.iter_mut().filter(|line| line.state == LineState::Planned) {
            if let Some(draft) = drafts.get(&line.line) {
                let row = engine.reads.submission(import.brand, draft.submission)?;
                let row = row.ok_or_else(|| Error::unavailable("apply a file", "a line is not in the books yet"))?;
                self.tell(line, &row)?;
            } else if let Some(asked) = asked.iter().find(|it| it.line == line.line) {
                // What the brand has set up changed since it was planned.
                let fault = asked.draft.as_ref().err();
                *line = fault.map_or(line.clone(), |fault| refused(asked, fault.code, &fault.message));
            }
        }
        engine.settings.save_import_lines(import, &lines)
    }

    /// Writes down what became of a line.
    fn tell(&self, line: &mut Line, row: &SubmissionRow) -> Result<()> {
        let (reads, brand) = (&self.engine.reads, self.import.brand);
        let mut changed = Vec::new();
        for action in &row.actions {
            changed.extend(reads.history(brand, *action)?.into_iter().filter(|it| it.record == row.record));
        }
        let first = changed.first().map(|it| it.action);
        let currency = first.map(|id| reads.action(brand, id)).transpose()?.flatten().map(|action| action.currency);
        (line.code, line.message) = Default::default();
        line.became(row.refusal, row.unchanged, &changed, currency);
        line.record = row.record;
        Ok(())
    }

    /// As the audit trail says why.
    pub fn reason(&self, line: u32) -> String {
        format!("line {line} of the file {}", self.import.name)
    }

    /// Keeps facts in their order, and waits until the books hold them.
    pub fn record(&self, facts: Vec<(String, Fact, Timestamp)>) -> Result<()> {
        let (engine, brand) = (self.engine, self.import.brand);
        let partition = engine.partition_of(brand)?;
        let received_at = engine.now();
        let mut tickets = Vec::new();
        for (reason, fact, occurred_at) in facts {
            let actor = actor(&self.import.by, reason);
            let draft = Draft { brand, received_at, occurred_at, actor, fact, raw: None };
            let ticket = engine.recorder.record(partition, &draft);
            tickets.push(ticket.map_err(|full| Error::unavailable("apply a file", full))?);
        }
        let mut position = Position::default();
        for ticket in tickets {
            let durable = Handle::current().block_on(ticket.durable())?;
            let kept = durable.position;
            position = position.max(kept.ok_or_else(|| Error::unavailable("apply a file", "the log is away"))?);
        }
        let reached = || engine.progress().borrow().get(&partition).is_some_and(|it| *it >= position);
        for _ in 0..WAITS {
            if reached() {
                return Ok(());
            }
            Handle::current().block_on(engine.wait_for(Place { partition, position }));
        }
        if reached() { Ok(()) } else { Err(Error::unavailable("apply a file", "the books are behind")) }
    }

    /// The books hold all that was kept before: what is not in them was not recorded.
    pub fn catch_up(&self) -> Result<()> {
        let spooled = self.engine.spool.as_ref().is_some_and(|spool| spool.frames.load(Ordering::Relaxed) > 0);
        for _ in 0..WAITS {
            if !spooled && Handle::current().block_on(self.engine.catch_up(self.import.brand))? {
                return Ok(());
            }
        }
        Err(Error::unavailable("go on with a file", "the books are behind"))
    }
}

fn actor(by: &By, reason: String) -> Option<Actor> {
    let role = by.role.and_then(|role| number::role(u32::from(role)))?;
    Some(Actor { user: UserId(by.user?), role, reason: reason.chars().take(255).collect() })
}

/// The fact of a line, with the amount that its difference came to.
fn with_amount(draft: &Drafted, line: &Line) -> Fact {
    let mut fact = draft.fact.clone();
    if let (Fact::ChangeRequested(request), Some(amount)) = (&mut fact, line.amount) {
        request.change = to_amount(&request.change, amount);
    }
    fact
}
