//! Mail against a server that takes it, refuses it, hangs up, and is down; the clock is moved by hand.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use referee_core::id::BrandId;
use referee_core::time::Timestamp;
use referee_rig::Smtp;
use referee_rig::smtp::Manners;

use super::*;
use crate::clock::{Clock, StandingClock};
use crate::secret::Secret;
use crate::settings::{Mail, MailState, NewBrand, Settings};

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

struct Post {
    settings: Arc<Settings>,
    clock: Arc<StandingClock>,
    smtp: Smtp,
    server: MailServer,
    figures: MailFigures,
    brand: BrandId,
    _folder: tempfile::TempDir,
}

fn config(smtp: &str) -> MailConfig {
    let from = Some("Acme Partners <partners@acme.example>".into());
    MailConfig { smtp: Some(Secret(smtp.into())), from, password_file: None }
}

fn server(smtp: &Smtp, user: &str) -> MailServer {
    config(&format!("smtp://{user}127.0.0.1:{}", smtp.port())).server().unwrap().unwrap()
}

impl Post {
    /// A brand of which one mail waits.
    fn start() -> Post {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::open(folder.path()).unwrap();
        let brand = settings.create_brand(&NewBrand { name: "Acme".into() }, NOW).unwrap();
        settings.add_mail(brand, "jane@example.com", "Grüße", NOW);
        let smtp = Smtp::start();
        let server = server(&smtp, "");
        let (clock, figures) = (Arc::new(StandingClock::at(NOW)), MailFigures::default());
        Post { settings: Arc::new(settings), clock, smtp, server, figures, brand, _folder: folder }
    }

    async fn round(&self) -> Vec<Mail> {
        let clock: Arc<dyn Clock> = self.clock.clone();
        send_due(&self.settings, &clock, Some(&self.server), &self.figures).await.unwrap();
        self.settings.mails(self.brand, None).unwrap()
    }

    fn wait(&self, span: Duration) {
        self.clock.advance(span).unwrap();
    }

    fn header(&self, name: &str) -> Vec<String> {
        let line = |text: &str| text.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        self.smtp.taken().iter().map(|taken| line(&taken.text)).collect()
    }
}

#[tokio::test]
async fn what_is_due_is_sent_once_and_in_order() {
    let post = Post::start();
    post.settings.add_mail(post.brand, "joe@example.com", "Second", NOW.plus_ms(1));
    post.settings.add_mail(post.brand, "later@example.com", "Not yet", NOW.plus_ms(60_000));
    post.wait(Duration::from_millis(1));
    post.round().await;
    let mails = post.round().await;
    let taken = post.smtp.taken();
    assert_eq!(
        taken.iter().map(|it| it.to.as_str()).collect::<Vec<_>>(),
        ["RCPT TO:<jane@example.com>", "RCPT TO:<joe@example.com>"]
    );
    assert_eq!(taken[0].from, "MAIL FROM:<partners@acme.example>");
    let text = &taken[0].text;
    for part in [
        "From: \"Acme Partners\" <partners@acme.example>\n",
        "To: jane@example.com\n",
        "Content-Type: text/plain; charset=utf-8\n",
        "Date: Fri, 15 Jan 2027 08:00:00 +0000\n",
        "Auto-Submitted: auto-generated\n",
        "Subject: =?utf-8?b?R3LDvMOfZQ==?=\n",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    assert_eq!(
        mails.iter().map(|it| it.state).collect::<Vec<_>>(),
        [MailState::Waiting, MailState::Sent, MailState::Sent]
    );
    let figure = |it: &std::sync::atomic::AtomicU64| it.load(Ordering::Relaxed);
    assert_eq!((figure(&post.figures.sent), figure(&post.figures.waiting), figure(&post.figures.failed)), (2, 1, 0));
    assert!(!post.smtp.commands().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn two_couriers_send_nothing_twice() {
    let post = Post::start();
    for i in 0..20 {
        post.settings.add_mail(post.brand, &format!("p{i}@example.com"), "News", NOW);
    }
    tokio::join!(post.round(), post.round(), post.round());
    let mut to: Vec<String> = post.smtp.taken().into_iter().map(|it| it.to).collect();
    to.sort();
    let all = to.len();
    to.dedup();
    assert_eq!((all, to.len()), (21, 21));
}

#[tokio::test]
async fn without_a_server_mail_waits_and_is_counted() {
    let post = Post::start();
    let clock: Arc<dyn Clock> = post.clock.clone();
    send_due(&post.settings, &clock, None, &post.figures).await.unwrap();
    assert_eq!((post.figures.waiting.load(Ordering::Relaxed), post.smtp.commands().len()), (1, 0));
}

#[tokio::test]
async fn a_refusal_for_good_ends_it_with_the_servers_words() {
    let post = Post::start();
    post.smtp.behave(Manners::Says { to: "RCPT", line: "550 5.1.1 There is no Jane here" });
    let mail = post.round().await.remove(0);
    assert_eq!(mail.state, MailState::Refused);
    assert!(mail.trouble.ends_with("said: 550 5.1.1 There is no Jane here"), "{}", mail.trouble);
    post.smtp.behave(Manners::TakesAll);
    post.wait(100 * HOUR);
    assert_eq!(post.round().await[0].state, MailState::Refused, "nobody tries again by himself");
    assert!(post.settings.retry_mail(post.brand, 1, post.clock.now()).unwrap());
    assert_eq!(post.round().await[0].state, MailState::Sent);
}

#[tokio::test]
async fn a_server_that_is_down_is_asked_ever_more_seldom_and_gets_its_mail_when_it_is_back() {
    let mut post = Post::start();
    post.smtp.go_down();
    let mut waits = Vec::new();
    for _ in 0..12 {
        let mail = post.round().await.remove(0);
        assert_eq!(mail.state, MailState::Waiting);
        let wait = mail.due_at.0 - post.clock.now().0;
        waits.push(wait / 60_000);
        let span = Duration::from_millis(u64::try_from(wait).unwrap());
        post.wait(span - Duration::from_millis(1));
        assert_eq!(post.round().await[0].tries, mail.tries, "not before its time");
        post.wait(Duration::from_millis(1));
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720]);
    assert!(post.settings.mails(post.brand, None).unwrap()[0].trouble.contains("Connection refused"));
    post.smtp.come_back();
    assert_eq!(post.round().await[0].state, MailState::Sent);
    assert_eq!(post.figures.tries_failed.load(Ordering::Relaxed), 12);
}

#[tokio::test]
async fn after_three_days_it_is_given_up_and_a_person_may_try_again() {
    let mut post = Post::start();
    post.smtp.go_down();
    let mut mail = post.round().await.remove(0);
    while mail.state == MailState::Waiting {
        assert!(mail.due_at <= NOW.plus_days(3));
        post.wait(Duration::from_millis(u64::try_from(mail.due_at.0 - post.clock.now().0).unwrap()));
        mail = post.round().await.remove(0);
    }
    assert_eq!((mail.state, post.clock.now()), (MailState::GivenUp, NOW.plus_days(3)));
    assert!(mail.trouble.contains("Connection refused"), "{}", mail.trouble);
    assert_eq!(post.figures.failed.load(Ordering::Relaxed), 1);
    post.smtp.come_back();
    assert_eq!(post.round().await[0].state, MailState::GivenUp);
    assert!(post.settings.retry_mail(post.brand, 1, post.clock.now()).unwrap());
    assert_eq!(post.round().await[0].state, MailState::Sent);
}

#[tokio::test]
async fn where_the_answer_was_lost_the_repetition_is_known_by_its_id() {
    let post = Post::start();
    post.smtp.behave(Manners::TakesAndHangsUp);
    assert_eq!(post.round().await[0].state, MailState::Waiting);
    post.smtp.behave(Manners::TakesAll);
    post.wait(MINUTE);
    assert_eq!(post.round().await[0].state, MailState::Sent);
    let ids = post.header("Message-ID: ");
    assert_eq!(ids.len(), 2);
    assert!(
        ids[0] == ids[1] && ids[0].starts_with("Message-ID: <1.1.1800000000000.") && ids[0].ends_with("@acme.example>"),
        "{ids:?}"
    );
}

#[tokio::test]
async fn what_hangs_up_in_the_middle_holds_up_that_mail_alone() {
    let post = Post::start();
    post.settings.add_mail(post.brand, "joe@example.com", "Second", NOW);
    post.smtp.behave(Manners::HangsUp { at: "RCPT TO:<jane" });
    let mails = post.round().await;
    assert_eq!((mails[0].state, mails[1].state), (MailState::Sent, MailState::Waiting));
    post.smtp.behave(Manners::Says { to: ".", line: "451 4.3.0 Come again" });
    post.wait(MINUTE);
    assert!(post.round().await[1].trouble.ends_with("said: 451 4.3.0 Come again"));
    post.smtp.behave(Manners::HangsUp { at: "." });
    post.wait(2 * MINUTE);
    assert_eq!((post.round().await[1].tries, post.smtp.taken().len()), (3, 1));
}

#[tokio::test]
async fn a_wrong_sign_in_is_no_refusal_of_the_mail_and_tells_no_password() {
    let mut post = Post::start();
    post.server = server(&post.smtp, "me%40acme:s3cret%2Fword@");
    post.smtp
        .behave(Manners::Says { to: "AUTH", line: "535 5.7.8 AG1lQGFjbWUAczNjcmV0L3dvcmQ= or s3cret/word is wrong" });
    post.settings.add_mail(post.brand, "joe@example.com", "Second", NOW);
    let mails = post.round().await;
    assert_eq!((mails[1].state, mails[0].tries), (MailState::Waiting, 0), "the others need not try the same");
    assert!(mails[1].trouble.ends_with("said: 535 5.7.8 *** or *** is wrong"), "{}", mails[1].trouble);
    post.smtp.behave(Manners::TakesAll);
    post.wait(MINUTE);
    assert_eq!(post.round().await[1].state, MailState::Sent);
    assert!(post.smtp.commands().contains(&"AUTH PLAIN AG1lQGFjbWUAczNjcmV0L3dvcmQ=".to_owned()));
}

#[tokio::test]
async fn nothing_is_sent_in_clear_where_encryption_is_due() {
    let mut post = Post::start();
    post.server = server(&post.smtp, "me:word@").encrypted(Encryption::StartTls);
    let mail = post.round().await.remove(0);
    assert!(mail.state == MailState::Waiting && mail.trouble.contains("STARTTLS"), "{}", mail.trouble);
    post.server = server(&post.smtp, "me:word@").encrypted(Encryption::Tls);
    post.wait(MINUTE);
    assert_eq!(post.round().await[0].state, MailState::Waiting);
    let said = post.smtp.commands();
    assert!(!said.iter().any(|it| ["AUTH", "MAIL"].iter().any(|word| it.starts_with(word))), "{said:?}");
}

#[tokio::test]
async fn no_header_and_no_command_is_made_of_what_was_typed() {
    let post = Post::start();
    let addresses = [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example>\nRCPT TO:<c@d.example",
        "a@b.example, c@d.example",
        "",
        "A <a@b.example>",
        "@",
    ];
    for address in addresses {
        post.settings.add_mail(post.brand, address, "Subject", NOW);
    }
    post.settings.add_mail(post.brand, "joe@example.com", "Hello\r\nBcc: c@d.example", NOW);
    let mails = post.round().await;
    let refused = mails.iter().filter(|it| it.state == MailState::Refused).count();
    assert_eq!((refused, post.smtp.taken().len()), (addresses.len() + 1, 1), "{mails:?}");
    assert!(!post.smtp.commands().iter().any(|it| it.contains("d.example")));
}

#[test]
fn an_address_says_how_the_way_is_encrypted() {
    let of = |address: &str| config(address).server().unwrap().unwrap();
    for (address, encryption, name) in [
        ("smtps://mail.example", Encryption::Tls, "mail.example:465"),
        ("smtp://mail.example", Encryption::StartTls, "mail.example:587"),
        ("smtp://mail.example:25", Encryption::StartTls, "mail.example:25"),
        ("smtp://10.0.0.1", Encryption::StartTls, "10.0.0.1:587"),
        ("smtp://127.0.0.1:25", Encryption::None, "127.0.0.1:25"),
        ("smtp://[::1]:25", Encryption::None, "::1:25"),
        ("smtp://localhost", Encryption::None, "localhost:587"),
        ("smtps://localhost", Encryption::Tls, "localhost:465"),
    ] {
        assert_eq!((of(address).encryption(), of(address).name().as_str()), (encryption, name), "{address}");
    }
}

#[test]
fn what_is_wrong_is_said_without_the_password() {
    let said = |config: MailConfig| config.check().unwrap_err();
    for (address, part) in [
        ("mail.example:465", "begins with neither"),
        ("mail.example", "is no address"),
        ("https://me:s3cret@mail.example", "begins with neither"),
        ("smtps://me:s3cret@mail.example:99999", "is no address"),
        ("smtps://me:s3cret@mail.example/x", "something after the port"),
        ("smtps://", "no host"),
        ("smtps://me@mail.example", "mail.password_file"),
        ("smtps://:s3cret@mail.example", "has no user"),
    ] {
        let said = said(config(address));
        assert!(said.contains(part) && !said.contains("s3cret"), "{address}: {said}");
    }
    let from =
        |from: Option<&str>| said(MailConfig { from: from.map(str::to_owned), ..config("smtps://mail.example") });
    assert!(from(None).contains("mail.from is missing"));
    for wrong in ["partners", "a@b.example\nBcc: c@d.example", "a@b.example, c@d.example", "<@>"] {
        assert!(from(Some(wrong)).contains("is not an e-mail address"), "{wrong}");
    }
    let both = MailConfig { password_file: Some("x".into()), ..config("smtps://me:s3cret@mail.example") };
    assert!(said(both).contains("keep one"));
    assert!(MailConfig::default().server().unwrap().is_none());
}

#[test]
fn a_password_is_read_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    let config = MailConfig { password_file: Some(path.clone()), ..config("smtps://me@mail.example") };
    let error = config.server().err().unwrap().to_string();
    assert!(error.contains("mail.password_file") && error.contains("No such file"), "{error}");
    std::fs::write(&path, "\n").unwrap();
    assert!(config.server().err().unwrap().to_string().contains("is empty"));
    std::fs::write(&path, "word\n").unwrap();
    assert!(config.server().is_ok());
}
