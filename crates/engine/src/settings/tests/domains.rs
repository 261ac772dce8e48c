//! Tracking domains: who says so, and who proved it.

use super::*;
use crate::domain::Method;
use crate::routing::Routing;
use referee_core::id::BrandId;

fn brand(settings: &Settings, name: &str) -> BrandId {
    settings.create_brand(&NewBrand { name: name.into() }, NOW).unwrap()
}

pub fn a_host_is_one_brands_once_it_is_proved(place: &Place) {
    let settings = place.open();
    let (acme, other) = (brand(&settings, "Acme"), brand(&settings, "Other"));
    let host = "go.shop.com";
    let before = settings.directory_version().unwrap();
    settings.claim_domain(acme, host, false, NOW).unwrap();
    settings.claim_domain(other, host, false, NOW).unwrap();
    assert!(settings.directory_version().unwrap() > before, "edges hear of it");
    let first = settings.domain(acme, host).unwrap().unwrap();
    assert_eq!((first.verified_at, first.method, first.checked_at), (None, None, None));
    assert_ne!(first.token, settings.domain(other, host).unwrap().unwrap().token, "each brand has its own");
    settings.claim_domain(acme, host, false, NOW.plus_ms(5)).unwrap();
    assert_eq!(settings.domain(acme, host).unwrap().unwrap(), first, "who says it again keeps the token");
    let unverified = Routing::default().with_directory(&settings.directory().unwrap()).unverified.len();
    assert!(unverified == 2 && settings.domain_owner(host).unwrap().is_none());

    settings.note_domain_trouble(acme, host, &"There is no record. ".repeat(99), NOW.plus_ms(7)).unwrap();
    let noted = settings.domain(acme, host).unwrap().unwrap();
    assert_eq!((noted.trouble.len(), noted.checked_at), (500, Some(NOW.plus_ms(7))));
    assert_eq!(settings.verify_domain(acme, host, Method::Record, NOW.plus_ms(9)).unwrap(), Verified::Yes);
    let proved = settings.domain(acme, host).unwrap().unwrap();
    assert_eq!((proved.verified_at, proved.method), (Some(NOW.plus_ms(9)), Some(Method::Record)));
    assert!(proved.trouble.is_empty() && settings.domain_owner(host).unwrap().is_some());
    assert_eq!(settings.verify_domain(other, host, Method::File, NOW).unwrap(), Verified::Taken);
    assert_eq!(settings.verify_domain(other, "x.shop.com", Method::File, NOW).unwrap(), Verified::Unknown);
    assert_eq!(settings.domain_owner(host).unwrap(), Some(acme));

    settings.note_domain_trouble(acme, host, "DNS is away.", NOW.plus_days(2)).unwrap();
    let still = settings.domain(acme, host).unwrap().unwrap();
    assert_eq!((still.verified_at, still.trouble.as_str()), (Some(NOW.plus_ms(9)), "DNS is away."));
    settings.claim_domain(acme, "old.shop.com", true, NOW).unwrap();
    let unverified = Routing::default().with_directory(&settings.directory().unwrap()).unverified;
    assert!(!unverified.contains(&(acme, "old.shop.com".into())), "what was in use goes on");
    let directory = settings.directory().unwrap();
    assert!(!directory.proved.contains("old.shop.com") && directory.proved.contains(host), "but gets no certificate");
    settings.claim_domain(acme, "old.shop.com", false, NOW).unwrap();
    settings.claim_domain(acme, "old.shop.com", true, NOW).unwrap();
    assert!(!settings.domain(acme, "old.shop.com").unwrap().unwrap().in_use, "what is named anew has to be proved");
    settings.release_domain(acme, "old.shop.com").unwrap();
    settings.release_domain(acme, host).unwrap();
    assert_eq!(settings.verify_domain(other, host, Method::File, NOW).unwrap(), Verified::Yes);
    assert!(settings.domains(acme).unwrap().is_empty() && settings.domains(other).unwrap().len() == 1);
}

pub fn hosts_are_looked_at_when_they_are_due(place: &Place) {
    let settings = place.open();
    let acme = brand(&settings, "Acme");
    for host in ["a.shop.com", "b.shop.com", "c.shop.com"] {
        settings.claim_domain(acme, host, false, NOW).unwrap();
    }
    let due = |at: Timestamp| {
        let (waiting, verified) = (at.plus_ms(-120_000), at.minus_days(1));
        let due = settings.domains_due(waiting, verified, at.minus_days(30), 50).unwrap();
        due.into_iter().map(|(_, host)| host).collect::<Vec<_>>()
    };
    assert_eq!(due(NOW), ["a.shop.com", "b.shop.com", "c.shop.com"]);
    settings.note_domain_trouble(acme, "a.shop.com", "none", NOW).unwrap();
    settings.verify_domain(acme, "b.shop.com", Method::Record, NOW).unwrap();
    assert_eq!(due(NOW.plus_ms(1)), ["c.shop.com"]);
    assert_eq!(due(NOW.plus_ms(120_001)), ["c.shop.com", "a.shop.com"], "those that wait, every two minutes");
    assert_eq!(due(NOW.plus_days(1).plus_ms(1)).len(), 3, "those that are proved, every day");
    assert_eq!(due(NOW.plus_days(31)), ["b.shop.com"], "what nobody proves is given up");
}
