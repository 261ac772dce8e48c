//! A shop at Shopify from the first click to the end, as Shopify would tell of it: what partners earn is right to the cent
//! at every step, whatever is lost, doubled, late or forged on the way.

use std::time::{Duration, Instant};

use referee_rig::shopify::{
    Delivery, Discount, Edit, FakeShop, Line, Options, Order, Presentment, Refund, RefundMoney,
};
use serde_json::{Value, json};

use crate::support::{Account, Client, Demo, Pair, on_every_pair};

on_every_pair!(
    a_shop_from_the_first_click_to_the_end,
    what_no_message_told_is_found_by_asking,
    whatever_order_messages_come_in_the_end_is_the_same,
    what_is_wrong_with_a_message_is_said_and_changes_nothing,
    the_pixel_finds_the_click_and_the_shop_names_the_figures,
);

struct Connected {
    demo: Demo,
    shop: FakeShop,
    account: Account,
}

impl Connected {
    fn on(pair: Pair, options: Options) -> Connected {
        let demo = Demo::on(pair);
        let shop = FakeShop::start(options);
        let account = demo.account();
        let it = Connected { demo, shop, account };
        it.connect();
        it
    }

    /// The whole way in: the brand types what it knows, a person goes to the shop and comes back, and the app asks for its
    /// webhooks by itself.
    fn installed(pair: Pair) -> Connected {
        let (mut demo, shop) = (Demo::on(pair), FakeShop::start(Options::default()));
        demo.stop();
        demo.set("REFEREE_SHOPIFY_URL", &shop.url());
        demo.run();
        let account = demo.account();
        let it = Connected { demo, shop, account };
        let key = it.connect();
        // Nothing of the app's own configuration is needed.
        it.shop.set_webhooks("");
        let forged = it.agree(&key).replace("code=", "code=x");
        assert_eq!(it.demo.anybody().get(&forged).status, 400, "the address is not signed");
        let back = it.demo.anybody().get(&it.agree(&key));
        assert_eq!(back.status, 303, "{}", back.text());
        it
    }

    /// Goes to the shop and agrees; the path with which the shop sends people back.
    fn agree(&self, key: &str) -> String {
        let manager = self.demo.sign_in("/user");
        let page = manager.post(&format!("/settings/shopify/{key}/connect"), &[]).text();
        let links = page.split("href=\"").filter_map(|rest| rest.split('"').next());
        let to = links.filter_map(|to| to.strip_prefix(&self.shop.url())).next().expect("a link to the shop");
        let shop = Client::new(self.shop.address(), "localhost");
        let agreed = shop.get(&to.replace("&amp;", "&"));
        assert_eq!(agreed.status, 302, "{}", agreed.text());
        let back = url::Url::parse(agreed.header("location")).expect("an address");
        format!("{}?{}", back.path(), back.query().expect("it is signed"))
    }

    /// What the brand types, and where Shopify sends to from then on.
    fn connect(&self) -> String {
        let body = json!({
            "domain": self.shop.domain(),
            "program_id": self.demo.number("/program_id"),
            "event_type": "sale",
            "client_id": self.shop.api_key(),
            "client_secret": self.shop.secret(),
        });
        let reply = self.demo.api().send("PUT", "/api/v1/shops", "application/json", body.to_string().as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text());
        self.shop.set_webhooks(reply.json()["webhook_address"].as_str().expect("an address"));
        reply.json()["key"].as_str().expect("a key").to_owned()
    }

    fn send(&self, deliveries: &[Delivery]) {
        for delivery in deliveries {
            assert_eq!(self.shop.deliver(delivery), 200, "{}", delivery.topic);
        }
    }

    /// What the order earns: state, amount and payout of its action, once they are so.
    fn earns(&self, order: u64, state: &str, amount: &str, payout: &str) {
        let expected = json!([[state, amount, payout]]);
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let actions = self.account.actions_of(&order.to_string());
            let seen: Value = actions.iter().map(|it| json!([it["State"], it["Amount"], it["Payout"]])).collect();
            if seen == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{order}: {seen} instead of {expected}");
            std::thread::yield_now();
        }
    }

    /// The shop as the API tells of it.
    fn told(&self) -> Value {
        self.demo.api().get("/api/v1/shops").json()["data"][0].clone()
    }

    fn state(&self) -> String {
        self.told()["state"].as_str().expect("a state").to_owned()
    }
}

/// Two boots, socks, a gift card and a tip, with a tenth off, tax in the prices and shipping.
fn basket(click: &str) -> Order {
    Order {
        lines: vec![
            Line::goods("BOOT", 12_000, 2),
            Line::goods("SOCK", 1_500, 1),
            Line::gift_card(5_000),
            Line::tip(300),
        ],
        tax: 2_000,
        taxes_included: true,
        shipping: 490,
        discounts: vec![Discount::Code { code: "SPRING".into(), basis_points: 1_000 }],
        attributes: vec![("__pt".into(), click.into()), ("gift_note".into(), "for you".into())],
        ..Order::default()
    }
}

fn a_shop_from_the_first_click_to_the_end(pair: Pair) {
    let it = Connected::installed(pair);
    assert_eq!(it.state(), "connected");
    assert_eq!(it.shop.subscriptions().len(), 7, "the app asks for what it needs");
    let settings: Value =
        serde_json::from_str(it.shop.pixel().expect("settings").as_str().expect("text")).expect("JSON");
    assert_eq!(settings["program"], it.demo.number("/program_id").to_string());
    // Once more: nothing is asked for twice, and the pixel's settings are written anew.
    let key = it.told()["key"].as_str().expect("a key").to_owned();
    assert_eq!(it.demo.anybody().get(&it.agree(&key)).status, 303);
    assert_eq!(it.shop.subscriptions().len(), 7);
    let asked = |word: &str| it.shop.asked().iter().any(|it| it["query"].as_str().is_some_and(|it| it.contains(word)));
    assert!(asked("webPixelUpdate"));

    let (click, _) = it.demo.click(0);
    let bought = it.shop.order(basket(&click));
    it.send(&bought.deliveries);
    assert_eq!(it.account.actions_of(&bought.id.to_string()).len(), 0, "nobody has paid yet");

    // 216.00 and 13.50 less a sixth of tax each; twelve per cent of it.
    it.send(&it.shop.pay(bought.id).deliveries);
    it.earns(bought.id, "PENDING", "191.25", "22.95");

    // A boot goes back: 108.00 less 18.00 of tax.
    let returned = it.shop.refund(bought.id, Refund { lines: vec![(0, 1)], ..Refund::default() });
    it.send(&returned.deliveries);
    it.earns(bought.id, "PENDING", "101.25", "12.15");

    // Shipping, the tip and the gift card were never paid for.
    let rest = Refund { lines: vec![(2, 1), (3, 1)], shipping: 490, ..Refund::default() };
    it.send(&it.shop.refund(bought.id, rest).deliveries);
    it.earns(bought.id, "PENDING", "101.25", "12.15");

    // A hat comes along: 24.00 of which 4.00 are tax.
    let edited = it.shop.edit(bought.id, Edit { additions: vec![Line::goods("HAT", 2_400, 1)], ..Edit::default() });
    it.send(&edited.deliveries);
    it.earns(bought.id, "PENDING", "121.25", "14.55");

    // The socks are taken out of the order.
    it.send(&it.shop.edit(bought.id, Edit { quantities: vec![(1, -1)], ..Edit::default() }).deliveries);
    it.earns(bought.id, "PENDING", "110.00", "13.20");

    it.send(&it.shop.cancel(bought.id).deliveries);
    it.earns(bought.id, "REVERSED", "0.00", "0.00");

    let last = it.shop.order(Order { paid: true, ..basket(&click) });
    it.send(&last.deliveries);
    it.earns(last.id, "PENDING", "191.25", "22.95");
    it.send(&it.shop.uninstall().deliveries);
    assert_eq!(it.state(), "uninstalled");
    it.shop.pass_time(60);
    let after = it.shop.order(Order { paid: true, ..basket(&click) });
    let late = after.of("orders/paid").clone().to(&last.of("orders/paid").address);
    assert_eq!(it.shop.deliver(&late), 410, "the shop has taken the app off");
    it.earns(last.id, "PENDING", "191.25", "22.95");
    assert!(it.account.actions_of(&after.id.to_string()).is_empty());
}

fn what_no_message_told_is_found_by_asking(pair: Pair) {
    let it = Connected::installed(pair);
    let (click, _) = it.demo.click(0);
    // Twelve orders are two pages; of none does a message come.
    let orders: Vec<_> = (0..12).map(|_| it.shop.order(Order { paid: true, ..basket(&click) }).id).collect();
    it.shop.refund(orders[0], Refund { lines: vec![(0, 1)], shipping: 490, ..Refund::default() });
    it.shop.cancel(orders[1]);
    it.shop.throttle(1);
    it.shop.expire_tokens();
    let manager = it.demo.sign_in("/user");
    let key = it.told()["key"].as_str().expect("a key").to_owned();
    let asked = manager.post(&format!("/settings/shopify/{key}/reconcile"), &[]);
    assert_eq!(asked.status, 303, "{}", asked.text());
    it.earns(orders[0], "PENDING", "101.25", "12.15");
    assert!(it.account.actions_of(&orders[1].to_string()).iter().all(|it| it["Payout"] == "0.00"));
    for order in &orders[2..] {
        it.earns(*order, "PENDING", "191.25", "22.95");
    }
    let shop = it.told();
    assert_eq!((&shop["reconciled_new"], &shop["reconcile_trouble"]), (&json!(12), &Value::Null));
}

fn whatever_order_messages_come_in_the_end_is_the_same(pair: Pair) {
    let it = Connected::on(pair, Options::default());
    let (click, _) = it.demo.click(0);
    let story = || {
        let order = it.shop.order(basket(&click));
        let mut all = order.deliveries;
        all.extend(it.shop.pay(order.id).deliveries);
        all.extend(it.shop.refund(order.id, Refund { lines: vec![(0, 1)], ..Refund::default() }).deliveries);
        let out = Edit { quantities: vec![(1, -1)], without_refund: true, ..Edit::default() };
        all.extend(it.shop.edit(order.id, out).deliveries);
        (order.id, all)
    };
    let (forwards, in_order) = story();
    it.send(&in_order);
    let (backwards, mut reversed) = story();
    reversed.reverse();
    it.send(&reversed);
    let (twice, each) = story();
    for delivery in &each {
        it.send(&[delivery.clone(), delivery.clone().as_event(), delivery.clone().by_another_subscription()]);
    }
    // The refund alone, long before anything else of the order came.
    let (lost, rest) = story();
    let is_needed = |it: &&Delivery| it.topic == "refunds/create";
    let refund: Vec<_> = rest.iter().filter(is_needed).cloned().collect();
    it.send(&refund);
    assert!(it.account.actions_of(&lost.to_string()).is_empty(), "it is kept until the order comes");
    it.send(&rest[rest.len() - 1..]);
    for order in [forwards, backwards, twice, lost] {
        // One boot is left: 108.00 less 18.00 of tax.
        it.earns(order, "PENDING", "90.00", "10.80");
    }
}

fn what_is_wrong_with_a_message_is_said_and_changes_nothing(pair: Pair) {
    let it = Connected::on(pair, Options::default());
    let (click, _) = it.demo.click(0);
    let bought = it.shop.order(Order { paid: true, ..basket(&click) });
    let good = bought.of("orders/paid");
    assert_eq!(it.shop.deliver(&good.clone().forged()), 401);
    assert_eq!(it.shop.deliver(&good.clone().unsigned()), 401);
    let huge = vec![b' '; 20 << 20];
    assert!(matches!(it.shop.deliver(&good.clone().with_body(huge)), 413 | 0));
    assert_eq!(it.shop.deliver(&good.clone().with_body("not JSON").by_another_subscription()), 200);
    let mut nothing = good.json();
    nothing["line_items"] = json!([]);
    let empty = good.clone().with_body(nothing.to_string());
    assert_eq!(it.shop.deliver(&empty), 200, "an order without lines is taken");
    assert!(it.account.actions_of(&bought.id.to_string()).is_empty());
    // A test of the shop's earns nothing.
    let test = it.shop.order(Order { paid: true, test: true, ..basket(&click) });
    it.send(&test.deliveries);
    // What was refused before is no reason to refuse it when it is right.
    it.send(&bought.deliveries[2..]);
    it.earns(bought.id, "PENDING", "191.25", "22.95");
    assert!(it.account.actions_of(&test.id.to_string()).is_empty());
    let shop = it.told();
    assert_eq!(shop["signatures_wrong"], 2);

    // The buyer pays in pounds; what counts is what the shop gets.
    let presentment = Some(Presentment { currency: "GBP".into(), rate: 870_000 });
    let abroad = it.shop.order(Order { paid: true, presentment, ..basket(&click) });
    it.send(&abroad.deliveries);
    it.earns(abroad.id, "PENDING", "191.25", "22.95");
    // A gesture of ten without anything going back, and goods that go back without money.
    let gesture = Refund { money: RefundMoney::Exactly(1_000), ..Refund::default() };
    it.send(&it.shop.refund(abroad.id, gesture).deliveries);
    it.earns(abroad.id, "PENDING", "182.92", "21.95");
    let shelf = Refund { lines: vec![(0, 1)], money: RefundMoney::None, ..Refund::default() };
    it.send(&it.shop.refund(abroad.id, shelf).deliveries);
    it.earns(abroad.id, "PENDING", "92.92", "11.15");
}

fn the_pixel_finds_the_click_and_the_shop_names_the_figures(pair: Pair) {
    let it = Connected::on(pair, Options { taxes_included: false, ..Options::default() });
    let (_, cookie) = it.demo.click(1);
    let order = Order { attributes: Vec::new(), taxes_included: false, paid: true, ..basket("") };
    let bought = it.shop.order(order);
    let page = it.demo.page().with("cookie", &cookie);
    let body = json!({
        "program": it.demo.number("/program_id"), "event": "sale", "orderId": bought.id.to_string(), "currencyCode": "EUR",
        "orderSubTotalPostDiscount": "1.00", "consent": "granted", "shopify": "marketing=yes,sale=yes",
    });
    assert_eq!(page.post("/pt/o", "text/plain", &body.to_string()).status, 204);
    assert!(it.account.actions_of(&bought.id.to_string()).is_empty(), "what a shop sells, the shop says");
    it.send(&bought.deliveries);
    // 216.00 and 13.50, with tax on top; eight per cent of it.
    it.earns(bought.id, "PENDING", "229.50", "18.36");
}
