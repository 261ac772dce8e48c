//! Sums and months as a bookkeeper reckons them on paper.

use referee_core::fact::Item;
use referee_core::money::{Currency, Money};

/// `amount * part / whole`, to the nearest of what can be paid, a half away from zero.
pub fn portion(amount: Money, part: i64, whole: i64, currency: Currency) -> Money {
    if whole == 0 {
        return Money::ZERO;
    }
    let unit = 10_i128.pow(6 - currency.digits());
    let (exact, step) = (i128::from(amount.0) * i128::from(part), i128::from(whole) * unit);
    let (exact, step) = if step < 0 { (-exact, -step) } else { (exact, step) };
    let half_up = (2 * exact.abs() + step) / (2 * step) * unit;
    Money(i64::try_from(half_up * exact.signum()).unwrap_or(i64::MAX))
}

pub fn sum_of(items: &[Item]) -> Money {
    Money(items.iter().map(|it| it.amount.0).sum())
}

/// Items that come to another amount: each in proportion, and the last has what is left.
pub fn spread(items: &[Item], amount: Money, currency: Currency) -> Vec<Item> {
    let (before, mut left) = (sum_of(items), amount);
    let mut after = items.to_vec();
    if let Some((last, others)) = after.split_last_mut() {
        for item in others {
            item.amount = portion(amount, item.amount.0, before.0, currency).min(left);
            left = left.minus(item.amount);
        }
        last.amount = left;
    }
    after
}

/// The first day of a day's month, both in days since 1970: by counting through the years.
pub fn first_of_month(day: i64) -> i64 {
    let (mut first, mut year) = (0, 1970);
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for length in [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < first + length {
                return first;
            }
            first += length;
        }
        year += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_counted_through() {
        // 29 February 2028, and the day after it.
        assert_eq!((first_of_month(21_243), first_of_month(21_244)), (21_215, 21_244));
    }

    #[test]
    fn a_half_goes_away_from_zero() {
        let eur = Currency(*b"EUR");
        assert_eq!(portion(Money(10_000), 1, 2, eur), Money(10_000));
        assert_eq!(portion(Money(-10_000), 1, 2, eur), Money(-10_000));
        assert_eq!(portion(Money(14_999), 1, 1, eur), Money(10_000));
    }
}
