//! Pages that had another platform's tag: their snippet, what that tag sends, and the cookies that it left.

use serde_json::json;

use crate::support::{CHROME, Client, Demo, Reply, form};

const UUID: &str = "5a3c1f60-9b1d-11ee-8c90-0242ac120002";
const FORM: &str = "application/x-www-form-urlencoded";

/// A shop's page in a browser without any cookie.
fn page(demo: &Demo) -> Client {
    demo.page().with("sec-fetch-mode", "cors").with("sec-fetch-dest", "empty").with("sec-fetch-site", "same-site")
}

/// A page of somebody else's.
fn stranger(demo: &Demo, origin: &str) -> Client {
    let client = Client::new(demo.address, "go.shop.localhost").with("user-agent", CHROME).with("origin", origin);
    client.with("sec-fetch-mode", "cors").with("sec-fetch-dest", "empty")
}

fn order(client: &Client, query: &str, pairs: &[(&str, &str)]) -> Reply {
    let reply = client.post(&format!("/xconv/sale/1?{query}"), FORM, &form(pairs));
    assert_eq!((reply.status, reply.json()), (200, json!({})));
    reply
}

fn partner_of(demo: &Demo, order: &str) -> String {
    let actions = demo.account().actions_of(order);
    actions.first().and_then(|it| it["MediaPartnerName"].as_str()).unwrap_or("nobody").to_owned()
}

#[test]
fn an_installed_snippet_gets_the_tag_and_what_it_needs_to_know() {
    let demo = Demo::start();
    let tag = demo.page().get("/tag.js").text();
    for file in ["/utt.js", "/A123456-1234abcd-ab12-cd34-ef56-0123456789ab1.js", "/utt.js?program=1"] {
        let reply = demo.page().get(file);
        assert_eq!((reply.status, reply.header("content-type")), (200, "text/javascript; charset=utf-8"), "{file}");
        let text = reply.text();
        let (first, rest) = text.split_once('\n').expect("two lines");
        assert_eq!(rest, tag, "the tag follows as it is published");
        let site = first.strip_prefix("window.refereeSite=").and_then(|it| it.strip_suffix(';')).expect("a program");
        let site: serde_json::Value = serde_json::from_str(site).expect("JSON");
        assert_eq!((&site["program"], &site["param"]), (&json!(1), &json!("pt")));
        assert!(site["hosts"].as_array().expect("hosts").contains(&json!("shop.localhost")), "{site}");
        let again = demo.page().with("if-none-match", reply.header("etag")).get(file);
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    assert_eq!(demo.page().get("/utt.js?program=77").text(), tag, "a program that is not served here says nothing");
    for file in ["/P-A1-f.js", "/A1-xyz.js", "/other.js"] {
        assert_eq!(demo.page().get(file).status, 404, "{file}");
    }
}

#[test]
fn its_reports_are_read_like_any_other() {
    let demo = Demo::start();
    let (_, cookie) = demo.click(0);
    let session = format!("_ir=U25%7C{UUID}%7C1700000000000");
    let seen = page(&demo).with("cookie", &cookie);
    let reply = seen.post(&format!("/cur/1?{session}"), FORM, &form(&[("custid", "c7"), ("custemail", "")]));
    assert_eq!((reply.status, reply.json()), (200, json!({})));
    assert_eq!(reply.header("access-control-allow-origin"), demo.text("/shop_url"));
    assert_eq!(reply.header("access-control-allow-credentials"), "true");
    assert_eq!(reply.header("set-cookie"), "", "what is no navigation sets no cookie");
    let pairs = [
        ("oid", "V1"),
        ("amount", "80.00"),
        ("currcd", "EUR"),
        ("cs", "new"),
        ("sku1", "R1"),
        ("cat1", "boots"),
        ("qty1", "2"),
        ("amt1", "80.00"),
        ("str1", "blue"),
    ];
    let elsewhere = order(&page(&demo), &session, &pairs);
    assert_eq!(elsewhere.header("access-control-allow-origin"), demo.text("/shop_url"));
    assert_eq!(partner_of(&demo, "V1"), "Trail Notes", "its number for the browser joins the two");
    let account = demo.account();
    let action = &account.actions_of("V1")[0];
    assert_eq!((&action["Amount"], &action["CustomerStatus"]), (&json!("80.00"), &json!("new")));
    let items = account.get(&format!("Actions/{}/Items", action["Id"].as_str().expect("an id")));
    assert!(items.to_string().contains("\"R1\""), "{items}");
    let preflight = page(&demo).send("OPTIONS", "/xconv/sale/1", "", b"");
    assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "POST"));
}

#[test]
fn event_types_are_named_by_number_or_code() {
    let demo = Demo::start();
    let sale = demo.number("/event_types/sale");
    let (_, cookie) = demo.click(1);
    let buyer = page(&demo).with("cookie", &cookie);
    let reply = buyer.post(&format!("/xconv/{sale}/1"), FORM, "oid=N1&amount=10&currcd=EUR&irchannel=lead");
    assert_eq!(reply.status, 200);
    assert_eq!(partner_of(&demo, "N1"), "Deal Harbour", "the path goes before the body");
}

#[test]
fn what_is_wrong_is_kept_for_the_brand_and_hidden_from_the_shopper() {
    let demo = Demo::start();
    let reply = page(&demo).post("/xconv/nothing/1", FORM, "oid=W1&amount=ten&custemail=ann@example.com");
    assert_eq!((reply.status, reply.json()), (200, json!({})));
    let found = demo.api().get("/api/v1/orders/W1").json();
    let text = found.to_string();
    assert!(text.contains("REFUSED_AT_DOOR") && text.contains("ACTIONTRACKER_NOT_FOUND"), "{text}");
    assert!(text.contains("BAD_AMOUNT") && !text.contains("ann@example.com"), "{text}");
    for (path, body) in
        [("/xconv/sale/77", "oid=W2"), ("/cur/x", ""), ("/xconv/sale/1", "{\"broken"), ("/cur/1", "%FF")]
    {
        assert_eq!(page(&demo).post(path, FORM, body).status, 200, "{path}");
    }
}

#[test]
fn a_click_that_the_shops_page_tells_of_counts() {
    let demo = Demo::start();
    let link = demo.link(0);
    let path = link.replacen("/c/", "/xc/", 1);
    let reply = page(&demo).get(&format!("{path}?subId1=spring"));
    assert_eq!((reply.status, reply.header("set-cookie")), (200, ""), "another host of the site gets no cookie");
    let click_id = reply.json()["clickId"].as_str().expect("a click id").to_owned();
    order(&page(&demo), "", &[("oid", "X1"), ("amount", "10"), ("currcd", "EUR"), ("clickid", &click_id)]);
    assert_eq!(partner_of(&demo, "X1"), "Trail Notes");
    assert_eq!(demo.account().actions_of("X1")[0]["SubId1"], "spring");
    let posted = page(&demo).post(&path, FORM, "");
    assert!(posted.json()["clickId"].is_string());
    let nothing = page(&demo).get("/xc/1/1/77");
    assert_eq!((nothing.status, nothing.json()), (200, json!({})));
}

#[test]
fn a_click_that_a_strangers_page_tells_of_is_kept_and_counts_for_nothing() {
    let demo = Demo::start();
    let path = demo.link(0).replacen("/c/", "/xc/", 1);
    let reply = stranger(&demo, "https://evil.example").get(&path);
    assert_eq!((reply.status, reply.json()), (200, json!({ "clickId": null })));
    assert_eq!(reply.header("access-control-allow-origin"), "");
    let clicks = demo.api().get("/api/v1/clicks").json();
    assert!(clicks.to_string().contains("NOT_NAVIGATION"), "{clicks}");
}

#[test]
fn only_the_tracking_hosts_own_page_gets_a_cookie() {
    let demo = Demo::start();
    let path = demo.link(0).replacen("/c/", "/xc/", 1);
    let own = format!("http://go.shop.localhost:{}", demo.address.port());
    let reply = stranger(&demo, &own).get(&path);
    assert!(reply.cookie().starts_with("pt="), "{:?}", reply.headers);
    let no = format!("{path}?consent=denied");
    let taken_back = stranger(&demo, &own).with("cookie", &reply.cookie()).get(&no);
    assert!(taken_back.header("set-cookie").contains("Max-Age=0"), "{:?}", taken_back.headers);
    let denied = stranger(&demo, &own).get(&no);
    assert_eq!((denied.header("set-cookie"), denied.json()), ("", json!({ "clickId": null })));
}

#[test]
fn cookies_of_the_tag_before_are_taken_over() {
    let demo = Demo::start();
    let (click_id, cookie) = demo.click(0);
    let (_, other) = demo.click(1);
    let body = json!({ "program": 1, "page": demo.text("/shop_url") }).to_string();
    let old = |cookies: &str| page(&demo).with("cookie", cookies);
    let sell = |cookies: &str, id: &str| {
        let body = json!({ "program": 1, "event": "sale", "orderId": id, "amount": "10", "currencyCode": "EUR" });
        assert_eq!(old(cookies).post("/pt/o", "text/plain", &body.to_string()).status, 204);
        partner_of(&demo, id)
    };
    // The visitor is known by both, and then by the old one alone.
    let known = format!("{cookie}; IR_PI={UUID}%7C1700086400000; brwsr=0{}", &UUID[1..]);
    assert_eq!(old(&known).post("/pt/v", "text/plain", &body).status, 204);
    assert_eq!(sell(&format!("IR_PI={UUID}%7C1800000000000"), "M1"), "Trail Notes");
    assert_eq!(sell(&format!("brwsr=0{}", &UUID[1..]), "M2"), "Trail Notes");
    // The old session holds a click of ours.
    assert_eq!(sell(&format!("IR_1=1700000000000%7C0%7C1700000000000%7C{click_id}%7C"), "M3"), "Trail Notes");
    assert_eq!(sell(&format!("IR_9=1700000000000%7C0%7C1700000000000%7C{click_id}%7C"), "M4"), "nobody");
    // It holds one of the other platform: a name like any other.
    let foreign = "IR_1=1700000000000|0|1700000000000|w7-AbCdEf0123456789xyzXYZ.:_0123456789|";
    assert_eq!(old(&format!("{other}; {foreign}")).post("/pt/v", "text/plain", &body).status, 204);
    assert_eq!(sell(foreign, "M5"), "Deal Harbour");
    let denied = json!({ "program": 1, "event": "sale", "orderId": "M6", "amount": "10", "consent": "denied" });
    old(foreign).post("/pt/o", "text/plain", &denied.to_string());
    assert_eq!(partner_of(&demo, "M6"), "nobody", "who says no is not known by old cookies either");
}

#[test]
fn a_page_need_not_name_the_only_program_of_its_host() {
    let demo = Demo::start();
    let (click_id, _) = demo.click(2);
    let body = json!({ "event": "sale", "orderId": "H1", "amount": "10", "currencyCode": "EUR", "clickId": click_id });
    assert_eq!(page(&demo).post("/pt/o", "text/plain", &body.to_string()).status, 204);
    assert_eq!(partner_of(&demo, "H1"), "Sole Search");
}

#[test]
fn a_report_that_asks_for_it_counts_on_the_programs_hosts_only() {
    let demo = Demo::start();
    let (click_id, _) = demo.click(0);
    let body = |id: &str| {
        json!({ "event": "sale", "orderId": id, "amount": "10", "currencyCode": "EUR", "clickId": click_id,
            "verifySiteDefinitionMatch": true })
        .to_string()
    };
    assert_eq!(page(&demo).post("/pt/o", "text/plain", &body("S1")).status, 204);
    assert_eq!(partner_of(&demo, "S1"), "Trail Notes");
    // A script of another site is refused at once; what names its page by its address only is kept with its reason.
    assert_eq!(stranger(&demo, "https://copy.example").post("/pt/o", "text/plain", &body("S2")).status, 403);
    let framed = stranger(&demo, "null").with("referer", "https://copy.example/checkout");
    assert_eq!(framed.post("/pt/o", "text/plain", &body("S3")).status, 204);
    assert_eq!(partner_of(&demo, "S3"), "nobody");
    let found = demo.api().get("/api/v1/orders/S3").json().to_string();
    assert!(found.contains("SITE_MISMATCH"), "{found}");
}

#[test]
fn a_page_load_of_another_site_is_refused() {
    let demo = Demo::start();
    let load = |page: &str| {
        demo.anybody().post_form(
            "/PageLoad",
            &[("CampaignId", "1"), ("EventDate", "NOW"), ("CustomerId", "c1"), ("PageUrl", page)],
        )
    };
    let refused = load("https://copy.example/boots");
    assert_eq!((refused.status, &refused.json()["errors"][0]["field"]), (400, &json!("PageUrl")));
    for page in [demo.text("/shop_url").as_str(), "", "acme://boots/1", "not an address"] {
        assert_eq!(load(page).status, 200, "{page}");
    }
}
