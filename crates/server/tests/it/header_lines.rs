//! Every header line of every answer on a tracking host, as documented: a line that comes or goes is seen here.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::support::{CHROME, Client, Demo, Pair, Reply, eventually};
use crate::tracking_names::{navigates, set};

const GO: &str = "go.shop.localhost";

/// All lines but the date, sorted.
fn lines(reply: &Reply) -> Vec<String> {
    let kept = reply.headers.iter().filter(|(name, _)| !["date", "connection"].contains(&name.as_str()));
    let mut lines: Vec<String> = kept.map(|(name, value)| format!("{name}: {value}")).collect();
    lines.sort();
    lines
}

fn are(reply: &Reply, status: u16, expected: &[&str]) {
    let mut expected: Vec<String> = expected.iter().map(|it| (*it).to_owned()).collect();
    expected.sort();
    assert_eq!((reply.status, lines(reply)), (status, expected));
}

/// The server as it runs behind a proxy that ends TLS, on a demonstration's stores.
struct Served(Child);

impl Served {
    fn start(demo: &Demo) -> Served {
        let mut child = Command::new(env!("CARGO_BIN_EXE_referee"))
            .args(["serve", "--data"])
            .arg(demo.folder())
            .args(["--listen", &demo.address.to_string(), "--scheme", "https", "--trust-forwarded", "true"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // Nobody reads on: what it says later goes nowhere, as long as this end is open.
        let mut said = BufReader::new(child.stderr.take().expect("piped"));
        let mut line = String::new();
        while !line.contains("referee serves") {
            line.clear();
            assert!(said.read_line(&mut line).expect("text") > 0, "it ended");
        }
        std::thread::spawn(move || said.lines().map_while(Result::ok).for_each(drop));
        Served(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

const CLICK: [&str; 5] = [
    "cache-control: no-store, private",
    "content-length: 0",
    "x-content-type-options: nosniff",
    "x-robots-tag: noindex, nofollow",
    "referrer-policy: strict-origin-when-cross-origin",
];

#[test]
fn a_click_over_https() {
    let mut demo = Demo::start();
    let link = demo.link(0);
    let owner = demo.sign_in("/user");
    assert_eq!(set(&owner, &demo, &[("shop_hosts", "www.shop.localhost"), ("path_prefix", "shoes")]).status, 303);
    demo.stop();
    let _served = Served::start(&demo);
    let browser = Client::new(demo.address, GO).with("user-agent", CHROME);
    let visitor = browser.clone().with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document");
    eventually("the program is known", || visitor.get(&link).status == 302);
    let reply = visitor.get(&link);
    let (location, cookie) = (reply.header("location").to_owned(), reply.header("set-cookie").to_owned());
    let hsts = "strict-transport-security: max-age=31536000";
    let location_line = format!("location: {location}");
    are(&reply, 302, &[&CLICK[..], &[hsts, &location_line, &format!("set-cookie: {cookie}")]].concat());
    let value = cookie.strip_prefix("__Secure-pt=").and_then(|rest| rest.split_once("; ")).expect("our cookie");
    assert_eq!(value.1, "Domain=shop.localhost; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax");
    assert!(location.contains("?pt=") || location.contains("&pt="), "{location}");

    // Asked for the lines only: the same way, no cookie, no click.
    let head = visitor.send("HEAD", &link, "", b"");
    let way = format!("location: {}", head.header("location"));
    are(&head, 302, &[&CLICK[..], &[hsts, &way]].concat());
    let image = browser.clone().with("sec-fetch-dest", "image").with("sec-fetch-mode", "no-cors").get(&link);
    assert_eq!((image.status, image.header("set-cookie")), (302, ""), "a picture is no click");
    let prefetch = visitor.clone().with("sec-purpose", "prefetch;prerender").get(&link);
    are(&prefetch, 503, &CLICK[..4]);
    for method in ["POST", "PUT", "DELETE"] {
        are(&visitor.send(method, &link, "", b""), 405, &[&CLICK[..4], &["allow: GET, HEAD"]].concat());
    }
    passed_on_under_another_name(&demo, &link);
}

/// The shop's proxy asks by a name of its own, and says which host the visitor named.
fn passed_on_under_another_name(demo: &Demo, link: &str) {
    let path = format!("/shoes{link}");
    let status = |host: &str, named: &str| {
        let client = Client::new(demo.address, host).with("user-agent", CHROME).with("x-forwarded-host", named);
        navigates(client).get(&path).status
    };
    assert_eq!(status("edge.localhost", "www.shop.localhost"), 302);
    assert_eq!(status("edge.localhost", "evil.example, WWW.shop.localhost:8443"), 302, "the last proxy's word counts");
    assert_eq!(status("edge.localhost", "www.shop.localhost, evil.example"), 404);
    for named in [GO, "localhost", ""] {
        assert_eq!(status("edge.localhost", named), 404, "{named} is no host of a shop");
    }
}

#[test]
fn the_tag_and_what_it_asks() {
    let demo = Demo::on(Pair::Files);
    let host = Client::new(demo.address, GO).with("user-agent", CHROME);
    let tag = host.get("/tag.js");
    let etag = format!("etag: {}", tag.header("etag"));
    let length = format!("content-length: {}", tag.body.len());
    let script = [
        "content-type: text/javascript; charset=utf-8",
        "vary: Accept-Encoding",
        "access-control-allow-origin: *",
        "cross-origin-resource-policy: cross-origin",
        "timing-allow-origin: *",
        "x-content-type-options: nosniff",
        &etag,
        &length,
    ];
    let newest = "cache-control: public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
    are(&tag, 200, &[&script[..], &[newest]].concat());
    let version = host.get("/tag.v2.js");
    are(&version, 200, &[&script[..], &["cache-control: public, max-age=31536000, immutable"]].concat());
    assert_eq!(host.send("HEAD", "/tag.js", "", b"").body.len(), 0);
    let unpacks =
        || Client::new(demo.address, GO).with("user-agent", CHROME).with("accept-encoding", "gzip, deflate, br");
    let packed = unpacks().get("/tag.js");
    let lines = [format!("etag: {}", packed.header("etag")), format!("content-length: {}", packed.body.len())];
    let common = script.iter().copied().filter(|line| *line != etag && *line != length);
    let own: Vec<&str> = common.chain(lines.iter().map(String::as_str)).collect();
    are(&packed, 200, &[&own[..], &[newest, "content-encoding: gzip"]].concat());
    assert!(packed.body.len() * 2 < tag.body.len() && packed.header("etag") != tag.header("etag"));
    let again = unpacks().with("if-none-match", packed.header("etag")).get("/tag.js");
    assert_eq!((again.status, again.body.len()), (304, 0));

    let shop = demo.text("/shop_url");
    let allowed = format!("access-control-allow-origin: {shop}");
    let cors = ["access-control-allow-credentials: true", "vary: Origin", "cache-control: no-store", &allowed];
    let body = json!({ "program": 1, "page": "/" }).to_string();
    let page = demo.page();
    are(&page.post("/pt/v", "text/plain", &body), 204, &cors);
    let order = json!({ "program": 1, "event": "sale", "orderId": "H1", "amount": "10", "currencyCode": "EUR" });
    are(&page.post("/pt/o", "text/plain", &order.to_string()), 204, &cors);
    let more = [
        "access-control-allow-methods: POST",
        "access-control-allow-headers: content-type",
        "access-control-max-age: 7200",
    ];
    for path in ["/pt/v", "/pt/o", "/pt/i"] {
        are(&page.send("OPTIONS", path, "", b""), 204, &[&cors[..], &more[..]].concat());
    }
    let id = page.get("/pt/i?program=1");
    let length = format!("content-length: {}", id.body.len());
    are(&id, 200, &[&cors[..], &["content-type: application/json", &length]].concat());

    for path in ["/pt/v.png?program=1", "/pt/o.png?program=1&event=sale", "/pt/o.png?nonsense", "/i/1/1/1", "/i/x/y/z"]
    {
        for method in ["GET", "HEAD"] {
            let picture = host.send(method, path, "", b"");
            are(
                &picture,
                200,
                &[
                    "content-type: image/gif",
                    "content-length: 42",
                    "cache-control: no-store, private",
                    "cross-origin-resource-policy: cross-origin",
                    "x-content-type-options: nosniff",
                ],
            );
            assert_eq!(picture.body.len(), if method == "GET" { 42 } else { 0 }, "{path}");
        }
    }
    let gpc = host.get("/.well-known/gpc.json");
    assert_eq!((gpc.status, gpc.header("content-type"), &gpc.json()["gpc"]), (200, "application/json", &json!(true)));
    let robots = host.get("/robots.txt");
    assert_eq!((robots.status, robots.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert_eq!(robots.text(), "User-agent: *\nDisallow: /c/\nDisallow: /i/\nDisallow: /pt/\n");
}

#[test]
fn pages_of_strangers_are_refused() {
    let demo = Demo::start();
    let visits = || {
        let text = demo.anybody().get("/metrics").text();
        let line = text.lines().find(|line| line.starts_with("referee_visits_recorded_total")).expect("a figure");
        line.rsplit(' ').next().expect("a number").to_owned()
    };
    let body = json!({ "program": 1, "page": "/" }).to_string();
    for origin in ["https://evil.example", "http://www.shop.localhost.evil.example", "file://"] {
        let stranger = Client::new(demo.address, GO).with("user-agent", CHROME).with("origin", origin);
        let refused = ["cache-control: no-store", "vary: Origin"];
        let with_length = [&refused[..], &["content-length: 0"]].concat();
        for path in ["/pt/v", "/pt/o"] {
            are(&stranger.post(path, "text/plain", &body), 403, &with_length);
        }
        are(&stranger.send("OPTIONS", "/pt/v", "", b""), 403, &with_length);
        are(&stranger.get("/pt/i?program=1"), 403, &with_length);
    }
    assert_eq!(visits(), "0");
    assert!(demo.anybody().get("/metrics").text().contains("referee_origins_refused_total 12"));
    assert_eq!(demo.page().send("HEAD", "/pt/v.png?program=1", "", b"").status, 200);
    assert_eq!(demo.page().send("HEAD", "/pt/i?program=1", "", b"").status, 200);
    assert_eq!(visits(), "0", "whoever asks for the lines sees no page");
    // A page in a sandbox has no origin to name: shops run their pixels so.
    for origin in [demo.text("/shop_url"), format!("http://{GO}"), "null".to_owned()] {
        let page = Client::new(demo.address, GO).with("user-agent", CHROME).with("origin", &origin);
        assert_eq!(page.post("/pt/v", "text/plain", &body).status, 204, "{origin}");
    }
    assert_eq!(visits(), "3");
}
