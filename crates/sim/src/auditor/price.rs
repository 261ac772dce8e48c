//! What a part of an order pays, read anew from how terms are written. Figures are exact until the last step.

use referee_core::condition::{Comparison, Condition, Word};
use referee_core::contract::{EventPayout, Payout, PayoutLevel};
use referee_core::fact::{Click, Conversion, Device, Item};
use referee_core::id::AdId;
use referee_core::money::{Currency, Money};

/// All of something, in millionths.
const MILLION: i128 = 1_000_000;

/// What a touchpoint tells of itself.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub ad: Option<AdId>,
    pub device: Device,
    pub sub_ids: [String; 3],
    pub shared_id: String,
}

impl Origin {
    pub fn of_click(click: &Click) -> Origin {
        let (device, sub_ids) = (click.signals.device, click.sub_ids.clone());
        Origin { ad: Some(click.ad), device, sub_ids, shared_id: click.shared_id.clone() }
    }

    /// Where no touchpoint brought the order.
    pub fn of_report(report: &Conversion) -> Origin {
        Origin { sub_ids: report.sub_ids.clone(), shared_id: report.shared_id.clone(), ..Origin::default() }
    }
}

/// What is priced.
pub struct Subject<'a> {
    /// Conditions see it.
    pub report: &'a Conversion,
    pub origin: &'a Origin,
    pub status: &'a str,
    /// Days since 1970 by the calendar of the program's time zone.
    pub day: i64,
    /// In millionths.
    pub share: u32,
    /// Of the order as it was reported, in the program's currency.
    pub total: Money,
    /// Of the share, in the program's currency.
    pub amount: Money,
    /// With the share's amounts.
    pub items: Vec<Item>,
    pub currency: Currency,
    /// What is paid on top, by the tier that was reached.
    pub tier: Option<Payout>,
}

impl Subject<'_> {
    /// To the nearest of what can be paid, a half away from zero.
    pub fn price(&self, terms: &EventPayout) -> Money {
        let by_item = terms.level == PayoutLevel::Item && !self.items.is_empty();
        let exact: i128 = if by_item {
            let of_item = |it: &Item| self.exact(terms, std::slice::from_ref(it), it.amount, it.quantity);
            self.items.iter().map(of_item).sum()
        } else {
            self.exact(terms, &self.items, self.amount, 1)
        };
        // Nothing here is below zero.
        let unit = 10_i128.pow(6 - self.currency.digits());
        let step = MILLION * MILLION * unit;
        let units = (2 * exact + step) / (2 * step);
        Money(i64::try_from(units * unit).unwrap_or(i64::MAX))
    }

    /// A millionth of a millionth of what money is counted in.
    fn exact(&self, terms: &EventPayout, items: &[Item], amount: Money, pieces: u32) -> i128 {
        if terms.restrictions.iter().any(|it| self.meets_all(&it.conditions, items)) {
            return 0;
        }
        let group = terms.groups.iter().find(|it| self.meets_all(&it.conditions, items));
        let worth = |payout| match payout {
            Payout::Rate { ppm } => i128::from(amount.0) * i128::from(ppm),
            Payout::Fixed { amount } => i128::from(amount.0) * i128::from(pieces) * i128::from(self.share),
        };
        let plain = worth(group.map_or(terms.payout, |it| it.payout));
        let mut rate = MILLION;
        for adjustment in &terms.adjustments {
            if self.meets_all(&adjustment.conditions, items) {
                rate += i128::from(adjustment.ppm);
            }
        }
        // Nobody owes for having sold something.
        plain * rate.max(0) + self.tier.map_or(0, worth) * MILLION
    }

    fn meets_all(&self, conditions: &[Condition], items: &[Item]) -> bool {
        !conditions.iter().any(|it| !self.meets(it, items))
    }

    fn meets(&self, condition: &Condition, items: &[Item]) -> bool {
        match condition {
            Condition::Words { word, comparison, values } => {
                let words = self.words(*word, items);
                let any = |fits: fn(&str, &str) -> bool| {
                    words.iter().any(|word| values.iter().any(|value| fits(word, &value.to_lowercase())))
                };
                match comparison {
                    Comparison::Is => any(|word, value| word == value),
                    Comparison::IsNot => !any(|word, value| word == value),
                    Comparison::Contains => any(|word, value| word.contains(value)),
                    Comparison::ContainsNot => !any(|word, value| word.contains(value)),
                    Comparison::StartsWith => any(|word, value| word.starts_with(value)),
                }
            }
            Condition::List { .. } => panic!("what stood on the list is in its place"),
            Condition::OrderTotal { at_least, below } => {
                let total = self.total;
                !at_least.is_some_and(|least| total < least) && !below.is_some_and(|limit| total >= limit)
            }
            Condition::Date { from, before } => {
                !from.is_some_and(|from| self.day < i64::from(from.0))
                    && !before.is_some_and(|before| self.day >= i64::from(before.0))
            }
        }
    }

    /// What a variable is: of items as many words as there are items, otherwise one, empty if it was not reported.
    fn words(&self, word: Word, items: &[Item]) -> Vec<String> {
        let (report, origin) = (self.report, self.origin);
        let field = |name: &str| {
            let found = report.fields.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        let word = match word {
            Word::Sku => return items.iter().map(|it| it.sku.to_lowercase()).collect(),
            Word::Category => return items.iter().map(|it| it.category.to_lowercase()).collect(),
            Word::Country => field("CustomerCountry"),
            Word::Region => field("CustomerRegion"),
            Word::Device => device(origin.device).to_owned(),
            Word::CustomerStatus => self.status.to_owned(),
            Word::Currency => report.currency.to_string(),
            Word::PromoCode => report.promo_code.clone(),
            Word::Ad => origin.ad.map(|ad| ad.to_string()).unwrap_or_default(),
            Word::SharedId => origin.shared_id.clone(),
            Word::SubId1 => origin.sub_ids[0].clone(),
            Word::SubId2 => origin.sub_ids[1].clone(),
            Word::SubId3 => origin.sub_ids[2].clone(),
            Word::Weekday => weekday(self.day).to_owned(),
            // No order has them.
            Word::System | Word::Browser | Word::Referrer | Word::Param1 | Word::Param2 | Word::Param3 => String::new(),
        };
        vec![word.to_lowercase()]
    }
}

fn device(device: Device) -> &'static str {
    match device {
        Device::Unknown => "unknown",
        Device::Desktop => "desktop",
        Device::Phone => "phone",
        Device::Tablet => "tablet",
        Device::Other => "other",
        Device::Tv => "tv",
    }
}

fn weekday(day: i64) -> &'static str {
    // The first day of 1970 was a Thursday.
    match day.rem_euclid(7) {
        0 => "thursday",
        1 => "friday",
        2 => "saturday",
        3 => "sunday",
        4 => "monday",
        5 => "tuesday",
        _ => "wednesday",
    }
}
