//! Inquiries and what became of them.

use referee_core::fact::Fact;
use referee_core::id::{BrandId, ClickNo, InquiryId, NoteId, PartnerId, SubmissionId, UserId};
use referee_core::inquiry::{
    Answer, InquiryAnswered, InquiryKind, InquiryOpened, InquiryReason, InquiryRules, InquiryState,
};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::row::Evidence;
use referee_core::time::Timestamp;

use super::{BRAND, NOON, PARTNER, PROGRAM, SALE, Subject, apply, history, record};
use crate::books::reads::{CountedInquiries, InquiryFilter};

/// Of an order that was not reported and one that nobody earned, found valid; of a wrong amount, declined; and one that waits.
fn inquiries(ordered_at: Timestamp) -> Vec<Fact> {
    let inquiry = |kind, order_id: &str, amount: Option<i64>| InquiryOpened {
        program: PROGRAM,
        partner: PARTNER,
        kind,
        event_type: SALE,
        order_id: order_id.into(),
        action: None,
        ordered_at,
        currency: Currency(*b"EUR"),
        amount: amount.map(|amount| Money(amount * MICROS)),
        click: Some(ClickNo(0)),
        note: Some(NoteId([1; 16])),
    };
    let answer = |inquiry, answer| {
        let submission = SubmissionId([200 + inquiry as u8; 16]);
        Fact::InquiryAnswered(InquiryAnswered { inquiry: InquiryId(inquiry), submission, answer, note: None })
    };
    let mut by_nobody = inquiry(InquiryKind::Untracked, "order-39", None);
    by_nobody.note = None;
    vec![
        Fact::InquiryRulesSet(InquiryRules { program: PROGRAM, answer_days: 10 }),
        Fact::InquiryOpened(inquiry(InquiryKind::Untracked, "order-100", Some(40))),
        answer(1, Answer::Valid { amount: Some(Money(50 * MICROS)) }),
        Fact::InquiryOpened(by_nobody),
        Fact::InquiryOpened(inquiry(InquiryKind::Incorrect, "order-3", Some(99))),
        answer(3, Answer::Declined(InquiryReason::FiguresRight)),
        answer(2, Answer::Valid { amount: None }),
        Fact::InquiryOpened(inquiry(InquiryKind::Untracked, "order-101", None)),
    ]
}

/// Those of a brand and of a partner, and how many wait.
pub(super) fn are_kept_and_read(make: &mut dyn FnMut() -> Subject) {
    let mut records = history();
    let later = NOON.plus_days(33);
    let first = records.len() as u64 + 1;
    records.extend(inquiries(later).into_iter().zip(first..).map(|(fact, no)| record(no, later, fact)));
    let (mut subject, mut split) = (make(), make());
    apply(&mut subject, &records, 1_000);
    apply(&mut split, &records, 1);
    assert_eq!((subject.dump)(), (split.dump)());
    let reads = subject.reads.as_ref();
    let of_partner = InquiryFilter { partner: Some(PARTNER), ..InquiryFilter::default() };
    let all = reads.inquiries(BRAND, &of_partner, None, 10).expect("inquiries");
    let states: Vec<_> = all.iter().map(|it| (it.id.0, it.state)).collect();
    use InquiryState::*;
    assert_eq!(states, [(4, Open), (3, Declined), (2, Valid), (1, Valid)]);
    assert_eq!(all[1].reason, Some(InquiryReason::FiguresRight));
    assert_eq!(all[3].notes, [NoteId([1; 16])]);
    assert_eq!((all[3].answered_by, all[3].click), (Some(UserId(1)), Some(ClickNo(0))));
    let action = reads.action(BRAND, all[3].action.expect("it became one")).expect("an action").expect("it is there");
    assert_eq!((action.evidence, action.amount, action.partner), (Evidence::Inquiry, Money(50 * MICROS), PARTNER));
    assert_eq!(reads.inquiries(BRAND, &of_partner, Some(all[1].id), 1).expect("inquiries"), all[2..3]);
    let answered =
        InquiryFilter { states: vec![Valid, Declined], order_id: Some("order-3".into()), ..of_partner.clone() };
    assert_eq!(reads.inquiries(BRAND, &answered, None, 10).expect("inquiries"), all[1..2]);
    let of_kind =
        InquiryFilter { kind: Some(InquiryKind::Incorrect), program: Some(PROGRAM), ..InquiryFilter::default() };
    assert_eq!(reads.inquiries(BRAND, &of_kind, None, 10).expect("inquiries"), all[1..2]);
    assert_eq!(reads.inquiries_due(BRAND, &of_partner, None, 10).expect("inquiries"), all[..1]);
    let after = Some((all[0].due_at, all[0].id));
    assert!(reads.inquiries_due(BRAND, &of_partner, after, 10).expect("inquiries").is_empty());
    assert_eq!(reads.inquiry(BRAND, Some(PARTNER), all[0].id).expect("an inquiry").as_ref(), Some(&all[0]));
    assert_eq!(reads.inquiry(BRAND, Some(PartnerId(12)), all[0].id).expect("not of another partner"), None);
    assert_eq!(reads.inquiry(BrandId(2), None, all[0].id).expect("not of another brand"), None);
    assert!(reads.inquiries(BrandId(2), &of_partner, None, 10).expect("nothing of another brand").is_empty());
    let counted = reads.count_inquiries(BRAND, None, all[0].due_at.plus_ms(1)).expect("counts");
    assert_eq!(counted, CountedInquiries { open: 1, overdue: 1 });
    let counted = reads.count_inquiries(BRAND, Some(PARTNER), all[0].due_at).expect("counts");
    assert_eq!(counted, CountedInquiries { open: 1, overdue: 0 });
}
