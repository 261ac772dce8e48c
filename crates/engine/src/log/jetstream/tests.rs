//! Against real servers.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use referee_rig::{Nats, Proxy};

use super::*;
use crate::log::FrameId;
use crate::log::conformance::{self, frame, submit};

const ONE: PartitionId = PartitionId(1);
/// Longer than a change of leaders takes.
const PATIENCE: Duration = Duration::from_secs(90);

/// What books would keep.
#[derive(Default)]
struct Shelf(Mutex<BTreeMap<(PartitionId, Position), Frame>>);

impl Shelf {
    fn keep(&self, partition: PartitionId, frames: &[(Position, Frame)]) {
        lock(&self.0).extend(frames.iter().map(|(position, frame)| ((partition, *position), frame.clone())));
    }
}

impl Archive for Shelf {
    fn read(&self, partition: PartitionId, after: Position, frames_max: usize) -> Result<Vec<(Position, Frame)>> {
        let from = (partition, Position(after.0 + 1));
        let shelf = lock(&self.0);
        let frames = shelf.range(from..).take_while(|(key, _)| key.0 == partition).take(frames_max);
        Ok(frames.map(|((_, position), frame)| (*position, frame.clone())).collect())
    }

    fn drop_raw_before(&self, _: Timestamp) -> Result<u64> {
        let mut shelf = lock(&self.0);
        let full = shelf.values_mut().filter(|frame| !frame.raw.is_empty());
        Ok(full.map(|frame| frame.raw.clear()).count() as u64)
    }

    fn rewrite(&self, partition: PartitionId, frames: &[(Position, Frame)]) -> Result<()> {
        let mut shelf = lock(&self.0);
        for (position, frame) in frames {
            shelf.entry((partition, *position)).and_modify(|kept| *kept = frame.clone());
        }
        Ok(())
    }
}

fn config(nats: &Nats, replicas: usize) -> JetStreamConfig {
    JetStreamConfig {
        urls: nats.urls().split(',').map(str::to_owned).collect(),
        installation: "first".into(),
        replicas,
        credentials_file: None,
    }
}

fn open(nats: &Nats, replicas: usize, shelf: &Arc<Shelf>) -> JetStreamLog {
    // Nothing stays in a stream longer than it must.
    JetStreamLog::open_with(config(nats, replicas), shelf.clone(), Duration::ZERO, Duration::ZERO).unwrap()
}

fn keep(log: &dyn Log, frame: Frame) -> Position {
    match submit(log, vec![(ONE, frame)]).remove(0).unwrap() {
        Kept::InLog(position) => position,
        Kept::InSpool => panic!("a stream is no spool"),
    }
}

/// Sends a frame until it is kept, as the recorder does.
fn keep_at_last(log: &dyn Log, frame: &Frame) -> Position {
    let until = Instant::now() + PATIENCE;
    loop {
        match submit(log, vec![(ONE, frame.clone())]).remove(0) {
            Ok(Kept::InLog(position)) => return position,
            Err(Error::Unavailable(_)) if Instant::now() < until => log.wait(log.arrivals(), Duration::from_millis(50)),
            other => panic!("{other:?}"),
        }
    }
}

fn read_all(log: &dyn Log, after: Position) -> Vec<(Position, Frame)> {
    let mut all: Vec<(Position, Frame)> = Vec::new();
    loop {
        let frames = log.read(ONE, all.last().map_or(after, |it| it.0), 3).unwrap();
        if frames.is_empty() {
            return all;
        }
        all.extend(frames);
    }
}

fn numbers(frames: &[(Position, Frame)]) -> Vec<u64> {
    frames.iter().map(|(_, frame)| frame.id.n).collect()
}

/// Waits until something is so.
fn eventually(log: &JetStreamLog, what: &str, mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        log.wait(log.arrivals(), Duration::from_millis(20));
    }
}

fn extent(log: &JetStreamLog) -> Extent {
    log.ask(log.hub.streams.extent(ONE)).unwrap().unwrap()
}

/// A frame too large for one message, of bytes that show where they belong.
fn large(n: u64, bytes: usize) -> Frame {
    let facts = (0..bytes).map(|i| (i / 1_000 + n as usize) as u8).collect();
    Frame { facts, ..frame(n) }
}

#[test]
fn it_conforms() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    conformance::check(&mut || Arc::new(open(&nats, 1, &shelf)), &mut |partition, frames| {
        shelf.keep(partition, frames)
    });
}

#[test]
fn another_installation_is_refused() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let first = open(&nats, 1, &shelf);
    let second = JetStreamConfig { installation: "second".into(), ..config(&nats, 1) };
    let early = JetStreamLog::open(second.clone(), shelf.clone()).unwrap();
    keep(&first, frame(1));
    assert!(matches!(JetStreamLog::open(second, shelf), Err(Error::Setup(_))), "a stream is there already");
    let written = submit(&early, vec![(ONE, frame(2))]).remove(0);
    assert!(matches!(written, Err(Error::Setup(_))), "the stream came after the other had looked");
    assert!(matches!(early.read(ONE, Position(0), 9), Err(Error::Setup(_))));
}

#[test]
fn what_servers_cannot_do_is_said() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let refused = |config| match JetStreamLog::open(config, shelf.clone()) {
        Err(Error::Setup(context)) => context.cause,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it opened"),
    };
    assert!(refused(config(&nats, 3)).contains("in no cluster"));
    assert!(refused(config(&nats, 2)).contains("set 1, 3 or 5"));
    let stranger = nats.url(0).replace("referee:p", "referee:q");
    assert!(refused(JetStreamConfig { urls: vec![stranger], ..config(&nats, 1) }).contains("uthoriz"));
}

#[test]
fn frames_larger_than_a_message_survive() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    let frames = [frame(1), large(2, 3_500_000), frame(3), large(4, 1_100_000), large(5, 9_000_000)];
    let positions: Vec<Position> = frames.iter().map(|frame| keep(&log, frame.clone())).collect();
    let kept: Vec<_> = positions.iter().copied().zip(frames.iter().cloned()).collect();
    assert_eq!(read_all(&log, Position(0)), kept);
    let other = open(&nats, 1, &shelf);
    assert_eq!(read_all(&other, positions[1]), kept[2..], "reading may begin at any frame");
    assert_eq!(frame_at(&other, positions[3]).unwrap().unwrap(), frames[3]);
    assert_eq!(frame_at(&other, Position(positions[3].0 - 1)).unwrap(), None, "a part is no frame");
    assert_eq!(keep(&other, frames[1].clone()), positions[1], "sent again it keeps its place");
    let mut differs = frames[1].clone();
    differs.facts[10] ^= 1;
    assert!(matches!(submit(&other, vec![(ONE, differs)]).remove(0), Err(Error::Corrupt(_))));
}

#[test]
fn a_frame_that_never_became_whole_is_nothing() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    let first = keep(&log, frame(1));
    let torn = large(2, 1_500_000);
    let part = message::payload(&torn).slice(..1_000_000);
    log.ask(log.hub.streams.publish(ONE, message::part(&torn, 0, part))).unwrap();
    assert_eq!(extent(&log).last, 2);
    assert_eq!(log.end(ONE).unwrap(), first);
    assert_eq!(numbers(&read_all(&log, Position(0))), [1]);
    let places = Places::from([(ONE, first)]);
    eventually(&log, "nobody is behind for the sake of a part", || log.behind(&places).unwrap().is_empty());
    let other = open(&nats, 1, &shelf);
    assert_eq!(other.end(ONE).unwrap(), first);
    let third = keep(&log, frame(3));
    assert_eq!(numbers(&read_all(&other, first)), [3]);
    assert_eq!(other.end(ONE).unwrap(), third);
}

#[test]
fn what_the_books_keep_is_let_go_and_still_read() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    let frames = [frame(1), frame(2), large(3, 1_500_000), frame(4), frame(5)];
    frames.iter().for_each(|frame| _ = keep(&log, frame.clone()));
    let kept = read_all(&log, Position(0));
    let (applied, place) = (&kept[..3], kept[2].0);
    shelf.keep(ONE, applied);
    log.release(ONE, place).unwrap();
    eventually(&log, "the stream is purged", || extent(&log).first == place.0 - 1);
    assert_eq!(frame_at(&log, place).unwrap().unwrap(), frames[2], "the last applied frame stays, with its parts");
    assert_eq!(read_all(&log, Position(0)), kept, "the archive and the stream are read as one");
    assert_eq!(read_all(&open(&nats, 1, &shelf), Position(0)), kept);
    let before = extent(&log).first;
    log.release(ONE, place).unwrap();
    assert_eq!(extent(&log).first, before, "releasing again changes nothing");
}

#[test]
fn what_is_missing_is_never_skipped() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    (1..=9).for_each(|n| _ = keep(&log, frame(n)));
    shelf.keep(ONE, &read_all(&log, Position(0))[..3]);
    log.ask(log.hub.streams.purge(ONE, 7)).unwrap();
    assert_eq!(numbers(&log.read(ONE, Position(0), 9).unwrap()), [1, 2, 3]);
    assert!(matches!(log.read(ONE, Position(3), 9), Err(Error::Corrupt(_))), "4, 5 and 6 are gone");
    assert_eq!(numbers(&read_all(&log, Position(6))), [7, 8, 9]);
}

#[test]
fn a_slow_reader_goes_on_in_the_archive() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let (writer, slow) = (open(&nats, 1, &shelf), open(&nats, 1, &shelf));
    // More than a tail takes ahead.
    (1..=30).for_each(|n| _ = keep(&writer, large(n, 500_000)));
    let kept = read_all(&writer, Position(0));
    assert_eq!(numbers(&slow.read(ONE, Position(0), 1).unwrap()), [1]);
    shelf.keep(ONE, &kept[..29]);
    writer.release(ONE, Position(29)).unwrap();
    eventually(&writer, "the stream is purged", || extent(&writer).first == 29);
    assert_eq!(read_all(&slow, Position(1)), kept[1..]);
}

#[test]
fn a_broken_connection_is_made_again() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let proxy = Proxy::to(nats.address(0));
    let distant = JetStreamConfig { urls: vec![nats.url_at(proxy.address())], ..config(&nats, 1) };
    let log = JetStreamLog::open(distant, shelf.clone()).unwrap();
    keep(&log, frame(1));
    assert_eq!(numbers(&read_all(&log, Position(0))), [1]);
    proxy.sever();
    let answer = submit(&log, vec![(ONE, frame(2))]).remove(0);
    assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
    keep(&open(&nats, 1, &shelf), Frame { id: FrameId { edge: 2, epoch: 1, n: 7 }, ..frame(7) });
    proxy.mend();
    assert_eq!(keep_at_last(&log, &frame(2)), Position(3));
    let read = || numbers(&log.read(ONE, Position(1), 9).unwrap_or_default());
    eventually(&log, "its reader goes on, too", || read() == [7, 2]);
}

#[test]
fn a_stream_that_was_set_back_stops_its_reader() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    (1..=3).for_each(|n| _ = keep(&log, frame(n)));
    assert_eq!(read_all(&log, Position(0)).len(), 3);
    let other = open(&nats, 1, &shelf);
    other.ask(async { Ok(other.hub.streams.context().delete_stream(stream::name(ONE)).await.unwrap()) }).unwrap();
    (11..=15).for_each(|n| _ = keep(&other, frame(n)));
    let until = Instant::now() + PATIENCE;
    loop {
        match log.read(ONE, Position(3), 9) {
            Err(Error::Corrupt(_)) => break,
            Ok(frames) => assert!(frames.is_empty(), "{frames:?}"),
            Err(error) => panic!("{error}"),
        }
        assert!(Instant::now() < until, "it is noticed");
    }
}

#[test]
fn old_raw_sections_leave_an_idle_stream() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let log = open(&nats, 1, &shelf);
    (1..=3).for_each(|n| _ = keep(&log, frame(n)));
    let kept = read_all(&log, Position(0));
    assert_eq!(log.drop_raw_before(Timestamp(i64::MAX)).unwrap(), 0, "nobody else holds these frames");
    shelf.keep(ONE, &kept);
    assert_eq!(log.drop_raw_before(Timestamp(0)).unwrap(), 3, "of the archive");
    assert_eq!(extent(&log).messages, 3, "the stream was written after that moment");
    assert_eq!(log.drop_raw_before(Timestamp(i64::MAX)).unwrap(), 3);
    assert!(read_all(&log, Position(0)).iter().all(|(_, frame)| frame.raw.is_empty()));
    assert_eq!(log.end(ONE).unwrap(), Position(3));
    assert_eq!(keep(&log, frame(4)), Position(4));
    assert_eq!(numbers(&read_all(&log, Position(0))), [1, 2, 3, 4]);
}

#[test]
fn two_hosts_see_each_other() {
    let nats = Nats::cluster(1);
    let shelf = Arc::new(Shelf::default());
    let (writer, reader) = (open(&nats, 1, &shelf), open(&nats, 1, &shelf));
    let seen = reader.arrivals();
    let mut places = Places::from([(ONE, Position(0))]);
    keep(&writer, frame(1));
    reader.wait(seen, PATIENCE);
    assert_eq!(reader.behind(&places).unwrap(), [ONE], "a partition that another began");
    assert_eq!(numbers(&read_all(&reader, Position(0))), [1]);
    places.insert(ONE, Position(1));
    assert_eq!(reader.behind(&places).unwrap(), []);
    let seen = reader.arrivals();
    keep(&writer, frame(2));
    reader.wait(seen, PATIENCE);
    assert_eq!(reader.behind(&places).unwrap(), [ONE]);
    assert_eq!(numbers(&read_all(&reader, Position(1))), [2]);
}

/// The places and numbers of an edge's frames.
fn places_of(frames: &[(Position, Frame)], edge: u16) -> Vec<(u64, u64)> {
    let own = frames.iter().filter(|(_, it)| (it.id.edge, it.id.epoch) == (edge, 2));
    own.map(|(position, frame)| (position.0, frame.id.n)).collect()
}

/// Writes and reads while the stream's leader is killed: what was acknowledged is there once, and in order.
#[test]
fn a_change_of_leaders_loses_and_doubles_nothing() {
    let mut nats = Nats::cluster(3);
    let shelf = Arc::new(Shelf::default());
    let edges = [1, 2].map(|edge| (open(&nats, 3, &shelf), edge));
    let reader = open(&nats, 3, &shelf);
    keep_at_last(&edges[0].0, &frame(1_000_000));
    let (stop, ended, written) = (AtomicBool::new(false), AtomicBool::new(false), AtomicU64::new(0));
    let (acknowledged, seen) = std::thread::scope(|scope| {
        let writers = edges.each_ref().map(|(log, edge)| {
            let (stop, written) = (&stop, &written);
            scope.spawn(move || {
                let mut acknowledged = Vec::new();
                while !stop.load(Ordering::SeqCst) {
                    let id = FrameId { edge: *edge, epoch: 2, n: acknowledged.len() as u64 + 1 };
                    let frame = Frame { id, ..frame(id.n) };
                    acknowledged.push((keep_at_last(log, &frame), frame));
                    written.fetch_add(1, Ordering::SeqCst);
                }
                acknowledged
            })
        });
        let reads = scope.spawn(|| {
            let mut seen: Vec<(Position, Frame)> = Vec::new();
            loop {
                let (last_look, arrivals) = (ended.load(Ordering::SeqCst), reader.arrivals());
                match reader.read(ONE, seen.last().map_or(Position(0), |it| it.0), 50) {
                    Ok(frames) if frames.is_empty() && last_look => return seen,
                    Ok(frames) if frames.is_empty() => reader.wait(arrivals, Duration::from_millis(100)),
                    Ok(frames) => seen.extend(frames),
                    Err(Error::Unavailable(_)) => reader.wait(arrivals, Duration::from_millis(100)),
                    Err(error) => panic!("{error}"),
                }
            }
        });
        let more = |count| {
            let goal = written.load(Ordering::SeqCst) + count;
            eventually(&reader, "writing goes on", || written.load(Ordering::SeqCst) >= goal);
        };
        more(200);
        let leader = nats.leader_of(&stream::name(ONE)).expect("a leader");
        nats.kill(leader);
        more(200);
        nats.start_again(leader);
        more(200);
        stop.store(true, Ordering::SeqCst);
        let acknowledged: Vec<_> = writers.into_iter().flat_map(|it| it.join().unwrap()).collect();
        ended.store(true, Ordering::SeqCst);
        (acknowledged, reads.join().unwrap())
    });
    assert!(seen.is_sorted_by(|a, b| a.0 < b.0), "in order, and nothing twice");
    for edge in [1, 2] {
        let (seen, told) = (places_of(&seen, edge), places_of(&acknowledged, edge));
        let differ = |a: &[(u64, u64)], b: &[(u64, u64)]| a.iter().filter(|it| !b.contains(it)).copied().collect();
        let (unseen, untold): (Vec<_>, Vec<_>) = (differ(&told, &seen), differ(&seen, &told));
        assert!(seen == told, "edge {edge}: told and not seen: {unseen:?}; seen and not told: {untold:?}");
    }
}

/// The frame at exactly this position, as a machine that goes on looks for it.
fn frame_at(log: &JetStreamLog, position: Position) -> Result<Option<Frame>> {
    let page = log.read(ONE, Position(position.0 - 1), 1)?;
    Ok(page.into_iter().find(|(at, _)| *at == position).map(|(_, frame)| frame))
}
