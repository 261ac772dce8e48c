//! What people and programs type of a shop, checked.

use referee_core::config::Config;
use referee_core::id::{EventTypeId, ProgramId};
use referee_engine::intake::shop::CategoryFrom;
use referee_engine::intake::shop::signature::is_shop_domain;
use referee_engine::settings::{KeptShop, NewShop};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::vendor::actions::date;

/// Letters of an app's id or secret.
const SECRET_CHARS_MAX: usize = 200;
const PROPERTY_CHARS_MAX: usize = 60;

#[derive(Deserialize, Default)]
pub struct ShopWords {
    pub domain: String,
    pub program_id: u32,
    /// Id or code.
    pub event_type: String,
    pub client_id: String,
    /// None or empty: the one that is known.
    pub client_secret: Option<String>,
    /// `created` or `paid`.
    pub opens_at: Option<String>,
    /// `vendor`, `none` or `property:NAME`.
    pub category: Option<String>,
}

type Fault = (&'static str, &'static str);

impl ShopWords {
    pub fn read(&self, config: &Config) -> Result<NewShop, Fault> {
        let domain = domain(&self.domain)?;
        let program = ProgramId(self.program_id);
        if !config.programs.contains_key(&program) {
            return Err(("program_id", "There is no such program."));
        }
        let event_type = event_type(config, program, self.event_type.trim())?;
        let plain = |text: &str| text.len() <= SECRET_CHARS_MAX && text.bytes().all(|it| it.is_ascii_graphic());
        let client_id = self.client_id.trim();
        if client_id.is_empty() || !plain(client_id) {
            return Err(("client_id", "The app's client id stands in its settings at Shopify."));
        }
        let client_secret = self.client_secret.as_deref().map(str::trim).filter(|it| !it.is_empty());
        if client_secret.is_some_and(|it| !plain(it)) {
            return Err(("client_secret", "The app's client secret stands in its settings at Shopify."));
        }
        let opens_when_paid = match self.opens_at.as_deref().unwrap_or("paid") {
            "paid" => true,
            "created" => false,
            _ => return Err(("opens_at", "It is created or paid.")),
        };
        let category = self.category.as_deref().map(str::trim).filter(|it| !it.is_empty()).unwrap_or("vendor");
        let category = CategoryFrom::from_code(category).filter(|_| category.chars().count() <= PROPERTY_CHARS_MAX);
        let category =
            category.ok_or(("category", "It is vendor, none, or property: and the name of a line's property."))?;
        Ok(NewShop {
            domain,
            program,
            event_type,
            client_id: client_id.to_owned(),
            client_secret: client_secret.map(str::to_owned),
            opens_when_paid,
            category,
        })
    }
}

/// `name.myshopify.com`, also as people paste it.
pub fn domain(text: &str) -> Result<String, Fault> {
    let text = text.trim().to_lowercase();
    let bare = text.strip_prefix("https://").unwrap_or(&text).trim_end_matches('/');
    let bare = bare.strip_prefix("admin.shopify.com/store/").map(|name| format!("{name}.myshopify.com"));
    let bare = bare.unwrap_or_else(|| text.trim_start_matches("https://").trim_end_matches('/').to_owned());
    let domain = if bare.contains('.') { bare } else { format!("{bare}.myshopify.com") };
    if is_shop_domain(&domain) {
        Ok(domain)
    } else {
        Err(("domain", "It is the shop's own name at Shopify, such as your-shop.myshopify.com."))
    }
}

fn event_type(config: &Config, program: ProgramId, named: &str) -> Result<EventTypeId, Fault> {
    let mut of_program = config.event_types.values().filter(|it| it.program == program);
    let id = named.parse::<EventTypeId>().ok();
    let found = of_program.find(|it| Some(it.id) == id || !it.code.is_empty() && it.code.eq_ignore_ascii_case(named));
    found.map(|it| it.id).ok_or(("event_type", "The program has no such event type."))
}

/// Where the shop sends to.
pub fn webhook_address(app: &App, shop: &KeptShop) -> String {
    format!("{}/shopify/{}/webhooks", app.console_origin(), shop.key)
}

/// A shop as the API tells of it: nothing of its secrets.
pub fn told(app: &App, shop: &KeptShop) -> Value {
    json!({
        "key": shop.key,
        "domain": shop.domain,
        "program_id": shop.program.0,
        "event_type_id": shop.event_type.0,
        "client_id": shop.client_id,
        "opens_at": if shop.opens_when_paid { "paid" } else { "created" },
        "category": shop.category.code(),
        "state": shop.state.code(),
        "changed_at": date(shop.changed_at),
        "webhook_address": webhook_address(app, shop),
        "signatures_wrong": shop.signatures_wrong,
        "reconciled_at": shop.reconciled_at.map(date),
        "reconciled_orders": shop.reconciled_orders,
        "reconciled_new": shop.reconciled_new,
        "reconcile_trouble": Some(&shop.reconcile_trouble).filter(|it| !it.is_empty()),
    })
}
