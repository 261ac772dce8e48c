//! A shop of Shopify: what it sends, in whatever order and state, and what follows.

use referee_rig::shopify::{Customer, Delivery, Discount, Edit, FakeShop, Line, Options, Order, Refund, RefundMoney};
use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, eventually, on_every_pair, on_pair};

on_every_pair!(an_order_is_paid_edited_returned_and_cancelled_to_the_cent, the_app_goes_in_and_out_of_a_shop);
on_pair!(
    on_files,
    Files,
    whoever_does_not_know_the_secret_is_refused,
    what_comes_again_or_in_another_order_changes_nothing,
    a_huge_message_is_refused_and_one_of_five_hundred_lines_is_not,
    what_is_no_order_is_seen_with_its_reason,
    a_refund_waits_for_its_order_and_a_checkout_names_its_buyer,
    each_way_to_the_click_is_told,
    what_a_shop_asks_by_law_waits_for_whoever_does_it,
    what_is_set_otherwise_holds_for_new_orders,
    an_order_from_before_is_left_alone,
    who_did_not_pay_is_found_to_be_forgotten,
    whoever_opens_the_app_in_the_shop_lets_it_in,
    nobody_is_let_in_by_another_address
);

/// A shop whose webhooks come here, and where it sends them.
pub struct Shop {
    pub fake: FakeShop,
    pub key: String,
}

impl Shop {
    pub fn of(demo: &Demo) -> Shop {
        let fake = FakeShop::start(Options::default());
        let key = connect(demo, &fake, "paid");
        fake.set_webhooks(&address(demo, &key));
        Shop { fake, key }
    }

    fn order(&self, click: &str) -> Order {
        let attributes = vec![("__pt".to_owned(), click.to_owned())];
        Order { lines: vec![Line::goods("BOOT", 10_000, 2)], attributes, paid: true, ..Order::default() }
    }

    fn taken(&self, deliveries: &[Delivery]) {
        assert!(self.fake.deliver_all(deliveries), "the shop's messages are taken");
    }
}

fn address(demo: &Demo, key: &str) -> String {
    format!("http://localhost:{}/shopify/{key}/webhooks", demo.address.port())
}

pub fn connect(demo: &Demo, fake: &FakeShop, opens_at: &str) -> String {
    let body = json!({
        "domain": fake.domain(), "program_id": 1, "event_type": "sale", "client_id": fake.api_key(),
        "client_secret": fake.secret(), "opens_at": opens_at,
    });
    let reply = demo.api().send("PUT", "/api/v1/shops", "application/json", body.to_string().as_bytes());
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["key"].as_str().expect("a key").to_owned()
}

pub fn action(demo: &Demo, order: u64) -> Value {
    let found = demo.api().get(&format!("/api/v1/actions?order_id={order}")).json();
    assert!(found["data"].as_array().expect("a list").len() < 2, "{found}");
    found["data"][0].clone()
}

/// State, amount and payout of an order's action.
pub fn figures(demo: &Demo, order: u64) -> (String, String, String) {
    let action = action(demo, order);
    let text = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("amount"), text("payout"))
}

pub fn is(state: &str, amount: &str, payout: &str) -> (String, String, String) {
    (state.to_owned(), amount.to_owned(), payout.to_owned())
}

/// By what the newest decision joined an order.
fn path_in(told: &Value) -> String {
    let text = told.to_string();
    let path = text.split("\"click_path\":\"").nth(1).and_then(|rest| rest.split('"').next());
    path.unwrap_or_default().to_owned()
}

fn an_order_is_paid_edited_returned_and_cancelled_to_the_cent(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(1);
    let lines =
        vec![Line::goods("BOOT", 12_000, 2), Line::goods("SOCK", 1_500, 1), Line::gift_card(5_000), Line::tip(300)];
    let code = Discount::Code { code: "TEN".into(), basis_points: 1_000 };
    let order = Order {
        lines,
        discounts: vec![code],
        tax: 2_000,
        taxes_included: true,
        shipping: 790,
        paid: false,
        ..shop.order(&click)
    };
    let placed = shop.fake.order(order);
    shop.taken(&placed.deliveries);
    assert_eq!(action(&demo, placed.id), Value::Null, "it is not paid yet");
    shop.taken(&shop.fake.pay(placed.id).deliveries);
    // (240.00 + 15.00) * 0.9 / 1.2
    assert_eq!(figures(&demo, placed.id), is("pending", "191.25", "15.30"));
    let opened = action(&demo, placed.id);
    assert_eq!(opened["partner_id"], demo.seed["partners"][1]["id"]);
    // One boot goes back: 120.00 * 0.9 / 1.2.
    let returned = shop.fake.refund(placed.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    shop.taken(&returned.deliveries);
    assert_eq!(figures(&demo, placed.id), is("pending", "101.25", "8.10"));
    // The socks are taken out, and a cap is added that no discount was for.
    let edit = Edit { quantities: vec![(1, -1)], additions: vec![Line::goods("CAP", 2_400, 1)], ..Edit::default() };
    shop.taken(&shop.fake.edit(placed.id, edit).deliveries);
    assert_eq!(figures(&demo, placed.id), is("pending", "110.00", "8.80"));
    shop.taken(&shop.fake.touch(placed.id).deliveries);
    let items = action(&demo, placed.id)["items"].clone();
    let quantities: Vec<_> = items.as_array().expect("items").iter().map(|it| it["quantity"].clone()).collect();
    assert_eq!(quantities, [1, 0, 1]);
    // Something for the trouble, beside what went back: a sixth of it is tax.
    let kept = Refund { money: RefundMoney::Exactly(1_000), ..Refund::default() };
    shop.taken(&shop.fake.refund(placed.id, kept).deliveries);
    assert_eq!(figures(&demo, placed.id), is("pending", "101.67", "8.13"));
    shop.taken(&shop.fake.cancel(placed.id).deliveries);
    assert_eq!(figures(&demo, placed.id), is("reversed", "0.00", "0.00"));
    let verified = demo.command(&["verify"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn whoever_does_not_know_the_secret_is_refused(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(0);
    let placed = shop.fake.order(shop.order(&click));
    let told = placed.of("orders/paid").clone();
    for bad in [told.clone().forged(), told.clone().unsigned(), told.clone().forged().as_event()] {
        assert_eq!(shop.fake.deliver(&bad), 401);
    }
    let mut changed = told.clone();
    changed.body.push(b' ');
    let late = changed.headers();
    let signed_before: Vec<_> =
        late.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("x-shopify-hmac-sha256")).collect();
    let good = told
        .headers()
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("x-shopify-hmac-sha256"))
        .expect("signed");
    let client = signed_before.into_iter().chain([good]).filter(|(name, _)| name != "Content-Type");
    let client = client.fold(demo.anybody(), |client, (name, value)| client.with(&name, &value));
    let path = format!("/shopify/{}/webhooks", shop.key);
    assert_eq!(client.send("POST", &path, "application/json", &changed.body).status, 401, "one blank more");
    assert_eq!(shop.fake.deliver(&told.clone().to(&address(&demo, "nobody"))), 404);
    assert_eq!(action(&demo, placed.id), Value::Null);
    let told_of = demo.api().get("/api/v1/shops").json();
    assert_eq!(told_of["data"][0]["signatures_wrong"], 4);
    assert!(!told_of.to_string().contains(&shop.fake.secret()), "no secret is told");
    assert_eq!(shop.fake.deliver(&told.as_event()), 200, "the newer headers are as good");
    assert_eq!(figures(&demo, placed.id).1, "200.00");
}

fn what_comes_again_or_in_another_order_changes_nothing(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(1);
    let placed = shop.fake.order(shop.order(&click));
    let returned = shop.fake.refund(placed.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    let mut all: Vec<Delivery> = placed.deliveries.iter().chain(&returned.deliveries).cloned().collect();
    all.reverse();
    shop.taken(&all);
    let once = figures(&demo, placed.id);
    assert_eq!(once, is("pending", "100.00", "8.00"));
    let before = action(&demo, placed.id);
    // Each again, and each once more by another subscription.
    shop.taken(&all);
    let other: Vec<_> = all.iter().map(|it| it.clone().by_another_subscription()).collect();
    shop.taken(&other);
    assert_eq!(action(&demo, placed.id), before);
    let one = demo.api().get("/api/v1/shops").json();
    assert_eq!(one["data"][0]["state"], "prepared");
}

fn a_huge_message_is_refused_and_one_of_five_hundred_lines_is_not(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(0);
    let lines: Vec<Line> = (0..500).map(|n| Line::goods(&format!("SKU-{n}"), 1_000, 1)).collect();
    let placed = shop.fake.order(Order { lines, tax: 2_000, taxes_included: false, ..shop.order(&click) });
    let told = placed.of("orders/paid");
    assert!(told.body.len() > 512 << 10, "it is larger than any report may be: {}", told.body.len());
    assert_eq!(shop.fake.deliver(told), 200);
    assert_eq!(figures(&demo, placed.id).1, "5000.00");
    let huge = told.clone().with_body(vec![b' '; 5 << 20]).by_another_subscription();
    assert_eq!(shop.fake.deliver(&huge), 413);
    let page = demo.sign_in("/user").client.get("/settings/shopify").text();
    assert!(page.contains("SHOP_MESSAGE_TOO_LARGE"), "it is seen");
}

fn what_is_no_order_is_seen_with_its_reason(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(0);
    let test = shop.fake.order(Order { test: true, ..shop.order(&click) });
    let cards = shop.fake.order(Order { lines: vec![Line::gift_card(5_000)], ..shop.order(&click) });
    let unpaid = shop.fake.order(Order { paid: false, ..shop.order(&click) });
    for placed in [&test, &cards, &unpaid] {
        shop.taken(&placed.deliveries);
        assert_eq!(action(&demo, placed.id), Value::Null);
    }
    let odd = unpaid.of("orders/create").clone().by_another_subscription();
    assert_eq!(shop.fake.deliver(&odd.clone().with_body("{\"id\":1}")), 200);
    let other = FakeShop::start(Options { domain: "another.myshopify.com".into(), ..Options::default() });
    let theirs = other.order(shop.order(&click)).of("orders/paid").clone().to(&address(&demo, &shop.key));
    assert_eq!(other.deliver(&theirs), 404, "the same app, another shop");
    let page = demo.sign_in("/user").client.get("/settings/shopify").text();
    for reason in [
        "SHOP_TEST_ORDER",
        "SHOP_ORDER_WITHOUT_LINES",
        "SHOP_ORDER_NOT_PAID",
        "SHOP_MESSAGE_UNREADABLE",
        "SHOP_UNKNOWN",
    ] {
        assert!(page.contains(reason), "{reason} is seen");
    }
}

fn a_refund_waits_for_its_order_and_a_checkout_names_its_buyer(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, cookie) = demo.click(1);
    let placed = shop.fake.order(Order { attributes: Vec::new(), ..shop.order("") });
    let returned = shop.fake.refund(placed.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    shop.taken(std::slice::from_ref(returned.of("refunds/create")));
    // In the buyer's own currency, as the page knows it.
    let seen = json!({
        "program": "1", "event": "sale", "orderId": placed.id.to_string(), "currencyCode": "USD",
        "orderSubTotalPostDiscount": "234.00", "consent": "granted",
    });
    let page = demo.page().with("cookie", &cookie);
    assert_eq!(page.post("/pt/o", "text/plain", &seen.to_string()).status, 204);
    assert_eq!(action(&demo, placed.id), Value::Null, "a browser opens nothing");
    shop.taken(std::slice::from_ref(placed.of("orders/paid")));
    assert_eq!(figures(&demo, placed.id), is("pending", "100.00", "8.00"));
    let id = action(&demo, placed.id)["id"].as_str().expect("an id").to_owned();
    let decision = demo.api().get(&format!("/api/v1/actions/{id}/decision")).json();
    assert_eq!(path_in(&decision), "pixel", "{decision}");
    assert!(!click.is_empty());
}

fn each_way_to_the_click_is_told(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let path = |placed: u64| {
        let id = action(&demo, placed)["id"].as_str().expect("an action").to_owned();
        let decision = demo.api().get(&format!("/api/v1/actions/{id}/decision")).json();
        path_in(&decision)
    };
    let (click, _) = demo.click(0);
    let customer = Some(Customer::new(1, "ann@example.com"));
    let cart = shop.fake.order(Order { customer: customer.clone(), ..shop.order(&click) });
    shop.taken(&cart.deliveries);
    assert_eq!(path(cart.id), "cart_attribute");
    let (click, _) = demo.click(1);
    let landing_site = Some(format!("/products/boot?utm_source=x&pt={click}"));
    let landed = shop.fake.order(Order { attributes: Vec::new(), landing_site, ..shop.order("") });
    shop.taken(&landed.deliveries);
    assert_eq!(path(landed.id), "landing_address");
    let known = shop.fake.order(Order { attributes: Vec::new(), customer, ..shop.order("") });
    shop.taken(&known.deliveries);
    assert_eq!(path(known.id), "known_customer");
}

fn what_is_set_otherwise_holds_for_new_orders(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(0);
    let before = shop.fake.order(shop.order(&click));
    shop.taken(&before.deliveries);
    let event = json!({ "program_id": 1, "name": "Shop orders", "code": "shop_orders", "category": "sale" });
    let made = demo.api().post("/api/v1/event-types", "application/json", &event.to_string());
    assert_eq!(made.status, 201, "{}", made.text());
    let body = json!({
        "domain": shop.fake.domain(), "program_id": 1, "event_type": "shop_orders", "client_id": shop.fake.api_key(),
    });
    let set = demo.api().send("PUT", "/api/v1/shops", "application/json", body.to_string().as_bytes());
    assert_eq!(set.status, 200, "{}", set.text());
    shop.taken(&shop.fake.touch(before.id).deliveries);
    shop.taken(&shop.fake.refund(before.id, Refund { lines: vec![(0, 1)], ..Refund::default() }).deliveries);
    assert_eq!(figures(&demo, before.id), is("pending", "100.00", "12.00"), "it stays what it opened as");
    // A browser that names the event type of another shop moves no order of this one.
    let other = FakeShop::start(Options { domain: "another.myshopify.com".into(), ..Options::default() });
    connect(&demo, &other, "paid");
    let after = shop.fake.order(shop.order(&click));
    let told = json!({ "program": 1, "event": "sale", "orderId": after.id.to_string(), "clickId": click });
    assert_eq!(demo.page().post("/pt/o", "text/plain", &told.to_string()).status, 204);
    demo.api().get("/api/v1/actions");
    shop.taken(&after.deliveries);
    let told = demo.api().get(&format!("/api/v1/orders/{}", after.id)).json();
    let opened = told["orders"].as_array().expect("a list");
    let own = demo.api().get("/api/v1/event-types").json();
    let named =
        own["data"].as_array().expect("a list").iter().find(|it| it["code"] == "shop_orders").expect("it is there");
    assert!(opened.iter().any(|it| it["event_type_id"] == named["id"]), "{told}");
    assert_eq!(action(&demo, after.id), Value::Null, "nobody's terms pay for it");
}

fn an_order_from_before_is_left_alone(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let (click, _) = demo.click(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970");
    shop.fake.set_time(now.as_secs() as i64 - 3_600);
    let old = shop.fake.order(shop.order(&click));
    shop.taken(&old.deliveries);
    assert_eq!(action(&demo, old.id), Value::Null);
    let page = demo.sign_in("/user").client.get("/settings/shopify").text();
    assert!(page.contains("placed before the shop was connected"), "{page}");
}

fn who_did_not_pay_is_found_to_be_forgotten(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let buyer = Some(Customer::new(4_242_424, "never@example.com"));
    let unpaid = shop.fake.order(Order { customer: buyer, paid: false, ..shop.order("") });
    shop.taken(&unpaid.deliveries);
    let asked = json!({ "kind": "email", "value": "never@example.com" }).to_string();
    let told = demo.api().post("/api/v1/subject-exports", "application/json", &asked).json();
    let kinds: Vec<&Value> = told["identifiers"].as_array().expect("a list").iter().map(|it| &it["kind"]).collect();
    assert!(kinds.contains(&&json!("customer_id")), "{told}");
    assert!(told["records"].as_array().is_some_and(|it| !it.is_empty()), "what the shop told is told on: {told}");
}

fn what_a_shop_asks_by_law_waits_for_whoever_does_it(pair: Pair) {
    let demo = Demo::on(pair);
    let shop = Shop::of(&demo);
    let customer = Customer::new(1, "ann@example.com");
    let (click, _) = demo.click(0);
    let bought = shop.fake.order(Order { customer: Some(customer.clone()), ..shop.order(&click) });
    shop.taken(&bought.deliveries);
    shop.taken(&shop.fake.request_data(&customer).deliveries);
    shop.taken(&shop.fake.redact_customer(&customer).deliveries);
    let forged = shop.fake.redact_customer(&customer).of("customers/redact").clone().forged();
    assert_eq!(shop.fake.deliver(&forged), 401);
    let person = demo.sign_in("/user");
    let page = || person.client.get("/settings/shopify").text();
    assert!(page().contains("is to be forgotten") && page().contains("wants to know"), "they are seen");
    let requests = |page: &str| -> Vec<[String; 2]> {
        let value = |form: &str, name: &str| {
            let rest = form.split(&format!("name=\"{name}\" value=\"")).nth(1).expect("a field");
            rest.split('"').next().expect("it ends").to_owned()
        };
        page.split("/settings/shopify/requests/look\"").skip(1).map(|it| [value(it, "shop"), value(it, "id")]).collect()
    };
    let [data, redact] = &requests(&page())[..] else { panic!("two wait: {}", page()) };
    let send = |way: &str, [shop, id]: &[String; 2], more: (&str, &str)| {
        person.post(&format!("/settings/shopify/requests{way}"), &[("shop", shop), ("id", id), more])
    };
    let looked = send("/look", redact, ("note", "")).text();
    assert!(looked.contains("Erase this person") && looked.contains("1 order"), "{looked}");
    let told = send("/export", data, ("note", "")).json();
    assert!(told["orders"].to_string().contains(&bought.id.to_string()), "{told}");
    assert_eq!(send("", data, ("note", " ")).status, 422);
    assert_eq!(send("", data, ("note", "Sent to the owner")).status, 303);
    assert_eq!(send("/erase", redact, ("confirmed", "")).status, 422);
    let viewer = demo.sign_in("/partners/0/user");
    let [key, id] = redact;
    assert_eq!(
        viewer.post("/settings/shopify/requests/erase", &[("shop", key), ("id", id), ("confirmed", "1")]).status,
        403
    );
    let erased = send("/erase", redact, ("confirmed", "1"));
    assert!(erased.header("location").starts_with("/settings/erasure/"), "{}", erased.text());
    assert_eq!(send("/erase", redact, ("confirmed", "1")).status, 404, "once");
    assert!(page().contains("erased, receipt") && requests(&page()).is_empty(), "{}", page());
    for text in [looked, page(), told.to_string()] {
        assert!(!text.contains("ann@example.com"), "whom they are about is shown to nobody");
    }
    eventually("the person is erased", || person.client.get(erased.header("location")).text().contains("Done"));
    assert_eq!(action(&demo, bought.id)["state"], "pending", "what was earned stays");
    // The shop goes on to tell of the order with all that it knows.
    shop.taken(&shop.fake.touch(bought.id).deliveries);
    shop.taken(&shop.fake.refund(bought.id, Refund { lines: vec![(0, 1)], ..Refund::default() }).deliveries);
    assert_eq!(figures(&demo, bought.id), is("pending", "100.00", "12.00"));
    for (kind, value) in [("email", "ann@example.com"), ("customer_id", customer.id.to_string().as_str())] {
        let asked = json!({ "kind": kind, "value": value }).to_string();
        let told = demo.api().post("/api/v1/subject-exports", "application/json", &asked).json();
        assert_eq!(told["records"], json!([]), "{kind}: {told}");
    }
    let again = shop.fake.order(Order { attributes: Vec::new(), customer: Some(customer), ..shop.order("") });
    shop.taken(&again.deliveries);
    let order = demo.api().get(&format!("/api/v1/orders/{}", again.id)).json();
    assert_eq!(order["orders"][0]["decisions"][0]["reason"], "UNCLAIMED", "nobody knows them: {order}");
}

/// A demonstration that asks a made-up Shopify.
fn with_shopify(pair: Pair) -> (Demo, FakeShop) {
    let mut demo = Demo::on(pair);
    let fake = FakeShop::start(Options::default());
    demo.set("REFEREE_SHOPIFY_URL", &fake.url());
    demo.stop();
    demo.run();
    (demo, fake)
}

/// What a page links to at the shop.
fn way_in(page: &str) -> String {
    let link = page.split("href=\"").find(|it| it.contains("/admin/oauth/authorize")).expect("a link to the shop");
    link.split('"').next().expect("it ends").replace("&amp;", "&")
}

/// Opens an address of the shop, and gives the path here to which it leads back.
fn comes_back(fake: &FakeShop, address: &str) -> String {
    let path = address.strip_prefix(&fake.url()).expect("it is the shop's");
    let shop = Client::new(([127, 0, 0, 1], fake.port()).into(), "127.0.0.1");
    let back = shop.get(path).header("location").to_owned();
    let url = url::Url::parse(&back).expect("an address");
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}

fn the_app_goes_in_and_out_of_a_shop(pair: Pair) {
    let (demo, fake) = with_shopify(pair);
    let key = connect(&demo, &fake, "created");
    let person = demo.sign_in("/user");
    let page = |what: &str| person.post(&format!("/settings/shopify/{key}/{what}"), &[]);
    let back = comes_back(&fake, &way_in(&page("connect").text()));
    let came = person.client.get(&back);
    assert_eq!((came.status, came.header("location")), (303, "/settings/shopify"), "{}", came.text());
    assert_eq!(person.client.get(&back).status, 400, "once is enough");
    assert!(fake.is_installed());
    assert_eq!(fake.subscriptions().len(), 7);
    assert!(fake.pixel().is_some(), "the pixel has its settings");
    let tested = page("test").text();
    assert!(tested.contains("All is well") && tested.contains("Made-up Shop"), "{tested}");

    let (click, _) = demo.click(1);
    let order = || Order {
        lines: vec![Line::goods("BOOT", 10_000, 2)],
        attributes: vec![("__pt".to_owned(), click.clone())],
        paid: true,
        ..Order::default()
    };
    let told = fake.order(order());
    assert!(fake.deliver_all(&told.deliveries));
    assert_eq!(figures(&demo, told.id), is("pending", "200.00", "16.00"));
    // Nobody told of these; of one there is more than a page, and the shop is asked too much.
    let missed = fake.order(order());
    let lines = (0..130).map(|n| Line::goods(&format!("SKU-{n}"), 100, 1)).collect();
    let long = fake.order(Order { lines, ..order() });
    for _ in 0..10 {
        fake.order(order());
    }
    let returned = fake.refund(told.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    fake.throttle(2);
    assert_eq!(page("reconcile").status, 303);
    assert_eq!(figures(&demo, missed.id), is("pending", "200.00", "16.00"));
    assert_eq!(figures(&demo, long.id).1, "130.00");
    assert_eq!(figures(&demo, told.id).1, "100.00", "the return was found as well");
    let shops = demo.api().get("/api/v1/shops").json();
    assert_eq!(
        (&shops["data"][0]["reconciled_new"], &shops["data"][0]["state"]),
        (&json!(13), &json!("connected")),
        "{shops}"
    );
    assert!(fake.deliver_all(&returned.deliveries), "what comes late changes nothing");
    assert_eq!(figures(&demo, told.id).1, "100.00");
    fake.expire_tokens();
    assert_eq!(page("reconcile").status, 303);
    let shops = demo.api().get("/api/v1/shops").json();
    assert_eq!(
        (&shops["data"][0]["reconcile_trouble"], &shops["data"][0]["reconciled_new"]),
        (&Value::Null, &json!(0)),
        "{shops}"
    );

    let in_flight = fake.order(order());
    let uninstalled = fake.uninstall();
    assert!(fake.deliver_all(&uninstalled.deliveries));
    assert_eq!(demo.api().get("/api/v1/shops").json()["data"][0]["state"], "uninstalled");
    assert!(fake.deliver_all(&in_flight.deliveries), "what happened before is taken");
    assert_eq!(figures(&demo, in_flight.id).1, "200.00");
    fake.set_time(i64::try_from(std::time::UNIX_EPOCH.elapsed().expect("a clock").as_secs()).expect("a moment") + 60);
    let later = fake.order(order()).of("orders/create").clone().to(&address(&demo, &key));
    assert_eq!(fake.deliver(&later), 410);
    let page = person.client.get("/settings/shopify").text();
    assert!(page.contains("SHOP_UNINSTALLED") && page.contains("Taken off by the shop"));
    assert_eq!(figures(&demo, told.id).0, "pending", "what is here goes on");
}

fn whoever_opens_the_app_in_the_shop_lets_it_in(pair: Pair) {
    let (demo, fake) = with_shopify(pair);
    connect(&demo, &fake, "paid");
    let query = fake.app_query();
    assert_eq!(demo.anybody().get(&format!("/shopify?{}", query.replace("hmac=", "hmac=0"))).status, 400);
    let opened = demo.anybody().get(&format!("/shopify?{query}"));
    assert_eq!((opened.status, opened.header("location")), (303, "/settings/shopify"), "{}", opened.text());
    assert_eq!(demo.api().get("/api/v1/shops").json()["data"][0]["state"], "connected");
    assert_eq!(fake.subscriptions().len(), 7);
    let person = demo.sign_in("/user");
    let key = demo.api().get("/api/v1/shops").json()["data"][0]["key"].as_str().expect("a key").to_owned();
    assert_eq!(person.post(&format!("/settings/shopify/{key}/disconnect"), &[]).status, 303);
    assert_eq!(demo.api().get("/api/v1/shops").json()["data"][0]["state"], "disconnected");
}

fn nobody_is_let_in_by_another_address(pair: Pair) {
    let (demo, fake) = with_shopify(pair);
    let key = connect(&demo, &fake, "paid");
    let person = demo.sign_in("/user");
    let begin = || way_in(&person.post(&format!("/settings/shopify/{key}/connect"), &[]).text());
    let back = comes_back(&fake, &begin());
    assert_eq!(demo.anybody().get(&back.replace("made-up.myshopify", "another.myshopify")).status, 400, "another shop");
    let back = comes_back(&fake, &begin());
    assert_eq!(demo.anybody().get(&back.replace("hmac=", "hmac=00")).status, 400, "not signed");
    let back = comes_back(&fake, &begin());
    let (path, query) = back.split_once('?').expect("a query");
    let state = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state").expect("a state").1;
    assert_eq!(
        demo.anybody().get(&format!("{path}?{}", query.replace(&*state, "made-up"))).status,
        400,
        "nobody asked"
    );
    for domain in ["127.0.0.1:22", "evil.example", "made-up.myshopify.com.evil.example", ""] {
        let body =
            json!({ "domain": domain, "program_id": 1, "event_type": "sale", "client_id": "x", "client_secret": "y" });
        let reply = demo.api().send("PUT", "/api/v1/shops", "application/json", body.to_string().as_bytes());
        assert_eq!(reply.status, 400, "{domain}: {}", reply.text());
    }
    assert!(!fake.is_installed());
}
