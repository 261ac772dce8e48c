//! What happened, in sentences for people: from the books alone, so that they can't say what the rules did not do.

use std::collections::BTreeSet;

use super::books::Books;
use super::picture::money;
use crate::contract::{Payout, TermsRules};
use crate::exchange::{DayRates, Exchange};
use crate::fact::{Fact, Record, TermsSet};
use crate::id::{PaymentId, RecordNo};
use crate::locking::Locking;
use crate::machine::Outcome;
use crate::money::{Currency, Money, WHOLE_PPM};
use crate::overlay::{Extra, OverlaySet};
use crate::pricing::{self, Rule};
use crate::refusal::Refusal;
use crate::row::{Account, ActionRow, HistoryKind, HistoryRow, PaymentRow};
use crate::time::{Day, Timestamp, Zone};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// 1 January 2026.
const FIRST: Day = Day(20_454);
const FIRST_YEAR: usize = 2026;
const EUR: Currency = Currency(*b"EUR");

pub fn euro(amount: Money) -> String {
    with_currency(amount, EUR)
}

fn with_currency(amount: Money, currency: Currency) -> String {
    format!("{} {currency}", money(amount, currency).replace('-', "−"))
}

/// `March 2026`.
pub fn month_name(day: Day) -> String {
    let (name, year) = month_and_year(day);
    format!("{name} {year}")
}

/// `3 March 2026`.
fn date(day: Day) -> String {
    format!("{} {}", day_of_month(day), month_name(day))
}

fn day_of_month(day: Day) -> i32 {
    day.0 - day.first_of_month().0 + 1
}

fn month_and_year(day: Day) -> (&'static str, usize) {
    let mut months = std::iter::successors(Some(FIRST), |month| Some(month.first_of_month_after(0)));
    let n = months.position(|first| first == day.first_of_month()).unwrap();
    (MONTHS[n % 12], FIRST_YEAR + n / 12)
}

fn percent(ppm: u32) -> String {
    format!("{} %", f64::from(ppm) / 10_000.0)
}

/// `1001, 1002 and 1003`.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("order {one}"),
        [all @ .., last] => format!("orders {} and {last}", all.join(", ")),
    }
}

/// Why something was changed, as the end of a sentence.
fn because(disposition: &str) -> &'static str {
    match disposition {
        "ITEM_RETURNED" => "something was returned",
        "CONS_ERROR" => "the customer seemed to have cancelled it",
        "ORDER_ERROR" => "the shop could not deliver",
        "CONS_FRAUD" => "the customer's card was stolen",
        other => panic!("{other} needs words"),
    }
}

pub struct Teller<'a> {
    books: &'a Books,
    records: &'a [Record],
    outcomes: &'a [Outcome],
    zone: Zone,
}

impl<'a> Teller<'a> {
    pub fn new(books: &'a Books, records: &'a [Record], outcomes: &'a [Outcome], zone: Zone) -> Teller<'a> {
        Teller { books, records, outcomes, zone }
    }

    /// What was agreed before anything happened.
    pub fn introduction(&self) -> String {
        let first = self.records.iter().find_map(|it| match &it.fact {
            Fact::TermsSet(TermsSet { rules: Some(rules), starts_at, .. }) => Some((rules, *starts_at)),
            _ => None,
        });
        let (rules, starts_at) = first.unwrap();
        let Locking::MonthEnd { months: 0, days } = rules.locking else { panic!("told only of months") };
        let threshold = self.books.config.payment_rules.threshold(EUR);
        format!(
            "A shop in Berlin works with a partner, a magazine that links to it. Their contract begins on {}, on the\n\
             shop's usual terms:\n\n\
             - {}.\n\
             - An order counts for the partner if the customer came by one of its links in the {} days before.\n\
             - The orders of a month lock together, as the {}th of the next month begins in Berlin.\n\
             - Payments are proposed on the 20th, if at least {} is locked.\n\
             - The shop announces other terms at least {} days before they hold.\n",
            date(self.zone.day(starts_at)),
            pays(rules),
            rules.referral_window_days,
            days + 1,
            euro(threshold),
            rules.notice_days,
        )
    }

    /// The events of a month, a line each.
    pub fn month(&self, month: Day) -> String {
        let is_in = |at: Timestamp| self.zone.day(at).first_of_month() == month;
        let clicks = self.books.clicks.values().filter(|it| it.refusal.is_none() && is_in(it.occurred_at)).count();
        let mut text = format!("{clicks} visitors come to the shop by the partner's links.\n\n");
        for (record, outcome) in self.records.iter().zip(self.outcomes).filter(|(it, _)| is_in(it.received_at)) {
            for sentence in self.sentences(record, outcome) {
                let day = self.zone.day(record.received_at);
                text += &format!("- **{} {}**: {sentence}\n", day_of_month(day), month_and_year(day).0);
            }
        }
        text
    }

    fn sentences(&self, record: &Record, outcome: &Outcome) -> Vec<String> {
        let refused = |expected| assert_eq!(outcome.refusal, expected, "{:?}", record.fact);
        match &record.fact {
            Fact::PaymentRunProposed(_) if outcome.refusal.is_some() => {
                refused(Some(Refusal::NothingToPay));
                return vec![self.nothing_to_pay(record.no)];
            }
            _ => refused(None),
        }
        match &record.fact {
            Fact::RatesSet(days) => days.iter().map(rates).collect(),
            Fact::OverlaySet(overlay) => vec![self.sale_week(overlay)],
            Fact::TermsSet(TermsSet { partner: Some(_), rules: Some(rules), starts_at, .. }) => {
                vec![self.new_terms(rules, *starts_at, record.received_at)]
            }
            Fact::PaymentRunProposed(_) => {
                let owed = self.locked(record.no);
                vec![format!("All that is locked, {}, is proposed for payment.", euro(owed))]
            }
            Fact::PaymentRunDecided { run, .. } => {
                self.books.payment_runs[run].payments.iter().map(|it| self.taken(*it)).collect()
            }
            Fact::PaymentConcluded { payment, failure } => {
                vec![concluded(&self.books.payments[payment], failure.as_deref())]
            }
            _ => self.steps(record.no),
        }
    }

    /// What became of actions by a record.
    fn steps(&self, no: RecordNo) -> Vec<String> {
        let rows: Vec<&HistoryRow> = self.books.history.values().filter(|row| row.record == no).collect();
        let locked: Vec<&HistoryRow> =
            rows.iter().copied().filter(|it| it.kind == HistoryKind::Locked && it.user.is_none()).collect();
        let mut sentences: Vec<String> = rows.iter().filter_map(|row| self.step(row)).collect();
        if !locked.is_empty() {
            let orders: Vec<&str> = locked.iter().map(|row| self.action(row).order_id.as_str()).collect();
            let sum = locked.iter().fold(Money::ZERO, |sum, row| sum.plus(self.after(row).1));
            let (all, verb) = if orders.len() == 1 { ("", "locks") } else { (" together", "lock") };
            sentences.push(format!("{} {verb}: {}{all} is certain now.", capital(&list(&orders)), euro(sum)));
        }
        sentences
    }

    fn step(&self, row: &HistoryRow) -> Option<String> {
        let action = self.action(row);
        let (order, (amount, payout)) = (&action.order_id, self.after(row));
        let less = euro(row.payout_delta.negated());
        Some(match row.kind {
            HistoryKind::Opened => self.opened(action, row),
            HistoryKind::Modified => format!(
                "Of order {order}, {}: {} is left of it. The payout falls by {less} to {}{}.",
                because(&row.disposition),
                self.worth(action, amount),
                euro(payout),
                self.by_older_terms(action, row),
            ),
            HistoryKind::Reversed => {
                format!("Order {order} is reversed, as {}: {less} is taken back.", because(&row.disposition))
            }
            HistoryKind::Restored => {
                format!(
                    "That was a mistake. The reversal of order {order} is taken back, and it earns {} again.",
                    euro(payout)
                )
            }
            HistoryKind::Held => format!(
                "The shop doubts order {order} and holds it: its {} stays pending until that is settled.",
                euro(payout)
            ),
            HistoryKind::Released => format!("The doubts about order {order} are settled, and the hold is released."),
            HistoryKind::Locked if row.user.is_some() => {
                format!("The shop approves order {order} before its time: {} locks at once.", euro(payout))
            }
            HistoryKind::Corrected => format!(
                "It turns out that {}: order {order} should never have earned anything. It was paid already and stays so; a \
                 correction takes {less} off what is owed, which makes the locked balance {}.",
                because(&row.disposition),
                euro(self.locked(row.record)),
            ),
            HistoryKind::Locked | HistoryKind::Paid | HistoryKind::Returned => return None,
            HistoryKind::Converted => panic!("{order} is told of when it opens"),
            HistoryKind::Admitted | HistoryKind::ReturnAsked | HistoryKind::ReturnDeclined => {
                panic!("the year has no {:?}", row.kind)
            }
        })
    }

    fn opened(&self, action: &ActionRow, row: &HistoryRow) -> String {
        let (terms, background) = pricing::terms_of(&self.books.config, action).unwrap();
        let priced = pricing::price(&terms, action, background, action.intended_amount, &action.items);
        assert_eq!(priced.payout, row.payout_delta);
        let [line] = &priced.lines[..] else { panic!("orders are priced whole") };
        let Payout::Rate { ppm } = line.payout else { panic!("told only of rates") };
        let why = if line.rule == Rule::Default { "" } else { ", because the customer is new" };
        let more = match line.factor_ppm - WHOLE_PPM {
            0 => String::new(),
            more => format!(", and {} more in the sale week", percent(more)),
        };
        let clicked_at = self.books.clicks[&action.click.unwrap()].occurred_at;
        format!(
            "Order {} of {}, after a click on {}, earns {}: {}{why}{more}.",
            action.order_id,
            self.worth(action, row.amount_delta),
            date(self.zone.day(clicked_at)),
            euro(row.payout_delta),
            percent(ppm),
        )
    }

    /// An amount of an order, and what it comes to in euros.
    fn worth(&self, action: &ActionRow, amount: Money) -> String {
        let plain = with_currency(amount, action.order_currency);
        match action.exchange {
            Exchange::Same => plain,
            Exchange::At(rate) => {
                format!("{plain} ({} at the rate of {})", euro(action.worth(amount)), date(rate.day))
            }
            Exchange::Awaited => panic!("{} has no rate", action.order_id),
        }
    }

    /// That new terms don't reach back, where it matters.
    fn by_older_terms(&self, action: &ActionRow, row: &HistoryRow) -> &'static str {
        let now = self.books.config.version_at(action.id.program, Some(action.partner), row.at).unwrap();
        let is_older = action.terms_of_template && now.rules.is_some();
        if is_older { ", by the terms under which it was ordered" } else { "" }
    }

    fn sale_week(&self, it: &OverlaySet) -> String {
        let Extra::Adjust { ppm } = it.extra else { panic!("told only of adjustments") };
        let last = Day(self.zone.day(it.ends_at).0 - 1);
        format!(
            "The shop announces a sale week: from {} to {}, orders earn {} more.",
            date(self.zone.day(it.starts_at)),
            date(last),
            percent(ppm.unsigned_abs())
        )
    }

    fn new_terms(&self, rules: &TermsRules, starts_at: Timestamp, now: Timestamp) -> String {
        let days = self.zone.day(starts_at).0 - self.zone.day(now).0;
        let from = date(self.zone.day(starts_at));
        format!("The shop announces new terms, {days} days ahead. From {from} on: {}.", pays(rules).to_lowercase())
    }

    fn nothing_to_pay(&self, no: RecordNo) -> String {
        let (locked, threshold) = (self.locked(no), euro(self.books.config.payment_rules.threshold(EUR)));
        if locked < Money::ZERO {
            format!("Nothing is paid, as the locked balance is {}. It is carried forward.", euro(locked))
        } else {
            format!(
                "Nothing is paid: {} is locked, and a payment needs {threshold}. It stays for the next one.",
                euro(locked)
            )
        }
    }

    /// A payment is approved, and the machine gathers what it is for.
    fn taken(&self, id: PaymentId) -> String {
        let lines: Vec<_> = self.books.payment_lines.values().filter(|it| it.payment == id).collect();
        let order = |id| self.books.actions.values().find(|it| it.id == id).unwrap().order_id.as_str();
        let (owed, back): (Vec<_>, Vec<_>) = lines.into_iter().partition(|it| it.amount >= Money::ZERO);
        let orders: Vec<&str> = owed.iter().map(|it| order(it.action)).collect();
        let less: String = back
            .iter()
            .map(|it| format!(", less {} for order {}", euro(it.amount.negated()), order(it.action)))
            .collect();
        let total = euro(self.books.payments[&id].total);
        format!("A second person approves it: payment {id} of {total} is for {}{less}.", list(&orders))
    }

    fn action(&self, row: &HistoryRow) -> &'a ActionRow {
        self.books.actions.values().find(|it| it.id == row.action).unwrap()
    }

    /// Amount and payout of an action after a step.
    fn after(&self, row: &HistoryRow) -> (Money, Money) {
        let until = self.books.history.values().filter(|it| it.action == row.action && it.seq <= row.seq);
        until.fold((Money::ZERO, Money::ZERO), |(amount, payout), it| {
            (amount.plus(it.amount_delta), payout.plus(it.payout_delta))
        })
    }

    /// The locked balance after a record.
    fn locked(&self, no: RecordNo) -> Money {
        let until = self.books.entries.values().filter(|it| it.record <= no && it.key.account == Account::Locked);
        until.fold(Money::ZERO, |sum, it| sum.plus(it.amount))
    }
}

fn capital(text: &str) -> String {
    text.replacen("order", "Order", 1)
}

fn pays(rules: &TermsRules) -> String {
    let [line] = &rules.payouts[..] else { panic!("told only of one kind of event") };
    let rate = |payout: Payout| match payout {
        Payout::Rate { ppm } => percent(ppm),
        Payout::Fixed { .. } => panic!("told only of rates"),
    };
    let new: BTreeSet<String> = line.groups.iter().map(|it| rate(it.payout)).collect();
    let new: Vec<String> = new.into_iter().collect();
    format!("An order earns {} of its amount, and {} if the customer is new", rate(line.payout), new.join(" or "))
}

fn rates(day: &DayRates) -> String {
    let rate = |(currency, rate): &(Currency, i64)| with_currency(Money(*rate), *currency);
    let rates: Vec<String> = day.rates.iter().map(rate).collect();
    format!("The day's exchange rate comes from the bank: 1 {} is {}.", day.base, rates.join(" or "))
}

fn concluded(payment: &PaymentRow, failure: Option<&str>) -> String {
    let (id, total) = (payment.id, euro(payment.total));
    match failure {
        None => format!("Payment {id} of {total} has arrived."),
        Some(why) => {
            let why = why.replace('-', " ");
            format!("Payment {id} of {total} has failed: {why}. Everything it was for is owed again.")
        }
    }
}
