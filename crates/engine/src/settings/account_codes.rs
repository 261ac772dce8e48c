//! What a brand's own books call the accounts of the ledger, for the journal.

use std::collections::BTreeMap;

use referee_core::id::BrandId;
use referee_core::row::Account;

use crate::error::{Error, Result};

use super::{Settings, set_value, value};

/// Longer than the codes of any bookkeeping program.
pub const CODE_LETTERS_MAX: usize = 20;

/// The code of each account: the brand's own, or one to begin with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountCodes {
    own: BTreeMap<Account, String>,
}

impl AccountCodes {
    pub fn code(&self, account: Account) -> &str {
        self.own.get(&account).map_or(usual_code(account), String::as_str)
    }

    /// False: it is no code, and nothing was changed. An empty text takes the brand's own away.
    pub fn set(&mut self, account: Account, code: &str) -> bool {
        match code.trim() {
            "" => _ = self.own.remove(&account),
            code if is_code(code) => _ = self.own.insert(account, code.to_owned()),
            _ => return false,
        }
        true
    }

    fn to_text(&self) -> String {
        self.own.iter().map(|(account, code)| format!("{} {code}\n", *account as u8)).collect()
    }

    fn of_text(text: &str) -> AccountCodes {
        let own = text.lines().filter_map(|line| {
            let (number, code) = line.split_once(' ')?;
            let account = Account::ALL.into_iter().find(|it| number.parse() == Ok(*it as u8))?;
            Some((account, code.to_owned()))
        });
        AccountCodes { own: own.collect() }
    }
}

/// As small charts of accounts number them.
fn usual_code(account: Account) -> &'static str {
    match account {
        Account::Cost => "6000",
        Account::Pending => "2100",
        Account::Locked => "2000",
        Account::Paid => "1000",
        Account::Correction => "6010",
        Account::Bonus => "6020",
        Account::Fee => "6030",
    }
}

/// Such as `6000`, `4-1200` or `AP.PARTNERS`: nothing that a spreadsheet takes for a formula.
fn is_code(text: &str) -> bool {
    let inside = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | '/' | '_');
    text.len() <= CODE_LETTERS_MAX
        && text.starts_with(|it: char| it.is_ascii_alphanumeric())
        && text.chars().all(inside)
}

fn key(brand: BrandId) -> String {
    format!("account codes of brand {brand}")
}

impl Settings {
    pub fn account_codes(&self, brand: BrandId) -> Result<AccountCodes> {
        let found = self.ask("read the account codes", |db| value(db, &key(brand)))?.unwrap_or_default();
        let text = String::from_utf8(found).map_err(|error| Error::corrupt("read the account codes", error))?;
        Ok(AccountCodes::of_text(&text))
    }

    pub fn set_account_codes(&self, brand: BrandId, codes: &AccountCodes) -> Result<()> {
        let text = codes.to_text();
        self.change("keep the account codes", |db| set_value(db, &key(brand), text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kept_for_each_brand() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::open(folder.path()).unwrap();
        let mut codes = settings.account_codes(BrandId(1)).unwrap();
        assert_eq!((codes.code(Account::Cost), codes.code(Account::Paid)), ("6000", "1000"));
        assert!(codes.set(Account::Cost, " 4-1200 "));
        for wrong in ["=1+1", "a b", "-5", "ü", "123456789012345678901"] {
            assert!(!codes.set(Account::Cost, wrong), "{wrong}");
        }
        settings.set_account_codes(BrandId(1), &codes).unwrap();
        let kept = settings.account_codes(BrandId(1)).unwrap();
        assert_eq!((kept.code(Account::Cost), kept.code(Account::Paid)), ("4-1200", "1000"));
        assert_eq!(settings.account_codes(BrandId(2)).unwrap(), AccountCodes::default());
        assert!(codes.set(Account::Cost, ""));
        assert_eq!(codes.code(Account::Cost), "6000");
    }
}
