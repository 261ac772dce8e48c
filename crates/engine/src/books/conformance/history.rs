//! A brand's history that the assertions are made of.

use referee_core::condition::Word;
use referee_core::contract::{EventPayout, Payout, TermsRules};
use referee_core::exchange::DayRates;
use referee_core::fact::{
    ActionChange, ActionTarget, Actor, AdSet, Agent, ChangeRequest, Click, ClickRef, Conversion, EventTypeSet, Fact,
    Navigation, NewFigures, Oddities, OfferWithdrawn, PartnerGroupSet, PaymentRunProposed, Record, Role, Signals,
    TermsSet, Visit,
};
use referee_core::id::{
    ActionId, AdId, BrandId, ClickNo, EventTypeId, FactId, PartnerId, PaymentId, PaymentRunId, ProgramId, RecordNo,
    SubmissionId, UserId,
};
use referee_core::identity::{Alias, Blocked, Identifier, IdentifierKind, LeftOut};
use referee_core::limit::{self, Limit};
use referee_core::list::{ListSet, Values};
use referee_core::locking::Locking;
use referee_core::money::{Currency, MICROS, Money};
use referee_core::overlay::{Extra, OverlaySet, Repeat};
use referee_core::program::{
    AssignedValue, Category, CodePolicy, CreditPolicy, GroupCredit, PaymentRules, Program, PromoCode,
    SETTLE_HOURS_DEFAULT, Source, Standing, ValueKind,
};
use referee_core::refusal::Refusal;
use referee_core::time::{Day, Timestamp, Zone};

pub(super) const BRAND: BrandId = BrandId(1);
pub(super) const PROGRAM: ProgramId = ProgramId(1);
pub(super) const PARTNER: PartnerId = PartnerId(11);
pub(super) const SALE: EventTypeId = EventTypeId(1);
pub(crate) const NOON: Timestamp = Timestamp(1_800_000_000_000);

/// A small history of a brand: 40 clicks, visits that join them to customers, orders, and time passing.
pub fn history() -> Vec<Record> {
    let mut facts = set_up();
    for i in 0..40_u64 {
        let at = NOON.plus_ms(i as i64 * 1_000);
        facts.push((at, click(i)));
        facts.push((at.plus_ms(100), visit(i)));
        if i % 4 == 3 {
            facts.push((at.plus_ms(200), conversion(i)));
        }
    }
    let later = NOON.plus_days(31);
    facts.push((later, Fact::TimePassed));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 4 })));
    facts.push((later, Fact::PaymentMade { program: PROGRAM, partner: PARTNER }));
    facts.extend((0..3).map(|_| (later, Fact::WorkAdvanced { limit: 4 })));
    facts.extend(second_payment().into_iter().map(|fact| (later.plus_days(1), fact)));
    facts.into_iter().enumerate().map(|(i, (at, fact))| record(i as u64 + 1, at, fact)).collect()
}

/// Corrections of what was paid, and a payment of them in another currency that fails.
pub(super) fn second_payment() -> Vec<Fact> {
    let correct = |seq: u32, delta| {
        let change = ActionChange::Correct(NewFigures::Delta(Money(delta * MICROS)));
        let target = ActionTarget::Id(ActionId { program: PROGRAM, event_type: SALE, seq });
        let submission = SubmissionId([100 + seq as u8; 16]);
        let (disposition, source) = ("ORDER_UPDATE".to_owned(), Source::Person);
        Fact::ChangeRequested(ChangeRequest { submission, target, disposition, source, change })
    };
    let thresholds = vec![(Currency(*b"EUR"), Money(MICROS))];
    let work = || Fact::WorkAdvanced { limit: 1 };
    let (currency, partners) = (Currency(*b"USD"), vec![PARTNER, PartnerId(12)]);
    let rates = vec![(currency, RATE)];
    vec![
        Fact::RatesSet(vec![DayRates { day: rates_on(), base: Currency(*b"EUR"), rates }]),
        work(),
        work(),
        Fact::PaymentRulesSet(PaymentRules { two_persons: false, thresholds, day_of_month: Some(5) }),
        correct(1, -1),
        correct(2, 50),
        Fact::PaymentRunProposed(PaymentRunProposed {
            currency,
            partners,
            below_threshold: false,
            every_currency: true,
        }),
        Fact::PaymentRunDecided { run: PaymentRunId(1), approved: true },
        work(),
        work(),
        Fact::PaymentConcluded { payment: PaymentId(2), failure: Some("Account closed".into()) },
        work(),
        work(),
    ]
}

/// So many dollars for one euro, and the day before the payment in them.
pub(super) const RATE: i64 = 1_083_100;

pub(super) fn rates_on() -> Day {
    Zone::default().day(NOON.plus_days(31))
}

pub(super) fn record(no: u64, at: Timestamp, fact: Fact) -> Record {
    let actor = fact.stands_alone().then(|| Actor { user: UserId(1), role: Role::Owner, reason: "test".into() });
    let id = FactId { edge: 1, epoch: 1, n: no };
    Record { no: RecordNo(no), brand: BRAND, id, received_at: at, occurred_at: at, actor, fact }
}

pub(crate) fn set_up() -> Vec<(Timestamp, Fact)> {
    let before = NOON.minus_days(1);
    let rules = TermsRules {
        referral_window_days: 30,
        view_window_hours: Some(24),
        locking: Locking::After { days: 30 },
        notice_days: 0,
        returns: referee_core::contract::Returns::default(),
        // Limits that nobody reaches: their counters are kept all the same.
        payouts: vec![EventPayout {
            limits: vec![
                Limit::Actions { most: 1_000, per: limit::Period::Day },
                Limit::Customer { most: 1_000, per: limit::Period::Ever },
            ],
            ..EventPayout::plain(SALE, Payout::Rate { ppm: 100_000 })
        }],
    };
    let program = Program {
        id: PROGRAM,
        name: "Test".into(),
        currency: Currency(*b"EUR"),
        zone: Zone::utc(),
        standing: Standing::Active,
        default_landing_url: "https://www.shop.example/".into(),
        permitted_hosts: vec!["www.shop.example".into()],
        tracking_hosts: vec!["go.shop.example".into()],
        click_param: "pt".into(),
        cookie_days: 30,
    };
    let event_type = EventTypeSet {
        program: PROGRAM,
        id: Some(SALE),
        code: "sale".into(),
        name: "Sale".into(),
        category: Category::Sale,
        standing: Standing::Active,
        server_wins: true,
        credit: CreditPolicy::Last,
        parent: None,
        settle_hours: SETTLE_HOURS_DEFAULT,
    };
    let ad = AdSet {
        program: PROGRAM,
        id: Some(AdId(1)),
        name: "Ad".into(),
        landing_url: "https://www.shop.example/boots".into(),
        standing: Standing::Active,
    };
    let terms = TermsSet {
        program: PROGRAM,
        partner: Some(PARTNER),
        starts_at: before,
        ends_at: None,
        standing: Standing::Active,
        rules: Some(rules),
        needs_acceptance: false,
    };
    let code = PromoCode {
        program: PROGRAM,
        code: "TRAIL*".into(),
        partner: PARTNER,
        standing: Standing::Active,
        policy: CodePolicy::Winner,
        restricted: true,
        starts_at: Some(before),
        ends_at: None,
    };
    let (kind, value) = (ValueKind::Url, "shop.example/trail".to_owned());
    let value = AssignedValue { program: PROGRAM, kind, value, partner: PARTNER, standing: Standing::Active };
    let (name, members) = ("Coupon sites".to_owned(), vec![PARTNER]);
    let group = PartnerGroupSet { program: PROGRAM, id: None, name, members, credit: GroupCredit::Normal };
    let overlay = OverlaySet {
        program: PROGRAM,
        id: None,
        name: "Black Friday".into(),
        partners: vec![PARTNER],
        event_types: vec![SALE],
        starts_at: NOON.plus_days(1_000),
        ends_at: NOON.plus_days(1_001),
        standing: Standing::Active,
        extra: Extra::Adjust { ppm: 200_000 },
        repeat: Repeat { weekdays: vec![4], from: 0, until: 720 },
    };
    let list = |id, values: &[&str]| {
        let values = Values::of(values);
        Fact::ListSet(ListSet { program: PROGRAM, id, name: "Excluded brands".into(), word: Word::Sku, values })
    };
    let facts = [
        Fact::RulesAdopted { version: 1 },
        Fact::ProgramSet(program),
        Fact::EventTypeSet(event_type),
        Fact::PartnerSet { partner: PARTNER, standing: Standing::Active, channel: false },
        Fact::AdSet(ad),
        Fact::PromoCodeSet(code),
        Fact::AssignedValueSet(value),
        Fact::PartnerGroupSet(group),
        Fact::TermsSet(terms.clone()),
        Fact::IdentifierBlocked(Blocked {
            // Of an order that earns nothing, under another hash.
            identifier: identifier(IdentifierKind::CustomerId, 7_777),
            aliases: vec![identifier(IdentifierKind::CustomerId, 1_039)],
            standing: Standing::Active,
        }),
        view(0),
        view(9),
        // Nothing that binds: only that it is kept.
        Fact::TermsSet(TermsSet { needs_acceptance: true, ..terms }),
        Fact::OfferWithdrawn(OfferWithdrawn { program: PROGRAM, partner: PARTNER, version: 2 }),
        Fact::OverlaySet(overlay),
        list(None, &["acme", "apex"]),
        list(Some(1), &[]),
    ];
    facts.into_iter().map(|fact| (before, fact)).collect()
}

pub(super) fn identifier(kind: IdentifierKind, n: u64) -> Identifier {
    let mut hash = [kind.number(); 16];
    hash[..8].copy_from_slice(&n.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    Identifier { kind, hash }
}

pub(super) fn left_out(kind: Option<IdentifierKind>, i: u64) -> LeftOut {
    let reasons = [Refusal::IdentifierPlaceholder, Refusal::IdentifierKindUnknown];
    LeftOut { kind, reason: reasons[(i % 2) as usize] }
}

pub(super) fn click(i: u64) -> Fact {
    let navigation = if i % 10 == 9 { Navigation::Embedded } else { Navigation::Navigate };
    Fact::ClickRecorded(Click {
        no: ClickNo(1_000 + i),
        program: PROGRAM,
        partner: PARTNER,
        ad: AdId(1),
        slug: None,
        // Every third visitor comes back.
        visitor: Some(identifier(IdentifierKind::Visitor, i - i % 3)),
        sub_ids: ["".into(), "x".into(), "".into()],
        shared_id: String::new(),
        signals: Signals {
            navigation,
            agent: Agent::Browser,
            oddities: Oddities(u16::MAX),
            asn: u32::MAX,
            country: *b"DE",
            network: u64::MAX - i,
            agent_key: i,
            ..Signals::default()
        },
        deep_link_refused: false,
        referrer_host: String::new(),
        link_params: Vec::new(),
    })
}

/// A view of an ad, by somebody who does not click.
pub(super) fn view(i: u64) -> Fact {
    match click(i) {
        Fact::ClickRecorded(click) => {
            let visitor = Some(identifier(IdentifierKind::Visitor, 5_000 + i));
            Fact::ImpressionRecorded(Click { no: ClickNo(500 + i), visitor, ..click })
        }
        fact => fact,
    }
}

pub(super) fn visit(i: u64) -> Fact {
    let customer = identifier(IdentifierKind::CustomerId, i / 8);
    Fact::VisitRecorded(Visit {
        program: PROGRAM,
        source: Source::Browser,
        click: Some(ClickRef {
            no: ClickNo(1_000 + i),
            program: PROGRAM,
            partner: PARTNER,
            ad: AdId(1),
            clicked_at: NOON.plus_ms(i as i64 * 1_000),
            unrecorded: false,
        }),
        identifiers: vec![identifier(IdentifierKind::Visitor, i - i % 3), customer],
        aliases: Vec::new(),
        left_out: if i.is_multiple_of(3) { vec![left_out(Some(IdentifierKind::Email), i)] } else { Vec::new() },
        issued: i.is_multiple_of(5).then(|| identifier(IdentifierKind::Journey, i)),
        path: "/boots".into(),
    })
}

pub(super) fn conversion(i: u64) -> Fact {
    let mut submission = [0; 16];
    submission[..8].copy_from_slice(&i.to_be_bytes());
    let customer = identifier(IdentifierKind::CustomerId, if i == 39 { 999 } else { i / 8 });
    Fact::ConversionReported(Conversion {
        submission: SubmissionId(submission),
        program: PROGRAM,
        event_type: SALE,
        order_id: format!("order-{i}"),
        source: Source::Server,
        currency: Currency(*b"EUR"),
        amount: Money(i as i64 * MICROS),
        items: Vec::new(),
        identifiers: vec![customer],
        aliases: vec![Alias { of: customer, is: identifier(IdentifierKind::CustomerId, 1_000 + i) }],
        left_out: vec![left_out(None, i)],
        click: None,
        click_forged: false,
        promo_code: String::new(),
        assigned: Vec::new(),
        forced_partner: None,
        sub_ids: Default::default(),
        shared_id: String::new(),
        customer_status: String::new(),
        parent_order: String::new(),
        digest: [i as u8; 16],
        fields: Vec::new(),
        click_path: None,
    })
}
