//! The console: who sees what, and that nothing is done without a form of its own.

use crate::support::{Demo, Pair, Person, eventually, on_every_pair};

on_every_pair!(
    every_screen_shows_and_every_list_exports,
    the_search_box_finds_orders_clicks_partners_and_codes,
    partners_see_their_own_and_change_nothing,
    a_form_of_another_session_is_refused,
    roles_allow_what_they_say,
    guessing_passwords_is_slowed,
    a_partner_gets_terms_of_its_own_and_its_contract_is_paused_and_ended,
    what_is_set_up_is_paused_resumed_and_changed,
    a_second_program_has_links_of_its_own_on_a_host_that_is_free,
    a_changed_password_ends_the_other_sessions,
    people_are_added_and_disabled_by_owners_alone,
    somebody_with_two_brands_switches_and_sees_one_at_a_time,
    the_audit_trail_says_who_did_what_and_why,
    every_table_has_a_file_with_figures_to_reckon_with,
);

const SCREENS: [&str; 29] = [
    "/",
    "/partners",
    "/partners/1",
    "/ads",
    "/ads/1/1",
    "/actions",
    "/inquiries",
    "/conversions",
    "/clicks",
    "/feed",
    "/pending-clicks",
    "/pending-clicks/reviews",
    "/payments",
    "/payees/1",
    "/payer",
    "/documents",
    "/mails",
    "/settings",
    "/settings/event-types/1/1",
    "/settings/identifiers",
    "/settings/tokens",
    "/settings/groups",
    "/settings/overlays",
    "/settings/lists",
    "/settings/screening",
    "/promo-codes/change?program=1&code=TRAIL10",
    "/settings/people",
    "/audit",
    "/account",
];

fn with_an_order(demo: &Demo, order: &str) -> String {
    let (click_id, _) = demo.click(0);
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", order),
        ("ClickId", &click_id),
        ("Amount", "100"),
    ];
    let account = demo.account();
    account.submission(&account.send("POST", "Conversions", &pairs));
    account.actions_of(order)[0]["Id"].as_str().expect("an id").to_owned()
}

fn export(person: &Person, path: &str) -> String {
    let reply = person.get(path);
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/csv; charset=utf-8"), "{path}");
    reply.text()
}

fn every_screen_shows_and_every_list_exports(pair: Pair) {
    let demo = Demo::on(pair);
    let id = with_an_order(&demo, "C1");
    let owner = demo.sign_in("/user");
    for path in SCREENS {
        let page = owner.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(!page.text().contains("<style") && !page.text().contains(" style="), "{path} needs no inline style");
    }
    let action = owner.get(&format!("/actions/{id}")).text();
    assert!(action.contains("Why Trail Notes earns this") && action.contains("12.00"), "{action}");
    assert!(export(&owner, "/actions?format=csv").contains("C1"));
    for path in ["/?format=csv", "/clicks?format=csv", "/conversions?format=csv", "/partners?format=csv"] {
        eventually(path, || export(&owner, path).lines().count() >= 2);
    }
    assert_eq!(
        owner.get("/actions?from=nonsense&to=&partner=x&state=y&before=z").status,
        200,
        "a bad filter is no fault"
    );
    assert_eq!(owner.get("/actions/9.9.9").status, 404);
}

fn the_search_box_finds_orders_clicks_partners_and_codes(pair: Pair) {
    let demo = Demo::on(pair);
    let id = with_an_order(&demo, "S-4711");
    let (click_id, _) = demo.click(1);
    let owner = demo.sign_in("/user");
    let found = |what: &str| {
        let reply = owner.get(&format!("/search?{}", crate::support::form(&[("q", what)])));
        if reply.status == 303 { owner.get(reply.header("location")).text() } else { reply.text() }
    };
    assert!(found("S-4711").contains(&format!("action {id}")));
    eventually("the click is found", || found(&click_id).contains("Deal Harbour"));
    assert!(found("Sole Search").contains("<h1>Sole Search</h1>"));
    assert!(found("trail10").contains("<h1>Trail Notes</h1>"));
    assert!(found("<script>alert(1)</script>").contains("&lt;script&gt;"));
}

fn partners_see_their_own_and_change_nothing(pair: Pair) {
    let demo = Demo::on(pair);
    let id = with_an_order(&demo, "O-4711");
    let (own, other) = (demo.sign_in("/partners/0/user"), demo.sign_in("/partners/1/user"));
    assert!(own.get("/actions").text().contains("O-4711"));
    assert_eq!(own.get(&format!("/actions/{id}")).status, 200);
    assert!(!other.get("/actions").text().contains("O-4711"));
    assert_eq!(other.get(&format!("/actions/{id}")).status, 404);
    assert!(!other.get("/clicks").text().contains("Trail Notes"));
    assert!(!other.get("/search?q=O-4711").text().contains(&id));
    for path in ["/partners", "/conversions", "/settings", "/feed"] {
        assert_eq!(own.get(path).status, 403, "{path}");
    }
    let reverse = own.post(&format!("/actions/{id}"), &[("disposition", "OTHER")]);
    assert_eq!(reverse.status, 403);
    assert_eq!(demo.account().actions_of("O-4711")[0]["State"], "PENDING");
}

fn a_form_of_another_session_is_refused(pair: Pair) {
    let demo = Demo::on(pair);
    let id = with_an_order(&demo, "F1");
    let owner = demo.sign_in("/user");
    let path = format!("/actions/{id}");
    let forged = owner.client.post_form(&path, &[("csrf", "guess"), ("disposition", "OTHER")]);
    assert_eq!(forged.status, 403);
    assert_eq!(demo.account().actions_of("F1")[0]["State"], "PENDING");
    assert_eq!(owner.post(&path, &[("disposition", "OTHER"), ("amount", "nonsense")]).status, 422);
    assert_eq!(owner.post(&path, &[("disposition", "OTHER")]).status, 303);
    assert_eq!(demo.account().actions_of("F1")[0]["State"], "REVERSED");
    let elsewhere = demo.anybody().with("origin", "https://evil.example");
    let (email, password) = (demo.text("/user/email"), demo.text("/user/password"));
    assert_eq!(elsewhere.post_form("/sign-in", &[("email", &email), ("password", &password)]).status, 403);
}

fn roles_allow_what_they_say(pair: Pair) {
    let demo = Demo::on(pair);
    let id = with_an_order(&demo, "R1");
    let owner = demo.sign_in("/user");
    let add = owner.post("/settings/users", &[("email", "vi@acme.example"), ("name", "Vi"), ("role", "viewer")]);
    let page = add.text();
    assert_eq!(add.status, 200, "{page}");
    let password =
        page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown once").to_owned();
    let signed_in = demo.anybody().post_form("/sign-in", &[("email", "vi@acme.example"), ("password", &password)]);
    assert_eq!(signed_in.status, 303, "{}", signed_in.text());
    let client = demo.anybody().with("cookie", &signed_in.cookie());
    let csrf = client.get("/").text();
    let csrf =
        csrf.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form").to_owned();
    let viewer = Person { client, csrf };
    assert_eq!(viewer.get("/actions").status, 200);
    assert_eq!(viewer.get("/settings").status, 403);
    for (path, pairs) in [
        (format!("/actions/{id}"), vec![("disposition", "OTHER")]),
        ("/partners".into(), vec![("name", "Nobody")]),
        ("/payments".into(), vec![("program", "1"), ("partner", "1")]),
        ("/settings/tokens".into(), vec![("name", "x"), ("kind", "api")]),
        ("/settings/users".into(), vec![("email", "x@y.example"), ("role", "owner")]),
        ("/settings/identifiers/block".into(), vec![("kind", "customer_id"), ("value", "8431")]),
        ("/settings/identifiers/unblock".into(), vec![("entry", "1")]),
    ] {
        let reply = viewer.post(&path, &pairs);
        assert!([403, 422].contains(&reply.status), "{path} gave {}", reply.status);
        assert_ne!(reply.status, 303, "{path}");
    }
    assert_eq!(demo.account().actions_of("R1")[0]["State"], "PENDING");
    let out = viewer.post("/sign-out", &[]);
    assert_eq!(out.header("location"), "/sign-in");
    assert_eq!(viewer.get("/").header("location"), "/sign-in", "the session is over");
}

fn guessing_passwords_is_slowed(pair: Pair) {
    let demo = Demo::on(pair);
    let tries: Vec<u16> = (0..12)
        .map(|n| {
            demo.anybody()
                .post_form("/sign-in", &[("email", "manager@acme.example"), ("password", &n.to_string())])
                .status
        })
        .collect();
    assert_eq!(tries[..10], [401; 10]);
    assert_eq!(tries[10..], [429; 2]);
}

/// Signs in with an address and a password, and finds the form's secret on the first page.
fn sign_in_as(demo: &Demo, email: &str, password: &str) -> Option<Person> {
    let reply = demo.anybody().post_form("/sign-in", &[("email", email), ("password", password)]);
    (reply.status == 303).then(|| with_cookie(demo, &reply.cookie()))
}

fn with_cookie(demo: &Demo, cookie: &str) -> Person {
    let client = demo.anybody().with("cookie", cookie);
    let page = client.get("/account").text();
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    Person { csrf: csrf.expect("a form").to_owned(), client }
}

fn cookie_of(person: &Person) -> String {
    let cookie = person.client.headers.iter().find(|(name, _)| name == "cookie");
    cookie.map(|(_, value)| value.clone()).expect("somebody who signed in has a cookie")
}

/// What a page shows for the only time.
fn shown_once(page: &str) -> String {
    page.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next()).expect("shown once").to_owned()
}

/// A second brand in the same installation, and its owner.
pub fn second_brand(demo: &mut Demo) -> Person {
    // Once it answers, it also listens to the request to end.
    assert_eq!(demo.anybody().get("/sign-in").status, 200);
    demo.stop();
    let added = demo.command(&["user", "add", "--email", "olga@other.example", "--brand", "Other Shoes"]);
    let said = String::from_utf8_lossy(&added.stdout).into_owned();
    let password = said.split("password: ").nth(1).expect("a password").trim().to_owned();
    demo.run();
    sign_in_as(demo, "olga@other.example", &password).expect("the owner signs in")
}

pub fn program<'a>(id: &'a str, name: &'a str, host: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", id),
        ("name", name),
        ("currency", "EUR"),
        ("zone", "Europe/Berlin"),
        ("default_landing_url", "https://www.other.example/"),
        ("tracking_hosts", host),
        ("permitted_hosts", "www.other.example"),
        ("click_param", "pt"),
        ("cookie_days", "30"),
    ]
}

fn order(demo: &Demo, partner: usize, id: &str) -> Vec<serde_json::Value> {
    let (click_id, _) = demo.click(partner);
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", id),
        ("ClickId", &click_id),
        ("Amount", "100"),
    ];
    let account = demo.account();
    account.submission(&account.send("POST", "Conversions", &pairs));
    account.actions_of(id)
}

fn a_partner_gets_terms_of_its_own_and_its_contract_is_paused_and_ended(pair: Pair) {
    let demo = Demo::with_standing_clock(pair);
    let owner = demo.sign_in("/user");
    let contract = |pairs: &[(&str, &str)]| {
        let reply = owner.post("/partners/2/contract", &[&[("program", "1")], pairs].concat());
        if reply.status == 422 { reply.text() } else { reply.header("location").to_owned() }
    };
    let days = [("referral_window_days", "20"), ("lock_days", "10")];
    assert_eq!(order(&demo, 1, "T1")[0]["Payout"], "8.00", "by the template");
    let own = [&days[..], &[("what", "own"), ("payout_1", "25%"), ("payout_2", "3.50")]].concat();
    assert_eq!(contract(&own), "/partners/2?done#contract-1");
    demo.advance("2s");
    assert_eq!(order(&demo, 1, "T2")[0]["Payout"], "25.00", "by its own terms");
    let page = owner.get("/partners/2").text();
    assert!(page.contains("Its own terms, version 2. Clicks count for 20 days, actions lock after 10 days."), "{page}");
    assert!(page.contains("value=\"25%\"") && page.contains("value=\"3.50\""), "the form holds what is in force");
    for (what, pair) in [
        ("is no payout", ("payout_1", "much")),
        ("at most 100", ("payout_1", "101%")),
        ("start in the past", ("starts", "2020-01-01")),
        ("is not a day", ("starts", "tomorrow")),
    ] {
        let wrong = [&[pair], &days[..], &[("what", "own")]].concat();
        assert!(contract(&wrong).contains(what), "{what}");
    }
    let rules = r#"{"referral_window_days":20,"locking":{"basis":"event","days":10},"payouts":[{"event_type":"1","payout":"25%",
        "groups":[{"name":"Large baskets","when":[{"variable":"order_total","at_least":"50.00"}],"payout":"30%"}]}]}"#;
    assert!(contract(&[("what", "own"), ("text", "{}")]).contains("missing field"));
    let unknown = rules.replace("order_total", "basket");
    let told = contract(&[("what", "own"), ("text", &unknown)]);
    assert!(told.contains("payouts[0].groups[0].when[0]: There is no variable"), "{told}");
    assert_eq!(contract(&[("what", "own"), ("text", rules)]), "/partners/2?done#contract-1");
    demo.advance("2s");
    let action = order(&demo, 1, "T2b");
    assert_eq!(action[0]["Payout"], "30.00", "by a payout group");
    let page = owner.get(&format!("/actions/{}", action[0]["Id"].as_str().expect("an id"))).text();
    assert!(
        page.contains("\"Large baskets\" pays 30 %") || page.contains("&quot;Large baskets&quot; pays 30 %"),
        "{page}"
    );
    let page = owner.get("/partners/2").text();
    assert!(page.contains("Large baskets: 30 %, if the order is at least €50.00"), "{page}");
    let kept = [&days[..], &[("what", "own"), ("payout_1", "25%")]].concat();
    contract(&kept);
    demo.advance("2s");
    assert_eq!(order(&demo, 1, "T2c")[0]["Payout"], "30.00", "the form keeps the rules that it does not show");
    let later = [&days[..], &[("what", "own"), ("payout_1", "1%"), ("starts", "2099-01-01")]].concat();
    contract(&later);
    assert!(owner.get("/partners/2").text().contains("Upcoming"));
    contract(&[("what", "pause"), ("reason", "being looked at")]);
    demo.advance("2s");
    assert!(order(&demo, 1, "T3").is_empty(), "nothing is earned while the contract is paused");
    contract(&[("what", "resume"), ("reason", "all is well")]);
    demo.advance("2s");
    assert_eq!(order(&demo, 1, "T4")[0]["Payout"], "30.00", "under the terms it had");
    contract(&[("what", "template")]);
    demo.advance("2s");
    assert_eq!(order(&demo, 1, "T5")[0]["Payout"], "8.00");
    contract(&[("what", "end"), ("reason", "parted")]);
    demo.advance("2s");
    assert!(order(&demo, 1, "T6").is_empty(), "nothing is earned after the end");
    assert!(owner.get("/partners/2").text().contains("Expired"));
    let partner = demo.sign_in("/partners/1/user");
    assert_eq!(partner.post("/partners/2/contract", &[("program", "1"), ("what", "template")]).status, 403);
}

fn what_is_set_up_is_paused_resumed_and_changed(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let lands = |path: &str| demo.visitor().get(path).header("location").to_owned();
    let done = |path: &str, pairs: &[(&str, &str)]| {
        let reply = owner.post(path, pairs);
        assert_eq!(reply.status, 303, "{path}: {}", reply.text());
    };
    let page = demo.text("/shop_url") + "/products/court";
    done("/ads/1/1", &[("name", "Court shoes"), ("landing_url", &page), ("standing", "active")]);
    assert!(lands(&demo.link(0)).starts_with(&page), "the link leads to the new page");
    assert!(owner.get("/ads").text().contains("Court shoes"));
    let wrong = owner.post("/ads/1/1", &[("name", "x"), ("landing_url", "javascript:1"), ("standing", "active")]);
    assert_eq!((wrong.status, owner.get("/ads/1/99").status), (422, 404));
    done("/ads/standing", &[("program", "1"), ("id", "1"), ("standing", "paused")]);
    assert!(!lands(&demo.link(0)).starts_with(&page), "a paused ad leads to the program's page");
    assert!(owner.get("/ads?standing=paused").text().contains("Court shoes"));
    eventually("the click says why", || {
        owner.get("/clicks?counted=AD_NOT_ACTIVE").text().contains("The ad is paused.")
    });
    done("/ads/standing", &[("program", "1"), ("id", "1"), ("standing", "active")]);

    done("/links/standing", &[("program", "1"), ("slug", "trail-notes"), ("standing", "paused")]);
    lands("/trail-notes");
    eventually("the click says why", || {
        owner.get("/clicks?counted=LINK_NOT_ACTIVE").text().contains("The short link is paused.")
    });
    done("/links/standing", &[("program", "1"), ("slug", "trail-notes"), ("standing", "active")]);
    lands("/trail-notes");
    eventually("the newest click counts", || {
        export(&owner, "/clicks?format=csv").lines().nth(1).is_some_and(|line| line.contains(",Counted,"))
    });

    done("/promo-codes/standing", &[("program", "1"), ("code", "TRAIL10"), ("standing", "paused")]);
    assert!(
        owner
            .get("/ads?format=csv&table=codes&standing=paused")
            .text()
            .contains("TRAIL10,Trail Notes,always,always,Paused")
    );

    done("/settings/event-types/standing", &[("program", "1"), ("id", "1"), ("standing", "paused")]);
    assert!(order(&demo, 0, "E1").is_empty(), "a paused event type pays nothing");
    done("/settings/event-types/standing", &[("program", "1"), ("id", "1"), ("standing", "active")]);
    assert_eq!(order(&demo, 0, "E2")[0]["Payout"], "12.00");
    assert_eq!(owner.post("/links/standing", &[("program", "1"), ("slug", "no"), ("standing", "paused")]).status, 404);
    let taken = owner.post("/ads/new", &[("program", "1"), ("id", "1"), ("name", "x"), ("landing_url", &page)]);
    assert_eq!(taken.status, 422, "a new ad never replaces one that is there");
}

fn a_second_program_has_links_of_its_own_on_a_host_that_is_free(pair: Pair) {
    let mut demo = Demo::on(pair);
    let other = second_brand(&mut demo);
    let refused = |person: &Person, host: &str| {
        let reply = person.post("/settings/program", &program("", "Taken", host));
        assert_eq!(reply.status, 422, "{host}");
        reply.text()
    };
    assert!(refused(&other, "localhost").contains("localhost serves this console"));
    assert!(refused(&other, "go.shop.localhost").contains("already serves the links of another brand"));
    assert!(refused(&other, "*.other.example").contains("stands for many hosts"));
    assert_eq!(other.post("/settings/program", &program("", "Other", "go.other.example")).status, 303);
    let owner = demo.sign_in("/user");
    assert!(refused(&owner, "GO.Other.example").contains("another brand"));
    assert!(owner.get("/settings").text().contains("Add a program"));
    assert_eq!(owner.get("/settings/programs/new").status, 200);
    let added = owner.post("/settings/program", &program("77", "Acme abroad", "go.shop.localhost, go.abroad.example"));
    assert_eq!(added.header("location"), "/settings?program=77&done", "two programs of one brand share a host");
    owner.post("/ads/new", &[("program", "77"), ("name", "Abroad"), ("landing_url", "https://www.other.example/x")]);
    assert!(!owner.get("/partners/1").text().contains("/77</code>"), "no link before the partner has joined");
    owner.post("/partners/1/contract", &[("program", "77"), ("what", "template")]);
    let page = owner.get("/partners/1").text();
    assert!(page.contains("/77</code>") && page.contains("Acme abroad"), "{page}");
    for path in ["/", "/actions", "/clicks", "/conversions", "/ads"] {
        assert!(
            owner.get(&format!("{path}?program=77")).text().contains("Acme abroad"),
            "{path} can be told to show it"
        );
    }
}

fn a_changed_password_ends_the_other_sessions(pair: Pair) {
    let demo = Demo::on(pair);
    let (here, elsewhere) = (demo.sign_in("/user"), demo.sign_in("/user"));
    let (email, old) = (demo.text("/user/email"), demo.text("/user/password"));
    let change = |current: &str, new: &str, again: &str| {
        here.post("/account/password", &[("current", current), ("new", new), ("again", again)])
    };
    assert_eq!(here.get("/account").status, 200);
    for (current, new, again) in [
        ("wrong", "a new password", "a new password"),
        (&old, "short", "short"),
        (&old, "a new password", "another one"),
    ] {
        assert_eq!(change(current, new, again).status, 422, "{new}");
    }
    let changed = change(&old, "a new password", "a new password");
    assert_eq!(changed.status, 303, "{}", changed.text());
    assert_eq!(elsewhere.get("/").header("location"), "/sign-in");
    assert_eq!(here.get("/").header("location"), "/sign-in", "the old cookie of this browser is over too");
    assert_eq!(with_cookie(&demo, &changed.cookie()).get("/").status, 200, "with the new one it goes on");
    assert!(sign_in_as(&demo, &email, &old).is_none());
    assert!(sign_in_as(&demo, &email, "a new password").is_some());
}

fn people_are_added_and_disabled_by_owners_alone(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    let add = |path: &str, pairs: &[(&str, &str)]| shown_once(&owner.post(path, pairs).text());
    let password = add("/settings/users", &[("email", "Max@acme.example"), ("name", "Max"), ("role", "manager")]);
    let manager = sign_in_as(&demo, "max@acme.example", &password).expect("Max signs in");
    let portal =
        shown_once(&manager.post("/partners/3/users", &[("email", "pia@sole.example"), ("name", "Pia")]).text());
    let partner = sign_in_as(&demo, "pia@sole.example", &portal).expect("Pia signs in");
    assert!(partner.get("/").text().contains("Earnings"));
    assert!(owner.get("/partners/3").text().contains("pia@sole.example"));
    assert_eq!(owner.post("/settings/users", &[("email", "pia@sole.example"), ("role", "owner")]).status, 422);
    let page = owner.get("/settings/people").text();
    let id_of = |email: &str| {
        let row = page.split("<tr>").find(|row| row.contains(email)).expect("a row");
        row.split("/settings/users/").nth(1).and_then(|rest| rest.split('/').next()).expect("an id").to_owned()
    };
    let max = format!("/settings/users/{}/disable", id_of("max@acme.example"));
    assert_eq!((manager.post(&max, &[]).status, manager.get("/settings/people").status), (403, 403));
    assert_eq!(owner.post("/settings/users/999/disable", &[]).status, 404);
    assert_eq!(owner.post(&max, &[]).status, 303);
    assert_eq!(manager.get("/").header("location"), "/sign-in", "every session ends");
    assert!(sign_in_as(&demo, "max@acme.example", &password).is_none());
    assert!(owner.get("/settings/people").text().contains("Disabled"));
}

fn somebody_with_two_brands_switches_and_sees_one_at_a_time(pair: Pair) {
    let mut demo = Demo::on(pair);
    let other = second_brand(&mut demo);
    let email = demo.text("/user/email");
    let invited = other.post("/settings/users", &[("email", &email), ("role", "viewer")]);
    assert_eq!(invited.header("location"), "/settings/people?done", "an account that is there keeps its password");
    let mara = demo.sign_in("/user");
    assert!(mara.get("/").text().contains("Other Shoes"), "the choice is offered");
    assert!(mara.get("/partners").text().contains("Trail Notes"));
    let brand = |page: &str| {
        let option = page.split("<option value=\"").find(|option| option.contains("Other Shoes")).expect("an option");
        option.split('"').next().expect("an id").to_owned()
    };
    let id = brand(&mara.get("/").text());
    let switched = mara.post("/brand", &[("brand", &id)]);
    assert_eq!(switched.status, 303);
    let session = cookie_of(&mara);
    let there = with_cookie(&demo, &format!("{session}; {}", switched.cookie()));
    assert!(!there.get("/partners").text().contains("Trail Notes"));
    assert_eq!(there.get("/settings").status, 403, "the role of the other brand holds there");
    let stale = there.client.post_form("/partners", &[("csrf", &mara.csrf), ("name", "Wrong house")]);
    assert_eq!(stale.status, 403, "a form that was open before is not taken for the other brand");
    assert_eq!(mara.post("/brand", &[("brand", "999")]).status, 403);
    let guess = with_cookie(&demo, &format!("{session}; referee_brand=999"));
    assert!(guess.get("/partners").text().contains("Trail Notes"), "a wish without a role is nothing");
    let olga = format!("{}; referee_brand=1", cookie_of(&other));
    assert!(!with_cookie(&demo, &olga).get("/partners").text().contains("Trail Notes"));
}

fn the_audit_trail_says_who_did_what_and_why(pair: Pair) {
    let demo = Demo::on(pair);
    let owner = demo.sign_in("/user");
    owner.post("/partners/1", &[("standing", "paused"), ("reason", "=asked for a break")]);
    let refused = owner.post(
        "/ads/new",
        &[("program", "1"), ("id", "4294967295"), ("name", "x"), ("landing_url", "https://a.example/")],
    );
    assert_eq!(refused.status, 422);
    let page = owner.get("/audit").text();
    assert!(page.contains("Partner set: Trail Notes") && page.contains("=asked for a break"), "{page}");
    assert!(page.contains("Mara Manager") && page.contains("Refused"), "{page}");
    let file = export(&owner, "/audit?format=csv");
    assert!(file.contains("Mara Manager,Owner,Partner set: Trail Notes,'=asked for a break,Done,"), "{file}");
    let only = export(&owner, "/audit?format=csv&outcome=refused&kind=ad_set");
    assert_eq!(only.lines().count(), 2, "{only}");
    assert!(export(&owner, "/audit?format=csv&user=0&kind=link_set").contains("the command line"));
    assert_eq!(demo.sign_in("/partners/0/user").get("/audit").status, 403);
}

fn every_table_has_a_file_with_figures_to_reckon_with(pair: Pair) {
    let demo = Demo::on(pair);
    with_an_order(&demo, "X1");
    let owner = demo.sign_in("/user");
    for (path, expected) in [
        ("/?format=csv", "Trail Notes,1,0,0,1,100.00,12.00"),
        ("/?format=csv&table=ads", "Spring boots,1,1,12.00"),
        ("/?format=csv&table=days", ",1,0,1,100.00,12.00"),
        ("/partners?format=csv", "Trail Notes,1,Partner,Active,12.00,,,EUR"),
        ("/partners?format=csv&q=trail&standing=active", "Trail Notes,1,Partner,Active,12.00,,,EUR"),
        ("/ads?format=csv", "Spring boots,1,http://www.shop.localhost"),
        ("/ads?format=csv&table=links&partner=1", "/trail-notes,Trail Notes,Spring boots,the ad's page,Active"),
        ("/ads?format=csv&table=codes", "TRAIL10,Trail Notes,always,always,Active"),
        ("/actions?format=csv&state=pending", ",100.00,12.00,EUR,"),
        ("/conversions?format=csv", ",100.00,EUR,Credited"),
        ("/clicks?format=csv&counted=yes", "Trail Notes,Spring boots,Counted"),
        ("/payments?format=csv&table=balances", "Trail Notes,12.00,0.00,0.00,EUR"),
        ("/payments?format=csv", "Payment,Partner,When,State,Actions,Net,Currency"),
    ] {
        let file = export(&owner, path);
        assert!(file.contains(expected), "{path}: {file}");
    }
    let own = demo.sign_in("/partners/0/user");
    assert!(!export(&own, "/actions?format=csv").contains("Trail Notes"), "a partner need not read its own name");
    assert_eq!(own.get("/clicks?counted=DECLARED_BOT").status, 200);
    assert!(owner.get("/partners?q=nobody").text().contains("No partner matches"));
}
