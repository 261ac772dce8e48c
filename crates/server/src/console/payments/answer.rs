//! What became of a run's payments: from a file, or all of them at once.

use axum::extract::{Form, Multipart, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::fact::Actor;
use referee_core::id::PaymentRunId;
use referee_core::row::PaymentState;
use referee_engine::engine::blocking;
use referee_engine::payment_file::answer::AnswerFault;
use referee_engine::payment_run::{Outcome, payment_name};

use super::super::page::csrf;
use super::super::person::{Failure, May, Person, done};
use super::run::{self, RunShown};

pub fn form(person: &Person, shown: &RunShown, said: &Markup, typed: &str) -> Markup {
    let address = format!("/payments/runs/{}", shown.run.id);
    let waiting: Vec<String> = shown.in_state(PaymentState::Sent).map(|it| payment_name(it.row.id)).collect();
    let example = |place: usize| waiting.get(place).map_or("P-2", String::as_str);
    let lines = format!("payment,status,reason\n{},settled,\n{},failed,account closed", example(0), example(1));
    html! {
        section.card.pad #answer {
            h2 { "2. Say what became of it" }
            (said)
            form.stack action={ (address) "/answers" } method="post" enctype="multipart/form-data" {
                (csrf(person))
                label { "Answer as a CSV file" input type="file" name="file" accept=".csv,text/csv,text/plain"; }
                label { "Or its lines" textarea name="text" rows="4" placeholder=(lines) { (typed) } }
                button.primary { "Take the answer" }
                p.muted { "It is taken as a whole or not at all. A payment that failed is owed again." }
            }
            details {
                summary { "All of them have arrived" }
                form.stack action={ (address) "/settled" } method="post" {
                    (csrf(person))
                    @for payment in &waiting { input type="hidden" name="payment" value=(payment); }
                    button { "Mark " (waiting.len()) " as paid" }
                    p.muted { "Single payments are marked on their own pages." }
                }
            }
        }
    }
}

/// A form that may bring a file.
struct Sent {
    csrf: String,
    text: String,
    from_file: bool,
}

async fn sent(mut form: Multipart) -> Result<Sent, Failure> {
    let wrong =
        |_| Failure::Invalid("The form could not be read: send it again, with a file of at most 500 KB.".into());
    let (mut csrf, mut text, mut file) = (String::new(), String::new(), String::new());
    while let Some(field) = form.next_field().await.map_err(wrong)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(wrong)?;
        let not_text = |_| Failure::Invalid("The file is not text in UTF-8: save it as CSV with UTF-8.".into());
        let value = String::from_utf8(bytes.to_vec()).map_err(not_text)?;
        match name.as_str() {
            "csrf" => csrf = value,
            "text" => text = value,
            "file" => file = value,
            _ => {}
        }
    }
    let from_file = !file.trim().is_empty();
    Ok(Sent { csrf, text: if from_file { file } else { text }, from_file })
}

pub async fn take(person: Person, Path(id): Path<u32>, form: Multipart) -> Result<Response, Failure> {
    let sent = sent(form).await?;
    person.check_csrf(&sent.csrf)?;
    person.require(May::Pay)?;
    let shown = run::read(&person, PaymentRunId(id)).await?;
    let (engine, brand, row, text) = (person.app.engine.clone(), person.brand, shown.run.clone(), sent.text.clone());
    match blocking(move || engine.read_answers(brand, &row, &text)).await? {
        Ok(outcomes) => {
            conclude(&person, "an answer file was taken in the console", outcomes).await?;
            Ok(done(&format!("/payments/runs/{id}")))
        }
        Err(faults) => {
            let typed = if sent.from_file { "" } else { &sent.text };
            let page = run::screen(&person, &shown, &html! {}, &refused(&faults), typed);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Faults of one file that are shown: with more, it is another file.
const FAULTS_SHOWN_MAX: usize = 50;

fn refused(faults: &[AnswerFault]) -> Markup {
    html! {
        p.wrong role="alert" { "Nothing of it was taken:" }
        ul.plain-list {
            @for fault in faults.iter().take(FAULTS_SHOWN_MAX) { li.wrong { (fault) } }
            @if faults.len() > FAULTS_SHOWN_MAX { li.wrong { "And " (faults.len() - FAULTS_SHOWN_MAX) " more." } }
        }
    }
}

pub async fn conclude(person: &Person, reason: &str, outcomes: Vec<Outcome>) -> Result<(), Failure> {
    let actor = Actor { user: person.user, role: person.role, reason: reason.to_owned() };
    Ok(person.app.engine.conclude(person.brand, &actor, outcomes).await?)
}

/// Those that waited when the page was shown, and no other.
pub async fn settle_all(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let csrf = sent.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value.as_str());
    person.check_csrf(csrf)?;
    person.require(May::Pay)?;
    let shown = run::read(&person, PaymentRunId(id)).await?;
    let named = |name: &str| sent.iter().any(|(field, value)| field == "payment" && value == name);
    let waiting = shown.in_state(PaymentState::Sent).map(|it| it.row.id).filter(|id| named(&payment_name(*id)));
    let outcomes = waiting.map(|payment| Outcome { payment, failure: None }).collect();
    conclude(&person, "marked as paid in the console", outcomes).await?;
    Ok(done(&format!("/payments/runs/{id}")))
}
