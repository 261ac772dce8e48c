//! Clicks as something that is paid for: their event type, their terms, their screening, and the way from one mode to the
//! other.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, eventually, on_every_pair};

on_every_pair!(a_program_moves_from_reviewed_to_instant_clicks);

/// Terms with one line for the demonstration's clicks.
fn terms(payout: Value) -> Value {
    let mut line = json!({ "event_type": "click" });
    line.as_object_mut().expect("an object").extend(payout.as_object().expect("an object").clone());
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 }, "payouts": [line] });
    json!({ "program_id": 1, "rules": rules })
}

fn post(demo: &Demo, path: &str, body: &Value) -> (u16, Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    (reply.status, reply.json())
}

/// The fields of a form of terms as a browser would send them.
fn form<'a>(price: &'a str, way: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("program", "1"),
        ("referral_window_days", "30"),
        ("locking", "after"),
        ("lock_days", "30"),
        ("payout_1", "8%"),
        ("payout_3", price),
        ("clicks_3", way),
        ("review_days_3", "7"),
    ];
    for (name, value) in more {
        fields.retain(|(it, _)| it != name);
        fields.push((name, value));
    }
    fields
}

#[test]
fn a_program_has_one_event_type_for_clicks() {
    let demo = Demo::start();
    let another = json!({ "program_id": 1, "name": "Banner click", "code": "banner", "category": "CLICK" });
    let (status, answer) = post(&demo, "/api/v1/event-types", &another);
    assert_eq!((status, &answer["error"]["code"]), (422, &json!("CLICK_TYPE_TAKEN")));
    let owner = demo.sign_in("/user");
    assert!(owner.get("/settings").text().contains("Clicks are paid by Click already"));
    let fields = [
        ("program", "1"),
        ("name", "Banner click"),
        ("category", "click"),
        ("credit", "last"),
        ("parent", ""),
        ("settle_hours", "0"),
    ];
    let refused = owner.post("/settings/event-types", &fields);
    assert_eq!(refused.status, 422);
    assert!(refused.text().contains("The program has another event type for clicks"), "{}", refused.text());
    let pause = [("program", "1"), ("id", "3"), ("standing", "paused")];
    assert_eq!(owner.post("/settings/event-types/standing", &pause).status, 303);
    assert_eq!(owner.post("/settings/event-types", &fields).status, 303);
}

#[test]
fn terms_of_clicks_are_refused_at_their_field() {
    let demo = Demo::start();
    let refused = |payout: Value, code: &str, field: &str| {
        let (status, answer) = post(&demo, "/api/v1/terms", &terms(payout));
        let error = &answer["error"];
        assert_eq!(
            (status, &error["code"], &error["fields"][0]["field"]),
            (422, &json!(code), &json!(format!("rules.payouts[0].{field}"))),
            "{answer}"
        );
    };
    let (instant, reviewed) = (json!({ "mode": "instant" }), json!({ "mode": "reviewed", "review_days": 7 }));
    let limit = |limit: Value| json!([limit]);
    refused(json!({ "payout": "5%", "clicks": instant }), "CLICKS_PAY_FIXED", "payout");
    let actions = limit(json!({ "actions": 5, "per": "day" }));
    refused(json!({ "payout": "0.05", "clicks": reviewed, "limits": actions }), "REVIEWED_CLICKS_UNLIMITED", "limits");
    let of_customer = limit(json!({ "orders_of_customer": 1, "per": "ever" }));
    refused(
        json!({ "payout": "0.05", "clicks": instant, "limits": of_customer }),
        "CLICKS_HAVE_NO_CUSTOMER",
        "limits[0]",
    );
    let long = json!({ "mode": "reviewed", "review_days": 31 });
    refused(json!({ "payout": "0.05", "clicks": long }), "REVIEW_TOO_LONG", "clicks.review_days");
    refused(json!({ "event_type": "sale", "payout": "0.05", "clicks": instant }), "CLICK_TERMS_MISPLACED", "clicks");

    // The form comes back with what was typed.
    let owner = demo.sign_in("/user");
    let again = |fields: Vec<(&str, &str)>, sentence: &str| {
        let reply = owner.post("/settings/terms", &fields);
        let text = reply.text();
        assert_eq!(reply.status, 422, "{text}");
        assert!(text.contains("Nothing was saved") && text.contains(sentence), "{text}");
        assert!(text.contains("name=\"starts\" value=\"2099-01-01\""), "{text}");
        text
    };
    let starts = ("starts", "2099-01-01");
    let text = again(form("5%", "instant", &[starts]), "A click is paid a fixed sum");
    assert!(
        text.contains(
            "name=\"payout_3\" autocomplete=\"off\" inputmode=\"decimal\" value=\"5%\"><span class=\"wrong\">"
        ),
        "{text}"
    );
    let text = again(
        form("0.01234", "reviewed", &[starts, ("budget_day_3", "9.50")]),
        "Clicks that are reviewed have no limits",
    );
    assert!(text.contains("name=\"budget_day_3\" autocomplete=\"off\" inputmode=\"decimal\" value=\"9.50\""), "{text}");
    again(
        form("0.01234", "reviewed", &[starts, ("review_days_3", "31")]),
        "Clicks are reviewed until they lock at most",
    );
    let text = terms(json!({ "payout": "5%", "clicks": instant }))["rules"].to_string();
    again(vec![("program", "1"), ("text", &text), starts], "payouts[0].payout</code>");
    let versions = demo.api().get("/api/v1/terms?program_id=1").json();
    let of_template =
        versions["data"].as_array().expect("a list").iter().filter(|it| it["partner_id"].is_null()).count();
    assert_eq!(of_template, 1, "nothing was saved");
}

/// The sentence of a preview that says both sums.
fn sums(page: &str) -> String {
    let found = page.split("<p><b>").nth(1).and_then(|rest| rest.split("</p>").next());
    found.unwrap_or_else(|| panic!("no sums in {page}")).replace("</b>", "")
}

fn a_program_moves_from_reviewed_to_instant_clicks(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    demo.advance("2s");
    // Three devices of the second partner, whose clicks are reviewed, and one of them again.
    for version in ["130", "131", "132", "130"] {
        let agent = format!(
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0 Safari/537.36"
        );
        let device = Client::new(demo.address, "go.shop.localhost").with("user-agent", &agent);
        device.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document").get(&demo.link(1));
        demo.advance("3s");
    }
    let partner = demo.sign_in("/partners/1/user");
    let told = "CPC (reviewed, legacy): a click may be rejected for 7 days after its day; the rest is paid.";
    assert!(partner.get("/contract").text().contains(told));

    let moved = form("0.04", "instant", &[("budget_day_3", "0.09"), ("notice_days", "0")]);
    let asked = owner.post("/settings/terms", &moved);
    let page = asked.text();
    assert_eq!(asked.status, 200, "{page}");
    assert_eq!(sums(&page), "CPC (reviewed, legacy): €0.15. CPC V2 (instant): €0.08. That is €0.07 less.");
    assert!(page.contains("Deal Harbour") && !page.contains("Trail Notes"), "who follows the template: {page}");
    assert!(page.contains("within the limits of the new terms") && page.contains("keep no notice"), "{page}");
    let template = |demo: &Demo| {
        let all = demo.api().get("/api/v1/terms?program_id=1").json();
        let data = all["data"].as_array().expect("a list").clone();
        data.into_iter().filter(|it| it["partner_id"].is_null()).collect::<Vec<_>>()
    };
    assert_eq!(template(&demo).len(), 1, "a preview saves nothing");
    assert_eq!(owner.post("/settings/terms", &[moved.clone(), vec![("confirmed", "yes")]].concat()).status, 303);
    demo.advance("2s");
    let clicks = &template(&demo)[1]["rules"]["payouts"][1];
    assert_eq!(
        (&clicks["payout"], &clicks["clicks"], &clicks["limits"]),
        (&json!("0.04"), &json!({ "mode": "instant" }), &json!([{ "payout": "0.09", "per": "day" }]))
    );
    let contract = partner.get("/contract").text();
    assert!(
        contract.contains("CPC V2 (instant): each click is priced when it comes.")
            && contract.contains("At most €0.09 of payout a day"),
        "{contract}"
    );
    assert_eq!(owner.post("/settings/terms", &moved).status, 303, "no preview where the way stays");

    // And back, by an offer to the partner that is paid instantly.
    let back = form("0.05", "reviewed", &[("what", "offer")]);
    demo.visitor().get(&demo.link(2));
    let asked = owner.post("/partners/3/contract", &back);
    let page = asked.text();
    assert!(
        page.contains("or from when the partner accepts, if that is later") && page.contains("Offer these terms"),
        "{page}"
    );
    assert_eq!(owner.post("/partners/3/contract", &[back, vec![("confirmed", "yes")]].concat()).status, 303);
    let partner = demo.sign_in("/partners/2/user");
    eventually("the offer is there", || partner.get("/contract").text().contains("Click, CPC (reviewed, legacy)"));
}

#[test]
fn rules_of_screening_are_set_by_screen_and_interface() {
    let demo = Demo::with_standing_clock(Pair::Files);
    let rules = || demo.api().get("/api/v1/screening-rules?program_id=1").json()["data"][0].clone();
    let first = json!({
        "program_id": 1, "window_minutes": 30, "window": "rolling", "double_click_ms": 2000,
        "duplicate": "unpaid", "invalid": "strict", "suspect": "relaxed", "assistant": "relaxed",
    });
    assert_eq!(rules(), first);
    let set = |body: Value| post(&demo, "/api/v1/screening-rules", &body);
    let (status, answer) = set(json!({ "program_id": 1, "window_minutes": 1441 }));
    assert_eq!((status, &answer["error"]["fields"][0]["field"]), (400, &json!("window_minutes")));
    assert_eq!(set(json!({ "program_id": 9 })).0, 422);
    let (status, answer) = set(json!({ "program_id": 1, "window_minutes": 60, "suspect": "moderate" }));
    assert_eq!((status, &answer), (201, &json!({ "id": 1 })));
    assert_eq!((&rules()["window_minutes"], &rules()["suspect"]), (&json!(60), &json!("moderate")));
    assert_eq!(rules()["invalid"], "strict", "what is left out stays");

    let owner = demo.sign_in("/user");
    let page = owner.get("/settings/screening").text();
    assert!(page.contains("name=\"window_minutes\" min=\"1\" max=\"1440\" required value=\"60\""), "{page}");
    let fields = |minutes: &'static str| {
        [
            ("program", "1"),
            ("window_minutes", minutes),
            ("window", "fixed"),
            ("double_click_ms", "500"),
            ("duplicate", "relaxed"),
            ("invalid", "strict"),
            ("suspect", "unpaid"),
            ("assistant", "strict"),
        ]
    };
    let refused = owner.post("/settings/screening", &fields("0"));
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("value=\"0\"><span class=\"wrong\">It is 1 to 1440 minutes."),
        "{}",
        refused.text()
    );
    assert_eq!(owner.post("/settings/screening", &fields("1")).status, 303);
    assert_eq!((&rules()["window"], &rules()["assistant"]), (&json!("fixed"), &json!("strict")));
    assert_eq!(demo.sign_in("/partners/0/user").get("/settings/screening").status, 403);
}

#[test]
fn the_demonstration_pays_for_clicks_in_both_ways() {
    let demo = Demo::start();
    let ways: Vec<String> = (0..3).map(|n| demo.text(&format!("/partners/{n}/clicks"))).collect();
    assert_eq!(ways, ["reviewed", "reviewed", "instant"]);
    let now = demo.api().get("/api/v1/terms?program_id=1").json();
    let mode = |partner: Value| {
        let data = now["data"].as_array().expect("a list");
        let of = data.iter().find(|it| it["partner_id"] == partner).expect("terms");
        of["rules"]["payouts"][2]["clicks"]["mode"].clone()
    };
    assert_eq!(
        (mode(json!(null)), mode(json!(1)), mode(json!(3))),
        (json!("reviewed"), json!("reviewed"), json!("instant"))
    );
}
