//! Inquiries and their answers, to the wire and back.

use referee_core::id::{ActionId, ClickNo, EventTypeId, InquiryId, NoteId, PartnerId, ProgramId, SubmissionId};
use referee_core::inquiry::{self, Answer, InquiryState};
use referee_core::money::Money;
use referee_core::time::Timestamp;

use super::{currency_in, fixed, known};
use crate::error::Result;
use crate::log::{number, wire};

pub fn rules_out(it: &inquiry::InquiryRules) -> wire::InquiryRules {
    wire::InquiryRules { program: it.program.0, answer_days: it.answer_days }
}

pub fn rules_in(it: wire::InquiryRules) -> inquiry::InquiryRules {
    inquiry::InquiryRules { program: ProgramId(it.program), answer_days: it.answer_days }
}

fn note_out(note: Option<NoteId>) -> Vec<u8> {
    note.map(|note| note.0.to_vec()).unwrap_or_default()
}

fn note_in(note: &[u8]) -> Result<Option<NoteId>> {
    if note.is_empty() { Ok(None) } else { fixed(note).map(|id| Some(NoteId(id))) }
}

pub fn opened_out(it: &inquiry::InquiryOpened) -> wire::InquiryOpened {
    wire::InquiryOpened {
        program: it.program.0,
        partner: it.partner.0,
        kind: it.kind as u32,
        event_type: it.event_type.0,
        order_id: it.order_id.clone(),
        action: it.action.map(|id| id.seq),
        ordered_at: it.ordered_at.0,
        currency: it.currency.to_string(),
        amount: it.amount.map(|amount| amount.0),
        click: it.click.map(|no| no.0),
        note: note_out(it.note),
    }
}

pub fn opened_in(it: wire::InquiryOpened) -> Result<inquiry::InquiryOpened> {
    let (program, event_type) = (ProgramId(it.program), EventTypeId(it.event_type));
    Ok(inquiry::InquiryOpened {
        program,
        partner: PartnerId(it.partner),
        kind: known(number::inquiry_kind(it.kind), "kind of inquiry")?,
        event_type,
        order_id: it.order_id,
        action: it.action.map(|seq| ActionId { program, event_type, seq }),
        ordered_at: Timestamp(it.ordered_at),
        currency: currency_in(&it.currency)?,
        amount: it.amount.map(Money),
        click: it.click.map(ClickNo),
        note: note_in(&it.note)?,
    })
}

pub fn answered_out(it: &inquiry::InquiryAnswered) -> wire::InquiryAnswered {
    let (answer, amount, reason) = match it.answer {
        Answer::Valid { amount } => (InquiryState::Valid, amount, None),
        Answer::Declined(reason) => (InquiryState::Declined, None, Some(reason)),
        Answer::Incomplete(reason) => (InquiryState::Incomplete, None, Some(reason)),
    };
    wire::InquiryAnswered {
        inquiry: it.inquiry.0,
        submission: it.submission.0.to_vec(),
        answer: answer as u32,
        amount: amount.map(|amount| amount.0),
        reason: reason.map(|reason| reason as u32),
        note: note_out(it.note),
    }
}

pub fn answered_in(it: wire::InquiryAnswered) -> Result<inquiry::InquiryAnswered> {
    let reason = || known(it.reason.and_then(number::inquiry_reason), "reason of an answer");
    let answer = match number::inquiry_state(it.answer) {
        Some(InquiryState::Valid) => Answer::Valid { amount: it.amount.map(Money) },
        Some(InquiryState::Declined) => Answer::Declined(reason()?),
        Some(InquiryState::Incomplete) => Answer::Incomplete(reason()?),
        Some(InquiryState::Open) | None => known(None, "answer")?,
    };
    let submission = SubmissionId(fixed(&it.submission)?);
    Ok(inquiry::InquiryAnswered { inquiry: InquiryId(it.inquiry), submission, answer, note: note_in(&it.note)? })
}

pub fn appealed_out(it: &inquiry::InquiryAppealed) -> wire::InquiryAppealed {
    wire::InquiryAppealed { inquiry: it.inquiry.0, partner: it.partner.0, note: note_out(it.note) }
}

pub fn appealed_in(it: wire::InquiryAppealed) -> Result<inquiry::InquiryAppealed> {
    let (inquiry, partner) = (InquiryId(it.inquiry), PartnerId(it.partner));
    Ok(inquiry::InquiryAppealed { inquiry, partner, note: note_in(&it.note)? })
}
