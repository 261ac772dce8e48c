//! The doctor's judgement: from what is known to what visitors would lose. Asks nobody, so that every rule is a line of a
//! table in the tests.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::blocked_names::{self, Listed};
use super::certificate::Certificate;
use super::facts::{Facts, HostFacts};
use super::finding::{Browser, Finding, Findings, Topic, Weight};
use super::names::{site_of, suffix_is_shared};

/// Leading bits that two addresses share in Safari's eyes if they are of one owner.
const NEAR_BITS_V4: u32 = 16;
const NEAR_BITS_V6: u32 = 64;
/// How long Safari keeps what it takes for the cookie of somebody else.
const SAFARI_DAYS: u32 = 7;

const ALL: &[Browser] = &Browser::ALL;
const SAFARI: &[Browser] = &[Browser::Safari];
const CHROME: &[Browser] = &[Browser::Chrome];
const BRAVE: &[Browser] = &[Browser::Brave];
const KEEPERS_APART: &[Browser] = &[Browser::Safari, Browser::Firefox, Browser::Brave];

pub fn diagnose(facts: &Facts) -> Findings {
    let mut list = Vec::new();
    list.extend(name_server(facts));
    list.extend(address(facts));
    list.extend(target(facts));
    list.extend(site(facts));
    list.extend(safari(facts));
    list.extend(landing(facts));
    list.extend(names(facts));
    list.extend(parameter(facts));
    list.extend(issuer(facts));
    list.extend(certificate(facts));
    // The order above is that in which things are mended.
    list.sort_by_key(|it: &Finding| std::cmp::Reverse(it.weight));
    Findings { list }
}

fn finding(
    topic: Topic,
    weight: Weight,
    browsers: &'static [Browser],
    says: String,
    mend: impl Into<String>,
) -> Finding {
    Finding { topic, weight, browsers, says, mend: mend.into() }
}

fn fine(topic: Topic, says: String) -> Finding {
    finding(topic, Weight::Fine, ALL, says, "")
}

fn name_server(facts: &Facts) -> Vec<Finding> {
    let asked = [&facts.host, &facts.page];
    let troubles = asked.into_iter().filter_map(|it| Some((&it.name, it.trouble.as_ref()?)));
    troubles
        .map(|(name, trouble)| {
            let says = format!("DNS could not be asked about {name}: {trouble}. What follows may be incomplete.");
            finding(Topic::NameServer, Weight::Note, ALL, says, "Try again in a minute.")
        })
        .collect()
}

fn address(facts: &Facts) -> Option<Finding> {
    let host = &facts.host;
    if host.has_address() || host.trouble.is_some() {
        return None;
    }
    let mend = match facts.targets.as_slice() {
        [] => format!("Set an A record, and an AAAA record, for {} that lead to this server.", host.name),
        targets => format!("Let {} lead to {}.", host.name, targets.join(", ")),
    };
    let says = format!("{} has no address: nobody can open its links.", host.name);
    Some(finding(Topic::Address, Weight::Lost, ALL, says, mend))
}

fn target(facts: &Facts) -> Option<Finding> {
    let host = &facts.host;
    if facts.targets.is_empty() || !host.has_address() || facts.is_own_host() {
        return None;
    }
    if leads_here(host, &facts.targets) {
        return Some(fine(Topic::Target, format!("{} leads to this server.", host.name)));
    }
    let says = format!(
        "{} leads to {}, which is not this server as far as it knows itself. Links work only if a proxy there passes them on.",
        host.name,
        seen(host)
    );
    let mend =
        format!("Let {} lead to {}, unless a proxy stands there on purpose.", host.name, facts.targets.join(", "));
    Some(finding(Topic::Target, Weight::Note, ALL, says, mend))
}

/// Whether a host leads to one of the names or only to addresses among them.
pub(super) fn leads_here(host: &HostFacts, targets: &[String]) -> bool {
    let by_name = host.chain.iter().any(|it| targets.contains(it));
    let known = |address: String| targets.contains(&address);
    let all = host.v4.iter().all(|it| known(it.to_string())) && host.v6.iter().all(|it| known(it.to_string()));
    by_name || host.has_address() && all
}

fn seen(host: &HostFacts) -> String {
    let addresses = host.v4.iter().map(Ipv4Addr::to_string).chain(host.v6.iter().map(Ipv6Addr::to_string));
    let named: Vec<String> = host.chain.last().cloned().into_iter().chain(addresses).collect();
    named.join(", ")
}

/// Whether the host belongs to the shop in every browser's eyes, and whether a cookie can be shared at all.
fn site(facts: &Facts) -> Vec<Finding> {
    let (host, page) = (&facts.host.name, &facts.page.name);
    if facts.is_own_host() {
        let says = format!("Requests go to a path on {page} itself: every browser takes them for the shop's own.");
        return vec![fine(Topic::Site, says)];
    }
    let Some(site) = site_of(page).filter(|site| site_of(host) == Some(*site)) else {
        return other_site(facts);
    };
    if suffix_is_shared(page) && site == page {
        return Vec::new();
    }
    vec![
        fine(Topic::Site, format!("{host} and {page} are both of {site}: one site for every browser.")),
        fine(
            Topic::CookieScope,
            format!(
                "The click's cookie is set for {site} on the click itself: it lives {} days in every browser.",
                facts.cookie_days
            ),
        ),
    ]
}

fn other_site(facts: &Facts) -> Vec<Finding> {
    let (host, page) = (&facts.host.name, &facts.page.name);
    let shared = suffix_is_shared(page);
    let site = site_of(page).unwrap_or(page);
    let mend = if shared {
        format!(
            "{page} stands under a domain of somebody else, and nobody can add a host to it. Give the shop a domain of its \
             own, such as www.acme.com, and use a tracking domain below that, such as go.acme.com."
        )
    } else {
        format!("Use a tracking domain of the shop's own, such as go.{site}.")
    };
    let topic = if shared { Topic::CookieScope } else { Topic::Site };
    let apart = format!(
        "{host} is another site than {page}. These browsers keep its cookie away from the shop's pages: a buyer is known \
         only by the click id in the landing address, and what the tag keeps of that lives {SAFARI_DAYS} days in Safari, \
         24 hours if Safari takes the host for a tracker. Firefox forgets the cookie of a host that only redirects."
    );
    let chrome = format!(
        "{host} is another site than {page}. Chrome sends its cookie to the shop's pages only as long as the visitor does \
         not block cookies of third parties."
    );
    vec![
        finding(topic, Weight::Lost, KEEPERS_APART, apart, mend.clone()),
        finding(topic, Weight::Note, CHROME, chrome, mend),
    ]
}

/// What Safari asks of requests of a page before it lets their cookies live.
fn safari(facts: &Facts) -> Option<Finding> {
    let (host, page) = (&facts.host, &facts.page);
    let site = site_of(&page.name)?;
    if facts.is_own_host() || site_of(&host.name) != Some(site) || !host.has_address() {
        return None;
    }
    if let Some(last) = host.chain.last() {
        return Some(cname(facts, last, site));
    }
    if !page.has_address() {
        return None;
    }
    match (host.v4.is_empty(), host.v6.is_empty(), page.v4.is_empty(), page.v6.is_empty()) {
        (_, true, _, false) => Some(families(facts, "IPv6", "AAAA", &page.name, &host.name)),
        (_, false, _, true) => Some(families(facts, "IPv6", "AAAA", &host.name, &page.name)),
        (true, _, false, _) => Some(families(facts, "IPv4", "A", &page.name, &host.name)),
        (false, _, true, _) => Some(families(facts, "IPv4", "A", &host.name, &page.name)),
        _ => Some(prefixes(facts)),
    }
}

fn shortened(what: &str) -> String {
    format!(
        "{what} Safari therefore keeps what a request of the page sets for {SAFARI_DAYS} days at most. The click's own \
         cookie is set on the click, which Safari leaves alone, so it keeps its life; but a visit can't renew it, and \
         anything else this host sets is cut short."
    )
}

/// What would be right, whatever was wrong.
fn own_path(facts: &Facts) -> String {
    format!(
        "pass https://{}/{}/ on to this server: a path on the shop's own host passes every check.",
        facts.page.name, facts.prefix
    )
}

fn cname(facts: &Facts, last: &str, site: &str) -> Finding {
    let host = &facts.host.name;
    let own =
        facts.page.chain.last().is_some_and(|of_page| site_of(of_page).is_some() && site_of(of_page) == site_of(last));
    if site_of(last) == Some(site) || own {
        return fine(
            Topic::Cname,
            format!("{host} is another name for {last}, which Safari takes for the shop's own."),
        );
    }
    let says = shortened(&format!("{host} is another name for {last}, which is of somebody else."));
    let mend = match facts.targets.iter().any(|it| it.parse::<std::net::IpAddr>().is_ok()) {
        true => format!(
            "Set A and AAAA records for {host} in place of the CNAME: {}. Or {}",
            facts.targets.join(", "),
            own_path(facts)
        ),
        false => format!("Set A and AAAA records for {host} in place of the CNAME. Or {}", own_path(facts)),
    };
    finding(Topic::Cname, Weight::Shortened, SAFARI, says, mend)
}

fn families(facts: &Facts, family: &str, record: &str, has: &str, lacks: &str) -> Finding {
    let says = shortened(&format!("{has} has an address of {family}, and {lacks} has none."));
    let mend = format!(
        "Give {lacks} an {record} record as well, so that a visitor reaches both in the same way. Or {}",
        own_path(facts)
    );
    finding(Topic::AddressFamilies, Weight::Shortened, SAFARI, says, mend)
}

fn prefixes(facts: &Facts) -> Finding {
    let (host, page) = (&facts.host, &facts.page);
    let far_v4 = far(&host.v4, &page.v4, |a, b| (u32::from(*a) ^ u32::from(*b)).leading_zeros() >= NEAR_BITS_V4);
    let far_v6 = far(&host.v6, &page.v6, |a, b| (u128::from(*a) ^ u128::from(*b)).leading_zeros() >= NEAR_BITS_V6);
    let pair = far_v4.map(|(a, b)| (a.to_string(), b.to_string(), NEAR_BITS_V4));
    let pair = pair.or(far_v6.map(|(a, b)| (a.to_string(), b.to_string(), NEAR_BITS_V6)));
    let Some((ours, theirs, bits)) = pair else {
        return fine(Topic::AddressPrefix, format!("The addresses of {} are near those of {}.", host.name, page.name));
    };
    let says = shortened(&format!(
        "{} is at {ours} and {} at {theirs}: these addresses share fewer than {bits} leading bits.",
        host.name, page.name
    ));
    let mend = format!("Addresses near those of the shop are rarely to be had: {}", own_path(facts));
    finding(Topic::AddressPrefix, Weight::Shortened, SAFARI, says, mend)
}

/// A pair that is not near: a visitor may meet any.
fn far<T: Copy>(ours: &[T], theirs: &[T], near: impl Fn(&T, &T) -> bool) -> Option<(T, T)> {
    let mut pairs = ours.iter().flat_map(|a| theirs.iter().map(move |b| (a, b)));
    pairs.find(|(a, b)| !near(a, b)).map(|(a, b)| (*a, *b))
}

fn landing(facts: &Facts) -> Vec<Finding> {
    let site = site_of(&facts.host.name);
    let elsewhere = facts.landing_hosts.iter().filter(|it| !it.is_empty() && site_of(it) != site);
    elsewhere
        .map(|landing| {
            let says = format!(
                "Links lead to {landing}, which is another site than {}: the click's cookie does not reach it, and the buyer \
                 is known by the click id in the address only.",
                facts.host.name
            );
            let mend = format!("Use a tracking domain of that site for links that lead there, such as go.{}.", site_of(landing).unwrap_or(landing));
            finding(Topic::Landing, Weight::Shortened, KEEPERS_APART, says, mend)
        })
        .collect()
}

fn names(facts: &Facts) -> Vec<Finding> {
    let mut found = Vec::new();
    let host = &facts.host.name;
    let first = host.split('.').next().unwrap_or_default();
    let with_blocker = "Brave, and extensions for the other browsers,";
    match blocked_names::label(host).filter(|_| !facts.is_own_host()) {
        Some(Listed::Blocked) => {
            let says = format!("{with_blocker} block hosts that begin with {first}.: their visitors' orders are lost.");
            found.push(finding(
                Topic::BlockedName,
                Weight::Lost,
                BRAVE,
                says,
                "Use a plain name, such as go, click or partners.",
            ));
        }
        Some(Listed::Watched) => {
            let says = format!(
                "{with_blocker} block some paths on hosts that begin with {first}. None of ours is among them today."
            );
            found.push(finding(
                Topic::BlockedName,
                Weight::Note,
                BRAVE,
                says,
                "A plain name, such as go, click or partners, is safer.",
            ));
        }
        None => {}
    }
    if let Some(vendor) = facts.host.chain.iter().find(|it| blocked_names::domain(it)) {
        let says = format!("{with_blocker} see that {host} is another name for {vendor}, which they block.");
        let mend = "Let the host lead to this server by A and AAAA records.";
        found.push(finding(Topic::BlockedName, Weight::Lost, BRAVE, says, mend));
    }
    if blocked_names::prefix(&facts.prefix) {
        let says = format!("{with_blocker} block paths that begin with /{}/.", facts.prefix);
        found.push(finding(
            Topic::BlockedName,
            Weight::Lost,
            BRAVE,
            says,
            "Give the program another path in its settings, such as pt.",
        ));
    }
    if blocked_names::script(&facts.tag_name) {
        let says = format!("{with_blocker} block scripts called {}.", facts.tag_name);
        found.push(finding(
            Topic::BlockedName,
            Weight::Lost,
            BRAVE,
            says,
            "Give the tag's file another name in the program's settings, such as tag.js.",
        ));
    }
    if found.is_empty() {
        found.push(fine(Topic::BlockedName, "No name here is on the block lists that are known.".into()));
    }
    found
}

fn parameter(facts: &Facts) -> Option<Finding> {
    if !blocked_names::parameter(&facts.click_param) {
        return None;
    }
    let says = format!(
        "Brave, and extensions for the other browsers, take the parameter {} off the landing address. The cookie still knows \
         the visitor; who reads the address does not.",
        facts.click_param
    );
    Some(finding(
        Topic::Parameter,
        Weight::Shortened,
        BRAVE,
        says,
        "Give the parameter another name in the program's settings, such as pt.",
    ))
}

fn issuer(facts: &Facts) -> Option<Finding> {
    let issuers = facts.host.issuers.as_ref()?;
    // Where a proxy ends TLS, its certificates are its own matter.
    if facts.issuer.is_empty() || facts.is_own_host() || facts.certificate == Certificate::Trusted {
        return None;
    }
    if issuers.contains(&facts.issuer) {
        return Some(fine(
            Topic::Issuer,
            format!("{} may issue the certificate of {}.", facts.issuer, facts.host.name),
        ));
    }
    let who = if issuers.is_empty() { "nobody".to_owned() } else { issuers.join(", ") };
    let says = format!("By its CAA records, only {who} may issue certificates for {}.", facts.host.name);
    let mend = format!("Add the record: {} CAA 0 issue \"{}\"", facts.host.name, facts.issuer);
    Some(finding(Topic::Issuer, Weight::Lost, ALL, says, mend))
}

fn certificate(facts: &Facts) -> Option<Finding> {
    let host = &facts.host.name;
    match &facts.certificate {
        Certificate::NotAsked => None,
        Certificate::Trusted => {
            Some(fine(Topic::Certificate, format!("{host} shows a certificate that browsers trust.")))
        }
        Certificate::Untrusted(why) => {
            let says = format!(
                "Browsers refuse the certificate of {host}: {why}. Visitors see a warning in place of the shop."
            );
            let mend = "Let this server get one, once the host is verified, or renew it in the proxy that ends TLS.";
            Some(finding(Topic::Certificate, Weight::Lost, ALL, says, mend))
        }
        Certificate::Unreachable(why) => {
            let says = format!("Nobody answers for {host} over HTTPS: {why}.");
            let mend = "Open port 443 to this server, or let the proxy that ends TLS answer for this host.";
            Some(finding(Topic::Certificate, Weight::Lost, ALL, says, mend))
        }
    }
}
