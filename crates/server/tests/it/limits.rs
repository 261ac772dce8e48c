//! Limits of terms, from the text that sets them to the button that admits what is beyond.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(what_is_beyond_a_limit_is_admitted);

fn action(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"][0].clone()
}

fn what_is_beyond_a_limit_is_admitted(pair: Pair) {
    let demo = Demo::on(pair);
    let api = demo.api();
    let set = |limits: Value| {
        let payout = json!({ "event_type": "sale", "payout": "8%", "limits": limits,
            "tiers": { "by": "actions", "per": "month", "steps": [{ "from": "1", "extra": "1%" }] } });
        let rules =
            json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 }, "payouts": [payout] });
        api.post("/api/v1/terms", "application/json", &json!({ "program_id": 1, "rules": rules }).to_string())
    };
    let wrong = set(json!([{ "actions": 1, "payout": "5.00", "per": "day" }]));
    assert_eq!(
        (wrong.status, &wrong.json()["error"]["fields"][0]["field"]),
        (400, &json!("rules.payouts[0].limits[0]"))
    );
    assert_eq!(set(json!([{ "payout": "20.00", "per": "month" }])).status, 201);
    eventually("the terms hold", || {
        let terms = api.get("/api/v1/terms").json();
        let template = terms["data"].as_array().expect("terms").iter().rfind(|it| it["partner_id"].is_null()).cloned();
        template
            .is_some_and(|it| it["status"] == "active" && it["rules"]["payouts"][0]["limits"][0]["payout"] == "20.00")
    });
    for name in ["L1", "L2", "L3"] {
        let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name,
            "amount": "100", "currency": "EUR", "partner_id": 2 });
        assert_eq!(api.post("/api/v1/conversions", "application/json", &order.to_string()).status, 202);
    }
    eventually("they are decided", || action(&demo, "L3")["id"].is_string());
    assert_eq!((&action(&demo, "L1")["payout"], &action(&demo, "L2")["payout"]), (&json!("8.00"), &json!("9.00")));
    let beyond = action(&demo, "L3");
    assert_eq!((&beyond["payout"], &beyond["outside_of_terms"]), (&json!("0.00"), &json!(true)));
    let id = beyond["id"].as_str().expect("an id").to_owned();
    let owner = demo.sign_in("/user");
    let page = owner.get(&format!("/actions/{id}")).text();
    assert!(
        page.contains("Pending, outside of the terms") && page.contains("at most €20.00 of payout a month"),
        "{page}"
    );
    assert_eq!(
        owner.post(&format!("/actions/{id}/locking"), &[("what", "admit"), ("disposition", "AGREED")]).status,
        303
    );
    let admitted = action(&demo, "L3");
    assert_eq!((&admitted["payout"], &admitted["outside_of_terms"]), (&json!("9.00"), &json!(false)));
    let again = owner.post(&format!("/actions/{id}/locking"), &[("what", "admit"), ("disposition", "AGREED")]);
    assert!(again.text().contains("within the limits"));
}
