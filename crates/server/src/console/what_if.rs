//! What partners would have earned under other rules, as a form and a table. Nothing is changed by asking.

use std::sync::Mutex;

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::money::Money;
use referee_engine::books::reads::Reads;
use referee_engine::engine::blocking;
use referee_engine::limits::{WHAT_IF_DAYS_MAX, WHAT_IF_RECORDS_MAX};
use referee_engine::what_if::{Comparison, Difference, OtherRules, compare};
use serde::Deserialize;

use super::format;
use super::page::{csrf, empty, page};
use super::person::{Failure, May, Person};
use super::table::{Table, cell, figure, money_cell, number_cell, text};
use crate::setup::{CREDIT_POLICIES, credit};

/// A question reads the whole log twice: one at a time is enough for a server.
static RUNNING: Mutex<()> = Mutex::new(());

#[derive(Deserialize, Default)]
pub struct Question {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    policy: String,
    #[serde(default)]
    window_days: String,
    #[serde(default)]
    days: String,
}

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)?;
    Ok(screen(&person, &Question::default(), None).into_response())
}

pub async fn ask(person: Person, Form(asked): Form<Question>) -> Result<Response, Failure> {
    person.check_csrf(&asked.csrf)?;
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let days = number("Days", &asked.days)?.unwrap_or(90);
    let policy = Some(asked.policy.as_str()).filter(|name| !name.is_empty());
    let rules = OtherRules {
        credit: policy.map(credit).transpose().map_err(|message| Failure::Invalid(message.to_owned()))?,
        referral_window_days: number("Referral window", &asked.window_days)?,
    };
    if rules == OtherRules::default() {
        return Err(Failure::Invalid(
            "Choose another policy, another window or both: as it is, nothing differs.".to_owned(),
        ));
    }
    let (config, brand) = (person.app.config.clone(), person.brand);
    let engine = person.app.engine.clone();
    let since = engine.now().minus_days(days);
    let compared = blocking(move || {
        if records(engine.reads.as_ref(), brand)? > WHAT_IF_RECORDS_MAX {
            return Ok(Err("This brand's log is too long to be asked here. Use the command line: referee what-if."));
        }
        let Ok(_one) = RUNNING.try_lock() else {
            return Ok(Err("Somebody else is asking just now. Try again in a moment."));
        };
        compare(&config, brand, rules, since).map(Ok)
    });
    let compared = compared.await?.map_err(|message| Failure::Invalid(message.to_owned()))?;
    Ok(screen(&person, &asked, Some(&compared)).into_response())
}

fn records(reads: &dyn Reads, brand: referee_core::id::BrandId) -> referee_engine::error::Result<u64> {
    Ok(reads.last_record(brand)?.0)
}

fn number(name: &str, text: &str) -> Result<Option<u32>, Failure> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let days = text.trim().parse().ok().filter(|days| (1..=WHAT_IF_DAYS_MAX).contains(days));
    days.map(Some)
        .ok_or_else(|| Failure::Invalid(format!("{name}: say a number of days from 1 to {WHAT_IF_DAYS_MAX}.")))
}

fn screen(person: &Person, asked: &Question, compared: Option<&Comparison>) -> Markup {
    let body = html! {
        p.muted { "The log is read again into books of its own, under other rules, and compared with the rules as they are. Nothing is changed and nobody is told." }
        (form(person, asked))
        @if let Some(compared) = compared { (answer(person, compared)) }
    };
    page(person, "/what-if", "What if", body)
}

fn form(person: &Person, asked: &Question) -> Markup {
    html! {
        form.filter action="/what-if" method="post" {
            (csrf(person))
            label { "Credit policy" select name="policy" {
                option value="" { "As it is" }
                @for (_, name, sentence) in CREDIT_POLICIES {
                    option value=(name) selected[asked.policy == name] { (sentence.split(':').next().unwrap_or(name)) }
                }
            } }
            label { "Referral window, days" input name="window_days" inputmode="numeric" size="6" placeholder="As it is" value=(asked.window_days); }
            label { "Orders of the last days" input name="days" inputmode="numeric" size="6" placeholder="90" value=(asked.days); }
            button.primary { "Compare" }
        }
    }
}

fn answer(person: &Person, compared: &Comparison) -> Markup {
    html! {
        section {
            p {
                (format::number(compared.orders.cast_signed())) " orders; "
                (format::number(compared.unclaimed.cast_signed())) " earned nobody anything, under the other rules "
                (format::number(compared.unclaimed_would_be.cast_signed())) " would. Figures are as first priced: later changes and returns count in neither."
            }
            @if compared.partners.is_empty() {
                (empty("Nothing to compare", html! { p { "No partner earned anything in that time, and none would have." } }))
            } @else { (table(person, &compared.partners).html()) }
        }
    }
}

fn table(person: &Person, partners: &[Difference]) -> Table {
    let columns = vec![
        text("Partner"),
        figure("Actions"),
        figure("Would be"),
        figure("Payout"),
        figure("Would be"),
        figure("Difference"),
    ];
    let row = |it: &Difference| {
        let money = |amount: Money| money_cell(amount, it.currency);
        vec![
            cell(person.partner_name(it.partner)),
            number_cell(it.is.actions.cast_signed()),
            number_cell(it.would_be.actions.cast_signed()),
            money(it.is.payout),
            money(it.would_be.payout),
            money(it.would_be.payout.minus(it.is.payout)),
        ]
    };
    Table { columns, rows: partners.iter().map(row).collect() }
}
