//! Paid clicks by the interfaces: pending clicks and what is decided on them, and the reports that always add up.

use serde_json::{Value, json};

use crate::partner_api::Partner;
use crate::support::{Client, Demo, Pair, Reply, eventually, on_every_pair};

on_every_pair!(
    clicks_are_decided_on_by_the_api,
    the_reports_add_up_over_a_mixed_day,
    a_partner_reads_its_own_report_and_learns_no_trick,
    what_cant_be_asked_or_decided_is_named,
);

fn post(demo: &Demo, path: &str, body: &Value) -> Reply {
    demo.api().post(path, "application/json", &body.to_string())
}

fn set(demo: &Demo, path: &str, body: &Value) -> Value {
    let reply = post(demo, path, body);
    assert_eq!(reply.status, 201, "{path}: {}", reply.text());
    reply.json()
}

fn get(demo: &Demo, path: &str) -> Value {
    let reply = demo.api().get(path);
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

fn rows(demo: &Demo, path: &str) -> Vec<Value> {
    get(demo, path)["data"].as_array().expect("a list").clone()
}

/// A program that pays both partners for clicks: the first after a review, the second at once and two a day at most.
fn paying(pair: Pair) -> Demo {
    let demo = Demo::with_standing_clock(pair);
    let spam = json!([{ "name": "Spam", "when": [{ "variable": "sub_id1", "is": ["spam"] }] }]);
    let reviewed = json!({ "event_type": "click", "payout": "0.0125", "clicks": { "mode": "reviewed", "review_days": 7 },
        "restrictions": spam });
    let instant = json!({ "event_type": "click", "payout": "0.05", "clicks": { "mode": "instant" },
        "limits": [{ "actions": 2, "per": "day" }] });
    for (partner, clicks) in [(1, reviewed), (2, instant)] {
        let sale = json!({ "event_type": "sale", "payout": "8%" });
        let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 }, "payouts": [sale, clicks] });
        set(&demo, "/api/v1/terms", &json!({ "program_id": 1, "partner_id": partner, "rules": rules }));
    }
    demo.advance("1h");
    demo
}

/// A browser of its own, by its version.
fn browser(demo: &Demo, n: usize) -> Client {
    let agent = format!(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0 Safari/537.36",
        100 + n
    );
    agent_named(demo, &agent)
}

fn agent_named(demo: &Demo, agent: &str) -> Client {
    let mut client = demo.visitor();
    client.headers.retain(|(name, _)| name != "user-agent");
    client.with("user-agent", agent).with("accept-language", "de")
}

/// Three persons, one of whom comes again, a robot, one that was fetched ahead of time, and one that a restriction is about.
fn mixed_day(demo: &Demo, place: usize) {
    let link = demo.link(place);
    for n in 0..3 {
        assert_eq!(browser(demo, n).get(&link).status, 302);
    }
    browser(demo, 0).get(&link);
    agent_named(demo, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)").get(&link);
    browser(demo, 4).with("sec-purpose", "prefetch").get(&link);
    browser(demo, 5).get(&format!("{link}?subId1=spam"));
}

fn payouts(demo: &Demo) -> Vec<Value> {
    rows(demo, "/api/v1/reports/click-payouts")
}

fn gross(demo: &Demo) -> i64 {
    payouts(demo).iter().filter_map(|it| it["gross"].as_i64()).sum()
}

fn after_mixed_days(pair: Pair) -> Demo {
    let demo = paying(pair);
    mixed_day(&demo, 0);
    mixed_day(&demo, 1);
    eventually("all clicks are in the books", || gross(&demo) == 14);
    demo
}

fn pending(demo: &Demo, query: &str) -> Vec<Value> {
    rows(demo, &format!("/api/v1/pending-clicks{query}"))
}

/// Decides, and waits until it is carried out.
fn review(demo: &Demo, body: &Value) -> Value {
    let made = set(demo, "/api/v1/pending-clicks/reviews", body);
    settled(demo, &made["id"], "done")
}

fn settled(demo: &Demo, id: &Value, state: &str) -> Value {
    let path = format!("/api/v1/pending-clicks/reviews/{id}");
    eventually("it is carried out", || get(demo, &path)["state"] == state);
    get(demo, &path)
}

fn clicks_are_decided_on_by_the_api(pair: Pair) {
    let demo = after_mixed_days(pair);
    let all = pending(&demo, "");
    assert_eq!(all.len(), 3, "{all:?}");
    let first = &all[0];
    assert_eq!(first["partner_id"], 1, "instant clicks wait for nobody");
    assert_eq!(
        (&first["classification"], &first["codes"], &first["cost"]),
        (&json!("unique"), &json!([]), &json!("0.0125"))
    );
    assert!(first["click_id"].as_str().is_some_and(|id| id.parse::<u64>().is_ok()) && first["clicked_at"].is_string());
    let day = first["day"].as_str().expect("a day").to_owned();
    assert_eq!(pending(&demo, &format!("?program_id=1&partner_id=1&day={day}&reason=NONE")).len(), 3);
    assert_eq!(pending(&demo, "?partner_id=2").len() + pending(&demo, "?reason=DATA_CENTRE").len(), 0);
    // Page by page.
    let page = get(&demo, "/api/v1/pending-clicks?limit=2");
    let cursor = page["next_cursor"].as_str().expect("a next page").to_owned();
    let rest = get(&demo, &format!("/api/v1/pending-clicks?limit=2&cursor={cursor}"));
    assert_eq!((&rest["data"][0], &rest["next_cursor"]), (&all[2], &Value::Null));
    let days = rows(&demo, "/api/v1/pending-clicks/days");
    assert_eq!((days.len(), &days[0]["pending"]), (1, &json!({ "clicks": 3, "cost": "0.0375" })), "{days:?}");

    let one = json!({ "filter": { "click_ids": [first["click_id"]] }, "decision": "reject", "reason": "Looks odd" });
    let rejected = review(&demo, &one);
    assert_eq!((&rejected["decided"]["clicks"], &rejected["cost_delta"]), (&json!(1), &json!("-0.0125")), "{rejected}");
    assert_eq!((pending(&demo, "").len(), pending(&demo, "?state=rejected").len()), (2, 1));
    assert_eq!(pending(&demo, "?state=rejected")[0]["review_id"], rejected["id"]);
    let priced =
        review(&demo, &json!({ "filter": { "partner_id": 1, "day": day }, "decision": "price", "price": "0.02" }));
    assert_eq!((&priced["price"], &priced["cost_delta"]), (&json!("0.02"), &json!("0.015")), "{priced}");
    assert!(pending(&demo, "").iter().all(|it| it["cost"] == "0.02" && it["list_price"] == "0.0125"));
    let some = json!({ "all": true, "decision": "accept", "most": 1, "reason": "No more than one" });
    assert_eq!(review(&demo, &some)["decided"]["clicks"], 3);
    assert_eq!((pending(&demo, "?state=accepted").len(), pending(&demo, "?state=rejected").len()), (1, 2));
    let listed = rows(&demo, "/api/v1/pending-clicks/reviews");
    assert_eq!(listed.iter().map(|it| it["id"].clone()).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(listed[2]["filter"], json!({ "click_ids": [first["click_id"]] }));
    let page = get(&demo, "/api/v1/pending-clicks/reviews?limit=2");
    assert_eq!((page["data"].as_array().map(Vec::len), &page["next_cursor"]), (Some(2), &json!("2")));

    let undone = post(&demo, "/api/v1/pending-clicks/reviews/3/undo", &json!({}));
    assert_eq!((undone.status, &undone.json()["id"]), (201, &json!(3)), "{}", undone.text());
    settled(&demo, &json!(3), "undone");
    assert_eq!(pending(&demo, "").len(), 3, "at the price of the terms");
    let again = post(&demo, "/api/v1/pending-clicks/reviews/3/undo", &json!({}));
    assert_eq!((again.status, &again.json()["error"]["code"]), (422, &json!("REVIEW_UNDONE")));
}

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap_or_else(|| panic!("{name}: {row}"))
}

fn adds_up(row: &Value) {
    let left_out: i64 =
        ["invalid", "duplicate", "suspect", "outside_terms", "rejected"].iter().map(|name| number(row, name)).sum();
    assert_eq!(number(row, "gross"), left_out + number(row, "payable"), "{row}");
    let reasons = row["reasons"].as_object().expect("reasons").values().filter_map(Value::as_i64);
    assert_eq!(reasons.sum::<i64>(), left_out, "{row}");
}

fn the_reports_add_up_over_a_mixed_day(pair: Pair) {
    let demo = after_mixed_days(pair);
    let first = pending(&demo, "")[0].clone();
    review(&demo, &json!({ "filter": { "click_ids": [first["click_id"]] }, "decision": "reject", "reason": "Odd" }));
    let report = payouts(&demo);
    report.iter().for_each(adds_up);
    let [reviewed, instant] = report.as_slice() else { panic!("a line for each partner: {report:?}") };
    let counts = |row: &Value| {
        ["gross", "invalid", "duplicate", "suspect", "outside_terms", "rejected", "payable"]
            .map(|name| number(row, name))
    };
    assert_eq!(counts(reviewed), [7, 2, 1, 0, 1, 1, 2], "{reviewed}");
    assert_eq!(counts(instant), [7, 2, 1, 0, 2, 0, 2], "{instant}");
    assert_eq!(
        instant["reasons"],
        json!({ "CLICK_LIMIT_REACHED": 2, "DECLARED_BOT": 1, "DOUBLE_CLICK": 1, "PREFETCH": 1 })
    );
    let money =
        |row: &Value| [&row["cpc"], &row["payout"], &row["status"]].map(|it| it.as_str().expect("text").to_owned());
    assert_eq!(money(reviewed), ["0.0125", "0.025", "pending_review"]);
    assert_eq!(money(instant), ["0.05", "0.10", "accepted"]);
    assert!(reviewed["locks_on"].is_string() && reviewed["action_ids"] == json!([]), "{reviewed}");

    // Click by click it comes to the same.
    let clicks = rows(&demo, "/api/v1/reports/payable-clicks");
    assert_eq!(clicks.len(), 14);
    for (row, partner) in [(reviewed, 1), (instant, 2)] {
        let own = || clicks.iter().filter(move |it| it["partner_id"] == partner);
        let left_out = own().filter(|it| !it["error_code"].is_null()).count() as i64;
        assert_eq!(left_out, number(row, "gross") - number(row, "payable"));
        let micros = |it: &Value| (it["cost"].as_str().expect("text").parse::<f64>().expect("a number") * 1e6).round();
        let payout = row["payout"].as_str().expect("text").parse::<f64>().expect("a number") * 1e6;
        assert_eq!(own().map(micros).sum::<f64>(), payout.round(), "{row}");
    }
    let letters = |letter: &str| clicks.iter().filter(|it| it["letter"] == letter).count();
    assert_eq!(["U", "D", "I", "S"].map(letters), [8, 2, 4, 0]);
    let page = get(&demo, "/api/v1/reports/payable-clicks?limit=9");
    let cursor = page["next_cursor"].as_str().expect("a next page");
    let rest = rows(&demo, &format!("/api/v1/reports/payable-clicks?limit=9&cursor={cursor}"));
    assert_eq!([page["data"].as_array().expect("rows").as_slice(), &rest].concat(), clicks);
    let page = get(&demo, "/api/v1/reports/click-payouts?limit=1");
    let cursor = page["next_cursor"].as_str().expect("a next page");
    assert_eq!(&rows(&demo, &format!("/api/v1/reports/click-payouts?limit=1&cursor={cursor}"))[0], instant);

    // As existing clients read it.
    let records = demo.account().get("Reports/click_tracker_cpc_payouts.json")["Records"].clone();
    let named = |name: &str| [&records[0][name], &records[1][name]].map(|it| it.as_str().expect("text").to_owned());
    for (name, expected) in [
        ("PartnerId", ["1", "2"]),
        ("GrossClicks", ["7", "7"]),
        ("InvalidClicks", ["2", "2"]),
        ("DuplicateClicks", ["1", "1"]),
        ("RejectedClicks", ["1", "0"]),
        ("PayableClicks", ["2", "2"]),
        ("Cpc", ["0.0125", "0.05"]),
        ("Payout", ["0.025", "0.10"]),
        ("Status", ["PENDING_REVIEW", "ACCEPTED"]),
    ] {
        assert_eq!(named(name), expected, "{name}");
    }
    assert_eq!(named("Date")[0], first["day"].as_str().expect("a day"));
    assert_eq!(named("LockDate")[0], reviewed["locks_on"].as_str().expect("a day"));
    let account = demo.account();
    let file = account.client.get(&format!("{}/Reports/click_tracker_cpc_payouts.csv?PageSize=1", account.base));
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(
        file.text().starts_with("Date,CampaignId,PartnerId,") && file.text().lines().count() == 2,
        "{}",
        file.text()
    );
    let next = file.header("link").split(['<', '>']).nth(1).expect("the way on").to_owned();
    let file = account.client.get(&next).text();
    assert!(file.lines().nth(1).is_some_and(|line| line.contains(",2,")), "{file}");
    let clicks = account.get("Reports/payable_click_data.json?PageSize=13");
    assert_eq!(clicks["Records"].as_array().map(Vec::len), Some(13));
    let rest = account.client.get(clicks["@nextpageuri"].as_str().expect("an address")).json();
    assert_eq!((rest["Records"].as_array().map(Vec::len), &rest["@nextpageuri"]), (Some(1), &json!("")));
    let xml = account.client.get(&format!("{}/Reports/payable_click_data.xml", account.base)).text();
    assert!(xml.contains("<Record>") && xml.contains("<CpcErrorCode>CLICK_REJECTED</CpcErrorCode>"), "{xml}");

    // When the day is closed, it is what became of its action.
    demo.advance("9d");
    eventually("the days are closed", || payouts(&demo).iter().all(|it| it["status"] == "pending"));
    let report = payouts(&demo);
    report.iter().for_each(adds_up);
    let action = report[0]["action_ids"][0].as_str().expect("an action").to_owned();
    let reversed = post(&demo, &format!("/api/v1/actions/{action}/reversals"), &json!({ "reason": "ITEM_RETURNED" }));
    assert!((200..300).contains(&reversed.status), "{}", reversed.text());
    eventually("it is reversed", || payouts(&demo)[0]["status"] == "reversed");
    assert_eq!((&payouts(&demo)[0]["payout"], &payouts(&demo)[0]["payable"]), (&json!("0.00"), &json!(2)));
    let owner = demo.sign_in("/user");
    let page = owner.get("/reports/click-payouts").text();
    assert!(
        page.contains("Reversed") && page.contains("4 invalid, 2 duplicate, 3 outside of the terms, 1 rejected"),
        "{page}"
    );
    let file = owner.get("/reports/click-payouts?format=csv").text();
    assert!(
        file.starts_with("Day,Program,Partner,Ad,") && file.contains("CLICK_LIMIT_REACHED 2; DECLARED_BOT 1"),
        "{file}"
    );
    assert!(
        owner.get("/reports/click-payouts?from=2020-01-01&until=2020-01-31").text().contains("No click in these days")
    );
    assert_eq!(owner.get("/reports/click-payouts?from=soon").status, 422);
}

fn a_partner_reads_its_own_report_and_learns_no_trick(pair: Pair) {
    let demo = after_mixed_days(pair);
    let partner = Partner::of(&demo, 1);
    let own = partner.client.get("/api/v1/reports/click-payouts").json()["data"].clone();
    assert_eq!((own.as_array().map(Vec::len), &own[0]["partner_id"]), (Some(1), &json!(2)), "{own}");
    assert_eq!(
        own[0]["reasons"],
        json!({ "CLICK_LIMIT_REACHED": 2, "DOUBLE_CLICK": 1, "INVALID_TRAFFIC": 1, "PREFETCH": 1 })
    );
    adds_up(&own[0]);
    let clicks = partner.client.get("/api/v1/reports/payable-clicks").text();
    assert!(
        clicks.contains("INVALID_TRAFFIC") && !clicks.contains("BOT") && !clicks.contains("\"partner_id\":1"),
        "{clicks}"
    );
    assert_eq!(partner.client.get("/api/v1/reports/click-payouts?partner_id=1").status, 403);
    assert_eq!(partner.client.get("/api/v1/pending-clicks").status, 403);
    let (client, base) = partner.account(&demo);
    let records = client.get(&format!("{base}/Reports/click_tracker_cpc_payouts.json")).json()["Records"].clone();
    assert_eq!((records.as_array().map(Vec::len), &records[0]["PartnerId"]), (Some(1), &json!("2")), "{records}");
    assert_eq!(client.get(&format!("{base}/Reports/payable_click_data.json?MediaPartnerId=1")).status, 403);
    let page = partner.portal.get("/reports/click-payouts?partner=1").text();
    assert!(page.contains("CPC earnings") && page.contains("Accepted") && !page.contains("Pending review"), "{page}");
    let file = partner.portal.get("/reports/click-payouts?format=csv").text();
    assert!(file.contains("INVALID_TRAFFIC 1") && file.lines().count() == 2 && !file.contains("Partner,"), "{file}");
}

fn what_cant_be_asked_or_decided_is_named(pair: Pair) {
    let demo = paying(pair);
    let fault =
        |reply: Reply| (reply.status, reply.json()["error"]["fields"][0]["field"].as_str().unwrap_or("").to_owned());
    let asked = |path: &str| fault(demo.api().get(path));
    for (query, field) in [
        ("program_id=9", "program_id"),
        ("day=today", "day"),
        ("day=2026-11-27&from=2026-11-01", "day"),
        ("reason=ODD", "reason"),
        ("network=zz", "network"),
        ("state=lost", "state"),
        ("cursor=1.2.3", "cursor"),
    ] {
        assert_eq!(asked(&format!("/api/v1/pending-clicks?{query}")), (400, field.into()), "{query}");
    }
    for (query, field) in [
        ("program_id=9", "program_id"),
        ("from=2026-01-01&until=2025-01-01", "until"),
        ("from=2020-01-01", "from"),
        ("cursor=x", "cursor"),
        ("format=pdf", "format"),
    ] {
        for report in ["click-payouts", "payable-clicks"] {
            assert_eq!(asked(&format!("/api/v1/reports/{report}?{query}")), (400, field.into()), "{query}");
        }
    }
    let decided = |body: Value| fault(post(&demo, "/api/v1/pending-clicks/reviews", &body));
    let filter = json!({ "partner_id": 1 });
    for (body, field) in [
        (json!({ "decision": "reject", "reason": "x" }), "filter"),
        (json!({ "filter": {}, "decision": "reject", "reason": "x" }), "filter"),
        (json!({ "filter": { "day": "" }, "decision": "reject", "reason": "x" }), "filter"),
        (json!({ "filter": filter, "all": true, "decision": "accept" }), "all"),
        (json!({ "filter": filter, "decision": "maybe" }), "decision"),
        (json!({ "filter": filter, "decision": "reject" }), "reason"),
        (json!({ "filter": filter, "decision": "reject", "reason": "x".repeat(2_001) }), "reason"),
        (json!({ "filter": filter, "decision": "reject", "most": 2, "reason": "x" }), "most"),
        (json!({ "filter": filter, "decision": "price" }), "price"),
        (json!({ "filter": filter, "decision": "price", "price": "-1" }), "price"),
        (json!({ "filter": filter, "decision": "accept", "price": "1" }), "price"),
        (json!({ "filter": { "click_ids": ["x"] }, "decision": "accept" }), "click_ids"),
        (json!({ "program_id": 9, "filter": filter, "decision": "accept" }), "program_id"),
    ] {
        assert_eq!(decided(body.clone()), (400, field.into()), "{body}");
    }
    let typo = post(
        &demo,
        "/api/v1/pending-clicks/reviews",
        &json!({ "filter": { "partner": 1 }, "decision": "reject", "reason": "x" }),
    );
    assert_eq!((typo.status, &typo.json()["error"]["code"]), (400, &json!("malformed")), "{}", typo.text());
    for path in ["7", "x"] {
        assert_eq!(demo.api().get(&format!("/api/v1/pending-clicks/reviews/{path}")).status, 404);
        assert_eq!(post(&demo, &format!("/api/v1/pending-clicks/reviews/{path}/undo"), &json!({})).status, 404);
    }
    let account = demo.account();
    for (query, field) in [
        ("StartDate=x", "StartDate"),
        ("EndDate=2020-01-01&StartDate=2026-01-01", "EndDate"),
        ("CampaignId=9", "CampaignId"),
        ("After=x", "After"),
        ("PageSize=x", "PageSize"),
    ] {
        let reply = account.client.get(&format!("{}/Reports/click_tracker_cpc_payouts.json?{query}", account.base));
        assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
    assert_eq!(account.client.get(&format!("{}/Reports/nothing.csv", account.base)).status, 404);
}
