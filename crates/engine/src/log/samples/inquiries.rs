//! What partners ask, and what they are answered.

use super::*;

pub(super) fn inquiry() -> InquiryOpened {
    let (program, event_type) = (ProgramId(7), EventTypeId(4_636));
    InquiryOpened {
        program,
        partner: PartnerId(11),
        kind: InquiryKind::Incorrect,
        event_type,
        order_id: "A-1001".into(),
        action: Some(ActionId { program, event_type, seq: 31 }),
        ordered_at: NOON.minus_days(3),
        currency: Currency(*b"EUR"),
        amount: Some(Money(129_990_000)),
        click: Some(ClickNo(77)),
        note: Some(NoteId([7; 16])),
    }
}

pub(super) fn answered(answer: Answer) -> InquiryAnswered {
    InquiryAnswered { inquiry: InquiryId(5), submission: SubmissionId([8; 16]), answer, note: Some(NoteId([9; 16])) }
}

pub(super) fn appealed() -> InquiryAppealed {
    InquiryAppealed { inquiry: InquiryId(5), partner: PartnerId(11), note: None }
}
