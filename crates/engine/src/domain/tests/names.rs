use crate::domain::{is_name, is_open, is_public, site_of, suffix_is_shared};

#[test]
fn only_what_somebody_can_register_is_of_the_open_internet() {
    for open in ["go.shop.com", "go.myshop.co.uk", "shop.com", "acme.myshopify.com", "go.xn--bcher-kva.de"] {
        assert!(is_open(open), "{open}");
    }
    for inside in [
        "go.shop.localhost",
        "localhost",
        "go.shop.test",
        "go.shop.example",
        "go.corp.internal",
        "127.0.0.1",
        "[::1]",
        "",
        "a b.com",
        "-a.com",
        "shop..com",
    ] {
        assert!(!is_open(inside), "{inside}");
    }
    assert!(is_name("go.shop.test") && !is_name("Go.shop.com") && !is_name("10.0.0.1") && !is_name(&"a".repeat(64)));
}

#[test]
fn sites_are_cut_where_cookies_are() {
    for (host, site) in [
        ("go.shop.com", Some("shop.com")),
        ("go.myshop.co.uk", Some("myshop.co.uk")),
        ("acme.myshopify.com", Some("acme.myshopify.com")),
        ("go.acme.myshopify.com", Some("acme.myshopify.com")),
        ("myshopify.com", None),
        ("co.uk", None),
        ("10.0.0.1", None),
    ] {
        assert_eq!(site_of(host), site, "{host}");
    }
    assert!(suffix_is_shared("acme.myshopify.com") && !suffix_is_shared("www.shop.com"));
}

#[test]
fn addresses_inside_of_networks_are_known() {
    for public in ["8.8.8.8", "23.227.38.65", "2a00:1450:4001::1", "::ffff:8.8.8.8", "172.32.0.1", "100.128.0.1"] {
        assert!(is_public(public.parse().expect("an address")), "{public}");
    }
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.0.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001::1",
        "3fff::1",
        "::7f00:1",
    ] {
        assert!(!is_public(inside.parse().expect("an address")), "{inside}");
    }
}
