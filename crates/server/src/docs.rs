//! The documentation, as it lies in the repository, on the console's host.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::StatusCode;
use maud::{PreEscaped, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::app::App;
use crate::console::plain::plain_page;

macro_rules! documents {
    ($($path:literal),* $(,)?) => {
        /// Path and text of every page, in reading order.
        const DOCUMENTS: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../../docs/", $path, ".md")))),*];
    };
}

documents! {
    "start",
    "guide/missing-order",
    "guide/changes-by-file",
    "guide/inquiries",
    "guide/click-payouts",
    "guide/pending-clicks",
    "guide/shopify",
    "guide/partner-api",
    "guide/payments",
    "guide/mail",
    "guide/scale-out",
    "concepts/tracking-methods",
    "concepts/the-log",
    "concepts/identity",
    "concepts/attribution",
    "concepts/currencies",
    "concepts/locking",
    "concepts/ledger",
    "concepts/one-year",
    "concepts/scale",
    "reference/http-api",
    "reference/identifiers",
    "reference/click-ids",
    "reference/signals",
    "reference/agents",
    "reference/click-reports",
    "reference/terms",
    "reference/screening",
    "reference/payment-files",
    "reference/refusals",
    "reference/answers",
    "reference/errors",
    "reference/configuration",
    "reference/benchmarks",
    "reference/identity-corpus",
    "reference/click-statistics",
    "reference/screening-figures",
}

pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/start") }))
        .route("/docs/{*path}", get(show_document))
}

async fn show_document(Path(path): Path<String>) -> Response {
    let path = path.trim_end_matches(".md");
    let found = DOCUMENTS.iter().find(|(name, _)| *name == path);
    let Some((_, text)) = found else {
        return (
            StatusCode::NOT_FOUND,
            plain_page("Not found", html! { p { "There is no such page. " a href="/docs" { "All pages" } } }),
        )
            .into_response();
    };
    let body = html! {
        div.docs {
            nav.toc aria-label="Documentation" {
                ul { @for (name, text) in DOCUMENTS { li { a href={ "/docs/" (name) } aria-current=[(*name == path).then_some("page")] { (title(text)) } } } }
            }
            article { (PreEscaped(rendered(text))) }
        }
    };
    plain_page(title(text), body).into_response()
}

fn title(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap_or("Documentation")
}

/// The documents are our own; HTML in them is shown as text all the same.
fn rendered(text: &str) -> String {
    let mut events: Vec<Event<'_>> = Parser::new_ext(text, Options::ENABLE_TABLES)
        .map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
            other => other,
        })
        .collect();
    for i in 0..events.len() {
        let name = heading_name(&events[i..]);
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[i] {
            *id = Some(name.into());
        }
    }
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, events.into_iter());
    html
}

/// What a heading is linked to by: its words in lower case, joined by hyphens.
fn heading_name(events: &[Event<'_>]) -> String {
    let until_end = events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    let words = until_end.filter_map(|event| match event {
        Event::Text(text) | Event::Code(text) => Some(text.to_lowercase()),
        _ => None,
    });
    let text = words.collect::<String>().replace(' ', "-");
    text.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_renders() {
        for (path, text) in DOCUMENTS {
            assert_ne!(title(text), "Documentation", "{path}");
            assert!(rendered(text).contains("<h1 id="), "{path}");
        }
    }

    #[test]
    fn headings_can_be_linked_to() {
        assert!(rendered("# A\n\n## not_found\n").contains("<h2 id=\"not_found\">"));
        assert!(rendered("## `CODE` and words!").contains("<h2 id=\"code-and-words\">"));
    }
}
