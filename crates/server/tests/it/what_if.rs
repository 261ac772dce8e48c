//! What partners would have earned under other rules, asked on the command line and on the screen.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(other_rules_are_compared_and_nothing_is_changed, what_cant_be_asked_is_said,);

fn ask(demo: &Demo, words: &[&str]) -> Value {
    let output = demo.command(&[&["what-if", "--json"], words].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("json")
}

/// Two partners' links are followed by one person, who orders; and one order that nobody earned.
fn journey(demo: &Demo) {
    let cookie = demo.visitor().get(&demo.link(0)).cookie();
    demo.visitor().with("cookie", &cookie).get(&demo.link(1));
    for (order, cookie) in [("Q1", cookie.as_str()), ("Q2", "")] {
        let body = json!({ "program": 1, "event": "sale", "orderId": order, "orderSubTotalPostDiscount": "100", "currencyCode": "EUR" });
        assert_eq!(demo.page().with("cookie", cookie).post("/pt/o", "text/plain", &body.to_string()).status, 204);
    }
    let code = |order: &str| demo.api().get(&format!("/api/v1/orders/{order}")).json()["answer"]["code"].clone();
    eventually("both are decided", || code("Q1") == "CREDITED" && code("Q2") != "NEVER_RECEIVED");
}

fn other_rules_are_compared_and_nothing_is_changed(pair: Pair) {
    let demo = Demo::on(pair);
    journey(&demo);
    let actions = || demo.api().get("/api/v1/actions").json();
    let before = actions();
    let same = ask(&demo, &["--policy", "last"]);
    assert_eq!((&same["orders"], &same["unclaimed"], &same["unclaimed_would_be"]), (&json!(2), &json!(1), &json!(1)));
    let partners = same["partners"].as_array().expect("partners");
    assert!(partners.len() == 1 && partners[0]["is"] == partners[0]["would_be"], "{same}");

    let shared = ask(&demo, &["--policy", "linear", "--window", "14d", "--since", "2020-01-01"]);
    let partners = shared["partners"].as_array().expect("partners");
    let payouts = |which: &str| -> Vec<f64> {
        partners.iter().map(|it| it[which]["payout"].as_str().expect("money").parse().expect("a number")).collect()
    };
    assert_eq!((partners.len(), payouts("is").iter().filter(|it| **it > 0.0).count()), (2, 1), "{shared}");
    assert!(payouts("would_be").iter().all(|it| *it > 0.0), "{shared}");

    let owner = demo.sign_in("/user");
    assert!(owner.get("/what-if").text().contains("Nothing is changed"));
    let answer = owner.post("/what-if", &[("policy", "linear"), ("window_days", ""), ("days", "30")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("2 orders; 1 earned nobody anything"), "{}", answer.text());
    assert_eq!(actions(), before, "asking changes nothing");
}

fn what_cant_be_asked_is_said(pair: Pair) {
    let demo = Demo::on(pair);
    for (words, said) in [
        (&["what-if"][..], "name another rule"),
        (&["what-if", "--policy", "best"][..], "last, first, linear"),
        (&["what-if", "--window", "long"][..], "a number of days"),
        (&["what-if", "--policy", "first", "--since", "lately"][..], "a date"),
    ] {
        let output = demo.command(words);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(said), "{words:?}: {told}");
    }
    let owner = demo.sign_in("/user");
    for (pairs, said) in [
        (&[("policy", ""), ("window_days", "")][..], "another policy"),
        (&[("policy", "first"), ("window_days", "0")][..], "number of days"),
        (&[("policy", "best")][..], "last, first, linear"),
    ] {
        let reply = owner.post("/what-if", pairs);
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains(said), "{}", reply.text());
    }
    assert_eq!(demo.sign_in("/partners/0/user").get("/what-if").status, 403);
}
