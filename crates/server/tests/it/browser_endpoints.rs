//! What the tag and the pixels send, and what shoppers never see.

use serde_json::json;

use crate::support::{Demo, Pair, on_every_pair};

on_every_pair!(
    pixel_and_server_both_reporting_is_one_action,
    an_order_that_nobody_brought_is_kept_and_decided_again_when_a_click_turns_up,
    another_device_is_joined_by_the_customer,
    only_pages_of_the_shop_may_read_answers,
    the_tag_is_cached_but_asked_after,
    who_says_no_is_not_followed,
    a_page_load_answers_with_the_click_id_to_go_on_with,
);

fn pixel_and_server_both_reporting_is_one_action(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let (_, cookie) = demo.click(0);
    let query = "program=1&event=sale&order_id=P1&amount=80.00&currency=EUR";
    let page = demo.page().with("cookie", &cookie);
    let pixel = page.get(&format!("/pt/o.png?{query}"));
    assert_eq!((pixel.status, pixel.header("content-type")), (200, "image/gif"));
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "P1"),
        ("CustomerId", "c9"),
        ("Amount", "80.00"),
    ];
    let same = account.submission(&account.send("POST", "Conversions", &pairs));
    assert_eq!(same["Result"], "UNCHANGED");
    let mut other = pairs;
    other[5].1 = "90.00";
    let wins = account.submission(&account.send("POST", "Conversions", &other));
    assert_eq!(wins["Result"], "APPLIED", "the server's word counts more than the pixel's");
    let loses = page.get("/pt/o.png?program=1&event=sale&order_id=P1&amount=10.00&currency=EUR");
    assert_eq!(loses.status, 200, "a browser never sees a refusal");
    let actions = account.actions_of("P1");
    assert_eq!((actions.len(), &actions[0]["Amount"]), (1, &json!("90.00")));
    let list = account.get("APISubmissions.json");
    let reasons: Vec<_> =
        list["APISubmission"].as_array().expect("a list").iter().map(|it| it["ErrorReason"].clone()).collect();
    assert!(reasons.contains(&json!("CONV_DUPLICATE")), "{reasons:?}");
}

fn an_order_that_nobody_brought_is_kept_and_decided_again_when_a_click_turns_up(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "U1"),
        ("CustomerId", "c1"),
        ("Amount", "80"),
    ];
    let (click_id, _) = demo.click(2);
    let unclaimed = account.submission(&account.send("POST", "Conversions", &pairs));
    assert_eq!((&unclaimed["ErrorReason"], &unclaimed["Result"]), (&json!("UNCLAIMED"), &json!("NOT_APPLIED")));
    let mut with_click = pairs.to_vec();
    with_click.push(("ClickId", &click_id));
    account.submission(&account.send("POST", "Conversions", &with_click));
    let actions = account.actions_of("U1");
    assert_eq!((actions.len(), &actions[0]["MediaPartnerName"]), (1, &json!("Sole Search")));
}

fn another_device_is_joined_by_the_customer(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let (click_id, cookie) = demo.click(1);
    let phone = demo.page().with("cookie", &cookie);
    let shop = demo.text("/shop_url");
    let visit =
        json!({ "program": 1, "clickId": click_id, "customerId": "c77", "page": format!("{shop}/?pt={click_id}") });
    assert_eq!(phone.post("/pt/v", "text/plain", &visit.to_string()).status, 204);
    let laptop = json!({ "program": 1, "event": "sale", "orderId": "D1", "customerId": "c77",
        "orderSubTotalPostDiscount": "50.00", "currencyCode": "EUR" });
    assert_eq!(demo.page().post("/pt/o", "text/plain", &laptop.to_string()).status, 204);
    let action = &account.actions_of("D1")[0];
    assert_eq!(action["MediaPartnerName"], "Deal Harbour");
    let id = action["Id"].as_str().expect("an id");
    let decision = demo.api().get(&format!("/api/v1/actions/{id}/decision")).json();
    assert_eq!(
        (&decision["credits"][0]["evidence"], &decision["candidates"][0]["won"]),
        (&json!("identifier"), &json!(true))
    );
    let steps: Vec<_> =
        decision["candidates"][0]["path"].as_array().expect("a path").iter().map(|it| it["step"].clone()).collect();
    assert_eq!(steps.first(), Some(&json!("reported")));
    assert_eq!(steps.last(), Some(&json!("seen_at_click")));
}

fn only_pages_of_the_shop_may_read_answers(pair: Pair) {
    let demo = Demo::on(pair);
    let body = "{\"program\":1,\"page\":\"/\"}";
    let own = demo.page().post("/pt/v", "text/plain", body);
    assert_eq!(own.header("access-control-allow-origin"), demo.text("/shop_url"));
    assert_eq!(own.header("access-control-allow-credentials"), "true");
    assert_eq!(own.header("set-cookie"), "", "a subresource never sets or refreshes the cookie");
    let stranger =
        crate::support::Client::new(demo.address, "go.shop.localhost").with("origin", "https://evil.example");
    assert_eq!(stranger.post("/pt/v", "text/plain", body).header("access-control-allow-origin"), "");
    let preflight = demo.page().send("OPTIONS", "/pt/o", "", b"");
    assert_eq!((preflight.status, preflight.header("access-control-allow-methods")), (204, "POST"));
}

fn the_tag_is_cached_but_asked_after(pair: Pair) {
    let demo = Demo::on(pair);
    let tag = demo.page().get("/tag.js");
    assert_eq!((tag.status, tag.header("content-type")), (200, "text/javascript; charset=utf-8"));
    let known = demo.page().with("if-none-match", tag.header("etag")).get("/tag.js");
    assert_eq!((known.status, known.body.len()), (304, 0));
}

fn who_says_no_is_not_followed(pair: Pair) {
    let demo = Demo::on(pair);
    let (_, cookie) = demo.click(0);
    let page = demo.page().with("cookie", &cookie);
    let visit = page.post("/pt/v", "text/plain", "{\"program\":1,\"consent\":\"denied\",\"customerId\":\"c1\"}");
    assert_eq!(visit.status, 204);
    let order = json!({ "program": 1, "event": "sale", "orderId": "N1", "amount": "10", "consent": "denied" });
    page.post("/pt/o", "text/plain", &order.to_string());
    let account = demo.account();
    assert!(account.actions_of("N1").is_empty());
    let metrics = demo.anybody().get("/metrics").text();
    assert!(metrics.contains("referee_visits_recorded_total 0"), "{metrics}");
}

fn a_page_load_answers_with_the_click_id_to_go_on_with(pair: Pair) {
    let demo = Demo::on(pair);
    let client = demo.anybody();
    let shop = demo.text("/shop_url");
    let (click_id, _) = demo.click(0);
    let url = format!("{shop}/boots?pt={click_id}");
    let with_click = client
        .post_form("/PageLoad", &[("CampaignId", "1"), ("EventDate", "NOW"), ("PageUrl", &url), ("AppName", "x")]);
    assert_eq!((with_click.status, &with_click.json()["clickId"]), (200, &json!(click_id)));
    let body = json!({ "CampaignId": 1, "EventDate": "NOW", "CustomerId": "c5", "CustomerEmail": "ann@example.com" });
    let without = client.post("/PageLoad", "application/json", &body.to_string());
    assert_eq!(without.status, 200);
    let issued = without.json();
    assert_eq!(issued["warnings"][0]["field"], "CustomerEmail");
    let id = issued["clickId"].as_str().expect("an id");
    assert!(id.len() <= 64 && !id.is_empty());
    let unknown = client.post_form("/PageLoad", &[("CampaignId", "77"), ("EventDate", "NOW")]);
    assert_eq!((unknown.status, &unknown.json()["errors"][0]["field"]), (400, &json!("CampaignId")));
}
