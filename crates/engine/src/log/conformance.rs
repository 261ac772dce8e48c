//! What every log must do, whatever keeps it. Each engine's tests run this.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use referee_core::time::Timestamp;

use super::{Frame, FrameId, Frames, Kept, Log, Places, Position};
use crate::database::trace::Traces;
use crate::error::Result;
use crate::routing::PartitionId;

/// Opens the same log again each time.
pub type Open<'a> = &'a mut dyn FnMut() -> Arc<dyn Log>;

/// Stands for the books that keep frames themselves, where the log does not: called before they are released.
pub type Archives<'a> = &'a mut dyn FnMut(PartitionId, &[(Position, Frame)]);

const ONE: PartitionId = PartitionId(1);
const TWO: PartitionId = PartitionId(2);
const CROWDED: PartitionId = PartitionId(3);
/// Longer than any log takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// Frames of each of two edges that write at once.
const CROWD: u64 = 40;

/// A small frame with this number.
pub fn frame(n: u64) -> Frame {
    frame_of(1, n)
}

fn frame_of(edge: u16, n: u64) -> Frame {
    let id = FrameId { edge, epoch: 1, n };
    Frame {
        id,
        first_fact_n: n * 10,
        packed_at: Timestamp(n as i64),
        records: 1,
        facts: vec![n as u8; 9],
        raw: vec![1, 2, 3],
    }
}

/// Hands frames over and waits for all answers, in the frames' order.
pub fn submit(log: &dyn Log, frames: Vec<(PartitionId, Frame)>) -> Vec<Result<Kept>> {
    let (sender, receiver) = channel();
    let many = frames.len();
    log.submit(Frames::new(frames), Arc::new(move |i, kept| sender.send((i, kept)).expect("somebody waits")));
    let mut answers: Vec<_> =
        (0..many).map(|_| receiver.recv_timeout(PATIENCE).expect("a log always answers")).collect();
    answers.sort_by_key(|(i, _)| *i);
    assert!(answers.iter().map(|(i, _)| *i).eq(0..many), "each frame is answered once");
    answers.into_iter().map(|(_, kept)| kept).collect()
}

/// Hands one frame over; its place in the log.
fn keep(log: &dyn Log, partition: PartitionId, frame: Frame) -> Position {
    match submit(log, vec![(partition, frame)]).remove(0).expect("it is kept") {
        Kept::InLog(position) => position,
        Kept::InSpool => panic!("the log is not away"),
    }
}

/// All of a partition, in pages of so many.
fn read_all(log: &dyn Log, partition: PartitionId, page: usize) -> Vec<(Position, Frame)> {
    read_on(log, partition, Position(0), page)
}

/// All after a position. A page may be shorter than asked for, but is empty only at the end.
fn read_on(log: &dyn Log, partition: PartitionId, from: Position, page: usize) -> Vec<(Position, Frame)> {
    let mut all: Vec<(Position, Frame)> = Vec::new();
    loop {
        let after = all.last().map_or(from, |it| it.0);
        let frames = log.read(partition, after, page).expect("read");
        assert!(frames.len() <= page, "pages are as long as asked");
        if frames.is_empty() {
            return all;
        }
        all.extend(frames);
    }
}

fn numbers(frames: &[(Position, Frame)]) -> Vec<u64> {
    frames.iter().map(|(_, frame)| frame.id.n).collect()
}

pub fn check(open: Open<'_>, archive: Archives<'_>) {
    frames_come_back(open().as_ref());
    repetitions_are_known(open().as_ref());
    what_is_new_is_told(open().as_ref());
    waiting_ends_with_an_arrival(open().as_ref());
    two_edges_may_write_at_once(open);
    let before = [ONE, TWO, CROWDED].map(|partition| read_all(open().as_ref(), partition, 100));
    let log = open();
    assert_eq!([ONE, TWO, CROWDED].map(|it| read_all(log.as_ref(), it, 7)), before, "what was kept is there again");
    drop(log);
    a_release_hides_nothing(open, archive, &before[0]);
    raw_sections_go(open().as_ref(), archive, before.each_ref().map(Vec::len));
    frames_can_be_rewritten(open, archive);
}

fn frames_come_back(log: &dyn Log) {
    assert_eq!(log.end(ONE).expect("end"), Position(0), "a new log is empty");
    assert_eq!(log.partitions().expect("partitions"), []);
    assert_eq!(log.behind(&Places::new()).expect("behind"), []);
    let kept = submit(log, vec![(ONE, frame(1)), (TWO, frame(2))]);
    let places: Vec<_> = kept.into_iter().map(|kept| kept.expect("it is kept")).collect();
    let third = keep(log, ONE, frame(3));
    let read = read_all(log, ONE, 10);
    assert_eq!(read[0].1, frame(1), "frames come back as they were");
    assert_eq!(numbers(&read), [1, 3], "order is per partition");
    assert_eq!((Kept::InLog(read[0].0), read[1].0), (places[0], third), "places are those that were told");
    assert_eq!(log.end(ONE).expect("end"), third);
    for n in 10..20 {
        keep(log, ONE, frame(n));
    }
    let paged = numbers(&read_all(log, ONE, 5));
    assert_eq!(paged, [1, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19], "paging misses nothing");
}

fn repetitions_are_known(log: &dyn Log) {
    let before = read_all(log, ONE, 100);
    let (place, first) = before[0].clone();
    assert_eq!(keep(log, ONE, first.clone()), place, "a frame sent again keeps its place");
    assert_eq!(read_all(log, ONE, 100), before);
    let mut other = first;
    other.facts[0] ^= 1;
    let answers = submit(log, vec![(ONE, other), (TWO, frame(20))]);
    assert!(answers[0].is_err(), "another frame can't take a used id");
    assert!(answers[1].is_ok(), "and that is no other frame's trouble");
    keep(log, TWO, frame(3));
    assert_eq!(numbers(&read_all(log, TWO, 100)), [2, 20, 3], "an id is its partition's own");
}

fn what_is_new_is_told(log: &dyn Log) {
    let sorted = |mut list: Vec<PartitionId>| {
        list.sort();
        list
    };
    assert_eq!(sorted(log.partitions().expect("partitions")), [ONE, TWO]);
    let mut places = Places::from([(ONE, Position(0)), (TWO, Position(0))]);
    assert_eq!(sorted(log.behind(&places).expect("behind")), [ONE, TWO]);
    let one = Places::from([(ONE, Position(0))]);
    assert_eq!(log.behind(&one).expect("behind"), [ONE], "nobody asked for the other");
    places.insert(ONE, log.end(ONE).expect("end"));
    assert_eq!(log.behind(&places).expect("behind"), [TWO]);
    places.insert(TWO, log.end(TWO).expect("end"));
    assert_eq!(log.behind(&places).expect("behind"), []);
    keep(log, ONE, frame(30));
    assert_eq!(log.behind(&places).expect("behind"), [ONE]);
}

fn waiting_ends_with_an_arrival(log: &dyn Log) {
    let seen = log.arrivals();
    keep(log, TWO, frame(31));
    log.wait(seen, PATIENCE);
    assert_ne!(log.arrivals(), seen, "a frame was kept");
    let seen = log.arrivals();
    log.wake();
    log.wait(seen, PATIENCE);
    assert_ne!(log.arrivals(), seen, "whoever waits may be woken");
}

/// Each has a handle of its own, as on two hosts; a third reads what they write while they write it.
fn two_edges_may_write_at_once(open: Open<'_>) {
    let (first, second, reader) = (open(), open(), open());
    let ended = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        let polled = scope.spawn(|| poll(reader.as_ref(), &ended));
        let write = |log: &dyn Log, edge| (1..=CROWD).for_each(|n| _ = keep(log, CROWDED, frame_of(edge, n)));
        let writers = [(first, 1), (second, 2)].map(|(log, edge)| scope.spawn(move || write(log.as_ref(), edge)));
        writers.into_iter().for_each(|it| it.join().expect("a writer"));
        ended.store(true, Ordering::SeqCst);
        polled.join().expect("a reader")
    });
    assert!(seen.is_sorted_by(|a, b| a.0 < b.0), "places grow in the order of reading");
    for edge in [1, 2] {
        let own = seen.iter().filter(|it| it.1.id.edge == edge).map(|it| it.1.id.n);
        assert!(own.eq(1..=CROWD), "what an edge writes stays in order, and nothing is lost or doubled");
    }
    assert_eq!(read_all(reader.as_ref(), CROWDED, 7), seen, "whoever reads along skips nothing");
}

/// Reads on from what was read last, until the writers have ended and nothing more is there.
fn poll(log: &dyn Log, ended: &AtomicBool) -> Vec<(Position, Frame)> {
    let mut seen: Vec<(Position, Frame)> = Vec::new();
    loop {
        let (last_look, arrivals) = (ended.load(Ordering::SeqCst), log.arrivals());
        let after = seen.last().map_or(Position(0), |it| it.0);
        let frames = log.read(CROWDED, after, 7).expect("read");
        if frames.is_empty() && last_look {
            return seen;
        }
        if frames.is_empty() {
            log.wait(arrivals, Duration::from_millis(1));
        }
        seen.extend(frames);
    }
}

/// What the books keep themselves may leave the log, but not what is read from it.
fn a_release_hides_nothing(open: Open<'_>, archive: Archives<'_>, before: &[(Position, Frame)]) {
    let log = open();
    let half = &before[..before.len() / 2];
    let up_to = half.last().expect("some frames").0;
    if !log.keeps_frames() {
        archive(ONE, half);
    }
    log.release(ONE, up_to).expect("release");
    assert_eq!(read_all(log.as_ref(), ONE, 5), before, "the archive and the log are read as one");
    assert_eq!(read_on(log.as_ref(), ONE, up_to, 100), before[half.len()..]);
    assert_eq!(log.end(ONE).expect("end"), before[before.len() - 1].0);
    let everything = &before[half.len()..];
    if !log.keeps_frames() {
        archive(ONE, everything);
    }
    log.release(ONE, before[before.len() - 1].0).expect("release");
    drop(log);
    let log = open();
    assert_eq!(read_all(log.as_ref(), ONE, 100), before, "also when all of it has left the log");
    assert_eq!(log.end(ONE).expect("end"), before[before.len() - 1].0, "the end stays where it was");
    assert!(log.partitions().expect("partitions").contains(&ONE));
    let next = keep(log.as_ref(), ONE, frame(40));
    assert!(next > before[before.len() - 1].0, "places go on growing");
    assert_eq!(read_all(log.as_ref(), ONE, 5).len(), before.len() + 1);
}

/// A log that is only the newest part lets go of them with the frames, once the books keep those.
fn raw_sections_go(log: &dyn Log, archive: Archives<'_>, frames: [usize; 3]) {
    if !log.keeps_frames() {
        archive(ONE, &read_all(log, ONE, 100)[frames[0]..]);
        [TWO, CROWDED].into_iter().for_each(|partition| archive(partition, &read_all(log, partition, 100)));
    }
    let mut dropped = 0;
    loop {
        match log.drop_raw_before(Timestamp(i64::MAX)).expect("drop") {
            0 => break,
            frames => dropped += frames,
        }
    }
    assert!(dropped >= frames.iter().sum::<usize>() as u64, "raw sections can be dropped");
    let read = read_all(log, ONE, 100);
    assert!(read.iter().all(|(_, frame)| frame.raw.is_empty()), "of every frame");
    assert_eq!(read[0].1.facts, frame(1).facts, "and the facts stay");
}

/// Others bytes take the place of some, for every reader and after a restart, and the edge that wrote the first ones
/// hears of no trouble.
fn frames_can_be_rewritten(open: Open<'_>, archive: Archives<'_>) {
    let log = open();
    keep(log.as_ref(), TWO, Frame { raw: vec![7; 3], ..frame(50) });
    let before = read_all(log.as_ref(), TWO, 100);
    if !log.keeps_frames() {
        archive(TWO, &before);
    }
    // As `frame::rewrite` marks them.
    let rewritten = |frame: &Frame| Frame { facts: vec![0x41, 8, 8, 8], raw: Vec::new(), ..frame.clone() };
    let (first, last) = (&before[0], &before[before.len() - 1]);
    let changed: Vec<_> = [first, last].map(|(position, frame)| (*position, rewritten(frame))).into();
    log.rewrite(TWO, &changed).expect("rewrite");
    log.rewrite(TWO, &changed).expect("once more is the same");
    let traces = Traces::of(&[vec![9; 40]]).expect("patterns");
    assert!(log.scrub(TWO, last.0, &traces).expect("scrub"), "nothing else is in the way");
    let mut expected = before.clone();
    (expected[0], expected[before.len() - 1]) = (changed[0].clone(), changed[1].clone());
    assert_eq!(read_all(log.as_ref(), TWO, 2), expected);
    assert_eq!(log.end(TWO).expect("end"), last.0, "the end stays where it was");
    if log.keeps_frames() {
        assert_eq!(keep(log.as_ref(), TWO, last.1.clone()), last.0, "a frame that is sent again keeps its place");
    }
    drop(log);
    let log = open();
    assert_eq!(read_all(log.as_ref(), TWO, 100), expected, "also after a restart");
    assert!(keep(log.as_ref(), TWO, frame(51)) > last.0, "places go on growing");
}
