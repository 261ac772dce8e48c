//! Overlays on terms: what they pay, when, and that the past keeps its price.

use expect_test::expect;

use super::fixture::check;

#[test]
fn an_overlay_raises_what_terms_pay_inside_its_days() {
    check(
        "
        shop
        contract B sale=10%
        at d0  overlay new sale=+20% from=d2 to=d4
        at d2-1ms conversion 1001 sale 100.00 partner=A
        at d2     conversion 1002 sale 100.00 partner=A
        at d3     conversion 1003 sale 100.00 partner=B
        at d4-1ms conversion 1004 sale 100.00 partner=A
        at d4     conversion 1005 sale 100.00 partner=A
        # Reported late, of a time when it was on.
        at d5     conversion 1006 sale 100.00 partner=A occurred=d3
        show config
        ",
        expect![[r#"
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            terms B/2 from d0 Active, own rules
            overlay 1/1 from d2 to d4 Active all
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31+23h59m59s999ms, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 9.60 pending until d32, by forced partner, terms template/1
            action 1.1.3 B 1003 100.00 pays 12.00 pending until d33, by forced partner, terms B/2
            action 1.1.4 A 1004 100.00 pays 9.60 pending until d33+23h59m59s999ms, by forced partner, terms template/1
            action 1.1.5 A 1005 100.00 pays 8.00 pending until d34, by forced partner, terms template/1
            action 1.1.6 A 1006 100.00 pays 9.60 pending until d33, by forced partner, terms template/1
            balance A pending 44.80 locked 0.00 paid 0.00
            balance B pending 12.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_overlay_may_replace_the_default_payout_for_some_partners() {
    check(
        "
        shop
        event lead
        contract A sale=8% lead=2.00 group=sale:country/is/de:10% adjust=sale:total/500.00..:+10%
        contract B sale=8% lead=2.00
        at d0  overlay new sale=12% from=d1 to=d9 for=A
        at d0  overlay new lead=3.00 from=d1 to=d9
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A country=de
        at d2  conversion 1003 sale 500.00 partner=A
        at d2  conversion 1004 sale 100.00 partner=B
        at d2  conversion 1005 lead 0 partner=B
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 12.00 pending until d32, by forced partner, terms A/2
            action 1.1.2 A 1002 100.00 pays 10.00 pending until d32, by forced partner, terms A/2
            action 1.1.3 A 1003 500.00 pays 66.00 pending until d32, by forced partner, terms A/2
            action 1.1.4 B 1004 100.00 pays 8.00 pending until d32, by forced partner, terms B/2
            action 1.2.5 B 1005 0.00 pays 3.00 pending until d32, by forced partner, terms B/2
            balance A pending 88.00 locked 0.00 paid 0.00
            balance B pending 11.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// The heart of it: whatever is set later, a return is priced as the order was.
#[test]
fn what_was_opened_keeps_its_overlay() {
    check(
        "
        shop
        at d0  overlay new sale=+50% from=d1 to=d9
        at d2  conversion 1001 sale 100.00 partner=A
        at d2  conversion 1002 sale 100.00 partner=A
        at d3  overlay 1 sale=+100% from=d1 to=d9
        at d3  conversion 1003 sale 100.00 partner=A
        at d3  conversion 1004 sale 100.00 partner=A occurred=d2
        at d4  overlay 1 sale=+100% from=d1 to=d4
        at d4  conversion 1005 sale 100.00 partner=A
        at d5  modify 1001 amount=50.00
        at d5  modify 1003 amount=50.00
        at d5  modify 1004 amount=50.00
        at d5  modify 1005 amount=50.00
        at d6  reverse 1002
        at d6  restore 1002
        ",
        expect![[r#"
            action 1.1.1 A 1001 50.00 pays 6.00 pending until d32, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 12.00 pending until d32, by forced partner, terms template/1
            action 1.1.3 A 1003 50.00 pays 8.00 pending until d33, by forced partner, terms template/1
            action 1.1.4 A 1004 50.00 pays 6.00 pending until d32, by forced partner, terms template/1
            action 1.1.5 A 1005 50.00 pays 4.00 pending until d34, by forced partner, terms template/1
            balance A pending 36.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Its clock was ahead: by the event's time alone the overlay would seem to have been on.
#[test]
fn an_overlay_changes_nothing_that_was_on_record_before_it() {
    check(
        "
        shop
        at d1     conversion 1001 sale 100.00 partner=A occurred=d1+4m
        at d1+1m  overlay new sale=+50% from=d1+2m to=d9
        at d1+5m  modify 1001 amount=50.00
        at d1+5m  conversion 1002 sale 100.00 partner=A occurred=d1+4m
        ",
        expect![[r#"
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d31+4m, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 12.00 pending until d31+4m, by forced partner, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_that_is_decided_again_has_the_overlay_of_its_time() {
    check(
        "
        shop
        at d1     overlay new sale=+50% from=d1 to=d3
        at d2     conversion 1001 sale 100.00 customer=c1
        at d2+2h  overlay 1 sale=+75% from=d1 to=d3
        at d2+3h  visit visitor=v1 customer=c1 occurred=d2
        at d2+3h  click k1 A visitor=v1 occurred=d1
        ",
        expect![[r#"
            d2 conversion 1001: UNCLAIMED
            action 1.1.1 A 1001 100.00 pays 12.00 pending until d32, by identifier k1, terms template/1
            balance A pending 12.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn overlays_of_the_same_events_cant_overlap() {
    check(
        "
        shop
        event lead
        at d0  overlay new sale=+20% from=d10 to=d20 for=A
        at d0  overlay new sale=+20% from=d19 to=d21
        at d0  overlay new sale=+20% from=d9 to=d21 for=B,A
        at d0  overlay new lead=+20% sale=+20% from=d5 to=d10+1ms for=A
        at d0  overlay new sale=+20% from=d5 to=d10 for=A
        at d0  overlay new sale=+20% from=d10 to=d20 for=B
        at d0  overlay new lead=+20% from=d10 to=d20
        at d0  overlay new sale=+20% from=d20 to=d30
        # It gives way when it is paused, ended or over.
        at d1  overlay 1 sale=+20% from=d10 to=d20 for=A paused
        at d1  overlay new sale=+20% from=d10 to=d20 for=A
        at d2  overlay 1 sale=+20% from=d10 to=d20 for=A
        at d21 overlay 5 sale=+20% from=d20 to=d22
        at d22 overlay new sale=+20% from=d22 to=d23
        show config
        ",
        expect![[r#"
            d0 overlay new: OVERLAYS_OVERLAP
            d0 overlay new: OVERLAYS_OVERLAP
            d0 overlay new: OVERLAYS_OVERLAP
            d2 overlay 1: OVERLAYS_OVERLAP
            event 1 sale of 1 Active
            event 2 lead of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            overlay 1/1 from d10 to d20 Active A
            overlay 1/2 from d10 to d20 Paused A
            overlay 2/1 from d5 to d10 Active A
            overlay 3/1 from d10 to d20 Active B
            overlay 4/1 from d10 to d20 Active all
            overlay 5/1 from d20 to d30 Active all
            overlay 5/2 from d20 to d22 Active all
            overlay 6/1 from d10 to d20 Active A
            overlay 7/1 from d22 to d23 Active all
        "#]],
    );
}

#[test]
fn an_overlay_names_what_exists_and_changes_no_past() {
    check(
        "
        shop
        at d5  overlay new sale=+20% from=d4 to=d9
        at d5  overlay 3 sale=+20% from=d6 to=d9
        at d5  overlay new sale=+20% from=d9 to=d9
        at d5  overlay new from=d6 to=d9
        at d5  overlay new 99=+20% from=d6 to=d9
        at d5  overlay new sale=+0% from=d6 to=d9
        at d5  overlay new sale=101% from=d6 to=d9
        at d5  overlay new sale=-101% from=d6 to=d9
        at d5  overlay new sale=+20% from=d6 to=d9 for=Z
        at d5  overlay new 1=+20% from=d6 to=d9 program=2
        at d5  overlay new sale=+20% from=d6 to=d9
        # Before it begins, its days can move; once it has begun, its end can, to no earlier than now.
        at d5  overlay 1 sale=+20% from=d7 to=d9
        at d8  overlay 1 sale=+20% from=d6 to=d9
        at d8  overlay 1 sale=+20% from=d7 to=d8-1ms
        at d8  overlay 1 sale=+20% from=d7 to=d8
        show config
        ",
        expect![[r#"
            d5 overlay new: OVERLAY_IN_PAST
            d5 overlay 3: OVERLAY_NOT_FOUND
            d5 overlay new: OVERLAY_EMPTY
            d5 overlay new: OVERLAY_EMPTY
            d5 overlay new: ACTIONTRACKER_NOT_FOUND
            d5 overlay new: OVERLAY_EMPTY
            d5 overlay new: RATE_TOO_HIGH
            d5 overlay new: RATE_TOO_HIGH
            d5 overlay new: PARTNER_NOT_FOUND
            d5 overlay new: CAMPAIGN_NOT_FOUND
            d8 overlay 1: OVERLAY_IN_PAST
            d8 overlay 1: OVERLAY_IN_PAST
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            overlay 1/1 from d6 to d9 Active all
            overlay 1/2 from d7 to d9 Active all
            overlay 1/3 from d7 to d8 Active all
        "#]],
    );
}

/// What terms can't do without notice, an overlay can't either.
#[test]
fn an_overlay_that_may_pay_less_needs_the_notice_of_the_terms() {
    check(
        "
        shop
        at d0  contract A sale=9% notice=30d from=d0
        at d1  overlay new sale=5% from=d31-1ms to=d32 for=A
        at d1  overlay new sale=-10% from=d2 to=d3
        at d1  overlay new sale=5% from=d2 to=d3 for=B
        at d1  overlay new sale=+10% from=d2 to=d3 for=A
        # Nobody owes B any notice.
        at d2+1h  overlay 1 sale=4% from=d2 to=d3 for=B
        at d2+2h  conversion 1001 sale 100.00 partner=B
        at d1  overlay new sale=5% from=d31 to=d40 for=A
        at d32 overlay 3 sale=5% from=d31 to=d41 for=A
        at d32 overlay 3 sale=4% from=d31 to=d40 for=A
        at d32 overlay 3 sale=5% from=d31 to=d40 for=A,B
        at d32 overlay 3 sale=5% from=d31 to=d35 for=A
        ",
        expect![[r#"
            d1 overlay new: NOTICE_TOO_SHORT
            d1 overlay new: NOTICE_TOO_SHORT
            d32 overlay 3: NOTICE_TOO_SHORT
            d32 overlay 3: NOTICE_TOO_SHORT
            d32 overlay 3: NOTICE_TOO_SHORT
            action 1.1.1 B 1001 100.00 pays 4.00 pending until d32+2h, by forced partner, terms template/1
            balance B pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// d1 is a Friday, d2 a Saturday.
#[test]
fn an_overlay_may_be_on_some_weekdays_and_hours() {
    check(
        "
        shop
        program 1 eur zone=berlin
        at d0  overlay new sale=+50% from=d1 to=d9 on=saturday,friday hours=18:00-22:00
        at d1+16h59m  conversion 1001 sale 100.00 partner=A
        at d1+17h     conversion 1002 sale 100.00 partner=A
        at d1+21h     conversion 1003 sale 100.00 partner=A
        at d2+18h     conversion 1004 sale 100.00 partner=A
        at d3+18h     conversion 1005 sale 100.00 partner=A
        # The next week's Friday.
        at d8+18h     conversion 1006 sale 100.00 partner=A
        at d8+19h     modify 1004 amount=50.00
        at d8+19h     overlay 1 sale=+50% from=d1 to=d9 on=saturday
        at d8+20h     modify 1006 amount=50.00
        at d8+20h     conversion 1007 sale 100.00 partner=A
        show config
        ",
        expect![[r#"
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            overlay 1/1 from d1 to d9 Active all on friday,saturday 18:00-22:00
            overlay 1/2 from d1 to d9 Active all on saturday
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d31+16h59m, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 12.00 pending until d31+17h, by forced partner, terms template/1
            action 1.1.3 A 1003 100.00 pays 8.00 pending until d31+21h, by forced partner, terms template/1
            action 1.1.4 A 1004 50.00 pays 6.00 pending until d32+18h, by forced partner, terms template/1
            action 1.1.5 A 1005 100.00 pays 8.00 pending until d33+18h, by forced partner, terms template/1
            action 1.1.6 A 1006 50.00 pays 6.00 pending until d38+18h, by forced partner, terms template/1
            action 1.1.7 A 1007 100.00 pays 8.00 pending until d38+20h, by forced partner, terms template/1
            balance A pending 56.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// On d87 the clocks of Berlin skip from two to three in the morning, and on d297 they show the hour from two to three twice.
#[test]
fn hours_of_an_overlay_are_those_that_clocks_show() {
    check(
        "
        shop
        program 1 eur zone=berlin
        at d0  overlay new sale=+50% from=d80 to=d300 on=sunday hours=02:00-03:00
        at d80+1h       conversion 1000 sale 100.00 partner=A
        at d87+59m      conversion 1001 sale 100.00 partner=A
        at d87+1h       conversion 1002 sale 100.00 partner=A
        at d94+0h       conversion 1003 sale 100.00 partner=A
        at d94+1h       conversion 1004 sale 100.00 partner=A
        at d296+23h59m  conversion 1005 sale 100.00 partner=A
        at d297+0h      conversion 1006 sale 100.00 partner=A
        at d297+1h59m   conversion 1007 sale 100.00 partner=A
        at d297+2h      conversion 1008 sale 100.00 partner=A
        ",
        expect![[r#"
            action 1.1.1 A 1000 100.00 pays 12.00 pending until d110+1h, by forced partner, terms template/1
            action 1.1.2 A 1001 100.00 pays 8.00 pending until d117+59m, by forced partner, terms template/1
            action 1.1.3 A 1002 100.00 pays 8.00 pending until d117+1h, by forced partner, terms template/1
            action 1.1.4 A 1003 100.00 pays 12.00 pending until d124, by forced partner, terms template/1
            action 1.1.5 A 1004 100.00 pays 8.00 pending until d124+1h, by forced partner, terms template/1
            action 1.1.6 A 1005 100.00 pays 8.00 pending until d326+23h59m, by forced partner, terms template/1
            action 1.1.7 A 1006 100.00 pays 12.00 pending until d327, by forced partner, terms template/1
            action 1.1.8 A 1007 100.00 pays 12.00 pending until d327+1h59m, by forced partner, terms template/1
            action 1.1.9 A 1008 100.00 pays 8.00 pending until d327+2h, by forced partner, terms template/1
            balance A pending 88.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn overlays_of_other_weekdays_or_hours_do_not_overlap() {
    check(
        "
        shop
        at d0  overlay new sale=+10% from=d1 to=d30 on=saturday,sunday
        at d0  overlay new sale=+20% from=d1 to=d30 on=monday
        at d0  overlay new sale=+30% from=d1 to=d30 hours=18:00-24:00
        at d0  overlay new sale=+30% from=d1 to=d30 on=friday hours=18:00-24:00
        at d0  overlay new sale=+40% from=d1 to=d30 on=friday hours=00:00-18:00
        at d0  overlay new sale=+40% from=d1 to=d30 on=friday hours=17:59-18:00
        at d0  overlay new sale=+50% from=d1 to=d30 on=monday,tuesday
        # What may be on must be some time.
        at d0  overlay new sale=+50% from=d31 to=d37 on=friday hours=22:00-02:00
        at d0  overlay new sale=+50% from=d31 to=d37 on=friday hours=22:00-25:00
        at d0  overlay new sale=+50% from=d31 to=d36 on=friday,saturday hours=22:00-24:00
        at d0  overlay new sale=+50% from=d32 to=d35 on=friday
        show config
        ",
        expect![[r#"
            d0 overlay new: OVERLAYS_OVERLAP
            d0 overlay new: OVERLAYS_OVERLAP
            d0 overlay new: OVERLAYS_OVERLAP
            d0 overlay new: OVERLAY_HOURS
            d0 overlay new: OVERLAY_HOURS
            d0 overlay new: OVERLAY_NEVER_ON
            d0 overlay new: OVERLAY_NEVER_ON
            event 1 sale of 1 Active
            ad 1 of 1 Active
            terms template/1 from d-365 Active, own rules
            terms A/1 from d-365 Active, as the template
            terms B/1 from d-365 Active, as the template
            overlay 1/1 from d1 to d30 Active all on saturday,sunday
            overlay 2/1 from d1 to d30 Active all on monday
            overlay 3/1 from d1 to d30 Active all on friday 18:00-24:00
            overlay 4/1 from d1 to d30 Active all on friday 00:00-18:00
        "#]],
    );
}
