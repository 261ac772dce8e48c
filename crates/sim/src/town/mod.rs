//! A small made-up town whose people click, visit and buy: the same for the same seed. It knows who did what, which
//! the records do not say.

mod agreements;
pub mod clock;
pub mod deal;
pub mod device;
pub mod features;
mod flood;
pub mod names;
pub mod offer;
pub mod person;
mod purchase;
mod session;
mod story;

use std::collections::BTreeMap;

use anyhow::Result;
use referee_core::fact::{Actor, Fact, Record, Role, TermsSet};
use referee_core::id::{BrandId, ClickNo, EventTypeId, FactId, ProgramId, RecordNo, UserId};
use referee_core::identity::{Identifier, IdentifierKind};

use self::clock::{Clock, Moments};
use self::device::{Device, Place};
use self::features::Features;
use self::names::Names;
use self::person::{Person, PersonNo};
use crate::random::Random;

pub const BRAND: BrandId = BrandId(1);

#[derive(Clone)]
pub struct Town {
    /// In the log's order.
    pub records: Vec<Record>,
    pub names: Names,
    /// Who made each click.
    pub clickers: BTreeMap<ClickNo, PersonNo>,
    /// Who placed each order.
    pub buyers: BTreeMap<(EventTypeId, String), PersonNo>,
}

impl Town {
    pub fn new(seed: u64, features: Features) -> Result<Town> {
        let mut random = Random::new(seed);
        let clock = Clock::new(features, &mut random);
        let mut days = Days {
            features,
            random,
            goods: Random::new(seed.rotate_left(32)),
            clock,
            names: Names::default(),
            people: Vec::new(),
            devices: Vec::new(),
            shared_email: None,
            shared_anonymous: None,
            facts: Vec::new(),
            clickers: BTreeMap::new(),
            buyers: BTreeMap::new(),
            clicks: 0,
            orders: 0,
        };
        days.set_up()?;
        days.settle_people();
        days.live();
        Ok(days.into_town())
    }

    pub fn programs(&self) -> [ProgramId; 2] {
        [offer::MAIN, offer::SECOND]
    }
}

/// A town in the making.
struct Days {
    features: Features,
    random: Random,
    /// Of what is bought and on what terms: who does what is the same with others.
    goods: Random,
    clock: Clock,
    names: Names,
    people: Vec<Person>,
    devices: Vec<Device>,
    shared_email: Option<Identifier>,
    shared_anonymous: Option<Identifier>,
    facts: Vec<(Moments, Fact)>,
    clickers: BTreeMap<ClickNo, PersonNo>,
    buyers: BTreeMap<(EventTypeId, String), PersonNo>,
    clicks: u64,
    orders: u32,
}

impl Days {
    fn set_up(&mut self) -> Result<()> {
        let mut facts = offer::set_up(&mut self.random, self.features.policies)?;
        if self.features.changing_set_up {
            let Days { clock, random, .. } = self;
            facts.extend(offer::changes(random, |random| clock.any(random)));
        }
        if self.features.conditions {
            let Days { clock, goods, .. } = self;
            // Before the terms that name them.
            let first = facts.iter().position(|(_, fact)| matches!(fact, Fact::TermsSet(_))).unwrap_or(0);
            let at = facts.get(first).map_or(offer::founded(), |(at, _)| *at);
            for program in [offer::MAIN, offer::SECOND] {
                facts.splice(first..first, deal::lists(goods, program).into_iter().map(|fact| (at, fact)));
            }
            facts.extend(agreements::agreements(goods, |goods| clock.any(goods)));
            facts.extend(facts.first().map(|(at, _)| (*at, Fact::RatesSet(offer::rates(*at, goods)))));
        }
        for (_, fact) in &mut facts {
            if let (true, Fact::TermsSet(TermsSet { rules: Some(rules), .. })) = (self.features.conditions, fact) {
                deal::refine(&mut self.goods, rules);
            }
        }
        self.facts.extend(facts.into_iter().map(|(at, fact)| (Moments { occurred: at, received: at }, fact)));
        Ok(())
    }

    fn settle_people(&mut self) {
        if self.features.junk {
            self.shared_email = Some(self.names.draw(&mut self.random, IdentifierKind::Email));
            self.shared_anonymous = Some(self.names.draw(&mut self.random, IdentifierKind::AnonymousId));
        }
        // In some towns many share an address, in others few.
        let (many, sharing) = (6 + self.random.below(9) as usize, self.random.below(60));
        for no in 0..many {
            let shares_email = self.features.junk && self.random.percent(sharing);
            let person = Person::new(&mut self.names, &mut self.random, shares_email);
            self.people.push(person);
            for _ in 0..1 + self.random.popular(3) {
                let device = self.new_device(Place::Own);
                self.people[no].devices.push(device);
            }
        }
        if self.features.families {
            for first in (0..many.saturating_sub(2)).step_by(4) {
                let device = self.new_device(Place::Family);
                let size = 2 + self.random.below(2) as usize;
                (first..first + size.min(many - first)).for_each(|no| self.people[no].devices.push(device));
            }
        }
        for (there_is_one, place) in
            [(self.features.kiosks, Place::Kiosk), (self.features.call_centres, Place::CallCentre)]
        {
            if there_is_one && self.random.percent(60) {
                let device = self.new_device(place);
                for person in &mut self.people {
                    if self.random.percent(80) {
                        person.devices.push(device);
                    }
                }
            }
        }
    }

    fn new_device(&mut self, place: Place) -> usize {
        self.devices.push(Device::new(&mut self.names, &mut self.random, place));
        self.devices.len() - 1
    }

    fn live(&mut self) {
        // Sessions of a device follow each other, so that it holds what was left by the one before.
        let sessions = 30 + self.random.below(50);
        let mut starts: Vec<_> = (0..sessions).map(|_| self.clock.any(&mut self.random)).collect();
        starts.sort();
        for at in starts {
            let person = PersonNo(self.random.below(self.people.len() as u64) as usize);
            let devices = &self.people[person.0].devices;
            let device = devices[self.random.below(devices.len() as u64) as usize];
            self.session(person, device, at);
        }
        if self.features.floods && self.random.percent(35) {
            self.flood();
        }
    }

    fn record(&mut self, moments: Moments, fact: Fact) {
        self.facts.push((moments, fact));
    }

    fn into_town(mut self) -> Town {
        self.facts.sort_by_key(|(moments, _)| moments.received);
        let records = self.facts.into_iter().zip(1..).map(|((moments, fact), n)| Record {
            no: RecordNo(n),
            brand: BRAND,
            id: FactId { edge: 1, epoch: 1, n },
            received_at: moments.received,
            occurred_at: moments.occurred,
            actor: owner_of(&fact),
            fact,
        });
        Town { records: records.collect(), names: self.names, clickers: self.clickers, buyers: self.buyers }
    }
}

/// Who caused a fact: what is set up, a person does.
pub fn owner_of(fact: &Fact) -> Option<Actor> {
    let role = if matches!(fact, Fact::TermsDecided(_)) { Role::Partner } else { Role::Owner };
    fact.stands_alone().then(|| Actor { user: UserId(1), role, reason: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_town() {
        let town = |seed| Town::new(seed, Features::FULL).unwrap();
        let records = town(1).records;
        assert_eq!(records, town(1).records);
        assert_ne!(records, town(2).records);
        assert!((100..1_000).contains(&records.len()), "{}", records.len());
    }
}
