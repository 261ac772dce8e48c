//! Orders in other currencies: held until there is a rate, then converted at it for good.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(a_missing_rate_holds_an_order_until_it_is_loaded);

fn action(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"][0].clone()
}

fn a_missing_rate_holds_an_order_until_it_is_loaded(pair: Pair) {
    let demo = Demo::on(pair);
    let api = demo.api();
    let report = |name: &str, currency: &str| {
        let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name,
            "amount": "125", "currency": currency, "partner_id": 2 });
        assert_eq!(api.post("/api/v1/conversions", "application/json", &order.to_string()).status, 202);
    };
    report("C1", "USD");
    let held = action(&demo, "C1");
    assert_eq!(
        (&held["held"], &held["payout"], &held["exchange"]["state"]),
        (&json!(true), &json!("0.00"), &json!("awaited"))
    );
    let id = held["id"].as_str().expect("an id").to_owned();
    let owner = demo.sign_in("/user");
    assert!(owner.get(&format!("/actions/{id}")).text().contains("no exchange rate of its day yet"));
    assert!(owner.get("/settings/exchange-rates").text().contains("No rates yet"));

    let load = |file: &str| api.post("/api/v1/exchange-rates", "text/csv", file);
    let wrong = load("Date,USD\n2026-11-12,1.1\nyesterday,1.2\n");
    assert_eq!((wrong.status, &wrong.json()["error"]["fields"][0]["field"]), (400, &json!("line 3")));
    assert_eq!(api.get("/api/v1/exchange-rates").json()["data"], json!([]), "nothing of it is taken");
    let today = held["occurred_at"].as_str().expect("a moment")[..10].to_owned();
    let taken = load(&format!("Date, USD, JPY, \n{today}, 1.25, 160, \n"));
    assert_eq!((taken.status, &taken.json()["days"]), (201, &json!(1)), "{}", taken.text());

    eventually("it is priced", || action(&demo, "C1")["held"] == false);
    let priced = action(&demo, "C1");
    assert_eq!((&priced["amount"], &priced["order_currency"]), (&json!("125.00"), &json!("USD")));
    assert_eq!((&priced["payout"], &priced["currency"]), (&json!("8.00"), &json!("EUR")));
    assert_eq!((&priced["exchange"]["amount"], &priced["exchange"]["from"]), (&json!("100.00"), &json!("1.25")));
    report("C2", "JPY");
    assert_eq!(action(&demo, "C2")["exchange"]["amount"], "0.78");

    // Whatever a dollar is worth by then.
    assert_eq!(load(&format!("Date,USD\n{today},2.50\n")).status, 201);
    let body = json!({ "reason": "ITEM_RETURNED", "amount_delta": "-62.50" }).to_string();
    let path = format!("/api/v1/actions/{id}/modifications");
    assert_eq!(api.post(&path, "application/json", &body).status, 202);
    eventually("half of it went back", || action(&demo, "C1")["payout"] == "4.00");
    assert!(owner.get("/settings/exchange-rates").text().contains("2.5"));
    assert!(owner.get(&format!("/actions/{id}")).text().contains("at the rate of"));
    let vendor = demo.account().send("GET", &format!("Actions/{id}"), &[]).json();
    assert_eq!((&vendor["Amount"], &vendor["OriginalAmount"]), (&json!("50.00"), &json!("62.50")));
}
