//! A line of a file as the fact that it asks for. What a field means is said by intake, as for every other sender.

use referee_core::config::Config;
use referee_core::fact::Fact;
use referee_core::id::SubmissionId;
use referee_core::money::Money;
use referee_core::program::Source;
use referee_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::mapping::Mapping;
use super::sheet::Row;
use super::{Import, ImportKind};
use crate::intake::amount;
use crate::intake::change::{self, ChangeContext, change};
use crate::intake::drop_reason::{DropReason, FieldError};
use crate::intake::fields::Fields;
use crate::intake::keys::BrandKeys;
use crate::intake::report::{ReportContext, Taken, conversion};
use crate::intake::submission::submission_of;
use crate::limits::ORDER_ID_CHARS_MAX;

/// What lines are read against.
pub struct Against<'a> {
    pub import: &'a Import,
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    /// The moment at which the file was applied: a line that is read again says the same.
    pub now: Timestamp,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub line: u32,
    /// The order, or the action where only that is named.
    pub order: String,
    pub draft: Result<Drafted, Fault>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    pub submission: SubmissionId,
    pub fact: Fact,
    pub occurred_at: Timestamp,
    /// The amount is this much more, or less, than it is.
    pub delta: Option<Money>,
}

/// Why a line can't be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
}

fn fault(reason: DropReason, message: impl Into<String>) -> Fault {
    Fault { code: reason.code(), message: message.into() }
}

/// The name under which a step of a line enters: the same however often the line is applied.
pub fn submission(import: &Import, line: u32, step: &str) -> SubmissionId {
    let digest = Sha256::digest(format!("{}/{line}/{step}", import.id));
    let mut seed = [0; 10];
    seed.copy_from_slice(&digest[..10]);
    submission_of(import.created_at, seed)
}

pub fn read(row: &Row, against: &Against<'_>) -> Asked {
    let mapping = &against.import.mapping;
    let get = |field: &str| mapping.get(&row.cells, field);
    let order = get("order_id").or(get("action_id")).unwrap_or_default();
    let draft = if row.misshapen {
        Err(fault(DropReason::Malformed, "The line has not as many cells as the header."))
    } else {
        match against.import.kind {
            ImportKind::Changes => read_change(row, against),
            ImportKind::Conversions => read_conversion(row, against),
        }
    };
    Asked { line: row.line, order: order.chars().take(ORDER_ID_CHARS_MAX).collect(), draft }
}

const SAYS_NOTHING: &str =
    "The line asks for nothing: give a new amount, a difference, an item with its quantity or amount, or a reversal.";
const SAYS_TOO_MUCH: &str = "A line says one thing: a new amount, a difference, an item with its quantity or amount, or a \
                             reversal. Make a line of each.";
const NAMES_NOTHING: &str = "The line names no action: it needs an action id, or an order id with its event type.";
const NO_EVENT_TYPE: &str = "An order id needs its event type: in a column of the file, or once for all its lines.";

fn read_change(row: &Row, against: &Against<'_>) -> Result<Drafted, Fault> {
    let mapping = &against.import.mapping;
    let get = |field: &str| mapping.get(&row.cells, field);
    let or_default = |field: &str, otherwise: &str| get(field).unwrap_or(otherwise).to_owned();
    let asked = asked_for(get("change"), get("reverse"), &mapping.change)?;
    let reverse = asked == change::Asked::Reversal;
    let (amount, delta, sku) = (get("amount"), get("delta"), get("sku"));
    let ways = [reverse, delta.is_some(), sku.is_some(), amount.is_some() && sku.is_none()];
    match ways.iter().filter(|way| **way).count() {
        1 => {}
        0 => return Err(fault(DropReason::FieldMissing, SAYS_NOTHING)),
        _ => return Err(fault(DropReason::Malformed, SAYS_TOO_MUCH)),
    }
    if sku.is_some() && amount.is_none() && get("quantity").is_none() {
        return Err(fault(DropReason::FieldMissing, "An item needs its new quantity or its new amount."));
    }
    let mut fields = Fields::default();
    fields.set("reason", &or_default("reason", &mapping.reason));
    match get("action_id") {
        Some(id) => fields.set("action_id", id),
        None => {
            let (event_type, order_id) = (or_default("event_type", &mapping.event_type), get("order_id"));
            let order_id = order_id.ok_or_else(|| fault(DropReason::FieldMissing, NAMES_NOTHING))?;
            if event_type.is_empty() {
                return Err(fault(DropReason::FieldMissing, NO_EVENT_TYPE));
            }
            fields.set("event_type", &event_type);
            fields.set("order_id", order_id);
        }
    }
    if let Some(text) = amount {
        fields.set("amount", &decimal(mapping, text)?);
    }
    if delta.is_some() {
        // What it comes to is known when the action is.
        fields.set("amount", "0");
    }
    for (field, value) in [("sku", sku), ("quantity", get("quantity").filter(|_| sku.is_some()))] {
        value.into_iter().for_each(|value| fields.set(field, value));
    }
    let submission = submission(against.import, row.line, "");
    let source = source(against.import);
    let context = ChangeContext { config: against.config, source, submission, now: against.now, asked, action: None };
    let taken = change(&fields, &context).map_err(faults)?;
    drafted(taken, submission, delta.map(|text| difference(mapping, text)).transpose()?)
}

fn read_conversion(row: &Row, against: &Against<'_>) -> Result<Drafted, Fault> {
    let mapping = &against.import.mapping;
    let mut fields = Fields::default();
    for (name, value) in [("program_id", &mapping.program), ("event_type", &mapping.event_type)] {
        fields.set(name, value);
    }
    for (field, cell) in
        mapping.columns.iter().zip(&row.cells).filter(|(field, cell)| !field.is_empty() && !cell.is_empty())
    {
        match field.as_str() {
            "amount" | "itemsubtotal1" => fields.set(field, &decimal(mapping, cell)?),
            field => fields.set(field, cell),
        }
    }
    let submission = submission(against.import, row.line, "");
    let (config, keys, now) = (against.config, against.keys, against.now);
    let context =
        ReportContext { config, keys, source: source(against.import), submission, now, visitor: None, country: [0; 2] };
    drafted(conversion(&fields, &context).map_err(faults)?, submission, None)
}

fn drafted(taken: Taken, submission: SubmissionId, delta: Option<Money>) -> Result<Drafted, Fault> {
    Ok(Drafted { submission, fact: taken.fact, occurred_at: taken.occurred_at, delta })
}

pub fn source(import: &Import) -> Source {
    if import.by.user.is_some() { Source::Person } else { Source::Server }
}

/// The first fault's code, and all that is wrong.
fn faults(errors: Vec<FieldError>) -> Fault {
    let code = errors.first().map_or(DropReason::Malformed, |error| error.reason).code();
    let message = errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join(" ");
    Fault { code, message }
}

/// What a line asks for: what it says itself comes before what the whole file is.
fn asked_for(change: Option<&str>, reverse: Option<&str>, otherwise: &str) -> Result<change::Asked, Fault> {
    let reverse = reverse.map_or(Ok(false), yes)?;
    match change.map(change_word).transpose()? {
        Some(change::Asked::Correction) if reverse => {
            Err(fault(DropReason::Malformed, "What has locked is not reversed: correct its amount to 0."))
        }
        _ if reverse => Ok(change::Asked::Reversal),
        Some(asked) => Ok(asked),
        None => change_word(otherwise),
    }
}

fn change_word(text: &str) -> Result<change::Asked, Fault> {
    match text.to_lowercase().as_str() {
        "" | "modify" | "modification" => Ok(change::Asked::Modification),
        "reverse" | "reversal" => Ok(change::Asked::Reversal),
        "correct" | "correction" => Ok(change::Asked::Correction),
        _ => Err(fault(DropReason::Malformed, "A change is modify, reverse or correct.")),
    }
}

fn yes(text: &str) -> Result<bool, Fault> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "reverse" | "reversed" => Ok(true),
        "no" | "n" | "false" | "0" => Ok(false),
        _ => Err(fault(DropReason::Malformed, "Reverse is yes or no.")),
    }
}

/// A number with a decimal point, from one that is written as the file does.
fn decimal(mapping: &Mapping, text: &str) -> Result<String, Fault> {
    match (mapping.decimal_comma, text.contains(','), text.contains('.')) {
        (false, true, _) => Err(fault(
            DropReason::BadAmount,
            "The amount has a comma. If the file writes 12,50 for twelve and a half, choose the decimal comma; separators of \
             thousands are not taken.",
        )),
        (true, _, true) => Err(fault(
            DropReason::BadAmount,
            "The amount has a point, and the file is read with a decimal comma. Separators of thousands are not taken.",
        )),
        (true, ..) => Ok(text.replace(',', ".")),
        (false, ..) => Ok(text.to_owned()),
    }
}

fn difference(mapping: &Mapping, text: &str) -> Result<Money, Fault> {
    let text = decimal(mapping, text)?;
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    // A second sign is no number.
    let digits = if digits.starts_with(['-', '+']) && negative { "" } else { digits };
    let read = amount::amount(digits);
    let read = read.map_err(|why| fault(DropReason::BadAmount, format!("The difference can't be taken: {why}.")))?;
    Ok(if negative { read.negated() } else { read })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_file_writes_them_or_not_at_all() {
        let read = |decimal_comma, text: &str| {
            difference(&Mapping { decimal_comma, ..Mapping::default() }, text).map(|it| it.0).map_err(|it| it.message)
        };
        assert_eq!(read(false, "-12.50"), Ok(-12_500_000));
        assert_eq!(read(true, "−12,5"), Ok(-12_500_000));
        assert_eq!(read(false, "+3"), Ok(3_000_000));
        for (decimal_comma, text, why) in [
            (false, "12,50", "choose the decimal comma"),
            (false, "1,299.00", "choose the decimal comma"),
            (true, "1.299,00", "Separators of thousands"),
            (true, "1,2,3", "not a decimal number"),
            (false, "--5", "not a decimal number"),
            (false, "", "not a decimal number"),
        ] {
            let message = read(decimal_comma, text).unwrap_err();
            assert!(message.contains(why), "{text}: {message}");
        }
    }

    #[test]
    fn a_reversal_is_said_outright() {
        assert_eq!((yes("Yes"), yes("0")), (Ok(true), Ok(false)));
        assert!(yes("maybe").is_err());
    }

    #[test]
    fn what_a_line_says_comes_before_what_the_file_is() {
        use change::Asked::{Correction, Modification, Reversal};
        for (change, reverse, otherwise, expected) in [
            (None, None, "", Modification),
            (None, None, "correct", Correction),
            (None, Some("yes"), "correct", Reversal),
            (None, Some("no"), "correct", Correction),
            (Some("Modify"), None, "correct", Modification),
            (Some("reversal"), None, "correct", Reversal),
            (Some("Correct"), Some("no"), "modify", Correction),
        ] {
            assert_eq!(asked_for(change, reverse, otherwise), Ok(expected), "{change:?} {reverse:?} {otherwise}");
        }
        assert!(asked_for(Some("correct"), Some("yes"), "").is_err());
        assert!(asked_for(Some("correkt"), None, "").is_err());
    }
}
