//! A shop with partners, and the people who come and sometimes buy.
//!
//! Forty partners promote eight ads; few of each are popular. One visitor in seven was here before. A quarter of the
//! clicks carry a short sub id and one in twenty a partner's own click id. Addresses, user agents and referring pages
//! vary as they do on the web, because they decide how well a frame compresses.

use std::collections::VecDeque;

use referee_core::contract::{ClickTerms, EventPayout, Payout, TermsRules};
use referee_core::fact::{
    Actor, AdSet, Agent, Click, ClickRef, Conversion, Device, EventTypeSet, Fact, Item, Navigation, Role, Signals,
    TermsSet, Visit,
};
use referee_core::id::{AdId, BrandId, EventTypeId, PartnerId, ProgramId, SubmissionId, UserId};
use referee_core::identity::{Alias, Identifier, IdentifierKind};
use referee_core::locking::Locking;
use referee_core::machine::RULES_VERSION;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::{Category, CreditPolicy, Program, SETTLE_HOURS_DEFAULT, Source, Standing};
use referee_core::time::Timestamp;
use referee_engine::intake::click_id::ClickNumbers;
use referee_engine::intake::keys::BrandKeys;
use referee_engine::intake::visitor;
use referee_engine::log::{Draft, Raw};
use referee_engine::zone::zone;

use crate::random::Random;

const PROGRAM: ProgramId = ProgramId(1);
const SALE: EventTypeId = EventTypeId(1);
const CLICK: EventTypeId = EventTypeId(2);
const FIRST_PARTNER: u32 = 11;
const PARTNERS: u64 = 40;
const ADS: u64 = 8;
/// 2026-11-02, a Monday, at noon in UTC.
pub const OPENING: Timestamp = Timestamp(1_793_620_800_000);
/// A rush: as many as the edge of a small machine takes. In an idle hour, visitors of the same moment are few, and their
/// rows stand together as if by themselves.
const CLICKS_PER_MS: u64 = 20;
const RETURNING_PERCENT: u64 = 15;
/// Clicks whose visitors may still be on the site.
const ON_SITE: usize = 20_000;
const CUSTOMERS_KNOWN: usize = 50_000;

/// How often what follows a click follows it.
#[derive(Clone, Copy)]
pub struct Mix {
    /// One visit for so many clicks; none if zero.
    pub clicks_per_visit: u64,
    /// One order for so many clicks; none if zero.
    pub clicks_per_order: u64,
}

impl Mix {
    /// Nothing follows.
    pub const CLICKS: Mix = Mix { clicks_per_visit: 0, clicks_per_order: 0 };
}

struct Shopper {
    click: ClickRef,
    visitor: Identifier,
    address: String,
    user_agent: String,
}

pub struct World {
    pub brand: BrandId,
    random: Random,
    mix: Mix,
    clicks: Option<ClickTerms>,
    now: Timestamp,
    numbers: ClickNumbers,
    keys: BrandKeys,
    visitors: Vec<Identifier>,
    on_site: VecDeque<Shopper>,
    customers: Vec<[Identifier; 3]>,
    orders: u64,
}

impl World {
    pub fn new(brand: BrandId, seed: u64, mix: Mix) -> World {
        World {
            brand,
            random: Random::new(seed),
            mix,
            clicks: None,
            now: OPENING,
            numbers: ClickNumbers::new(1),
            keys: BrandKeys::new([1; 32], Vec::new()),
            visitors: Vec::new(),
            on_site: VecDeque::new(),
            customers: Vec::new(),
            orders: 0,
        }
    }

    /// The same shop, which pays for clicks as well. What people do is the same.
    pub fn paying_for_clicks(self, clicks: ClickTerms) -> World {
        World { clicks: Some(clicks), ..self }
    }

    /// What the brand sets up before anybody comes.
    pub fn set_up(&self) -> referee_engine::error::Result<Vec<Draft>> {
        let mut facts = vec![
            Fact::RulesAdopted { version: RULES_VERSION },
            Fact::ProgramSet(program()?),
            Fact::EventTypeSet(sale()),
        ];
        facts.extend(self.clicks.map(|_| Fact::EventTypeSet(clicks())));
        facts.push(Fact::TermsSet(terms(None, 80_000, self.clicks)));
        for n in 0..ADS {
            facts.push(Fact::AdSet(ad(AdId(n as u32 + 1))));
        }
        for n in 0..PARTNERS {
            let partner = PartnerId(FIRST_PARTNER + n as u32);
            facts.push(Fact::PartnerSet { partner, standing: Standing::Active, channel: false });
            facts.push(Fact::TermsSet(terms(Some(partner), 50_000 + 1_000 * n as u32, self.clicks)));
        }
        let actor = || Some(Actor { user: UserId(1), role: Role::Owner, reason: String::new() });
        let at = OPENING.minus_days(1);
        let draft =
            |fact| Draft { brand: self.brand, received_at: at, occurred_at: at, actor: actor(), fact, raw: None };
        Ok(facts.into_iter().map(draft).collect())
    }

    /// The next click, and what people who clicked before it did meanwhile.
    pub fn next(&mut self, out: &mut Vec<Draft>) {
        self.now = self.now.plus_ms(i64::from(self.random.below(CLICKS_PER_MS) == 0));
        out.push(self.click());
        if self.mix.clicks_per_visit > 0 && self.random.below(self.mix.clicks_per_visit) == 0 {
            out.push(self.visit());
        }
        if self.mix.clicks_per_order > 0 && self.random.below(self.mix.clicks_per_order) == 0 {
            out.push(self.order());
        }
    }

    fn draft(&self, fact: Fact, raw: Raw) -> Draft {
        Draft { brand: self.brand, received_at: self.now, occurred_at: self.now, actor: None, fact, raw: Some(raw) }
    }

    fn click(&mut self) -> Draft {
        let partner = PartnerId(FIRST_PARTNER + self.random.popular(PARTNERS) as u32);
        let ad = AdId(1 + self.random.popular(ADS) as u32);
        let (no, clicked_at) = (self.numbers.next(self.now), self.now);
        let (seen, visitor, sub_ids) = (self.visitors.len(), self.visitor(), self.sub_ids());
        let phone = self.random.percent(60);
        let (address, user_agent) = (self.address(), self.user_agent(phone));
        let click = ClickRef { no, program: PROGRAM, partner, ad, clicked_at, unrecorded: false };
        let referrer = self.referrer(partner);
        let referrer_host = referrer.split('/').nth(2).unwrap_or_default().to_owned();
        if self.on_site.len() == ON_SITE {
            self.on_site.pop_front();
        }
        self.on_site.push_back(Shopper { click, visitor, address: address.clone(), user_agent: user_agent.clone() });
        let signals = Signals {
            navigation: Navigation::Navigate,
            agent: Agent::Browser,
            device: if phone { Device::Phone } else { Device::Desktop },
            returning: self.visitors.len() == seen,
            network: key_of(&address[..address.len() / 2]),
            agent_key: key_of(&format!("{address} {user_agent}")),
            ..Signals::default()
        };
        let raw = Raw { address, user_agent, url: format!("/c/{partner}/{ad}/{PROGRAM}"), referrer };
        let fact = Fact::ClickRecorded(Click {
            no,
            program: PROGRAM,
            partner,
            ad,
            slug: None,
            visitor: Some(visitor),
            sub_ids,
            shared_id: String::new(),
            signals,
            deep_link_refused: false,
            referrer_host,
            link_params: Vec::new(),
        });
        self.draft(fact, raw)
    }

    fn new_visitor(&mut self) -> Identifier {
        let cookie = visitor::mint(self.now, std::array::from_fn(|_| self.random.number() as u8));
        // Whatever the edge mints, it knows again.
        visitor::identifier(&self.keys, &cookie).expect("a cookie of ours")
    }

    fn visitor(&mut self) -> Identifier {
        let seen = self.visitors.len() as u64;
        if seen > 0 && self.random.percent(RETURNING_PERCENT) {
            // Most come back soon.
            let back =
                if self.random.percent(70) { self.random.below(seen.min(20_000)) } else { self.random.below(seen) };
            return self.visitors[(seen - 1 - back) as usize];
        }
        let visitor = self.new_visitor();
        self.visitors.push(visitor);
        visitor
    }

    fn sub_ids(&mut self) -> [String; 3] {
        let mut sub_ids = <[String; 3]>::default();
        if self.random.percent(25) {
            sub_ids[0] = format!("newsletter-{}", self.random.popular(60));
        }
        if self.random.percent(5) {
            sub_ids[1] = format!("{:020x}", self.random.number());
        }
        sub_ids
    }

    fn address(&mut self) -> String {
        let n = self.random.number();
        match n % 3 {
            0 => format!("2a02:{:x}:{:x}:{:x}::{:x}", n >> 56, n >> 40 & 0xffff, n >> 24 & 0xffff, n >> 8 & 0xffff),
            _ => format!("{}.{}.{}.{}", 20 + (n >> 56) % 180, n >> 48 & 255, n >> 40 & 255, n >> 32 & 255),
        }
    }

    /// Browsers tell little of themselves by now: a system and a version.
    fn user_agent(&mut self, phone: bool) -> String {
        let version = 128 + self.random.popular(23);
        match (phone, self.random.percent(45)) {
            (true, true) => {
                let (major, minor) = (26 - self.random.popular(10), self.random.below(7));
                format!(
                    "Mozilla/5.0 (iPhone; CPU iPhone OS {major}_{minor} like Mac OS X) AppleWebKit/605.1.15 \
                     (KHTML, like Gecko) Version/{major}.{minor} Mobile/15E148 Safari/604.1"
                )
            }
            (true, false) => format!(
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 \
                 Mobile Safari/537.36"
            ),
            (false, firefox) => {
                let system = self.random.of(&["Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7"]);
                if firefox {
                    format!("Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0")
                } else {
                    format!(
                        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 \
                         Safari/537.36"
                    )
                }
            }
        }
    }

    /// Half of the pages send only their origin, as browsers do by default; some send nothing.
    fn referrer(&mut self, partner: PartnerId) -> String {
        match self.random.below(10) {
            0..5 => format!("https://www.partner-{partner}.example/"),
            5..8 => format!("https://www.partner-{partner}.example/reviews/{}", self.random.popular(300)),
            _ => String::new(),
        }
    }

    /// Somebody of those who clicked lately.
    fn shopper(&mut self) -> usize {
        self.random.below(self.on_site.len() as u64) as usize
    }

    fn visit(&mut self) -> Draft {
        let place = self.shopper();
        let path = format!("/products/{}", self.random.popular(400));
        let shopper = &self.on_site[place];
        let raw = Raw {
            address: shopper.address.clone(),
            user_agent: shopper.user_agent.clone(),
            url: format!("https://www.shop.example{path}"),
            referrer: String::new(),
        };
        let fact = Fact::VisitRecorded(Visit {
            program: PROGRAM,
            source: Source::Browser,
            click: Some(shopper.click),
            identifiers: vec![shopper.visitor],
            aliases: Vec::new(),
            left_out: Vec::new(),
            issued: None,
            path,
        });
        self.draft(fact, raw)
    }

    fn customer(&mut self) -> [Identifier; 3] {
        let known = self.customers.len() as u64;
        if known > 0 && self.random.percent(30) {
            return self.customers[self.random.below(known) as usize];
        }
        let mut identifier = |kind| Identifier { kind, hash: self.random.bytes() };
        // A customer's number, and the address under both hashes that senders use.
        let customer = [IdentifierKind::CustomerId, IdentifierKind::Email, IdentifierKind::Email].map(&mut identifier);
        if self.customers.len() < CUSTOMERS_KNOWN {
            self.customers.push(customer);
        }
        customer
    }

    fn order(&mut self) -> Draft {
        let place = self.shopper();
        let [customer, email, other_hash] = self.customer();
        let with_click = self.random.percent(60);
        let items: Vec<Item> = (0..1 + self.random.below(3)).map(|_| self.item()).collect();
        let (submission, digest) = (SubmissionId(self.random.bytes()), self.random.bytes());
        self.orders += 1;
        let shopper = &self.on_site[place];
        let raw = Raw {
            address: shopper.address.clone(),
            user_agent: shopper.user_agent.clone(),
            url: "https://www.shop.example/checkout/thanks".into(),
            referrer: String::new(),
        };
        let fact = Fact::ConversionReported(Conversion {
            submission,
            program: PROGRAM,
            event_type: SALE,
            order_id: format!("A{:08}", 10_000_000 + self.orders),
            source: Source::Browser,
            currency: Currency(*b"EUR"),
            amount: items.iter().fold(Money::ZERO, |sum, item| sum.plus(item.amount)),
            items,
            identifiers: vec![customer, email, shopper.visitor],
            aliases: vec![Alias { of: email, is: other_hash }],
            left_out: Vec::new(),
            click: with_click.then_some(shopper.click),
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
        });
        self.draft(fact, raw)
    }

    fn item(&mut self) -> Item {
        let n = self.random.popular(400);
        let amount = Money((10 + n as i64 % 90) * MICROS);
        Item { sku: format!("SKU-{n:05}"), name: format!("Product {n}"), category: "shoes".into(), quantity: 1, amount }
    }
}

/// In place of an edge's keyed hash.
fn key_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |key, byte| (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn program() -> referee_engine::error::Result<Program> {
    Ok(Program {
        id: PROGRAM,
        name: "Acme Shoes partners".into(),
        currency: Currency(*b"EUR"),
        zone: zone("Europe/Berlin", OPENING)?,
        standing: Standing::Active,
        default_landing_url: "https://www.shop.example/".into(),
        permitted_hosts: vec!["www.shop.example".into()],
        tracking_hosts: vec!["go.shop.example".into()],
        click_param: "pt".into(),
        cookie_days: 30,
    })
}

fn sale() -> EventTypeSet {
    EventTypeSet {
        program: PROGRAM,
        id: Some(SALE),
        code: "sale".into(),
        name: "Online sale".into(),
        category: Category::Sale,
        standing: Standing::Active,
        server_wins: true,
        credit: CreditPolicy::Last,
        parent: None,
        settle_hours: SETTLE_HOURS_DEFAULT,
    }
}

fn clicks() -> EventTypeSet {
    let (code, name) = ("click".to_owned(), "Click".to_owned());
    EventTypeSet { id: Some(CLICK), code, name, category: Category::Click, ..sale() }
}

fn ad(id: AdId) -> AdSet {
    AdSet {
        program: PROGRAM,
        id: Some(id),
        name: format!("Ad {id}"),
        landing_url: format!("https://www.shop.example/landing/{id}"),
        standing: Standing::Active,
    }
}

/// Three cents for a click, where clicks are paid.
fn terms(partner: Option<PartnerId>, sale_ppm: u32, clicks: Option<ClickTerms>) -> TermsSet {
    let mut payouts = vec![EventPayout::plain(SALE, Payout::Rate { ppm: sale_ppm })];
    payouts.extend(clicks.map(|clicks| EventPayout {
        clicks: Some(clicks),
        ..EventPayout::plain(CLICK, Payout::Fixed { amount: Money(3 * MICROS / 100) })
    }));
    TermsSet {
        program: PROGRAM,
        partner,
        starts_at: OPENING.minus_days(1),
        ends_at: None,
        standing: Standing::Active,
        rules: Some(TermsRules {
            referral_window_days: 30,
            view_window_hours: None,
            locking: Locking::After { days: 30 },
            notice_days: 0,
            returns: referee_core::contract::Returns::default(),
            payouts,
        }),
        needs_acceptance: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_world() {
        let facts = |seed| {
            let mut world = World::new(BrandId(1), seed, Mix { clicks_per_visit: 3, clicks_per_order: 100 });
            let mut drafts = world.set_up().unwrap();
            (0..500).for_each(|_| world.next(&mut drafts));
            drafts
        };
        let drafts = facts(1);
        assert_eq!(drafts, facts(1));
        assert_ne!(drafts, facts(2));
        let visits = drafts.iter().filter(|draft| matches!(draft.fact, Fact::VisitRecorded(_))).count();
        assert!((120..220).contains(&visits), "{visits}");
        assert_eq!(drafts.iter().filter(|draft| matches!(draft.fact, Fact::ClickRecorded(_))).count(), 500);
    }
}
