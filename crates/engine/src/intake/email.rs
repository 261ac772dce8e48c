//! E-mail addresses, in clear or as a hash: which hashes name the same mailbox.

use referee_core::refusal::Refusal;
use url::Host;

use super::digest::{Hashed, hash_of, looks_like_hash};
use super::placeholder::is_placeholder;

/// Domains of one provider, where dots before the @ mean nothing.
const ONE_MAILBOX: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Of an address in clear, its SHA-256 in lower case first, then every other hash under which senders name it.
pub fn email(value: &str) -> Result<Hashed, Refusal> {
    let value = value.to_lowercase();
    if !value.contains('@') {
        return match hash_of(&value) {
            Some(hash) => hash,
            None if looks_like_hash(&value) => Err(Refusal::HashLength),
            None => Err(Refusal::EmailMalformed),
        };
    }
    let (local, domain) = value.rsplit_once('@').unwrap_or_default();
    let ascii = ascii_domain(domain).ok_or(Refusal::EmailMalformed)?;
    if !is_local(local) {
        return Err(Refusal::EmailMalformed);
    }
    if is_placeholder(&value) {
        return Err(Refusal::IdentifierPlaceholder);
    }
    let mut spellings = vec![value.clone(), format!("{local}@{ascii}")];
    if ONE_MAILBOX.contains(&ascii.as_str()) {
        let without_dots = local.replace('.', "");
        spellings.extend(
            ONE_MAILBOX
                .iter()
                .flat_map(|domain| [local, without_dots.as_str()].map(|local| format!("{local}@{domain}"))),
        );
    }
    Ok(Hashed::of(spellings))
}

/// The domain as the DNS knows it, if it can be one.
fn ascii_domain(domain: &str) -> Option<String> {
    let sound = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains('%');
    match Host::parse(domain).ok().filter(|_| sound)? {
        Host::Domain(ascii) => Some(ascii),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}

fn is_local(local: &str) -> bool {
    let never =
        |letter: char| letter.is_whitespace() || matches!(letter, '@' | '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"');
    !local.is_empty() && local.len() <= 64 && !local.contains(never) && local.contains(|letter| letter != '.')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha1::Sha1;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::intake::hex::hex;

    fn all(value: &str) -> Vec<String> {
        let hashed = email(value).unwrap_or_else(|why| panic!("{value}: {}", why.code()));
        [hashed.first].into_iter().chain(hashed.others).collect()
    }

    /// Whether two senders who name one mailbox each in their own way meet.
    fn meet(a: &str, b: &str) -> bool {
        let b = all(b);
        all(a).iter().any(|hash| b.contains(hash))
    }

    #[test]
    fn an_address_meets_every_hash_of_it() {
        let clear = all("ann.smith@gmail.com");
        assert_eq!(clear[0], hex(&Sha256::digest("ann.smith@gmail.com")));
        for spelling in
            ["ann.smith@gmail.com", "annsmith@gmail.com", "ann.smith@googlemail.com", "annsmith@googlemail.com"]
        {
            assert!(clear.contains(&hex(&Sha256::digest(spelling))), "{spelling}");
            assert!(clear.contains(&hex(&Sha1::digest(spelling))), "{spelling}");
        }
        assert_eq!(clear.len(), 8, "and nothing twice");
        assert!(meet("Ann.Smith@Gmail.com", &hex(&Sha1::digest("annsmith@googlemail.com")).to_uppercase()));
        assert!(meet("a.n.n@gmail.com", "ann@googlemail.com"));
        assert_eq!(all("ann.smith@example.com").len(), 2, "dots mean something elsewhere");
        assert!(!meet("ann.smith@example.com", "annsmith@example.com"));
        assert!(!meet("ann+shop@gmail.com", "ann@gmail.com"), "what stands after a plus is kept");
    }

    #[test]
    fn a_domain_in_other_letters_is_the_same_as_the_dns_knows_it() {
        assert!(meet("Ann@Bücher.example", "ann@xn--bcher-kva.example"));
        assert!(meet("ann@bücher.example", &hex(&Sha256::digest("ann@bücher.example"))));
    }

    #[test]
    fn what_is_no_address_is_refused_by_name() {
        let why = |value: &str| email(value).unwrap_err();
        for value in
            ["ann", "ann at example.com", "ann@", "@example.com", "ann@localhost", "a@b@example.com", "ann@192.0.2.1"]
        {
            assert_eq!(why(value), Refusal::EmailMalformed, "{value}");
        }
        for value in
            ["ann smith@example.com", "<ann@example.com>", "ann@example.com.", "..@example.com", "ann@exa mple.com"]
        {
            assert_eq!(why(value), Refusal::EmailMalformed, "{value}");
        }
        for digits in [32, 39, 41, 63, 65, 96, 128] {
            assert_eq!(why(&"a1".repeat(64)[..digits]), Refusal::HashLength, "{digits}");
        }
        assert_eq!(why(&hex(&Sha256::digest(""))), Refusal::IdentifierPlaceholder);
        assert_eq!(why("noreply@shop.example"), Refusal::IdentifierPlaceholder);
    }

    proptest! {
        #[test]
        fn no_text_panics(value in ".{0,80}") {
            _ = email(&value);
        }

        /// In clear or hashed in either way, in any case, with its dots or without: one mailbox.
        #[test]
        fn one_mailbox_by_any_convention(local in "[a-z][a-z0-9.+]{0,12}[a-z]", gmail: bool, how in 0..6_usize, other in 0..6_usize) {
            let domain = if gmail { "gmail.com" } else { "shop.example" };
            let address = format!("{local}@{domain}");
            let folded = if gmail { format!("{}@googlemail.com", local.replace('.', "")) } else { address.clone() };
            let said = |how: usize| match how {
                0 => address.clone(),
                1 => address.to_uppercase(),
                2 => hex(&Sha256::digest(&address)),
                3 => hex(&Sha1::digest(&address)).to_uppercase(),
                4 => hex(&Sha256::digest(&folded)).to_uppercase(),
                _ => hex(&Sha1::digest(&folded)),
            };
            // Of two hashes of different spellings nobody knows that they are one; whoever says the address joins them.
            prop_assert!(meet(&said(how % 2), &said(other)));
        }
    }
}
