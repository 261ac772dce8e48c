//! "What became of this order?", by every text that names it, as the brand and as each partner sees it.

use serde_json::{Value, json};

use crate::support::{Demo, Pair, eventually, form, on_every_pair};

on_every_pair!(
    an_order_is_found_by_every_text_that_names_it,
    what_was_never_received_or_refused_at_the_door_says_so,
    a_partner_sees_its_own_part_and_nothing_of_others,
    an_order_that_earned_nothing_says_until_when_it_may_change,
    a_click_says_why_it_does_not_count,
    an_order_is_followed_to_its_end,
    what_arrives_late_is_a_second_decision,
    the_console_draws_the_way_for_the_brand_and_for_each_partner,
    the_console_says_why_a_click_does_not_count,
);

fn ask(demo: &Demo, path: &str) -> Value {
    let reply = demo.api().get(&format!("/api/v1/{path}"));
    assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    reply.json()
}

fn code(found: &Value) -> &str {
    found["answer"]["code"].as_str().expect("every answer has a code")
}

/// Reports an order; gives the submission's name.
fn report(demo: &Demo, more: &[(&str, &str)]) -> String {
    let mut pairs = vec![("CampaignId", "1"), ("EventTypeCode", "sale"), ("EventDate", "NOW"), ("Amount", "100")];
    pairs.extend_from_slice(more);
    let reply = demo.api().post("/api/v1/conversions", "application/x-www-form-urlencoded", &form(&pairs));
    assert_eq!(reply.status, 202, "{}", reply.text());
    reply.json()["submission_id"].as_str().expect("a name").to_owned()
}

fn an_order_is_found_by_every_text_that_names_it(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    let submission = report(&demo, &[("OrderId", "L/1 ä"), ("ClickId", &click_id)]);
    let found = ask(&demo, "orders/L%2F1%20%C3%A4");
    assert_eq!((code(&found), &found["books_behind"]), ("CREDITED", &json!(false)), "{found}");
    let message = found["answer"]["message"].as_str().expect("a sentence");
    assert_eq!(message, "It is credited to Trail Notes.");
    assert!(found["answer"]["next_step"].as_str().expect("a step").starts_with("Nothing to do: it locks on "));
    let order = &found["orders"][0];
    let action = order["actions"][0]["id"].as_str().expect("an action").to_owned();
    let decision = &order["decisions"][0];
    assert_eq!((&decision["rule"], &decision["credits"][0]["partner_id"]), (&json!("click_id"), &json!(1)));
    assert_eq!(decision["candidates"][0]["path"][0]["step"], "reported_click_id");
    let click = decision["candidates"][0]["click_no"].as_str().expect("a number").to_owned();
    for text in [&action, &submission] {
        let again = ask(&demo, &format!("orders/{text}"));
        assert_eq!((code(&again), &again["orders"][0]["order_id"]), ("CREDITED", &json!("L/1 ä")), "{text}");
    }
    for text in [&click_id, &click] {
        let found = ask(&demo, &format!("orders/{text}"));
        assert_eq!((code(&found), &found["click"]["orders"][0]["order_id"]), ("CLICK_COUNTED", &json!("L/1 ä")));
        let told = ask(&demo, &format!("clicks/{text}"));
        assert_eq!((code(&told), &told["orders"][0]["order_id"]), ("CLICK_COUNTED", &json!("L/1 ä")));
    }
    let by_code = ask(&demo, "conversions/sale/L%2F1%20%C3%A4/decision");
    assert_eq!((&by_code["decisions"][0], code(&by_code)), (decision, "CREDITED"));
    assert_eq!(demo.api().get("/api/v1/conversions/sale/L2/decision").status, 404);
    assert_eq!(&ask(&demo, &format!("actions/{action}/decision")), decision);
    let of_another = demo.api().get(&format!("/api/v1/actions/{action}/decision?partner_id=2"));
    assert_eq!(of_another.status, 404);
}

fn what_was_never_received_or_refused_at_the_door_says_so(pair: Pair) {
    let demo = Demo::on(pair);
    assert_eq!(code(&ask(&demo, "orders/nothing")), "NEVER_RECEIVED");
    let (click_id, _) = demo.click(0);
    let wrong = [("CampaignId", "1"), ("EventTypeCode", "sale"), ("OrderId", "D1"), ("ClickId", &click_id)];
    let reply = demo.api().post("/api/v1/conversions", "application/x-www-form-urlencoded", &form(&wrong));
    assert_eq!(reply.status, 400, "no date and no amount");
    let found = ask(&demo, "orders/D1");
    assert_eq!(code(&found), "REFUSED_AT_DOOR");
    assert!(found["answer"]["message"].as_str().expect("a sentence").contains("EventDate"), "{found}");
    let name = found["refused_at_door"][0]["submission_id"].as_str().expect("a name").to_owned();
    assert_eq!(code(&ask(&demo, &format!("orders/{name}"))), "REFUSED_AT_DOOR");
    // The partner whose click it brought is told, without what was wrong; another is told nothing.
    let own = ask(&demo, "orders/D1?partner_id=1");
    assert_eq!((code(&own), &own["refused_at_door"][0]["fields"]), ("REFUSED_AT_DOOR", &json!([])));
    assert_eq!(code(&ask(&demo, "orders/D1?partner_id=2")), "NOTHING_OF_YOURS");
    assert_eq!(code(&ask(&demo, &format!("orders/{}", "A".repeat(47)))), "CLICK_NOT_VALID");
    let altered: String = click_id.chars().rev().collect();
    assert_eq!(code(&ask(&demo, &format!("orders/{altered}"))), "CLICK_NOT_VALID");
}

fn a_partner_sees_its_own_part_and_nothing_of_others(pair: Pair) {
    let demo = Demo::on(pair);
    let first = demo.visitor().get(&demo.link(0));
    let (click_id, cookie) = (first.location_param("pt").expect("a click id"), first.cookie());
    let second = demo.visitor().with("cookie", &cookie).get(&demo.link(1));
    let other_id = second.location_param("pt").expect("a click id");
    report(&demo, &[("OrderId", "P1"), ("ClickId", &other_id)]);
    let brand = ask(&demo, "orders/P1");
    assert_eq!(brand["orders"][0]["decisions"][0]["candidates"].as_array().expect("a list").len(), 2, "{brand}");
    let loser = ask(&demo, "orders/P1?partner_id=1");
    assert_eq!(code(&loser), "CREDITED_ELSEWHERE");
    assert!(loser["answer"]["message"].as_str().expect("a sentence").starts_with("It is credited to another partner"));
    let candidates = loser["orders"][0]["decisions"][0]["candidates"].as_array().expect("a list").clone();
    assert_eq!((&candidates[0]["partner_id"], &candidates[0]["won"]), (&Value::Null, &json!(true)));
    assert_eq!((&candidates[0]["click_no"], &candidates[0]["path"]), (&Value::Null, &json!([])));
    assert_eq!(candidates[1]["reason"], "OTHER_REF_PRIORITIZED");
    assert_eq!((&loser["orders"][0]["reported"], &loser["orders"][0]["actions"]), (&Value::Null, &json!([])));
    assert!(!loser.to_string().contains("Deal Harbour"), "{loser}");
    let winner = ask(&demo, "orders/P1?partner_id=2");
    assert_eq!((code(&winner), &winner["answer"]["message"]), ("CREDITED", &json!("It is credited to you.")));
    assert_eq!(code(&ask(&demo, "orders/P1?partner_id=3")), "NOTHING_OF_YOURS");
    let action = brand["orders"][0]["actions"][0]["id"].as_str().expect("an action");
    assert_eq!(code(&ask(&demo, &format!("orders/{action}?partner_id=3"))), "NOTHING_OF_YOURS");
    let hidden = demo.api().get(&format!("/api/v1/clicks/{click_id}?partner_id=2"));
    assert_eq!(hidden.status, 404, "another partner's click");
    assert_eq!(code(&ask(&demo, &format!("orders/{click_id}?partner_id=2"))), "NOTHING_OF_YOURS");
    assert_eq!(demo.api().get("/api/v1/conversions/sale/P1/decision?partner_id=3").status, 404);
}

fn an_order_that_earned_nothing_says_until_when_it_may_change(pair: Pair) {
    let demo = Demo::on(pair);
    let submission = report(&demo, &[("OrderId", "U1"), ("CustomerId", "nobody-known")]);
    let found = ask(&demo, "orders/U1");
    assert_eq!((code(&found), &found["answer"]["reason"]), ("EARNED_NOTHING_YET", &json!("UNCLAIMED")), "{found}");
    assert!(found["orders"][0]["settles_at"].is_string());
    assert!(found["answer"]["next_step"].as_str().expect("a step").contains("Send the click id or the customer id"));
    let told = ask(&demo, "conversions/1/U1/decision");
    assert_eq!((&told["decisions"][0]["rule"], &told["decisions"][0]["candidates"]), (&Value::Null, &json!([])));
    assert_eq!(code(&ask(&demo, &format!("orders/{submission}"))), "EARNED_NOTHING_YET");
    assert_eq!(code(&ask(&demo, "orders/U1?partner_id=1")), "NOTHING_OF_YOURS");
    // A report that the rules refuse stands beside the order.
    let (click_id, _) = demo.click(0);
    report(&demo, &[("OrderId", "U2"), ("ClickId", &click_id)]);
    let other_money = [("CampaignId", "1"), ("EventTypeCode", "sale"), ("OrderId", "U2"), ("Amount", "9")];
    let other_money = [&other_money[..], &[("EventDate", "NOW"), ("ClickId", &click_id)]].concat();
    demo.api().post("/api/v1/conversions", "application/x-www-form-urlencoded", &form(&other_money));
    let found = ask(&demo, "orders/U2");
    assert_eq!((code(&found), &found["refused_by_rules"][0]["reason"]), ("CREDITED", &json!("CONV_DUPLICATE")));
}

fn a_click_says_why_it_does_not_count(pair: Pair) {
    let demo = Demo::on(pair);
    let robot = crate::support::Client::new(demo.address, "go.shop.localhost").with("user-agent", "Googlebot/2.1");
    assert_eq!(robot.get(&demo.link(0)).status, 302);
    let uncounted = || ask(&demo, "clicks")["data"].as_array()?.iter().find(|it| it["counted"] == false).cloned();
    eventually("the click is in the books", || uncounted().is_some());
    let click = uncounted().expect("it is there")["click_no"].as_str().expect("a number").to_owned();
    let told = ask(&demo, &format!("clicks/{click}"));
    assert_eq!((code(&told), &told["answer"]["reason"]), ("CLICK_NOT_COUNTED", &json!("DECLARED_BOT")));
    assert_eq!(told["answer"]["next_step"], "Nothing to do: the visitor was no person.");
    let partner = ask(&demo, &format!("clicks/{click}?partner_id=1"));
    assert_eq!(partner["answer"]["message"], "Not counted: invalid traffic. The click is kept and earns nothing.");
    assert!(partner["reason"] == "INVALID_TRAFFIC" && !partner.to_string().contains("BOT"), "{partner}");
    assert_eq!(demo.api().get("/api/v1/clicks/nonsense").status, 404);
    assert_eq!(demo.api().get("/api/v1/clicks/12").status, 404);
}

fn an_order_is_followed_to_its_end(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    report(&demo, &[("OrderId", "E1"), ("ClickId", &click_id)]);
    let id = ask(&demo, "orders/E1")["orders"][0]["actions"][0]["id"].as_str().expect("an action").to_owned();
    let taken = demo.api().post(
        &format!("/api/v1/actions/{id}/reversals"),
        "application/json",
        &json!({ "reason": "ITEM_RETURNED" }).to_string(),
    );
    assert_eq!(taken.status, 202, "{}", taken.text());
    let found = ask(&demo, "orders/E1");
    assert_eq!(code(&found), "REVERSED");
    let history = found["orders"][0]["actions"][0]["history"].as_array().expect("a list").clone();
    assert_eq!(history.last().map(|line| &line["kind"]), Some(&json!("reversed")));
}

fn what_arrives_late_is_a_second_decision(pair: Pair) {
    let demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    report(&demo, &[("OrderId", "T1"), ("CustomerId", "late")]);
    assert_eq!(code(&ask(&demo, "orders/T1")), "EARNED_NOTHING_YET");
    // The two seconds by which clocks may disagree let it have been before the order.
    let seen = [("CampaignId", "1"), ("EventDate", "NOW"), ("ClickId", &click_id), ("CustomerId", "late")];
    assert_eq!(demo.anybody().post_form("/PageLoad", &seen).status, 200);
    let found = ask(&demo, "orders/T1");
    assert_eq!(code(&found), "CREDITED", "{found}");
    assert_eq!(found["refused_by_rules"], json!([]), "what it was at first is in the decisions");
    let decisions = found["orders"][0]["decisions"].as_array().expect("a list").clone();
    assert_eq!((decisions.len(), &decisions[1]["reason"]), (2, &json!("UNCLAIMED")));
    assert!(decisions[0]["record"].as_u64() > decisions[1]["record"].as_u64(), "newest first");
    let path = decisions[0]["candidates"][0]["path"].as_array().expect("a list").clone();
    assert_eq!((&path[0]["step"], &path[0]["from"]["kind"]), (&json!("reported"), &json!("customer_id")));
    assert_eq!(path[1]["from"], path[0]["from"], "the way goes on from what the report named");
    assert_eq!(path[0]["record"], Value::Null, "it was decided with another record than the report's");
    let page = demo.sign_in("/user").get("/orders?id=T1").text();
    assert!(page.contains("Decided 2 times, as more became known"), "{page}");
}

fn the_console_draws_the_way_for_the_brand_and_for_each_partner(pair: Pair) {
    let demo = Demo::on(pair);
    let cookie = demo.click(1).1;
    let last = demo.visitor().with("cookie", &cookie).get(&demo.link(0)).location_param("pt").expect("a click id");
    let seen = [("CampaignId", "1"), ("EventDate", "NOW"), ("ClickId", &last), ("CustomerId", "8431")];
    assert_eq!(demo.anybody().post_form("/PageLoad", &seen).status, 200);
    report(&demo, &[("OrderId", "W1"), ("CustomerId", "8431")]);
    let owner = demo.sign_in("/user");
    let page = owner.get("/orders?id=W1").text();
    for words in [
        "It is credited to Trail Notes.",
        "Click of Deal Harbour",
        "visitor cookie<br><code>••",
        "seen together",
        "in the report",
        "Another click won",
        "How long the clicks count",
        "Payout €12.00",
        "As a partner sees it:",
        "The buyer's profile",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let profile = page.split("href=\"/profiles/").nth(1).and_then(|rest| rest.split('"').next()).expect("a link");
    assert_eq!(owner.get(&format!("/profiles/{profile}")).status, 200);
    let loser = demo.sign_in("/partners/1/user");
    let own = loser.get("/orders?id=W1").text();
    assert!(own.contains("It is credited to another partner.") && own.contains("Click of another partner"), "{own}");
    assert!(!own.contains("Trail Notes") && !own.contains("€") && !own.contains("/profiles/"), "{own}");
    let seen_as = owner.get("/orders?id=W1&partner=2").text();
    assert!(seen_as.contains("As Deal Harbour sees it") && !seen_as.contains("Payout €"), "{seen_as}");
    // Whoever asks for another's view by the address gets its own.
    assert!(loser.get("/orders?id=W1&partner=1").text().contains("Click of another partner"));
    let stranger = demo.sign_in("/partners/2/user").get("/orders?id=W1").text();
    assert!(stranger.contains("No click or code of yours was joined to such an order."), "{stranger}");
    assert!(owner.get("/orders?id=W2").text().contains("No report of it reached this server."));
}

fn the_console_says_why_a_click_does_not_count(pair: Pair) {
    let demo = Demo::on(pair);
    let robot = crate::support::Client::new(demo.address, "go.shop.localhost").with("user-agent", "Googlebot/2.1");
    assert_eq!(robot.get(&demo.link(0)).status, 302);
    let uncounted = || ask(&demo, "clicks")["data"].as_array()?.iter().find(|it| it["counted"] == false).cloned();
    eventually("the click is in the books", || uncounted().is_some());
    let path = format!("/clicks?no={}", uncounted().expect("it is there")["click_no"].as_str().expect("a number"));
    let brand = demo.sign_in("/user").get(&path).text();
    assert!(brand.contains("Why this click does not count") && brand.contains("DECLARED_BOT"), "{brand}");
    assert!(brand.contains("What was measured") && brand.contains("A robot of a search engine"), "{brand}");
    let own = demo.sign_in("/partners/0/user").get(&path).text();
    assert!(!own.contains("What was measured"), "{own}");
    assert!(own.contains("Not counted: invalid traffic.") && own.contains("Place links for people"), "{own}");
    assert!(!own.contains("DECLARED_BOT"), "a partner is not told which kind it was: {own}");
    let other = demo.sign_in("/partners/1/user").get(&path).text();
    assert!(!other.contains("Why this click"), "{other}");
}
