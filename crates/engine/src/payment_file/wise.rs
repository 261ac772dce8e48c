//! Wise's batch payments: the recipient gets the exact amount, at its bank account or by its e-mail address.

use super::{Checked, csv};
use crate::payee::{TaxStatus, looks_like_iban};

const COLUMNS: [&str; 15] = [
    "name",
    "recipientEmail",
    "paymentReference",
    "receiverType",
    "amountCurrency",
    "amount",
    "sourceCurrency",
    "targetCurrency",
    "type",
    "IBAN",
    "accountNumber",
    "addressCountryCode",
    "addressCity",
    "addressFirstLine",
    "addressPostCode",
];

pub fn write(entries: &[Checked<'_>]) -> String {
    let mut out = String::new();
    csv::write_line(&mut out, COLUMNS);
    for it in entries {
        let account = it.method.account.as_str();
        let (kind, email, iban, number) = match account {
            _ if account.contains('@') => ("EMAIL", account, "", ""),
            _ if looks_like_iban(account) => ("IBAN", "", account, ""),
            _ => ("ACCOUNT", "", "", account),
        };
        let private = it.entry.payee.tax.as_ref().is_some_and(|tax| tax.status == TaxStatus::Private);
        let (amount, currency) = (it.amount(), it.entry.currency);
        csv::write_line(
            &mut out,
            [
                it.method.holder.as_str(),
                email,
                &it.entry.payment,
                if private { "PERSON" } else { "INSTITUTION" },
                "target",
                &amount,
                currency.as_str(),
                currency.as_str(),
                kind,
                iban,
                number,
                &it.party.country,
                &it.party.city,
                it.party.lines.first().map_or("", String::as_str),
                &it.party.postcode,
            ],
        );
    }
    out
}
