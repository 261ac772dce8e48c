//! A line of the table is a set-up, and what a visitor of Safari, Firefox, Chrome and Brave would lose with it.

use super::fake::Fake;
use crate::domain::doctor::{Asked, examine};
use crate::domain::{
    Browser, Certificate, DomainConfig, Facts, Findings, HostFacts, Probe, Question, Record, Topic, Weight, diagnose,
};
use Weight::{Fine, Lost, Note, Shortened};

fn host(name: &str, chain: &[&str], addresses: &[&str]) -> HostFacts {
    let mut facts = HostFacts { name: name.into(), ..HostFacts::default() };
    facts.chain = chain.iter().map(|it| (*it).to_owned()).collect();
    for address in addresses {
        match address.parse().expect("an address") {
            std::net::IpAddr::V4(it) => facts.v4.push(it),
            std::net::IpAddr::V6(it) => facts.v6.push(it),
        }
    }
    facts
}

fn facts(host: HostFacts, page: HostFacts) -> Facts {
    Facts {
        host,
        page,
        prefix: "pt".into(),
        tag_name: "tag.js".into(),
        click_param: "pt".into(),
        cookie_days: 30,
        ..Facts::default()
    }
}

/// By browser, in the order of [`Browser::ALL`].
fn weights(findings: &Findings) -> [Weight; 4] {
    Browser::ALL.map(|it| findings.of(it))
}

fn of(findings: &Findings, topic: Topic) -> Option<Weight> {
    findings.list.iter().filter(|it| it.topic == topic).map(|it| it.weight).max()
}

const NEAR_V4: &str = "81.2.69.10";
const ALSO_NEAR_V4: &str = "81.2.200.9";
const FAR_V4: &str = "81.3.69.10";
const NEAR_V6: &str = "2a00:1450:4001:80b::1";
const ALSO_NEAR_V6: &str = "2a00:1450:4001:80b:ffff::9";
const FAR_V6: &str = "2a00:1450:4001:80c::1";

#[test]
fn what_safari_shortens() {
    let go = "go.shop.com";
    let www = "www.shop.com";
    let page = |addresses: &[&str]| host(www, &[], addresses);
    for (what, set_up, topic, weight) in [
        (
            "a path on the shop's own host",
            facts(host(www, &["shop.cdn.net"], &[FAR_V4]), page(&[NEAR_V4])),
            Topic::Site,
            Fine,
        ),
        ("16 bits of IPv4", facts(host(go, &[], &[NEAR_V4]), page(&[ALSO_NEAR_V4])), Topic::AddressPrefix, Fine),
        ("15 bits of IPv4", facts(host(go, &[], &[NEAR_V4]), page(&[FAR_V4])), Topic::AddressPrefix, Shortened),
        ("64 bits of IPv6", facts(host(go, &[], &[NEAR_V6]), page(&[ALSO_NEAR_V6])), Topic::AddressPrefix, Fine),
        ("63 bits of IPv6", facts(host(go, &[], &[NEAR_V6]), page(&[FAR_V6])), Topic::AddressPrefix, Shortened),
        (
            "both families, one of them far",
            facts(host(go, &[], &[NEAR_V4, NEAR_V6]), page(&[ALSO_NEAR_V4, FAR_V6])),
            Topic::AddressPrefix,
            Shortened,
        ),
        (
            "one of several addresses is far",
            facts(host(go, &[], &[NEAR_V4]), page(&[ALSO_NEAR_V4, FAR_V4])),
            Topic::AddressPrefix,
            Shortened,
        ),
        (
            "the shop has IPv6, the host only IPv4",
            facts(host(go, &[], &[NEAR_V4]), page(&[ALSO_NEAR_V4, NEAR_V6])),
            Topic::AddressFamilies,
            Shortened,
        ),
        (
            "the host has IPv6, the shop only IPv4",
            facts(host(go, &[], &[NEAR_V4, NEAR_V6]), page(&[ALSO_NEAR_V4])),
            Topic::AddressFamilies,
            Shortened,
        ),
        ("no family is shared", facts(host(go, &[], &[NEAR_V4]), page(&[NEAR_V6])), Topic::AddressFamilies, Shortened),
        (
            "a CNAME to somebody else, however near",
            facts(host(go, &["edge.vendor.net"], &[NEAR_V4]), page(&[ALSO_NEAR_V4])),
            Topic::Cname,
            Shortened,
        ),
        (
            "a CNAME within the shop, however far",
            facts(host(go, &["edge.shop.com"], &[FAR_V4]), page(&[NEAR_V4])),
            Topic::Cname,
            Fine,
        ),
        (
            "only the last CNAME counts",
            facts(host(go, &["edge.shop.com", "edge.vendor.net"], &[NEAR_V4]), page(&[ALSO_NEAR_V4])),
            Topic::Cname,
            Shortened,
        ),
        (
            "a CNAME to where the shop's own leads",
            facts(host(go, &["a.cdn.net"], &[NEAR_V4]), host(www, &["b.cdn.net"], &[FAR_V4])),
            Topic::Cname,
            Fine,
        ),
    ] {
        let found = diagnose(&set_up);
        assert_eq!(of(&found, topic), Some(weight), "{what}: {found:#?}");
        assert_eq!(weights(&found), [weight, Fine, Fine, Fine], "{what}: only Safari asks that: {found:#?}");
        assert_eq!(found.is_something_lost(), weight == Shortened, "{what}");
    }
}

#[test]
fn what_another_site_loses() {
    for (what, tracking, shop, topic, expected) in [
        ("a domain of somebody else", "go.tracker.net", "www.shop.com", Topic::Site, [Lost, Lost, Note, Lost]),
        ("a platform of many shops", "go.acme.com", "acme.myshopify.com", Topic::CookieScope, [Lost, Lost, Note, Lost]),
        ("another shop under one suffix", "go.other.co.uk", "www.shop.co.uk", Topic::Site, [Lost, Lost, Note, Lost]),
        ("the shop's own", "go.shop.co.uk", "www.shop.co.uk", Topic::Site, [Fine, Fine, Fine, Fine]),
        ("its bare domain", "go.shop.com", "shop.com", Topic::Site, [Fine, Fine, Fine, Fine]),
    ] {
        let found = diagnose(&facts(host(tracking, &[], &[NEAR_V4]), host(shop, &[], &[NEAR_V4])));
        assert_eq!(weights(&found), expected, "{what}: {found:#?}");
        assert!(of(&found, topic).is_some(), "{what}: {found:#?}");
    }
}

#[test]
fn what_lists_block() {
    let plain = || facts(host("go.shop.com", &[], &[NEAR_V4]), host("www.shop.com", &[], &[NEAR_V4]));
    let named = |name: &str| facts(host(name, &[], &[NEAR_V4]), host("www.shop.com", &[], &[NEAR_V4]));
    for (what, set_up, topic, weight) in [
        ("plain names", plain(), Topic::BlockedName, Fine),
        ("a host that is blocked", named("plausible.shop.com"), Topic::BlockedName, Lost),
        ("a host that is watched", named("track.shop.com"), Topic::BlockedName, Note),
        ("a path", Facts { prefix: "collect".into(), ..plain() }, Topic::BlockedName, Lost),
        ("a script", Facts { tag_name: "beacon.min.js".into(), ..plain() }, Topic::BlockedName, Lost),
        ("a parameter", Facts { click_param: "irclickid".into(), ..plain() }, Topic::Parameter, Shortened),
        ("a parameter of statistics", Facts { click_param: "utm_id".into(), ..plain() }, Topic::Parameter, Shortened),
    ] {
        let found = diagnose(&set_up);
        assert_eq!(of(&found, topic), Some(weight), "{what}: {found:#?}");
        assert_eq!(weights(&found), [Fine, Fine, Fine, weight], "{what}");
    }
    let cloaked = facts(host("go.shop.com", &["acme.pxf.io"], &[NEAR_V4]), host("www.shop.com", &[], &[NEAR_V4]));
    assert_eq!(weights(&diagnose(&cloaked)), [Shortened, Fine, Fine, Lost], "a CNAME hides nobody");
    let own = facts(host("track.shop.com", &[], &[NEAR_V4]), host("track.shop.com", &[], &[NEAR_V4]));
    assert_eq!(of(&diagnose(&own), Topic::BlockedName), Some(Fine), "the shop itself is not blocked");
}

#[test]
fn what_everybody_loses() {
    let plain = || facts(host("go.shop.com", &[], &[NEAR_V4]), host("www.shop.com", &[], &[NEAR_V4]));
    let with_issuers = |issuers: &[&str], issuer: &str| {
        let mut set_up = Facts { issuer: issuer.into(), ..plain() };
        set_up.host.issuers = Some(issuers.iter().map(|it| (*it).to_owned()).collect());
        set_up
    };
    let expired = Certificate::Untrusted("certificate expired".into());
    let targets = vec![NEAR_V4.to_owned(), "edge.referee.example".into()];
    for (what, set_up, topic, weight) in [
        ("no address", facts(host("go.shop.com", &[], &[]), plain().page), Topic::Address, Lost),
        ("a certificate that has expired", Facts { certificate: expired, ..plain() }, Topic::Certificate, Lost),
        (
            "nobody there",
            Facts { certificate: Certificate::Unreachable("refused".into()), ..plain() },
            Topic::Certificate,
            Lost,
        ),
        ("a good certificate", Facts { certificate: Certificate::Trusted, ..plain() }, Topic::Certificate, Fine),
        ("another may issue", with_issuers(&["pki.goog"], "letsencrypt.org"), Topic::Issuer, Lost),
        ("nobody may issue", with_issuers(&[], "letsencrypt.org"), Topic::Issuer, Lost),
        ("ours may issue", with_issuers(&["pki.goog", "letsencrypt.org"], "letsencrypt.org"), Topic::Issuer, Fine),
        ("it leads here", Facts { targets: targets.clone(), ..plain() }, Topic::Target, Fine),
        (
            "it leads elsewhere",
            Facts { targets: targets.clone(), ..facts(host("go.shop.com", &[], &[FAR_V4]), plain().page) },
            Topic::Target,
            Note,
        ),
    ] {
        let found = diagnose(&set_up);
        assert_eq!(of(&found, topic), Some(weight), "{what}: {found:#?}");
        if weight == Lost {
            assert_eq!(weights(&found), [Lost; 4], "{what}");
        }
    }
    let elsewhere = Facts { landing_hosts: vec!["www.shop.com".into(), "shop.fr".into()], ..plain() };
    let found = diagnose(&elsewhere);
    assert_eq!(of(&found, Topic::Landing), Some(Shortened), "{found:#?}");
    assert_eq!(weights(&found), [Shortened, Shortened, Fine, Shortened]);
    assert_eq!(found.list.iter().filter(|it| it.topic == Topic::Landing).count(), 1, "once, for the other site");
}

#[test]
fn whatever_is_lost_says_how_to_mend_it() {
    let bad = Facts {
        landing_hosts: vec!["shop.fr".into()],
        prefix: "collect".into(),
        click_param: "gclid".into(),
        ..facts(host("ads.vendor.net", &["x.vendor.org"], &[]), host("www.shop.com", &[], &[NEAR_V4]))
    };
    let found = diagnose(&bad);
    assert!(found.list.iter().all(|it| it.weight < Shortened || !it.mend.is_empty()), "{found:#?}");
    assert!(found.list.is_sorted_by_key(|it| std::cmp::Reverse(it.weight)), "the heaviest comes first");
}

fn asked(host: &str) -> Asked {
    Asked {
        host: host.into(),
        page: String::new(),
        landing_hosts: Vec::new(),
        prefix: "pt".into(),
        tag_name: "tag.js".into(),
        click_param: "pt".into(),
        cookie_days: 30,
        secure: false,
    }
}

#[tokio::test]
async fn what_dns_says_is_gathered() {
    let dns = Fake::default()
        .cname("go.shop.com", "a.vendor.net")
        .cname("a.vendor.net", "b.vendor.net")
        .cname("b.vendor.net", "a.vendor.net")
        .address("go.shop.com", NEAR_V4)
        .address("go.shop.com", NEAR_V6)
        .address("www.shop.com", NEAR_V4)
        .with("shop.com", Question::Caa, Record::Issuer("pki.goog".into()))
        .with("shop.com", Question::Caa, Record::Issuer(String::new()));
    let probe = Probe::with(std::sync::Arc::new(dns), false);
    let (facts, found) = examine(&probe, &DomainConfig::default(), asked("go.shop.com")).await;
    assert_eq!(facts.page.name, "www.shop.com", "the shop's usual page is taken");
    assert_eq!(facts.host.chain, ["a.vendor.net", "b.vendor.net"], "a loop ends");
    assert_eq!((facts.host.v4.len(), facts.host.v6.len()), (1, 1));
    assert_eq!(facts.host.issuers, Some(vec!["pki.goog".to_owned()]), "those of the parent");
    assert_eq!(of(&found, Topic::Cname), Some(Shortened));
}

#[tokio::test]
async fn a_name_server_that_is_away_is_said() {
    let dns = Fake { silent: vec!["go.shop.com"], ..Fake::default().address("www.shop.com", NEAR_V4) };
    let probe = Probe::with(std::sync::Arc::new(dns), false);
    let (_, found) = examine(&probe, &DomainConfig::default(), asked("go.shop.com")).await;
    assert_eq!(of(&found, Topic::NameServer), Some(Note), "{found:#?}");
    assert_eq!(of(&found, Topic::Address), None, "nobody knows whether it has an address");
}

#[tokio::test]
async fn a_host_without_tls_is_said_to_be_lost() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // Somebody who speaks no TLS.
    let speaking = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").expect("it is read");
    });
    let dns = || Fake::default().address("go.shop.com", "127.0.0.1").address("www.shop.com", "127.0.0.1");
    let secure = || Asked { secure: true, ..asked("go.shop.com") };
    let probe = Probe { https_port: port, ..Probe::with(std::sync::Arc::new(dns()), true) };
    let (facts, found) = examine(&probe, &DomainConfig::default(), secure()).await;
    speaking.join().expect("it was asked");
    assert!(matches!(facts.certificate, Certificate::Unreachable(_)), "{facts:#?}");
    assert_eq!(of(&found, Topic::Certificate), Some(Lost));
    let (facts, _) = examine(&Probe::with(std::sync::Arc::new(dns()), false), &DomainConfig::default(), secure()).await;
    let Certificate::Unreachable(why) = facts.certificate else { panic!("it was asked") };
    assert!(why.contains("not an address of the open internet"), "{why}");
}
