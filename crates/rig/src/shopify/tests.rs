//! The made-up shop's figures add up in every body that it sends.

use serde_json::{Value, json};

use super::*;

/// In the smallest unit: `129.90` is 12 990.
fn units(value: &Value) -> i64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let whole: i64 = whole.trim_start_matches('-').parse().expect("a number");
    sign * (whole * 100 + format!("{rest:0<2}")[..2].parse::<i64>().expect("a number"))
}

fn sum(list: &Value, of: impl Fn(&Value) -> i64) -> i64 {
    list.as_array().expect("a list").iter().map(of).sum()
}

fn bag(value: &Value) -> i64 {
    units(&value["shop_money"]["amount"])
}

fn taxes(value: &Value) -> i64 {
    sum(&value["tax_lines"], |it| bag(&it["price_set"]))
}

fn is_tip(line: &Value) -> bool {
    line["tip_payment_gateway"].is_string()
}

/// Plain amounts are those of their bags, and every total is the sum of its parts.
fn check(order: &Value) {
    for (name, value) in order.as_object().expect("an object") {
        if let Some(plain) = name.strip_suffix("_set").and_then(|name| order.get(name)) {
            assert_eq!(units(plain), bag(value), "{name}");
        }
    }
    let included = order["taxes_included"] == true;
    let gross = |it: &Value| bag(&it["price_set"]) * it["quantity"].as_i64().unwrap();
    let off = |it: &Value| sum(&it["discount_allocations"], |it| bag(&it["amount_set"]));
    let lines = &order["line_items"];
    let goods = |of: &dyn Fn(&Value) -> i64| sum(lines, |it| if is_tip(it) { 0 } else { of(it) });
    let shipping = &order["shipping_lines"];
    let shipping_off = sum(shipping, off);
    assert_eq!(bag(&order["total_line_items_price_set"]), goods(&gross));
    assert_eq!(bag(&order["total_discounts_set"]), goods(&off) + shipping_off);
    assert_eq!(bag(&order["subtotal_price_set"]), goods(&|it| gross(it) - off(it)));
    assert_eq!(units(&order["total_tip_received"]), sum(lines, |it| if is_tip(it) { gross(it) } else { 0 }));
    let tax = sum(lines, taxes) + sum(shipping, taxes);
    assert_eq!(bag(&order["total_tax_set"]), tax);
    assert_eq!(taxes(order), tax);
    let carried = sum(shipping, |it| bag(&it["price_set"])) - shipping_off;
    let total = bag(&order["subtotal_price_set"]) + carried + units(&order["total_tip_received"]);
    assert_eq!(bag(&order["total_price_set"]), total + if included { 0 } else { tax });
    check_current(order, included);
}

/// What is current is what there was less what went back.
fn check_current(order: &Value, included: bool) {
    let refunds = &order["refunds"];
    let back = |of: &dyn Fn(&Value) -> i64| sum(refunds, |it| sum(&it["refund_line_items"], of));
    let of_tip = |it: &Value| is_tip(&it["line_item"]);
    let goods_back = back(&|it| if of_tip(it) { 0 } else { bag(&it["subtotal_set"]) });
    assert_eq!(bag(&order["current_subtotal_price_set"]), bag(&order["subtotal_price_set"]) - goods_back);
    let shipping_tax = sum(refunds, |it| sum(&it["refund_shipping_lines"], |it| bag(&it["tax_amount_set"])));
    let tax_back = back(&|it| bag(&it["total_tax_set"])) + shipping_tax;
    assert_eq!(bag(&order["current_total_tax_set"]), bag(&order["total_tax_set"]) - tax_back);
    let shipping_back = sum(refunds, |it| sum(&it["refund_shipping_lines"], |it| bag(&it["subtotal_amount_set"])));
    let all_back = back(&|it| bag(&it["subtotal_set"])) + shipping_back;
    let all_back = all_back + if included { 0 } else { tax_back };
    assert_eq!(bag(&order["current_total_price_set"]), bag(&order["total_price_set"]) - all_back);
    for line in order["line_items"].as_array().unwrap() {
        let gone = |it: &Value| if it["line_item_id"] == line["id"] { it["quantity"].as_i64().unwrap() } else { 0 };
        assert_eq!(line["current_quantity"].as_i64().unwrap(), line["quantity"].as_i64().unwrap() - back(&gone));
    }
    for refund in refunds.as_array().unwrap() {
        check_refund(refund, included);
    }
}

/// Money that was sent is what was reckoned less the discrepancy.
fn check_refund(refund: &Value, included: bool) {
    let added = |subtotal: i64, tax: i64| subtotal + if included { 0 } else { tax };
    let lines = sum(&refund["refund_line_items"], |it| added(bag(&it["subtotal_set"]), bag(&it["total_tax_set"])));
    let shipping =
        sum(&refund["refund_shipping_lines"], |it| added(bag(&it["subtotal_amount_set"]), bag(&it["tax_amount_set"])));
    let of_kind = |kind: &'static str| {
        move |it: &Value| if it["kind"] == kind { bag(&it["amount_set"]) + bag(&it["tax_amount_set"]) } else { 0 }
    };
    assert_eq!(sum(&refund["order_adjustments"], of_kind("shipping_refund")), -shipping);
    let discrepancy = sum(&refund["order_adjustments"], of_kind("refund_discrepancy"));
    let money = sum(&refund["transactions"], |it| units(&it["amount"]));
    if !refund["transactions"].as_array().unwrap().is_empty() {
        assert_eq!(money, lines + shipping - discrepancy, "{refund}");
    }
    for line in refund["refund_line_items"].as_array().unwrap() {
        assert_eq!(units(&line["subtotal"]), bag(&line["subtotal_set"]));
    }
}

fn rich(taxes_included: bool) -> Order {
    Order {
        lines: vec![
            Line::goods("BOOT", 12_990, 3),
            Line::goods("SOCK", 1_501, 7),
            Line { kind: Kind::Untaxed, ..Line::goods("BOOK", 2_499, 1) },
            Line::gift_card(5_000),
            Line::tip(300),
        ],
        tax: 1_900,
        taxes_included,
        shipping: 599,
        discounts: vec![
            Discount::OfLine { title: "Scratched".into(), line: 0, units: 1_000 },
            Discount::Code { code: "TEN".into(), basis_points: 1_000 },
            Discount::Amount { code: "FIVE".into(), units: 500 },
        ],
        customer: Some(Customer::new(1, "ada@example.com")),
        paid: true,
        ..Order::default()
    }
}

#[test]
fn every_body_adds_up() {
    for taxes_included in [false, true] {
        let shop = FakeShop::start(Options::default());
        let id = shop.order(rich(taxes_included)).id;
        check(&shop.payload(id));
        let lines = vec![(0, 1), (1, 2)];
        let refund = Refund { lines, shipping: 599, ..Refund::default() };
        check_refund(&shop.refund(id, refund).of("refunds/create").json(), taxes_included);
        check(&shop.payload(id));
        shop.edit(
            id,
            Edit {
                quantities: vec![(1, -2), (2, 1)],
                additions: vec![Line::goods("HAT", 3_333, 2)],
                ..Edit::default()
            },
        );
        check(&shop.payload(id));
        let exactly = RefundMoney::Exactly(1_000);
        shop.refund(id, Refund { lines: vec![(0, 1)], money: exactly, ..Refund::default() });
        check(&shop.payload(id));
        shop.cancel(id);
        let gone = shop.payload(id);
        check(&gone);
        assert_eq!(
            (bag(&gone["current_total_price_set"]), &gone["financial_status"]),
            (0, &json!("partially_refunded"))
        );
        assert_eq!(gone["cancel_reason"], "customer");
    }
}

#[test]
fn an_edit_takes_out_with_and_without_a_refund() {
    let shop = FakeShop::start(Options::default());
    for without_refund in [false, true] {
        let id = shop.order(rich(true)).id;
        let edit = Edit { quantities: vec![(0, -1)], without_refund, ..Edit::default() };
        let done = shop.edit(id, edit);
        let body = shop.payload(id);
        assert_eq!(body["refunds"].as_array().unwrap().is_empty(), without_refund);
        assert_eq!(body["line_items"][0]["current_quantity"], 2);
        let changes = &done.of("orders/edited").json()["order_edit"]["line_items"];
        assert_eq!(changes["removals"], json!([{ "id": body["line_items"][0]["id"], "delta": 1 }]));
    }
}

#[test]
fn tax_is_in_the_price_or_comes_on_top() {
    let shop = FakeShop::start(Options::default());
    let order = |taxes_included| Order {
        lines: vec![Line::goods("A", 10_200, 1)],
        tax: 2_000,
        taxes_included,
        ..Order::default()
    };
    let with = shop.payload(shop.order(order(true)).id);
    assert_eq!([&with["total_price"], &with["total_tax"], &with["subtotal_price"]], ["102.00", "17.00", "102.00"]);
    let on_top = shop.payload(shop.order(order(false)).id);
    assert_eq!([&on_top["total_price"], &on_top["total_tax"]], ["122.40", "20.40"]);
}

#[test]
fn numbers_are_beyond_those_of_javascript() {
    let shop = FakeShop::start(Options::default());
    let body = shop.payload(shop.order(rich(true)).id);
    for id in [&body["id"], &body["line_items"][0]["id"], &body["customer"]["id"]] {
        assert!(id.as_u64().unwrap() > 1 << 53, "{id}");
    }
    assert!(String::from_utf8_lossy(&body.to_string().into_bytes()).contains(&format!("\"id\":{}", body["id"])));
}

#[test]
fn an_order_brings_its_webhooks() {
    let shop = FakeShop::start(Options::default());
    let done = shop.order(rich(true));
    let topics: Vec<_> = done.deliveries.iter().map(|it| it.topic.as_str()).collect();
    assert_eq!(topics, ["orders/create", "orders/paid", "orders/updated"]);
    let events: Vec<_> = done.deliveries.iter().map(|it| &it.event_id).collect();
    assert!(events.iter().all(|it| *it == events[0]));
    assert_ne!(done.deliveries[0].webhook_id, done.deliveries[1].webhook_id);
    assert_eq!(shop.take().len(), 3);
    assert!(shop.take().is_empty());
    let cancelled = shop.cancel(done.id);
    assert_eq!(cancelled.of("refunds/create").json()["order_id"], json!(done.id));
}

#[test]
fn two_shops_have_nothing_in_common() {
    let id = |domain: &str| {
        let shop = FakeShop::start(Options { domain: domain.into(), ..Options::default() });
        shop.order(rich(true)).deliveries[0].webhook_id.clone()
    };
    assert_ne!(id("one.myshopify.com"), id("two.myshopify.com"));
}

#[test]
fn a_buyer_pays_in_another_currency() {
    let shop = FakeShop::start(Options::default());
    let presentment = Some(Presentment { currency: "GBP".into(), rate: 870_000 });
    let id = shop.order(Order { presentment, ..rich(true) }).id;
    let body = shop.payload(id);
    assert_eq!((&body["currency"], &body["presentment_currency"]), (&json!("EUR"), &json!("GBP")));
    assert_eq!(body["line_items"][0]["price_set"]["presentment_money"]["amount"], "113.01");
    check(&body);
}

#[test]
fn webhooks_are_sent_again_until_they_are_taken() {
    let nobody = Port::free();
    let address = format!("http://{}/webhooks", nobody.address());
    let shop = FakeShop::start(Options { webhooks: address, ..Options::default() });
    shop.order(Order { lines: vec![Line::goods("A", 100, 1)], ..Order::default() });
    for _ in 0..8 {
        assert_eq!(shop.pump(), 2);
    }
    assert_eq!(shop.pump(), 0, "after eight tries it is given up");
}

fn ask(shop: &FakeShop, token: &str, query: &str, variables: Value) -> (u16, Value) {
    use std::io::{Read, Write};
    let body = json!({ "query": query, "variables": variables }).to_string();
    let mut stream = TcpStream::connect(shop.port.address()).unwrap();
    let head =
        format!("POST /admin/api/{VERSION}/graphql.json HTTP/1.1\r\nhost: x\r\nX-Shopify-Access-Token: {token}\r\n");
    write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer[9..12].parse().unwrap();
    (status, serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap())
}

fn token(shop: &FakeShop) -> String {
    let body = json!({
        "client_id": shop.api_key(),
        "client_secret": shop.secret(),
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": shop.session_token(),
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": "1",
    });
    let request = Request { body: body.to_string().into_bytes(), ..Request::default() };
    let answer = oauth::access_token(&mut lock(&shop.script.world), &request);
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let said: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(said["expires_in"], 3_599);
    said["access_token"].as_str().unwrap().to_owned()
}

const CHANGED: &str = "query($since: String!, $after: String) {
    orders(first: 2, after: $after, query: $since, sortKey: UPDATED_AT) {
        nodes { legacyResourceId updatedAt currentSubtotalPriceSet { shopMoney { amount currencyCode } } refunds(first: 5) { id } }
        pageInfo { hasNextPage endCursor }
    }
}";

#[test]
fn orders_are_read_page_by_page_also_while_they_change() {
    let shop = FakeShop::start(Options::default());
    let token = token(&shop);
    shop.set_time(1_795_763_838);
    let ids: Vec<_> = (0..5).map(|i| shop.order(Order { at: Some(1_795_760_000 + i * 60), ..rich(true) }).id).collect();
    let since = "updated_at:>='2026-11-27T06:14:00Z' AND status:any";
    let (status, first) = ask(&shop, &token, CHANGED, json!({ "since": since }));
    assert_eq!(status, 200, "{first}");
    let orders = &first["data"]["orders"];
    assert_eq!(orders["nodes"][0]["legacyResourceId"], ids[1].to_string(), "the first is too old: {first}");
    // What was on the first page moves to the end.
    shop.touch(ids[1]);
    let (_, second) = ask(&shop, &token, CHANGED, json!({ "since": since, "after": orders["pageInfo"]["endCursor"] }));
    let found: Vec<_> = second["data"]["orders"]["nodes"].as_array().unwrap().iter().collect();
    assert_eq!(
        found.iter().map(|it| &it["legacyResourceId"]).collect::<Vec<_>>(),
        [&ids[3].to_string(), &ids[4].to_string()]
    );
    assert_eq!(second["data"]["orders"]["pageInfo"]["hasNextPage"], true);
}

#[test]
fn the_admin_says_no() {
    let shop = FakeShop::start(Options::default());
    let good = token(&shop);
    assert_eq!(ask(&shop, "nonsense", "{ shop { name } }", json!({})).0, 401);
    assert_eq!(ask(&shop, &good, "{ shop { name } }", json!({})).1["data"]["shop"]["name"], "Made-up Shop");
    shop.throttle(1);
    let (status, throttled) = ask(&shop, &good, "{ shop { name } }", json!({}));
    assert_eq!((status, &throttled["errors"][0]["extensions"]["code"]), (200, &json!("THROTTLED")));
    let (_, unknown) = ask(&shop, &good, "{ shop { colour } }", json!({}));
    assert_eq!(unknown["errors"][0]["message"], "Field 'colour' doesn't exist on type 'Shop'");
    shop.expire_tokens();
    assert_eq!(ask(&shop, &good, "{ shop { name } }", json!({})).0, 401);
    shop.uninstall();
    assert!(!shop.is_installed());
}

#[test]
fn an_app_asks_for_webhooks_by_itself() {
    let shop = FakeShop::start(Options::default());
    let token = token(&shop);
    let text = "mutation($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
        webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) { webhookSubscription { id uri } userErrors { field message } } }";
    let create = |topic: &str| ask(&shop, &token, text, json!({ "topic": topic, "to": { "uri": "http://x/hooks" } })).1;
    let made = create("ORDERS_CREATE");
    assert_eq!(made["data"]["webhookSubscriptionCreate"]["userErrors"], json!([]), "{made}");
    assert_eq!(shop.subscriptions(), [("orders/create".to_owned(), "http://x/hooks".to_owned())]);
    let again = create("ORDERS_CREATE");
    let message = &again["data"]["webhookSubscriptionCreate"]["userErrors"][0]["message"];
    assert_eq!(message, "Address for this topic has already been taken");
    assert_ne!(create("SHOP_REDACT")["data"]["webhookSubscriptionCreate"]["userErrors"], json!([]));
    let (_, list) = ask(&shop, &token, "{ webhookSubscriptions(first: 9) { nodes { topic } } }", json!({}));
    assert_eq!(list["data"]["webhookSubscriptions"]["nodes"], json!([{ "topic": "ORDERS_CREATE" }]));
}
