//! One box that finds an order, an action, a click, a partner or a code.

use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use referee_core::fact::Role;
use referee_core::id::{ActionId, ClickNo};
use referee_core::program::AssignedValue;
use referee_core::row::{ConversionRow, OrderKey};
use referee_engine::books::reads::ActionFilter;
use referee_engine::engine::blocking;
use referee_engine::intake::click_id::{Opened, open};
use serde::Deserialize;

use super::order::order_address;
use super::page::{empty, page};
use super::person::{Failure, Person};
use crate::claims;

const HITS: u32 = 20;

#[derive(Deserialize, Default)]
pub struct SearchQuery {
    #[serde(default)]
    q: String,
}

struct Hit {
    address: String,
    what: String,
}

pub async fn find(person: Person, Query(query): Query<SearchQuery>) -> Result<Response, Failure> {
    let wanted = query.q.trim().chars().take(255).collect::<String>();
    let mut hits = if wanted.is_empty() { Vec::new() } else { in_books(&person, &wanted).await? };
    hits.extend(in_config(&person, &wanted));
    if let [only] = hits.as_slice() {
        return Ok(Redirect::to(&only.address).into_response());
    }
    let body = html! {
        @if hits.is_empty() {
            (empty(&format!("Nothing is called {wanted}"), html! {
                p { "Search for an order's id or its beginning, an action's id, a click id or number, a partner's name or id, or a promo code." }
                p { a.underlined href=(order_address(&wanted)) { "What became of an order of this id" } }
            }))
        } @else {
            section.card { ul.hits { @for hit in &hits { li { a.underlined href=(hit.address) { (hit.what) } } } } }
        }
    };
    Ok(page(&person, "/search", &format!("Search: {wanted}"), body).into_response())
}

async fn in_books(person: &Person, wanted: &str) -> Result<Vec<Hit>, Failure> {
    let (engine, brand, partner, text) = (person.app.engine.clone(), person.brand, person.partner, wanted.to_owned());
    let click_no = click_no(person, wanted);
    let (actions, conversions, refused, click) = blocking(move || {
        let mut actions = Vec::new();
        if let Ok(id) = text.parse::<ActionId>() {
            actions.extend(engine.reads.action(brand, id)?);
        }
        let of_order = ActionFilter { partner, order_id: Some(text.clone()), ..ActionFilter::default() };
        actions.extend(engine.reads.actions(brand, &of_order, None, HITS)?);
        actions.retain(|action| partner.is_none_or(|own| own == action.partner));
        actions.dedup_by_key(|action| action.id);
        // Orders that earned a partner nothing are the brand's to see.
        let conversions = if partner.is_none() { engine.reads.orders_like(brand, &text, HITS)? } else { Vec::new() };
        let refused = partner.is_none() && !engine.settings.refused_of_order(brand, &text, 1)?.is_empty();
        let click = match click_no {
            Some(no) => engine.reads.click(brand, no)?.filter(|click| partner.is_none_or(|own| own == click.partner)),
            None => None,
        };
        Ok((actions, conversions, refused, click))
    })
    .await?;
    let mut hits: Vec<Hit> = actions
        .iter()
        .map(|action| Hit {
            address: format!("/actions/{}", action.id),
            what: format!("Order {}, {}", action.order_id, person.partner_name(action.partner)),
        })
        .collect();
    let not_shown =
        |(_, row): &&(OrderKey, ConversionRow)| !actions.iter().any(|action| row.actions.contains(&action.id));
    hits.extend(conversions.iter().filter(not_shown).map(|(key, row)| Hit {
        address: match row.actions.as_slice() {
            [only] => format!("/actions/{only}"),
            _ => order_address(&key.order_id),
        },
        what: format!("Order {}", key.order_id),
    }));
    let told = hits.iter().any(|hit| hit.address == order_address(wanted));
    if refused && !told && actions.is_empty() {
        hits.push(Hit { address: order_address(wanted), what: format!("Refused reports of order {wanted}") });
    }
    hits.extend(
        click.map(|click| Hit { address: format!("/clicks?no={}", click.no), what: format!("Click {}", click.no) }),
    );
    Ok(hits)
}

/// A click by its id, or by the number inside.
fn click_no(person: &Person, wanted: &str) -> Option<ClickNo> {
    let routing = person.app.engine.routing();
    let keys = routing.brands.get(&person.brand)?.keys.clone();
    drop(routing);
    let opened = person.config.programs.keys().find_map(|program| open(&keys, *program, wanted).ok());
    match opened {
        Some(Opened::Click(click)) => Some(click.no),
        Some(Opened::Journey(_)) => None,
        None => wanted.parse().ok().map(ClickNo),
    }
}

fn in_config(person: &Person, wanted: &str) -> Vec<Hit> {
    if wanted.is_empty() || person.role == Role::Partner {
        return Vec::new();
    }
    let lower = wanted.to_lowercase();
    let mut hits: Vec<Hit> = person
        .partner_names
        .iter()
        .filter(|(id, name)| name.to_lowercase().contains(&lower) || id.to_string() == wanted)
        .map(|(id, name)| Hit { address: format!("/partners/{id}"), what: format!("Partner {name}") })
        .collect();
    let upper = wanted.to_uppercase();
    let codes = person.config.promo_codes.values().filter(|code| code.code == upper || code.takes(&upper));
    hits.extend(codes.map(|code| Hit {
        address: format!("/partners/{}", code.partner),
        what: format!("Promo code {} of {}", code.code, person.partner_name(code.partner)),
    }));
    let is_named = |it: &&AssignedValue| claims::value(it.kind, wanted).is_ok_and(|value| value == it.value);
    let values = person.config.assigned_values.values().filter(is_named);
    hits.extend(values.map(|it| Hit {
        address: format!("/partners/{}", it.partner),
        what: format!("{} of {}", it.value, person.partner_name(it.partner)),
    }));
    hits
}
