//! Payment details of partners and of the brand itself: sealed, with a history of masked changes.

use std::collections::BTreeMap;

use referee_core::id::{BrandId, PartnerId, UserId};
use referee_core::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::database::{Answer, Database, Row, find, list};
use crate::error::{Error, Result};
use crate::mail::words::account_changed;
use crate::payee::{HOLD_DAYS, Method, Party, Payee, Payer, PaymentBlock, Tax, mask};
use crate::values;

use super::mails::write_mail;
use super::{Settings, Vault};

/// Changes of one partner's details that are shown.
const CHANGES_SHOWN_MAX: u32 = 100;

/// A partner's details, and from when on its account is paid.
#[derive(Debug, Clone, Default)]
pub struct KeptPayee {
    pub payee: Payee,
    pub payable_from: Timestamp,
}

impl KeptPayee {
    pub fn block(&self, now: Timestamp) -> Option<PaymentBlock> {
        let held = || (self.payable_from > now).then_some(PaymentBlock::AccountChanged { until: self.payable_from });
        self.payee.missing().or_else(held)
    }
}

/// One part of the details takes the place of what was there.
pub enum PayeeChange {
    Party(Party),
    Tax(Tax),
    Method(Method),
}

/// A change that was made, without what it was changed to.
#[derive(Debug, Clone)]
pub struct PayeeEntry {
    pub at: Timestamp,
    pub user: UserId,
    pub fields: String,
}

impl Settings {
    pub fn payee(&self, brand: BrandId, partner: PartnerId) -> Result<KeptPayee> {
        self.ask("read payment details", |db| kept(db, &self.vault, brand, partner))
    }

    /// Of every partner of a brand that gave some.
    pub fn payees(&self, brand: BrandId) -> Result<BTreeMap<PartnerId, KeptPayee>> {
        let sql = include_str!("../../sql/settings/payee_list.sql");
        let rows = self.ask("read payment details", |db| {
            let read = |row: &dyn Row| Ok((PartnerId(row.number(2)?), row.blob(0)?.to_vec(), row.number(1)?));
            list(db, sql, values![brand.0], read)
        })?;
        let open = |(partner, sealed, from): (PartnerId, Vec<u8>, i64)| {
            let payee = unseal(&self.vault, &payee_purpose(brand, partner), &sealed)?;
            Ok((partner, KeptPayee { payee, payable_from: Timestamp(from) }))
        };
        rows.into_iter().map(open).collect()
    }

    /// Why a partner can't be paid now, if it can't.
    pub fn payment_block(&self, brand: BrandId, partner: PartnerId, now: Timestamp) -> Result<Option<PaymentBlock>> {
        Ok(self.payee(brand, partner)?.block(now))
    }

    /// Keeps a part of the details. An account that takes the place of another is announced to the address that stood
    /// with the other, and is not paid for some days.
    pub fn set_payee(
        &self,
        brand: BrandId,
        partner: PartnerId,
        change: PayeeChange,
        by: UserId,
        now: Timestamp,
    ) -> Result<()> {
        let brand_name = self.find_brand(brand)?.map(|brand| brand.name).unwrap_or_default();
        self.change("keep payment details", |db| {
            let mut kept = kept(db, &self.vault, brand, partner)?;
            let before = kept.payee.clone();
            match change {
                PayeeChange::Party(party) => kept.payee.party = Some(party),
                PayeeChange::Tax(tax) => kept.payee.tax = Some(tax),
                PayeeChange::Method(method) => kept.payee.method = Some(method),
            }
            let fields = differences(&before, &kept.payee);
            if fields.is_empty() {
                return Ok(());
            }
            if let (Some(old), Some(new)) = (&before.method, &kept.payee.method)
                && old != new
            {
                kept.payable_from = now.plus_days(HOLD_DAYS);
                let words = account_changed(&brand_name, new, now, kept.payable_from);
                write_mail(db, brand, &old.notify, (&words.subject, &words.body), now)?;
            }
            let sealed = seal(&self.vault, &payee_purpose(brand, partner), &kept.payee)?;
            let sql = include_str!("../../sql/settings/payee_set.sql");
            db.run(sql, values![brand.0, partner.0, &sealed, kept.payable_from.0])?;
            let sql = include_str!("../../sql/settings/payee_change_create.sql");
            db.run(sql, values![brand.0, partner.0, now.0, by.0, &fields]).map(drop)
        })
    }

    /// Newest first.
    pub fn payee_changes(&self, brand: BrandId, partner: PartnerId) -> Result<Vec<PayeeEntry>> {
        let sql = include_str!("../../sql/settings/payee_change_list.sql");
        self.ask("read changes of payment details", |db| {
            list(db, sql, values![brand.0, partner.0, CHANGES_SHOWN_MAX], |row| {
                let (at, user) = (Timestamp(row.number(0)?), UserId(row.number(1)?));
                Ok(PayeeEntry { at, user, fields: row.text(2)?.to_owned() })
            })
        })
    }

    /// The brand's own side of its payments; empty if it was never given.
    pub fn payer(&self, brand: BrandId) -> Result<Payer> {
        self.ask("read the payer", |db| payer(db, &self.vault, brand))
    }

    pub fn set_payer(&self, brand: BrandId, payer: &Payer) -> Result<()> {
        let sealed = seal(&self.vault, &payer_purpose(brand), payer)?;
        let sql = include_str!("../../sql/settings/payer_set.sql");
        self.change("keep the payer", |db| db.run(sql, values![brand.0, &sealed])).map(drop)
    }
}

pub(super) fn kept(db: &mut dyn Database, vault: &Vault, brand: BrandId, partner: PartnerId) -> Answer<KeptPayee> {
    let read = |row: &dyn Row| Ok((row.blob(0)?.to_vec(), Timestamp(row.number(1)?)));
    let sql = include_str!("../../sql/settings/payee_find.sql");
    let Some((sealed, payable_from)) = find(db, sql, values![brand.0, partner.0], read)? else {
        return Ok(KeptPayee::default());
    };
    Ok(KeptPayee { payee: unseal(vault, &payee_purpose(brand, partner), &sealed)?, payable_from })
}

pub(super) fn payer(db: &mut dyn Database, vault: &Vault, brand: BrandId) -> Answer<Payer> {
    let sql = include_str!("../../sql/settings/payer_find.sql");
    match find(db, sql, values![brand.0], |row| Ok(row.blob(0)?.to_vec()))? {
        Some(sealed) => Ok(unseal(vault, &payer_purpose(brand), &sealed)?),
        None => Ok(Payer::default()),
    }
}

/// Whose it is goes into the seal: nobody's details can be put in another's place.
fn payee_purpose(brand: BrandId, partner: PartnerId) -> String {
    format!("payment details {brand}/{partner}")
}

fn payer_purpose(brand: BrandId) -> String {
    format!("payer {brand}")
}

pub(super) fn seal(vault: &Vault, purpose: &str, value: &impl Serialize) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(value).map_err(|error| Error::corrupt(format!("seal the {purpose}"), error))?;
    vault.wrap(purpose, &text)
}

pub(super) fn unseal<T: DeserializeOwned>(vault: &Vault, purpose: &str, sealed: &[u8]) -> Result<T> {
    let text = vault.unwrap(purpose, sealed)?;
    // The error of the reader could quote what it read.
    serde_json::from_slice(&text).map_err(|_| Error::corrupt(format!("read the {purpose}"), "it has another form"))
}

/// Which fields are others now; of accounts and addresses only what a mask leaves.
fn differences(before: &Payee, after: &Payee) -> String {
    let mut fields: Vec<String> = Vec::new();
    let mut name = |changed: bool, field: &str| {
        if changed {
            fields.push(field.to_owned());
        }
    };
    let party = |payee: &Payee| payee.party.clone().unwrap_or_default();
    let (old, new) = (party(before), party(after));
    name(old.name != new.name, "legal name");
    name(
        (&old.lines, &old.postcode, &old.city, &old.country) != (&new.lines, &new.postcode, &new.city, &new.country),
        "address",
    );
    let tax = |payee: &Payee| payee.tax.clone();
    if tax(before) != tax(after) {
        let field = |of: fn(&Tax) -> String| tax(before).map(|it| of(&it)) != tax(after).map(|it| of(&it));
        name(field(|it| it.status.code().into()), "tax status");
        name(field(|it| it.country.clone()), "tax country");
        name(field(|it| it.vat_id.clone()), "VAT id");
        name(field(|it| it.small_business.to_string()), "small-business exemption");
        name(field(|it| it.rate_ppm.to_string()), "VAT rate");
        name(field(|it| it.self_billing.to_string()), "consent to self-billing");
    }
    if let Some(new) = after.method.as_ref().filter(|it| before.method.as_ref() != Some(it)) {
        fields.extend(method_differences(before.method.as_ref(), new));
    }
    fields.join("; ")
}

fn method_differences(old: Option<&Method>, new: &Method) -> Vec<String> {
    let values = |of: fn(&Method) -> String| (old.map(of).unwrap_or_default(), of(new));
    let mut fields = Vec::new();
    for (field, of) in [
        ("way of payment", (|it| it.kind.words().into()) as fn(&Method) -> String),
        ("account", Method::masked),
        ("currency", |it| it.currency.to_string()),
        ("address for mail", |it| mask(&it.notify)),
    ] {
        let (before, after) = values(of);
        if before != after {
            fields.push(if before.is_empty() {
                format!("{field} {after}")
            } else {
                format!("{field} {before} to {after}")
            });
        }
    }
    // Two accounts may look alike behind their masks.
    let hidden = old.is_some_and(|old| {
        old.account != new.account && old.masked() == new.masked()
            || old.notify != new.notify && mask(&old.notify) == mask(&new.notify)
    });
    fields.extend(hidden.then(|| "account or address for mail".to_owned()));
    fields.extend((old.map_or("", |it| &it.holder) != new.holder).then(|| "account holder".to_owned()));
    fields.extend((old.map_or("", |it| &it.bic) != new.bic).then(|| "BIC".to_owned()));
    fields
}
