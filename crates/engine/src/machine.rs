//! The machine: reads frames, applies the rules, keeps the books. One thread per process serves its partitions, and
//! each partition is one brand's, so that what stops one brand holds up no other.

mod batch;
mod running;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use referee_core::config::Config;
use referee_core::erasure::Substitution;
use referee_core::fact::{Fact, Record, Service};
use referee_core::id::{BrandId, RecordNo, ServiceId};
use referee_core::row::BrandState;
use referee_core::time::Timestamp;
use tokio::sync::watch;

use self::batch::Batch;
pub use self::running::Running;
use crate::books::batch::apply_records;
use crate::books::{Applied, Books};
use crate::erasure::{Erasures, NoErasures};
use crate::error::{Error, Result};
use crate::log::{Frame, Log, Places, Position, patiently};
use crate::routing::PartitionId;

/// Frames read at once; each holds what one flush gathered. How many fit a transaction shows with the last one: what is
/// read beyond that is read again.
const FRAMES_MIN: usize = 16;
const FRAMES_MAX: usize = 256;

/// How far the books have come, for those who wait for their own writes.
pub type Progress = Places;

/// Until which moment all that fell due was done, by partition, for those who moved the clock.
pub type DoneUntil = BTreeMap<PartitionId, Timestamp>;

/// The partitions that a machine serves.
pub type Assignment = BTreeMap<PartitionId, Served>;

/// What a machine knows of a partition it serves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    pub brands: Vec<BrandId>,
    /// Where its books are: when they move, they are taken in hand anew.
    pub cluster: String,
}

/// Told after every commit that changed what a brand has set up.
pub type OnConfig = Box<dyn Fn(BrandId, &Config, RecordNo) + Send>;

#[derive(Default)]
pub struct MachineFigures {
    pub records: AtomicU64,
    pub batches: AtomicU64,
    /// Partitions that stand still because of an error or a bug.
    pub stopped: AtomicU64,
    /// Partitions that are served here.
    pub partitions: AtomicU64,
    /// Of those, the ones with frames that were not applied when the machine last looked.
    pub behind: AtomicU64,
}

/// One brand, as the machine holds it between batches.
struct BrandInHand {
    config: Config,
    state: BrandState,
    /// When the next queued piece of work is due.
    next_due: Option<Timestamp>,
    /// When the first of its programs begins a month, or ends a period that bonuses are given for. A record says so, for
    /// nobody may come by to close the old one.
    next_period: Option<Timestamp>,
    /// A record that advances time or work is on its way through the log.
    asked: bool,
}

impl BrandInHand {
    /// Queued work that waits is due since the time that queued it.
    fn waits(&self) -> Option<Timestamp> {
        self.state.work_waits.then_some(self.state.brand_time)
    }

    /// The queued piece of work that shall be done by a moment, and since when it is due.
    fn due_by(&self, moment: Timestamp) -> Option<Timestamp> {
        self.waits().or([self.next_due, self.next_period].into_iter().flatten().filter(|due| *due <= moment).min())
    }
}

struct Partition {
    id: PartitionId,
    cluster: String,
    members: Vec<BrandId>,
    applied: Applied,
    /// Frames to read at once.
    page: usize,
    /// Empty after a failure: what was in hand may be half changed, and is read again.
    brands: BTreeMap<BrandId, BrandInHand>,
    /// Of brands whose log may be rewritten already: what is replaced in every record before one.
    rewriting: BTreeMap<BrandId, Vec<(RecordNo, Substitution)>>,
    /// Whether that was asked for since the brands were taken in hand.
    looked: bool,
    /// Why nothing is applied any more; said once.
    stopped: bool,
}

pub struct Machine {
    log: Arc<dyn Log>,
    books: Box<dyn Books>,
    partitions: Vec<Partition>,
    tell: Tell,
    figures: Arc<MachineFigures>,
    erasures: Arc<dyn Erasures>,
    /// Whether the log may be rewritten while this machine reads on behind an erasure's record.
    rebuilds: bool,
}

/// Who hears of what was applied.
pub struct Tell {
    pub config: OnConfig,
    pub progress: watch::Sender<Progress>,
    pub done: watch::Sender<DoneUntil>,
}

impl Tell {
    /// Nobody: for replays.
    pub fn nobody() -> Tell {
        Tell { config: Box::new(|_, _, _| {}), progress: watch::Sender::default(), done: watch::Sender::default() }
    }
}

impl Machine {
    pub fn new(log: Arc<dyn Log>, books: Box<dyn Books>, tell: Tell, figures: Arc<MachineFigures>) -> Machine {
        let erasures: Arc<dyn Erasures> = Arc::new(NoErasures);
        Machine { log, books, partitions: Vec::new(), tell, figures, erasures, rebuilds: false }
    }

    /// The same, with the erasures that may be under way.
    pub fn with_erasures(self, erasures: Arc<dyn Erasures>) -> Machine {
        Machine { erasures, ..self }
    }

    /// Serves these partitions from now on, and no others. The first trouble is told after all were tried.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<()> {
        let figures = &self.figures;
        self.partitions.retain(|partition| {
            let stays = assignment.get(&partition.id).is_some_and(|it| it.cluster == partition.cluster);
            if !stays && partition.stopped {
                figures.stopped.fetch_sub(1, Ordering::Relaxed);
            }
            stays
        });
        let mut all = Ok(());
        for (id, served) in assignment {
            for brand in &served.brands {
                all = all.and(self.adopt(*brand, *id, &served.cluster));
            }
        }
        all
    }

    /// Applies everything up to some places, without asking for more, and tells how many records it has come to. For
    /// replays.
    pub fn catch_up(&mut self, until: &Progress, tell: &mut dyn FnMut(u64)) -> Result<u64> {
        let before = self.figures.records.load(Ordering::Relaxed);
        self.rebuilds = true;
        for i in 0..self.partitions.len() {
            let end = until.get(&self.partitions[i].id).copied().unwrap_or_default();
            while self.partitions[i].applied.position < end {
                patiently(|| self.step(i, end))?;
                tell(self.figures.records.load(Ordering::Relaxed) - before);
            }
        }
        Ok(self.figures.records.load(Ordering::Relaxed) - before)
    }

    /// Takes on a brand, if it is new.
    fn adopt(&mut self, brand: BrandId, id: PartitionId, cluster: &str) -> Result<()> {
        let i = match self.partitions.iter().position(|partition| partition.id == id) {
            Some(i) => i,
            None => {
                let applied = self.books.applied(id)?;
                check_place(self.log.as_ref(), id, &applied)?;
                let (cluster, members, brands) = (cluster.to_owned(), Vec::new(), BTreeMap::new());
                self.partitions.push(Partition {
                    id,
                    cluster,
                    members,
                    applied,
                    page: FRAMES_MIN,
                    brands,
                    rewriting: BTreeMap::new(),
                    looked: false,
                    stopped: false,
                });
                self.partitions.len() - 1
            }
        };
        let partition = &mut self.partitions[i];
        if !partition.members.contains(&brand) {
            partition.members.push(brand);
            partition.looked = false;
            partition.brands.insert(brand, take_in_hand(self.books.as_mut(), id, brand)?);
            self.tell_config(i, &[brand]);
            self.tell_progress(i);
        }
        Ok(())
    }

    /// Applies what is new in one partition, up to a position; says whether anything was.
    fn step(&mut self, i: usize, until: Position) -> Result<bool> {
        let partition = &mut self.partitions[i];
        if partition.brands.is_empty() {
            partition.applied = self.books.applied(partition.id)?;
            for brand in &partition.members {
                partition.brands.insert(*brand, take_in_hand(self.books.as_mut(), partition.id, *brand)?);
            }
            self.tell_progress(i);
        }
        let partition = &mut self.partitions[i];
        let mut frames = self.log.read(partition.id, partition.applied.position, partition.page)?;
        frames.retain(|(position, _)| *position <= until);
        // After the frames were read: what was rewritten by then is known now.
        if !frames.is_empty() && (self.rebuilds || !self.partitions[i].looked) {
            self.look_for_erasures(i)?;
        }
        let partition = &mut self.partitions[i];
        let Some(batch) = Batch::of(&frames, partition)? else { return Ok(false) };
        let records = batch.records();
        partition.page = (batch.frames * 2).clamp(FRAMES_MIN, FRAMES_MAX);
        let kept = if self.log.keeps_frames() { &[] } else { &frames[..batch.frames] };
        let (books, erasures) = (self.books.as_mut(), self.erasures.as_ref());
        let changed = match catch_unwind(AssertUnwindSafe(|| apply(books, partition, batch, kept, erasures))) {
            Ok(Ok(changed)) => changed,
            Ok(Err(error)) => return Err(self.give_up(i, error)),
            Err(_) => return Err(self.give_up(i, bug_in(&self.partitions[i]))),
        };
        let Changed { brands: changed, kept } = changed;
        if kept {
            self.release(i);
        }
        self.tell_config(i, &changed);
        self.figures.records.fetch_add(records, Ordering::Relaxed);
        self.figures.batches.fetch_add(1, Ordering::Relaxed);
        self.tell_progress(i);
        Ok(true)
    }

    /// The books hold the frames themselves: the log may let go of them, now or with a later one.
    fn release(&self, i: usize) {
        let (id, position) = (self.partitions[i].id, self.partitions[i].applied.position);
        if let Err(error) = self.log.release(id, position) {
            tracing::warn!(partition = id.0, %error, "the log could not let go of applied frames");
        }
    }

    fn give_up(&mut self, i: usize, error: Error) -> Error {
        self.books.rollback();
        self.partitions[i].brands.clear();
        self.partitions[i].looked = false;
        error
    }

    /// Books that stand before an erasure's record while the log is being rewritten hold what was replaced there: it is
    /// replaced here too, and from now on in whatever is read before that record.
    fn look_for_erasures(&mut self, i: usize) -> Result<()> {
        let partition = &mut self.partitions[i];
        for (brand, in_hand) in &mut partition.brands {
            let last = in_hand.state.last_record;
            let all = self.erasures.rewriting(*brand)?.into_iter();
            let ahead: Vec<_> = all.filter(|(record, _)| last < *record).collect();
            let known = partition.rewriting.get(brand).map(Vec::as_slice).unwrap_or_default();
            let news = ahead.iter().filter(|(record, _)| known.iter().all(|(it, _)| it != record));
            for (_, by) in news {
                self.books.begin(partition.id, partition.applied.position)?;
                let erased = self.books.erase(*brand, by).and_then(|_| {
                    let still = Applied { position: partition.applied.position, ..Applied::default() };
                    self.books.commit(partition.id, &still)
                });
                if let Err(error) = erased {
                    self.books.rollback();
                    return Err(error);
                }
                *in_hand = take_in_hand(self.books.as_mut(), partition.id, *brand)?;
            }
            if ahead.is_empty() {
                partition.rewriting.remove(brand);
            } else {
                partition.rewriting.insert(*brand, ahead);
            }
        }
        partition.looked = true;
        Ok(())
    }

    fn tell_config(&self, i: usize, brands: &[BrandId]) {
        for brand in brands {
            if let Some(in_hand) = self.partitions[i].brands.get(brand) {
                (self.tell.config)(*brand, &in_hand.config, in_hand.state.last_record);
            }
        }
    }

    fn tell_progress(&self, i: usize) {
        let (id, position) = (self.partitions[i].id, self.partitions[i].applied.position);
        self.tell.progress.send_modify(|progress| _ = progress.insert(id, position));
    }
}

fn take_in_hand(books: &mut dyn Books, partition: PartitionId, brand: BrandId) -> Result<BrandInHand> {
    let (config, state) = books.brand(partition, brand)?;
    let next_due = books.next_due(partition, brand)?;
    let next_period = next_period(&config, &state);
    Ok(BrandInHand { config, state, next_due, next_period, asked: false })
}

fn next_period(config: &Config, state: &BrandState) -> Option<Timestamp> {
    let months = config.programs.values().map(|program| state.posting.closes_at(program.id, &program.zone));
    // Traffic opens a month by itself; that a bonus is due is only said by time.
    months.chain(config.next_bonus(state.brand_time)).min()
}

fn bug_in(partition: &Partition) -> Error {
    Error::corrupt(
        format!("apply the records after position {} of partition {}", partition.applied.position.0, partition.id.0),
        "the rules met a case they do not know; this brand stands still until a program that does is started",
    )
}

/// What a transaction did, beside the rows.
struct Changed {
    /// Brands that changed their set-up.
    brands: Vec<BrandId>,
    /// Whether the books hold the frames now.
    kept: bool,
}

/// One transaction: all of a batch, and the position it leads to.
fn apply(
    books: &mut dyn Books,
    partition: &mut Partition,
    batch: Batch,
    kept: &[(Position, Frame)],
    erasures: &dyn Erasures,
) -> Result<Changed> {
    books.begin(partition.id, partition.applied.position)?;
    let kept = !kept.is_empty() && books.keep_frames(partition.id, kept)?;
    let mut changed = Vec::new();
    for (brand, records) in &batch.by_brand {
        let Some(in_hand) = partition.brands.get_mut(brand) else { continue };
        for records in records.split_inclusive(|record| erasure_of(record).is_some()) {
            let (config, state) = (std::mem::take(&mut in_hand.config), std::mem::take(&mut in_hand.state));
            (in_hand.config, in_hand.state) = apply_records(books, *brand, config, state, records, &mut |_, _| {})?;
            let Some((id, record)) = records.last().and_then(erasure_of) else { continue };
            if let Some(by) = erasures.at(*brand, id, record)? {
                books.erase(*brand, &by)?;
                (in_hand.config, in_hand.state) = books.brand(partition.id, *brand)?;
            }
        }
        in_hand.next_due = books.next_due(partition.id, *brand)?;
        in_hand.next_period = next_period(&in_hand.config, &in_hand.state);
        in_hand.asked = false;
        if records.iter().any(|record| record.fact.stands_alone()) {
            changed.push(*brand);
        }
    }
    books.commit(partition.id, &batch.moved)?;
    partition.applied = batch.applied;
    Ok(Changed { brands: changed, kept })
}

/// The erasure whose moment a record is.
fn erasure_of(record: &Record) -> Option<(ServiceId, RecordNo)> {
    match &record.fact {
        Fact::SubjectServed(it) if it.service != Service::Export => Some((it.id, record.no)),
        _ => None,
    }
}

/// Refuses books that did not come from this log: where they stand it holds nothing, or something else.
fn check_place(log: &dyn Log, partition: PartitionId, applied: &Applied) -> Result<()> {
    let Some(before) = applied.position.0.checked_sub(1) else { return Ok(()) };
    let found = log.read(partition, Position(before), 1)?;
    let is_theirs = found.first().is_some_and(|(position, frame)| {
        let newest = applied.edges.get(&(frame.id.edge, frame.id.epoch));
        *position == applied.position && newest.is_some_and(|newest| frame.id.n <= *newest)
    });
    if is_theirs {
        return Ok(());
    }
    Err(Error::setup(
        format!("go on with the books of partition {} at position {}", partition.0, applied.position.0),
        "they are ahead of the log, or of another log: restore the log that belongs to them, or a backup of all",
    ))
}

#[cfg(test)]
mod tests {
    use referee_core::config::ConfigEntry;

    use super::*;
    use crate::books::conformance::history;
    use crate::books::sql::SqlBooks;
    use crate::log::conformance::submit;
    use crate::log::fake::FakeLog;
    use crate::log::frame::{Encoded, pack};
    use crate::log::{Draft, FrameId};

    const BRAND: BrandId = BrandId(1);
    const PARTITION: PartitionId = PartitionId(1);

    fn frame(edge: u16, epoch: u32, n: u64) -> (PartitionId, Frame) {
        let at = Timestamp(1_800_000_000_000);
        let fact = Fact::TimePassed;
        let draft = Draft { brand: BRAND, received_at: at, occurred_at: at, actor: None, fact, raw: None };
        (PARTITION, pack(FrameId { edge, epoch, n }, n, &[Encoded::of(&draft)], at).unwrap())
    }

    /// Applies frames from a log that keeps whatever it is sent; says how many records came of each.
    fn applied(frames: &[(PartitionId, Frame)]) -> Vec<u64> {
        let folder = tempfile::tempdir().unwrap();
        let log = FakeLog::forgetful();
        let assignment = Assignment::from([(PARTITION, Served { brands: vec![BRAND], ..Served::default() })]);
        let path = folder.path().join("books.db");
        let open = || {
            let books = Box::new(SqlBooks::open_file(&path).unwrap());
            let mut machine = Machine::new(log.clone(), books, Tell::nobody(), Arc::default());
            machine.assign(&assignment).unwrap();
            machine
        };
        let mut machine = open();
        let mut counts = Vec::new();
        for (i, frame) in frames.iter().enumerate() {
            submit(log.as_ref(), vec![frame.clone()]).remove(0).unwrap();
            // What it knows of frames survives a restart.
            if i % 3 == 2 {
                machine = open();
            }
            let end = log.end(PARTITION).unwrap();
            counts.push(machine.catch_up(&Progress::from([(PARTITION, end)]), &mut |_| {}).unwrap());
        }
        counts
    }

    /// Nobody may come by in the new month, and nothing may be due.
    #[test]
    fn time_is_said_to_pass_as_a_month_begins() {
        let mut in_hand = BrandInHand {
            config: Config::default(),
            state: BrandState::default(),
            next_due: None,
            next_period: None,
            asked: false,
        };
        for fact in history().into_iter().map(|record| record.fact) {
            if let Fact::ProgramSet(program) = fact {
                in_hand.config.set(ConfigEntry::Program(program));
            }
        }
        let (noon, february) = (Timestamp(1_800_000_000_000), Timestamp(1_801_440_000_000));
        in_hand.state.posting.moment = noon;
        in_hand.next_period = next_period(&in_hand.config, &in_hand.state);
        assert_eq!((in_hand.due_by(february.plus_ms(-1)), in_hand.due_by(february)), (None, Some(february)));
        in_hand.state.posting.moment = february;
        assert_eq!(next_period(&in_hand.config, &in_hand.state), Some(february.plus_days(28)));
        assert_eq!(next_period(&Config::default(), &in_hand.state), None);
    }

    #[test]
    fn a_frame_that_was_kept_twice_is_applied_once() {
        let [first, second] = [frame(1, 1, 1), frame(1, 1, 2)];
        assert_eq!(applied(&[first.clone(), first.clone(), second, first]), [1, 0, 1, 0]);
    }

    #[test]
    fn frames_of_an_earlier_run_that_come_late_are_applied_too() {
        let (newer, older) = (frame(1, 2, 1), frame(1, 1, 5));
        let sent = [newer.clone(), older.clone(), newer, older, frame(1, 1, 6), frame(1, 2, 2), frame(1, 1, 4)];
        assert_eq!(applied(&sent), [1, 1, 0, 0, 1, 1, 0]);
    }
}
