//! Lists that terms name: what stands on them, and when.

use expect_test::expect;

use super::fixture::{check, run};
use crate::condition::Word;

/// Whether an order is on list 1 of a variable, by a group of 10 % for what is and an adjustment for what is not.
fn paid(variable: &str, values: &str, level: &str, conversion: &str) -> String {
    let run = run(&format!(
        "shop
        list new {variable} some={values}
        at d0  contract A sale=1% {level} group=sale:{variable}/in_list/1:10% adjust=sale:{variable}/not_in_list/1:+100%
        at d0  click k1 A visitor=v1 sub1=Blog shared=S-7
        at d1  conversion 1001 sale 100.00 visitor=v1 {conversion}"
    ));
    let action = run.output.lines().find(|line| line.starts_with("action")).unwrap_or(&run.output).to_owned();
    let pays = action.split_once("pays ").map_or(action.as_str(), |(_, rest)| rest);
    pays.split(' ').next().unwrap_or_default().to_owned()
}

#[test]
fn every_variable_that_has_lists_is_looked_up_without_regard_to_case() {
    let cases = [
        (Word::Country, "country=DE", "de,at"),
        (Word::Region, "region=BY", "by"),
        (Word::PromoCode, "code=Trail10", "trail10"),
        (Word::SharedId, "", "s-7"),
        (Word::SubId1, "", "BLOG"),
        (Word::Sku, "item=Boots:1:100.00", "boots"),
        (Word::Category, "item=b:1:100.00:Shoes", "hats,shoes"),
    ];
    for (word, conversion, values) in cases {
        assert_eq!(paid(word.name(), values, "", conversion), "10.00", "{}", word.name());
        assert_eq!(paid(word.name(), "other", "", conversion), "2.00", "{}", word.name());
        // Nothing stands on an empty list.
        assert_eq!(paid(word.name(), "", "", conversion), "2.00", "{}", word.name());
    }
    let tested = |it: &Word| cases.iter().any(|(word, ..)| word == it);
    let untested: Vec<Word> = Word::ALL.into_iter().filter(|it| it.has_lists() && !tested(it)).collect();
    use Word::{Param1, Param2, Param3, Referrer, SubId2, SubId3};
    let of_clicks = [Referrer, Param1, Param2, Param3];
    assert_eq!(
        untested,
        [&[SubId2, SubId3][..], &of_clicks].concat(),
        "the first sub id's twins, and what orders lack"
    );
}

#[test]
fn an_order_is_on_a_list_by_any_of_its_items_and_an_item_by_itself() {
    let items = "item=boots:1:60.00 item=hat:1:40.00";
    assert_eq!(paid("sku", "boots", "", items), "10.00");
    assert_eq!(paid("sku", "boots,hat", "", items), "10.00");
    assert_eq!(paid("sku", "scarf", "", items), "2.00");
    assert_eq!(paid("sku", "boots", "items=sale", items), "6.80");
    assert_eq!(paid("sku", "", "items=sale", items), "2.00");
}

/// The heart of it: whatever is set later, a return is priced as the order was.
#[test]
fn what_was_opened_keeps_the_version_of_its_time() {
    check(
        "
        shop
        at d0  list new sku brands=acme
        at d0  contract A sale=10% items=sale restrict=sale:sku/in_list/1
        at d1  conversion 1001 sale 100.00 partner=A item=acme:1:50.00 item=apex:1:50.00
        at d2  list 1 sku brands=acme,apex
        at d3  conversion 1002 sale 100.00 partner=A item=acme:1:50.00 item=apex:1:50.00
        # Reported late, of a time before.
        at d3  conversion 1003 sale 100.00 partner=A item=acme:1:50.00 item=apex:1:50.00 occurred=d1
        at d4  list 1 sku brands=
        at d5  conversion 1004 sale 100.00 partner=A item=acme:1:50.00 item=apex:1:50.00
        at d6  modify 1001 item=apex::20.00
        at d6  modify 1002 item=apex::20.00
        at d6  modify 1003 item=apex::20.00
        at d6  modify 1004 item=apex::20.00
        at d7  reverse 1003
        at d7  restore 1003
        show config
        ",
        expect![[r#"
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms A/2 from d0 Active, own rules
            terms B/1 from d-365 Active, as the template
            list 1/1 brands of sku: acme
            list 1/2 brands of sku: acme,apex
            list 1/3 brands of sku: 
            action 1.1.1 A 1001 70.00 pays 2.00 pending until d31, by forced partner, terms A/2
            action 1.1.2 A 1002 70.00 pays 0.00 pending until d33, by forced partner, terms A/2
            action 1.1.3 A 1003 70.00 pays 2.00 pending until d31, by forced partner, terms A/2
            action 1.1.4 A 1004 70.00 pays 7.00 pending until d35, by forced partner, terms A/2
            balance A pending 11.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Its clock was ahead: by the event's time alone the list would seem to have been changed.
#[test]
fn a_list_changes_nothing_that_was_on_record_before_it() {
    check(
        "
        shop
        at d0     list new promo_code staff=staff10
        at d0     contract A sale=10% restrict=sale:promo_code/in_list/1
        at d1     conversion 1001 sale 100.00 partner=A code=STAFF10 occurred=d1+4m
        at d1+1m  list 1 promo_code staff=
        at d1+5m  modify 1001 amount=50.00
        at d1+5m  conversion 1002 sale 100.00 partner=A code=STAFF10 occurred=d1+4m
        ",
        expect![[r#"
            action 1.1.1 A 1001 50.00 pays 0.00 pending until d31+4m, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d31+4m, by forced partner, terms A/2
            balance A pending 10.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Terms that name it were set after it: what their first version covers of the past meets the first version of the list.
#[test]
fn what_happened_before_a_list_meets_its_first_version() {
    check(
        "
        shop
        program 2 eur
        event order program=2
        at d5  list new promo_code staff=staff10 program=2
        at d5  template order=10% program=2 restrict=order:promo_code/in_list/1 from=d0
        at d5  contract A program=2 from=d0
        at d6  list 1 promo_code staff= program=2
        at d7  conversion 1001 order 100.00 partner=A program=2 code=staff10 occurred=d1
        at d7  conversion 1002 order 100.00 partner=A program=2 code=staff10
        ",
        expect![[r#"
            action 2.2.1 A 1001 100.00 pays 0.00 pending until d31, by forced partner, terms template/1
            action 2.2.2 A 1002 100.00 pays 10.00 pending until d37, by forced partner, terms template/1
            balance A program 2 pending 10.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_list_is_of_one_variable_and_has_one_name() {
    check(
        "
        shop
        program 2 eur
        list new sku brands=Acme,apex
        list new sku Brands=x
        list new category brands=x
        list new sku brands=x program=2
        list new category Others=gifts
        list 2 category Brands=gifts
        list 1 category brands=gifts
        list 3 sku more=x
        list new device phones=phone
        list new sku more=x program=9
        list 1 sku Labels=apex
        contract A sale=8% restrict=sale:sku/in_list/3
        contract A sale=8% group=sale:category/not_in_list/1:9%
        contract A sale=8% adjust=sale:sku/in_list/2:+10%
        contract A sale=8% group=sale:sku/in_list/1&sku/not_in_list/1:9%
        contract A sale=8% group=sale:sku/in_list/1:9% group=sale:category/not_in_list/2:10%
        show config
        ",
        expect![[r#"
            d0 list new: LIST_NAME_TAKEN
            d0 list new: LIST_NAME_TAKEN
            d0 list 2: LIST_NAME_TAKEN
            d0 list 1: LIST_VARIABLE
            d0 list 3: LIST_NOT_FOUND
            d0 list new: LIST_VARIABLE_UNLISTED
            d0 list new: CAMPAIGN_NOT_FOUND
            d0 contract A: LIST_NOT_FOUND
            d0 contract A: LIST_VARIABLE
            d0 contract A: LIST_VARIABLE
            d0 contract A: RULE_NEVER_MATCHES
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms A/2 from d0 Active, own rules
            terms B/1 from d-365 Active, as the template
            list 1/1 brands of sku: acme,apex
            list 1/2 Labels of sku: apex
            list 2/1 Others of category: gifts
            list 1/1 brands of sku: x
        "#]],
    );
}
