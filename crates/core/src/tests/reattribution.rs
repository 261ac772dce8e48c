//! An action goes to another partner.

use expect_test::expect;

use super::fixture::check;

#[test]
fn another_partner_has_it_under_its_own_terms() {
    check(
        "
        shop
        at d0  contract B sale=12% lock=10d
        at d0  click k1 A visitor=v1 sub1=theirs
        at d2  conversion 1001 sale 100.00 visitor=v1 item=boots:2:100
        at d3  modify 1001 item=boots:1 reason=ITEM_RETURNED
        at d4  give 1001 B source=person by=7
        show history 1001
        show decisions 1001
        show reports 1001
        show details 1001
        show items 1001
        show days
        show audit
        at d5  modify 1001 item=boots:2
        at d20 time
        drain
        ",
        expect![[r#"
            1 d2 opened 100.00 pays 8.00 by server
            2 d3 modified -50.00 pays -4.00 by server ITEM_RETURNED
            3 d4 reversed -50.00 pays -4.00 by person user 7 CREDITED_DIFFERENT_MP
            1 d4 opened 50.00 pays 6.00 by person user 7 CREDITED_DIFFERENT_MP
            decision 1001 at d2: A by identifier
              k1 A d0 won: visitor:v1
            decision 1001 at d2: B by forced partner
            conversion by server: taken, action 1.1.1
            modification by server: taken, action 1.1.1
            reattribution by person: taken, action 1.1.1 and 1.1.2
            1.1.1: occurred d2 opened d2 changed d4, intended 100.00 pays 8.00, ad 1, sub1 "theirs" shared "" code "" status ""
            1.1.2: occurred d2 opened d4 changed d4, intended 50.00 pays 6.00, ad 0, sub1 "" shared "" code "" status ""
            0 x boots 0.00
            1 x boots 50.00
            d0 A ad 1: 1 clicks
            d2 A ad 1:
            d2 B no ad: 1 conversions 50.00 pays 6.00
            d4 change_requested "1.1.1, 1.1.2" by 7 "because"
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by identifier k1, terms template/1, to 1.1.2
            action 1.1.2 B 1001 100.00 pays 12.00 locked, by forced partner, terms B/2, from 1.1.1
            balance A pending 0.00 locked 0.00 paid 0.00
            balance B pending 0.00 locked 12.00 paid 0.00
        "#]],
    );
}

#[test]
fn what_was_given_away_is_not_asked_any_more() {
    check(
        "
        shop
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d3  give 1.1.1 B
        at d4  give 1.1.1 B
        at d4  give 1001 B
        at d4  restore 1.1.1
        at d4  reverse 1.1.1
        at d5  give 1001 A
        at d6  hold 1001
        at d7  give 1001 B
        ",
        expect![[r#"
            d4 give 1.1.1: ACTION_MOVED
            d4 give 1001: ACTION_OF_PARTNER
            d4 restore 1.1.1: ACTION_MOVED
            d4 reverse 1.1.1: ACTION_MOVED
            action 1.1.1 A 1001 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by identifier k1, terms template/1, to 1.1.2
            action 1.1.2 B 1001 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by forced partner, terms template/1, from 1.1.1, to 1.1.3
            action 1.1.3 A 1001 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by forced partner, terms template/1, from 1.1.2, to 1.1.4
            action 1.1.4 B 1001 100.00 pays 8.00 held, pending until d32, by forced partner, terms template/1, from 1.1.3
            balance A pending 0.00 locked 0.00 paid 0.00
            balance B pending 8.00 locked 0.00 paid 0.00
        "#]],
    );
}

#[test]
fn it_is_refused_by_name() {
    check(
        "
        shop
        event lead
        partner C
        partner D
        contract D lead=5.00
        partner P paused
        contract P
        partner N channel
        at d0  click k1 A visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 100.00 visitor=v1
        at d3  give 1001 A
        at d3  give 1001 Z
        at d3  give 1001 C
        at d3  give 1001 D
        at d3  give 1001 P
        at d3  give 1001 N
        at d3  give 9999 B
        at d3  approve 1001
        at d4  give 1001 B
        at d4  reverse 1002
        at d4  give 1002 B
        ",
        expect![[r#"
            d3 give 1001: ACTION_OF_PARTNER
            d3 give 1001: PARTNER_NOT_FOUND
            d3 give 1001: CONTRACT_NOT_FOUND
            d3 give 1001: ACTIONTERMS_NOT_FOUND
            d3 give 1001: PARTNER_NOT_ACTIVE
            d3 give 1001: CREDITED_TO_CHANNEL
            d3 give 9999: ACTION_REF_NOT_FOUND
            d4 give 1001: ACTION_LOCKED
            d4 give 1002: ACTION_ALREADY_REVERSED
            action 1.1.1 A 1001 100.00 pays 8.00 locked, by identifier k1, terms template/1
            action 1.1.2 A 1002 0.00 pays 0.00 reversed ORDER_UPDATE, by identifier k1, terms template/1
            balance A pending 0.00 locked 8.00 paid 0.00
        "#]],
    );
}

/// Each share is moved by itself, an order as a whole, and what follows from it follows the new partners.
#[test]
fn a_shared_order_is_moved_by_its_shares() {
    check(
        "
        shop
        event renewal parent=sale
        event sale credit=linear
        template sale=8% renewal=4% window=30d lock=30d
        partner C
        contract C
        at d0  click k1 A visitor=v1
        at d1  click k2 B visitor=v1
        at d2  conversion 1001 sale 100.00 visitor=v1
        at d2  conversion 1002 sale 100.00 visitor=v1
        at d3  give 1.1.1 C
        show decision 1001
        at d4  conversion 1001 renewal 50.00
        at d5  give 1002 A
        show decision 1002
        at d6  conversion 1002 renewal 50.00
        at d7  modify 1002 amount=60.00
        show days
        ",
        expect![[r#"
            decision 1001 at d2: 50% for C by forced partner, 50% for B by identifier
            decision 1002 at d2: 50% for A by identifier, 50% for A by forced partner
            d0 A ad 1: 1 clicks
            d1 B ad 1: 1 clicks
            d2 A no ad: 1 conversions 30.00 pays 2.40
            d2 A ad 1: 1 assists 30.00 pays 2.40
            d2 B ad 1: 1 conversions 50.00 pays 4.00
            d2 C no ad: 1 assists 50.00 pays 4.00
            d4 B ad 1: 1 conversions 25.00 pays 1.00
            d4 C no ad: 1 assists 25.00 pays 1.00
            d6 A ad 1: 1 conversions 50.00 pays 2.00
            action 1.1.1 50% for A 1001 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by identifier k1, terms template/2, to 1.1.5
            action 1.1.2 50% for B 1001 50.00 pays 4.00 pending until d32, by identifier k2, terms template/2
            action 1.1.3 50% for A 1002 30.00 pays 2.40 pending until d32, by identifier k1, terms template/2
            action 1.1.4 50% for B 1002 0.00 pays 0.00 reversed CREDITED_DIFFERENT_MP, by identifier k2, terms template/2, to 1.1.8
            action 1.1.5 50% for C 1001 50.00 pays 4.00 pending until d32, by forced partner, terms template/2, from 1.1.1
            action 1.2.6 50% for C 1001 25.00 pays 1.00 pending until d34, by parent action, terms template/2
            action 1.2.7 50% for B 1001 25.00 pays 1.00 pending until d34, by parent action, terms template/2
            action 1.1.8 50% for A 1002 30.00 pays 2.40 pending until d32, by forced partner, terms template/2, from 1.1.4
            action 1.2.9 A 1002 50.00 pays 2.00 pending until d36, by parent action, terms template/2
            balance A pending 6.80 locked 0.00 paid 0.00
            balance B pending 5.00 locked 0.00 paid 0.00
            balance C pending 5.00 locked 0.00 paid 0.00
        "#]],
    );
}
