//! What became of payments, as a file says it: taken as a whole or not at all.

use std::collections::BTreeSet;
use std::fmt;

use super::csv;

/// As many as the files that are answered may hold together.
const LINES_MAX: usize = 10_000;
const REASON_CHARS_MAX: usize = 255;
const ID_COLUMNS: [&str; 3] = ["payment", "payment_id", "end_to_end_id"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Settled,
    Failed,
}

/// One payment's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub payment: String,
    pub outcome: Outcome,
    /// Why it failed; may be empty.
    pub reason: String,
}

/// A no, and the line of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFault {
    pub line: usize,
    pub reason: AnswerReason,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for AnswerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line {}: {}", self.line, self.reason.sentence())?;
        if self.found.is_empty() { Ok(()) } else { write!(f, " It says {:?}.", self.found) }
    }
}

macro_rules! answer_reasons {
    ($($name:ident, $code:literal, $sentence:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum AnswerReason { $($name),* }

        impl AnswerReason {
            pub const ALL: &[AnswerReason] = &[$(AnswerReason::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(AnswerReason::$name => $code),* }
            }

            pub fn sentence(self) -> &'static str {
                match self { $(AnswerReason::$name => $sentence),* }
            }
        }
    };
}

answer_reasons! {
    NotCsv, "NOT_CSV", "A quote is not closed, or something follows it.";
    ColumnMissing, "COLUMN_MISSING", "The first line must name the columns payment (or end_to_end_id) and status; reason may follow.";
    NothingSaid, "NOTHING_SAID", "The file names no payment.";
    TooManyLines, "TOO_MANY_LINES", "The file has more than 10,000 lines: split it.";
    PaymentUnknown, "PAYMENT_UNKNOWN", "No payment that waits for an answer has this id.";
    PaymentTwice, "PAYMENT_TWICE", "The payment is named before.";
    StatusUnknown, "STATUS_UNKNOWN", "The status is neither settled nor failed.";
}

/// Reads a file against the payments that wait for an answer.
pub fn read(text: &str, known: &BTreeSet<String>) -> Result<Vec<Answered>, Vec<AnswerFault>> {
    let fault = |line, reason, found: &str| AnswerFault { line, reason, found: found.chars().take(60).collect() };
    let lines = csv::read(text).map_err(|line| vec![fault(line, AnswerReason::NotCsv, "")])?;
    let Some((header, lines)) = lines.split_first() else {
        return Err(vec![fault(1, AnswerReason::NothingSaid, "")]);
    };
    let place = |names: &[&str]| {
        header
            .cells
            .iter()
            .position(|cell| names.contains(&cell.trim().to_lowercase().replace([' ', '-'], "_").as_str()))
    };
    let (Some(id), Some(status)) = (place(&ID_COLUMNS), place(&["status"])) else {
        return Err(vec![fault(header.number, AnswerReason::ColumnMissing, "")]);
    };
    if lines.is_empty() {
        return Err(vec![fault(header.number, AnswerReason::NothingSaid, "")]);
    }
    if lines.len() > LINES_MAX {
        return Err(vec![fault(header.number, AnswerReason::TooManyLines, "")]);
    }
    let reason = place(&["reason"]);
    let (mut seen, mut faults, mut answers) = (BTreeSet::new(), Vec::new(), Vec::with_capacity(lines.len()));
    for line in lines {
        let cell = |place: usize| line.cells.get(place).map_or("", |cell| cell.trim());
        let payment = cell(id).to_owned();
        if !known.contains(&payment) {
            faults.push(fault(line.number, AnswerReason::PaymentUnknown, &payment));
        } else if !seen.insert(payment.clone()) {
            faults.push(fault(line.number, AnswerReason::PaymentTwice, &payment));
        }
        let reason = reason.map_or("", cell).chars().take(REASON_CHARS_MAX).collect();
        match cell(status).to_lowercase().as_str() {
            "settled" => answers.push(Answered { payment, outcome: Outcome::Settled, reason }),
            "failed" => answers.push(Answered { payment, outcome: Outcome::Failed, reason }),
            _ => faults.push(fault(line.number, AnswerReason::StatusUnknown, cell(status))),
        }
    }
    if faults.is_empty() { Ok(answers) } else { Err(faults) }
}
