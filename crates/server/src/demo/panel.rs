//! The side panel: what tracking just did on this page, for whoever looks around in the demonstration.

use maud::{Markup, html};

use super::pages::{Order, Page};

pub fn aside(page: &Page<'_>, order: Option<&Order>) -> Markup {
    html! {
        aside.panel aria-label="What tracking does on this page" {
            h2 { "What the tag just did" }
            p.muted { "Not part of the shop: a look behind it." }
            @if page.visitor.pixel_only {
                ol { (pictures(page, order)) }
            } @else {
                ol #what { li.waiting { "Waiting for the tag…" } }
            }
            @if let Some(order) = order {
                p { a.button href={ (page.config.console_origin) "/orders?id=" (order.id) } { "Who earns it, and why" } }
            }
            @if page.visitor.customer.is_none() {
                p.muted { "Sign in above to see how two devices of one customer are joined." }
            }
            @if page.visitor.pixel_only { p { a href="/?mode=tag" { "Use the tag again" } } }
            @else { p { a href="/?mode=pixel" { "Do without scripts: use the pixel only" } } }
        }
    }
}

fn pictures(page: &Page<'_>, order: Option<&Order>) -> Markup {
    html! {
        li {
            b { "Visit" } " reported by a picture. No script runs; the visitor cookie travels along."
            details { summary { "What was asked for" } pre { (page.visit_address()) } }
        }
        @if let Some(order) = order {
            li {
                b { "Conversion" } " of order " (order.id) " reported by a picture."
                details { summary { "What was asked for" } pre { (page.conversion_address(order)) } }
            }
        }
    }
}
