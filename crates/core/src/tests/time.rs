//! Days of a program, where its zone says they begin.

use expect_test::expect;

use super::fixture::check;
use super::picture;
use super::words::{D0, zone};
use crate::time::{DAY_MS, Day, MINUTE_MS};

#[test]
fn a_day_is_the_programs_day() {
    check(
        "
        shop
        program 1 eur zone=kathmandu
        at d5+18h14m  click k1 A visitor=v1
        at d5+18h15m  click k2 A visitor=v1
        at d5+18h14m  visit visitor=v1
        at d6+18h14m  conversion 1001 sale 100.00 visitor=v1
        at d6+18h15m  conversion 1002 sale 100.00 visitor=v1
        at d6+18h15m  conversion 1003 sale 100.00 customer=nobody
        show days
        ",
        expect![[r#"
            d6+18h15m conversion 1003: UNCLAIMED
            d5 nobody no ad: 1 visits
            d5 A ad 1: 1 clicks
            d6 A ad 1: 1 clicks 1 conversions 100.00 pays 8.00
            d7 nobody no ad: 1 unclaimed
            d7 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d36+18h14m, by identifier k2, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d36+18h15m, by identifier k2, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_day_with_summer_time_is_shorter_or_longer() {
    check(
        "
        shop
        program 1 eur zone=berlin
        # The last Sunday of March has 23 hours, the last of October 25.
        at d86+22h59m     visit visitor=v1
        at d86+23h        visit visitor=v1
        at d87+21h59m     visit visitor=v1
        at d87+22h        visit visitor=v1
        at d296+21h59m    visit visitor=v1
        at d296+22h       visit visitor=v1
        at d297+22h59m    visit visitor=v1
        at d297+23h       visit visitor=v1
        show days
        ",
        expect![[r#"
            d86 nobody no ad: 1 visits
            d87 nobody no ad: 2 visits
            d88 nobody no ad: 1 visits
            d296 nobody no ad: 1 visits
            d297 nobody no ad: 2 visits
            d298 nobody no ad: 1 visits
        "#]],
    );
}

#[test]
fn a_change_counts_on_the_day_of_the_event() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d5  modify 1001 amount=40.00
        at d9  conversion 1002 sale 10.00 visitor=v1 occurred=d2
        show days
        ",
        expect![[r#"
            d0 A ad 1: 1 clicks
            d2 A ad 1: 2 conversions 50.00 pays 4.00
            action 1.1.1 A 1001 40.00 pays 3.20 pending until d32, by identifier k1, terms template/1
            action 1.1.2 A 1002 10.00 pays 0.80 pending until d32, by identifier k1, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn days_begin_where_the_day_before_ends_in_every_zone() {
    for name in ["utc", "berlin", "kathmandu", "santiago"] {
        let zone = zone(name);
        let first = i32::try_from(D0.0 / DAY_MS).unwrap();
        for day in (first..first + 400).map(Day) {
            let start = zone.start_of(day);
            assert_eq!(zone.day(start), day, "{name}: {} is not in the day it begins", picture::time(start));
            let before = zone.day(start.plus_ms(-1));
            assert_eq!(before, Day(day.0 - 1), "{name}: {} is not the day's first moment", picture::time(start));
        }
    }
}

#[test]
fn a_skipped_midnight_begins_the_day_when_the_clock_jumps() {
    let zone = zone("santiago");
    // The clock jumps on d248 at four in UTC, from midnight to one.
    let day = zone.day(D0.plus_days(248).plus_ms(4 * 60 * MINUTE_MS));
    assert_eq!(picture::time(zone.start_of(day)), "d248+4h");
    assert_eq!(picture::time(zone.start_of(Day(day.0 + 1))), "d249+3h");
    // It goes back at midnight on d94: the hour before is had twice, and the day begins after the second.
    let day = zone.day(D0.plus_days(94).plus_ms(12 * 60 * MINUTE_MS));
    assert_eq!(picture::time(zone.start_of(day)), "d94+4h");
}
