//! What the brand of a town sets up, and what it changes while people shop.

use referee_core::contract::{EventPayout, Payout, TermsRules};
use referee_core::exchange::DayRates;
use referee_core::fact::{AdSet, EventTypeSet, Fact, PartnerGroupSet, TermsSet};
use referee_core::id::{AdId, EventTypeId, PartnerId, ProgramId};
use referee_core::locking::Locking;
use referee_core::machine::RULES_VERSION;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::program::{
    AssignedValue, Category, CodePolicy, CreditPolicy, GroupCredit, PATH_PREFIX, Program, PromoCode,
    SETTLE_HOURS_DEFAULT, Standing, TAG_NAME, ValueKind,
};
use referee_core::time::{Timestamp, Zone};
use referee_engine::error::Result;
use referee_engine::zone::zone;

use super::clock::OPENING;
use crate::random::Random;

pub const MAIN: ProgramId = ProgramId(1);
pub const SECOND: ProgramId = ProgramId(2);
pub const SALE: EventTypeId = EventTypeId(1);
pub const LEAD: EventTypeId = EventTypeId(2);
/// The second program's only kind of event.
pub const ORDER: EventTypeId = EventTypeId(3);
/// It follows from a sale.
pub const RENEWAL: EventTypeId = EventTypeId(4);

pub const BY_TEMPLATE: PartnerId = PartnerId(11);
const SHORT: PartnerId = PartnerId(12);
const WEEKLY: PartnerId = PartnerId(13);
const ENDING: PartnerId = PartnerId(14);
const WITHOUT_CONTRACT: PartnerId = PartnerId(15);
const COMING_AND_GOING: PartnerId = PartnerId(16);
/// Paid search: it has links and is never paid.
const SEARCH: PartnerId = PartnerId(17);
/// A link may name anybody.
const STRANGER: PartnerId = PartnerId(99);
/// Those whose links people follow, the frequent ones first.
pub const LINKS: [PartnerId; 8] =
    [BY_TEMPLATE, SHORT, SEARCH, WEEKLY, COMING_AND_GOING, ENDING, WITHOUT_CONTRACT, STRANGER];
/// As they are reported.
pub const CODES: [&str; 9] =
    ["TRAIL10", "SHORT5", "RESTING", "NOTHING", "UNKNOWN", "TRAIL10X", "TRAIL20", "WEEK-ME", "WINNER"];
/// Addresses and numbers that reports name.
pub const ASSIGNED: [(ValueKind, &str); 4] = [
    (ValueKind::Url, "www.shop.example/week"),
    (ValueKind::Phone, "493012345"),
    (ValueKind::Phone, "493099999"),
    (ValueKind::Url, "www.shop.example/nobody"),
];
const ZONES: [&str; 5] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"];

/// Before the oldest moment that a report may claim.
pub fn founded() -> Timestamp {
    OPENING.minus_days(100)
}

/// Facts before anybody comes, with the moment they are recorded.
pub fn set_up(random: &mut Random, policies: bool) -> Result<Vec<(Timestamp, Fact)>> {
    let mut facts = vec![
        Fact::RulesAdopted { version: RULES_VERSION },
        Fact::ProgramSet(program(MAIN, *b"EUR", random.of(&ZONES))?),
        Fact::ProgramSet(program(SECOND, *b"JPY", "Asia/Tokyo")?),
    ];
    facts.extend(event_types(random, policies));
    let view_window_hours = (policies && random.percent(50)).then_some(36);
    let template = TermsRules { view_window_hours, ..rules(30, Some(80_000), Some(2_500_000)) };
    facts.push(terms(MAIN, None, template));
    facts.push(terms(SECOND, None, rules(14, None, Some(120 * MICROS))));
    for program in [MAIN, SECOND] {
        facts.extend([1, 2, 3].map(|id| ad(program, AdId(id), Standing::Active)));
    }
    for partner in LINKS.into_iter().filter(|it| *it != STRANGER) {
        facts.push(Fact::PartnerSet { partner, standing: Standing::Active, channel: partner == SEARCH && policies });
        facts.extend(contract(partner));
        if partner != SHORT {
            facts.push(Fact::TermsSet(TermsSet { rules: None, ..bare_terms(SECOND, Some(partner)) }));
        }
    }
    for (name, partner, standing) in [
        (CODES[0], BY_TEMPLATE, Standing::Active),
        (CODES[1], SHORT, Standing::Active),
        (CODES[2], WEEKLY, Standing::Paused),
        (CODES[3], WITHOUT_CONTRACT, Standing::Active),
    ] {
        facts.push(code(name, partner, standing));
    }
    if policies {
        facts.extend(conditions(random));
    }
    Ok(facts.into_iter().map(|fact| (founded(), fact)).collect())
}

fn event_types(random: &mut Random, policies: bool) -> Vec<Fact> {
    let mut facts = vec![
        event_type(MAIN, SALE, "sale", Category::Sale, true),
        event_type(MAIN, LEAD, "lead", Category::Lead, false),
        event_type(SECOND, ORDER, "order", Category::Sale, true),
        event_type(MAIN, RENEWAL, "renewal", Category::Other, true),
    ];
    for fact in &mut facts {
        if let (true, Fact::EventTypeSet(it)) = (policies, fact) {
            it.credit = CreditPolicy::ALL[random.below(5) as usize];
            it.settle_hours = [1, 24, 24, 72][random.below(4) as usize];
            it.parent = (it.id == Some(RENEWAL)).then_some(SALE);
        }
    }
    facts
}

/// Codes that count under conditions, groups, and values that belong to a partner.
fn conditions(random: &mut Random) -> Vec<Fact> {
    let mut policy = || [CodePolicy::Always, CodePolicy::Involved, CodePolicy::Winner][random.below(3) as usize];
    let plain = |name: &str, partner| PromoCode::plain(MAIN, name.into(), partner);
    let mut codes = vec![
        PromoCode { policy: policy(), ..plain("TRAIL*", WEEKLY) },
        PromoCode { policy: policy(), restricted: true, ..plain("TRAIL1*X", BY_TEMPLATE) },
        PromoCode { policy: policy(), restricted: true, ..plain("W*ER", SHORT) },
        PromoCode { policy: policy(), ..plain("*-ME", WEEKLY) },
    ];
    codes[0].starts_at = Some(OPENING.plus_days(10));
    codes[3].ends_at = Some(OPENING.plus_days(30));
    let mut facts: Vec<Fact> = codes.into_iter().map(Fact::PromoCodeSet).collect();
    let group = |id, name: &str, members: Vec<PartnerId>, credit| {
        Fact::PartnerGroupSet(PartnerGroupSet { program: MAIN, id: Some(id), name: name.into(), members, credit })
    };
    if random.percent(50) {
        facts.push(group(1, "coupons", vec![BY_TEMPLATE, COMING_AND_GOING], GroupCredit::Yields));
    }
    if random.percent(30) {
        facts.push(group(2, "influencers", vec![ENDING, COMING_AND_GOING], GroupCredit::Never));
    }
    for ((kind, value), partner, standing) in [
        (ASSIGNED[0], WEEKLY, Standing::Active),
        (ASSIGNED[1], BY_TEMPLATE, Standing::Active),
        (ASSIGNED[2], SHORT, Standing::Paused),
    ] {
        let (program, value) = (MAIN, value.to_owned());
        facts.push(Fact::AssignedValueSet(AssignedValue { program, kind, value, partner, standing }));
    }
    facts
}

/// One program, one partner, one ad.
pub fn plain_set_up() -> Result<Vec<Fact>> {
    Ok(vec![
        Fact::RulesAdopted { version: RULES_VERSION },
        Fact::ProgramSet(program(MAIN, *b"EUR", "Europe/Berlin")?),
        event_type(MAIN, SALE, "sale", Category::Sale, true),
        terms(MAIN, None, rules(30, Some(80_000), None)),
        ad(MAIN, AdId(1), Standing::Active),
        Fact::PartnerSet { partner: BY_TEMPLATE, standing: Standing::Active, channel: false },
        Fact::TermsSet(bare_terms(MAIN, Some(BY_TEMPLATE))),
    ])
}

/// What changes at some moment on the way.
pub fn changes(random: &mut Random, mut moment: impl FnMut(&mut Random) -> Timestamp) -> Vec<(Timestamp, Fact)> {
    let mut facts = Vec::new();
    let (a, b) = (moment(random), moment(random));
    facts.push((a.min(b), Fact::PartnerSet { partner: COMING_AND_GOING, standing: Standing::Paused, channel: false }));
    facts.push((a.max(b), Fact::PartnerSet { partner: COMING_AND_GOING, standing: Standing::Active, channel: false }));
    let at = moment(random);
    facts.push((at, ad(MAIN, AdId(3), Standing::Paused)));
    let (at, later) = (moment(random), random.below(3) as u32);
    let mut newer = bare_terms(MAIN, Some(SHORT));
    newer.rules = Some(rules(3, Some(60_001), None));
    newer.starts_at = at.plus_days(later);
    facts.push((at, Fact::TermsSet(newer)));
    let at = moment(random);
    let ended = TermsSet { starts_at: at, standing: Standing::Paused, ..bare_terms(MAIN, Some(WEEKLY)) };
    facts.push((at, Fact::TermsSet(ended)));
    let at = moment(random);
    facts.push((at, code(CODES[2], WEEKLY, Standing::Active)));
    facts
}

/// Rates of some days of the months to come: sometimes there is none for longer than another may stand in.
pub fn rates(from: Timestamp, random: &mut Random) -> Vec<DayRates> {
    let first = Zone::utc().day(from);
    let mut days = Vec::new();
    let mut n = 0;
    while n < 150 {
        let mut rate = |around: i64| around * (90 + random.below(21) as i64) / 100;
        let rates = vec![(Currency(*b"USD"), rate(1_082_300)), (Currency(*b"JPY"), rate(163_450_000))];
        days.push(DayRates { day: first.plus(n), base: Currency(*b"EUR"), rates });
        n += 1 + random.popular(12) as u32;
    }
    days
}

pub fn program(id: ProgramId, currency: [u8; 3], zone_name: &str) -> Result<Program> {
    Ok(Program {
        id,
        name: format!("Program {id}"),
        currency: Currency(currency),
        zone: zone(zone_name, OPENING)?,
        standing: Standing::Active,
        default_landing_url: "https://www.shop.example/".into(),
        permitted_hosts: vec!["www.shop.example".into()],
        tracking_hosts: vec![format!("go{id}.shop.example")],
        click_param: "pt".into(),
        cookie_days: 30,
        path_prefix: PATH_PREFIX.into(),
        tag_name: TAG_NAME.into(),
        shop_hosts: Vec::new(),
    })
}

pub fn event_type(program: ProgramId, id: EventTypeId, code: &str, category: Category, server_wins: bool) -> Fact {
    Fact::EventTypeSet(EventTypeSet {
        program,
        id: Some(id),
        code: code.into(),
        name: code.into(),
        category,
        standing: Standing::Active,
        server_wins,
        credit: CreditPolicy::Last,
        parent: None,
        settle_hours: SETTLE_HOURS_DEFAULT,
    })
}

pub fn ad(program: ProgramId, id: AdId, standing: Standing) -> Fact {
    let landing_url = format!("https://www.shop.example/landing/{id}");
    Fact::AdSet(AdSet { program, id: Some(id), name: format!("Ad {id}"), landing_url, standing })
}

fn code(name: &str, partner: PartnerId, standing: Standing) -> Fact {
    Fact::PromoCodeSet(PromoCode { standing, ..PromoCode::plain(MAIN, name.into(), partner) })
}

fn contract(partner: PartnerId) -> Option<Fact> {
    let mut terms = bare_terms(MAIN, Some(partner));
    match partner {
        SHORT => terms.rules = Some(rules(1, Some(123_456), Some(5_000))),
        WEEKLY => {
            let sale = Payout::Fixed { amount: Money(5 * MICROS) };
            let payouts = vec![EventPayout::plain(SALE, sale)];
            terms.rules = Some(TermsRules {
                referral_window_days: 7,
                view_window_hours: None,
                locking: Locking::After { days: 14 },
                notice_days: 0,
                returns: referee_core::contract::Returns::default(),
                payouts,
            });
        }
        ENDING => terms.ends_at = Some(OPENING.plus_days(20)),
        WITHOUT_CONTRACT | SEARCH => return None,
        _ => {}
    }
    Some(Fact::TermsSet(terms))
}

pub fn bare_terms(program: ProgramId, partner: Option<PartnerId>) -> TermsSet {
    TermsSet {
        program,
        partner,
        starts_at: founded(),
        ends_at: None,
        standing: Standing::Active,
        rules: None,
        needs_acceptance: false,
    }
}

fn terms(program: ProgramId, partner: Option<PartnerId>, rules: TermsRules) -> Fact {
    Fact::TermsSet(TermsSet { rules: Some(rules), ..bare_terms(program, partner) })
}

pub fn rules(window_days: u32, sale_ppm: Option<u32>, fixed: Option<i64>) -> TermsRules {
    let rate = sale_ppm.map(|ppm| EventPayout::plain(SALE, Payout::Rate { ppm }));
    let fixed = fixed.map(|micros| Payout::Fixed { amount: Money(micros) });
    let fixed = fixed
        .into_iter()
        .flat_map(|payout| [LEAD, ORDER, RENEWAL].map(|event_type| EventPayout::plain(event_type, payout)));
    TermsRules {
        referral_window_days: window_days,
        view_window_hours: None,
        locking: Locking::After { days: 30 },
        notice_days: 0,
        returns: referee_core::contract::Returns::default(),
        payouts: rate.into_iter().chain(fixed).collect(),
    }
}
