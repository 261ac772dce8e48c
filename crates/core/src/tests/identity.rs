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
        let books = run(&format!("shop\n{}", parts.join("\n"))).books;
        assert_eq!(books.roots.len(), 4, "five nodes in one profile");
    }
}

#[test]
fn a_profile_has_at_most_512_nodes() {
    check(
        "
        shop
        at d0  repeat 511 visit customer=kiosk visitor=v{n}
        show sizes
        at d1  visit customer=kiosk visitor=one-more
        at d1  click k1 A visitor=one-more
        at d2  conversion 1001 sale 100.00 customer=kiosk
        at d2  conversion 1002 sale 100.00 visitor=one-more
        show sizes
        show decision 1002
        ",
        expect![[r#"
            profiles of 512 nodes
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 1 nodes
            refused to join customer:kiosk and visitor:one-more at d1
            decision 1002 at d2: A by identifier
              k1 A d1 won: visitor:one-more
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// A kiosk is seen all day with the same phones at its side: each is told once that it is none of the kiosk's.
#[test]
fn a_refused_join_is_said_once_of_each_node_and_profile() {
    check(
        "
        shop
        at d0  repeat 511 visit customer=kiosk visitor=v{n}
        at d0  lost k1 A
        at d1  repeat 5 visit customer=kiosk visitor=one-more
        at d2  visit visitor=v7 visitor=one-more
        at d2  visit visitor=one-more visitor=v8
        at d2  conversion 1001 sale 100.00 customer=kiosk visitor=one-more
        at d2  visit visitor=one-more phone=p1
        # Another node of the same stranger is refused on its own account.
        at d3  repeat 2 visit visitor=v9 phone=p1
        at d4  repeat 2 visit click=k1 visitor=v1
        at d4  found k1 visitor=v2
        at d5  conversion 1002 sale 100.00 visitor=v3 click=k1
        show sizes
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 2, 1 nodes
            refused to join customer:kiosk and visitor:one-more at d1
            refused to join phone:p1 and visitor:v9 at d3
            refused to join click:k1 and visitor:v1 at d4
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
        at d0  repeat 299 visit customer=c1 visitor=v{n}
        at d0  repeat 299 visit customer=c2 device=d{n}
        at d0  repeat 10 visit customer=c3 phone=p{n}
        at d1  visit phone=p1 visitor=v1 device=d1
        show sizes
        ",
        expect![[r#"
            profiles of 311, 300 nodes
            refused to join phone:p1 and device:d1 at d1
        "#]],
    );
}

/// The second report names the customer once, and the order knows them already: one refusal, not two.
#[test]
fn an_order_of_a_full_profile_can_be_reported_again() {
    check(
        "
        shop
        at d0  repeat 511 visit customer=kiosk visitor=v{n}
        at d0  click k1 A
        at d2  conversion 1001 sale 100.00 customer=kiosk
        at d3  conversion 1001 sale 100.00 customer=kiosk click=k1
        show sizes
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            profiles of 512, 1 nodes
            refused to join click:k1 and customer:kiosk at d3
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}
