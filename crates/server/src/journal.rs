//! The journal of a month as a file for a bookkeeping program: a line for each account, partner and day, balanced.

use std::collections::HashMap;

use referee_core::config::Config;
use referee_core::id::PartnerId;
use referee_core::money::Money;
use referee_core::row::Account;
use referee_engine::books::reads::JournalLine;
use referee_engine::intake::amount::decimal;
use referee_engine::settings::AccountCodes;

use crate::console::format;
use crate::console::table::line;

const COLUMNS: [&str; 10] =
    ["Date", "Account", "Account name", "Partner id", "Partner", "Program", "Currency", "Debit", "Credit", "Text"];

/// What the accounts are called in the words of bookkeeping.
pub fn account_name(account: Account) -> &'static str {
    match account {
        Account::Cost => "Partner payouts",
        Account::Pending => "Accrued payouts",
        Account::Locked => "Payouts payable",
        Account::Paid => "Payments to partners",
        Account::Correction => "Corrections of payouts",
        Account::Bonus => "Partner bonuses",
        Account::Fee => "Partner fees",
    }
}

/// What happened where money went into an account, and where it went out.
fn happened(account: Account) -> (&'static str, &'static str) {
    match account {
        Account::Cost => ("Reversed", "Earned"),
        Account::Pending => ("Earned", "Locked or reversed"),
        Account::Locked => ("Locked or corrected upwards", "Paid or corrected downwards"),
        Account::Paid => ("Paid", "Payment taken back"),
        Account::Correction => ("Corrected downwards", "Corrected upwards"),
        Account::Bonus => ("Bonus taken back", "Bonus"),
        Account::Fee => ("Fee taken back", "Fee"),
    }
}

pub struct Journal<'a> {
    pub config: &'a Config,
    pub names: &'a HashMap<PartnerId, String>,
    pub codes: &'a AccountCodes,
}

impl Journal<'_> {
    /// What goes out of an account is its debit, what goes in its credit: the brand owes what a partner has.
    pub fn csv(&self, lines: &[JournalLine]) -> String {
        let mut out = String::new();
        line(&mut out, COLUMNS.into_iter());
        for it in lines {
            let (came, went) = happened(it.key.account);
            if it.money_out != Money::ZERO {
                self.write(&mut out, it, [Some(it.money_out), None], &text(went, it.entries_out));
            }
            if it.money_in != Money::ZERO {
                self.write(&mut out, it, [None, Some(it.money_in)], &text(came, it.entries_in));
            }
        }
        out
    }

    fn write(&self, out: &mut String, it: &JournalLine, sides: [Option<Money>; 2], text: &str) {
        let key = &it.key;
        let program = self.config.programs.get(&key.program).map(|it| it.name.clone());
        let [debit, credit] = sides.map(|side| side.map(|amount| decimal(amount, key.currency)).unwrap_or_default());
        let cells = [
            format::day(it.day),
            self.codes.code(key.account).to_owned(),
            account_name(key.account).to_owned(),
            key.partner.to_string(),
            self.names.get(&key.partner).cloned().unwrap_or_default(),
            program.unwrap_or_else(|| key.program.to_string()),
            key.currency.to_string(),
            debit,
            credit,
            text.to_owned(),
        ];
        line(out, cells.iter().map(String::as_str));
    }
}

fn text(what: &str, entries: u64) -> String {
    if entries == 1 { format!("{what}: 1 entry") } else { format!("{what}: {entries} entries") }
}
