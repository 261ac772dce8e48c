//! Somebody came by a partner's link, and nobody was led on from here: the shop's page or app tells of it. It is a click
//! like any other; only what is measured of it differs.

use referee_core::fact::{Agent, Click, ClickRef, Fact, Oddities};
use referee_core::id::PartnerId;
use referee_core::identity::Identifier;

use super::click::{ClickRequest, Given, Target, Told, raw, target, told};
use super::click_id::seal;
use super::consent::is_taken_back;
use super::visitor;
use crate::log::Draft;
use crate::routing::Routing;

/// Who tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Teller {
    /// A script in a page, which is the shop's own or is not.
    Page { of_shop: bool, may_set_cookie: bool },
    /// An app, or its server. The request is its own and says nothing of the visitor's.
    App { device: Option<Identifier> },
}

/// A click that was told of.
pub struct Registration {
    pub click: ClickRef,
    pub draft: Draft,
    /// None where it does not count, or belongs to nobody.
    pub click_id: Option<String>,
    /// The cookie's value and its life in days, if it is to be set.
    pub set_visitor: Option<(String, u32)>,
    /// The visitor has a cookie and said no: it goes.
    pub clear_visitor: bool,
    /// The page that the link is for.
    pub landing: String,
}

/// None where the host serves no such link. The request's path is that of the link.
pub fn register(routing: &Routing, request: &ClickRequest<'_>, given: &Given, teller: Teller) -> Option<Registration> {
    let target = target(routing, request)?;
    let Told { click, deep_link, device, followed, leads } = told(request, &target, given);
    let click = Click { told_by_shop: !matches!(teller, Teller::Page { of_shop: false, .. }), ..click };
    let mut click = measured(click, teller);
    let counted = click.invalid().is_none();
    let seen = if followed { seen(request, &target, given, teller, counted) } else { Seen::default() };
    click.visitor = seen.identifier.or(device);
    // A page of somebody else's takes nothing back.
    let of_shop = matches!(teller, Teller::Page { of_shop: true, .. });
    let clear_visitor = of_shop && request.visitor.is_some() && is_taken_back(click.consent.as_ref());
    let id = (counted && target.partner != PartnerId(0) && leads)
        .then(|| seal(&target.brand.keys, &target.click_ref(given)))
        .flatten();
    let draft = Draft {
        brand: target.brand.brand,
        received_at: given.now,
        occurred_at: given.now,
        actor: None,
        fact: Fact::ClickRecorded(click),
        raw: Some(raw(request, followed)),
    };
    let landing = target.landing(deep_link, given.now);
    let click = target.click_ref(given);
    Some(Registration { click, draft, click_id: id, set_visitor: seen.cookie, clear_visitor, landing })
}

/// Without what the teller's request says of the teller only.
fn measured(mut click: Click, teller: Teller) -> Click {
    let signals = &mut click.signals;
    if let Teller::App { .. } = teller {
        // An app's own request has none of a browser's headers.
        signals.oddities = Oddities::default();
        if signals.agent == Agent::Empty {
            signals.agent = Agent::Unknown;
        }
    }
    click
}

#[derive(Default)]
struct Seen {
    identifier: Option<Identifier>,
    cookie: Option<(String, u32)>,
}

/// Who came: the visitor of the cookie, a new one where a cookie can be set, or the device.
fn seen(request: &ClickRequest<'_>, target: &Target<'_>, given: &Given, teller: Teller, counted: bool) -> Seen {
    let keys = &target.brand.keys;
    let may_set_cookie = match teller {
        Teller::App { device } => return Seen { identifier: device, cookie: None },
        Teller::Page { may_set_cookie, of_shop } => may_set_cookie && of_shop && counted,
    };
    let known = request.visitor.filter(|value| visitor::is_visitor(value)).map(str::to_owned);
    let value = known.or_else(|| may_set_cookie.then(|| visitor::mint(given.now, given.new_visitor)));
    let identifier = value.as_deref().and_then(|value| visitor::identifier(keys, value));
    let cookie = value.filter(|_| may_set_cookie).map(|value| (value, target.program.cookie_days));
    Seen { identifier, cookie }
}
