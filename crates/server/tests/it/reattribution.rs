//! Actions that go to another partner, and what is given beside them.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, on_every_pair};

on_every_pair!(
    an_action_goes_to_another_partner,
    a_partner_is_given_a_bonus_and_a_fee,
    a_partner_is_asked_for_its_consent_to_a_return,
);

fn post(demo: &Demo, path: &str, body: &Value) -> (u16, Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    (reply.status, reply.json())
}

/// The newest action of an order of the second partner's.
fn order(demo: &Demo, name: &str) -> Value {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2 });
    assert_eq!(post(demo, "/api/v1/conversions", &order).0, 202);
    actions(demo, name)[0].clone()
}

fn actions(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"].clone()
}

fn an_action_goes_to_another_partner(pair: Pair) {
    let demo = Demo::on(pair);
    let id = order(&demo, "M1")["id"].as_str().expect("an id").to_owned();
    let (owner, winner, loser) =
        (demo.sign_in("/user"), demo.sign_in("/partners/0/user"), demo.sign_in("/partners/1/user"));
    assert!(owner.get(&format!("/actions/{id}")).text().contains("Give to another partner"));
    let give = |partner: &str, reason: &str| {
        owner.post(&format!("/actions/{id}/partner"), &[("partner", partner), ("reason", reason)])
    };
    assert_eq!(give("1", " ").status, 422, "somebody says why");
    assert!(give("2", "theirs").text().contains("s already"));
    let tried = loser.post(&format!("/actions/{id}/partner"), &[("partner", "1"), ("reason", "mine")]);
    assert_eq!(tried.status, 403);
    let moved = give("1", "Their newsletter brought it");
    assert_eq!(moved.status, 303);
    let now = moved.header("location").trim_start_matches("/actions/").trim_end_matches("?done").to_owned();
    let all = actions(&demo, "M1");
    let find =
        |id: &str| all.as_array().expect("a list").iter().find(|it| it["id"] == id).expect("it is there").clone();
    let (first, heir) = (find(&id), find(&now));
    assert_eq!((&first["state"], &first["moved_to"]), (&json!("reversed"), &json!(now)));
    assert_eq!(first["disposition"], "CREDITED_DIFFERENT_MP");
    assert_eq!((&heir["partner_id"], &heir["moved_from"], &heir["amount"]), (&json!(1), &json!(id), &json!("100.00")));
    assert_eq!(heir["evidence"], "forced_partner");
    assert!(owner.get(&format!("/actions/{now}")).text().contains("in place of"));
    let lost = loser.get(&format!("/actions/{id}"));
    assert!(lost.status == 200 && !lost.text().contains(&now), "who has it now is not told");
    assert_eq!(loser.get(&format!("/actions/{now}")).status, 404);
    assert_eq!(winner.get(&format!("/actions/{now}")).status, 200);

    let back = |body: &Value| {
        let (status, told) = post(&demo, &format!("/api/v1/actions/{now}/reattributions"), body);
        if status != 202 {
            return told["error"]["fields"][0]["field"].clone();
        }
        let submission = told["submission_id"].as_str().expect("a name");
        demo.api().get(&format!("/api/v1/submissions/{submission}")).json()["reason"].clone()
    };
    assert_eq!(back(&json!({})), "partner_id");
    assert_eq!(back(&json!({ "partner_id": 1 })), "ACTION_OF_PARTNER");
    assert_eq!(back(&json!({ "partner_id": 99 })), "PARTNER_NOT_FOUND");
    assert_eq!(back(&json!({ "partner_id": 2 })), Value::Null);
    assert_eq!(back(&json!({ "partner_id": 2 })), "ACTION_MOVED");
    assert_eq!(demo.account().actions_of("M1").len(), 3);
}

fn a_partner_is_given_a_bonus_and_a_fee(pair: Pair) {
    let demo = Demo::on(pair);
    let bonus = json!({ "program_id": 1, "partner_id": 2, "kind": "bonus", "amount": "50", "note": "Best of spring",
        "reference": "spring" });
    let (status, given) = post(&demo, "/api/v1/awards", &bonus);
    assert_eq!(status, 201, "{given}");
    let id = given["id"].as_str().expect("an id");
    assert_eq!(post(&demo, "/api/v1/awards", &bonus).1["error"]["code"], "AWARD_EXISTS");
    let but = |name: &str, value: Value| {
        let mut body = bonus.clone();
        body[name] = value;
        let (_, told) = post(&demo, "/api/v1/awards", &body);
        (told["error"]["code"].clone(), told["error"]["fields"][0]["field"].clone())
    };
    assert_eq!(but("kind", json!("gift")).1, "kind");
    assert_eq!(but("amount", json!("much")).1, "amount");
    assert_eq!(but("note", json!("")).1, "note");
    assert_eq!(but("reference", json!("x".repeat(65))).1, "reference");
    assert_eq!(but("program_id", json!(9)).0, "CAMPAIGN_NOT_FOUND");
    let told = demo.api().get(&format!("/api/v1/actions/{id}")).json();
    assert_eq!(
        (&told["evidence"], &told["payout"], &told["event_type_id"]),
        (&json!("bonus"), &json!("50.00"), &json!(0))
    );

    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    assert!(owner.get("/partners/2").text().contains("Give a bonus or fee"));
    let give = |pairs: &[(&str, &str)]| owner.post("/partners/2/awards", &[&[("program", "1")], pairs].concat());
    assert_eq!(give(&[("kind", "fee"), ("amount", "20.00"), ("note", " ")]).status, 422);
    let fee = give(&[("kind", "fee"), ("amount", "20.00"), ("note", "Placement, as agreed")]);
    assert_eq!(fee.status, 303, "{}", fee.text());
    let page = partner.get(fee.header("location").trim_end_matches("?done")).text();
    assert!(page.contains("as a flat fee") && page.contains("20.00"), "{page}");
    for screen in ["/actions", "/conversions", "/partners/2"] {
        assert_eq!(owner.get(screen).status, 200);
    }
    assert_eq!(
        partner
            .post("/partners/2/awards", &[("program", "1"), ("kind", "fee"), ("amount", "1"), ("note", "me")])
            .status,
        403
    );
    let listed = &demo.account().actions_of("spring")[0];
    assert_eq!(
        (&listed["Amount"], &listed["Payout"], &listed["ReferringType"]),
        (&json!("0.00"), &json!("50.00"), &json!("BONUS"))
    );
    assert_eq!(listed["ActionTrackerName"], "Bonus");
    let told = owner.get("/orders?id=spring").text();
    assert!(told.contains("as a bonus"), "{told}");
}

fn a_partner_is_asked_for_its_consent_to_a_return(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 },
        "returns": { "policy": "consent", "most": "50%" }, "payouts": [{ "event_type": "sale", "payout": "10%" }] });
    let (status, told) = post(&demo, "/api/v1/terms", &json!({ "program_id": 1, "partner_id": 2, "rules": rules }));
    assert_eq!(status, 201, "{told}");
    demo.advance("2s");
    let id = order(&demo, "C1")["id"].as_str().expect("an id").to_owned();
    order(&demo, "C2");
    let page = owner.get(&format!("/actions/{id}")).text();
    assert!(page.contains("Ask for a return") && page.contains("at most 50 %"), "{page}");
    assert_eq!(owner.post(&format!("/actions/{id}"), &[("disposition", "ITEM_RETURNED")]).status, 303);
    let now = || actions(&demo, "C1")[0].clone();
    assert_eq!((&now()["state"], &now()["return_asked"]["amount"]), (&json!("pending"), &json!("0.00")));
    assert_eq!(demo.account().actions_of("C1")[0]["StateDetail"], "ADVERTISER_RETURN_REQUEST");
    assert!(partner.get("/").text().contains("Returns that wait for your answer"));
    assert!(partner.get(&format!("/actions/{id}")).text().contains("Decline"));
    let answer = |word: &str| partner.post(&format!("/actions/{id}/return"), &[("answer", word)]);
    assert_eq!(owner.post(&format!("/actions/{id}/return"), &[("answer", "accept")]).status, 403);
    assert_eq!(answer("maybe").status, 422);
    assert_eq!(answer("decline").status, 303);
    assert_eq!(now()["return_asked"], Value::Null);
    assert_eq!(owner.post(&format!("/actions/{id}"), &[("disposition", "ITEM_RETURNED")]).status, 303);
    assert_eq!(answer("accept").status, 303);
    assert_eq!(now()["state"], "reversed");
    let second = actions(&demo, "C2")[0]["id"].as_str().expect("an id").to_owned();
    let more = owner.post(&format!("/actions/{second}"), &[("disposition", "ITEM_RETURNED")]);
    assert!(more.text().contains("More of the partner"), "half of the month is returned");
}
