//! A town whose people each live in one situation, and all that they do in two months.

use std::collections::BTreeMap;

use anyhow::Result;
use referee_core::fact::{Click, ClickRef, Conversion, Fact, Record, Signals, Visit};
use referee_core::id::{AdId, ClickNo, FactId, PartnerId, RecordNo, SubmissionId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::Source;
use referee_core::time::{MINUTE_MS, Timestamp};
use referee_engine::intake::click_id::first_number_at;

use super::situation::Situation;
use crate::random::Random;
use crate::town::clock::OPENING;
use crate::town::device::{Device, Place};
use crate::town::names::Names;
use crate::town::offer::{BY_TEMPLATE, MAIN, SALE, founded, plain_set_up};
use crate::town::person::{Person, PersonNo};
use crate::town::{BRAND, owner_of};

const DAYS: u64 = 60;

/// All that happened, and who did it.
pub struct Population {
    pub records: Vec<Record>,
    pub situations: Vec<Situation>,
    pub clickers: BTreeMap<ClickNo, PersonNo>,
    /// By order id.
    pub buyers: BTreeMap<String, PersonNo>,
}

struct Lives {
    random: Random,
    names: Names,
    people: Vec<Person>,
    devices: Vec<Device>,
    situations: Vec<Situation>,
    /// What the people of a group have in common: a device, or an address.
    shared: Vec<Option<Shared>>,
    facts: Vec<(Timestamp, Fact)>,
    clickers: BTreeMap<ClickNo, PersonNo>,
    buyers: BTreeMap<String, PersonNo>,
}

#[derive(Clone, Copy)]
enum Shared {
    Device(usize),
    Email(Identifier),
}

impl Population {
    pub fn new(people: usize, seed: u64) -> Result<Population> {
        let mut lives = Lives {
            random: Random::new(seed),
            names: Names::default(),
            people: Vec::new(),
            devices: Vec::new(),
            situations: Vec::new(),
            shared: Vec::new(),
            facts: plain_set_up()?.into_iter().map(|fact| (founded(), fact)).collect(),
            clickers: BTreeMap::new(),
            buyers: BTreeMap::new(),
        };
        for situation in Situation::ALL {
            lives.settle(situation, people * situation.percent() / 100);
        }
        lives.live();
        Ok(lives.into_population())
    }
}

impl Lives {
    fn settle(&mut self, situation: Situation, many: usize) {
        let mut shared = None;
        for n in 0..many {
            if n % situation.group() == 0 {
                shared = self.shared_in(situation);
            }
            let mut person = Person::new(&mut self.names, &mut self.random, false);
            for _ in 0..if situation == Situation::SecondDevice { 2 } else { 1 } {
                person.devices.push(self.device(Place::Own));
            }
            self.people.push(person);
            self.situations.push(situation);
            self.shared.push(shared);
        }
    }

    fn shared_in(&mut self, situation: Situation) -> Option<Shared> {
        match situation {
            Situation::Family => Some(Shared::Device(self.device(Place::Family))),
            Situation::Kiosk => Some(Shared::Device(self.device(Place::Kiosk))),
            Situation::CallCentre => Some(Shared::Device(self.device(Place::CallCentre))),
            Situation::JunkId => Some(Shared::Email(self.names.draw(&mut self.random, IdentifierKind::Email))),
            _ => None,
        }
    }

    fn device(&mut self, place: Place) -> usize {
        self.devices.push(Device::new(&mut self.names, &mut self.random, place));
        let last = self.devices.len() - 1;
        self.devices[last].without_cookie = false;
        last
    }

    /// Sessions of all people, in the order in which they happen.
    fn live(&mut self) {
        let mut sessions = Vec::new();
        for person in 0..self.people.len() {
            for _ in 0..2 + self.random.below(4) {
                // A device serves one after the other.
                let slot = self.random.below(DAYS * 24 * 2) as i64;
                let at = OPENING.plus_ms(slot * 30 * MINUTE_MS + self.random.below(5 * MINUTE_MS as u64) as i64);
                sessions.push((at, PersonNo(person)));
            }
        }
        sessions.sort();
        for (at, person) in sessions {
            self.session(person, at);
        }
    }

    fn session(&mut self, person: PersonNo, start: Timestamp) {
        let situation = self.situations[person.0];
        let own = self.people[person.0].devices[self.random.below(self.people[person.0].devices.len() as u64) as usize];
        let (device, agent) = match (self.shared[person.0], situation) {
            (Some(Shared::Device(agent)), Situation::CallCentre) => (own, Some(agent)),
            // In the shop or at home.
            (Some(Shared::Device(kiosk)), Situation::Kiosk) => {
                (if self.random.percent(50) { kiosk } else { own }, None)
            }
            (Some(Shared::Device(family)), _) => (family, None),
            _ => (own, None),
        };
        if situation == Situation::CookieLost && self.random.percent(50) {
            self.devices[device].lose_cookies(&mut self.names, &mut self.random);
        }
        let mut at = start;
        let mut later = |random: &mut Random| {
            at = at.plus_ms(2_500 + random.below(4 * MINUTE_MS as u64) as i64);
            at
        };
        if self.random.percent(60) {
            self.click(person, device, start);
        }
        let (landed, signed_in, ordered) = (later(&mut self.random), later(&mut self.random), later(&mut self.random));
        self.page(device, None, landed);
        if self.random.percent(55) {
            self.page(device, Some(person), signed_in);
        }
        if situation == Situation::ForwardedLink && self.random.percent(25) {
            self.forward(device, ordered);
        } else if self.random.percent(45) {
            self.order(person, agent.unwrap_or(device), ordered);
        }
    }

    fn click(&mut self, person: PersonNo, device: usize, at: Timestamp) {
        let no = ClickNo(first_number_at(at).0 | (self.clickers.len() as u64 + 1) & 0xFFFF);
        self.clickers.insert(no, person);
        let held = &mut self.devices[device];
        let (partner, ad) = (BY_TEMPLATE, AdId(1));
        held.click = Some(ClickRef { no, program: MAIN, partner, ad, clicked_at: at, unrecorded: false });
        let fact = click(no, partner, ad, held.visitor);
        self.facts.push((at, fact));
    }

    fn page(&mut self, device: usize, signed_in: Option<PersonNo>, at: Timestamp) {
        let held = self.devices[device].click.filter(|_| self.random.percent(30));
        let identifiers = self.shown(device, signed_in);
        self.visit(identifiers, held, at);
    }

    fn visit(&mut self, identifiers: Vec<Identifier>, click: Option<ClickRef>, at: Timestamp) {
        let visit = Visit {
            program: MAIN,
            source: Source::Browser,
            click,
            identifiers,
            aliases: Vec::new(),
            left_out: Vec::new(),
            issued: None,
            path: "/page".into(),
        };
        self.facts.push((at, Fact::VisitRecorded(visit)));
    }

    /// What a browser shows, and who signed in.
    fn shown(&mut self, device: usize, signed_in: Option<PersonNo>) -> Vec<Identifier> {
        let mut shown = Vec::new();
        if let Some(person) = signed_in {
            let who = &self.people[person.0];
            shown.push(who.customer);
            shown.extend(Some(who.email).filter(|_| self.random.percent(50)));
        }
        let device = &self.devices[device];
        shown.push(device.visitor);
        shown.extend(Some(device.anonymous).filter(|_| self.random.percent(60)));
        shown
    }

    /// The address of a page, with the click id in it, goes to somebody who opens it at once and perhaps buys.
    fn forward(&mut self, from: usize, at: Timestamp) {
        let Some(click) = self.devices[from].click else { return };
        let others: Vec<usize> =
            (0..self.people.len()).filter(|no| self.situations[*no] == Situation::ForwardedLink).collect();
        let to = others[self.random.below(others.len() as u64) as usize];
        let device = self.people[to].devices[0];
        if device == from {
            return;
        }
        let signed_in = self.random.percent(50).then_some(PersonNo(to));
        let shown = self.shown(device, signed_in);
        self.visit(shown, Some(click), at.plus_ms(MINUTE_MS));
        if self.random.percent(60) {
            let held = self.devices[device].click.replace(click);
            self.order(PersonNo(to), device, at.plus_ms(3 * MINUTE_MS));
            self.devices[device].click = held;
        }
    }

    fn order(&mut self, person: PersonNo, device: usize, at: Timestamp) {
        let order_id = format!("O{}", self.buyers.len() + 1);
        self.buyers.insert(order_id.clone(), person);
        let by_server = self.devices[device].place != Place::CallCentre && self.random.percent(40);
        let who = &self.people[person.0];
        let mut identifiers = vec![who.customer];
        match self.shared[person.0] {
            Some(Shared::Email(junk)) if self.random.percent(60) => identifiers.push(junk),
            _ => identifiers.extend(Some(who.email).filter(|_| self.random.percent(50))),
        }
        let mut click = None;
        if !by_server {
            // Some buy without an account.
            if self.random.percent(25) && self.devices[device].place != Place::CallCentre {
                identifiers.remove(0);
            }
            identifiers.push(self.devices[device].visitor);
            click = self.devices[device].click.filter(|_| self.random.percent(40));
        }
        let report = report(order_id, identifiers, click, SubmissionId(self.random.bytes()), self.random.bytes());
        self.facts.push((at, report));
    }

    fn into_population(mut self) -> Population {
        self.facts.sort_by_key(|(at, _)| *at);
        let records = self.facts.into_iter().zip(1..).map(|((at, fact), n)| Record {
            no: RecordNo(n),
            brand: BRAND,
            id: FactId { edge: 1, epoch: 1, n },
            received_at: at,
            occurred_at: at,
            actor: owner_of(&fact),
            fact,
        });
        let (situations, clickers, buyers) = (self.situations, self.clickers, self.buyers);
        Population { records: records.collect(), situations, clickers, buyers }
    }
}

fn click(no: ClickNo, partner: PartnerId, ad: AdId, visitor: Identifier) -> Fact {
    Fact::ClickRecorded(Click {
        no,
        program: MAIN,
        partner,
        ad,
        slug: None,
        visitor: Some(visitor),
        sub_ids: Default::default(),
        shared_id: String::new(),
        signals: Signals::default(),
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
    })
}

fn report(
    order_id: String,
    identifiers: Vec<Identifier>,
    click: Option<ClickRef>,
    submission: SubmissionId,
    digest: [u8; 16],
) -> Fact {
    Fact::ConversionReported(Conversion {
        submission,
        program: MAIN,
        event_type: SALE,
        order_id,
        source: Source::Browser,
        currency: Currency(*b"EUR"),
        amount: Money(100 * MICROS),
        items: Vec::new(),
        identifiers,
        aliases: Vec::new(),
        left_out: Vec::new(),
        click,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest,
        fields: Vec::new(),
        click_path: None,
    })
}
