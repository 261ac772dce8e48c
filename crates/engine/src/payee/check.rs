//! From what is typed in a form to details that can be kept, with every fault named at its field.

use referee_core::money::Currency;

use super::country::is_known;
use super::fault::{DetailFault, Fault};
use super::iban::{check_iban, check_sepa_iban, compact, is_bic, looks_like_iban};
use super::vat_id::{self, is_vat_id};
use super::{Method, MethodKind, Party, Payer, Tax, TaxStatus};
use crate::intake::amount::currency;

/// The fields of a form with what was typed into them.
pub type Typed<'a> = &'a [(String, String)];

/// As banks limit a name.
const NAME_CHARS_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 70;
const POSTCODE_CHARS_MAX: usize = 16;
const CITY_CHARS_MAX: usize = 35;
const EMAIL_CHARS_MAX: usize = 254;
const REFERENCE_CHARS_MAX: usize = 140;
const PREFIX_CHARS_MAX: usize = 10;
/// Half of the amount: more than any country charges.
const RATE_PPM_MAX: u32 = 500_000;

/// What PayPal pays out in. HUF and TWD are left out: it takes them without the decimals that they have.
const PAYPAL_CURRENCIES: [&str; 22] = [
    "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "ILS", "JPY", "MXN", "MYR", "NOK", "NZD",
    "PHP", "PLN", "SEK", "SGD", "THB", "USD",
];

/// Reads fields one after the other and keeps what is wrong with them.
struct Reader<'a> {
    typed: Typed<'a>,
    faults: Vec<Fault>,
}

impl<'a> Reader<'a> {
    fn new(typed: Typed<'a>) -> Reader<'a> {
        Reader { typed, faults: Vec::new() }
    }

    fn get(&self, field: &str) -> &'a str {
        self.typed.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text.trim())
    }

    fn fault(&mut self, field: &'static str, reason: DetailFault) {
        self.faults.push(Fault { field, reason });
    }

    fn check(&mut self, field: &'static str, fine: bool, reason: DetailFault) {
        if !fine {
            self.fault(field, reason);
        }
    }

    /// A line of text. Signs that control a terminal or end a line have no place in a name.
    fn text(&mut self, field: &'static str, most: usize) -> String {
        let text: String = self.get(field).chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        self.check(field, text.chars().count() <= most, DetailFault::TextTooLong);
        text
    }

    fn needed(&mut self, field: &'static str, most: usize) -> String {
        let text = self.text(field, most);
        self.check(field, !text.is_empty(), DetailFault::TextMissing);
        text
    }

    fn country(&mut self, field: &'static str) -> String {
        let country = self.get(field).to_uppercase();
        self.check(field, is_known(&country), DetailFault::CountryUnknown);
        country
    }

    fn done<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() { Ok(value) } else { Err(self.faults) }
    }
}

pub fn check_party(typed: Typed<'_>) -> Result<Party, Vec<Fault>> {
    let mut reader = Reader::new(typed);
    let party = party(&mut reader);
    reader.done(party)
}

fn party(reader: &mut Reader<'_>) -> Party {
    let name = reader.needed("name", NAME_CHARS_MAX);
    let lines = [reader.needed("line_1", LINE_CHARS_MAX), reader.text("line_2", LINE_CHARS_MAX)];
    Party {
        name,
        lines: lines.into_iter().filter(|line| !line.is_empty()).collect(),
        postcode: reader.text("postcode", POSTCODE_CHARS_MAX),
        city: reader.needed("city", CITY_CHARS_MAX),
        country: reader.country("country"),
    }
}

/// The brand says the rate; without one in the form, that of before stays.
pub fn check_tax(typed: Typed<'_>, rate_before: u32) -> Result<Tax, Vec<Fault>> {
    let mut reader = Reader::new(typed);
    let status = TaxStatus::ALL.into_iter().find(|it| it.code() == reader.get("tax_status"));
    if status.is_none() {
        reader.fault("tax_status", DetailFault::TaxStatusMissing);
    }
    let country = reader.country("tax_country");
    let vat_id = vat_id::compact(reader.get("vat_id"));
    match status {
        Some(TaxStatus::Registered) if is_known(&country) => {
            reader.check("vat_id", is_vat_id(&vat_id, &country), DetailFault::VatIdForm);
        }
        Some(TaxStatus::Unregistered | TaxStatus::Private) => {
            reader.check("vat_id", vat_id.is_empty(), DetailFault::VatIdUnexpected);
        }
        _ => {}
    }
    let rate_ppm = match reader.get("vat_rate") {
        "" => Some(rate_before),
        text => rate(text),
    };
    reader.check("vat_rate", rate_ppm.is_some(), DetailFault::RateForm);
    let tax = Tax {
        status: status.unwrap_or(TaxStatus::Private),
        country,
        vat_id,
        small_business: !reader.get("small_business").is_empty(),
        rate_ppm: rate_ppm.unwrap_or(rate_before),
        self_billing: !reader.get("self_billing").is_empty(),
    };
    reader.done(tax)
}

/// Per cent with up to four decimals, in millionths.
fn rate(text: &str) -> Option<u32> {
    let text = text.trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 2 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
        return None;
    }
    let ppm: u32 = format!("{whole}{decimals:0<4}").parse().ok()?;
    (ppm <= RATE_PPM_MAX).then_some(ppm)
}

/// An account that is left empty stays as it was, if the way of payment does: it is never sent back to a browser.
pub fn check_method(typed: Typed<'_>, before: Option<&Method>) -> Result<Method, Vec<Fault>> {
    let mut reader = Reader::new(typed);
    let kind = MethodKind::ALL.into_iter().find(|it| it.code() == reader.get("method"));
    let Some(kind) = kind else {
        reader.fault("method", DetailFault::MethodMissing);
        return Err(reader.faults);
    };
    let same = before.filter(|it| it.kind == kind);
    let account = match (reader.get("account"), same) {
        ("", Some(before)) => before.account.clone(),
        _ => account(&mut reader, kind),
    };
    let bic = match kind {
        MethodKind::Sepa => bic(&mut reader),
        _ => String::new(),
    };
    let holder = match kind {
        MethodKind::Sepa | MethodKind::Wise => reader.needed("holder", NAME_CHARS_MAX),
        MethodKind::PayPal | MethodKind::Other => reader.text("holder", NAME_CHARS_MAX),
    };
    let paid_in = currency(reader.get("currency"));
    reader.check("currency", paid_in.is_some(), DetailFault::CurrencyUnknown);
    if let Some(reason) = paid_in.and_then(|currency| not_carried(kind, currency)) {
        reader.fault("currency", reason);
    }
    let notify = reader.get("notify").to_owned();
    reader.check("notify", is_email(&notify), DetailFault::EmailForm);
    reader.done(Method { kind, account, bic, holder, currency: paid_in.unwrap_or_default(), notify })
}

/// Why a way of payment can't carry a currency. What Wise carries depends on the country, and its own form says it.
fn not_carried(kind: MethodKind, currency: Currency) -> Option<DetailFault> {
    match kind {
        MethodKind::Sepa => (currency.as_str() != "EUR").then_some(DetailFault::CurrencyNotEuro),
        MethodKind::PayPal => {
            (!PAYPAL_CURRENCIES.contains(&currency.as_str())).then_some(DetailFault::CurrencyNotPayPal)
        }
        MethodKind::Wise | MethodKind::Other => None,
    }
}

fn account(reader: &mut Reader<'_>, kind: MethodKind) -> String {
    let typed = reader.get("account");
    if typed.is_empty() {
        reader.fault("account", DetailFault::TextMissing);
        return String::new();
    }
    let (account, checked) = match kind {
        MethodKind::Sepa => {
            let iban = compact(typed);
            let checked = check_sepa_iban(&iban);
            (iban, checked)
        }
        MethodKind::PayPal if typed.contains('@') => (typed.to_owned(), email(typed, DetailFault::PayPalForm)),
        MethodKind::PayPal => (typed.to_owned(), fine(is_payer_id(typed), DetailFault::PayPalForm)),
        MethodKind::Wise if typed.contains('@') => (typed.to_owned(), email(typed, DetailFault::AccountForm)),
        MethodKind::Wise => {
            let account = compact(typed);
            let checked = if looks_like_iban(&account) {
                check_iban(&account)
            } else {
                fine(is_account_number(&account), DetailFault::AccountForm)
            };
            (account, checked)
        }
        MethodKind::Other => return reader.needed("account", REFERENCE_CHARS_MAX),
    };
    if let Err(reason) = checked {
        reader.fault("account", reason);
    }
    account
}

fn fine(is_so: bool, reason: DetailFault) -> Result<(), DetailFault> {
    if is_so { Ok(()) } else { Err(reason) }
}

fn email(text: &str, reason: DetailFault) -> Result<(), DetailFault> {
    fine(is_email(text), reason)
}

fn bic(reader: &mut Reader<'_>) -> String {
    let bic = compact(reader.get("bic"));
    reader.check("bic", bic.is_empty() || is_bic(&bic), DetailFault::BicForm);
    bic
}

pub fn check_payer(typed: Typed<'_>) -> Result<Payer, Vec<Fault>> {
    let mut reader = Reader::new(typed);
    let party = party(&mut reader);
    let vat_id = vat_id::compact(reader.get("vat_id"));
    let fits = vat_id.is_empty() || !is_known(&party.country) || is_vat_id(&vat_id, &party.country);
    reader.check("vat_id", fits, DetailFault::VatIdForm);
    let iban = compact(reader.get("iban"));
    if !iban.is_empty()
        && let Err(reason) = check_sepa_iban(&iban)
    {
        reader.fault("iban", reason);
    }
    let bic = bic(&mut reader);
    let prefix = reader.get("prefix").to_owned();
    let plain = prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    reader.check("prefix", plain && prefix.len() <= PREFIX_CHARS_MAX, DetailFault::PrefixForm);
    reader.done(Payer { party, vat_id, iban, bic, prefix })
}

/// The form that mail servers take in practice. It begins with no sign that a spreadsheet takes for a formula.
fn is_email(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"(),:;<>[]\\".contains(&byte));
    let Some((name, domain)) = text.split_once('@') else { return false };
    let begins = name.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '_');
    let label = |it: &str| !it.is_empty() && !it.starts_with('-') && !it.ends_with('-');
    let host = domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    let domain = host && domain.contains('.') && domain.split('.').all(label);
    plain && begins && domain && name.len() <= 64 && text.len() <= EMAIL_CHARS_MAX
}

fn is_payer_id(text: &str) -> bool {
    text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

fn is_account_number(text: &str) -> bool {
    (4..=34).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
