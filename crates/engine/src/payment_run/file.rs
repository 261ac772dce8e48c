//! The files of a run: only what its kind takes, and none if a payment in it must not be made.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use referee_core::id::{BrandId, PartnerId, PaymentId, UserId};
use referee_core::row::{PaymentRow, PaymentRunRow, PaymentState};
use referee_core::time::{Day, Timestamp};
use sha2::{Digest, Sha256};

use super::payment_name;
use crate::books::reads::PaymentFilter;
use crate::document::TaxTreatment;
use crate::engine::Engine;
use crate::error::Result;
use crate::intake::hex::hex;
use crate::payee::{Payee, Payer, PaymentBlock};
use crate::payment_file::{self, Batch, FileKind, write};
use crate::settings::{Figures, KeptPayee};

/// Digits of its content in a file's name: a bank takes the same file only once.
const NAME_DIGITS: usize = 8;

/// A file of a run, ready for a bank or a service.
pub struct RunFile {
    pub name: String,
    pub text: String,
}

/// Why there is no file: about one payment, or about the file as a whole.
#[derive(Debug, Clone)]
pub struct RunFault {
    pub payment: Option<(PaymentId, PartnerId)>,
    pub code: &'static str,
    pub sentence: &'static str,
    /// The partner's account is held: until when.
    pub block: Option<PaymentBlock>,
}

/// A payment with its payee, and what is transferred.
pub struct PaymentTold {
    pub row: PaymentRow,
    pub payee: KeptPayee,
    /// As its last file says it; before there is one, as the details stand now.
    pub figures: Figures,
    pub in_file: bool,
}

impl Engine {
    /// The payments of a run, in the order in which they were proposed.
    pub fn payments_of(&self, brand: BrandId, run: &PaymentRunRow) -> Result<Vec<PaymentRow>> {
        let filter = PaymentFilter { run: Some(run.id), ..PaymentFilter::default() };
        let most = u32::try_from(run.payments.len()).unwrap_or(u32::MAX);
        let mut payments = self.reads.payments(brand, &filter, most)?;
        payments.reverse();
        Ok(payments)
    }

    /// Payments with what is known of their payees, and what is or was transferred: net, and tax.
    pub fn told(&self, brand: BrandId, payments: Vec<PaymentRow>) -> Result<Vec<PaymentTold>> {
        let (payer, mut of_runs) = (self.settings.payer(brand)?, BTreeMap::new());
        let mut told = Vec::with_capacity(payments.len());
        for row in payments {
            let run = row.run.unwrap_or_default();
            let of_run = match of_runs.entry(run) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => place.insert(self.settings.figures(brand, run)?),
            };
            let payee = self.settings.payee(brand, row.partner)?;
            let written = of_run.get(&payment_name(row.id)).cloned();
            let in_file = written.is_some();
            let mut figures = written.unwrap_or_else(|| figures_now(&row, &payee.payee, &payer, self.now()));
            // A transfer that stood in no file is told as its document tells it.
            if !in_file && row.state == PaymentState::Settled {
                figures.treatment = self.billed(brand, row.id)?.unwrap_or(figures.treatment);
            }
            told.push(PaymentTold { row, payee, figures, in_file });
        }
        Ok(told)
    }

    fn billed(&self, brand: BrandId, payment: PaymentId) -> Result<Option<TaxTreatment>> {
        let documents = self.settings.documents_of_payment(brand, &payment_name(payment))?;
        let Some(last) = documents.iter().rfind(|it| it.cancels.is_none()) else { return Ok(None) };
        Ok(self.settings.document(brand, None, last.number)?.map(|document| document.treatment))
    }

    /// Writes the file of one kind with all payments of a run that it takes and that wait to be sent. What it says of tax
    /// is kept, so that the document of each payment names the sum that was transferred.
    pub fn write_run_file(
        &self,
        brand: BrandId,
        run: &PaymentRunRow,
        kind: FileKind,
        by: UserId,
    ) -> Result<std::result::Result<RunFile, Vec<RunFault>>> {
        let (config, payer, now) = (self.config_of(brand)?, self.settings.payer(brand)?, self.now());
        let on = self.payment_day(&config);
        let brand_name = self.settings.find_brand(brand)?.map(|brand| brand.name).unwrap_or_default();
        let (mut entries, mut kept, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for payment in self.payments_of(brand, run)?.iter().filter(|it| it.state == PaymentState::Sent) {
            let payee = self.settings.payee(brand, payment.partner)?;
            let others = payee.payee.method.as_ref().is_some_and(|method| !kind.takes(method.kind));
            match payee.block(now) {
                _ if others => {}
                Some(block) => faults.push(RunFault {
                    payment: Some((payment.id, payment.partner)),
                    code: block.code(),
                    sentence: block.sentence(),
                    block: Some(block),
                }),
                None => {
                    let figures = figures_now(payment, &payee.payee, &payer, now);
                    let figures = Figures { written_by: by.0, kind: kind.code().to_owned(), ..figures };
                    let text = format!("{brand_name} {}", payment_name(payment.id));
                    entries.push(entry(payment, payee.payee, &figures, text, on));
                    kept.push((payment.id, figures));
                }
            }
        }
        let id = format!("RUN-{}-{}", run.id, digits(&entries));
        let batch = Batch { id: &id, made_at: now, payer: &payer, entries: &entries };
        match write(kind, &batch) {
            Ok(text) if faults.is_empty() => {
                self.settings.keep_figures(brand, run.id, &kept)?;
                Ok(Ok(RunFile { name: format!("{id}-{}.{}", kind.code(), kind.extension()), text }))
            }
            // That nothing is left to pay says nothing new beside those who are blocked.
            Err(_) if entries.is_empty() && !faults.is_empty() => Ok(Err(faults)),
            written => {
                let partner = |name: &str| entries.iter().zip(&kept).find(|(it, _)| it.payment == name);
                faults.extend(written.err().into_iter().flatten().map(|fault| RunFault {
                    payment: partner(&fault.payment).map(|(entry, (id, _))| (*id, entry.partner)),
                    code: fault.reason.code(),
                    sentence: fault.reason.sentence(),
                    block: None,
                }));
                Ok(Err(faults))
            }
        }
    }
}

/// What a payment comes to with its tax, as the payee's details and the payer's stand now.
fn figures_now(payment: &PaymentRow, payee: &Payee, payer: &Payer, now: Timestamp) -> Figures {
    let net = if payment.state == PaymentState::Proposed { payment.proposed } else { payment.total };
    let treatment = payee.tax.as_ref().map_or(TaxTreatment::NotRegistered, |tax| TaxTreatment::of(tax, payer));
    Figures { net: net.0, treatment, written_at: now.0, written_by: 0, kind: String::new() }
}

fn entry(payment: &PaymentRow, payee: Payee, figures: &Figures, text: String, on: Day) -> payment_file::Entry {
    let currency = payment.currency;
    payment_file::Entry {
        payment: payment_name(payment.id),
        partner: payment.partner,
        payee,
        net: figures.net(),
        tax: figures.tax(currency),
        amount: figures.total(currency),
        currency,
        text,
        on,
    }
}

/// The same payments to the same accounts make the same name.
fn digits(entries: &[payment_file::Entry]) -> String {
    let mut digest = Sha256::new();
    for entry in entries {
        let account = entry.payee.method.as_ref().map_or("", |method| method.account.as_str());
        digest.update(format!("{} {} {account}\n", entry.payment, entry.amount.0));
    }
    hex(&digest.finalize()).chars().take(NAME_DIGITS).collect::<String>().to_uppercase()
}
