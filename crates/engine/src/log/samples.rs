//! A record of every kind, as each released version of the codec wrote it. Frozen: what is in `testdata/log` must be
//! read for ever, and comes to the same facts.

use expect_test::expect_file;
use proptest::prelude::*;
use referee_core::condition::{Comparison, Condition, Word};
use referee_core::config::ConfigEntry;
use referee_core::contract::{
    Adjustment, Agreement, EventPayout, Payout, PayoutGroup, PayoutLevel, Restriction, ReturnPolicy, Returns, Terms,
    TermsRules,
};
use referee_core::exchange::DayRates;
use referee_core::fact::*;
use referee_core::id::*;
use referee_core::identity::{Alias, Block, Blocked, Identifier, IdentifierKind, LeftOut};
use referee_core::inquiry::{
    Answer, InquiryAnswered, InquiryAppealed, InquiryKind, InquiryOpened, InquiryReason, InquiryRules,
};
use referee_core::limit::{AppliesTo, Basis, Limit, Period, Tier, Tiers};
use referee_core::list::{List, ListSet, Values};
use referee_core::locking::Locking;
use referee_core::money::{Currency, Money};
use referee_core::overlay::{Extra, Overlay, OverlaySet, Repeat};
use referee_core::program::{
    AssignedValue, Category, CodePolicy, CreditPolicy, GroupCredit, PaymentRules, PromoCode, Source, Standing,
    ValueKind, VanityLink,
};
use referee_core::refusal::Refusal;
use referee_core::screening::ScreeningRules;
use referee_core::time::{Day, Timestamp};

mod subject;

use super::frame::{Encoded, pack, unpack};
use super::json::to_json_line;
use super::{Draft, Frame, FrameId, Raw, codec};

mod clicks;
mod consents;
mod inquiries;
mod program;
mod shop;

use clicks::{doubted, reviewed};
use consents::consent;
use inquiries::{answered, appealed, inquiry};

const NOON: Timestamp = Timestamp(1_800_000_000_000);

fn draft(fact: Fact) -> Draft {
    Draft { brand: BrandId(3), received_at: NOON, occurred_at: NOON.plus_ms(-1_500), actor: None, fact, raw: None }
}

fn by_a_person(fact: Fact) -> Draft {
    let actor = Actor { user: UserId(9), role: Role::Manager, reason: "Spring campaign".into() };
    Draft { actor: Some(actor), ..draft(fact) }
}

/// A record of every kind, with every field filled.
fn drafts() -> Vec<Draft> {
    let raw = Raw {
        address: "192.0.2.7".into(),
        user_agent: "Mozilla/5.0".into(),
        url: "/c/11/5/7".into(),
        referrer: "https://blog.example/boots".into(),
    };
    let mut all = vec![
        by_a_person(Fact::RulesAdopted { version: 1 }),
        by_a_person(Fact::ProgramSet(program::program())),
        by_a_person(Fact::EventTypeSet(event_type())),
        by_a_person(Fact::PartnerSet { partner: PartnerId(11), standing: Standing::Paused, channel: true }),
        by_a_person(Fact::AdSet(ad())),
        by_a_person(Fact::LinkSet(link())),
        by_a_person(Fact::PromoCodeSet(promo_code())),
        by_a_person(Fact::TermsSet(terms())),
        Draft { raw: Some(raw), ..draft(Fact::ClickRecorded(click())) },
        draft(Fact::VisitRecorded(visit())),
        draft(Fact::ConversionReported(conversion())),
        draft(Fact::ChangeRequested(change())),
        by_a_person(Fact::PaymentMade { program: ProgramId(7), partner: PartnerId(11) }),
        draft(Fact::TimePassed),
        draft(Fact::WorkAdvanced { limit: 500 }),
        by_a_person(Fact::IdentifierBlocked(blocked())),
        by_a_person(Fact::AssignedValueSet(assigned_value())),
        by_a_person(Fact::PartnerGroupSet(partner_group())),
        draft(Fact::ImpressionRecorded(click())),
        by_a_person(Fact::JoinSeparated { a: NodeId(17), b: NodeId(37), separated: true }),
        by_a_person(Fact::PaymentRulesSet(payment_rules())),
        by_a_person(Fact::PaymentRunProposed(payment_run())),
        by_a_person(Fact::PaymentRunDecided { run: PaymentRunId(3), approved: true }),
        by_a_person(Fact::PaymentConcluded { payment: PaymentId(5), failure: Some("Account closed".into()) }),
        by_a_person(Fact::RatesSet(rates())),
        by_a_person(Fact::TermsDecided(decided())),
        by_a_person(Fact::OfferWithdrawn(withdrawn())),
        by_a_person(Fact::OverlaySet(overlay())),
        by_a_person(Fact::InquiryRulesSet(InquiryRules { program: ProgramId(7), answer_days: 14 })),
        by_a_person(Fact::InquiryOpened(inquiry())),
        by_a_person(Fact::InquiryAnswered(answered(Answer::Valid { amount: Some(Money(4_999)) }))),
        by_a_person(Fact::InquiryAppealed(appealed())),
        by_a_person(Fact::ScreeningRulesSet(ScreeningRules::default_of(ProgramId(7)))),
        by_a_person(Fact::ClicksReviewed(reviewed())),
        by_a_person(Fact::ReviewUndone { review: ReviewId(4) }),
        draft(Fact::ClicksDoubted(doubted())),
        draft(Fact::PartnerDeviceSeen { partner: PartnerId(11), agent_key: 77 }),
        by_a_person(Fact::AwardGiven(award())),
        by_a_person(Fact::ReturnDecided(return_decided())),
        by_a_person(Fact::ListSet(list())),
        by_a_person(Fact::ConsentRulesSet(consents::rules())),
        by_a_person(Fact::PartnerRewardSet { partner: PartnerId(11), reward: true }),
        by_a_person(subject::erased()),
        by_a_person(subject::exported()),
    ];
    all.extend(shop::drafts());
    all
}

fn event_type() -> EventTypeSet {
    EventTypeSet {
        program: ProgramId(7),
        id: Some(EventTypeId(4_636)),
        code: "sale".into(),
        name: "Online sale".into(),
        category: Category::Sale,
        standing: Standing::Active,
        server_wins: true,
        credit: CreditPolicy::TimeDecay,
        parent: Some(EventTypeId(4_637)),
        settle_hours: 48,
    }
}

fn ad() -> AdSet {
    AdSet {
        program: ProgramId(7),
        id: Some(AdId(5)),
        name: "Boots".into(),
        landing_url: "https://www.shop.example/boots".into(),
        standing: Standing::Active,
    }
}

fn link() -> VanityLink {
    VanityLink {
        program: ProgramId(7),
        slug: "boots".into(),
        partner: PartnerId(11),
        ad: AdId(5),
        deep_link: Some("https://www.shop.example/boots/ridge".into()),
        standing: Standing::Paused,
    }
}

fn promo_code() -> PromoCode {
    PromoCode {
        program: ProgramId(7),
        code: "TRAIL10".into(),
        partner: PartnerId(11),
        standing: Standing::Active,
        policy: CodePolicy::Involved,
        restricted: true,
        starts_at: Some(NOON),
        ends_at: Some(NOON.plus_days(14)),
    }
}

fn assigned_value() -> AssignedValue {
    let (program, partner) = (ProgramId(7), PartnerId(11));
    AssignedValue { program, kind: ValueKind::Phone, value: "4930123456".into(), partner, standing: Standing::Active }
}

fn partner_group() -> PartnerGroupSet {
    PartnerGroupSet {
        program: ProgramId(7),
        id: Some(2),
        name: "Coupon sites".into(),
        members: vec![PartnerId(11), PartnerId(12)],
        credit: GroupCredit::Yields,
    }
}

fn rates() -> Vec<DayRates> {
    let rates = vec![(Currency(*b"USD"), 1_082_300), (Currency(*b"JPY"), 163_450_000)];
    vec![DayRates { day: Day(20_500), base: Currency(*b"EUR"), rates }]
}

fn payment_rules() -> PaymentRules {
    let thresholds = vec![(Currency(*b"EUR"), Money(25_000_000)), (Currency(*b"USD"), Money(50_000_000))];
    PaymentRules { two_persons: true, thresholds, day_of_month: Some(5) }
}

fn payment_run() -> PaymentRunProposed {
    let partners = vec![PartnerId(11), PartnerId(12)];
    PaymentRunProposed { currency: Currency(*b"EUR"), partners, below_threshold: true, every_currency: true }
}

fn terms() -> TermsSet {
    let rate = EventPayout::plain(EventTypeId(4_636), Payout::Rate { ppm: 80_000 });
    let fixed = by_rules(EventPayout::plain(EventTypeId(4_637), Payout::Fixed { amount: Money(2_000_000) }));
    TermsSet {
        program: ProgramId(7),
        partner: Some(PartnerId(11)),
        starts_at: NOON,
        ends_at: Some(NOON.plus_days(90)),
        standing: Standing::Active,
        rules: Some(TermsRules {
            referral_window_days: 30,
            view_window_hours: Some(24),
            locking: Locking::After { days: 27 },
            notice_days: 30,
            returns: Returns { policy: ReturnPolicy::Consent, most_ppm: Some(250_000) },
            payouts: vec![rate, fixed],
        }),
        needs_acceptance: true,
    }
}

fn decided() -> TermsDecided {
    TermsDecided { program: ProgramId(7), partner: PartnerId(11), version: 3, accepted: true }
}

fn withdrawn() -> OfferWithdrawn {
    OfferWithdrawn { program: ProgramId(7), partner: PartnerId(11), version: 3 }
}

fn return_decided() -> ReturnDecided {
    let action = ActionId { program: ProgramId(7), event_type: EventTypeId(4_636), seq: 9 };
    ReturnDecided { partner: PartnerId(11), action, accepted: true }
}

fn award() -> AwardGiven {
    AwardGiven {
        program: ProgramId(7),
        partner: PartnerId(11),
        kind: AwardKind::Fee,
        amount: Money(50_000_000),
        reference: "placement-2027-03".into(),
    }
}

fn overlay() -> OverlaySet {
    OverlaySet {
        program: ProgramId(7),
        id: Some(2),
        name: "Black Friday".into(),
        partners: vec![PartnerId(11), PartnerId(12)],
        event_types: vec![EventTypeId(4_636)],
        starts_at: NOON,
        ends_at: NOON.plus_days(4),
        standing: Standing::Paused,
        extra: Extra::Adjust { ppm: -200_000 },
        repeat: Repeat { weekdays: vec![4, 5], from: 18 * 60, until: 22 * 60 + 30 },
    }
}

fn list() -> ListSet {
    ListSet {
        program: ProgramId(7),
        id: Some(2),
        name: "Excluded brands".into(),
        word: Word::Sku,
        values: Values::of(["acme", "apex"]),
    }
}

/// The same payout with a rule of each kind, and each kind of condition.
fn by_rules(plain: EventPayout) -> EventPayout {
    let words = |word, comparison| Condition::Words { word, comparison, values: vec!["de".into(), "at".into()] };
    let total = Condition::OrderTotal { at_least: Some(Money(100_000_000)), below: None };
    let listed = |denied| Condition::List { word: Word::Sku, list: 2, denied };
    let date = Condition::Date { from: Some(Day(20_000)), before: Some(Day(20_100)) };
    let all = Word::ALL.into_iter().flat_map(|word| Comparison::ALL.map(|how| words(word, how)));
    let tiers = [Payout::Rate { ppm: 20_000 }, Payout::Fixed { amount: Money(1_000_000) }];
    let tiers = tiers.into_iter().zip([0, 5]).map(|(extra, from)| Tier { from, extra }).collect::<Vec<_>>();
    let group = PayoutGroup { name: "All".into(), conditions: all.collect(), payout: Payout::Rate { ppm: 1 } };
    EventPayout {
        level: PayoutLevel::Item,
        groups: vec![group],
        restrictions: vec![Restriction { name: "Large".into(), conditions: vec![total, listed(false), listed(true)] }],
        adjustments: vec![Adjustment { name: "Autumn".into(), conditions: vec![date], ppm: -50_000 }],
        limits: vec![
            Limit::Actions { most: 100, per: Period::Day },
            Limit::Payout { most: Money(500_000_000), per: Period::Month },
            Limit::Customer { most: 1, per: Period::Ever },
        ],
        tiers: Some(Tiers { basis: Basis::Amount, per: Period::Year, applies_to: AppliesTo::AllActions, steps: tiers }),
        ..plain
    }
}

fn identifier(kind: IdentifierKind, fill: u8) -> Identifier {
    Identifier { kind, hash: [fill; 16] }
}

fn click() -> Click {
    Click {
        no: ClickNo(913_757_198_390_136_832),
        program: ProgramId(7),
        partner: PartnerId(11),
        ad: AdId(5),
        slug: Some("boots".into()),
        visitor: Some(identifier(IdentifierKind::Visitor, 5)),
        sub_ids: ["a".into(), "b".into(), "c".into()],
        shared_id: "shared".into(),
        signals: Signals {
            navigation: Navigation::Embedded,
            prefetch: true,
            head: true,
            agent: Agent::Assistant,
            device: Device::Tablet,
            embedded: Embedded::Frame,
            site: Site::CrossSite,
            activated: true,
            preload: Preload::Anonymous,
            robot: Robot::AiCrawler,
            system: System::HarmonyOs,
            browser: Browser::Chromium,
            oddities: Oddities::HINTS_MISSING.and(Oddities::FETCH_MISSING, true),
            network_class: NetworkClass::Relay,
            asn: 4_200_000_000,
            country: *b"DE",
            returning: true,
            network: u64::MAX,
            agent_key: 5,
        },
        deep_link_refused: true,
        referrer_host: "blog.example".into(),
        link_params: vec![("param1".into(), "autumn".into()), ("param3".into(), String::new())],
        told_by_shop: true,
        deep_link: Some("https://www.shop.com/boots?size=42".into()),
        consent: consent(),
    }
}

fn click_ref() -> ClickRef {
    ClickRef {
        no: ClickNo(913_757_198_390_136_832),
        program: ProgramId(7),
        partner: PartnerId(11),
        ad: AdId(5),
        clicked_at: super::super::intake::click_id::moment_of(ClickNo(913_757_198_390_136_832)),
        unrecorded: true,
    }
}

fn visit() -> Visit {
    Visit {
        program: ProgramId(7),
        source: Source::Browser,
        click: Some(click_ref()),
        identifiers: IdentifierKind::ALL.into_iter().map(|kind| identifier(kind, kind.number())).collect(),
        aliases: vec![alias()],
        left_out: left_out(),
        issued: Some(identifier(IdentifierKind::Journey, 9)),
        path: "/boots/ridge".into(),
        consent: consent(),
    }
}

fn left_out() -> Vec<LeftOut> {
    let of_a_kind = LeftOut { kind: Some(IdentifierKind::CustomerId), reason: Refusal::IdentifierPlaceholder };
    vec![of_a_kind, LeftOut { kind: None, reason: Refusal::IdentifierKindUnknown }]
}

fn blocked() -> Blocked {
    let aliases = vec![identifier(IdentifierKind::Email, 8)];
    Blocked { identifier: identifier(IdentifierKind::Email, 2), aliases, standing: Standing::Active }
}

fn alias() -> Alias {
    Alias { of: identifier(IdentifierKind::Email, 2), is: identifier(IdentifierKind::Email, 8) }
}

fn conversion() -> Conversion {
    Conversion {
        submission: SubmissionId([1; 16]),
        program: ProgramId(7),
        event_type: EventTypeId(4_636),
        order_id: "10482".into(),
        source: Source::Server,
        currency: Currency(*b"EUR"),
        amount: Money(192_000_000),
        items: vec![Item {
            sku: "ridge".into(),
            name: "Ridge Boot".into(),
            category: "Boots".into(),
            quantity: 2,
            amount: Money(178_000_000),
        }],
        identifiers: vec![identifier(IdentifierKind::CustomerId, 1), identifier(IdentifierKind::Email, 2)],
        aliases: vec![alias()],
        left_out: left_out(),
        click: Some(click_ref()),
        click_forged: true,
        promo_code: "TRAIL10".into(),
        assigned: vec![(ValueKind::Url, "shop.example/trail".into()), (ValueKind::Phone, "4930123456".into())],
        forced_partner: Some(PartnerId(12)),
        sub_ids: ["a".into(), String::new(), "c".into()],
        shared_id: "shared".into(),
        customer_status: "NEW".into(),
        parent_order: "10481".into(),
        digest: [2; 16],
        fields: vec![("Text1".into(), "gift".into())],
        consent: consent(),
        click_path: Some(ClickPath::CartAttribute),
    }
}

fn change() -> ChangeRequest {
    ChangeRequest {
        submission: SubmissionId([3; 16]),
        target: ActionTarget::Order { event_type: EventTypeId(4_636), order_id: "10482".into() },
        disposition: "ITEM_RETURNED".into(),
        source: Source::Person,
        change: ActionChange::Modify(NewFigures::Items(vec![ItemChange {
            sku: "ridge".into(),
            quantity: Some(1),
            amount: None,
        }])),
    }
}

fn packed() -> Frame {
    let records: Vec<Encoded> = drafts().iter().map(Encoded::of).collect();
    pack(FrameId { edge: 1, epoch: 2, n: 3 }, 40, &records, Timestamp(0)).expect("it can be packed")
}

/// The frozen sections of version 1, facts then raw, each after its length.
const V1: &[u8] = include_bytes!("../../testdata/log/v1.frame");

fn frozen(mut bytes: &[u8]) -> Frame {
    let mut section = || {
        let (length, rest) = bytes.split_first_chunk::<4>().expect("a length");
        let (section, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
        bytes = rest;
        section.to_vec()
    };
    let (facts, raw) = (section(), section());
    Frame { facts, raw, records: 15, ..packed() }
}

/// A record without what version 1 did not write.
fn as_version_1_had_it(mut draft: Draft) -> Draft {
    consents::strip(&mut draft.fact);
    match &mut draft.fact {
        Fact::ProgramSet(it) => program::as_version_1_had_it(it),
        Fact::EventTypeSet(it) => (it.credit, it.parent, it.settle_hours) = (CreditPolicy::Last, None, 24),
        Fact::ClickRecorded(it) => {
            let Signals { navigation, prefetch, head, agent, device, .. } = it.signals;
            it.signals = Signals { navigation, prefetch, head, agent, device, ..Signals::default() };
            (it.referrer_host, it.link_params) = (String::new(), Vec::new());
            (it.told_by_shop, it.deep_link) = (false, None);
        }
        Fact::VisitRecorded(it) => (it.aliases, it.left_out, it.issued) = (Vec::new(), Vec::new(), None),
        Fact::ConversionReported(it) => {
            it.identifiers.truncate(1);
            (it.aliases, it.left_out, it.click_path) = (Vec::new(), Vec::new(), None);
            it.assigned = Vec::new();
            it.parent_order = String::new();
        }
        Fact::PartnerSet { channel, .. } => *channel = false,
        Fact::PromoCodeSet(it) => {
            (it.policy, it.restricted, it.starts_at, it.ends_at) = (CodePolicy::Always, false, None, None);
        }
        Fact::TermsSet(it) => {
            it.needs_acceptance = false;
            it.rules.iter_mut().for_each(|rules| {
                rules.view_window_hours = None;
                rules.notice_days = 0;
                rules.returns = Returns::default();
                rules.payouts.iter_mut().for_each(|it| *it = EventPayout::plain(it.event_type, it.payout));
            })
        }
        _ => {}
    }
    draft
}

#[test]
fn what_version_1_wrote_is_read_for_ever() {
    let read: Vec<Draft> = unpack(&frozen(V1)).expect("it is read").into_iter().map(|(_, draft)| draft).collect();
    assert_eq!(read, drafts().into_iter().take(15).map(as_version_1_had_it).collect::<Vec<_>>());
}

#[test]
fn what_is_written_is_read_back() {
    let records = unpack(&packed()).expect("it is read");
    assert_eq!(records[0].0, FactId { edge: 1, epoch: 2, n: 40 });
    assert_eq!(records.into_iter().map(|(_, draft)| draft).collect::<Vec<_>>(), drafts());
}

#[test]
fn every_locking_is_read_back() {
    for locking in [Locking::After { days: 0 }, Locking::MonthEnd { months: 1, days: 27 }, Locking::Open] {
        let mut terms = terms();
        terms.rules = terms.rules.map(|rules| TermsRules { locking, ..rules });
        is_read_back(Fact::TermsSet(terms));
    }
}

#[test]
fn every_answer_is_read_back() {
    is_read_back(Fact::InquiryAnswered(answered(Answer::Valid { amount: None })));
    for decision in [ReviewDecision::Accept { most: None }, ReviewDecision::Reject, ReviewDecision::Price(Money(4_000))]
    {
        let filter = PayableFilter { found: Some(None), ..PayableFilter::default() };
        is_read_back(Fact::ClicksReviewed(ClicksReviewed { filter, decision, ..reviewed() }));
    }
    for reason in InquiryReason::ALL {
        is_read_back(Fact::InquiryAnswered(answered(Answer::Declined(*reason))));
        is_read_back(Fact::InquiryAnswered(answered(Answer::Incomplete(*reason))));
    }
    for kind in InquiryKind::ALL {
        is_read_back(Fact::InquiryOpened(InquiryOpened { kind, action: None, amount: None, click: None, ..inquiry() }));
    }
    let entry = ConfigEntry::InquiryRules(InquiryRules { program: ProgramId(7), answer_days: 14 });
    assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
}

#[test]
fn every_overlay_is_read_back() {
    for extra in [
        Extra::Adjust { ppm: 1 },
        Extra::Payout(Payout::Rate { ppm: 0 }),
        Extra::Payout(Payout::Fixed { amount: Money(5) }),
    ] {
        is_read_back(Fact::OverlaySet(OverlaySet { extra, ..overlay() }));
        is_read_back(Fact::OverlaySet(OverlaySet { extra, repeat: Repeat::default(), ..overlay() }));
    }
    let kept = Overlay { id: 2, version: 3, record: RecordNo(8), set_at: NOON, set: overlay() };
    let entry = ConfigEntry::Overlay(kept);
    assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
}

#[test]
fn every_list_is_read_back() {
    for word in Word::ALL {
        is_read_back(Fact::ListSet(ListSet { id: None, word, values: Values::default(), ..list() }));
    }
    let ListSet { program, name, word, values, .. } = list();
    let entry =
        ConfigEntry::List(List { program, id: 2, version: 3, record: RecordNo(8), set_at: NOON, name, word, values });
    assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
}

#[test]
fn what_became_of_an_offer_is_read_back() {
    use Agreement::*;
    let TermsSet { program, partner, starts_at, ends_at, standing, rules, .. } = terms();
    for agreement in [Unasked, Offered, Accepted { at: NOON }, Declined { at: NOON }, Withdrawn { at: NOON }] {
        let (rules, version) = (rules.clone(), 4);
        let entry =
            ConfigEntry::Terms(Terms { program, partner, version, starts_at, ends_at, standing, agreement, rules });
        assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
    }
}

#[test]
fn every_change_of_an_action_is_read_back() {
    use ActionChange::*;
    let figures = [NewFigures::Amount(Money(10_000)), NewFigures::Delta(Money(-10_000)), NewFigures::Items(Vec::new())];
    let figures = figures.into_iter().flat_map(|it| [Modify(it.clone()), Correct(it)]);
    for what in figures.chain([Reverse, Hold, Release, Approve, Restore, Admit, Reattribute { partner: PartnerId(12) }])
    {
        is_read_back(Fact::ChangeRequested(ChangeRequest { change: what, ..change() }));
    }
}

fn is_read_back(fact: Fact) {
    let (bytes, raw) = codec::encode(&draft(fact.clone()));
    assert_eq!(codec::decode(&bytes, &raw).expect("it is read").fact, fact);
}

#[test]
fn every_kind_has_a_sample() {
    let mut kinds: Vec<_> = drafts().iter().map(|draft| draft.fact.kind()).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), 47, "as many as the wire has");
}

#[test]
fn an_entry_of_the_block_list_is_read_back() {
    let reason = "The till of the shop".to_owned();
    let block = Block { blocked: blocked(), record: RecordNo(8), at: NOON, user: Some(UserId(9)), reason };
    let entry = ConfigEntry::Block(block);
    assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
}

#[test]
fn records_print_as_lines_of_json() {
    let records = unpack(&packed()).expect("it is read");
    let lines: Vec<String> = records.iter().map(|(id, draft)| to_json_line(id, draft).expect("it prints")).collect();
    expect_file!["../../testdata/log/v1.jsonl"].assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn the_raw_section_can_be_gone_and_the_facts_stay() {
    let records = unpack(&Frame { raw: Vec::new(), ..packed() }).expect("it is read");
    let expected: Vec<_> = drafts().into_iter().map(|draft| Draft { raw: None, ..draft }).collect();
    assert_eq!(records.into_iter().map(|(_, draft)| draft).collect::<Vec<_>>(), expected);
}

/// Erasure replaces an identifier by another of its length: the record keeps its size, and so does the frame's place.
#[test]
fn an_identifier_can_be_substituted_in_place() {
    let (before, _) = codec::encode(&draft(Fact::VisitRecorded(visit())));
    let mut other = visit();
    other.identifiers[0].hash = [0xEE; 16];
    let (after, _) = codec::encode(&draft(Fact::VisitRecorded(other.clone())));
    assert_eq!(before.len(), after.len());
    assert_eq!(codec::decode(&after, b"").expect("it is read").fact, Fact::VisitRecorded(other));
}

#[test]
fn a_damaged_or_newer_frame_is_named_and_not_guessed_at() {
    let frame = packed();
    for place in [0, 3, frame.facts.len() / 2, frame.facts.len() - 1] {
        let mut other = frame.clone();
        other.facts[place] ^= 1;
        assert!(unpack(&other).is_err(), "a changed byte at {place} is noticed");
    }
    assert!(unpack(&Frame { records: 15, ..frame.clone() }).is_err());
    assert!(unpack(&Frame { facts: frame.facts[..10].to_vec(), ..frame }).is_err());
    // A kind of fact that only a newer program knows.
    let newer = [&[0x08, 3][..], &[0xFA, 0x06, 0x02, 0x08, 0x01]].concat();
    let error = codec::decode(&newer, b"").expect_err("it is not guessed at").to_string();
    assert!(error.contains("newer"), "{error}");
}

#[test]
fn refusals_keep_their_numbers() {
    // The books and the submissions of the past name refusals by these.
    let numbers: Vec<String> = Refusal::ALL.iter().map(|it| format!("{} {}", it.number(), it.code())).collect();
    expect_file!["../../testdata/log/refusals.txt"].assert_eq(&(numbers.join("\n") + "\n"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(fact in proptest::collection::vec(any::<u8>(), 0..200), raw in proptest::collection::vec(any::<u8>(), 0..50)) {
        _ = codec::decode(&fact, &raw);
        _ = unpack(&Frame { facts: fact, raw, ..packed() });
    }

    #[test]
    fn a_few_changed_bytes_make_no_panic(places in proptest::collection::vec((0..400_usize, any::<u8>()), 1..4), which in 0..42_usize) {
        let (mut fact, raw) = codec::encode(&drafts()[which]);
        for (place, byte) in places {
            let length = fact.len();
            fact[place % length] = byte;
        }
        _ = codec::decode(&fact, &raw);
    }
}
