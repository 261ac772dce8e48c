//! Contracts and their versions: which terms price an order, and when there are none.

use expect_test::expect;

use super::fixture::check;

#[test]
fn terms_in_force_at_the_events_time_price_it() {
    check(
        "
        shop
        at d5   contract A sale=12% from=d10
        at d20  contract A from=d30
        at d0   click k1 A visitor=v1
        at d32  click k2 A visitor=v1
        at d9   conversion 1001 sale 100.00 visitor=v1 occurred=d10-1ms
        at d10  conversion 1002 sale 100.00 visitor=v1
        at d33  conversion 1003 sale 100.00 visitor=v1
        show config
        ",
        expect![[r#"
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms A/2 from d10 Active, own rules
            terms A/3 from d30 Active, as the template
            terms B/1 from d-365 Active, as the template
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d39+23h59m59s999ms, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 12.00 pending until d40, by identifier k1, terms A/2
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d63, by identifier k2, terms template/1
            balance A pending 28.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_later_version_changes_nothing_of_what_happened() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  contract A sale=50%
        at d3  template sale=40% window=30d lock=30d
        at d4  modify 1001 amount=50.00
        # Reported late, but of a time when the old terms held.
        at d4  conversion 1002 sale 100.00 visitor=v1 occurred=d2
        at d4  conversion 1003 sale 100.00 visitor=v1
        at d4  conversion 1004 sale 100.00 partner=B
        ",
        expect![[r#"
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.3 A 1003 100.00 pays 50.00 pending until d34, by identifier k1, terms A/2
            action 1.1.4 B 1004 100.00 pays 40.00 pending until d34, by forced partner, terms template/2
            balance A pending 62.00 locked 0.00 paid 0.00
            balance B pending 40.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_contract_that_follows_the_template_follows_its_versions() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  template sale=10% window=30d lock=5d
        at d4  conversion 1002 sale 100.00 visitor=v1
        at d5  modify 1001 amount=200.00
        at d5  modify 1002 amount=200.00
        ",
        expect![[r#"
            action 1.1.1 A 1001 200.00 pays 16.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 200.00 pays 20.00 pending until d9, by identifier k1, terms template/2
            balance A pending 36.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_version_that_began_last_holds_whenever_it_was_set() {
    check(
        "
        shop
        at d0   contract A sale=20% from=d20
        at d1   contract A sale=10% from=d10
        at d5   click k1 A visitor=v1
        at d9   conversion 1001 sale 100.00 visitor=v1
        at d19  conversion 1002 sale 100.00 visitor=v1
        at d29  conversion 1003 sale 100.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d39, by identifier k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d49, by identifier k1, terms A/3
            action 1.1.3 A 1003 100.00 pays 20.00 pending until d59, by identifier k1, terms A/2
            balance A pending 38.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn of_versions_that_begin_at_once_the_newest_holds() {
    check(
        "
        shop
        at d0  contract A sale=1% from=d1
        at d0  contract A sale=2% from=d1
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 2.00 pending until d32, by identifier k1, terms A/3
            balance A pending 2.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn terms_cant_change_the_past() {
    check(
        "
        shop
        at d5  contract A sale=50% from=d4 by=7
        at d5  template sale=50% from=d4 by=7
        at d5  contract A sale=50% from=d5 by=7
        show audit
        ",
        expect![[r#"
            d5 contract A: TERMS_IN_PAST
            d5 template sale=50%: TERMS_IN_PAST
            d5 terms_set "" by 7 "because" TERMS_IN_PAST
            d5 terms_set "" by 7 "because" TERMS_IN_PAST
            d5 terms_set "2" by 7 "because"
        "#]],
    );
}

#[test]
fn a_contract_that_ended_or_never_was_pays_nothing() {
    check(
        "
        shop
        partner C
        partner D
        contract C sale=5% to=d3
        contract D sale=5% from=d3
        at d0         click k1 C visitor=v1
        at d0         click k2 D visitor=v2
        at d3-1ms     conversion 1001 sale 100.00 visitor=v1
        at d3         conversion 1002 sale 100.00 visitor=v1
        at d3         click k3 C visitor=v1
        at d4         contract C sale=5% paused
        at d5         conversion 1003 sale 100.00 visitor=v1
        at d5         conversion 1004 sale 100.00 partner=C
        at d2         conversion 1005 sale 100.00 partner=D
        show decision 1003
        ",
        expect![[r#"
            d0 click k2: CONTRACT_NOT_FOUND
            d3 conversion 1002: CONTRACT_EXPIRED
            d3 click k3: CONTRACT_EXPIRED
            d5 conversion 1003: CONTRACT_EXPIRED
            d5 conversion 1004: CONTRACT_EXPIRED
            d2 conversion 1005: CONTRACT_NOT_FOUND
            decision 1003 at d5: CONTRACT_EXPIRED
              k3 C d3 CONTRACT_EXPIRED: visitor:v1
              k1 C d0 CONTRACT_EXPIRED: visitor:v1
            action 1.1.1 C 1001 100.00 pays 5.00 pending until d32+23h59m59s999ms, by identifier k1, terms C/1
            balance C pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_contract_that_does_not_pay_for_the_event_is_no_contract_for_it() {
    check(
        "
        shop
        event lead
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 lead 0 visitor=v1
        at d3  contract A lead=4.00
        at d4  conversion 1002 lead 0 visitor=v1
        at d4  conversion 1003 sale 100.00 visitor=v1
        ",
        expect![[r#"
            d2 conversion 1001: ACTIONTERMS_NOT_FOUND
            d4 conversion 1003: ACTIONTERMS_NOT_FOUND
            action 1.2.1 A 1002 0.00 pays 4.00 pending until d34, by identifier k1, terms A/2
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_contract_that_follows_a_template_that_never_was_has_no_terms() {
    check(
        "
        program 1 eur
        event sale
        ad 1
        partner A
        contract A
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 partner=A
        ",
        expect![[r#"
            d0 click k1: ACTIONTERMS_NOT_FOUND
            d2 conversion 1001: ACTIONTERMS_NOT_FOUND
        "#]],
    );
}

/// The contract goes on, so it is not said to have ended: it is the terms it follows that pay nothing.
#[test]
fn a_contract_that_follows_a_template_that_ended_or_is_paused_has_no_terms() {
    check(
        "
        program 1 eur
        event sale
        template sale=8% to=d5
        ad 1
        partner A
        partner B
        contract A
        contract B sale=5%
        at d4      click k1 A visitor=v1
        at d4      click k2 B visitor=v2
        at d5-1ms  conversion 1001 sale 100.00 visitor=v1
        at d5      conversion 1002 sale 100.00 visitor=v1
        at d5      conversion 1003 sale 100.00 visitor=v2
        at d5      click k3 A visitor=v1
        at d6      template sale=9%
        at d6      conversion 1004 sale 100.00 visitor=v1
        at d7      template sale=9% paused
        at d7      conversion 1005 sale 100.00 visitor=v1
        at d7      conversion 1006 sale 100.00 partner=A
        # What was opened is still priced by what it was opened under.
        at d8      modify 1001 amount=50.00
        show decision 1005
        ",
        expect![[r#"
            d5 conversion 1002: ACTIONTERMS_NOT_FOUND
            d5 click k3: ACTIONTERMS_NOT_FOUND
            d7 conversion 1005: ACTIONTERMS_NOT_FOUND
            d7 conversion 1006: ACTIONTERMS_NOT_FOUND
            decision 1005 at d7: ACTIONTERMS_NOT_FOUND
              k3 A d5 ACTIONTERMS_NOT_FOUND: visitor:v1
              k1 A d4 ACTIONTERMS_NOT_FOUND: visitor:v1
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d34+23h59m59s999ms, by identifier k1, terms template/1
            action 1.1.2 B 1003 100.00 pays 5.00 pending until d35, by identifier k2, terms B/1
            action 1.1.3 A 1004 100.00 pays 9.00 pending until d36, by identifier k1, terms template/2
            balance A pending 13.00 locked 0.00 paid 0.00
            balance B pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_fixed_payout_is_the_same_for_every_amount() {
    check(
        "
        shop
        contract A sale=7.505 from=d1
        at d1  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 0 visitor=v1
        at d3  modify 1001 amount=1.00
        at d3  modify 1002 amount=500.00
        at d4  modify 1002 amount=0
        ",
        expect![[r#"
            action 1.1.1 A 1001 1.00 pays 7.51 pending until d32, by identifier k1, terms A/2
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms A/2
            balance A pending 7.51 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_short_link_that_is_paused_earns_nothing() {
    check(
        "
        shop
        link boots A
        at d0  click k1 A slug=boots visitor=v1
        at d1  link boots A paused
        at d1  click k2 A slug=boots visitor=v1
        at d1  click k3 A visitor=v2
        at d2  conversion 1001 sale 1.00 visitor=v1
        show decision 1001
        show clicks
        ",
        expect![[r#"
            d1 click k2: LINK_NOT_ACTIVE
            decision 1001 at d2: A by identifier
              k2 A d1 LINK_NOT_ACTIVE: visitor:v1
              k1 A d0 won: visitor:v1
            k1 A ad 1 d0 at visitor:v1 slug=boots
            k2 A ad 1 d1 at visitor:v1 slug=boots LINK_NOT_ACTIVE
            k3 A ad 1 d1 at visitor:v2
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_is_paused_takes_no_part() {
    check(
        "
        shop
        ad 2 paused
        partner C paused
        contract C sale=5%
        at d0  click k1 A visitor=v1 ad=2
        at d0  click k2 C visitor=v2
        at d1  conversion 1001 sale 1.00 visitor=v1
        at d1  conversion 1002 sale 1.00 visitor=v2
        at d2  click k3 A visitor=v3
        at d3  ad 1 paused
        at d3  conversion 1003 sale 1.00 visitor=v3     # the click was before
        at d4  partner A paused
        at d4  conversion 1004 sale 1.00 visitor=v3
        at d5  partner A
        at d5  event sale paused
        at d5  conversion 1005 sale 1.00 visitor=v3
        at d6  event sale
        at d6  program 1 eur paused
        at d6  conversion 1006 sale 1.00 visitor=v3
        at d6  click k4 B visitor=v4
        show reports 1006
        show config
        ",
        expect![[r#"
            d0 click k1: AD_NOT_ACTIVE
            d0 click k2: PARTNER_NOT_ACTIVE
            d1 conversion 1001: AD_NOT_ACTIVE
            d1 conversion 1002: PARTNER_NOT_ACTIVE
            d4 conversion 1004: PARTNER_NOT_ACTIVE
            d5 conversion 1005: ACTIONTRACKER_NOT_ACTIVE
            d6 conversion 1006: PROGRAM_NOT_ACTIVE
            d6 click k4: PROGRAM_NOT_ACTIVE
            conversion by server: PROGRAM_NOT_ACTIVE, no action
            event 1 sale of 1 Active
            ad 1 of 1 Paused
            ad 2 of 1 Paused
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            terms C/1 from d-365 Active, own rules
            action 1.1.1 A 1003 1.00 pays 0.08 pending until d33, by identifier k3, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}
