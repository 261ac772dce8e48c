//! Contracts as agreements: notice, offers, and the partner's word on them.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_change_binds_after_the_notice_of_what_is_in_force() {
    check(
        "
        shop
        at d0   contract A sale=9% notice=30d from=d0
        at d5   contract A sale=1% from=d35-1ms by=7
        at d5   contract A sale=1% from=d35 by=7
        at d6   conversion 1001 sale 100.00 partner=A
        at d35  conversion 1002 sale 100.00 partner=A
        # The shorter notice is that of the new terms.
        at d35  contract A sale=2% by=7
        show audit
        ",
        expect![[r#"
            d5 contract A: NOTICE_TOO_SHORT
            d5 terms_set "" by 7 "because" NOTICE_TOO_SHORT
            d5 terms_set "3" by 7 "because"
            d35 terms_set "4" by 7 "because"
            action 1.1.1 A 1001 100.00 pays 9.00 pending until d36, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 1.00 pending until d65, by forced partner, terms A/3
            balance A pending 10.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_contract_that_follows_the_template_has_its_notice() {
    check(
        "
        program 1 eur
        event sale
        template sale=8% notice=14d
        ad 1
        partner A
        # The first terms start as they say.
        contract A from=d-9
        at d1  contract A sale=1% from=d15-1ms
        at d1  template sale=1% from=d15-1ms
        at d1  template sale=1% notice=0d from=d15
        # The same as the template of that time: nothing changes.
        at d2  contract A sale=8% notice=14d from=d2
        at d2  contract A sale=1% from=d16
        ",
        expect![[r#"
            d1 contract A: NOTICE_TOO_SHORT
            d1 template sale=1%: NOTICE_TOO_SHORT
        "#]],
    );
}

#[test]
fn what_leaves_the_rules_as_they_are_needs_no_notice() {
    check(
        "
        shop
        at d0  contract A sale=9% notice=30d from=d0
        at d1  contract A sale=5% notice=30d from=d31
        at d2  contract A sale=9% notice=30d paused
        at d3  conversion 1001 sale 100.00 partner=A
        # Nor does a pause let other rules in early.
        at d4  contract A sale=1% from=d5
        at d5  contract A sale=9% notice=30d to=d40
        # What was announced in time is set again with an end.
        at d6  contract A sale=5% notice=30d from=d31 to=d40
        at d7  conversion 1002 sale 100.00 partner=A
        at d32 conversion 1003 sale 100.00 partner=A
        at d40 conversion 1004 sale 100.00 partner=A
        ",
        expect![[r#"
            d3 conversion 1001: CONTRACT_EXPIRED
            d4 contract A: NOTICE_TOO_SHORT
            d40 conversion 1004: CONTRACT_EXPIRED
            action 1.1.1 A 1002 100.00 pays 9.00 pending until d37, by forced partner, terms A/5
            action 1.1.2 A 1003 100.00 pays 5.00 pending until d62, by forced partner, terms A/6
            balance A pending 14.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_offer_binds_from_when_it_is_accepted() {
    check(
        "
        shop
        at d0   contract A sale=9% notice=30d from=d0
        at d1   contract A sale=12% offered from=d2
        at d3   conversion 1001 sale 100.00 partner=A
        show contracts d3
        at d4   accept A 3
        show contracts d4
        at d4   conversion 1002 sale 100.00 partner=A
        # It is the event's time that counts.
        at d4   conversion 1003 sale 100.00 partner=A occurred=d4-1ms
        at d5   contract A sale=15% offered from=d9
        at d6   accept A 4
        show contracts d8
        at d8   conversion 1004 sale 100.00 partner=A
        at d9   conversion 1005 sale 100.00 partner=A
        at d10  modify 1001 amount=50.00
        show contracts d10
        show audit
        ",
        expect![[r#"
            d3 template/1 active
            d3 A/1 expired
            d3 A/2 active
            d3 A/3 pending
            d3 B/1 active
            d3 contract A: active by 2, offered 3
            d3 contract B: active by 1
            d4 template/1 active
            d4 A/1 expired
            d4 A/2 expired
            d4 A/3 active
            d4 B/1 active
            d4 contract A: active by 3
            d4 contract B: active by 1
            d8 template/1 active
            d8 A/1 expired
            d8 A/2 expired
            d8 A/3 active
            d8 A/4 upcoming
            d8 B/1 active
            d8 contract A: active by 3
            d8 contract B: active by 1
            d10 template/1 active
            d10 A/1 expired
            d10 A/2 expired
            d10 A/3 expired
            d10 A/4 active
            d10 B/1 active
            d10 contract A: active by 4
            d10 contract B: active by 1
            d4 terms_decided "3" by 9 "because"
            d6 terms_decided "4" by 9 "because"
            action 1.1.1 A 1001 50.00 pays 4.50 pending until d33, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 12.00 pending until d34, by forced partner, terms A/3
            action 1.1.3 A 1003 100.00 pays 9.00 pending until d33+23h59m59s999ms, by forced partner, terms A/2
            action 1.1.4 A 1004 100.00 pays 12.00 pending until d38, by forced partner, terms A/3
            action 1.1.5 A 1005 100.00 pays 15.00 pending until d39, by forced partner, terms A/4
            balance A pending 52.50 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_first_word_holds() {
    check(
        "
        shop
        at d1  contract A sale=12% offered
        at d2  decline A 2
        at d3  accept A 2
        at d3  decline A 2
        at d3  withdraw A 2 by=7
        at d4  contract A sale=20% offered
        at d4  accept A 3
        at d5  decline A 3
        at d5  conversion 1001 sale 100.00 partner=A
        show contracts d5
        ",
        expect![[r#"
            d3 accept A: OFFER_DECIDED
            d3 decline A: OFFER_DECIDED
            d3 withdraw A: OFFER_DECIDED
            d5 decline A: OFFER_DECIDED
            d5 template/1 active
            d5 A/1 expired
            d5 A/2 declined
            d5 A/3 active
            d5 B/1 active
            d5 contract A: active by 3
            d5 contract B: active by 1
            action 1.1.1 A 1001 100.00 pays 20.00 pending until d35, by forced partner, terms A/3
            balance A pending 20.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn only_the_partner_decides_and_only_what_is_open() {
    check(
        "
        shop
        at d1  contract A sale=12% offered
        at d1  accept A 2 brand
        at d1  accept A 1
        at d1  accept A 9
        at d1  accept B 2
        at d1  template sale=9% offered
        at d2  withdraw A 1
        at d2  withdraw A 2
        at d2  withdraw A 2
        at d3  accept A 2
        at d4  contract A sale=13% offered to=d6
        at d5  contract A sale=14% offered to=d6
        at d5  accept A 3
        at d6  accept A 4
        at d6  conversion 1001 sale 100.00 partner=A
        show contracts d5
        show contracts d6
        ",
        expect![[r#"
            d1 accept A: OFFER_FOR_PARTNER
            d1 accept A: OFFER_NOT_FOUND
            d1 accept A: OFFER_NOT_FOUND
            d1 accept B: OFFER_NOT_FOUND
            d1 template sale=9%: OFFER_NEEDS_PARTNER
            d2 withdraw A: OFFER_NOT_FOUND
            d2 withdraw A: OFFER_WITHDRAWN
            d3 accept A: OFFER_WITHDRAWN
            d5 accept A: OFFER_WITHDRAWN
            d6 accept A: OFFER_EXPIRED
            d5 template/1 active
            d5 A/1 active
            d5 A/2 withdrawn
            d5 A/3 withdrawn
            d5 A/4 pending
            d5 B/1 active
            d5 contract A: active by 1, offered 4
            d5 contract B: active by 1
            d6 template/1 active
            d6 A/1 active
            d6 A/2 withdrawn
            d6 A/3 withdrawn
            d6 A/4 expired
            d6 B/1 active
            d6 contract A: active by 1
            d6 contract B: active by 1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d36, by forced partner, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_first_contract_can_be_an_offer() {
    check(
        "
        shop
        partner C
        at d1  contract C sale=5% offered from=d0
        at d2  click k1 C visitor=v1
        show contracts d2
        at d3  accept C 1
        at d4  click k2 C visitor=v1
        at d5  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            d2 click k1: CONTRACT_NOT_FOUND
            d2 template/1 active
            d2 A/1 active
            d2 B/1 active
            d2 C/1 pending
            d2 contract A: active by 1
            d2 contract B: active by 1
            d2 contract C: pending by 1, offered 1
            action 1.1.1 C 1001 100.00 pays 5.00 pending until d35, by identifier k2, terms C/1
            balance C pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_version_that_was_replaced_before_it_bound_is_expired() {
    check(
        "
        shop
        at d1  contract A sale=5% from=d9
        at d1  contract A sale=6% from=d9
        at d2  contract B paused
        show contracts d3
        show contracts d9
        ",
        expect![[r#"
            d3 template/1 active
            d3 A/1 active
            d3 A/2 expired
            d3 A/3 upcoming
            d3 B/1 expired
            d3 B/2 paused
            d3 contract A: active by 1
            d3 contract B: paused by 2
            d9 template/1 active
            d9 A/1 expired
            d9 A/2 expired
            d9 A/3 active
            d9 B/1 expired
            d9 B/2 paused
            d9 contract A: active by 3
            d9 contract B: paused by 2
        "#]],
    );
}
