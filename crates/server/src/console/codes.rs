//! Promo codes: whose they are, when they count, and what they do to everybody else.

use axum::extract::{Form, Query};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::fact::Fact;
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::{Program, PromoCode};
use referee_core::time::{Day, Timestamp};
use serde::Deserialize;

use super::ads::{AdsQuery, button_cell, row, standing_cell, with_program};
use super::form::{Fields, standing, standing_reason};
use super::format;
use super::page::{csrf, page};
use super::partners::{choice, program_choice, program_of};
use super::person::{Failure, May, Person, done};
use super::table::{Table, buttons, cell, minor, shown_cell, text};
use crate::claims;

pub fn table(person: &Person, query: &AdsQuery) -> Table {
    let columns =
        vec![text("Promo code"), text("Partner"), minor("Counts"), minor("When"), minor("Standing"), buttons()];
    let wanted = |it: &&PromoCode| query.takes(it.program, Some(it.partner), it.standing, &[&it.code]);
    let cells = |code: &PromoCode| {
        let names = [("program", code.program.to_string()), ("code", code.code.clone())];
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let address = format!("/promo-codes/change?{}", query.extend_pairs(&names).finish());
        let shown = html! {
            @if person.may(May::Manage) { a.underlined href=(address) { code { (code.code) } } } @else { code { (code.code) } }
        };
        let cells = vec![
            shown_cell(shown, code.code.clone()),
            cell(person.partner_name(code.partner)),
            cell(counts(code)),
            cell(person.config.programs.get(&code.program).map(|program| period(program, code)).unwrap_or_default()),
            standing_cell(code.standing),
            button_cell(person, "/promo-codes/standing", &names, code.standing),
        ];
        row(person, code.program, cells)
    };
    let rows = person.config.promo_codes.values().filter(wanted).map(cells).collect();
    Table { columns: with_program(person, columns), rows }
}

fn counts(code: &PromoCode) -> String {
    let policy = claims::code_policy_name(code.policy);
    if code.restricted { format!("{policy}, restricted") } else { policy.to_owned() }
}

fn period(program: &Program, code: &PromoCode) -> String {
    let day = |at: Timestamp| format::date(at, &program.zone);
    match (code.starts_at, code.ends_at.map(|end| end.plus_ms(-1))) {
        (None, None) => "always".into(),
        (Some(start), None) => format!("from {}", day(start)),
        (None, Some(last)) => format!("until {}", day(last)),
        (Some(start), Some(last)) => format!("{} to {}", day(start), day(last)),
    }
}

pub fn form(person: &Person) -> Markup {
    html! {
        section.card.pad {
            h2 { "Add a promo code" }
            form.stack action="/promo-codes/new" method="post" {
                (csrf(person)) (program_choice(person))
                label { "Code, or a pattern in which * stands for any letters" input name="code" required maxlength="255" placeholder="TRAIL10"; }
                label { "Partner" (choice(person, None, None)) }
                (fields(person, None))
                button.primary { "Add the code" }
            }
        }
    }
}

fn fields(person: &Person, known: Option<&PromoCode>) -> Markup {
    let policy = known.map(|it| it.policy).unwrap_or_default();
    let zone =
        known.and_then(|it| person.config.programs.get(&it.program)).map(|it| it.zone.clone()).unwrap_or_default();
    let day = |at: Option<Timestamp>| at.map(|at| format::day(zone.day(at))).unwrap_or_default();
    let last = known.and_then(|it| it.ends_at).map(|end| end.plus_ms(-1));
    html! {
        label { "When it counts" select name="policy" {
            @for (it, value, sentence) in claims::CODE_POLICIES { option value=(value) selected[it == policy] { (sentence) } }
        } }
        label.check { input type="checkbox" name="restricted" value="yes" checked[known.is_some_and(|it| it.restricted)];
            " Restricted: where it gives an order to nobody, nobody else earns that order" }
        div.pair {
            label { "First day (optional)" input type="date" name="starts" value=(day(known.and_then(|it| it.starts_at))); }
            label { "Last day (optional)" input type="date" name="ends" value=(day(last)); }
        }
    }
}

/// What a form says of a code beside its name.
fn read(program: &Program, code: PromoCode, sent: &Fields) -> Result<PromoCode, Failure> {
    let invalid = |why: &str| Failure::Invalid(why.to_owned());
    let day = |name: &str| match sent.get(name) {
        "" => Ok(None),
        text => format::parse_day(text).map(Some).ok_or_else(|| invalid(&format!("{text:?} is not a day."))),
    };
    let starts_at = day("starts")?.map(|day| program.zone.start_of(day));
    let ends_at = day("ends")?.map(|day| program.zone.start_of(Day(day.0.saturating_add(1))));
    claims::period(starts_at, ends_at).map_err(|_| invalid("The last day is not before the first."))?;
    let policy = claims::code_policy(sent.get("policy")).map_err(invalid)?;
    Ok(PromoCode { policy, restricted: sent.get("restricted") == "yes", starts_at, ends_at, ..code })
}

pub async fn create(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Manage)?;
    let code =
        claims::code(sent.get("code")).map_err(|why| Failure::Invalid(format!("The code can't be taken. {why}")))?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    let partner = PartnerId(sent.get("partner").parse().unwrap_or(0));
    if person.config.promo_codes.contains_key(&(program.id, code.clone())) {
        return Err(Failure::Invalid(format!("There is a code {code} already.")));
    }
    let code = read(program, PromoCode::plain(program.id, code, partner), &sent)?;
    person.settle("added in the console", Fact::PromoCodeSet(code)).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct Named {
    program: u32,
    code: String,
}

fn named<'a>(person: &'a Person, program: u32, code: &str) -> Result<(&'a Program, &'a PromoCode), Failure> {
    let program = program_of(person, program)?;
    let code = person.config.promo_codes.get(&(program.id, code.to_owned())).ok_or(Failure::NotFound)?;
    Ok((program, code))
}

pub async fn show(person: Person, Query(query): Query<Named>) -> Result<Response, Failure> {
    person.require(May::Manage)?;
    let (program, code) = named(&person, query.program, &query.code)?;
    let body = html! {
        p.facts { (format::standing(code.standing)) span.muted { "Belongs to " (person.partner_name(code.partner)) " in " (program.name) } }
        section.card.pad {
            h2 { "Change the code" }
            form.stack action="/promo-codes/change" method="post" {
                (csrf(&person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="code" value=(code.code);
                (fields(&person, Some(code)))
                button.primary { "Save" }
                p.muted { "It holds for orders from now on, and for orders that are decided again." }
            }
        }
    };
    Ok(page(&person, "/ads", &format!("Promo code {}", code.code), body).into_response())
}

pub async fn change(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Manage)?;
    let (program, code) = named(&person, sent.get("program").parse().unwrap_or(0), sent.get("code"))?;
    let code = read(program, code.clone(), &sent)?;
    person.settle("changed in the console", Fact::PromoCodeSet(code)).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct CodeStanding {
    csrf: String,
    program: u32,
    code: String,
    standing: String,
}

pub async fn set_standing(person: Person, Form(sent): Form<CodeStanding>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let known = person.config.promo_codes.get(&(ProgramId(sent.program), sent.code)).ok_or(Failure::NotFound)?;
    let standing = standing(&sent.standing);
    person.settle(standing_reason(standing), Fact::PromoCodeSet(PromoCode { standing, ..known.clone() })).await?;
    Ok(done("/ads"))
}
