//! Who is who, as the console and the interface tell it, and a join that a person takes apart.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, on_every_pair};

on_every_pair!(
    a_profile_says_what_joined_it,
    two_customers_of_one_device_are_two_profiles,
    a_join_can_be_separated_and_taken_back,
    a_late_page_load_decides_the_order_again,
);

fn page_load(demo: &Demo, body: &Value) {
    let reply = demo.anybody().post("/PageLoad", "application/json", &body.to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

fn report(demo: &Demo, order_id: &str, customer: &str) {
    let body = json!({ "program": 1, "event": "sale", "order_id": order_id, "event_date": "NOW", "amount": "10", "customer_id": customer });
    let reply = demo.api().post("/api/v1/conversions", "application/json", &body.to_string());
    assert_eq!(reply.status, 202, "{}", reply.text());
}

fn answer(demo: &Demo, order_id: &str) -> String {
    let found = demo.api().get(&format!("/api/v1/orders/{order_id}")).json();
    found["answer"]["code"].as_str().unwrap_or_default().to_owned()
}

fn profile(demo: &Demo, customer: &str) -> Value {
    demo.api().get(&format!("/api/v1/profiles?customer_id={customer}")).json()
}

fn kinds(profile: &Value) -> Vec<&str> {
    let members = profile["members"].as_array().expect("members");
    members.iter().map(|it| it["kind"].as_str().expect("a kind")).collect()
}

fn a_profile_says_what_joined_it(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    page_load(
        &demo,
        &json!({ "CampaignId": 1, "ClickId": click_id, "CustomerId": "ann", "CustomerEmail": "ann@shop.example" }),
    );
    report(&demo, "P1", "ann");
    eventually("the order is in the books", || answer(&demo, "P1") == "CREDITED");
    let told = profile(&demo, "ann");
    let mut of = kinds(&told);
    of.sort_unstable();
    assert_eq!(of[..2], ["customer_id", "email"], "{told}");
    let joined = |it: &&Value| it["became"] == "joined" && it["record"].as_u64().is_some_and(|it| it > 0);
    assert!(told["edges"].as_array().expect("edges").iter().filter(joined).count() >= 2, "{told}");
    let events: Vec<&str> =
        told["events"].as_array().expect("events").iter().filter_map(|it| it["event"].as_str()).collect();
    assert_eq!(events, ["order", "click"], "{told}");
    assert!(!told.to_string().contains("ann@"), "no plain value is told");
    let id = told["members"][0]["node_id"].as_str().expect("a node");
    assert_eq!(demo.api().get(&format!("/api/v1/profiles/{id}")).json(), told, "any node leads to it");
    let search = |kind: &str, value: &str| {
        let body = json!({ "kind": kind, "value": value }).to_string();
        demo.api().post("/api/v1/profiles/search", "application/json", &body)
    };
    assert_eq!(search("email", "Ann@Shop.example").json(), told);
    assert_eq!(search("email", "zoe@shop.example").status, 404);
    assert_eq!((search("loyalty", "7").status, search("email", "ann").status), (400, 400));
    for (query, status) in [("", 400), ("?email_hash=ann@shop.example", 400), ("/999999", 404), ("/x", 404)] {
        assert_eq!(demo.api().get(&format!("/api/v1/profiles{query}")).status, status, "{query}");
    }
    let owner = demo.sign_in("/user");
    let page = owner.get(&format!("/profiles/{id}")).text();
    assert!(page.contains("Why it is one person") && page.contains("<svg") && page.contains("Order P1"), "{page}");
    assert_eq!(demo.sign_in("/partners/0/user").get(&format!("/profiles/{id}")).status, 403);
    let found = owner.post("/profiles", &[("kind", "email"), ("value", "ann@shop.example")]);
    assert_eq!(found.header("location"), format!("/profiles/{}", found_node(&told)));
    assert_eq!(
        owner.post("/profiles", &[("kind", "email"), ("value", "zoe@shop.example")]).header("location"),
        "/profiles?unknown"
    );
    assert!(owner.get("/profiles?unknown").text().contains("has been seen"));
}

/// Where the address hangs.
fn found_node(told: &Value) -> &str {
    let members = told["members"].as_array().expect("members");
    members.iter().find(|it| it["kind"] == "email").and_then(|it| it["node_id"].as_str()).expect("the address")
}

fn two_customers_of_one_device_are_two_profiles(pair: Pair) {
    let demo = Demo::on(pair);
    for customer in ["mum", "dad"] {
        page_load(&demo, &json!({ "CampaignId": 1, "CustomProfileId": "family-pad", "CustomerId": customer }));
    }
    page_load(&demo, &json!({ "CampaignId": 1, "CustomerId": "dad", "CustomerEmail": "office@shop.example" }));
    page_load(&demo, &json!({ "CampaignId": 1, "CustomerId": "aunt", "CustomerPhone": "+4930123456" }));
    let bridge = json!({ "CampaignId": 1, "CustomerId": "mum2", "CustomerEmail": "office@shop.example", "CustomerPhone": "+4930123456" });
    page_load(&demo, &bridge);
    let refused = || demo.api().get("/api/v1/refused-joins").json()["data"].as_array().expect("a list").clone();
    eventually("all of it is in the books", || !refused().is_empty());
    assert_eq!(refused()[0]["reason"], "ANOTHER_CUSTOMER");
    assert_eq!(one_by_one(&demo), refused(), "two of them are of one record");
    assert_eq!(kinds(&profile(&demo, "dad")).iter().filter(|kind| **kind == "customer_id").count(), 1);
    let moved = profile(&demo, "dad");
    let moves = moved["edges"].as_array().expect("edges").iter().filter(|it| it["became"] == "moved").count();
    assert_eq!(moves, 1, "{moved}");
    let page = demo.sign_in("/user").get("/profiles").text();
    assert!(page.contains("ANOTHER_CUSTOMER"), "{page}");
}

/// All refused joins, by pages of one.
fn one_by_one(demo: &Demo) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = demo.api().get(&format!("/api/v1/refused-joins?limit=1{cursor}")).json();
        rows.extend(page["data"].as_array().expect("a list").clone());
        let Some(next) = page["next_cursor"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
}

fn a_join_can_be_separated_and_taken_back(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    page_load(&demo, &json!({ "CampaignId": 1, "CustomProfileId": "tab-1", "CustomerId": "eve" }));
    let found = || demo.api().get("/api/v1/profiles?customer_id=eve");
    eventually("the page load is in the books", || found().status == 200);
    let told = profile(&demo, "eve");
    let edge =
        told["edges"].as_array().expect("edges").iter().find(|it| it["became"] == "joined").expect("a join").clone();
    let [id, a, b] = [&told["profile_id"], &edge["a"], &edge["b"]].map(|it| it.as_str().expect("a node"));
    let post = |separated: &str, reason: &str| {
        let fields = [("profile", id), ("a", a), ("b", b), ("separated", separated), ("reason", reason)];
        owner.post("/profiles/separate", &fields)
    };
    assert_eq!(post("1", " ").status, 422, "a reason is asked for");
    assert_eq!(post("1", "two flatmates").status, 303);
    assert_eq!(kinds(&profile(&demo, "eve")), ["customer_id"]);
    let other =
        owner.post("/profiles/separate", &[("profile", id), ("a", a), ("b", a), ("separated", "1"), ("reason", "x")]);
    assert_ne!(other.status, 303, "what was never seen together can't be separated");
    assert_eq!(post("", "they are one after all").status, 303);
    assert_eq!(profile(&demo, "eve")["members"].as_array().map(Vec::len), Some(2));
    let trail = owner.get("/audit").text();
    assert!(trail.contains("Join separated") && trail.contains("two flatmates"), "{trail}");
    assert_eq!(
        demo.sign_in("/partners/0/user")
            .post("/profiles/separate", &[("profile", id), ("a", a), ("b", b), ("reason", "x")])
            .status,
        403
    );
}

fn a_late_page_load_decides_the_order_again(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    report(&demo, "T1", "kim");
    eventually("the order is in the books", || answer(&demo, "T1") == "EARNED_NOTHING_YET");
    page_load(&demo, &json!({ "CampaignId": 1, "ClickId": click_id, "CustomerId": "kim" }));
    eventually("the page that says thank you decides it", || answer(&demo, "T1") == "CREDITED");
}
