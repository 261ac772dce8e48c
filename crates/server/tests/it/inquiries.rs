//! What partners ask about, what they are answered, and the feed of what changed.

use std::path::Path;

use referee_core::money::Money;
use referee_engine::intake::amount::amount;
use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, on_every_pair};

on_every_pair!(
    a_missing_order_becomes_an_action,
    wrong_and_declined_actions_are_put_right,
    an_answer_is_appealed_once,
    a_file_asks_about_many_and_they_are_answered_together,
    updates_add_up_to_what_actions_are,
);

fn post(demo: &Demo, path: &str, body: &Value) -> (u16, Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    (reply.status, reply.json())
}

/// An order of the demonstration's second partner, and the id of its action.
fn order(demo: &Demo, name: &str) -> String {
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": name, "amount": "100",
        "currency": "EUR", "partner_id": 2 });
    let (status, told) = post(demo, "/api/v1/conversions", &order);
    assert_eq!(status, 202, "{told}");
    action(demo, name)["id"].as_str().expect("an id").to_owned()
}

fn action(demo: &Demo, order: &str) -> Value {
    demo.api().get(&format!("/api/v1/actions?order_id={order}")).json()["data"][0].clone()
}

fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// Asks in the portal; gives the address of the inquiry, or what is wrong.
fn ask(person: &Person, pairs: &[(&str, &str)]) -> String {
    let reply = person.post("/inquiries", pairs);
    if reply.status == 303 { reply.header("location").to_owned() } else { reply.text() }
}

fn missing(person: &Person, order: &str) -> String {
    let now = now();
    let asked = [("type", "UNTRACKED"), ("event_type", "sale"), ("order_id", order), ("order_date", &now)];
    ask(person, &[&asked[..], &[("amount", "50"), ("text", "Zaphod Beeblebrox bought boots")]].concat())
}

/// Whether a file below a folder holds a text.
fn holds(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder).expect("a folder").flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return holds(&path, text);
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

fn a_missing_order_becomes_an_action(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, partner, other) =
        (demo.sign_in("/user"), demo.sign_in("/partners/1/user"), demo.sign_in("/partners/0/user"));
    assert!(partner.get("/inquiries").text().contains("You have asked nothing yet"));
    assert!(owner.get("/inquiries").text().contains("Nobody waits for an answer"));
    assert_eq!(owner.get("/inquiries/new").status, 403, "the brand has the API for that");
    assert_eq!(missing(&partner, "MISSING-1"), "/inquiries/1?done");
    assert!(missing(&partner, "MISSING-1").contains("You have an open inquiry about this order already."));
    let wrong = ask(&partner, &[("type", "UNTRACKED"), ("event_type", "sale"), ("order_id", "MISSING-2")]);
    assert!(wrong.contains("Say when the order was placed") && wrong.contains("Say what the order came to"), "{wrong}");
    assert_eq!(other.get("/inquiries/1").status, 404);
    assert!(!other.get("/inquiries").text().contains("MISSING-1"));
    assert!(partner.get("/inquiries").text().contains("MISSING-1"));
    assert_eq!(partner.post("/inquiries/1/answer", &[("resolution", "VALID")]).status, 403);

    let list = owner.get("/inquiries").text();
    assert!(list.contains("MISSING-1") && list.contains("wait for an answer"), "{list}");
    let page = owner.get("/inquiries/1").text();
    assert!(
        page.contains("Zaphod Beeblebrox bought boots") && page.contains("No report of it reached this server."),
        "{page}"
    );
    if pair == Pair::Files {
        assert!(!holds(demo.folder(), "Beeblebrox"), "what is written is sealed, and not in the log");
    }
    let answer = owner.post("/inquiries/1/answer", &[("resolution", "VALID"), ("amount", "60"), ("text", "Found it.")]);
    assert_eq!(answer.header("location"), "/inquiries/1?done", "{}", answer.text());
    let action = action(&demo, "MISSING-1");
    assert_eq!(
        (&action["evidence"], &action["amount"], &action["partner_id"]),
        (&json!("inquiry"), &json!("60.00"), &json!(2))
    );
    assert_eq!(demo.account().actions_of("MISSING-1")[0]["ReferringType"], "ACTION_INQUIRY");
    let listed = demo.account().get("ActionInquiries.json");
    assert_eq!(listed["ActionInquiries"][0]["Status"], "VALID", "{listed}");
    let page = partner.get("/inquiries/1").text();
    assert!(
        page.contains("Found it.") && page.contains("The partner asked for it, and the brand found it right"),
        "{page}"
    );
    let again = owner.post("/inquiries/1/answer", &[("resolution", "VALID")]);
    assert!(again.text().contains("The inquiry was answered before."));
}

fn wrong_and_declined_actions_are_put_right(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, partner, other) =
        (demo.sign_in("/user"), demo.sign_in("/partners/1/user"), demo.sign_in("/partners/0/user"));
    let id = order(&demo, "W1");
    let form = partner.get(&format!("/inquiries/new?action={id}")).text();
    assert!(form.contains("The right amount") && form.contains("W1"), "{form}");
    assert_eq!(other.get(&format!("/inquiries/new?action={id}")).status, 404);
    let wrong = |who: &Person| ask(who, &[("type", "INCORRECT"), ("action_id", &id), ("amount", "120")]);
    assert!(wrong(&other).contains("There is no such action."));
    assert_eq!(wrong(&partner), "/inquiries/1?done");
    let (status, told) = post(&demo, "/api/v1/inquiries/1/answers", &json!({ "resolution": "VALID" }));
    assert_eq!((status, &told["resolution"], &told["action_id"]), (201, &json!("VALID"), &json!(id)));
    assert_eq!(action(&demo, "W1")["amount"], "120.00");

    let declined = |who: &Person| ask(who, &[("type", "DECLINED"), ("action_id", &id)]);
    assert!(declined(&partner).contains("The action is not reversed"));
    let reversal = json!({ "reason": "CONS_FRAUD" });
    assert_eq!(post(&demo, &format!("/api/v1/actions/{id}/reversals"), &reversal).0, 202);
    assert_eq!(action(&demo, "W1")["state"], "reversed");
    assert_eq!(declined(&partner), "/inquiries/2?done");
    assert_eq!(owner.post("/inquiries/2/answer", &[("resolution", "VALID")]).status, 303);
    let restored = action(&demo, "W1");
    assert_eq!((&restored["state"], &restored["amount"]), (&json!("pending"), &json!("120.00")));
}

fn an_answer_is_appealed_once(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    let days = [("program", "1"), ("days", "5")];
    assert_eq!(owner.post("/inquiries/rules", &days).status, 303);
    assert_eq!(partner.post("/inquiries/rules", &days).status, 403);
    let asked = json!({ "partner_id": 2, "type": "UNTRACKED", "event_type": "sale", "order_id": "A1", "order_date": now(),
        "amount": "50", "text": "By mail" });
    assert_eq!(post(&demo, "/api/v1/inquiries", &asked), (201, json!({ "id": 1 })));
    assert_eq!(post(&demo, "/api/v1/inquiries", &asked).1["error"]["code"], "INQUIRY_DUPLICATE");
    let nobody = json!({ "type": "UNTRACKED" });
    assert_eq!(post(&demo, "/api/v1/inquiries", &nobody).1["error"]["fields"][0]["field"], "partner_id");
    let answers = "/api/v1/inquiries/1/answers";
    let (status, told) = post(&demo, answers, &json!({ "resolution": "DECLINED" }));
    assert_eq!((status, &told["error"]["fields"][0]["field"]), (400, &json!("reason")));
    let declined = json!({ "resolution": "DECLINED", "reason": "ORDER_NOT_FOUND", "text": "Not in our books." });
    assert_eq!(post(&demo, answers, &declined).0, 201);
    let page = partner.get("/inquiries/1").text();
    assert!(page.contains("The shop has no order with this id.") && page.contains("Not in our books."), "{page}");
    assert_eq!(partner.post("/inquiries/1/appeal", &[("text", "")]).status, 422);
    let appeal = || partner.post("/inquiries/1/appeal", &[("text", "It is order A-1 of yours.")]);
    assert_eq!(appeal().status, 303);
    let list = owner.get("/inquiries").text();
    assert!(list.contains("A1") && list.contains("Appeal"), "{list}");
    assert_eq!(post(&demo, answers, &declined).0, 201);
    assert!(appeal().text().contains("You have appealed before"));
    let found = demo.api().get("/api/v1/inquiries/1").json();
    assert_eq!(
        (&found["resolution"], found["notes"].as_array().map(Vec::len)),
        (&json!("DECLINED"), Some(4)),
        "{found}"
    );
    assert_eq!(demo.api().get("/api/v1/inquiries?resolution=UNRESOLVED").json()["data"], json!([]));
    assert_eq!(demo.api().get("/api/v1/inquiries/2").status, 404);
}

fn upload(person: &Person, csv: &str) -> String {
    let part = |name: &str, more: &str, value: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let file = part("file", "; filename=\"orders.csv\"", csv);
    let body = format!("{}{file}--edge--\r\n", part("csrf", "", &person.csrf));
    person.client.post("/inquiries/file", "multipart/form-data; boundary=edge", &body).text()
}

fn a_file_asks_about_many_and_they_are_answered_together(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));
    // Of the first partner: it is not told so.
    let theirs = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": "M2", "amount": "100",
        "currency": "EUR", "partner_id": 1 });
    assert_eq!(post(&demo, "/api/v1/conversions", &theirs).0, 202);
    assert!(action(&demo, "M2")["id"].is_string());
    let now = now();
    let line = |order: &str, amount: &str| format!("UNTRACKED,{order},sale,{now},{amount}\n");
    let csv = format!(
        "Type,Order ID,Event type,Order date,Amount\n{}{}{}",
        line("M1", "50"),
        line("M2", "60"),
        line("M3", "x")
    );
    let told = upload(&partner, &csv);
    assert!(told.contains("2 of 3 lines were asked.") && told.contains("a decimal number above zero"), "{told}");
    assert!(upload(&partner, &csv).contains("0 of 3 lines were asked."));
    assert!(upload(&partner, "a,b\n1,2\n").contains("The header names no column that is known."));
    let counted = demo.api().get("/api/v1/inquiries?resolution=UNRESOLVED&partner_id=2").json();
    assert_eq!(counted["data"].as_array().map(Vec::len), Some(2), "{counted}");
    let told = owner.post("/inquiries/answers", &[("id", "1"), ("id", "2"), ("resolution", "VALID")]).text();
    assert!(told.contains("1 of 2 were answered.") && told.contains("credited to somebody else"), "{told}");
    assert_eq!(action(&demo, "M1")["evidence"], "inquiry");
    assert!(owner.get("/inquiries?state=VALID").text().contains("M1"));
    assert!(owner.post("/inquiries/answers", &[("resolution", "VALID")]).text().contains("Choose from 1 to 100"));
}

/// Page by page from a cursor on; gives the lines and the last cursor.
fn follow(demo: &Demo, mut cursor: String, limit: u32) -> (Vec<Value>, String) {
    let mut lines = Vec::new();
    loop {
        let page = demo.api().get(&format!("/api/v1/action-updates?after={cursor}&limit={limit}")).json();
        lines.extend(page["data"].as_array().expect("lines").clone());
        cursor = page["cursor"].as_str().expect("a cursor").to_owned();
        if page["more"] == json!(false) {
            return (lines, cursor);
        }
    }
}

fn sum(lines: &[Value], name: &str) -> Money {
    let part = |line: &Value| {
        let text = line[name].as_str().expect("money");
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        Money(sign * amount(digits).expect("an amount").0)
    };
    Money(lines.iter().map(|line| part(line).0).sum())
}

fn updates_add_up_to_what_actions_are(pair: Pair) {
    let demo = Demo::on(pair);
    let (before, start) = follow(&demo, "0.0.0".into(), 1_000);
    let id = order(&demo, "U1");
    let step = |what: &str, body: Value| {
        let (status, told) = post(&demo, &format!("/api/v1/actions/{id}/{what}"), &body);
        assert_eq!(status, 202, "{what}: {told}");
        _ = action(&demo, "U1");
    };
    step("modifications", json!({ "amount": "80", "reason": "ITEM_RETURNED" }));
    step("reversals", json!({ "reason": "CONS_FRAUD" }));
    step("restorations", json!({ "reason": "VERIFIED" }));
    step("approvals", json!({ "reason": "AGREED" }));
    step("corrections", json!({ "amount": "90", "reason": "ORDER_UPDATE" }));
    let (lines, end) = follow(&demo, start.clone(), 2);
    let of_action: Vec<Value> = lines.into_iter().filter(|line| line["order_id"] == "U1").collect();
    let kinds: Vec<&str> = of_action.iter().filter_map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, ["opened", "modified", "reversed", "restored", "locked", "corrected"]);
    let now = action(&demo, "U1");
    let is = |name: &str| amount(now[name].as_str().expect("money")).expect("an amount");
    assert_eq!((sum(&of_action, "amount_delta"), sum(&of_action, "payout_delta")), (is("amount"), is("payout")));
    assert_eq!((&of_action[0]["state"], &of_action[0]["amount"]), (&now["state"], &now["amount"]));

    assert_eq!(follow(&demo, end.clone(), 1_000), (Vec::new(), end.clone()), "nothing is new, and the cursor stands");
    order(&demo, "U2");
    let (new, _) = follow(&demo, end, 1);
    assert_eq!(new.len(), 1);
    assert_eq!((&new[0]["order_id"], &new[0]["kind"]), (&json!("U2"), &json!("opened")));
    let (all, _) = follow(&demo, "0.0.0".into(), 7);
    assert!(all.len() > before.len() + 6);
    let of_partner = demo.api().get("/api/v1/action-updates?partner_id=2&limit=1000").json();
    assert!(of_partner["data"].as_array().expect("lines").iter().all(|line| line["partner_id"] == 2));
    assert_eq!(demo.api().get("/api/v1/action-updates?after=1.2").status, 400);

    let vendor = demo.account().get("ActionUpdates.json");
    let updates = vendor["ActionUpdates"].as_array().expect("updates");
    let states: Vec<&str> =
        updates.iter().filter(|it| it["ActionId"] == id).filter_map(|it| it["State"].as_str()).collect();
    assert_eq!(states, ["PENDING", "PENDING", "REVERSED", "PENDING", "APPROVED", "APPROVED"]);
}
