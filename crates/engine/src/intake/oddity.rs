//! What does not fit together in a request: client hints and fetch metadata beside the user agent. Browsers send both over
//! HTTPS only.

use referee_core::fact::{Agent, Browser, Oddities, System};

use super::agent::Told;
use super::click::ClickRequest;
use super::client::{Client, Engine};

/// From these versions on, all send what is asked for here.
const CHROMIUM_HINTS: u16 = 90;
const CHROMIUM_FETCH: u16 = 80;
const GECKO_FETCH: u16 = 90;
const WEBKIT_FETCH: u16 = 17;

pub fn oddities(request: &ClickRequest<'_>, told: &Told) -> Oddities {
    let client = &told.client;
    let hints = !request.hint_brands.is_empty();
    Oddities::default()
        .and(Oddities::HINTS_MISSING, request.secure && !hints && sends_hints(client))
        .and(Oddities::PLATFORM_DIFFERS, platform(request.hint_platform).is_some_and(|it| differs(it, client.system)))
        .and(Oddities::HEADLESS_BRAND, request.hint_brands.contains("HeadlessChrome"))
        .and(Oddities::MOBILE_DIFFERS, mobile_differs(request.hint_mobile, client))
        .and(Oddities::VERSION_DIFFERS, version_differs(request.hint_brands, client))
        .and(Oddities::FETCH_MISSING, request.secure && request.fetch_mode.is_empty() && sends_fetch(client))
        .and(Oddities::HINTS_UNEXPECTED, hints && matches!(client.engine, Engine::Gecko | Engine::WebKit))
        .and(Oddities::LANGUAGE_MISSING, told.agent == Agent::Browser && request.language.is_empty())
}

/// Some browsers on Chromium, and pages within apps, leave the hints out.
fn sends_hints(client: &Client) -> bool {
    let family = matches!(client.browser, Browser::Chrome | Browser::Edge | Browser::Opera);
    family && !client.webview && client.engine == Engine::Chromium && client.version >= CHROMIUM_HINTS
}

fn sends_fetch(client: &Client) -> bool {
    let since = match client.engine {
        Engine::Chromium => CHROMIUM_FETCH,
        Engine::Gecko => GECKO_FETCH,
        Engine::WebKit => WEBKIT_FETCH,
        Engine::Other => return false,
    };
    !client.webview && client.version >= since
}

/// The system of `Sec-CH-UA-Platform`, which is quoted.
fn platform(hint: &str) -> Option<System> {
    match hint.trim_matches('"') {
        "Windows" => Some(System::Windows),
        "macOS" => Some(System::MacOs),
        "Linux" => Some(System::Linux),
        "Android" => Some(System::Android),
        "Chrome OS" | "Chromium OS" => Some(System::ChromeOs),
        "iOS" => Some(System::Ios),
        _ => None,
    }
}

fn differs(hint: System, named: System) -> bool {
    use System::{Android, ChromeOs, HarmonyOs, Ios, Linux, MacOs, Windows};
    match (hint, named) {
        // HarmonyOS runs Android's browsers.
        (Android, HarmonyOs) => false,
        (_, Windows | MacOs | Linux | ChromeOs | Android | Ios | HarmonyOs) => hint != named,
        _ => false,
    }
}

fn mobile_differs(hint: &str, client: &Client) -> bool {
    client.engine == Engine::Chromium && matches!((hint, client.mobile), ("?1", false) | ("?0", true))
}

/// Of `"Chromium";v="150", "Google Chrome";v="150", "Not)A;Brand";v="24"`, the first.
fn version_differs(brands: &str, client: &Client) -> bool {
    let version = brands.split_once("\"Chromium\";v=\"").and_then(|(_, rest)| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse::<u16>().ok()
    });
    client.engine == Engine::Chromium && version.is_some_and(|it| it != client.version)
}

#[cfg(test)]
mod tests {
    use super::super::agent;
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
    const BRANDS: &str = "\"Chromium\";v=\"150\", \"Google Chrome\";v=\"150\", \"Not)A;Brand\";v=\"24\"";

    fn honest() -> ClickRequest<'static> {
        ClickRequest {
            secure: true,
            user_agent: CHROME,
            language: "de",
            fetch_mode: "navigate",
            hint_brands: BRANDS,
            hint_mobile: "?0",
            hint_platform: "\"Windows\"",
            ..ClickRequest::default()
        }
    }

    fn names(request: &ClickRequest<'_>) -> String {
        oddities(request, &agent::read(request.user_agent)).names().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_honest_browser_has_nothing_odd() {
        assert_eq!(names(&honest()), "");
        let bare = ClickRequest { hint_brands: "", hint_mobile: "", hint_platform: "", fetch_mode: "", ..honest() };
        assert_eq!(
            names(&ClickRequest { secure: false, ..bare }),
            "",
            "over HTTP there are neither hints nor metadata"
        );
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.5 Mobile/15E148 Safari/604.1";
        assert_eq!(names(&ClickRequest { user_agent: safari, fetch_mode: "navigate", ..bare }), "");
        let app = "Mozilla/5.0 (Linux; Android 15; Pixel 8 Build/AP4A; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
                   Version/4.0 Chrome/140.0.7339.51 Mobile Safari/537.36";
        assert_eq!(names(&ClickRequest { user_agent: app, ..bare }), "", "a page within an app");
    }

    #[test]
    fn each_contradiction_is_named() {
        for (request, name) in [
            (ClickRequest { hint_brands: "", hint_mobile: "", hint_platform: "", ..honest() }, "hints_missing"),
            (ClickRequest { hint_platform: "\"Linux\"", ..honest() }, "platform_differs"),
            (
                ClickRequest { hint_brands: "\"Chromium\";v=\"150\", \"HeadlessChrome\";v=\"150\"", ..honest() },
                "headless_brand",
            ),
            (ClickRequest { hint_mobile: "?1", ..honest() }, "mobile_differs"),
            (ClickRequest { hint_brands: "\"Chromium\";v=\"121\"", ..honest() }, "version_differs"),
            (ClickRequest { fetch_mode: "", ..honest() }, "fetch_missing"),
            (ClickRequest { language: "", ..honest() }, "language_missing"),
        ] {
            assert_eq!(names(&request), name);
        }
        let firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0";
        assert_eq!(names(&ClickRequest { user_agent: firefox, ..honest() }), "hints_unexpected");
    }
}
