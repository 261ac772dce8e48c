//! Identifiers on their way in: what is the same as what, and what is left out by name while the rest counts.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, on_every_pair};

on_every_pair!(
    one_person_is_known_by_any_spelling,
    what_names_nobody_is_left_out_by_name_and_the_rest_counts,
    a_page_with_a_wrong_clock_counts_as_seen_now,
);

/// Reports an order by JSON; gives the answer.
fn report(demo: &Demo, order_id: &str, more: Value) -> Value {
    let mut body = json!({ "program": 1, "event": "sale", "order_id": order_id, "event_date": "NOW", "amount": "10" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    let reply = demo.api().post("/api/v1/conversions", "application/json", &body.to_string());
    assert_eq!(reply.status, 202, "{}", reply.text());
    reply.json()
}

/// Whether an order was credited.
fn earned(demo: &Demo, order_id: &str) -> bool {
    let found = demo.api().get(&format!("/api/v1/orders/{order_id}")).json();
    found["answer"]["code"] == "CREDITED"
}

fn codes(warnings: &Value) -> Vec<&str> {
    let warnings = warnings["warnings"].as_array().expect("a list");
    warnings.iter().map(|warning| warning["code"].as_str().unwrap_or_default()).collect()
}

fn page_load(demo: &Demo, body: &Value) -> Value {
    let reply = demo.anybody().post("/PageLoad", "application/json", &body.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn one_person_is_known_by_any_spelling(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    let seen = json!({ "CampaignId": 1, "ClickId": click_id, "CustomerEmail": "Ann.Smith@GMail.com ",
        "PhoneNumber": "(030) 123-457", "CountryCode": "DE", "GoogAId": "3F2504E0-4F89-11D3-9A0C-0305E82C3301" });
    assert_eq!(codes(&page_load(&demo, &seen)), [""], "only that the address came in clear");
    let ways = [
        // SHA-256 of annsmith@googlemail.com and SHA-1 of ann.smith@gmail.com.
        ("email", "32E09EBBE055B39E500A1B01C234B31C23118A0F640D8C06198F7AB5D37D6FF0"),
        ("email", "9d39494a6589acf96def3f771c0c6005eeb90563"),
        ("phone", "+49 30 12 34 57"),
        ("device", "3f2504e04f8911d39a0c0305e82c3301"),
        ("email", "annsmith@googlemail.com"),
    ];
    for (i, (kind, value)) in ways.iter().enumerate() {
        let order = format!("W{i}");
        report(&demo, &order, json!({ "identifiers": [{ "kind": kind, "value": value }] }));
        assert!(earned(&demo, &order), "{kind} {value}");
    }
    report(&demo, "other", json!({ "identifiers": [{ "kind": "phone", "value": "+49 30 12 34 58" }] }));
    assert!(!earned(&demo, "other"));
}

fn what_names_nobody_is_left_out_by_name_and_the_rest_counts(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    let answer = report(
        &demo,
        "L1",
        json!({
            "click_id": click_id, "customer_id": "c1", "custid": "c2", "phone": "call me",
            "identifiers": [
                { "kind": "customer_id", "value": "[object Object]" }, { "kind": "email", "value": "ann" },
                { "kind": "email", "value": "d41d8cd98f00b204e9800998ecf8427e" }, { "kind": "device", "value": "" },
                { "kind": "device", "value": "00000000-0000-0000-0000-000000000000" },
                { "kind": "anonymous_id", "value": "x1".repeat(200) }, { "kind": "loyalty", "value": "7" },
                { "kind": "email", "value": "ann%40example.com" }, { "kind": "anonymous_id", "value": "a\u{7}b" },
            ]
        }),
    );
    let expected = [
        "TWO_CUSTOMERS",
        "PHONE_MALFORMED",
        "IDENTIFIER_PLACEHOLDER",
        "EMAIL_MALFORMED",
        "HASH_LENGTH",
        "IDENTIFIER_EMPTY",
        "IDENTIFIER_PLACEHOLDER",
        "IDENTIFIER_TOO_LONG",
        "IDENTIFIER_KIND_UNKNOWN",
        "IDENTIFIER_ENCODING",
        "IDENTIFIER_ENCODING",
    ];
    assert_eq!(codes(&answer), expected, "{answer}");
    assert_eq!(
        (&answer["warnings"][0]["field"], &answer["warnings"][2]["field"]),
        (&json!("custid"), &json!("identifiers[0]"))
    );
    assert!(earned(&demo, "L1"), "the rest counts");
    // The first customer was taken.
    report(&demo, "L2", json!({ "customer_id": "c1" }));
    report(&demo, "L3", json!({ "customer_id": "c2" }));
    assert_eq!((earned(&demo, "L2"), earned(&demo, "L3")), (true, false));
}

fn a_page_with_a_wrong_clock_counts_as_seen_now(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    for date in ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday"] {
        let answer =
            page_load(&demo, &json!({ "CampaignId": 1, "EventDate": date, "ClickId": click_id, "custid": date }));
        assert_eq!((codes(&answer), &answer["clickId"]), (vec!["BAD_DATE"], &json!(click_id)), "{date}");
        let started = answer["sessionStart"].as_str().expect("a date");
        assert!(!started.starts_with("1970") && !started.starts_with("2099"), "{started}");
        let order = format!("D{}", &date[..1]);
        report(&demo, &order, json!({ "customer_id": date }));
        assert!(earned(&demo, &order), "{date}: the page joined the customer to the click");
    }
}
