//! Clicks whose record is late or lost: their ids say enough to go on with.

use expect_test::expect;

use super::fixture::check;

#[test]
fn a_page_brings_back_a_click_that_was_never_recorded() {
    check(
        "
        shop
        at d0     lost k1 A
        at d0+1m  visit click=k1 visitor=v1
        at d0+2m  visit click=k1 visitor=v1
        at d2     conversion 1001 sale 100.00 visitor=v1
        show clicks
        show decision 1001
        show days
        ",
        expect![[r#"
            k1 A ad 1 d0 at click:k1 landed d0+1m recovered
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1 -(d0+1m)- click:k1
            d0 nobody no ad: 2 visits
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_report_brings_back_a_click_that_was_never_recorded() {
    check(
        "
        shop
        at d0  lost k1 A
        at d2  conversion 1001 sale 100.00 click=k1 customer=c7
        show clicks
        show decision 1001
        ",
        expect![[r#"
            k1 A ad 1 d0 at click:k1 recovered
            decision 1001 at d2: A by click id
              k1 A d0 won: reported id
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn the_record_of_a_click_completes_what_its_id_stood_for() {
    check(
        "
        shop
        at d0     lost k1 A
        at d0+1m  visit click=k1 customer=c7
        at d0+2m  found k1 visitor=v1 sub1=blog shared=spring
        at d0+3m  found k1 visitor=v2 sub1=other
        show clicks
        show profiles
        at d2     conversion 1001 sale 100.00 visitor=v1
        show decision 1001
        show details 1001
        show days
        ",
        expect![[r#"
            k1 A ad 1 d0 at click:k1 sub1=blog shared=spring landed d0+1m
            profile click:k1 customer:c7 visitor:v1
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1 -(d0)- click:k1
            1.1.1: occurred d2 opened d2 changed d2, intended 100.00 pays 8.00, ad 1, sub1 "blog" shared "spring" code "" status ""
            d0 nobody no ad: 1 visits
            d0 A ad 1: 1 clicks
            d2 A ad 1: 1 conversions 100.00 pays 8.00
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn it_does_not_matter_whether_the_click_or_the_order_comes_first() {
    check(
        "
        shop
        at d0  lost k1 A
        at d2  conversion 1001 sale 100.00 click=k1 customer=c7
        at d3  found k1 visitor=v1
        at d4  conversion 1002 sale 100.00 visitor=v1
        show decision 1002
        show clicks
        ",
        expect![[r#"
            decision 1002 at d4: A by identifier
              k1 A d0 won: visitor:v1 -(d0)- click:k1
            k1 A ad 1 d0 at click:k1
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d32, by click id k1, terms template/1
            action 1.1.2 A 1002 100.00 pays 8.00 pending until d34, by identifier k1, terms template/1
            balance A pending 16.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn a_lost_click_is_judged_as_of_when_it_was_made() {
    check(
        "
        shop
        partner C
        contract C sale=5% to=d3
        at d0  lost k1 C
        at d4  lost k2 C
        at d5  visit click=k1 visitor=v1
        at d5  visit click=k2 visitor=v2
        show clicks
        # It counts on the day it was made.
        show days
        ",
        expect![[r#"
            k1 C ad 1 d0 at click:k1 landed d5 recovered
            k2 C ad 1 d4 at click:k2 landed d5 recovered CONTRACT_EXPIRED
            d0 C ad 1: 1 clicks
            d4 C ad 1: 1 uncounted
            d5 nobody no ad: 2 visits
        "#]],
    );
}

#[test]
fn an_id_of_nobody_is_counted_on_nobodys_line() {
    check(
        "
        shop
        at d0  lost k1 Z
        at d0  lost k2 A ad=9
        at d1  visit click=k1
        at d1  visit click=k2
        show clicks
        show days
        ",
        expect![[r#"
            k1 Z ad 1 d0 at click:k1 landed d1 recovered PARTNER_NOT_FOUND
            k2 A ad 9 d0 at click:k2 landed d1 recovered AD_NOT_FOUND
            d0 nobody no ad: 2 uncounted
            d1 nobody no ad: 2 visits
        "#]],
    );
}

/// Its id says nothing of what made the request, nor on which short link.
#[test]
fn the_record_of_a_recovered_click_may_show_that_it_was_none() {
    check(
        "
        shop
        link boots A paused
        at d0     lost k1 A
        at d0     lost k2 A
        at d0     lost k3 nobody
        at d0     lost k4 A
        at d0+1m  visit click=k1 visitor=v1
        at d0+1m  visit click=k2 visitor=v2
        at d0+1m  visit click=k3 visitor=v3
        at d0+1m  visit click=k4 visitor=v4
        at d0+2m  conversion 1001 sale 100.00 visitor=v1
        show days
        at d0+3m  found k1 bot
        at d0+3m  found k2 slug=boots
        at d0+3m  found k3 slug=typo
        at d0+3m  found k4
        at d0+4m  found k4 bot
        show clicks
        show days
        at d2     conversion 1002 sale 100.00 visitor=v1
        ",
        expect![[r#"
            d0 nobody no ad: 1 uncounted 4 visits
            d0 A ad 1: 3 clicks 1 conversions 100.00 pays 8.00
            d0+3m found k1: DECLARED_BOT
            d0+3m found k2: LINK_NOT_ACTIVE
            d0+3m found k3: LINK_NOT_FOUND
            k1 A ad 1 d0 at click:k1 landed d0+1m DECLARED_BOT
            k2 A ad 1 d0 at click:k2 slug=boots landed d0+1m LINK_NOT_ACTIVE
            k3 nobody ad 1 d0 at click:k3 slug=typo landed d0+1m LINK_NOT_FOUND
            k4 A ad 1 d0 at click:k4 landed d0+1m
            d0 nobody no ad: 1 uncounted 4 visits
            d0 A ad 1: 1 clicks 2 uncounted 1 conversions 100.00 pays 8.00
            d2 conversion 1002: DECLARED_BOT
            action 1.1.1 A 1001 100.00 pays 8.00 pending until d30+2m, by identifier k1, terms template/1
            balance A pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

/// Whom and what the id names was judged when it stood for the click, nearer to when that was made.
#[test]
fn what_a_recovered_clicks_id_names_is_not_judged_again() {
    check(
        "
        shop
        partner C paused
        contract C sale=5%
        at d0     lost k1 A
        at d0     lost k2 C
        at d1     visit click=k1
        at d1     visit click=k2
        at d2     partner A paused
        at d2     partner C
        at d3     found k1 visitor=v1
        at d3     found k2 visitor=v2
        show clicks
        show days
        ",
        expect![[r#"
            d3 found k2: PARTNER_NOT_ACTIVE
            k1 A ad 1 d0 at click:k1 landed d1
            k2 C ad 1 d0 at click:k2 landed d1 PARTNER_NOT_ACTIVE
            d0 A ad 1: 1 clicks
            d0 C ad 1: 1 uncounted
            d1 nobody no ad: 2 visits
        "#]],
    );
}
