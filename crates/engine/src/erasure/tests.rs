//! However far an erasure has come, the books are the same, whoever builds them when.

use std::sync::{Arc, Mutex};

use referee_core::erasure::{Named, Substitution};
use referee_core::fact::{Actor, Fact, Record, Role, Service, SubjectServed};
use referee_core::id::{BrandId, RecordNo, ServiceId, UserId};

use super::Erasures;
use crate::books::conformance::history;
use crate::books::sql::{DumpSource, SqlBooks, dump};
use crate::database::sqlite::Sqlite;
use crate::error::Result;
use crate::intake::hex::hex;
use crate::log::conformance::submit;
use crate::log::fake::FakeLog;
use crate::log::frame::{Change, Encoded, pack, rewrite};
use crate::log::{Draft, Frame, FrameId, Log, Position};
use crate::machine::{Assignment, Machine, Progress, Served, Tell};
use crate::routing::PartitionId;

const PARTITION: PartitionId = PartitionId(1);
const BRAND: BrandId = BrandId(1);
const ID: ServiceId = ServiceId([1; 16]);
const PER_FRAME: usize = 5;

/// What the settings would say.
#[derive(Default)]
struct Noted {
    by: Option<Substitution>,
    rewriting: Option<RecordNo>,
}

struct Notes(Mutex<Noted>);

impl Erasures for Notes {
    fn at(&self, _: BrandId, id: ServiceId, _: RecordNo) -> Result<Option<Substitution>> {
        assert_eq!(id, ID);
        Ok(self.0.lock().unwrap().by.clone())
    }

    fn rewriting(&self, _: BrandId) -> Result<Vec<(RecordNo, Substitution)>> {
        let noted = self.0.lock().unwrap();
        Ok(noted.rewriting.map(|record| (record, noted.by.clone().unwrap())).into_iter().collect())
    }
}

/// The history of the books' suite with an erasure in the middle of a frame.
fn records() -> (Vec<Record>, RecordNo) {
    let mut records = history();
    let at = records.len() * 3 / 4 / PER_FRAME * PER_FRAME + 2;
    let actor = Actor { user: UserId(9), role: Role::Owner, reason: "asked for".into() };
    let fact = Fact::SubjectServed(SubjectServed { id: ID, service: Service::Erasure { values: 9 } });
    let moment = Record { actor: Some(actor), fact, ..records[at].clone() };
    records.insert(at, moment);
    (records, RecordNo(at as u64 + 1))
}

fn frames(records: &[Record]) -> Vec<Frame> {
    let draft = |it: &Record| Draft {
        brand: it.brand,
        received_at: it.received_at,
        occurred_at: it.occurred_at,
        actor: it.actor.clone(),
        fact: it.fact.clone(),
        raw: None,
    };
    let mut frames = Vec::new();
    for (i, chunk) in records.chunks(PER_FRAME).enumerate() {
        let encoded: Vec<Encoded> = chunk.iter().map(|it| Encoded::of(&draft(it))).collect();
        let id = FrameId { edge: 1, epoch: 1, n: i as u64 + 1 };
        frames.push(pack(id, 1 + (i * PER_FRAME) as u64, &encoded, chunk[0].received_at).unwrap());
    }
    frames
}

/// For every second identifier of the records before the moment.
fn tokens(records: &[Record]) -> Substitution {
    let mut by = Substitution::default();
    let values = records.iter().cloned().flat_map(|mut it| Substitution::values_of(&mut it.fact));
    for (i, value) in (1_u128..).zip(values) {
        if let Named::Identifier(it) = value
            && it.hash[15] % 2 == 0
        {
            by.identifiers.entry(it).or_insert((u128::MAX / 7 * (i % 7) + i).to_be_bytes());
        }
    }
    by
}

/// Frames as they are rewritten, up to the moment.
fn rewritten(frames: &[Frame], by: &Substitution, until: RecordNo) -> Vec<Frame> {
    let mut no = 0;
    let mut one = |frame: &Frame| {
        let changed = rewrite(frame, |_, draft| {
            no += 1;
            let fact = no < until.0 && by.apply_to_fact(&mut draft.fact).any;
            Change { fact, blank_raw: fact }
        });
        changed.unwrap().unwrap_or_else(|| frame.clone())
    };
    frames.iter().map(&mut one).collect()
}

struct Town {
    folder: tempfile::TempDir,
    log: Arc<FakeLog>,
    notes: Arc<Notes>,
    books: u32,
}

impl Town {
    fn new(frames: &[Frame], noted: Noted) -> Town {
        let log = FakeLog::new();
        frames.iter().for_each(|frame| _ = submit(log.as_ref(), vec![(PARTITION, frame.clone())]).remove(0).unwrap());
        Town { folder: tempfile::tempdir().unwrap(), log, notes: Arc::new(Notes(Mutex::new(noted))), books: 0 }
    }

    fn machine(&mut self) -> Machine {
        self.books += 1;
        let books = Box::new(SqlBooks::open_file(&self.path()).unwrap());
        let mut machine = Machine::new(self.log.clone(), books, Tell::nobody(), Arc::default());
        machine = machine.with_erasures(self.notes.clone());
        machine.assign(&Assignment::from([(PARTITION, Served { brands: vec![BRAND], ..Served::default() })])).unwrap();
        machine
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join(format!("books-{}.db", self.books))
    }

    fn run(&self, machine: &mut Machine, until: Position) {
        machine.catch_up(&Progress::from([(PARTITION, until)]), &mut |_| {}).unwrap();
    }

    fn rewrite(&self, frames: &[Frame]) {
        let placed: Vec<_> = (1..).map(Position).zip(frames.iter().cloned()).collect();
        self.log.rewrite(PARTITION, &placed).unwrap();
    }

    fn dump(&self) -> String {
        let to = self.folder.path().join("dump");
        dump(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(&self.path()).unwrap()))], &to).unwrap();
        std::fs::read_to_string(&to).unwrap()
    }
}

#[test]
fn books_are_the_same_however_far_the_log_is_rewritten() {
    let (records, moment) = records();
    let by = tokens(&records[..moment.0 as usize - 1]);
    let original = frames(&records);
    let all_rewritten = rewritten(&original, &by, moment);
    assert!(original.iter().zip(&all_rewritten).filter(|(a, b)| a != b).count() > 5, "it changes several frames");
    let whole = |town: &Town| town.log.end(PARTITION).unwrap();
    let noted = |rewriting| Noted { by: Some(by.clone()), rewriting };

    let mut live = Town::new(&original, noted(None));
    let mut machine = live.machine();
    live.run(&mut machine, whole(&live));
    let expected = live.dump();
    let tells = |dump: &str| by.identifiers.keys().any(|it| dump.contains(&hex(&it.hash)));
    assert!(!tells(&expected) && expected.contains("subject_erased"));

    let mut done = Town::new(&all_rewritten, Noted::default());
    let mut machine = done.machine();
    done.run(&mut machine, whole(&done));
    assert_eq!(done.dump(), expected, "after it is done nobody knows what was replaced");

    for half in [1, original.len() / 3, original.len() / 2, original.len()] {
        // Whoever begins when a part is rewritten.
        let mixed = [&all_rewritten[..half], &original[half..]].concat();
        let mut town = Town::new(&mixed, noted(Some(moment)));
        let mut machine = town.machine();
        town.run(&mut machine, whole(&town));
        assert_eq!(town.dump(), expected, "a rebuild at {half}");
        // Whoever has come so far when it begins, and whoever comes back so: a last commit was lost.
        for restarted in [false, true] {
            let mut town = Town::new(&original, noted(None));
            let mut machine = town.machine();
            let place = Position((half as u64).min(moment.0 / PER_FRAME as u64));
            town.run(&mut machine, place);
            town.notes.0.lock().unwrap().rewriting = Some(moment);
            town.rewrite(&all_rewritten);
            if restarted {
                town.books -= 1;
                machine = town.machine();
            }
            town.run(&mut machine, whole(&town));
            assert_eq!(town.dump(), expected, "from {place:?}, restarted: {restarted}");
        }
    }
}
