//! What one record shows together.

use expect_test::expect;

use super::fixture::check;

#[test]
fn an_address_is_one_thing_however_it_was_hashed() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 email=ann alias=email:ann:ann-sha1 alias=email:ann:ann-folded
        at d2  conversion 1001 sale 1.00 email=ann-sha1
        at d2  conversion 1002 sale 1.00 email=other alias=email:other:ann-folded
        show profiles
        show decision 1001
        ",
        expect![[r#"
            profile visitor:v1 email:ann=email:ann-folded=email:ann-sha1=email:other
            decision 1001 at d2: A by identifier
              k1 A d0 won: email:ann-sha1 -(d0)- visitor:v1
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.16 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_issued_id_stands_for_whoever_the_visit_named() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d1  visit visitor=v1 issued=j1
        at d2  conversion 1001 sale 1.00 journey=j1
        show profiles
        show decision 1001
        ",
        expect![[r#"
            profile journey:j1=visitor:v1
            decision 1001 at d2: A by identifier
              k1 A d0 won: journey:j1
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_left_out_is_said_and_counted() {
    check(
        "
        shop
        at d0  visit visitor=v1 left=customer:IDENTIFIER_PLACEHOLDER
        at d0  visit visitor=v2 left=customer:IDENTIFIER_PLACEHOLDER left=unknown:IDENTIFIER_KIND_UNKNOWN
        at d2  conversion 1001 sale 1.00 occurred=d1 left=email:HASH_LENGTH left=phone:PHONE_MALFORMED
        at d2  visit program=9 left=email:EMAIL_MALFORMED
        show decision 1001
        show left-out
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 visit program=9: CAMPAIGN_NOT_FOUND
            decision 1001 at d1: UNCLAIMED
              left out: email HASH_LENGTH
              left out: phone PHONE_MALFORMED
            d0 unknown IDENTIFIER_KIND_UNKNOWN: 1
            d0 customer IDENTIFIER_PLACEHOLDER: 2
            d2 email HASH_LENGTH: 1
            d2 phone PHONE_MALFORMED: 1
        "#]],
    );
}

#[test]
fn a_second_customer_of_one_record_is_left_out() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 customer=c1 customer=c2
        at d1  conversion 1001 sale 1.00 customer=c2 customer=c3
        at d1  conversion 1002 sale 1.00 customer=c1 customer=c1
        show profiles
        show decision 1001
        show left-out
        ",
        expect![[r#"
            d1 conversion 1001: UNCLAIMED
            profile visitor:v1 customer:c1
            profile customer:c2
            decision 1001 at d1: UNCLAIMED
              left out: customer TWO_CUSTOMERS
            d0 customer TWO_CUSTOMERS: 1
            d1 customer TWO_CUSTOMERS: 1
            action 1.1.1 A 1002 1.00 pays 0.08 pending until d31, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_the_brand_blocks_names_nobody_from_then_on() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 customer=till
        at d1  block customer till by=7
        at d1  conversion 1001 sale 1.00 customer=till
        at d1  visit visitor=v2 customer=till
        at d2  unblock customer till by=8
        at d2  conversion 1002 sale 1.00 customer=till
        at d3  block customer till by=7
        show profiles
        show decision 1001
        show left-out
        show config
        show audit
        ",
        expect![[r#"
            d1 conversion 1001: UNCLAIMED
            profile visitor:v1 customer:till
            profile visitor:v2
            decision 1001 at d1: UNCLAIMED
              left out: customer IDENTIFIER_BLOCKED
            d1 customer IDENTIFIER_BLOCKED: 2
            event 1 sale of 1 Active
            ad 1 of 1 Active
            block 11 customer:till at d3 Active "because"
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            d1 identifier_blocked "customer_id 11" by 7 "because"
            d2 identifier_blocked "customer_id 11" by 8 "because"
            d3 identifier_blocked "customer_id 11" by 7 "because"
            action 1.1.1 A 1002 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_address_is_blocked_under_each_of_its_hashes() {
    check(
        "
        shop
        block email info info-sha1
        visit visitor=v1 email=info-sha1
        visit visitor=v2 email=info alias=email:info:info-folded
        visit visitor=v3 email=other alias=email:other:info-sha1
        visit visitor=v4 email=other
        show profiles
        show left-out
        ",
        expect![[r#"
            profile visitor:v1
            profile visitor:v2
            profile visitor:v3
            profile email:other visitor:v4
            d0 email IDENTIFIER_BLOCKED: 3
        "#]],
    );
}

#[test]
fn a_hash_that_two_entries_name_is_free_when_both_are_gone() {
    check(
        "
        shop
        block email info shared
        block email info
        block email other shared
        unblock email info
        visit visitor=v1 email=shared
        visit visitor=v2 email=info
        unblock email other
        visit visitor=v3 email=shared
        show profiles
        ",
        expect![[r#"
            profile visitor:v1
            profile email:info visitor:v2
            profile email:shared visitor:v3
        "#]],
    );
}
