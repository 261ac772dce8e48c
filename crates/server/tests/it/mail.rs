//! Mail as whoever runs the server and whoever pays meet it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use referee_core::id::UserId;
use referee_core::money::Currency;
use referee_core::time::Timestamp;
use referee_engine::payee::{Method, MethodKind};
use referee_engine::settings::{PayeeChange, Settings};
use referee_rig::Smtp;
use referee_rig::smtp::Manners;

use serde_json::{Value, json};

use crate::support::{Client, Demo, Pair, eventually, free_port, next_line, on_every_pair};

on_every_pair!(partners_hear_what_happened_and_choose_what_they_hear);

const NOW: Timestamp = Timestamp(1_750_000_000_000);
const FROM: &str = "Shop Partners <partners@shop.example>";
const PASSWORD: &str = "a long enough password";

fn referee() -> Command {
    Command::new(env!("CARGO_BIN_EXE_referee"))
}

/// A brand with an owner, and a partner whose account was changed.
fn shop(folder: &Path) {
    let mut add = referee()
        .args(["user", "add", "--email", "ann@shop.example", "--brand", "Shop", "--password-stdin", "--data"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the program starts");
    writeln!(add.stdin.take().expect("piped"), "{PASSWORD}").expect("it reads");
    assert!(add.wait().expect("it ends").success());
    let settings = Settings::open(folder).expect("the settings open");
    let brand = settings.brands().expect("they answer")[0].0.id;
    let partner = settings.create_partner(brand, None, "Trail Notes", NOW).expect("they answer");
    for account in ["DE89370400440532013000", "AT611904300234573201"] {
        let (holder, notify) = ("Jane Doe".into(), "jane@example.com".into());
        let (kind, account, bic) = (MethodKind::Sepa, account.into(), String::new());
        let method = Method { kind, account, bic, holder, currency: Currency(*b"EUR"), notify };
        settings.set_payee(brand, partner, PayeeChange::Method(method), UserId(1), NOW).expect("they answer");
    }
}

struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The server, and its owner's sign-in with the session's form value.
fn serve(folder: &Path, flags: &[&str]) -> (Served, Client, String) {
    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut server = referee()
        .args(["serve", "--scheme", "http", "--listen", &address.to_string(), "--log", "info", "--data"])
        .arg(folder)
        .args(flags)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(server.stderr.take().expect("piped")).lines();
    next_line(&mut lines, "referee serves");
    // Somebody must read on, or the program waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    let client = Client::new(address, "localhost");
    let signed_in = client.post_form("/sign-in", &[("email", "ann@shop.example"), ("password", PASSWORD)]);
    let owner = client.with("cookie", &signed_in.cookie());
    let page = owner.get("/account").text();
    let (_, rest) = page.split_once("name=\"csrf\" value=\"").expect("a form");
    let csrf = rest.split('"').next().unwrap_or_default().to_owned();
    (Served(server), owner, csrf)
}

fn test_mail(smtp: &str, address: &str) -> (Output, String) {
    let said = referee().args(["mail", "test", address, "--mail-smtp", smtp, "--mail-from", FROM]).output();
    let said = said.expect("the program starts");
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    (said, text)
}

#[test]
fn mail_waits_for_a_person_until_a_server_is_named_and_is_sent_then() {
    let folder = tempfile::tempdir().expect("a folder");
    shop(folder.path());
    let (served, owner, _) = serve(folder.path(), &[]);
    let page = owner.get("/mails").text();
    assert!(page.contains("No mail server is set") && page.contains("Mark as sent"), "{page}");
    assert!(page.contains("/docs/guide/mail") && owner.get("/docs/guide/mail").status == 200);
    eventually("the courier counted", || owner.get("/metrics").text().contains("referee_mails_waiting 1"));
    drop(served);
    let smtp = Smtp::start();
    smtp.behave(Manners::Says { to: "RCPT", line: "550 5.1.1 Nobody <b>here</b>" });
    let address = format!("smtp://127.0.0.1:{}", smtp.port());
    let (_served, owner, csrf) = serve(folder.path(), &["--mail-smtp", &address, "--mail-from", FROM]);
    eventually("the mail was refused", || owner.get("/mails?state=refused").text().contains("550 5.1.1 Nobody"));
    let page = owner.get("/mails").text();
    assert!(page.contains("Nobody &lt;b&gt;here") && page.contains("Try again now"), "{page}");
    assert!(!page.contains("Mark as sent") && !page.contains("No mail server is set"), "{page}");
    assert!(owner.get("/mails?state=sent").text().contains("No mail of this state"));
    assert!(owner.get("/metrics").text().contains("referee_mails_failed_total 1"));
    smtp.behave(Manners::TakesAll);
    assert_eq!(owner.post_form("/mails/1/retry", &[("csrf", "guess")]).status, 403);
    assert_eq!(owner.post_form("/mails/9/retry", &[("csrf", &csrf)]).status, 404);
    assert_eq!(owner.post_form("/mails/1/retry", &[("csrf", &csrf)]).status, 303);
    eventually("the mail was sent", || owner.get("/mails?state=sent").text().contains("jane@example.com"));
    let taken = smtp.taken();
    assert_eq!((taken.len(), taken[0].to.as_str()), (1, "RCPT TO:<jane@example.com>"));
    assert!(taken[0].text.contains("Subject: Your payment details were changed"), "{}", taken[0].text);
    assert_eq!(owner.post_form("/mails/1/retry", &[("csrf", &csrf)]).status, 404, "what was sent is not sent again");
}

#[test]
fn a_test_mail_says_what_became_of_it() {
    let mut smtp = Smtp::start();
    let address = format!("smtp://me:s3cret@127.0.0.1:{}", smtp.port());
    let (said, text) = test_mail(&address, "ann@shop.example");
    assert!(said.status.success() && text.contains("took the mail to ann@shop.example"), "{text}");
    assert!(smtp.taken()[0].text.contains("Referee can send mail"));
    let (said, text) = test_mail(&address, "nobody");
    assert!(!said.status.success() && text.contains("not an e-mail address"), "{text}");
    smtp.behave(Manners::Says { to: "AUTH", line: "535 5.7.8 s3cret is wrong" });
    let (said, text) = test_mail(&address, "ann@shop.example");
    assert!(!said.status.success() && text.contains("said: 535 5.7.8 *** is wrong"), "{text}");
    smtp.go_down();
    assert!(test_mail(&address, "ann@shop.example").1.contains("Connection refused"));
    let (said, text) = test_mail("", "ann@shop.example");
    assert!(!said.status.success() && text.contains("mail.smtp is missing"), "{text}");
}

#[test]
fn a_server_that_can_not_be_used_is_refused_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = |flags: &[&str]| {
        let said = referee().args(["serve", "--data"]).arg(folder.path()).args(flags).output().expect("it starts");
        assert!(!said.status.success());
        String::from_utf8_lossy(&said.stderr).into_owned()
    };
    let smtp = "smtps://me:s3cret@mail.example";
    assert!(start(&["--mail-smtp", smtp]).contains("referee: read the configuration: mail.from is missing"));
    let missing = ["--mail-smtp", "smtps://me@mail.example", "--mail-from", FROM, "--mail-password-file", "/nowhere"];
    assert!(start(&missing).contains("read mail.password_file /nowhere: No such file"), "{}", start(&missing));
    let printed = referee().args(["config", "--mail-smtp", smtp, "--mail-from", FROM]).output().expect("it starts");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(printed.contains("[mail]") && printed.contains("smtps://me:***@mail.example"), "{printed}");
}

fn partners_hear_what_happened_and_choose_what_they_hear(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, first, second) =
        (demo.sign_in("/user"), demo.sign_in("/partners/0/user"), demo.sign_in("/partners/1/user"));
    let post = |path: &str, body: &Value| {
        let reply = demo.api().post(path, "application/json", &body.to_string());
        assert!(reply.status < 300, "{path}: {}", reply.text());
        reply.json()
    };
    let of_brand = owner.get("/account").text();
    assert!(
        of_brand.contains("name=\"clicks\" value=\"yes\" checked") && !of_brand.contains("name=\"offer\""),
        "{of_brand}"
    );
    assert!(!first.get("/account").text().contains("name=\"clicks\""), "that is for the brand's people");
    assert_eq!(owner.post("/account/mail", &[]).header("location"), "/account?done");
    assert!(owner.get("/account").text().contains("name=\"clicks\" value=\"yes\">"));
    let forged = first.client.post_form("/account/mail", &[("csrf", "guess")]);
    assert_eq!(forged.status, 403);
    let kept = first.post("/account/mail", &[("offer", "yes"), ("return", "yes"), ("payment", "yes")]);
    assert_eq!(kept.header("location"), "/account?done");
    let page = first.get("/account").text();
    assert!(page.contains("name=\"offer\" value=\"yes\" checked"), "{page}");
    assert!(page.contains("name=\"inquiry\" value=\"yes\">"), "{page}");

    // Of what happened before the first look nobody is told, and an offer waits for that look.
    let offer = [("program", "1"), ("referral_window_days", "30"), ("lock_days", "30"), ("what", "offer")];
    let offered = owner.post("/partners/1/contract", &[&offer[..], &[("payout_1", "11%")]].concat());
    assert_eq!(offered.status, 303, "{}", offered.text());
    let mails = || owner.get("/mails").text();
    eventually("the offer is told", || mails().contains("Acme Shoes offers you new terms"));

    let rules = json!({ "referral_window_days": 30, "locking": { "basis": "event", "days": 30 },
        "returns": { "policy": "consent" }, "payouts": [{ "event_type": "sale", "payout": "10%" }] });
    post("/api/v1/terms", &json!({ "program_id": 1, "partner_id": 2, "rules": rules }));
    for (number, person) in [(1, &first), (2, &second)] {
        let date = jiff::Timestamp::now().to_string();
        let asked = [("type", "UNTRACKED"), ("event_type", "sale"), ("order_id", "M1"), ("order_date", &date)];
        let asked = person.post("/inquiries", &[&asked[..], &[("amount", "50")]].concat());
        assert_eq!(asked.header("location"), format!("/inquiries/{number}?done"), "{}", asked.text());
        let answer = json!({ "resolution": "DECLINED", "reason": "ORDER_NOT_FOUND" });
        post(&format!("/api/v1/inquiries/{number}/answers"), &answer);
    }
    let get = |path: &str| demo.api().get(path).json()["data"][0].clone();
    eventually("the terms began", || get("/api/v1/contracts?partner_id=2")["version"] == 2);
    let order = json!({ "program": 1, "event_type_code": "sale", "event_date": "NOW", "order_id": "M2",
        "amount": "100", "currency": "EUR", "partner_id": 2 });
    post("/api/v1/conversions", &order);
    let id = get("/api/v1/actions?order_id=M2")["id"].as_str().expect("an action").to_owned();
    assert_eq!(owner.post(&format!("/actions/{id}"), &[("disposition", "ITEM_RETURNED")]).status, 303);
    eventually("the return is told", || mails().contains("Acme Shoes asks for your consent to a return"));
    eventually("the answer is told", || mails().contains("Acme Shoes answered your inquiry"));
    let page = mails();
    assert_eq!(page.matches("/inquiries/2").count(), 1, "{page}");
    assert!(!page.contains("/inquiries/1"), "that partner wants to hear of no answer");
    assert!(page.contains("It was declined.") && page.contains("/account"), "{page}");
    for subject in ["offers you new terms", "asks for your consent", "answered your inquiry"] {
        assert_eq!(page.matches(&format!("<b>Acme Shoes {subject}")).count(), 1, "{subject}: {page}");
    }
}
