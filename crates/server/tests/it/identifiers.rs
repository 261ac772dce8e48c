//! Identifiers on their way in: what is the same as what, and what is left out by name while the rest counts.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(
    one_person_is_known_by_any_spelling,
    what_names_nobody_is_left_out_by_name_and_the_rest_counts,
    a_page_with_a_wrong_clock_counts_as_seen_now,
    what_was_left_out_is_counted_and_shown_to_the_brand,
    a_value_that_the_brand_blocks_names_nobody_until_it_is_removed,
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
    for date in ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday"] {
        let (click_id, _) = demo.click(0);
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

fn what_was_left_out_is_counted_and_shown_to_the_brand(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    assert!(owner.get("/settings/identifiers").text().contains("Nothing: every identifier"), "an empty list says so");
    let (click_id, _) = demo.click(0);
    report(&demo, "S1", json!({ "click_id": click_id, "customer_id": "null", "email": "ann" }));
    page_load(
        &demo,
        &json!({ "CampaignId": 1, "CustomerId": "undefined", "identifiers": [{ "kind": "x", "value": "y" }] }),
    );
    let list = || demo.api().get("/api/v1/identifiers/refused").json()["data"].as_array().expect("a list").clone();
    eventually("the page load is in the books", || list().len() == 3);
    let line = |kind: Value, reason: &str| {
        list().into_iter().find(|it| it["kind"] == kind && it["reason"] == reason).expect("the line is there")
    };
    let customer = line(json!("customer_id"), "IDENTIFIER_PLACEHOLDER");
    assert_eq!((&customer["count"], &customer["program_id"]), (&json!(2), &json!(1)));
    assert_eq!(line(json!("email"), "EMAIL_MALFORMED")["count"], 1);
    assert_eq!(line(Value::Null, "IDENTIFIER_KIND_UNKNOWN")["count"], 1);
    let day = customer["day"].as_str().expect("a day");
    let asked = |query: &str| demo.api().get(&format!("/api/v1/identifiers/refused?{query}"));
    assert_eq!(asked(&format!("from={day}&to={day}&program_id=1")).json()["data"].as_array().map(Vec::len), Some(3));
    for query in ["from=2020-01-01&to=2020-02-01", "program_id=77"] {
        assert_eq!(asked(query).json()["data"], json!([]), "{query}");
    }
    assert_eq!(asked("from=yesterday").status, 400);

    let page = owner.get("/settings/identifiers").text();
    assert!(page.contains("IDENTIFIER_PLACEHOLDER") && page.contains("unknown kind"), "{page}");
    let file = owner.get("/settings/identifiers?format=csv");
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.text().contains(&format!("{day},customer_id,IDENTIFIER_PLACEHOLDER,2")), "{}", file.text());
    let order = owner.get("/orders?id=S1").text();
    assert!(order.contains("this was left out") && order.contains("neither an e-mail address nor a hash"), "{order}");
    let found = demo.api().get("/api/v1/orders/S1").json();
    let left_out = &found["orders"][0]["decisions"][0]["identifiers_left_out"];
    assert_eq!(
        (&left_out[0]["kind"], &left_out[0]["reason"]),
        (&json!("customer_id"), &json!("IDENTIFIER_PLACEHOLDER"))
    );
    // It is the brand's matter.
    let as_partner = demo.api().get("/api/v1/orders/S1?partner_id=1").json();
    assert_eq!(as_partner["orders"][0]["decisions"][0]["identifiers_left_out"], json!([]));
    assert_eq!(demo.sign_in("/partners/0/user").get("/settings/identifiers").status, 403);
}

fn a_value_that_the_brand_blocks_names_nobody_until_it_is_removed(pair: Pair) {
    let mut demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    assert!(owner.get("/settings/identifiers").text().contains("Empty. Values that many"), "an empty list says so");
    let block = |pairs: &[(&str, &str)]| owner.post("/settings/identifiers/block", pairs);
    let till = [("kind", "email"), ("value", "Till.Unmistakable@shop.example"), ("note", "The tablet at the door")];
    assert_eq!(block(&till).header("location"), "/settings/identifiers?done");
    let phone = [("kind", "phone"), ("value", "030 123-457"), ("country", "DE")];
    assert_eq!(block(&phone).status, 303);
    assert_eq!(block(&[("kind", "customer_id"), ("value", "null")]).status, 422, "it is left out as it is");
    assert_eq!(block(&[("kind", "phone"), ("value", "030 123457")]).status, 422, "of which country?");
    assert_eq!(demo.sign_in("/partners/0/user").post("/settings/identifiers/block", &till).status, 403);
    let page = owner.get("/settings/identifiers").text();
    assert!(page.contains("The tablet at the door") && !page.contains("nmistakable"), "{page}");

    let (click_id, _) = demo.click(0);
    // SHA-1 of till.unmistakable@shop.example.
    let hash = "f8331315b3d1ee28dd50c92d79c19da2aa5b3625";
    for (i, (kind, value)) in
        [("email", hash), ("email", "till.unmistakable@shop.example"), ("phone", "+4930123457")].iter().enumerate()
    {
        let order = format!("B{i}");
        let more = json!({ "click_id": click_id, "identifiers": [{ "kind": kind, "value": value }] });
        assert_eq!(codes(&report(&demo, &order, more)), ["IDENTIFIER_BLOCKED"], "{value}");
        assert!(earned(&demo, &order), "the rest counts");
    }
    report(&demo, "B8", json!({ "identifiers": [{ "kind": "email", "value": hash }], "promo_code": "NONE" }));
    assert!(!earned(&demo, "B8"), "it joined nothing");

    let entry =
        page.split("The tablet at the door").nth(1).and_then(|rest| rest.split("name=\"entry\" value=\"").nth(1));
    let entry = entry.and_then(|rest| rest.split('"').next()).expect("an entry").to_owned();
    assert_eq!(owner.post("/settings/identifiers/unblock", &[("entry", "99999")]).status, 404);
    assert_eq!(owner.post("/settings/identifiers/unblock", &[("entry", &entry)]).status, 303);
    let again =
        report(&demo, "B9", json!({ "click_id": click_id, "identifiers": [{ "kind": "email", "value": hash }] }));
    assert_eq!(again["warnings"], json!([]), "it names somebody again");
    assert!(!owner.get("/settings/identifiers").text().contains("The tablet at the door"));
    assert!(
        owner.get("/audit?kind=identifier_blocked").text().contains("The tablet at the door"),
        "the trail remembers"
    );

    demo.stop();
    for file in std::fs::read_dir(demo.folder()).expect("the folder") {
        let path = file.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let needle = b"nmistakable";
        assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{} holds the value", path.display());
    }
}
