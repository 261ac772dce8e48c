//! Bonuses and flat fees.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_bonus_locks_and_is_paid_like_what_was_earned() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  award bonus A 50.00 spring by=7
        at d3  award fee B 20.00 placement by=7
        show actions
        show decision spring
        show days
        at d40 time
        drain
        at d41 pay A
        at d41 pay B
        drain
        show history spring
        show payments
        show statements
        show audit
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            action 1.0.2 A spring 50.00 pays 50.00 pending until d33, by bonus, terms template/1
            action 1.0.3 B placement 20.00 pays 20.00 pending until d33, by fee, terms template/1
            decision spring at d3: A by bonus
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            d3 A no ad: 0.00 pays 50.00
            d3 B no ad: 0.00 pays 20.00
            1 d3 opened 50.00 pays 50.00 by person user 7
            2 d40 locked 0.00 pays 0.00 by machine
            3 d41 paid 0.00 pays 0.00 by machine
            payment 1 d41 to A: 2 actions, 58.00 EUR, settled
            payment 2 d41 to B: 1 actions, 20.00 EUR, settled
            d0 A owed 0.00 + earned 8.00 - reversed 0.00 + bonuses 50.00 - paid 0.00 = 58.00 (pending 58.00 locked 0.00)
            d0 B owed 0.00 + earned 0.00 - reversed 0.00 + fees 20.00 - paid 0.00 = 20.00 (pending 20.00 locked 0.00)
            d31 A owed 58.00 + earned 0.00 - reversed 0.00 - paid 58.00 = 0.00 (pending 0.00 locked 0.00)
            d31 B owed 20.00 + earned 0.00 - reversed 0.00 - paid 20.00 = 0.00 (pending 0.00 locked 0.00)
            d3 award_given "1.0.2" by 7 "because"
            d3 award_given "1.0.3" by 7 "because"
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by identifier k1, terms template/1
            action 1.0.2 A spring 50.00 pays 50.00 paid in 1, by bonus, terms template/1
            action 1.0.3 B placement 20.00 pays 20.00 paid in 2, by fee, terms template/1
            balance A pending 0.00 locked 0.00 paid 58.00
            balance B pending 0.00 locked 0.00 paid 20.00
        "#]],
    );
}

#[test]
fn it_is_changed_before_it_locks_and_corrected_after() {
    check(
        "
        shop
        at d3  award bonus A 50.00 spring
        at d4  modify spring event=0 amount=40.00
        at d5  reverse spring event=0 reason=ORDER_ERROR
        at d6  restore spring event=0
        at d7  correct spring event=0 amount=10.00
        at d8  approve spring event=0
        at d9  correct spring event=0 amount=45.00
        at d9  reverse spring event=0
        show history spring
        show statements
        ",
        expect![[r#"
            d7 correct spring: ACTION_NOT_LOCKED
            d9 reverse spring: ACTION_LOCKED
            1 d3 opened 50.00 pays 50.00 by person
            2 d4 modified -10.00 pays -10.00 by server ORDER_UPDATE
            3 d5 reversed -40.00 pays -40.00 by server ORDER_ERROR
            4 d6 restored 40.00 pays 40.00 by server ORDER_UPDATE
            5 d8 locked 0.00 pays 0.00 by server ORDER_UPDATE
            6 d9 corrected 5.00 pays 5.00 by server ORDER_UPDATE
            d0 A owed 0.00 + earned 0.00 - reversed 0.00 + bonuses 40.00 - paid 0.00 = 45.00 (pending 0.00 locked 45.00)
            action 1.0.1 A spring 45.00 pays 45.00 locked, by bonus, terms template/1
            balance A pending 0.00 locked 45.00 paid 0.00
        "#]],
    );
}

#[test]
fn it_is_refused_by_name() {
    check(
        "
        shop
        partner C
        partner N channel
        partner P paused
        contract P
        at d3  award bonus A 0 nothing
        at d3  award bonus A -1.00 less
        at d3  award bonus A 1000000000.01 much
        at d3  award bonus C 1.00 stranger
        at d3  award bonus Z 1.00 nobody
        at d3  award bonus N 1.00 channel
        at d3  award bonus P 1.00 paused
        at d3  award bonus A 1.00 elsewhere program=9
        at d3  award bonus A 1.00 spring
        at d4  award bonus A 1.00 spring
        at d4  award fee B 7.00 spring
        # It is no event that another partner could have earned.
        at d4  give spring event=0 B
        ",
        expect![[r#"
            d3 award bonus: AWARD_EMPTY
            d3 award bonus: AMOUNT_NEGATIVE
            d3 award bonus: AMOUNT_TOO_LARGE
            d3 award bonus: CONTRACT_NOT_FOUND
            d3 award bonus: PARTNER_NOT_FOUND
            d3 award bonus: CREDITED_TO_CHANNEL
            d3 award bonus: PARTNER_NOT_ACTIVE
            d3 award bonus: CAMPAIGN_NOT_FOUND
            d4 award bonus: AWARD_EXISTS
            d4 award fee: AWARD_EXISTS
            d4 give spring: ACTIONTERMS_NOT_FOUND
            action 1.0.1 A spring 1.00 pays 1.00 pending until d33, by bonus, terms template/1
            balance A pending 1.00 locked 0.00 paid 0.00
        "#]],
    );
}
