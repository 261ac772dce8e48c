//! What intake measures about a request.

/// What intake measured about a request on a tracking link. It measures and never accuses. Older records know less: what they
/// don't say is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Signals {
    pub navigation: Navigation,
    pub prefetch: bool,
    /// The method was HEAD; else it was GET, and nothing else is let in.
    pub head: bool,
    pub agent: Agent,
    pub device: Device,
    /// What it was to fill, if it was embedded.
    pub embedded: Embedded,
    /// Where the request came from, by the browser's word.
    pub site: Site,
    /// The browser says that a person's own act led here.
    pub activated: bool,
    pub preload: Preload,
    /// What kind of robot it declares to be.
    pub robot: Robot,
    pub system: System,
    pub browser: Browser,
    pub oddities: Oddities,
    pub network_class: NetworkClass,
    /// The autonomous system of the address; 0: unknown.
    pub asn: u32,
    /// The country of the address, two capital letters; zeros: unknown.
    pub country: [u8; 2],
    /// The visitor's cookie came along.
    pub returning: bool,
    /// Keyed hash of the address's network: what shares it came from one network. 0: unknown.
    pub network: u64,
    /// Keyed hash of address and user agent, to know a device again that has no cookie. 0: unknown.
    pub agent_key: u64,
}

/// What the browser says the request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Navigation {
    /// It does not say.
    #[default]
    Unknown = 0,
    /// To show a page.
    Navigate = 1,
    /// To fill an image, frame, script or the like.
    Embedded = 2,
}

/// What an embedded request was to fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Embedded {
    /// It was not embedded, or does not say.
    #[default]
    Unknown = 0,
    Image = 1,
    Frame = 2,
    Script = 3,
    /// A script of the page asked for it.
    Fetch = 4,
    Other = 5,
}

/// The page that led here, as the browser relates it to the tracking host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Site {
    #[default]
    Unknown = 0,
    /// No page: typed, a bookmark, another program.
    None = 1,
    SameOrigin = 2,
    SameSite = 3,
    CrossSite = 4,
}

/// How a request that only prepares names itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Preload {
    /// It does not prepare, or an older record does not say how.
    #[default]
    Unknown = 0,
    Prefetch = 1,
    Prerender = 2,
    /// Through a proxy that hides the address.
    Anonymous = 3,
    /// An older browser's preview of a page.
    Preview = 4,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Agent {
    #[default]
    Unknown = 0,
    Browser = 1,
    /// Declares itself a robot.
    Bot = 2,
    /// Fetches a link to show a preview of it.
    Preview = 3,
    /// Shops on a person's behalf.
    Assistant = 4,
    /// A programming library or a tool of the command line.
    Library = 5,
    /// A browser that a program drives.
    Automation = 6,
    /// No user agent at all.
    Empty = 7,
}

/// What a declared robot is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Robot {
    /// No robot, or it does not say.
    #[default]
    Unknown = 0,
    Search = 1,
    /// Gathers texts for language models.
    AiCrawler = 2,
    Seo = 3,
    Monitoring = 4,
    /// Looks for holes or maps the net.
    Scanner = 5,
    Advertising = 6,
    FeedReader = 7,
    Archiver = 8,
    Academic = 9,
}

/// The operating system's family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum System {
    #[default]
    Unknown = 0,
    Windows = 1,
    MacOs = 2,
    Linux = 3,
    ChromeOs = 4,
    Android = 5,
    /// iPhones; iPads too, where they say so.
    Ios = 6,
    HarmonyOs = 7,
    Tizen = 8,
    WebOs = 9,
    KaiOs = 10,
    /// One that is known and has no number here.
    Other = 11,
}

/// The browser's family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Browser {
    #[default]
    Unknown = 0,
    Chrome = 1,
    Safari = 2,
    Firefox = 3,
    Edge = 4,
    Opera = 5,
    Samsung = 6,
    InternetExplorer = 7,
    /// Shown inside another app.
    InApp = 8,
    Vivaldi = 9,
    Yandex = 10,
    Uc = 11,
    Huawei = 12,
    Xiaomi = 13,
    DuckDuckGo = 14,
    Silk = 15,
    /// Chromium or a browser on it that names no other family.
    Chromium = 16,
    /// One that is known and has no number here.
    Other = 17,
}

/// Where an address belongs. Relays and consumer VPNs carry people: they are looked up before hosting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum NetworkClass {
    /// Nothing is known of networks here.
    #[default]
    Unknown = 0,
    /// In no list: most often a home, an office or a phone.
    Other = 1,
    /// A data centre.
    Hosting = 2,
    /// A relay of a browser or system, such as iCloud Private Relay.
    Relay = 3,
    /// A consumer VPN.
    Vpn = 4,
    /// An exit of Tor.
    Tor = 5,
    /// A declared crawler's own addresses.
    Crawler = 6,
    /// Not reached from the internet: loopback, a private network.
    Private = 7,
}

/// What does not fit together in a request. Each is a hint and no verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Oddities(pub u16);

impl Oddities {
    /// Chromium sends client hints over HTTPS; here are none.
    pub const HINTS_MISSING: Oddities = Oddities(1);
    /// The hint names another system than the user agent.
    pub const PLATFORM_DIFFERS: Oddities = Oddities(1 << 1);
    /// The hint names a headless browser.
    pub const HEADLESS_BRAND: Oddities = Oddities(1 << 2);
    /// The hint says phone and the user agent does not, or the other way.
    pub const MOBILE_DIFFERS: Oddities = Oddities(1 << 3);
    /// The hint names another version than the user agent.
    pub const VERSION_DIFFERS: Oddities = Oddities(1 << 4);
    /// Browsers of that age send fetch metadata over HTTPS; here is none.
    pub const FETCH_MISSING: Oddities = Oddities(1 << 5);
    /// Client hints from a browser that has none.
    pub const HINTS_UNEXPECTED: Oddities = Oddities(1 << 6);
    /// Browsers say which languages their person reads; here is none.
    pub const LANGUAGE_MISSING: Oddities = Oddities(1 << 7);

    /// Each with its name, in the order of its bits.
    pub const ALL: [(Oddities, &'static str); 8] = [
        (Oddities::HINTS_MISSING, "hints_missing"),
        (Oddities::PLATFORM_DIFFERS, "platform_differs"),
        (Oddities::HEADLESS_BRAND, "headless_brand"),
        (Oddities::MOBILE_DIFFERS, "mobile_differs"),
        (Oddities::VERSION_DIFFERS, "version_differs"),
        (Oddities::FETCH_MISSING, "fetch_missing"),
        (Oddities::HINTS_UNEXPECTED, "hints_unexpected"),
        (Oddities::LANGUAGE_MISSING, "language_missing"),
    ];

    pub fn has(self, other: Oddities) -> bool {
        self.0 & other.0 == other.0
    }

    /// With another one where that was seen.
    pub fn and(self, other: Oddities, seen: bool) -> Oddities {
        if seen { Oddities(self.0 | other.0) } else { self }
    }

    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Oddities::ALL.into_iter().filter(move |(one, _)| self.has(*one)).map(|(_, name)| name)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Device {
    #[default]
    Unknown = 0,
    Desktop = 1,
    Phone = 2,
    Tablet = 3,
    /// A console, a watch, a reader, a car.
    Other = 4,
    Tv = 5,
}
