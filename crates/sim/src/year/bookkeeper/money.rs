//! Sums and months as a bookkeeper reckons them on paper.

use referee_core::fact::Item;
use referee_core::money::{Currency, Money};

use super::order::WHOLE;

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

/// An amount by shares in millionths that come to all of it. Each part ends where the shares up to it do, cut to what can be
/// paid, so that the last takes what rounding leaves.
pub fn split(amount: Money, shares: &[u32], currency: Currency) -> Vec<Money> {
    let (mut share, mut given) = (0, Money::ZERO);
    let mut parts = Vec::new();
    for it in shares {
        share += it;
        let up_to = if share == WHOLE { amount } else { cut(amount, share, currency) };
        parts.push(up_to.minus(given));
        given = up_to;
    }
    parts
}

/// Items by shares: each part has every item in its full number, with its share of the item's amount. What the cuts leave
/// over fills the parts one after the other, until each part has its share of the items' sum.
pub fn split_items(items: &[Item], shares: &[u32], currency: Currency) -> Vec<Vec<Item>> {
    if shares.len() == 1 {
        return vec![items.to_vec()];
    }
    let mut left: Vec<Money> = items.iter().map(|it| it.amount).collect();
    let mut parts = Vec::new();
    for share in shares {
        let mut part = items.to_vec();
        for (item, left) in part.iter_mut().zip(&mut left) {
            item.amount = cut(item.amount, *share, currency);
            *left = left.minus(item.amount);
        }
        parts.push(part);
    }
    for (part, wanted) in parts.iter_mut().zip(split(sum_of(items), shares, currency)) {
        let mut lacks = wanted.minus(sum_of(part));
        for (item, left) in part.iter_mut().zip(&mut left) {
            let more = lacks.min(*left);
            item.amount = item.amount.plus(more);
            (lacks, *left) = (lacks.minus(more), left.minus(more));
        }
    }
    parts
}

/// So many millionths, down to what can be paid.
fn cut(amount: Money, share: u32, currency: Currency) -> Money {
    let unit = 10_i64.pow(6 - currency.digits());
    let exact = i128::from(amount.0) * i128::from(share) / i128::from(WHOLE);
    Money(i64::try_from(exact).unwrap_or(i64::MAX) / unit * unit)
}

/// The first day of a day's month, both in days since 1970: by counting through the years.
pub fn first_of_month(day: i64) -> i64 {
    months_until(day).1
}

pub fn first_of_year(day: i64) -> i64 {
    months_until(day).0
}

/// The first days of the year and of the month that a day is in.
fn months_until(day: i64) -> (i64, i64) {
    let (mut first, mut year) = (0, 1970);
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let begins = first;
        for length in [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if day < first + length {
                return (begins, first);
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
        assert_eq!((first_of_year(21_243), first_of_year(0), first_of_year(364)), (21_184, 0, 0));
    }

    #[test]
    fn parts_add_up_item_by_item() {
        let eur = Currency(*b"EUR");
        let item = |amount| Item { amount: Money(amount), ..Item::default() };
        let thirds = [333_333, 333_333, 333_334];
        assert_eq!(split(Money(50_000), &thirds, eur), [10_000, 20_000, 20_000].map(Money));
        let parts = split_items(&[item(20_000), item(30_000)], &thirds, eur);
        let amounts: Vec<Vec<i64>> = parts.iter().map(|part| part.iter().map(|it| it.amount.0).collect()).collect();
        assert_eq!(amounts, [[10_000, 0], [10_000, 10_000], [0, 20_000]]);
    }

    #[test]
    fn a_half_goes_away_from_zero() {
        let eur = Currency(*b"EUR");
        assert_eq!(portion(Money(10_000), 1, 2, eur), Money(10_000));
        assert_eq!(portion(Money(-10_000), 1, 2, eur), Money(-10_000));
        assert_eq!(portion(Money(14_999), 1, 1, eur), Money(10_000));
    }
}
