//! Contracts as agreements: notice, offers in the portal, and overlays on terms.

use referee_core::time::Timestamp;
use referee_engine::intake::day::day_text;
use referee_engine::zone::zone;
use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, Reply, on_every_pair};

on_every_pair!(
    a_change_keeps_its_notice,
    a_partner_accepts_or_declines_what_it_is_offered,
    an_overlay_pays_more_for_some_days,
    overlays_are_set_on_their_screen,
    lists_are_set_and_named_by_terms,
    lists_are_set_on_their_screen,
);

fn post(demo: &Demo, path: &str, body: &Value) -> (u16, Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    (reply.status, reply.json())
}

/// The contract of the demonstration's second partner, from the form of its screen.
fn change(owner: &Person, pairs: &[(&str, &str)]) -> String {
    let days = [("program", "1"), ("referral_window_days", "30"), ("lock_days", "30")];
    let reply = owner.post("/partners/2/contract", &[&days, pairs].concat());
    if reply.status == 422 { reply.text() } else { reply.header("location").to_owned() }
}

fn contract(demo: &Demo) -> Value {
    demo.api().get("/api/v1/contracts?partner_id=2").json()["data"][0].clone()
}

/// A day of the program's calendar, so many days ahead.
fn day(ahead: u32) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is later");
    let now = Timestamp(i64::try_from(now.as_millis()).expect("a moment"));
    let zone = zone("Europe/Berlin", now).expect("the zone of the demonstration");
    day_text(zone.day(now.plus_days(ahead)))
}

/// An order of the second partner, and its action whole.
fn order(demo: &Demo, name: &str) -> Value {
    order_with(demo, name, "")
}

fn order_with(demo: &Demo, name: &str, code: &str) -> Value {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2, "promo_code": code });
    let (status, told) = post(demo, "/api/v1/conversions", &order);
    assert_eq!(status, 202, "{told}");
    let id = demo.api().get(&format!("/api/v1/actions?order_id={name}")).json()["data"][0]["id"].clone();
    demo.api().get(&format!("/api/v1/actions/{}", id.as_str().expect("an id"))).json()
}

fn a_change_keeps_its_notice(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    let set = "/partners/2?done#contract-1";
    assert_eq!(change(&owner, &[("what", "own"), ("payout_1", "10%"), ("notice_days", "30")]), set);
    demo.advance("2s");
    assert_eq!((&contract(&demo)["status"], &contract(&demo)["notice_days"]), (&json!("active"), &json!(30)));
    assert!(owner.get("/partners/2").text().contains("Changes bind 30 days after they are set."));
    let told = change(&owner, &[("what", "own"), ("payout_1", "1%"), ("starts", &day(5))]);
    assert!(told.contains("A change keeps its notice: it binds on "), "{told}");
    let own = json!({ "program_id": 1, "partner_id": 2, "starts_at": "2000-01-01T00:00:00Z" });
    assert_eq!(post(&demo, "/api/v1/terms", &own).1["error"]["code"], "TERMS_IN_PAST");
    let soon = json!({ "program_id": 1, "partner_id": 2, "starts_at": format!("{}T12:00:00Z", day(5)) });
    assert_eq!(post(&demo, "/api/v1/terms", &soon).1["error"]["code"], "NOTICE_TOO_SHORT");
    // Without a day it starts as soon as it may.
    assert_eq!(change(&owner, &[("what", "own"), ("payout_1", "1%")]), set);
    assert!(owner.get("/partners/2").text().contains("Upcoming"));
    assert_eq!(change(&owner, &[("what", "pause"), ("reason", "being looked at")]), set);
    demo.advance("2s");
    assert_eq!(contract(&demo)["status"], "paused");
    assert_eq!(change(&owner, &[("what", "resume"), ("reason", "all is well")]), set);
    demo.advance("2s");
    assert_eq!(order(&demo, "N1")["payout"], "10.00");
}

fn a_partner_accepts_or_declines_what_it_is_offered(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let (owner, partner, other) =
        (demo.sign_in("/user"), demo.sign_in("/partners/1/user"), demo.sign_in("/partners/0/user"));
    let offer = |payout: &str| change(&owner, &[("what", "offer"), ("payout_1", payout)]);
    let answer = |who: &Person, version: &str, answer: &str| {
        who.post("/contract", &[("program", "1"), ("version", version), ("answer", answer)])
    };
    assert_eq!(owner.get("/contract").status, 403, "it is the partner's screen");
    assert_eq!(offer("11%"), "/partners/2?done#contract-1");
    assert_eq!((&contract(&demo)["offered_version"], &contract(&demo)["status"]), (&json!(2), &json!("active")));
    assert!(owner.get("/partners/2").text().contains("Version 2 waits for the partner"));
    let page = partner.get("/contract").text();
    assert!(
        page.contains("wait for your answer") && page.contains("pays 11 %") && page.contains("No longer"),
        "{page}"
    );
    assert!(partner.get("/").text().contains("New terms wait for your answer."));
    assert!(!other.get("/contract").text().contains("11 %"));
    assert_eq!(order(&demo, "B1")["payout"], "8.00", "what was before goes on");

    assert_eq!(answer(&owner, "2", "accept").status, 403, "the brand can't speak for the partner");
    assert!(answer(&other, "2", "accept").text().contains("There is no such offer."));
    assert_eq!(answer(&partner, "2", "perhaps").status, 404);
    assert_eq!(answer(&partner, "2", "accept").status, 303);
    demo.advance("2s");
    assert_eq!(order(&demo, "B2")["payout"], "11.00");
    assert!(answer(&partner, "2", "decline").text().contains("the first word holds"));
    let withdrawal = |version: u32| {
        let body = json!({ "program_id": 1, "partner_id": 2, "version": version });
        let (status, told) = post(&demo, "/api/v1/contracts/withdrawals", &body);
        (status, told["error"]["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(withdrawal(2), (409, "OFFER_DECIDED".to_owned()));
    assert_eq!(withdrawal(9), (422, "OFFER_NOT_FOUND".to_owned()));

    offer("12%");
    assert_eq!(change(&owner, &[("what", "withdraw"), ("version", "3")]), "/partners/2?done#contract-1");
    assert_eq!(withdrawal(3), (409, "OFFER_WITHDRAWN".to_owned()));
    assert!(answer(&partner, "3", "accept").text().contains("The offer was withdrawn"));
    offer("13%");
    assert_eq!(answer(&partner, "4", "decline").status, 303);
    let versions = demo.api().get("/api/v1/terms?partner_id=2").json();
    let status: Vec<&str> =
        versions["data"].as_array().expect("versions").iter().filter_map(|it| it["status"].as_str()).collect();
    assert_eq!(status, ["expired", "active", "withdrawn", "declined"]);
    assert!(owner.get("/partners/2").text().contains("Declined"));
    assert!(owner.get("/audit").text().contains("accepted in the portal"));
}

fn an_overlay_pays_more_for_some_days(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let body = |name: &str, more: Value| {
        let mut body = json!({ "program_id": 1, "name": name, "event_types": ["sale"], "partner_ids": [2],
            "starts_at": "2099-01-01T00:00:00Z", "ends_at": "2099-02-01T00:00:00Z" });
        more.as_object().expect("fields").iter().for_each(|(key, value)| body[key] = value.clone());
        body
    };
    let set = |name: &str, more: Value| post(&demo, "/api/v1/overlays", &body(name, more));
    let code = |name: &str, more: Value| set(name, more).1["error"]["code"].clone();
    assert_eq!(demo.api().get("/api/v1/overlays").json()["data"], json!([]));
    assert_eq!(set("Spring", json!({ "increase": "20%" })), (201, json!({ "id": 1 })));
    assert_eq!(code("Twice", json!({ "increase": "20%" })), "OVERLAYS_OVERLAP");
    assert_eq!(code("Past", json!({ "increase": "20%", "starts_at": "2020-01-01T00:00:00Z" })), "OVERLAY_IN_PAST");
    assert_eq!(code("Unknown", json!({ "increase": "20%", "id": 7 })), "OVERLAY_NOT_FOUND");
    for (field, more) in [
        ("increase", json!({})),
        ("increase", json!({ "increase": "2.00" })),
        ("event_types", json!({ "increase": "20%", "event_types": ["lunch"] })),
        ("starts_at", json!({ "increase": "20%", "starts_at": "soon" })),
        ("weekdays", json!({ "increase": "20%", "weekdays": ["someday"] })),
        ("until_time", json!({ "increase": "20%", "until_time": "25:00" })),
    ] {
        assert_eq!(set("Wrong", more).1["error"]["fields"][0]["field"], field);
    }

    let night = json!({ "increase": "20%", "from_time": "22:00", "until_time": "02:00" });
    assert_eq!(code("Night", night), "OVERLAY_HOURS");
    let evenings = json!({ "increase": "20%", "starts_at": "2098-01-01T00:00:00Z", "ends_at": "2098-02-01T00:00:00Z",
        "weekdays": ["sunday", "friday"], "from_time": "18:00" });
    assert_eq!(set("Evenings", evenings).0, 201);
    let told = demo.api().get("/api/v1/overlays").json()["data"][1].clone();
    assert_eq!(
        (&told["weekdays"], &told["from_time"], &told["until_time"]),
        (&json!(["friday", "sunday"]), &json!("18:00"), &json!("24:00"))
    );

    // One that begins today: the screen gives it the moment.
    let owner = demo.sign_in("/user");
    let before = order(&demo, "V1");
    assert_eq!((&before["payout"], &before["priced_by"][0]["overlay_id"]), (&json!("8.00"), &Value::Null));
    let (today, last) = (day(0), "2097-01-01");
    let form = [
        ("program", "1"),
        ("name", "Black Friday"),
        ("starts", &today),
        ("ends", last),
        ("value", "50%"),
        ("kind", "increase"),
        ("event_1", "yes"),
        ("member_2", "yes"),
    ];
    assert_eq!(owner.post("/settings/overlays", &form).status, 303);
    demo.advance("2s");
    let on = order(&demo, "V2");
    assert_eq!(on["payout"], "12.00");
    assert_eq!(
        (&on["priced_by"][0]["overlay_id"], &on["priced_by"][0]["adjustments"]),
        (&json!(3), &json!(["Black Friday"]))
    );
    let page = owner.get(&format!("/actions/{}", on["id"].as_str().expect("an id"))).text();
    assert!(page.contains("Black Friday"), "{page}");
    assert_eq!(order(&demo, "V1")["payout"], "8.00", "what has happened keeps its price");
}

fn overlays_are_set_on_their_screen(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    assert!(owner.get("/settings/overlays").text().contains("None yet. An overlay pays more"));
    let form = |more: &[(&'static str, &'static str)]| {
        let days = [
            ("program", "1"),
            ("name", "Spring"),
            ("starts", "2099-01-01"),
            ("ends", "2099-01-04"),
            ("event_1", "yes"),
        ];
        let reply = owner.post("/settings/overlays", &[&days[..], more].concat());
        if reply.status == 422 { reply.text() } else { reply.header("location").to_owned() }
    };
    let set = "/settings/overlays?program=1&done";
    assert_eq!(form(&[("value", "12%"), ("kind", "payout")]), set);
    let page = owner.get("/settings/overlays").text();
    assert!(page.contains("12 % by default") && page.contains("Upcoming") && page.contains("Spring"), "{page}");
    assert!(form(&[("value", "12%"), ("kind", "payout")]).contains("Another overlay is on"));
    assert!(form(&[("value", "2.00"), ("kind", "increase")]).contains("is a rate"));
    assert!(form(&[("value", "much"), ("kind", "payout")]).contains("is no payout"));
    assert!(owner.get("/settings/overlays/1/1").text().contains("Change the overlay"));
    let night = [("value", "12%"), ("kind", "payout"), ("from_time", "22:00"), ("until_time", "02:00")];
    assert!(form(&night).contains("a night, set one overlay until 24:00"));
    let hours = [
        ("value", "12%"),
        ("kind", "payout"),
        ("id", "1"),
        ("weekday_4", "friday"),
        ("weekday_5", "saturday"),
        ("from_time", "18:00"),
    ];
    assert_eq!(form(&hours), set);
    assert!(owner.get("/settings/overlays").text().contains("Fri, Sat, 18:00 to 24:00"));
    let page = owner.get("/settings/overlays/1/1").text();
    assert!(page.contains("value=\"friday\" checked") && page.contains("name=\"from_time\" value=\"18:00\""), "{page}");
    assert_eq!(owner.get("/settings/overlays/1/9").status, 404);
    assert_eq!(form(&[("value", "12%"), ("kind", "payout"), ("id", "1"), ("standing", "paused")]), set);
    assert!(owner.get("/settings/overlays").text().contains("Paused"));
    assert_eq!(demo.api().get("/api/v1/overlays").json()["data"][2]["standing"], "paused");
    assert_eq!(demo.sign_in("/partners/1/user").get("/settings/overlays").status, 403);
}

fn lists_are_set_and_named_by_terms(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let list = |more: Value| {
        let mut body =
            json!({ "program_id": 1, "name": "Excluded brands", "variable": "promo_code", "values": ["STAFF10"] });
        more.as_object().expect("fields").iter().for_each(|(key, value)| body[key] = value.clone());
        post(&demo, "/api/v1/lists", &body)
    };
    let field = |more: Value| list(more).1["error"]["fields"][0]["field"].clone();
    assert_eq!(demo.api().get("/api/v1/lists").json()["data"], json!([]));
    assert_eq!(list(json!({})), (201, json!({ "id": 1 })));
    assert_eq!(list(json!({})).1["error"]["code"], "LIST_NAME_TAKEN");
    assert_eq!(list(json!({ "id": 9 })).1["error"]["code"], "LIST_NOT_FOUND");
    assert_eq!(list(json!({ "id": 1, "variable": "sku" })).1["error"]["code"], "LIST_VARIABLE");
    assert_eq!(field(json!({ "variable": "device" })), "variable");
    assert_eq!(field(json!({ "values": ["a", "x".repeat(256)] })), "values[1]");
    let many: Vec<String> = (0..10_001).map(|n| format!("{n:0>200}")).collect();
    assert_eq!(field(json!({ "values": many })), "values");
    assert_eq!(list(json!({ "name": "Many", "values": many[1..] })).0, 201);

    let terms = |when: Value| {
        let restriction = json!([{ "name": "Staff", "when": [when] }]);
        let payout = json!({ "event_type": "sale", "payout": "8%", "restrictions": restriction });
        let rules =
            json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 }, "payouts": [payout] });
        post(&demo, "/api/v1/terms", &json!({ "program_id": 1, "partner_id": 2, "rules": rules }))
    };
    for (when, told) in [
        (json!({ "variable": "promo_code", "in_list": "Others" }), "The program has no list"),
        (json!({ "variable": "sku", "in_list": "Excluded brands" }), "is of promo_code, not of sku"),
        (json!({ "variable": "device", "in_list": "Excluded brands" }), "There are no lists of device"),
    ] {
        let refused = terms(when).1["error"]["fields"][0].clone();
        assert_eq!(refused["field"], "rules.payouts[0].restrictions[0].when[0]");
        assert!(refused["message"].as_str().is_some_and(|it| it.contains(told)), "{refused}");
    }
    assert_eq!(terms(json!({ "variable": "promo_code", "in_list": "excluded BRANDS" })).0, 201);
    demo.advance("2s");
    let with_code = |name: &str| order_with(&demo, name, "Staff10");
    let unpaid = with_code("L1");
    assert_eq!((&unpaid["payout"], &unpaid["priced_by"][0]["name"]), (&json!("0.00"), &json!("Staff")));
    assert_eq!(list(json!({ "id": 1, "name": "Staff codes", "values": [] })).0, 201);
    demo.advance("2s");
    assert_eq!(with_code("L2")["payout"], "8.00");
    let id = unpaid["id"].as_str().expect("an id");
    let told = demo.api().get(&format!("/api/v1/actions/{id}")).json();
    assert_eq!(told["priced_by"][0]["rule"], "restriction", "what has happened keeps its price");
    let lists = demo.api().get("/api/v1/lists?program_id=1&id=1").json()["data"].clone();
    assert_eq!(
        (&lists[0]["name"], &lists[0]["version"], &lists[0]["values"]),
        (&json!("Staff codes"), &json!(2), &json!([]))
    );
    let all = demo.api().get("/api/v1/lists").json()["data"].clone();
    assert_eq!((&all[1]["count"], &all[1]["values"]), (&json!(10_000), &Value::Null));
    let rules = demo.api().get("/api/v1/terms?partner_id=2").json()["data"].clone();
    let newest = rules.as_array().and_then(|all| all.last()).expect("terms");
    assert_eq!(newest["rules"]["payouts"][0]["restrictions"][0]["when"][0]["in_list"], "Staff codes");
}

/// The form of a list, with or without a file.
fn upload(person: &Person, fields: &[(&str, &str)], file: Option<(&str, &str)>) -> Reply {
    let mut body = String::new();
    for (name, value) in [&[("csrf", person.csrf.as_str())], fields].concat() {
        body += &format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    let (name, content) = file.unwrap_or_default();
    body += &format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--edge--\r\n"
    );
    person.client.post("/settings/lists", "multipart/form-data; boundary=edge", &body)
}

fn lists_are_set_on_their_screen(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    let send = |fields: &[(&str, &str)], file: Option<(&str, &str)>| {
        let reply = upload(&owner, fields, file);
        if reply.status == 303 { reply.header("location").to_owned() } else { reply.text() }
    };
    assert!(owner.get("/settings/lists").text().contains("None yet. A list holds values"));
    let new = [("program", "1"), ("name", "Excluded brands"), ("variable", "sku"), ("text", "Acme\napex\n\nACME")];
    assert_eq!(send(&new, None), "/settings/lists/1/1?done");
    assert!(send(&new, None).contains("Another list of the program has this name"));
    let same = [("program", "1"), ("id", "1"), ("name", "Excluded brands"), ("variable", "sku"), ("text", "ignored")];
    assert_eq!(
        send(&same, Some(("skus.csv", "name,SKU\nBoots,acme\nHats,other\nCaps,third\n"))),
        "/settings/lists/1/1?done"
    );
    let page = owner.get("/settings/lists/1/1").text();
    assert!(
        page.contains("3 values") && page.contains("acme\nother\nthird") && page.contains("No terms name it."),
        "{page}"
    );
    assert!(
        send(&same[..4], Some(("bad.txt", &"x".repeat(256))))
            .contains("Value 1: It is longer than 255 characters. Nothing was changed.")
    );

    // The form of terms offers it.
    let page = owner.get("/settings").text();
    assert!(
        page.contains("Pays nothing for what stands on these lists") && page.contains("Excluded brands (sku)"),
        "{page}"
    );
    let terms = |more: &[(&'static str, &'static str)]| {
        let plain = [("program", "1"), ("referral_window_days", "30"), ("lock_days", "30"), ("payout_1", "8%")];
        let sent = [&plain[..], &[("exceptions", "shown")], more].concat();
        assert_eq!(owner.post("/settings/terms", &sent).status, 303);
        demo.advance("2s");
        owner.get("/settings").text()
    };
    let page = terms(&[("except_1", "1")]);
    assert!(page.contains("nothing, if the SKU is on the list &quot;Excluded brands&quot;"), "{page}");
    assert!(owner.get("/settings/lists/1/1").text().contains("Named by the template."));
    let page = terms(&[]);
    assert!(!page.contains("is on the list"), "{page}");
    assert_eq!(owner.get("/settings/lists/1/9").status, 404);
    assert_eq!(demo.sign_in("/partners/1/user").get("/settings/lists").status, 403);
}
