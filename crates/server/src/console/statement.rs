//! A partner's statement of a month: on the screen, on paper, and as a file.

use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::PartnerId;
use referee_core::money::Money;
use referee_core::statement::Statement;
use referee_core::time::Day;
use referee_engine::intake::day::month_text;
use referee_engine::statements::{Owed, Statements};

use super::format;
use super::months::{figure_cells, figure_columns, heading, state, state_word, statements_of};
use super::page::{empty, page};
use super::person::{Failure, Person};
use super::table::{Table, cell, foot, text};

/// Whoever asks has been found to be allowed to.
pub async fn answer(person: &Person, month: Day, partner: PartnerId, export: bool) -> Result<Response, Failure> {
    let found = statements_of(person, month, Some(partner)).await?;
    let name = month_text(month);
    if export {
        return Ok(table(person, month, partner, &found).csv(&format!("statement-{name}-{partner}")));
    }
    let title = format!("Statement of {}", format::month(month));
    let body = html! {
        p.facts {
            b { (person.partner_name(partner)) } span.muted { "Partner " (partner) " of " (person.brand_name) }
            (state(found.closed))
            span.muted { @if found.closed { "It never changes any more." } @else { "The month is still open, and so are these figures." } }
            a.underlined href=(all_of(person, partner)) { "All " (heading(person).to_lowercase()) }
        }
        @if found.of.is_empty() {
            (empty("Nothing was owed in this month", html! { p { "What an order earns stands here from the moment its action opens." } }))
        } @else {
            @for (owed, statement) in &found.of { (section(person, owed, statement, found.closed)) }
            (foot(&format!("/months/{name}/partners/{partner}"), &[], None))
        }
    };
    Ok(page(person, "/months", &title, body).into_response())
}

fn all_of(person: &Person, partner: PartnerId) -> String {
    if person.partner.is_some() { "/months".into() } else { format!("/months?partner={partner}") }
}

fn program_name(person: &Person, owed: &Owed) -> String {
    person.config.programs.get(&owed.program).map_or_else(|| owed.program.to_string(), |it| it.name.clone())
}

/// Line by line, from what was owed to what is owed.
fn section(person: &Person, owed: &Owed, it: &Statement, closed: bool) -> Markup {
    let lines = [
        ("Earned", it.earned),
        ("Reversed", it.reversed.negated()),
        ("Corrections", it.corrections),
        ("Bonuses", it.bonuses),
        ("Fees", it.fees),
        ("Paid", it.paid.negated()),
    ];
    let money = |amount| format::money(amount, owed.currency);
    html! {
        section.card.pad.statement {
            h2 { (program_name(person, owed)) ", " (owed.currency) }
            table {
                thead.unseen { tr { th scope="col" { "Line" } th.num scope="col" { "Amount" } } }
                tbody {
                    tr { td { "Owed as the month began" } td.num { (money(it.opening)) } }
                    @for (name, amount) in lines.into_iter().filter(|(_, amount)| *amount != Money::ZERO) {
                        tr { td { (name) } td.num { (money(amount)) } }
                    }
                    tr.sum { td { @if closed { "Owed as the month ended" } @else { "Owed by now" } } td.num { (money(it.closing())) } }
                    tr { td.muted { "of which locked, ready to be paid" } td.num.muted { (money(it.locked)) } }
                    tr { td.muted { "of which pending, may still change" } td.num.muted { (money(it.pending)) } }
                }
            }
        }
    }
}

fn table(person: &Person, month: Day, partner: PartnerId, found: &Statements) -> Table {
    let row = |(owed, it): (&Owed, &Statement)| {
        let mut row = vec![
            cell(month_text(month)),
            cell(state_word(found.closed)),
            cell(person.partner_name(partner)),
            cell(program_name(person, owed)),
        ];
        row.extend(figure_cells(it, owed.currency));
        row
    };
    Table {
        columns: figure_columns(vec![text("Month"), text("State"), text("Partner"), text("Program")]),
        rows: found.of.iter().map(row).collect(),
    }
}
