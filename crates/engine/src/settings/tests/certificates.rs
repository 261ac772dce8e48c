//! Certificates: who may order which, how often, and what is kept of it.

use crate::retention::Retention;
use std::collections::BTreeSet;

use super::*;
use crate::settings::certificates::ORDER_LEASE_MS;

const DIRECTORY: &str = "https://ca.example/directory";

fn counted() -> Counted<'static> {
    // As the registered domain of hosts that end alike.
    Counted { directory: DIRECTORY, site_of: |host| host.split_once('.').map_or(host, |(_, site)| site) }
}

fn hosts(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn issued(days: u32) -> Issued {
    let (begins_at, ends_at) = (NOW, NOW.plus_days(days));
    let (chain, key) = ("the chain".to_owned(), "the key".to_owned());
    Issued { chain, key, begins_at, ends_at, renew_at: NOW.plus_days(days / 3 * 2) }
}

fn one(settings: &Settings) -> Certificate {
    settings.certificates().unwrap().remove(0)
}

pub fn a_certificate_is_ordered_by_one(place: &Place) {
    let settings = place.open();
    let wanted = hosts(&["go.shop.example"]);
    let lease = |now| settings.lease_order(&wanted, &counted(), now).unwrap();
    assert!(lease(NOW).is_none(), "nobody wants one");
    settings.want_certificates(&wanted, NOW).unwrap();
    settings.want_certificates(&wanted, NOW.plus_ms(1)).unwrap();
    assert_eq!(one(&settings).next_try_at, NOW, "it is wanted once");
    assert!(
        settings.lease_order(&hosts(&["other.example"]), &counted(), NOW).unwrap().is_none(),
        "not allowed any more"
    );
    let leased = lease(NOW).unwrap();
    assert!(lease(NOW).is_none(), "somebody else orders it");
    assert!(!settings.retry_certificate("go.shop.example", NOW).unwrap());
    let later = NOW.plus_ms(ORDER_LEASE_MS);
    let again = lease(later).unwrap();
    assert!(!settings.keep_certificate(&leased, &issued(90)).unwrap(), "the lease had ended");
    assert!(settings.keep_certificate(&again, &issued(90)).unwrap());
    let kept = one(&settings);
    assert_eq!((kept.held, kept.failures, kept.tried_at), (Some((NOW, NOW.plus_days(90))), 0, Some(later)));
    let served = settings.certificates_after(0).unwrap().remove(0);
    assert_eq!((served.host.as_str(), served.chain.as_str(), served.serial), ("go.shop.example", "the chain", 1));
    assert_eq!(served.key, b"the key");
    assert!(settings.certificates_after(1).unwrap().is_empty(), "nothing new");
    assert!(lease(NOW.plus_days(59)).is_none());
    let renewal = lease(NOW.plus_days(60)).unwrap();
    assert!(settings.keep_certificate(&renewal, &issued(180)).unwrap());
    assert_eq!(settings.certificates_after(1).unwrap().remove(0).serial, 2);
}

pub fn an_order_that_failed_is_kept_with_its_reason(place: &Place) {
    let settings = place.open();
    let wanted = hosts(&["go.shop.example"]);
    settings.want_certificates(&wanted, NOW).unwrap();
    let lease = |now| settings.lease_order(&wanted, &counted(), now).unwrap();
    let leased = lease(NOW).unwrap();
    let at = NOW.plus_ms(300_000);
    assert!(settings.fail_order(&leased, at, "the host points elsewhere").unwrap());
    let kept = one(&settings);
    assert_eq!((kept.failures, kept.next_try_at, kept.trouble.as_str()), (1, at, "the host points elsewhere"));
    assert!(kept.held.is_none() && lease(at.plus_ms(-1)).is_none());
    assert!(settings.retry_certificate("go.shop.example", NOW.plus_ms(1)).unwrap(), "a person mended it");
    let leased = lease(NOW.plus_ms(1)).unwrap();
    assert_eq!(leased.failures, 1);
    settings.free_certificates().unwrap();
    assert!(!settings.keep_certificate(&leased, &issued(90)).unwrap(), "it was freed");
    let leased = lease(NOW.plus_ms(2)).unwrap();
    assert!(settings.keep_certificate(&leased, &issued(90)).unwrap());
    assert_eq!((one(&settings).failures, one(&settings).trouble.as_str()), (0, ""));
}

pub fn an_authoritys_limits_are_kept(place: &Place) {
    let settings = place.open();
    let wanted = hosts(&["go.shop.example", "go.other.example"]);
    settings.want_certificates(&wanted, NOW).unwrap();
    for i in 0..45 {
        settings.count_order(&counted(), &format!("host-{i}.shop.example"), NOW.plus_ms(i)).unwrap();
    }
    let now = NOW.plus_ms(100);
    assert!(settings.lease_order(&hosts(&["go.shop.example"]), &counted(), now).unwrap().is_none());
    let leased = settings.lease_order(&wanted, &counted(), now).unwrap().unwrap();
    assert_eq!(leased.host, "go.other.example", "the other's domain has had none");
    let put_off = settings.certificates().unwrap().remove(1);
    assert_eq!((put_off.host.as_str(), put_off.failures), ("go.shop.example", 0));
    assert!(put_off.trouble.contains("45 certificates of shop.example were ordered within a week"), "{put_off:?}");
    assert_eq!(put_off.next_try_at, NOW.plus_days(7).plus_ms(1));
    settings.clean(put_off.next_try_at, &Retention::default()).unwrap();
    let leased = settings.lease_order(&hosts(&["go.shop.example"]), &counted(), put_off.next_try_at).unwrap();
    assert_eq!(leased.map(|it| it.host).as_deref(), Some("go.shop.example"));
    // Of all domains together.
    let later = NOW.plus_days(20);
    settings.want_certificates(&hosts(&["late.example"]), later).unwrap();
    for i in 0..250 {
        settings.count_order(&counted(), &format!("host.site-{i}.example"), later).unwrap();
    }
    assert!(settings.lease_order(&hosts(&["late.example"]), &counted(), later).unwrap().is_none());
    let put_off = settings.certificates().unwrap().remove(2);
    assert!(put_off.trouble.starts_with("250 certificates were ordered within three hours"), "{put_off:?}");
    assert_eq!(put_off.next_try_at, later.plus_ms(3 * 60 * 60 * 1_000 + 1));
    let elsewhere = Counted { directory: "https://other-ca.example/directory", ..counted() };
    let now = put_off.next_try_at.plus_ms(-1);
    settings.retry_certificate("late.example", now).unwrap();
    assert!(settings.lease_order(&hosts(&["late.example"]), &elsewhere, now).unwrap().is_some(), "it counts by itself");
}

pub fn answers_to_an_authority_are_shared_and_end(place: &Place) {
    let settings = place.open();
    let answer = |kind, token, answer| settings.set_challenge("go.shop.example", kind, (token, answer), NOW).unwrap();
    answer(ChallengeKind::Http01, "token-1", "token-1.thumb");
    answer(ChallengeKind::Http01, "token-2", "token-2.thumb");
    answer(ChallengeKind::TlsAlpn01, "token-3", "token-3.thumb");
    let other = place.open();
    let by_token = |token| other.challenge_by_token(token, NOW).unwrap();
    assert_eq!(by_token("token-2").as_deref(), Some("token-2.thumb"));
    assert_eq!((by_token("token-1"), by_token("token-3")), (None, None), "an older one, and one for handshakes");
    assert_eq!(other.challenge_by_host("go.shop.example", NOW).unwrap().as_deref(), Some("token-3.thumb"));
    assert!(other.challenge_by_token("token-2", NOW.plus_ms(60 * 60 * 1_000)).unwrap().is_none(), "too late");
    settings.remove_challenges("go.shop.example").unwrap();
    assert!(other.challenge_by_host("go.shop.example", NOW).unwrap().is_none());
}

pub fn an_account_is_kept_once_and_sealed(place: &Place) {
    let settings = place.open();
    assert!(settings.acme_account(DIRECTORY).unwrap().is_none());
    settings.keep_acme_account(DIRECTORY, b"first", NOW).unwrap();
    settings.keep_acme_account(DIRECTORY, b"second", NOW).unwrap();
    assert_eq!(settings.acme_account(DIRECTORY).unwrap().as_deref(), Some(b"first".as_slice()), "who is first stays");
    let wanted = hosts(&["go.shop.example"]);
    settings.want_certificates(&wanted, NOW).unwrap();
    let leased = settings.lease_order(&wanted, &counted(), NOW).unwrap().unwrap();
    settings.keep_certificate(&leased, &issued(90)).unwrap();
    // A copy serves and orders on.
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(place.key(), folder.path().join("referee.key")).unwrap();
    let copy = Settings::open(folder.path()).unwrap();
    copy.join(&settings).unwrap();
    copy.copy_from(&settings).unwrap();
    assert_eq!(copy.acme_account(DIRECTORY).unwrap().as_deref(), Some(b"first".as_slice()));
    assert_eq!(copy.certificates_after(0).unwrap().remove(0).key, b"the key");
    assert_eq!(copy.certificates().unwrap(), settings.certificates().unwrap());
    settings.forget_acme_account(DIRECTORY).unwrap();
    assert!(settings.acme_account(DIRECTORY).unwrap().is_none());
    settings.clean(NOW.plus_days(130), &Retention::default()).unwrap();
    assert!(settings.certificates().unwrap().is_empty(), "nobody wanted it for a month after its end");
}
