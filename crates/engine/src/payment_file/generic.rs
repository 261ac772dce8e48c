//! Every payment with all that is needed to make it by hand, whatever its way.

use super::{Checked, csv};
use crate::intake::amount::decimal;
use crate::intake::day::day_text;

const COLUMNS: [&str; 17] = [
    "payment",
    "partner",
    "name",
    "address",
    "postcode",
    "city",
    "country",
    "method",
    "account",
    "bic",
    "holder",
    "net",
    "tax",
    "amount",
    "currency",
    "text",
    "execution_date",
];

pub fn write(entries: &[Checked<'_>]) -> String {
    let mut out = String::new();
    csv::write_line(&mut out, COLUMNS);
    for it in entries {
        let (partner, address, amount) = (it.entry.partner.to_string(), it.party.lines.join(", "), it.amount());
        let (currency, day) = (it.entry.currency, day_text(it.entry.on));
        let (net, tax) = (decimal(it.entry.net, currency), decimal(it.entry.tax, currency));
        csv::write_line(
            &mut out,
            [
                it.entry.payment.as_str(),
                &partner,
                &it.party.name,
                &address,
                &it.party.postcode,
                &it.party.city,
                &it.party.country,
                it.method.kind.code(),
                &it.method.account,
                &it.method.bic,
                &it.method.holder,
                &net,
                &tax,
                &amount,
                currency.as_str(),
                &it.entry.text,
                &day,
            ],
        );
    }
    out
}
