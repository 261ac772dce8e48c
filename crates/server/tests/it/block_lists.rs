//! Every address that is served to browsers against block lists of today and the engine that Brave uses: what is blocked
//! by accident loses orders of people who had agreed. Whoever blocks us on purpose is free to.

use std::fs::File;
use std::io::BufReader;
use std::sync::LazyLock;

use adblock::lists::{FilterSet, ParseOptions};
use adblock::request::Request;
use adblock::{Engine, blocker::BlockerResult};
use referee_server::tracking::routes::{Kind, LINKS, ROUTES};
use serde::Deserialize;

use crate::support::data_path;

/// Where `./test` puts them.
const FOLDER: &str = "target/tools/block-lists";
/// Ads, trackers, social media, and parameters of addresses.
const LISTS: [u8; 4] = [2, 3, 4, 17];
/// What lists of other makers block besides, in rules of our own: see the file.
const OTHERS: &str = include_str!("../block-lists/others.txt");

const PAGE: &str = "https://www.acmeshop-demo.com/boots/ridge";
/// Names that the guide recommends for tracking domains.
const HOSTS: [&str; 8] = ["go", "t", "trk", "click", "partners", "links", "events", "www"];

#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    metadata: Option<Metadata>,
}

/// The package converts lists for browsers, and keeps the text they were made of.
#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "rawFilterList")]
    text: Option<String>,
}

/// All lists with all the rules that the engine understands.
fn engine() -> Engine {
    let mut set = FilterSet::new(true);
    for text in LISTS.map(list) {
        set.add_filter_list(text, ParseOptions::default());
    }
    set.add_filter_list(OTHERS.to_owned(), ParseOptions::default());
    Engine::new_with_filter_set(set)
}

fn list(number: u8) -> String {
    let path = data_path(FOLDER).join(format!("ruleset_{number}.json"));
    let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}. ./test installs it", path.display()));
    let rules: Vec<Rule> = serde_json::from_reader(BufReader::new(file)).expect("a list");
    let text = rules.into_iter().find_map(|it| it.metadata?.text).expect("the list's text");
    assert!(text.lines().count() > 500, "list {number} is whole");
    text
}

fn check(engine: &Engine, url: &str, kind: &str) -> BlockerResult {
    let method = if kind == "ping" { "post" } else { "get" };
    engine.check_network_request(&Request::new(url, PAGE, kind, method).expect("an address"))
}

/// In which ways a browser may ask for it.
fn requests(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Document => &["document", "subdocument"],
        Kind::Script => &["script"],
        Kind::Beacon => &["ping", "xmlhttprequest", "other"],
        Kind::Fetch => &["xmlhttprequest"],
        Kind::Picture => &["image"],
        Kind::Other => &["document", "xmlhttprequest", "other"],
    }
}

/// A query as the tag and the pixels send it, with all that is on record.
const QUERIES: [&str; 4] = [
    "",
    "?program=1&consent=granted&customerId=c77&customProfileId=p1&clickId=AbCdEf_-0123456789&page=https%3A%2F%2Fwww.acmeshop-demo.com%2F&referrer=",
    "?program=1&event=sale&order_id=10023&amount=80.00&currency=EUR&promo_code=TRAIL10&gdpr=1&gdpr_consent=CPc&gpp=DBAA&gpp_sid=7&gpc=1",
    "?subId1=a&subId2=b&subId3=c&sharedid=d&u=https%3A%2F%2Fwww.acmeshop-demo.com%2Fboots&pt=AbCdEf_-0123456789",
];

/// Every address of the product, by the table that the router is made of.
fn addresses() -> Vec<(String, Kind)> {
    static FILLED: LazyLock<Vec<(String, Kind)>> = LazyLock::new(|| {
        let routes = ROUTES.iter().map(|it| (it.path, it.kind));
        let links = LINKS.iter().map(|it| (*it, Kind::Document));
        let fill = |path: &str| {
            let mut filled = path.to_owned();
            for (name, value) in [
                ("{partner}", "11"),
                ("{ad}", "5"),
                ("{program}", "7"),
                ("{slug}", "spring-sale"),
                ("{event_type}", "4636"),
                ("{file}", "A123456-0123abcd-4567-89ab.js"),
            ] {
                filled = filled.replace(name, value);
            }
            assert!(!filled.contains('{'), "{path}: say what stands there");
            filled
        };
        routes.chain(links).map(|(path, kind)| (fill(path), kind)).collect()
    });
    let mut all = Vec::new();
    for host in HOSTS {
        for (path, kind) in FILLED.iter() {
            // On the shop's own host everything stands under the prefix.
            let under = path.strip_prefix("/pt").unwrap_or(path);
            for query in QUERIES {
                all.push((format!("https://{host}.acmeshop-demo.com{path}{query}"), *kind));
                all.push((format!("https://{host}.acmeshop-demo.com/pt{under}{query}"), *kind));
            }
        }
    }
    all
}

#[test]
fn no_address_that_is_served_to_browsers_is_blocked() {
    let engine = engine();
    let mut blocked = Vec::new();
    for (url, kind) in addresses() {
        for request in requests(kind) {
            let found = check(&engine, &url, request);
            if found.should_block() || found.rewritten_url.is_some() {
                blocked.push(format!("{request} {url}: {:?} {:?}", found.filter, found.rewritten_url));
            }
        }
    }
    assert!(blocked.is_empty(), "{} are blocked, among them {:#?}", blocked.len(), &blocked[..blocked.len().min(20)]);
}

#[test]
fn what_is_known_to_be_blocked_is_seen_to_be() {
    let engine = engine();
    for (url, kind) in [
        // By AdGuard's lists.
        ("https://go.acmeshop-demo.com/track.gif?t=1", "image"),
        ("https://go.acmeshop-demo.com/px.gif?id=1", "image"),
        ("https://go.acmeshop-demo.com/i?e=pv&page=1", "image"),
        ("https://go.acmeshop-demo.com/scripts/sdk/everflow.js", "script"),
        ("https://plausible.io/js/script.js", "script"),
        ("https://www.google-analytics.com/analytics.js", "script"),
        // By EasyPrivacy.
        ("https://go.acmeshop-demo.com/p.gif?x=1", "image"),
        ("https://go.acmeshop-demo.com/pt/o.gif?x=1", "image"),
        ("https://go.acmeshop-demo.com/pixel.gif?x=1", "image"),
        ("https://go.acmeshop-demo.com/beacon.min.js", "script"),
        ("https://go.acmeshop-demo.com/api/collect", "xmlhttprequest"),
        ("https://track.acmeshop-demo.com/collect", "xmlhttprequest"),
        ("https://plausible.acmeshop-demo.com/pt/v", "xmlhttprequest"),
        // A beacon of any other site.
        ("https://go.another-site.com/pt/v", "ping"),
    ] {
        assert!(check(&engine, url, kind).should_block(), "{kind} {url} passes: does the engine read its lists?");
    }
    for (parameter, taken) in [("pt", false), ("gclid", true), ("irclickid", true)] {
        let url = format!("{PAGE}?{parameter}=AbC");
        let found = engine.check_network_request(
            &Request::new(&url, "https://blog.example/", "document", "get").expect("an address"),
        );
        assert_eq!(found.rewritten_url.is_some(), taken, "{parameter}: {:?}", found.rewritten_url);
    }
}
