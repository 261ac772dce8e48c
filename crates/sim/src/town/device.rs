//! A browser or a phone with an app, and the ids it shows.

use referee_core::fact::ClickRef;
use referee_core::identity::{Identifier, IdentifierKind};

use super::names::Names;
use crate::random::Random;

/// Whose a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// One person's.
    Own,
    Family,
    Kiosk,
    CallCentre,
}

pub struct Device {
    pub place: Place,
    /// The cookie of the tracking host, until it is lost.
    pub visitor: Identifier,
    /// The shop's own id of the browser.
    pub anonymous: Identifier,
    /// An app's advertising id.
    pub app: Option<Identifier>,
    /// The newest click id that the browser still holds.
    pub click: Option<ClickRef>,
    /// The browser keeps no cookie on redirects.
    pub without_cookie: bool,
    /// A click id that the shop issued without a click.
    pub journey: Option<Identifier>,
}

impl Device {
    pub fn new(names: &mut Names, random: &mut Random, place: Place) -> Device {
        Device {
            place,
            visitor: names.draw(random, IdentifierKind::Visitor),
            anonymous: names.draw(random, IdentifierKind::AnonymousId),
            app: random.percent(25).then(|| names.draw(random, IdentifierKind::Device)),
            click: None,
            without_cookie: random.percent(10),
            journey: None,
        }
    }

    /// Cookies are deleted, or run out.
    pub fn lose_cookies(&mut self, names: &mut Names, random: &mut Random) {
        self.visitor = names.draw(random, IdentifierKind::Visitor);
        if random.percent(70) {
            self.anonymous = names.draw(random, IdentifierKind::AnonymousId);
        }
        self.click = None;
        self.journey = None;
    }
}
