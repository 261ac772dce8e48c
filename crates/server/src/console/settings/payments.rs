//! Rules of payment: who must agree, from which sum on, and on which day payments are proposed.

use std::collections::BTreeSet;

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::money::{Currency, Money};
use referee_engine::engine::blocking;
use referee_engine::intake::amount::decimal;

use super::super::form::Fields;
use super::super::page::csrf;
use super::super::person::{Failure, May, Person, done};
use super::screen;
use crate::payment_rules::{DAY_MAX, rules, threshold};

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    let currencies = currencies(&person).await?;
    Ok(screen(&person, "/settings/payments", "Settings", form(&person, &currencies)).into_response())
}

/// Those of the programs, those that partners are paid in, and those that have a threshold.
async fn currencies(person: &Person) -> Result<BTreeSet<Currency>, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let payees = blocking(move || engine.settings.payees(brand)).await?;
    let paid_in = payees.values().filter_map(|it| Some(it.payee.method.as_ref()?.currency));
    let of_programs = person.config.programs.values().map(|program| program.currency);
    let with_threshold = person.config.payment_rules.thresholds.iter().map(|(currency, _)| *currency);
    Ok(paid_in.chain(of_programs).chain(with_threshold).collect())
}

fn form(person: &Person, currencies: &BTreeSet<Currency>) -> Markup {
    let rules = &person.config.payment_rules;
    let value = |currency: Currency| match rules.threshold(currency) {
        Money::ZERO => String::new(),
        amount => decimal(amount, currency),
    };
    let owner = person.may(May::ManageUsers);
    html! {
        section.card.pad {
            h2 { "Rules of payment" }
            form.stack action="/settings/payments" method="post" {
                (csrf(person))
                label.check { input type="checkbox" name="two_persons" value="yes" checked[rules.two_persons] disabled[!owner]; "Whoever proposes payments can't approve them" }
                @if !owner { p.muted { "Only an owner of the brand changes this: it watches over those who pay." } }
                @for currency in currencies.iter().copied() {
                    label { "Threshold in " (currency) input name={ "threshold_" (currency) } inputmode="decimal" maxlength="20" value=(value(currency)) placeholder="none: anything above zero"; }
                }
                label { "Propose payments by the calendar" select name="day_of_month" {
                    option value="" selected[rules.day_of_month.is_none()] { "No: by hand only" }
                    @for day in 1..=DAY_MAX { option value=(day) selected[rules.day_of_month == Some(day)] { "On day " (day) " of each month" } }
                } }
                button.primary { "Save" }
                p.muted {
                    "Less than the threshold waits for the next payment. The calendar proposes one run in each month and currency of transfers, "
                    "from this day on, to everybody who can be paid then. Somebody approves it as any other."
                }
            }
        }
    }
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Pay)?;
    let before = &person.config.payment_rules;
    let two_persons =
        if person.may(May::ManageUsers) { !sent.get("two_persons").is_empty() } else { before.two_persons };
    let typed = sent.0.iter().filter_map(|(name, text)| Some((name.strip_prefix("threshold_")?, text.trim())));
    let thresholds = typed.filter(|(_, text)| !text.is_empty()).map(|(code, text)| threshold(code, text));
    let thresholds = thresholds.collect::<Result<Vec<_>, _>>().map_err(Failure::Invalid)?;
    let day_of_month = match sent.get("day_of_month") {
        "" => None,
        day => Some(day.parse().map_err(|_| Failure::Invalid("The day of the month is from 1 to 28.".into()))?),
    };
    let rules = rules(two_persons, thresholds, day_of_month).map_err(Failure::Invalid)?;
    person.settle("rules of payment set in the console", Fact::PaymentRulesSet(rules)).await?;
    Ok(done("/settings/payments"))
}
