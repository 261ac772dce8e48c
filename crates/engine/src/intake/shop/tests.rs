//! What an order of a shop comes to, to the cent, and what its signatures prove.

use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use referee_core::config::ConfigEntry;
use referee_core::fact::{ClickPath, ClickRef};
use referee_core::id::{AdId, ClickNo, PartnerId, ProgramId};
use referee_core::program::{PromoCode, Standing};
use referee_core::time::Zone;
use serde_json::{Value, json};

use super::payload::refund_webhook;
use super::read::Read;
use super::signature::{is_admin_query, is_app_proxy, is_shop_domain, is_webhook, session_shop};
use super::*;
use crate::intake::click_id::seal;
use crate::intake::hex::hex;

fn line(id: u64, price: &str, quantity: u32) -> Value {
    json!({
        "id": id, "sku": format!("SKU-{id}"), "title": "Boot", "vendor": "Ridge", "product_id": 7, "quantity": quantity,
        "current_quantity": quantity, "price": price, "price_set": {"shop_money": {"amount": price}},
        "gift_card": false, "tax_lines": [], "discount_allocations": [], "properties": [{"name": "range", "value": "Winter"}],
    })
}

fn with(mut line: Value, field: &str, value: Value) -> Value {
    line[field] = value;
    line
}

fn tax(amount: &str) -> Value {
    json!([{"price": amount, "price_set": {"shop_money": {"amount": amount}}, "rate": 0.2}])
}

fn discount(amounts: &[&str]) -> Value {
    amounts.iter().map(|it| json!({"amount": it, "amount_set": {"shop_money": {"amount": it}}})).collect()
}

fn order(lines: Vec<Value>) -> Value {
    json!({
        "id": 820_982_911_946_154_508_u64, "name": "#1001", "created_at": "2026-11-23T10:00:00-05:00",
        "updated_at": "2026-11-23T10:00:05-05:00", "currency": "EUR", "presentment_currency": "EUR",
        "financial_status": "paid", "cancelled_at": null, "test": false, "taxes_included": false, "line_items": lines,
        "refunds": [], "note_attributes": [], "landing_site": "/wallets/checkouts.json", "discount_codes": [],
    })
}

fn read(body: &Value) -> ReadOrder {
    order_webhook(body, &CategoryFrom::Vendor).unwrap()
}

/// What the lines of an order come to.
fn amounts(body: &Value) -> Vec<i64> {
    read(body).lines.iter().map(|line| line.item.amount.0 / 10_000).collect()
}

#[test]
fn numbers_are_whole_and_moments_have_their_zone() {
    let read = read(&order(vec![line(866_550_311_766_439_020, "12.50", 2)]));
    assert_eq!((read.id, read.lines[0].id), (820_982_911_946_154_508, 866_550_311_766_439_020));
    assert_eq!(read.created_at, Timestamp(1_795_446_000_000));
    assert_eq!(
        (read.lines[0].item.sku.as_str(), read.lines[0].item.category.as_str()),
        ("SKU-866550311766439020", "Ridge")
    );
    assert!(read.paid && read.cancelled.is_none() && !read.test && read.presentment.is_none());
}

#[test]
fn what_is_paid_for_is_the_price_less_discounts_without_tax() {
    let plain = line(1, "100.00", 2);
    assert_eq!(amounts(&order(vec![plain.clone()])), [20_000]);
    let discounted = with(plain.clone(), "discount_allocations", discount(&["10.00", "2.35"]));
    assert_eq!(amounts(&order(vec![discounted.clone()])), [18_765]);
    let taxed = with(discounted, "tax_lines", tax("31.28"));
    assert_eq!(amounts(&order(vec![taxed.clone()])), [18_765], "tax comes on top");
    let included = with(order(vec![taxed]), "taxes_included", json!(true));
    assert_eq!(amounts(&included), [15_637], "tax is in the price");
    // As in public samples: 102.00 with 17.00 of tax in it.
    let sample =
        with(order(vec![with(line(1, "102.00", 1), "tax_lines", tax("17.00"))]), "taxes_included", json!(true));
    assert_eq!(amounts(&sample), [8_500]);
}

#[test]
fn gift_cards_tips_shipping_and_duties_are_nothing_that_was_earned() {
    let card = with(line(2, "50.00", 1), "gift_card", json!(true));
    let tip = with(line(3, "5.00", 1), "tip_payment_gateway", json!("shopify_payments"));
    let old_tip = with(line(4, "5.00", 1), "tip", json!({"payment_gateway": "bogus"}));
    let with_duties = with(line(1, "100.00", 1), "duties", json!([{"shop_money": {"amount": "9.00"}}]));
    let mut body = order(vec![with_duties, card, tip, old_tip]);
    body["shipping_lines"] = json!([{"price": "7.90", "price_set": {"shop_money": {"amount": "7.90"}}}]);
    body["total_tip_received"] = json!("10.00");
    assert_eq!(amounts(&body), [10_000]);
    assert!(amounts(&order(vec![with(line(2, "50.00", 1), "gift_card", json!(true))])).is_empty());
}

#[test]
fn the_ledger_is_in_the_shops_money_and_the_buyers_is_kept_beside_it() {
    let mut both = line(1, "100.00", 1);
    both["price_set"] = json!({"shop_money": {"amount": "100.00"}, "presentment_money": {"amount": "117.00"}});
    let mut body = with(order(vec![both]), "presentment_currency", json!("USD"));
    body["subtotal_price_set"] = json!({"presentment_money": {"amount": "117.00", "currency_code": "USD"}});
    let read = read(&body);
    assert_eq!((read.currency.as_str(), read.lines[0].item.amount), ("EUR", Money(100_000_000)));
    assert_eq!(read.presentment, Some(("USD".into(), "117.00".into())));
}

#[test]
fn currencies_without_decimals_have_none() {
    let body = with(
        order(vec![with(line(1, "12000", 2), "discount_allocations", discount(&["1000"]))]),
        "currency",
        json!("JPY"),
    );
    assert_eq!(read(&body).lines[0].item.amount, Money(23_000_000_000));
}

#[test]
fn amounts_pass_through_no_float() {
    let odd = with(line(1, "0.10", 3), "price_set", json!({"shop_money": {"amount": 0.1}}));
    let why = order_webhook(&order(vec![odd]), &CategoryFrom::Vendor).unwrap_err();
    assert_eq!(why.to_string(), "price is no decimal text");
    let old = with(line(1, "0.10", 3), "price_set", Value::Null);
    assert_eq!(amounts(&order(vec![old])), [30]);
}

#[test]
fn what_an_edit_took_out_is_told_from_what_went_back() {
    let mut body = order(vec![with(line(1, "10.00", 5), "current_quantity", json!(2))]);
    body["refunds"] = json!([{
        "id": 9, "created_at": "2026-11-24T10:00:00Z", "transactions": [], "order_adjustments": [],
        "refund_line_items": [{"line_item_id": 1, "quantity": 2, "subtotal": "20.00", "total_tax": "0.00"}],
    }]);
    let read = read(&body);
    assert_eq!((read.lines[0].removed, read.lines[0].item.quantity), (1, 5));
    assert_eq!(read.refunds[0].lines[0].amount, Money(20_000_000), "without any transaction");
}

#[test]
fn of_a_refund_shipping_is_nothing_and_a_discrepancy_counts() {
    let adjustment = |kind: &str, amount: &str| json!({"id": 1, "kind": kind, "amount": amount, "amount_set": {"shop_money": {"amount": amount}}, "tax_amount": "0.00"});
    let body = json!({
        "id": 929_361_464_778_521_120_u64, "order_id": 820_982_911_946_154_508_u64, "created_at": "2026-11-24T10:00:00+01:00",
        "transactions": [], "order_adjustments": [adjustment("shipping_refund", "-7.90"), adjustment("refund_discrepancy", "-5.00")],
        "refund_line_items": [{
            "line_item_id": 2, "quantity": 1, "subtotal": 102.0, "subtotal_set": {"shop_money": {"amount": "102.00"}},
            "total_tax_set": {"shop_money": {"amount": "17.00"}},
        }],
    });
    let (order_id, refund, at) = refund_webhook(&body).unwrap();
    assert_eq!(
        (order_id, refund.id, at),
        (820_982_911_946_154_508, 929_361_464_778_521_120, Timestamp(1_795_510_800_000))
    );
    assert_eq!(refund.adjustment, Money(-5_000_000));
    let back = RefundedLine { line: 2, quantity: 1, amount: Money(102_000_000), tax: Money(17_000_000) };
    assert_eq!(refund.lines, [back]);
}

#[test]
fn what_is_cancelled_or_unpaid_or_a_test_is_said() {
    let mut body = order(vec![line(1, "10.00", 1)]);
    for (reason, expected) in [("fraud", "CONS_FRAUD"), ("customer", "ITEM_RETURNED"), ("???", "OTHER")] {
        body["cancelled_at"] = json!("2026-11-25T00:00:00Z");
        body["cancel_reason"] = json!(reason);
        assert_eq!(read(&body).cancelled.as_deref(), Some(expected));
        assert!(crate::intake::change::REASONS.contains(&expected));
    }
    for (status, paid) in [
        ("pending", false),
        ("authorized", false),
        ("partially_paid", false),
        ("voided", false),
        ("refunded", true),
        ("PARTIALLY_REFUNDED", true),
    ] {
        body["financial_status"] = json!(status);
        assert_eq!(read(&body).paid, paid, "{status}");
    }
    body["test"] = json!(true);
    assert!(read(&body).test);
}

#[test]
fn an_order_without_lines_is_one_and_what_is_none_says_what_it_lacks() {
    assert!(amounts(&order(Vec::new())).is_empty());
    let lacks = |field: &str, value: Value| {
        let body = with(order(vec![line(1, "10.00", 1)]), field, value);
        order_webhook(&body, &CategoryFrom::Vendor).unwrap_err().to_string()
    };
    assert_eq!(lacks("id", json!(1.5)), "id is no number of the shop");
    assert_eq!(lacks("currency", json!("???")), "currency is no currency");
    assert_eq!(lacks("created_at", Value::Null), "created_at is no moment");
    assert_eq!(lacks("line_items", json!([{"id": 1, "quantity": -1}])), "quantity is no quantity");
    let many = (0..1_001).map(|n| line(n, "1.00", 1)).collect();
    assert_eq!(lacks("line_items", Value::Array(many)), "line_items are more than an order can have");
}

#[test]
fn the_admin_interface_says_the_same_of_an_order() {
    let bag = |amount: &str| json!({"shopMoney": {"amount": amount}});
    let said = json!({
        "id": "gid://shopify/Order/820982911946154508", "name": "#1001", "createdAt": "2026-11-23T15:00:00Z",
        "updatedAt": "2026-11-23T15:00:05Z", "cancelledAt": null, "cancelReason": null, "test": false, "currencyCode": "EUR",
        "presentmentCurrencyCode": "EUR", "displayFinancialStatus": "PARTIALLY_REFUNDED", "taxesIncluded": true,
        "email": "ann@example.com", "phone": null, "customAttributes": [{"key": "__pt", "value": "x"}],
        "discountCodes": ["TRAIL10"], "totalTipReceivedSet": bag("5.00"), "customer": {"id": "gid://shopify/Customer/115310627314723954"},
        "customerJourneySummary": {"firstVisit": {"landingPage": "https://s.example/a"}, "lastVisit": {"landingPage": "https://s.example/b"}},
        "lineItems": {"nodes": [
            {"id": "gid://shopify/LineItem/1", "sku": "SKU-1", "title": "Boot", "vendor": "Ridge", "quantity": 2, "currentQuantity": 1,
             "isGiftCard": false, "product": {"id": "gid://shopify/Product/7"}, "originalUnitPriceSet": bag("100.00"),
             "discountAllocations": [{"allocatedAmountSet": bag("20.00")}], "taxLines": [{"priceSet": bag("30.00")}], "customAttributes": []},
            {"id": "gid://shopify/LineItem/2", "sku": null, "title": "Tip", "vendor": null, "quantity": 1, "currentQuantity": 1,
             "isGiftCard": false, "product": null, "originalUnitPriceSet": bag("5.00"), "discountAllocations": [], "taxLines": []},
            {"id": "gid://shopify/LineItem/3", "sku": "G", "title": "Card", "vendor": "Ridge", "quantity": 1, "currentQuantity": 1,
             "isGiftCard": true, "product": {"id": "gid://shopify/Product/8"}, "originalUnitPriceSet": bag("50.00"), "discountAllocations": [], "taxLines": []},
        ]},
        "refunds": [{
            "id": "gid://shopify/Refund/9", "createdAt": "2026-11-24T10:00:00Z",
            "refundLineItems": {"nodes": [{"quantity": 1, "subtotalSet": bag("90.00"), "totalTaxSet": bag("15.00"), "lineItem": {"id": "gid://shopify/LineItem/1"}}]},
            "orderAdjustments": {"nodes": [{"amountSet": bag("-2.00")}]},
        }],
    });
    let by_admin = order_of_admin(&said, &CategoryFrom::Vendor).unwrap();
    let first =
        with(with(line(1, "100.00", 2), "discount_allocations", discount(&["20.00"])), "tax_lines", tax("30.00"));
    let tip = with(line(2, "5.00", 1), "tip_payment_gateway", json!("x"));
    let card = with(line(3, "50.00", 1), "gift_card", json!(true));
    let mut body =
        with(order(vec![with(first, "current_quantity", json!(1)), tip, card]), "taxes_included", json!(true));
    body["refunds"] = json!([{
        "id": 9, "created_at": "2026-11-24T10:00:00Z", "order_adjustments": [{"kind": "refund_discrepancy", "amount": "-2.00"}],
        "refund_line_items": [{"line_item_id": 1, "quantity": 1, "subtotal": "90.00", "total_tax": "15.00"}],
    }]);
    let by_webhook = read(&body);
    assert_eq!((&by_admin.lines, &by_admin.refunds), (&by_webhook.lines, &by_webhook.refunds));
    assert_eq!(
        (by_admin.id, by_admin.created_at, by_admin.updated_at),
        (by_webhook.id, by_webhook.created_at, by_webhook.updated_at)
    );
    assert_eq!(by_admin.buyer.journey, ["https://s.example/b", "https://s.example/a"]);
    assert_eq!(by_admin.buyer.customer, "115310627314723954");
}

const PROGRAM: ProgramId = ProgramId(7);

fn keys() -> BrandKeys {
    BrandKeys::new([1; 32], vec![(1, [2; 64])])
}

fn program() -> Program {
    Program {
        id: PROGRAM,
        name: "Shop".into(),
        currency: Currency(*b"EUR"),
        zone: Zone::default(),
        standing: Standing::Active,
        default_landing_url: String::new(),
        permitted_hosts: Vec::new(),
        tracking_hosts: Vec::new(),
        click_param: "pt".into(),
        cookie_days: 30,
    }
}

/// The fact that an order comes to.
fn fact(order: ReadOrder) -> ShopOrderSeen {
    let mut config = Config::default();
    config.set(ConfigEntry::PromoCode(PromoCode::plain(PROGRAM, "TRAIL10".into(), PartnerId(11))));
    let (keys, program) = (keys(), program());
    let context = ShopContext {
        config: &config,
        keys: &keys,
        program: &program,
        event_type: EventTypeId(1),
        opens_when_paid: false,
        category: &CategoryFrom::Vendor,
        submission: SubmissionId([1; 16]),
        now: Timestamp(1_795_600_000_000),
    };
    let Fact::ShopOrderSeen(seen) = seen(order, &context).fact else { panic!("an order is an order") };
    seen
}

fn click(no: u64) -> String {
    let click = ClickRef {
        no: ClickNo(no << 22),
        program: PROGRAM,
        partner: PartnerId(11),
        ad: AdId(1),
        clicked_at: Timestamp(0),
        unrecorded: false,
    };
    seal(&keys(), &click).unwrap()
}

#[test]
fn the_surest_way_to_a_click_is_taken_first() {
    let plain = || read(&order(vec![line(1, "10.00", 1)]));
    let path = |order: ReadOrder| {
        let report = fact(order).report;
        (report.click.map(|click| click.no.0 >> 22), report.click_path.unwrap(), report.click_forged)
    };
    assert_eq!(path(plain()), (None, ClickPath::KnownCustomer, false));
    let mut order = plain();
    order.buyer.codes = vec!["summer".into(), "trail10".into()];
    assert_eq!(path(order.clone()), (None, ClickPath::DiscountCode, false));
    assert_eq!(fact(order.clone()).report.promo_code, "TRAIL10", "the one that a partner has");
    order.buyer.journey = vec![format!("https://shop.example/a?pt={}", click(3))];
    assert_eq!(path(order.clone()), (Some(3), ClickPath::Journey, false));
    order.buyer.landing = Some(format!("/products/boot?utm_source=x&irclickid={}", click(2)));
    assert_eq!(path(order.clone()), (Some(2), ClickPath::LandingAddress, false));
    order.buyer.attributes.insert(CART_ATTRIBUTE.into(), format!(" {} ", click(1)));
    assert_eq!(path(order.clone()), (Some(1), ClickPath::CartAttribute, false));
    order.buyer.attributes.insert(CART_ATTRIBUTE.into(), "made-up".into());
    assert_eq!(path(order.clone()), (Some(2), ClickPath::LandingAddress, false), "what can't be opened is passed by");
    order.buyer.attributes.insert(CONSENT_ATTRIBUTE.into(), "denied".into());
    assert_eq!(path(order), (None, ClickPath::DiscountCode, false), "whoever said no is not followed");
    let mut forged = plain();
    forged.buyer.attributes.insert(CART_ATTRIBUTE.into(), "made-up".into());
    assert_eq!(path(forged), (None, ClickPath::KnownCustomer, true));
}

#[test]
fn nothing_of_a_person_is_in_a_fact() {
    let mut body = order(vec![line(1, "10.00", 1)]);
    body["email"] = json!("Ann@Example.com");
    body["phone"] = json!("+4930123456");
    body["customer"] = json!({"id": 115_310_627_314_723_954_u64, "first_name": "Annabel", "email": "ann@example.com"});
    body["billing_address"] = json!({"country_code": "DE", "address1": "1 Quay Street"});
    body["browser_ip"] = json!("203.0.113.7");
    body["note"] = json!("for Annabel");
    // A line that somebody wrote for one buyer.
    let by_hand = with(with(line(2, "10.00", 1), "product_id", Value::Null), "title", json!("For Annabel"));
    body["line_items"].as_array_mut().unwrap().push(by_hand);
    let seen = fact(read(&body));
    let text = format!("{seen:?}");
    for personal in ["nnabel", "xample.com", "30123456", "115310627314723954", "203.0.113", "Quay"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let kinds: Vec<_> = seen.report.identifiers.iter().map(|it| it.kind).collect();
    use referee_core::identity::IdentifierKind::*;
    assert_eq!(kinds, [CustomerId, Email, Phone]);
    assert!(seen.report.fields.contains(&("customercountry".into(), "DE".into())));
    assert!(seen.report.fields.contains(&("referenceid".into(), "#1001".into())));
}

#[test]
fn webhooks_are_signed_over_their_bytes() {
    use base64::Engine;
    let mut mac = Hmac::<Sha256>::new_from_slice(b"hush").unwrap();
    mac.update(b"{\"id\":1}");
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert!(is_webhook("hush", b"{\"id\":1}", &signature));
    assert!(!is_webhook("hush", b"{\"id\": 1}", &signature));
    assert!(!is_webhook("other", b"{\"id\":1}", &signature));
    for broken in ["", "AAAA", "not base64 !", &signature[..20]] {
        assert!(!is_webhook("hush", b"{\"id\":1}", broken));
    }
}

/// The example of Shopify's documentation.
#[test]
fn the_published_query_of_an_app_proxy_is_signed() {
    let query = "extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555&signature=4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb";
    let then = Timestamp(1_317_327_555_000);
    assert!(is_app_proxy("hush", query, then));
    assert!(is_app_proxy("hush", query, then.plus_ms(90_000)));
    assert!(!is_app_proxy("hush", query, then.plus_ms(91_000)), "too late");
    assert!(!is_app_proxy("hush", &query.replace("extra=2", "extra=3"), then));
    assert!(!is_app_proxy("hush", &format!("{query}&shop=other.myshopify.com"), then), "two shops");
    assert!(!is_app_proxy("hush", &format!("{query}&signature=00"), then));
}

#[test]
fn a_query_of_the_admin_is_signed() {
    let signed = "code=0907a61c0c8d55e99db179b68161bc00&host=c2hvcA&shop=some-shop.myshopify.com&state=0.6784241404160823&timestamp=1337178173";
    let hmac = hex(&{
        let mut mac = Hmac::<Sha256>::new_from_slice(b"hush").unwrap();
        mac.update(signed.as_bytes());
        mac.finalize().into_bytes()
    });
    let now = Timestamp(1_337_178_173_000);
    assert!(is_admin_query("hush", &format!("hmac={hmac}&{signed}"), now));
    assert!(!is_admin_query("hush", &format!("hmac={hmac}&{}", signed.replace("some-shop", "other")), now));
    assert!(!is_admin_query("hush", signed, now));
    assert!(!is_admin_query("hush", &format!("hmac={hmac}&{signed}"), now.plus_ms(600_000)));
}

fn token(claims: &Value, header: &Value, secret: &str) -> String {
    use base64::Engine;
    let part = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signed}.{signature}")
}

#[test]
fn a_session_token_is_of_one_shop_and_app_and_time() {
    let claims = json!({
        "iss": "https://made-up.myshopify.com/admin", "dest": "https://made-up.myshopify.com", "aud": "key", "sub": "42",
        "exp": 1_060, "nbf": 1_000, "iat": 1_000, "jti": "x", "sid": "y",
    });
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let shop = |claims: &Value| session_shop("hush", "key", &token(claims, &header, "hush"), Timestamp(1_030_000));
    assert_eq!(shop(&claims).as_deref(), Some("made-up.myshopify.com"));
    for (name, value) in [
        ("aud", json!("other")),
        ("dest", json!("https://other.myshopify.com")),
        ("dest", json!("https://evil.example")),
        ("exp", json!(1_030)),
        ("nbf", json!(1_100)),
        ("iss", json!("https://evil.example/admin")),
        ("exp", Value::Null),
    ] {
        assert_eq!(shop(&with(claims.clone(), name, value)), None, "{name}");
    }
    let now = Timestamp(1_030_000);
    assert_eq!(session_shop("hush", "key", &token(&claims, &header, "other"), now), None);
    assert_eq!(session_shop("hush", "key", &token(&claims, &json!({"alg": "none"}), "hush"), now), None);
}

#[test]
fn only_shops_are_asked() {
    for good in ["made-up.myshopify.com", "a.myshopify.com"] {
        assert!(is_shop_domain(good), "{good}");
    }
    for bad in [
        "myshopify.com",
        ".myshopify.com",
        "a.b.myshopify.com",
        "evil.example/.myshopify.com",
        "x@y.myshopify.com",
        "A.myshopify.com",
        "made-up.myshopify.com.evil.example",
        "-a.myshopify.com",
        "127.0.0.1",
    ] {
        assert!(!is_shop_domain(bad), "{bad}");
    }
}

proptest! {
    #[test]
    fn no_body_makes_the_reader_panic(text in ".{0,80}", number in any::<i64>(), amount in "-?[0-9]{0,12}(\\.[0-9]{0,8})?") {
        let body = json!({"id": number, "created_at": text, "currency": text, "line_items": [{"id": number, "quantity": number, "price": amount}], "refunds": [{"id": text}]});
        let _: Read<_> = order_webhook(&body, &CategoryFrom::Vendor);
        let sane = with(order(vec![with(line(1, "1.00", 1), "price_set", json!({"shop_money": {"amount": amount}}))]), "landing_site", json!(text));
        if let Ok(order) = order_webhook(&sane, &CategoryFrom::Vendor) {
            fact(order);
        }
        is_app_proxy("s", &text, Timestamp(number));
        is_admin_query("s", &text, Timestamp(number));
        session_shop("s", "k", &text, Timestamp(number));
    }
}
