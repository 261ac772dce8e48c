//! What decides before and beside clicks: promo codes, assigned values, groups, channels and impressions, from the form
//! or the interface that sets them to what an order comes to.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, eventually, on_every_pair};

on_every_pair!(
    a_code_counts_by_its_policy,
    a_code_is_changed_in_the_console,
    addresses_and_numbers_belong_to_a_partner,
    a_group_lets_others_go_first,
    a_channel_wins_orders_and_is_never_paid,
    an_impression_earns_where_the_terms_say_so,
    an_app_says_on_which_device_an_ad_was_seen,
    what_cant_be_set_is_named,
);

fn report(demo: &Demo, order: &str, pairs: &[(&str, &str)]) -> Value {
    let fixed =
        [("CampaignId", "1"), ("EventTypeCode", "sale"), ("EventDate", "NOW"), ("OrderId", order), ("Amount", "100")];
    let account = demo.account();
    account.submission(&account.send("POST", "Conversions", &[&fixed[..], pairs].concat()))
}

/// Partner and evidence of an order's only action.
fn won(demo: &Demo, order: &str) -> (Value, Value) {
    let list = demo.api().get(&format!("/api/v1/actions?order_id={order}")).json();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1), "{list}");
    (list["data"][0]["partner_id"].clone(), list["data"][0]["evidence"].clone())
}

fn set(demo: &Demo, path: &str, body: &Value) -> Value {
    let reply = demo.api().post(path, "application/json", &body.to_string());
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

fn a_code_counts_by_its_policy(pair: Pair) {
    let demo = Demo::on(pair);
    let code = |code: &str, policy: &str, restricted: bool| {
        let body =
            json!({ "program_id": 1, "partner_id": 2, "code": code, "policy": policy, "restricted": restricted });
        set(&demo, "/api/v1/promo-codes", &body);
    };
    code("spring*", "always", false);
    code("MAYBE", "involved", false);
    code("FIRM", "winner", true);
    let (click_id, _) = demo.click(0);
    report(&demo, "P1", &[("ClickId", &click_id), ("OrderPromoCode", "Spring26")]);
    assert_eq!(won(&demo, "P1"), (json!(2), json!("promo_code")));
    report(&demo, "P2", &[("ClickId", &click_id), ("OrderPromoCode", "MAYBE")]);
    assert_eq!(won(&demo, "P2"), (json!(1), json!("click_id")));
    let refused = report(&demo, "P3", &[("ClickId", &click_id), ("OrderPromoCode", "firm")]);
    assert_eq!(refused["ErrorReason"], "RESTRICTED_PROMOCODE", "{refused}");
    let listed = demo.api().get("/api/v1/promo-codes").json();
    let firm =
        listed["data"].as_array().and_then(|all| all.iter().find(|it| it["code"] == "FIRM")).expect("it is listed");
    assert_eq!((&firm["policy"], &firm["restricted"]), (&json!("winner"), &json!(true)));
}

fn a_code_is_changed_in_the_console(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let new = [("program", "1"), ("partner", "2"), ("code", "may*"), ("policy", "involved"), ("restricted", "yes")];
    assert_eq!(owner.post("/promo-codes/new", &new).status, 303);
    assert!(owner.post("/promo-codes/new", &new).text().contains("There is a code MAY* already"));
    let page = owner.get("/promo-codes/change?program=1&code=MAY*");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Involved: only if its partner has a touchpoint"));
    let change = |starts: &str, ends: &str| {
        let pairs = [("program", "1"), ("code", "MAY*"), ("policy", "always"), ("starts", starts), ("ends", ends)];
        owner.post("/promo-codes/change", &pairs)
    };
    assert!(change("2026-05-02", "2026-05-01").text().contains("The last day is not before the first"));
    assert_eq!(change("2026-05-01", "2026-05-31").status, 303);
    let listed = || {
        let listed = demo.api().get("/api/v1/promo-codes").json();
        let found = listed["data"].as_array().and_then(|all| all.iter().find(|it| it["code"] == "MAY*"));
        found.expect("it is listed").clone()
    };
    // On servers, an edge's picture of what is set up follows half a second later.
    eventually("the edge knows the change", || listed()["policy"] == "always");
    let may = listed();
    assert_eq!(may["restricted"], false);
    assert!(
        may["starts_at"].as_str().is_some_and(|at| at.starts_with("2026-04-30T22:00")),
        "by the program's zone: {may}"
    );
    assert!(owner.get("/ads").text().contains("1 May 2026 to 31 May 2026"));
    let partner = demo.sign_in("/partners/1/user");
    assert_eq!(partner.get("/promo-codes/change?program=1&code=MAY*").status, 403);
    assert!(partner.get("/ads").text().contains("MAY*"));
}

fn addresses_and_numbers_belong_to_a_partner(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let assign = |kind: &str, value: &str, partner: &str| {
        owner.post("/assigned-values/new", &[("program", "1"), ("kind", kind), ("value", value), ("partner", partner)])
    };
    assert_eq!(assign("url", "https://WWW.Shop.example/trail/?x=1", "1").status, 303);
    assert_eq!(assign("phone", "+49 30 123-456", "2").status, 303);
    assert!(assign("url", "www.shop.example/trail", "2").text().contains("belongs to Trail Notes already"));
    assert!(assign("phone", "call me", "2").text().contains("It is not a phone number"));
    report(&demo, "V1", &[("UniqueUrl", "http://www.shop.example/trail#top")]);
    assert_eq!(won(&demo, "V1"), (json!(1), json!("assigned_url")));
    report(&demo, "V2", &[("CalledNumber", "004930123456"), ("CallerId", "+49 170 1111111")]);
    assert_eq!(won(&demo, "V2"), (json!(2), json!("assigned_phone")));
    assert_eq!(demo.account().actions_of("V2")[0]["ReferringType"], "CALL");
    report(&demo, "V3", &[("CallerId", "+49 30 123456")]);
    assert_eq!(won(&demo, "V3"), (json!(2), json!("assigned_phone")), "some platforms name the number there");
    let other = report(&demo, "V4", &[("UniqueUrl", "www.shop.example/other")]);
    assert_eq!(other["ErrorReason"], "UNCLAIMED", "{other}");
    let names = [("program", "1"), ("kind", "url"), ("value", "www.shop.example/trail"), ("standing", "paused")];
    assert_eq!(owner.post("/assigned-values/standing", &names).status, 303);
    assert_eq!(report(&demo, "V5", &[("UniqueUrl", "www.shop.example/trail")])["ErrorReason"], "UNCLAIMED");
    let listed = demo.api().get("/api/v1/assigned-values").json();
    assert_eq!(
        listed["data"][0],
        json!({ "kind": "url", "value": "www.shop.example/trail", "program_id": 1,
        "partner_id": 1, "standing": "paused" })
    );
}

/// One browser that follows links of several partners, and the id of the last click.
fn follow(demo: &Demo, links: &[String]) -> String {
    let (mut visitor, mut id): (Client, String) = (demo.visitor(), String::new());
    for link in links {
        let reply = visitor.get(link);
        assert_eq!(reply.status, 302, "{link}");
        visitor = visitor.with("cookie", &reply.cookie());
        id = reply.location_param("pt").expect("a click id");
    }
    id
}

fn a_group_lets_others_go_first(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let group = [("program", "1"), ("name", "Coupon sites"), ("credit", "yields"), ("member_2", "yes")];
    assert_eq!(owner.post("/settings/groups", &group).status, 303);
    let page = owner.get("/settings/groups").text();
    assert!(page.contains("Coupon sites") && page.contains("Deal Harbour"), "{page}");
    assert_eq!(owner.get("/settings/groups/1/1").status, 200);
    let id = follow(&demo, &[demo.link(0), demo.link(1)]);
    report(&demo, "G1", &[("ClickId", &id)]);
    assert_eq!(won(&demo, "G1").0, json!(1), "whoever yields loses to the earlier click");
    let listed = demo.api().get("/api/v1/partner-groups").json();
    assert_eq!(
        listed["data"][0],
        json!({ "id": 1, "program_id": 1, "name": "Coupon sites", "credit": "yields",
        "partner_ids": [2] })
    );
    let never = json!({ "program_id": 1, "id": 1, "name": "Coupons", "partner_ids": [2], "credit": "never" });
    assert_eq!(set(&demo, "/api/v1/partner-groups", &never)["id"], json!(1));
    let id = follow(&demo, &[demo.link(1)]);
    assert_eq!(report(&demo, "G2", &[("ClickId", &id)])["ErrorReason"], "CREDITING_RULE_MISMATCH");
    assert_eq!(demo.sign_in("/partners/1/user").get("/settings/groups").status, 403);
}

fn a_channel_wins_orders_and_is_never_paid(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    assert_eq!(owner.post("/partners", &[("name", "Newsletter"), ("channel", "yes")]).status, 303);
    let listed = demo.api().get("/api/v1/partners").json();
    let channel =
        listed["data"].as_array().and_then(|all| all.iter().find(|it| it["channel"] == true)).expect("it is listed");
    let id = channel["id"].as_u64().expect("an id");
    let page = owner.get(&format!("/partners/{id}")).text();
    assert!(page.contains("Channel: never paid") && page.contains(&format!("/c/{id}/1/1")), "{page}");
    assert!(owner.get("/partners?format=csv").text().contains(",Channel,"));
    let link = demo.link(0).replace("/c/1/", &format!("/c/{id}/"));
    let reply = demo.visitor().get(&link);
    assert!(
        reply.header("location").contains("/products/") || reply.header("location").contains("pt="),
        "the ad's page"
    );
    let click = follow(&demo, &[demo.link(0), link]);
    assert_eq!(report(&demo, "N1", &[("ClickId", &click)])["ErrorReason"], "CREDITED_TO_CHANNEL");
    let why = demo.api().get("/api/v1/orders/N1").json();
    assert!(why.to_string().contains("CREDITED_TO_CHANNEL"), "{why}");
    let contract = [("program", "1"), ("what", "template")];
    assert!(owner.post(&format!("/partners/{id}/contract"), &contract).text().contains("A channel has no contract"));
}

fn an_impression_earns_where_the_terms_say_so(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let cookie = demo.visitor().get("/c/999/1/1").cookie();
    let see = |path: &str| {
        let page =
            demo.visitor().with("cookie", &cookie).with("sec-fetch-mode", "no-cors").with("sec-fetch-dest", "image");
        let reply = page.get(path);
        assert_eq!((reply.status, reply.header("content-type")), (200, "image/gif"), "{path}");
        assert_eq!(reply.header("cache-control"), "no-store, private");
        assert_eq!(reply.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!((reply.header("set-cookie"), reply.body.len()), ("", 42));
    };
    ["/i/1/1/1?subId1=banner", "/i/9/9/1", "/i/x/y/z", "/i/1/1/999"].into_iter().for_each(see);
    let order = |id: &str| {
        let body = json!({ "program": 1, "event": "sale", "orderId": id, "orderSubTotalPostDiscount": "100" });
        let page = demo.page().with("cookie", &cookie);
        assert_eq!(page.post("/pt/o", "text/plain", &body.to_string()).status, 204);
    };
    order("I1");
    let refused = demo.api().get("/api/v1/orders/I1").json().to_string();
    assert!(refused.contains("PARTNER_NOT_FOUND"), "the newest click says why before any impression: {refused}");
    let owner = demo.sign_in("/user");
    let terms = [
        ("program", "1"),
        ("what", "own"),
        ("referral_window_days", "30"),
        ("view_window_hours", "24"),
        ("lock_days", "30"),
        ("payout_1", "10%"),
    ];
    assert_eq!(owner.post("/partners/1/contract", &terms).status, 303);
    assert!(owner.get("/partners/1").text().contains("Impressions count for 24 hours"));
    let wrong: Vec<_> =
        terms.iter().map(|(name, value)| (*name, if *name == "view_window_hours" { "0" } else { value })).collect();
    assert!(owner.post("/partners/1/contract", &wrong).text().contains("The hours of impressions are 1 to 2160"));
    demo.advance("2s");
    see("/i/1/1/1?subId1=banner");
    order("I2");
    assert_eq!(won(&demo, "I2"), (json!(1), json!("impression")));
    let action = demo.api().get("/api/v1/actions?order_id=I2").json();
    assert_eq!(action["data"][0]["sub_ids"][0], "banner", "{action}");
    assert_eq!(demo.account().actions_of("I2")[0]["ReferringType"], "IMPRESSION_COOKIE");
    let clicks = demo.api().get("/api/v1/clicks").json();
    assert_eq!(clicks["data"].as_array().map(Vec::len), Some(1), "impressions are no clicks: {clicks}");
    let click = demo.visitor().with("cookie", &cookie).get(&demo.link(1));
    assert_eq!(click.status, 302);
    order("I3");
    assert_eq!(won(&demo, "I3").0, json!(2), "a click beats an impression");
}

fn an_app_says_on_which_device_an_ad_was_seen(pair: Pair) {
    let mut demo = Demo::with_standing_clock(pair);
    let terms = [
        ("program", "1"),
        ("what", "own"),
        ("referral_window_days", "30"),
        ("view_window_hours", "1"),
        ("lock_days", "30"),
        ("payout_1", "10%"),
    ];
    assert_eq!(demo.sign_in("/user").post("/partners/1/contract", &terms).status, 303);
    demo.advance("2s");
    assert_eq!(demo.visitor().get("/i/1/1/1?GoogAId=38400000-8cf0-11bd-b23e-10b96e40000d").status, 200);
    report(&demo, "D1", &[("GoogAId", "38400000-8CF0-11BD-B23E-10B96E40000D")]);
    assert_eq!(won(&demo, "D1"), (json!(1), json!("impression")));
    let other = "38400000-8cf0-11bd-b23e-10b96e40000e";
    assert_eq!(demo.visitor().get(&format!("/i/1/1/1?consent=denied&GoogAId={other}")).status, 200);
    assert_eq!(report(&demo, "D2", &[("GoogAId", other)])["ErrorReason"], "UNCLAIMED", "who said no is not followed");
    demo.stop();
    let same = demo.command(&["replay", "--check"]);
    let said = String::from_utf8_lossy(&same.stdout).into_owned();
    assert!(said.contains("the same, byte for byte"), "{said}{}", String::from_utf8_lossy(&same.stderr));
}

fn what_cant_be_set_is_named(pair: Pair) {
    let demo = Demo::on(pair);
    let refuse = |path: &str, body: Value, status: u16, said: &str| {
        let reply = demo.api().post(path, "application/json", &body.to_string());
        assert_eq!(reply.status, status, "{path} {body}: {}", reply.text());
        assert!(reply.text().contains(said), "{path} {body}: {}", reply.text());
    };
    let code = |more: Value| {
        let mut body = json!({ "program_id": 1, "partner_id": 2, "code": "NEW" });
        more.as_object().into_iter().flatten().for_each(|(name, value)| body[name] = value.clone());
        body
    };
    refuse("/api/v1/promo-codes", code(json!({ "policy": "maybe" })), 400, "always, involved or winner");
    refuse("/api/v1/promo-codes", code(json!({ "code": "*" })), 400, "every code");
    refuse("/api/v1/promo-codes", code(json!({ "starts_at": "soon" })), 400, "2026-05-01T00:00:00Z");
    let backwards = json!({ "starts_at": "2026-05-02T00:00:00Z", "ends_at": "2026-05-01T00:00:00Z" });
    refuse("/api/v1/promo-codes", code(backwards), 400, "after the start");
    refuse("/api/v1/promo-codes", code(json!({ "code": "TRAIL10" })), 422, "CODE_TAKEN");
    let value = |kind: &str, value: &str| json!({ "program_id": 1, "partner_id": 2, "kind": kind, "value": value });
    refuse("/api/v1/assigned-values", value("mail", "a"), 400, "url or phone");
    refuse("/api/v1/assigned-values", value("url", "javascript:1"), 400, "www.shop.com/trail");
    let group = |partner: u32, credit: &str| json!({ "program_id": 1, "name": "G", "partner_ids": [partner], "credit": credit });
    refuse("/api/v1/partner-groups", group(1, "often"), 400, "normal, yields or never");
    refuse("/api/v1/partner-groups", group(99, "never"), 422, "PARTNER_NOT_FOUND");
    refuse("/api/v1/partners", json!({ "name": "N", "channel": true, "program_ids": [1] }), 400, "joins no program");
    let anybody = demo.anybody().get("/api/v1/partner-groups");
    assert_eq!(anybody.status, 401);
}
