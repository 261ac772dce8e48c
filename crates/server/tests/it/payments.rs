//! Payment runs, from what is locked to the document: by people, by programs, and by the calendar.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, Reply, eventually, on_every_pair};

const FLAGS: &[&str] = &["--test-clock"];
const OTHER_IBAN: &str = "NL91ABNA0417164300";

on_every_pair!(
    a_run_goes_the_whole_way,
    who_was_blocked_meanwhile_is_refused_by_name,
    the_calendar_proposes_once_in_a_month,
    programs_propose_and_pay_as_people_do,
);

fn advance(demo: &Demo, by: &str) {
    let reply = demo.anybody().post("/test/clock", "application/json", &json!({ "advance": by }).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// An order of 100.00 for each of these partners, long enough ago to be locked.
fn locked(demo: &Demo, partners: &[u32]) {
    for partner in partners {
        let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "amount": "100",
            "order_id": format!("PAY-{partner}"), "currency": "EUR", "partner_id": partner });
        let taken = demo.api().post("/api/v1/conversions", "application/json", &order.to_string());
        assert_eq!(taken.status, 202, "{}", taken.text());
    }
    advance(demo, "40d");
}

fn post(demo: &Demo, path: &str, body: &Value) -> Reply {
    demo.api().post(path, "application/json", &body.to_string())
}

fn get(demo: &Demo, path: &str) -> Value {
    let reply = demo.api().get(path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

fn states(demo: &Demo, run: u32) -> Vec<String> {
    let payments = get(demo, &format!("/api/v1/payment-runs/{run}"))["payments"].clone();
    payments.as_array().expect("payments").iter().map(|it| it["state"].as_str().expect("a state").to_owned()).collect()
}

fn balance(demo: &Demo, partner: u32) -> Value {
    get(demo, &format!("/api/v1/balances?partner_id={partner}"))["data"][0].clone()
}

/// Somebody of the brand with this role.
fn colleague(demo: &Demo, owner: &Person, role: &str) -> Person {
    let email = format!("{role}@acme.example");
    let made = owner.post("/settings/users", &[("email", &email), ("name", role), ("role", role)]).text();
    let password = made.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown once");
    let reply = demo.anybody().post_form("/sign-in", &[("email", &email), ("password", password)]);
    let client = demo.anybody().with("cookie", &reply.cookie());
    let page = client.get("/payments").text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    Person { client, csrf: csrf.to_owned() }
}

/// The form of an answer, with its lines in a file.
fn answer(person: &Person, run: u32, lines: &str) -> Reply {
    let part = |name: &str, more: &str, text: &str| {
        format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
    };
    let file = part("file", "; filename=\"answer.csv\"\r\ncontent-type: text/csv", lines);
    let body = format!("{}{}{file}--edge--\r\n", part("csrf", "", &person.csrf), part("text", "", ""));
    let path = format!("/payments/runs/{run}/answers");
    person.client.post(&path, "multipart/form-data; boundary=edge", &body)
}

fn a_run_goes_the_whole_way(pair: Pair) {
    let demo = Demo::with(pair, FLAGS);
    locked(&demo, &[1, 2, 3]);
    let owner = demo.sign_in("/user");
    let rules = [("two_persons", "yes"), ("threshold_EUR", "5.00"), ("day_of_month", "")];
    assert_eq!(owner.post("/settings/payments", &rules).header("location"), "/settings/payments?done");
    let finance = colleague(&demo, &owner, "finance");
    assert_eq!(finance.post("/settings/payments", &rules[1..]).status, 303);
    assert_eq!(get(&demo, "/api/v1/payment-rules")["two_persons"], true, "whoever pays does not lift the rule");
    let page = owner.get("/payments").text();
    for text in ["Ready to be paid in EUR: €20.00", "Propose payments", "legal name and address are missing"] {
        assert!(page.contains(text), "{text}: {page}");
    }

    let proposed =
        owner.post("/payments/runs", &[("currency", "EUR"), ("partner", "1"), ("partner", "2"), ("partner", "3")]);
    let page = proposed.text();
    assert_eq!(proposed.status, 200, "{page}");
    assert!(page.contains("Left out: 1 partner") && page.contains("legal name and address are missing"), "{page}");
    assert!(page.contains("somebody else who may pay approves it") && !page.contains("value=\"approve\""), "{page}");
    let again = owner.post("/payments/runs", &[("currency", "EUR"), ("partner", "1")]);
    assert!(again.status == 422 && again.text().contains("proposed or being gathered"), "{}", again.text());
    let decide = |person: &Person, what: &str| person.post("/payments/runs/1/decision", &[("decision", what)]);
    assert!(decide(&owner, "approve").text().contains("somebody other than the person who proposed"));
    let token = post(&demo, "/api/v1/payment-runs/1/decisions", &json!({ "approved": true }));
    assert_eq!((token.status, &token.json()["error"]["code"]), (422, &json!("SECOND_PERSON_NEEDED")));
    assert!(finance.get("/payments").text().contains("Run 1</a> waits to be approved"));
    let early = finance.get("/payments/runs/1/files/sepa");
    assert!(early.status == 422 && early.text().contains("There is nothing to pay in this file"), "{}", early.text());
    assert_eq!(decide(&finance, "approve").header("location"), "/payments/runs/1?done");
    eventually("all is gathered", || states(&demo, 1) == ["sent", "sent"]);

    let file = finance.get("/payments/runs/1/files/sepa");
    assert_eq!((file.status, file.header("content-type")), (200, "application/xml; charset=utf-8"), "{}", file.text());
    let text = file.text();
    for part in
        ["<EndToEndId>P-1<", "\"EUR\">14.28<", "<EndToEndId>P-2<", "\"EUR\">8.00<", "<CtrlSum>22.28<", "Acme Shoes P-1"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(
        finance.get("/payments/runs/1/files/sepa").header("content-disposition"),
        file.header("content-disposition")
    );
    let list = finance.get("/payments/runs/1/files/generic").text();
    assert!(list.contains(",12.00,2.28,14.28,EUR,"), "net, tax and transfer: {list}");
    let none = finance.get("/payments/runs/1/files/paypal");
    assert!(none.status == 422 && none.text().contains("There is nothing to pay in this file"));
    let page = finance.get("/payments/runs/1").text();
    assert!(page.contains("DE…3000") && page.contains("€14.28") && page.contains("Last written"), "{page}");
    assert!(!page.contains("DE89370400440532013000"), "behind a mask");

    let wrong = answer(&finance, 1, "payment,status\nP-1,settled\nP-9,settled\nP-2,perhaps\n");
    let page = wrong.text();
    assert_eq!(wrong.status, 422, "{page}");
    assert!(
        page.contains("Line 3: No payment that waits for an answer has this id.") && page.contains("Line 4: "),
        "{page}"
    );
    assert_eq!(states(&demo, 1), ["sent", "sent"], "nothing of it was taken");
    let taken = answer(&finance, 1, "payment,status,reason\nP-1,settled,\nP-2,failed,account closed\n");
    assert_eq!(taken.header("location"), "/payments/runs/1?done", "{}", taken.text());
    eventually("what failed is owed again", || states(&demo, 1) == ["settled", "failed"]);
    eventually("the partner is told", || finance.get("/mails").text().contains("Acme Shoes paid you 12.00 EUR"));
    assert!(!finance.get("/mails").text().contains("paid you 8.00"), "what failed is no news");
    assert_eq!(balance(&demo, 2)["locked"], "8.00");
    assert_eq!((&balance(&demo, 1)["locked"], &balance(&demo, 1)["paid"]), (&json!("0.00"), &json!("12.00")));

    let (jane, other) = (demo.sign_in("/partners/0/user"), demo.sign_in("/partners/1/user"));
    let page = jane.get("/payments/1").text();
    for text in ["Payment P-1", "PAY-1", "€14.28", "Self-billing invoice ACME-000001"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    let document = jane.get("/documents/1").text();
    assert!(document.contains("Acme Shoes partners: 1 action") && document.contains("€14.28"), "{document}");
    assert!(
        other.get("/payments").text().contains("Failed") && other.get("/payments/2").text().contains("account closed")
    );
    assert_eq!((other.get("/payments/1").status, other.get("/payments/runs/1").status), (404, 403));
    assert_eq!(other.get("/documents").text().matches("ACME-").count(), 0, "what failed has no document");
    for path in ["/payments/runs", "/payments/runs/1/decision", "/payments/1/outcome", "/settings/payments"] {
        let forged =
            other.post(path, &[("currency", "EUR"), ("partner", "2"), ("decision", "drop"), ("outcome", "failed")]);
        assert_eq!(forged.status, 403, "{path}");
    }
}

fn who_was_blocked_meanwhile_is_refused_by_name(pair: Pair) {
    let demo = Demo::with(pair, FLAGS);
    locked(&demo, &[1, 2]);
    let owner = demo.sign_in("/user");
    let run = owner.post("/payments/runs", &[("currency", "EUR"), ("partner", "1"), ("partner", "2")]);
    assert_eq!(run.header("location"), "/payments/runs/1?done", "{}", run.text());
    assert_eq!(owner.post("/payments/runs/1/decision", &[("decision", "approve")]).status, 303);
    eventually("all is gathered", || states(&demo, 1) == ["sent", "sent"]);
    let harbour = demo.sign_in("/partners/1/user");
    let password = demo.text("/partners/1/user/password");
    let moved = [
        ("method", "sepa"),
        ("account", OTHER_IBAN),
        ("holder", "Deal Harbour"),
        ("currency", "EUR"),
        ("notify", "harbour@example.com"),
        ("password", password.as_str()),
    ];
    assert_eq!(harbour.post("/payees/own/method", &moved).status, 303);
    let refused = owner.get("/payments/runs/1/files/sepa");
    let page = refused.text();
    assert_eq!(refused.status, 422, "{page}");
    assert!(page.contains("P-2</a> to Deal Harbour") && page.contains("changed less than seven days ago"), "{page}");
    assert!(!page.contains("P-1</a> to Trail Notes: "), "{page}");
    let told = demo.api().get("/api/v1/payment-runs/1/files/sepa").json()["error"]["fields"][0].clone();
    assert_eq!((&told["field"], &told["code"]), (&json!("P-2"), &json!("ACCOUNT_CHANGED")));
    let silent = owner.post("/payments/2/outcome", &[("outcome", "failed")]);
    assert!(silent.status == 422 && silent.text().contains("Say why it failed"));
    let failed = owner.post("/payments/2/outcome", &[("outcome", "failed"), ("reason", "account is held")]);
    assert_eq!(failed.header("location"), "/payments/2?done");
    let file = owner.get("/payments/runs/1/files/sepa").text();
    assert!(file.contains("P-1<") && !file.contains("P-2<"), "{file}");
    assert_eq!(owner.post("/payments/runs/1/settled", &[("payment", "P-1"), ("payment", "P-2")]).status, 303);
    eventually("each has its end", || states(&demo, 1) == ["settled", "failed"]);
    let late = owner.post("/payments/1/outcome", &[("outcome", "settled")]);
    assert!(late.text().contains("not on its way"), "{}", late.text());
    let page = owner.get("/payments").text();
    assert!(page.contains("changed less than seven days ago"), "{page}");
    let nobody = owner.post("/payments/runs", &[("currency", "EUR"), ("partner", "2")]);
    assert!(nobody.status == 422 && nobody.text().contains("changed less than seven days ago"), "{}", nobody.text());
    let outside = owner.post("/payments", &[("program", "1"), ("partner", "2")]);
    assert_eq!(outside.status, 303, "what was transferred already can be told all the same");
}

fn the_calendar_proposes_once_in_a_month(pair: Pair) {
    let mut demo = Demo::with(pair, FLAGS);
    let owner = demo.sign_in("/user");
    assert_eq!(owner.post("/settings/payments", &[("day_of_month", "1"), ("threshold_EUR", "10")]).status, 303);
    let wrong = owner.post("/settings/payments", &[("day_of_month", "29")]);
    assert!(wrong.status == 422 && wrong.text().contains("from 1 to 28"));
    locked(&demo, &[1, 2, 3]);
    let runs = |demo: &Demo| get(demo, "/api/v1/payment-runs")["data"].clone();
    let first = runs(&demo);
    assert_eq!(first.as_array().map(Vec::len), Some(1), "{first}");
    assert_eq!((&first[0]["by_calendar"], &first[0]["proposed"]), (&json!(true), &json!("12.00")), "{first}");
    assert!(demo.sign_in("/user").get("/payments").text().contains("Proposed by the calendar"));
    let dropped = post(&demo, "/api/v1/payment-runs/1/decisions", &json!({ "approved": false }));
    assert_eq!(dropped.status, 201, "{}", dropped.text());
    advance(&demo, "1s");
    demo.stop();
    demo.run();
    advance(&demo, "1s");
    let after = runs(&demo);
    assert_eq!((after.as_array().map(Vec::len), &after[0]["state"]), (Some(1), &json!("dropped")), "{after}");
    advance(&demo, "31d");
    let next = runs(&demo);
    assert_eq!(next.as_array().map(Vec::len), Some(2), "the next month has its own: {next}");
}

fn programs_propose_and_pay_as_people_do(pair: Pair) {
    let demo = Demo::with(pair, FLAGS);
    let rules =
        json!({ "two_persons": false, "thresholds": [{ "currency": "EUR", "amount": "10.00" }], "day_of_month": null });
    let put =
        |body: &Value| demo.api().send("PUT", "/api/v1/payment-rules", "application/json", body.to_string().as_bytes());
    assert_eq!(put(&rules).status, 200, "{}", put(&rules).text());
    eventually("the edge knows the rules", || get(&demo, "/api/v1/payment-rules") == rules);
    assert_eq!(put(&json!({ "two_persons": true, "thresholds": [] })).status, 403, "only an owner");
    let wrong = put(&json!({ "two_persons": false, "thresholds": [{ "currency": "JPY", "amount": "1.5" }] }));
    assert_eq!((wrong.status, &wrong.json()["error"]["fields"][0]["field"]), (400, &json!("thresholds")));
    locked(&demo, &[1, 2, 3]);
    assert_eq!((&balance(&demo, 1)["payable"], &balance(&demo, 1)["reason"]), (&json!(true), &Value::Null));
    assert_eq!(balance(&demo, 2)["reason"], "BELOW_THRESHOLD");
    assert_eq!(balance(&demo, 3)["reason"], "DETAILS_MISSING");
    let nobody = post(&demo, "/api/v1/payment-runs", &json!({ "currency": "EUR", "partner_ids": [2, 3] }));
    let fields = nobody.json()["error"]["fields"].clone();
    assert_eq!(
        (nobody.status, &fields[0]["code"], &fields[1]["code"]),
        (422, &json!("BELOW_THRESHOLD"), &json!("DETAILS_MISSING"))
    );
    let run = post(&demo, "/api/v1/payment-runs", &json!({ "currency": "EUR", "below_threshold": true }));
    assert_eq!((run.status, &run.json()["id"]), (201, &json!(1)), "{}", run.text());
    assert_eq!(run.json()["left_out"][0]["reason"], "DETAILS_MISSING");
    let approved = post(&demo, "/api/v1/payment-runs/1/decisions", &json!({ "approved": true }));
    assert_eq!(approved.status, 201, "{}", approved.text());
    eventually("all is gathered", || states(&demo, 1) == ["sent", "sent"]);
    let file = demo.api().get("/api/v1/payment-runs/1/files/sepa");
    assert!(file.status == 200 && file.text().contains("14.28"), "{}", file.text());
    let answer = |lines: &str| demo.api().post("/api/v1/payment-runs/1/answers", "text/csv", lines);
    let wrong = answer("end_to_end_id;status\nP-7;settled\n");
    assert_eq!((wrong.status, &wrong.json()["error"]["fields"][0]["field"]), (400, &json!("line 2")));
    let taken = answer("end_to_end_id;status\nP-1;settled\n");
    assert_eq!((taken.status, taken.json()), (201, json!({ "id": 1, "settled": 1, "failed": 0 })));
    let vague = post(&demo, "/api/v1/payments/P-2/outcomes", &json!({ "settled": false }));
    assert_eq!(vague.status, 400);
    assert_eq!(post(&demo, "/api/v1/payments/P-2/outcomes", &json!({ "failed": "closed" })).status, 201);
    let twice = post(&demo, "/api/v1/payments/2/outcomes", &json!({ "settled": true }));
    assert_eq!((twice.status, &twice.json()["error"]["code"]), (422, &json!("PAYMENT_NOT_SENT")));
    let paid = get(&demo, "/api/v1/payments/1");
    assert_eq!((&paid["net"], &paid["tax"], &paid["transfer"]), (&json!("12.00"), &json!("2.28"), &json!("14.28")));
    assert_eq!((&paid["lines"][0]["amount"], &paid["documents"][0]["number"]), (&json!("12.00"), &json!(1)), "{paid}");
    let all = get(&demo, "/api/v1/payments?limit=1");
    assert_eq!((&all["data"][0]["name"], &all["next_cursor"]), (&json!("P-2"), &json!("2")));
    for path in ["/api/v1/payments/99", "/api/v1/payment-runs/99", "/api/v1/payment-runs/1/files/cheque"] {
        assert_eq!(demo.api().get(path).status, 404, "{path}");
    }
}

#[test]
fn a_transfer_made_outside_has_its_document_and_loses_it_when_it_comes_back() {
    let demo = Demo::with(Pair::Files, FLAGS);
    locked(&demo, &[1]);
    let owner = demo.sign_in("/user");
    assert_eq!(owner.post("/payments", &[("program", "1"), ("partner", "1")]).status, 303);
    eventually("it is paid", || get(&demo, "/api/v1/payments/1")["state"] == "settled");
    advance(&demo, "1s");
    assert!(owner.get("/payments/1").text().contains("Self-billing invoice ACME-000001"));
    let back = owner.post("/payments/1/outcome", &[("outcome", "failed"), ("reason", "account closed")]);
    assert_eq!(back.status, 303, "{}", back.text());
    assert!(owner.get("/documents/2").text().contains("This cancels document ACME-000001 in full."));
    eventually("it is owed again", || balance(&demo, 1)["locked"] == "12.00");
    advance(&demo, "1s");
    assert_eq!(owner.get("/documents/3").status, 404, "a payment that failed gets no other");
}

#[test]
fn a_partner_is_paid_in_the_currency_of_its_account() {
    let demo = Demo::with(Pair::Files, FLAGS);
    locked(&demo, &[2]);
    let partner = demo.sign_in("/partners/1/user");
    let (dues, password) = (balance(&demo, 2), demo.text("/partners/1/user/password"));
    assert_eq!((&dues["paid_in"], &dues["payable"]), (&json!("EUR"), &json!(true)));
    let method = |kind: &'static str, currency: &'static str| {
        let common = [("holder", "Deal Harbour"), ("notify", "harbour@example.com"), ("password", password.as_str())];
        [("method", kind), ("account", OTHER_IBAN), ("currency", currency)]
            .into_iter()
            .chain(common)
            .collect::<Vec<_>>()
    };
    let refused = partner.post("/payees/own/method", &method("sepa", "USD"));
    assert!(refused.status == 422 && refused.text().contains("SEPA transfers are in EUR only"), "{}", refused.text());
    assert_eq!(partner.post("/payees/own/method", &method("wise", "USD")).status, 303);
    advance(&demo, "8d");
    // The sessions of before have ended.
    let (owner, partner) = (demo.sign_in("/user"), demo.sign_in("/partners/1/user"));

    let dues = balance(&demo, 2);
    assert_eq!((&dues["paid_in"], &dues["reason"]), (&json!("USD"), &json!("RATE_MISSING")));
    let page = owner.get("/payments").text();
    assert!(page.contains("Ready to be paid in USD: $0.00"), "{page}");
    let run = || post(&demo, "/api/v1/payment-runs", &json!({ "currency": "USD", "partner_ids": [2] }));
    let none = run().json()["error"]["fields"][0].clone();
    let said = none["message"].as_str().expect("a sentence").to_owned();
    assert!(none["code"] == "RATE_MISSING" && said.contains("no exchange rate of EUR to USD of 20"), "{said}");
    let oldest = said.split_whitespace().find(|word| word.starts_with("20")).expect("a day").to_owned();
    let file = format!("Date,USD\n{oldest},1.0831\n");
    let loaded = demo.api().post("/api/v1/exchange-rates", "text/csv", &file);
    assert_eq!(loaded.status, 201, "{}", loaded.text());
    eventually("it is converted", || balance(&demo, 2)["payable"] == true);
    let page = owner.get("/payments").text();
    assert!(page.contains("Ready to be paid in USD: $8.66") && page.contains("€8.00 at 1.0831 = $8.66"), "{page}");

    assert_eq!(run().status, 201);
    assert_eq!(post(&demo, "/api/v1/payment-runs/1/decisions", &json!({ "approved": true })).status, 201);
    eventually("it is gathered", || states(&demo, 1) == ["sent"]);
    let told = get(&demo, "/api/v1/payments/1");
    assert_eq!((&told["currency"], &told["net"], &told["transfer"]), (&json!("USD"), &json!("8.66"), &json!("8.66")));
    let exchange = json!({ "day": oldest, "from": "1", "to": "1.0831", "rate": "1.0831", "amount": "8.66" });
    let sum = json!({ "currency": "EUR", "proposed": "8.00", "amount": "8.00", "exchange": exchange });
    assert_eq!(told["sums"], json!([sum]));
    assert_eq!((&told["lines"][0]["amount"], &told["lines"][0]["currency"]), (&json!("8.00"), &json!("EUR")));
    let file = demo.api().get("/api/v1/payment-runs/1/files/wise").text();
    assert!(file.contains(",P-1,") && file.contains(",target,8.66,USD,USD,"), "{file}");
    let taken = demo.api().post("/api/v1/payment-runs/1/answers", "text/csv", "payment,status\nP-1,settled\n");
    assert_eq!(taken.status, 201, "{}", taken.text());
    let page = partner.get("/payments/1").text();
    assert!(page.contains("€8.00 at 1.0831 = $8.66") && page.contains(&oldest), "{page}");
    let document = partner.get("/documents/1").text();
    for text in ["€8.00 at 1.0831 USD for 1 EUR, the rate of ", "$8.66"] {
        assert!(document.contains(text), "{text}: {document}");
    }
    assert_eq!((&balance(&demo, 2)["paid"], &balance(&demo, 2)["currency"]), (&json!("8.00"), &json!("EUR")));
}
