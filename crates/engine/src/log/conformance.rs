//! What every log must do, whatever keeps it. Each engine's tests run this.

use std::sync::Arc;
use std::sync::mpsc::channel;

use referee_core::time::Timestamp;

use super::{Frame, FrameId, Frames, Log, Position};
use crate::error::Result;
use crate::routing::PartitionId;

/// A small frame with this number.
pub fn frame(n: u64) -> Frame {
    let id = FrameId { edge: 1, epoch: 1, n };
    Frame { id, first_fact_n: n * 10, records: 1, facts: vec![n as u8; 9], raw: vec![1, 2, 3] }
}

pub fn submit(log: &dyn Log, frames: Vec<(PartitionId, Frame)>) -> Result<Vec<Position>> {
    let (sender, receiver) = channel();
    log.submit(Frames::new(frames), Box::new(move |result| sender.send(result).expect("somebody waits")));
    receiver.recv().expect("a log always answers")
}

/// `open` opens the same log again each time.
pub fn check(open: &mut dyn FnMut() -> Arc<dyn Log>) {
    let log = open();
    let (one, two) = (PartitionId(1), PartitionId(2));
    assert_eq!(log.end(one).expect("end"), Position(0), "a new log is empty");

    let places = submit(log.as_ref(), vec![(one, frame(1)), (two, frame(2)), (one, frame(3))]).expect("submit");
    assert_eq!(places.len(), 3, "every frame has its place");
    let read = log.read(one, Position(0), 10).expect("read");
    assert_eq!(read.iter().map(|(_, it)| it.id.n).collect::<Vec<_>>(), [1, 3], "order is per partition");
    assert_eq!(read[0].1, frame(1), "frames come back as they were");
    assert_eq!((read[0].0, read[1].0), (places[0], places[2]), "places are those that were told");
    assert_eq!(log.end(one).expect("end"), places[2]);

    let again = submit(log.as_ref(), vec![(one, frame(3))]).expect("submit again");
    assert_eq!(again, [places[2]], "a frame sent again keeps its place");
    let mut other = frame(3);
    other.facts[0] ^= 1;
    assert!(submit(log.as_ref(), vec![(one, other)]).is_err(), "another frame can't take a used id");

    for n in 10..20 {
        submit(log.as_ref(), vec![(one, frame(n))]).expect("submit");
    }
    let mut seen = Vec::new();
    let mut after = Position(0);
    loop {
        let page = log.read(one, after, 5).expect("read");
        assert!(page.len() <= 5, "pages are as long as asked");
        let Some((last, _)) = page.last() else { break };
        after = *last;
        seen.extend(page.iter().map(|(_, it)| it.id.n));
    }
    assert_eq!(seen, [1, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19], "paging misses nothing");
    drop(log);

    let log = open();
    assert_eq!(log.end(one).expect("end"), after, "what was kept is there after reopening");
    assert!(log.drop_raw_before(Timestamp(i64::MAX)).expect("drop") >= 13, "raw sections can be dropped");
    let (_, kept) = &log.read(one, Position(0), 1).expect("read")[0];
    assert_eq!((kept.raw.len(), &kept.facts), (0, &frame(1).facts), "and the facts stay");
}
