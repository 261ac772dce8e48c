//! What is ready to be paid, by the currency of the transfers, and the form that proposes it.

use std::collections::BTreeMap;

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::{Actor, PaymentRunProposed};
use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::row::PaymentSum;
use referee_engine::intake::amount::currency;
use referee_engine::intake::rates::quotient_text;
use referee_engine::payee::PaymentBlock;
use referee_engine::payment_run::{Due, NotProposed, Obstacle, Owed};

use super::super::form::Fields;
use super::super::format;
use super::super::page::{csrf, page};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Cell, Table, cell, figure, file_only, minor_figure, money_cell, shown_cell, text};
use super::{partner_cell, run};

pub fn section(person: &Person, dues: &[Due]) -> Markup {
    let mut by_currency: BTreeMap<Currency, Vec<&Due>> = BTreeMap::new();
    dues.iter().for_each(|it| by_currency.entry(it.currency).or_default().push(it));
    // Those who can be paid first, the largest of them before all.
    by_currency.values_mut().for_each(|rows| rows.sort_by_key(|it| (place(it), -it.amount.0)));
    html! { @for (currency, rows) in by_currency { (of_currency(person, currency, &rows)) } }
}

fn place(row: &Due) -> u8 {
    match row.obstacle {
        None => 0,
        Some(Obstacle::BelowThreshold) => 1,
        Some(Obstacle::Blocked(_) | Obstacle::NoRate { .. }) => 2,
        Some(Obstacle::UnderWay) => 3,
        Some(Obstacle::NothingOwed) => 4,
    }
}

fn of_currency(person: &Person, currency: Currency, rows: &[&Due]) -> Markup {
    let payable: Vec<_> = rows.iter().filter(|it| it.obstacle.is_none()).collect();
    let sum = payable.iter().fold(Money::ZERO, |sum, it| sum.plus(it.amount));
    let can_tick = rows.iter().any(|it| can_tick(person, it));
    let converts = rows.iter().any(|it| is_converted(it));
    let threshold = person.config.payment_rules.threshold(currency);
    html! {
        h2 { "Ready to be paid in " (currency) ": " (format::money(sum, currency)) }
        form action="/payments/runs" method="post" {
            (csrf(person))
            input type="hidden" name="currency" value=(currency);
            (table(person, rows).html())
            @if can_tick {
                div.row.below {
                    button.primary { "Propose payments" }
                    span.muted {
                        "To everybody who is ticked. Nothing is sent before the run is approved. "
                        @if converts { "What is owed in another currency is converted at the newest rate, which the payment then keeps. " }
                        @if threshold > Money::ZERO { "Whoever is owed less than " (format::money(threshold, currency)) " is left out unless you tick it." }
                    }
                }
            }
        }
    }
}

fn can_tick(person: &Person, row: &Due) -> bool {
    person.may(May::Pay) && matches!(row.obstacle, None | Some(Obstacle::BelowThreshold))
}

fn is_converted(it: &Due) -> bool {
    it.owed.iter().any(|row| row.currency != it.currency)
}

fn table(person: &Person, rows: &[&Due]) -> Table {
    let columns = vec![
        text("Partner"),
        figure("Locked"),
        minor_figure("Pending"),
        minor_figure("Paid"),
        text("What stands against it"),
    ];
    let row = |it: &&Due| {
        vec![
            tick_cell(person, it),
            locked_cell(it),
            sums_cell(it, |row| row.pending),
            sums_cell(it, |row| row.paid),
            shown_cell(standing(person, it), ""),
        ]
    };
    Table { columns, rows: rows.iter().map(row).collect() }
}

/// What would be transferred, and below it of what.
fn locked_cell(it: &Due) -> Cell {
    if !is_converted(it) {
        return money_cell(it.amount, it.currency);
    }
    let owed = sums_of(it, |row| row.locked);
    let amount = format::money(it.amount, it.currency);
    let shown = html! {
        @if it.sums.is_empty() { (owed) }
        @else { (amount) @for line in conversions(&it.sums, it.currency, |sum| sum.proposed) { br; span.note { (line) } } }
    };
    shown_cell(shown, amount)
}

fn sums_of(it: &Due, of: impl Fn(&Owed) -> Money) -> String {
    let all = || it.owed.iter();
    // A currency in which there is nothing says nothing beside others.
    let told = all().filter(|row| of(row) != Money::ZERO || all().count() == 1);
    let told: Vec<String> = told.map(|row| format::money(of(row), row.currency)).collect();
    if told.is_empty() { format::money(Money::ZERO, it.currency) } else { told.join(" + ") }
}

fn sums_cell(it: &Due, of: impl Fn(&Owed) -> Money) -> Cell {
    match it.owed.as_slice() {
        [row] => money_cell(of(row), row.currency),
        _ => cell(sums_of(it, of)),
    }
}

/// `€1,234.50 at 1.0831 = $1,337.09`, for each sum of a payment of which one is converted; none otherwise.
pub fn conversions(sums: &[PaymentSum], to: Currency, of: impl Fn(&PaymentSum) -> Money) -> Vec<String> {
    if sums.iter().all(|sum| sum.rate.is_none()) {
        return Vec::new();
    }
    let line = |sum: &PaymentSum| {
        let (amount, worth) = (of(sum), sum.worth(of(sum), to));
        let amount = format::money(amount, sum.currency);
        match sum.rate {
            Some(rate) => format!("{amount} at {} = {}", quotient_text(&rate), format::money(worth, to)),
            None => amount,
        }
    };
    sums.iter().map(line).collect()
}

fn tick_cell(person: &Person, it: &Due) -> Cell {
    let name = person.partner_name(it.partner);
    let own = partner_cell(person, it.partner);
    let shown = html! {
        span.tick {
            @if can_tick(person, it) {
                input type="checkbox" name="partner" value=(it.partner) checked[it.obstacle.is_none()] aria-label={ "Pay " (name) };
            } @else if person.may(May::Pay) { span.untickable {} }
            (own.shown())
        }
    };
    shown_cell(shown, name)
}

fn standing(person: &Person, it: &Due) -> Markup {
    let words = |class: &str, words: &str| html! { span class=(class) { (words) } };
    let is_below_zero = it.amount < Money::ZERO || it.owed.iter().any(|row| row.locked < Money::ZERO);
    match it.obstacle {
        None => words("tag locked", "Nothing"),
        Some(Obstacle::NothingOwed) if is_below_zero => {
            html! { (words("tag reversed", "Below zero")) " " span.note { "Carried forward: it is taken off what locks next." } }
        }
        Some(Obstacle::NothingOwed) => words("muted", "Nothing is locked"),
        Some(Obstacle::BelowThreshold) => words("tag", "Below the threshold"),
        Some(Obstacle::UnderWay) => words("tag pending", "Payment under way"),
        Some(obstacle @ Obstacle::NoRate { .. }) => html! {
            (words("tag reversed", "No rate")) " "
            span.note { (obstacle.sentence()) " " a.underlined href="/settings/exchange-rates" { "Exchange rates" } }
        },
        Some(obstacle) => html! {
            (words("tag reversed", "Blocked")) " "
            span.note { (obstacle_text(person, obstacle)) " " a.underlined href={ "/payees/" (it.partner) } { "Payment details" } }
        },
    }
}

/// With the moment until which an account is held.
pub fn obstacle_text(person: &Person, obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::Blocked(PaymentBlock::AccountChanged { until }) => {
            format!("{} {}.", obstacle.sentence(), format::date_time(until, &person.zone(None)))
        }
        other => other.sentence(),
    }
}

pub fn balance_file(person: &Person, owed: &[&Owed]) -> Response {
    let columns = vec![
        text("Partner"),
        figure("Pending"),
        figure("Locked"),
        figure("Paid"),
        file_only("Currency"),
        file_only("Paid in"),
        file_only("Not paid because"),
    ];
    let row = |it: &&Owed| {
        vec![
            cell(person.partner_name(it.partner)),
            money_cell(it.pending, it.currency),
            money_cell(it.locked, it.currency),
            money_cell(it.paid, it.currency),
            cell(it.currency.to_string()),
            cell(it.paid_in.to_string()),
            cell(it.obstacle.map_or("", Obstacle::code)),
        ]
    };
    let table = Table { columns, rows: owed.iter().map(row).collect() };
    table.without(person.partner.map(|_| "Partner")).csv("balances")
}

pub async fn propose(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Pay)?;
    let currency = currency(sent.get("currency")).ok_or_else(|| Failure::Invalid("It is no known currency.".into()))?;
    let named = sent.0.iter().filter(|(name, _)| name == "partner");
    let partners: Vec<PartnerId> = named.filter_map(|(_, id)| id.parse().ok().map(PartnerId)).collect();
    if partners.is_empty() {
        return Err(Failure::Invalid("Nobody is ticked: tick the partners who shall be paid.".into()));
    }
    // Whoever is ticked is meant, also below the threshold.
    let asked = PaymentRunProposed { currency, partners, below_threshold: true, every_currency: true };
    let actor = Actor { user: person.user, role: person.role, reason: "proposed in the console".into() };
    match person.app.engine.propose(person.brand, actor, asked).await {
        Ok(proposed) if proposed.left_out.is_empty() => Ok(done(&format!("/payments/runs/{}", proposed.run))),
        Ok(proposed) => run::screen_after(&person, proposed.run, left_out(&person, &proposed.left_out)).await,
        Err(NotProposed::Nobody(all)) => Ok(nobody(&person, &all)),
        Err(NotProposed::Settle(error)) => Err(error.into()),
    }
}

fn left_out(person: &Person, all: &[(PartnerId, Obstacle)]) -> Markup {
    html! {
        section.card.pad.answer.open role="status" {
            p.verdict { "Left out: " (all.len()) @if all.len() == 1 { " partner" } @else { " partners" } }
            ul.plain-list { @for (partner, obstacle) in all {
                li { a.underlined href={ "/payees/" (partner) } { (person.partner_name(*partner)) } ": " (obstacle_text(person, *obstacle)) }
            } }
        }
    }
}

fn nobody(person: &Person, all: &[(PartnerId, Obstacle)]) -> Response {
    let body = html! {
        p { "No run was proposed: none of these partners can be paid now." }
        (left_out(person, all))
        p { a.underlined href="/payments" { "Back to the payments" } }
    };
    (http::StatusCode::UNPROCESSABLE_ENTITY, page(person, "/payments", "Nobody can be paid", body)).into_response()
}
