//! Erasures: what is sealed, for how long, and who works on one.

use referee_core::erasure::Substitution;
use referee_core::fact::{Actor, Role};
use referee_core::id::{BrandId, FactId, RecordNo, ServiceId, UserId};
use referee_core::identity::{Identifier, IdentifierKind};

use super::{NOW, Place};
use crate::erasure::place::PlaceOf;
use crate::erasure::{ErasureState, Found};
use crate::log::Position;
use crate::settings::{NewBrand, NewErasure, RefusedReport, Settings};

const ID: ServiceId = ServiceId([0x1a; 16]);

fn by() -> Substitution {
    let mut by = Substitution::default();
    by.identifiers.insert(Identifier { kind: IdentifierKind::Email, hash: [7; 16] }, [8; 16]);
    by.agents.insert(u64::MAX, 3);
    by
}

fn asked(settings: &Settings) -> BrandId {
    let brand = settings.create_brand(&NewBrand { name: "Acme".into() }, NOW).unwrap();
    let actor = Actor { user: UserId(0), role: Role::Operator, reason: "ticket 7".into() };
    let found = Found { devices: 1, orders: 2, ..Found::default() };
    settings.create_erasure(&NewErasure { brand, id: ID, actor: &actor, found: &found, by: &by() }, NOW).unwrap();
    brand
}

pub fn what_is_replaced_is_known_until_it_is_done(place: &Place) {
    let settings = place.open();
    let brand = asked(&settings);
    let noted = settings.erasure(brand, ID).unwrap().unwrap();
    assert_eq!((noted.state, noted.found.orders, noted.actor.reason.as_str()), (ErasureState::Waiting, 2, "ticket 7"));
    assert_eq!(settings.substitution_at(brand, ID, RecordNo(9)).unwrap(), Some(by()));
    assert_eq!(settings.rewriting(brand).unwrap(), [], "no log is rewritten before the books are done");
    settings.begin_rewriting(&noted, RecordNo(9), NOW).unwrap();
    assert_eq!(settings.rewriting(brand).unwrap(), [(RecordNo(9), by())]);
    assert_eq!(settings.substitution_at(brand, ID, RecordNo(9)).unwrap(), Some(by()));
    assert_eq!(settings.substitution_at(brand, ID, RecordNo(10)).unwrap(), None, "one record counts");
    let fact = FactId { edge: 1, epoch: 2, n: 3 };
    let place_of = |record| PlaceOf { record: RecordNo(record), fact, slots: vec![(0, 1), (2, 0)] };
    for _ in 0..2 {
        settings.note_places(&noted, &[place_of(3), place_of(5)], 8, 2).unwrap();
    }
    assert_eq!(settings.places(brand, ID, RecordNo(3), 10).unwrap(), [place_of(5)]);
    settings.note_rewritten(&noted, Position(4)).unwrap();
    let known = || settings.erasure(brand, ID).unwrap().unwrap();
    assert_eq!((known().position, known().read, known().rewritten), (Some(Position(4)), 8, 2));
    settings.rewrite_again().unwrap();
    assert_eq!(known().position, None, "a copy's log has other places");
    settings.finish_erasure(&noted, NOW.plus_ms(5)).unwrap();
    assert_eq!((known().state, known().changed_at), (ErasureState::Done, NOW.plus_ms(5)));
    assert_eq!(settings.substitution_at(brand, ID, RecordNo(9)).unwrap(), None);
    assert_eq!((settings.rewriting(brand).unwrap().len(), settings.open_erasures().unwrap().len()), (0, 0));
    assert_eq!((settings.done_erasures().unwrap(), settings.count_places(brand, ID).unwrap()), (1, 2));
    let others = settings.create_brand(&NewBrand { name: "Other".into() }, NOW).unwrap();
    assert!(settings.erasure(others, ID).unwrap().is_none() && settings.erasures(others, 9).unwrap().is_empty());
}

pub fn an_erasure_is_worked_on_by_one(place: &Place) {
    let settings = place.open();
    let brand = asked(&settings);
    let find = || settings.erasure(brand, ID).unwrap().unwrap();
    let first = settings.lease_erasure(&find(), None, NOW).unwrap().unwrap();
    assert!(settings.lease_erasure(&find(), None, NOW.plus_ms(29_000)).unwrap().is_none());
    let second = settings.lease_erasure(&find(), None, NOW.plus_ms(31_000)).unwrap().unwrap();
    assert!(settings.lease_erasure(&find(), Some(first), NOW.plus_ms(32_000)).unwrap().is_none(), "it was taken over");
    settings.free_erasure(&find(), second).unwrap();
    assert!(settings.lease_erasure(&find(), None, NOW.plus_ms(32_000)).unwrap().is_some());
}

pub fn papers_that_say_the_value_are_forgotten(place: &Place) {
    let settings = place.open();
    let brand = asked(&settings);
    let report = |id: &str, payload: &str| RefusedReport {
        id: id.into(),
        brand,
        program: None,
        received_at: NOW,
        kind: "conversion".into(),
        order_id: "1".into(),
        errors: "[]".into(),
        payload: payload.into(),
    };
    settings.keep_refused(&report("a", r#"{"text1":"for ANN@mail.example"}"#)).unwrap();
    settings.keep_refused(&report("b", r#"{"text1":"for bob@mail.example"}"#)).unwrap();
    assert_eq!(settings.forget_papers(brand, &["ann".into()]).unwrap(), 0, "too short to mean one person");
    assert_eq!(settings.forget_papers(brand, &[" Ann@mail.example ".into()]).unwrap(), 1);
    assert_eq!(settings.count_refused(brand).unwrap(), 1);
}
