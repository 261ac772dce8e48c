//! Where people shop: products, a cart with attributes, a checkout, and the app's extensions as Shopify would run them.

use std::fs;

use serde_json::{Map, Value, json};

use super::order::{Customer, Discount, Kind, Line, Order, Placed};
use super::wire::{Answer, Request};
use super::{World, payload};

const SHIPPING: i64 = 490;

#[derive(Debug, Clone)]
pub struct Product {
    pub handle: String,
    pub line: Line,
}

impl Product {
    /// A few to start with.
    pub fn some() -> Vec<Product> {
        let one = |handle: &str, line: Line| Product { handle: handle.into(), line };
        let named = |title: &str, line: Line| Line { title: title.into(), ..line };
        vec![
            one("ridge-boot", named("Ridge Boot", Line::goods("BOOT-1", 12_000, 1))),
            one("wool-socks", named("Wool Socks", Line::goods("SOCK-1", 1_500, 1))),
            one("gift-card", Line::gift_card(5_000)),
        ]
    }
}

#[derive(Debug, Clone, Default)]
pub struct Cart {
    attributes: Vec<(String, String)>,
    /// Handles, and how many.
    lines: Vec<(String, u32)>,
}

/// What an order's last page shows.
#[derive(Debug, Clone)]
pub struct Checkout {
    order: u64,
    attributes: Vec<(String, String)>,
}

pub fn answer(world: &mut World, request: &Request, parts: &[&str]) -> Answer {
    let answer = match (request.method.as_str(), parts) {
        ("GET", [""]) => home(world),
        ("GET", ["products", handle]) => product(world, handle),
        ("POST", ["cart", "add"]) => add_by_form(world, request),
        ("POST", ["cart", "add.js"]) => add_by_script(world, request),
        ("GET", ["cart.js"]) => with_cart(world, request, |_, _| ()),
        ("POST", ["cart", "update.js"]) => update(world, request),
        ("GET", ["cart"]) => cart_page(world, request),
        ("GET", ["checkout"]) => checkout_page(world, request),
        ("POST", ["checkout"]) => buy(world, request),
        ("GET", ["checkouts", token, "thank-you"]) => thank_you(world, token),
        ("GET", ["extensions", extension, "assets", file]) => asset(world, extension, file),
        ("GET", ["made-up", "shopify.js"]) => Answer::script(include_str!("assets/shopify.js")),
        ("GET", ["made-up", "pixels.js"]) => Answer::script(include_str!("assets/pixels.js")),
        ("GET", ["made-up", "sandbox.js"]) => Answer::script(include_str!("assets/sandbox.js")),
        ("GET", ["made-up", "register.js"]) => {
            Answer::script("export const register = (extension) => shopify.extend('WebPixel::Render', extension);")
        }
        ("GET", ["made-up", "pixel.js"]) => pixel(world),
        _ => Answer::none(),
    };
    // Shopify remembers where a visitor came in.
    let is_page =
        request.method == "GET" && answer.status == 200 && !parts.last().is_some_and(|it| it.ends_with(".js"));
    if is_page && request.cookie("_landing_page").is_none() {
        let query = if request.query.is_empty() { String::new() } else { format!("?{}", request.query) };
        let landing = super::sign::percent(&format!("{}{query}", request.path));
        let referrer = super::sign::percent(request.header("referer"));
        let answer = answer.with("set-cookie", &format!("_landing_page={landing}; path=/; samesite=lax"));
        return answer.with("set-cookie", &format!("_orig_referrer={referrer}; path=/; samesite=lax"));
    }
    answer
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn page(world: &World, title: &str, body: &str, checkout: Option<Value>) -> Answer {
    let said = json!({
        "checkout": checkout,
        "settings": world.settings,
        "purposes": purposes(world),
        "init": {
            "customer": null, "cart": null, "purchasingCompany": null,
            "shop": { "name": world.name, "myshopifyDomain": world.domain, "countryCode": "IE", "storefrontUrl": world.origin },
        },
    });
    // Nothing in it ends the element.
    let said = said.to_string().replace('<', "\\u003c");
    let needed = world.settings.get("consent_needed").is_some_and(|it| it == "true");
    let pixels = if file(world, "referee-pixel/src/index.js").is_some() {
        "<script type=\"module\" src=\"/made-up/pixels.js\"></script>"
    } else {
        ""
    };
    // The block of the theme is not on the pages of the checkout.
    let block = if checkout_is_done(&said) { String::new() } else { block(world) };
    Answer::html(format!(
        "<!doctype html><html lang=\"en\" data-shop=\"{}\" data-consent-needed=\"{needed}\"><head><meta charset=\"utf-8\">\
         <title>{title}</title><script src=\"/made-up/shopify.js\"></script></head><body><h1>{title}</h1>\
         <p><a href=\"/\">Shop</a> <a href=\"/cart\">Cart</a></p>{body}\
         <script type=\"application/json\" id=\"made-up\">{said}</script>{pixels}{block}</body></html>",
        world.domain
    ))
}

fn checkout_is_done(said: &str) -> bool {
    !said.starts_with("{\"checkout\":null")
}

/// A file of the app's extensions. Names come from addresses, so they are taken apart first.
fn file(world: &World, path: &str) -> Option<String> {
    if path.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return None;
    }
    fs::read_to_string(world.extensions.as_ref()?.join("extensions").join(path)).ok()
}

fn asset(world: &World, extension: &str, name: &str) -> Answer {
    file(world, &format!("{extension}/assets/{name}")).map_or_else(Answer::none, Answer::script)
}

/// The source as it is: only the package that Shopify's tools would bundle is another one.
fn pixel(world: &World) -> Answer {
    let source = file(world, "referee-pixel/src/index.js");
    source.map_or_else(Answer::none, |it| {
        Answer::script(it.replace("@shopify/web-pixels-extension", "/made-up/register.js"))
    })
}

/// What the pixel says it is for.
fn purposes(world: &World) -> Value {
    let text = file(world, "referee-pixel/shopify.extension.toml").unwrap_or_default();
    let says = |name: &str| text.lines().any(|line| line.replace(' ', "") == format!("{name}=true"));
    json!({ "marketing": says("marketing"), "analytics": says("analytics") })
}

/// The block of the theme, with the little of Liquid that it uses.
fn block(world: &World) -> String {
    let Some(text) = file(world, "referee-embed/blocks/embed.liquid") else { return String::new() };
    let (text, schema) = text.split_once("{% schema %}").unwrap_or((&text, "{}"));
    let schema: Value =
        serde_json::from_str(schema.split("{% endschema %}").next().unwrap_or("{}")).expect("a schema is JSON");
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once("{{") {
        let (expression, after) = tail.split_once("}}").expect("an expression of Liquid ends");
        out.push_str(before);
        out.push_str(&evaluated(world, &schema, expression.trim()));
        rest = after;
    }
    out.push_str(rest);
    out
}

fn evaluated(world: &World, schema: &Value, expression: &str) -> String {
    let word = expression.split('|').next().unwrap_or_default().trim();
    if let Some(name) = word.strip_prefix("block.settings.") {
        let typed = world.settings.get(name).cloned();
        let settings = schema["settings"].as_array().into_iter().flatten();
        let default = settings.filter(|it| it["id"] == name).find_map(|it| it["default"].as_str());
        return escaped(&typed.unwrap_or_else(|| default.unwrap_or_default().to_owned()));
    }
    assert!(expression.ends_with("| asset_url"), "the made-up shop does not know {expression}");
    format!("/extensions/referee-embed/assets/{}", word.trim_matches('\''))
}

fn home(world: &World) -> Answer {
    let link = |it: &Product| {
        let price = super::money::decimal(it.line.price, &world.currency);
        format!("<li><a href=\"/products/{}\">{}</a> {price}</li>", it.handle, escaped(&it.line.title))
    };
    let list: String = world.products.iter().map(link).collect();
    page(world, &escaped(&world.name), &format!("<ul>{list}</ul>"), None)
}

fn product(world: &World, handle: &str) -> Answer {
    let Some(product) = world.products.iter().find(|it| it.handle == handle) else { return Answer::none() };
    let body = format!(
        "<form method=\"post\" action=\"/cart/add\"><input type=\"hidden\" name=\"handle\" value=\"{handle}\">\
         <button>Add to cart</button></form>\
         <form method=\"post\" action=\"/checkout\"><input type=\"hidden\" name=\"handle\" value=\"{handle}\">\
         <button>Buy it now</button></form>"
    );
    page(world, &escaped(&product.line.title), &body, None)
}

/// The visitor's cart, made if there is none; its token, and whether it is new.
fn cart_of(world: &mut World, request: &Request) -> (String, bool) {
    let known = request.cookie("cart").filter(|token| world.carts.contains_key(token));
    if let Some(token) = known {
        return (token, false);
    }
    let token = format!("{}?key={}", &world.fresh("cart")[..24], world.fresh("key").to_lowercase());
    world.carts.insert(token.clone(), Cart::default());
    (token, true)
}

fn keep(answer: Answer, token: &str, is_new: bool) -> Answer {
    if is_new {
        answer.with("set-cookie", &format!("cart={token}; path=/; max-age=1209600; samesite=lax"))
    } else {
        answer
    }
}

/// Changes the visitor's cart and answers with it.
fn with_cart(world: &mut World, request: &Request, change: impl FnOnce(&mut Cart, &[Product])) -> Answer {
    let (token, is_new) = cart_of(world, request);
    let cart = world.carts.get_mut(&token).expect("it was just found");
    change(cart, &world.products);
    let body = cart_json(world, &token);
    keep(Answer::json(200, &body), &token, is_new)
}

fn cart_json(world: &World, token: &str) -> Value {
    let cart = &world.carts[token];
    // Names that begin like this are kept from pages.
    let shown = cart.attributes.iter().filter(|(name, _)| !name.starts_with("__"));
    let attributes: Map<String, Value> = shown.map(|(name, value)| (name.clone(), json!(value))).collect();
    let lines: Vec<_> = lines_of(world, cart);
    let total: i64 = lines.iter().map(|it| it.price * i64::from(it.quantity)).sum();
    let item = |it: &Line| {
        json!({
            "id": payload::product_id(&it.sku) + 1, "quantity": it.quantity, "title": it.title, "sku": it.sku,
            "price": it.price, "line_price": it.price * i64::from(it.quantity), "gift_card": it.kind == Kind::GiftCard,
        })
    };
    json!({
        "token": token,
        "note": "",
        "attributes": attributes,
        "original_total_price": total,
        "total_price": total,
        "total_discount": 0,
        "total_weight": 0,
        "item_count": lines.iter().map(|it| it.quantity).sum::<u32>(),
        "items": lines.iter().map(item).collect::<Vec<_>>(),
        "requires_shipping": true,
        "currency": world.currency,
    })
}

fn lines_of(world: &World, cart: &Cart) -> Vec<Line> {
    let find = |handle: &str| world.products.iter().find(|it| it.handle == handle);
    let line = |(handle, quantity): &(String, u32)| Some(Line { quantity: *quantity, ..find(handle)?.line.clone() });
    cart.lines.iter().filter_map(line).collect()
}

fn add(cart: &mut Cart, products: &[Product], handle: &str, quantity: u32) {
    if !products.iter().any(|it| it.handle == handle) {
        return;
    }
    match cart.lines.iter_mut().find(|(other, _)| other == handle) {
        Some((_, pieces)) => *pieces += quantity,
        None => cart.lines.push((handle.to_owned(), quantity)),
    }
}

fn field(request: &Request, name: &str) -> String {
    request.fields().into_iter().find(|(other, _)| other == name).map(|(_, value)| value).unwrap_or_default()
}

fn add_by_form(world: &mut World, request: &Request) -> Answer {
    let (token, is_new) = cart_of(world, request);
    let cart = world.carts.get_mut(&token).expect("it was just found");
    add(cart, &world.products, &field(request, "handle"), 1);
    keep(Answer::to("/cart"), &token, is_new)
}

fn add_by_script(world: &mut World, request: &Request) -> Answer {
    let body = request.json();
    let items = body["items"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
    with_cart(world, request, |cart, products| {
        for item in items {
            let handle = products.iter().find(|it| json!(payload::product_id(&it.line.sku) + 1) == item["id"]);
            if let Some(product) = handle {
                add(cart, products, &product.handle, item["quantity"].as_u64().unwrap_or(1) as u32);
            }
        }
    })
}

fn update(world: &mut World, request: &Request) -> Answer {
    let body = request.json();
    let Some(attributes) = body["attributes"].as_object().cloned() else {
        return with_cart(world, request, |_, _| ());
    };
    with_cart(world, request, |cart, _| {
        for (name, value) in attributes {
            cart.attributes.retain(|(other, _)| *other != name);
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !text.is_empty() && !value.is_null() {
                cart.attributes.push((name, text));
            }
        }
    })
}

fn cart_page(world: &mut World, request: &Request) -> Answer {
    let (token, is_new) = cart_of(world, request);
    let lines = lines_of(world, &world.carts[&token]);
    let list: String = lines.iter().map(|it| format!("<li>{} × {}</li>", it.quantity, escaped(&it.title))).collect();
    keep(page(world, "Cart", &format!("<ul>{list}</ul><a href=\"/checkout\">Check out</a>"), None), &token, is_new)
}

fn checkout_page(world: &mut World, request: &Request) -> Answer {
    let (token, is_new) = cart_of(world, request);
    let body = "<form method=\"post\" action=\"/checkout\"><label>Email <input name=\"email\"></label>\
                <label>Discount code <input name=\"code\"></label><button>Pay now</button></form>";
    keep(page(world, "Checkout", body, None), &token, is_new)
}

/// From the cart, or at once and past it, as wallets and the button on the product do.
fn buy(world: &mut World, request: &Request) -> Answer {
    let handle = field(request, "handle");
    let (token, _) = cart_of(world, request);
    let cart = if handle.is_empty() {
        world.carts.remove(&token).unwrap_or_default()
    } else {
        Cart { attributes: Vec::new(), lines: vec![(handle, 1)] }
    };
    let lines = lines_of(world, &cart);
    if lines.is_empty() {
        return Answer::to("/cart");
    }
    let (email, code) = (field(request, "email"), field(request, "code"));
    let customer = (!email.is_empty()).then(|| {
        let number = email.bytes().fold(7, |sum: u64, byte| sum * 31 % 1_000_003 + u64::from(byte));
        Customer::new(number, &email)
    });
    let cookie = |name: &str| {
        let value = request.cookie(name).map(|it| super::sign::pairs(&format!("v={it}")).remove(0).1);
        value.filter(|it| !it.is_empty())
    };
    let checkout_token = world.fresh("checkout").to_lowercase();
    let order = Order {
        lines,
        tax: world.tax,
        taxes_included: world.taxes_included,
        shipping: SHIPPING,
        discounts: if code.is_empty() { Vec::new() } else { vec![Discount::Code { code, basis_points: 1_000 }] },
        attributes: cart.attributes.clone(),
        landing_site: cookie("_landing_page"),
        referring_site: cookie("_orig_referrer"),
        customer,
        paid: true,
        checkout_token: Some(checkout_token.clone()),
        cart_token: Some(token.split('?').next().unwrap_or_default().to_owned()),
        ..Order::default()
    };
    let (id, _) = world.place(order);
    world.checkouts.insert(checkout_token.clone(), Checkout { order: id, attributes: cart.attributes });
    Answer::to(&format!("/checkouts/{checkout_token}/thank-you"))
}

fn thank_you(world: &World, token: &str) -> Answer {
    let Some(checkout) = world.checkouts.get(token) else { return Answer::none() };
    let placed = &world.orders[&checkout.order];
    let body = format!("<p>Thank you. Your order is <span id=\"order\">{}</span>.</p>", placed.id);
    page(world, "Thank you", &body, Some(completed(placed, &checkout.attributes)))
}

/// What the event `checkout_completed` carries.
fn completed(placed: &Placed, attributes: &[(String, String)]) -> Value {
    let currency = placed.purse.presentment_currency();
    let money = |units: i64| {
        let text = super::money::short(placed.purse.presented(units), currency);
        let amount: Value = serde_json::from_str(&text).expect("a number");
        json!({ "amount": amount, "currencyCode": currency })
    };
    let shown = attributes.iter().filter(|(name, _)| !name.starts_with("__"));
    let applications: Vec<_> = placed.order.discounts.iter().map(|it| application(it, &money)).collect();
    let lines = placed.lines.iter().map(|it| {
        let allocation = |(of, units): &(usize, i64)| json!({ "amount": money(*units), "discountApplication": applications[*of] });
        json!({
            "id": it.id.to_string(),
            "title": it.line.title,
            "quantity": it.quantity,
            "properties": [],
            "sellingPlanAllocation": null,
            "discountAllocations": it.allocations.iter().map(allocation).collect::<Vec<_>>(),
            "finalLinePrice": money(it.net()),
            "variant": (it.line.kind != Kind::Tip).then(|| json!({
                "id": (payload::product_id(&it.line.sku) + 1).to_string(),
                "sku": it.line.sku,
                "title": null,
                "untranslatedTitle": null,
                "image": null,
                "price": money(it.line.price),
                "product": {
                    "id": payload::product_id(&it.line.sku).to_string(), "title": it.line.title, "untranslatedTitle": it.line.title,
                    "type": if it.line.kind == Kind::GiftCard { "Gift card" } else { "" }, "url": null, "vendor": it.line.vendor,
                },
            })),
        })
    });
    json!({
        "attributes": shown.map(|(key, value)| json!({ "key": key, "value": value })).collect::<Vec<_>>(),
        "billingAddress": null,
        "buyerAcceptsEmailMarketing": false,
        "buyerAcceptsSmsMarketing": false,
        "currencyCode": currency,
        "delivery": null,
        "discountApplications": applications,
        "discountsAmount": money(placed.discounts()),
        "email": placed.order.customer.as_ref().and_then(|it| it.email.clone()),
        "lineItems": lines.collect::<Vec<_>>(),
        "localization": null,
        "order": { "id": placed.id.to_string(), "customer": placed.order.customer.as_ref().map(|it| json!({ "id": it.id.to_string(), "isFirstOrder": true })) },
        "phone": null,
        "shippingAddress": null,
        "shippingLine": { "price": money(placed.shipping()) },
        "smsMarketingPhone": null,
        "subtotalPrice": money(placed.subtotal()),
        "token": placed.checkout_token,
        "totalPrice": money(placed.total()),
        "totalTax": money(placed.tax()),
        "transactions": [],
    })
}

fn application(discount: &Discount, money: &impl Fn(i64) -> Value) -> Value {
    let (kind, title, value) = match discount {
        Discount::Code { code, basis_points } => ("DISCOUNT_CODE", code, json!({ "percentage": basis_points / 100 })),
        Discount::Amount { code, units } => ("DISCOUNT_CODE", code, money(*units)),
        Discount::Automatic { title, basis_points } => {
            ("AUTOMATIC", title, json!({ "percentage": basis_points / 100 }))
        }
        Discount::OfLine { title, units, .. } => ("MANUAL", title, money(*units)),
        Discount::FreeShipping { code } => ("DISCOUNT_CODE", code, json!({ "percentage": 100 })),
    };
    let of_shipping = matches!(discount, Discount::FreeShipping { .. });
    json!({
        "allocationMethod": "ACROSS", "targetSelection": "ALL", "targetType": if of_shipping { "SHIPPING_LINE" } else { "LINE_ITEM" },
        "title": title, "type": kind, "value": value,
    })
}
