//! Promo codes: when they count, which of several does, and what a restricted one does to everybody else.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_code_that_asks_for_a_touchpoint_counts_only_with_one() {
    check(
        "
        shop
        code MAYBE A policy=involved
        at d0  click k1 A visitor=v1 sub1=blog
        at d1  click k2 B visitor=v1
        at d1  click k3 B visitor=v2
        at d2  conversion 1001 sale 100.00 visitor=v1 code=MAYBE
        at d2  conversion 1002 sale 100.00 visitor=v2 code=MAYBE
        at d2  conversion 1003 sale 100.00 customer=c9 code=MAYBE
        at d40 conversion 1004 sale 100.00 visitor=v1 code=MAYBE
        show decision 1001
        show decision 1002
        show details 1001
        ",
        expect![[r#"
            d2 conversion 1003: UNCLAIMED
            d40 conversion 1004: OUTSIDE_ASSOCIATION_WINDOW
            decision 1001 at d2: A by promo code
              k2 B d1 BLOCKED_BY_PROMOCODE: visitor:v1
              k1 A d0 won: visitor:v1
            decision 1002 at d2: B by identifier
              k3 B d1 won: visitor:v2
            1.1.1: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 1, sub1 "blog" shared "" code "MAYBE" status ""
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code k1, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d32, by identifier k3, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_that_only_confirms_counts_where_its_partner_would_have_won() {
    check(
        "
        shop
        code SURE A policy=winner
        code SURE-B B policy=winner
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=SURE
        at d2  conversion 1002 sale 100.00 visitor=v1 code=SURE-B
        show decision 1001
        show decision 1002
        ",
        expect![[r#"
            decision 1001 at d2: B by identifier
              k2 B d1 won: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            decision 1002 at d2: B by promo code
              k2 B d1 won: visitor:v1
              k1 A d0 BLOCKED_BY_PROMOCODE: visitor:v1
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k2, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d32, by promo code k2, terms template/1
            balance B pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_restricted_code_that_gives_to_nobody_lets_nobody_else_earn() {
    check(
        "
        shop
        code ONLY A policy=involved restricted
        code FIRM A policy=winner restricted
        at d0  click k1 B visitor=v1
        at d1  click k2 B visitor=v1 bot
        at d2  conversion 1001 sale 100.00 visitor=v1 code=ONLY
        at d2  conversion 1002 sale 100.00 visitor=v1 code=FIRM
        at d2  conversion 1003 sale 100.00 customer=c9 code=ONLY
        at d3  click k3 A visitor=v1
        at d4  conversion 1004 sale 100.00 visitor=v1 code=ONLY
        show decision 1001
        show decision 1003
        show decision 1004
        ",
        expect![[r#"
            d1 click k2: DECLARED_BOT
            d2 conversion 1001: RESTRICTED_PROMOCODE
            d2 conversion 1002: RESTRICTED_PROMOCODE
            d2 conversion 1003: RESTRICTED_PROMOCODE
            decision 1001 at d2: RESTRICTED_PROMOCODE
              k2 B d1 DECLARED_BOT: visitor:v1
              k1 B d0 RESTRICTED_PROMOCODE: visitor:v1
            decision 1003 at d2: RESTRICTED_PROMOCODE
            decision 1004 at d4: A by promo code
              k3 A d3 won: visitor:v1
              k2 B d1 DECLARED_BOT: visitor:v1
              k1 B d0 BLOCKED_BY_PROMOCODE: visitor:v1
            action 1.1.1 A 1004 100.00 pays 8.00 pending until d34, by promo code k3, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_restricted_code_that_does_not_count_is_none() {
    check(
        "
        shop
        partner C
        code REST A policy=involved restricted paused
        code LATE A policy=involved restricted from=d9
        code UNPAID C policy=involved restricted
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=REST
        at d2  conversion 1002 sale 100.00 visitor=v1 code=LATE
        at d2  conversion 1003 sale 100.00 visitor=v1 code=UNPAID
        ",
        expect![[r#"
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.1.3 B 1003 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance B pending 24.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_counts_from_its_start_to_its_end() {
    check(
        "
        shop
        code MAY A from=d2 to=d4
        at d9  conversion 1001 sale 100.00 customer=c1 code=MAY occurred=d2-1ms
        at d9  conversion 1002 sale 100.00 customer=c2 code=MAY occurred=d2
        at d9  conversion 1003 sale 100.00 customer=c3 code=MAY occurred=d4-1ms
        at d9  conversion 1004 sale 100.00 customer=c4 code=MAY occurred=d4
        ",
        expect![[r#"
            d9 conversion 1001: UNCLAIMED
            d9 conversion 1004: UNCLAIMED
            action 1.1.1 A 1002 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.2 A 1003 100.00 pays 8.00 pending until d33+23h59m59s999ms, by promo code, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_exact_code_comes_before_a_pattern_and_a_longer_pattern_before_a_shorter() {
    check(
        "
        shop
        partner C
        partner D
        contract C
        contract D
        code TRAIL* A
        code TRAIL10* B
        code TRAIL10X C
        code T*10-B D
        code S*10-B C
        code *10-B A
        at d2  conversion 1001 sale 100.00 code=TRAIL
        at d2  conversion 1002 sale 100.00 code=TRAIL10Y
        at d2  conversion 1003 sale 100.00 code=TRAIL10X
        at d2  conversion 1004 sale 100.00 code=TEN10-B
        at d2  conversion 1005 sale 100.00 code=TRAI
        at d2  conversion 1006 sale 100.00
        ",
        expect![[r#"
            d2 conversion 1005: UNCLAIMED
            d2 conversion 1006: UNCLAIMED
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.2 B 1002 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.3 C 1003 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.4 D 1004 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
            balance C pending 8.00 locked 0.00 paid 0.00
            balance D pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn of_patterns_of_one_length_the_first_in_alphabetical_order_counts() {
    check(
        "
        shop
        code *SPRING B
        code SPRIN*G A
        at d2  conversion 1001 sale 100.00 code=SPRING
        code A*Z B
        code A*Y A
        code *AZ A
        at d2  conversion 1002 sale 100.00 code=AAZ
        ",
        expect![[r#"
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_code_that_does_not_count_stands_in_no_patterns_way() {
    check(
        "
        shop
        code TRAIL10 A paused
        code TRAIL1* A to=d1
        code TRAIL* B
        at d2  conversion 1001 sale 100.00 code=TRAIL10
        ",
        expect![[r#"
            action 1.1.1 B 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn whose_code_gave_the_order_blocks_the_others() {
    check(
        "
        shop
        code TRAIL10 A
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=TRAIL10
        show decision 1001
        ",
        expect![[r#"
            decision 1001 at d2: A by promo code
              k2 B d1 BLOCKED_BY_PROMOCODE: visitor:v1
              k1 A d0 OTHER_REF_PRIORITIZED: visitor:v1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Also by the number that was called: the code only must not have been needed.
#[test]
fn a_winners_code_counts_where_its_partner_would_have_won_by_an_assigned_value() {
    check(
        "
        shop
        code CALL A policy=winner restricted
        value phone 0800 A
        at d0  click k1 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1 code=CALL called=0800
        at d2  conversion 1002 sale 100.00 visitor=v1 code=CALL
        ",
        expect![[r#"
            d2 conversion 1002: RESTRICTED_PROMOCODE
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by promo code, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}
