//! Invoices and statements as they were issued. A number is given out in the transaction that keeps its document, and
//! no document is changed or taken away, so the numbers of a brand have no gap.

use referee_core::id::{BrandId, PartnerId};
use referee_core::time::Timestamp;

use crate::database::{Answer, Database, Row, find, list};
use crate::document::{Bill, Document, DocumentFault};
use crate::error::Result;
use crate::values;

use super::figures::written;
use super::payees::{kept, payer, seal, unseal};
use super::{Settings, Vault};

/// What is known of a document without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedDocument {
    pub number: u32,
    /// The document that this one takes back.
    pub cancels: Option<u32>,
}

/// Documents in one list: each is opened to be shown.
const DOCUMENTS_SHOWN_MAX: u32 = 500;

impl Settings {
    /// The document of a payment: the one that stands for it already, or a new one under the next number.
    pub fn issue(
        &self,
        brand: BrandId,
        partner: PartnerId,
        payment: &str,
        bill: Bill,
        now: Timestamp,
    ) -> Result<std::result::Result<Document, DocumentFault>> {
        self.change("issue a document", |db| {
            let sql = include_str!("../../sql/settings/document_find_by_payment.sql");
            if let Some(standing) = one(db, &self.vault, brand, sql, values![brand.0, payment])? {
                return Ok(Ok(standing));
            }
            let payee = kept(db, &self.vault, brand, partner)?.payee;
            let payer = payer(db, &self.vault, brand)?;
            // The first document names the sum that was transferred, whatever was changed since. One that follows a
            // cancellation is issued because something was wrong: as the details stand now.
            let is_first = of_payment(db, brand, payment)?.is_empty();
            let written = if is_first { written(db, &self.vault, brand, payment)? } else { None };
            let number = next_number(db, brand)?;
            match Document::of(number, (partner, &payee), &payer, payment, bill, now) {
                Ok(mut document) => {
                    document.treatment = written.map_or(document.treatment, |it| it.treatment);
                    keep(db, &self.vault, brand, document).map(Ok)
                }
                Err(fault) => Ok(Err(fault)),
            }
        })
    }

    /// Takes a document back by another, which has a number of its own. Asked again, it gives the same one.
    pub fn cancel_document(
        &self,
        brand: BrandId,
        number: u32,
        now: Timestamp,
    ) -> Result<std::result::Result<Document, DocumentFault>> {
        self.change("cancel a document", |db| {
            let sql = include_str!("../../sql/settings/document_find_cancelling.sql");
            if let Some(cancelling) = one(db, &self.vault, brand, sql, values![brand.0, number])? {
                return Ok(Ok(cancelling));
            }
            let Some(document) = one(db, &self.vault, brand, FIND, values![brand.0, number, None::<u32>])? else {
                return Ok(Err(DocumentFault::NotFound));
            };
            let payer = payer(db, &self.vault, brand)?;
            match document.cancellation(next_number(db, brand)?, &payer, now) {
                Ok(cancellation) => keep(db, &self.vault, brand, cancellation).map(Ok),
                Err(fault) => Ok(Err(fault)),
            }
        })
    }

    /// A document of a brand; with a partner, only one of that partner's.
    pub fn document(&self, brand: BrandId, partner: Option<PartnerId>, number: u32) -> Result<Option<Document>> {
        let values = values![brand.0, number, partner.map(|it| it.0)];
        self.ask("read a document", |db| one(db, &self.vault, brand, FIND, values))
    }

    /// All that were issued for a payment, and what cancelled them; oldest first.
    pub fn documents_of_payment(&self, brand: BrandId, payment: &str) -> Result<Vec<RecordedDocument>> {
        self.ask("read a payment's documents", |db| of_payment(db, brand, payment))
    }

    /// Newest first.
    pub fn documents(&self, brand: BrandId, partner: Option<PartnerId>) -> Result<Vec<Document>> {
        let sql = include_str!("../../sql/settings/document_list.sql");
        let values = values![brand.0, partner.map(|it| it.0), DOCUMENTS_SHOWN_MAX];
        let rows = self.ask("read documents", |db| list(db, sql, values, row))?;
        rows.into_iter().map(|row| open(&self.vault, brand, row)).collect()
    }
}

const FIND: &str = include_str!("../../sql/settings/document_find.sql");

fn of_payment(db: &mut dyn Database, brand: BrandId, payment: &str) -> Answer<Vec<RecordedDocument>> {
    let sql = include_str!("../../sql/settings/document_list_by_payment.sql");
    let read = |row: &dyn Row| Ok(RecordedDocument { number: row.number(0)?, cancels: row.some_number(1)? });
    list(db, sql, values![brand.0, payment], read)
}

fn row(row: &dyn Row) -> Result<(u32, Vec<u8>)> {
    Ok((row.number(0)?, row.blob(1)?.to_vec()))
}

/// The number goes into the seal: no document can be put in another's place.
fn purpose(brand: BrandId, number: u32) -> String {
    format!("document {brand}/{number}")
}

fn open(vault: &Vault, brand: BrandId, (number, sealed): (u32, Vec<u8>)) -> Result<Document> {
    unseal(vault, &purpose(brand, number), &sealed)
}

fn one(
    db: &mut dyn Database,
    vault: &Vault,
    brand: BrandId,
    sql: &str,
    values: &[crate::database::Value<'_>],
) -> Answer<Option<Document>> {
    let found = find(db, sql, values, row)?;
    Ok(found.map(|found| open(vault, brand, found)).transpose()?)
}

fn next_number(db: &mut dyn Database, brand: BrandId) -> Answer<u32> {
    let sql = include_str!("../../sql/settings/document_next_number.sql");
    Ok(find(db, sql, values![brand.0], |row| row.number(0))?.unwrap_or(1))
}

fn keep(db: &mut dyn Database, vault: &Vault, brand: BrandId, document: Document) -> Answer<Document> {
    let sealed = seal(vault, &purpose(brand, document.number), &document)?;
    let cancels = document.cancels.as_ref().map(|(number, _)| *number);
    let values = values![
        brand.0,
        document.number,
        document.partner().0,
        &document.payment,
        cancels,
        document.issued_at().0,
        &sealed,
    ];
    db.run(include_str!("../../sql/settings/document_create.sql"), values)?;
    Ok(document)
}
