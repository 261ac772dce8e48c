//! An erasure is done, step by step. Each step can be taken again: what was replaced is not found a second time.

use std::collections::BTreeMap;

use referee_core::erasure::{Named, Naming, Place, Substitution};
use referee_core::fact::{Fact, Service, SubjectServed};
use referee_core::id::{BrandId, FactId, RecordNo, ServiceId};
use tokio::runtime::Handle;

use super::place::{PlaceOf, tokens};
use super::{Erasure, ErasureState, receipt};
use crate::Engine;
use crate::books::Applied;
use crate::clock::{Clock, SystemClock};
use crate::database::trace::Traces;
use crate::engine::SettleError;
use crate::error::{Error, Result};
use crate::log::frame::{Change, rewrite};
use crate::log::{Draft, Frame, Position, patiently};
use crate::settings::ErasureLease;

/// Frames read at once, and rewritten in one transaction at most.
const FRAMES_AT_ONCE: usize = 64;
/// The newest commands of people among which an erasure's own is looked for.
const AUDIT_AT_ONCE: u32 = 500;

/// Goes on with the erasures that nobody works on.
pub fn resume(engine: &Engine) -> Result<()> {
    let open = engine.settings.open_erasures()?;
    let mut all = Ok(());
    for it in open {
        all = all.and(go_on(engine, it.brand, it.id).map(drop));
    }
    all
}

/// Works on an erasure as far as it can be done now. False: something is in the way, and it is gone on with later. To be
/// called where waiting is allowed.
pub fn go_on(engine: &Engine, brand: BrandId, id: ServiceId) -> Result<bool> {
    let Some(erasure) = engine.settings.erasure(brand, id)? else { return Ok(true) };
    if erasure.state == ErasureState::Done {
        return Ok(true);
    }
    let Some(lease) = engine.settings.lease_erasure(&erasure, None, SystemClock.now())? else { return Ok(false) };
    let Some(by) = engine.settings.substitution(brand, id)? else {
        return Err(Error::corrupt("go on with an erasure", "what it replaces is gone"));
    };
    let mut work = Work { engine, erasure, by, lease };
    let done = work.run();
    engine.settings.free_erasure(&work.erasure, work.lease)?;
    done
}

struct Work<'a> {
    engine: &'a Engine,
    erasure: Erasure,
    by: Substitution,
    lease: ErasureLease,
}

impl Work<'_> {
    fn run(&mut self) -> Result<bool> {
        // One after the other: what an older one replaced is not there to be replaced by this one.
        let older = self.older()?;
        let are_marked = older.iter().all(|it| it.state == ErasureState::Rewriting);
        if self.erasure.state == ErasureState::Waiting && !(are_marked && self.mark_the_moment()?) {
            return Ok(false);
        }
        let Some(record) = self.erasure.record else {
            return Err(Error::corrupt("go on with an erasure", "its record is not known"));
        };
        let position = match self.erasure.position {
            Some(position) => position,
            None if older.iter().any(|it| it.position.is_none()) => return Ok(false),
            None => match self.rewrite_log(record)? {
                Some(position) => position,
                None => return Ok(false),
            },
        };
        self.clean(position)
    }

    /// Those of the brand that were asked for before, and are not done.
    fn older(&self) -> Result<Vec<Erasure>> {
        let mut open = self.engine.settings.open_erasures()?;
        let own = (self.erasure.asked_at, self.erasure.id);
        open.retain(|it| it.brand == self.erasure.brand && (it.asked_at, it.id) < own);
        Ok(open)
    }

    /// Somebody else may have taken over.
    fn prolong(&mut self) -> Result<bool> {
        match self.engine.settings.lease_erasure(&self.erasure, Some(self.lease), SystemClock.now())? {
            Some(lease) => {
                self.lease = lease;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// Records the erasure, once, and waits until the books have come there. From then on they hold nothing of the person,
    /// and the log may follow.
    fn mark_the_moment(&mut self) -> Result<bool> {
        let (engine, brand) = (self.engine, self.erasure.brand);
        let mut record = self.find_record()?;
        if record.is_none() {
            // A process that died may have recorded it. Only books that hold all of the log can tell that nobody did.
            if !Handle::current().block_on(engine.catch_up(brand))? {
                return Ok(false);
            }
            record = self.find_record()?;
        }
        if record.is_none() {
            let service = Service::Erasure { values: self.erasure.found.values() };
            let fact = Fact::SubjectServed(SubjectServed { id: self.erasure.id, service });
            match Handle::current().block_on(engine.settle(brand, self.erasure.actor.clone(), fact)) {
                Ok(_) => record = self.find_record()?,
                Err(SettleError::NotYet(_)) => return Ok(false),
                Err(SettleError::Trouble(error)) => return Err(error),
                Err(SettleError::Refused(refusal)) => {
                    return Err(Error::corrupt("record an erasure", refusal.brand_sentence()));
                }
            }
        }
        let Some(record) = record else { return Ok(false) };
        // Books that lost their last commits would hold the person again, when nobody knows any more what to replace.
        engine.book_store().flush(engine.partition_of(brand)?)?;
        engine.settings.begin_rewriting(&self.erasure, record, engine.now())?;
        (self.erasure.state, self.erasure.record) = (ErasureState::Rewriting, Some(record));
        self.prolong()
    }

    /// The record of this erasure, if the books have come to it.
    fn find_record(&self) -> Result<Option<RecordNo>> {
        let (mut before, id) = (None, self.erasure.id.to_string());
        loop {
            let page = self.engine.reads.audit(self.erasure.brand, before, AUDIT_AT_ONCE)?;
            if let Some(found) = page.iter().find(|it| it.kind == "subject_erased" && it.subject == id) {
                return Ok(Some(found.record));
            }
            // Nothing of it was done before it was asked for.
            match page.last() {
                Some(last) if last.at >= self.erasure.asked_at => before = Some(last.record),
                _ => return Ok(None),
            }
        }
    }

    /// Rewrites the log up to the erasure's record, and says where that lies. None: somebody else has taken over.
    fn rewrite_log(&mut self, until: RecordNo) -> Result<Option<Position>> {
        let (engine, brand) = (self.engine, self.erasure.brand);
        let partition = engine.partition_of(brand)?;
        let by = self.by.clone();
        let mut reading = Reading::new(&self.erasure, &by, until);
        let (mut after, mut rewritten) = (Position::default(), 0);
        while reading.found.is_none() {
            let frames = patiently(|| engine.log().read(partition, after, FRAMES_AT_ONCE))?;
            let Some((last, _)) = frames.last() else {
                return Err(Error::corrupt("rewrite the log", "it ends before the erasure's record"));
            };
            after = *last;
            let (changed, places) = reading.page(&frames)?;
            rewritten += places.len() as u64;
            engine.settings.note_places(&self.erasure, &places, reading.no, rewritten)?;
            if !changed.is_empty() {
                patiently(|| engine.log().rewrite(partition, &changed))?;
            }
            if !self.prolong()? {
                return Ok(None);
            }
        }
        if !reading.is_met {
            return Err(Error::corrupt("rewrite the log", "another record stands where the erasure's was"));
        }
        // With those that were replaced before somebody died.
        let rewritten = engine.settings.count_places(brand, self.erasure.id)?;
        engine.settings.note_places(&self.erasure, &[], reading.no.min(until.0), rewritten)?;
        if let Some(position) = reading.found {
            engine.settings.note_rewritten(&self.erasure, position)?;
        }
        Ok(reading.found)
    }

    /// Leaves nothing behind where files keep what was deleted; then what was replaced by what goes as well.
    fn clean(&mut self, up_to: Position) -> Result<bool> {
        let engine = self.engine;
        let partition = engine.partition_of(self.erasure.brand)?;
        let traces = traces(&self.by)?;
        let is_clean =
            engine.log().scrub(partition, up_to, &traces)? && engine.book_store().scrub(partition, &traces)?;
        if !is_clean || !self.prolong()? {
            return Ok(false);
        }
        receipt::write(engine, &self.erasure)?;
        engine.settings.finish_erasure(&self.erasure, engine.now())?;
        // The seal keeps its secret all the same; what is left of it is no file's to keep.
        engine.settings.scrub(&traces)?;
        Ok(true)
    }
}

/// The bytes of all that is replaced.
fn traces(by: &Substitution) -> Result<Traces> {
    let identifiers = by.identifiers.keys().map(|it| it.hash.to_vec());
    let numbers = by.agents.keys().chain(by.networks.keys()).map(|it| it.to_be_bytes().to_vec());
    Traces::of(&identifiers.chain(numbers).collect::<Vec<_>>())
}

/// A walk through a partition, with the numbers of records as the machine gives them.
struct Reading<'a> {
    brand: BrandId,
    by: &'a Substitution,
    numbers: BTreeMap<Named, u32>,
    until: RecordNo,
    applied: Applied,
    /// Records of the brand that were read.
    no: u64,
    /// The frame that holds the record up to which is read.
    found: Option<Position>,
    /// The erasure's own fact was met.
    is_met: bool,
    id: ServiceId,
}

/// Frames as they are to be, and the places that change in them.
type Rewritten = (Vec<(Position, Frame)>, Vec<PlaceOf>);

impl<'a> Reading<'a> {
    fn new(erasure: &Erasure, by: &'a Substitution, until: RecordNo) -> Reading<'a> {
        let (brand, id, numbers, applied) = (erasure.brand, erasure.id, tokens(by), Applied::default());
        Reading { brand, by, numbers, until, applied, no: 0, found: None, is_met: false, id }
    }

    /// The frames of a page that change, and where.
    fn page(&mut self, frames: &[(Position, Frame)]) -> Result<Rewritten> {
        let (mut changed, mut places) = (Vec::new(), Vec::new());
        for (position, frame) in frames {
            if self.found.is_some() {
                break;
            }
            // A frame that was kept twice is replaced in twice, and counts once.
            let is_new = self.applied.note(frame.id);
            let no = self.no;
            let rewritten = rewrite(frame, |id, draft| self.record(id, draft, is_new, &mut places))?;
            if !is_new {
                self.no = no;
            }
            changed.extend(rewritten.map(|frame| (*position, frame)));
            if self.no >= self.until.0 {
                self.found = Some(*position);
            }
        }
        Ok((changed, places))
    }

    fn record(&mut self, id: FactId, draft: &mut Draft, is_new: bool, places: &mut Vec<PlaceOf>) -> Change {
        if draft.brand != self.brand {
            return Change::default();
        }
        self.no += 1;
        if is_new && self.no >= self.until.0 {
            self.is_met |= matches!(&draft.fact, Fact::SubjectServed(it) if it.id == self.id);
            return Change::default();
        }
        let slots = slots(&mut draft.fact, &self.numbers);
        let replaced = self.by.apply_to_fact(&mut draft.fact);
        if is_new && replaced.any {
            places.push(PlaceOf { record: RecordNo(self.no), fact: id, slots });
        }
        Change { fact: replaced.any, blank_raw: replaced.personal }
    }
}

/// Which values of a fact become which tokens.
fn slots(fact: &mut Fact, numbers: &BTreeMap<Named, u32>) -> Vec<(u32, u32)> {
    let (mut slot, mut slots) = (0, Vec::new());
    fact.each_place(&mut |place| {
        let value = match place {
            Place::Identifier(it) => Named::Identifier(*it),
            Place::Agent(it) => Named::Agent(*it),
            Place::Network(it) => Named::Network(*it),
        };
        slots.extend(numbers.get(&value).map(|number| (slot, *number)));
        slot += 1;
    });
    slots
}
