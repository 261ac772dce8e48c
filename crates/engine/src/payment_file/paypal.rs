//! PayPal's payouts by file: no header, one currency, recipient, amount, currency, customer id, note and wallet.

use super::{Checked, FileFault, FileReason, csv};

const NOTE_CHARS_MAX: usize = 400;

pub fn write(entries: &[Checked<'_>]) -> Result<String, Vec<FileFault>> {
    if entries.windows(2).any(|two| two[0].entry.currency != two[1].entry.currency) {
        return Err(vec![FileFault::of_file(FileReason::SeveralCurrencies)]);
    }
    let mut out = String::new();
    for it in entries {
        let note: String = it.entry.text.chars().take(NOTE_CHARS_MAX).collect();
        let currency = it.entry.currency;
        let cells = [&it.method.account, &it.amount(), currency.as_str(), &it.entry.payment, note.trim(), "PAYPAL"];
        csv::write_line(&mut out, cells);
    }
    Ok(out)
}
