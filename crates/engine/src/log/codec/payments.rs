//! What is paid, to the wire and back.

use referee_core::exchange::DayRates;
use referee_core::fact::{Fact, PaymentRunProposed};
use referee_core::id::{PartnerId, PaymentId, PaymentRunId};
use referee_core::money::{Currency, Money};
use referee_core::program::PaymentRules;
use referee_core::time::Day;

use super::currency_in;
use crate::error::{Error, Result};
use crate::log::wire;

pub fn rules_out(it: &PaymentRules) -> wire::PaymentRules {
    let threshold =
        |(currency, amount): &(_, Money)| wire::Threshold { currency: ToString::to_string(currency), amount: amount.0 };
    wire::PaymentRules {
        two_persons: it.two_persons,
        thresholds: it.thresholds.iter().map(threshold).collect(),
        day_of_month: it.day_of_month.map(u32::from),
    }
}

pub fn rules_in(it: wire::PaymentRules) -> Result<PaymentRules> {
    let threshold = |it: wire::Threshold| Ok::<_, Error>((currency_in(&it.currency)?, Money(it.amount)));
    let day = it.day_of_month.map(u8::try_from).transpose();
    Ok(PaymentRules {
        two_persons: it.two_persons,
        thresholds: it.thresholds.into_iter().map(threshold).collect::<Result<_>>()?,
        day_of_month: day.map_err(|error| Error::corrupt("read a record", error))?,
    })
}

pub fn proposed_out(it: &PaymentRunProposed) -> wire::ProposedRun {
    wire::ProposedRun {
        currency: it.currency.to_string(),
        partners: it.partners.iter().map(|partner| partner.0).collect(),
        below_threshold: it.below_threshold,
        every_currency: it.every_currency,
    }
}

pub fn proposed_in(it: wire::ProposedRun) -> Result<Fact> {
    Ok(Fact::PaymentRunProposed(PaymentRunProposed {
        currency: currency_in(&it.currency)?,
        partners: it.partners.into_iter().map(PartnerId).collect(),
        below_threshold: it.below_threshold,
        every_currency: it.every_currency,
    }))
}

pub fn decided_in(it: wire::DecidedRun) -> Fact {
    Fact::PaymentRunDecided { run: PaymentRunId(it.run), approved: it.approved }
}

pub fn concluded_in(it: wire::ConcludedPayment) -> Fact {
    Fact::PaymentConcluded { payment: PaymentId(it.payment), failure: it.failure }
}

pub fn rates_out(it: &DayRates) -> wire::DayRates {
    let rate = |(currency, rate): &(Currency, i64)| wire::Rate { currency: currency.to_string(), rate: *rate };
    wire::DayRates { day: it.day.0, base: it.base.to_string(), rates: it.rates.iter().map(rate).collect() }
}

pub fn rates_in(it: wire::DayRates) -> Result<DayRates> {
    let rate = |it: wire::Rate| Ok::<_, Error>((currency_in(&it.currency)?, it.rate));
    let rates = it.rates.into_iter().map(rate).collect::<Result<_>>()?;
    Ok(DayRates { day: Day(it.day), base: currency_in(&it.base)?, rates })
}
