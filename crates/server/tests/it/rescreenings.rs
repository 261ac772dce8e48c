//! Clicks that are screened again by other rules: of days that are open, closed and locked.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, on_every_pair};

on_every_pair!(clicks_are_screened_again_before_and_after_their_day_is_closed);

fn post(demo: &Demo, path: &str, body: &Value) -> (u16, Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    (reply.status, reply.json())
}

/// The first partner is paid for clicks, which are reviewed for two days and lock after ten.
fn pays_for_clicks(demo: &Demo) {
    let types = demo.api().get("/api/v1/event-types").json();
    let has_clicks = types["data"]
        .as_array()
        .expect("a list")
        .iter()
        .any(|it| it["category"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("click")));
    if !has_clicks {
        let clicks = json!({ "program_id": 1, "name": "Click", "code": "click", "category": "click" });
        assert_eq!(post(demo, "/api/v1/event-types", &clicks).0, 201);
    }
    let line = json!({ "event_type": "click", "payout": "0.05", "clicks": { "mode": "reviewed", "review_days": 2 } });
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 10 }, "payouts": [line] });
    let terms = json!({ "program_id": 1, "partner_id": demo.number("/partners/0/id"), "rules": rules });
    let (status, told) = post(demo, "/api/v1/terms", &terms);
    assert_eq!(status, 201, "{told}");
}

/// Clicks once, and gives the network that the click came from.
fn click(demo: &Demo) -> String {
    demo.visitor().with("accept-language", "de").get(&demo.link(0));
    let clicks = demo.api().get("/api/v1/clicks").json();
    clicks["data"][0]["signals"]["network"].as_str().expect("a network").to_owned()
}

/// Which clicks would not be paid if a network were a data centre, and data centres were not paid.
fn asked(network: &str) -> Value {
    json!({ "program_id": 1, "from": "2020-01-01", "until": "2020-01-02", "rules": { "suspect": "unpaid" },
        "hosting_networks": [network] })
}

/// Of the days around now, by the demonstration's clock.
fn around_now(demo: &Demo, mut asked: Value) -> Value {
    let clicks = demo.api().get("/api/v1/clicks").json();
    let at: jiff::Timestamp = clicks["data"][0]["clicked_at"].as_str().expect("a moment").parse().expect("a moment");
    let day = |hours: i64| {
        at.checked_add(jiff::SignedDuration::from_hours(hours)).expect("a moment").to_string()[..10].to_owned()
    };
    (asked["from"], asked["until"]) = (json!(day(-48)), json!(day(48)));
    asked
}

fn propose(demo: &Demo, asked: &Value) -> Value {
    let (status, told) = post(demo, "/api/v1/click-rescreenings", asked);
    assert_eq!(status, 200, "{told}");
    told
}

fn apply(demo: &Demo, asked: &Value, clicks: i64, cost: &str) -> (u16, Value) {
    let mut asked = asked.clone();
    asked["apply"] = json!({ "clicks": clicks, "cost": cost, "reason": "a data centre of click farms" });
    post(demo, "/api/v1/click-rescreenings", &asked)
}

fn clicks_are_screened_again_before_and_after_their_day_is_closed(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    pays_for_clicks(&demo);
    // Terms bind a moment after they are set.
    demo.advance("1h");
    let network = click(&demo);
    let asked = around_now(&demo, asked(&network));
    let unlike = json!({ "hosting_networks": ["00000000000000ff"] });
    let mut nothing = asked.clone();
    nothing["hosting_networks"] = unlike["hosting_networks"].clone();
    assert_eq!(propose(&demo, &nothing)["clicks"], 0, "another network");

    let open = propose(&demo, &asked);
    assert_eq!(
        (&open["clicks"], &open["cost"], &open["applied"]),
        (&json!(1), &json!("0.05"), &json!(false)),
        "{open}"
    );
    let day = &open["data"][0];
    assert_eq!((&day["status"], &day["codes"]), (&json!("open"), &json!({ "DATA_CENTRE": 1 })), "{open}");
    let (status, refused) = apply(&demo, &asked, 2, "0.10");
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("proposal_changed")));
    let (status, applied) = apply(&demo, &asked, 1, "0.05");
    assert_eq!((status, &applied["review_ids"], &applied["not_done"]), (200, &json!([1]), &json!([])), "{applied}");
    // The review is done as queued work, and time passes with all that was queued.
    demo.advance("1m");
    assert_eq!(propose(&demo, &asked)["clicks"], 0, "it is rejected, and is not rejected twice");

    demo.advance("1d");
    assert_eq!(click(&demo), network);
    demo.advance("4d");
    let asked = around_now(&demo, asked);
    let closed = propose(&demo, &asked);
    let day = &closed["data"][0];
    assert_eq!(
        (&closed["clicks"], &closed["cost"], &day["status"]),
        (&json!(1), &json!("0.05"), &json!("closed")),
        "{closed}"
    );
    let action = day["action_id"].as_str().expect("an action").to_owned();
    let payout = || demo.api().get(&format!("/api/v1/actions/{action}")).json()["payout"].clone();
    assert_eq!(payout(), json!("0.05"));
    assert_eq!(apply(&demo, &asked, 1, "0.05").0, 200);
    assert_eq!(payout(), json!("0.00"));
    assert_eq!(propose(&demo, &asked)["clicks"], 0, "nothing is taken twice");

    demo.advance("1d");
    assert_eq!(click(&demo), network);
    demo.advance("20d");
    let asked = around_now(&demo, asked);
    let locked = propose(&demo, &asked);
    let day = &locked["data"][0];
    assert_eq!((&locked["cost"], &day["status"]), (&json!("0.05"), &json!("locked")), "{locked}");
    assert_eq!(apply(&demo, &asked, 1, "0.05").1["not_done"], json!([]));
    assert_eq!(propose(&demo, &asked)["clicks"], 0, "it is corrected once");
}

#[test]
fn a_person_sees_what_it_comes_to_and_does_it() {
    let demo = Demo::with_standing_clock(Pair::Files);
    pays_for_clicks(&demo);
    // Terms bind a moment after they are set.
    demo.advance("1h");
    let network = click(&demo);
    let asked = around_now(&demo, asked(&network));
    let (from, until) = (asked["from"].as_str().expect("a day"), asked["until"].as_str().expect("a day"));
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/0/user"));
    assert_eq!(partner.get("/pending-clicks/rescreen").status, 403);
    assert!(owner.get("/pending-clicks/rescreen").text().contains("Show what it comes to"));
    let fields = vec![("program", "1"), ("from", from), ("until", until), ("suspect", "unpaid"), ("hosting", &network)];
    assert_eq!(partner.post("/pending-clicks/rescreen", &fields).status, 403);
    let page = owner.post("/pending-clicks/rescreen", &fields).text();
    assert!(page.contains("DATA_CENTRE 1") && page.contains("Take €0.05 back"), "{page}");
    let with = |clicks| [&fields[..], &[("clicks", clicks), ("cost", "0.05"), ("reason", "a click farm")]].concat();
    let page = owner.post("/pending-clicks/rescreen", &with("2")).text();
    assert!(page.contains("It has changed since you looked") && page.contains("Take €0.05 back"), "{page}");
    let page = owner.post("/pending-clicks/rescreen", &with("1")).text();
    assert!(page.contains("Applied") && !page.contains("Not done"), "{page}");
    demo.advance("1m");
    assert!(owner.post("/pending-clicks/rescreen", &fields).text().contains("Nothing would change"));
    let wrong = [&fields[..4], &[("hosting", "xyz")]].concat();
    assert_eq!(owner.post("/pending-clicks/rescreen", &wrong).status, 422);
}

#[test]
fn what_is_asked_wrongly_is_named() {
    let demo = Demo::start();
    pays_for_clicks(&demo);
    let field = |change: &dyn Fn(&mut Value)| {
        let mut asked = asked("00000000000000ff");
        change(&mut asked);
        let (status, told) = post(&demo, "/api/v1/click-rescreenings", &asked);
        assert_eq!(status, 400, "{told}");
        told["error"]["fields"][0]["field"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(field(&|it| it["from"] = json!("yesterday")), "from");
    assert_eq!(field(&|it| it["until"] = json!("2019-12-31")), "until");
    assert_eq!(field(&|it| it["until"] = json!("2020-12-31")), "until");
    assert_eq!(field(&|it| it["hosting_networks"] = json!(["xyz"])), "hosting_networks");
    assert_eq!(field(&|it| it["rules"]["window_minutes"] = json!(0)), "window_minutes");
    assert_eq!(field(&|it| it["apply"] = json!({ "clicks": 1, "cost": "0.05", "reason": " " })), "apply.reason");
    let mut elsewhere = asked("00000000000000ff");
    elsewhere["program_id"] = json!(999);
    assert!(post(&demo, "/api/v1/click-rescreenings", &elsewhere).0 >= 400, "another brand's program, or none");
}
