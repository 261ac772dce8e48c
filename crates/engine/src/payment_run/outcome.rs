//! What became of payments: kept as facts, and a document for each that was settled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use referee_core::config::Config;
use referee_core::exchange::Rate;
use referee_core::fact::{Actor, Fact};
use referee_core::id::{BrandId, FactId, PaymentId};
use referee_core::money::Currency;
use referee_core::row::{PaymentRow, PaymentRunRow, PaymentState, PaymentSum};

use super::payment_name;
use crate::books::reads::{PaymentFilter, PaymentPart};
use crate::document::{Bill, Document, DocumentFault};
use crate::engine::{Engine, Place, SettleError, blocking};
use crate::error::{Error, Result};
use crate::intake::amount::shown;
use crate::intake::day::day_text;
use crate::intake::rates::quotient_text;
use crate::limits::SETTLE_DEADLINE_MS;
use crate::log::Draft;
use crate::payment_file::answer::{self, AnswerFault};
use crate::settings::RecordedDocument;

/// Payments older than this, in days, get no document by themselves any more: what kept it for so long, a person looks
/// at.
const DOCUMENT_DAYS: u32 = 60;
/// Payments that are looked at together.
const PAYMENTS_AT_ONCE: u32 = 1_000;
/// How long the outcomes of a file are waited for, in milliseconds for each.
const OUTCOME_MS: u64 = 2;

/// What became of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub payment: PaymentId,
    /// Why it failed; None: it was settled.
    pub failure: Option<String>,
}

impl Engine {
    /// Reads an answer file against those payments of a run that wait for one.
    pub fn read_answers(
        &self,
        brand: BrandId,
        run: &PaymentRunRow,
        text: &str,
    ) -> Result<std::result::Result<Vec<Outcome>, Vec<AnswerFault>>> {
        let waiting = self.payments_of(brand, run)?.into_iter().filter(|it| it.state == PaymentState::Sent);
        let waiting: BTreeMap<String, PaymentId> = waiting.map(|it| (payment_name(it.id), it.id)).collect();
        let known: BTreeSet<String> = waiting.keys().cloned().collect();
        Ok(answer::read(text, &known).map(|answers| {
            let outcome = |it: answer::Answered| {
                let failed = it.outcome == answer::Outcome::Failed;
                let reason = if it.reason.is_empty() { "No reason was given.".to_owned() } else { it.reason };
                Some(Outcome { payment: *waiting.get(&it.payment)?, failure: failed.then_some(reason) })
            };
            answers.into_iter().filter_map(outcome).collect()
        }))
    }

    /// Keeps what became of payments, all in one go, and issues or cancels their documents. The first that the rules
    /// refuse is the answer, whatever became of the others.
    pub async fn conclude(
        self: &Arc<Engine>,
        brand: BrandId,
        actor: &Actor,
        outcomes: Vec<Outcome>,
    ) -> std::result::Result<(), SettleError> {
        let payments: Vec<PaymentId> = outcomes.iter().map(|it| it.payment).collect();
        let facts = self.record_outcomes(brand, actor, outcomes).await?;
        let engine = self.clone();
        let refused = blocking(move || {
            for id in facts {
                match engine.reads.audit_by_fact_id(brand, id)? {
                    None => return Ok(Some(SettleError::NotYet(id))),
                    Some(row) => {
                        if let Some(refusal) = row.refusal {
                            return Ok(Some(SettleError::Refused(refusal)));
                        }
                    }
                }
            }
            for id in payments {
                if let Some(payment) = engine.reads.payment(brand, id)? {
                    engine.keep_document(brand, &payment)?;
                }
            }
            Ok(None)
        });
        refused.await?.map_or(Ok(()), Err)
    }

    async fn record_outcomes(&self, brand: BrandId, actor: &Actor, outcomes: Vec<Outcome>) -> Result<Vec<FactId>> {
        let (now, partition) = (self.now(), self.partition_of(brand)?);
        let patience = SETTLE_DEADLINE_MS + OUTCOME_MS * u64::try_from(outcomes.len()).unwrap_or(0);
        let deadline = tokio::time::Instant::now() + Duration::from_millis(patience);
        let tickets = outcomes.into_iter().map(|Outcome { payment, failure }| {
            let (actor, fact) = (Some(actor.clone()), Fact::PaymentConcluded { payment, failure });
            let draft = Draft { brand, received_at: now, occurred_at: now, actor, fact, raw: None };
            self.recorder
                .record(partition, &draft)
                .map_err(|full| Error::unavailable("keep what became of payments", full))
        });
        let (mut facts, mut last) = (Vec::new(), None);
        for ticket in tickets.collect::<Result<Vec<_>>>()? {
            let durable = ticket.durable().await?;
            facts.push(durable.fact);
            last = durable.position.max(last);
        }
        if let Some(position) = last {
            self.wait_until(Place { partition, position }, deadline).await;
        }
        Ok(facts)
    }

    /// The document that a payment has or should have: issued if it was settled and never had one, cancelled if the money
    /// came back. Done again, it changes nothing.
    fn keep_document(&self, brand: BrandId, payment: &PaymentRow) -> Result<()> {
        let documents = || self.settings.documents_of_payment(brand, &payment_name(payment.id));
        match payment.state {
            PaymentState::Settled if documents()?.is_empty() => self.issue_document(brand, payment).map(drop),
            PaymentState::Returning | PaymentState::Failed => match standing(&documents()?) {
                Some(number) => self.settings.cancel_document(brand, number, self.now()).map(drop),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The document of a settled payment: the one that stands, or a new one.
    pub fn issue_document(
        &self,
        brand: BrandId,
        payment: &PaymentRow,
    ) -> Result<std::result::Result<Document, DocumentFault>> {
        if payment.state != PaymentState::Settled {
            return Ok(Err(DocumentFault::NothingBilled));
        }
        let (config, parts) = (self.config_of(brand)?, self.reads.payment_parts(brand, payment.id)?);
        let bill = bill(&config, payment, &parts);
        self.settings.issue(brand, payment.partner, &payment_name(payment.id), bill, self.now())
    }

    /// Issues what is missing in every brand: after a crash between an outcome and its document, for transfers that were
    /// made outside, and for payees whose details came later.
    pub fn issue_documents(&self) -> Result<()> {
        let brands: Vec<BrandId> = self.routing().brands.keys().copied().collect();
        brands.into_iter().try_for_each(|brand| self.issue_documents_of(brand))
    }

    fn issue_documents_of(&self, brand: BrandId) -> Result<()> {
        let oldest = self.now().minus_days(DOCUMENT_DAYS);
        let mut filter = PaymentFilter::default();
        loop {
            let page = self.reads.payments(brand, &filter, PAYMENTS_AT_ONCE)?;
            for payment in page.iter().filter(|it| it.changed_at >= oldest) {
                self.keep_document(brand, payment)?;
            }
            match page.last().filter(|last| last.at >= oldest) {
                Some(last) if page.len() == PAYMENTS_AT_ONCE as usize => filter.before = Some(last.id),
                _ => return Ok(()),
            }
        }
    }
}

/// The number of the document that was issued and not cancelled since.
fn standing(documents: &[RecordedDocument]) -> Option<u32> {
    let cancelled = |number: u32| documents.iter().any(|it| it.cancels == Some(number));
    documents.iter().find(|it| it.cancels.is_none() && !cancelled(it.number)).map(|it| it.number)
}

/// A line for each program; for all programs whose currency is converted one together, so that it is rounded once.
fn bill(config: &Config, payment: &PaymentRow, parts: &[PaymentPart]) -> Bill {
    let zone = config.payment_zone();
    let first = parts.iter().map(|it| it.first_at).min().unwrap_or(payment.at);
    let last = parts.iter().map(|it| it.last_at).max().unwrap_or(payment.at);
    let mut bill = Bill::of(zone.day(first), zone.day(last), payment.currency);
    for sum in &payment.sums {
        let of_sum = |it: &&PaymentPart| currency_of(config, it, payment) == sum.currency;
        let of_sum: Vec<&PaymentPart> = parts.iter().filter(of_sum).collect();
        bill = match sum.rate {
            _ if of_sum.is_empty() => bill,
            Some(rate) => bill.line(
                converted_text(config, sum, rate, payment.currency, &of_sum),
                sum.worth(sum.total, payment.currency),
            ),
            None => of_sum.iter().fold(bill, |bill, it| bill.line(text(config, it), it.amount)),
        };
    }
    bill
}

fn currency_of(config: &Config, part: &PaymentPart, payment: &PaymentRow) -> Currency {
    config.programs.get(&part.program).map_or(payment.currency, |it| it.currency)
}

fn text(config: &Config, part: &PaymentPart) -> String {
    let (program, actions) = (part.program, part.actions);
    let name = config.programs.get(&program).map_or_else(|| format!("Program {program}"), |it| it.name.clone());
    format!("{name}: {actions} {}", if actions == 1 { "action" } else { "actions" })
}

/// `Trail Shop: 3 actions. €1,234.50 at 1.0831 USD for 1 EUR, the rate of 2026-11-13`.
fn converted_text(config: &Config, sum: &PaymentSum, rate: Rate, to: Currency, parts: &[&PaymentPart]) -> String {
    let programs: Vec<String> = parts.iter().map(|it| text(config, it)).collect();
    let (amount, from, rate_is) = (shown(sum.total, sum.currency), sum.currency, quotient_text(&rate));
    format!("{}. {amount} at {rate_is} {to} for 1 {from}, the rate of {}", programs.join(", "), day_text(rate.day))
}

#[cfg(test)]
mod tests {
    use referee_core::id::{PartnerId, ProgramId, RecordNo};
    use referee_core::money::{MICROS, Money};
    use referee_core::program::{PATH_PREFIX, Program, Standing, TAG_NAME};
    use referee_core::time::{Day, Timestamp, Zone};

    use super::*;

    fn program(id: u32, name: &str, currency: &[u8; 3]) -> Program {
        Program {
            id: ProgramId(id),
            name: name.into(),
            currency: Currency(*currency),
            zone: Zone::default(),
            standing: Standing::Active,
            default_landing_url: String::new(),
            permitted_hosts: Vec::new(),
            tracking_hosts: Vec::new(),
            click_param: String::new(),
            cookie_days: 0,
            path_prefix: PATH_PREFIX.into(),
            tag_name: TAG_NAME.into(),
            shop_hosts: Vec::new(),
        }
    }

    #[test]
    fn a_document_has_a_line_for_each_program_and_one_for_what_is_converted() {
        let mut config = Config::default();
        for it in [program(1, "Trail", b"EUR"), program(2, "Ski", b"USD"), program(3, "Golf", b"EUR")] {
            config.programs.insert(it.id, it);
        }
        let (eur, usd) = (Currency(*b"EUR"), Currency(*b"USD"));
        let rate = Some(Rate { day: Day(20_770), from: MICROS, to: 1_083_100 });
        let sum = |currency, total, rate| PaymentSum { currency, proposed: total, total, rate };
        let payment = PaymentRow {
            id: PaymentId(7),
            record: RecordNo(1),
            at: Timestamp(0),
            run: None,
            partner: PartnerId(1),
            currency: usd,
            proposed: Money::ZERO,
            actions: 6,
            total: Money(1_357_090_000),
            sums: vec![sum(eur, Money(1_234_500_000), rate), sum(usd, Money(20_000_000), None)],
            state: PaymentState::Settled,
            changed_at: Timestamp(0),
            reason: String::new(),
            returned_to: 0,
        };
        let part = |program, actions, amount| PaymentPart {
            program: ProgramId(program),
            actions,
            amount: Money(amount),
            first_at: Timestamp(0),
            last_at: Timestamp(0),
        };
        let bill = bill(&config, &payment, &[part(1, 3, 1_234_000_000), part(2, 1, 20_000_000), part(3, 2, 500_000)]);
        let lines: Vec<String> = bill.lines.iter().map(|it| format!("{} = {}", it.text, it.net)).collect();
        assert_eq!(
            lines,
            [
                "Trail: 3 actions, Golf: 2 actions. €1,234.50 at 1.0831 USD for 1 EUR, the rate of 2026-11-13 = 1337090000",
                "Ski: 1 action = 20000000"
            ]
        );
        assert_eq!(bill.net(), payment.total, "the document names the sum of the transfer");
    }
}
