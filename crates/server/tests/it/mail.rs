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

use crate::support::{Client, eventually, free_port, next_line};

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
