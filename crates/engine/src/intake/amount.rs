//! Decimal text as exact money.

use referee_core::money::{Currency, MICROS, Money};

/// Codes in use, of ISO 4217.
const CURRENCIES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
    BZD CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ \
    GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR \
    RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH \
    UGX USD UYU UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

pub fn currency(text: &str) -> Option<Currency> {
    let code = text.trim().to_ascii_uppercase();
    let known = CURRENCIES.split_whitespace().any(|it| it == code);
    if known { code.as_bytes().try_into().ok().map(Currency) } else { None }
}

/// Why an amount can't be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    #[error("it is not a decimal number such as 129.90")]
    NotANumber,
    #[error("it is negative; report returns as changes of the action")]
    Negative,
    #[error("it is above a thousand million")]
    TooLarge,
    #[error("it has more than six decimals")]
    TooPrecise,
}

/// Exact: no figure passes through a float.
pub fn amount(text: &str) -> Result<Money, BadAmount> {
    let text = text.trim();
    if let Some(positive) = text.strip_prefix('-') {
        return match amount(positive) {
            Ok(Money::ZERO) => Ok(Money::ZERO),
            Ok(_) => Err(BadAmount::Negative),
            Err(error) => Err(error),
        };
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && decimals.is_empty()) || !digits(whole) || !digits(decimals) {
        return Err(BadAmount::NotANumber);
    }
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 6 {
        return Err(BadAmount::TooPrecise);
    }
    let whole = whole.trim_start_matches('0');
    if whole.len() > 10 {
        return Err(BadAmount::TooLarge);
    }
    let number = |part: &str| part.parse::<i64>().unwrap_or(0);
    let micros = number(whole) * MICROS + number(&format!("{decimals:0<6}"));
    if Money(micros) > Money::ORDER_MAX { Err(BadAmount::TooLarge) } else { Ok(Money(micros)) }
}

/// As text with the digits a currency has, and more only where they are needed.
pub fn decimal(amount: Money, currency: Currency) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let (major, micros) = (amount.0.unsigned_abs() / 1_000_000, amount.0.unsigned_abs() % 1_000_000);
    let decimals = format!("{micros:06}");
    let needed = decimals.trim_end_matches('0').len().max(currency.digits() as usize);
    match &decimals[..needed] {
        "" => format!("{sign}{major}"),
        decimals => format!("{sign}{major}.{decimals}"),
    }
}

/// `€1,234.50` to read; other currencies by their code.
pub fn shown(amount: Money, currency: Currency) -> String {
    let text = decimal(amount, currency);
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("−", digits),
        None => ("", text.as_str()),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let point = if decimals.is_empty() { "" } else { "." };
    let symbol = match currency.as_str() {
        "EUR" => "€".to_owned(),
        "USD" => "$".to_owned(),
        "GBP" => "£".to_owned(),
        code => format!("{code} "),
    };
    format!("{sign}{symbol}{}{point}{decimals}", grouped(whole))
}

/// `1,234,567`.
pub fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        for (text, expected) in [
            ("129.90", Ok(129_900_000)),
            (" 0.004 ", Ok(4_000)),
            ("+7", Ok(7_000_000)),
            (".5", Ok(500_000)),
            ("5.", Ok(5_000_000)),
            ("1.0000000", Ok(1_000_000)),
            ("-0.00", Ok(0)),
            ("1000000000", Ok(1_000_000_000_000_000)),
            ("1000000000.01", Err(BadAmount::TooLarge)),
            ("99999999999999999999", Err(BadAmount::TooLarge)),
            ("-5", Err(BadAmount::Negative)),
            ("1.2345678", Err(BadAmount::TooPrecise)),
            ("", Err(BadAmount::NotANumber)),
            (".", Err(BadAmount::NotANumber)),
            ("1,299.00", Err(BadAmount::NotANumber)),
            ("1e9", Err(BadAmount::NotANumber)),
            ("NaN", Err(BadAmount::NotANumber)),
            ("٣", Err(BadAmount::NotANumber)),
        ] {
            assert_eq!(amount(text).map(|money| money.0), expected, "{text}");
        }
    }

    #[test]
    fn currencies_are_known_codes() {
        assert_eq!(currency("eur"), Some(Currency(*b"EUR")));
        assert_eq!((currency("EURO"), currency("XXX"), currency("")), (None, None, None));
    }

    #[test]
    fn money_is_written_as_its_currency_needs() {
        let eur = Currency(*b"EUR");
        assert_eq!(decimal(Money(20_230_000), eur), "20.23");
        assert_eq!(decimal(Money(-4_000), eur), "-0.004");
        assert_eq!(decimal(Money(5 * MICROS), Currency(*b"JPY")), "5");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(micros in 0..Money::ORDER_MAX.0) {
            prop_assert_eq!(amount(&decimal(Money(micros), Currency(*b"EUR"))), Ok(Money(micros)));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            _ = amount(&text);
        }
    }
}
