//! Tracking domains: what proves them, what the doctor says, and what each answer on them says.

use std::net::IpAddr;

use referee_rig::Dns;
use serde_json::json;

use crate::support::{CHROME, Client, Demo, Pair, Person, on_every_pair};

on_every_pair!(a_host_is_served_once_it_is_proved, a_host_belongs_to_the_brand_that_proved_it,);

/// A host of the open internet, which only our own name server knows.
const HOST: &str = "go.acmeshop-demo.com";
/// Of those that stand in documents only, so that nobody is ever asked there.
const ADDRESS: &str = "203.0.113.9";

fn demo_with(pair: Pair, dns: &Dns) -> Demo {
    let mut demo = Demo::on(pair);
    // Once it answers, it also listens to the request to end.
    assert_eq!(demo.anybody().get("/sign-in").status, 200);
    demo.set("REFEREE_DOMAINS_RESOLVER", &dns.address().to_string());
    demo.stop();
    demo.run();
    demo
}

fn add(person: &Person, host: &str, kind: &str) -> crate::support::Reply {
    person.post("/settings/tracking-domains", &[("host", host), ("program", "1"), ("kind", kind)])
}

fn visitor(demo: &Demo, host: &str) -> Client {
    let client = Client::new(demo.address, host).with("user-agent", CHROME);
    client.with("sec-fetch-mode", "navigate").with("sec-fetch-dest", "document")
}

/// What the record has to say.
fn proof(demo: &Demo, host: &str) -> (String, String) {
    let list = demo.api().get("/api/v1/tracking-domains").json();
    let it = list["data"].as_array().expect("a list").iter().find(|it| it["host"] == host).expect("the host").clone();
    let text = |name: &str| it["proof"][name].as_str().expect("a text").to_owned();
    (text("txt_name"), text("txt_value"))
}

fn a_host_is_served_once_it_is_proved(pair: Pair) {
    let dns = Dns::start();
    let demo = demo_with(pair, &dns);
    let owner = demo.sign_in("/user");
    let link = demo.link(0);
    let wrong = add(&owner, "https://go.acmeshop-demo.com/", "tracking");
    assert!(wrong.status == 422 && wrong.text().contains("is not a host"), "{}", wrong.text());
    assert!(add(&owner, "localhost", "tracking").text().contains("serves this console"));
    assert!(add(&owner, "*.acmeshop-demo.com", "tracking").text().contains("Name each tracking host"));
    assert!(add(&owner, "go.shop.localhost", "tracking").text().contains("a host of this program already"));

    assert_eq!(add(&owner, HOST, "tracking").status, 303);
    assert_eq!(visitor(&demo, HOST).get(&link).status, 404, "nobody proved that it is the brand's");
    let page = owner.get("/settings/tracking-domains").text();
    let (name, value) = proof(&demo, HOST);
    assert!(page.contains("Not served yet") && page.contains(&name) && page.contains(&value), "{page}");
    assert!(page.contains("There is no TXT record _referee.go.acmeshop-demo.com"), "it was looked for at once: {page}");
    let again = owner.post("/settings/tracking-domains/verify", &[("host", HOST)]);
    assert_eq!(again.header("location"), format!("/settings/tracking-domains#{HOST}"));
    assert_eq!(owner.post("/settings/tracking-domains/verify", &[("host", "go.other.com")]).status, 404);

    dns.text(&name, "referee=another");
    let api = demo.api();
    let told = api.post(&format!("/api/v1/tracking-domains/{HOST}/verify"), "application/json", "").json();
    assert_eq!((&told["standing"], &told["proved_by"]), (&json!("waiting"), &json!(null)), "{told}");
    dns.text(&name, &value);
    let told = api.post(&format!("/api/v1/tracking-domains/{HOST}/verify"), "application/json", "").json();
    assert_eq!((&told["standing"], &told["proved_by"]), (&json!("verified"), &json!("txt")), "{told}");
    assert_eq!(told["trouble"], json!(null));
    let reply = visitor(&demo, HOST).get(&link);
    assert_eq!(reply.status, 302);
    assert!(reply.header("set-cookie").contains("Domain=acmeshop-demo.com;"), "{}", reply.header("set-cookie"));

    dns.forget(&name);
    let told = api.post(&format!("/api/v1/tracking-domains/{HOST}/verify"), "application/json", "").json();
    assert_eq!(told["standing"], json!("verified"), "a record that is gone stops no link");
    assert!(told["trouble"].as_str().is_some_and(|it| it.contains("no TXT record")), "{told}");
    assert_eq!(visitor(&demo, HOST).get(&link).status, 302);
    let page = owner.get("/settings/tracking-domains").text();
    assert!(page.contains("Verified, proof gone"), "{page}");
}

fn a_host_belongs_to_the_brand_that_proved_it(pair: Pair) {
    let dns = Dns::start();
    let mut demo = demo_with(pair, &dns);
    let other = crate::console::second_brand(&mut demo);
    let owner = demo.sign_in("/user");
    assert_eq!(add(&owner, HOST, "tracking").status, 303);
    // What is only said holds up nobody: whoever proves it first has it.
    assert_eq!(other.post("/settings/program", &crate::console::program("", "Others", HOST)).status, 303);
    let (name, value) = proof(&demo, HOST);
    dns.text(&name, &value);
    assert_eq!(owner.post("/settings/tracking-domains/verify", &[("host", HOST)]).status, 303);
    assert_eq!(visitor(&demo, HOST).get(&demo.link(0)).status, 302);
    assert_eq!(visitor(&demo, HOST).get("/c/1/1/2").status, 404, "nothing of the other brand is served there");
    assert_eq!(other.post("/settings/tracking-domains/verify", &[("host", HOST)]).status, 303);
    let page = other.get("/settings/tracking-domains").text();
    assert!(page.contains("Not served yet"), "{page}");
    let refused = other.post("/settings/program", &crate::console::program("", "Third", HOST));
    let said = refused.text();
    assert!(refused.status == 422 && said.contains("another brand here"), "{said}");
    let other_host = other.post("/settings/program", &crate::console::program("", "Third", "go.shop.localhost"));
    assert!(other_host.text().contains("already serves the links of another brand here"), "{}", other_host.text());
}

#[test]
fn the_doctor_tells_what_visitors_would_lose() {
    let dns = Dns::start();
    let address: IpAddr = ADDRESS.parse().expect("an address");
    dns.host(HOST, address);
    dns.host("www.acmeshop-demo.com", "203.0.113.200".parse().expect("an address"));
    let demo = demo_with(Pair::Files, &dns);
    let resolver = dns.address().to_string();
    let run = |arguments: &[&str]| {
        let variables = [("REFEREE_DOMAINS_RESOLVER", resolver.as_str()), ("REFEREE_SCHEME", "http")];
        let output = demo.command_with(&[&["domain", "check"], arguments].concat(), &variables);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = run(&[HOST]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("Safari   nothing is lost") && said.contains("Brave    nothing is lost"), "{said}");
    dns.host("www.acmeshop-demo.com", "2001:db8::44".parse().expect("an address"));
    let (code, said) = run(&[HOST]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Safari   something lives shorter") && said.contains("AAAA record"), "{said}");
    let (code, said) = run(&["go.somebody-else.com", "--page", "https://www.acmeshop-demo.com/cart", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&said).expect("one document");
    assert_eq!((code, &told["page_host"]), (Some(1), &json!("www.acmeshop-demo.com")));
    let topics: Vec<_> = told["findings"].as_array().expect("a list").iter().map(|it| it["topic"].clone()).collect();
    assert!(topics.contains(&json!("site")) && topics.contains(&json!("address")), "{told}");
    assert_eq!(run(&["not a host"]).0, Some(1));

    let owner = demo.sign_in("/user");
    assert_eq!(add(&owner, HOST, "tracking").status, 303);
    let page = owner.get(&format!("/settings/tracking-domains/check?host={HOST}&page=www.acmeshop-demo.com")).text();
    assert!(page.contains("Shortened in Safari") && page.contains("IPv4 and IPv6"), "{page}");
    let body = json!({ "page": "www.acmeshop-demo.com" }).to_string();
    let told = demo.api().post(&format!("/api/v1/tracking-domains/{HOST}/check"), "application/json", &body).json();
    assert_eq!(
        (&told["browsers"]["safari"], &told["something_is_lost"]),
        (&json!("shortened"), &json!(true)),
        "{told}"
    );
    let wrong = owner.get(&format!("/settings/tracking-domains/check?host={HOST}&page=not%20a%20page"));
    assert_eq!(wrong.status, 422);
}

#[test]
fn whoever_runs_the_server_may_say_whose_a_host_is() {
    let dns = Dns::start();
    let mut demo = demo_with(Pair::Files, &dns);
    let owner = demo.sign_in("/user");
    assert_eq!(add(&owner, HOST, "tracking").status, 303);
    demo.stop();
    let brand = "Acme Shoes".to_owned();
    let said = |arguments: &[&str]| {
        let output = demo.command(arguments);
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
    };
    assert!(
        said(&["domain", "list"]).contains(&format!("{HOST}\t{brand}\tnot served yet")),
        "{}",
        said(&["domain", "list"])
    );
    assert!(said(&["domain", "accept", HOST, "--brand", "Nobody"]).contains("there is no brand"));
    assert!(said(&["domain", "accept", "go.shop.localhost", "--brand", &brand]).contains("needs no proof"));
    assert_eq!(said(&["domain", "accept", HOST, "--brand", &brand]), format!("{HOST} belongs to {brand}\n"));
    demo.run();
    assert_eq!(visitor(&demo, HOST).get(&demo.link(0)).status, 302);
}
