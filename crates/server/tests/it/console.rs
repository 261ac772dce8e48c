//! The console: who sees what, and that nothing is done without a form of its own.

use crate::support::{Demo, Person};

const SCREENS: [&str; 10] =
    ["/", "/partners", "/partners/1", "/ads", "/actions", "/conversions", "/clicks", "/feed", "/payments", "/settings"];

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

#[test]
fn every_screen_shows_and_every_list_exports() {
    let demo = Demo::start();
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
        assert!(export(&owner, path).lines().count() >= 2, "{path}");
    }
    assert_eq!(
        owner.get("/actions?from=nonsense&to=&partner=x&state=y&before=z").status,
        200,
        "a bad filter is no fault"
    );
    assert_eq!(owner.get("/actions/9.9.9").status, 404);
}

#[test]
fn the_search_box_finds_orders_clicks_partners_and_codes() {
    let demo = Demo::start();
    let id = with_an_order(&demo, "S-4711");
    let (click_id, _) = demo.click(1);
    let owner = demo.sign_in("/user");
    let found = |what: &str| {
        let reply = owner.get(&format!("/search?{}", crate::support::form(&[("q", what)])));
        if reply.status == 303 { owner.get(reply.header("location")).text() } else { reply.text() }
    };
    assert!(found("S-4711").contains(&format!("action {id}")));
    assert!(found(&click_id).contains("Deal Harbour"), "{}", found(&click_id));
    assert!(found("Sole Search").contains("<h1>Sole Search</h1>"));
    assert!(found("trail10").contains("<h1>Trail Notes</h1>"));
    assert!(found("<script>alert(1)</script>").contains("&lt;script&gt;"));
}

#[test]
fn partners_see_their_own_and_change_nothing() {
    let demo = Demo::start();
    let id = with_an_order(&demo, "O1");
    let (own, other) = (demo.sign_in("/partners/0/user"), demo.sign_in("/partners/1/user"));
    assert!(own.get("/actions").text().contains("O1"));
    assert_eq!(own.get(&format!("/actions/{id}")).status, 200);
    assert!(!other.get("/actions").text().contains("O1"));
    assert_eq!(other.get(&format!("/actions/{id}")).status, 404);
    assert!(!other.get("/clicks").text().contains("Trail Notes"));
    assert!(!other.get("/search?q=O1").text().contains(&id));
    for path in ["/partners", "/conversions", "/settings", "/feed"] {
        assert_eq!(own.get(path).status, 403, "{path}");
    }
    let reverse = own.post(&format!("/actions/{id}"), &[("disposition", "OTHER")]);
    assert_eq!(reverse.status, 403);
    assert_eq!(demo.account().actions_of("O1")[0]["State"], "PENDING");
}

#[test]
fn a_form_of_another_session_is_refused() {
    let demo = Demo::start();
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

#[test]
fn roles_allow_what_they_say() {
    let demo = Demo::start();
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

#[test]
fn guessing_passwords_is_slowed() {
    let demo = Demo::start();
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
