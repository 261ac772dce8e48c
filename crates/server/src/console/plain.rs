//! Pages for nobody in particular, and what all pages have in common.

use maud::{DOCTYPE, Markup, html};

/// A page for somebody who is not signed in.
pub fn plain_page(title: &str, body: Markup) -> Markup {
    document(
        title,
        html! {
            div.plain { (logo()) main #main { (body) } }
        },
    )
}

pub fn error_page(title: &str, text: &str) -> Markup {
    plain_page(
        title,
        html! {
            section.card.pad.narrow {
                h1 { (title) }
                p { (text) }
                div.row {
                    // Shown by the script, which alone can go back.
                    button.primary type="button" data-back hidden { "Back" }
                    a.button href="/" { "To the overview" }
                }
            }
        },
    )
}

/// The bones of every page.
pub fn document(title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · Referee" }
                link rel="stylesheet" href="/assets/console.css";
                link rel="icon" href="data:,";
                script src="/assets/console.js" defer {}
            }
            body { (body) }
        }
    }
}

pub fn logo() -> Markup {
    html! {
        a.logo href="/" {
            svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" {
                path d="M3 15V3h7a4 4 0 0 1 0 8H6m4 0 4 4" fill="none" stroke="currentColor" stroke-width="2" {}
            }
            "Referee"
        }
    }
}
