//! `referee explain`: the way from click to payout in plain text, beside a running server.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{Demo, Pair, form, on_every_pair};

on_every_pair!(
    an_order_is_explained_from_click_to_payout,
    a_partner_is_told_its_own_part,
    what_is_not_there_or_could_not_be_taken_is_explained_too,
);

/// Moments, click numbers, handles and names of submissions differ from run to run, and record numbers with what the
/// demonstration sets up.
fn steady(text: &str) -> String {
    let token = |word: &str| {
        let bare = word.trim_matches(|it: char| !it.is_alphanumeric());
        let steady = match bare {
            _ if bare.len() == 20 && bare.ends_with('Z') && bare.as_bytes()[10] == b'T' => "TIME",
            _ if bare.len() >= 18 && bare.bytes().all(|it| it.is_ascii_digit()) => "CLICK",
            _ if bare.len() == 38 && bare.starts_with("A-") => "SUBMISSION",
            _ if word.starts_with("••") => "HASH",
            _ => return word.to_owned(),
        };
        word.replace(bare, steady)
    };
    let line = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(token).collect();
        for i in 1..words.len() {
            if words[i - 1].ends_with("record") {
                words[i] = words[i].replace(|it: char| it.is_ascii_digit(), "").replacen("", "N", 1);
            }
        }
        words.join(" ")
    };
    text.lines().map(|it| format!("{}\n", line(it))).collect()
}

fn check(demo: &Demo, words: &[&str], expected: Expect) {
    let output = demo.command(&[&["explain"], words].concat());
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    expected.assert_eq(&steady(&said));
}

fn report(demo: &Demo, more: &[(&str, &str)]) -> u16 {
    let mut pairs = vec![("CampaignId", "1"), ("EventTypeCode", "sale"), ("EventDate", "NOW"), ("Amount", "100")];
    pairs.extend_from_slice(more);
    demo.api().post("/api/v1/conversions", "application/x-www-form-urlencoded", &form(&pairs)).status
}

/// Waits until the books hold all that was acknowledged.
fn applied(demo: &Demo) {
    assert_eq!(demo.api().get("/api/v1/orders/nothing").json()["books_behind"], false);
}

/// A buyer who followed two links, signed in, and ordered on another device.
fn journey(demo: &Demo) {
    let first = demo.visitor().get(&demo.link(1));
    let cookie = first.cookie();
    let second = demo.visitor().with("cookie", &cookie).get(&demo.link(0));
    let click_id = second.location_param("pt").expect("a click id");
    let seen = [("CampaignId", "1"), ("EventDate", "NOW"), ("ClickId", &click_id), ("CustomerId", "8431")];
    assert_eq!(demo.anybody().post_form("/PageLoad", &seen).status, 200);
    assert_eq!(report(demo, &[("OrderId", "X1"), ("CustomerId", "8431")]), 202);
    applied(demo);
}

fn an_order_is_explained_from_click_to_payout(pair: Pair) {
    let demo = Demo::on(pair);
    journey(&demo);
    check(
        &demo,
        &["X1"],
        expect![[r#"
            X1
            CREDITED: It is credited to Trail Notes (1).
            Nothing to do: it locks on TIME.

            Online sale X1, TIME
            ├─ Reported by server, received TIME, EUR 100.00 (record N)
            ├─ Decision, record N, rules version 1
            │  ├─ Click CLICK of Deal Harbour (2), ad 1, TIME: lost
            │  │  ├─ The click was made with visitor cookie ••HASH, TIME
            │  │  ├─ customer ••HASH and visitor cookie ••HASH were seen together, TIME (record N)
            │  │  ├─ The report named customer ••HASH, TIME (record N)
            │  │  ├─ Its window of 30 days is open until TIME
            │  │  └─ Another click won by the credit policy, or stronger evidence did. (OTHER_REF_PRIORITIZED)
            │  │     └─ Nothing to do: the decision says who won, and by what.
            │  ├─ Click CLICK of Trail Notes (1), ad 1, TIME: won
            │  │  ├─ The click was made with visitor cookie ••HASH, TIME
            │  │  ├─ customer ••HASH and visitor cookie ••HASH were seen together, TIME (record N)
            │  │  ├─ The report named customer ••HASH, TIME (record N)
            │  │  └─ Its window of 30 days is open until TIME
            │  └─ The partner's click was joined to the buyer: Trail Notes (1)
            └─ Action 1.1.1 of Trail Notes (1): pending, order EUR 100.00, payout EUR 12.00
               ├─ Opened, TIME, payout 12.00 (record N)
               └─ Locks TIME
        "#]],
    );
    let output = demo.command(&["explain", "X1", "--json"]);
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json, demo.api().get("/api/v1/orders/X1").json());
}

fn a_partner_is_told_its_own_part(pair: Pair) {
    let demo = Demo::on(pair);
    journey(&demo);
    check(
        &demo,
        &["X1", "--partner", "2"],
        expect![[r#"
            X1
            CREDITED_ELSEWHERE: It is credited to another partner. Another click won: of another partner or channel, or of yours.
            Nothing to do: what somebody else brought counted more.

            Online sale X1, TIME
            └─ Decision, record N, rules version 1
               ├─ Click CLICK of Deal Harbour (2), ad 1, TIME: lost
               │  ├─ The click was made with visitor cookie ••HASH, TIME
               │  ├─ customer ••HASH and visitor cookie ••HASH were seen together, TIME (record N)
               │  ├─ The report named customer ••HASH, TIME (record N)
               │  ├─ Its window of 30 days is open until TIME
               │  └─ Another click won: of another partner or channel, or of yours. (OTHER_REF_PRIORITIZED)
               │     └─ Nothing to do: what somebody else brought counted more.
               ├─ Click of another partner: won
               ├─ The partner's click was joined to the buyer: another partner
               └─ Another click won: of another partner or channel, or of yours. (OTHER_REF_PRIORITIZED)
        "#]],
    );
}

fn what_is_not_there_or_could_not_be_taken_is_explained_too(pair: Pair) {
    let demo = Demo::on(pair);
    check(
        &demo,
        &["X9", "--brand", "1"],
        expect![[r#"
        X9
        NEVER_RECEIVED: No report of it reached this server.
        Check that the shop's thank-you page has the tag, or report the order by the API.
    "#]],
    );
    assert_eq!(report(&demo, &[("OrderId", "X2"), ("Amount", "ten"), ("ClickId", "x")]), 400);
    check(
        &demo,
        &["X2"],
        expect![[r#"
            X2
            REFUSED_AT_DOOR: A report of it came and could not be taken. Amount can't be taken: it is not a decimal number such as 129.90.
            Correct the fields that are named and send the report again.

            Report SUBMISSION, received TIME: refused at the door
            └─ Amount: Amount can't be taken: it is not a decimal number such as 129.90. (BAD_AMOUNT)
        "#]],
    );
    assert_eq!(report(&demo, &[("OrderId", "X3"), ("CustomerId", "1")]), 202);
    applied(&demo);
    check(
        &demo,
        &["X3"],
        expect![[r#"
            X3
            EARNED_NOTHING_YET: It earned nothing so far. No partner's click or code could be joined to the buyer.
            Send the click id or the customer id with the order, and let the tag name the customer when somebody signs in. Until TIME it is decided again when something arrives that happened before the order.

            Online sale X3, TIME
            ├─ Reported by server, received TIME, EUR 100.00 (record N)
            ├─ Decision, record N, rules version 1
            │  └─ No partner's click or code could be joined to the buyer. (UNCLAIMED)
            └─ It may be decided again until TIME
        "#]],
    );
    let output = demo.command(&["explain", "X9", "--brand", "7"]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("name a brand with --brand"));
}
