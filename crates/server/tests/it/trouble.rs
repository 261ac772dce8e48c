//! The log can't be written for a while: visitors go on, senders are asked to come again, and nothing is lost.

use referee_core::id::ProgramId;
use referee_engine::intake::click_id::{Opened, open};
use referee_engine::settings::Settings;
use rusqlite::Connection;
use serde_json::json;

use crate::support::Demo;

#[test]
fn a_stalled_log_loses_no_click_and_acknowledges_no_report() {
    let demo = Demo::start();
    let keys = Settings::open(demo.folder()).expect("the settings").brands().expect("the brands").remove(0).1;
    let unrecorded = |id: &str| match open(&keys, ProgramId(1), id).expect("one of ours") {
        Opened::Click(click) => click.unrecorded,
        Opened::Journey(_) => panic!("a click was asked for"),
    };
    let (before, _) = demo.click(0);
    assert!(!unrecorded(&before));

    // Somebody else holds the log's file: no write can begin.
    let blocker = Connection::open(demo.folder().join("log.db")).expect("the log's file");
    blocker.execute_batch("begin immediate").expect("the lock");
    let (flagged, _) = demo.click(0);
    assert!(unrecorded(&flagged), "the visitor was sent on, and the id says so");
    let report = |order: &str, click_id: &str| {
        let pairs = [
            ("CampaignId", "1"),
            ("EventTypeCode", "sale"),
            ("EventDate", "NOW"),
            ("OrderId", order),
            ("ClickId", click_id),
            ("Amount", "100"),
        ];
        demo.account().send("POST", "Conversions", &pairs)
    };
    let refused = report("stalled", &flagged);
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"), "{}", refused.text());
    blocker.execute_batch("rollback").expect("the lock is let go");
    drop(blocker);

    let account = demo.account();
    let taken = report("after", &flagged);
    assert_eq!(account.submission(&taken)["Result"], "APPLIED");
    assert_eq!(account.actions_of("after")[0]["MediaPartnerName"], "Trail Notes");
    let clicks = demo.api().get("/api/v1/clicks").json();
    let clicks = clicks["data"].as_array().expect("a list");
    assert_eq!(clicks.len(), 2, "the click that waited was kept when the log was back: {clicks:?}");
    assert!(clicks.iter().all(|click| click["counted"] == json!(true)));
}

#[test]
fn a_click_that_died_with_its_edge_is_rebuilt_from_its_id() {
    let mut demo = Demo::start();
    let blocker = Connection::open(demo.folder().join("log.db")).expect("the log's file");
    blocker.execute_batch("begin immediate").expect("the lock");
    let reply = demo.visitor().get(&demo.link(1));
    let click_id = reply.location_param("pt").expect("a click id");
    demo.kill();
    blocker.execute_batch("rollback").expect("the lock is let go");
    drop(blocker);
    demo.run();
    assert_eq!(demo.api().get("/api/v1/clicks").json()["data"], json!([]), "nothing of it is left");
    let account = demo.account();
    let pairs = [
        ("CampaignId", "1"),
        ("EventTypeCode", "sale"),
        ("EventDate", "NOW"),
        ("OrderId", "rebuilt"),
        ("ClickId", &click_id),
        ("Amount", "100"),
    ];
    account.submission(&account.send("POST", "Conversions", &pairs));
    assert_eq!(account.actions_of("rebuilt")[0]["MediaPartnerName"], "Deal Harbour");
    account.submission(&account.send("POST", "Conversions", &pairs));
    let clicks = demo.api().get("/api/v1/clicks").json();
    assert_eq!(clicks["data"].as_array().expect("a list").len(), 1, "rebuilt once");
}
