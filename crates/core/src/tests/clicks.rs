//! Clicks that are paid for themselves: screening, prices, reviews, closing, and what becomes of their action.

use expect_test::expect;

use super::fixture::{check, run};
use crate::money::Money;

#[test]
fn a_day_of_reviewed_clicks_becomes_one_action() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d lock=30d
        at d1 click k1 A visitor=v1 key=1
        at d1+1h click k2 A visitor=v2 key=2
        at d1+2h click k3 B visitor=v3 key=3
        at d2 click k4 A visitor=v4 key=4
        show payables
        show click-days
        at d9 time
        drain
        show click-days
        show history CLICKS-1-20260102
        at d40 time
        drain
        show click-counts
        ",
        expect![[r#"
            k1 A d1: pending 0.05, reviewed round 1
            k2 A d1: pending 0.05, reviewed round 1
            k3 B d1: pending 0.05, reviewed round 1
            k4 A d2: pending 0.05, reviewed round 1
            A d1 reviewed round 1: due d9, pending 2 for 0.10
            B d1 reviewed round 1: due d9, pending 1 for 0.05
            A d2 reviewed round 1: due d10, pending 1 for 0.05
            A d1 reviewed round 1: closed, pending 2 for 0.10, action 1.2.1
            B d1 reviewed round 1: closed, pending 1 for 0.05, action 1.2.2
            A d2 reviewed round 1: due d10, pending 1 for 0.05
            1 d9 opened 0.10 pays 0.10 by machine
            A d1 ad 1 : paid 2 for 0.10
            B d1 ad 1 : paid 1 for 0.05
            A d2 ad 1 : paid 1 for 0.05
            action 1.2.1 A CLICKS-1-20260102 0.10 pays 0.10 locked, by clicks, terms template/2
            action 1.2.2 B CLICKS-2-20260102 0.05 pays 0.05 locked, by clicks, terms template/2
            action 1.2.3 A CLICKS-1-20260103 0.05 pays 0.05 locked, by clicks, terms template/2
            balance A pending 0.00 locked 0.15 paid 0.00
            balance B pending 0.00 locked 0.05 paid 0.00
        "#]],
    );
}

#[test]
fn the_same_device_is_paid_once_in_its_window() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 click k1 A visitor=v1 key=1
        at d1+1s click k2 A visitor=v1 key=1 returning     # the hand slipped
        at d1+20m click k3 A visitor=v1 key=1 returning
        at d1+45m click k4 A visitor=v1 key=1 returning    # half an hour from the last one
        at d1+80m click k5 A visitor=v1 key=1 returning    # later than that
        at d1+81m click k6 B visitor=v1 key=1 returning    # another partner's
        at d1+82m click k7 A visitor=v9 key=1              # no cookie: the same address and agent as k1, too long ago
        at d1+83m click k8 A visitor=v8 key=1              # and k7's
        at d1+84m click k9 A visitor=v7 key=1 returning    # somebody else with a cookie of their own
        show payables
        show click-counts
        ",
        expect![[r#"
            k1 A d1: pending 0.05, reviewed round 1
            k2 A d1: unpaid DOUBLE_CLICK
            k3 A d1: unpaid DUPLICATE_CLICK
            k4 A d1: unpaid DUPLICATE_CLICK
            k5 A d1: pending 0.05, reviewed round 1
            k6 B d1: pending 0.05, reviewed round 1
            k7 A d1: pending 0.05, reviewed round 1
            k8 A d1: unpaid DUPLICATE_CLICK
            k9 A d1: pending 0.05, reviewed round 1
            A d1 ad 1 : paid 4 for 0.20
            A d1 ad 1 : DUPLICATE_CLICK 3 for 0.00
            A d1 ad 1 : DOUBLE_CLICK 1 for 0.00
            B d1 ad 1 : paid 1 for 0.05
        "#]],
    );
}

#[test]
fn a_fixed_window_begins_with_the_first_click() {
    check(
        "
        shop
        event click clicks
        screening window=30m fixed double=1s
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 click k1 A visitor=v1 returning
        at d1+20m click k2 A visitor=v1 returning
        at d1+31m click k3 A visitor=v1 returning
        show payables
        screening window=25h
        screening window=10s
        screening window=1m double=2m
        ",
        expect![[r#"
            k1 A d1: pending 0.05, reviewed round 1
            k2 A d1: unpaid DUPLICATE_CLICK
            k3 A d1: pending 0.05, reviewed round 1
            d1+31m screening window=25h: CLICK_WINDOW_OUT_OF_RANGE
            d1+31m screening window=10s: CLICK_WINDOW_OUT_OF_RANGE
            d1+31m screening window=1m: CLICK_WINDOW_OUT_OF_RANGE
        "#]],
    );
}

#[test]
fn every_finding_has_its_code_and_its_treatment() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 click k1 A prefetch
        click k2 A head
        click k3 A embedded
        click k4 A bot
        click k5 A library
        click k6 A automation
        click k7 A no-agent
        click k8 A hosting network=7
        click k9 A odd
        click k10 A assistant
        click k11 A hosting odd network=7
        click k12 A relay
        screening invalid=moderate suspect=unpaid assistant=strict
        click k13 A bot visitor=v1
        click k14 A hosting visitor=v2
        click k15 A assistant visitor=v3
        show payables
        show click-counts
        show click-groups reason
        show click-groups network
        show days
        conversion 1 sale 10.00 visitor=v1
        conversion 2 sale 10.00 visitor=v2
        conversion 3 sale 10.00 visitor=v3
        show clicks
        ",
        expect![[r#"
            d1 click k1: PREFETCH
            d1 click k2: HEAD_REQUEST
            d1 click k3: NOT_NAVIGATION
            d1 click k4: DECLARED_BOT
            d1 click k5: DECLARED_BOT
            d1 click k6: AUTOMATED_BROWSER
            d1 click k7: AGENT_MISSING
            d1 click k13: DECLARED_BOT
            d1 click k15: SHOPPING_ASSISTANT
            k1 A d1: unpaid PREFETCH
            k2 A d1: unpaid HEAD_REQUEST
            k3 A d1: unpaid NOT_NAVIGATION
            k4 A d1: unpaid DECLARED_BOT
            k5 A d1: unpaid DECLARED_BOT
            k6 A d1: unpaid AUTOMATED_BROWSER
            k7 A d1: unpaid AGENT_MISSING
            k8 A d1: pending 0.05, reviewed round 1, found DATA_CENTRE
            k9 A d1: pending 0.05, reviewed round 1, found REQUEST_ANOMALY
            k10 A d1: pending 0.05, reviewed round 1, found SHOPPING_ASSISTANT
            k11 A d1: pending 0.05, reviewed round 1, found DATA_CENTRE, doubts DATA_CENTRE REQUEST_ANOMALY
            k12 A d1: pending 0.05, reviewed round 1
            k13 A d1: unpaid DECLARED_BOT
            k14 A d1: unpaid DATA_CENTRE
            k15 A d1: unpaid SHOPPING_ASSISTANT
            A d1 ad 1 : paid 5 for 0.25
            A d1 ad 1 : PREFETCH 1 for 0.00
            A d1 ad 1 : NOT_NAVIGATION 1 for 0.00
            A d1 ad 1 : DECLARED_BOT 3 for 0.00
            A d1 ad 1 : HEAD_REQUEST 1 for 0.00
            A d1 ad 1 : AUTOMATED_BROWSER 1 for 0.00
            A d1 ad 1 : AGENT_MISSING 1 for 0.00
            A d1 ad 1 : DATA_CENTRE 1 for 0.00
            A d1 ad 1 : SHOPPING_ASSISTANT 1 for 0.00
            A d1 reason "": 1 for 0.05
            A d1 reason "DATA_CENTRE": 2 for 0.10
            A d1 reason "REQUEST_ANOMALY": 1 for 0.05
            A d1 reason "SHOPPING_ASSISTANT": 1 for 0.05
            A d1 network "0000000000000000": 2 for 0.10
            A d1 network "0000000000000007": 2 for 0.10
            d1 A ad 1: 6 clicks 9 uncounted
            d1 conversion 3: SHOPPING_ASSISTANT
            k1 A ad 1 d1 at click:k1 PREFETCH
            k2 A ad 1 d1 at click:k2 HEAD_REQUEST
            k3 A ad 1 d1 at click:k3 NOT_NAVIGATION
            k4 A ad 1 d1 at click:k4 DECLARED_BOT
            k5 A ad 1 d1 at click:k5 DECLARED_BOT
            k6 A ad 1 d1 at click:k6 AUTOMATED_BROWSER
            k7 A ad 1 d1 at click:k7 AGENT_MISSING
            k8 A ad 1 d1 at click:k8
            k9 A ad 1 d1 at click:k9
            k10 A ad 1 d1 at click:k10
            k11 A ad 1 d1 at click:k11
            k12 A ad 1 d1 at click:k12
            k13 A ad 1 d1 at visitor:v1
            k14 A ad 1 d1 at visitor:v2
            k15 A ad 1 d1 at visitor:v3 SHOPPING_ASSISTANT
            action 1.1.1 A 1 10.00 pays 0.80 pending until d31, by identifier k13, terms template/2
            action 1.1.2 A 2 10.00 pays 0.80 pending until d31, by identifier k14, terms template/2
            balance A pending 1.60 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn instant_clicks_are_priced_by_groups_restrictions_and_overlays() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.004 clicks=click:instant group=click:country/is/de:0.0125 group=click:param1/is/vip:0.02 restrict=click:referrer/is/bad.example adjust=click:device/is/phone:-50%
        at d1 click k1 A
        click k2 A country=DE
        click k3 A param1=VIP
        click k4 A country=DE param1=vip
        click k5 A from=bad.example
        click k6 A on=phone
        at d1+1h overlay new click=+10% from=d2 to=d3 for=A
        at d2+1h click k7 A
        show payables
        at d2+2h time
        drain
        show click-days
        at d4 time
        drain
        show click-counts
        ",
        expect![[r#"
            k1 A d1: accepted 0.004, instant round 1
            k2 A d1: accepted 0.0125, instant round 1, group 0
            k3 A d1: accepted 0.02, instant round 1, group 1
            k4 A d1: accepted 0.0125, instant round 1, group 0
            k5 A d1: unpaid, found none CLICK_RESTRICTED
            k6 A d1: accepted 0.002, instant round 1
            k7 A d2: accepted 0.0044, instant round 1
            A d1 instant round 1: closed, accepted 5 for 0.051, action 1.2.1
            A d2 instant round 1: due d3+1h, accepted 1 for 0.0044
            A d1 ad 1 : paid 3 for 0.026
            A d1 ad 1 : CLICK_RESTRICTED 1 for 0.00
            A d1 ad 1 DE: paid 2 for 0.025
            A d2 ad 1 : paid 1 for 0.0044
            action 1.2.1 A CLICKS-1-20260102-instant 0.051 pays 0.05 pending until d31+23h59m59s999ms, by clicks, terms template/2
            balance A pending 0.05 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn every_variable_of_a_click_is_seen() {
    let cases = [
        ("country", "de", "country=DE"),
        ("device", "phone", "on=phone"),
        ("system", "windows", "windows"),
        ("browser", "firefox", "firefox"),
        ("referrer", "blog.example", "from=blog.example"),
        ("param1", "vip", "param1=VIP"),
        ("param2", "x", "param2=x"),
        ("param3", "y", "param3=y"),
        ("ad_id", "2", "ad=2"),
        ("shared_id", "summer", "shared=summer"),
        ("sub_id1", "blog", "sub1=blog"),
    ];
    let price = |condition: &str, words: &str| {
        let history = format!(
            "shop\n ad 2\n event click clicks\n
            template sale=8% click=0.05 clicks=click:instant group=click:{condition}:0.09\n at d1 click k1 A {words}"
        );
        run(&history).books.payables.values().map(|row| row.price).next_back()
    };
    let (listed, of_group) = (Some(Money(50_000)), Some(Money(90_000)));
    for (variable, value, words) in cases {
        assert_eq!(price(&format!("{variable}/is/{value}"), words), of_group, "{variable} is {value}");
        assert_eq!(price(&format!("{variable}/is/other"), words), listed, "{variable} is not other");
    }
    assert_eq!(price("param1/is_not/~", "param1=vip"), of_group, "it is there");
    assert_eq!(price("param1/is_not/~", ""), listed, "it is not there");
    assert_eq!(price("param1/is/~", ""), of_group, "it is absent");
}

#[test]
fn a_click_is_held_against_lists() {
    let price = |variable: &str, words: &str| {
        let history = format!(
            "shop\n event click clicks\n list new {variable} some=blog.example,vip\n
            template sale=8% click=0.05 clicks=click:instant group=click:{variable}/in_list/1:0.09\n at d1 click k1 A {words}"
        );
        run(&history).books.payables.values().map(|row| row.price).next_back()
    };
    for (variable, words) in [
        ("referrer", "from=Blog.example"),
        ("param1", "param1=VIP"),
        ("param2", "param2=vip"),
        ("param3", "param3=vip"),
    ] {
        assert_eq!(price(variable, words), Some(Money(90_000)), "{variable} stands on it");
        assert_eq!(price(variable, ""), Some(Money(50_000)), "{variable} is not given");
    }
}

#[test]
fn what_was_decided_stays_where_only_the_rest_is_meant() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 click k1 A key=1 from=bad.example
        at d1 click k2 A key=2
        at d2 reject-clicks from=bad.example by=7
        drain
        at d2+1h accept-clicks for=A waiting by=7
        drain
        show payables
        at d2+2h undo-review 2
        drain
        show payables
        at d2+3h accept-clicks for=A by=7
        drain
        show payables
        ",
        expect![[r#"
            k1 A d1: rejected 0.05, reviewed round 1, review 1
            k2 A d1: accepted 0.05, reviewed round 1, review 2
            k1 A d1: rejected 0.05, reviewed round 1, review 1
            k2 A d1: pending 0.05, reviewed round 1
            k1 A d1: accepted 0.05, reviewed round 1, review 3
            k2 A d1: accepted 0.05, reviewed round 1, review 3
        "#]],
    );
}

#[test]
fn a_partner_that_clicks_its_own_links_is_suspect() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 device A key=5
        at d1+1h click k1 A key=5
        at d1+1h click k2 B key=5                # the same office may house somebody else's reader
        at d1+1h click k3 A key=6
        at d20 click k4 A visitor=v4 key=5 returning
        at d40 click k5 A key=5                  # the address may have changed hands
        device C key=0
        show payables
        ",
        expect![[r#"
            d40 device C: PARTNER_NOT_FOUND
            k1 A d1: pending 0.05, reviewed round 1, found OWN_DEVICE
            k2 B d1: pending 0.05, reviewed round 1
            k3 A d1: pending 0.05, reviewed round 1
            k4 A d20: pending 0.05, reviewed round 1, found OWN_DEVICE
            k5 A d40: pending 0.05, reviewed round 1
        "#]],
    );
}

#[test]
fn a_budget_is_never_passed() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.04 clicks=click:instant limit=click:payout/0.10/day limit=click:actions/5/month
        at d1 repeat 4 click k{n} A
        at d2 click k11 A
        at d2 click k12 A
        at d3 click k13 A
        at d3 click k14 A
        at d3 click k15 B
        show payables
        ",
        expect![[r#"
            k1 A d1: accepted 0.04, instant round 1
            k2 A d1: accepted 0.04, instant round 1
            k3 A d1: unpaid, found none CLICK_LIMIT_REACHED
            k4 A d1: unpaid, found none CLICK_LIMIT_REACHED
            k11 A d2: accepted 0.04, instant round 1
            k12 A d2: accepted 0.04, instant round 1
            k13 A d3: accepted 0.04, instant round 1
            k14 A d3: unpaid, found none CLICK_LIMIT_REACHED
            k15 B d3: accepted 0.04, instant round 1
        "#]],
    );
}

#[test]
fn people_accept_reject_and_price_until_the_day_is_closed() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/7d
        at d1 repeat 6 click k{n} A visitor=v{n}
        at d1 click k7 A hosting network=9 from=bad.example
        at d1 click k8 B hosting network=9
        at d2 click k9 A visitor=v1 returning
        at d3 reject-clicks for=A found=DATA_CENTRE because=fraud by=7
        drain 2
        accept-clicks for=A day=d1 most=4 by=7
        drain 2
        price-clicks 0.02 for=A clicks=k1,k2 by=7
        drain
        show payables
        show click-days
        show click-groups reason
        show reviews
        undo-review 2 by=7
        drain 1
        show payables
        show reviews
        undo-review 2
        undo-review 9
        at d8 click k10 A visitor=v10
        at d9 time
        drain
        at d9+1h reject-clicks for=A by=7
        drain
        show reviews
        show click-days
        show click-counts
        ",
        expect![[r#"
            k1 A d1: accepted 0.02, reviewed round 1, listed 0.05, review 3
            k2 A d1: accepted 0.02, reviewed round 1, listed 0.05, review 3
            k3 A d1: accepted 0.05, reviewed round 1, review 2
            k4 A d1: accepted 0.05, reviewed round 1, review 2
            k5 A d1: rejected 0.05, reviewed round 1, review 2
            k6 A d1: rejected 0.05, reviewed round 1, review 2
            k7 A d1: rejected 0.05, reviewed round 1, found DATA_CENTRE, review 2
            k8 B d1: pending 0.05, reviewed round 1, found DATA_CENTRE
            k9 A d2: pending 0.05, reviewed round 1
            A d1 reviewed round 1: due d9, accepted 4 for 0.14, rejected 3 for 0.15
            B d1 reviewed round 1: due d9, pending 1 for 0.05
            A d2 reviewed round 1: due d10, pending 1 for 0.05
            B d1 reason "DATA_CENTRE": 1 for 0.05
            A d2 reason "": 1 for 0.05
            review 1 done: 1 for 0.05, changes -0.05
            review 2 done: 7 for 0.35, changes -0.10
            review 3 done: 2 for 0.04, changes -0.06
            k1 A d1: accepted 0.02, reviewed round 1, listed 0.05, review 3
            k2 A d1: accepted 0.02, reviewed round 1, listed 0.05, review 3
            k3 A d1: pending 0.05, reviewed round 1
            k4 A d1: pending 0.05, reviewed round 1
            k5 A d1: pending 0.05, reviewed round 1
            k6 A d1: pending 0.05, reviewed round 1
            k7 A d1: pending 0.05, reviewed round 1, found DATA_CENTRE
            k8 B d1: pending 0.05, reviewed round 1, found DATA_CENTRE
            k9 A d2: pending 0.05, reviewed round 1
            review 1 done: 1 for 0.05, changes -0.05
            review 2 undone: 2 for 0.10, changes 0.05
            review 3 done: 2 for 0.04, changes -0.06
            d3 undo-review 2: REVIEW_UNDONE
            d3 undo-review 9: REVIEW_NOT_FOUND
            review 1 done: 1 for 0.05, changes -0.05
            review 2 undone: 2 for 0.10, changes 0.05
            review 3 done: 2 for 0.04, changes -0.06
            review 4 done: 2 for 0.10, changes -0.10
            A d1 reviewed round 1: closed, pending 5 for 0.25, accepted 2 for 0.04, action 1.2.1
            B d1 reviewed round 1: closed, pending 1 for 0.05, action 1.2.2
            A d2 reviewed round 1: due d10, rejected 1 for 0.05
            A d8 reviewed round 1: due d16, rejected 1 for 0.05
            A d1 ad 1 : paid 7 for 0.29
            B d1 ad 1 : paid 1 for 0.05
            A d2 ad 1 : CLICK_REJECTED 1 for 0.05
            A d8 ad 1 : CLICK_REJECTED 1 for 0.05
            action 1.2.1 A CLICKS-1-20260102 0.29 pays 0.29 pending until d31+23h59m59s999ms, by clicks, terms template/2
            action 1.2.2 B CLICKS-2-20260102 0.05 pays 0.05 pending until d31+23h59m59s999ms, by clicks, terms template/2
            balance A pending 0.29 locked 0.00 paid 0.00
            balance B pending 0.05 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn late_clicks_of_a_closed_day_join_a_supplementary_action() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/2d
        at d1 click k1 A visitor=v1
        at d1+1h lost k2 A
        at d4 time
        drain
        at d5 visit click=k2 customer=c1
        show payables
        show click-days
        at d5+1h found k2 visitor=v2
        at d8 time
        drain
        show payables
        ",
        expect![[r#"
            k1 A d1: pending 0.05, reviewed round 1
            k2 A d1: pending 0.05, reviewed round 2, landed
            A d1 reviewed round 2: due d8, pending 1 for 0.05, action 1.2.1
            k1 A d1: pending 0.05, reviewed round 1
            k2 A d1: pending 0.05, reviewed round 2, landed
            action 1.2.1 A CLICKS-1-20260102 0.05 pays 0.05 pending until d31+23h59m59s999ms, by clicks, terms template/2
            action 1.2.2 A CLICKS-1-20260102-2 0.05 pays 0.05 pending until d31+23h59m59s999ms, by clicks, terms template/2
            balance A pending 0.10 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn landings_are_seen() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/2d
        at d1 click k1 A visitor=v1
        click k2 A visitor=v2
        at d1+1m visit click=k1 visitor=v1
        show click-groups landing
        at d2 reject-clicks landed=no by=7
        drain
        show payables
        show click-groups landing
        ",
        expect![[r#"
            A d1 landing "": 1 for 0.05
            A d1 landing "seen": 1 for 0.05
            k1 A d1: pending 0.05, reviewed round 1, landed
            k2 A d1: rejected 0.05, reviewed round 1, review 1
            A d1 landing "seen": 1 for 0.05
        "#]],
    );
}

#[test]
fn its_action_is_changed_locked_and_paid_as_any_other() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.013 clicks=click:reviewed/1d lock=10d
        at d1 repeat 5 click k{n} A visitor=v{n}
        at d3 time
        drain
        modify CLICKS-1-20260102 amount=0.03 event=click reason=NOT_COMPLIANCE_TERMS
        at d20 time
        drain
        correct CLICKS-1-20260102 amount=0.02 event=click reason=CONS_FRAUD
        pay A
        drain
        show history CLICKS-1-20260102
        show decision CLICKS-1-20260102
        ",
        expect![[r#"
            1 d3 opened 0.065 pays 0.07 by machine
            2 d3 modified -0.035 pays -0.04 by server NOT_COMPLIANCE_TERMS
            3 d20 locked 0.00 pays 0.00 by machine
            4 d20 corrected -0.01 pays -0.01 by server CONS_FRAUD
            5 d20 paid 0.00 pays 0.00 by machine
            decision CLICKS-1-20260102 at d1+23h59m59s999ms: A by clicks
            action 1.2.1 A CLICKS-1-20260102 0.02 pays 0.02 paid in 1, by clicks, terms template/2
            balance A pending 0.00 locked 0.00 paid 0.02
        "#]],
    );
}

#[test]
fn terms_of_clicks_that_can_not_be_are_refused() {
    check(
        "
        shop
        event click clicks
        event clock clicks
        template sale=8% click=5% clicks=click:instant
        template sale=8% click=0.05 clicks=click:reviewed/31d lock=30d
        template sale=8% click=0.05 clicks=click:reviewed/5d limit=click:actions/5/day
        template sale=8% click=0.05 clicks=click:instant limit=click:customer/5/day
        template sale=0.05 clicks=sale:instant
        ",
        expect![[r#"
            d0 event clock: CLICK_TYPE_TAKEN
            d0 template sale=8%: CLICKS_PAY_FIXED
            d0 template sale=8%: REVIEW_TOO_LONG
            d0 template sale=8%: REVIEWED_CLICKS_UNLIMITED
            d0 template sale=8%: CLICKS_HAVE_NO_CUSTOMER
            d0 template sale=0.05: CLICK_TERMS_MISPLACED
        "#]],
    );
}

#[test]
fn partners_mix_modes_and_a_program_moves_at_a_date() {
    check(
        "
        shop
        event click clicks
        template sale=8% click=0.05 clicks=click:reviewed/5d
        contract B sale=8% click=0.03 clicks=click:instant
        at d1 template sale=8% click=0.04 clicks=click:instant from=d3
        at d2 click k1 A
        click k2 B
        at d3 click k3 A
        at d4 click k4 C
        show payables
        at d9 time
        drain
        show click-days
        ",
        expect![[r#"
            d4 click k4: PARTNER_NOT_FOUND
            k1 A d2: pending 0.05, reviewed round 1
            k2 B d2: accepted 0.03, instant round 1
            k3 A d3: accepted 0.04, instant round 1
            A d2 reviewed round 1: closed, pending 1 for 0.05, action 1.2.3
            B d2 instant round 1: closed, accepted 1 for 0.03, action 1.2.1
            A d3 instant round 1: closed, accepted 1 for 0.04, action 1.2.2
            action 1.2.1 B CLICKS-2-20260103-instant 0.03 pays 0.03 pending until d32+23h59m59s999ms, by clicks, terms B/2
            action 1.2.2 A CLICKS-1-20260104-instant 0.04 pays 0.04 pending until d33+23h59m59s999ms, by clicks, terms template/3
            action 1.2.3 A CLICKS-1-20260103 0.05 pays 0.05 pending until d32+23h59m59s999ms, by clicks, terms template/2
            balance A pending 0.09 locked 0.00 paid 0.00
            balance B pending 0.03 locked 0.00 paid 0.00
        "#]],
    );
}
