//! What can't be taken is refused by name, leaves nothing in the books, and is found again by whoever looks for it.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Demo, Pair, Reply, on_every_pair};

on_every_pair!(
    every_fault_has_its_field_and_code_and_leaves_nothing,
    wrong_credentials_and_oversized_bodies_are_refused,
    an_address_in_clear_is_taken_with_a_warning_and_kept_nowhere,
    random_bytes_are_never_a_fault_of_the_server,
);

const GOOD: [(&str, &str); 5] =
    [("EventDate", "NOW"), ("OrderId", "bad-1"), ("CustomerId", "c1"), ("CurrencyCode", "EUR"), ("Amount", "10")];

fn report(demo: &Demo, changed: &[(&str, &str)]) -> Reply {
    let (program, sale) = (demo.number("/program_id").to_string(), demo.number("/event_types/sale").to_string());
    let mut pairs = vec![("CampaignId", program.as_str()), ("ActionTrackerId", &sale)];
    pairs.extend(GOOD);
    for (name, value) in changed {
        pairs.retain(|(key, _)| key != name);
        pairs.push((name, value));
    }
    demo.account().send("POST", "Conversions", &pairs)
}

fn every_fault_has_its_field_and_code_and_leaves_nothing(pair: Pair) {
    let demo = Demo::on(pair);
    let long = "x".repeat(65);
    type Fault<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str);
    let faults: [Fault<'_>; 12] = [
        (&[("OrderId", "")], "OrderId", "OID_MISSING"),
        (&[("OrderId", &long)], "OrderId", "TOO_LONG"),
        (&[("CampaignId", "99")], "CampaignId", "CAMPAIGN_NOT_FOUND"),
        (&[("ActionTrackerId", "99")], "ActionTrackerId", "ACTIONTRACKER_NOT_FOUND"),
        (&[("CurrencyCode", "EUX")], "CurrencyCode", "BAD_CURRENCY"),
        (&[("Amount", "-1")], "Amount", "BAD_AMOUNT"),
        (&[("Amount", "ten")], "Amount", "BAD_AMOUNT"),
        (&[("Amount", "1e30")], "Amount", "BAD_AMOUNT"),
        (&[("Amount", "99999999999999999999")], "Amount", "BAD_AMOUNT"),
        (&[("CustomerId", "")], "ClickId", "NO_ATTRIBUTION_KEY"),
        (&[("EventDate", "2020-01-01")], "EventDate", "BAD_DATE"),
        (&[("EventDate", "tomorrow")], "EventDate", "BAD_DATE"),
    ];
    for (changed, field, code) in faults {
        let reply = report(&demo, changed);
        assert_eq!(reply.status, 400, "{changed:?}: {}", reply.text());
        let errors = reply.json()["errors"].clone();
        let found = errors.as_array().expect("a list").iter().find(|error| error["field"] == field);
        assert_eq!(found.expect("the field is named")["code"], code, "{changed:?}");
        assert!(found.expect("the field is named")["message"].as_str().expect("a sentence").len() > 10);
    }
    let account = demo.account();
    assert_eq!(account.get("Actions.json")["@total"], "0");
    let list = account.get("APISubmissions.json");
    assert_eq!(list["@total"], faults.len().to_string(), "each refused report is kept");
    let manager = demo.sign_in("/user");
    let found = manager.get("/search?q=bad-1");
    let page = if found.status == 303 { manager.get(found.header("location")) } else { found };
    assert!(page.text().contains("BAD_AMOUNT") || page.text().contains("negative"), "{}", page.text());
}

fn wrong_credentials_and_oversized_bodies_are_refused(pair: Pair) {
    let demo = Demo::on(pair);
    let sid = demo.text("/account_sid");
    let nobody = demo.anybody();
    assert_eq!(nobody.get(&format!("/Advertisers/{sid}/Actions.json")).status, 401);
    let wrong = nobody.clone().with("authorization", "Basic bm9ib2R5OndpdGhvdXQ=");
    assert_eq!(wrong.get(&format!("/Advertisers/{sid}/Actions.json")).status, 401);
    let account = demo.account();
    assert_eq!(account.client.get("/Advertisers/another/Actions.json").status, 401, "the path names the account too");
    let large = "x".repeat(600 << 10);
    let reply = account.client.post(&format!("{}/Conversions", account.base), "application/json", &large);
    assert_eq!(reply.status, 413);
    assert_eq!(account.get("Actions.json")["@total"], "0");
}

fn an_address_in_clear_is_taken_with_a_warning_and_kept_nowhere(pair: Pair) {
    let mut demo = Demo::on(pair);
    let address = "ann.unmistakable@example.com";
    let reply = report(&demo, &[("CustomerEmail", address), ("OrderId", "clear")]);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.json()["warnings"][0]["field"], "CustomerEmail");
    let refused = report(&demo, &[("CustomerEmail", address), ("Amount", "-1")]);
    assert_eq!(refused.status, 400);
    demo.page().post(
        "/pt/o",
        "text/plain",
        &format!("{{\"program\":1,\"event\":\"sale\",\"customerEmail\":\"{address}\"}}"),
    );
    demo.stop();
    for entry in std::fs::read_dir(demo.folder()).expect("the folder") {
        let path = entry.expect("an entry").path();
        let bytes = std::fs::read(&path).expect("a file");
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(!holds(b"ann.unmistakable"), "{} holds the address", path.display());
    }
    let cat = demo.command(&["log", "cat"]);
    let log = String::from_utf8_lossy(&cat.stdout);
    assert!(log.contains("conversion_reported") && !log.contains("ann.unmistakable"));
}

/// Every place where a stranger can send something.
const PLACES: [(&str, &str, &str); 14] = [
    ("go.shop.localhost", "GET", "/c/1/1/1"),
    ("go.shop.localhost", "GET", "/trail-notes"),
    ("go.shop.localhost", "POST", "/pt/v"),
    ("go.shop.localhost", "POST", "/pt/o"),
    ("go.shop.localhost", "GET", "/pt/o.png"),
    ("go.shop.localhost", "GET", "/pt/v.png"),
    ("go.shop.localhost", "GET", "/pt/i"),
    ("localhost", "POST", "/PageLoad"),
    ("localhost", "POST", "/sign-in"),
    ("localhost", "GET", "/docs/start"),
    ("localhost", "ACCOUNT POST", "/Conversions"),
    ("localhost", "ACCOUNT PUT", "/Actions"),
    ("localhost", "ACCOUNT GET", "/Actions.json"),
    ("localhost", "API POST", "/api/v1/conversions"),
];

fn random_bytes_are_never_a_fault_of_the_server(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let names = "(program|event|OrderId|Amount|CampaignId|EventDate|u|subId1|page|CustomerEmail|CustomerId|PhoneNumber|CountryCode|GoogAId|items|PageSize|Page|cursor)";
    let query = proptest::collection::vec((names, ".{0,40}"), 0..6);
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..300),
        "\\{\"(program|items|identifiers|OrderId|Amount)\":(\\[|\\{|1e999|\"|null|-0|[0-9]{1,400}).{0,60}"
            .prop_map(String::into_bytes),
    ];
    let input = (0..PLACES.len(), query, body, "[a-zA-Z0-9%./~_-]{0,30}");
    let outcome = runner.run(&input, |(place, query, body, tail)| {
        let (host, method, path) = PLACES[place];
        let pairs: Vec<_> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let query = crate::support::form(&pairs);
        let (client, method, path) = match method.split_once(' ') {
            Some(("ACCOUNT", method)) => (account.client.clone(), method, format!("{}{path}", account.base)),
            Some((_, method)) => (demo.api(), method, path.to_owned()),
            None => (crate::support::Client::new(demo.address, host), method, path.to_owned()),
        };
        let reply = client.try_send(method, &format!("{path}{tail}?{query}"), "application/json", &body);
        let status = reply.map_or(400, |reply| reply.status);
        prop_assert!(status < 500, "{method} {path}{tail}?{query} gave {status}");
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    let ready = demo.anybody().get("/readyz");
    assert_eq!((ready.status, ready.json()["machines_stopped"].clone()), (200, 0.into()));
}
