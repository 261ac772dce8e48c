//! What people and statistics say of clicks.

use referee_core::fact::{ClicksDoubted, ClicksReviewed, PayableFilter, ReviewDecision};
use referee_core::id::{ClickNo, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::row::PayableState;
use referee_core::screening::ClickTest;
use referee_core::time::Day;

pub fn reviewed() -> ClicksReviewed {
    let filter = PayableFilter {
        partner: Some(PartnerId(11)),
        from: Some(Day(20_833)),
        until: Some(Day(20_834)),
        found: Some(Some(Refusal::DataCentre)),
        network: Some(0x0123_4567_89ab_cdef),
        referrer: Some("blog.example".into()),
        landed: Some(false),
        state: Some(PayableState::Pending),
        clicks: vec![ClickNo(77)],
    };
    let decision = ReviewDecision::Accept { most: Some(5) };
    ClicksReviewed { program: ProgramId(7), filter, decision, reason: "CONS_FRAUD".into() }
}

pub fn doubted() -> ClicksDoubted {
    ClicksDoubted {
        program: ProgramId(7),
        partner: PartnerId(11),
        day: Day(20_833),
        test: ClickTest::Conversion,
        clicks: 9_000,
        seen_ppm: 110,
        expected_ppm: 21_000,
        chance_ppm: 3,
    }
}
