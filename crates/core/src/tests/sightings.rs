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
            profile visitor:v1 email:ann email:ann-sha1 email:ann-folded email:other
            decision 1001 at d2: A by identifier
              k1 A d0 won: email:ann-sha1 -(d0)- email:ann -(d0)- visitor:v1
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
            profile visitor:v1 journey:j1
            decision 1001 at d2: A by identifier
              k1 A d0 won: journey:j1 -(d1)- visitor:v1
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d32, by identifier k1, terms template/1
            balance A pending 0.08 locked 0.00 paid 0.00
        "#]],
    );
}
