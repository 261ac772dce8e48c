//! One sitting of a person at a device: a link, pages of the shop, perhaps signing in, perhaps an order.

use referee_core::fact::{Agent, Click, ClickRef, Device, Fact, Navigation, Signals, Visit};
use referee_core::id::{AdId, ClickNo, ProgramId};
use referee_core::identity::{Alias, Identifier, IdentifierKind};
use referee_core::program::Source;
use referee_core::time::Timestamp;
use referee_engine::intake::click_id::first_number_at;

use super::Days;
use super::device::Place;
use super::offer::{LINKS, MAIN, SECOND};
use super::person::PersonNo;

const DEVICES: [Device; 5] = [Device::Unknown, Device::Desktop, Device::Phone, Device::Tablet, Device::Other];

/// What a record brings of a person.
#[derive(Default)]
pub struct Shown {
    pub identifiers: Vec<Identifier>,
    pub aliases: Vec<Alias>,
}

impl Shown {
    /// Strong kinds first, each id once, as intake hands them on.
    pub fn sorted(mut self) -> Shown {
        self.identifiers.sort_by_key(|identifier| identifier.kind);
        let mut seen = Vec::new();
        self.identifiers.retain(|identifier| {
            let new = !seen.contains(identifier);
            seen.push(*identifier);
            new
        });
        self
    }
}

impl Days {
    pub(super) fn session(&mut self, person: PersonNo, device: usize, start: Timestamp) {
        let mut at = start;
        let shared = matches!(self.devices[device].place, Place::Kiosk | Place::CallCentre);
        if self.random.percent(if shared { 2 } else { 10 }) {
            self.devices[device].lose_cookies(&mut self.names, &mut self.random);
        }
        let clicks = if self.devices[device].place == Place::CallCentre { 10 } else { 65 };
        if self.random.percent(clicks) {
            self.click(person, device, at);
            at = self.clock.soon(&mut self.random, at);
        }
        if self.random.percent(80) {
            let shown = self.shown_by_device(device);
            self.visit(device, shown, at);
            at = self.clock.soon(&mut self.random, at);
        }
        if self.random.percent(45) {
            let mut shown = self.shown_by_device(device);
            self.show_person(person, &mut shown);
            self.visit(device, shown, at);
            at = self.clock.soon(&mut self.random, at);
        }
        if self.features.forwarded && self.random.percent(8) {
            self.forward(device, at);
        }
        if self.random.percent(55) {
            self.order(person, device, at);
        }
    }

    fn click(&mut self, person: PersonNo, device: usize, at: Timestamp) {
        self.clicks += 1;
        let program = if self.random.percent(8) { SECOND } else { MAIN };
        let partner = LINKS[self.random.popular(LINKS.len() as u64) as usize];
        let ad = AdId(1 + self.random.popular(4) as u32);
        let no = ClickNo(first_number_at(at).0 | self.clicks);
        let (lost, late) = (self.random.percent(8), self.random.percent(8));
        let click = ClickRef { no, program, partner, ad, clicked_at: at, unrecorded: lost };
        self.clickers.insert(no, person);
        let signals = self.signals();
        let visitor = (!self.devices[device].without_cookie).then_some(self.devices[device].visitor);
        if lost && signals == Signals::default() {
            self.devices[device].click = Some(click);
        }
        if lost && !(late && self.features.late) {
            return;
        }
        let mut moments = self.clock.moments(&mut self.random, at);
        // A click's moment is the edge's own, and the same as in its id.
        moments.occurred = at;
        if lost {
            moments.received = moments.received.plus_days(self.random.below(3) as u32);
        }
        let kind = DEVICES[self.goods.below(DEVICES.len() as u64) as usize];
        let seen_only = self.features.policies && !lost && self.random.percent(15);
        let fact = Click {
            no,
            program,
            partner,
            ad,
            slug: None,
            visitor,
            sub_ids: Default::default(),
            shared_id: String::new(),
            signals: Signals { device: kind, ..signals },
            deep_link_refused: false,
            referrer_host: String::new(),
            link_params: Vec::new(),
            told_by_shop: false,
            deep_link: None,
            consent: None,
        };
        if seen_only {
            self.record(moments, Fact::ImpressionRecorded(fact));
            return;
        }
        if signals == Signals::default() {
            self.devices[device].click = Some(click);
        }
        if self.random.percent(2) {
            self.record(moments, Fact::ClickRecorded(fact.clone()));
        }
        self.record(moments, Fact::ClickRecorded(fact));
    }

    fn signals(&mut self) -> Signals {
        match self.random.below(40) {
            0 => Signals { prefetch: true, ..Signals::default() },
            1 => Signals { agent: Agent::Bot, ..Signals::default() },
            2 => Signals { navigation: Navigation::Embedded, head: self.random.percent(30), ..Signals::default() },
            _ => Signals::default(),
        }
    }

    /// Some of the ids that a browser shows.
    pub(super) fn shown_by_device(&mut self, device: usize) -> Shown {
        let device = &self.devices[device];
        let mut shown = Shown::default();
        for (id, percent) in [
            (Some(device.visitor), if device.without_cookie { 0 } else { 65 }),
            (Some(device.anonymous), 55),
            (device.app, 60),
            (device.journey, 50),
        ] {
            shown.identifiers.extend(id.filter(|_| self.random.percent(percent)));
        }
        shown.identifiers.extend(self.shared_anonymous.filter(|_| self.random.percent(5)));
        shown
    }

    /// Some of what names the person.
    pub(super) fn show_person(&mut self, person: PersonNo, shown: &mut Shown) {
        let person = &self.people[person.0];
        if self.random.percent(70) {
            shown.identifiers.push(person.customer);
        }
        if self.random.percent(50) {
            match self.shared_email {
                Some(shared) if person.shares_email && self.random.percent(70) => shown.identifiers.push(shared),
                _ => match self.random.below(4) {
                    0 => shown.identifiers.push(person.other_hash),
                    1 => {
                        shown.identifiers.push(person.email);
                        shown.aliases.push(Alias { of: person.email, is: person.other_hash });
                    }
                    _ => shown.identifiers.push(person.email),
                },
            }
        }
        if self.random.percent(20) {
            shown.identifiers.push(person.phone);
        }
    }

    pub(super) fn visit(&mut self, device: usize, shown: Shown, at: Timestamp) {
        let click = self.devices[device].click.filter(|_| self.random.percent(60));
        self.page(device, shown, click, at);
    }

    fn page(&mut self, device: usize, shown: Shown, click: Option<ClickRef>, at: Timestamp) {
        let Shown { identifiers, aliases } = shown.sorted();
        let issued = if click.is_none() && self.random.percent(8) {
            let journey = self.names.draw(&mut self.random, IdentifierKind::Journey);
            self.devices[device].journey = Some(journey);
            Some(journey)
        } else {
            None
        };
        if identifiers.is_empty() && click.is_none() && issued.is_none() {
            return;
        }
        let program = click.map_or(MAIN, |click: ClickRef| click.program);
        let moments = self.clock.moments(&mut self.random, at);
        let visit = Visit {
            program,
            source: Source::Browser,
            click,
            identifiers,
            aliases,
            left_out: Vec::new(),
            issued,
            path: "/page".to_owned(),
            consent: None,
        };
        self.record(moments, Fact::VisitRecorded(visit));
    }

    /// The address of the page, with the click id in it, goes to somebody else, who opens it and may buy.
    fn forward(&mut self, from: usize, at: Timestamp) {
        let Some(click) = self.devices[from].click else { return };
        let to = PersonNo(self.random.below(self.people.len() as u64) as usize);
        let device = self.people[to.0].devices[0];
        let later = self.clock.soon(&mut self.random, at);
        let mut shown = self.shown_by_device(device);
        if self.random.percent(40) {
            self.show_person(to, &mut shown);
        }
        self.page(device, shown, Some(click), later);
        if self.random.percent(50) {
            let held = self.devices[device].click.replace(click);
            let at = self.clock.soon(&mut self.random, later);
            self.order(to, device, at);
            self.devices[device].click = held;
        }
    }

    /// What the click that a report brings says of the program, or else the first.
    pub(super) fn program_of(click: Option<ClickRef>) -> ProgramId {
        click.map_or(MAIN, |click| click.program)
    }
}
