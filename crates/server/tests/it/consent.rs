//! What visitors agreed to: obeyed on links, in pages and in reports, kept with each, and shown.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, Reply, eventually, on_every_pair, on_pair};

on_every_pair!(a_denied_click_leaves_nothing_behind, a_denied_order_is_credited_by_its_code_alone);

on_pair!(
    alone,
    Files,
    whoever_says_no_is_heard,
    garbage_is_a_no_that_is_named,
    a_yes_of_a_platform_is_kept_as_proof,
    a_reward_partner_keeps_its_click_and_nothing_else,
    a_no_after_a_yes_takes_the_cookie_back,
    silence_is_what_the_program_takes_it_for,
    a_no_holds_for_the_order_whoever_reports_it,
    the_console_sets_and_shows_it,
    what_is_wrong_is_named,
    denied_requests_leave_no_address_in_the_log
);

/// Agreed to all purposes, by the official library.
const TC_YES: &str = "CQtXVMAQuCLYACYAQAENB4FAAP_gAAJAAAAAGVwCQAKgA5AHsAZYA0YBvwD2gKqAZWBvUA8ACgAMwAmgBggEsAS4AywB3QFBAUIAogBiwDggLPAYoA20BvQAI8ADAtIC5gAA";
/// Agreed to some, but not to measurement.
const TC_NO: &str = "CQVxz0AQWCSgAC_AUAENB4FgAL3gAAHAAAYgHoQDIB1AHWATcAtoBgADEAGZAVOAusBeYDYwHcAPQA-CAmAA0AIQAWwAwgBpAEiAJwAW4A2QCUAEtAKMAXoA_ICIgEugKEAZsA-AAEeABgXmBgwA";

fn set_rules(demo: &Demo, rules: &Value) {
    let reply = demo.api().post("/api/v1/consent-rules", "application/json", &rules.to_string());
    assert_eq!(reply.status, 201, "{}", reply.text());
}

/// The newest click, once it stands in the books.
fn newest_click(demo: &Demo, count: usize) -> Value {
    let clicks = || demo.api().get("/api/v1/clicks").json()["data"].as_array().expect("a list").clone();
    eventually("the click is in the books", || clicks().len() == count);
    clicks()[0].clone()
}

fn follow(demo: &Demo, partner: usize, query: &str) -> Reply {
    demo.visitor().get(&format!("{}?{query}", demo.link(partner)))
}

fn is_anonymous(reply: &Reply) {
    assert_eq!((reply.status, reply.header("set-cookie"), reply.location_param("pt")), (302, "", None));
}

fn order(demo: &Demo, page: &Client, id: &str, more: &[(&str, &str)]) {
    let mut body = json!({ "program": 1, "event": "sale", "orderId": id, "amount": "50", "currencyCode": "EUR" });
    more.iter().for_each(|(name, value)| body[*name] = json!(value));
    assert_eq!(page.post("/pt/o", "text/plain", &body.to_string()).status, 204);
    let path = format!("/api/v1/orders/{id}");
    eventually("the order is decided", || !demo.api().get(&path).json()["orders"].as_array().is_none_or(Vec::is_empty));
}

fn decision(demo: &Demo, id: &str) -> Value {
    demo.api().get(&format!("/api/v1/orders/{id}")).json()["orders"][0]["decisions"][0].clone()
}

fn a_denied_click_leaves_nothing_behind(pair: Pair) {
    let demo = Demo::on(pair);
    is_anonymous(&follow(&demo, 0, "consent=denied&SubId1=spring"));
    let click = newest_click(&demo, 1);
    assert_eq!((&click["counted"], &click["sub_ids"][0]), (&json!(true), &json!("spring")), "it counts");
    let consent = json!({ "decision": "denied", "source": "explicit", "unreadable": false, "said": "" });
    assert_eq!(click["consent"], consent);
    // The next one of somebody who says nothing is as ever.
    let (id, cookie) = demo.click(0);
    assert!(!id.is_empty() && cookie.starts_with("pt="));
}

fn a_denied_order_is_credited_by_its_code_alone(pair: Pair) {
    let demo = Demo::on(pair);
    let (id, cookie) = demo.click(0);
    let page = demo.page().with("cookie", &cookie);
    order(&demo, &page, "C1", &[("consent", "denied"), ("clickId", &id), ("customerId", "c1")]);
    let nobody = decision(&demo, "C1");
    assert_eq!((&nobody["reason"], &nobody["credits"]), (&json!("CONSENT_DENIED"), &json!([])));
    assert_eq!(nobody["consent"]["decision"], "denied");
    assert_eq!(nobody["candidates"], json!([]), "no click was looked for");
    let code = demo.text("/partners/1/promo_code");
    order(&demo, &page, "C2", &[("consent", "denied"), ("clickId", &id), ("OrderPromoCode", &code)]);
    let credited = decision(&demo, "C2");
    assert_eq!(credited["credits"][0]["evidence"], "promo_code");
    assert_eq!(credited["credits"][0]["partner_id"], json!(demo.number("/partners/1/id")));
    let found = demo.api().get("/api/v1/orders/C2").json();
    assert_eq!(found["orders"][0]["reported"]["consent"]["source"], "explicit");
    // A later order of the same person, who agrees, meets none of the others.
    order(&demo, &page, "C3", &[("consent", "granted"), ("customerId", "c1")]);
    assert_eq!(decision(&demo, "C3")["credits"][0]["evidence"], "identifier", "by the cookie");
}

fn whoever_says_no_is_heard(pair: Pair) {
    let demo = Demo::on(pair);
    let no = [
        (format!("gdpr=1&gdpr_consent={TC_NO}"), "tcf"),
        ("gdpr=1".to_owned(), "tcf"),
        (format!("tcf={TC_YES}&consent=denied"), "explicit"),
        ("gpp=DBACTTA~1YN-~BAYAAAEA&gpp_sid=12".to_owned(), "gpp"),
        ("us_privacy=1YYN".to_owned(), "us_privacy"),
        ("gcm=ad_storage%3Ddenied,ad_user_data%3Ddenied".to_owned(), "consent_mode"),
        ("shopify=marketing%3Dno".to_owned(), "shopify"),
        ("gpc=1".to_owned(), "gpc"),
    ];
    for (i, (query, source)) in no.iter().enumerate() {
        is_anonymous(&follow(&demo, 0, query));
        let click = newest_click(&demo, i + 1);
        assert_eq!(
            (&click["consent"]["decision"], &click["consent"]["source"]),
            (&json!("denied"), &json!(source)),
            "{query}"
        );
    }
    // The browser's own setting, which no link needs to say.
    is_anonymous(&demo.visitor().with("sec-gpc", "1").get(&demo.link(0)));
    assert_eq!(newest_click(&demo, no.len() + 1)["consent"]["source"], "gpc");
    let view = demo.visitor().with("sec-gpc", "1").get("/i/1/1/1");
    assert_eq!((view.status, view.header("set-cookie")), (200, ""));
}

fn garbage_is_a_no_that_is_named(pair: Pair) {
    let demo = Demo::on(pair);
    for (i, query) in
        ["gdpr_consent=garbage!", "gpp=~~~", "consent=perhaps", "gcm=x", "us_privacy=9ZZZ"].iter().enumerate()
    {
        is_anonymous(&follow(&demo, 0, query));
        let consent = newest_click(&demo, i + 1)["consent"].clone();
        assert_eq!(
            (&consent["decision"], &consent["unreadable"], &consent["said"]),
            (&json!("denied"), &json!(true), &json!("")),
            "{query}"
        );
    }
    let long = format!("gdpr_consent={}", "C".repeat(9_000));
    is_anonymous(&follow(&demo, 0, &long));
    let owner = demo.sign_in("/user");
    let no = newest_click(&demo, 6)["click_no"].as_str().expect("a number").to_owned();
    let page = owner.get(&format!("/clicks?no={no}")).text();
    assert!(
        page.contains("Denied: what came as a string of the Transparency and Consent Framework can&#39;t be read")
            || page.contains("can't be read"),
        "{page}"
    );
}

fn a_yes_of_a_platform_is_kept_as_proof(pair: Pair) {
    let demo = Demo::on(pair);
    let reply = follow(&demo, 0, &format!("gdpr=1&gdpr_consent={TC_YES}"));
    assert!(reply.location_param("pt").is_some() && !reply.cookie().is_empty());
    let click = newest_click(&demo, 1);
    assert_eq!((&click["consent"]["decision"], &click["consent"]["said"]), (&json!("granted"), &json!(TC_YES)));
    let no = click["click_no"].as_str().expect("a number");
    let page = demo.sign_in("/user").get(&format!("/clicks?no={no}")).text();
    assert!(page.contains("Granted by a string of the Transparency and Consent Framework, last changed on"), "{page}");
    let partner = demo.sign_in("/partners/0/user").get(&format!("/clicks?no={no}")).text();
    assert!(!partner.contains(TC_YES), "the visitor's string is not the partner's");
}

fn a_reward_partner_keeps_its_click_and_nothing_else(pair: Pair) {
    let demo = Demo::on(pair);
    let partner = demo.number("/partners/0/id");
    let path = format!("/api/v1/partners/{partner}/consent-basis");
    let basis = json!({ "reward": true, "reason": "Its users ask for cashback" }).to_string();
    assert_eq!(demo.api().post(&path, "application/json", &basis).status, 201);
    let silent = demo.api().post(&path, "application/json", "{\"reward\":true,\"reason\":\" \"}");
    assert_eq!(
        (silent.status, silent.json()["error"]["fields"][0]["field"].as_str()),
        (400, Some("reason")),
        "{}",
        silent.text()
    );
    let listed = demo.api().get("/api/v1/partners").json();
    let of = |it: &&Value| it["id"] == json!(partner);
    assert_eq!(listed["data"].as_array().expect("a list").iter().find(of).expect("it is there")["reward"], json!(true));
    let reply = follow(&demo, 0, "consent=denied");
    assert_eq!(reply.header("set-cookie"), "");
    let id = reply.location_param("pt").expect("the reward's click leads on");
    assert_eq!(newest_click(&demo, 1)["consent"]["decision"], "limited");
    let body = json!({ "program": 1, "consent": "denied", "page": format!("{}/?pt={id}", demo.text("/shop_url")), "customerId": "c1" });
    assert_eq!(demo.page().post("/pt/v", "text/plain", &body.to_string()).status, 204);
    order(&demo, &demo.page(), "R1", &[("consent", "denied"), ("clickId", &id), ("customerId", "c1")]);
    let credited = decision(&demo, "R1");
    assert_eq!(
        (&credited["credits"][0]["evidence"], &credited["consent"]["decision"]),
        (&json!("click_id"), &json!("limited"))
    );
    // Nobody knows the customer from it.
    order(&demo, &demo.page(), "R2", &[("consent", "granted"), ("customerId", "c1")]);
    assert_eq!(decision(&demo, "R2")["reason"], "UNCLAIMED");
    // Another partner's click is dropped as ever.
    let (other, _) = demo.click(1);
    order(&demo, &demo.page(), "R3", &[("consent", "denied"), ("clickId", &other)]);
    assert_eq!(decision(&demo, "R3")["reason"], "CONSENT_DENIED");
    // Nor is whoever says nothing where all are asked, whatever cookie an earlier yes left.
    let (_, cookie) = demo.click(1);
    set_rules(&demo, &json!({ "program_id": 1, "ask": "always" }));
    let own = format!("http://go.shop.localhost:{}", demo.address.port());
    let silent = demo.visitor().with("origin", &own).with("sec-fetch-site", "same-origin").with("cookie", &cookie);
    let issued = silent.get(&format!("/pt/i?program=1&clickId={id}"));
    assert_eq!((issued.json()["clickId"].as_str(), issued.header("set-cookie")), (Some(id.as_str()), ""));
    let agreed = silent.get(&format!("/pt/i?program=1&consent=granted&clickId={id}"));
    assert!(agreed.header("set-cookie").starts_with("pt="), "{}", agreed.header("set-cookie"));
    assert_eq!(demo.api().post("/api/v1/partners/999/consent-basis", "application/json", &basis).status, 422);
}

fn a_no_after_a_yes_takes_the_cookie_back(pair: Pair) {
    let demo = Demo::on(pair);
    let (_, cookie) = demo.click(0);
    let cleared = |reply: &Reply| {
        let line = reply.header("set-cookie");
        assert!(line.starts_with("pt=; ") && line.contains("Max-Age=0") && line.contains("Path=/"), "{line}");
    };
    let page = demo.page().with("cookie", &cookie);
    cleared(&page.post("/pt/v", "text/plain", "{\"program\":1,\"consent\":\"denied\",\"customerId\":\"c1\"}"));
    cleared(&page.get("/pt/v.png?program=1&consent=denied"));
    cleared(&page.get("/pt/i?program=1&gcm=ad_storage%3Ddenied"));
    cleared(&page.post(
        "/pt/o",
        "text/plain",
        "{\"program\":1,\"event\":\"sale\",\"orderId\":\"T1\",\"consent\":\"denied\"}",
    ));
    cleared(&demo.visitor().with("cookie", &cookie).get(&format!("{}?consent=denied", demo.link(0))));
    let quiet = demo.page().post("/pt/v", "text/plain", "{\"program\":1,\"consent\":\"denied\"}");
    assert_eq!(quiet.header("set-cookie"), "", "there is nothing to take back");
    let yes = page.post("/pt/v", "text/plain", "{\"program\":1,\"consent\":\"granted\"}");
    assert_eq!(yes.header("set-cookie"), "", "a subresource never sets or refreshes the cookie");
}

fn silence_is_what_the_program_takes_it_for(pair: Pair) {
    let demo = Demo::on(pair);
    assert_eq!(demo.api().get("/api/v1/consent-rules").json()["data"][0]["ask"], Value::Null, "nobody has decided");
    assert!(follow(&demo, 0, "").location_param("pt").is_some());
    assert_eq!(newest_click(&demo, 1)["consent"], Value::Null);
    set_rules(&demo, &json!({ "program_id": 1, "ask": "always" }));
    is_anonymous(&follow(&demo, 0, ""));
    let consent = newest_click(&demo, 2)["consent"].clone();
    assert_eq!((&consent["decision"], &consent["source"]), (&json!("denied"), &json!("rule")));
    assert!(follow(&demo, 0, "consent=granted").location_param("pt").is_some());
    // A cookie of an earlier yes is not taken back by silence; what names the visitor stays out all the same.
    let (_, cookie) = (0, follow(&demo, 0, "consent=granted").cookie());
    let silent = demo.page().with("cookie", &cookie).post("/pt/v", "text/plain", "{\"program\":1}");
    assert_eq!((silent.status, silent.header("set-cookie")), (204, ""));
    // No country is known here, so that region alone asks nobody, unless the program says so.
    set_rules(&demo, &json!({ "program_id": 1, "ask": "by_region" }));
    assert!(follow(&demo, 0, "").location_param("pt").is_some());
    set_rules(&demo, &json!({ "program_id": 1, "unknown_country_asks": true }));
    is_anonymous(&follow(&demo, 0, ""));
    let rules = demo.api().get("/api/v1/consent-rules?program_id=1").json()["data"][0].clone();
    assert_eq!(rules, json!({ "program_id": 1, "ask": "by_region", "unknown_country_asks": true, "vendor_id": 0 }));
    // A server's silence is no visitor's.
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "S1"),
        ("CustomerId", "c1"),
        ("Amount", "80"),
    ];
    assert_eq!(account.submission(&account.send("POST", "Conversions", &pairs))["ErrorReason"], "UNCLAIMED");
}

fn a_no_holds_for_the_order_whoever_reports_it(pair: Pair) {
    let demo = Demo::on(pair);
    let (id, cookie) = demo.click(0);
    order(&demo, &demo.page().with("cookie", &cookie), "H1", &[("consent", "denied")]);
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "H1"),
        ("ClickId", id.as_str()),
        ("Amount", "50"),
    ];
    assert_eq!(account.submission(&account.send("POST", "Conversions", &pairs))["ErrorReason"], "CONSENT_DENIED");
    let mut agreed = pairs.to_vec();
    agreed.push(("consent", "granted"));
    account.submission(&account.send("POST", "Conversions", &agreed));
    assert_eq!(account.actions_of("H1").len(), 1, "unless the buyer agrees after all");
}

fn the_console_sets_and_shows_it(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let page = owner.get("/settings/data-protection").text();
    assert!(
        page.contains("Nobody has decided yet") && page.contains("90 days") && page.contains("no file of countries"),
        "{page}"
    );
    let set = |pairs: &[(&str, &str)]| owner.post("/settings/data-protection", pairs);
    assert_eq!(set(&[("program", "1"), ("ask", "always"), ("unknown", ""), ("vendor", "755")]).status, 303);
    let page = owner.get("/settings/data-protection").text();
    assert!(!page.contains("Nobody has decided yet") && page.contains("value=\"755\""), "{page}");
    let wrong = set(&[("program", "1"), ("ask", "always"), ("vendor", "99999")]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("It is a number from 1 to 65535.") && wrong.text().contains("99999"));
    let partner = demo.number("/partners/0/id");
    let basis = owner.post(&format!("/partners/{partner}/consent-basis"), &[("reward", "yes"), ("reason", "Cashback")]);
    assert_eq!(basis.status, 303, "{}", basis.text());
    assert!(owner.get(&format!("/partners/{partner}")).text().contains("Reward service"));
    is_anonymous(&follow(&demo, 1, ""));
    let no = newest_click(&demo, 1)["click_no"].as_str().expect("a number").to_owned();
    assert!(owner.get(&format!("/clicks?no={no}")).text().contains("Denied: nothing was said"));
    order(&demo, &demo.page(), "K1", &[]);
    let page = owner.get("/orders?id=K1").text();
    assert!(page.contains("Denied: nothing was said") && page.contains("did not agree to be followed"), "{page}");
    assert_eq!(demo.sign_in("/partners/0/user").get("/settings/data-protection").status, 403);
    let audit = owner.get("/audit").text();
    assert!(audit.contains("Cashback"), "{audit}");
}

fn what_is_wrong_is_named(pair: Pair) {
    let demo = Demo::on(pair);
    let post = |body: &Value| demo.api().post("/api/v1/consent-rules", "application/json", &body.to_string());
    let wrong = post(&json!({ "program_id": 1, "ask": "sometimes" }));
    assert_eq!(
        (wrong.status, wrong.json()["error"]["fields"][0]["field"].as_str()),
        (400, Some("ask")),
        "{}",
        wrong.text()
    );
    assert_eq!(post(&json!({ "program_id": 9, "ask": "always" })).status, 422);
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "W1"),
        ("CustomerId", "c1"),
        ("consent", "denied"),
    ];
    let reply = account.send("POST", "Conversions", &pairs);
    assert_eq!(reply.status, 200, "{}", reply.text());
    let told = demo.api().post(
        "/api/v1/conversions?program=1&event=sale&OrderId=W2&EventDate=NOW&CustomerId=c1&consent=denied",
        "",
        "",
    );
    assert_eq!((told.status, &told.json()["warnings"][0]["code"]), (202, &json!("CONSENT_DENIED")), "{}", told.text());
}

fn denied_requests_leave_no_address_in_the_log(pair: Pair) {
    let mut demo = Demo::on(pair);
    let agent = "Mozilla/5.0 (X11; Denied) Chrome/130.0 Safari/537.36";
    let visitor = Client::new(demo.address, "go.shop.localhost").with("user-agent", agent);
    let visitor = visitor.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document");
    visitor.get(&format!("{}?consent=denied", demo.link(0)));
    let page = demo.page().with("referer", "http://shop.localhost/thanks?email=ann");
    order(&demo, &page, "L1", &[("consent", "denied"), ("customerId", "c-7777")]);
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "L2"),
        ("CustomerId", "c-7777"),
        ("IpAddress", "127.0.0.1"),
        ("UserAgent", agent),
        ("consent", "denied"),
    ];
    assert_eq!(account.send("POST", "Conversions", &pairs).status, 200);
    demo.stop();
    let exported = demo.command(&["log", "cat"]);
    let text = String::from_utf8_lossy(&exported.stdout).into_owned();
    let denied: Vec<&str> = text.lines().filter(|line| line.contains("\"word\":\"denied\"")).collect();
    assert_eq!(denied.len(), 3, "{text}");
    for line in denied {
        assert!(!line.contains("Denied)") && !line.contains("127.0.0.1") && !line.contains("visitor\":{"), "{line}");
        assert!(line.contains("\"source\":\"explicit\""), "{line}");
    }
}
