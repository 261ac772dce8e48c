//! The command line, as the person who runs the server meets it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use crate::support::{Client, Demo, Pair, free_port, on_every_pair};

on_every_pair!(
    a_short_password_and_a_second_use_of_an_address_are_refused,
    the_log_is_printed_and_the_books_are_rebuilt_from_it,
    a_demonstration_goes_on_where_it_was_and_begins_anew_only_when_told,
);

fn referee() -> Command {
    Command::new(env!("CARGO_BIN_EXE_referee"))
}

#[test]
fn the_first_user_is_made_and_signs_in_to_an_empty_house() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut add = referee()
        .args(["user", "add", "--email", "ann@shop.example", "--brand", "Shop", "--password-stdin", "--data"])
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    add.stdin.take().expect("piped").write_all(b"a long enough password\n").expect("it reads");
    let said = add.wait_with_output().expect("it ends");
    assert!(said.status.success());
    assert!(String::from_utf8_lossy(&said.stdout).contains("may sign in as ann@shop.example"));

    let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
    let mut server = referee()
        .args(["serve", "--scheme", "http", "--listen", &address.to_string(), "--log", "info", "--data"])
        .arg(folder.path())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut lines = BufReader::new(server.stderr.take().expect("piped")).lines();
    crate::support::next_line(&mut lines, "referee serves");
    let client = Client::new(address, "localhost");
    let wrong = client.post_form("/sign-in", &[("email", "ann@shop.example"), ("password", "wrong")]);
    assert_eq!((wrong.status, wrong.header("set-cookie")), (401, ""));
    let signed_in =
        client.post_form("/sign-in", &[("email", "ann@shop.example"), ("password", "a long enough password")]);
    assert_eq!(signed_in.status, 303);
    let ann = client.with("cookie", &signed_in.cookie());
    for path in ["/", "/partners", "/ads", "/actions", "/conversions", "/clicks", "/feed", "/payments", "/settings"] {
        let page = ann.get(path);
        assert_eq!(page.status, 200, "{path}: {}", page.text());
    }
    assert!(ann.get("/").text().contains("There is no program yet"));
    server.kill().expect("it can be killed");
    server.wait().expect("it ends");
}

fn a_short_password_and_a_second_use_of_an_address_are_refused(pair: Pair) {
    let demo = Demo::on(pair);
    let mut demo = demo;
    demo.stop();
    let taken = demo.command(&["user", "add", "--email", "manager@acme.example", "--brand", "Acme Shoes"]);
    assert!(!taken.status.success());
    assert!(!String::from_utf8_lossy(&taken.stderr).is_empty(), "and says why");
    let nobody = demo.command(&["user", "add", "--email", "nobody", "--brand", "Acme Shoes"]);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("is not an e-mail address"));
}

#[test]
fn what_is_in_force_is_printed_and_the_stronger_source_wins() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("referee.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:9000\"\nlog = \"debug\"\n").expect("the file is written");
    let config = |arguments: &[&str]| {
        let output =
            referee().args(["config", "--config"]).arg(&file).args(arguments).env("REFEREE_LOG", "warn").output();
        String::from_utf8(output.expect("the program starts").stdout).expect("text")
    };
    let printed = config(&["--listen", "127.0.0.1:9001"]);
    assert!(printed.contains("listen = \"127.0.0.1:9001\"") && printed.contains("log = \"warn\""), "{printed}");
    assert!(printed.contains("# networks.country_file is not set"), "{printed}");
    std::fs::write(&file, "[networks]\ncountry_file = \"no-such.mmdb\"\n").expect("the file is written");
    let output = referee().args(["config", "--config"]).arg(&file).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("read the networks of no-such.mmdb"), "{said}");
    std::fs::write(&file, "listten = \"x\"\n").expect("the file is written");
    let output = referee().args(["config", "--config"]).arg(&file).output().expect("the program starts");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("listten"), "the misspelt name is said");
}

fn the_log_is_printed_and_the_books_are_rebuilt_from_it(pair: Pair) {
    let mut demo = Demo::on(pair);
    let (click_id, _) = demo.click(0);
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "L1"),
        ("ClickId", &click_id),
        ("Amount", "80"),
    ];
    let account = demo.account();
    account.submission(&account.send("POST", "Conversions", &pairs));
    demo.stop();
    let cat = demo.command(&["log", "cat"]);
    let text = String::from_utf8(cat.stdout).expect("text");
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect();
    let kinds: Vec<_> = records.iter().map(|record| record["kind"].as_str().expect("a kind")).collect();
    assert_eq!(kinds[0], "rules_adopted");
    assert!(kinds.contains(&"click_recorded") && kinds.contains(&"conversion_reported"), "{kinds:?}");
    let check = demo.command(&["replay", "--check"]);
    let said = String::from_utf8_lossy(&check.stdout).into_owned();
    assert!(check.status.success() && said.contains("the same, byte for byte"), "{said}");
    assert!(said.starts_with(&records.len().to_string()), "every record was replayed: {said}");
}

fn a_demonstration_goes_on_where_it_was_and_begins_anew_only_when_told(pair: Pair) {
    let mut demo = Demo::on(pair);
    let sid = demo.text("/account_sid");
    demo.click(0);
    demo.stop();
    demo.address.set_port(free_port());
    demo.run();
    assert_eq!(demo.text("/account_sid"), sid);
    let landing = demo.visitor().get(&demo.link(0)).header("location").to_owned();
    assert!(landing.contains(&demo.address.port().to_string()), "links lead to the new port: {landing}");
    demo.stop();
    std::fs::write(demo.folder().join("diary.txt"), "mine").expect("a file");
    let refused = demo.command(&["demo", "--fresh"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("diary.txt"));
    assert!(demo.folder().join("demo.json").exists(), "nothing was removed");
}
