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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_amounts_that_a_currency_can_pay() {
        let (eur, jpy) = (Currency(*b"EUR"), Currency(*b"JPY"));
        assert_eq!(threshold("eur", "25.5"), Ok((eur, Money(25_500_000))));
        for (code, text) in [("EURO", "1"), ("EUR", "-1"), ("EUR", "0.001"), ("JPY", "1.5"), ("EUR", "much")] {
            assert!(threshold(code, text).is_err(), "{code} {text}");
        }
        let set = rules(true, vec![(jpy, Money(1_000_000)), (eur, Money::ZERO)], Some(28)).expect("they are sound");
        assert_eq!(set.thresholds, [(jpy, Money(1_000_000))], "nothing at all is no threshold");
        assert!(rules(false, vec![(eur, Money(1)), (eur, Money(2))], None).is_err());
        assert!(rules(false, vec![], Some(0)).is_err() && rules(false, vec![], Some(29)).is_err());
    }
}
