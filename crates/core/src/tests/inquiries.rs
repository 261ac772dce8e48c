//! A partner asks about an action that is missing, wrong or declined.

use expect_test::expect;

use super::fixture::check;

#[test]
fn an_order_that_was_never_reported_becomes_an_action() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1 sub1=blog
        at d5  inquire A untracked 1001 50.00 ordered=d1 click=k1 note by=9
        at d6  answer 1 valid note by=7
        show inquiries
        show decisions 1001
        show details 1001
        show history 1001
        show reports 1001
        # The shop reports it after all: nothing is paid twice.
        at d7  conversion 1001 sale 50.00 visitor=v1
        at d7  conversion 1001 sale 60.00 visitor=v1
        show days
        ",
        expect![[r#"
            inquiry 1 A UNTRACKED 1001 50.00 of d1 click k1, opened d5 due d35: VALID, answered d6 by user 7, action 1.1.1, 2 notes
            decision 1001 at d1: A by inquiry
            1.1.1: occurred d1 opened d6 changed d6, intended 50.00 pays 4.00, ad 1, sub1 "blog" shared "" code "" status ""
            1 d6 opened 50.00 pays 4.00 by person user 7
            conversion by person: taken, action 1.1.1
            d7 conversion 1001: nothing new
            d7 conversion 1001: CONV_DUPLICATE
            d0 A ad 1: 1 clicks
            d1 A ad 1: 1 conversions 50.00 pays 4.00
            action 1.1.1 A 1001 50.00 pays 4.00 pending until d31, by inquiry k1, terms template/1
            balance A pending 4.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_an_inquiry_brings_counts_against_the_limits_of_its_day() {
    check(
        "
        shop
        contract A sale=8% limit=sale:actions/1/day limit=sale:customer/1/day
        at d1  conversion 1000 sale 10.00 partner=A
        at d5  inquire A untracked 1001 50.00 ordered=d1
        at d5  inquire A untracked 1002 50.00 ordered=d2
        at d6  answer 1 valid
        at d6  answer 2 valid
        ",
        expect![[r#"
            action 1.1.1 A 1000 10.00 pays 0.80 pending until d31, by forced partner, terms A/2
            action 1.1.2 A 1001 50.00 pays 0.00 outside, pending until d31, by inquiry, terms A/2
            action 1.1.3 A 1002 50.00 pays 4.00 pending until d32, by inquiry, terms A/2
            balance A pending 4.80 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn an_order_that_nobody_earned_is_decided_for_the_partner() {
    check(
        "
        shop
        template sale=10% lock=30d
        at d1  conversion 1001 sale 80.00 customer=c7
        at d1  conversion 1002 sale 80.00 customer=c7
        at d1  conversion 1003 sale 80.00 customer=c7
        at d2  inquire B untracked 1001 50.00 ordered=d0
        at d2  inquire B untracked 1002 ordered=d0
        at d3  answer 1 valid amount=70.00
        at d3  answer 2 valid
        # What was waited for does not open it again.
        at d4  click k1 A visitor=v1
        at d4  visit visitor=v1 customer=c7
        show inquiries
        show decisions 1001
        show unsettled
        show days
        ",
        expect![[r#"
            d1 conversion 1001: UNCLAIMED
            d1 conversion 1002: UNCLAIMED
            d1 conversion 1003: UNCLAIMED
            inquiry 1 B UNTRACKED 1001 50.00 of d0, opened d2 due d32: VALID, answered d3, action 1.1.1
            inquiry 2 B UNTRACKED 1002 no amount of d0, opened d2 due d32: VALID, answered d3, action 1.1.2
            decision 1001 at d1: UNCLAIMED
            decision 1001 at d1: B by inquiry
            1003 open until d2
            d1 nobody no ad: 1 unclaimed
            d1 B no ad: 2 conversions 150.00 pays 15.00
            d4 nobody no ad: 1 visits
            d4 A ad 1: 1 clicks
            action 1.1.1 B 1001 70.00 pays 7.00 pending until d31, by inquiry, terms template/2
            action 1.1.2 B 1002 80.00 pays 8.00 pending until d31, by inquiry, terms template/2
            balance B pending 15.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_credited_to_somebody_else_is_not_credited_twice() {
    check(
        "
        shop
        at d1  conversion 1001 sale 80.00 partner=A
        at d2  inquire B untracked 1001 80.00 ordered=d1
        at d2  inquire A untracked 1001 80.00 ordered=d1
        at d3  answer 1 valid
        at d4  answer 1 declined CREDITED_OTHERWISE by=7
        show inquiries
        show history 1001
        ",
        expect![[r#"
            d2 inquire A: INQUIRY_ACTION_KNOWN
            d3 answer 1: INQUIRY_ORDER_CREDITED
            inquiry 1 B UNTRACKED 1001 80.00 of d1, opened d2 due d32: DECLINED CREDITED_OTHERWISE, answered d4 by user 7
            1 d1 opened 80.00 pays 6.40 by server
            action 1.1.1 A 1001 80.00 pays 6.40 pending until d31, by forced partner, terms template/1
            balance A pending 6.40 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_price_is_that_of_the_order_s_time() {
    check(
        "
        shop
        at d10 template sale=20% lock=30d
        at d20 inquire A untracked 1001 100.00 ordered=d9
        at d20 inquire A untracked 1002 100.00 ordered=d11
        at d50 time
        at d50 answer 1 valid
        at d50 answer 2 valid
        # What would be locked by now locks at once.
        drain
        ",
        expect![[r#"
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by inquiry, terms template/1
            action 1.1.2 A 1002 100.00 pays 20.00 locked, by inquiry, terms template/2
            balance A pending 0.00 locked 28.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_wrong_amount_is_put_right_before_locking_and_after() {
    check(
        "
        shop
        at d0  conversion 1001 sale 100.00 partner=A
        at d1  conversion 1002 sale 100.00 partner=A
        at d2  inquire A incorrect 1001 120.00
        at d3  answer 1 valid
        at d3  inquire A incorrect 1001 150.00
        at d3  inquire A incorrect 1002 100.00 action=1.1.2
        at d30 time
        drain
        at d31 answer 2 valid amount=140.00
        at d31 answer 3 declined FIGURES_RIGHT
        show inquiries
        show history 1001
        ",
        expect![[r#"
            inquiry 1 A INCORRECT 1001 120.00 of d0, opened d2 due d32: VALID, answered d3, action 1.1.1
            inquiry 2 A INCORRECT 1001 150.00 of d0, opened d3 due d33: VALID, answered d31, action 1.1.1
            inquiry 3 A INCORRECT 1002 100.00 of d1, opened d3 due d33: DECLINED FIGURES_RIGHT, answered d31, action 1.1.2
            1 d0 opened 100.00 pays 8.00 by server
            2 d3 modified 20.00 pays 1.60 by person PUB_ACT_DISPUTE
            3 d30 locked 0.00 pays 0.00 by machine
            4 d31 corrected 20.00 pays 1.60 by person PUB_ACT_DISPUTE
            action 1.1.1 A 1001 140.00 pays 11.20 locked, by forced partner, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d31, by forced partner, terms template/1
            balance A pending 8.00 locked 11.20 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_declined_comes_back_as_long_as_it_can_change() {
    check(
        "
        shop
        at d0  conversion 1001 sale 100.00 partner=A
        at d0  conversion 1002 sale 100.00 partner=A
        at d1  inquire A declined 1001
        at d2  reverse 1001 reason=ORDER_ERROR
        at d2  reverse 1002 reason=ORDER_ERROR
        at d3  inquire A incorrect 1001 100.00
        at d3  inquire A declined 1001
        at d3  inquire A declined 1002
        at d4  answer 1 valid
        at d30 time
        drain
        at d31 answer 2 valid
        at d31 answer 2 declined ORDER_CANCELLED
        show inquiries
        show history 1001
        ",
        expect![[r#"
            d1 inquire A: ACTION_NOT_REVERSED
            d3 inquire A: ACTION_ALREADY_REVERSED
            d31 answer 2: INQUIRY_PAST_LOCK
            inquiry 1 A DECLINED 1001 no amount of d0, opened d3 due d33: VALID, answered d4, action 1.1.1
            inquiry 2 A DECLINED 1002 no amount of d0, opened d3 due d33: DECLINED ORDER_CANCELLED, answered d31, action 1.1.2
            1 d0 opened 100.00 pays 8.00 by server
            2 d2 reversed -100.00 pays -8.00 by server ORDER_ERROR
            3 d4 restored 100.00 pays 8.00 by person PUB_ACT_DISPUTE
            4 d30 locked 0.00 pays 0.00 by machine
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by forced partner, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ORDER_ERROR, by forced partner, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

#[test]
fn nobody_learns_of_another_partners_action() {
    check(
        "
        shop
        at d0  conversion 1001 sale 100.00 partner=A
        at d1  inquire B incorrect 1001 120.00
        at d1  inquire B incorrect 9999 120.00
        at d1  inquire B declined 1001
        at d1  inquire B incorrect 1001 120.00 action=1.1.1
        at d1  inquire A incorrect 1001 120.00 action=1.1.2
        show inquiries
        ",
        expect![[r#"
            d1 inquire B: ACTION_REF_NOT_FOUND
            d1 inquire B: ACTION_REF_NOT_FOUND
            d1 inquire B: ACTION_REF_NOT_FOUND
            d1 inquire B: ACTION_REF_NOT_FOUND
            d1 inquire A: ACTION_REF_NOT_FOUND
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d30, by forced partner, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn one_is_open_at_a_time_and_appealed_once() {
    check(
        "
        shop
        inquiry-rules 10d
        at d1  inquire A untracked 1001 50.00 note
        at d2  inquire A untracked 1001 60.00
        at d2  inquire B untracked 1001 60.00
        at d3  appeal 1 A
        at d4  answer 1 incomplete PROOF_MISSING note
        at d5  inquire A untracked 1001 60.00
        at d5  appeal 1 B
        at d6  appeal 1 A note
        show inquiries
        at d7  answer 1 declined ORDER_NOT_FOUND note by=7
        at d8  appeal 1 A
        at d8  answer 1 valid
        at d8  answer 9 valid
        show inquiries
        ",
        expect![[r#"
            d2 inquire A: INQUIRY_DUPLICATE
            d3 appeal 1: INQUIRY_NOT_DECLINED
            d5 inquire A: INQUIRY_ANSWERED
            d5 appeal 1: INQUIRY_NOT_FOUND
            inquiry 1 A UNTRACKED 1001 50.00 of d1, opened d1 due d16: UNRESOLVED PROOF_MISSING, answered d4, appealed d6, 3 notes
            inquiry 2 B UNTRACKED 1001 60.00 of d2, opened d2 due d12: UNRESOLVED
            d8 appeal 1: INQUIRY_APPEALED
            d8 answer 1: INQUIRY_ANSWERED
            d8 answer 9: INQUIRY_NOT_FOUND
            inquiry 1 A UNTRACKED 1001 50.00 of d1, opened d1 due d16: DECLINED ORDER_NOT_FOUND, answered d7 by user 7, appealed d6, 4 notes
            inquiry 2 B UNTRACKED 1001 60.00 of d2, opened d2 due d12: UNRESOLVED
        "#]],
    );
}

#[test]
fn who_has_no_terms_for_it_has_nothing_to_ask_for() {
    check(
        "
        shop
        event lead
        partner C
        at d130 inquire A untracked 1001 50.00 ordered=d9
        at d130 inquire A untracked 1001 50.00 ordered=d10
        at d130 inquire A untracked 1002 50.00 event=lead
        at d130 inquire C untracked 1003 50.00
        at d130 inquire Z untracked 1003 50.00
        at d130 inquire A untracked 1004 50.00 event=99
        at d130 inquire A untracked 1005 50.00 program=9 event=1
        at d131 partner A paused
        at d131 answer 1 valid
        show inquiries
        at d132 inquire B untracked 1006
        at d132 answer 2 valid
        at d132 answer 2 valid amount=1000000001
        show inquiries
        ",
        expect![[r#"
            d130 inquire A: INQUIRY_TOO_OLD
            d130 inquire A: ACTIONTERMS_NOT_FOUND
            d130 inquire C: CONTRACT_NOT_FOUND
            d130 inquire Z: PARTNER_NOT_FOUND
            d130 inquire A: ACTIONTRACKER_NOT_FOUND
            d130 inquire A: CAMPAIGN_NOT_FOUND
            d131 answer 1: PARTNER_NOT_ACTIVE
            inquiry 1 A UNTRACKED 1001 50.00 of d10, opened d130 due d160: UNRESOLVED
            d132 answer 2: INQUIRY_AMOUNT_MISSING
            d132 answer 2: AMOUNT_TOO_LARGE
            inquiry 1 A UNTRACKED 1001 50.00 of d10, opened d130 due d160: UNRESOLVED
            inquiry 2 B UNTRACKED 1006 no amount of d132, opened d132 due d162: UNRESOLVED
        "#]],
    );
}
