//! The machine: reads frames, applies the rules, keeps the books. One thread per process serves its partitions, and
//! each partition is one brand's, so that what stops one brand holds up no other.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use referee_core::config::Config;
use referee_core::fact::{Fact, Record};
use referee_core::id::{BrandId, RecordNo};
use referee_core::machine::knows_rules;
use referee_core::row::BrandState;
use referee_core::time::Timestamp;
use tokio::sync::watch;

use crate::books::batch::apply_records;
use crate::books::{Applied, Books};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::limits::{BATCH_RECORDS_MAX, WORK_LIMIT};
use crate::log::frame::unpack_facts;
use crate::log::recorder::Recorder;
use crate::log::{Draft, Frame, Log, Places, Position};
use crate::routing::PartitionId;

/// How long the machine rests when nothing arrives, and so how late time is noticed to have passed.
const IDLE: Duration = Duration::from_millis(500);
/// How long it waits before it tries again what failed.
const RETRY: Duration = Duration::from_secs(1);
/// Under load the machine lets this much gather before it looks again: a hundred small transactions cost more than ten
/// larger ones, of the processor and of the disk that visitors wait for.
const GATHER: Duration = Duration::from_millis(10);
/// A batch of fewer records is no load, but somebody who may be waiting for the outcome.
const LOAD_RECORDS_MIN: u64 = 8;
/// A batch of more is large enough.
const LOAD_RECORDS_MAX: u64 = 1_024;
/// Frames read at once; each holds what one flush gathered.
const FRAMES_MAX: usize = 256;

/// Up to the end of the log, wherever that is.
const EVERYTHING: Position = Position(u64::MAX);

/// How far the books have come, for those who wait for their own writes.
pub type Progress = Places;

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
pub type OnConfig = Box<dyn Fn(BrandId, &Config) + Send>;

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
    /// A record that advances time or work is on its way through the log.
    asked: bool,
}

impl BrandInHand {
    /// Queued work that waits is due since the time that queued it.
    fn waits(&self) -> Option<Timestamp> {
        self.state.work_waits.then_some(self.state.brand_time)
    }
}

struct Partition {
    id: PartitionId,
    cluster: String,
    members: Vec<BrandId>,
    applied: Applied,
    /// Empty after a failure: what was in hand may be half changed, and is read again.
    brands: BTreeMap<BrandId, BrandInHand>,
    /// Why nothing is applied any more; said once.
    stopped: bool,
}

pub struct Machine {
    log: Arc<dyn Log>,
    books: Box<dyn Books>,
    partitions: Vec<Partition>,
    tell: Tell,
    figures: Arc<MachineFigures>,
}

/// Who hears of what was applied.
pub struct Tell {
    pub config: OnConfig,
    pub progress: watch::Sender<Progress>,
}

impl Tell {
    /// Nobody: for replays.
    pub fn nobody() -> Tell {
        Tell { config: Box::new(|_, _| {}), progress: watch::Sender::default() }
    }
}

impl Machine {
    pub fn new(log: Arc<dyn Log>, books: Box<dyn Books>, tell: Tell, figures: Arc<MachineFigures>) -> Machine {
        Machine { log, books, partitions: Vec::new(), tell, figures }
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
        for i in 0..self.partitions.len() {
            let end = until.get(&self.partitions[i].id).copied().unwrap_or_default();
            while self.partitions[i].applied.position < end {
                self.step(i, end)?;
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
                self.partitions.push(Partition { id, cluster, members, applied, brands, stopped: false });
                self.partitions.len() - 1
            }
        };
        let partition = &mut self.partitions[i];
        if !partition.members.contains(&brand) {
            partition.members.push(brand);
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
        let mut frames = self.log.read(partition.id, partition.applied.position, FRAMES_MAX)?;
        frames.retain(|(position, _)| *position <= until);
        let Some(batch) = Batch::of(&frames, partition)? else { return Ok(false) };
        let records = batch.records();
        let kept = if self.log.keeps_frames() { &[] } else { &frames[..batch.frames] };
        let changed = match catch_unwind(AssertUnwindSafe(|| apply(self.books.as_mut(), partition, batch, kept))) {
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
        error
    }

    fn tell_config(&self, i: usize, brands: &[BrandId]) {
        for brand in brands {
            if let Some(in_hand) = self.partitions[i].brands.get(brand) {
                (self.tell.config)(*brand, &in_hand.config);
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
    Ok(BrandInHand { config, state, next_due, asked: false })
}

fn bug_in(partition: &Partition) -> Error {
    Error::corrupt(
        format!("apply the records after position {} of partition {}", partition.applied.position.0, partition.id.0),
        "the rules met a case they do not know; this brand stands still until a program that does is started",
    )
}

/// What some frames hold, by brand, and where the partition stands after them.
struct Batch {
    by_brand: BTreeMap<BrandId, Vec<Record>>,
    applied: Applied,
    /// Of that, what these frames changed.
    moved: Applied,
    /// How many frames it took.
    frames: usize,
}

impl Batch {
    fn of(frames: &[(Position, Frame)], partition: &Partition) -> Result<Option<Batch>> {
        if frames.is_empty() {
            return Ok(None);
        }
        let (by_brand, applied, moved) = (BTreeMap::new(), partition.applied.clone(), Applied::default());
        let mut batch = Batch { by_brand, applied, moved, frames: 0 };
        let mut records = 0;
        for (position, frame) in frames {
            batch.frames += 1;
            batch.applied.position = *position;
            batch.moved.position = *position;
            // A frame that was kept twice, because its sender never heard of the first time.
            if !batch.applied.note(frame.id) {
                continue;
            }
            batch.moved.edges.insert((frame.id.edge, frame.id.epoch), frame.id.n);
            for (fact_id, draft) in unpack_facts(frame)? {
                records += 1;
                batch.add(partition, fact_id, draft)?;
            }
            if records >= BATCH_RECORDS_MAX {
                break;
            }
        }
        Ok(Some(batch))
    }

    fn add(&mut self, partition: &Partition, id: referee_core::id::FactId, draft: Draft) -> Result<()> {
        let place = || format!("read a record of partition {}", partition.id.0);
        let Some(in_hand) = partition.brands.get(&draft.brand) else {
            return Err(Error::corrupt(place(), format!("brand {} does not belong there", draft.brand)));
        };
        if !knows_rules(&draft.fact) {
            return Err(Error::setup(place(), "it asks for rules this program does not have; start a newer one"));
        }
        let records = self.by_brand.entry(draft.brand).or_default();
        let no = RecordNo(in_hand.state.last_record.0 + 1 + records.len() as u64);
        let Draft { brand, received_at, occurred_at, actor, fact, raw: _ } = draft;
        records.push(Record { no, brand, id, received_at, occurred_at, actor, fact });
        Ok(())
    }

    fn records(&self) -> u64 {
        self.by_brand.values().map(|records| records.len() as u64).sum()
    }
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
) -> Result<Changed> {
    books.begin(partition.id, partition.applied.position)?;
    let kept = !kept.is_empty() && books.keep_frames(partition.id, kept)?;
    let mut changed = Vec::new();
    for (brand, records) in &batch.by_brand {
        let Some(in_hand) = partition.brands.get_mut(brand) else { continue };
        let (config, state) = (std::mem::take(&mut in_hand.config), std::mem::take(&mut in_hand.state));
        (in_hand.config, in_hand.state) = apply_records(books, *brand, config, state, records, &mut |_, _| {})?;
        in_hand.next_due = books.next_due(partition.id, *brand)?;
        in_hand.asked = false;
        if records.iter().any(|record| record.fact.stands_alone()) {
            changed.push(*brand);
        }
    }
    books.commit(partition.id, &batch.moved)?;
    partition.applied = batch.applied;
    Ok(Changed { brands: changed, kept })
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

/// The machine's thread, and the word to stop it.
pub struct Running {
    stop: Arc<AtomicBool>,
    log: Arc<dyn Log>,
    thread: Option<JoinHandle<()>>,
}

impl Machine {
    /// Lets the machine run until it is stopped.
    pub fn start(
        self,
        recorder: Arc<Recorder>,
        clock: Arc<dyn Clock>,
        assignment: Arc<ArcSwap<Assignment>>,
    ) -> Result<Running> {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, log) = (stop.clone(), self.log.clone());
        let thread = std::thread::Builder::new()
            .name("machine".into())
            .spawn(move || self.run(&stopped, &recorder, clock.as_ref(), &assignment))
            .map_err(|error| Error::setup("start the machine", error))?;
        Ok(Running { stop, log, thread: Some(thread) })
    }

    fn run(mut self, stop: &AtomicBool, recorder: &Recorder, clock: &dyn Clock, assignment: &ArcSwap<Assignment>) {
        let (mut followed, mut counted) = (Followed::default(), Counted::default());
        while !stop.load(Ordering::Relaxed) {
            let seen = self.log.arrivals();
            self.follow_assignment(&assignment.load_full(), &mut followed);
            let applied_before = self.figures.records.load(Ordering::Relaxed);
            let (busy, rest) = self.turn(recorder, clock, &mut counted);
            let applied = self.figures.records.load(Ordering::Relaxed) - applied_before;
            if !busy {
                self.log.wait(seen, rest);
            } else if (LOAD_RECORDS_MIN..LOAD_RECORDS_MAX).contains(&applied) {
                std::thread::sleep(GATHER);
            }
        }
    }

    /// Takes on what is newly assigned; what can't be taken on is tried again after a while.
    fn follow_assignment(&mut self, wanted: &Arc<Assignment>, followed: &mut Followed) {
        let again = followed.again_at.is_some_and(|at| at <= Instant::now());
        if Arc::ptr_eq(wanted, &followed.assignment) && !again {
            return;
        }
        followed.assignment = wanted.clone();
        let assigned = self.assign(wanted);
        if let Err(error) = &assigned
            && followed.again_at.is_none()
        {
            tracing::error!(%error, "a partition could not be taken on");
        }
        followed.again_at = assigned.is_err().then(|| Instant::now() + RETRY);
    }

    /// Tells how many partitions this thread serves, and how many of them are behind; the others' threads add theirs.
    fn count(&self, counted: &mut Counted, behind: usize) {
        let now = Counted { partitions: self.partitions.len() as u64, behind: behind as u64 };
        let before = std::mem::replace(counted, now);
        for (figure, before, now) in [
            (&self.figures.partitions, before.partitions, counted.partitions),
            (&self.figures.behind, before.behind, counted.behind),
        ] {
            figure.fetch_add(now, Ordering::Relaxed);
            figure.fetch_sub(before, Ordering::Relaxed);
        }
    }

    /// Looks once at every partition: whether anything was applied, and how long to rest if not.
    fn turn(&mut self, recorder: &Recorder, clock: &dyn Clock, counted: &mut Counted) -> (bool, Duration) {
        let places = self.partitions.iter().map(|partition| (partition.id, partition.applied.position)).collect();
        let behind = match self.log.behind(&places) {
            Ok(behind) => BTreeSet::from_iter(behind),
            Err(error) => {
                (0..self.partitions.len()).for_each(|i| self.note_stopped(i, &error));
                return (false, RETRY);
            }
        };
        self.count(counted, behind.len());
        let (mut busy, mut rest) = (false, IDLE);
        for i in 0..self.partitions.len() {
            let partition = &self.partitions[i];
            let looks = partition.stopped || behind.contains(&partition.id);
            match if looks { self.step(i, EVERYTHING) } else { Ok(false) } {
                Ok(applied) => {
                    busy |= applied;
                    self.note_running(i);
                    self.ask_for_time_and_work(i, recorder, clock);
                }
                Err(error) => {
                    self.note_stopped(i, &error);
                    rest = RETRY;
                }
            }
        }
        (busy, rest)
    }

    fn note_running(&mut self, i: usize) {
        if std::mem::take(&mut self.partitions[i].stopped) {
            self.figures.stopped.fetch_sub(1, Ordering::Relaxed);
            tracing::info!(partition = self.partitions[i].id.0, "the machine goes on");
        }
    }

    fn note_stopped(&mut self, i: usize, error: &Error) {
        let partition = &mut self.partitions[i];
        if !std::mem::replace(&mut partition.stopped, true) {
            self.figures.stopped.fetch_add(1, Ordering::Relaxed);
            tracing::error!(partition = partition.id.0, %error, "the machine stands still");
        }
    }

    /// Writes that time passed once something waits for it, and takes queued work in small pieces.
    fn ask_for_time_and_work(&mut self, i: usize, recorder: &Recorder, clock: &dyn Clock) {
        let now = clock.now();
        let partition = &mut self.partitions[i];
        for (brand, in_hand) in &mut partition.brands {
            let Some(due) = in_hand.waits().or(in_hand.next_due.filter(|due| *due <= now)) else { continue };
            if in_hand.asked {
                continue;
            }
            // What fell due before time was last said to pass, such as a late report's action, needs no new time.
            let fact = if due <= in_hand.state.brand_time {
                Fact::WorkAdvanced { limit: WORK_LIMIT }
            } else {
                Fact::TimePassed
            };
            let draft = Draft { brand: *brand, received_at: now, occurred_at: now, actor: None, fact, raw: None };
            // A full queue is no loss: the next turn asks again.
            in_hand.asked = recorder.record(partition.id, &draft).is_ok();
        }
    }
}

/// What a thread added to the figures that all of them share.
#[derive(Default)]
struct Counted {
    partitions: u64,
    behind: u64,
}

/// What of the assignment was done.
#[derive(Default)]
struct Followed {
    assignment: Arc<Assignment>,
    /// When what failed is tried again.
    again_at: Option<Instant>,
}

impl Running {
    /// Ends the machine after the batch in hand.
    pub fn stop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.log.wake();
        if let Some(thread) = self.thread.take() {
            // A panic outside the rules was already reported by the hook; there is nothing left to do about it.
            _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::sql::SqlBooks;
    use crate::log::FrameId;
    use crate::log::conformance::submit;
    use crate::log::fake::FakeLog;
    use crate::log::frame::{Encoded, pack};

    const BRAND: BrandId = BrandId(1);
    const PARTITION: PartitionId = PartitionId(1);

    fn frame(edge: u16, epoch: u32, n: u64) -> (PartitionId, Frame) {
        let at = Timestamp(1_800_000_000_000);
        let fact = Fact::TimePassed;
        let draft = Draft { brand: BRAND, received_at: at, occurred_at: at, actor: None, fact, raw: None };
        (PARTITION, pack(FrameId { edge, epoch, n }, n, &[Encoded::of(&draft)]).unwrap())
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
