//! What payment files said of each payment: the sum that was transferred, and the tax in it.

use std::collections::BTreeMap;

use referee_core::id::{BrandId, PaymentId, PaymentRunId, UserId};
use referee_core::money::{Currency, Money};
use referee_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::database::{Answer, Database, Row, find, list};
use crate::document::TaxTreatment;
use crate::error::Result;
use crate::payment_run::payment_name;
use crate::values;

use super::payees::{seal, unseal};
use super::{Settings, Vault};

/// As the last file that holds the payment says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub net: i64,
    pub treatment: TaxTreatment,
    pub written_at: i64,
    pub written_by: u32,
    pub kind: String,
}

impl Figures {
    pub fn net(&self) -> Money {
        Money(self.net)
    }

    pub fn tax(&self, currency: Currency) -> Money {
        self.treatment.tax(self.net(), currency)
    }

    /// What is transferred.
    pub fn total(&self, currency: Currency) -> Money {
        self.net().plus(self.tax(currency))
    }

    pub fn written_at(&self) -> Timestamp {
        Timestamp(self.written_at)
    }

    pub fn written_by(&self) -> UserId {
        UserId(self.written_by)
    }
}

impl Settings {
    /// A file that is written later takes the place of the one before.
    pub fn keep_figures(&self, brand: BrandId, run: PaymentRunId, figures: &[(PaymentId, Figures)]) -> Result<()> {
        let sql = include_str!("../../sql/settings/figures_set.sql");
        self.change("keep the figures of payments", |db| {
            for (payment, figures) in figures {
                let payment = payment_name(*payment);
                let sealed = seal(&self.vault, &purpose(brand, &payment), figures)?;
                db.run(sql, values![brand.0, &payment, run.0, &sealed])?;
            }
            Ok(())
        })
    }

    /// Of a run's payments that stood in a file, by their names.
    pub fn figures(&self, brand: BrandId, run: PaymentRunId) -> Result<BTreeMap<String, Figures>> {
        let sql = include_str!("../../sql/settings/figures_list.sql");
        let read = |row: &dyn Row| Ok((row.text(0)?.to_owned(), row.blob(1)?.to_vec()));
        let rows = self.ask("read the figures of payments", |db| list(db, sql, values![brand.0, run.0], read))?;
        let open = |(payment, sealed): (String, Vec<u8>)| {
            let figures = unseal(&self.vault, &purpose(brand, &payment), &sealed)?;
            Ok((payment, figures))
        };
        rows.into_iter().map(open).collect()
    }
}

pub(super) fn written(db: &mut dyn Database, vault: &Vault, brand: BrandId, payment: &str) -> Answer<Option<Figures>> {
    let sql = include_str!("../../sql/settings/figures_find.sql");
    let found = find(db, sql, values![brand.0, payment], |row| Ok(row.blob(0)?.to_vec()))?;
    Ok(found.map(|sealed| unseal(vault, &purpose(brand, payment), &sealed)).transpose()?)
}

fn purpose(brand: BrandId, payment: &str) -> String {
    format!("figures {brand}/{payment}")
}
