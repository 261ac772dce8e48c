//! Pending clicks on their screen: seen together, rejected, taken back, accepted, and paid as one action.

use serde_json::{Value, json};

use crate::support::{CHROME, Demo, Pair, Person, eventually, form, on_every_pair};

on_every_pair!(clicks_are_reviewed_and_what_is_left_becomes_one_action, only_reviewers_of_the_brand_are_let_in);

fn post(demo: &Demo, path: &str, body: &Value) {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    assert_eq!(reply.status, 201, "{path}: {}", reply.text());
}

/// Clicks of the demonstration's program are paid once somebody had the time to look at them.
fn pay_for_clicks(demo: &Demo) {
    let known = demo.api().get("/api/v1/event-types").json();
    let code = |it: &Value| it["category"] == "click";
    if !known["data"].as_array().expect("event types").iter().any(code) {
        post(
            demo,
            "/api/v1/event-types",
            &json!({ "program_id": 1, "code": "click", "name": "Click", "category": "click" }),
        );
    }
    let known = demo.api().get("/api/v1/event-types").json();
    let types = known["data"].as_array().expect("event types");
    let click = types.iter().find(|it| code(it)).expect("one for clicks")["code"].clone();
    let payouts = json!([
        { "event_type": "sale", "payout": "8%" },
        { "event_type": click, "payout": "0.05", "clicks": { "mode": "reviewed", "review_days": 7 } },
    ]);
    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 }, "payouts": payouts });
    for partner in [Some(1), None] {
        post(demo, "/api/v1/terms", &json!({ "program_id": 1, "partner_id": partner, "rules": rules }));
    }
    eventually("the edge knows the terms", || {
        let listed = demo.api().get("/api/v1/terms?program_id=1&partner_id=1").json();
        let last = listed["data"].as_array().and_then(|all| all.last().cloned()).unwrap_or_default();
        last["rules"]["payouts"][1]["clicks"]["mode"] == "reviewed"
    });
    demo.advance("2s");
}

/// Clicks of as many devices, from a page of a host.
fn click(demo: &Demo, from: &str, count: usize) {
    for i in 0..count {
        let agent = CHROME.replace("130.0", &format!("{}.0", 100 + i + 10 * from.len()));
        let mut visitor = demo.visitor().with("referer", &format!("https://{from}/"));
        visitor.headers.retain(|(name, _)| name != "user-agent");
        let reply = visitor.with("user-agent", &agent).get(&demo.link(0));
        assert_eq!(reply.status, 302, "{}", reply.text());
    }
}

/// What somebody chose, on all clicks of a filter.
fn chosen<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("program", "1"), ("which", "all")], more].concat()
}

fn decide(owner: &Person, more: &[(&str, &str)]) -> String {
    let reply = owner.post("/pending-clicks/reviews", &chosen(more));
    assert_eq!(reply.status, 303, "{}", reply.text());
    reply.header("location").to_owned()
}

fn is_done(owner: &Person, review: &str, word: &str) {
    eventually(word, || owner.get(&format!("{review}/progress")).text().contains(&format!("<b>{word}</b>")));
}

fn lines(owner: &Person, query: &[(&str, &str)]) -> usize {
    let reply = owner.get(&format!("/pending-clicks?format=csv&{}", form(query)));
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/csv; charset=utf-8"));
    reply.text().lines().count() - 1
}

fn clicks_are_reviewed_and_what_is_left_becomes_one_action(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    pay_for_clicks(&demo);
    click(&demo, "a.example", 4);
    click(&demo, "blog.example", 2);
    eventually("all clicks wait", || lines(&owner, &[("partner", "1")]) == 6);
    let page = owner.get("/pending-clicks?partner=1").text();
    assert!(page.contains("a.example") && page.contains("blog.example") && page.contains("€0.30"), "{page}");
    assert!(page.contains("All that match the filter: 6"), "{page}");
    assert!(page.contains("accepted by itself"), "what happens without anybody is said: {page}");
    let of_a = owner.get("/pending-clicks?referrer=a.example").text();
    assert!(of_a.contains("All that match the filter: 4"), "{of_a}");
    assert!(owner.get("/pending-clicks?day=yesterday").text().contains("It is no day such as"));

    // Nothing is done before it is said what it comes to, and why.
    let reject = [("referrer", "a.example"), ("decision", "reject")];
    let preview = |more: &[(&str, &str)]| owner.post("/pending-clicks/preview", &chosen(&[&reject, more].concat()));
    assert!(preview(&[]).text().contains("Say why they are rejected"));
    assert!(preview(&[("because", "BECAUSE")]).text().contains("Choose a reason of the list"));
    let told = preview(&[("because", "CONCENTRATED"), ("words", "one farm")]).text();
    assert!(told.contains("Reject 4 clicks") && told.contains("It saves") && told.contains("€0.20"), "{told}");
    assert_eq!(lines(&owner, &[("state", "rejected")]), 0);
    let review = decide(&owner, &[&reject[..], &[("because", "CONCENTRATED"), ("words", "one farm")]].concat());
    is_done(&owner, &review, "Done");
    assert_eq!((lines(&owner, &[("state", "rejected")]), lines(&owner, &[("partner", "1")])), (4, 2));
    let list = owner.get("/pending-clicks/reviews").text();
    assert!(list.contains("CONCENTRATED: one farm") && list.contains("−€0.20"), "{list}");

    let undone = owner.post(&format!("{review}/undo"), &[]);
    assert_eq!(undone.header("location"), review, "{}", undone.text());
    is_done(&owner, &review, "Undone");
    assert_eq!(lines(&owner, &[("partner", "1")]), 6);
    assert!(owner.post(&format!("{review}/undo"), &[]).text().contains("taken back before"));

    assert!(!owner.get("/").text().contains("accepted by themselves"));
    demo.advance("5d");
    let overview = owner.get("/").text();
    assert!(overview.contains("6 pending clicks for €0.30 are accepted by themselves within 3 days"), "{overview}");
    eventually("it is told by mail", || owner.get("/mails").text().contains("6 pending clicks are accepted on "));

    ticked_ones_get_a_price(&demo, &owner);
    let some = [("partner", "1"), ("decision", "most"), ("most", "3"), ("words", "the budget")];
    let told = owner.post("/pending-clicks/preview", &chosen(&some)).text();
    assert!(told.contains("Accept the first 3 and reject the rest, of 6 clicks"), "{told}");
    let review = decide(&owner, &some);
    is_done(&owner, &review, "Done");
    let page = owner.get(&review).text();
    assert!(page.contains("3 accepted, 3 rejected"), "{page}");

    demo.advance("4d");
    let actions = || demo.api().get("/api/v1/actions?partner_id=1").json()["data"].clone();
    let of_clicks = |it: &&Value| it["order_id"].as_str().is_some_and(|id| id.starts_with("CLICKS-1-"));
    eventually("the day is closed", || actions().as_array().expect("actions").iter().any(|it| of_clicks(&it)));
    let all = actions();
    let found: Vec<&Value> = all.as_array().expect("actions").iter().filter(of_clicks).collect();
    assert_eq!((found.len(), &found[0]["payout"]), (1, &json!("0.17")), "one has its own price: {all}");
    // The session has ended meanwhile.
    let owner = demo.sign_in("/user");
    let late = owner.post(&format!("{review}/undo"), &[]);
    assert!(late.status == 422 && late.text().contains("undone any more"), "{}", late.text());
    let page = owner.get("/pending-clicks").text();
    assert!(page.contains("No click waits for a look") && page.contains("/docs/guide/click-payouts"), "{page}");
}

/// One click by its number, which its own page tells of.
fn ticked_ones_get_a_price(demo: &Demo, owner: &Person) {
    let file = owner.get("/pending-clicks?format=csv&partner=1").text();
    let number = file.lines().nth(1).and_then(|line| line.rsplit(',').next()).expect("a number").to_owned();
    let price =
        [("program", "1"), ("which", "ticked"), ("click", number.as_str()), ("decision", "price"), ("price", "0.07")];
    assert!(owner.post("/pending-clicks/preview", &price[..2]).text().contains("Tick some clicks"));
    let told = owner.post("/pending-clicks/preview", &price).text();
    assert!(told.contains("Pay each with €0.07, of 1 click") && told.contains("It costs more"), "{told}");
    let reply = owner.post("/pending-clicks/reviews", &price);
    is_done(owner, reply.header("location"), "Done");
    let page = owner.get(&format!("/clicks?no={number}")).text();
    assert!(page.contains("It waits for a look, and is paid €0.07 unless it is rejected by"), "{page}");
    let partner = demo.sign_in("/partners/0/user").get(&format!("/clicks?no={number}")).text();
    assert!(partner.contains("€0.07") && !partner.contains("/pending-clicks/reviews"), "{partner}");
    let other = demo.sign_in("/partners/1/user").get(&format!("/clicks?no={number}")).text();
    assert!(!other.contains("€0.07"), "{other}");
}

fn viewer(demo: &Demo, owner: &Person) -> Person {
    let page =
        owner.post("/settings/users", &[("email", "vi@acme.example"), ("name", "Vi"), ("role", "viewer")]).text();
    let password = page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown once");
    let signed_in = demo.anybody().post_form("/sign-in", &[("email", "vi@acme.example"), ("password", password)]);
    let client = demo.anybody().with("cookie", &signed_in.cookie());
    let page = client.get("/").text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    Person { csrf: csrf.to_owned(), client }
}

fn only_reviewers_of_the_brand_are_let_in(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    let reject = chosen(&[("decision", "reject"), ("words", "no")]);
    let forms = ["/pending-clicks/preview", "/pending-clicks/reviews", "/pending-clicks/reviews/1/undo"];
    for who in [demo.sign_in("/partners/0/user"), viewer(&demo, &owner)] {
        for path in ["", "/reviews", "/reviews/1", "/reviews/1/progress"] {
            assert_eq!(who.get(&format!("/pending-clicks{path}")).status, 403, "{path}");
        }
        for path in forms {
            assert_eq!(who.post(path, &reject).status, 403, "{path}");
        }
        assert!(!who.get("/").text().contains("/pending-clicks"), "it is not in the menu");
    }
    for path in forms {
        let stale = [("csrf", "of another session"), ("program", "1"), ("decision", "reject")];
        assert_eq!(owner.client.post_form(path, &stale).status, 403, "{path}");
    }
    assert_eq!(owner.get("/pending-clicks").status, 200);
    assert_eq!(owner.get("/pending-clicks/reviews").status, 200);
    assert_eq!(owner.get("/pending-clicks/reviews/1").status, 404);
    let elsewhere = [("program", "99"), ("which", "all"), ("decision", "reject"), ("words", "no")];
    assert_eq!(owner.post("/pending-clicks/reviews", &elsewhere).status, 404);
}

#[test]
fn clicks_from_where_a_partners_people_sign_in_are_suspect() {
    let demo = Demo::with_standing_clock(Pair::Files);
    pay_for_clicks(&demo);
    let own = || {
        // Later than the window in which a device's clicks are one.
        demo.advance("40m");
        demo.click(0);
        let listed = demo.api().get("/api/v1/pending-clicks?program_id=1&reason=OWN_DEVICE").json();
        listed["data"].as_array().expect("clicks").len()
    };
    assert_eq!(own(), 0);
    let (email, password) = (demo.text("/partners/0/user/email"), demo.text("/partners/0/user/password"));
    let browser = demo.anybody().with("user-agent", CHROME);
    assert_eq!(browser.post_form("/sign-in", &[("email", &email), ("password", &password)]).status, 303);
    eventually("the device is known", || own() > 0);
}
