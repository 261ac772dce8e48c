//! The brand's own side of its payments: whom documents name, and the account that is debited.

use axum::extract::Form;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_engine::engine::blocking;
use referee_engine::payee::{Payer, check_payer};

use super::draft::Draft;
use super::page::{csrf, page};
use super::person::{Failure, May, Person, done};

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    Ok(screen(&person, &Draft::default()).await?.into_response())
}

async fn screen(person: &Person, draft: &Draft) -> Result<Markup, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    let payer = blocking(move || engine.settings.payer(brand)).await?;
    let body = html! {
        p.muted { "Invoices and statements name the brand as it stands here, and SEPA files debit this account." }
        (form(person, &payer, draft))
    };
    Ok(page(person, "/payer", "Payer", body))
}

fn form(person: &Person, payer: &Payer, draft: &Draft) -> Markup {
    let party = &payer.party;
    let line = |place: usize| party.lines.get(place).map_or("", String::as_str);
    html! {
        section.card.pad {
            h2 { "Who pays" }
            form.stack.wide action="/payer" method="post" {
                (csrf(person))
                (draft.input("Legal name", "name", &party.name, "70"))
                div.pair {
                    (draft.input("Street and number", "line_1", line(0), "70"))
                    (draft.input("Second line, if there is one", "line_2", line(1), "70"))
                    (draft.input("Postcode", "postcode", &party.postcode, "16"))
                    (draft.input("City", "city", &party.city, "35"))
                    (draft.hinted("Country, two letters", "country", &party.country, "2", "DE"))
                    (draft.hinted("VAT id", "vat_id", &payer.vat_id, "20", "DE123456789"))
                    (draft.hinted("IBAN of the account that is debited", "iban", &payer.iban, "42", "only for SEPA files"))
                    (draft.input("BIC, if known", "bic", &payer.bic, "11"))
                }
                (draft.hinted("What stands before the numbers of documents", "prefix", &payer.prefix, "10", "RE-"))
                button.primary { "Keep the payer" }
            }
        }
    }
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let csrf = sent.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value.as_str());
    person.check_csrf(csrf)?;
    person.require(May::Pay)?;
    let payer = match check_payer(&sent) {
        Ok(payer) => payer,
        Err(faults) => {
            let page = screen(&person, &Draft::refused(sent, faults)).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    blocking(move || engine.settings.set_payer(brand, &payer)).await?;
    Ok(done("/payer"))
}
