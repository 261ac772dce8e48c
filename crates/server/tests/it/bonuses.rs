//! Tiers that pay for all actions of a month, from the text that sets them to the bonus that a partner reads.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(a_month_that_is_over_gives_a_bonus);

fn set(demo: &Demo, per: &str) -> (u16, Value) {
    let tiers = json!({ "by": "actions", "per": per, "applies_to": "all_actions",
        "steps": [{ "from": "2", "extra": "1.50" }, { "from": "100", "extra": "5%" }] });
    let payout = json!({ "event_type": "sale", "payout": "8%", "tiers": tiers });
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 10 }, "payouts": [payout] });
    let body = json!({ "program_id": 1, "rules": rules }).to_string();
    let reply = demo.api().post("/api/v1/terms", "application/json", &body);
    (reply.status, reply.json())
}

fn advance(demo: &Demo, by: &str) {
    let reply = demo.anybody().post("/test/clock", "application/json", &json!({ "advance": by }).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn actions(demo: &Demo) -> Vec<Value> {
    demo.api().get("/api/v1/actions").json()["data"].as_array().expect("actions").clone()
}

fn bonuses(demo: &Demo) -> Vec<Value> {
    actions(demo).into_iter().filter(|it| it["evidence"] == "bonus").collect()
}

fn a_month_that_is_over_gives_a_bonus(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    let (status, told) = set(&demo, "day");
    assert_eq!((status, &told["error"]["fields"][0]["field"]), (400, &json!("rules.payouts[0].tiers.per")));
    assert_eq!(set(&demo, "month").0, 201);
    eventually("the terms are known", || {
        let terms = demo.api().get("/api/v1/terms").json();
        let mut all = terms["data"].as_array().expect("terms").iter();
        all.any(|it| it["rules"]["payouts"][0]["tiers"]["applies_to"] == "all_actions")
    });
    // They hold from a moment ahead, and the clock stands still.
    advance(&demo, "2s");
    for name in ["T1", "T2"] {
        let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name,
            "amount": "100", "currency": "EUR", "partner_id": 2 });
        assert_eq!(demo.api().post("/api/v1/conversions", "application/json", &order.to_string()).status, 202);
    }
    eventually("they are decided", || actions(&demo).len() == 2);
    assert_eq!(bonuses(&demo), Vec::<Value>::new(), "the month is not over");
    advance(&demo, "32d");
    let bonus = bonuses(&demo).remove(0);
    assert_eq!((&bonus["payout"], &bonus["partner_id"]), (&json!("3.00"), &json!(2)), "{bonus}");
    let id = bonus["id"].as_str().expect("an id");
    let address = format!("/actions/{id}");
    let page = demo.sign_in("/partners/1/user").get(&address).text();
    assert!(
        page.contains("Reached tier 1 of the template") && page.contains("with 2 actions worth €200.00 in "),
        "{page}"
    );
    assert_eq!(demo.sign_in("/partners/0/user").get(&address).status, 404, "it is another partner's");
    let owner = demo.sign_in("/user").get(&address).text();
    assert!(owner.contains("Reached tier 1") && owner.contains("reckoned of all actions of its period"), "{owner}");
    advance(&demo, "40d");
    assert_eq!(bonuses(&demo).len(), 1, "it is given once");
    assert_eq!(bonuses(&demo)[0]["state"], "locked");
}
