//! What intake measured of a click, told: as words of the interfaces, and as sentences for people.

use referee_core::fact::{
    Agent, Browser, Device, Embedded, Navigation, NetworkClass, Oddities, Preload, Robot, Signals, Site, System,
};
use referee_engine::log::names::word;
use serde_json::{Value, json};

/// For whom a brand's token speaks.
pub fn json(it: &Signals) -> Value {
    json!({
        "navigation": word(it.navigation),
        "embedded": word(it.embedded),
        "site": word(it.site),
        "activated": it.activated,
        "preload": it.prefetch.then(|| word(it.preload)),
        "head": it.head,
        "agent": word(it.agent),
        "robot": word(it.robot),
        "device": word(it.device),
        "system": word(it.system),
        "browser": word(it.browser),
        "oddities": it.oddities.names().collect::<Vec<_>>(),
        "network_class": word(it.network_class),
        "asn": Some(it.asn).filter(|it| *it != 0),
        "country": country(it),
        "returning": it.returning,
        "network": key(it.network),
        "agent_key": key(it.agent_key),
    })
}

fn country(it: &Signals) -> Option<&str> {
    std::str::from_utf8(&it.country).ok().filter(|_| it.country != [0; 2])
}

/// A keyed hash. As text: programs of the web, which know no 64 bits, would round it.
fn key(hash: u64) -> Option<String> {
    (hash != 0).then(|| format!("{hash:016x}"))
}

/// What is asked, with what was seen. Only what is known is told.
pub fn lines(it: &Signals) -> Vec<(&'static str, String)> {
    let mut lines = vec![("Request", request(it)), ("Software", software(it)), ("Device", device(it))];
    lines.push(("Network", network(it)));
    let odd: Vec<&str> = Oddities::ALL.into_iter().filter(|(one, _)| it.oddities.has(*one)).map(odd).collect();
    if !odd.is_empty() {
        lines.push(("What does not fit together", odd.join("; ")));
    }
    let visitor = if it.returning { "Was here before: the cookie came along" } else { "No cookie came along" };
    lines.push(("Visitor", visitor.to_owned()));
    let keys = [("network", key(it.network)), ("address and user agent", key(it.agent_key))];
    let keys: Vec<String> = keys.into_iter().filter_map(|(of, key)| Some(format!("{of} {}", key?))).collect();
    if !keys.is_empty() {
        lines.push(("Keyed hashes", keys.join(", ")));
    }
    lines
}

fn request(it: &Signals) -> String {
    let mut said = vec![match (it.navigation, it.embedded) {
        (Navigation::Navigate, _) => "A page was opened",
        (Navigation::Embedded, Embedded::Image) => "Loaded as an image in a page",
        (Navigation::Embedded, Embedded::Frame) => "Loaded as a frame in a page",
        (Navigation::Embedded, Embedded::Script) => "Loaded as a script of a page",
        (Navigation::Embedded, Embedded::Fetch) => "Asked for by a script of a page",
        (Navigation::Embedded, Embedded::Unknown | Embedded::Other) => "Loaded as a part of a page",
        (Navigation::Unknown, _) => "The browser does not say what it was for",
    }];
    if it.prefetch {
        said.push(match it.preload {
            Preload::Prerender => "drawn ahead of time",
            Preload::Anonymous => "fetched ahead of time through a proxy",
            Preload::Preview => "for a preview of the page",
            Preload::Prefetch | Preload::Unknown => "fetched ahead of time",
        });
    }
    if it.head {
        said.push("headers only");
    }
    if it.activated {
        said.push("after a person's own act");
    }
    said.extend(match it.site {
        Site::Unknown => None,
        Site::None => Some("from no page"),
        Site::SameOrigin => Some("from this host itself"),
        Site::SameSite => Some("from a page of the same site"),
        Site::CrossSite => Some("from a page of another site"),
    });
    said.join(", ")
}

fn software(it: &Signals) -> String {
    let agent = match it.agent {
        Agent::Unknown => "Not known",
        Agent::Browser => "A browser",
        Agent::Bot => "A robot",
        Agent::Preview => "Makes previews of links",
        Agent::Assistant => "Shops on a person's behalf",
        Agent::Library => "A programming library or a tool",
        Agent::Automation => "A browser that a program drives",
        Agent::Empty => "Says nothing of itself",
    };
    let robot = match it.robot {
        Robot::Unknown => return agent.to_owned(),
        Robot::Search => "of a search engine",
        Robot::AiCrawler => "that gathers texts for language models",
        Robot::Seo => "that looks at sites for search engines' sake",
        Robot::Monitoring => "that watches whether sites answer",
        Robot::Scanner => "that looks for holes or maps the net",
        Robot::Advertising => "of advertising",
        Robot::FeedReader => "that reads feeds",
        Robot::Archiver => "of an archive",
        Robot::Academic => "of research",
    };
    format!("{agent} {robot}")
}

fn device(it: &Signals) -> String {
    let device = match it.device {
        Device::Unknown => "Not known",
        Device::Desktop => "Desktop",
        Device::Phone => "Phone",
        Device::Tablet => "Tablet",
        Device::Tv => "Television",
        Device::Other => "Console, watch, reader or car",
    };
    let system = match it.system {
        System::Unknown => None,
        System::Windows => Some("Windows"),
        System::MacOs => Some("macOS"),
        System::Linux => Some("Linux"),
        System::ChromeOs => Some("ChromeOS"),
        System::Android => Some("Android"),
        System::Ios => Some("iOS"),
        System::HarmonyOs => Some("HarmonyOS"),
        System::Tizen => Some("Tizen"),
        System::WebOs => Some("webOS"),
        System::KaiOs => Some("KaiOS"),
        System::Other => Some("another system"),
    };
    let known = [Some(device), system, browser(it.browser)];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn browser(browser: Browser) -> Option<&'static str> {
    Some(match browser {
        Browser::Unknown => return None,
        Browser::Chrome => "Chrome",
        Browser::Safari => "Safari",
        Browser::Firefox => "Firefox",
        Browser::Edge => "Edge",
        Browser::Opera => "Opera",
        Browser::Samsung => "Samsung Internet",
        Browser::InternetExplorer => "Internet Explorer",
        Browser::InApp => "inside an app",
        Browser::Vivaldi => "Vivaldi",
        Browser::Yandex => "Yandex",
        Browser::Uc => "UC Browser",
        Browser::Huawei => "Huawei Browser",
        Browser::Xiaomi => "Mi Browser",
        Browser::DuckDuckGo => "DuckDuckGo",
        Browser::Silk => "Silk",
        Browser::Chromium => "a browser on Chromium",
        Browser::Other => "another browser",
    })
}

fn network(it: &Signals) -> String {
    let class = match it.network_class {
        NetworkClass::Unknown => "Not known",
        NetworkClass::Other => "In no list: most often a home, an office or a phone",
        NetworkClass::Hosting => "A data centre",
        NetworkClass::Relay => "A relay of a browser or system, with people behind it",
        NetworkClass::Vpn => "A consumer VPN, with people behind it",
        NetworkClass::Tor => "An exit of Tor",
        NetworkClass::Crawler => "A declared crawler's own addresses",
        NetworkClass::Private => "Not reached from the internet",
    };
    let asn = (it.asn != 0).then(|| format!("AS{}", it.asn));
    let known = [Some(class.to_owned()), asn, country(it).map(|it| format!("country {it}"))];
    known.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn odd((one, name): (Oddities, &'static str)) -> &'static str {
    match one {
        Oddities::HINTS_MISSING => "such a browser sends client hints, and there are none",
        Oddities::PLATFORM_DIFFERS => "the hint names another system than the user agent",
        Oddities::HEADLESS_BRAND => "the hint names a headless browser",
        Oddities::MOBILE_DIFFERS => "hint and user agent differ on whether it is a phone",
        Oddities::VERSION_DIFFERS => "the hint names another version than the user agent",
        Oddities::FETCH_MISSING => "such a browser sends fetch metadata, and there is none",
        Oddities::HINTS_UNEXPECTED => "client hints from a browser that has none",
        Oddities::LANGUAGE_MISSING => "no language is asked for",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn what_was_measured_is_told_in_words() {
        let signals = Signals {
            navigation: Navigation::Embedded,
            embedded: Embedded::Image,
            agent: Agent::Bot,
            robot: Robot::Search,
            device: Device::Desktop,
            system: System::MacOs,
            browser: Browser::Chrome,
            oddities: Oddities::PLATFORM_DIFFERS.and(Oddities::LANGUAGE_MISSING, true),
            site: Site::CrossSite,
            network_class: NetworkClass::Hosting,
            asn: 64_500,
            country: *b"DE",
            network: 10,
            ..Signals::default()
        };
        let told =
            |it: &Signals| lines(it).iter().map(|(label, text)| format!("{label}: {text}\n")).collect::<String>();
        expect![[r#"
            Request: Loaded as an image in a page, from a page of another site
            Software: A robot of a search engine
            Device: Desktop, macOS, Chrome
            Network: A data centre, AS64500, country DE
            What does not fit together: the hint names another system than the user agent; no language is asked for
            Visitor: No cookie came along
            Keyed hashes: network 000000000000000a
        "#]]
        .assert_eq(&told(&signals));
        expect![[r#"
            Request: The browser does not say what it was for
            Software: Not known
            Device: Not known
            Network: Not known
            Visitor: No cookie came along
        "#]]
        .assert_eq(&told(&Signals::default()));
        let it = json(&signals);
        assert_eq!(
            (&it["system"], &it["country"], &it["network"]),
            (&"mac_os".into(), &"DE".into(), &"000000000000000a".into())
        );
        assert_eq!((&it["agent_key"], &it["asn"], &it["preload"]), (&Value::Null, &64_500.into(), &Value::Null));
        assert_eq!(it["oddities"], json!(["platform_differs", "language_missing"]));
    }

    #[test]
    fn every_oddity_has_a_sentence() {
        for (one, name) in Oddities::ALL {
            assert_ne!(odd((one, name)), name, "{name}");
        }
    }
}
