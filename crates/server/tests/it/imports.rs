//! Changes and conversions by file: what it would do, applied once, taken back.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, Person, Reply, eventually, on_every_pair};

on_every_pair!(
    a_person_applies_a_file_once_and_takes_it_back,
    a_program_applies_a_file_of_conversions,
    a_file_that_cannot_be_taken_says_why,
    what_was_locked_or_changed_since_is_not_taken_back,
    what_has_locked_is_corrected_with_the_next_payment,
    a_correction_that_was_paid_stays,
);

fn order(demo: &Demo, name: &str) -> Value {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2, "items": [
            { "sku": "BOOT", "quantity": 2, "subtotal": "60" }, { "sku": "SOCK", "quantity": 4, "subtotal": "40" }] });
    let taken = demo.api().post("/api/v1/conversions", "application/json", &order.to_string());
    assert_eq!(taken.status, 202, "{}", taken.text());
    action(demo, name)
}

fn action(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"][0].clone()
}

/// State, amount and payout of an order's action.
fn figures(demo: &Demo, order: &str) -> (String, String, String) {
    let action = action(demo, order);
    let text = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("amount"), text("payout"))
}

fn is(state: &str, amount: &str, payout: &str) -> (String, String, String) {
    (state.to_owned(), amount.to_owned(), payout.to_owned())
}

fn upload(person: &Person, kind: &str, csv: &str) -> Reply {
    let part = |name: &str, more: &str, value: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let file = part("file", "; filename=\"returns.csv\"", csv);
    let body = format!("{}{}{file}--edge--\r\n", part("csrf", "", &person.csrf), part("kind", "", kind));
    person.client.post("/imports", "multipart/form-data; boundary=edge", &body)
}

fn create(api: &Client, body: &Value) -> Reply {
    api.post("/api/v1/imports", "application/json", &body.to_string())
}

fn wait(api: &Client, id: &str, state: &str) -> Value {
    let path = format!("/api/v1/imports/{id}");
    eventually(state, || api.get(&path).json()["state"] == state);
    api.get(&path).json()
}

fn a_person_applies_a_file_once_and_takes_it_back(pair: Pair) {
    let demo = Demo::on(pair);
    for name in ["F1", "F2", "F3", "F4", "F5"] {
        order(&demo, name);
    }
    let (owner, partner, api) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"), demo.api());
    let csv = "Order ID;Amount;Delta;SKU;Qty;Reverse;Reason\r\n\
        F1;50;;;;;ITEM_RETURNED\r\n\
        F2;;-25,50;;;;\r\n\
        F3;;;BOOT;1;;ITEM_RETURNED\r\n\
        F4;;;;;yes;CONS_FRAUD\r\n\
        F5;100;;;;;\r\n\
        NOBODY;10;;;;;\r\n\
        F1;;;;;;\r\n\
        =F1;;-1;;;;\r\n\
        F3;;;SOCK;2;;ITEM_RETURNED\r\n";
    let kept = upload(&owner, "changes", csv);
    assert_eq!(kept.status, 303, "{}", kept.text());
    let path = kept.header("location").to_owned();
    let page = || owner.get(&path).text();
    assert!(
        page().contains("An order id needs its event type") && page().contains("<details class=\"card pad\" open>")
    );
    let columns = [
        ("column_0", "order_id"),
        ("column_1", "amount"),
        ("column_2", "delta"),
        ("column_3", "sku"),
        ("column_4", "quantity"),
        ("column_5", "reverse"),
        ("column_6", "reason"),
        ("decimal", "comma"),
        ("event_type", "sale"),
        ("reason", "ORDER_UPDATE"),
    ];
    assert_eq!(owner.post(&format!("{path}/columns"), &columns).status, 303);
    let told = page();
    // 50 of F1, 25.50 of F2, 30 and 20 of F3, 100 of F4: at 8 %.
    assert!(told.contains("−€225.50") && told.contains("−€18.04") && told.contains("Nothing is done yet"), "{told}");
    assert_eq!(figures(&demo, "F1"), is("pending", "100.00", "8.00"), "nothing is done by looking");
    let errors = owner.get(&format!("{path}/errors.csv")).text();
    assert!(
        errors.starts_with("Order ID,Amount,Delta,SKU,Qty,Reverse,Reason,line,code,error\r\nNOBODY,10,"),
        "{errors}"
    );
    assert!(errors.contains(",7,ACTION_REF_NOT_FOUND,") && errors.contains("'=F1,,-1,"), "{errors}");
    assert_eq!(partner.get(&path).status, 403);
    assert_eq!(partner.post(&format!("{path}/apply"), &[]).status, 403);
    assert_eq!(owner.client.post_form(&format!("{path}/apply"), &[("csrf", "forged")]).status, 403);

    assert_eq!(owner.post(&format!("{path}/apply"), &[]).status, 303);
    let id = path.trim_start_matches("/imports/").to_owned();
    let summary = wait(&api, &id, "applied")["summary"].clone();
    let money = json!([{ "currency": "EUR", "amount_delta": "-225.50", "payout_delta": "-18.04",
        "corrected_payout_delta": "0.00" }]);
    assert_eq!((&summary["done"], &summary["unchanged"], &summary["refused"]), (&json!(5), &json!(1), &json!(3)));
    assert_eq!(summary["money"], money);
    let changed = [
        ("F1", is("pending", "50.00", "4.00")),
        ("F2", is("pending", "74.50", "5.96")),
        ("F3", is("pending", "50.00", "4.00")),
        ("F4", is("reversed", "0.00", "0.00")),
        ("F5", is("pending", "100.00", "8.00")),
    ];
    for (name, expected) in &changed {
        assert_eq!(figures(&demo, name), *expected, "{name}");
    }
    let audit = owner.get("/audit").text();
    assert!(audit.contains("line 2 of the file returns.csv"), "{audit}");
    assert!(
        owner.post(&format!("{path}/apply"), &[]).text().contains("A file is applied once") || {
            owner.post(&format!("{path}/apply"), &[]).status == 422
        }
    );
    assert_eq!(upload(&owner, "changes", csv).header("location"), format!("{path}?again"));
    for (name, expected) in &changed {
        assert_eq!(figures(&demo, name), *expected, "{name} changes once");
    }

    assert_eq!(owner.post(&format!("{path}/undo"), &[]).status, 303);
    let summary = wait(&api, &id, "undone")["summary"].clone();
    assert_eq!((&summary["taken_back"], &summary["not_taken_back"]), (&json!(5), &json!(0)), "{summary}");
    for name in ["F1", "F2", "F3", "F4", "F5"] {
        assert_eq!(figures(&demo, name), is("pending", "100.00", "8.00"), "{name}");
        let items = action(&demo, name)["items"].clone();
        assert_eq!((&items[0]["quantity"], &items[1]["amount"]), (&json!(2), &json!("40.00")), "{name}");
    }
    assert_eq!(owner.post(&format!("{path}/undo"), &[]).status, 422);
}

fn a_program_applies_a_file_of_conversions(pair: Pair) {
    let demo = Demo::on(pair);
    let api = demo.api();
    let csv = "order,date,amount,currency,partner,e-mail\n\
        K1,NOW,100.00,EUR,2,ann@example.com\n\
        K2,NOW,50,EUR,,bob@example.com\n\
        K3,yesterday,50,EUR,2,\n\
        K4,NOW,12.5,XXX,2,\n";
    let file =
        json!({ "kind": "conversions", "name": "missed.csv", "csv": csv, "program_id": 1, "event_type": "sale" });
    let mut trial = file.clone();
    trial["dry_run"] = json!(true);
    let tried = create(&api, &trial);
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert_eq!(tried.json()["summary"]["money"][0]["payout_delta"], "8.00", "{}", tried.text());
    assert_eq!(api.get("/api/v1/imports").json()["data"], json!([]), "a trial keeps nothing");
    let kept = create(&api, &file);
    assert_eq!(kept.status, 201, "{}", kept.text());
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    let codes: Vec<Value> =
        kept.json()["errors"].as_array().expect("errors").iter().map(|it| it["code"].clone()).collect();
    assert!(codes.contains(&json!("BAD_DATE")) && codes.contains(&json!("BAD_CURRENCY")), "{codes:?}");
    assert_eq!(create(&api, &file).status, 409);
    let path = |step: &str| format!("/api/v1/imports/{id}{step}");
    let errors = api.get(&path("/errors.csv")).text();
    assert!(errors.contains("K2,NOW,50,EUR,,bob@example.com,3,"), "{errors}");
    assert_eq!(api.post(&path("/apply"), "application/json", "").status, 202);
    wait(&api, &id, "applied");
    assert_eq!(api.post(&path("/apply"), "application/json", "").status, 409);
    assert_eq!(figures(&demo, "K1"), is("pending", "100.00", "8.00"));
    let told = api.get(&path("")).text() + &api.get(&path("/errors.csv")).text();
    assert!(told.contains("K2") && !told.contains("example.com"), "what it said of people is gone: {told}");
    assert_eq!(api.post(&path("/undo"), "application/json", "").status, 202);
    let summary = wait(&api, &id, "undone")["summary"].clone();
    assert_eq!((&summary["taken_back"], &summary["not_taken_back"]), (&json!(1), &json!(1)), "{summary}");
    assert_eq!(figures(&demo, "K1"), is("reversed", "0.00", "0.00"));
    assert_eq!(demo.anybody().get(&path("")).status, 401);
}

fn a_file_that_cannot_be_taken_says_why(pair: Pair) {
    let demo = Demo::on(pair);
    let (api, owner) = (demo.api(), demo.sign_in("/user"));
    let no = |kind: &str, csv: &str| {
        let reply = create(&api, &json!({ "kind": kind, "csv": csv }));
        assert_eq!(reply.status, 400, "{}", reply.text());
        reply.json()["error"]["fields"][0]["message"].as_str().expect("a sentence").to_owned()
    };
    assert!(no("changes", "").contains("is empty"));
    assert!(no("changes", "order,amount\n").contains("no lines"));
    assert!(no("returns", "order\n1").contains("changes or conversions"));
    assert!(no("changes", &format!("order\n{}", "x\n".repeat(20_001))).contains("Split it"));
    let wrong = create(&api, &json!({ "kind": "changes", "csv": "a\n1", "columns": { "b": "order_id" } }));
    assert!(wrong.text().contains("no column"), "{}", wrong.text());
    assert!(upload(&owner, "changes", &format!("order\n{}", "x".repeat(6 << 20))).text().contains("larger than 5 MB"));
    let plain = api.post(
        "/api/v1/imports?kind=changes&dry_run=true&reason=OTHER&event_type=sale",
        "text/csv",
        "order,amount\nX,1\n",
    );
    assert_eq!((plain.status, &plain.json()["summary"]["refused"]), (200, &json!(1)), "{}", plain.text());
    let kept = upload(&owner, "changes", "order,amount\nX,1\n").header("location").to_owned();
    assert_eq!(owner.post(&format!("{kept}/forget"), &[]).status, 303);
    assert_eq!(owner.get(&kept).status, 404);
}

fn what_was_locked_or_changed_since_is_not_taken_back(pair: Pair) {
    let demo = Demo::on(pair);
    let ids: Vec<String> =
        ["L1", "L2", "L3"].map(|name| order(&demo, name)["id"].as_str().expect("an id").to_owned()).to_vec();
    let (owner, api) = (demo.sign_in("/user"), demo.api());
    let csv = format!("action id,amount,reason\n{},50,OTHER\n{},50,OTHER\n{},50,OTHER\n", ids[0], ids[1], ids[2]);
    let kept = create(&api, &json!({ "kind": "changes", "csv": csv }));
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(api.post(&format!("/api/v1/imports/{id}/apply"), "", "").status, 202);
    wait(&api, &id, "applied");
    let approve = [("what", "approve"), ("disposition", "AGREED")];
    assert_eq!(owner.post(&format!("/actions/{}/locking", ids[0]), &approve).status, 303);
    assert_eq!(owner.post(&format!("/actions/{}", ids[1]), &[("amount", "70"), ("disposition", "OTHER")]).status, 303);
    assert_eq!(api.post(&format!("/api/v1/imports/{id}/undo"), "", "").status, 202);
    let told = wait(&api, &id, "undone");
    let sentence = |n: usize| told["errors"][n]["message"].as_str().unwrap_or_default().to_owned();
    assert!(sentence(0).contains("locked meanwhile") && sentence(1).contains("changed again since"), "{told}");
    assert_eq!(figures(&demo, "L1"), is("locked", "50.00", "4.00"));
    assert_eq!(figures(&demo, "L2"), is("pending", "70.00", "5.60"));
    assert_eq!(figures(&demo, "L3"), is("pending", "100.00", "8.00"));
}

#[test]
fn a_file_is_gone_on_with_after_the_process_died() {
    let mut demo = Demo::start();
    let names: Vec<String> = (0..30).map(|n| format!("D{n}")).collect();
    names.iter().for_each(|name| _ = order(&demo, name));
    let lines: String = names.iter().map(|name| format!("{name},-10\n")).collect();
    // Many lines of each order, so that the process dies in between.
    let csv = format!("order,delta\n{}", lines.repeat(8));
    let file = json!({ "kind": "changes", "csv": csv, "event_type": "sale", "reason": "OTHER" });
    let kept = create(&demo.api(), &file);
    assert_eq!(kept.json()["summary"]["money"][0]["amount_delta"], "-2400.00", "{}", kept.text());
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(demo.api().post(&format!("/api/v1/imports/{id}/apply"), "", "").status, 202);
    demo.kill();
    demo.run();
    let told = wait(&demo.api(), &id, "applied");
    assert_eq!((&told["summary"]["done"], &told["summary"]["refused"]), (&json!(240), &json!(0)), "{told}");
    for name in &names {
        assert_eq!(figures(&demo, name), is("pending", "20.00", "1.60"), "{name}");
    }
}

fn what_has_locked_is_corrected_with_the_next_payment(pair: Pair) {
    let demo = Demo::on(pair);
    let names = ["C1", "C2", "C3", "C4"];
    let ids: Vec<String> =
        names.iter().map(|name| order(&demo, name)["id"].as_str().expect("an id").to_owned()).collect();
    let (owner, api) = (demo.sign_in("/user"), demo.api());
    let locking = |id: &str| {
        let approve = [("what", "approve"), ("disposition", "AGREED")];
        assert_eq!(owner.post(&format!("/actions/{id}/locking"), &approve).status, 303);
    };
    ids.iter().take(3).for_each(|id| locking(id));
    let csv = "order,amount,delta,sku,quantity,change,reverse,reason\n\
        C1,0,,,,correct,,ITEM_RETURNED\n\
        C2,,-20,,,Correction,,ITEM_RETURNED\n\
        C3,,,BOOT,1,correct,,ITEM_RETURNED\n\
        C4,50,,,,correct,,ITEM_RETURNED\n\
        C4,,-50,,,,,ITEM_RETURNED\n\
        C1,50,,,,,,ITEM_RETURNED\n\
        C2,,-1,,,modify,,ITEM_RETURNED\n\
        C3,,,,,correct,yes,ITEM_RETURNED\n\
        C3,1,,,,correkt,,ITEM_RETURNED\n";
    let kept = create(&api, &json!({ "kind": "changes", "name": "late.csv", "event_type": "sale", "csv": csv })).json();
    let summary = &kept["summary"];
    assert_eq!((&summary["done"], &summary["corrected"], &summary["refused"]), (&json!(4), &json!(3), &json!(5)));
    // 100 of C1, 20 of C2, 30 of C3, and 50 of C4, which is no correction.
    let money = json!([{ "currency": "EUR", "amount_delta": "-200.00", "payout_delta": "-16.00",
        "corrected_payout_delta": "-12.00" }]);
    assert_eq!(summary["money"], money, "{kept}");
    let codes = ["ACTION_NOT_LOCKED", "ACTION_LOCKED", "ACTION_LOCKED", "MALFORMED", "MALFORMED"];
    let told: Vec<(Value, String)> = (0..5)
        .map(|n| {
            (kept["errors"][n]["code"].clone(), kept["errors"][n]["message"].as_str().expect("a sentence").to_owned())
        })
        .collect();
    assert_eq!(told.iter().map(|it| it.0.clone()).collect::<Vec<_>>(), codes.map(|it| json!(it)), "{told:?}");
    assert!(told[0].1.contains("Leave the column change empty") && told[1].1.contains("Say correct"), "{told:?}");
    assert!(told[2].1.contains("Say correct") && told[3].1.contains("correct its amount to 0"), "{told:?}");
    let id = kept["id"].as_str().expect("an id").to_owned();
    let path = format!("/imports/{id}");
    let page = owner.get(&path).text();
    assert!(page.contains("Would be corrected with the next payment") && page.contains("−€12.00"), "{page}");

    assert_eq!(api.post(&format!("/api/v1{path}/apply"), "", "").status, 202);
    assert_eq!(wait(&api, &id, "applied")["summary"]["money"], money);
    let changed = [
        ("C1", is("locked", "0.00", "0.00")),
        ("C2", is("locked", "80.00", "6.40")),
        ("C3", is("locked", "70.00", "5.60")),
        ("C4", is("pending", "50.00", "4.00")),
    ];
    for (name, expected) in &changed {
        assert_eq!(figures(&demo, name), *expected, "{name}");
    }
    assert_eq!(
        owner
            .post(&format!("/actions/{}", ids[1]), &[("correct", "true"), ("amount", "90"), ("disposition", "OTHER")])
            .status,
        303
    );
    assert_eq!(api.post(&format!("/api/v1{path}/undo"), "", "").status, 202);
    let told = wait(&api, &id, "undone");
    let summary = &told["summary"];
    assert_eq!((&summary["taken_back"], &summary["not_taken_back"]), (&json!(3), &json!(1)), "{told}");
    assert!(told.to_string().contains("changed again since"), "{told}");
    for name in ["C1", "C3"] {
        assert_eq!(figures(&demo, name), is("locked", "100.00", "8.00"), "{name}");
        let items = action(&demo, name)["items"].clone();
        assert_eq!((&items[0]["quantity"], &items[0]["amount"]), (&json!(2), &json!("60.00")), "{name}");
    }
    assert_eq!(figures(&demo, "C2"), is("locked", "90.00", "7.20"));
    assert_eq!(figures(&demo, "C4"), is("pending", "100.00", "8.00"));
}

fn a_correction_that_was_paid_stays(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let name = "W1";
    order(&demo, name);
    demo.advance("40d");
    let api = demo.api();
    let kept = create(
        &api,
        &json!({ "kind": "changes", "event_type": "sale", "reason": "OTHER", "change": "correct",
        "csv": format!("order,amount\n{name},150\n") }),
    );
    let id = kept.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(api.post(&format!("/api/v1/imports/{id}/apply"), "", "").status, 202);
    wait(&api, &id, "applied");
    assert_eq!(figures(&demo, name), is("locked", "150.00", "12.00"));
    assert_eq!(demo.sign_in("/user").post("/payments", &[("program", "1"), ("partner", "2")]).status, 303);
    eventually("it is paid", || figures(&demo, name).0 == "paid");
    assert_eq!(api.post(&format!("/api/v1/imports/{id}/undo"), "", "").status, 202);
    let told = wait(&api, &id, "undone");
    assert_eq!(told["summary"]["not_taken_back"], 1);
    assert!(told.to_string().contains("The correction was paid meanwhile"), "{told}");
    assert_eq!(figures(&demo, name), is("paid", "150.00", "12.00"));
}
