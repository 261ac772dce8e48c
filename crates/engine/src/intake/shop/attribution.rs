//! Who bought an order of a shop, and by which click.

use referee_core::consent::{Consent, permits};
use referee_core::fact::{ClickPath, Conversion};
use referee_core::money::Money;
use referee_core::program::Source;
use url::Url;

use super::{CART_ATTRIBUTE, CONSENT_ATTRIBUTE, ReadOrder, ShopContext};
use crate::intake::click::cut;
use crate::intake::consent::{self, Place, Said};
use crate::intake::fields::Fields;
use crate::intake::person::{Person, PersonContext, person};
use crate::intake::report::{CLICK_FIELDS, ReportedClick, Warning, reported_click};
use crate::limits::TEXT_CHARS_MAX;

/// A report without figures, which are those of the lines.
pub fn report(order: &ReadOrder, context: &ShopContext<'_>) -> (Conversion, Vec<Warning>) {
    let (found, path) = click(order, context);
    let reward = found.click.filter(|it| context.config.is_reward(it.partner));
    let consent = consent::for_partner(agreed(order, context), reward.is_some());
    // Whoever said no is not followed; a code that was typed is no trace of theirs.
    let followed = permits(consent.as_ref());
    let found = if followed { found } else { ReportedClick { click: reward, ..ReportedClick::default() } };
    let path = path.filter(|_| followed || reward.is_some());
    let person = if followed { named(order, context, &found) } else { Person::default() };
    let promo_code = promo_code(order, context);
    let path = path.unwrap_or(if promo_code.is_empty() { ClickPath::KnownCustomer } else { ClickPath::DiscountCode });
    let mut fields = Vec::new();
    let mut say = |name: &str, value: &str| {
        if !value.is_empty() {
            fields.push((name.to_owned(), cut(value, TEXT_CHARS_MAX)));
        }
    };
    say("referenceid", &order.name);
    say("customercountry", &order.buyer.country);
    if let Some((currency, subtotal)) = &order.presentment {
        say("presentmentcurrency", currency);
        say("presentmentsubtotal", subtotal);
    }
    let report = Conversion {
        submission: context.submission,
        program: context.program.id,
        event_type: context.event_type,
        order_id: order.id.to_string(),
        source: Source::Server,
        currency: order.currency,
        amount: Money::ZERO,
        items: Vec::new(),
        identifiers: person.identifiers,
        aliases: person.aliases,
        left_out: person.left_out,
        click: found.click,
        click_forged: found.forged,
        promo_code,
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: [0; 16],
        fields,
        consent,
        click_path: Some(path),
    };
    (report, person.warnings)
}

/// What the shop's pages wrote into the cart. A shop that writes nothing is silent, and a server's silence is no visitor's.
fn agreed(order: &ReadOrder, context: &ShopContext<'_>) -> Option<Consent> {
    let mut said = Said::default();
    if let Some(word) = order.buyer.attributes.get(CONSENT_ATTRIBUTE) {
        said.hear("consent", word);
    }
    let rules = context.config.consent.get(&context.program.id);
    consent::decide(&said, Place { rules, country: [0; 2], of_visitor: false })
}

fn named(order: &ReadOrder, context: &ShopContext<'_>, found: &ReportedClick) -> Person {
    let buyer = &order.buyer;
    let mut fields = Fields::default();
    for (name, value) in [
        ("CustomerId", &buyer.customer),
        ("CustomerEmail", &buyer.email),
        ("PhoneNumber", &buyer.phone),
        ("CountryCode", &buyer.country),
    ] {
        if !value.is_empty() {
            fields.set(name, value);
        }
    }
    let ShopContext { config, keys, .. } = *context;
    person(&fields, &PersonContext { config, keys, visitor: None, journey: found.journey })
}

/// The first click id that can be opened: of the cart, of the address on which the buyer landed, of the shop's own record.
fn click(order: &ReadOrder, context: &ShopContext<'_>) -> (ReportedClick, Option<ClickPath>) {
    let buyer = &order.buyer;
    let of_address = |address: &String| click_of(address, &context.program.click_param);
    let cart = buyer
        .attributes
        .get(CART_ATTRIBUTE)
        .filter(|id| !id.trim().is_empty())
        .cloned()
        .map(|id| (id, ClickPath::CartAttribute));
    let landing = buyer.landing.as_ref().and_then(of_address).map(|id| (id, ClickPath::LandingAddress));
    let journey = buyer.journey.iter().filter_map(of_address).map(|id| (id, ClickPath::Journey));
    let mut forged = false;
    for (id, path) in cart.into_iter().chain(landing).chain(journey) {
        let found = reported_click(Some(id.trim()), context.keys, context.program.id);
        if found.click.is_some() || found.journey.is_some() {
            return (found, Some(path));
        }
        forged = true;
    }
    (ReportedClick { forged, ..ReportedClick::default() }, None)
}

/// The click id in an address, which may be a path of the shop.
fn click_of(address: &str, param: &str) -> Option<String> {
    let base = Url::parse("https://shop.invalid").ok()?;
    let url = base.join(address).ok()?;
    let named = |name: &str| name == param || CLICK_FIELDS.iter().any(|it| it.eq_ignore_ascii_case(name));
    url.query_pairs().find(|(name, value)| named(name) && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// The first of its codes that a partner has; else the first.
fn promo_code(order: &ReadOrder, context: &ShopContext<'_>) -> String {
    let codes = || order.buyer.codes.iter().map(|code| code.to_uppercase());
    let has_one = |code: &String| !context.config.codes_for(context.program.id, code).is_empty();
    codes().find(has_one).or_else(|| codes().next()).unwrap_or_default()
}
