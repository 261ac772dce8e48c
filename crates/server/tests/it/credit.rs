//! Orders that several partners share, from the form that says so to what each partner sees.

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, on_every_pair};

on_every_pair!(
    an_order_is_shared_by_the_policy_of_its_event_type,
    a_change_of_a_shared_order_changes_every_part,
    a_policy_that_is_none_is_named,
    a_renewal_goes_to_whoever_earned_the_subscription,
);

/// Chooses a policy as a person does.
fn choose(demo: &Demo, policy: &str) {
    let owner = demo.sign_in("/user");
    let page = owner.get("/settings/event-types/1/1");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("Last click: the last click before the order earns all of it."));
    let pairs = [("name", "Online sale"), ("credit", policy), ("parent", ""), ("settle_hours", "48")];
    let reply = owner.post("/settings/event-types/1/1", &pairs);
    assert_eq!(reply.status, 303, "{}", reply.text());
}

/// One browser that follows links of several partners.
fn follow(demo: &Demo, partners: &[usize]) -> String {
    let mut visitor: Client = demo.visitor();
    let mut cookie = String::new();
    for partner in partners {
        let reply = visitor.get(&demo.link(*partner));
        assert_eq!(reply.status, 302);
        if cookie.is_empty() {
            cookie = reply.cookie();
            visitor = visitor.with("cookie", &cookie);
        }
    }
    cookie
}

fn report(demo: &Demo, cookie: &str, order: &str, amount: &str) -> Vec<Value> {
    let body = json!({ "program": 1, "event": "sale", "orderId": order,
        "orderSubTotalPostDiscount": amount, "currencyCode": "EUR" });
    let page = demo.page().with("cookie", cookie);
    assert_eq!(page.post("/pt/o", "text/plain", &body.to_string()).status, 204);
    let list = demo.api().get(&format!("/api/v1/actions?order_id={order}")).json();
    list["data"].as_array().expect("a list").clone()
}

fn an_order_is_shared_by_the_policy_of_its_event_type(pair: Pair) {
    let demo = Demo::on(pair);
    choose(&demo, "position");
    let types = demo.api().get("/api/v1/event-types").json();
    assert_eq!((&types["data"][0]["credit"], &types["data"][0]["settle_hours"]), (&json!("position"), &json!(48)));
    let cookie = follow(&demo, &[0, 1, 2]);
    let actions = report(&demo, &cookie, "S1", "100.01");
    let told: Vec<_> =
        actions.iter().map(|it| (&it["partner_id"], &it["share_ppm"], &it["amount"], &it["payout"])).collect();
    assert_eq!(
        told,
        [
            (&json!(3), &json!(400_000), &json!("40.01"), &json!("4.00")),
            (&json!(2), &json!(200_000), &json!("20.00"), &json!("1.60")),
            (&json!(1), &json!(400_000), &json!("40.00"), &json!("4.80")),
        ],
        "newest first; the parts add up"
    );
    assert_eq!(demo.account().actions_of("S1").len(), 3);

    let id = actions[0]["id"].as_str().expect("an id");
    let decision = demo.api().get(&format!("/api/v1/actions/{id}/decision")).json();
    let credits: Vec<_> = decision["credits"].as_array().expect("a list").iter().map(|it| &it["share_ppm"]).collect();
    assert_eq!(credits, [&json!(400_000), &json!(200_000), &json!(400_000)]);
    assert_eq!(decision["candidates"][1]["share_ppm"], 200_000);

    let partners = demo.sign_in("/user").get("/?format=csv&table=partners").text();
    assert!(partners.contains("Assists") && partners.contains("Trail Notes,1,0,0,0,1,"), "{partners}");
    let page = demo.sign_in("/user").get(&format!("/actions/{id}")).text();
    for words in ["share 40 %", "Other actions of this order", "Trail Notes", "Deal Harbour", "Its part of the order"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let own = demo.sign_in("/partners/2/user").get(&format!("/actions/{id}")).text();
    assert!(own.contains("share 40 %") && own.matches("Click of another partner").count() == 2, "{own}");
    assert!(!own.contains("Trail Notes") && !own.contains("Other actions of this order"), "{own}");
    let order = demo.sign_in("/user").get("/orders?id=S1").text();
    assert_eq!(order.matches("href=\"/actions/").count(), 3, "{order}");
}

fn a_change_of_a_shared_order_changes_every_part(pair: Pair) {
    let demo = Demo::on(pair);
    choose(&demo, "linear");
    let cookie = follow(&demo, &[0, 1]);
    let actions = report(&demo, &cookie, "S2", "100.00");
    assert_eq!(actions.len(), 2);
    let account = demo.account();
    let sale = demo.number("/event_types/sale").to_string();
    let change =
        [("ActionTrackerId", sale.as_str()), ("OrderId", "S2"), ("Reason", "ITEM_RETURNED"), ("Amount", "50.01")];
    let done = account.submission(&account.send("PUT", "Actions", &change));
    assert_eq!((&done["Result"], &done["ActionId"]), (&json!("APPLIED"), &actions[0]["id"]));
    let amounts = |order: &str| account.actions_of(order).iter().map(|it| it["Amount"].clone()).collect::<Vec<_>>();
    assert_eq!(amounts("S2"), ["25.00", "25.01"]);

    let id = actions[0]["id"].as_str().expect("an id").to_owned();
    let change = [("ActionId", id.as_str()), ("Reason", "ORDER_UPDATE"), ("Amount", "5")];
    account.submission(&account.send("PUT", "Actions", &change));
    assert_eq!(amounts("S2"), ["25.00", "5.00"], "an action's id means that one");

    let all = [("ActionTrackerId", sale.as_str()), ("OrderId", "S2"), ("DispositionCode", "CONS_FRAUD")];
    account.submission(&account.send("DELETE", "Actions", &all));
    assert!(account.actions_of("S2").iter().all(|it| it["State"] == "REVERSED"));
}

fn a_policy_that_is_none_is_named(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    for (field, value, what) in [
        ("credit", "fair", "Who is credited: It is last, first, linear, position or time_decay."),
        ("parent", "1", "Parent: It is this event type itself, or has it for a parent."),
        ("parent", "77", "Parent: The program has no such event type."),
        ("settle_hours", "721", "Hours: It is at most 720 hours, which is 30 days."),
        ("settle_hours", "soon", "Hours: It is a whole number."),
    ] {
        let mut pairs = vec![("name", "Online sale"), ("credit", "last"), ("parent", ""), ("settle_hours", "24")];
        pairs.iter_mut().find(|(name, _)| *name == field).expect("a field").1 = value;
        let reply = owner.post("/settings/event-types/1/1", &pairs);
        assert_eq!(reply.status, 422);
        assert!(reply.text().contains(what), "{what}: {}", reply.text());
    }
    let api = demo.api();
    for (field, value) in [("credit", json!("fair")), ("parent_id", json!(77)), ("settle_hours", json!(721))] {
        let mut body = json!({ "program_id": 1, "name": "Renewal", "category": "sale" });
        body[field] = value;
        let reply = api.post("/api/v1/event-types", "application/json", &body.to_string());
        assert_eq!(
            (reply.status, &reply.json()["error"]["fields"][0]["field"]),
            (400, &json!(field)),
            "{}",
            reply.text()
        );
    }
}

fn a_renewal_goes_to_whoever_earned_the_subscription(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    choose(&demo, "linear");
    let api = demo.api();
    let body = json!({ "program_id": 1, "code": "renewal", "name": "Renewal", "category": "sale", "parent_id": 1 });
    let made = api.post("/api/v1/event-types", "application/json", &body.to_string());
    assert_eq!(made.status, 201, "{}", made.text());
    let renewal = made.json()["id"].to_string();
    let owner = demo.sign_in("/user");
    let field = format!("payout_{renewal}");
    let terms =
        [("program", "1"), ("referral_window_days", "30"), ("lock_days", "30"), ("payout_1", "8%"), (&field, "4%")];
    assert_eq!(owner.post("/settings/terms", &terms).status, 303);
    demo.advance("2s");

    let cookie = follow(&demo, &[1, 2]);
    assert_eq!(report(&demo, &cookie, "P1", "100.00").len(), 2);
    let account = demo.account();
    let renew = |order: &str, parent: &str| {
        let pairs = [
            ("CampaignId", "1"),
            ("EventTypeCode", "renewal"),
            ("EventDate", "NOW"),
            ("OrderId", order),
            ("ParentOrderId", parent),
            ("Amount", "50.00"),
        ];
        account.submission(&account.send("POST", "Conversions", &pairs))
    };
    assert_eq!(renew("R1", "P1")["Result"], "APPLIED");
    let told = account.actions_of("R1");
    assert_eq!(told.len(), 1, "the contract of Sole Search pays for no renewal: its share is paid to nobody");
    let action = (&told[0]["MediaPartnerName"], &told[0]["ReferringType"], &told[0]["Amount"], &told[0]["Payout"]);
    assert_eq!(action, (&json!("Deal Harbour"), &json!("ACTION"), &json!("25.00"), &json!("1.00")));
    let long = "x".repeat(65);
    let fields = [
        ("CampaignId", "1"),
        ("EventTypeCode", "renewal"),
        ("EventDate", "NOW"),
        ("OrderId", "R3"),
        ("ParentOrderId", &long),
    ];
    let refused = account.send("POST", "Conversions", &fields);
    assert_eq!((refused.status, &refused.json()["errors"][0]["field"]), (400, &json!("ParentOrderId")));
    let nobody = renew("R2", "P2");
    assert_eq!(nobody["ErrorReason"], "NO_VALID_ACTION_REF");
    let page = owner.get("/orders?id=R2").text();
    assert!(page.contains("there is no action of it under the parent order"), "{page}");
}
