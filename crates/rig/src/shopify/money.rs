//! Amounts in a currency's smallest unit, and how Shopify writes them. No figure passes through a float.

use serde_json::{Value, json};

/// Digits after the point.
pub fn digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" => 0,
        "BHD" | "KWD" | "TND" | "JOD" | "OMR" => 3,
        _ => 2,
    }
}

/// `129.90`.
pub fn decimal(units: i64, currency: &str) -> String {
    let digits = digits(currency);
    let one = 10_i64.pow(digits);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.abs() / one, units.abs() % one);
    if digits == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}", width = digits as usize)
    }
}

/// The same as the GraphQL interface writes it: `129.9`, and `129.0`.
pub fn short(units: i64, currency: &str) -> String {
    let text = decimal(units, currency);
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let rest = rest.trim_end_matches('0');
    format!("{whole}.{}", if rest.is_empty() { "0" } else { rest })
}

/// `amount × part / whole`, a half away from zero.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let (product, whole) = (i128::from(amount) * i128::from(part), i128::from(whole));
    let half = whole.abs() / 2 * product.signum() * whole.signum();
    ((product + half) / whole) as i64
}

/// What a buyer sees of an amount: the same, or in a currency of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presentment {
    pub currency: String,
    /// Millionths of a unit of the buyer's currency for a unit of the shop's.
    pub rate: i64,
}

/// Both currencies of an order.
#[derive(Debug, Clone)]
pub struct Purse {
    pub shop: String,
    pub presentment: Option<Presentment>,
}

impl Purse {
    pub fn text(&self, units: i64) -> String {
        decimal(units, &self.shop)
    }

    pub fn presentment_currency(&self) -> &str {
        self.presentment.as_ref().map_or(&self.shop, |it| &it.currency)
    }

    /// What the buyer sees.
    pub fn presented(&self, units: i64) -> i64 {
        let Some(other) = &self.presentment else { return units };
        let scaled = units * 10_i64.pow(digits(&other.currency));
        share(scaled, other.rate, 1_000_000 * 10_i64.pow(digits(&self.shop)))
    }

    /// A money bag as webhooks have it.
    pub fn set(&self, units: i64) -> Value {
        let currency = self.presentment_currency();
        json!({
            "shop_money": { "amount": self.text(units), "currency_code": self.shop },
            "presentment_money": { "amount": decimal(self.presented(units), currency), "currency_code": currency },
        })
    }

    /// A money bag as the GraphQL interface has it.
    pub fn bag(&self, units: i64) -> Value {
        let currency = self.presentment_currency();
        json!({
            "__typename": "MoneyBag",
            "shopMoney": { "__typename": "MoneyV2", "amount": short(units, &self.shop), "currencyCode": self.shop },
            "presentmentMoney": {
                "__typename": "MoneyV2",
                "amount": short(self.presented(units), currency),
                "currencyCode": currency,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_as_shopify_writes_them() {
        assert_eq!(decimal(12_990, "EUR"), "129.90");
        assert_eq!(decimal(-5, "EUR"), "-0.05");
        assert_eq!(decimal(1_500, "JPY"), "1500");
        assert_eq!([short(12_990, "EUR"), short(1_500, "JPY"), short(-100, "EUR")], ["129.9", "1500.0", "-1.0"]);
        assert_eq!(decimal(1_500, "KWD"), "1.500");
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!([share(5, 1, 2), share(-5, 1, 2), share(4, 1, 3), share(5, 1, 3)], [3, -3, 1, 2]);
    }

    #[test]
    fn a_buyer_sees_another_currency() {
        let yen = Presentment { currency: "JPY".into(), rate: 160_250_000 };
        let purse = Purse { shop: "EUR".into(), presentment: Some(yen) };
        assert_eq!(purse.presented(1_000), 1_603);
        assert_eq!(purse.set(1_000)["presentment_money"]["amount"], "1603");
    }
}
