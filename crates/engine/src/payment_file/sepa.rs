//! Credit transfers as ISO 20022 has them, in the form that banks of SEPA take: pain.001.001.09.
//!
//! No sign of XML needs to be escaped, because none of them is among the letters that SEPA takes.

use std::collections::BTreeMap;

use referee_core::money::{Currency, Money};
use referee_core::time::Day;

use super::{Batch, Checked, FileFault, FileReason, is_reference, plain};
use crate::intake::amount::decimal;
use crate::intake::day::day_text;
use crate::payee::{Party, is_in_sepa_without_eea};

const EUR: Currency = Currency(*b"EUR");
const AMOUNT_MAX: Money = Money(999_999_999_990_000);
const NAME_CHARS_MAX: usize = 70;
const TEXT_CHARS_MAX: usize = 140;
/// Two characters and a number are added to the file's name for each of its days.
const FILE_ID_CHARS_MAX: usize = 30;

pub fn write(batch: &Batch<'_>, entries: &[Checked<'_>]) -> Result<String, Vec<FileFault>> {
    check(batch, entries)?;
    let mut by_day: BTreeMap<Day, Vec<&Checked<'_>>> = BTreeMap::new();
    for entry in entries {
        by_day.entry(entry.entry.on).or_default().push(entry);
    }
    let mut xml = Xml::default();
    xml.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.open("Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09\"");
    xml.open("CstmrCdtTrfInitn");
    header(&mut xml, batch, entries);
    for (number, (day, entries)) in by_day.iter().enumerate() {
        payments_of_day(&mut xml, batch, number + 1, *day, entries);
    }
    xml.close("CstmrCdtTrfInitn");
    xml.close("Document");
    Ok(xml.text)
}

fn check(batch: &Batch<'_>, entries: &[Checked<'_>]) -> Result<(), Vec<FileFault>> {
    let mut faults = Vec::new();
    if batch.payer.iban.is_empty() || plain(&batch.payer.party.name, NAME_CHARS_MAX).is_empty() {
        faults.push(FileFault::of_file(FileReason::PayerMissing));
    }
    if !is_reference(batch.id, FILE_ID_CHARS_MAX) {
        faults.push(FileFault::of_file(FileReason::IdForm));
    }
    for it in entries {
        let fault = |reason| FileFault { payment: it.entry.payment.clone(), reason };
        if it.entry.currency != EUR {
            faults.push(fault(FileReason::NotEuro));
        }
        if plain(&it.method.holder, NAME_CHARS_MAX).is_empty() {
            faults.push(fault(FileReason::DetailsMissing));
        }
        if it.entry.amount > AMOUNT_MAX {
            faults.push(fault(FileReason::AmountTooLarge));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn sum<'a>(entries: impl Iterator<Item = &'a Checked<'a>>) -> String {
    decimal(entries.fold(Money::ZERO, |sum, it| sum.plus(it.entry.amount)), EUR)
}

fn header(xml: &mut Xml, batch: &Batch<'_>, entries: &[Checked<'_>]) {
    xml.open("GrpHdr");
    xml.leaf("MsgId", batch.id);
    xml.leaf("CreDtTm", &moment(batch));
    xml.leaf("NbOfTxs", &entries.len().to_string());
    xml.leaf("CtrlSum", &sum(entries.iter()));
    xml.open("InitgPty");
    xml.leaf("Nm", &plain(&batch.payer.party.name, NAME_CHARS_MAX));
    xml.close("InitgPty");
    xml.close("GrpHdr");
}

fn moment(batch: &Batch<'_>) -> String {
    let at = jiff::Timestamp::from_millisecond(batch.made_at.0);
    at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default()
}

fn payments_of_day(xml: &mut Xml, batch: &Batch<'_>, number: usize, day: Day, entries: &[&Checked<'_>]) {
    xml.open("PmtInf");
    xml.leaf("PmtInfId", &format!("{}-{number}", batch.id));
    xml.leaf("PmtMtd", "TRF");
    xml.leaf("NbOfTxs", &entries.len().to_string());
    xml.leaf("CtrlSum", &sum(entries.iter().copied()));
    xml.open("PmtTpInf");
    xml.open("SvcLvl");
    xml.leaf("Cd", "SEPA");
    xml.close("SvcLvl");
    xml.close("PmtTpInf");
    xml.open("ReqdExctnDt");
    xml.leaf("Dt", &day_text(day));
    xml.close("ReqdExctnDt");
    xml.open("Dbtr");
    xml.leaf("Nm", &plain(&batch.payer.party.name, NAME_CHARS_MAX));
    xml.close("Dbtr");
    xml.account("DbtrAcct", &batch.payer.iban);
    // The debtor's bank must be named, even if by saying that it is not.
    xml.open("DbtrAgt");
    xml.bank(&batch.payer.bic);
    xml.close("DbtrAgt");
    xml.leaf("ChrgBr", "SLEV");
    entries.iter().for_each(|it| payment(xml, it));
    xml.close("PmtInf");
}

fn payment(xml: &mut Xml, it: &Checked<'_>) {
    xml.open("CdtTrfTxInf");
    xml.open("PmtId");
    xml.leaf("EndToEndId", &it.entry.payment);
    xml.close("PmtId");
    xml.open("Amt");
    xml.text.push_str(&format!("<InstdAmt Ccy=\"EUR\">{}</InstdAmt>\n", it.amount()));
    xml.close("Amt");
    if !it.method.bic.is_empty() {
        xml.open("CdtrAgt");
        xml.bank(&it.method.bic);
        xml.close("CdtrAgt");
    }
    xml.open("Cdtr");
    xml.leaf("Nm", &plain(&it.method.holder, NAME_CHARS_MAX));
    if is_in_sepa_without_eea(it.method.account.get(..2).unwrap_or_default()) {
        address(xml, it.party);
    }
    xml.close("Cdtr");
    xml.account("CdtrAcct", &it.method.account);
    let text = plain(&it.entry.text, TEXT_CHARS_MAX);
    if !text.is_empty() {
        xml.open("RmtInf");
        xml.leaf("Ustrd", &text);
        xml.close("RmtInf");
    }
    xml.close("CdtTrfTxInf");
}

fn address(xml: &mut Xml, party: &Party) {
    xml.open("PstlAdr");
    let street = party.lines.first().map(|line| plain(line, 70)).unwrap_or_default();
    for (name, text) in [("StrtNm", street), ("PstCd", plain(&party.postcode, 16)), ("TwnNm", plain(&party.city, 35))] {
        if !text.is_empty() {
            xml.leaf(name, &text);
        }
    }
    xml.leaf("Ctry", &party.country);
    xml.close("PstlAdr");
}

#[derive(Default)]
struct Xml {
    text: String,
}

impl Xml {
    fn open(&mut self, name: &str) {
        self.text.push_str(&format!("<{name}>\n"));
    }

    fn close(&mut self, name: &str) {
        self.text.push_str(&format!("</{name}>\n"));
    }

    fn leaf(&mut self, name: &str, text: &str) {
        self.text.push_str(&format!("<{name}>{text}</{name}>\n"));
    }

    fn account(&mut self, name: &str, iban: &str) {
        self.open(name);
        self.open("Id");
        self.leaf("IBAN", iban);
        self.close("Id");
        self.close(name);
    }

    fn bank(&mut self, bic: &str) {
        self.open("FinInstnId");
        if bic.is_empty() {
            self.open("Othr");
            self.leaf("Id", "NOTPROVIDED");
            self.close("Othr");
        } else {
            self.leaf("BICFI", bic);
        }
        self.close("FinInstnId");
    }
}
