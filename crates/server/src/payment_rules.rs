//! How a brand pays, as forms and the API say it, checked in one place.

use referee_core::money::{Currency, Money};
use referee_core::program::PaymentRules;
use referee_engine::intake::amount::{amount, currency};

/// The last day that every month has.
pub const DAY_MAX: u8 = 28;
/// One for each currency that a brand's programs could have.
const THRESHOLDS_MAX: usize = 50;

/// A threshold as it is typed.
pub fn threshold(code: &str, text: &str) -> Result<(Currency, Money), String> {
    let currency = currency(code).ok_or_else(|| format!("{code} is no known currency."))?;
    let amount = amount(text).map_err(|error| format!("The threshold in {currency} can't be taken: {error}."))?;
    if amount.rounded(currency) == amount {
        Ok((currency, amount))
    } else {
        Err(format!("The threshold has more decimals than {currency}."))
    }
}

/// Sorted, without those that ask for nothing.
pub fn rules(
    two_persons: bool,
    mut thresholds: Vec<(Currency, Money)>,
    day_of_month: Option<u8>,
) -> Result<PaymentRules, String> {
    thresholds.sort();
    thresholds.retain(|(_, amount)| *amount > Money::ZERO);
    if thresholds.len() > THRESHOLDS_MAX {
        return Err("There are more than 50 thresholds.".into());
    }
    if thresholds.windows(2).any(|two| two[0].0 == two[1].0) {
        return Err("A currency has one threshold.".into());
    }
    if day_of_month.is_some_and(|day| !(1..=DAY_MAX).contains(&day)) {
        return Err("The day of the month is from 1 to 28, which every month has.".into());
    }
    Ok(PaymentRules { two_persons, thresholds, day_of_month })
}
