//! Tiers that pay for all actions of a period, as a bonus when it is over.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_tier_that_is_not_reached_gives_nothing() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:actions/month/all:3/1.00
        at d0   click k1 A visitor=v1
        at d1   repeat 2 conversion a{n} sale 100.00 visitor=v1
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 2 actions worth 200.00
            year d0 A: 2 actions worth 200.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 locked, by identifier k1, terms A/2
            balance A pending 0.00 locked 16.00 paid 0.00
        "#]],
    );
}

#[test]
fn by_count_it_pays_for_every_action_and_locks_as_the_periods_last_day_does() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:actions/month/all:3/1.00
        at d0   click k1 A visitor=v1
        at d1   repeat 3 conversion a{n} sale 100.00 visitor=v1
        # The month is not over.
        at d30  time
        drain
        show actions
        at d31  time
        drain
        show history TIER-1-2026-01-1
        show decision TIER-1-2026-01-1
        show tallies
        at d60+23h time
        drain
        show actions
        at d61  time
        drain
        pay A
        drain
        show history TIER-1-2026-01-1
        show statements
        show days
        ",
        expect![[r#"
            action 1.1.1 A a1 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 pending until d31, by identifier k1, terms A/2
            1 d31 opened 3.00 pays 3.00 by machine
            decision TIER-1-2026-01-1 at d30+23h59m59s999ms: A by bonus
            month d0 A: 3 actions worth 300.00, bonus 1.0.4 of 3 actions worth 300.00 is 3.00
            year d0 A: 3 actions worth 300.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.0.4 A TIER-1-2026-01-1 3.00 pays 3.00 pending until d60+23h59m59s999ms, by bonus, terms A/2
            1 d31 opened 3.00 pays 3.00 by machine
            2 d61 locked 0.00 pays 0.00 by machine
            3 d61 paid 0.00 pays 0.00 by machine
            d0 A owed 0.00 + earned 24.00 - reversed 0.00 - paid 0.00 = 24.00 (pending 24.00 locked 0.00)
            d31 A owed 24.00 + earned 0.00 - reversed 0.00 + bonuses 3.00 - paid 0.00 = 27.00 (pending 3.00 locked 24.00)
            d59 A owed 27.00 + earned 0.00 - reversed 0.00 - paid 27.00 = 0.00 (pending 0.00 locked 0.00)
            d0 A ad 1: 1 clicks
            d1 A ad 1: 3 conversions 300.00 pays 24.00
            d30 A no ad: 0.00 pays 3.00
            action 1.1.1 A a1 100.00 pays 8.00 paid in 1, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 paid in 1, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 paid in 1, by identifier k1, terms A/2
            action 1.0.4 A TIER-1-2026-01-1 3.00 pays 3.00 paid in 1, by bonus, terms A/2
            balance A pending 0.00 locked 0.00 paid 27.00
        "#]],
    );
}

#[test]
fn by_amount_it_pays_a_rate_of_all_that_stands_and_is_rounded_once() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:amount/month/all:100.00/2.5%
        at d0   rates d0 usd=1.25
        at d0   click k1 A visitor=v1
        at d1   repeat 3 conversion a{n} sale 33.35 visitor=v1
        at d2   conversion a4 sale 0.11 visitor=v1 currency=usd
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 4 actions worth 100.14, bonus 1.0.5 of 4 actions worth 100.14 is 2.50
            year d0 A: 4 actions worth 100.14, to be reckoned
            action 1.1.1 A a1 33.35 pays 2.67 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 33.35 pays 2.67 locked, by identifier k1, terms A/2
            action 1.1.3 A a3 33.35 pays 2.67 locked, by identifier k1, terms A/2
            action 1.1.4 A a4 0.11 USD by d0 0.09 pays 0.01 pending until d32, by identifier k1, terms A/2
            action 1.0.5 A TIER-1-2026-01-1 2.50 pays 2.50 pending until d60+23h59m59s999ms, by bonus, terms A/2
            balance A pending 2.51 locked 8.01 paid 0.00
        "#]],
    );
}

#[test]
fn of_several_tiers_the_highest_that_is_reached_pays_for_all() {
    check(
        "
        shop
        template sale=8% window=30d lock=30d tiers=sale:actions/month/all:2/1.00:4/2%
        at d1   click k1 A visitor=v1
        at d1   click k2 B visitor=v2
        at d2   repeat 4 conversion a{n} sale 100.00 visitor=v1
        at d2   repeat 3 conversion b{n} sale 100.00 visitor=v2
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 4 actions worth 400.00, bonus 1.0.8 of 4 actions worth 400.00 is 8.00
            month d0 B: 3 actions worth 300.00, bonus 1.0.9 of 3 actions worth 300.00 is 3.00
            year d0 A: 4 actions worth 400.00, to be reckoned
            year d0 B: 3 actions worth 300.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 pending until d32, by identifier k1, terms template/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d32, by identifier k1, terms template/2
            action 1.1.3 A a3 100.00 pays 8.00 pending until d32, by identifier k1, terms template/2
            action 1.1.4 A a4 100.00 pays 8.00 pending until d32, by identifier k1, terms template/2
            action 1.1.5 B b1 100.00 pays 8.00 pending until d32, by identifier k2, terms template/2
            action 1.1.6 B b2 100.00 pays 8.00 pending until d32, by identifier k2, terms template/2
            action 1.1.7 B b3 100.00 pays 8.00 pending until d32, by identifier k2, terms template/2
            action 1.0.8 A TIER-1-2026-01-1 8.00 pays 8.00 pending until d60+23h59m59s999ms, by bonus, terms template/2
            action 1.0.9 B TIER-1-2026-01-2 3.00 pays 3.00 pending until d60+23h59m59s999ms, by bonus, terms template/2
            balance A pending 40.00 locked 0.00 paid 0.00
            balance B pending 27.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_taken_back_before_the_end_does_not_count() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:actions/month/all:3/1.00
        contract B sale=8% tiers=sale:amount/month/all:100.00/10%
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d1   repeat 3 conversion a{n} sale 100.00 visitor=v1
        at d1   repeat 2 conversion b{n} sale 100.00 visitor=v2
        at d3   reverse a2
        at d3   modify b1 amount=60.00
        at d3   reverse b2
        at d4   restore b2
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 2 actions worth 200.00
            month d0 B: 2 actions worth 160.00, bonus 1.0.6 of 2 actions worth 160.00 is 16.00
            year d0 A: 2 actions worth 200.00, to be reckoned
            year d0 B: 2 actions worth 160.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.4 B b1 60.00 pays 4.80 locked, by identifier k2, terms B/2
            action 1.1.5 B b2 100.00 pays 8.00 locked, by identifier k2, terms B/2
            action 1.0.6 B TIER-1-2026-01-2 16.00 pays 16.00 pending until d60+23h59m59s999ms, by bonus, terms B/2
            balance A pending 0.00 locked 16.00 paid 0.00
            balance B pending 16.00 locked 12.80 paid 0.00
        "#]],
    );
}

#[test]
fn while_it_is_pending_it_follows_its_actions() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:actions/month/all:2/1.00:3/2.00
        at d0   click k1 A visitor=v1
        at d20  repeat 3 conversion a{n} sale 100.00 visitor=v1
        at d31  time
        drain
        at d32  reverse a1
        drain
        at d33  reverse a2
        drain
        show actions
        at d34  restore a1
        at d34  restore a2
        drain
        # Late, and of the period.
        at d40  conversion a4 sale 100.00 visitor=v1 occurred=d25
        drain
        show history TIER-1-2026-01-1
        show tallies
        ",
        expect![[r#"
            action 1.1.1 A a1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms A/2
            action 1.1.2 A a2 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 pending until d50, by identifier k1, terms A/2
            action 1.0.4 A TIER-1-2026-01-1 0.00 pays 0.00 pending until d60+23h59m59s999ms, by bonus, terms A/2
            1 d31 opened 6.00 pays 6.00 by machine
            2 d32 modified -4.00 pays -4.00 by machine TIER_RECKONED
            3 d33 modified -2.00 pays -2.00 by machine TIER_RECKONED
            4 d34 modified 6.00 pays 6.00 by machine TIER_RECKONED
            5 d40 modified 2.00 pays 2.00 by machine TIER_RECKONED
            month d0 A: 4 actions worth 400.00, bonus 1.0.4 of 4 actions worth 400.00 is 8.00
            year d0 A: 4 actions worth 400.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 pending until d50, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d50, by identifier k1, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 pending until d50, by identifier k1, terms A/2
            action 1.0.4 A TIER-1-2026-01-1 8.00 pays 8.00 pending until d60+23h59m59s999ms, by bonus, terms A/2
            action 1.1.5 A a4 100.00 pays 8.00 pending until d55, by identifier k1, terms A/2
            balance A pending 40.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn once_it_has_locked_or_a_person_changed_it_it_is_left_as_it_is() {
    check(
        "
        shop
        template sale=8% window=30d lock=30d tiers=sale:actions/month/all:2/1.00
        partner C
        contract C
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d0   click k3 C visitor=v3
        at d20  repeat 2 conversion a{n} sale 100.00 visitor=v1
        at d20  repeat 2 conversion b{n} sale 100.00 visitor=v2
        at d20  repeat 2 conversion c{n} sale 100.00 visitor=v3
        at d31  time
        drain
        at d32  approve TIER-1-2026-01-1 event=0
        at d32  modify TIER-1-2026-01-2 event=0 amount=1.50
        at d32  reverse TIER-1-2026-01-3 event=0
        at d33  reverse a1
        at d33  reverse b1
        at d33  reverse c1
        drain
        show tallies
        # As it was reckoned: it is reckoned again.
        at d34  modify TIER-1-2026-01-2 event=0 amount=2.00
        at d34  reverse b2
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 1 actions worth 100.00, bonus 1.0.7 of 2 actions worth 200.00 is 2.00, left: Locked
            month d0 B: 1 actions worth 100.00, bonus 1.0.8 of 2 actions worth 200.00 is 2.00, left: SetByHand
            month d0 C: 1 actions worth 100.00, bonus 1.0.9 of 2 actions worth 200.00 is 2.00, left: Reversed
            year d0 A: 1 actions worth 100.00, to be reckoned
            year d0 B: 1 actions worth 100.00, to be reckoned
            year d0 C: 1 actions worth 100.00, to be reckoned
            month d0 A: 1 actions worth 100.00, bonus 1.0.7 of 2 actions worth 200.00 is 2.00, left: Locked
            month d0 B: 0 actions worth 0.00, bonus 1.0.8 of 0 actions worth 0.00 is 0.00
            month d0 C: 1 actions worth 100.00, bonus 1.0.9 of 2 actions worth 200.00 is 2.00, left: Reversed
            year d0 A: 1 actions worth 100.00, to be reckoned
            year d0 B: 0 actions worth 0.00, to be reckoned
            year d0 C: 1 actions worth 100.00, to be reckoned
            action 1.1.1 A a1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/2
            action 1.1.2 A a2 100.00 pays 8.00 pending until d50, by identifier k1, terms template/2
            action 1.1.3 B b1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k2, terms template/2
            action 1.1.4 B b2 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k2, terms template/2
            action 1.1.5 C c1 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k3, terms template/2
            action 1.1.6 C c2 100.00 pays 8.00 pending until d50, by identifier k3, terms template/2
            action 1.0.7 A TIER-1-2026-01-1 2.00 pays 2.00 locked, by bonus, terms template/2
            action 1.0.8 B TIER-1-2026-01-2 0.00 pays 0.00 pending until d60+23h59m59s999ms, by bonus, terms template/2
            action 1.0.9 C TIER-1-2026-01-3 0.00 pays 0.00 reversed ORDER_UPDATE, by bonus, terms template/2
            balance A pending 8.00 locked 2.00 paid 0.00
            balance B pending 0.00 locked 0.00 paid 0.00
            balance C pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_year_is_over_after_its_december() {
    check(
        "
        shop
        contract A sale=8% tiers=sale:actions/year/all:3/1.00
        at d0    click k1 A visitor=v1
        at d1    conversion a1 sale 100.00 visitor=v1
        at d200  click k2 A visitor=v1
        at d200  conversion a2 sale 100.00 visitor=v1
        at d364  click k3 A visitor=v1
        at d364+23h59m conversion a3 sale 100.00 visitor=v1
        at d365  conversion a4 sale 100.00 visitor=v1
        at d365  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 1 actions worth 100.00, to be reckoned
            month d181 A: 1 actions worth 100.00, to be reckoned
            month d334 A: 1 actions worth 100.00, to be reckoned
            month d365 A: 1 actions worth 100.00, to be reckoned
            year d0 A: 3 actions worth 300.00, bonus 1.0.5 of 3 actions worth 300.00 is 3.00
            year d365 A: 1 actions worth 100.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 100.00 pays 8.00 locked, by identifier k2, terms A/2
            action 1.1.3 A a3 100.00 pays 8.00 pending until d394+23h59m, by identifier k3, terms A/2
            action 1.1.4 A a4 100.00 pays 8.00 pending until d395, by identifier k3, terms A/2
            action 1.0.5 A TIER-1-2026-1 3.00 pays 3.00 pending until d394+23h59m59s999ms, by bonus, terms A/2
            balance A pending 19.00 locked 16.00 paid 0.00
        "#]],
    );
}

#[test]
fn periods_are_those_of_the_programs_zone() {
    check(
        "
        program 1 eur zone=berlin
        event sale
        template sale=8% window=30d lock=month+0m10d tiers=sale:actions/month/all:2/1.00
        ad 1
        partner A
        contract A
        at d80        click k1 A visitor=v1
        # In summer time, March ends at 22:00 UTC.
        at d89+21h58m conversion a1 sale 100.00 visitor=v1
        at d89+21h59m conversion a2 sale 100.00 visitor=v1
        at d89+22h    conversion a3 sale 100.00 visitor=v1
        at d89+22h    time
        drain
        show tallies
        ",
        expect![[r#"
            month d59 A: 2 actions worth 200.00, bonus 1.0.4 of 2 actions worth 200.00 is 2.00
            month d90 A: 1 actions worth 100.00, to be reckoned
            year d0 A: 3 actions worth 300.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 pending until d99+22h, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 pending until d99+22h, by identifier k1, terms template/1
            action 1.1.3 A a3 100.00 pays 8.00 pending until d129+22h, by identifier k1, terms template/1
            action 1.0.4 A TIER-1-2026-03-1 2.00 pays 2.00 pending until d99+22h, by bonus, terms template/1
            balance A pending 26.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_terms_of_the_periods_last_moment_give_it() {
    check(
        "
        shop
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d1   repeat 2 conversion a{n} sale 100.00 visitor=v1
        at d1   repeat 2 conversion b{n} sale 100.00 visitor=v2
        # Set when some of the month has passed: all of it counts.
        at d10  contract A sale=8% tiers=sale:actions/month/all:2/1.00
        at d10  contract B sale=8% tiers=sale:actions/month/all:2/1.00
        at d20  contract B sale=8% tiers=sale:actions/year/all:2/1.00
        at d31  contract A sale=8%
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 2 actions worth 200.00, bonus 1.0.5 of 2 actions worth 200.00 is 2.00
            month d0 B: 2 actions worth 200.00
            year d0 A: 2 actions worth 200.00, to be reckoned
            year d0 B: 2 actions worth 200.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.2 A a2 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.3 B b1 100.00 pays 8.00 locked, by identifier k2, terms template/1
            action 1.1.4 B b2 100.00 pays 8.00 locked, by identifier k2, terms template/1
            action 1.0.5 A TIER-1-2026-01-1 2.00 pays 2.00 pending until d60+23h59m59s999ms, by bonus, terms A/2
            balance A pending 2.00 locked 16.00 paid 0.00
            balance B pending 0.00 locked 16.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_the_terms_do_not_pay_for_does_not_count() {
    check(
        "
        shop
        contract A sale=8% restrict=sale:sku/is/x items=sale tiers=sale:actions/month/all:2/10%
        contract B sale=8% limit=sale:actions/2/month tiers=sale:actions/month/all:1/1.00
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d1   conversion a1 sale 100.00 visitor=v1 item=x:1:40 item=y:1:60
        at d1   conversion a2 sale 30.00 visitor=v1 item=x:1:30
        at d1   conversion a3 sale 20.00 visitor=v1 item=y:1:20
        at d1   conversion a4 sale 7.00 visitor=v1 item=y:1:7
        at d1   repeat 4 conversion b{n} sale 100.00 visitor=v2
        at d2   admit b3
        at d3   give a4 B
        at d31  time
        drain
        show tallies
        ",
        expect![[r#"
            month d0 A: 2 actions worth 80.00, bonus 1.0.10 of 2 actions worth 80.00 is 8.00
            month d0 B: 4 actions worth 307.00, bonus 1.0.11 of 4 actions worth 307.00 is 4.00
            year d0 A: 2 actions worth 80.00, to be reckoned
            year d0 B: 4 actions worth 307.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 4.80 locked, by identifier k1, terms A/2
            action 1.1.2 A a2 30.00 pays 0.00 locked, by identifier k1, terms A/2
            action 1.1.3 A a3 20.00 pays 1.60 locked, by identifier k1, terms A/2
            action 1.1.4 A a4 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by identifier k1, terms A/2, to 1.1.9
            action 1.1.5 B b1 100.00 pays 8.00 locked, by identifier k2, terms B/2
            action 1.1.6 B b2 100.00 pays 8.00 locked, by identifier k2, terms B/2
            action 1.1.7 B b3 100.00 pays 8.00 locked, by identifier k2, terms B/2
            action 1.1.8 B b4 100.00 pays 0.00 locked, by identifier k2, terms B/2
            action 1.1.9 B a4 7.00 pays 0.56 locked, by forced partner, terms B/2, from 1.1.4
            action 1.0.10 A TIER-1-2026-01-1 8.00 pays 8.00 pending until d60+23h59m59s999ms, by bonus, terms A/2
            action 1.0.11 B TIER-1-2026-01-2 4.00 pays 4.00 pending until d60+23h59m59s999ms, by bonus, terms B/2
            balance A pending 8.00 locked 6.40 paid 0.00
            balance B pending 4.00 locked 24.56 paid 0.00
        "#]],
    );
}

#[test]
fn work_in_small_pieces_gives_the_same_bonuses() {
    check(
        "
        shop
        template sale=8% window=30d lock=0d tiers=sale:actions/month/all:1/1.00
        partner C
        contract C
        at d0   click k1 A visitor=v1
        at d0   click k2 B visitor=v2
        at d0   click k3 C visitor=v3
        at d1   conversion a1 sale 100.00 visitor=v1
        at d1   conversion b1 sale 100.00 visitor=v2
        at d1   conversion c1 sale 100.00 visitor=v3
        at d31  time
        drain 1
        show tallies
        # Nothing is due again.
        at d32  time
        drain 1
        ",
        expect![[r#"
            month d0 A: 1 actions worth 100.00, bonus 1.0.4 of 1 actions worth 100.00 is 1.00, left: Locked
            month d0 B: 1 actions worth 100.00, bonus 1.0.5 of 1 actions worth 100.00 is 1.00, left: Locked
            month d0 C: 1 actions worth 100.00, bonus 1.0.6 of 1 actions worth 100.00 is 1.00, left: Locked
            year d0 A: 1 actions worth 100.00, to be reckoned
            year d0 B: 1 actions worth 100.00, to be reckoned
            year d0 C: 1 actions worth 100.00, to be reckoned
            action 1.1.1 A a1 100.00 pays 8.00 locked, by identifier k1, terms template/2
            action 1.1.2 B b1 100.00 pays 8.00 locked, by identifier k2, terms template/2
            action 1.1.3 C c1 100.00 pays 8.00 locked, by identifier k3, terms template/2
            action 1.0.4 A TIER-1-2026-01-1 1.00 pays 1.00 locked, by bonus, terms template/2
            action 1.0.5 B TIER-1-2026-01-2 1.00 pays 1.00 locked, by bonus, terms template/2
            action 1.0.6 C TIER-1-2026-01-3 1.00 pays 1.00 locked, by bonus, terms template/2
            balance A pending 0.00 locked 9.00 paid 0.00
            balance B pending 0.00 locked 9.00 paid 0.00
            balance C pending 0.00 locked 9.00 paid 0.00
        "#]],
    );
}
