//! Who is paid, and how: a partner's legal name, tax status and account, and the brand's own side of a payment.
//!
//! None of this is a fact. It lies sealed in the settings, is never printed, and is shown to the brand masked.

mod check;
mod country;
mod fault;
mod iban;
mod vat_id;

#[cfg(test)]
mod tests;

use std::fmt;

use referee_core::money::Currency;
use referee_core::time::Timestamp;
use serde::{Deserialize, Serialize};

pub use check::{Typed, check_method, check_party, check_payer, check_tax};
pub use country::{is_in_eu, is_in_sepa_without_eea};
pub use fault::{DetailFault, Fault};
pub(crate) use iban::looks_like_iban;

/// Days for which nothing is paid after an account was changed: time for whoever was robbed of it to read the mail.
pub const HOLD_DAYS: u32 = 7;

/// What is known of a partner that is to be paid. Each part is given by itself, and payment needs all three.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    pub party: Option<Party>,
    pub tax: Option<Tax>,
    pub method: Option<Method>,
}

/// A person or company by its legal name, where mail reaches it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub name: String,
    pub lines: Vec<String>,
    pub postcode: String,
    pub city: String,
    /// Two letters of ISO 3166.
    pub country: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TaxStatus {
    /// A business that is registered for VAT.
    Registered,
    /// A business that is not.
    Unregistered,
    Private,
}

impl TaxStatus {
    pub const ALL: [TaxStatus; 3] = [TaxStatus::Registered, TaxStatus::Unregistered, TaxStatus::Private];

    pub fn code(self) -> &'static str {
        match self {
            TaxStatus::Registered => "registered",
            TaxStatus::Unregistered => "unregistered",
            TaxStatus::Private => "private",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            TaxStatus::Registered => "Business with a VAT id",
            TaxStatus::Unregistered => "Business without a VAT id",
            TaxStatus::Private => "Private person",
        }
    }
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    pub status: TaxStatus,
    /// Where it is liable for tax.
    pub country: String,
    /// Empty unless it is registered.
    pub vat_id: String,
    /// Below its country's threshold: it charges no VAT.
    pub small_business: bool,
    /// What the brand adds where VAT is due, in millionths. The brand's choice, not the partner's.
    pub rate_ppm: u32,
    /// The brand may write the invoice for the partner.
    pub self_billing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MethodKind {
    Sepa,
    PayPal,
    Wise,
    Other,
}

impl MethodKind {
    pub const ALL: [MethodKind; 4] = [MethodKind::Sepa, MethodKind::PayPal, MethodKind::Wise, MethodKind::Other];

    pub fn code(self) -> &'static str {
        match self {
            MethodKind::Sepa => "sepa",
            MethodKind::PayPal => "paypal",
            MethodKind::Wise => "wise",
            MethodKind::Other => "other",
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            MethodKind::Sepa => "Bank transfer (SEPA)",
            MethodKind::PayPal => "PayPal",
            MethodKind::Wise => "Wise",
            MethodKind::Other => "Another way",
        }
    }
}

/// Where the money goes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Method {
    pub kind: MethodKind,
    /// An IBAN; an e-mail address or payer id; an IBAN, account number or e-mail address; or a free reference.
    pub account: String,
    /// Empty if the bank is found by the IBAN, and for all but a bank.
    pub bic: String,
    pub holder: String,
    #[serde(with = "currency_text")]
    pub currency: Currency,
    /// Where mail about payments goes. A change of any of this is announced to the address that stood here before.
    pub notify: String,
}

/// The brand's own side of its payments: whom documents name, and the account that is debited.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payer {
    pub party: Party,
    pub vat_id: String,
    /// Empty, and there are no SEPA files.
    pub iban: String,
    pub bic: String,
    /// What stands before the number of each document, such as `RE-`.
    pub prefix: String,
}

/// Why a partner can't be paid now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentBlock {
    DetailsMissing,
    TaxStatusMissing,
    AccountMissing,
    AccountChanged { until: Timestamp },
}

impl PaymentBlock {
    pub fn code(self) -> &'static str {
        match self {
            PaymentBlock::DetailsMissing => "DETAILS_MISSING",
            PaymentBlock::TaxStatusMissing => "TAX_STATUS_MISSING",
            PaymentBlock::AccountMissing => "ACCOUNT_MISSING",
            PaymentBlock::AccountChanged { .. } => "ACCOUNT_CHANGED",
        }
    }

    /// Without the moment, which whoever shows it writes in a zone of its own.
    pub fn sentence(self) -> &'static str {
        match self {
            PaymentBlock::DetailsMissing => "No payment yet: the legal name and address are missing.",
            PaymentBlock::TaxStatusMissing => "No payment yet: the tax status is missing.",
            PaymentBlock::AccountMissing => "No payment yet: it is not said where the money goes.",
            PaymentBlock::AccountChanged { .. } => {
                "The account was changed less than seven days ago: no payment before"
            }
        }
    }
}

impl Payee {
    /// What of it is missing, in the order in which it is asked for.
    pub fn missing(&self) -> Option<PaymentBlock> {
        match self {
            Payee { party: None, .. } => Some(PaymentBlock::DetailsMissing),
            Payee { tax: None, .. } => Some(PaymentBlock::TaxStatusMissing),
            Payee { method: None, .. } => Some(PaymentBlock::AccountMissing),
            _ => None,
        }
    }
}

impl Method {
    /// Enough to know it again, too little to use it.
    pub fn masked(&self) -> String {
        mask(&self.account)
    }
}

/// `DE…3000` or `j…@example.com`.
pub fn mask(account: &str) -> String {
    let first = |text: &str, count: usize| text.chars().take(count).collect::<String>();
    if let Some((name, domain)) = account.rsplit_once('@') {
        return format!("{}…@{domain}", first(name, 1));
    }
    let length = account.chars().count();
    if length < 8 {
        return "…".into();
    }
    let last: String = account.chars().skip(length - 4).collect();
    format!("{}…{last}", first(account, 2))
}

/// Nothing of a person or an account is ever printed by accident.
macro_rules! silent {
    ($($kind:ident),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($kind), "(…)"))
            }
        }
    )*};
}

silent!(Payee, Party, Tax, Method, Payer);

pub(crate) mod currency_text {
    use referee_core::money::Currency;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(currency.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.as_bytes().try_into().map(Currency).map_err(|_| D::Error::custom("a currency has three letters"))
    }
}
