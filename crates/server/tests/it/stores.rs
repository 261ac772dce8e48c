//! Everything of an installation comes to other stores and back, and stores that do not belong together are refused.

use std::path::PathBuf;
use std::process::Output;

use serde_json::json;

use crate::support::{Demo, Pair, on_every_pair};

on_every_pair!(a_backup_is_restored, everything_moves_away_and_back);

/// Files, whatever else the demonstration runs on.
const FILES: [(&str, &str); 2] = [("REFEREE_DATABASE_URL", ""), ("REFEREE_LOG_URL", "")];

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("a path")
}

fn order(demo: &Demo, id: &str, click_id: &str) {
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", id),
        ("ClickId", click_id),
        ("Amount", "120"),
    ];
    let account = demo.account();
    assert_eq!(account.submission(&account.send("POST", "Conversions", &pairs))["Result"], "APPLIED");
}

/// A demonstration with two orders, stopped.
fn with_orders(pair: Pair) -> Demo {
    let mut demo = Demo::on(pair);
    for id in ["M-1", "M-2"] {
        let (click_id, _) = demo.click(0);
        order(&demo, id, &click_id);
    }
    demo.stop();
    demo
}

fn folder_in(demo: &Demo, name: &str) -> PathBuf {
    demo.folder().join(name)
}

fn a_backup_is_restored(pair: Pair) {
    let demo = with_orders(pair);
    let (backup, restored) = (folder_in(&demo, "backup"), folder_in(&demo, "restored"));
    for _ in 0..2 {
        let made = demo.command(&["backup", text(&backup)]);
        assert!(made.status.success() && said(&made).contains("1 brands"), "also a second time: {}", said(&made));
    }
    let into = demo.command_with(&["restore", text(&backup), "--data", text(&restored)], &FILES);
    assert!(into.status.success() && said(&into).contains("action 2"), "{}", said(&into));
    assert!(said(&into).contains("pending: 28.80 EUR"), "{}", said(&into));
    let same = demo.command_with(&["replay", "--check", "--data", text(&restored)], &FILES);
    assert!(said(&same).contains("the same, byte for byte"), "{}", said(&same));
    let empty = folder_in(&demo, "empty");
    let nothing = demo.command_with(&["restore", text(&empty), "--data", text(&restored)], &FILES);
    assert!(!nothing.status.success() && said(&nothing).contains("holds no backup"), "{}", said(&nothing));
}

fn everything_moves_away_and_back(pair: Pair) {
    let mut demo = with_orders(pair);
    let before = demo.command(&["log", "cat"]).stdout;
    let (away, away_file) = (folder_in(&demo, "away"), folder_in(&demo, "away.toml"));
    std::fs::write(&away_file, format!("data = {away:?}\n")).expect("a file");
    let moved = demo.command(&["migrate", "--to", text(&away_file)]);
    assert!(moved.status.success() && said(&moved).contains("the same, byte for byte"), "{}", said(&moved));
    let there = demo.command_with(&["log", "cat", "--data", text(&away)], &FILES);
    assert!(there.stdout == before, "every record is there as it was");
    if pair == Pair::Files {
        demo.run();
        let refused = demo.command(&["migrate", "--to", text(&away_file)]);
        assert!(said(&refused).contains("is at work: stop every process"), "{}", said(&refused));
        return;
    }
    let (back, back_file) = (folder_in(&demo, "back"), folder_in(&demo, "back.toml"));
    let url = demo.postgres().create_database("back");
    std::fs::write(&back_file, format!("data = {back:?}\ndatabase_url = {url:?}\n")).expect("a file");
    let none = [("REFEREE_DATABASE_URL", ""), ("REFEREE_LOG_URL", "")];
    for _ in 0..2 {
        let moved = demo.command_with(&["migrate", "--data", text(&away), "--to", text(&back_file)], &none);
        assert!(moved.status.success() && said(&moved).contains("the same, byte for byte"), "{}", said(&moved));
    }
    let url = [("REFEREE_DATABASE_URL", url.as_str()), ("REFEREE_LOG_URL", "")];
    let there = demo.command_with(&["log", "cat", "--data", text(&back)], &url);
    assert!(there.stdout == before, "and back again");
    demo.run();
    let refused = demo.command(&["migrate", "--to", text(&away_file)]);
    assert!(said(&refused).contains("is at work: stop every process"), "{}", said(&refused));
}

#[test]
fn the_books_of_a_brand_move_to_another_cluster_while_the_server_runs() {
    let mut demo = Demo::on(Pair::Postgres);
    let second = demo.postgres().create_database("second");
    demo.stop();
    demo.set("REFEREE_CLUSTERS", &format!("second={second}"));
    demo.run();
    let (click_id, _) = demo.click(0);
    let moved = demo.command(&["partition", "move", "--brand", "1", "--to", "second"]);
    assert!(said(&moved).contains("brand 1 is in second now"), "{}", said(&moved));
    let listed = demo.command(&["partition", "list"]);
    assert!(said(&listed).contains("partition 1 in second"), "{}", said(&listed));
    order(&demo, "after", &click_id);
    assert_eq!(demo.postgres().psql_in("second", "select count(*) from action").trim(), "1");
    assert_eq!(demo.postgres().psql("select count(*) from click").trim(), "0", "the old rows are gone");
    let clicks = demo.api().get("/api/v1/clicks").json();
    assert_eq!(clicks["data"].as_array().map(Vec::len), Some(1), "readers look there too: {clicks}");
    assert_eq!(clicks["data"][0]["counted"], json!(true));
    let again = demo.command(&["partition", "move", "--brand", "1", "--to", "second"]);
    assert!(said(&again).contains("in second already"), "{}", said(&again));
    let same = demo.command(&["replay", "--check"]);
    assert!(said(&same).contains("the same, byte for byte"), "{}", said(&same));
    let nowhere = demo.command(&["partition", "move", "--brand", "1", "--to", "third"]);
    assert!(said(&nowhere).contains("name it under [clusters]"), "{}", said(&nowhere));
}

/// What a server says that does not start, with these variables.
fn refused(demo: &Demo, variables: &[(&str, &str)]) -> String {
    let output = demo.command_with(&["serve", "--listen", "127.0.0.1:0", "--data", text(demo.folder())], variables);
    assert!(!output.status.success(), "it must not start: {}", said(&output));
    String::from_utf8_lossy(&output.stderr).lines().filter(|line| line.starts_with("referee:")).collect()
}

#[test]
fn stores_that_do_not_belong_together_are_refused_with_what_to_do() {
    let demo = with_orders(Pair::Postgres);
    let rig = demo.postgres();
    let no_database = rig.url_of("nothing");
    assert!(refused(&demo, &[("REFEREE_DATABASE_URL", &no_database)]).contains("does not exist"));
    let said = refused(&demo, &[("REFEREE_DATABASE_URL", "mysql://me:s3cret@host/db")]);
    assert!(said.contains("postgres://user:password@host:5432/database") && !said.contains("s3cret"), "{said}");
    let nats_alone = [("REFEREE_DATABASE_URL", ""), ("REFEREE_LOG_URL", "nats://127.0.0.1:1")];
    assert!(refused(&demo, &nats_alone).contains("log_url needs database_url"));
    assert!(refused(&demo, &[("REFEREE_EDGE", "0")]).contains("it is 1 to 1023"));

    let version = rig.psql("select version from referee_store where name = 'books'");
    rig.psql("update referee_store set version = 99 where name = 'books'");
    assert!(refused(&demo, &[]).contains("of version 99, this program knows"));
    rig.psql("update referee_store set version = 1 where name = 'books'");
    assert!(refused(&demo, &[]).contains("run `backup` with the older program"));
    rig.psql(&format!("update referee_store set version = {} where name = 'books'", version.trim()));

    let own = rig.psql("select installation from referee_store where name = 'books'");
    rig.psql("update referee_store set installation = 'somebody' where name = 'log'");
    assert!(refused(&demo, &[]).contains("it belongs to installation somebody"));
    rig.psql(&format!("update referee_store set installation = '{}' where name = 'log'", own.trim()));

    rig.psql("insert into log_end (partition, position) values (77, 1)");
    assert!(refused(&demo, &[]).contains("partitions [77], which the settings do not know"));
    rig.psql("delete from log_end where partition = 77");

    rig.psql("update applied set position = position + 1");
    assert!(refused(&demo, &[]).contains("ahead of the log"));
    rig.psql("update applied set position = position - 1");

    let (key, kept) = (demo.folder().join("referee.key"), demo.folder().join("kept.key"));
    std::fs::rename(&key, &kept).expect("a file");
    assert!(refused(&demo, &[]).contains("put the key of this installation there"));
    assert!(!key.exists(), "no new key is made for old settings");
    std::fs::rename(&kept, &key).expect("a file");
}

#[test]
fn a_stream_of_another_installation_is_refused() {
    let demo = with_orders(Pair::JetStream);
    let (other, data) = (demo.postgres().create_database("other"), folder_in(&demo, "other"));
    let variables = [("REFEREE_DATABASE_URL", other.as_str()), ("REFEREE_DATA", text(&data))];
    let output = demo.command_with(&["serve", "--listen", "127.0.0.1:0"], &variables);
    assert!(!output.status.success() && said(&output).contains("it is the log of installation"), "{}", said(&output));
}

#[test]
fn one_process_holds_an_edge_number() {
    let demo = Demo::on(Pair::Postgres);
    let (data, key) = (folder_in(&demo, "twin"), demo.folder().join("referee.key"));
    let variables = [("REFEREE_DATA", text(&data)), ("REFEREE_KEY_FILE", text(&key))];
    let output = demo.command_with(&["serve", "--listen", "127.0.0.1:0"], &variables);
    assert!(said(&output).contains("give this process another `edge`"), "{}", said(&output));
    assert!(!output.status.success());
    let twin = demo.command_with(&["serve", "--listen", "127.0.0.1:0", "--data", text(demo.folder())], &[]);
    assert!(said(&twin).contains("another process is edge 1 there"), "{}", said(&twin));
    assert_eq!(demo.api().get("/api/v1/clicks").status, 200, "and the one that was there goes on");
}
