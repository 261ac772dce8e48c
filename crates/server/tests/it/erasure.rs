//! A person is erased: every file of the data folder is searched for it before and after, and the books are still those
//! of the log.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use referee_core::fact::Fact;
use referee_core::identity::{Identifier, IdentifierKind};
use referee_engine::intake::{identifier, visitor};
use referee_engine::log::frame::unpack;
use referee_engine::log::sqlite::SqliteLog;
use referee_engine::log::{Log, Position, codec};
use referee_engine::settings::Settings;
use serde_json::json;

use crate::support::{CHROME, Client, Demo, Pair, eventually, next_line, on_every_pair};

on_every_pair!(an_erasure_leaves_orders_and_a_replay_agrees, people_of_the_brand_erase_and_export,);

const CUSTOMER: &str = "ann-4711-private";
const EMAIL: &str = "Ann.Private@mail.example";
const PHONE: &str = "+4915112345678";
const ADDRESS: &str = "203.0.113.77";
const AGENT: &str = "PrivateBrowser/77.1";
const PATH: &str = "/account/ann-private";

/// The server behind a proxy that names the visitor's address.
struct Behind(Child);

impl Behind {
    fn start(demo: &Demo) -> Behind {
        let mut child = Command::new(env!("CARGO_BIN_EXE_referee"))
            .args(["serve", "--scheme", "http", "--console-host", "localhost", "--trust-forwarded", "true", "--data"])
            .arg(demo.folder())
            .args(["--listen", &demo.address.to_string()])
            .args(["--log", "info"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        next_line(&mut lines, "referee serves");
        // What it prints later is nobody's.
        std::thread::spawn(move || lines.for_each(drop));
        Behind(child)
    }

    fn stop(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill runs");
        assert!(asked.success() && self.0.wait().expect("it ends").success());
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Somebody's browser on a host.
fn browser(demo: &Demo, host: &str, address: &str, agent: &str) -> Client {
    let client = Client::new(demo.address, host).with("x-forwarded-for", address);
    let client = client.with("user-agent", &format!("{CHROME} {agent}"));
    client.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document")
}

/// Clicks, signs in on a page and buys; gives the visitor cookie's value.
fn shops(demo: &Demo, customer: &str, email: &str, phone: &str, (address, agent): (&str, &str), order: &str) -> String {
    let clicked = browser(demo, "go.shop.localhost", address, agent).get(&demo.link(0));
    let click_id = clicked.location_param("pt").expect("a click id");
    let cookie = clicked.cookie().split_once('=').map(|(_, value)| value.to_owned()).expect("a cookie");
    let page = json!({ "CampaignId": 1, "ClickId": click_id, "CustomerId": customer, "CustomerEmail": email,
        "CustomerPhone": phone, "PageUrl": format!("{}{PATH}", demo.text("/shop_url")) });
    let loaded = browser(demo, "localhost", address, agent).post("/PageLoad", "application/json", &page.to_string());
    assert_eq!(loaded.status, 200, "{}", loaded.text());
    let body = json!({ "program": 1, "event": "sale", "order_id": order, "event_date": "NOW", "amount": "100",
        "customer_id": customer, "customer_email": email, "phone_number": phone });
    let reported = demo.api().post("/api/v1/conversions", "application/json", &body.to_string());
    assert_eq!(reported.status, 202, "{}", reported.text());
    eventually("the order is in the books", || {
        let found = demo.api().get(&format!("/api/v1/orders/{order}")).json();
        found["answer"]["code"] == "CREDITED"
    });
    cookie
}

/// What must be found nowhere any more, each with its name.
fn patterns(folder: &Path, cookie: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for text in [CUSTOMER, EMAIL, &EMAIL.to_lowercase(), PHONE, ADDRESS, AGENT, cookie] {
        all.insert(text.to_owned(), text.as_bytes().to_vec());
    }
    let settings = Settings::open(folder).expect("settings");
    let keys = settings.brands().expect("brands").remove(0).1;
    let mut hash = |name: &str, it: Identifier| {
        all.insert(format!("{name} in bytes"), it.hash.to_vec());
        let hex: String = it.hash.iter().map(|byte| format!("{byte:02x}")).collect();
        all.insert(format!("{name} in hex"), hex.into_bytes());
    };
    for (kind, value) in
        [(IdentifierKind::CustomerId, CUSTOMER), (IdentifierKind::Email, EMAIL), (IdentifierKind::Phone, PHONE)]
    {
        let found = identifier::found(&keys, kind, value, None).expect("it is one");
        hash(&format!("{kind:?}"), found.identifier);
        (0..).zip(found.variants).for_each(|(i, it)| hash(&format!("{kind:?} {i}"), it));
    }
    hash("Visitor", visitor::identifier(&keys, cookie).expect("a cookie"));
    // Those of the address are told by the record of the click.
    for draft in drafts(folder) {
        if let Fact::ClickRecorded(click) = &draft.fact
            && draft.raw.as_ref().is_some_and(|raw| raw.address == ADDRESS)
        {
            for (name, number) in [("agent", click.signals.agent_key), ("network", click.signals.network)] {
                all.insert(format!("{name} ascending"), number.to_le_bytes().to_vec());
                all.insert(format!("{name} descending"), number.to_be_bytes().to_vec());
            }
        }
    }
    all
}

fn drafts(folder: &Path) -> Vec<referee_engine::log::Draft> {
    let log = SqliteLog::open(&folder.join("log.db")).expect("the log");
    let mut all = Vec::new();
    for partition in log.partitions().expect("partitions") {
        let frames = log.read(partition, Position(0), usize::from(u16::MAX)).expect("read");
        all.extend(frames.iter().flat_map(|(_, frame)| unpack(frame).expect("frame")).map(|(_, draft)| draft));
    }
    all
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|it| it.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The patterns that some file holds, as it is or in a frame.
fn found(folder: &Path, patterns: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut texts: Vec<Vec<u8>> = files(folder).iter().map(|path| std::fs::read(path).expect("a file")).collect();
    texts.extend(drafts(folder).iter().flat_map(|draft| {
        let (fact, raw) = codec::encode(draft);
        [fact, raw]
    }));
    let holds = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
    let named = patterns.iter().filter(|(_, part)| texts.iter().any(|text| holds(text, part)));
    named.map(|(name, _)| name.clone()).collect()
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn is_replayed(demo: &Demo) {
    let replayed = demo.command(&["replay", "--check"]);
    assert!(replayed.status.success() && said(&replayed).contains("the same"), "{}", said(&replayed));
    let verified = demo.command(&["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn nothing_of_a_person_is_left_in_any_file() {
    let mut demo = Demo::start();
    demo.stop();
    let server = Behind::start(&demo);
    let cookie = shops(&demo, CUSTOMER, EMAIL, PHONE, (ADDRESS, AGENT), "E-1");
    let other = ("198.51.100.4", "OtherBrowser/1");
    shops(&demo, "bob-12", "bob@mail.example", "+4915187654321", other, "E-2");
    let payouts = |demo: &Demo| {
        let of = |order: &str| demo.api().get(&format!("/api/v1/orders/{order}")).json()["actions"].clone();
        [of("E-1"), of("E-2")]
    };
    let before = payouts(&demo);
    server.stop();

    let patterns = patterns(demo.folder(), &cookie);
    assert!(patterns.len() > 20, "{:?}", patterns.keys());
    let there = found(demo.folder(), &patterns);
    for name in ["CustomerId in bytes", "Email in bytes", "Phone in bytes", "Visitor in bytes", "agent ascending"] {
        assert!(there.contains(name), "{name} is kept: {there:?}");
    }
    assert!(there.contains(ADDRESS) && there.contains(AGENT), "raw data is kept: {there:?}");

    let backup = tempfile::tempdir().expect("a folder");
    let to = backup.path().to_str().expect("a path");
    let backed_up = || {
        let made = demo.command(&["backup", to]);
        assert!(made.status.success(), "{}", said(&made));
    };
    backed_up();

    let refused = demo.command(&["erase", "--email", EMAIL]);
    assert!(!refused.status.success() && said(&refused).contains("--yes"), "{}", said(&refused));
    let unnamed = demo.command(&["erase", "--yes"]);
    assert!(!unnamed.status.success() && said(&unnamed).contains("--customer-id"), "{}", said(&unnamed));
    let erased = demo.command(&["erase", "--email", EMAIL, "--yes"]);
    assert!(erased.status.success() && said(&erased).contains("receipt"), "{}", said(&erased));
    assert!(said(&erased).contains("1 order stays"), "{}", said(&erased));

    assert_eq!(found(demo.folder(), &patterns), BTreeSet::new(), "{}", said(&erased));
    is_replayed(&demo);
    an_older_backup_is_erased_again(&demo, backup.path(), &patterns);
    backed_up();
    assert_eq!(found(backup.path(), &patterns), BTreeSet::new(), "a backup that is made again follows");
    let again = demo.command(&["erase", "--email", EMAIL, "--yes"]);
    assert!(said(&again).contains("0 records rewritten"), "nobody is known by it: {}", said(&again));

    let server = Behind::start(&demo);
    assert_eq!(payouts(&demo), before, "orders, amounts and payouts stay");
    assert_eq!(demo.api().get(&format!("/api/v1/profiles?customer_id={CUSTOMER}")).status, 404);
    assert_eq!(demo.api().get("/api/v1/profiles?customer_id=bob-12").status, 200, "somebody else is still there");
    server.stop();
}

/// By the receipt alone, in stores that know of no erasure.
fn an_older_backup_is_erased_again(demo: &Demo, backup: &Path, patterns: &BTreeMap<String, Vec<u8>>) {
    let restored = tempfile::tempdir().expect("a folder");
    let (from, to) = (backup.to_str().expect("a path"), restored.path().to_str().expect("a path"));
    let made = demo.command_with(&["restore", from, "--data", to], &[]);
    assert!(made.status.success(), "{}", said(&made));
    let there = found(restored.path(), patterns);
    assert!(there.contains("Email in bytes") && there.contains(ADDRESS), "it is of before: {there:?}");
    let receipts = std::fs::read_dir(demo.folder().join("erasures")).expect("receipts");
    let receipt = receipts.map(|it| it.expect("an entry").path()).next().expect("a receipt");
    let text = std::fs::read(&receipt).expect("a receipt");
    let holds = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    assert!(patterns.values().all(|part| !holds(part)), "a receipt says nothing of the person");
    let receipt = receipt.to_str().expect("a path");
    let again = demo.command_with(&["erase", "--again", receipt, "--data", to], &[]);
    assert!(again.status.success() && said(&again).contains("records rewritten"), "{}", said(&again));
    assert_eq!(found(restored.path(), patterns), BTreeSet::new(), "{}", said(&again));
    let replayed = demo.command_with(&["replay", "--check", "--data", to], &[]);
    assert!(replayed.status.success() && said(&replayed).contains("the same"), "{}", said(&replayed));
    let twice = demo.command_with(&["erase", "--again", receipt, "--data", to], &[]);
    assert!(twice.status.success(), "{}", said(&twice));
}

/// Somebody with a click, a page load that names them, and an order.
fn somebody(demo: &Demo, customer: &str, order: &str) {
    let (click_id, _) = demo.click(0);
    let page = json!({ "CampaignId": 1, "ClickId": click_id, "CustomerId": customer, "CustomerEmail": EMAIL });
    let loaded = demo.anybody().post("/PageLoad", "application/json", &page.to_string());
    assert_eq!(loaded.status, 200, "{}", loaded.text());
    let body = json!({ "program": 1, "event": "sale", "order_id": order, "event_date": "NOW", "amount": "100",
        "customer_id": customer });
    assert_eq!(demo.api().post("/api/v1/conversions", "application/json", &body.to_string()).status, 202);
    eventually("the order is in the books", || {
        demo.api().get(&format!("/api/v1/orders/{order}")).json()["answer"]["code"] == "CREDITED"
    });
}

fn post(demo: &Demo, path: &str, body: &serde_json::Value) -> crate::support::Reply {
    demo.api().post(path, "application/json", &body.to_string())
}

fn an_erasure_leaves_orders_and_a_replay_agrees(pair: Pair) {
    let mut demo = Demo::on(pair);
    somebody(&demo, CUSTOMER, "P-1");
    let actions = |demo: &Demo| demo.api().get("/api/v1/actions?order_id=P-1").json()["data"][0]["payout"].clone();
    let before = actions(&demo);
    let who = json!({ "kind": "email", "value": EMAIL });
    let preview = post(&demo, "/api/v1/erasures", &json!({ "kind": "email", "value": EMAIL, "preview": true }));
    let found = &preview.json()["found"];
    assert_eq!((preview.status, &found["orders_kept"], &found["clicks"]), (200, &json!(1), &json!(1)), "{found}");
    assert_eq!(demo.api().get("/api/v1/erasures").json()["data"], json!([]), "a preview is no erasure");
    let (click_id, cookie) = demo.click(1);
    let cookie = cookie.split_once('=').map(|(_, value)| value.to_owned()).expect("a cookie");
    for (kind, value) in [("click_id", &click_id), ("cookie", &cookie)] {
        let by = json!({ "kind": kind, "value": value, "preview": true });
        let clicks = || post(&demo, "/api/v1/erasures", &by).json()["found"]["clicks"].clone();
        eventually("the click is known by its id and by its cookie", || clicks() == 1);
    }
    for wrong in [
        json!({ "kind": "click_id", "value": "nonsense" }),
        json!({ "kind": "name", "value": "Ann" }),
        json!({ "kind": "email", "value": "ann" }),
    ] {
        assert_eq!(post(&demo, "/api/v1/erasures", &wrong).status, 400, "{wrong}");
    }
    let exported = post(&demo, "/api/v1/subject-exports", &who).json();
    let known = exported["identifiers"].as_array().expect("identifiers").iter();
    let hashes: Vec<String> = known.filter_map(|it| it["keyed_hash"].as_str().map(str::to_owned)).collect();
    assert!(hashes.len() >= 4, "{exported}");
    let asked = post(&demo, "/api/v1/erasures", &who);
    assert_eq!(asked.status, 202, "{}", asked.text());
    let id = asked.json()["id"].as_str().expect("an id").to_owned();
    let told = || demo.api().get(&format!("/api/v1/erasures/{id}")).json();
    // The stream lets go of what it holds after minutes; until then its readers replace as they read.
    let far = if pair == Pair::JetStream { "rewriting" } else { "done" };
    eventually("it is done", || told()["state"] == far && told()["records_rewritten"].as_u64() >= Some(3));
    assert_eq!(demo.api().get("/api/v1/erasures").json()["data"][0]["id"], id.as_str());
    let places = told()["receipt"]["places"].as_array().map(Vec::len);
    assert!(places >= Some(3) && !told().to_string().contains("ann"), "{}", told());
    assert_eq!(demo.api().get(&format!("/api/v1/profiles?customer_id={CUSTOMER}")).status, 404);
    assert_eq!((actions(&demo), before.is_string()), (before.clone(), true), "what was earned stays");
    if pair != Pair::JetStream {
        let log = said(&demo.command(&["log", "cat"]));
        assert!(log.contains("subject_erased") && log.contains("P-1"), "{log}");
        assert_eq!(hashes.iter().find(|it| log.contains(it.as_str())), None, "no record holds it any more");
    }
    // The same person comes back as somebody new.
    somebody(&demo, CUSTOMER, "P-2");
    assert_eq!(demo.api().get(&format!("/api/v1/profiles?customer_id={CUSTOMER}")).status, 200);
    demo.stop();
    is_replayed(&demo);
    demo.run();
    assert_eq!(actions(&demo), before);
}

fn people_of_the_brand_erase_and_export(pair: Pair) {
    let demo = Demo::on(pair);
    somebody(&demo, CUSTOMER, "P-1");
    let owner = demo.sign_in("/user");
    let partner = demo.sign_in("/partners/0/user");
    for path in ["", "/look", "/erase", "/export"] {
        let path = format!("/settings/erasure{path}");
        let reply = if path.ends_with("erasure") {
            partner.get(&path)
        } else {
            partner.post(&path, &[("kind", "email"), ("value", EMAIL)])
        };
        assert_eq!(reply.status, 403, "{path}");
    }
    assert!(owner.get("/settings/erasure").text().contains("None yet"));
    let who = [("kind", "customer_id"), ("value", CUSTOMER), ("country", "")];
    let looked = owner.post("/settings/erasure/look", &who);
    assert!(looked.status == 200 && looked.text().contains("1 order</b>"), "{}", looked.text());
    let with = |more: &[(&'static str, &'static str)]| [&who[..], more].concat();
    let exported = owner.post("/settings/erasure/export", &with(&[("reason", "ticket 812")]));
    let told = exported.json();
    assert!(
        exported.header("content-disposition").contains("subject.json"),
        "{exported:?}",
        exported = exported.headers
    );
    let kinds: BTreeSet<&str> =
        told["identifiers"].as_array().expect("identifiers").iter().filter_map(|it| it["kind"].as_str()).collect();
    assert!(kinds.contains("customer_id") && kinds.contains("email") && kinds.contains("visitor"), "{told}");
    assert_eq!((told["orders"].as_array().map(Vec::len), told["records"].as_array().map(Vec::len)), (Some(1), Some(3)));
    assert!(told.to_string().contains("\"user_agent\""), "raw data while it is kept: {told}");
    let by_api = post(&demo, "/api/v1/subject-exports", &json!({ "kind": "email", "value": EMAIL }));
    assert_eq!((by_api.status, &by_api.json()["orders"][0]["text"]), (200, &json!("P-1")), "{}", by_api.text());

    assert_eq!(owner.post("/settings/erasure/erase", &with(&[("reason", "ticket 812")])).status, 422, "unconfirmed");
    assert_eq!(owner.post("/settings/erasure/erase", &with(&[("confirmed", "1")])).status, 422, "why");
    let erased = owner.post("/settings/erasure/erase", &with(&[("confirmed", "1"), ("reason", "ticket 812")]));
    assert_eq!(erased.status, 303, "{}", erased.text());
    let place = erased.header("location").to_owned();
    let words = if pair == Pair::JetStream { "Cleaning up" } else { "Download the receipt" };
    eventually("it is done", || owner.get(&place).text().contains(words));
    assert!(owner.get(&format!("{place}/receipt")).json()["places"].is_array());
    assert!(owner.get("/settings/erasure").text().contains("ticket 812"));
    let trail = owner.get("/audit").text();
    assert!(trail.contains("Person erased") && trail.contains("exported") && !trail.contains(CUSTOMER), "{trail}");
    assert_eq!(owner.get("/settings/erasure/00000000000000000000000000000000").status, 404);
    let exports = (0..10).map(|_| post(&demo, "/api/v1/subject-exports", &json!({ "kind": "email", "value": EMAIL })));
    assert_eq!(exports.last().map(|it| it.status), Some(429), "they read the whole log");
}

/// Wherever it dies, the next run goes on, and each of several is done.
#[test]
fn a_server_that_is_killed_goes_on_with_it() {
    let mut demo = Demo::start();
    let customers: Vec<String> = (0..4).map(|i| format!("{CUSTOMER}-{i}")).collect();
    for (i, customer) in customers.iter().enumerate() {
        somebody(&demo, customer, &format!("K-{i}"));
    }
    for customer in &customers {
        let asked = post(&demo, "/api/v1/erasures", &json!({ "kind": "customer_id", "value": customer }));
        assert_eq!(asked.status, 202, "{}", asked.text());
        demo.kill();
        demo.run();
    }
    let done = || {
        let all = demo.api().get("/api/v1/erasures").json()["data"].clone();
        let states = all.as_array().map(|all| all.iter().filter(|it| it["state"] == "done").count());
        states == Some(customers.len())
    };
    eventually("all of them are done", done);
    for customer in &customers {
        assert_eq!(demo.api().get(&format!("/api/v1/profiles?customer_id={customer}")).status, 404);
    }
    demo.stop();
    is_replayed(&demo);
}
