//! Certificates of files, and when orders are tried; orders themselves are tested against a real authority, by the server.

use std::fs;
use std::path::Path;

use referee_rig::Authority;
use x509_cert::Certificate;
use x509_cert::der::Decode;

use super::*;
use crate::config::{Config, Source};
use crate::settings::ChallengeKind;

const HOUR_MS: i64 = 60 * 60 * 1_000;

fn files(folder: &Path) -> CertificateFiles {
    CertificateFiles { cert: folder.join("cert.pem"), key: folder.join("key.pem") }
}

fn write(folder: &Path, chain: &str, key: &str) {
    fs::write(folder.join("cert.pem"), chain).unwrap();
    fs::write(folder.join("key.pem"), key).unwrap();
}

fn refused(folder: &Path) -> String {
    match OwnCertificates::open(&[files(folder)]) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it was taken"),
    }
}

#[test]
fn what_is_wrong_with_files_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert!(refused(folder).contains("cert.pem: No such file"), "{}", refused(folder));
    let authority = Authority::new("Test");
    let (one, other) = (authority.sign(&["go.shop.example"]), authority.sign(&["go.shop.example"]));
    for (chain, key, words) in [
        ("nonsense", one.key.as_str(), "there is no certificate in it"),
        (&one.chain, "nonsense", "the key is no PEM"),
        (&one.chain, &other.key, "the key does not belong to the certificate"),
        (&one.key, &one.key, "there is no certificate in it"),
        (authority.certificate(), &one.key, "names no host"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &one.key, "the certificate is damaged"),
    ] {
        write(folder, chain, key);
        assert!(refused(folder).contains(words), "{words}: {}", refused(folder));
        assert!(
            refused(folder).contains("key.pem") && !refused(folder).contains("BEGIN PRIVATE"),
            "{}",
            refused(folder)
        );
    }
    write(folder, &"x".repeat(300_000), &one.key);
    assert!(refused(folder).contains("larger than a certificate"), "{}", refused(folder));
}

#[test]
fn files_that_change_are_read_again_and_broken_ones_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let authority = Authority::new("Test");
    let one = authority.sign(&["go.shop.example", "*.brands.example"]);
    write(folder, &one.chain, &one.key);
    let mut own = OwnCertificates::open(&[files(folder)]).unwrap();
    let pair = own.pairs().remove(0);
    for (host, covered) in [
        ("go.shop.example", true),
        ("shop.example", false),
        ("go.brands.example", true),
        ("brands.example", false),
        ("a.b.brands.example", false),
    ] {
        assert_eq!(pair.covers(host), covered, "{host}");
    }
    assert!(!own.reload(), "nothing changed");
    // The certificate comes first and its key a moment later, as programs write them.
    let two = authority.sign(&["new.shop.example"]);
    write(folder, &two.chain, &one.key);
    assert!(!own.reload() && own.broken() == 1);
    assert!(own.pairs()[0].covers("go.shop.example"), "what was read before goes on");
    write(folder, &two.chain, &two.key);
    assert!(own.reload() && own.broken() == 0);
    assert!(own.pairs()[0].covers("new.shop.example") && !own.pairs()[0].covers("go.shop.example"));
}

#[test]
fn a_failure_is_followed_by_ever_longer_waits() {
    let waits: Vec<i64> = (0..7).map(orders::wait_ms).collect();
    let minute = HOUR_MS / 60;
    assert_eq!(waits[..4], [5 * minute, 15 * minute, 45 * minute, 135 * minute]);
    assert_eq!((waits[5], waits[6]), (1_215 * minute, 24 * HOUR_MS));
    assert_eq!(orders::wait_ms(u32::MAX), 24 * HOUR_MS);
    let in_the_first_hour = waits.iter().scan(0, |at, wait| Some(std::mem::replace(at, *at + wait)));
    assert!(in_the_first_hour.take_while(|at| *at < HOUR_MS).count() < 5, "the authority permits five");
}

#[test]
fn only_names_that_an_authority_knows_are_ordered() {
    for (host, can) in [
        ("go.shop.example", true),
        ("xn--bcher-kva.example", true),
        ("localhost", false),
        ("go.shop.localhost", false),
        ("127.0.0.1", false),
        ("[::1]", false),
        ("go_.shop.example", false),
        ("Go.shop.example", false),
        ("go..example", false),
        ("*.shop.example", false),
        ("go.shop.example.", false),
        ("-go.shop.example", false),
        ("", false),
    ] {
        assert_eq!(can_be_ordered(host), can, "{host}");
    }
    assert!(!can_be_ordered(&format!("{}.example", "a.".repeat(130))));
}

#[test]
fn an_authority_that_looks_finds_its_digest() {
    let key = challenge_key("go.shop.example", "token.thumb").unwrap();
    let certificate = Certificate::from_der(key.end_entity_cert().unwrap()).unwrap();
    let extensions = certificate.tbs_certificate.extensions.unwrap();
    let identifier = extensions.iter().find(|it| it.extn_id.to_string() == "1.3.6.1.5.5.7.1.31").unwrap();
    assert!(
        identifier.critical && identifier.extn_value.as_bytes().len() == 34,
        "a digest of 32 bytes, as RFC 8737 says"
    );
}

fn source(text: &str) -> Source {
    toml::from_str(text).unwrap()
}

#[test]
fn the_configuration_says_what_is_missing() {
    let tls = "listen_tls = \"0.0.0.0:443\"\n";
    let agreed = "[acme]\nterms_agreed = true\n";
    let acme = Config::new(source(&format!("{tls}{agreed}"))).unwrap().acme.acme().unwrap().unwrap();
    assert_eq!(acme.directory, "https://acme-v02.api.letsencrypt.org/directory");
    let ways: Vec<_> = acme.challenges.iter().map(|way| way.kind()).collect();
    assert_eq!(ways, [ChallengeKind::TlsAlpn01, ChallengeKind::Http01]);
    let own = "[[certificates]]\ncert = \"a.pem\"\nkey = \"b.pem\"\n";
    for (text, words) in [
        (tls.to_owned(), "no certificate to show"),
        (agreed.to_owned(), "listen_tls is missing"),
        (own.to_owned(), "listen_tls is missing"),
        (format!("{tls}[acme]\ncontact = \"a@acme.example\"\n"), "acme.terms_agreed is not true"),
        (format!("{tls}{agreed}directory = \"http://ca.example\"\n"), "is no https:// address"),
        (format!("{tls}{agreed}contact = \"nobody\"\n"), "is no e-mail address"),
        (format!("{tls}{agreed}challenges = []\n"), "acme.challenges is empty"),
        (format!("{tls}scheme = \"http\"\n{agreed}"), "scheme is http"),
        (format!("listen = \"0.0.0.0:443\"\n{tls}{agreed}"), "the same address"),
        ("trust_forwarded = true\ntrusted_proxies = [\"10.0.0.0/8\"]\n".to_owned(), "keep trusted_proxies"),
    ] {
        let error = Config::new(source(&text)).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(words), "{words}: {error}");
    }
    let text = format!(
        "{tls}trusted_proxies = [\"10.0.0.0/8\"]\n{agreed}contact = \"a@acme.example\"\nchallenges = [\"http-01\"]\n{own}"
    );
    let config = Config::new(source(&text)).unwrap();
    assert!(Config::new(source(&config.to_toml().unwrap())).unwrap() == config, "what is printed reads back");
    assert_eq!(config.acme.acme().unwrap().unwrap().contact.as_deref(), Some("mailto:a@acme.example"));
}
