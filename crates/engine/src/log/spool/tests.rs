//! The spool before a log that stalls, fails, is late and comes back.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::books::Applied;
use crate::log::conformance;
use crate::log::fake::{FakeLog, Fate};
use crate::log::sqlite::SqliteLog;
use crate::log::{Draft, FrameId};

const ONE: PartitionId = PartitionId(1);
const TWO: PartitionId = PartitionId(2);
/// Nothing of these tests takes longer.
const PATIENCE: Duration = Duration::from_secs(20);
const LIMITS: SpoolLimits =
    SpoolLimits { deadline: Duration::from_millis(5), gather: Duration::ZERO, bytes_max: 1 << 20 };

struct Subject {
    log: Arc<FakeLog>,
    folder: tempfile::TempDir,
}

impl Subject {
    fn new(log: Arc<FakeLog>) -> Subject {
        Subject { log, folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("spool.db")
    }

    fn open(&self, limits: SpoolLimits) -> SpooledLog {
        SpooledLog::open(self.log.clone(), &self.path(), limits).unwrap()
    }

    /// Returns when the shared log has so many frames of a partition; their numbers.
    fn arrived(&self, partition: PartitionId, many: usize) -> Vec<u64> {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = self.log.arrivals();
            let numbers: Vec<u64> = self.log.frames(partition).iter().map(|frame| frame.id.n).collect();
            if numbers.len() >= many {
                return numbers;
            }
            assert!(Instant::now() < until, "only {numbers:?} arrived");
            self.log.wait(seen, PATIENCE);
        }
    }
}

fn frame(epoch: u32, n: u64) -> Frame {
    Frame { id: FrameId { edge: 1, epoch, n }, ..conformance::frame(n) }
}

fn submit(log: &dyn Log, frames: Vec<(PartitionId, Frame)>) -> Receiver<Result<Kept>> {
    let (sender, receiver) = channel();
    log.submit(Frames::new(frames), Arc::new(move |_, kept| _ = sender.send(kept)));
    receiver
}

/// Hands one frame over and waits for its answer.
fn keep(log: &dyn Log, partition: PartitionId, frame: Frame) -> Result<Kept> {
    submit(log, vec![(partition, frame)]).recv_timeout(PATIENCE).unwrap()
}

/// Hands on frames of the next numbers until one lies in the shared log; that one's number.
fn keep_until_direct(log: &dyn Log, partition: PartitionId, from: u64) -> u64 {
    let until = Instant::now() + PATIENCE;
    (from..)
        .find(|n| {
            assert!(Instant::now() < until, "it never goes directly again");
            matches!(keep(log, partition, frame(1, *n)), Ok(Kept::InLog(_)))
        })
        .unwrap()
}

#[test]
fn it_conforms_before_a_log_that_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = 0;
    let mut open = || -> Arc<dyn Log> {
        n += 1;
        let shared = Arc::new(SqliteLog::open(&folder.path().join("log.db")).unwrap());
        // Each edge has a spool of its own.
        let spool = folder.path().join(format!("spool-{n}.db"));
        let limits = SpoolLimits { deadline: PATIENCE, ..LIMITS };
        Arc::new(SpooledLog::open(shared, &spool, limits).unwrap())
    };
    conformance::check(&mut open, &mut |_, _| {});
}

#[test]
fn what_the_log_takes_in_time_goes_directly() {
    let subject = Subject::new(FakeLog::new());
    let log = subject.open(SpoolLimits { deadline: PATIENCE, ..LIMITS });
    assert_eq!(keep(&log, ONE, frame(1, 1)).unwrap(), Kept::InLog(Position(1)));
    subject.log.plan(|_, _| Fate::Hold);
    let answer = submit(&log, vec![(ONE, frame(1, 2))]);
    subject.log.wait_for_held(1);
    subject.log.answer_held();
    assert_eq!(answer.recv_timeout(PATIENCE).unwrap().unwrap(), Kept::InLog(Position(2)));
    subject.log.plan(|_, _| Fate::Corrupt);
    assert!(matches!(keep(&log, ONE, frame(1, 3)), Err(Error::Corrupt(_))), "that is not for the spool to mend");
    assert_eq!(log.figures().frames.load(Ordering::Relaxed), 0);
}

#[test]
fn a_log_that_stalls_or_fails_costs_no_frame_and_no_order() {
    for fate in [Fate::Hold, Fate::Fail, Fate::KeepAndHold, Fate::KeepAndFail, Fate::Forget] {
        let subject = Subject::new(FakeLog::new());
        let log = subject.open(LIMITS);
        subject.log.plan(move |partition, _| if partition == ONE { fate } else { Fate::Keep });
        for n in 1..=20 {
            let answers = submit(&log, vec![(ONE, frame(1, n)), (TWO, frame(1, n))]);
            let kept = [answers.recv_timeout(PATIENCE).unwrap(), answers.recv_timeout(PATIENCE).unwrap()];
            let kept = kept.map(|kept| kept.unwrap());
            assert!(kept.contains(&Kept::InSpool), "{fate:?}");
            assert!(kept.iter().any(|kept| matches!(kept, Kept::InLog(_))), "the other partition goes on");
        }
        subject.log.behave();
        let last = keep_until_direct(&log, ONE, 21);
        assert_eq!(subject.arrived(ONE, last as usize), (1..=last).collect::<Vec<_>>(), "{fate:?}");
        assert_eq!(subject.arrived(TWO, 20), (1..=20).collect::<Vec<_>>());
        let figures = log.figures();
        assert_eq!(figures.forwarded.load(Ordering::Relaxed), last - 1, "all but the last went through the spool");
        assert_eq!(SpoolFile::open(&subject.path()).unwrap().filled().unwrap().len(), 0, "nothing is left there");
    }
}

#[test]
fn an_answer_that_comes_late_changes_nothing() {
    let subject = Subject::new(FakeLog::new());
    let log = subject.open(LIMITS);
    let mut first = true;
    subject.log.plan(move |_, _| if std::mem::take(&mut first) { Fate::Hold } else { Fate::Keep });
    let answers = submit(&log, vec![(ONE, frame(1, 1))]);
    assert_eq!(answers.recv_timeout(PATIENCE).unwrap().unwrap(), Kept::InSpool);
    let last = keep_until_direct(&log, ONE, 2);
    assert_eq!(subject.log.answer_held(), 1);
    assert!(answers.recv_timeout(Duration::ZERO).is_err(), "each frame is answered once");
    assert_eq!(subject.arrived(ONE, last as usize), (1..=last).collect::<Vec<_>>());
}

#[test]
fn what_a_former_run_left_goes_before_any_new_frame() {
    let subject = Subject::new(FakeLog::new());
    subject.log.plan(|_, _| Fate::Fail);
    let log = subject.open(LIMITS);
    for n in 1..=5 {
        assert_eq!(keep(&log, ONE, frame(1, n)).unwrap(), Kept::InSpool);
    }
    drop(log);
    assert_eq!(subject.log.frames(ONE), []);

    let log = subject.open(LIMITS);
    let figures = log.figures();
    assert_eq!((figures.frames.load(Ordering::Relaxed), figures.bytes.load(Ordering::Relaxed)), (5, 5 * 12));
    assert_eq!(keep(&log, ONE, frame(2, 1)).unwrap(), Kept::InSpool, "it goes behind them");
    assert!(matches!(keep(&log, TWO, frame(2, 1)), Ok(Kept::InSpool)), "the log is still away");
    subject.log.behave();
    subject.arrived(ONE, 6);
    let ids: Vec<_> = subject.log.frames(ONE).iter().map(|frame| (frame.id.epoch, frame.id.n)).collect();
    assert_eq!(ids, [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)]);
}

#[test]
fn what_has_no_answer_at_the_end_is_kept_for_the_next_run() {
    let subject = Subject::new(FakeLog::new());
    subject.log.plan(|_, _| Fate::Hold);
    let log = subject.open(SpoolLimits { deadline: PATIENCE, ..LIMITS });
    let answer = submit(&log, vec![(ONE, frame(1, 1))]);
    drop(log);
    assert_eq!(answer.recv_timeout(PATIENCE).unwrap().unwrap(), Kept::InSpool);
    subject.log.plan(|_, _| Fate::Keep);
    let _log = subject.open(LIMITS);
    assert_eq!(subject.arrived(ONE, 1), [1]);
}

#[test]
fn a_full_spool_is_said_and_takes_again_when_there_is_room() {
    let subject = Subject::new(FakeLog::new());
    subject.log.plan(|_, _| Fate::Fail);
    // Room for three frames of twelve bytes.
    let log = subject.open(SpoolLimits { bytes_max: 40, ..LIMITS });
    for n in 1..=3 {
        assert_eq!(keep(&log, ONE, frame(1, n)).unwrap(), Kept::InSpool);
    }
    assert!(matches!(keep(&log, ONE, frame(1, 4)), Err(Error::Unavailable(_))));
    assert!(matches!(keep(&log, TWO, frame(1, 1)), Err(Error::Unavailable(_))), "the limit is everybody's");
    subject.log.behave();
    let until = Instant::now() + PATIENCE;
    while keep(&log, ONE, frame(1, 4)).is_err() {
        assert!(Instant::now() < until, "there is room again");
    }
    assert_eq!(subject.arrived(ONE, 4), [1, 2, 3, 4]);
    keep(&log, TWO, frame(1, 1)).unwrap();
    assert_eq!(subject.arrived(TWO, 1), [1]);
}

/// While the log answers, what enters is bounded by what leaves: the spool empties under a load that never pauses.
#[test]
fn a_spool_empties_under_load() {
    let subject = Subject::new(FakeLog::new());
    subject.log.plan(|_, _| Fate::Fail);
    let log = subject.open(SpoolLimits { deadline: PATIENCE, ..LIMITS });
    for n in 1..=30 {
        keep(&log, ONE, frame(1, n)).unwrap();
    }
    subject.log.plan(|_, _| Fate::Hold);
    let answer_next = || {
        subject.log.wait_for_held(1);
        subject.log.answer_held()
    };
    answer_next();
    // What left early counts for a frame that enters later.
    let (mut left, mut entered) = (1, 0);
    for n in 31.. {
        let answer = submit(&log, vec![(ONE, frame(1, n))]);
        let outcome = loop {
            match answer.try_recv() {
                Ok(outcome) => break outcome.unwrap(),
                Err(_) => left += answer_next(),
            }
        };
        if outcome != Kept::InSpool {
            assert_eq!(subject.arrived(ONE, n as usize), (1..=n).collect::<Vec<_>>());
            return;
        }
        entered += 1;
        assert!(left >= entered * LEAVE_PER_ENTRY as usize, "{left} had left when {entered} frames had entered");
    }
}

/// What arrives while the log is away becomes few frames, which are soon sent on.
#[test]
fn frames_enter_seldom() {
    let subject = Subject::new(FakeLog::new());
    subject.log.plan(|_, _| Fate::Fail);
    let gather = Duration::from_millis(40);
    let log = subject.open(SpoolLimits { gather, ..LIMITS });
    assert_eq!(keep(&log, ONE, frame(1, 1)).unwrap(), Kept::InSpool);
    let began = Instant::now();
    for n in 2..=5 {
        assert_eq!(keep(&log, ONE, frame(1, n)).unwrap(), Kept::InSpool);
    }
    assert!(began.elapsed() >= 3 * gather, "four frames within {:?}", began.elapsed());
    subject.log.behave();
    let last = keep_until_direct(&log, ONE, 6);
    assert_eq!(subject.arrived(ONE, last as usize), (1..=last).collect::<Vec<_>>());
}

/// With a log that forgets ids, as one does after a while, the books sort repetitions out: it must be enough.
#[test]
fn whatever_the_log_does_the_books_see_each_frame_once_and_in_order() {
    for seed in 0..6 {
        let subject = Subject::new(if seed % 2 == 0 { FakeLog::new() } else { FakeLog::forgetful() });
        subject.log.misbehave(seed);
        let mut log = subject.open(LIMITS);
        for n in 1..=20 {
            for partition in [ONE, TWO] {
                while let Err(error) = keep(&log, partition, frame(1, n)) {
                    assert!(matches!(error, Error::Unavailable(_)), "{error}");
                }
            }
            if n % 4 == 0 {
                subject.log.answer_held();
            }
            if n == 10 {
                drop(log);
                log = subject.open(LIMITS);
            }
        }
        subject.log.behave();
        for partition in [ONE, TWO] {
            let last = keep_until_direct(&log, partition, 21);
            let (mut applied, mut seen) = (Applied::default(), Vec::new());
            let frames = subject.log.frames(partition);
            seen.extend(frames.iter().filter(|frame| applied.note(frame.id)).map(|frame| frame.id.n));
            assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "seed {seed}");
        }
    }
}

#[test]
fn a_recorder_before_a_spool_loses_nothing() {
    use crate::log::frame::unpack_facts;
    use crate::log::recorder::Recorder;
    use referee_core::fact::Fact;
    use referee_core::id::BrandId;

    for seed in 20..26 {
        let subject = Subject::new(FakeLog::new());
        subject.log.misbehave(seed);
        // Hardly any room: the recorder must send again what the spool does not take.
        let log = Arc::new(subject.open(SpoolLimits { bytes_max: 200, ..LIMITS }));
        let recorder = Recorder::start(log.clone(), 1, 1, Arc::new(SystemClock)).unwrap();
        let draft = |n: i64| {
            let (brand, at, fact) = (BrandId(1), Timestamp(n), Fact::TimePassed);
            Draft { brand, received_at: at, occurred_at: at, actor: None, fact, raw: None }
        };
        let tickets: Vec<_> =
            (0..400).map(|n| recorder.record(PartitionId(n as u32 % 3), &draft(n)).unwrap()).collect();
        subject.log.behave();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let kept: Vec<_> = tickets.into_iter().map(|ticket| runtime.block_on(ticket.durable()).unwrap()).collect();
        recorder.shut_down();
        for partition in 0..3 {
            let last = kept.iter().zip(0..).filter(|(_, n)| n % 3 == partition).map(|(kept, _)| kept.fact.n).max();
            let records = || -> Vec<_> {
                let frames = subject.log.frames(PartitionId(partition));
                frames.iter().flat_map(|frame| unpack_facts(frame).unwrap()).collect()
            };
            let until = Instant::now() + PATIENCE;
            loop {
                let seen = subject.log.arrivals();
                if records().iter().any(|(id, _)| Some(id.n) == last) {
                    break;
                }
                assert!(Instant::now() < until, "seed {seed}: it never arrives");
                subject.log.wait(seen, PATIENCE);
            }
            let told: Vec<i64> = records().iter().map(|(_, draft)| draft.occurred_at.0).collect();
            assert!(told.into_iter().eq((0..400).filter(|n| n % 3 == i64::from(partition))), "seed {seed}");
        }
    }
}

#[test]
fn a_file_of_a_newer_version_is_left_alone() {
    let subject = Subject::new(FakeLog::new());
    let path: &Path = &subject.path();
    rusqlite::Connection::open(path).unwrap().execute_batch("pragma user_version = 99").unwrap();
    assert!(matches!(SpooledLog::open(subject.log.clone(), path, LIMITS), Err(Error::Setup(_))));
}
