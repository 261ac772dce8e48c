//! The traffic of a simulated month and of the weeks before it, day by day: the same for the same seed.

use std::collections::BTreeMap;

use referee_core::fact::{
    Agent, Browser, Click, ClickRef, Conversion, Device, Embedded, Fact, Item, Navigation, NetworkClass, Oddities,
    Robot, Signals, Site, System,
};
use referee_core::id::{AdId, ClickNo, PartnerId, SubmissionId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::Source;
use referee_core::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};

use super::trick::Trick;
use super::{FIRST_PARTNER, HONEST, PROGRAM, SALE, START};
use crate::random::Random;

/// Days before the month, which statistics compare it with.
pub const BEFORE: i64 = 35;
pub const MONTH: i64 = 30;
/// Cheats begin with the month.
const FLOOD_DAYS: [i64; 3] = [BEFORE + 18, BEFORE + 19, BEFORE + 20];

pub const STUFFER: PartnerId = PartnerId(FIRST_PARTNER + HONEST);
pub const FLOODER: PartnerId = PartnerId(STUFFER.0 + 1);
pub const CLOCKMAKER: PartnerId = PartnerId(STUFFER.0 + 2);
pub const INJECTOR: PartnerId = PartnerId(STUFFER.0 + 3);
pub const CLEVER: PartnerId = PartnerId(STUFFER.0 + 4);

/// Whether a partner cheats on a day, counted from the beginning.
pub fn cheats(partner: PartnerId, day: i64) -> bool {
    day >= BEFORE
        && match partner {
            FLOODER => FLOOD_DAYS.contains(&day),
            _ => partner >= STUFFER,
        }
}

/// Somebody's device, or what passes for one.
#[derive(Clone, Copy)]
struct Person {
    visitor: Identifier,
    signals: Signals,
}

/// A partner's usual day.
struct Habit {
    clicks: u64,
    /// Orders for a million clicks.
    rate_ppm: u64,
}

pub struct Life {
    random: Random,
    habits: BTreeMap<PartnerId, Habit>,
    /// What lies behind each click.
    pub truth: BTreeMap<ClickNo, Trick>,
    /// What is yet to come, by its moment.
    coming: BTreeMap<(Timestamp, u64), Fact>,
    drawn: u64,
    day: i64,
}

impl Life {
    pub fn new(seed: u64) -> Life {
        let mut random = Random::new(seed);
        let mut habits = BTreeMap::new();
        for partner in (FIRST_PARTNER..FIRST_PARTNER + HONEST).map(PartnerId) {
            let clicks = 40 + random.below(20) * random.below(20);
            // Few have very little, few very much.
            let rate_ppm = (0..4).map(|_| 1_000 + random.below(11_000)).sum();
            habits.insert(partner, Habit { clicks, rate_ppm });
        }
        for (partner, clicks) in [(STUFFER, 120), (FLOODER, 80), (CLOCKMAKER, 60), (INJECTOR, 130)] {
            habits.insert(partner, Habit { clicks, rate_ppm: 25_000 });
        }
        Life { random, habits, truth: BTreeMap::new(), coming: BTreeMap::new(), drawn: 0, day: 0 }
    }

    fn midnight(&self) -> Timestamp {
        START.plus_ms(self.day * DAY_MS)
    }

    /// What happens on the next day, in its order.
    pub fn next_day(&mut self) -> Vec<(Timestamp, Fact)> {
        let habits: Vec<(PartnerId, u64, u64)> =
            self.habits.iter().map(|(partner, it)| (*partner, it.clicks, it.rate_ppm)).collect();
        for (partner, clicks, rate_ppm) in habits {
            self.honest_day(partner, clicks, rate_ppm);
            self.bots(partner, clicks);
        }
        if self.day >= BEFORE {
            self.stuffing();
            self.flood();
            self.clockwork();
            self.injection();
            self.clever();
        }
        self.day += 1;
        let later = self.coming.split_off(&(self.midnight(), 0));
        std::mem::replace(&mut self.coming, later).into_iter().map(|((at, _), fact)| (at, fact)).collect()
    }

    fn honest_day(&mut self, partner: PartnerId, usual: u64, rate_ppm: u64) {
        let weekend = if self.day % 7 >= 5 { 60 } else { 100 };
        let sometimes = if self.random.percent(3) { 200 } else { 100 };
        let varied = 60 + self.random.below(41) + self.random.below(41);
        let clicks = usual * weekend * sometimes * varied / 1_000_000;
        // People of one household or company: address and user agent are the same.
        let shared: Vec<Signals> = (0..clicks / 50 + 1).map(|_| self.home()).collect();
        for _ in 0..clicks {
            let at = self.people_moment();
            let mut person = self.person();
            match self.random.below(200) {
                0..8 => person.signals = shared[self.random.below(shared.len() as u64) as usize],
                8..10 => person.signals.network_class = NetworkClass::Hosting,
                10 => person.signals.oddities = Oddities::HINTS_MISSING,
                _ => {}
            }
            let click = self.click(at, partner, person, Trick::Honest);
            self.again(at, partner, person);
            if self.random.below(1_000_000) < rate_ppm {
                let after = self.deliberation();
                self.order(at.plus_ms(after), click);
            }
        }
    }

    /// A hand slips, or the same person comes back.
    fn again(&mut self, at: Timestamp, partner: PartnerId, person: Person) {
        let mut known = person;
        known.signals.returning = true;
        if self.random.percent(6) {
            let after = 150 + self.random.below(1_350) as i64;
            self.click(at.plus_ms(after), partner, known, Trick::DoubleClick);
        } else if self.random.percent(8) {
            let after = self.random.below(20 * MINUTE_MS as u64) as i64 + 5 * SECOND_MS;
            if self.random.percent(5) {
                // Without a cookie, the device is told by its address and user agent alone.
                known.signals.returning = false;
                known.visitor = self.visitor();
            }
            self.click(at.plus_ms(after), partner, known, Trick::Repeat);
        }
    }

    fn bots(&mut self, partner: PartnerId, usual: u64) {
        for _ in 0..usual / 10 {
            let at = self.any_moment();
            let mut bot = self.person();
            let agent = [Agent::Bot, Agent::Bot, Agent::Preview, Agent::Library][self.random.below(4) as usize];
            bot.signals.agent = agent;
            bot.signals.robot = if agent == Agent::Bot { Robot::Seo } else { Robot::Unknown };
            bot.signals.network_class = NetworkClass::Hosting;
            self.click(at, partner, bot, Trick::DeclaredBot);
        }
        for _ in 0..usual / 30 {
            let at = self.any_moment();
            let mut bot = self.person();
            match self.random.below(6) {
                0..4 => bot.signals.network_class = NetworkClass::Hosting,
                4 => bot.signals.oddities = Oddities::PLATFORM_DIFFERS,
                _ => {}
            }
            self.click(at, partner, bot, Trick::HiddenBot);
        }
    }

    fn stuffing(&mut self) {
        for _ in 0..1_500 {
            let at = self.people_moment();
            let mut person = self.person();
            if !self.random.percent(10) {
                (person.signals.navigation, person.signals.embedded) = (Navigation::Embedded, Embedded::Frame);
            } else {
                (person.signals.navigation, person.signals.site) = (Navigation::Unknown, Site::Unknown);
            }
            let click = self.click(at, STUFFER, person, Trick::Stuffing);
            if self.random.below(1_000) < 2 {
                let after = self.deliberation();
                self.order(at.plus_ms(after), click);
            }
        }
    }

    fn flood(&mut self) {
        if !FLOOD_DAYS.contains(&self.day) {
            return;
        }
        let unlisted = self.random.number() >> 1;
        for _ in 0..3_000 {
            let at = self.any_moment();
            let mut bot = self.person();
            if self.random.percent(20) {
                bot.signals.network = unlisted;
            } else {
                bot.signals.network_class = NetworkClass::Hosting;
            }
            self.click(at, FLOODER, bot, Trick::Flood);
        }
    }

    fn clockwork(&mut self) {
        for n in 0..DAY_MS / (5 * MINUTE_MS) {
            let late = self.random.below(2_000) as i64;
            let (at, bot) = (self.midnight().plus_ms(n * 5 * MINUTE_MS + late), self.person());
            self.click(at, CLOCKMAKER, bot, Trick::Clockwork);
        }
    }

    fn injection(&mut self) {
        for n in 0..150 {
            let (at, person) = (self.people_moment(), self.person());
            let click = self.click(at, INJECTOR, person, Trick::Injection);
            if n % 8 == 0 {
                let after = 3 * SECOND_MS + self.random.below(15_000) as i64;
                self.order(at.plus_ms(after), click);
            }
        }
    }

    fn clever(&mut self) {
        let many = 220 + self.random.below(60);
        for _ in 0..many {
            let (at, person) = (self.people_moment(), self.person());
            self.click(at, CLEVER, person, Trick::Clever);
        }
    }

    fn any_moment(&mut self) -> Timestamp {
        self.midnight().plus_ms(self.random.below(DAY_MS as u64) as i64)
    }

    /// Most come in the evening, few at night.
    fn people_moment(&mut self) -> Timestamp {
        let hour = match self.random.below(10) {
            0 => self.random.below(24),
            1..6 => 8 + self.random.below(12),
            _ => 17 + self.random.below(6),
        };
        self.midnight().plus_ms(hour as i64 * HOUR_MS + self.random.below(HOUR_MS as u64) as i64)
    }

    /// From a click to its order: mostly within the hour, else within days.
    fn deliberation(&mut self) -> i64 {
        let least = 20 * SECOND_MS as u64;
        let within = if self.random.percent(70) { 40 * MINUTE_MS } else { 5 * DAY_MS } as u64;
        (least + self.random.popular(within)) as i64
    }

    fn visitor(&mut self) -> Identifier {
        Identifier { kind: IdentifierKind::Visitor, hash: self.random.bytes() }
    }

    fn person(&mut self) -> Person {
        Person { visitor: self.visitor(), signals: self.home() }
    }

    /// A browser at home. A few networks carry many people each.
    fn home(&mut self) -> Signals {
        let network = if self.random.percent(30) { 1 + self.random.popular(300) } else { self.random.number() >> 1 };
        let phone = self.random.percent(60);
        Signals {
            navigation: Navigation::Navigate,
            site: Site::CrossSite,
            activated: true,
            agent: Agent::Browser,
            device: if phone { Device::Phone } else { Device::Desktop },
            system: if phone { System::Android } else { System::Windows },
            browser: Browser::Chrome,
            network_class: NetworkClass::Other,
            country: *b"DE",
            network,
            agent_key: self.random.number() >> 1,
            ..Signals::default()
        }
    }

    fn click(&mut self, at: Timestamp, partner: PartnerId, person: Person, trick: Trick) -> ClickRef {
        self.drawn += 1;
        let no = ClickNo(self.drawn);
        self.truth.insert(no, trick);
        let ad = AdId(1);
        let fact = Fact::ClickRecorded(Click {
            no,
            program: PROGRAM,
            partner,
            ad,
            slug: None,
            visitor: Some(person.visitor),
            sub_ids: Default::default(),
            shared_id: String::new(),
            signals: person.signals,
            deep_link_refused: false,
            referrer_host: format!("www.partner-{partner}.example"),
            link_params: Vec::new(),
        });
        self.coming.insert((at, self.drawn), fact);
        ClickRef { no, program: PROGRAM, partner, ad, clicked_at: at, unrecorded: false }
    }

    fn order(&mut self, at: Timestamp, click: ClickRef) {
        self.drawn += 1;
        let amount = Money((20 + self.random.below(100) as i64) * MICROS);
        let (sku, name, category) = ("S1".to_owned(), "A thing".to_owned(), "things".to_owned());
        let fact = Fact::ConversionReported(Conversion {
            submission: SubmissionId(self.random.bytes()),
            program: PROGRAM,
            event_type: SALE,
            order_id: format!("A{}", self.drawn),
            source: Source::Server,
            currency: Currency(*b"EUR"),
            amount,
            items: vec![Item { sku, name, category, quantity: 1, amount }],
            identifiers: vec![Identifier { kind: IdentifierKind::CustomerId, hash: self.random.bytes() }],
            aliases: Vec::new(),
            left_out: Vec::new(),
            click: Some(click),
            click_forged: false,
            promo_code: String::new(),
            assigned: Vec::new(),
            forced_partner: None,
            sub_ids: Default::default(),
            shared_id: String::new(),
            customer_status: String::new(),
            parent_order: String::new(),
            digest: self.random.bytes(),
            fields: Vec::new(),
            click_path: None,
        });
        self.coming.insert((at, self.drawn), fact);
    }
}
