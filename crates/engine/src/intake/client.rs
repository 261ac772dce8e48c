//! The device, system and browser that a user agent names. Families only: enough for terms that ask for them, and less
//! than would tell one person from another.

use referee_core::fact::{Browser, Device, System};

/// What a user agent names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Client {
    pub device: Device,
    pub system: System,
    pub browser: Browser,
    /// The main version of the engine that client hints and fetch metadata go by: Chromium's, Firefox's or Safari's.
    pub version: u16,
    pub engine: Engine,
    /// A page inside an app, which sends other headers than a browser.
    pub webview: bool,
    /// It says `Mobile`.
    pub mobile: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    #[default]
    Other,
    Chromium,
    Gecko,
    WebKit,
}

pub fn read(user_agent: &str) -> Client {
    let text = Text(user_agent);
    let system = system(text);
    let (engine, version) = engine(text, system);
    let webview = is_webview(text, system);
    Client {
        device: device(text, system),
        system,
        browser: browser(text, system, webview),
        version,
        engine,
        webview,
        mobile: text.has("Mobile"),
    }
}

/// Whether it begins as browsers do.
pub fn is_browser(user_agent: &str) -> bool {
    const BEGINNINGS: [&str; 26] = [
        "Mozilla/",
        "Opera/",
        "UCWEB",
        "Nokia",
        "BlackBerry",
        "SonyEricsson",
        "SAMSUNG-",
        "SEC-",
        "LG-",
        "LGE-",
        "MOT-",
        "DoCoMo/",
        "KDDI-",
        "SoftBank/",
        "J-PHONE/",
        "Vodafone/",
        "Lynx/",
        "Links ",
        "ELinks/",
        "w3m/",
        "Dillo/",
        "NetSurf/",
        "MQQBrowser",
        "JUC ",
        "ZTE",
        "HUAWEI",
    ];
    BEGINNINGS.iter().any(|beginning| user_agent.starts_with(beginning))
}

#[derive(Clone, Copy)]
struct Text<'a>(&'a str);

impl Text<'_> {
    fn has(self, piece: &str) -> bool {
        self.0.contains(piece)
    }

    fn any(self, pieces: &[&str]) -> bool {
        pieces.iter().any(|piece| self.has(piece))
    }

    /// The number after a piece.
    fn version(self, piece: &str) -> Option<u16> {
        let (_, rest) = self.0.split_once(piece)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok()
    }
}

fn system(text: Text<'_>) -> System {
    // Earlier ones name later ones too: a Windows phone calls itself Android, and nearly all call themselves Linux.
    const SYSTEMS: [(System, &[&str]); 14] = [
        (
            System::Other,
            &["Windows Phone", "IEMobile", "Windows CE", "Xbox", "PlayStation", "Nintendo", "AppleTV", "Apple TV"],
        ),
        (System::HarmonyOs, &["HarmonyOS", "OpenHarmony", "ArkWeb"]),
        (System::KaiOs, &["KAIOS"]),
        (System::Tizen, &["Tizen"]),
        (System::WebOs, &["Web0S", "webOS", "hpwOS"]),
        (System::ChromeOs, &["CrOS "]),
        (
            System::Other,
            &["BB10", "BlackBerry", "PlayBook", "Symbian", "SymbOS", "Series40", "Series60", "Bada/", "Fuchsia"],
        ),
        (System::Android, &["Android", "Adr "]),
        (System::Ios, &["iPhone", "iPad", "iPod"]),
        (System::Windows, &["Windows", "Win98", "Win95", "WinNT"]),
        (System::MacOs, &["Macintosh", "Mac OS X", "Mac_PowerPC", "Darwin"]),
        (
            System::Other,
            &[
                "FreeBSD",
                "OpenBSD",
                "NetBSD",
                "DragonFly",
                "SunOS",
                "Haiku",
                "AmigaOS",
                "MIDP",
                "J2ME",
                "BREW",
                "Roku",
                "VIDAA",
            ],
        ),
        (System::Linux, &["Linux", "X11", "Ubuntu"]),
        // Firefox OS names no system at all.
        (System::Other, &["(Mobile; rv:", "(Tablet; rv:", "Nokia", "DoCoMo", "KDDI-", "SonyEricsson"]),
    ];
    SYSTEMS.iter().find(|(_, pieces)| text.any(pieces)).map_or(System::Unknown, |(system, _)| *system)
}

fn device(text: Text<'_>, system: System) -> Device {
    const TV: &[&str] = &[
        "SmartTV",
        "SMART-TV",
        "Smart TV",
        "Smart-TV",
        "GoogleTV",
        "Google TV",
        "Android TV",
        "AndroidTV",
        "AppleTV",
        "Apple TV",
        "HbbTV",
        "CrKey",
        "; AFT",
        "BRAVIA",
        "Roku",
        "VIDAA",
        "NetCast",
        "Web0S",
        "webOS.TV",
        "Opera TV",
        "OPR TV",
        "PhilipsTV",
        "NETTV",
        "InettvBrowser",
        "Viera",
        "MiTV",
        "MIBOX",
        "MiBOX",
        "Chromecast",
        "DTV",
        "SHIELD Android TV",
        "; TV;",
        "TV)",
        "Large Screen",
        "Linux/SmartTV",
    ];
    const OTHER: &[&str] = &[
        "PlayStation",
        "Nintendo",
        "Xbox",
        "Watch",
        "Kindle/",
        "Kobo",
        "Tesla/",
        "QtCarBrowser",
        "OculusBrowser",
        "Quest",
        "VR Safari",
        "PocketBook",
        "Android Automotive",
        "Car Build",
    ];
    const TABLET: &[&str] = &[
        "iPad", "Tablet;", "Tablet)", "Tablet ", "; KF", "PlayBook", "Nexus 7", "Nexus 10", "Nexus 9", "SM-T", "SM-X",
    ];
    const PHONE: &[&str] = &[
        "iPhone",
        "iPod",
        "Mobile",
        "Windows Phone",
        "IEMobile",
        "Opera Mini",
        "Opera Mobi",
        "Symbian",
        "SymbOS",
        "MIDP",
        "BlackBerry",
        "Nokia",
        "KAIOS",
        "UCWEB",
        "DoCoMo",
        "KDDI-",
        "SoftBank",
        "J-PHONE",
        "SonyEricsson",
        "Windows CE",
        "Series40",
        "J2ME",
        "hpwOS",
        "webOS/1",
        "webOS/2",
    ];
    // Windows puts `Tablet PC` among its parts, whatever the computer is.
    let tablet = text.any(TABLET) && !text.has("Tablet PC");
    if text.any(TV) {
        Device::Tv
    } else if text.any(OTHER) {
        Device::Other
    } else if tablet {
        Device::Tablet
    } else if text.any(PHONE) {
        Device::Phone
    } else if matches!(system, System::Android | System::HarmonyOs) {
        if text.any(&["Dalvik/", "okhttp"]) { Device::Unknown } else { Device::Tablet }
    } else if matches!(system, System::Windows | System::MacOs | System::ChromeOs | System::Linux)
        || text.any(&["BSD", "SunOS", "Haiku"])
    {
        Device::Desktop
    } else {
        Device::Unknown
    }
}

fn engine(text: Text<'_>, system: System) -> (Engine, u16) {
    if system == System::Ios {
        return (Engine::WebKit, text.version("Version/").unwrap_or(0));
    }
    let chromium = ["Chrome/", "Chromium/"].iter().find_map(|piece| text.version(piece));
    if let Some(version) = chromium
        // Internet Explorer's successor before Chromium.
        && !text.has("Edge/")
    {
        return (Engine::Chromium, version);
    }
    if let Some(version) = text.version("Firefox/") {
        return (Engine::Gecko, version);
    }
    match text.version("Version/") {
        Some(version) if text.has("Safari/") && system == System::MacOs => (Engine::WebKit, version),
        _ => (Engine::Other, 0),
    }
}

/// Apps that show pages themselves.
const APPS: &[&str] = &[
    "FBAN/",
    "FBAV/",
    "FB_IAB",
    "MetaIAB",
    "Instagram",
    " Line/",
    "MicroMessenger",
    "Snapchat",
    "[Pinterest/",
    "TikTok",
    "musical_ly",
    "BytedanceWebview",
    "trill_",
    "Twitter for",
    "TwitterAndroid",
    "LinkedInApp",
    "GSA/",
    "KAKAOTALK",
    "NAVER(inapp",
    "Reddit/",
    "Barcelona ",
    "baiduboxapp",
    "AlipayClient",
    " QQ/",
    "Weibo",
    "DaumApps",
    "Telegram-",
    "Flipboard/",
    "BingSapphire",
    "Valve Steam",
    "Slack_SSB",
    "Slack/",
    "Notion/",
    "Teams/",
    "Discord/",
    "Spotify/",
    "Electron/",
    "Goodreads",
    "WhatsApp",
    "SznProhlizec",
    "Zalo",
    "Shopee",
    "Lazada",
    "Coupang",
    "GooglePlay",
    "eBay",
    "AmazonApp",
    "Amazon.com/",
    "HatenaBookmark",
    "Podimo",
    "PocketCasts",
];

fn is_webview(text: Text<'_>, system: System) -> bool {
    let of_android =
        system == System::Android && (text.has("; wv)") || (text.has("Version/4.0") && text.has("Chrome/")));
    // Safari and all that is a browser of its own on iOS end in `Safari/`.
    let of_ios = system == System::Ios && text.has("AppleWebKit/") && !text.has("Safari/");
    of_android || of_ios || text.any(APPS)
}

/// Browsers and the pieces by which they are known, the more particular before what they pretend to be.
const BROWSERS: [(Browser, &[&str]); 12] = [
    (Browser::Edge, &["Edg/", "EdgA/", "EdgiOS/", "Edge/"]),
    (Browser::Opera, &["OPR/", "Opera", "OPiOS", "OPT/", "OPX/"]),
    (Browser::Samsung, &["SamsungBrowser/"]),
    (Browser::Yandex, &["YaBrowser/", "YaApp_", "YaSearchBrowser/"]),
    (Browser::Vivaldi, &["Vivaldi/"]),
    (Browser::Uc, &["UCBrowser", "UBrowser/", "UCWEB"]),
    (Browser::Huawei, &["HuaweiBrowser/", "HBPC/"]),
    (Browser::Xiaomi, &["MiuiBrowser/", "XiaoMi/"]),
    (Browser::DuckDuckGo, &["DuckDuckGo/", " Ddg/"]),
    (Browser::Silk, &["Silk/", "Silk-Accelerated"]),
    (Browser::InternetExplorer, &["MSIE ", "Trident/", "IEMobile"]),
    (Browser::Firefox, &["FxiOS/", "Focus/", "Klar/"]),
];

/// Browsers without a number of their own.
const LESSER: &[&str] = &[
    "Whale/",
    "QQBrowser/",
    "MetaSr",
    "Maxthon",
    "Iron/",
    "Puffin/",
    "coc_coc_browser",
    "Sleipnir/",
    "Avast/",
    "AVG/",
    "CCleaner/",
    "Brave",
    "Ecosia",
    "PaleMoon/",
    "Waterfox/",
    "SeaMonkey/",
    "Konqueror/",
    "Falkon/",
    "Epiphany/",
    "OculusBrowser/",
    "QtWebEngine/",
    "NetFront/",
    "Obigo",
    "Dolfin/",
    "Lynx/",
    "w3m/",
    "Links ",
    "ELinks/",
    "Dillo/",
    "NetSurf/",
    "Ladybird/",
    "ArkWeb/",
    "VivoBrowser/",
    "HeyTapBrowser/",
    "PHX/",
    "AlohaBrowser/",
    "Mypal/",
    "K-Meleon/",
    "IceCat/",
    "Iceweasel/",
    "Basilisk/",
    "LibreWolf/",
    "Camino/",
    "OmniWeb/",
    "iCab/",
    "Galeon/",
    "2345Explorer/",
    "LBBROWSER",
    "360SE",
    "Quark/",
    "Kiwi",
    "Slimjet/",
    "Otter/",
    "Quetta/",
    "Norton/",
    "Atom/",
    "Sputnik/",
    "WhiteHat",
    "Konqueror",
    "Netscape",
    "SMART-TV",
    "NokiaBrowser/",
    "BrowserNG/",
];

fn browser(text: Text<'_>, system: System, webview: bool) -> Browser {
    let chrome = text.any(&["Chrome/", "Chromium/"]);
    let family = BROWSERS.iter().find(|(_, pieces)| text.any(pieces)).map(|(browser, _)| *browser);
    match family {
        // An app that shows pages names the system's browser only to be served like it.
        Some(family) if !text.any(APPS) => family,
        _ if webview => Browser::InApp,
        Some(family) => family,
        None if text.any(LESSER) => {
            if chrome {
                Browser::Chromium
            } else {
                Browser::Other
            }
        }
        None if text.has("Firefox/") => Browser::Firefox,
        None if matches!(system, System::Tizen | System::WebOs) && chrome => Browser::Chromium,
        None if text.has("CriOS/") => Browser::Chrome,
        None if text.has("Chromium/") => Browser::Chromium,
        None if chrome => Browser::Chrome,
        None if text.has("Safari/") && matches!(system, System::MacOs | System::Ios | System::Windows) => {
            Browser::Safari
        }
        None if text.any(&["Safari/", "Gecko/", "AppleWebKit/"]) => Browser::Other,
        None => Browser::Unknown,
    }
}
