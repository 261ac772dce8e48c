//! Shops of Shopify: how each is connected, what it sent and what became of it, what was found at night, and a test.

use std::collections::BTreeMap;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use maud::{Markup, html};
use referee_core::row::SubmissionRow;
use referee_core::time::Zone;
use referee_engine::engine::blocking;
use referee_engine::settings::{KeptShop, ShopDelivery, ShopSecrets, ShopState};
use serde::Deserialize;
use serde_json::json;

use super::super::form::Fields;
use super::super::format;
use super::super::order::order_address;
use super::super::page::{csrf, empty, snippet};
use super::super::person::{Failure, May, Person, done};
use super::super::table::{Table, cell, minor, minor_figure, number_cell, shown_cell, text, time_cell};
use super::{screen, shop_requests};
use crate::reports::submission_named;
use crate::shopify::client::{Trouble, ask};
use crate::shopify::install::{TOPICS, subscribed, way_in};
use crate::shopify::reconcile::reconcile;
use crate::shopify::words::{ShopWords, webhook_address};

pub(super) const HERE: &str = "/settings/shopify";

/// A shop with what is told of it.
struct Shown {
    shop: KeptShop,
    deliveries: Vec<ShopDelivery>,
    told: BTreeMap<String, SubmissionRow>,
}

pub async fn show(person: Person) -> Result<Response, Failure> {
    person.require(May::SetUp)?;
    Ok(shown(&person, None).await?.into_response())
}

async fn shown(person: &Person, refused: Option<(&Fields, &str)>) -> Result<Markup, Failure> {
    let (engine, brand) = (person.app.engine.clone(), person.brand);
    // Whoever has just sent something looks for what became of it; while the log is away, what is known is shown.
    _ = engine.catch_up(brand).await;
    let (shops, requests) = blocking(move || {
        let mut all = Vec::new();
        for shop in engine.settings.shops(brand)? {
            let deliveries = engine.settings.shop_deliveries(&shop.key)?;
            let mut told = BTreeMap::new();
            for name in deliveries.iter().map(|it| &it.submission).filter(|it| !it.is_empty()) {
                let found = submission_named(name).map(|id| engine.reads.submission(brand, id)).transpose()?;
                told.extend(found.flatten().map(|row| (name.clone(), row)));
            }
            all.push(Shown { shop, deliveries, told });
        }
        Ok((all, engine.settings.shop_requests(brand)?))
    })
    .await?;
    let zone = person.zone(None);
    let body = html! {
        @if shops.is_empty() {
            (empty("No shop is connected yet.", html! { "Make an app at Shopify, and type its id and secret below. " a.underlined href="/docs/guide/shopify" { "Step by step" } }))
        }
        @for it in &shops { (section(person, it, &zone)) }
        (shop_requests::section(person, &requests, &zone))
        (form(person, shops.first().map(|it| &it.shop), refused))
    };
    Ok(screen(person, HERE, "Shopify", body))
}

fn section(person: &Person, it: &Shown, zone: &Zone) -> Markup {
    let Shown { shop, deliveries, told } = it;
    let refused = deliveries.iter().filter(|it| is_refused(it)).count();
    let program = person.config.programs.get(&shop.program).map_or("no program", |it| it.name.as_str());
    let event_type =
        person.config.event_types.get(&(shop.program, shop.event_type)).map_or("no event type", |it| it.name.as_str());
    html! {
        section.card.pad {
            h2 { (shop.domain) " " span.tag.(if shop.state == ShopState::Connected { "active" } else { "paused" }) { (state(shop.state)) } }
            p {
                (program) ", " (event_type) ": an order opens its action when it is " (if shop.opens_when_paid { "paid" } else { "created" })
                ". The category of an item is " (category(shop)) "."
            }
            dl.facts {
                dt { "Since" } dd { (format::date_time(shop.changed_at, zone)) }
                dt { "Messages shown below" } dd { (deliveries.len()) ", refused " (refused) }
                dt { "Wrong signatures" }
                dd { (shop.signatures_wrong) @if let Some(at) = shop.wrong_at { ", the last " (format::date_time(at, zone)) } }
                dt { "Asked for what changed" }
                dd {
                    @match shop.reconciled_at {
                        None => "Not yet: it is asked once a night",
                        Some(at) => { (format::date_time(at, zone)) ": " (shop.reconciled_orders) " orders, " (shop.reconciled_new) " of them had not been told" }
                    }
                    @if !shop.reconcile_trouble.is_empty() { br; span.wrong { (shop.reconcile_trouble) } }
                }
            }
            p { "Webhooks go to" } (snippet(&webhook_address(&person.app, shop)))
            div.row {
                @if shop.state != ShopState::Connected { (button(person, shop, "connect", "Let the app into the shop", "")) }
                @if shop.state == ShopState::Connected {
                    (button(person, shop, "test", "Test the connection", ""))
                    (button(person, shop, "reconcile", "Ask for what changed now", ""))
                }
                @if shop.state.is_open() {
                    (button(person, shop, "disconnect", "Disconnect", "Disconnect this shop? Its messages are refused from then on; orders that are here go on."))
                }
            }
            h3 { "Last messages" }
            @if deliveries.is_empty() { p.muted { "The shop has sent nothing yet." } }
            @else { (deliveries_table(deliveries, told, zone).bare()) }
        }
    }
}

fn button(person: &Person, shop: &KeptShop, what: &str, name: &str, confirm: &str) -> Markup {
    html! {
        form.inline action={ (HERE) "/" (shop.key) "/" (what) } method="post" data-confirm=[(!confirm.is_empty()).then_some(confirm)] {
            (csrf(person)) button { (name) }
        }
    }
}

fn state(state: ShopState) -> &'static str {
    match state {
        ShopState::Prepared => "Not let in yet",
        ShopState::Connected => "Connected",
        ShopState::Uninstalled => "Taken off by the shop",
        ShopState::Disconnected => "Disconnected",
    }
}

fn category(shop: &KeptShop) -> String {
    use referee_engine::intake::shop::CategoryFrom;
    match &shop.category {
        CategoryFrom::Vendor => "its vendor".into(),
        CategoryFrom::Property(name) => format!("its property {name}"),
        CategoryFrom::Nothing => "left empty".into(),
    }
}

fn is_refused(it: &ShopDelivery) -> bool {
    it.outcome.starts_with("SHOP_")
}

fn deliveries_table(deliveries: &[ShopDelivery], told: &BTreeMap<String, SubmissionRow>, zone: &Zone) -> Table {
    let columns =
        vec![text("Came"), text("Topic"), text("Order"), text("Outcome"), minor_figure("Times"), minor("More")];
    let row = |it: &ShopDelivery| {
        let row = told.get(&it.submission);
        let (word, class) = match row {
            Some(row) => match row.refusal {
                Some(refusal) => (refusal.code().to_owned(), "reversed"),
                None if row.unchanged => ("nothing new".to_owned(), "paused"),
                None => ("taken".to_owned(), "active"),
            },
            None if is_refused(it) => (it.outcome.clone(), "reversed"),
            None if it.outcome == "kept" => ("kept, not applied yet".to_owned(), "paused"),
            None => (it.outcome.clone(), "paused"),
        };
        let why = row.and_then(|row| row.refusal).map(|refusal| refusal.brand_sentence());
        let order =
            html! { @if !it.order_id.is_empty() { a.underlined href=(order_address(&it.order_id)) { (it.order_id) } } };
        vec![
            time_cell(it.received_at, zone),
            cell(it.topic.clone()),
            shown_cell(order, it.order_id.clone()),
            shown_cell(html! { span.tag.(class) { (word) } }, word.clone()),
            number_cell(i64::try_from(it.times).unwrap_or(i64::MAX)),
            cell(why.map_or_else(|| it.detail.clone(), str::to_owned)),
        ]
    };
    Table { columns, rows: deliveries.iter().map(row).collect() }
}

fn form(person: &Person, known: Option<&KeptShop>, refused: Option<(&Fields, &str)>) -> Markup {
    let sent = |name: &str| refused.map(|(sent, _)| sent.get(name).to_owned());
    let value = |name: &str, kept: fn(&KeptShop) -> String| sent(name).or_else(|| known.map(kept)).unwrap_or_default();
    let chosen = value("event", |shop| format!("{}/{}", shop.program, shop.event_type));
    let opens_at = value("opens_at", |shop| if shop.opens_when_paid { "paid" } else { "created" }.into());
    html! {
        section.card.pad {
            h2 { @if known.is_some() { "Change a shop, or add one" } @else { "Connect a shop" } }
            @if let Some((_, why)) = refused { p.wrong role="alert" { (why) } }
            form.stack.wide action=(HERE) method="post" {
                (csrf(person))
                label { "The shop's name at Shopify"
                    input name="domain" required maxlength="100" placeholder="your-shop.myshopify.com" value=(value("domain", |it| it.domain.clone())); }
                label { "The app's client id" input name="client_id" required maxlength="200" value=(value("client_id", |it| it.client_id.clone())); }
                label { "The app's client secret" @if known.is_some() { " (empty: as it is)" }
                    input name="client_secret" type="password" maxlength="200" autocomplete="off" required[known.is_none()]; }
                label { "Orders are"
                    select name="event" {
                        @for it in person.config.event_types.values() {
                            @let key = format!("{}/{}", it.program, it.id);
                            option value=(key) selected[key == chosen] {
                                (person.config.programs.get(&it.program).map_or("", |it| it.name.as_str())) ": " (it.name)
                            }
                        }
                    } }
                label { "An order opens its action when it is"
                    select name="opens_at" {
                        option value="paid" selected[opens_at != "created"] { "paid" }
                        option value="created" selected[opens_at == "created"] { "created" }
                    } }
                label { "The category of an item is"
                    input name="category" maxlength="60" placeholder="vendor" value=(value("category", |it| it.category.code())); }
                p.muted { "vendor, none, or property: and the name of a property that your theme adds to the lines of the cart." }
                button.primary { "Save" }
            }
        }
    }
}

pub async fn set(person: Person, Form(sent): Form<Vec<(String, String)>>) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::SetUp)?;
    let (program, event_type) = sent.get("event").split_once('/').unwrap_or_default();
    let text = |name: &str| Some(sent.get(name).to_owned());
    let words = ShopWords {
        domain: sent.get("domain").to_owned(),
        program_id: program.parse().unwrap_or_default(),
        event_type: event_type.to_owned(),
        client_id: sent.get("client_id").to_owned(),
        client_secret: text("client_secret"),
        opens_at: text("opens_at"),
        category: text("category"),
    };
    let shop = match words.read(&person.config) {
        Ok(shop) => shop,
        Err((_, why)) => {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&person, Some((&sent, why))).await?).into_response());
        }
    };
    let (engine, brand, now) = (person.app.engine.clone(), person.brand, person.app.engine.now());
    let needs_secret = shop.client_secret.is_none();
    let (domain, client_id) = (shop.domain.clone(), shop.client_id.clone());
    let kept = blocking(move || {
        let known = engine.settings.shops(brand)?.into_iter();
        let mut known = known.filter(|it| it.domain == domain && it.client_id == client_id);
        if needs_secret && known.next().is_none() {
            return Ok(false);
        }
        engine.settings.set_shop(brand, &shop, now).map(|_| true)
    })
    .await?;
    if !kept {
        let why = "The app's client secret is missing.";
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&person, Some((&sent, why))).await?).into_response());
    }
    person.app.shop_feeds.forget();
    Ok(done(HERE))
}

/// A shop of the person's brand.
async fn shop_of(person: &Person, key: String) -> Result<KeptShop, Failure> {
    let engine = person.app.engine.clone();
    let found = blocking(move || engine.settings.shop(&key)).await?;
    found.filter(|shop| shop.brand == person.brand).ok_or(Failure::NotFound)
}

#[derive(Deserialize)]
pub struct Pressed {
    csrf: String,
}

pub async fn connect(person: Person, Path(key): Path<String>, Form(sent): Form<Pressed>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let shop = shop_of(&person, key).await?;
    let to = way_in(&person.app, &shop).await?;
    // A form of these pages leads nowhere else, so that the last step is a link.
    let body = html! {
        section.card.pad.narrow {
            p { "Shopify asks you there whether the app may read the orders of " (shop.domain) ". Then you come back here." }
            p { a.underlined href=(to) { "Go to " (shop.domain) } }
        }
    };
    Ok(screen(&person, HERE, "Let the app into the shop", body).into_response())
}

pub async fn disconnect(
    person: Person,
    Path(key): Path<String>,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let shop = shop_of(&person, key).await?;
    let (engine, now) = (person.app.engine.clone(), person.app.engine.now());
    let client_secret = shop.secrets.client_secret.clone();
    let secrets = ShopSecrets { client_secret, ..ShopSecrets::default() };
    blocking(move || engine.settings.set_shop_state(&shop.key, ShopState::Disconnected, secrets, now)).await?;
    person.app.shop_feeds.forget();
    Ok(done(HERE))
}

pub async fn reconcile_now(
    person: Person,
    Path(key): Path<String>,
    Form(sent): Form<Pressed>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let shop = shop_of(&person, key).await?;
    reconcile(&person.app, shop, person.app.engine.now()).await?;
    Ok(done(HERE))
}

/// Asks the shop who it is and what it sends here.
pub async fn test(person: Person, Path(key): Path<String>, Form(sent): Form<Pressed>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::SetUp)?;
    let mut shop = shop_of(&person, key).await?;
    let address = webhook_address(&person.app, &shop);
    let query = "query { shop { name myshopifyDomain currencyCode } }";
    let mut lines: Vec<(bool, String)> = Vec::new();
    match ask(&person.app, &mut shop, query, json!({})).await {
        Ok(answer) => {
            let text = |name: &str| answer["shop"][name].as_str().unwrap_or("?").to_owned();
            let same = text("myshopifyDomain") == shop.domain;
            lines.push((same, format!("The shop answers: {}, {}.", text("name"), text("myshopifyDomain"))));
            let program = person.config.programs.get(&shop.program).map(|it| it.currency.to_string());
            let currency = text("currencyCode");
            let note = match program {
                Some(own) if own != currency => {
                    format!("Its orders are in {currency} and the program in {own}: load exchange rates.")
                }
                _ => format!("Its orders are in {currency}, as the program."),
            };
            lines.push((true, note));
            match subscribed(&person.app, &mut shop).await {
                Ok(has) => lines.extend(TOPICS.map(|topic| {
                    let here = has.iter().any(|(of, to)| of == topic && *to == address);
                    let word = if here {
                        "is sent here"
                    } else {
                        "is not asked for by the app itself; its configuration at Shopify may do so"
                    };
                    (here, format!("{} {word}.", topic.to_lowercase().replacen('_', "/", 1)))
                })),
                Err(Trouble(why)) => lines.push((false, why)),
            }
        }
        Err(Trouble(why)) => lines.push((false, why)),
    }
    let well = lines.iter().all(|(well, _)| *well);
    let body = html! {
        section.card.pad.narrow {
            h2 { @if well { "All is well" } @else { "Something is missing" } }
            ul { @for (well, line) in &lines { li { span.tag.(if *well { "active" } else { "reversed" }) { (if *well { "yes" } else { "no" }) } " " (line) } } }
            p { a.underlined href=(HERE) { "To the shops" } }
        }
    };
    Ok(screen(&person, HERE, "Test of a shop", body).into_response())
}
