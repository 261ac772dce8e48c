//! Requests on tracking links: where visitors go, what is kept, and what a link never does.

use serde_json::Value;

use crate::support::{Client, Demo, Pair, on_every_pair};

on_every_pair!(
    a_click_is_answered_as_documented,
    who_does_not_click_is_recorded_but_not_counted,
    whatever_is_wrong_with_a_link_the_visitor_reaches_the_shop,
    a_deep_link_leads_only_to_permitted_hosts,
    a_visitor_who_comes_back_is_the_same_visitor,
);

/// Clicks as the interface lists them, newest first.
fn clicks(demo: &Demo) -> Vec<Value> {
    demo.api().get("/api/v1/clicks").json()["data"].as_array().expect("a list").clone()
}

fn a_click_is_answered_as_documented(pair: Pair) {
    let demo = Demo::on(pair);
    let reply = demo.visitor().get(&format!("{}?subId1=a&subId2=b&sharedid=c&pt=forged&utm=x", demo.link(0)));
    assert_eq!(reply.status, 302);
    assert!(reply.body.is_empty());
    assert_eq!(reply.header("cache-control"), "no-store, private");
    assert_eq!(reply.header("referrer-policy"), "strict-origin-when-cross-origin");
    assert_eq!(reply.header("x-robots-tag"), "noindex, nofollow");
    let cookie = reply.header("set-cookie");
    assert!(cookie.contains("Domain=shop.localhost; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{cookie}");
    let location = reply.header("location");
    assert!(location.starts_with(&demo.text("/shop_url")), "{location}");
    assert!(!location.contains("forged") && reply.location_param("pt").is_some_and(|id| id.len() <= 64));
    let click = &clicks(&demo)[0];
    assert_eq!((&click["counted"], &click["shared_id"]), (&Value::Bool(true), &Value::from("c")));
    assert_eq!(click["sub_ids"], serde_json::json!(["a", "b", ""]));
}

fn who_does_not_click_is_recorded_but_not_counted(pair: Pair) {
    let demo = Demo::on(pair);
    let visitor = demo.visitor();
    let link = demo.link(0);
    let head = visitor.send("HEAD", &link, "", b"");
    assert_eq!((head.status, head.header("set-cookie")), (302, ""));
    let prefetch = visitor.clone().with("sec-purpose", "prefetch;prerender").get(&link);
    assert_eq!((prefetch.status, prefetch.header("cache-control")), (503, "no-store, private"));
    let bare = Client::new(demo.address, "go.shop.localhost").with("user-agent", "Mozilla/5.0 Chrome/130.0");
    let image = bare.clone().with("sec-fetch-mode", "no-cors").with("sec-fetch-dest", "image").get(&link);
    assert_eq!((image.status, image.header("set-cookie")), (302, ""));
    let bot = Client::new(demo.address, "go.shop.localhost").with("user-agent", "WhatsApp/2.23").get(&link);
    assert_eq!((bot.status, bot.header("set-cookie")), (302, ""));
    assert!(bot.header("location").starts_with(&demo.text("/shop_url")), "a preview shows the shop");
    assert_eq!(visitor.post(&link, "text/plain", "").status, 405);
    let tool = Client::new(demo.address, "go.shop.localhost").with("user-agent", "curl/8.5.0").get(&link);
    assert_eq!((tool.status, tool.header("set-cookie")), (302, ""));
    let clicks = clicks(&demo);
    let reasons: Vec<_> = clicks.iter().map(|click| click["reason"].as_str().expect("a reason")).collect();
    let of = |place: usize, name: &str| clicks[place]["signals"][name].as_str().unwrap_or_default().to_owned();
    assert_eq!((of(0, "agent"), of(1, "agent")), ("library".into(), "preview".into()));
    assert_eq!((of(2, "embedded"), of(3, "preload")), ("image".into(), "prerender".into()));
    assert_eq!(of(4, "network_class"), "private");
    assert!(clicks[4]["signals"]["head"] == true && !of(4, "agent_key").is_empty());
    assert_eq!(reasons, ["DECLARED_BOT", "DECLARED_BOT", "NOT_NAVIGATION", "PREFETCH", "HEAD_REQUEST"]);
}

fn whatever_is_wrong_with_a_link_the_visitor_reaches_the_shop(pair: Pair) {
    let demo = Demo::on(pair);
    let visitor = demo.visitor();
    for (path, reason) in
        [("/c/999/1/1", "PARTNER_NOT_FOUND"), ("/c/1/999/1", "AD_NOT_FOUND"), ("/no-such-slug", "LINK_NOT_FOUND")]
    {
        let reply = visitor.get(path);
        assert_eq!(reply.status, 302, "{path}");
        let home = format!("{}/", demo.text("/shop_url"));
        assert!(reply.header("location").starts_with(&home), "{path}: {}", reply.header("location"));
        let click = &clicks(&demo)[0];
        assert_eq!(click["reason"], reason, "{path}");
    }
    for (host, path) in
        [("go.shop.localhost", "/c/1/1/999"), ("elsewhere.example", "/c/1/1/1"), ("localhost", "/c/1/1/1")]
    {
        let reply = Client::new(demo.address, host).get(path);
        assert_eq!(reply.status, 404, "{host}{path}");
        assert_eq!(reply.header("location"), "");
    }
}

fn a_deep_link_leads_only_to_permitted_hosts(pair: Pair) {
    let demo = Demo::on(pair);
    let (visitor, link) = (demo.visitor(), demo.link(0));
    let shop = demo.text("/shop_url");
    let go = |target: &str| visitor.get(&format!("{link}?{}", crate::support::form(&[("u", target)])));
    let good = go(&format!("{shop}/products/scree?size=42"));
    assert!(
        good.header("location").starts_with(&format!("{shop}/products/scree?size=42&pt=")),
        "{}",
        good.header("location")
    );
    for target in [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "http://www.shop.localhost.evil.example/",
        "http://www.shop.localhost@evil.example/",
        "http://evil.example\\@www.shop.localhost/",
        "data:text/html,x",
    ] {
        let reply = go(target);
        let location = url::Url::parse(reply.header("location")).expect("an address");
        assert_eq!(location.host_str(), Some("www.shop.localhost"), "{target}");
        assert_eq!(location.path(), "/", "{target}: the ad's own page");
    }
}

fn a_visitor_who_comes_back_is_the_same_visitor(pair: Pair) {
    let demo = Demo::on(pair);
    let first = demo.visitor().get(&demo.link(0));
    let again = demo.visitor().with("cookie", &first.cookie()).get(&demo.link(1));
    assert_eq!(again.cookie(), first.cookie(), "the cookie is kept and its life renewed");
    assert_ne!(again.location_param("pt"), first.location_param("pt"), "every click has its own id");
}
