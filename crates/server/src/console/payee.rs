//! Payment details: a partner's own, or, for the brand, those of one partner with the account behind a mask.

use std::collections::HashMap;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::id::{PartnerId, UserId};
use referee_core::time::Timestamp;
use referee_engine::engine::blocking;
use referee_engine::payee::{HOLD_DAYS, MethodKind, PaymentBlock, TaxStatus, check_method, check_party, check_tax};
use referee_engine::settings::{KeptPayee, PayeeChange, PayeeEntry};

use super::draft::Draft;
use super::page::{csrf, page};
use super::partners::partner_of;
use super::person::{Failure, May, Person, Said, done};
use super::table::{Table, cell, text, time_cell};
use super::{documents, format};

type Sent = Vec<(String, String)>;

/// What is shown of one partner.
struct Shown {
    partner: PartnerId,
    kept: KeptPayee,
    changes: Vec<PayeeEntry>,
    /// Who made them, as whoever looks may know.
    names: HashMap<UserId, String>,
    now: Timestamp,
}

/// The partner that is meant: a partner's people say `own`, and may say nobody else.
pub fn payee_of(person: &Person, who: &str) -> Result<PartnerId, Failure> {
    let named = who.parse().ok();
    match person.partner {
        Some(own) if who == "own" || named == Some(own.0) => Ok(own),
        Some(_) => Err(Failure::NotFound),
        None => {
            person.require_brand_side()?;
            partner_of(person, named.ok_or(Failure::NotFound)?)
        }
    }
}

/// The partner's own people, and those of the brand who pay.
fn may_change(person: &Person) -> bool {
    person.partner.is_some() || person.may(May::Pay)
}

fn address(person: &Person, partner: PartnerId) -> String {
    if person.partner.is_some() { "/payees/own".into() } else { format!("/payees/{partner}") }
}

pub async fn show(person: Person, Path(who): Path<String>) -> Result<Response, Failure> {
    let partner = payee_of(&person, &who)?;
    Ok(screen(&person, partner, &Draft::default()).await?.into_response())
}

async fn screen(person: &Person, partner: PartnerId, draft: &Draft) -> Result<Markup, Failure> {
    let shown = read(person, partner).await?;
    let documents = documents::table(person, Some(partner)).await?;
    let body = html! {
        @if person.partner.is_none() { p.facts {
            a.underlined href={ "/partners/" (partner) } { (person.partner_name(partner)) } span.muted { "Id " (partner) }
        } }
        (standing(person, &shown))
        @if let Some(wrong) = &draft.wrong { p.wrong role="alert" { (wrong) } }
        @if may_change(person) { (forms(person, &shown, draft)) } @else { (facts(&shown)) }
        @if let Some(documents) = documents { h2 { "Documents" } (documents) }
        (history(person, &shown))
    };
    let here = if person.partner.is_some() { "/payees/own" } else { "/partners" };
    Ok(page(person, here, "Payment details", body))
}

async fn read(person: &Person, partner: PartnerId) -> Result<Shown, Failure> {
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let (kept, changes, users) = blocking(move || {
        let settings = &engine.settings;
        Ok((settings.payee(brand, partner)?, settings.payee_changes(brand, partner)?, settings.users_of(brand)?))
    })
    .await?;
    // A partner is told of its own people by name, and of the brand's as the brand.
    let known = users.into_iter().filter(|it| person.partner.is_none() || it.partner == person.partner);
    let names = known.map(|it| (it.user.id, it.user.email)).collect();
    Ok(Shown { partner, kept, changes, names, now })
}

/// Whether the partner can be paid; if not, why, and until when.
fn standing(person: &Person, shown: &Shown) -> Markup {
    let block = shown.kept.block(shown.now);
    html! {
        section.card.pad.answer.good[block.is_none()].open[block.is_some()] {
            p.verdict { @match block { Some(block) => (sentence(person, block)), None => "All that payment needs is here." } }
            p.muted { "Kept encrypted. The brand sees the account behind a mask, and files for the bank hold it." }
        }
    }
}

fn sentence(person: &Person, block: PaymentBlock) -> String {
    match block {
        PaymentBlock::AccountChanged { until } => {
            format!("{} {}.", block.sentence(), format::date_time(until, &person.zone(None)))
        }
        other => other.sentence().to_owned(),
    }
}

/// A line for the partner's own screen.
pub async fn notice(person: &Person, partner: PartnerId) -> Result<Markup, Failure> {
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let block = blocking(move || engine.settings.payment_block(brand, partner, now)).await?;
    Ok(html! {
        p.facts {
            @if let Some(block) = block { span { (sentence(person, block)) } }
            a.underlined href={ "/payees/" (partner) } { "Payment details" }
        }
    })
}

fn forms(person: &Person, shown: &Shown, draft: &Draft) -> Markup {
    let address = address(person, shown.partner);
    html! {
        div.two.even {
            div { (party_form(person, shown, draft, &address)) (tax_form(person, shown, draft, &address)) }
            div { (method_form(person, shown, draft, &address)) }
        }
    }
}

fn party_form(person: &Person, shown: &Shown, draft: &Draft, address: &str) -> Markup {
    let party = shown.kept.payee.party.clone().unwrap_or_default();
    let line = |place: usize| party.lines.get(place).map_or("", String::as_str);
    html! {
        section.card.pad {
            h2 { "Name and address" }
            form.stack action={ (address) "/party" } method="post" {
                (csrf(person))
                (draft.input("Legal name", "name", &party.name, "70"))
                (draft.input("Street and number", "line_1", line(0), "70"))
                (draft.input("Second line, if there is one", "line_2", line(1), "70"))
                div.pair {
                    (draft.input("Postcode", "postcode", &party.postcode, "16"))
                    (draft.input("City", "city", &party.city, "35"))
                }
                (draft.hinted("Country, two letters", "country", &party.country, "2", "DE"))
                button.primary { "Keep name and address" }
            }
        }
    }
}

fn tax_form(person: &Person, shown: &Shown, draft: &Draft, address: &str) -> Markup {
    let tax = shown.kept.payee.tax.as_ref();
    let statuses = TaxStatus::ALL.map(|it| (it.code(), it.words()));
    let home = shown.kept.payee.party.as_ref().map_or("", |it| it.country.as_str());
    html! {
        section.card.pad {
            h2 { "Tax" }
            form.stack action={ (address) "/tax" } method="post" {
                (csrf(person))
                (draft.choice("Tax status", "tax_status", tax.map_or("", |it| it.status.code()), &statuses))
                div.pair {
                    (draft.hinted("Tax country, two letters", "tax_country", tax.map_or(home, |it| &it.country), "2", "DE"))
                    (draft.hinted("VAT id", "vat_id", tax.map_or("", |it| &it.vat_id), "20", "DE123456789"))
                }
                (draft.check("Small business: exempt from VAT", "small_business", tax.is_some_and(|it| it.small_business), "tax_status"))
                @if person.may(May::Pay) {
                    (draft.hinted("VAT rate where VAT is due, per cent", "vat_rate", &tax.map(rate).unwrap_or_default(), "8", "19"))
                }
                (draft.check("The brand may write invoices for the partner (self-billing)", "self_billing", tax.is_some_and(|it| it.self_billing), "tax_status"))
                button.primary { "Keep tax status" }
            }
        }
    }
}

fn rate(tax: &referee_engine::payee::Tax) -> String {
    format::rate(tax.rate_ppm).trim_end_matches(" %").to_owned()
}

fn method_form(person: &Person, shown: &Shown, draft: &Draft, address: &str) -> Markup {
    let method = shown.kept.payee.method.as_ref();
    let ways = MethodKind::ALL.map(|it| (it.code(), it.words()));
    let hint = method.map(|it| format!("{}, leave empty to keep it", it.masked())).unwrap_or_default();
    let of_program = person.config.programs.values().next().map(|it| it.currency).unwrap_or_default();
    let paid_in = method.map_or(of_program, |it| it.currency).to_string();
    html! {
        section.card.pad #method {
            h2 { "Where the money goes" }
            form.stack action={ (address) "/method" } method="post" {
                (csrf(person))
                (draft.choice("Way of payment", "method", method.map_or("", |it| it.kind.code()), &ways))
                (draft.hinted("IBAN, PayPal or Wise address, account or reference", "account", "", "140", &hint))
                (draft.input("Account holder", "holder", method.map_or("", |it| &it.holder), "70"))
                div.pair {
                    (draft.input("BIC, if known", "bic", method.map_or("", |it| &it.bic), "11"))
                    (draft.hinted("Paid in, a currency", "currency", &paid_in, "3", "EUR"))
                }
                (draft.input("Email for messages about payments", "notify", method.map_or("", |it| &it.notify), "254"))
                label { "Your password" input type="password" name="password" autocomplete="current-password" required; }
                button.primary { "Keep the account" }
                p.muted { "What is earned in another currency is converted when a payment is proposed, at the newest exchange rate of then. SEPA carries EUR only." }
                p.muted { "A change is announced to the email address that stands here now, and nothing is paid for " (HOLD_DAYS) " days." }
            }
        }
    }
}

/// The same for people of the brand who only look.
fn facts(shown: &Shown) -> Markup {
    let payee = &shown.kept.payee;
    html! {
        section.card.pad {
            h2 { "Details" }
            ul.plain-list {
                @if let Some(party) = &payee.party {
                    li { (party.name) } li { (party.lines.join(", ")) ", " (party.postcode) " " (party.city) ", " (party.country) }
                }
                @if let Some(tax) = &payee.tax {
                    li { (tax.status.words()) ", " (tax.country) @if !tax.vat_id.is_empty() { ", " (tax.vat_id) } }
                }
                @if let Some(method) = &payee.method { li { (method.kind.words()) ", " (method.masked()) ", " (method.currency) } }
            }
            @if payee.party.is_none() { p.muted { "Nothing yet. The partner gives its details under Payment details." } }
        }
    }
}

fn history(person: &Person, shown: &Shown) -> Markup {
    let zone = person.zone(None);
    let row = |it: &PayeeEntry| {
        let who = shown.names.get(&it.user).cloned().unwrap_or_else(|| person.brand_name.clone());
        vec![time_cell(it.at, &zone), cell(who), cell(it.fields.clone())]
    };
    let rows = shown.changes.iter().map(row).collect();
    let table = Table { columns: vec![text("When"), text("Who"), text("What was changed")], rows };
    html! { @if !table.rows.is_empty() { h2 { "Changes" } (table.html()) } }
}

/// The partner of a form that was sent by somebody who may.
fn opened(person: &Person, who: &str, sent: &Sent) -> Result<PartnerId, Failure> {
    let csrf = sent.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value.as_str());
    person.check_csrf(csrf)?;
    let partner = payee_of(person, who)?;
    if may_change(person) { Ok(partner) } else { Err(Failure::Forbidden) }
}

async fn refused(person: &Person, partner: PartnerId, draft: Draft) -> Result<Response, Failure> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, screen(person, partner, &draft).await?).into_response())
}

async fn keep(person: &Person, partner: PartnerId, change: PayeeChange) -> Result<Response, Failure> {
    let (engine, brand, user, now) = (person.app.engine.clone(), person.brand, person.user, person.app.engine.now());
    blocking(move || engine.settings.set_payee(brand, partner, change, user, now)).await?;
    Ok(done(&address(person, partner)))
}

pub async fn set_party(person: Person, Path(who): Path<String>, Form(sent): Form<Sent>) -> Result<Response, Failure> {
    let partner = opened(&person, &who, &sent)?;
    match check_party(&sent) {
        Ok(party) => keep(&person, partner, PayeeChange::Party(party)).await,
        Err(faults) => refused(&person, partner, Draft::refused(sent, faults)).await,
    }
}

pub async fn set_tax(person: Person, Path(who): Path<String>, Form(mut sent): Form<Sent>) -> Result<Response, Failure> {
    let partner = opened(&person, &who, &sent)?;
    if !person.may(May::Pay) {
        sent.retain(|(name, _)| name != "vat_rate");
    }
    let before = read(&person, partner).await?.kept.payee.tax.map_or(0, |it| it.rate_ppm);
    match check_tax(&sent, before) {
        Ok(tax) => keep(&person, partner, PayeeChange::Tax(tax)).await,
        Err(faults) => refused(&person, partner, Draft::refused(sent, faults)).await,
    }
}

/// Only with the password: an open browser is not enough to lead the money elsewhere.
pub async fn set_method(
    person: Person,
    Path(who): Path<String>,
    Form(mut sent): Form<Sent>,
) -> Result<Response, Failure> {
    let partner = opened(&person, &who, &sent)?;
    let password = sent.iter().find(|(name, _)| name == "password").map(|(_, value)| value.clone()).unwrap_or_default();
    sent.retain(|(name, _)| name != "password");
    let before = read(&person, partner).await?.kept.payee.method;
    let method = match check_method(&sent, before.as_ref()) {
        Ok(method) => method,
        Err(faults) => return refused(&person, partner, Draft::refused(sent, faults)).await,
    };
    match person.says_password(password).await? {
        Said::Right => keep(&person, partner, PayeeChange::Method(method)).await,
        Said::Wrong => {
            refused(&person, partner, Draft::wrong(sent, "The password is wrong. Nothing was changed.")).await
        }
        Said::TooOften => {
            refused(&person, partner, Draft::wrong(sent, "Too many tries. Wait a quarter of an hour.")).await
        }
    }
}
