//! The main job, with `demo.json` and the documented interfaces only.

use serde_json::json;

use crate::support::{Demo, Pair, form, on_every_pair};

on_every_pair!(
    a_click_becomes_an_action_in_every_form_of_report_and_can_be_changed,
    pages_of_actions_are_followed_to_the_end,
    a_promo_code_a_forced_partner_and_items_are_priced,
);

fn a_click_becomes_an_action_in_every_form_of_report_and_can_be_changed(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let (click_id, _) = demo.click(0);
    let (program, sale) = (demo.number("/program_id").to_string(), demo.number("/event_types/sale").to_string());
    let pairs = |order: &'static str| {
        vec![
            ("CampaignId", program.clone()),
            ("ActionTrackerId", sale.clone()),
            ("EventDate", "NOW".into()),
            ("OrderId", order.into()),
            ("ClickId", click_id.clone()),
            ("CurrencyCode", "EUR".into()),
            ("Amount", "100.00".into()),
        ]
    };
    let as_form = |order| {
        let pairs = pairs(order);
        form(&pairs.iter().map(|(name, value)| (*name, value.as_str())).collect::<Vec<_>>())
    };
    let as_json = |order| {
        let object: serde_json::Map<_, _> =
            pairs(order).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        serde_json::Value::Object(object).to_string()
    };
    let path = format!("{}/Conversions", account.base);
    let urlencoded = "application/x-www-form-urlencoded";
    let answers = [
        ("form", account.client.post(&path, urlencoded, &as_form("form"))),
        ("json", account.client.post(&path, "application/json", &as_json("json"))),
        ("mislabelled", account.client.post(&path, urlencoded, &as_json("mislabelled"))),
        ("query", account.client.post(&format!("{path}?{}", as_form("query")), "", "")),
    ];
    for (order, answer) in &answers {
        assert_eq!(answer.json()["Status"], "QUEUED", "{order}: {}", answer.text());
        let submission = account.submission(answer);
        assert_eq!((&submission["Status"], &submission["Result"]), (&json!("Complete"), &json!("APPLIED")), "{order}");
        let actions = account.actions_of(order);
        assert_eq!(actions.len(), 1, "{order}");
        assert_eq!(actions[0]["MediaPartnerId"], demo.number("/partners/0/id").to_string());
        assert_eq!((&actions[0]["Payout"], &actions[0]["State"]), (&json!("12.00"), &json!("PENDING")));
    }

    let id = account.actions_of("form")[0]["Id"].as_str().expect("an id").to_owned();
    let change = [("ActionId", id.as_str()), ("Reason", "ORDER_UPDATE"), ("Amount", "50")];
    account.submission(&account.send("PUT", "Actions", &change));
    let action = account.get(&format!("Actions/{id}"));
    assert_eq!(
        (&action["Amount"], &action["Payout"], &action["DeltaPayout"]),
        (&json!("50.00"), &json!("6.00"), &json!("-6.00"))
    );

    let change = [("ActionTrackerId", sale.as_str()), ("OrderId", "form"), ("DispositionCode", "ITEM_RETURNED")];
    account.submission(&account.send("DELETE", "Actions", &change));
    let action = account.get(&format!("Actions/{id}.json"));
    assert_eq!((&action["State"], &action["Payout"]), (&json!("REVERSED"), &json!("0.00")));
    let updates = account.get("ActionUpdates.json")["ActionUpdates"].as_array().expect("a list").len();
    assert_eq!(updates, 4 + 2, "four opened, one modified, one reversed");

    let xml = account.client.get(&format!("{}/Actions/{id}.xml", account.base));
    assert!(xml.text().contains("<State>REVERSED</State>"), "{}", xml.text());
}

fn pages_of_actions_are_followed_to_the_end(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let (click_id, _) = demo.click(1);
    let (program, sale) = (demo.number("/program_id").to_string(), demo.number("/event_types/sale").to_string());
    for n in 0..5 {
        let order = format!("page-{n}");
        let pairs = [
            ("CampaignId", program.as_str()),
            ("ActionTrackerId", &sale),
            ("EventDate", "NOW"),
            ("OrderId", &order),
            ("ClickId", &click_id),
            ("Amount", "10"),
        ];
        assert_eq!(account.send("POST", "Conversions", &pairs).status, 200);
    }
    let (mut seen, mut next) = (Vec::new(), format!("{}/Actions.json?PageSize=2", account.base));
    while !next.is_empty() {
        let page = account.client.get(&next).json();
        seen.extend(page["Actions"].as_array().expect("a list").iter().map(|it| it["Oid"].clone()));
        next = page["@nextpageuri"].as_str().unwrap_or_default().to_owned();
    }
    assert_eq!(seen, ["page-0", "page-1", "page-2", "page-3", "page-4"]);
    let company = account.get("CompanyInformation.json");
    assert!(company.to_string().contains("Acme Shoes"), "{company}");
}

fn a_promo_code_a_forced_partner_and_items_are_priced(pair: Pair) {
    let demo = Demo::on(pair);
    let account = demo.account();
    let (program, sale) = (demo.number("/program_id").to_string(), demo.number("/event_types/sale").to_string());
    let base = [("CampaignId", program.as_str()), ("ActionTrackerId", &sale), ("EventDate", "NOW")];
    let report = |more: &[(&str, &str)]| {
        let pairs: Vec<_> = base.iter().copied().chain(more.iter().copied()).collect();
        account.submission(&account.send("POST", "Conversions", &pairs))
    };
    report(&[("OrderId", "code"), ("Amount", "100"), ("OrderPromoCode", "trail10")]);
    assert_eq!(account.actions_of("code")[0]["ReferringType"], "PROMOCODE");

    let partner = demo.number("/partners/2/id").to_string();
    report(&[("OrderId", "forced"), ("Amount", "100"), ("MediaPartnerId", &partner), ("SubId1", "s")]);
    let forced = &account.actions_of("forced")[0];
    assert_eq!((&forced["Payout"], &forced["SubId1"]), (&json!("10.00"), &json!("s")));

    let items = [
        ("OrderId", "items"),
        ("OrderPromoCode", "TRAIL10"),
        ("ItemSku1", "boot"),
        ("ItemPrice1", "100"),
        ("ItemQuantity1", "2"),
        ("ItemSku2", "sock"),
        ("ItemSubTotal2", "14"),
        ("OrderDiscount", "14"),
        ("OrderShipping", "9"),
    ];
    report(&items);
    let order = &account.actions_of("items")[0];
    assert_eq!((&order["Amount"], &order["Payout"]), (&json!("200.00"), &json!("24.00")));
    let id = order["Id"].as_str().expect("an id");
    let change = [("ActionId", id), ("Reason", "ITEM_RETURNED"), ("Sku", "boot"), ("Quantity", "1")];
    account.submission(&account.send("PUT", "Actions", &change));
    let items = account.get(&format!("Actions/{id}/Items"));
    assert_eq!(items["Items"][0]["Quantity"], "1");
    assert_eq!(items["Items"][0]["SaleAmount"], "93.46", "half of 200 / 214 of 200");
}
