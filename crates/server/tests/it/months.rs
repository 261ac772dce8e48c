//! Months of the ledger: closed ones never change, statements add up, and the journal balances.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, Person, on_every_pair};

on_every_pair!(
    a_closed_month_never_changes,
    a_partner_reads_its_own_statements_only,
    the_journal_balances_and_names_the_brands_own_accounts,
    the_books_are_verified,
);

fn advance(demo: &Demo, by: &str) {
    let reply = demo.anybody().post("/test/clock", "application/json", &json!({ "advance": by }).to_string());
    assert_eq!(reply.status, 200, "{}", reply.text());
}

/// An order of 80.00 after a click on a link of the partner of this number.
/// What a click of the first partner earns when its day is closed, seven days later.
const CLICK_CENTS: i64 = 5;

fn order(demo: &Demo, partner: usize, id: &str) {
    let (click_id, _) = demo.click(partner);
    let report = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": id, "amount": "80",
        "currency": "EUR", "click_id": click_id });
    let taken = demo.api().post("/api/v1/conversions", "application/json", &report.to_string());
    assert_eq!(taken.status, 202, "{}", taken.text());
}

fn list(demo: &Demo, path: &str) -> Vec<Value> {
    let reply = demo.api().get(path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()["data"].as_array().expect("rows").clone()
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row[name].as_str().unwrap_or_else(|| panic!("{name} in {row}"))
}

fn cents(row: &Value, name: &str) -> i64 {
    text(row, name).replace('.', "").parse().unwrap_or_else(|error| panic!("{name} in {row}: {error}"))
}

fn adds_up(row: &Value) {
    let sum = |names: &[&str]| names.iter().map(|name| cents(row, name)).sum::<i64>();
    let moved = sum(&["opening", "earned", "corrections", "bonuses", "fees"]) - sum(&["reversed", "paid"]);
    assert_eq!(moved, cents(row, "closing"), "{row}");
    assert_eq!(sum(&["locked", "pending"]), cents(row, "closing"), "{row}");
}

fn file(person: &Person, path: &str) -> String {
    let reply = person.get(path);
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/csv; charset=utf-8"), "{path}");
    reply.text()
}

fn a_closed_month_never_changes(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    assert_eq!(list(&demo, "/api/v1/months"), Vec::<Value>::new());
    assert!(demo.sign_in("/user").get("/months").text().contains("No month yet"));
    order(&demo, 0, "M1");
    let first = list(&demo, "/api/v1/months").remove(0);
    let (month, earned) = (text(&first, "month").to_owned(), text(&first, "earned").to_owned());
    assert_eq!((text(&first, "state"), text(&first, "pending"), text(&first, "opening")), ("open", &*earned, "0.00"));

    advance(&demo, "40d");
    let owner = demo.sign_in("/user");
    let statements = format!("/api/v1/statements?month={month}");
    let closed = list(&demo, &statements);
    assert_eq!((closed.len(), text(&closed[0], "state"), text(&closed[0], "closing")), (1, "closed", &*earned));
    let (page, paper) = (format!("/months/{month}"), format!("/months/{month}/partners/1"));
    let told = (owner.get(&page).text(), owner.get(&paper).text(), file(&owner, &format!("{page}/journal")));
    assert!(told.0.contains("Closed") && told.0.contains("Trail Notes"), "{}", told.0);
    assert!(told.1.contains("Owed as the month ended") && told.1.contains("It never changes any more"), "{}", told.1);

    order(&demo, 0, "M2");
    owner.post("/payments", &[("program", "1"), ("partner", "1")]);
    advance(&demo, "90m");
    assert_eq!(list(&demo, &statements), closed);
    assert_eq!((owner.get(&page).text(), owner.get(&paper).text()), (told.0, told.1));
    assert_eq!(file(&owner, &format!("{page}/journal")), told.2);

    let months = list(&demo, "/api/v1/months?partner_id=1");
    months.iter().for_each(adds_up);
    for pair in months.windows(2) {
        assert_eq!(pair[0]["closing"], pair[1]["opening"]);
    }
    let last = months.last().expect("the present month");
    assert_eq!((text(last, "state"), text(last, "opening")), ("open", &*earned));
    assert_eq!(
        cents(last, "paid"),
        cents(&first, "earned") + CLICK_CENTS,
        "the first order, and the click that led to it"
    );
    assert_eq!(text(last, "closing"), earned, "that is the second order");
    let all = file(&owner, "/months?format=csv");
    assert!(all.starts_with("Month,State,Opening,Earned,Reversed,Corrections,Bonuses,Fees,Paid,Closing,"), "{all}");
    assert!(all.contains(&format!("{month},Closed,0.00,{earned},0.00,")), "{all}");
    assert_eq!(all.lines().count(), months.len() + 1);
}

fn a_partner_reads_its_own_statements_only(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    order(&demo, 0, "P1");
    order(&demo, 1, "P2");
    let months = list(&demo, "/api/v1/months");
    let month = text(&months[0], "month");
    let all = list(&demo, &format!("/api/v1/statements?month={month}"));
    let own = list(&demo, &format!("/api/v1/statements?month={month}&partner_id=1"));
    assert_eq!((all.len(), own.len()), (2, 1));
    assert_eq!(own[0]["partner_id"], 1);

    let partner = demo.sign_in("/partners/0/user");
    let page = partner.get("/months").text();
    assert!(page.contains("Statements") && page.contains(&format!("/months/{month}/partners/1")), "{page}");
    let owner = demo.sign_in("/user");
    let name = |row: &Value| owner.get(&format!("/partners/{}", row["partner_id"])).status;
    assert!(all.iter().all(|row| name(row) == 200));
    let statement = format!("/months/{month}/partners/1");
    assert_eq!(partner.get(&format!("/months/{month}")).text(), partner.get(&statement).text());
    let csv = file(&partner, &format!("{statement}?format=csv"));
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.contains(&format!("{month},Open,Trail Notes,")), "{csv}");
    for (path, status) in [
        (format!("/months/{month}/partners/2"), 404),
        (format!("/months/{month}/journal"), 403),
        ("/months/accounts".to_owned(), 403),
        ("/months/2026-13".to_owned(), 404),
        ("/months/2999-01".to_owned(), 404),
    ] {
        assert_eq!(partner.get(&path).status, status, "{path}");
    }
    assert!(!partner.get("/months?partner=2").text().contains("/partners/2"), "it can't ask for another's");
    assert_eq!(owner.get(&format!("/months/{month}/partners/999")).status, 404);
    let api = demo.api();
    for query in ["", "?month=2026-13", "?month=2999-01", "?month=2026-01-01"] {
        let reply = api.get(&format!("/api/v1/statements{query}"));
        assert_eq!((reply.status, &reply.json()["error"]["fields"][0]["field"]), (400, &json!("month")), "{query}");
    }
}

fn the_journal_balances_and_names_the_brands_own_accounts(pair: Pair) {
    let demo = Demo::with(pair, &["--test-clock"]);
    order(&demo, 0, "J1");
    order(&demo, 1, "J2");
    let owner = demo.sign_in("/user");
    let months = list(&demo, "/api/v1/months");
    let month = text(&months[0], "month");
    let journal = file(&owner, &format!("/months/{month}/journal"));
    let rows: Vec<Vec<&str>> = journal.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 4, "two accounts of two partners: {journal}");
    let sum =
        |column: usize| rows.iter().map(|row| row[column].replace('.', "").parse::<i64>().unwrap_or(0)).sum::<i64>();
    assert_eq!(sum(7), sum(8), "{journal}");
    assert_eq!(sum(8), cents(&months[0], "earned"));
    assert!(
        journal.contains(",6000,Partner payouts,1,Trail Notes,") && journal.contains(",Earned: 1 entry"),
        "{journal}"
    );
    assert_eq!(demo.api().get(&format!("/api/v1/journal.csv?month={month}")).text(), journal);
    assert_eq!(demo.api().get("/api/v1/journal.csv").status, 400);

    let wrong = owner.post("/months/accounts", &[("account-1", "=1+1")]);
    assert_eq!(wrong.status, 422, "{}", wrong.text());
    assert!(wrong.text().contains("is no code for partner payouts"), "{}", wrong.text());
    let kept = owner.post("/months/accounts", &[("account-1", "4-1200"), ("account-2", "")]);
    assert_eq!(kept.status, 303);
    assert!(owner.get("/months/accounts").text().contains("4-1200"));
    let journal = file(&owner, &format!("/months/{month}/journal"));
    assert!(journal.contains(",4-1200,Partner payouts,") && journal.contains(",2100,Accrued payouts,"), "{journal}");
    let stale = owner.client.post_form("/months/accounts", &[("account-1", "1"), ("csrf", "x")]);
    assert_eq!(stale.status, 403);
    assert_eq!(demo.sign_in("/partners/0/user").post("/months/accounts", &[("account-1", "1")]).status, 403);
}

fn the_books_are_verified(pair: Pair) {
    let mut demo = Demo::with(pair, &["--test-clock"]);
    order(&demo, 0, "V1");
    advance(&demo, "40d");
    demo.stop();
    let verified = demo.command(&["verify"]);
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success(), "{said} {}", String::from_utf8_lossy(&verified.stderr));
    assert!(said.lines().count() > 5 && said.lines().all(|line| line.starts_with("ok     ")), "{said}");
    assert!(
        said.contains("the entries of a record sum to zero (8 rows of entry)"),
        "of an order and of a click: {said}"
    );
}
