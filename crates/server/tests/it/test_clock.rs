//! `--test-clock`: a demonstration's time, moved by a test.

use referee_engine::limits::{RAW_DAYS, WORK_LIMIT};
use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, Reply, eventually, on_every_pair};

const FLAGS: &[&str] = &["--test-clock"];

on_every_pair!(what_falls_due_is_done_when_the_clock_has_moved, a_clock_that_was_moved_never_goes_back,);

fn advance(client: &Client, by: &str) -> Reply {
    client.post("/test/clock", "application/json", &json!({ "advance": by }).to_string())
}

fn now(demo: &Demo) -> String {
    let reply = demo.anybody().get("/test/clock");
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["now"].as_str().expect("a moment").to_owned()
}

fn moment(text: &str) -> jiff::Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Moves the clock, and says by how many seconds it moved.
fn moved_s(demo: &Demo, by: &str) -> i64 {
    let before = now(demo);
    let reply = advance(&demo.anybody(), by);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let after = reply.json()["now"].as_str().expect("a moment").to_owned();
    assert_eq!(now(demo), after, "it stands where it was moved to");
    moment(&after).as_second() - moment(&before).as_second()
}

/// Reports an order after a click.
fn report(demo: &Demo, order: &str) {
    let (click_id, _) = demo.click(0);
    let report = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": order, "amount": "80",
        "currency": "EUR", "click_id": click_id });
    let taken = demo.api().post("/api/v1/conversions", "application/json", &report.to_string());
    assert_eq!(taken.status, 202, "{}", taken.text());
}

/// The same, and gives its action.
fn action(demo: &Demo, order: &str) -> Value {
    report(demo, order);
    let found = demo.api().get(&format!("/api/v1/actions?order_id={order}")).json();
    found["data"][0].clone()
}

fn state_of(demo: &Demo, action: &Value) -> Value {
    let id = action["id"].as_str().expect("an id");
    demo.api().get(&format!("/api/v1/actions/{id}")).json()["state"].clone()
}

fn what_falls_due_is_done_when_the_clock_has_moved(pair: Pair) {
    let demo = Demo::with(pair, FLAGS);
    assert_eq!(demo.seed["test_clock"], true);
    let stands = now(&demo);
    let first = action(&demo, "T1");
    assert_eq!(first["occurred_at"], stands.as_str(), "{first}");
    assert_eq!(now(&demo), stands, "it stands still, whatever happens");
    assert_eq!(moved_s(&demo, "36h"), 36 * 3_600);
    assert_eq!(state_of(&demo, &first), "pending");
    assert_eq!(moved_s(&demo, "40d"), 40 * 86_400);
    assert_eq!(state_of(&demo, &first), "locked");

    let second = action(&demo, "T2");
    assert_eq!(state_of(&demo, &second), "pending");
    assert_eq!(moved_s(&demo, "29d"), 29 * 86_400);
    assert_eq!(state_of(&demo, &second), "pending");
    assert_eq!(moved_s(&demo, "24h"), 86_400);
    assert_eq!(moved_s(&demo, "90m"), 5_400);
    assert_eq!(state_of(&demo, &second), "locked");
    let third = action(&demo, "T3");
    assert_eq!(state_of(&demo, &third), "pending");
}

fn a_clock_that_was_moved_never_goes_back(pair: Pair) {
    let mut demo = Demo::with(pair, FLAGS);
    let (first_click, _) = demo.click(0);
    assert_eq!(moved_s(&demo, "40d"), 40 * 86_400);
    let before = now(&demo);
    let (second_click, _) = demo.click(0);
    demo.stop();
    demo.run();
    let after = now(&demo);
    assert!(moment(&after) >= moment(&before), "{after} is not before {before}");
    let (third_click, _) = demo.click(0);
    assert!(first_click != second_click && second_click != third_click, "no number is minted twice");
    eventually("three clicks are in the books", || {
        let clicks = demo.api().get("/api/v1/clicks").json();
        clicks["data"].as_array().is_some_and(|clicks| clicks.len() == 3)
    });
}

#[test]
fn more_than_one_turn_of_work_is_done_as_well() {
    let demo = Demo::with(Pair::Files, FLAGS);
    let orders = 2 * WORK_LIMIT + 1;
    std::thread::scope(|scope| {
        for part in 0..4 {
            let demo = &demo;
            scope.spawn(move || (part..orders).step_by(4).for_each(|i| report(demo, &format!("W{i}"))));
        }
    });
    let pending = |demo: &Demo| demo.api().get("/api/v1/actions?state=pending").json()["data"].clone();
    assert_ne!(pending(&demo), json!([]));
    assert_eq!(moved_s(&demo, "40d"), 40 * 86_400);
    assert_eq!(pending(&demo), json!([]), "all of them are locked");
}

#[test]
fn what_requests_said_of_themselves_goes_when_its_days_are_over_and_not_before() {
    let mut demo = Demo::with(Pair::Files, FLAGS);
    demo.click(0);
    assert_eq!(moved_s(&demo, "91d"), i64::from(RAW_DAYS + 1) * 86_400);
    demo.click(0);
    assert_eq!(moved_s(&demo, "1h"), 3_600);
    demo.stop();
    let log = String::from_utf8(demo.command(&["log", "cat"]).stdout).expect("text");
    let records = log.lines().map(|line| serde_json::from_str(line).expect("every line is JSON"));
    let clicks: Vec<Value> = records.filter(|record: &Value| record["kind"] == "click_recorded").collect();
    let kept: Vec<bool> = clicks.iter().map(|click| click["raw"]["user_agent"].is_string()).collect();
    assert_eq!(kept, [false, true], "{clicks:?}");
}

#[test]
fn people_sign_in_again_after_a_jump() {
    let demo = Demo::with(Pair::Files, FLAGS);
    let person = demo.sign_in("/user");
    assert_eq!(person.get("/actions").status, 200);
    assert_eq!(moved_s(&demo, "6d"), 6 * 86_400);
    assert_eq!(person.get("/actions").status, 200, "a session lasts seven days");
    assert_eq!(moved_s(&demo, "3650d"), 3_650 * 86_400);
    assert_eq!(person.get("/actions").status, 303, "and ends then");
    assert_eq!(demo.sign_in("/user").get("/actions").status, 200);
}

#[test]
fn what_is_no_span_of_time_moves_nothing() {
    let demo = Demo::with(Pair::Files, FLAGS);
    let stands = now(&demo);
    for by in ["", "40", "d", "0d", "-1d", "+1d", "1.5h", "1 d", "2w", "3651d", "99999999999999999999s"] {
        let reply = advance(&demo.anybody(), by);
        let error = reply.json()["error"].clone();
        assert_eq!((reply.status, &error["code"]), (400, &json!("invalid")), "{by:?}");
        assert_eq!(error["fields"][0]["field"], "advance", "{by:?}");
    }
    for body in ["", "{", "{}", "[]", "\"40d\"", r#"{"advance":40}"#, r#"{"advance":null}"#, r#"{"by":"40d"}"#] {
        let reply = demo.anybody().post("/test/clock", "application/json", body);
        assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &json!("malformed")), "{body:?}");
    }
    let form = demo.anybody().post_form("/test/clock", &[("advance", "40d")]);
    assert_eq!((form.status, &form.json()["error"]["code"]), (415, &json!("not_json")));
    assert_eq!(now(&demo), stands);
}

#[test]
fn the_clock_goes_no_further_than_click_numbers_do() {
    let demo = Demo::with(Pair::Files, FLAGS);
    let last = (0..10).map(|_| advance(&demo.anybody(), "3650d")).find(|reply| reply.status != 200).expect("an end");
    assert_eq!((last.status, &last.json()["error"]["code"]), (400, &json!("invalid")));
    assert!(last.text().contains("2080-01-01T00:00:00Z"), "{}", last.text());
    assert_eq!(state_of(&demo, &action(&demo, "T1")), "pending", "the shop still sells");
}

#[test]
fn other_sites_and_other_hosts_do_not_reach_the_clock() {
    let demo = Demo::with(Pair::Files, FLAGS);
    let stands = now(&demo);
    let (own, shop) = (demo.text("/console_url"), demo.text("/shop_url"));
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", &shop),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let client = demo.anybody().with(name, value);
        for reply in [advance(&client, "1d"), client.get("/test/clock")] {
            assert_eq!((reply.status, &reply.json()["error"]["code"]), (403, &json!("forbidden")), "{name}: {value}");
        }
    }
    for host in ["go.shop.localhost", "www.shop.localhost", "elsewhere.example"] {
        assert_eq!(advance(&Client::new(demo.address, host), "1d").status, 404, "{host}");
    }
    assert_eq!(now(&demo), stands);
    let page = demo.anybody().with("origin", &own).with("sec-fetch-site", "same-origin");
    assert_eq!(advance(&page, "1d").status, 200, "a page of its own may");
    assert_eq!(advance(&Client::new(demo.address, "127.0.0.1").with("sec-fetch-site", "none"), "1d").status, 200);
}

#[test]
fn without_the_flag_there_is_no_such_address() {
    let demo = Demo::start();
    assert_eq!(demo.seed.get("test_clock"), None);
    let unknown = demo.anybody().get("/nothing");
    for reply in [demo.anybody().get("/test/clock"), advance(&demo.anybody(), "40d")] {
        assert_eq!((reply.status, reply.text()), (404, unknown.text()));
    }
}
