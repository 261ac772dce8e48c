//! Invoices and statements of what a partner is paid: figured once, numbered without a gap, and never changed.

mod font;
pub mod pdf;

#[cfg(test)]
mod tests;

use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::payee::{Party, Payee, Payer, Tax, TaxStatus, is_in_eu};

/// What is paid for, line by line, as whoever pays hands it over.
#[derive(Clone, Serialize, Deserialize)]
pub struct Bill {
    pub first: i32,
    pub last: i32,
    #[serde(with = "crate::payee::currency_text")]
    pub currency: Currency,
    pub lines: Vec<BillLine>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct BillLine {
    pub text: String,
    /// In millionths, without tax. Corrections are below zero.
    pub net: i64,
}

impl Bill {
    pub fn of(first: Day, last: Day, currency: Currency) -> Bill {
        Bill { first: first.0, last: last.0, currency, lines: Vec::new() }
    }

    pub fn line(mut self, text: impl Into<String>, net: Money) -> Bill {
        self.lines.push(BillLine { text: text.into(), net: net.0 });
        self
    }

    pub fn net(&self) -> Money {
        self.lines.iter().fold(Money::ZERO, |sum, line| sum.plus(Money(line.net)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DocumentKind {
    /// The brand's invoice in the partner's name, with its consent.
    SelfBilling,
    /// What was paid, where the partner writes its own invoice or needs none.
    Statement,
    /// Takes another document back, with all its figures.
    Cancellation,
}

impl DocumentKind {
    pub fn title(self) -> &'static str {
        match self {
            DocumentKind::SelfBilling => "Self-billing invoice",
            DocumentKind::Statement => "Payment statement",
            DocumentKind::Cancellation => "Cancellation",
        }
    }
}

/// How tax stands in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaxTreatment {
    Charged { rate_ppm: u32 },
    ReverseCharge,
    OutsideScope,
    SmallBusiness,
    NotRegistered,
}

impl TaxTreatment {
    /// By both sides' countries and the payee's status.
    pub fn of(payee: &Tax, payer: &Payer) -> TaxTreatment {
        let (from, to) = (payee.country.as_str(), payer.party.country.as_str());
        match payee.status {
            _ if payee.small_business => TaxTreatment::SmallBusiness,
            TaxStatus::Unregistered | TaxStatus::Private => TaxTreatment::NotRegistered,
            TaxStatus::Registered if from == to => TaxTreatment::Charged { rate_ppm: payee.rate_ppm },
            TaxStatus::Registered if is_in_eu(from) && is_in_eu(to) => TaxTreatment::ReverseCharge,
            TaxStatus::Registered => TaxTreatment::OutsideScope,
        }
    }

    pub fn tax(self, net: Money, currency: Currency) -> Money {
        match self {
            TaxTreatment::Charged { rate_ppm } => net.at_rate(rate_ppm, currency),
            _ => Money::ZERO,
        }
    }

    /// What a document must say when no tax is charged.
    pub fn note(self) -> &'static str {
        match self {
            TaxTreatment::Charged { .. } => "",
            TaxTreatment::ReverseCharge => {
                "Reverse charge: the recipient of the service is liable for VAT (Articles 44 and 196 of Directive 2006/112/EC)."
            }
            TaxTreatment::OutsideScope => {
                "Not subject to VAT in the country of the supplier: the place of supply is abroad."
            }
            TaxTreatment::SmallBusiness => "No VAT is charged: exemption for small enterprises.",
            TaxTreatment::NotRegistered => "No VAT is charged: the supplier is not registered for VAT.",
        }
    }
}

/// One side of a document.
#[derive(Clone, Serialize, Deserialize)]
pub struct Side {
    pub party: Party,
    pub vat_id: String,
}

/// As it was issued, whatever is changed later.
#[derive(Clone, Serialize, Deserialize)]
pub struct Document {
    pub number: u32,
    /// The number as people write it, with the brand's prefix of then.
    pub name: String,
    pub kind: DocumentKind,
    partner: u32,
    pub payment: String,
    issued_at: i64,
    pub supplier: Side,
    pub recipient: Side,
    pub bill: Bill,
    pub treatment: TaxTreatment,
    /// The document that this one takes back: its number, and its name.
    pub cancels: Option<(u32, String)>,
}

/// Why a document is not issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFault {
    PayeeIncomplete,
    PayerMissing,
    NothingBilled,
    Cancelled,
    NotFound,
}

impl DocumentFault {
    pub const ALL: [DocumentFault; 5] = [
        DocumentFault::PayeeIncomplete,
        DocumentFault::PayerMissing,
        DocumentFault::NothingBilled,
        DocumentFault::Cancelled,
        DocumentFault::NotFound,
    ];

    pub fn code(self) -> &'static str {
        match self {
            DocumentFault::PayeeIncomplete => "PAYEE_INCOMPLETE",
            DocumentFault::PayerMissing => "PAYER_MISSING",
            DocumentFault::NothingBilled => "NOTHING_BILLED",
            DocumentFault::Cancelled => "ALREADY_CANCELLED",
            DocumentFault::NotFound => "DOCUMENT_UNKNOWN",
        }
    }

    pub fn sentence(self) -> &'static str {
        match self {
            DocumentFault::PayeeIncomplete => "The partner's name, address or tax status is missing.",
            DocumentFault::PayerMissing => "The brand's own name and address are missing: give them under Payer.",
            DocumentFault::NothingBilled => "There is nothing to bill: a document needs a line with a text.",
            DocumentFault::Cancelled => "It is cancelled already, or is a cancellation itself.",
            DocumentFault::NotFound => "There is no document of this number.",
        }
    }
}

impl Document {
    /// The document of a payment under the next number.
    pub fn of(
        number: u32,
        (partner, payee): (PartnerId, &Payee),
        payer: &Payer,
        payment: &str,
        bill: Bill,
        now: Timestamp,
    ) -> Result<Document, DocumentFault> {
        let (Some(party), Some(tax)) = (&payee.party, &payee.tax) else { return Err(DocumentFault::PayeeIncomplete) };
        if payer.party.name.is_empty() {
            return Err(DocumentFault::PayerMissing);
        }
        if bill.lines.is_empty() || bill.lines.iter().any(|line| line.text.trim().is_empty()) {
            return Err(DocumentFault::NothingBilled);
        }
        let invoice = tax.self_billing && tax.status != TaxStatus::Private;
        Ok(Document {
            number,
            name: name(payer, number),
            kind: if invoice { DocumentKind::SelfBilling } else { DocumentKind::Statement },
            partner: partner.0,
            payment: payment.to_owned(),
            issued_at: now.0,
            supplier: Side { party: party.clone(), vat_id: tax.vat_id.clone() },
            recipient: Side { party: payer.party.clone(), vat_id: payer.vat_id.clone() },
            bill,
            treatment: TaxTreatment::of(tax, payer),
            cancels: None,
        })
    }

    /// A document of its own that takes this one back.
    pub fn cancellation(&self, number: u32, payer: &Payer, now: Timestamp) -> Result<Document, DocumentFault> {
        if self.kind == DocumentKind::Cancellation {
            return Err(DocumentFault::Cancelled);
        }
        let mut bill = self.bill.clone();
        bill.lines.iter_mut().for_each(|line| line.net = Money(line.net).negated().0);
        Ok(Document {
            number,
            name: name(payer, number),
            kind: DocumentKind::Cancellation,
            issued_at: now.0,
            bill,
            cancels: Some((self.number, self.name.clone())),
            ..self.clone()
        })
    }

    pub fn partner(&self) -> PartnerId {
        PartnerId(self.partner)
    }

    pub fn issued_at(&self) -> Timestamp {
        Timestamp(self.issued_at)
    }

    pub fn net(&self) -> Money {
        self.bill.net()
    }

    pub fn tax(&self) -> Money {
        self.treatment.tax(self.net(), self.bill.currency)
    }

    /// What is paid.
    pub fn total(&self) -> Money {
        self.net().plus(self.tax())
    }

    /// Who writes for whom, and which document is meant, as sentences below the figures.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match &self.cancels {
            Some((_, name)) => notes.push(format!("This cancels document {name} in full.")),
            None if self.kind == DocumentKind::SelfBilling => {
                notes.push(
                    "Self-billing: issued by the recipient in the name of the supplier, who agreed to it.".into(),
                );
            }
            None => notes.push("This is a statement of a payment and no invoice.".into()),
        }
        notes.extend((!self.treatment.note().is_empty()).then(|| self.treatment.note().to_owned()));
        notes
    }
}

/// Six digits at least, so that names sort as numbers do.
fn name(payer: &Payer, number: u32) -> String {
    format!("{}{number:06}", payer.prefix)
}

/// `19 %`.
pub fn per_cent(ppm: u32) -> String {
    let text = format!("{}.{:04}", ppm / 10_000, ppm % 10_000);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}
