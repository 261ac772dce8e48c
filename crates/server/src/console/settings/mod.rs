//! Settings: programs with their template terms and event types, identifiers, tokens, and people.

pub mod data_protection;
pub mod domains;
pub mod event_types;
pub mod groups;
pub mod identifiers;
pub mod lists;
pub mod overlays;
pub mod payments;
pub mod people;
pub mod program;
pub mod rates;
pub mod screening;
pub mod shop_requests;
pub mod shopify;
pub mod tokens;

use maud::{Markup, html};
use referee_core::program::Program;
use serde::Deserialize;

use super::page::page;
use super::person::{May, Person};

/// A screen of the settings, with the way to the others.
pub(super) fn screen(person: &Person, here: &str, title: &str, body: Markup) -> Markup {
    let mut places = Vec::new();
    if person.may(May::SetUp) {
        places.extend([
            ("/settings", "Programs"),
            ("/settings/tracking-domains", "Tracking domains"),
            ("/settings/groups", "Groups"),
            ("/settings/overlays", "Overlays"),
            ("/settings/lists", "Lists"),
            ("/settings/screening", "Screening"),
            ("/settings/exchange-rates", "Exchange rates"),
            ("/settings/identifiers", "Identifiers"),
            ("/settings/shopify", "Shopify"),
            ("/settings/tokens", "Tokens"),
            (data_protection::HERE, "Data protection"),
        ]);
    }
    if person.may(May::Manage) {
        places.push(("/settings/erasure", "Erasure"));
    }
    if person.may(May::Pay) {
        places.push(("/settings/payments", "Payments"));
    }
    if person.may(May::ManageUsers) {
        places.push(("/settings/people", "People"));
    }
    let body = html! {
        nav.chips aria-label="Settings" {
            @for (address, name) in places {
                a.chip.on[address == here] href=(address) aria-current=[(address == here).then_some("page")] { (name) }
            }
        }
        (body)
    };
    page(person, "/settings", title, body)
}

#[derive(Deserialize, Default)]
pub struct ProgramQuery {
    program: Option<u32>,
}

/// A screen of the settings of one program, with the way to those of the others.
fn program_screen(
    person: &Person,
    chosen: Option<u32>,
    (here, title): (&str, &str),
    body: impl Fn(&Person, &Program) -> Markup,
) -> Markup {
    let body = html! {
        @match person.program(chosen) {
            None => p { a.underlined href="/settings" { "Set up the program first" } },
            Some(program) => {
                @if person.config.programs.len() > 1 { nav.chips aria-label="Programs" {
                    @for it in person.config.programs.values() {
                        a.chip.on[it.id == program.id] href={ (here) "?program=" (it.id) } aria-current=[(it.id == program.id).then_some("true")] { (it.name) }
                    }
                } }
                (body(person, program))
            }
        }
    };
    screen(person, here, title, body)
}
