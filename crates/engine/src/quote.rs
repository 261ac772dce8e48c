//! What an order would pay under terms that are only written down: for whoever tries them before they hold.

pub mod click;

use referee_core::config::{Config, ConfigEntry};
use referee_core::contract::{EventPayout, TermsRules};
use referee_core::exchange::Exchange;
use referee_core::fact::{Device, Item};
use referee_core::id::{ActionId, AdId, EventTypeId, PartnerId, ProgramId, RecordNo};
use referee_core::list::{LISTS_MAX, List};
use referee_core::money::{Currency, Money, WHOLE_PPM};
use referee_core::pricing::{Background, Priced, price};
use referee_core::program::{Category, EventType, SETTLE_HOURS_DEFAULT, Standing};
use referee_core::row::{ActionRow, ActionState, Evidence, Whole};
use referee_core::time::{DAY_MS, Timestamp, Zone};
use serde::Deserialize;

use crate::intake::amount;
use crate::intake::day::parse_day;
use crate::intake::lists::values_written;
use crate::intake::terms::{Fault, Written, event_type_named, rules};

/// An order, as a file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenOrder {
    pub event_type: String,
    /// `EUR`.
    pub currency: String,
    pub amount: String,
    /// The day of the event, such as `2026-11-27`.
    pub date: String,
    #[serde(default)]
    pub country: String,
    #[serde(default)]
    pub region: String,
    /// `desktop`, `phone`, `tablet` or `other`.
    #[serde(default)]
    pub device: String,
    #[serde(default)]
    pub customer_status: String,
    #[serde(default)]
    pub promo_code: String,
    #[serde(default)]
    pub ad_id: u32,
    #[serde(default)]
    pub shared_id: String,
    #[serde(default)]
    pub sub_ids: [String; 3],
    #[serde(default)]
    pub items: Vec<WrittenItem>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenItem {
    pub sku: String,
    #[serde(default)]
    pub category: String,
    pub quantity: u32,
    /// For the whole line, after discounts.
    pub amount: String,
}

/// How an order is priced.
#[derive(Debug, Clone)]
pub struct Quote {
    pub terms: EventPayout,
    pub items: Vec<Item>,
    pub amount: Money,
    pub currency: Currency,
    pub priced: Priced,
    /// What the terms name.
    pub config: Config,
}

/// The program of terms that are only written down.
pub const PROGRAM: ProgramId = ProgramId(1);

/// Prices an order under terms; both as their files have them.
pub fn quote(terms: &str, order: &str) -> Result<Quote, Fault> {
    let mut written: Written = serde_json::from_str(terms).map_err(|error| unread("the terms", error))?;
    let order: WrittenOrder = serde_json::from_str(order).map_err(|error| unread("the order", error))?;
    let config = named(&mut written)?;
    let rules: TermsRules = rules(&written, &config, PROGRAM)?;
    let event_type = event_type_named(&config, PROGRAM, &order.event_type);
    let terms = event_type.and_then(|id| rules.payout(id)).cloned();
    let terms = terms.ok_or_else(|| wrong("event_type", "These terms pay nothing for it."))?;
    let action = action(&order)?;
    let background = Background { zone: &Zone::utc(), lists: &config.lists };
    let priced = price(&terms, &action, background, action.amount, &action.items);
    Ok(Quote { terms, amount: action.amount, currency: action.currency, items: action.items, priced, config })
}

fn unread(file: &str, error: serde_json::Error) -> Fault {
    Fault { place: file.to_owned(), message: error.to_string() }
}

/// Nobody's program is asked: each event type that the terms name exists, and the lists are those of the file.
fn named(written: &mut Written) -> Result<Config, Fault> {
    let mut config = Config::default();
    for (it, id) in written.payouts.iter().zip(1..) {
        if event_type_named(&config, PROGRAM, &it.event_type).is_none() {
            config.set(ConfigEntry::EventType(event_type(PROGRAM, EventTypeId(id), &it.event_type)));
        }
    }
    let lists = std::mem::take(&mut written.lists);
    if lists.len() > LISTS_MAX {
        return Err(Fault { place: "lists".into(), message: format!("There are at most {LISTS_MAX}.") });
    }
    for ((name, it), id) in lists.into_iter().zip(1..) {
        let (word, values) = values_written(&it, &format!("lists.{name}"))?;
        let (program, record, set_at) = (PROGRAM, RecordNo(0), Timestamp(i64::MIN));
        config.set(ConfigEntry::List(List { program, id, version: 1, record, set_at, name, word, values }));
    }
    Ok(config)
}

/// An event type of which only the name is known.
pub(crate) fn event_type(program: ProgramId, id: EventTypeId, code: &str) -> EventType {
    EventType {
        program,
        id,
        code: code.to_owned(),
        name: String::new(),
        category: Category::Sale,
        standing: Standing::Active,
        server_wins: false,
        credit: Default::default(),
        parent: None,
        settle_hours: SETTLE_HOURS_DEFAULT,
    }
}

fn wrong(place: &str, message: impl Into<String>) -> Fault {
    Fault { place: format!("the order, {place}"), message: message.into() }
}

fn read_amount(place: &str, text: &str) -> Result<Money, Fault> {
    amount::amount(text).map_err(|why| wrong(place, format!("{text:?} is no amount: {why}.")))
}

/// The action that such an order would open.
fn action(order: &WrittenOrder) -> Result<ActionRow, Fault> {
    let amount = read_amount("amount", &order.amount)?;
    let currency =
        amount::currency(&order.currency).ok_or_else(|| wrong("currency", "It is three letters, such as EUR."))?;
    let day = parse_day(&order.date).ok_or_else(|| wrong("date", "It is a day such as 2026-11-27."))?;
    let occurred_at = Timestamp(i64::from(day.0) * DAY_MS + DAY_MS / 2);
    let item = |(n, it): (usize, &WrittenItem)| {
        let amount = read_amount(&format!("items[{n}].amount"), &it.amount)?;
        Ok(Item {
            sku: it.sku.clone(),
            name: String::new(),
            category: it.category.clone(),
            quantity: it.quantity,
            amount,
        })
    };
    let fields = [("customercountry", &order.country), ("customerregion", &order.region)];
    Ok(ActionRow {
        id: ActionId { program: ProgramId(1), event_type: EventTypeId(1), seq: 1 },
        record: RecordNo(1),
        partner: PartnerId(1),
        ad: AdId(order.ad_id),
        click: None,
        evidence: Evidence::ClickId,
        share_ppm: WHOLE_PPM,
        order_id: String::new(),
        occurred_at,
        opened_at: occurred_at,
        changed_at: occurred_at,
        state: ActionState::Pending,
        disposition: String::new(),
        currency,
        order_currency: currency,
        exchange: Exchange::Same,
        amount,
        payout: Money::ZERO,
        intended_amount: amount,
        intended_payout: Money::ZERO,
        terms_version: 1,
        terms_of_template: true,
        locks_at: None,
        held: false,
        owed: Money::ZERO,
        owed_since: None,
        payment: None,
        changes: 0,
        items: order.items.iter().enumerate().map(item).collect::<Result<_, Fault>>()?,
        promo_code: order.promo_code.clone(),
        customer_status: order.customer_status.clone(),
        sub_ids: order.sub_ids.clone(),
        shared_id: order.shared_id.clone(),
        fields: fields.map(|(name, value)| (name.to_owned(), value.clone())).to_vec(),
        status_derived: false,
        tier: None,
        outside: None,
        order_total: amount,
        device: device(&order.device)?,
        whole: Whole::default(),
        before_reversal: None,
        moved_from: None,
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
    })
}

fn device(text: &str) -> Result<Device, Fault> {
    match text {
        "" | "unknown" => Ok(Device::Unknown),
        "desktop" => Ok(Device::Desktop),
        "phone" => Ok(Device::Phone),
        "tablet" => Ok(Device::Tablet),
        "tv" => Ok(Device::Tv),
        "other" => Ok(Device::Other),
        _ => Err(wrong("device", "It is desktop, phone, tablet or other.")),
    }
}
