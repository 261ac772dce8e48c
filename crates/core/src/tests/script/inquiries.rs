//! What partners ask about actions, and what they are answered.

use super::{Line, Reader, click_no, currency, days, moment, money, number, partner};
use crate::fact::Fact;
use crate::id::{InquiryId, NoteId};
use crate::inquiry::{
    Answer, InquiryAnswered, InquiryAppealed, InquiryKind, InquiryOpened, InquiryReason, InquiryRules,
};
use crate::time::Timestamp;

impl Reader {
    /// `inquire A untracked 1001 50.00 ordered=d1 click=k1 note`: without an amount, none is claimed.
    pub(super) fn inquire(&mut self, at: Timestamp, line: &mut Line<'_>) -> Fact {
        let partner = partner(line.word());
        let kind = match line.word() {
            "untracked" => InquiryKind::Untracked,
            "incorrect" => InquiryKind::Incorrect,
            "declined" => InquiryKind::Declined,
            other => panic!("nobody asks about {other}"),
        };
        let order_id = line.word().to_owned();
        let program = line.program();
        let event_type = self.event_id(program, line.option("event").unwrap_or("sale"));
        let usual = self.currencies.get(&program).copied().unwrap_or_default();
        let currency = line.option("currency").map_or(usual, currency);
        let ordered_at = line.option("ordered").map_or(at, moment);
        let click = line.option("click").map(click_no);
        let action = line.option("action").map(|id| id.parse().unwrap());
        let note = self.note(line);
        let amount = line.words.pop().map(money);
        Fact::InquiryOpened(InquiryOpened {
            program,
            partner,
            kind,
            event_type,
            order_id,
            action,
            ordered_at,
            currency,
            amount,
            click,
            note,
        })
    }

    /// `answer 1 valid amount=50.00`, `answer 1 declined ORDER_NOT_FOUND`, `answer 1 incomplete PROOF_MISSING`.
    pub(super) fn answer(&mut self, line: &mut Line<'_>) -> Fact {
        let inquiry = InquiryId(number(line.word()));
        let reason = |line: &mut Line<'_>| {
            let code = line.word();
            *InquiryReason::ALL.iter().find(|it| it.code() == code).unwrap_or_else(|| panic!("{code} is no reason"))
        };
        let answer = match line.word() {
            "valid" => Answer::Valid { amount: line.option("amount").map(money) },
            "declined" => Answer::Declined(reason(line)),
            "incomplete" => Answer::Incomplete(reason(line)),
            other => panic!("no answer is {other}"),
        };
        let (submission, note) = (self.submission(), self.note(line));
        Fact::InquiryAnswered(InquiryAnswered { inquiry, submission, answer, note })
    }

    /// `appeal 1 A`.
    pub(super) fn appeal(&mut self, line: &mut Line<'_>) -> Fact {
        let (inquiry, partner) = (InquiryId(number(line.word())), partner(line.word()));
        Fact::InquiryAppealed(InquiryAppealed { inquiry, partner, note: self.note(line) })
    }

    fn note(&mut self, line: &mut Line<'_>) -> Option<NoteId> {
        line.flag("note").then(|| NoteId(self.submission().0))
    }
}

/// `inquiry-rules 10d`.
pub(super) fn rules(line: &mut Line<'_>) -> Fact {
    let program = line.program();
    Fact::InquiryRulesSet(InquiryRules { program, answer_days: days(line.word()) })
}
