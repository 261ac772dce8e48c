//! What the clicks of some days came to, and what they would have come to by other terms: from their counts, which are exact.

use std::collections::BTreeMap;

use referee_core::contract::{ClickTerms, EventPayout, Payout};
use referee_core::limit::{Limit, Period};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::{ClickCountKey, ClickTally};
use referee_core::time::Day;

/// Of one partner, or of several added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    pub clicks: i64,
    /// Neither screening nor a restriction lets them be paid.
    pub unpaid: i64,
    pub rejected: i64,
    /// They came beyond a limit.
    pub beyond: i64,
    /// What is paid, or will be where nobody rejects it.
    pub paid: ClickTally,
    /// What the other terms would pay.
    pub other: ClickTally,
}

impl Costs {
    pub fn plus(self, it: Costs) -> Costs {
        Costs {
            clicks: self.clicks + it.clicks,
            unpaid: self.unpaid + it.unpaid,
            rejected: self.rejected + it.rejected,
            beyond: self.beyond + it.beyond,
            paid: self.paid.plus(it.paid),
            other: self.other.plus(it.other),
        }
    }

    fn count(&mut self, code: Option<Refusal>, tally: ClickTally) {
        self.clicks += tally.clicks;
        match code {
            None => self.paid = self.paid.plus(tally),
            Some(Refusal::ClickRejected) => self.rejected += tally.clicks,
            Some(Refusal::ClickLimitReached) => self.beyond += tally.clicks,
            Some(_) => self.unpaid += tally.clicks,
        }
    }
}

/// Of one partner's counts. Other terms are taken at their default price: counts don't say what groups would ask.
pub fn costs(counts: &[(ClickCountKey, ClickTally)], other: &EventPayout) -> Costs {
    let mut costs = Costs::default();
    let mut payable: BTreeMap<Day, i64> = BTreeMap::new();
    for (key, tally) in counts {
        costs.count(key.code, *tally);
        // What a person rejected or a limit left out, screening had let through.
        if matches!(key.code, None | Some(Refusal::ClickRejected | Refusal::ClickLimitReached)) {
            *payable.entry(key.day).or_default() += tally.clicks;
        }
    }
    let price = match other.payout {
        Payout::Fixed { amount } => amount,
        Payout::Rate { .. } => Money::ZERO,
    };
    let limits = if other.clicks == Some(ClickTerms::Instant) { other.limits.as_slice() } else { &[] };
    costs.other = within(limits, price, payable);
    costs
}

/// What limits leave of clicks at one price, day by day.
fn within(limits: &[Limit], price: Money, payable: BTreeMap<Day, i64>) -> ClickTally {
    let mut taken: BTreeMap<(Period, Day), ClickTally> = BTreeMap::new();
    let mut all = ClickTally::default();
    for (day, clicks) in payable {
        let so_far = |per: Period| taken.get(&(per, per.first(day))).copied().unwrap_or_default();
        let room = |limit: &Limit| match *limit {
            Limit::Actions { most, per } => i64::from(most) - so_far(per).clicks,
            Limit::Payout { most, per } if price > Money::ZERO => most.minus(so_far(per).cost).0 / price.0,
            Limit::Payout { .. } | Limit::Customer { .. } => i64::MAX,
        };
        let left = limits.iter().map(room).fold(clicks, i64::min).max(0);
        let added = ClickTally { clicks: left, cost: Money(price.0.saturating_mul(left)) };
        for per in Period::ALL {
            let before = taken.entry((per, per.first(day))).or_default();
            *before = before.plus(added);
        }
        all = all.plus(added);
    }
    all
}

#[cfg(test)]
mod tests {
    use referee_core::id::{AdId, EventTypeId, PartnerId, ProgramId};

    use super::*;

    fn counted(day: i32, code: Option<Refusal>, clicks: i64, cost: i64) -> (ClickCountKey, ClickTally) {
        let (program, partner, ad) = (ProgramId(1), PartnerId(1), AdId(1));
        let key = ClickCountKey { program, day: Day(day), partner, ad, country: [0; 2], code };
        (key, ClickTally { clicks, cost: Money(cost) })
    }

    fn terms(clicks: ClickTerms, price: i64, limits: Vec<Limit>) -> EventPayout {
        let plain = EventPayout::plain(EventTypeId(2), Payout::Fixed { amount: Money(price) });
        EventPayout { clicks: Some(clicks), limits, ..plain }
    }

    #[test]
    fn what_a_review_rejected_would_have_been_paid_at_once() {
        let counts = [
            counted(1, None, 10, 500),
            counted(1, Some(Refusal::ClickRejected), 4, 200),
            counted(1, Some(Refusal::DuplicateClick), 3, 0),
            counted(2, None, 6, 300),
        ];
        let found = costs(&counts, &terms(ClickTerms::Instant, 40, Vec::new()));
        assert_eq!((found.clicks, found.unpaid, found.rejected), (23, 3, 4));
        assert_eq!(found.paid, ClickTally { clicks: 16, cost: Money(800) });
        assert_eq!(found.other, ClickTally { clicks: 20, cost: Money(800) });
    }

    #[test]
    fn limits_stop_at_the_budget() {
        let counts = [counted(1, None, 10, 500), counted(2, None, 10, 500), counted(40, None, 10, 500)];
        let per = |limit| costs(&counts, &terms(ClickTerms::Instant, 40, vec![limit])).other;
        let day = per(Limit::Payout { most: Money(130), per: Period::Day });
        assert_eq!(day, ClickTally { clicks: 9, cost: Money(360) }, "three a day: a fourth would be beyond");
        assert_eq!(per(Limit::Actions { most: 12, per: Period::Month }).clicks, 22);
        assert_eq!(per(Limit::Payout { most: Money(600), per: Period::Ever }).clicks, 15);
        let reviewed = ClickTerms::Reviewed { review_days: 7 };
        let limited = [counted(1, None, 10, 400), counted(1, Some(Refusal::ClickLimitReached), 5, 0)];
        assert_eq!(costs(&limited, &terms(reviewed, 40, Vec::new())).other.clicks, 15, "reviews know no limits");
    }
}
