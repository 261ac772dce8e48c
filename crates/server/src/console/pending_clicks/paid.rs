//! What one click is paid for itself, or why it is not: for its page, on both sides.

use maud::{Markup, html};
use referee_core::contract::ClickMode;
use referee_core::fact::Role;
use referee_core::id::ClickNo;
use referee_core::refusal::Refusal;
use referee_core::row::{ClickDayRow, PayableClickRow, PayableState};
use referee_engine::books::reads::Period;
use referee_engine::engine::blocking;

use super::super::format;
use super::super::person::{Failure, Person};

/// Nothing of a click whose program pays for no clicks, or that another partner brought.
pub async fn paid(person: &Person, no: ClickNo) -> Result<Markup, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let found = blocking(move || {
        let row = engine.reads.payable(brand, no)?.filter(|row| partner.is_none_or(|own| own == row.partner));
        let Some(row) = row else { return Ok(None) };
        let period = Period { program: row.program, from: row.day, to: row.day, partner: Some(row.partner) };
        let days = engine.reads.click_days(brand, period)?;
        let day = days.into_iter().find(|(key, day)| Some(*key) == row.day_key() && day.round == row.round);
        Ok(Some((row, day.map(|(_, day)| day))))
    });
    Ok(found.await?.map(|(row, day)| card(person, &row, day.as_ref())).unwrap_or_default())
}

fn card(person: &Person, row: &PayableClickRow, day: Option<&ClickDayRow>) -> Markup {
    let Some(program) = person.config.programs.get(&row.program) else { return html! {} };
    let price = format::money(row.price, program.currency);
    let open = day.and_then(|day| day.due_at);
    html! {
        section.card.pad {
            h2 { "What it is paid for itself" }
            @match (row.state, open) {
                (PayableState::Unpaid, _) => p { "Nothing. " @if let Some(why) = row.unpaid { (sentence(person, why)) } },
                (PayableState::Rejected, _) => p { "Nothing. " (sentence(person, Refusal::ClickRejected)) },
                (PayableState::Pending, Some(due_at)) => p { "It waits for a look, and is paid " (price) " unless it is rejected by " (format::date_time(due_at, &program.zone)) "." },
                (PayableState::Accepted, Some(due_at)) => p { "It is accepted, and is paid " (price) " with the other clicks of its day, which closes on " (format::date_time(due_at, &program.zone)) "." },
                (PayableState::Pending | PayableState::Accepted, None) => p { "It is paid " (price) ", with the other clicks of its day. "
                    @if let Some(action) = day.and_then(|day| day.action) { a.underlined href={ "/actions/" (action) } { "The action of that day" } } },
            }
            p.muted {
                @match row.mode {
                    Some(ClickMode::Reviewed) => "CPC (reviewed, legacy)",
                    Some(ClickMode::Instant) => "CPC V2 (instant)",
                    None => "The program pays for clicks; this one is not among them",
                }
                @if person.partner.is_none() {
                    @if let Some(review) = row.review { ". " a.underlined href={ "/pending-clicks/reviews/" (review) } { "Review " (review) } }
                    @if let Some(found) = row.found { ". Found: " code { (found.code()) } }
                }
            }
        }
    }
}

fn sentence(person: &Person, why: Refusal) -> Markup {
    html! {
        @if person.role == Role::Partner { (why.partner_sentence()) }
        @else { (why.brand_sentence()) " " code { (why.code()) } }
    }
}
