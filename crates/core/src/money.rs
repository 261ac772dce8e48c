//! Money: whole millionths of the major unit, and the one rule that rounds it.

use std::fmt;

/// Three letters of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Currency(pub [u8; 3]);

impl Currency {
    /// Digits after the point that payments can carry.
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX"
            | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// The least that can be paid in it.
    pub fn smallest(self) -> Money {
        Money(10_i64.pow(6 - self.digits()))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in millionths of a currency's major unit. The currency stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(pub i64);

pub const MICROS: i64 = 1_000_000;

/// All of something, in millionths.
pub const WHOLE_PPM: u32 = 1_000_000;

impl Money {
    pub const ZERO: Money = Money(0);
    /// The largest amount an order may name: a thousand million major units.
    pub const ORDER_MAX: Money = Money(1_000_000_000 * MICROS);

    pub fn plus(self, other: Money) -> Money {
        Money(self.0.saturating_add(other.0))
    }

    pub fn minus(self, other: Money) -> Money {
        Money(self.0.saturating_sub(other.0))
    }

    pub fn negated(self) -> Money {
        Money(self.0.saturating_neg())
    }

    /// This amount at a rate in millionths, rounded to the currency's smallest unit.
    pub fn at_rate(self, rate_ppm: u32, currency: Currency) -> Money {
        rounded_quotient(i128::from(self.0) * i128::from(rate_ppm), MICROS.into(), currency)
    }

    /// The same, cut off after the currency's smallest unit: parts that are cut never come to more than the whole.
    pub fn cut_at_rate(self, rate_ppm: u32, currency: Currency) -> Money {
        let unit = unit(currency);
        let units = i128::from(self.0) * i128::from(rate_ppm) / (i128::from(MICROS) * unit);
        Money(i64::try_from(units * unit).unwrap_or(i64::MAX))
    }

    /// The share `part / whole` of this amount, rounded to the currency's smallest unit.
    pub fn share(self, part: i64, whole: i64, currency: Currency) -> Money {
        if whole == 0 {
            return Money::ZERO;
        }
        rounded_quotient(i128::from(self.0) * i128::from(part), whole.into(), currency)
    }

    /// `exact / whole` of a currency's millionths, rounded to its smallest unit.
    pub fn rounded_from(exact: i128, whole: i128, currency: Currency) -> Money {
        rounded_quotient(exact, whole, currency)
    }

    pub fn rounded(self, currency: Currency) -> Money {
        self.share(1, 1, currency)
    }
}

/// The currency's smallest unit in millionths.
fn unit(currency: Currency) -> i128 {
    10_i128.pow(6 - currency.digits())
}

/// `exact / whole` in the currency's smallest unit. The rounding rule of the house: to the nearest, and a half away
/// from zero. What is more than can be counted becomes the most that can, so that it is above every limit.
fn rounded_quotient(exact: i128, whole: i128, currency: Currency) -> Money {
    let unit = unit(currency).unsigned_abs();
    let step = whole.unsigned_abs() * unit;
    let units = exact.unsigned_abs().saturating_mul(2).saturating_add(step) / (step * 2);
    let micros = i64::try_from(units.saturating_mul(unit)).unwrap_or(i64::MAX);
    Money(if (exact < 0) == (whole < 0) { micros } else { -micros })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EUR: Currency = Currency(*b"EUR");

    #[test]
    fn a_half_goes_away_from_zero() {
        assert_eq!(Money(1_005_000).rounded(EUR), Money(1_010_000));
        assert_eq!(Money(-1_005_000).rounded(EUR), Money(-1_010_000));
        assert_eq!(Money(1_004_999).rounded(EUR), Money(1_000_000));
    }

    #[test]
    fn rates_round_to_what_can_be_paid() {
        assert_eq!(Money(89_990_000).at_rate(80_000, EUR), Money(7_200_000));
        assert_eq!(Money(1_999 * MICROS).at_rate(50_000, Currency(*b"JPY")), Money(100 * MICROS));
        assert_eq!(Money(10 * MICROS).at_rate(1_234, Currency(*b"KWD")), Money(12_000));
    }

    #[test]
    fn more_than_can_be_counted_is_the_most() {
        assert_eq!(Money(i64::MAX).share(i64::MAX, 1, EUR), Money(i64::MAX));
        assert_eq!(Money(i64::MIN).share(i64::MAX, 1, EUR), Money(-i64::MAX));
        assert_eq!(Money::ORDER_MAX.at_rate(u32::MAX, EUR), Money(4_294_967_295_000_000_000));
    }

    #[test]
    fn shares_of_nothing_are_nothing() {
        assert_eq!(Money(5).share(1, 0, EUR), Money::ZERO);
        assert_eq!(Money(20_230_000).share(1, 3, EUR), Money(6_740_000));
        assert_eq!(Money(-20_230_000).share(-1, -3, EUR), Money(-6_740_000));
    }
}
