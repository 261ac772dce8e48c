//! What a brand sets up, what it may not, and the trace of who did it.

use expect_test::expect;

use super::fixture::check;

#[test]
fn ids_are_counted_or_brought_along() {
    check(
        "
        program 1 eur
        event sale by=7
        event lead id=4636 by=7
        event install by=7
        ad new by=7
        ad 900 by=7
        ad new by=7
        ad 2 paused by=7
        ad new by=7
        show config
        show audit
        ",
        expect![[r#"
            event 1 sale of 1 Active
            event 2 install of 1 Active
            event 4636 lead of 1 Active
            ad 1 of 1 Active
            ad 2 of 1 Paused
            ad 3 of 1 Active
            ad 900 of 1 Active
            d0 event_type_set "1" by 7 "because"
            d0 event_type_set "4636" by 7 "because"
            d0 event_type_set "2" by 7 "because"
            d0 ad_set "1" by 7 "because"
            d0 ad_set "900" by 7 "because"
            d0 ad_set "2" by 7 "because"
            d0 ad_set "2" by 7 "because"
            d0 ad_set "3" by 7 "because"
        "#]],
    );
}

/// Ids fit the integers of other platforms, and what was brought along stands in nobody's way.
#[test]
fn ids_that_are_brought_along_use_up_no_numbers() {
    check(
        "
        program 1 eur
        ad 2147483647 by=7
        ad 2 by=7
        ad new by=7
        ad new by=7
        ad 0 by=7
        ad 2147483648 by=7
        event sale id=2147483647 by=7
        event lead by=7
        event other id=0 by=7
        show config
        show audit
        ",
        expect![[r#"
            d0 ad 0: ID_OUT_OF_RANGE
            d0 ad 2147483648: ID_OUT_OF_RANGE
            d0 event other: ID_OUT_OF_RANGE
            event 1 lead of 1 Active
            event 2147483647 sale of 1 Active
            ad 1 of 1 Active
            ad 2 of 1 Active
            ad 3 of 1 Active
            ad 2147483647 of 1 Active
            d0 ad_set "2147483647" by 7 "because"
            d0 ad_set "2" by 7 "because"
            d0 ad_set "1" by 7 "because"
            d0 ad_set "3" by 7 "because"
            d0 ad_set "" by 7 "because" ID_OUT_OF_RANGE
            d0 ad_set "" by 7 "because" ID_OUT_OF_RANGE
            d0 event_type_set "2147483647" by 7 "because"
            d0 event_type_set "1" by 7 "because"
            d0 event_type_set "" by 7 "because" ID_OUT_OF_RANGE
        "#]],
    );
}

#[test]
fn an_event_type_belongs_to_one_program() {
    check(
        "
        program 1 eur
        program 2 eur
        event sale id=10 by=7
        event other id=10 program=2 by=7
        event third id=11 code=sale by=7
        event fourth id=11 code=SALE by=7
        event sale id=12 program=2 by=7
        event sale id=10 code=purchase by=7
        show config
        ",
        expect![[r#"
            d0 event other: ID_TAKEN
            d0 event third: CODE_TAKEN
            d0 event fourth: CODE_TAKEN
            event 10 purchase of 1 Active
            event 12 sale of 2 Active
        "#]],
    );
}

#[test]
fn what_belongs_to_one_partner_cant_be_given_to_another() {
    check(
        "
        shop
        link boots A by=7
        link boots B by=7
        link boots A paused by=7
        code TRAIL10 A by=7
        code TRAIL10 B by=7
        code TRAIL10 A paused by=7
        show config
        show audit
        ",
        expect![[r#"
            d0 link boots: SLUG_TAKEN
            d0 code TRAIL10: CODE_TAKEN
            event 1 sale of 1 Active
            ad 1 of 1 Active
            link boots of A Paused
            code TRAIL10 of A Paused
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            d0 link_set "boots" by 7 "because"
            d0 link_set "" by 7 "because" SLUG_TAKEN
            d0 link_set "boots" by 7 "because"
            d0 promo_code_set "TRAIL10" by 7 "because"
            d0 promo_code_set "" by 7 "because" CODE_TAKEN
            d0 promo_code_set "TRAIL10" by 7 "because"
        "#]],
    );
}

/// What is owed to its partners is in it.
#[test]
fn a_programs_currency_cant_change() {
    check(
        "
        shop
        program 1 usd paused by=7
        at d2  conversion 1001 sale 100.00 partner=A
        program 1 eur paused by=7
        at d2  conversion 1002 sale 100.00 partner=A
        program 2 usd by=7
        show audit
        ",
        expect![[r#"
            d0 program 1: CURRENCY_FIXED
            d2 conversion 1002: PROGRAM_NOT_ACTIVE
            d0 program_set "" by 7 "because" CURRENCY_FIXED
            d2 program_set "1" by 7 "because"
            d2 program_set "2" by 7 "because"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by forced partner, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_named_must_exist() {
    check(
        "
        shop
        event lead program=2
        ad 1 program=2
        link boots A program=2
        link boots Z
        link boots A ad=9
        code TRAIL10 A program=2
        code TRAIL10 Z
        template 1=1% program=2
        contract Z
        ",
        expect![[r#"
            d0 event lead: CAMPAIGN_NOT_FOUND
            d0 ad 1: CAMPAIGN_NOT_FOUND
            d0 link boots: CAMPAIGN_NOT_FOUND
            d0 link boots: PARTNER_NOT_FOUND
            d0 link boots: AD_NOT_FOUND
            d0 code TRAIL10: CAMPAIGN_NOT_FOUND
            d0 code TRAIL10: PARTNER_NOT_FOUND
            d0 template 1=1%: CAMPAIGN_NOT_FOUND
            d0 contract Z: PARTNER_NOT_FOUND
        "#]],
    );
}

#[test]
fn adopting_rules_is_on_the_record() {
    check(
        "
        rules 1 by=7
        show audit
        ",
        expect![[r#"
            d0 rules_adopted "1" by 7 "because"
        "#]],
    );
}

#[test]
fn what_a_person_did_is_kept_with_its_outcome() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 source=person by=7
        at d3  modify 1001 amount=50.00 by=7
        at d3  reverse 9999 by=7
        at d4  time
        at d5  pay A by=8
        show audit
        ",
        expect![[r#"
            d3 reverse 9999: ACTION_REF_NOT_FOUND
            d5 pay A: NOTHING_TO_PAY
            d2 conversion_reported "1.1.1" by 7 "because"
            d3 change_requested "1.1.1" by 7 "because"
            d3 change_requested "" by 7 "because" ACTION_REF_NOT_FOUND
            d5 payment_made "" by 8 "because" NOTHING_TO_PAY
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}
