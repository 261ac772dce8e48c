//! What the brand of a year sets up and changes: terms, what is laid on them, and rates.

use referee_core::contract::{EventPayout, Payout, ReturnPolicy, Returns, TermsRules};
use referee_core::fact::{Fact, TermsSet};
use referee_core::id::{AdId, EventTypeId};
use referee_core::limit::{AppliesTo, Basis, Limit, Period, Tier, Tiers};
use referee_core::locking::Locking;
use referee_core::machine::RULES_VERSION;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::overlay::{Extra, OverlaySet};
use referee_core::program::{Category, CreditPolicy, PaymentRules, Standing};
use referee_core::time::{Timestamp, Zone};
use referee_engine::error::Result;

use super::{EUR, JPY, Life, PARTNERS, PROGRAMS};
use crate::random::Random;
use crate::town::clock::OPENING;
use crate::town::deal::{self, refine};
use crate::town::offer::{ad, bare_terms, event_type, program, rates};

const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/Santiago"];
const PERIODS: [Period; 4] = [Period::Day, Period::Month, Period::Year, Period::Ever];
/// Rates after which limits and tiers are drawn: so much is one unit of what people count in.
const JPY_UNIT: i64 = 160 * MICROS;

impl Life {
    pub(super) fn set_up(&mut self) -> Result<()> {
        self.hear(Fact::RulesAdopted { version: RULES_VERSION });
        let zone = *self.one(&ZONES);
        let programs = [(0, zone), (1, "Asia/Tokyo"), (2, *self.one(&ZONES))];
        for (n, zone) in programs {
            let (id, event, currency) = PROGRAMS[n];
            self.hear(Fact::ProgramSet(program(id, currency.0, zone)?));
            deal::lists(&mut self.random, id).into_iter().for_each(|fact| self.hear(fact));
            let kind = self.kind_of_event(n);
            self.hear(kind);
            for ad_id in 1..4 {
                self.hear(ad(id, AdId(ad_id), Standing::Active));
            }
            let rules = Some(self.rules(event, currency));
            self.hear(Fact::TermsSet(TermsSet { rules, ..bare_terms(id, None) }));
        }
        for (n, partner) in PARTNERS.into_iter().enumerate() {
            self.hear(Fact::PartnerSet { partner, standing: Standing::Active, channel: false });
            for (id, event, currency) in PROGRAMS {
                let rules = (n > 0).then(|| self.rules(event, currency));
                self.hear(Fact::TermsSet(TermsSet { rules, ..bare_terms(id, Some(partner)) }));
            }
        }
        let threshold = |random: &mut Random, unit: i64| Money(random.below(40) as i64 * unit);
        let thresholds = vec![(EUR, threshold(&mut self.random, MICROS)), (JPY, threshold(&mut self.random, JPY_UNIT))];
        let two_persons = self.random.percent(50);
        self.hear(Fact::PaymentRulesSet(PaymentRules { two_persons, thresholds, day_of_month: None }));
        self.set_rates(OPENING);
        Ok(())
    }

    /// Those of one program are shared by one policy, of another by another.
    fn kind_of_event(&mut self, n: usize) -> Fact {
        let (id, event, _) = PROGRAMS[n];
        let credit = match n {
            0 => *self.one(&CreditPolicy::ALL),
            1 => *self.one(&[CreditPolicy::Linear, CreditPolicy::Position]),
            _ => CreditPolicy::TimeDecay,
        };
        let mut fact = event_type(id, event, &format!("event{event}"), Category::Sale, true);
        if let Fact::EventTypeSet(it) = &mut fact {
            it.credit = credit;
        }
        fact
    }

    fn rules(&mut self, event: EventTypeId, currency: Currency) -> TermsRules {
        let payout = self.payout();
        let days = self.random.below(45) as u32;
        let locking = match self.random.below(10) {
            0..5 => Locking::After { days },
            5..9 => Locking::MonthEnd { months: self.random.below(2) as u32, days },
            _ => Locking::Open,
        };
        let mut rules = TermsRules {
            referral_window_days: 10 + self.random.below(25) as u32,
            view_window_hours: None,
            locking,
            notice_days: 0,
            returns: self.returns(),
            payouts: vec![EventPayout::plain(event, payout)],
        };
        refine(&mut self.random, &mut rules);
        let unit = if currency == JPY { JPY_UNIT } else { MICROS };
        for payout in &mut rules.payouts {
            payout.limits = (0..self.random.below(5).saturating_sub(2)).map(|_| self.limit(unit)).collect();
            payout.tiers = self.random.percent(35).then(|| self.tiers(unit));
        }
        rules
    }

    fn payout(&mut self) -> Payout {
        if self.random.percent(75) {
            Payout::Rate { ppm: self.random.below(200_000) as u32 }
        } else {
            Payout::Fixed { amount: Money(self.below(5 * MICROS)) }
        }
    }

    fn returns(&mut self) -> Returns {
        let policy = match self.random.below(10) {
            0..6 => ReturnPolicy::Always,
            6..9 => ReturnPolicy::Consent,
            _ => ReturnPolicy::Never,
        };
        let most_ppm = self.random.percent(30).then(|| self.random.below(600_000) as u32);
        Returns { policy, most_ppm }
    }

    fn limit(&mut self, unit: i64) -> Limit {
        let per = *self.one(&PERIODS);
        match self.random.below(3) {
            0 => Limit::Actions { most: 2 + self.random.below(12) as u32, per },
            1 => Limit::Payout { most: Money((20 + self.below(200)) * unit), per },
            _ => Limit::Customer { most: 1 + self.random.below(2) as u32, per },
        }
    }

    fn tiers(&mut self, unit: i64) -> Tiers {
        let per = *self.one(&PERIODS);
        let basis = *self.one(&[Basis::Actions, Basis::Amount]);
        let mut from = 0;
        let mut step = || {
            from += match basis {
                Basis::Actions => 1 + self.below(4),
                Basis::Amount => (50 + self.below(400)) * unit,
            };
            Tier { from, extra: self.payout() }
        };
        let steps = vec![step(), step()];
        Tiers { basis, per, steps, applies_to: AppliesTo::Subsequent }
    }

    /// Those of the days until then, with gaps; some days get other rates than they had.
    pub(super) fn set_rates(&mut self, until: Timestamp) {
        let (from, last) = (self.rates_at.minus_days(15), Zone::utc().day(until));
        let days = rates(from, &mut self.random).into_iter().filter(|it| it.day <= last);
        self.rates_at = until;
        self.hear(Fact::RatesSet(days.collect()));
    }

    pub(super) fn new_terms(&mut self) {
        let (program, event, currency) = *self.one(&PROGRAMS);
        let partner = self.random.percent(60).then(|| *self.one(&PARTNERS));
        let starts_at = self.now.plus_days(self.random.below(20) as u32);
        let rules = Some(self.rules(event, currency));
        self.hear(Fact::TermsSet(TermsSet { rules, starts_at, ..bare_terms(program, partner) }));
    }

    pub(super) fn overlay(&mut self) {
        let n = self.random.below(3) as usize;
        let starts_at = self.now.max(self.laid_until[n]).plus_days(self.random.below(4) as u32);
        let ends_at = starts_at.plus_days(1 + self.random.below(14) as u32);
        self.laid_until[n] = ends_at;
        let extra = match self.random.below(3) {
            0 => Extra::Payout(Payout::Rate { ppm: self.random.below(200_000) as u32 }),
            _ => Extra::Adjust { ppm: self.random.below(900_000) as i32 - 400_001 },
        };
        let (program, event, _) = PROGRAMS[n];
        let partners = if self.random.percent(50) { Vec::new() } else { vec![PARTNERS[1], PARTNERS[2]] };
        let (id, name, event_types, standing) = (None, "Sale".to_owned(), vec![event], Standing::Active);
        let repeat = deal::repeat(&mut self.random, starts_at, ends_at);
        let set = OverlaySet { program, id, name, partners, event_types, starts_at, ends_at, standing, extra, repeat };
        self.hear(Fact::OverlaySet(set));
    }
}
