//! Apps: opened by a link, installed after one, and where they open first.

use serde_json::{Value, json};

use crate::support::{Client, Demo, eventually, form};

const IDFA: &str = "6D92078A-8246-4BA4-AE5B-76104861E7DC";
const GAID: &str = "cdda802e-fb9c-47ad-9866-0794d394c912";

fn page_load(demo: &Demo, pairs: &[(&str, &str)]) -> Value {
    let mut all = vec![("CampaignId", "1"), ("EventDate", "NOW")];
    all.extend_from_slice(pairs);
    let reply = demo.anybody().post_form("/PageLoad", &all);
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

/// A server's report; the partner who earns it.
fn sold(demo: &Demo, order: &str, pairs: &[(&str, &str)]) -> String {
    let account = demo.account();
    let mut all = vec![
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("CurrencyCode", "EUR"),
        ("Amount", "10"),
        ("OrderId", order),
    ];
    all.extend_from_slice(pairs);
    account.submission(&account.send("POST", "Conversions", &all));
    let actions = account.actions_of(order);
    actions.first().and_then(|it| it["MediaPartnerName"].as_str()).unwrap_or("nobody").to_owned()
}

fn deferred(demo: &Demo, pairs: &[(&str, &str)]) -> Value {
    let mut all = vec![("CampaignId", "1")];
    all.extend_from_slice(pairs);
    let asked = demo.visitor().get(&format!("/pt/d?{}", form(&all)));
    assert_eq!((asked.status, asked.header("cache-control")), (200, "no-store"), "{}", asked.text());
    let posted = demo.anybody().post_form("/DeferredDeepLink", &all);
    assert_eq!(posted.json(), asked.json(), "both say the same");
    asked.json()
}

#[test]
fn an_app_that_a_link_opens_tells_of_a_click() {
    let demo = Demo::start();
    let link = demo.text("/partners/0/link");
    let said = page_load(&demo, &[("PageUrl", &format!("{link}?subId1=app")), ("AppleIfa", IDFA)]);
    assert_eq!(said["landingPage"].as_str().map(|it| it.starts_with(&demo.text("/shop_url"))), Some(true), "{said}");
    assert!(said["clickId"].as_str().is_some_and(|it| it.len() == 47), "{said}");
    assert_eq!(sold(&demo, "A1", &[("AppleIfa", &IDFA.to_lowercase())]), "Trail Notes");
    let action = &demo.account().actions_of("A1")[0];
    assert_eq!(action["SubId1"], "app");
    let short = demo.text("/partners/1/vanity");
    let said = page_load(&demo, &[("PageUrl", &short), ("GoogAId", GAID)]);
    assert!(said["landingPage"].is_string());
    assert_eq!(sold(&demo, "A2", &[("GoogAId", GAID)]), "Deal Harbour");
}

#[test]
fn an_app_whose_user_says_no_is_sent_on_and_not_known() {
    let demo = Demo::start();
    let link = demo.text("/partners/0/link");
    for no in [("consent", "denied"), ("gdpr", "1"), ("us_privacy", "1YYN")] {
        let said = page_load(&demo, &[("PageUrl", &link), ("AppleIfa", IDFA), no]);
        assert!(said["landingPage"].is_string(), "{said}");
        assert_eq!(said["clickId"], "", "{no:?}");
    }
    assert_eq!(sold(&demo, "D1", &[("AppleIfa", IDFA)]), "nobody");
    assert_eq!(deferred(&demo, &[("AppleIfa", IDFA)])["clickId"], Value::Null);
    let clicks = demo.api().get("/api/v1/clicks").json();
    let decisions: Vec<&Value> =
        clicks["data"].as_array().expect("a list").iter().map(|it| &it["consent"]["decision"]).collect();
    assert_eq!(decisions, ["denied"; 3]);
}

#[test]
fn an_app_that_opens_by_itself_is_no_click() {
    let demo = Demo::start();
    let said = page_load(&demo, &[("PageUrl", "acme://home"), ("AppleIfv", IDFA)]);
    assert_eq!(said.get("landingPage"), None);
    assert_eq!(sold(&demo, "B1", &[("AppleIfv", IDFA)]), "nobody");
}

#[test]
fn the_store_hands_on_the_click() {
    let demo = Demo::start();
    let (click_id, _) = demo.click(0);
    let referrer = format!("utm_source=blog&pt={click_id}");
    let said = page_load(
        &demo,
        &[("PageUrl", "acme://home"), ("AndroidId", "a1b2c3d4e5f60718"), ("InstallReferrer", &referrer)],
    );
    assert_eq!(said["clickId"], json!(click_id));
    assert_eq!(sold(&demo, "C1", &[("AndroidId", "a1b2c3d4e5f60718")]), "Trail Notes");
    let encoded = format!("utm_source%3Dblog%26pt%3D{click_id}");
    assert_eq!(sold(&demo, "C2", &[("AppInstallRef", &encoded)]), "Trail Notes", "it is enough to find the click");
}

#[test]
fn an_install_is_reported_with_the_device_that_the_link_named() {
    let demo = Demo::start();
    let api = demo.api();
    let event = json!({ "program_id": 1, "code": "install", "name": "Install", "category": "install" });
    let made = api.post("/api/v1/event-types", "application/json", &event.to_string());
    assert_eq!(made.status, 201, "{}", made.text());
    let reply = demo.visitor().get(&format!("{}?GoogAId={GAID}", demo.link(0)));
    assert_eq!(reply.status, 302);
    let account = demo.account();
    let pairs =
        [("CampaignId", "1"), ("EventTypeCode", "install"), ("EventDate", "NOW"), ("OrderId", "I1"), ("GoogAId", GAID)];
    account.submission(&account.send("POST", "Conversions", &pairs));
    let decided = api.get("/api/v1/conversions/install/I1/decision").json();
    let candidate = &decided["decisions"][0]["candidates"][0];
    // The demonstration's terms pay nothing for installs; whose it would be is decided all the same.
    assert_eq!(
        (&candidate["partner_id"], &candidate["reason"]),
        (&json!(1), &json!("ACTIONTERMS_NOT_FOUND")),
        "{decided}"
    );
    assert_eq!(candidate["path"][1]["from"]["kind"], "device");
    assert_eq!(sold(&demo, "I2", &[("GoogAId", GAID)]), "Trail Notes");
}

#[test]
fn a_device_that_says_nothing_of_itself_joins_nobody() {
    let demo = Demo::start();
    let nobody = "00000000-0000-0000-0000-000000000000";
    let link = demo.text("/partners/0/link");
    let said = page_load(&demo, &[("PageUrl", &link), ("AppleIfa", nobody)]);
    assert_eq!(said["warnings"][0]["field"], "AppleIfa", "{said}");
    assert_eq!(sold(&demo, "Z1", &[("AppleIfa", nobody)]), "nobody");
}

#[test]
fn an_app_opens_where_the_last_click_led() {
    let demo = Demo::start();
    let shop = demo.text("/shop_url");
    let deep = format!("{shop}/products/ridge?size=42");
    let pairs = [("u", deep.as_str()), ("GoogAId", GAID)];
    let reply = demo.visitor().get(&format!("{}?{}", demo.link(0), form(&pairs)));
    let click_id = reply.location_param("pt").expect("a click id");
    for named in
        [("InstallReferrer", format!("pt={click_id}")), ("ClickId", click_id.clone()), ("GoogAId", GAID.into())]
    {
        let said = deferred(&demo, &[(named.0, &named.1)]);
        assert_eq!((&said["landingPage"], &said["clickId"]), (&json!(deep), &json!(click_id)), "{}", named.0);
    }
    demo.visitor().get(&format!("{}?GoogAId={GAID}", demo.link(1)));
    let last = deferred(&demo, &[("GoogAId", GAID)]);
    assert_ne!(last["clickId"], json!(click_id), "the last one");
    assert!(last["landingPage"].as_str().is_some_and(|it| it.starts_with(&shop)), "{last}");
    let nothing = json!({ "clickId": null, "landingPage": null, "clickDate": null });
    // A crawler's click led nobody into a store.
    let uncounted = Client::new(demo.address, "go.shop.localhost").with("user-agent", "Googlebot/2.1");
    uncounted.get(&format!("{}?GoogAId={GAID}", demo.link(0)));
    eventually("the click is in the books", || {
        demo.api().get("/api/v1/clicks").json()["data"].as_array().map(Vec::len) == Some(3)
    });
    assert_eq!(deferred(&demo, &[("GoogAId", GAID)])["clickId"], last["clickId"]);
    for pairs in
        [[("GoogAId", IDFA)], [("ClickId", "nonsense")], [("InstallReferrer", "utm_source=x")], [("UserAgent", "x")]]
    {
        assert_eq!(deferred(&demo, &pairs), nothing, "{pairs:?}");
    }
    let unknown = demo.visitor().get("/pt/d?CampaignId=77");
    assert_eq!(unknown.status, 400);
}

#[test]
fn customers_are_only_looked_up_for_their_brand() {
    let demo = Demo::start();
    let (click_id, _) = demo.click(0);
    page_load(&demo, &[("ClickId", &click_id), ("CustomerId", "c42")]);
    assert_eq!(
        deferred(&demo, &[("CustomerId", "c42")])["landingPage"],
        Value::Null,
        "an account number can be guessed"
    );
    let found = demo.api().get("/api/v1/deferred-deep-link?program_id=1&customer_id=c42").json();
    assert_eq!((&found["found"], &found["click_id"]), (&json!(true), &json!(click_id)));
    assert!(found["landing_url"].is_string());
    let nobody = demo.api().get("/api/v1/deferred-deep-link?program_id=1&customer_id=c43").json();
    assert_eq!(nobody, json!({ "found": false }));
    assert_eq!(demo.api().get("/api/v1/deferred-deep-link?program_id=77").status, 404);
    assert_eq!(demo.anybody().get("/api/v1/deferred-deep-link?program_id=1").status, 401);
}

#[test]
fn an_old_click_says_nothing_of_why_an_app_opens() {
    let demo = Demo::with_standing_clock(crate::support::Pair::Files);
    let (click_id, _) = demo.click(0);
    assert!(deferred(&demo, &[("ClickId", &click_id)])["landingPage"].is_string());
    demo.advance("8d");
    assert_eq!(deferred(&demo, &[("ClickId", &click_id)])["landingPage"], Value::Null);
}
