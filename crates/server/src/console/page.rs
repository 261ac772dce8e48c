//! The frame around every screen.

use maud::{Markup, html};
use referee_core::fact::Role;

use super::click_payouts;
use super::person::{May, Person};
use super::plain::{document, logo};

/// A screen of the console.
pub fn page(person: &Person, here: &str, title: &str, body: Markup) -> Markup {
    document(
        title,
        html! {
            a.skip href="#main" { "Skip to the content" }
            div.frame {
                nav aria-label="Screens" {
                    (logo())
                    @for (group, links) in screens(person) {
                        @if !group.is_empty() { h6 { (group) } }
                        @for (address, name) in links {
                            a href=(address) aria-current=[(address == here).then_some("page")] { (name) }
                        }
                    }
                    div.who {
                        (brand_choice(person))
                        a href="/account" aria-current=[(here == "/account").then_some("page")] { (person.name) }
                        form action="/sign-out" method="post" { (csrf(person)) button.link { "Sign out" } }
                    }
                }
                main #main {
                    header {
                        h1 { (title) }
                        span.grow {}
                        form.search action="/search" method="get" role="search" {
                            label.unseen for="search" { "Search" }
                            input #search type="search" name="q" placeholder="Order, click, partner or code" autocomplete="off";
                            kbd { "/" }
                        }
                    }
                    @if person.done { p.said role="status" { "Done." } }
                    (body)
                }
            }
        },
    )
}

/// For somebody with roles at several brands: which one is looked at.
fn brand_choice(person: &Person) -> Markup {
    html! {
        @if person.brands.len() > 1 {
            form.brands action="/brand" method="post" {
                (csrf(person))
                label { span.unseen { "Brand" } select name="brand" {
                    @for (id, name) in &person.brands { option value=(id) selected[*id == person.brand] { (name) } }
                } }
                button { "Switch" }
            }
        }
    }
}

/// What each role finds in the navigation.
fn screens(person: &Person) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    if person.role == Role::Partner {
        let mut own = vec![
            ("/", "Earnings"),
            ("/actions", "Actions"),
            ("/inquiries", "Inquiries"),
            ("/clicks", "Clicks"),
            ("/ads", "Links"),
            ("/contract", "Contract"),
            ("/payments", "Payments"),
            ("/months", "Statements"),
            ("/documents", "Documents"),
            ("/payees/own", "Payment details"),
            ("/api-access", "API access"),
        ];
        if click_payouts::is_of_use(person) {
            own.insert(4, ("/reports/click-payouts", "CPC earnings"));
        }
        return vec![("", own), ("Help", vec![("/docs", "Documentation")])];
    }
    let mut first = vec![
        ("/", "Overview"),
        ("/partners", "Partners"),
        ("/ads", "Ads and links"),
        ("/actions", "Actions"),
        ("/inquiries", "Inquiries"),
        ("/conversions", "Conversions"),
        ("/clicks", "Clicks"),
        ("/profiles", "Profiles"),
        ("/feed", "Live feed"),
    ];
    if person.may(May::Manage) {
        first.insert(6, ("/imports", "Changes by file"));
        first.insert(first.len() - 2, ("/pending-clicks", "Pending clicks"));
    }
    let mut money = vec![("/payments", "Payments"), ("/months", "Months"), ("/documents", "Documents")];
    if click_payouts::is_of_use(person) {
        money.insert(0, ("/reports/click-payouts", "Click payouts"));
    }
    if person.may(May::Pay) {
        money.extend([("/payer", "Payer"), ("/mails", "Mail")]);
    }
    let mut set_up = Vec::new();
    if [May::SetUp, May::ManageUsers, May::Pay].into_iter().any(|what| person.may(what)) {
        set_up.push(("/settings", "Settings"));
    }
    if person.may(May::Manage) {
        set_up.push(("/what-if", "What if"));
        set_up.push(("/audit", "Audit trail"));
    }
    set_up.push(("/docs", "Documentation"));
    vec![("", first), ("Money", money), ("Set-up", set_up)]
}

/// The hidden field that every form brings back.
pub fn csrf(person: &Person) -> Markup {
    html! { input type="hidden" name="csrf" value=(person.csrf); }
}

/// A state that teaches its next step.
pub fn empty(what: &str, next: Markup) -> Markup {
    html! { section.card.pad.empty { p { b { (what) } } (next) } }
}

/// A text to copy.
pub fn snippet(text: &str) -> Markup {
    html! { pre.snippet { code { (text) } button type="button" data-copy { "Copy" } } }
}
