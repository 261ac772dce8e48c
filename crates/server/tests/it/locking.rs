//! When actions lock, from the form that says so to the buttons that hold, release and approve.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, eventually, on_every_pair};

on_every_pair!(
    a_person_holds_releases_and_approves_an_action,
    a_server_holds_releases_and_approves_an_action,
    a_reversal_is_taken_back,
    open_terms_lock_nothing_by_themselves,
);

/// Terms that are set now hold a second later.
fn set_terms(demo: &Demo, owner: &Person, locking: &[(&str, &str)]) {
    let terms = [&[("program", "1"), ("referral_window_days", "30"), ("payout_1", "8%")], locking].concat();
    assert_eq!(owner.post("/settings/terms", &terms).status, 303);
    demo.advance("2s");
}

/// An order of a partner that follows the template, and its action as the API shows it.
fn order(demo: &Demo, name: &str) -> Value {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2 });
    let taken = demo.api().post("/api/v1/conversions", "application/json", &order.to_string());
    assert_eq!(taken.status, 202, "{}", taken.text());
    action(demo, name)
}

fn action(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"][0].clone()
}

fn answer(demo: &Demo, order: &str) -> String {
    let told = demo.api().get(&format!("/api/v1/orders/{order}")).json();
    told["answer"]["code"].as_str().expect("a code").to_owned()
}

fn a_person_holds_releases_and_approves_an_action(pair: Pair) {
    let demo = Demo::on(pair);
    let id = order(&demo, "H1")["id"].as_str().expect("an id").to_owned();
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    let page = || owner.get(&format!("/actions/{id}")).text();
    let step = |what: &str, reason: &str| {
        owner.post(&format!("/actions/{id}/locking"), &[("what", what), ("disposition", reason)])
    };
    assert!(page().contains("Approve now") && page().contains("Pending, locks "));
    assert_eq!(step("hold", "UNDER_REVIEW").status, 303);
    assert!(page().contains("Pending, held") && page().contains("Held<span class=\"muted\">, it is being looked at"));
    assert_eq!(answer(&demo, "H1"), "CREDITED_HELD");
    assert!(step("approve", "AGREED").text().contains("The action is held"), "whoever holds it releases it first");
    assert_eq!(step("release", "VERIFIED").status, 303);
    assert!(step("release", "VERIFIED").text().contains("nothing to release"));
    assert_eq!(step("wait", "VERIFIED").status, 422);
    assert_eq!(step("hold", "BECAUSE").status, 422);
    let seen = partner.get(&format!("/actions/{id}"));
    assert!(seen.status == 200 && !seen.text().contains("Approve now"), "a partner decides nothing");
    let tried = partner.post(&format!("/actions/{id}/locking"), &[("what", "approve"), ("disposition", "AGREED")]);
    assert_eq!(tried.status, 403);
    assert_eq!(step("approve", "AGREED").status, 303);
    assert_eq!((&action(&demo, "H1")["state"], answer(&demo, "H1").as_str()), (&json!("locked"), "LOCKED"));
    assert!(!page().contains("Approve now"));
}

fn a_reversal_is_taken_back(pair: Pair) {
    let demo = Demo::on(pair);
    let id = order(&demo, "R1")["id"].as_str().expect("an id").to_owned();
    let owner = demo.sign_in("/user");
    let page = || owner.get(&format!("/actions/{id}")).text();
    let restore = || owner.post(&format!("/actions/{id}/locking"), &[("what", "restore"), ("disposition", "VERIFIED")]);
    assert!(!page().contains("Take the reversal back"));
    assert!(restore().text().contains("nothing to restore"));
    assert_eq!(owner.post(&format!("/actions/{id}"), &[("disposition", "CONS_FRAUD")]).status, 303);
    assert_eq!((&action(&demo, "R1")["state"], &action(&demo, "R1")["payout"]), (&json!("reversed"), &json!("0.00")));
    assert!(page().contains("Take the reversal back"));
    assert_eq!(restore().status, 303);
    assert_eq!((&action(&demo, "R1")["state"], &action(&demo, "R1")["payout"]), (&json!("pending"), &json!("8.00")));
    assert!(page().contains("Restored"));
    for (what, reason, state) in [("reversals", "CONS_FRAUD", "reversed"), ("restorations", "VERIFIED", "pending")] {
        let body = json!({ "reason": reason }).to_string();
        let taken = demo.api().post(&format!("/api/v1/actions/{id}/{what}"), "application/json", &body);
        assert_eq!(taken.status, 202, "{}", taken.text());
        eventually("it is in the books", || action(&demo, "R1")["state"] == state);
    }
}

fn a_server_holds_releases_and_approves_an_action(pair: Pair) {
    let demo = Demo::on(pair);
    let id = order(&demo, "H2")["id"].as_str().expect("an id").to_owned();
    let api = demo.api();
    let step = |what: &str, reason: &str| {
        let body = json!({ "reason": reason }).to_string();
        let taken = api.post(&format!("/api/v1/actions/{id}/{what}"), "application/json", &body);
        if taken.status != 202 {
            return taken.json()["error"]["fields"][0]["field"].clone();
        }
        let submission = taken.json()["submission_id"].as_str().expect("a name").to_owned();
        api.get(&format!("/api/v1/submissions/{submission}")).json()["reason"].clone()
    };
    assert_eq!(step("releases", "VERIFIED"), "ACTION_NOT_HELD");
    assert_eq!(step("holds", "under_review"), Value::Null);
    assert_eq!(action(&demo, "H2")["held"], true);
    assert_eq!(step("holds", "UNDER_REVIEW"), "ACTION_HELD");
    assert_eq!(step("releases", "VERIFIED"), Value::Null);
    assert_eq!(step("approvals", "BECAUSE"), "reason");
    assert_eq!(step("approvals", "AGREED"), Value::Null);
    let now = action(&demo, "H2");
    assert_eq!((&now["state"], &now["held"], &now["disposition"]), (&json!("locked"), &json!(false), &json!("AGREED")));
    assert_eq!(step("holds", "UNDER_REVIEW"), "ACTION_LOCKED");
}

fn open_terms_lock_nothing_by_themselves(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    set_terms(&demo, &owner, &[("locking", "open"), ("lock_days", "0")]);
    let open = order(&demo, "O1");
    assert_eq!((&open["locks_at"], &open["state"]), (&Value::Null, &json!("pending")));
    assert_eq!(demo.account().actions_of("O1")[0]["LockingDate"], "");
    assert_eq!(answer(&demo, "O1"), "CREDITED_OPEN");
    let page = owner.get(&format!("/actions/{}", open["id"].as_str().expect("an id"))).text();
    assert!(page.contains("Pending, open until approved"), "{page}");
    set_terms(&demo, &owner, &[("locking", "after"), ("lock_days", "0")]);
    order(&demo, "O2");
    eventually("it locks at once", || action(&demo, "O2")["state"] == "locked");
    assert_eq!(action(&demo, "O1")["state"], "pending");
    set_terms(&demo, &owner, &[("locking", "month_end"), ("lock_months", "1"), ("lock_days", "27")]);
    let page = owner.get("/settings").text();
    assert!(page.contains("actions lock 1 month and 27 days after the month"), "{page}");
    let month_end = order(&demo, "O3");
    assert!(month_end["locks_at"].as_str().is_some_and(|at| at.ends_with(":00:00Z")), "{month_end}");
}
