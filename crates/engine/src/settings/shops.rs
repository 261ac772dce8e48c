//! Shops of Shopify: how each is connected, what it sent, and what it asked for by law.

use referee_core::id::{BrandId, EventTypeId, ProgramId};
use referee_core::time::{MINUTE_MS, Timestamp};
use serde::{Deserialize, Serialize};

use super::payees::{seal, unseal};
use super::{Settings, Vault, random_text};
use crate::database::{Row, find, list};
use crate::error::{Error, Result};
use crate::intake::shop::CategoryFrom;
use crate::limits::{SHOP_DELIVERIES_SHOWN, SHOP_DELIVERY_DAYS, SHOP_STATE_MINUTES};
use crate::values;

/// Requests that are shown.
const REQUESTS_SHOWN_MAX: u32 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopState {
    /// The app's id and secret are known; nobody has let it into the shop yet.
    Prepared = 1,
    Connected = 2,
    /// The shop took the app off.
    Uninstalled = 3,
    /// A person of the brand ended it.
    Disconnected = 4,
}

impl ShopState {
    fn from_number(number: u32) -> Result<ShopState> {
        use ShopState::*;
        let found = [Prepared, Connected, Uninstalled, Disconnected].into_iter().find(|it| *it as u32 == number);
        found.ok_or_else(|| Error::corrupt("read a shop", format!("there is no state {number}")))
    }

    pub fn code(self) -> &'static str {
        match self {
            ShopState::Prepared => "prepared",
            ShopState::Connected => "connected",
            ShopState::Uninstalled => "uninstalled",
            ShopState::Disconnected => "disconnected",
        }
    }

    /// Whether what the shop says is taken.
    pub fn is_open(self) -> bool {
        matches!(self, ShopState::Prepared | ShopState::Connected)
    }
}

/// What only the app and the shop know. Never shown, and written nowhere in clear.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopSecrets {
    /// Of the app: it signs everything that the shop sends.
    pub client_secret: String,
    /// None: nobody has let the app in, or the shop took it off.
    pub token: Option<String>,
    /// None: the token has no end.
    pub expires_at: Option<i64>,
    pub refresh_token: Option<String>,
    #[serde(default)]
    pub scope: String,
}

#[derive(Clone)]
pub struct KeptShop {
    /// A part of the address that the shop sends to.
    pub key: String,
    pub brand: BrandId,
    pub domain: String,
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub client_id: String,
    pub opens_when_paid: bool,
    pub category: CategoryFrom,
    pub state: ShopState,
    pub secrets: ShopSecrets,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    pub signatures_wrong: u64,
    pub wrong_at: Option<Timestamp>,
    /// The shop was asked for all that changed until then.
    pub reconciled_until: Option<Timestamp>,
    pub reconciled_at: Option<Timestamp>,
    /// Orders that were looked at then, and those of which the webhooks had said nothing or something older.
    pub reconciled_orders: u64,
    pub reconciled_new: u64,
    /// What went wrong then; empty: nothing.
    pub reconcile_trouble: String,
}

/// A shop as a person of the brand describes it.
pub struct NewShop {
    pub domain: String,
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub client_id: String,
    /// None: the one that is known stays.
    pub client_secret: Option<String>,
    pub opens_when_paid: bool,
    pub category: CategoryFrom,
}

/// A message of a shop, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopDelivery {
    pub topic: String,
    pub webhook_id: String,
    pub received_at: Timestamp,
    pub order_id: String,
    /// By which its outcome is found; empty: it is no report.
    pub submission: String,
    /// `kept`, or the code of a refusal.
    pub outcome: String,
    pub detail: String,
    /// How often it came.
    pub times: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShopRequestKind {
    /// A customer wants to know what is kept of them.
    CustomerData = 1,
    /// A customer is to be forgotten.
    CustomerRedact = 2,
    /// All of the shop's customers are to be forgotten, 48 hours after it took the app off.
    ShopRedact = 3,
}

impl ShopRequestKind {
    fn from_number(number: u32) -> Result<ShopRequestKind> {
        use ShopRequestKind::*;
        let found = [CustomerData, CustomerRedact, ShopRedact].into_iter().find(|it| *it as u32 == number);
        found.ok_or_else(|| Error::corrupt("read a shop's request", format!("there is no kind {number}")))
    }

    pub fn code(self) -> &'static str {
        match self {
            ShopRequestKind::CustomerData => "customers/data_request",
            ShopRequestKind::CustomerRedact => "customers/redact",
            ShopRequestKind::ShopRedact => "shop/redact",
        }
    }
}

/// What a shop asks by law. Whoever erases and exports people's data finds here whom: the customer's identifier as facts name
/// it, and sealed the shop's own words with their orders, address and number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopRequest {
    pub shop: String,
    /// The shop's own name of the message.
    pub id: String,
    pub kind: ShopRequestKind,
    /// The message, as JSON.
    pub payload: String,
    pub received_at: Timestamp,
    pub done_at: Option<Timestamp>,
    /// What was done.
    pub note: String,
}

impl Settings {
    /// Keeps how a shop is connected. One that is known under this domain stays what it is, and its tokens stay while the
    /// app is the same.
    pub fn set_shop(&self, brand: BrandId, shop: &NewShop, now: Timestamp) -> Result<KeptShop> {
        let known = self.shops(brand)?.into_iter().find(|it| it.domain == shop.domain);
        let same_app = known.as_ref().filter(|it| it.client_id == shop.client_id);
        let mut secrets = same_app.map(|it| it.secrets.clone()).unwrap_or_default();
        if let Some(secret) = &shop.client_secret {
            secrets.client_secret.clone_from(secret);
        }
        if secrets.client_secret.is_empty() {
            return Err(Error::setup("connect a shop", "the app's client secret is missing"));
        }
        let state = if secrets.token.is_some() { ShopState::Connected } else { ShopState::Prepared };
        let key = known.as_ref().map_or_else(new_key, |it| it.key.clone());
        let kept = KeptShop {
            key: key.clone(),
            brand,
            domain: shop.domain.clone(),
            program: shop.program,
            event_type: shop.event_type,
            client_id: shop.client_id.clone(),
            opens_when_paid: shop.opens_when_paid,
            category: shop.category.clone(),
            state,
            secrets,
            created_at: known.as_ref().map_or(now, |it| it.created_at),
            changed_at: now,
            signatures_wrong: known.as_ref().map_or(0, |it| it.signatures_wrong),
            wrong_at: None,
            reconciled_until: None,
            reconciled_at: None,
            reconciled_orders: 0,
            reconciled_new: 0,
            reconcile_trouble: String::new(),
        };
        // Since when it stands as it does: what is set otherwise does not change that.
        let stands = same_app.filter(|it| it.state == state);
        self.write_shop(&kept, stands.map_or(now, |it| it.changed_at))?;
        self.shop(&key)?.ok_or_else(|| Error::corrupt("connect a shop", "it was not kept"))
    }

    /// A token was issued, refreshed or dropped.
    pub fn set_shop_state(&self, key: &str, state: ShopState, secrets: ShopSecrets, now: Timestamp) -> Result<()> {
        let Some(shop) = self.shop(key)? else { return Ok(()) };
        self.write_shop(&KeptShop { state, secrets, ..shop }, now)
    }

    fn write_shop(&self, shop: &KeptShop, now: Timestamp) -> Result<()> {
        let sealed = seal(&self.vault, &purpose(shop.brand, &shop.key), &shop.secrets)?;
        let sql = include_str!("../../sql/settings/shop_set.sql");
        let category = shop.category.code();
        let values = values![
            &shop.key,
            shop.brand.0,
            &shop.domain,
            shop.program.0,
            shop.event_type.0,
            &shop.client_id,
            shop.opens_when_paid,
            &category,
            shop.state as u32,
            &sealed,
            now.0,
        ];
        self.change("keep a shop", |db| db.run(sql, values)).map(drop)
    }

    pub fn shop(&self, key: &str) -> Result<Option<KeptShop>> {
        let sql = include_str!("../../sql/settings/shop_find.sql");
        self.ask("read a shop", |db| find(db, sql, values![key], |row| read_shop(&self.vault, row)))
    }

    pub fn shops(&self, brand: BrandId) -> Result<Vec<KeptShop>> {
        let sql = include_str!("../../sql/settings/shop_list.sql");
        self.ask("read shops", |db| list(db, sql, values![brand.0], |row| read_shop(&self.vault, row)))
    }

    /// Of all brands.
    pub fn all_shops(&self) -> Result<Vec<KeptShop>> {
        let sql = include_str!("../../sql/settings/shop_list_all.sql");
        self.ask("read shops", |db| list(db, sql, &[], |row| read_shop(&self.vault, row)))
    }

    /// Somebody sent something that the app's secret did not sign.
    pub fn count_wrong_signature(&self, key: &str, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/shop_signature_wrong.sql");
        self.change("count a wrong signature", |db| db.run(sql, values![key, now.0])).map(drop)
    }

    /// What was found when the shop was asked for all that changed.
    pub fn keep_reconciled(&self, shop: &KeptShop) -> Result<()> {
        let values = values![
            &shop.key,
            shop.reconciled_until.map(|at| at.0),
            shop.reconciled_at.map(|at| at.0),
            shop.reconciled_orders,
            shop.reconciled_new,
            &shop.reconcile_trouble,
        ];
        let sql = include_str!("../../sql/settings/shop_reconciled.sql");
        self.change("keep what a shop was asked", |db| db.run(sql, values)).map(drop)
    }

    pub fn shop_delivery(&self, key: &str, topic: &str, webhook_id: &str) -> Result<Option<ShopDelivery>> {
        let sql = include_str!("../../sql/settings/shop_delivery_find.sql");
        let read = |row: &dyn Row| read_delivery(row, (topic.to_owned(), webhook_id.to_owned()), 0);
        self.ask("find a shop's message", |db| find(db, sql, values![key, topic, webhook_id], read))
    }

    /// Keeps what became of a message, or counts that it came again.
    pub fn keep_shop_delivery(&self, key: &str, it: &ShopDelivery) -> Result<()> {
        let values = values![
            key,
            &it.topic,
            &it.webhook_id,
            it.received_at.0,
            &it.order_id,
            &it.submission,
            &it.outcome,
            &it.detail,
        ];
        let sql = include_str!("../../sql/settings/shop_delivery_save.sql");
        self.change("keep a shop's message", |db| db.run(sql, values)).map(drop)
    }

    /// Newest first.
    pub fn shop_deliveries(&self, key: &str) -> Result<Vec<ShopDelivery>> {
        let sql = include_str!("../../sql/settings/shop_delivery_list.sql");
        let read = |row: &dyn Row| {
            let names = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
            read_delivery(row, names, 2)
        };
        self.ask("read a shop's messages", |db| list(db, sql, values![key, SHOP_DELIVERIES_SHOWN], read))
    }

    pub fn keep_shop_request(&self, brand: BrandId, request: &ShopRequest) -> Result<()> {
        let sealed =
            self.vault.wrap(&request_purpose(brand, &request.shop, &request.id), request.payload.as_bytes())?;
        let sql = include_str!("../../sql/settings/shop_request_create.sql");
        let values = values![&request.shop, &request.id, brand.0, request.kind as u32, &sealed, request.received_at.0,];
        self.change("keep a shop's request", |db| db.run(sql, values)).map(drop)
    }

    /// Those that wait first, the longest of all before the others; then the newest.
    pub fn shop_requests(&self, brand: BrandId) -> Result<Vec<ShopRequest>> {
        let sql = include_str!("../../sql/settings/shop_request_list.sql");
        let read = |row: &dyn Row| self.read_request(brand, row);
        self.ask("read shops' requests", |db| list(db, sql, values![brand.0, REQUESTS_SHOWN_MAX], read))
    }

    fn read_request(&self, brand: BrandId, row: &dyn Row) -> Result<ShopRequest> {
        let (shop, id) = (row.text(0)?.to_owned(), row.text(1)?.to_owned());
        let payload = self.vault.unwrap(&request_purpose(brand, &shop, &id), row.blob(3)?)?;
        Ok(ShopRequest {
            kind: ShopRequestKind::from_number(row.number(2)?)?,
            payload: String::from_utf8_lossy(&payload).into_owned(),
            received_at: Timestamp(row.number(4)?),
            done_at: row.some_number(6)?.map(Timestamp),
            note: row.text(7)?.to_owned(),
            shop,
            id,
        })
    }

    /// One of them.
    pub fn shop_request(&self, brand: BrandId, (shop, id): (&str, &str)) -> Result<Option<ShopRequest>> {
        let sql = include_str!("../../sql/settings/shop_request_find.sql");
        self.ask("read a shop's request", |db| {
            find(db, sql, values![brand.0, shop, id], |row| self.read_request(brand, row))
        })
    }

    /// What was asked for is done, and whom it was about is forgotten. False if it was done before, or nobody asked.
    pub fn finish_shop_request(
        &self,
        brand: BrandId,
        (shop, id): (&str, &str),
        note: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = include_str!("../../sql/settings/shop_request_finish.sql");
        let nobody = self.vault.wrap(&request_purpose(brand, shop, id), b"")?;
        let values = values![brand.0, shop, id, now.0, note, &nobody];
        self.change("finish a shop's request", |db| db.run(sql, values)).map(|rows| rows > 0)
    }

    /// A person is sent to the shop; what they bring back is known by this.
    pub fn begin_shop_visit(&self, key: &str, now: Timestamp) -> Result<String> {
        let state = random_text();
        let sql = include_str!("../../sql/settings/shop_visit_create.sql");
        self.change("send somebody to a shop", |db| db.run(sql, values![&state, key, now.0]))?;
        Ok(state)
    }

    /// The shop that they were sent to; once, and for a while only.
    pub fn end_shop_visit(&self, state: &str, now: Timestamp) -> Result<Option<String>> {
        let oldest = now.plus_ms(-SHOP_STATE_MINUTES * MINUTE_MS);
        self.change("take somebody back from a shop", |db| {
            let read = |row: &dyn Row| Ok((row.text(0)?.to_owned(), Timestamp(row.number(1)?)));
            let found = find(db, include_str!("../../sql/settings/shop_visit_find.sql"), values![state], read)?;
            db.run(include_str!("../../sql/settings/shop_visit_delete.sql"), values![state, oldest.0])?;
            Ok(found.filter(|(_, at)| *at >= oldest).map(|(key, _)| key))
        })
    }

    pub(super) fn clean_shops(&self, now: Timestamp) -> Result<()> {
        let sql = include_str!("../../sql/settings/shop_delivery_delete_before.sql");
        let before = now.minus_days(SHOP_DELIVERY_DAYS);
        self.change("delete old messages of shops", |db| db.run(sql, values![before.0])).map(drop)
    }
}

fn new_key() -> String {
    // In an address letters and digits are enough.
    random_text().chars().filter(char::is_ascii_alphanumeric).take(20).collect()
}

/// Whose it is goes into the seal: no secret can be put in another's place.
fn purpose(brand: BrandId, key: &str) -> String {
    format!("shop {brand}/{key}")
}

fn request_purpose(brand: BrandId, shop: &str, id: &str) -> String {
    format!("request of shop {brand}/{shop}/{id}")
}

fn read_shop(vault: &Vault, row: &dyn Row) -> Result<KeptShop> {
    let (key, brand) = (row.text(0)?.to_owned(), BrandId(row.number(1)?));
    let at = |column| Ok::<_, Error>(row.some_number(column)?.map(Timestamp));
    Ok(KeptShop {
        domain: row.text(2)?.to_owned(),
        program: ProgramId(row.number(3)?),
        event_type: EventTypeId(row.number(4)?),
        client_id: row.text(5)?.to_owned(),
        opens_when_paid: row.number(6)?,
        category: CategoryFrom::from_code(row.text(7)?).unwrap_or_default(),
        state: ShopState::from_number(row.number(8)?)?,
        secrets: unseal(vault, &purpose(brand, &key), row.blob(9)?)?,
        created_at: Timestamp(row.number(10)?),
        changed_at: Timestamp(row.number(11)?),
        signatures_wrong: row.number(12)?,
        wrong_at: at(13)?,
        reconciled_until: at(14)?,
        reconciled_at: at(15)?,
        reconciled_orders: row.number(16)?,
        reconciled_new: row.number(17)?,
        reconcile_trouble: row.text(18)?.to_owned(),
        key,
        brand,
    })
}

fn read_delivery(row: &dyn Row, (topic, webhook_id): (String, String), from: usize) -> Result<ShopDelivery> {
    let text = |column: usize| row.text(from + column).map(str::to_owned);
    Ok(ShopDelivery {
        topic,
        webhook_id,
        received_at: Timestamp(row.number(from)?),
        order_id: text(1)?,
        submission: text(2)?,
        outcome: text(3)?,
        detail: text(4)?,
        times: row.number(from + 5)?,
    })
}
