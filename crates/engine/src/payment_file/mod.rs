//! Files that tell a bank or a payment service whom to pay, and the file in which it is told what became of it.
//!
//! Pure: what is to be paid goes in, text comes out. A file that can't be right is not written at all.

pub mod answer;
mod charset;
pub mod csv;
mod fault;
mod generic;
mod paypal;
mod sepa;
mod wise;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::time::{Day, Timestamp};

use crate::intake::amount::decimal;
use crate::payee::{Method, MethodKind, Party, Payee, Payer};

pub(crate) use charset::plain;
pub use fault::{FileFault, FileReason};

/// One payment of a file.
#[derive(Clone)]
pub struct Entry {
    /// Its name for the bank and in the answer: unique for the brand.
    pub payment: String,
    pub partner: PartnerId,
    pub payee: Payee,
    pub net: Money,
    pub tax: Money,
    /// What is transferred: both together.
    pub amount: Money,
    pub currency: Currency,
    /// What the payee reads on its account.
    pub text: String,
    /// The day on which the money shall leave.
    pub on: Day,
}

/// What a file is made of.
pub struct Batch<'a> {
    /// The file's own name: a bank refuses to take the same twice.
    pub id: &'a str,
    pub made_at: Timestamp,
    pub payer: &'a Payer,
    pub entries: &'a [Entry],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Sepa,
    PayPal,
    Wise,
    /// Every way of payment, for people.
    Generic,
}

impl FileKind {
    pub const ALL: [FileKind; 4] = [FileKind::Sepa, FileKind::PayPal, FileKind::Wise, FileKind::Generic];

    pub fn code(self) -> &'static str {
        match self {
            FileKind::Sepa => "sepa",
            FileKind::PayPal => "paypal",
            FileKind::Wise => "wise",
            FileKind::Generic => "generic",
        }
    }

    pub fn extension(self) -> &'static str {
        if self == FileKind::Sepa { "xml" } else { "csv" }
    }

    pub fn content_type(self) -> &'static str {
        if self == FileKind::Sepa { "application/xml; charset=utf-8" } else { "text/csv; charset=utf-8" }
    }

    /// Whether this file is for who is paid that way.
    pub fn takes(self, method: MethodKind) -> bool {
        match self {
            FileKind::Sepa => method == MethodKind::Sepa,
            FileKind::PayPal => method == MethodKind::PayPal,
            FileKind::Wise => method == MethodKind::Wise,
            FileKind::Generic => true,
        }
    }
}

/// What the services take in one file: the most that PayPal and Wise allow. Banks take as many as PayPal, at least.
const ENTRIES_MAX: usize = 5_000;
const WISE_ENTRIES_MAX: usize = 1_000;
/// A reference of ISO 20022 has so many characters.
const ID_CHARS_MAX: usize = 35;
/// A customer id of PayPal has fewer.
const PAYPAL_ID_CHARS_MAX: usize = 30;

/// An entry that may be written: with everything that is needed of its payee.
struct Checked<'a> {
    entry: &'a Entry,
    party: &'a Party,
    method: &'a Method,
}

impl Checked<'_> {
    fn amount(&self) -> String {
        decimal(self.entry.amount, self.entry.currency)
    }
}

/// The file's text, or everything that keeps it from being written.
pub fn write(kind: FileKind, batch: &Batch<'_>) -> Result<String, Vec<FileFault>> {
    let checked = check(kind, batch)?;
    match kind {
        FileKind::Sepa => sepa::write(batch, &checked),
        FileKind::PayPal => paypal::write(&checked),
        FileKind::Wise => Ok(wise::write(&checked)),
        FileKind::Generic => Ok(generic::write(&checked)),
    }
}

fn check<'a>(kind: FileKind, batch: &'a Batch<'_>) -> Result<Vec<Checked<'a>>, Vec<FileFault>> {
    let most = if kind == FileKind::Wise { WISE_ENTRIES_MAX } else { ENTRIES_MAX };
    let mut faults = Vec::new();
    if batch.entries.is_empty() {
        faults.push(FileFault::of_file(FileReason::NothingToPay));
    }
    if batch.entries.len() > most {
        faults.push(FileFault::of_file(FileReason::TooMany));
    }
    let id_chars = if kind == FileKind::PayPal { PAYPAL_ID_CHARS_MAX } else { ID_CHARS_MAX };
    let (mut seen, mut checked) = (BTreeSet::new(), Vec::with_capacity(batch.entries.len()));
    for entry in batch.entries {
        let fault = |reason| FileFault { payment: entry.payment.clone(), reason };
        if !is_reference(&entry.payment, id_chars) {
            faults.push(fault(FileReason::IdForm));
        }
        if !seen.insert(entry.payment.as_str()) {
            faults.push(fault(FileReason::Twice));
        }
        if entry.amount <= Money::ZERO || entry.amount.rounded(entry.currency) != entry.amount {
            faults.push(fault(FileReason::Amount));
        }
        match (&entry.payee.party, &entry.payee.method) {
            (Some(_), Some(method)) if !kind.takes(method.kind) => faults.push(fault(FileReason::OtherMethod)),
            (Some(_), Some(method)) if method.currency != entry.currency => {
                faults.push(fault(FileReason::OtherCurrency))
            }
            (Some(party), Some(method)) => checked.push(Checked { entry, party, method }),
            _ => faults.push(fault(FileReason::DetailsMissing)),
        }
    }
    if faults.is_empty() { Ok(checked) } else { Err(faults) }
}

/// A name that every bank hands on unchanged: neither slash begins or ends it, and no two follow each other.
fn is_reference(text: &str, most: usize) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/'));
    let slashes = text.starts_with('/') || text.ends_with('/') || text.contains("//");
    let begins = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    plain && begins && !slashes && text.len() <= most
}
