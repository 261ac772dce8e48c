//! Who is who, and how far that may go.

use expect_test::expect;

use super::fixture::{check, run};

#[test]
fn what_is_seen_together_is_one_person() {
    check(
        "
        shop
        visit visitor=v1 customer=c1
        visit visitor=v2 email=e2 phone=p2
        visit device=d3 anonymous=a3 journey=j3
        visit visitor=alone
        show profiles
        visit phone=p2 customer=c1
        visit visitor=v1 device=d3
        show profiles
        ",
        expect![[r#"
            profile customer:c1 visitor:v1
            profile email:e2 phone:p2 visitor:v2
            profile journey:j3 anonymous:a3 device:d3
            profile visitor:alone
            profile customer:c1 visitor:v1 email:e2 phone:p2 visitor:v2 journey:j3 anonymous:a3 device:d3
            profile visitor:alone
        "#]],
    );
}

#[test]
fn a_code_or_a_named_partner_joins_nobody() {
    check(
        "
        shop
        code TRAIL10 A
        at d2  conversion 1001 sale 1.00 customer=c1 code=TRAIL10
        at d2  conversion 1002 sale 1.00 customer=c2 code=TRAIL10
        at d2  conversion 1003 sale 1.00 customer=c3 partner=A
        show profiles
        ",
        expect![[r#"
            profile customer:c1
            profile customer:c2
            profile customer:c3
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d32, by promo code, terms template/1
            action 1.1.2 A 1002 1.00 pays 0.08 pending until d32, by promo code, terms template/1
            action 1.1.3 A 1003 1.00 pays 0.08 pending until d32, by forced partner, terms template/1
            balance A pending 0.24 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_joins_whoever_reports_it() {
    check(
        "
        shop
        at d2  conversion 1001 sale 1.00 customer=c1
        at d2  conversion 1001 sale 1.00 visitor=v1
        at d2  conversion 1002 sale 1.00
        at d2  conversion 1002 sale 1.00 visitor=v2
        at d2  conversion 1002 sale 1.00 visitor=v3
        show profiles
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 conversion 1001: UNCLAIMED
            d2 conversion 1002: UNCLAIMED
            d2 conversion 1002: UNCLAIMED
            d2 conversion 1002: UNCLAIMED
            profile customer:c1 visitor:v1
            profile visitor:v2 visitor:v3
        "#]],
    );
}

#[test]
fn a_click_that_is_repeated_or_has_no_cookie_is_one_node() {
    check(
        "
        shop
        at d0  click k1 A
        at d0  click k1 A visitor=v9
        at d0  click k2 A visitor=v1
        at d0  click k3 A visitor=v1
        at d1  visit click=k1
        show profiles
        show clicks
        show days
        ",
        expect![[r#"
            profile click:k1
            profile visitor:v1
            k1 A ad 1 d0 at click:k1 landed d1
            k2 A ad 1 d0 at visitor:v1
            k3 A ad 1 d0 at visitor:v1
            d0 A ad 1: 3 clicks
            d1 nobody no ad: 1 visits
        "#]],
    );
}

#[test]
fn the_order_of_sightings_does_not_matter() {
    let parts = [
        "visit visitor=v1 customer=c1",
        "visit visitor=v2 customer=c1",
        "visit visitor=v2 email=e1",
        "visit email=e2 email=e1",
    ];
    for turn in 0..parts.len() {
        let mut parts = parts;
        parts.rotate_left(turn);
        let shown = run(&format!("shop\n{}\nshow sizes", parts.join("\n"))).output;
        assert_eq!(shown, "profiles of 5 nodes\n");
    }
}

#[test]
fn a_profile_has_at_most_512_nodes() {
    check(
        "
        shop
        repeat 511 at d{n} visit customer=c1 visitor=v{n}
        show sizes
        at d1  visit customer=c1 visitor=one-more
        at d1  click k1 A visitor=one-more
        at d2  conversion 1001 sale 100.00 customer=c1
        at d2  conversion 1002 sale 100.00 visitor=one-more
        show sizes
        show refused
        show decision 1002
        ",
        expect![[r#"
            profiles of 512 nodes
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 1 nodes
            refused to join customer:c1 and visitor:one-more at d1: PROFILE_FULL
            decision 1002 at d2: A by identifier
              k1 A d1 won: visitor:one-more
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// However often two are seen together, it is said once that they could not be joined.
#[test]
fn a_refused_join_is_said_once_of_each_pair() {
    check(
        "
        shop
        repeat 511 at d{n} visit customer=c1 visitor=v{n}
        at d0  lost k1 A
        at d1  repeat 5 visit customer=c1 visitor=one-more
        at d2  visit visitor=v7 visitor=one-more
        at d2  visit visitor=one-more visitor=v8
        at d2  conversion 1001 sale 100.00 customer=c1 visitor=one-more
        at d2  visit visitor=one-more phone=p1
        at d3  repeat 2 visit visitor=v9 phone=p1
        at d4  repeat 2 visit click=k1 visitor=v1
        at d4  found k1 visitor=v2
        at d5  conversion 1002 sale 100.00 visitor=v3 click=k1
        show sizes
        show refused
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 2, 1 nodes
            refused to join customer:c1 and visitor:one-more at d1: PROFILE_FULL
            refused to join visitor:v7 and visitor:one-more at d2: PROFILE_FULL
            refused to join visitor:one-more and visitor:v8 at d2: PROFILE_FULL
            refused to join phone:p1 and visitor:v9 at d3: PROFILE_FULL
            refused to join visitor:v1 and click:k1 at d4: PROFILE_FULL
            refused to join click:k1 and visitor:v2 at d0: PROFILE_FULL
            refused to join visitor:v3 and click:k1 at d5: PROFILE_FULL
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d35, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn two_large_profiles_stay_apart() {
    check(
        "
        shop
        repeat 299 at d{n} visit customer=c1 visitor=v{n}
        repeat 299 at d{n} visit customer=c2 device=d{n}
        at d300  visit customer=c1 phone=p1
        at d301  visit visitor=v1 device=d1
        show sizes
        show refused
        ",
        expect![[r#"
            profiles of 301, 300 nodes
            refused to join visitor:v1 and device:d1 at d301: PROFILE_FULL
        "#]],
    );
}

/// The second report names the customer once, and the order knows them already: one refusal, not two.
#[test]
fn an_order_of_a_full_profile_can_be_reported_again() {
    check(
        "
        shop
        repeat 511 at d{n} visit customer=c1 visitor=v{n}
        at d0  click k1 A
        at d2  conversion 1001 sale 100.00 customer=c1
        at d3  conversion 1001 sale 100.00 customer=c1 click=k1
        show sizes
        show refused
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 1 nodes
            refused to join customer:c1 and click:k1 at d2: PROFILE_FULL
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_device_belongs_to_whoever_signed_in_last() {
    check(
        "
        shop
        at d0        visit customer=mum visitor=ipad
        at d1        click k1 A visitor=ipad
        at d2        visit customer=dad visitor=ipad
        at d3        click k2 B visitor=ipad
        at d4        visit customer=mum visitor=ipad
        at d5        click k3 A visitor=ipad
        at d6        conversion 1001 sale 10.00 customer=dad
        at d6        conversion 1002 sale 10.00 customer=mum
        show edges
        show profiles d3
        show profiles d6
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d0 customer:mum - visitor:ipad: joined
            d2 customer:dad - visitor:ipad: visitor:ipad moved from d1+23h30m
            d4 customer:mum - visitor:ipad: visitor:ipad moved from d3+23h30m
            profile customer:mum
            profile visitor:ipad customer:dad
            profile customer:mum visitor:ipad
            profile customer:dad
            decision 1001 at d6: B by identifier
              k3 A d5 OTHER_PERSON: customer:dad -(d2)- visitor:ipad
              k2 B d3 won: customer:dad -(d2)- visitor:ipad
              k1 A d1 OTHER_PERSON: customer:dad -(d2)- visitor:ipad
            decision 1002 at d6: A by identifier
              k3 A d5 won: customer:mum -(d4)- visitor:ipad
              k2 B d3 OTHER_PERSON: customer:mum -(d4)- visitor:ipad
              k1 A d1 OTHER_REF_PRIORITIZED: customer:mum -(d0)- visitor:ipad
            action 1.1.1 B 1001 10.00 pays 0.80 pending until d36, by identifier k2, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d36, by identifier k3, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
            balance B pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_clicked_just_before_signing_in_is_theirs() {
    check(
        "
        shop
        at d0           visit customer=mum visitor=ipad
        at d2-31m       click k1 A visitor=ipad
        at d2-29m       click k2 B visitor=ipad
        at d2           visit customer=dad visitor=ipad
        at d3           visit customer=mum visitor=ipad
        at d3+10m       click k3 B visitor=ipad
        at d3+20m       visit customer=dad visitor=ipad
        at d4           conversion 1001 sale 10.00 customer=dad
        at d4           conversion 1002 sale 10.00 customer=mum
        show edges
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            d0 customer:mum - visitor:ipad: joined
            d2 customer:dad - visitor:ipad: visitor:ipad moved from d1+23h30m
            d3 customer:mum - visitor:ipad: visitor:ipad moved from d2+23h30m
            d3+20m customer:dad - visitor:ipad: visitor:ipad moved from d3
            decision 1001 at d4: B by identifier
              k3 B d3+10m won: customer:dad -(d3+20m)- visitor:ipad
              k2 B d1+23h31m OTHER_REF_PRIORITIZED: customer:dad -(d2)- visitor:ipad
              k1 A d1+23h29m OTHER_PERSON: customer:dad -(d3+20m)- visitor:ipad
            decision 1002 at d4: A by identifier
              k3 B d3+10m OTHER_PERSON: customer:mum -(d3)- visitor:ipad
              k2 B d1+23h31m OTHER_PERSON: customer:mum -(d3)- visitor:ipad
              k1 A d1+23h29m won: customer:mum -(d0)- visitor:ipad
            action 1.1.1 B 1001 10.00 pays 0.80 pending until d34, by identifier k3, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d34, by identifier k1, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
            balance B pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_address_of_two_customers_stays_with_the_first() {
    check(
        "
        shop
        at d0  visit customer=c1 email=office
        at d1  visit customer=c2 email=office visitor=v2
        at d1  visit email=office visitor=v2
        show edges
        show profiles
        show refused
        ",
        expect![[r#"
            d0 customer:c1 - email:office: joined
            d1 customer:c2 - email:office: refused ANOTHER_CUSTOMER
            d1 customer:c2 - visitor:v2: joined
            d1 email:office - visitor:v2: visitor:v2 moved from d1
            profile customer:c1 email:office visitor:v2
            profile customer:c2
            refused to join customer:c2 and email:office at d1: ANOTHER_CUSTOMER
        "#]],
    );
}

#[test]
fn a_kiosk_bridges_nobody() {
    check(
        "
        shop
        repeat 5 at d{n} visit customer=c{n} visitor=kiosk
        at d5  click k1 A visitor=kiosk
        at d5  conversion 1001 sale 10.00 customer=c5
        at d6  visit customer=c6 visitor=kiosk
        at d7  visit customer=c7 visitor=kiosk
        at d8  conversion 1002 sale 10.00 customer=c5
        at d8  conversion 1003 sale 10.00 visitor=kiosk
        at d8  conversion 1004 sale 10.00 visitor=kiosk click=k1
        show edges
        show refused
        show decision 1002
        show decision 1003
        ",
        expect![[r#"
            d8 conversion 1002: UNCLAIMED
            d8 conversion 1003: UNCLAIMED
            d1 customer:c1 - visitor:kiosk: refused SHARED_BY_MANY
            d2 customer:c2 - visitor:kiosk: refused SHARED_BY_MANY
            d3 customer:c3 - visitor:kiosk: refused SHARED_BY_MANY
            d4 customer:c4 - visitor:kiosk: refused SHARED_BY_MANY
            d5 customer:c5 - visitor:kiosk: refused SHARED_BY_MANY
            d6 customer:c6 - visitor:kiosk: refused SHARED_BY_MANY
            d7 customer:c7 - visitor:kiosk: kept out SHARED_BY_MANY
            refused to join customer:c6 and visitor:kiosk at d6: SHARED_BY_MANY
            refused to join customer:c7 and visitor:kiosk at d7: SHARED_BY_MANY
            decision 1002 at d8: UNCLAIMED
            decision 1003 at d8: UNCLAIMED
              k1 A d5 SHARED_BY_MANY: visitor:kiosk
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d35, by identifier k1, terms template/1
            action 1.1.2 A 1004 10.00 pays 0.80 pending until d38, by click id k1, terms template/1
            balance A pending 1.60 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_person_can_separate_what_was_seen_together() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d0  visit visitor=v1 customer=c1
        at d1  separate 1:visitor 2:customer by=9
        at d2  visit visitor=v1 customer=c1
        at d2  conversion 1001 sale 10.00 customer=c1
        show profiles
        show edges
        at d3  rejoin 1:visitor 2:customer by=9
        at d4  conversion 1002 sale 10.00 customer=c1
        show profiles
        show audit
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            profile visitor:v1
            profile customer:c1
            d0 customer:c1 - visitor:v1: refused SEPARATED
            d1 visitor:v1 - customer:c1: separated
            d2 customer:c1 - visitor:v1: refused SEPARATED
            profile visitor:v1 customer:c1
            d1 join_separated "21-33" by 9 "because"
            d3 join_separated "21-33" by 9 "because"
            action 1.1.1 A 1002 10.00 pays 0.80 pending until d34, by identifier k1, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_page_that_says_thank_you_joins_the_buyer() {
    check(
        "
        shop
        at d0        click k1 A visitor=v1
        at d0        click k2 A visitor=v2
        at d2        conversion 1001 sale 10.00 customer=c7
        at d2        conversion 1002 sale 10.00 customer=c8
        show unsettled
        at d2+29m    visit customer=c7 visitor=v1
        at d2+31m    visit customer=c8 visitor=v2
        show unsettled
        show decisions 1001
        at d3        time
        drain
        show unsettled
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 conversion 1002: UNCLAIMED
            1001 open until d3
            1002 open until d3
            1002 open until d3
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by identifier
              k1 A d0 won: customer:c7 -(d2+29m)- visitor:v1
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d32, by identifier k1, terms template/1
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_happened_before_an_order_and_comes_late_decides_it_again() {
    check(
        "
        shop
        event lead settle=1h
        at d1     visit customer=c7 visitor=v1
        at d2     conversion 1001 sale 10.00 customer=c7
        at d2     conversion 2001 lead 10.00 customer=c7
        at d2+2h  lost k1 A
        at d2+2h  visit visitor=v1 occurred=d1
        at d0     lost k2 A
        at d2+3h  found k2 visitor=v1
        show decisions 1001
        show unsettled
        at d2+4h  conversion 1002 sale 10.00 customer=c7
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            d2 conversion 2001: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by identifier
              k2 A d0 won: customer:c7 -(d1)- visitor:v1
            2001 open until d2+1h
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d32, by identifier k2, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d32+4h, by identifier k2, terms template/1
            balance A pending 1.60 locked 0.00 paid 0.00
        "#]],
    );
}

/// What the order named besides, and could not be joined, is left aside when there is news of the buyer.
#[test]
fn news_of_a_buyer_is_not_asked_of_the_kiosk() {
    check(
        "
        shop
        repeat 6 at d0+{n}h visit customer=c{n} visitor=kiosk
        at d1     click k1 A visitor=kiosk
        at d2     conversion 1001 sale 10.00 customer=c9 visitor=kiosk
        show decision 1001
        at d0     lost k2 B
        at d2+1h  visit customer=c9 click=k2 occurred=d1
        show decision 1001
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
              k1 A d1 SHARED_BY_MANY: visitor:kiosk
            decision 1001 at d2: B by identifier
              k2 B d0 won: customer:c9 -(d1)- click:k2
            action 1.1.1 B 1001 10.00 pays 0.80 pending until d32, by identifier k2, terms template/1
            balance B pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

/// Also if all of it came in one batch.
#[test]
fn a_view_of_the_same_moment_decides_an_order_of_a_stranger() {
    check(
        "
        shop
        contract A sale=8% views=24h
        at d2  conversion 1001 sale 10.00 visitor=new
        at d2  view k1 A visitor=new
        show decisions 1001
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            decision 1001 at d2: UNCLAIMED
            decision 1001 at d2: A by view
              view k1 A d2 won: visitor:new
            action 1.1.1 A 1001 10.00 pays 0.80 pending until d32, by view k1, terms A/2
            balance A pending 0.80 locked 0.00 paid 0.00
        "#]],
    );
}

/// An issued id that a report names before its page load has come stands for whoever that names, all the same.
#[test]
fn an_issued_id_is_a_person_whichever_comes_first() {
    let parts = [
        "visit customer=c3 issued=j1 occurred=d0",
        "visit journey=j1 visitor=v1 occurred=d1",
        "visit customer=c1 visitor=v1 occurred=d2",
        "visit journey=j1 visitor=v1 occurred=d3",
    ];
    for turn in 0..parts.len() {
        let mut parts = parts;
        parts.rotate_left(turn);
        let shown = run(&format!("shop\nat d4\n{}\nshow profiles", parts.join("\n"))).output;
        assert!(shown.lines().any(|line| line.contains("c3") && line.contains("v1")), "{turn}: {shown}");
    }
}
