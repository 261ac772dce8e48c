//! When actions lock: by the terms, by approval, and not while they are held.

use expect_test::expect;

use super::fixture::check;
use super::words::zone;
use crate::locking::Locking;
use crate::time::{DAY_MS, Day, Zone};

/// With 2000, which has a leap day, and 2100, which has none.
const YEARS: std::ops::Range<i32> = 1960..2104;

#[test]
fn a_month_locks_as_one_day_begins() {
    check(
        "
        program 1 eur zone=berlin
        event sale
        template sale=8% lock=month+0m27d
        ad 1
        partner A
        contract A
        at d-2           click k1 A visitor=v1
        # Midnight in Berlin is an hour before that in UTC: the first order is still of December.
        at d-1+22h59m    conversion 1001 sale 1.00 visitor=v1
        at d-1+23h       conversion 1002 sale 1.00 visitor=v1
        at d30+22h59m    conversion 1003 sale 1.00 visitor=v1 partner=A
        at d30+23h       conversion 1004 sale 1.00 visitor=v1 partner=A
        # 28 February is d58.
        at d57+23h-1ms   time
        drain
        show actions
        at d57+23h       time
        drain
        ",
        expect![[r#"
            action 1.1.1 A 1001 1.00 pays 0.08 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 1.00 pays 0.08 pending until d57+23h, by identifier k1, terms template/1
            action 1.1.3 A 1003 1.00 pays 0.08 pending until d57+23h, by forced partner, terms template/1
            action 1.1.4 A 1004 1.00 pays 0.08 pending until d85+23h, by forced partner, terms template/1
            action 1.1.1 A 1001 1.00 pays 0.08 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 1.00 pays 0.08 locked, by identifier k1, terms template/1
            action 1.1.3 A 1003 1.00 pays 0.08 locked, by forced partner, terms template/1
            action 1.1.4 A 1004 1.00 pays 0.08 pending until d85+23h, by forced partner, terms template/1
            balance A pending 0.08 locked 0.24 paid 0.00
        "#]],
    );
}

#[test]
fn months_and_days_are_counted_by_the_programs_calendar() {
    check(
        "
        program 1 eur zone=berlin
        event sale
        template sale=8% lock=month+1m0d
        partner A
        contract A
        # Of February: 1 April, which is in summer time.
        at d40    conversion 1001 sale 1.00 partner=A
        at d40+1h template sale=8% lock=month+12m30d
        # Of February: 31 March a year later.
        at d41    conversion 1002 sale 1.00 partner=A
        at d42    template sale=8% lock=month+0m0d
        # Of October: the start of November, in winter time.
        at d280   conversion 1003 sale 1.00 partner=A
        ",
        expect![[r#"
            action 1.1.1 A 1001 1.00 pays 0.08 pending until d89+22h, by forced partner, terms template/1
            action 1.1.2 A 1002 1.00 pays 0.08 pending until d453+23h, by forced partner, terms template/2
            action 1.1.3 A 1003 1.00 pays 0.08 pending until d303+23h, by forced partner, terms template/3
            balance A pending 0.24 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn open_actions_never_lock_by_themselves() {
    check(
        "
        program 1 eur
        event sale
        template sale=8% lock=open
        partner A
        contract A
        at d0    conversion 1001 sale 100.00 partner=A
        at d0    conversion 1002 sale 100.00 partner=A
        at d4000 time
        drain
        show actions
        at d4001 approve 1001 source=person by=7 reason=VERIFIED
        pay A
        drain
        show history 1001
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 open, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 open, by forced partner, terms template/1
            1 d0 opened 100.00 pays 8.00 by server
            2 d4001 locked 0.00 pays 0.00 by person user 7 VERIFIED
            3 d4001 paid 0.00 pays 0.00 by machine
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 open, by forced partner, terms template/1
            balance A pending 8.00 locked 0.00 paid 8.00
        "#]],
    );
}

#[test]
fn a_held_action_locks_when_it_is_released() {
    check(
        "
        shop
        at d0    conversion 1001 sale 100.00 partner=A
        at d0    conversion 1002 sale 100.00 partner=A
        at d5    hold 1001 source=person by=7 reason=UNDER_REVIEW
        show actions
        at d40   time
        drain
        show actions
        # While it is held, it can be changed.
        at d41   modify 1001 amount=50.00
        at d42   release 1001 source=person by=7 reason=VERIFIED
        show actions
        drain
        show history 1001
        show reports 1001
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 held, pending until d30, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d30, by forced partner, terms template/1
            action 1.1.1 A 1001 100.00 pays 8.00 held, pending until d30, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by forced partner, terms template/1
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d30, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by forced partner, terms template/1
            1 d0 opened 100.00 pays 8.00 by server
            2 d5 held 0.00 pays 0.00 by person user 7 UNDER_REVIEW
            3 d41 modified -50.00 pays -4.00 by server ORDER_UPDATE
            4 d42 released 0.00 pays 0.00 by person user 7 VERIFIED
            5 d42 locked 0.00 pays 0.00 by machine
            conversion by server: taken, action 1.1.1
            hold by person: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            release by person: taken, action 1.1.1
            action 1.1.1 A 1001 50.00 pays 4.00 locked, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 locked, by forced partner, terms template/1
            balance A pending 0.00 locked 12.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_hold_that_ends_before_the_time_delays_nothing() {
    check(
        "
        shop
        at d0    conversion 1001 sale 100.00 partner=A
        at d5    hold 1001
        at d6    release 1001
        at d7    hold 1001
        at d8    release 1001
        at d30   time
        drain
        show history 1001
        ",
        expect![[r#"
            1 d0 opened 100.00 pays 8.00 by server
            2 d5 held 0.00 pays 0.00 by server ORDER_UPDATE
            3 d6 released 0.00 pays 0.00 by server ORDER_UPDATE
            4 d7 held 0.00 pays 0.00 by server ORDER_UPDATE
            5 d8 released 0.00 pays 0.00 by server ORDER_UPDATE
            6 d30 locked 0.00 pays 0.00 by machine
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by forced partner, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_approval_locks_at_once_and_a_payment_takes_it() {
    check(
        "
        shop
        at d0    conversion 1001 sale 100.00 partner=A
        at d5    approve 1.1.1 source=person by=7 reason=AGREED
        show balances
        at d6    reverse 1001
        at d6    pay A
        drain
        # Its former time is nothing any more.
        at d40   time
        drain
        show history 1001
        show reports 1001
        show effects
        ",
        expect![[r#"
            balance A pending 0.00 locked 8.00 paid 0.00
            d6 reverse 1001: ACTION_LOCKED
            1 d0 opened 100.00 pays 8.00 by server
            2 d5 locked 0.00 pays 0.00 by person user 7 AGREED
            3 d6 paid 0.00 pays 0.00 by machine
            conversion by server: taken, action 1.1.1
            approval by person: taken, action 1.1.1
            reversal by server: ACTION_LOCKED, action 1.1.1
            tell 9/0 1.1.1 1 Opened
            tell 10/0 1.1.1 2 Locked
            tell 13/0 1.1.1 3 Paid
            action 1.1.1 A 1001 100.00 pays 8.00 paid in 1, by forced partner, terms template/1
            balance A pending 0.00 locked 0.00 paid 8.00
        "#]],
    );
}

#[test]
fn what_is_not_pending_and_free_is_not_held_or_approved() {
    check(
        "
        shop
        at d0    conversion held sale 1.00 partner=A
        at d0    conversion free sale 1.00 partner=A
        at d0    conversion gone sale 1.00 partner=A
        at d0    conversion done sale 1.00 partner=A
        hold held
        reverse gone
        approve done
        at d1
        hold held
        approve held
        release free
        hold gone
        release gone
        approve gone
        hold done
        release done
        approve done
        hold nothing
        # What is reversed is not held.
        reverse held
        release held
        show reports held
        ",
        expect![[r#"
            d1 hold held: ACTION_HELD
            d1 approve held: ACTION_HELD
            d1 release free: ACTION_NOT_HELD
            d1 hold gone: ACTION_ALREADY_REVERSED
            d1 release gone: ACTION_ALREADY_REVERSED
            d1 approve gone: ACTION_ALREADY_REVERSED
            d1 hold done: ACTION_LOCKED
            d1 release done: ACTION_LOCKED
            d1 approve done: ACTION_LOCKED
            d1 hold nothing: ACTION_REF_NOT_FOUND
            d1 release held: ACTION_ALREADY_REVERSED
            conversion by server: taken, action 1.1.1
            hold by server: taken, action 1.1.1
            hold by server: ACTION_HELD, action 1.1.1
            approval by server: ACTION_HELD, action 1.1.1
            reversal by server: taken, action 1.1.1
            release by server: ACTION_ALREADY_REVERSED, action 1.1.1
            action 1.1.1 A held 0.00 pays 0.00 reversed ORDER_UPDATE, by forced partner, terms template/1
            action 1.1.2 A free 1.00 pays 0.08 pending until d30, by forced partner, terms template/1
            action 1.1.3 A gone 0.00 pays 0.00 reversed ORDER_UPDATE, by forced partner, terms template/1
            action 1.1.4 A done 1.00 pays 0.08 locked, by forced partner, terms template/1
            balance A pending 0.08 locked 0.08 paid 0.00
        "#]],
    );
}

/// Of an order that is shared, those that can be are.
#[test]
fn an_order_is_held_with_all_its_actions() {
    check(
        "
        shop
        event sale credit=linear
        at d0    click k1 A visitor=v1
        at d0+1h click k2 B visitor=v1
        at d1    conversion 1001 sale 100.00 visitor=v1
        at d2    hold 1.1.1
        at d3    approve 1001
        at d3    hold 1001
        at d4    release 1001
        at d5    approve 1001
        ",
        expect![[r#"
            d3 hold 1001: ACTION_HELD
            action 1.1.1 50% for A 1001 50.00 pays 4.00 locked, by identifier k1, terms template/1
            action 1.1.2 50% for B 1001 50.00 pays 4.00 locked, by identifier k2, terms template/1
            balance A pending 0.00 locked 4.00 paid 0.00
            balance B pending 0.00 locked 4.00 paid 0.00
        "#]],
    );
}

/// By walking through the calendar day by day.
#[test]
fn the_day_after_a_month_is_the_first_of_the_next() {
    let lengths = |year: i32| {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    };
    let years_before: i32 = (YEARS.start..1970).map(|year| lengths(year).iter().sum::<i32>()).sum();
    let mut first = -years_before;
    let mut firsts = Vec::new();
    for length in YEARS.flat_map(lengths) {
        firsts.push((Day(first), length));
        first += length;
    }
    for (i, (first, length)) in firsts.iter().enumerate() {
        for months in [0, 1, 11, 12, 25] {
            let Some((expected, _)) = firsts.get(i + 1 + months as usize) else { continue };
            for day in [first.0, first.0 + 14, first.0 + length - 1] {
                assert_eq!(Day(day).first_of_month_after(months), *expected, "{months} months after that of {day}");
            }
        }
    }
}

#[test]
fn a_month_ends_where_the_clock_jumps_over_midnight() {
    let santiago = zone("santiago");
    let event = santiago.start_of(Day(20_454));
    for days in 0..400 {
        let locks_at = Locking::MonthEnd { months: 0, days }.moment(event, &santiago).unwrap();
        let day = santiago.day(locks_at);
        assert_eq!(locks_at, santiago.start_of(day));
        assert_eq!(day, santiago.day(event).first_of_month_after(0).plus(days));
    }
    let utc = Locking::MonthEnd { months: 0, days: 27 }.moment(event, &Zone::utc()).unwrap();
    assert_eq!(utc.0 % DAY_MS, 0);
}
