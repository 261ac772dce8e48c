//! Programs that call the tag's paths and file as they like, and a path on the shop's own host.

use serde_json::json;

use crate::console::program as form;
use crate::support::{CHROME, Client, Demo, Pair, Person, Reply, on_every_pair};

on_every_pair!(
    a_program_has_names_of_its_own_and_the_usual_ones_go_on,
    names_of_two_programs_never_hide_each_other,
    a_path_on_the_shops_own_host_is_the_shops_in_every_way,
);

const SHOP: &str = "www.shop.localhost";

/// The demonstration's program with some fields of its form changed.
pub fn set(owner: &Person, demo: &Demo, changed: &[(&str, &str)]) -> Reply {
    let home = format!("{}/", demo.text("/shop_url"));
    let mut pairs = vec![
        ("id", "1"),
        ("name", "Acme Shoes"),
        ("currency", "EUR"),
        ("zone", "Europe/Berlin"),
        ("default_landing_url", home.as_str()),
        ("tracking_hosts", "go.shop.localhost"),
        ("permitted_hosts", "www.shop.localhost shop.localhost"),
        ("click_param", "pt"),
        ("cookie_days", "30"),
    ];
    for (name, value) in changed {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    owner.post("/settings/program", &pairs)
}

fn on(demo: &Demo, host: &str) -> Client {
    Client::new(demo.address, host).with("user-agent", CHROME)
}

pub fn navigates(client: Client) -> Client {
    client.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document")
}

fn a_program_has_names_of_its_own_and_the_usual_ones_go_on(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let changed = [("path_prefix", "shoes"), ("tag_name", "shoes.js"), ("click_param", "via")];
    assert_eq!(set(&owner, &demo, &changed).status, 303);
    let page = owner.get("/settings").text();
    assert!(page.contains("go.shop.localhost") && page.contains("/shoes.js"), "the snippet names them: {page}");
    assert!(page.contains("data-path=&quot;/shoes&quot;") && page.contains("data-param=&quot;via&quot;"), "{page}");
    let host = on(&demo, "go.shop.localhost");
    let tag = host.get("/shoes.js");
    assert_eq!((tag.status, tag.header("content-type")), (200, "text/javascript; charset=utf-8"));
    for usual in ["/tag.js", "/tag.v2.js", "/shoes.v2.js", "/shoes/shoes.js", "/shoes/tag.js"] {
        assert_eq!(host.get(usual).body, tag.body, "{usual}");
    }
    let link = demo.link(0);
    let click = navigates(host.clone()).get(&format!("/shoes{link}"));
    assert_eq!(click.status, 302);
    assert!(click.location_param("via").is_some() && click.location_param("pt").is_none());
    assert_eq!(navigates(host.clone()).get(&link).status, 302, "links of before go on");
    let page = demo.page().with("cookie", &click.cookie());
    let body = json!({ "program": 1, "page": "/" }).to_string();
    for path in ["/shoes/v", "/pt/v"] {
        assert_eq!(page.post(path, "text/plain", &body).status, 204, "{path}");
    }
    assert_eq!(page.get("/shoes/o.png?program=1&event=sale&order_id=N1&amount=80.00&currency=EUR").status, 200);
    assert_eq!(demo.account().actions_of("N1").len(), 1, "the order is the click's");
    assert!(host.get("/robots.txt").text().contains("Disallow: /shoes/\nDisallow: /pt/\n"));
    assert_eq!(host.get("/shoes/nothing").status, 404);
    let told = demo.api().get("/api/v1/programs").json()["data"][0].clone();
    assert_eq!((&told["path_prefix"], &told["tag_name"]), (&json!("shoes"), &json!("shoes.js")));
}

fn names_of_two_programs_never_hide_each_other(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    for (name, value, why) in [
        ("path_prefix", "c", "/c/ is the server"),
        ("path_prefix", "Shoes!", "small letters"),
        ("path_prefix", "a/b", "small letters"),
        ("path_prefix", "xconv", "/xconv/ is the server"),
        ("tag_name", "shoes", "is called like tag.js"),
        ("tag_name", "../x.js", "is called like tag.js"),
        ("tag_name", "shoes.v1.js", "is called like tag.js"),
        ("shop_hosts", "go.shop.localhost", "either a tracking host or a host of the shop"),
    ] {
        let refused = set(&owner, &demo, &[(name, value)]);
        assert!(refused.status == 422 && refused.text().contains(why), "{name} {value}: {}", refused.text());
    }
    // One program has a link; another on the same host wants its path, and the other way round.
    let ad = format!("1.{}", demo.text("/partners/0/link").rsplit('/').nth(1).expect("an ad"));
    let link = |slug: &str| owner.post("/links/new", &[("slug", slug), ("partner", "1"), ("ad", &ad)]);
    assert_eq!(link("spring").status, 303);
    let second = |prefix: &str| {
        let pairs = [&form("", "Second", "go.shop.localhost")[..], &[("path_prefix", prefix)]].concat();
        owner.post("/settings/program", &pairs)
    };
    let refused = second("spring").text();
    assert!(refused.contains("/spring is a link of the program") && refused.contains("on the same host"), "{refused}");
    assert_eq!(second("autumn").status, 303);
    let refused = link("autumn").text();
    assert!(refused.contains("/autumn is where the tag of the program Second sends to"), "{refused}");
    let body = json!({ "program_id": 1, "partner_id": 1, "ad_id": 1, "slug": "autumn" }).to_string();
    let refused = demo.api().post("/api/v1/links", "application/json", &body);
    assert!(refused.status == 400 && refused.text().contains("Second"), "{}", refused.text());
    let host = on(&demo, "go.shop.localhost");
    assert_eq!(navigates(host.clone()).get("/spring").status, 302);
    assert_eq!(host.get("/autumn/tag.js").status, 200);
    assert_eq!(host.get("/pt/tag.js").status, 200, "each program's own");
}

fn a_path_on_the_shops_own_host_is_the_shops_in_every_way(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let changed = [("shop_hosts", SHOP), ("path_prefix", "shoes"), ("tracking_hosts", "go.shop.localhost")];
    assert_eq!(set(&owner, &demo, &changed).status, 303);
    let page = owner.get("/settings").text();
    assert!(page.contains("/shoes/tag.js"), "the snippet names the shop's own path: {page}");
    let shop = on(&demo, SHOP);
    let home = shop.get("/");
    assert!(home.status == 200 && home.text().contains("<html"), "the shop goes on: {}", home.text());
    assert_eq!(shop.get("/shoes/tag.js").status, 200);
    assert_eq!((shop.get("/tag.js").status, shop.get("/pt/v.png").status), (404, 404), "the rest is the shop's");
    let link = demo.link(0);
    let click = navigates(shop.clone()).get(&format!("/shoes{link}"));
    assert_eq!(click.status, 302);
    assert_eq!(navigates(shop.clone()).get(&link).status, 404);
    let cookie = click.cookie();

    // Only a page of this very host may renew the cookie: elsewhere Safari would shorten it.
    let ask = "/shoes/i?program=1";
    let origin = demo.text("/shop_url");
    let own = shop.clone().with("cookie", &cookie).with("origin", &origin);
    let renewed = own.get(ask);
    assert_eq!(renewed.cookie(), cookie, "the same visitor");
    assert!(renewed.header("set-cookie").contains("Max-Age=2592000; HttpOnly; SameSite=Lax"));
    assert!(renewed.json()["clickId"].as_str().is_some_and(|id| !id.is_empty()));
    let none = |reply: Reply| assert_eq!((reply.status, reply.header("set-cookie")), (200, ""));
    none(shop.clone().with("cookie", &cookie).get(ask));
    none(shop.clone().with("cookie", &cookie).with("origin", "http://shop.localhost").get(ask));
    none(own.clone().with("sec-fetch-site", "same-site").get(ask));
    let taken_back = own.get(&format!("{ask}&consent=denied"));
    assert!(taken_back.header("set-cookie").contains("Max-Age=0"), "whoever says no loses it");
    none(own.send("HEAD", ask, "", b""));
    none(shop.clone().with("origin", &origin).get(ask));
    none(demo.page().with("cookie", &cookie).get("/pt/i?program=1"));
    let visit = json!({ "program": 1, "page": "/" }).to_string();
    let told = own.post("/shoes/v", "text/plain", &visit);
    assert_eq!((told.status, told.header("set-cookie")), (204, ""));

    // A proxy that passes the path on under another name says so, and is believed only where it is trusted.
    let through = navigates(on(&demo, "edge.localhost")).with("x-forwarded-host", SHOP);
    assert_eq!(through.get(&format!("/shoes{link}")).status, 404);
}
