//! A report of a conversion, from its fields to the fact. Every fault is named, not only the first.

use std::collections::BTreeMap;

use referee_core::config::Config;
use referee_core::consent::{Consent, permits};
use referee_core::fact::{Conversion, Fact, Item};
use referee_core::id::{ClickNo, EventTypeId, PartnerId, ProgramId, SubmissionId};
use referee_core::money::{Currency, Money};
use referee_core::program::{Program, Source, ValueKind};
use referee_core::refusal::Refusal;
use referee_core::time::Timestamp;
use sha2::{Digest, Sha256};

use super::amount;
use super::assigned;
use super::click::{cut, without_query};
use super::click_id::{Opened, open};
use super::consent::{self, Place, Said};
use super::drop_reason::{DropReason, FieldError};
use super::event_date::event_date;
use super::fields::Fields;
use super::install_referrer::{self, REFERRER_FIELDS};
use super::keys::BrandKeys;
use super::person::{Person, PersonContext, person, person_fields};
use crate::limits::{CUSTOM_FIELDS_MAX, ITEMS_MAX, ORDER_ID_CHARS_MAX, TEXT_CHARS_MAX};

/// What a report is read against.
pub struct ReportContext<'a> {
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    pub source: Source,
    pub submission: SubmissionId,
    pub now: Timestamp,
    /// The visitor cookie that came with a browser's report.
    pub visitor: Option<&'a str>,
    /// Where a browser's report comes from; zeros: not known.
    pub country: [u8; 2],
}

/// What was taken, and what its sender should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub fact: Fact,
    pub occurred_at: Timestamp,
    pub warnings: Vec<Warning>,
}

/// Something that its sender should look after; the report counts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    pub field: String,
    /// The published reason, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    pub message: String,
}

impl Warning {
    pub fn new(field: &str, message: &str) -> Warning {
        Warning { field: field.to_owned(), code: None, message: message.to_owned() }
    }

    pub(super) fn of_consent() -> Warning {
        let message = "The visitor did not agree to be followed: what names them was left out.";
        Warning { code: Some(Refusal::ConsentDenied.code()), ..Warning::new("consent", message) }
    }
}

/// Reads a report; `NOW`, the currency and the attribution keys are only demanded of servers.
pub fn conversion(fields: &Fields, context: &ReportContext<'_>) -> Result<Taken, Vec<FieldError>> {
    let mut errors = Vec::new();
    let program = match program(fields, context.config) {
        Ok(program) => program,
        Err(error) => return Err(vec![error]),
    };
    let mut reader = Reader { fields, context, program, errors: &mut errors, warnings: Vec::new() };
    let event_type = reader.event_type();
    let order_id = reader.order_id();
    let parent_order = reader.parent_order();
    let (occurred_at, explicit_date) = reader.occurred_at();
    let currency = reader.currency();
    let items = reader.items();
    let (amount, items) = reader.amount(items, currency);
    let click = reader.click();
    let (click, consent) = reader.agreed(click);
    let followed = permits(consent.as_ref());
    let assigned = reader.assigned();
    let person = if followed { reader.person(click.journey, &assigned) } else { Person::default() };
    let forced_partner = reader.forced_partner();
    if followed {
        reader.require_attribution_key(event_type);
    }
    let texts = reader.texts();
    let warnings = reader.warnings;
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut conversion = Conversion {
        submission: context.submission,
        program: program.id,
        event_type,
        order_id,
        source: context.source,
        currency,
        amount,
        items,
        identifiers: person.identifiers,
        aliases: person.aliases,
        left_out: person.left_out,
        click: click.click,
        click_forged: click.forged,
        promo_code: texts.promo_code,
        assigned: assigned.values,
        forced_partner,
        sub_ids: texts.sub_ids,
        shared_id: texts.shared_id,
        customer_status: texts.customer_status,
        parent_order,
        digest: [0; 16],
        fields: texts.others,
        consent,
        click_path: None,
    };
    conversion.digest = digest(&conversion, explicit_date.then_some(occurred_at));
    Ok(Taken { fact: Fact::ConversionReported(conversion), occurred_at, warnings })
}

/// Names under which senders put the program.
pub const PROGRAM_FIELDS: [&str; 6] = ["CampaignId", "ProgramId", "program_id", "program", "irpid", "cid"];

/// The program a report names.
pub fn program<'a>(fields: &Fields, config: &'a Config) -> Result<&'a Program, FieldError> {
    let Some(named) = fields.get(&PROGRAM_FIELDS) else {
        return Err(FieldError::new("CampaignId", DropReason::FieldMissing, "CampaignId is required."));
    };
    let id: Option<ProgramId> = named.parse().ok();
    id.and_then(|id| config.programs.get(&id)).ok_or_else(|| {
        FieldError::new("CampaignId", DropReason::CampaignNotFound, format!("There is no program {}.", cut(named, 20)))
    })
}

/// Over what makes two reports the same: event type, order, currency, amounts, items and an explicit date.
fn digest(report: &Conversion, explicit_date: Option<Timestamp>) -> [u8; 16] {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    part(&report.event_type.0.to_be_bytes());
    part(report.order_id.as_bytes());
    part(&report.currency.0);
    part(&report.amount.0.to_be_bytes());
    for item in &report.items {
        part(item.sku.as_bytes());
        part(item.category.as_bytes());
        part(&item.quantity.to_be_bytes());
        part(&item.amount.0.to_be_bytes());
    }
    part(&explicit_date.map_or(Vec::new(), |at| at.0.to_be_bytes().to_vec()));
    let full = hash.finalize();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

/// A click id of a report, opened.
#[derive(Default)]
pub struct ReportedClick {
    pub click: Option<referee_core::fact::ClickRef>,
    pub journey: Option<ClickNo>,
    pub forged: bool,
}

/// Names under which senders put the order from which theirs follows.
const PARENT_FIELDS: [&str; 3] = ["ParentOrderId", "parent_order_id", "parent_oid"];

/// Names under which senders put a click id.
pub const CLICK_FIELDS: [&str; 6] = ["ClickId", "click_id", "clickid", "irclickid", "im_ref", "click"];

pub fn reported_click(id: Option<&str>, keys: &BrandKeys, program: ProgramId) -> ReportedClick {
    match id.map(|id| open(keys, program, id)) {
        None => ReportedClick::default(),
        Some(Ok(Opened::Click(click))) => ReportedClick { click: Some(click), ..ReportedClick::default() },
        Some(Ok(Opened::Journey(no))) => ReportedClick { journey: Some(no), ..ReportedClick::default() },
        Some(Err(_)) => ReportedClick { forged: true, ..ReportedClick::default() },
    }
}

/// Names under which senders put the number of whoever called.
const CALLER_FIELDS: [&str; 2] = ["CallerId", "caller_id"];

/// Values of a report that belong to one partner.
struct Assigned {
    values: Vec<(ValueKind, String)>,
    /// The caller's field held a partner's number.
    caller_was_called: bool,
}

struct Texts {
    promo_code: String,
    sub_ids: [String; 3],
    shared_id: String,
    customer_status: String,
    others: Vec<(String, String)>,
}

struct Reader<'a, 'b> {
    fields: &'a Fields,
    context: &'a ReportContext<'a>,
    program: &'a Program,
    errors: &'b mut Vec<FieldError>,
    warnings: Vec<Warning>,
}

impl Reader<'_, '_> {
    fn fault(&mut self, field: &str, reason: DropReason, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, reason, message));
    }

    fn is_from_server(&self) -> bool {
        matches!(self.context.source, Source::Server | Source::Person)
    }

    fn event_type(&mut self) -> EventTypeId {
        let ids = ["ActionTrackerId", "EventTypeId", "event_type_id", "event_type"];
        let codes = ["EventTypeCode", "event_type_code", "event", "irchannel"];
        let event_types = || self.context.config.event_types.values().filter(|it| it.program == self.program.id);
        let Some(named) = self.fields.get(&ids).or(self.fields.get(&codes)) else {
            self.fault(
                "ActionTrackerId",
                DropReason::FieldMissing,
                "ActionTrackerId, EventTypeId or EventTypeCode is required.",
            );
            return EventTypeId(0);
        };
        let by_id = named.parse().ok().and_then(|id: EventTypeId| event_types().find(|it| it.id == id));
        match by_id.or_else(|| event_types().find(|it| !it.code.is_empty() && it.code.eq_ignore_ascii_case(named))) {
            Some(found) => found.id,
            None => {
                let message = format!("The program has no event type {}.", cut(named, 40));
                self.fault("ActionTrackerId", DropReason::ActionTrackerNotFound, message);
                EventTypeId(0)
            }
        }
    }

    fn order_id(&mut self) -> String {
        let named = self.fields.get(&["OrderId", "order_id", "oid"]);
        match named {
            None => self.fault("OrderId", DropReason::OidMissing, "OrderId is required."),
            Some(id) if id.chars().count() > ORDER_ID_CHARS_MAX => {
                self.fault("OrderId", DropReason::TooLong, "OrderId has at most 64 characters.");
            }
            Some(_) => {}
        }
        named.unwrap_or_default().to_owned()
    }

    /// The order that this one follows from.
    fn parent_order(&mut self) -> String {
        let named = self.fields.get(&PARENT_FIELDS).unwrap_or_default();
        if named.chars().count() > ORDER_ID_CHARS_MAX {
            self.fault("ParentOrderId", DropReason::TooLong, "ParentOrderId has at most 64 characters.");
        }
        named.to_owned()
    }

    fn occurred_at(&mut self) -> (Timestamp, bool) {
        let now = self.context.now;
        match self.fields.get(&["EventDate", "event_date"]) {
            Some(text) => match event_date(text, &self.program.zone, now) {
                Ok(at) => (at, !text.eq_ignore_ascii_case("now")),
                Err(why) => {
                    self.fault("EventDate", DropReason::BadDate, format!("EventDate can't be taken: {why}."));
                    (now, false)
                }
            },
            None => {
                if self.is_from_server() {
                    self.fault("EventDate", DropReason::FieldMissing, "EventDate is required: a date or NOW.");
                }
                (now, false)
            }
        }
    }

    fn currency(&mut self) -> Currency {
        match self.fields.get(&["CurrencyCode", "currency_code", "currency", "currcd"]) {
            None => self.program.currency,
            Some(text) => amount::currency(text).unwrap_or_else(|| {
                self.fault("CurrencyCode", DropReason::BadCurrency, "CurrencyCode is not a code of ISO 4217.");
                self.program.currency
            }),
        }
    }

    /// A decimal number of the report or of one of its items.
    fn money(&mut self, field: &str, text: &str) -> Money {
        match amount::amount(text) {
            Ok(money) => money,
            Err(why) => {
                self.fault(field, DropReason::BadAmount, format!("{field} can't be taken: {why}."));
                Money::ZERO
            }
        }
    }

    fn named_money(&mut self, names: &[&str]) -> Option<Money> {
        let fields = self.fields;
        let text = fields.get(names)?;
        Some(self.money(names[0], text))
    }

    fn items(&mut self) -> Vec<Item> {
        let items = self.fields.items();
        if items.len() > ITEMS_MAX {
            self.fault("Items", DropReason::TooManyItems, format!("An order has at most {ITEMS_MAX} items."));
            return Vec::new();
        }
        items.iter().enumerate().map(|(i, item)| self.item(i + 1, item)).collect()
    }

    fn item(&mut self, number: usize, item: &BTreeMap<String, String>) -> Item {
        let get = |name: &str| item.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let quantity = match get("quantity").map(str::parse::<u32>) {
            None => 1,
            Some(Ok(quantity)) => quantity,
            Some(Err(_)) => {
                self.fault(&format!("ItemQuantity{number}"), DropReason::BadNumber, "A quantity is a whole number.");
                1
            }
        };
        let mut money = |name: &str| get(name).map(|text| self.money(&format!("Item {name} {number}"), text));
        let times = |unit: Money| Money(unit.0.saturating_mul(i64::from(quantity)));
        let subtotal = money("subtotal");
        let gross = subtotal.or_else(|| money("price").map(times)).unwrap_or_default();
        let discount = money("totaldiscount").or_else(|| money("discount").map(times)).unwrap_or_default();
        let amount = Money(gross.minus(discount).0.max(0));
        let text = |name: &str| cut(get(name).unwrap_or_default(), TEXT_CHARS_MAX);
        Item { sku: text("sku"), name: text("name"), category: text("category"), quantity, amount }
    }

    /// What the order comes to: said outright, after its discount, or as the sum of its items. Shipping and tax are
    /// never payable and never added.
    fn amount(&mut self, mut items: Vec<Item>, currency: Currency) -> (Money, Vec<Item>) {
        let explicit = self.named_money(&["Amount"]);
        let explicit =
            explicit.or_else(|| self.named_money(&["OrderSubTotalPostDiscount", "order_subtotal_post_discount"]));
        let discount = self.named_money(&["OrderDiscount", "odsc"]).unwrap_or_default();
        let of_items = items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.amount));
        let before_discount = self.named_money(&["OrderSubTotalPreDiscount", "oabd"]);
        let less = |sum: Money| Money(sum.minus(discount).0.max(0));
        let amount = match explicit {
            Some(amount) => amount,
            None if !items.is_empty() => less(of_items),
            None => before_discount.map(less).unwrap_or_default(),
        };
        if amount > Money::ORDER_MAX {
            self.fault("Amount", DropReason::BadAmount, "The items come to more than a thousand million.");
        }
        if explicit.is_none() && discount > Money::ZERO {
            spread(&mut items, amount, of_items, currency);
        }
        (amount, items)
    }

    fn click(&mut self) -> ReportedClick {
        let handed_on = install_referrer::click_id(self.fields, self.program);
        let id = self.fields.get(&CLICK_FIELDS).or(handed_on.as_deref());
        let click = reported_click(id, self.context.keys, self.program.id);
        if click.forged {
            let warning = Warning::new("ClickId", "It is not one of this program's click ids; other keys decide.");
            self.warnings.push(Warning { code: Some(Refusal::ClickForged.code()), ..warning });
        }
        click
    }

    /// What the buyer agreed to, and the click as far as it may be known then.
    fn agreed(&mut self, click: ReportedClick) -> (ReportedClick, Option<Consent>) {
        let ReportContext { config, source, country, .. } = *self.context;
        let place = Place { rules: config.consent.get(&self.program.id), country, of_visitor: source.is_browser() };
        let reward = click.click.filter(|click| config.is_reward(click.partner));
        let decision = consent::decide(&Said::of_fields(self.fields), place);
        let consent = consent::for_partner(decision, reward.is_some());
        if permits(consent.as_ref()) {
            return (click, consent);
        }
        self.warnings.push(Warning::of_consent());
        (ReportedClick { click: reward, ..ReportedClick::default() }, consent)
    }

    fn person(&mut self, journey: Option<ClickNo>, assigned: &Assigned) -> Person {
        let mut fields = std::borrow::Cow::Borrowed(self.fields);
        if assigned.caller_was_called {
            // A partner's number names no caller: it would join everybody who called.
            CALLER_FIELDS.iter().for_each(|name| fields.to_mut().set(name, ""));
        }
        let ReportContext { config, keys, visitor, .. } = *self.context;
        let mut person = person(&fields, &PersonContext { config, keys, visitor, journey });
        self.warnings.append(&mut person.warnings);
        person
    }

    /// What belongs to one partner: the address by which the buyer came, and the number that was called. Some platforms
    /// say the number that was called where the caller's belongs; it is known by being assigned.
    fn assigned(&mut self) -> Assigned {
        let unique_url = self.fields.get(&["UniqueUrl", "unique_url"]).map(assigned::address);
        let unique_url = self.known("UniqueUrl", ValueKind::Url, unique_url);
        let called = self.fields.get(&["CalledNumber", "TrackingPhone", "called_number"]).map(assigned::phone);
        let called = self.known("CalledNumber", ValueKind::Phone, called);
        let caller = self.fields.get(&CALLER_FIELDS).and_then(assigned::phone);
        let caller = caller.filter(|number| self.is_assigned(ValueKind::Phone, number));
        let caller_was_called = caller.is_some();
        let values = [(ValueKind::Url, unique_url), (ValueKind::Phone, called.or(caller))];
        let values = values.into_iter().filter_map(|(kind, value)| Some((kind, value?))).collect();
        Assigned { values, caller_was_called }
    }

    fn is_assigned(&self, kind: ValueKind, value: &str) -> bool {
        self.context.config.assigned_values.contains_key(&(self.program.id, kind, value.to_owned()))
    }

    /// A value that is assigned to a partner. Others are not kept: nobody said what they are.
    fn known(&mut self, field: &str, kind: ValueKind, read: Option<Option<String>>) -> Option<String> {
        let value = read?.filter(|value| self.is_assigned(kind, value));
        if value.is_none() {
            self.warnings
                .push(Warning::new(field, "It is not assigned to a partner of this program and was left out."));
        }
        value
    }

    fn forced_partner(&mut self) -> Option<PartnerId> {
        let named = self.fields.get(&["MediaPartnerId", "MediaId", "partner_id"])?;
        let parsed = named.parse().ok();
        if parsed.is_none() {
            self.fault("MediaPartnerId", DropReason::BadNumber, "MediaPartnerId is a whole number.");
        }
        parsed
    }

    /// A server names at least one thing by which a click could be found. What has a parent needs none.
    fn require_attribution_key(&mut self, event_type: EventTypeId) {
        let known = self.context.config.event_types.get(&(self.program.id, event_type));
        if known.is_some_and(|it| it.parent.is_some()) {
            return;
        }
        let others = [
            "OrderPromoCode",
            "PromoCode",
            "promo_code",
            "MediaPartnerId",
            "MediaId",
            "partner_id",
            "UniqueUrl",
            "unique_url",
            "CalledNumber",
            "TrackingPhone",
            "called_number",
        ];
        let mut names = CLICK_FIELDS.into_iter().chain(REFERRER_FIELDS).chain(others).chain(person_fields());
        let named = names.any(|name| self.fields.get(&[name]).is_some()) || !self.fields.identifiers().is_empty();
        if self.is_from_server() && !named {
            let message = "At least one of ClickId, CustomerId, CustomerEmail, CustomProfileId, OrderPromoCode or MediaPartnerId is required.";
            self.fault("ClickId", DropReason::NoAttributionKey, message);
        }
    }

    fn texts(&mut self) -> Texts {
        let text = |names: &[&str]| cut(self.fields.get(names).unwrap_or_default(), TEXT_CHARS_MAX);
        Texts {
            promo_code: text(&["OrderPromoCode", "PromoCode", "promo_code", "pmoc"]).to_uppercase(),
            sub_ids: [text(&["SubId1"]), text(&["SubId2"]), text(&["SubId3"])],
            shared_id: text(&["SharedId"]),
            customer_status: text(&["CustomerStatus", "customer_status", "cs"]),
            others: self.others(),
        }
    }

    /// Fields that terms may ask for. What looks like an address of a person is dropped.
    fn others(&mut self) -> Vec<(String, String)> {
        const KEPT: [&str; 12] = [
            "customercountry",
            "customerregion",
            "paymenttype",
            "giftpurchase",
            "locationid",
            "locationtype",
            "sitecategory",
            "siteversion",
            "referenceid",
            "propertyid",
            "orderdiscount",
            "dispositioncode",
        ];
        let custom = |name: &str| {
            let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
            matches!(bare, "text" | "numeric" | "money" | "date") && bare.len() < name.len()
        };
        let kept = self.fields.iter().filter(|(name, _)| KEPT.contains(name) || custom(name));
        let (personal, plain): (Vec<_>, Vec<_>) = kept.partition(|(_, value)| value.contains('@'));
        for (name, _) in personal {
            self.warnings.push(Warning::new(name, "It looks like an e-mail address and was left out."));
        }
        let plain = plain.into_iter().filter(|(_, value)| !value.is_empty()).take(CUSTOM_FIELDS_MAX);
        plain.map(|(name, value)| (name.to_owned(), cut(value, TEXT_CHARS_MAX))).collect()
    }
}

/// An order's discount is borne by its items in proportion; the last takes what rounding leaves.
fn spread(items: &mut [Item], amount: Money, before: Money, currency: Currency) {
    let mut left = amount;
    let last = items.len().saturating_sub(1);
    for (i, item) in items.iter_mut().enumerate() {
        // Shares that are all rounded up may come to more than the whole.
        let share = amount.share(item.amount.0, before.0, currency).min(left);
        item.amount = if i == last { left } else { share };
        left = left.minus(item.amount);
    }
}

/// Fields that are of a person and decide nothing.
const PRIVATE_FIELDS: [&str; 5] = ["IpAddress", "UserAgent", "SessionCookie", "CustomerPostCode", "CustomerCity"];

/// A report without anything of a person, for whoever looks for it later. A click id stays: by it, its partner is told.
pub fn redacted(fields: &Fields) -> BTreeMap<String, String> {
    let private = || PRIVATE_FIELDS.into_iter().chain(REFERRER_FIELDS).chain(person_fields());
    let hide = |name: &str, value: &str| {
        consent::is_told_by(name) || value.contains('@') || private().any(|it| it.eq_ignore_ascii_case(name))
    };
    let shown = |(name, value): (&str, &str)| {
        let value = match value {
            _ if hide(name, value) => "(removed)",
            _ if value.contains("://") => without_query(value),
            _ => value,
        };
        (cut(name, TEXT_CHARS_MAX), cut(value, TEXT_CHARS_MAX))
    };
    fields.iter().take(CUSTOM_FIELDS_MAX).map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_refused_report_names_nobody() {
        let query = "OrderId=1&CustomerId=c7&Custemail=ann&_ir=x&gpp=DBAA&CustomerCity=Ulm&note=ann%40example.com&\
                     PageUrl=https%3A%2F%2Fshop.com%2Fa%3Femail%3Dann%23x&ClickId=abc&Amount=5&CallerId=%2B4930";
        let fields = Fields::read(query, b"{\"identifiers\":[{\"kind\":\"email\",\"value\":\"ann\"}]}").unwrap();
        let kept = redacted(&fields);
        for (name, value) in [
            ("orderid", "1"),
            ("amount", "5"),
            ("clickid", "abc"),
            ("pageurl", "https://shop.com/a"),
            ("customerid", "(removed)"),
        ] {
            assert_eq!(kept.get(name).map(String::as_str), Some(value), "{name}");
        }
        let text = format!("{kept:?}");
        for word in ["ann", "c7", "DBAA", "Ulm", "4930"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}
