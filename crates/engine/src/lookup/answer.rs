//! What can be answered to somebody who asks for an order or a click: a stable code, a sentence and a next step for each
//! side.

use referee_core::id::PartnerId;
use referee_core::refusal::Refusal;
use referee_core::screening::SUSPECT;
use referee_core::time::Timestamp;

use super::advice::advice;
use super::told::Who;

/// Whose eyes see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    Brand,
    /// Sees its own touchpoints in full and others' without name.
    Partner(PartnerId),
}

/// The words of one answer for one side. `{who}`, `{when}`, `{reason}` and `{advice}` stand for what is told in them.
pub struct Sentences {
    pub says: &'static str,
    pub next: &'static str,
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $brand:literal, $brand_next:literal, $partner:literal, $partner_next:literal;)*) => {
        /// Stable codes; they stand in the API and in the documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Answer { $($(#[$doc])* $name,)* }

        impl Answer {
            pub const ALL: &[Answer] = &[$(Answer::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(Answer::$name => $code,)* }
            }

            pub fn for_brand(self) -> Sentences {
                match self { $(Answer::$name => Sentences { says: $brand, next: $brand_next },)* }
            }

            pub fn for_partner(self) -> Sentences {
                match self { $(Answer::$name => Sentences { says: $partner, next: $partner_next },)* }
            }
        }
    };
}

answers! {
    NeverReceived, "NEVER_RECEIVED",
        "No report of it reached this server.",
        "Check that the shop's thank-you page has the tag, or report the order by the API.",
        "No order of yours is known by this.",
        "Ask the brand to look the order up.";
    RefusedAtDoor, "REFUSED_AT_DOOR",
        "A report of it came and could not be taken. {reason}",
        "Correct the fields that are named and send the report again.",
        "A report of it came with your click or your id, and could not be taken.",
        "Ask the brand to correct its report and to send it again.";
    RefusedByRules, "REFUSED_BY_RULES",
        "A report of it is kept, and nothing came of it. {reason}",
        "{advice}",
        "A report of it came, and nothing came of it. {reason}",
        "{advice}";
    BeingDecided, "BEING_DECIDED",
        "The books hold no such order yet, and they are behind the log: it may be on its way.",
        "Look again in a moment.",
        "The figures are not up to date at present: it may be on its way.",
        "Look again in a moment.";
    EarnedNothingYet, "EARNED_NOTHING_YET",
        "It earned nothing so far. {reason}",
        "{advice} Until {when} it is decided again when something arrives that happened before the order.",
        "It earned you nothing so far. {reason}",
        "{advice} It may still be decided again until {when}.";
    EarnedNothing, "EARNED_NOTHING",
        "It earned nothing. {reason}",
        "{advice}",
        "It earned you nothing. {reason}",
        "{advice}";
    Credited, "CREDITED",
        "It is credited to {who}.",
        "Nothing to do: it locks on {when}.",
        "It is credited to you.",
        "Nothing to do: it locks on {when}.";
    CreditedOpen, "CREDITED_OPEN",
        "It is credited to {who}, and waits for your approval.",
        "Approve the action: it does not lock by itself.",
        "It is credited to you, and waits for the brand's approval.",
        "Nothing to do: it locks when the brand approves it.";
    CreditedHeld, "CREDITED_HELD",
        "It is credited to {who}, and held.",
        "Release the action when the reason is gone: it does not lock before.",
        "It is credited to you, and held by the brand.",
        "Ask the brand why it is held: it locks when it is released.";
    CreditedElsewhere, "CREDITED_ELSEWHERE",
        "It is credited to {who}, not to this partner. {reason}",
        "{advice}",
        "It is credited to {who}. {reason}",
        "{advice}";
    Locked, "LOCKED",
        "It is credited to {who} and locked.",
        "Nothing to do: it is in the next payment.",
        "It is credited to you and locked.",
        "Nothing to do: it is in the next payment.";
    Paid, "PAID",
        "It is credited to {who} and paid.",
        "Nothing to do: it was paid on {when}.",
        "It is credited to you and paid.",
        "Nothing to do: it was paid on {when}.";
    Reversed, "REVERSED",
        "It was credited to {who} and reversed on {when}.",
        "Nothing to do. If the reversal was a mistake, report the order under a new id.",
        "It was credited to you and reversed on {when}.",
        "Ask the brand if you think that this is a mistake.";
    NothingOfYours, "NOTHING_OF_YOURS",
        "The partner has no part in such an order: no click or code of it was joined to the buyer.",
        "Look it up without the partner to see whether it was received.",
        "No click or code of yours was joined to such an order.",
        "Check that your link was followed, and ask the brand to look the order up.";
    ClickCounted, "CLICK_COUNTED",
        "The click counts.",
        "Nothing to do: the orders that named it are listed with it.",
        "Your click counts.",
        "Nothing to do: the orders that named it are listed with it.";
    ClickNotCounted, "CLICK_NOT_COUNTED",
        "The click is kept and does not count. {reason}",
        "{advice}",
        "{reason} The click is kept and earns nothing.",
        "{advice}";
    ClickNotRecorded, "CLICK_NOT_RECORDED",
        "The click id is sound, and its click is not in the books: it is on its way, or its edge was lost before it could send it.",
        "Nothing to do: a page load or an order that brings the id makes the click count.",
        "Your click is not in the books yet.",
        "Look again later.";
    ClickNotValid, "CLICK_NOT_VALID",
        "It looks like a click id, and was altered, or made by another installation or for another program.",
        "Pass click ids on exactly as they came, whole and in their case.",
        "It looks like a click id, and is not a valid one.",
        "Copy the click id again, whole.";
    IssuedWithoutClick, "ISSUED_WITHOUT_CLICK",
        "The id was issued to a visitor who had followed no link.",
        "Nothing to do: it joins what the visitor does to whoever is named with it.",
        "The id belongs to no click.",
        "Nothing to do.";
}

/// An answer with what its sentences speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub answer: Answer,
    pub reason: Option<Refusal>,
    /// What was wrong with a report that was refused at the door.
    pub faults: String,
    /// Who is credited.
    pub who: Vec<Who>,
    /// When it locks, was paid, was reversed, or until when it may be decided again.
    pub when: Option<Timestamp>,
}

/// How names and moments are written where it is read.
pub struct Words<'a> {
    pub partner: &'a dyn Fn(PartnerId) -> String,
    pub moment: &'a dyn Fn(Timestamp) -> String,
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Said {
        Said { answer, reason: None, faults: String::new(), who: Vec::new(), when: None }
    }
}

impl Said {
    pub fn sentence(&self, viewer: Viewer, words: &Words<'_>) -> String {
        self.fill(self.sentences(viewer).says, viewer, words)
    }

    pub fn next_step(&self, viewer: Viewer, words: &Words<'_>) -> String {
        self.fill(self.sentences(viewer).next, viewer, words)
    }

    fn sentences(&self, viewer: Viewer) -> Sentences {
        match viewer {
            Viewer::Brand => self.answer.for_brand(),
            Viewer::Partner(_) => self.answer.for_partner(),
        }
    }

    fn fill(&self, text: &str, viewer: Viewer, words: &Words<'_>) -> String {
        let who: Vec<String> = self.who.iter().map(|who| who.name(words.partner)).collect();
        let reason = match self.reason {
            Some(refusal) => reason_sentence(refusal, viewer),
            None => &self.faults,
        };
        let next = self.reason.map_or("", |refusal| advice(refusal).of(viewer));
        text.replace("{who}", &listed(&who))
            .replace("{when}", &self.when.map_or_else(|| "a day to come".to_owned(), words.moment))
            .replace("{reason}", reason)
            .replace("{advice}", next)
    }
}

/// A refusal as this side reads it.
pub fn reason_sentence(refusal: Refusal, viewer: Viewer) -> &'static str {
    match viewer {
        Viewer::Brand => refusal.brand_sentence(),
        Viewer::Partner(_) => refusal.partner_sentence(),
    }
}

/// Its code. A partner is not told which kind of invalid or doubtful traffic it was, or it could be tried what passes.
pub fn reason_code(refusal: Refusal, viewer: Viewer) -> &'static str {
    match (viewer, refusal) {
        (Viewer::Brand, _) | (_, Refusal::ShoppingAssistant) => refusal.code(),
        (
            _,
            Refusal::NotNavigation
            | Refusal::DeclaredBot
            | Refusal::HeadRequest
            | Refusal::AutomatedBrowser
            | Refusal::AgentMissing,
        ) => "INVALID_TRAFFIC",
        (_, doubt) if SUSPECT.contains(&doubt) => "DOUBTFUL_TRAFFIC",
        _ => refusal.code(),
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [one, rest @ ..] if rest.iter().all(|it| it == one) => one.clone(),
        [] => "nobody".to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(said: &Said, viewer: Viewer) -> String {
        let words = Words { partner: &|id| format!("partner {id}"), moment: &|at| format!("day {}", at.0) };
        format!("{} {}", said.sentence(viewer, &words), said.next_step(viewer, &words))
    }

    #[test]
    fn codes_name_one_answer_each() {
        for (i, answer) in Answer::ALL.iter().enumerate() {
            assert!(Answer::ALL[i + 1..].iter().all(|other| other.code() != answer.code()));
        }
    }

    #[test]
    fn sentences_say_who_when_why_and_what_next() {
        let who = vec![Who::Partner(PartnerId(1)), Who::Partner(PartnerId(2)), Who::Partner(PartnerId(3))];
        let credited = Said { who, when: Some(Timestamp(9)), ..Answer::Credited.into() };
        assert_eq!(
            said(&credited, Viewer::Brand),
            "It is credited to partner 1, partner 2 and partner 3. Nothing to do: it locks on day 9."
        );
        let lost = Said {
            who: vec![Who::AnotherPartner],
            reason: Some(Refusal::OutsideAssociationWindow),
            ..Answer::CreditedElsewhere.into()
        };
        assert_eq!(
            said(&lost, Viewer::Partner(PartnerId(7))),
            "It is credited to another partner. Your click or impression was outside its window. Nothing to do. If this happens \
             often, ask the brand for a longer window."
        );
    }
}
