//! Evidence that is stronger than any click: a partner the brand names, and a promo code.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_code_beats_the_last_click() {
    check(
        "
        shop
        code TRAIL10 A
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=TRAIL10
        show decision 1001
        show details 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by promo code
              k1 B d0 BLOCKED_BY_PROMOCODE: visitor:v1
            1.1.1: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 0, sub1 "" shared "" code "TRAIL10" status ""
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_needs_no_buyer() {
    check(
        "
        shop
        code TRAIL10 A
        at d2  conversion 1001 sale 100.00 code=TRAIL10
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_that_pays_nothing_leaves_it_to_the_clicks() {
    check(
        "
        shop
        partner C
        code PAUSED A paused
        code OTHER C
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 1.00 visitor=v1 code=PAUSED
        at d2  conversion 1002 sale 1.00 visitor=v1 code=OTHER
        at d2  conversion 1003 sale 1.00 visitor=v1 code=UNKNOWN
        at d2  conversion 1004 sale 1.00 customer=c9 code=OTHER
        at d3  partner A paused
        at d3  code PAUSED A
        at d4  conversion 1005 sale 1.00 visitor=v1 code=PAUSED
        ",
        expect![[r#"
            d2 conversion 1004: UNCLAIMED
            action 1.1.1 B 1001 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            action 1.1.2 B 1002 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            action 1.1.3 B 1003 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            action 1.1.4 B 1005 1.00 pays 0.08 pending until d34, by identifier k1, terms template/1
            balance B pending 0.32 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_partner_that_the_brand_names_beats_code_and_click() {
    check(
        "
        shop
        partner C
        contract C sale=3%
        code TRAIL10 A
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=TRAIL10 partner=C
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: C by forced partner
              k1 B d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 C 1001 100.00 pays 3.00 pending until d32, by forced partner, terms C/1
            balance C pending 3.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn naming_a_partner_settles_it_also_if_that_partner_cant_be_paid() {
    check(
        "
        shop
        partner C
        partner D paused
        contract D sale=3%
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 partner=C
        at d2  conversion 1002 sale 100.00 visitor=v1 partner=D
        at d2  conversion 1003 sale 100.00 visitor=v1 partner=Z
        show decision 1001
        ",
        expect![[r#"
            d2 conversion 1001: CONTRACT_NOT_FOUND
            d2 conversion 1002: PARTNER_NOT_ACTIVE
            d2 conversion 1003: PARTNER_NOT_FOUND
            decision 1001 at d2: CONTRACT_NOT_FOUND
              k1 B d0 OTHER_REF_PRIORITIZED: visitor:v1
        "#]],
    );
}

#[test]
fn sub_ids_are_the_clicks_or_the_reports_where_no_click_won() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1 sub1=blog shared=spring
        at d2  conversion 1001 sale 100.00 visitor=v1 sub1=mine shared=mine status=new
        at d2  conversion 1002 sale 100.00 visitor=v1 sub1=mine shared=mine partner=A
        show details 1001
        show details 1002
        ",
        expect![[r#"
            1.1.1: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 1, sub1 "blog" shared "spring" code "" status "new"
            1.1.2: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 0, sub1 "mine" shared "mine" code "" status ""
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by forced partner, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}
