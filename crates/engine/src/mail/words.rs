//! Every mail in its words.

use referee_core::id::PaymentId;
use referee_core::inquiry::InquiryState;
use referee_core::program::Program;
use referee_core::row::{ClickTally, InquiryRow, PaymentRow};
use referee_core::time::{DAY_MS, Day, Timestamp};

use crate::intake::amount::decimal;
use crate::intake::day::day_text;
use crate::payee::Method;
use crate::payment_run::payment_name;

/// Names that people typed are cut to this in a subject.
const NAME_CHARS_MAX: usize = 60;

/// What people may choose to hear. A changed account is none of it: nobody can choose not to hear that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTopic {
    Offer = 1,
    Return = 2,
    Inquiry = 3,
    Payment = 4,
    /// For the brand's people.
    Clicks = 5,
}

impl MailTopic {
    pub const ALL: [MailTopic; 5] =
        [MailTopic::Offer, MailTopic::Return, MailTopic::Inquiry, MailTopic::Payment, MailTopic::Clicks];

    /// Whether the brand's people are told of it, and not a partner's.
    pub fn is_of_brand(self) -> bool {
        self == MailTopic::Clicks
    }

    /// As forms name it.
    pub fn code(self) -> &'static str {
        match self {
            MailTopic::Offer => "offer",
            MailTopic::Return => "return",
            MailTopic::Inquiry => "inquiry",
            MailTopic::Payment => "payment",
            MailTopic::Clicks => "clicks",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            MailTopic::Offer => "You are offered new terms",
            MailTopic::Return => "A return asks for your consent",
            MailTopic::Inquiry => "An inquiry of yours was answered",
            MailTopic::Payment => "A payment to you was settled",
            MailTopic::Clicks => "Pending clicks are about to be accepted by themselves",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub subject: String,
    pub body: String,
}

/// Who writes, and where the partner finds the rest.
pub struct Sender<'a> {
    pub brand: &'a str,
    /// `https://referee.shop.example`
    pub console: &'a str,
}

pub fn account_changed(brand: &str, new: &Method, now: Timestamp, from: Timestamp) -> Words {
    let (changed, from) = (day(now), day(from));
    let (account, way, currency) = (new.masked(), new.kind.words(), new.currency);
    Words {
        subject: "Your payment details were changed".into(),
        body: format!(
            "On {changed}, the details by which {brand} pays you were changed.\n\n\
             From {from} on, payments go to: {account} ({way}, {currency}).\n\
             Until then nothing is paid.\n\n\
             If you did not change them, tell {brand} at once and change your password.\n"
        ),
    }
}

impl Sender<'_> {
    pub fn terms_offered(&self, program: &str, starts_at: Timestamp) -> Words {
        let (brand, starts) = (self.brand, day(starts_at));
        let text = format!(
            "{brand} offers you new terms for the program {program}, from {starts} on.\n\n\
             They bind only once you have accepted them. Until then your present terms go on."
        );
        self.words(&format!("{} offers you new terms", name(brand)), &text, "/contract")
    }

    pub fn returns_asked(&self, returns: usize) -> Words {
        let (brand, what) = (self.brand, if returns == 1 { "a return".into() } else { format!("{returns} returns") });
        let text = format!(
            "{brand} wants to take back payouts of yours, and your terms say that you are asked first: {what}.\n\n\
             Say yes or no before the actions lock. Without a word of yours they stay as they are."
        );
        self.words(&format!("{} asks for your consent to {what}", name(brand)), &text, "/")
    }

    pub fn inquiry_answered(&self, inquiry: &InquiryRow) -> Words {
        let (brand, order, id) = (self.brand, &inquiry.order.order_id, inquiry.id);
        let answer = match inquiry.state {
            InquiryState::Valid => "It was found valid.",
            InquiryState::Declined => "It was declined.",
            InquiryState::Incomplete => "More is needed to decide it.",
            InquiryState::Open => "You have appealed since.",
        };
        let text = format!("{brand} answered your inquiry {id} about the order {order}.\n\n{answer}");
        self.words(&format!("{} answered your inquiry", name(brand)), &text, &format!("/inquiries/{id}"))
    }

    pub fn payment_settled(&self, payment: &PaymentRow) -> Words {
        let (amount, currency) = (decimal(payment.total, payment.currency), payment.currency);
        let (brand, id): (_, PaymentId) = (self.brand, payment.id);
        let text = format!(
            "The payment {} of {brand} was settled: {amount} {currency}, before any VAT.\n\n\
             What it was for stands beside it.",
            payment_name(id)
        );
        self.words(&format!("{} paid you {amount} {currency}", name(brand)), &text, &format!("/payments/{id}"))
    }

    pub fn clicks_close(&self, program: &Program, due_at: Timestamp, sum: ClickTally) -> Words {
        let (closes, cost) = (day_text(program.zone.day(due_at)), decimal(sum.cost, program.currency));
        let (clicks, currency, program) = (sum.clicks, program.currency, &program.name);
        let text = format!(
            "{clicks} pending clicks of the program {program}, for {cost} {currency}, are accepted by themselves when their days \
             close: as {closes} begins.\n\n\
             Look at them before, and reject what should not be paid."
        );
        self.words(&format!("{clicks} pending clicks are accepted on {closes}"), &text, "/pending-clicks")
    }

    fn words(&self, subject: &str, text: &str, page: &str) -> Words {
        let console = self.console;
        let body = format!("{text}\n\n{console}{page}\n\nWhich mail you get, you choose here: {console}/account\n");
        Words { subject: subject.to_owned(), body }
    }
}

/// A name as a subject may hold it.
fn name(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(NAME_CHARS_MAX).collect()
}

fn day(at: Timestamp) -> String {
    i32::try_from(at.0.div_euclid(DAY_MS)).map(|day| day_text(Day(day))).unwrap_or_default()
}
