//! What an order pays: payout groups, restrictions and adjustments, by order and by item.

use expect_test::expect;
use proptest::prelude::*;

use super::fixture::{check, run};
use crate::action::parts;
use crate::condition::{Comparison, Word};
use crate::money::{Currency, MICROS, Money, WHOLE_PPM};

#[test]
fn the_first_group_whose_conditions_are_met_pays() {
    check(
        "
        shop
        at d0  contract A sale=5% group=sale:country/is/de&total/100.00..:12% group=sale:country/is/de,at:8% group=sale::6%
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 country=DE
        at d2  conversion 1002 sale 99.99 visitor=v1 country=de
        at d2  conversion 1003 sale 100.00 visitor=v1 country=AT
        at d2  conversion 1004 sale 100.00 visitor=v1 country=FR
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 12.00 pending until d32, by identifier k1, terms A/2
            action 1.1.2 A 1002 99.99 pays 8.00 pending until d32, by identifier k1, terms A/2
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d32, by identifier k1, terms A/2
            action 1.1.4 A 1004 100.00 pays 6.00 pending until d32, by identifier k1, terms A/2
            balance A pending 34.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// One contract for each variable, which pays 20 % where its condition is met and 10 % elsewhere.
fn pays_more(condition: &str, order: &str) -> bool {
    let history = format!(
        "shop
        at d0 contract A sale=10% group=sale:{condition}:20%
        at d1 click k1 A visitor=v1 on=phone sub1=blog shared=Summer
        at d1 conversion 1001 sale 100.00 visitor=v1 {order}"
    );
    let output = run(&history).output;
    let more = output.contains("pays 20.00");
    assert!(more || output.contains("pays 10.00"), "{output}");
    more
}

#[test]
fn every_variable_is_seen() {
    let cases: &[(Word, &str, &str, &str)] = &[
        (Word::Country, "de", "country=DE", "country=AT"),
        (Word::Region, "bavaria", "region=Bavaria", ""),
        (Word::Device, "phone", "", "partner=A"),
        (Word::CustomerStatus, "new", "status=NEW", "status=EXISTING"),
        (Word::PromoCode, "spring", "code=SPRING", "code=AUTUMN"),
        (Word::Ad, "1", "", "partner=A"),
        (Word::SharedId, "summer", "", "partner=A"),
        (Word::SubId1, "blog", "", "partner=A"),
        (Word::Weekday, "friday", "", "occurred=d2"),
        (Word::Sku, "boots", "item=hat:1:40.00 item=BOOTS:1:60.00", "item=hat:1:100.00"),
        (Word::Category, "shoes", "item=boots:1:100.00:Shoes", "item=hat:1:100.00:Hats"),
    ];
    for (word, value, met, not_met) in cases {
        let name = word.name();
        assert!(pays_more(&format!("{name}/is/{value}"), met), "{name} is {value}: {met}");
        assert!(!pays_more(&format!("{name}/is/{value}"), not_met), "{name} is {value}: {not_met}");
        assert!(!pays_more(&format!("{name}/is_not/{value}"), met), "{name} is not {value}: {met}");
    }
    let untested: Vec<Word> = Word::ALL.into_iter().filter(|it| !cases.iter().any(|(word, ..)| word == it)).collect();
    let twins = [Word::Currency, Word::SubId2, Word::SubId3];
    let of_clicks = [Word::System, Word::Browser, Word::Referrer, Word::Param1, Word::Param2, Word::Param3];
    assert_eq!(
        untested,
        [&twins[..], &of_clicks[..]].concat(),
        "clicks alone have these, and the others are seen below"
    );
    assert!(pays_more("currency/is/eur", "") && !pays_more("currency/is/usd", ""), "all orders are in the program's");
}

#[test]
fn every_comparison_is_made() {
    for (comparison, value, met, not_met) in [
        (Comparison::Is, "de,at", "country=AT", "country=FR"),
        (Comparison::IsNot, "de,at", "country=FR", "country=AT"),
        (Comparison::Contains, "e", "country=DE", "country=AT"),
        (Comparison::ContainsNot, "e", "country=AT", "country=DE"),
        (Comparison::StartsWith, "d", "country=DE", "country=ED"),
    ] {
        let condition = format!("country/{}/{value}", comparison.name());
        assert!(pays_more(&condition, met) && !pays_more(&condition, not_met), "{condition}");
    }
    assert!(pays_more("total/100.00..", "") && pays_more("total/..100.01", ""), "from on, and below");
    assert!(!pays_more("total/100.01..", "") && !pays_more("total/..100.00", ""));
    assert!(pays_more("date/d1..", "") && pays_more("date/..d2", ""), "from on, and before");
    assert!(!pays_more("date/d2..", "") && !pays_more("date/..d1", ""));
}

#[test]
fn items_are_priced_each_by_itself_and_rounded_once() {
    check(
        "
        shop
        at d0  contract A sale=5% items=sale group=sale:category/is/shoes:10% group=sale:sku/is/voucher:0.50 restrict=sale:category/is/gifts
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 130.33 visitor=v1 item=boots:1:60.11:shoes item=hat:2:30.11:hats item=card:1:20.00:gifts item=voucher:2:20.11
        at d3  modify 1001 item=boots:0
        at d3  modify 1001 item=voucher:1
        at d3  modify 1001 item=hat:1
        show history 1001
        # Without items it is priced whole.
        at d4  conversion 1002 sale 100.00 visitor=v1
        # They may be told later.
        at d5  conversion 1002 sale 100.00 visitor=v1 item=boots:1:100.00:shoes
        show history 1002
        ",
        expect![[r#"
            1 d2 opened 130.33 pays 8.52 by server
            2 d3 modified -60.11 pays -6.01 by server ORDER_UPDATE
            3 d3 modified -10.05 pays -0.50 by server ORDER_UPDATE
            4 d3 modified -15.05 pays -0.76 by server ORDER_UPDATE
            1 d4 opened 100.00 pays 5.00 by server
            2 d5 modified 0.00 pays 5.00 by server ORDER_UPDATE
            action 1.1.1 A 1001 45.12 pays 1.25 pending until d32, by identifier k1, terms A/2
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d34, by identifier k1, terms A/2
            balance A pending 11.25 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn adjustments_add_up_and_restrictions_end_it() {
    check(
        "
        shop
        at d0  contract A sale=10% adjust=sale:date/d1..d3:+50% adjust=sale:device/is/phone:-20% restrict=sale:promo_code/contains/staff
        at d1  click k1 A visitor=v1 on=phone
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  conversion 1002 sale 100.00 visitor=v1
        at d3  conversion 1003 sale 100.00 visitor=v1 code=STAFF10
        at d3  conversion 1004 sale 100.00 partner=A
        at d4  modify 1001 amount=50.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 50.00 pays 6.50 pending until d32, by identifier k1, terms A/2
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d33, by identifier k1, terms A/2
            action 1.1.3 A 1003 100.00 pays 0.00 pending until d33, by identifier k1, terms A/2
            action 1.1.4 A 1004 100.00 pays 10.00 pending until d33, by forced partner, terms A/2
            balance A pending 24.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_follows_from_a_parent_is_of_its_touchpoint() {
    check(
        "
        shop
        event renewal parent=sale
        at d0  contract A sale=10% renewal=1% group=renewal:device/is/phone:5% adjust=renewal:ad_id/is/1:+100%
        at d1  click k1 A visitor=v1 on=phone
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  conversion 1001 renewal 100.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 10.00 pending until d32, by identifier k1, terms A/2
            action 1.2.2 A 1001 100.00 pays 10.00 pending until d33, by parent action, terms A/2
            balance A pending 20.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_not_known_is_an_empty_word() {
    assert!(!pays_more("ad_id/is/0", "partner=A") && pays_more("ad_id/is_not/1", "partner=A"));
    assert!(pays_more("device/is/unknown", "partner=A") && pays_more("country/is_not/de", ""));
}

#[test]
fn a_return_moves_no_order_into_another_group() {
    check(
        "
        shop
        at d0  contract A sale=5% group=sale:total/100.00..:10%
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 200.00 visitor=v1
        at d3  modify 1001 amount=20.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 20.00 pays 2.00 pending until d32, by identifier k1, terms A/2
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn rules_that_can_never_hold_are_refused() {
    check(
        "
        shop
        contract A sale=8% group=sale:country/is/de&country/is/at:9%
        contract A sale=8% group=sale:country/is/de&country/is_not/de,at:9%
        contract A sale=8% group=sale:total/100.00..&total/..50.00:9%
        contract A sale=8% restrict=sale:date/d9..d9
        contract A sale=8% group=sale:country/is/de:9% group=sale:country/is/de&device/is/phone:10%
        contract A sale=8% group=sale::9% group=sale:country/is/de:10%
        contract A sale=101%
        contract A sale=8% group=sale:country/is/de&device/is/phone:10% group=sale:country/is/de:9%
        show config
        ",
        expect![[r#"
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RULE_NEVER_MATCHES
            d0 contract A: RATE_TOO_HIGH
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms A/2 from d0 Active, own rules
            terms B/1 from d-365 Active, as the template
        "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However what goes back is split, and in whatever order: what is left pays the same.
    #[test]
    fn any_order_of_returns_ends_at_the_same_payout(
        amounts in prop::collection::vec(1_u32..100_000, 1..5),
        left in prop::collection::vec(0_u32..4, 5),
        order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(),
        step_by_step in any::<bool>(),
        discounted in any::<bool>(),
    ) {
        // With a discount of the order, or without.
        let total: u32 = amounts.iter().sum::<u32>() * if discounted { 9 } else { 10 } / 10;
        let cents = |cents: u32| format!("{}.{:02}", cents / 100, cents % 100);
        let items: Vec<String> =
            amounts.iter().enumerate().map(|(i, it)| format!("item=s{i}:3:{}:c{}", cents(*it), i % 3)).collect();
        let opened = format!(
            "shop
            at d0 contract A sale=7.77% items=sale group=sale:category/is/c1:3.33% group=sale:category/is/c2:0.17 adjust=sale:date/d0..:+12.5%
            at d1 click k1 A visitor=v1
            at d2 conversion 1001 sale {} visitor=v1 {}\n",
            cents(total), items.join(" "));
        let of = |i: &usize| (*i < amounts.len()).then_some((*i, left[*i].min(3)));
        let at_once: Vec<String> = (0..5).filter_map(|i| of(&i)).map(|(i, n)| format!("item=s{i}:{n}")).collect();
        let mut one_by_one = Vec::new();
        for (i, n) in order.iter().filter_map(of) {
            let steps = if step_by_step { (n..3).rev().collect() } else { vec![n] };
            one_by_one.extend(steps.into_iter().map(|n| format!("at d3 modify 1001 item=s{i}:{n}")));
        }
        let all_goes = (0..5).filter_map(|i| of(&i)).all(|(_, n)| n == 0);
        let last = |history: String| {
            let output = run(&history).output;
            let action = output.lines().find(|line| line.starts_with("action")).map(str::to_owned);
            action.unwrap_or(output)
        };
        let whole = last(format!("{opened} at d3 modify 1001 {}", at_once.join(" ")));
        let split = last(format!("{opened} {}", one_by_one.join("\n")));
        prop_assert!(all_goes || whole == split, "{} {}", whole, split);
    }
}

/// Numbers that look random, the same on every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// Up to a thousand major units, in the currency's smallest.
    fn amount(&mut self, unit: i64) -> Money {
        let most = 1_000 * MICROS / unit;
        Money(i64::try_from(self.below(most.unsigned_abs())).unwrap() * unit)
    }
}

/// Over a million orders in currencies of 0, 2 and 3 digits, split among up to four: the parts add up to the order, and
/// each payout is within half of the smallest unit of what the terms say exactly.
#[test]
fn rounding_loses_nothing_over_a_million_orders() {
    let mut numbers = Numbers(1);
    for n in 0..1_000_000 {
        let (currency, unit) = [(*b"JPY", MICROS), (*b"EUR", 10_000), (*b"KWD", 1_000)][n % 3];
        let (currency, amount) = (Currency(currency), numbers.amount(unit));
        let rate = u32::try_from(numbers.below(u64::from(WHOLE_PPM) + 1)).unwrap();
        let mut shares = vec![WHOLE_PPM];
        for _ in 0..numbers.below(4) {
            let last = shares.pop().unwrap_or_default();
            let cut = u32::try_from(numbers.below(u64::from(last) + 1)).unwrap();
            shares.extend([cut, last - cut]);
        }
        let parts = parts::amounts(amount, &shares, currency);
        assert_eq!(parts.iter().map(|part| part.0).sum::<i64>(), amount.0, "{amount:?} by {shares:?}");
        for part in parts {
            let (paid, exact) = (part.at_rate(rate, currency), i128::from(part.0) * i128::from(rate));
            let off = (i128::from(paid.0) * i128::from(MICROS) - exact).abs();
            assert!(2 * off <= i128::from(unit) * i128::from(MICROS), "{part:?} at {rate} paid {paid:?}");
            assert_eq!(paid.0 % unit, 0, "it can be paid");
        }
    }
}
