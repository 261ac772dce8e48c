//! Everything that Shopify signs, once each, for Shopify's own library to judge.

use serde_json::{Value, json};

use super::{Customer, Edit, FakeShop, Line, Options, Order, Refund};

/// Webhooks of every topic in both families of headers, queries of the admin and of the app proxy, and a session token.
pub fn signed() -> Value {
    let shop = FakeShop::start(Options::default());
    let customer = Customer::new(1, "ada@example.com");
    let order = Order {
        // Signatures are over bytes, whatever letters they are.
        lines: vec![Line { title: "Größe 42 – „Ridge“ 靴".into(), ..Line::goods("BOOT", 12_000, 2) }],
        tax: 2_000,
        taxes_included: true,
        shipping: 490,
        attributes: vec![("__pt".into(), "made-up-click".into())],
        customer: Some(customer.clone()),
        ..Order::default()
    };
    let id = shop.order(order).id;
    shop.pay(id);
    shop.refund(id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    shop.edit(id, Edit { additions: vec![Line::goods("SOCK", 1_500, 1)], ..Edit::default() });
    shop.cancel(id);
    shop.request_data(&customer);
    shop.redact_customer(&customer);
    shop.uninstall();
    shop.redact_shop();
    let both = shop.take().into_iter().flat_map(|it| [it.clone(), it.as_event()]);
    let webhooks = both.map(|it| {
        let body = String::from_utf8_lossy(&it.body).into_owned();
        json!({ "topic": it.topic, "headers": it.headers(), "body": body })
    });
    json!({
        "apiKey": shop.api_key(),
        "secret": shop.secret(),
        "domain": shop.domain(),
        "webhooks": webhooks.collect::<Vec<_>>(),
        "appProxy": [
            shop.proxy_query(&[]),
            shop.proxy_query(&[("page", "1 & 2"), ("tag", "a"), ("tag", "b")]),
        ],
        "admin": [shop.app_query(), shop.callback_query("state-1")],
        "sessionToken": shop.session_token(),
    })
}
