//! A partner's inquiry and the brand's answer, from their fields to the facts: the same for a form, a line of a file and
//! JSON.

use referee_core::config::Config;
use referee_core::id::{ClickNo, EventTypeId, PartnerId, ProgramId};
use referee_core::inquiry::{Answer, InquiryKind, InquiryOpened, InquiryReason, InquiryState, ORDER_AGE_MAX_DAYS};
use referee_core::money::{Currency, Money};
use referee_core::program::Program;
use referee_core::row::ActionRow;
use referee_core::time::Timestamp;

use super::amount;
use super::click_id::{self, Opened};
use super::drop_reason::{DropReason, FieldError};
use super::event_date::moment;
use super::fields::Fields;
use super::keys::BrandKeys;
use crate::limits::{FUTURE_MS_MAX, NOTE_CHARS_MAX, ORDER_ID_CHARS_MAX};

/// What the fields are checked against.
pub struct InquiryContext<'a> {
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    pub partner: PartnerId,
    /// The partner's action that the fields name, where there is one.
    pub action: Option<&'a ActionRow>,
    pub now: Timestamp,
}

/// An inquiry without its note, and what that says.
#[derive(Debug)]
pub struct Asked {
    pub inquiry: InquiryOpened,
    pub note: String,
}

/// The names of columns and fields, for whoever reads a file's header.
pub const FIELDS: [&str; 10] = [
    "program_id",
    "type",
    "event_type",
    "order_id",
    "action_id",
    "order_date",
    "amount",
    "currency",
    "click_id",
    "text",
];

/// Takes what can be taken, and names every field that can't.
pub fn inquiry(fields: &Fields, context: &InquiryContext<'_>) -> Result<Asked, Vec<FieldError>> {
    let mut errors = Vec::new();
    let program = kept(program(fields, context), &mut errors);
    let kind = kept(kind(fields), &mut errors);
    let event_type = program.and_then(|program| kept(event_type(fields, context, program.id), &mut errors));
    if fields.get(&["action_id"]).is_some() && context.action.is_none() {
        errors.push(FieldError::new("action_id", DropReason::BadAction, "There is no such action."));
    }
    let order_id = kept(order_id(fields, context), &mut errors);
    let ordered_at = kept(ordered_at(fields, context, program, kind), &mut errors);
    let amount = kept(claimed(fields, kind), &mut errors);
    let currency = kept(currency(fields, program), &mut errors);
    let click = kept(click(fields, context, program), &mut errors);
    let note = kept(note(fields), &mut errors);
    let taken = || {
        Some(Asked {
            inquiry: InquiryOpened {
                program: program?.id,
                partner: context.partner,
                kind: kind?,
                event_type: event_type?,
                order_id: order_id?,
                action: context.action.map(|action| action.id),
                ordered_at: ordered_at?,
                currency: currency?,
                amount: amount?,
                click: click?,
                note: None,
            },
            note: note?,
        })
    };
    if errors.is_empty() { taken().ok_or(errors) } else { Err(errors) }
}

fn kept<T>(read: Result<T, FieldError>, errors: &mut Vec<FieldError>) -> Option<T> {
    read.map_err(|error| errors.push(error)).ok()
}

/// A brand's answer and its note. Without an amount, what the partner named is right.
pub fn answer(fields: &Fields) -> Result<(Answer, String), Vec<FieldError>> {
    let mut errors = Vec::new();
    let answer = kept(resolution(fields), &mut errors);
    let note = kept(note(fields), &mut errors);
    match (answer, note) {
        (Some(answer), Some(note)) => Ok((answer, note)),
        _ => Err(errors),
    }
}

fn resolution(fields: &Fields) -> Result<Answer, FieldError> {
    let named = fields.get(&["resolution"]).unwrap_or_default();
    match InquiryState::ALL.into_iter().find(|state| state.code().eq_ignore_ascii_case(named)) {
        Some(InquiryState::Valid) => {
            // Of an inquiry that is valid, the amount may be left to what it named.
            claimed(fields, Some(InquiryKind::Declined)).map(|amount| Answer::Valid { amount })
        }
        Some(InquiryState::Declined) => reason(fields, false).map(Answer::Declined),
        Some(InquiryState::Incomplete) => reason(fields, true).map(Answer::Incomplete),
        Some(InquiryState::Open) | None => {
            let message = "The resolution is VALID, DECLINED or INCOMPLETE.";
            Err(FieldError::new("resolution", DropReason::FieldMissing, message))
        }
    }
}

fn reason(fields: &Fields, incomplete: bool) -> Result<InquiryReason, FieldError> {
    let named = fields.get(&["reason"]).unwrap_or_default();
    let mut fitting = InquiryReason::ALL.iter().copied().filter(|it| it.is_incomplete() == incomplete);
    let found = fitting.clone().find(|it| it.code().eq_ignore_ascii_case(named));
    found.ok_or_else(|| {
        let first = fitting.next().map_or("", InquiryReason::code);
        let codes = fitting.fold(first.to_owned(), |codes, it| codes + ", " + it.code());
        FieldError::new("reason", DropReason::BadReason, format!("The reason is one of {codes}."))
    })
}

/// The one that is named, or the only one there is.
fn program<'a>(fields: &Fields, context: &InquiryContext<'a>) -> Result<&'a Program, FieldError> {
    let programs = &context.config.programs;
    let found = match (context.action, fields.get(&["program_id", "program"])) {
        (Some(action), _) => programs.get(&action.id.program),
        (None, Some(named)) => named.parse().ok().and_then(|id| programs.get(&ProgramId(id))),
        (None, None) => programs.values().next().filter(|_| programs.len() == 1),
    };
    let message = "There is no program with this id.";
    found.ok_or_else(|| FieldError::new("program_id", DropReason::CampaignNotFound, message))
}

fn kind(fields: &Fields) -> Result<InquiryKind, FieldError> {
    let named = fields.get(&["type", "kind"]).unwrap_or_default();
    let found = InquiryKind::ALL.into_iter().find(|kind| kind.code().eq_ignore_ascii_case(named));
    let message = "The type is UNTRACKED, INCORRECT or DECLINED.";
    found.ok_or_else(|| FieldError::new("type", DropReason::FieldMissing, message))
}

/// The one that is named, or the only one of the program.
fn event_type(fields: &Fields, context: &InquiryContext<'_>, program: ProgramId) -> Result<EventTypeId, FieldError> {
    if let Some(action) = context.action {
        return Ok(action.id.event_type);
    }
    let mut of_program = context.config.event_types.values().filter(|it| it.program == program);
    let found = match fields.get(&["event_type", "event_type_id"]) {
        Some(named) => of_program.find(|it| named == it.id.to_string() || it.code.eq_ignore_ascii_case(named)),
        None => of_program.next().filter(|_| of_program.next().is_none()),
    };
    let message = "Name an event type of the program by its id or code.";
    found.map(|it| it.id).ok_or_else(|| FieldError::new("event_type", DropReason::ActionTrackerNotFound, message))
}

fn order_id(fields: &Fields, context: &InquiryContext<'_>) -> Result<String, FieldError> {
    let named = context.action.map(|action| action.order_id.as_str()).or(fields.get(&["order_id"]));
    match named {
        None => Err(FieldError::new("order_id", DropReason::OidMissing, "Name the order by its id.")),
        Some(id) if id.chars().count() > ORDER_ID_CHARS_MAX => {
            Err(FieldError::new("order_id", DropReason::TooLong, "An order id has at most 64 characters."))
        }
        Some(id) => Ok(id.to_owned()),
    }
}

/// When the order was placed. Where there is an action, that says it.
fn ordered_at(
    fields: &Fields,
    context: &InquiryContext<'_>,
    program: Option<&Program>,
    kind: Option<InquiryKind>,
) -> Result<Timestamp, FieldError> {
    let wrong = |message: &str| FieldError::new("order_date", DropReason::BadDate, message);
    let Some(text) = fields.get(&["order_date"]) else {
        let message = "Say when the order was placed, such as 2026-02-11.";
        let missing = || FieldError::new("order_date", DropReason::FieldMissing, message);
        return if kind == Some(InquiryKind::Untracked) { Err(missing()) } else { Ok(context.now) };
    };
    let zone = program.map(|program| program.zone.clone()).unwrap_or_default();
    let day_only = text.len() == "2026-02-11".len();
    // A day counts from its noon, or it would be another one not far away.
    let full = if day_only { format!("{text}T12:00:00") } else { text.to_owned() };
    let at = moment(&full, &zone).ok_or_else(|| wrong("It is not a date such as 2026-02-11."))?;
    let at = if day_only && zone.day(at) == zone.day(context.now) { at.min(context.now) } else { at };
    if at.since_ms(context.now) > FUTURE_MS_MAX {
        return Err(wrong("The date lies ahead."));
    }
    if at < context.now.minus_days(ORDER_AGE_MAX_DAYS) {
        return Err(wrong("The order is more than 120 days old: it is too late to ask about it."));
    }
    Ok(at)
}

/// What a reversed action came to is known.
fn claimed(fields: &Fields, kind: Option<InquiryKind>) -> Result<Option<Money>, FieldError> {
    let message = "Say what the order came to: a decimal number above zero, such as 49.90.";
    let wrong = || FieldError::new("amount", DropReason::BadAmount, message);
    match fields.get(&["amount"]) {
        None if kind == Some(InquiryKind::Declined) => Ok(None),
        None => Err(wrong()),
        Some(text) => amount::amount(text).ok().filter(|amount| *amount > Money::ZERO).map(Some).ok_or_else(wrong),
    }
}

fn currency(fields: &Fields, program: Option<&Program>) -> Result<Currency, FieldError> {
    let message = "The currency is a code of ISO 4217 such as EUR.";
    match fields.get(&["currency"]) {
        Some(text) => {
            amount::currency(text).ok_or_else(|| FieldError::new("currency", DropReason::BadCurrency, message))
        }
        None => Ok(program.map(|program| program.currency).unwrap_or_default()),
    }
}

/// A click of the partner's own, if it names one.
fn click(
    fields: &Fields,
    context: &InquiryContext<'_>,
    program: Option<&Program>,
) -> Result<Option<ClickNo>, FieldError> {
    let (Some(id), Some(program)) = (fields.get(&["click_id"]), program) else { return Ok(None) };
    match click_id::open(context.keys, program.id, id) {
        Ok(Opened::Click(click)) if click.partner == context.partner => Ok(Some(click.no)),
        _ => {
            let message = "It is not the id of a click of the partner's in this program.";
            Err(FieldError::new("click_id", DropReason::NoAttributionKey, message))
        }
    }
}

fn note(fields: &Fields) -> Result<String, FieldError> {
    let text = fields.get(&["text"]).unwrap_or_default();
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(FieldError::new("text", DropReason::TooLong, "The text has at most 2,000 characters."));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(pairs: &[(&str, &str)]) -> Result<Answer, Vec<String>> {
        let mut fields = Fields::default();
        pairs.iter().for_each(|(name, value)| fields.set(name, value));
        let names = |errors: Vec<FieldError>| errors.into_iter().map(|error| error.field).collect();
        answer(&fields).map(|(answer, _)| answer).map_err(names)
    }

    #[test]
    fn an_answer_has_a_reason_of_its_own_kind() {
        assert_eq!(answered(&[("resolution", "valid")]), Ok(Answer::Valid { amount: None }));
        let amount = Some(Money(49_900_000));
        assert_eq!(answered(&[("resolution", "VALID"), ("amount", "49.90")]), Ok(Answer::Valid { amount }));
        assert_eq!(answered(&[("resolution", "VALID"), ("amount", "0")]), Err(vec!["amount".into()]));
        let declined = answered(&[("resolution", "DECLINED"), ("reason", "order_cancelled")]);
        assert_eq!(declined, Ok(Answer::Declined(InquiryReason::OrderCancelled)));
        assert!(answered(&[("resolution", "DECLINED"), ("reason", "PROOF_MISSING")]).is_err());
        let incomplete = answered(&[("resolution", "INCOMPLETE"), ("reason", "PROOF_MISSING")]);
        assert_eq!(incomplete, Ok(Answer::Incomplete(InquiryReason::ProofMissing)));
        assert!(answered(&[("resolution", "UNRESOLVED")]).is_err() && answered(&[]).is_err());
    }
}
