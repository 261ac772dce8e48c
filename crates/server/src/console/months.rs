//! Months of the ledger: what was owed, what moved it, and whether the month is closed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use axum::extract::{Form, Path, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::row::Account;
use referee_core::statement::Statement;
use referee_core::time::Day;
use referee_engine::engine::blocking;
use referee_engine::intake::day::{month_text, parse_month};
use referee_engine::settings::{AccountCodes, CODE_LETTERS_MAX};
use referee_engine::statements::{Month, Statements, months, statements};
use serde::Deserialize;

use super::form::Fields;
use super::page::{csrf, empty, page};
use super::partners::{choice, partner_of, sums_text};
use super::person::{Failure, May, Person, done};
use super::table::{
    Cell, Column, Table, attachment, cell, figure, file_only, foot, link_cell, minor, minor_figure, money_cell,
    shown_cell, text,
};
use super::{format, statement};
use crate::journal::{Journal, account_name};

#[derive(Deserialize, Default)]
pub struct MonthsQuery {
    #[serde(default)]
    partner: String,
    format: Option<String>,
}

impl MonthsQuery {
    fn is_export(&self) -> bool {
        self.format.as_deref() == Some("csv")
    }
}

pub async fn list(person: Person, Query(query): Query<MonthsQuery>) -> Result<Response, Failure> {
    let partner = person.partner.or_else(|| query.partner.parse().ok().map(PartnerId));
    let (engine, brand, config) = (person.app.engine.clone(), person.brand, person.config.clone());
    let mut all = blocking(move || months(engine.reads.as_ref(), brand, &config, partner)).await?;
    all.reverse();
    let table = month_table(&all, partner);
    if query.is_export() {
        return Ok(table.csv("months"));
    }
    let body = html! {
        @if person.partner.is_none() && !person.partner_names.is_empty() {
            form.filter method="get" {
                label { "Partner" (choice(&person, query.partner.parse().ok(), Some("All"))) }
                button { "Filter" }
                @if person.may(May::Pay) { a.underlined href="/months/accounts" { "Account codes" } }
            }
        }
        @if all.is_empty() {
            (empty("No month yet", html! { p { "The first payout begins the first month. A month closes by itself as the next one begins, and never changes after that. " a.underlined href="/docs/concepts/ledger" { "How" } } }))
        } @else {
            (without_idle(table, all.iter().flat_map(|it| it.sums.values())).html())
            (foot("/months", &[("partner", query.partner.clone())], None))
        }
    };
    Ok(page(&person, "/months", heading(&person), body).into_response())
}

/// A partner reads its statements, a brand its months.
pub fn heading(person: &Person) -> &'static str {
    if person.partner.is_some() { "Statements" } else { "Months" }
}

fn month_table(all: &[Month], partner: Option<PartnerId>) -> Table {
    let mut rows = Vec::new();
    for month in all {
        let address = match partner {
            Some(id) => format!("/months/{}/partners/{id}", month_text(month.first)),
            None => format!("/months/{}", month_text(month.first)),
        };
        for (currency, sum) in &month.sums {
            let mut row = vec![
                shown_cell(link_cell(&address, format::month(month.first)).shown().clone(), month_text(month.first)),
                shown_cell(state(month.closed), state_word(month.closed)),
            ];
            row.extend(figure_cells(sum, *currency));
            rows.push(row);
        }
    }
    Table { columns: figure_columns(vec![text("Month"), text("State")]), rows }
}

pub fn state_word(closed: bool) -> &'static str {
    if closed { "Closed" } else { "Open" }
}

pub fn state(closed: bool) -> Markup {
    if closed {
        html! { span.tag.locked { "Closed" } }
    } else {
        html! { span.tag.pending { "Open" } }
    }
}

/// The lines of a statement as columns, after some others.
pub fn figure_columns(mut first: Vec<Column>) -> Vec<Column> {
    first.extend([
        minor_figure("Opening"),
        figure("Earned"),
        minor_figure("Reversed"),
        minor_figure("Corrections"),
        minor_figure("Bonuses"),
        minor_figure("Fees"),
        figure("Paid"),
        figure("Closing"),
        minor_figure("Locked"),
        minor_figure("Pending"),
        file_only("Currency"),
    ]);
    first
}

pub fn figure_cells(it: &Statement, currency: Currency) -> Vec<Cell> {
    let figures = [
        it.opening,
        it.earned,
        it.reversed.negated(),
        it.corrections,
        it.bonuses,
        it.fees,
        it.paid.negated(),
        it.closing(),
        it.locked,
        it.pending,
    ];
    let mut cells: Vec<Cell> = figures.into_iter().map(|amount| money_cell(amount, currency)).collect();
    cells.push(cell(currency.to_string()));
    cells
}

/// A screen leaves out columns in which there is nothing to see.
fn without_idle<'a>(table: Table, shown: impl Iterator<Item = &'a Statement> + Clone) -> Table {
    let idle = |of: fn(&Statement) -> Money| shown.clone().all(|it| of(it) == Money::ZERO);
    table
        .without(idle(|it| it.corrections).then_some("Corrections"))
        .without(idle(|it| it.bonuses).then_some("Bonuses"))
        .without(idle(|it| it.fees).then_some("Fees"))
}

/// The month that an address names.
pub fn month_named(text: &str) -> Result<Day, Failure> {
    parse_month(text).ok_or(Failure::NotFound)
}

/// What the books say of a month; none of one that has not begun.
pub async fn statements_of(person: &Person, month: Day, partner: Option<PartnerId>) -> Result<Statements, Failure> {
    let (engine, brand, config) = (person.app.engine.clone(), person.brand, person.config.clone());
    let found = blocking(move || statements(engine.reads.as_ref(), brand, &config, month, partner)).await?;
    found.ok_or(Failure::NotFound)
}

pub async fn show(
    person: Person,
    Path(month): Path<String>,
    Query(query): Query<MonthsQuery>,
) -> Result<Response, Failure> {
    let month = month_named(&month)?;
    if let Some(partner) = person.partner {
        return statement::answer(&person, month, partner, query.is_export()).await;
    }
    let found = statements_of(&person, month, None).await?;
    let table = partner_table(&person, month, &found);
    let name = month_text(month);
    if query.is_export() {
        return Ok(table.csv(&format!("statements-{name}")));
    }
    let body = html! {
        p.facts {
            (state(found.closed))
            span.muted { @if found.closed { "Nothing is posted in it any more." } @else { "It closes by itself as the next month begins." } }
            a.underlined href={ "/months/" (name) "/journal" } { "Journal CSV" }
            a.underlined href="/months" { "All months" }
        }
        @if found.of.is_empty() {
            (empty("Nothing was owed in this month", html! { p { "A payout is owed from the moment its action opens. " a.underlined href="/months" { "All months" } } }))
        } @else {
            (totals(&found.sums()))
            (without_idle(table, found.of.values()).html())
            (foot(&format!("/months/{name}"), &[], None))
        }
    };
    Ok(page(&person, "/months", &format::month(month), body).into_response())
}

/// One figure per currency.
fn totals(sums: &BTreeMap<Currency, Statement>) -> Markup {
    let sum = |of: fn(&Statement) -> Money| {
        sums_text(&sums.iter().map(|(currency, it)| (*currency, of(it))).collect::<BTreeMap<_, _>>())
    };
    html! {
        section.card.kpis {
            div { span.muted { "Earned" } b { (sum(|it| it.earned)) } span.muted { (sum(|it| it.reversed)) " reversed" } }
            div { span.muted { "Paid" } b { (sum(|it| it.paid)) } span.muted { "of " (sum(|it| it.opening)) " owed before" } }
            div { span.muted { "Closing" } b { (sum(|it| it.closing())) } span.muted { (sum(|it| it.locked)) " ready to be paid" } }
            div { span.muted { "Accrual" } b { (sum(|it| it.pending)) } span.muted { "pending, may still change" } }
        }
    }
}

fn partner_table(person: &Person, month: Day, found: &Statements) -> Table {
    let row = |(owed, it): (&referee_engine::statements::Owed, &Statement)| {
        let address = format!("/months/{}/partners/{}", month_text(month), owed.partner);
        let program = person.config.programs.get(&owed.program).map(|it| it.name.clone());
        let mut row = vec![link_cell(&address, person.partner_name(owed.partner)), cell(program.unwrap_or_default())];
        row.extend(figure_cells(it, owed.currency));
        row
    };
    Table { columns: figure_columns(vec![text("Partner"), minor("Program")]), rows: found.of.iter().map(row).collect() }
}

pub async fn journal(person: Person, Path(month): Path<String>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    let month = month_named(&month)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let (config, names): (_, HashMap<PartnerId, String>) = (Arc::clone(&person.config), person.partner_names.clone());
    let file = blocking(move || {
        let (lines, codes) = (engine.reads.journal(brand, month)?, engine.settings.account_codes(brand)?);
        Ok(Journal { config: &config, names: &names, codes: &codes }.csv(&lines))
    });
    Ok(attachment(&format!("journal-{}", month_text(month)), file.await?))
}

pub async fn show_codes(person: Person) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let codes = blocking(move || engine.settings.account_codes(brand)).await?;
    let body = html! {
        section.card.pad {
            p { "The journal of a month names the accounts of your own books. An empty field takes the usual code." }
            (codes_form(&person, &codes))
        }
        p { a.underlined href="/months" { "All months" } }
    };
    Ok(page(&person, "/months", "Account codes", body).into_response())
}

/// What stands in an account.
fn meaning(account: Account) -> &'static str {
    match account {
        Account::Cost => "what payouts cost",
        Account::Pending => "pending, may still change",
        Account::Locked => "locked, ready to be paid",
        Account::Paid => "your bank or a clearing account",
        Account::Correction => "what corrections of locked payouts cost or bring back",
        Account::Bonus => "what bonuses cost",
        Account::Fee => "what flat fees cost",
    }
}

fn codes_form(person: &Person, codes: &AccountCodes) -> Markup {
    html! {
        form.stack action="/months/accounts" method="post" {
            (csrf(person))
            @for account in Account::ALL {
                label { (account_name(account)) ": " (meaning(account))
                    input name={ "account-" (account as u8) } maxlength=(CODE_LETTERS_MAX) value=(codes.code(account));
                }
            }
            button.primary { "Save" }
        }
    }
}

pub async fn set_codes(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Pay)?;
    let mut codes = AccountCodes::default();
    for account in Account::ALL {
        let code = sent.get(&format!("account-{}", account as u8));
        if !codes.set(account, code) {
            return Err(Failure::Invalid(format!(
                "{code:?} is no code for {}: it has up to {CODE_LETTERS_MAX} letters, digits, points, hyphens or strokes, and begins \
                 with a letter or digit.",
                account_name(account).to_lowercase()
            )));
        }
    }
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    blocking(move || engine.settings.set_account_codes(brand, &codes)).await?;
    Ok(done("/months/accounts"))
}

/// A partner's statement, for its brand.
pub async fn of_partner(
    person: Person,
    Path((month, partner)): Path<(String, u32)>,
    Query(query): Query<MonthsQuery>,
) -> Result<Response, Failure> {
    let month = month_named(&month)?;
    let partner = match person.partner {
        Some(own) if own.0 == partner => own,
        Some(_) => return Err(Failure::NotFound),
        None => partner_of(&person, partner)?,
    };
    statement::answer(&person, month, partner, query.is_export()).await
}
