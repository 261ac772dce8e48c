//! The files of a run: written when they are asked for, or refused with every reason.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use maud::{Markup, html};
use referee_core::id::PaymentRunId;
use referee_core::row::PaymentState;
use referee_engine::engine::blocking;
use referee_engine::payment_file::FileKind;
use referee_engine::payment_run::{Obstacle, RunFault, payment_name};

use super::super::format;
use super::super::person::{Failure, May, Person};
use super::ready::obstacle_text;
use super::run::{self, RunShown};

fn words(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Sepa => "SEPA file for the bank",
        FileKind::PayPal => "PayPal file",
        FileKind::Wise => "Wise file",
        FileKind::Generic => "All of them as a list",
    }
}

/// Only the files that somebody of the run is paid by.
pub fn section(person: &Person, shown: &RunShown) -> Markup {
    let takes = |kind: FileKind| {
        let waiting = shown.in_state(PaymentState::Sent);
        waiting.filter(|it| it.payee.payee.method.as_ref().is_none_or(|method| kind.takes(method.kind))).count()
    };
    let written = shown.in_state(PaymentState::Sent).filter(|it| it.in_file).map(|it| &it.figures);
    let last = written.max_by_key(|it| it.written_at);
    html! {
        section.card.pad {
            h2 { "1. Transfer" }
            p { "Give each file to the bank or service it is for, once." }
            ul.plain-list { @for kind in FileKind::ALL {
                @let count = takes(kind);
                @if count > 0 {
                    li { a.underlined href={ "/payments/runs/" (shown.run.id) "/files/" (kind.code()) } { (words(kind)) } span.muted { " " (count) @if count == 1 { " payment" } @else { " payments" } } }
                }
            } }
            @if let Some(last) = last {
                p.muted { "Last written " (format::date_time(last.written_at(), &person.zone(None))) " by " (run::who(Some(last.written_by()), &shown.names)) ". The same payments make a file of the same name, which a bank takes only once." }
            }
        }
    }
}

pub async fn download(person: Person, Path((id, kind)): Path<(u32, String)>) -> Result<Response, Failure> {
    person.require(May::Pay)?;
    let kind = FileKind::ALL.into_iter().find(|it| it.code() == kind).ok_or(Failure::NotFound)?;
    let shown = run::read(&person, PaymentRunId(id)).await?;
    let (engine, brand, user, row) = (person.app.engine.clone(), person.brand, person.user, shown.run.clone());
    match blocking(move || engine.write_run_file(brand, &row, kind, user)).await? {
        Ok(file) => {
            let lines = [
                (header::CONTENT_TYPE, kind.content_type().to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)),
            ];
            Ok((lines, file.text).into_response())
        }
        Err(faults) => {
            let said = refused(&person, kind, &faults);
            let page = run::screen(&person, &shown, &said, &html! {}, "");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn refused(person: &Person, kind: FileKind, faults: &[RunFault]) -> Markup {
    html! {
        section.card.pad.answer.open role="alert" {
            p.verdict { (words(kind)) ": it was not written, and nothing was changed." }
            ul.plain-list { @for fault in faults { li { (sentence(person, fault)) } } }
            p.muted { "Have it put right and ask again, or open the payment and mark it as failed: what it holds is owed again, and the file has the others." }
        }
    }
}

fn sentence(person: &Person, fault: &RunFault) -> Markup {
    let text = match fault.block {
        Some(block) => obstacle_text(person, Obstacle::Blocked(block)),
        None => fault.sentence.to_owned(),
    };
    html! {
        @if let Some((payment, partner)) = fault.payment {
            a.underlined href={ "/payments/" (payment) } { (payment_name(payment)) } " to " (person.partner_name(partner)) ": "
        }
        (text)
    }
}
