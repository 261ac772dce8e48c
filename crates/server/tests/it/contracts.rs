//! Contracts as agreements: notice, offers in the portal, and overlays on terms.

use referee_core::time::Timestamp;
use referee_engine::intake::day::day_text;
use referee_engine::zone::zone;
use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, on_every_pair};

on_every_pair!(
    a_change_keeps_its_notice,
    a_partner_accepts_or_declines_what_it_is_offered,
    an_overlay_pays_more_for_some_days,
    overlays_are_set_on_their_screen,
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
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2 });
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
    ] {
        assert_eq!(set("Wrong", more).1["error"]["fields"][0]["field"], field);
    }

    // One that begins today: the screen gives it the moment.
    let owner = demo.sign_in("/user");
    let before = order(&demo, "V1");
    assert_eq!((&before["payout"], &before["priced_by"][0]["overlay_id"]), (&json!("8.00"), &Value::Null));
    let (today, last) = (day(0), "2098-01-01");
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
        (&json!(2), &json!(["Black Friday"]))
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
    assert_eq!(owner.get("/settings/overlays/1/9").status, 404);
    assert_eq!(form(&[("value", "12%"), ("kind", "payout"), ("id", "1"), ("standing", "paused")]), set);
    assert!(owner.get("/settings/overlays").text().contains("Paused"));
    assert_eq!(demo.api().get("/api/v1/overlays").json()["data"][1]["standing"], "paused");
    assert_eq!(demo.sign_in("/partners/1/user").get("/settings/overlays").status, 403);
}
