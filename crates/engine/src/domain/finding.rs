//! What the doctor found, for people who never heard of DNS.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Browser {
    Safari,
    Firefox,
    Chrome,
    Brave,
}

impl Browser {
    pub const ALL: [Browser; 4] = [Browser::Safari, Browser::Firefox, Browser::Chrome, Browser::Brave];

    pub fn name(self) -> &'static str {
        match self {
            Browser::Safari => "Safari",
            Browser::Firefox => "Firefox",
            Browser::Chrome => "Chrome",
            Browser::Brave => "Brave",
        }
    }
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// As it should be.
    Fine,
    /// Good to know; nothing is lost by it now.
    Note,
    /// Something lives shorter than it could.
    Shortened,
    /// Clicks or orders are lost.
    Lost,
}

impl Weight {
    pub fn code(self) -> &'static str {
        match self {
            Weight::Fine => "fine",
            Weight::Note => "note",
            Weight::Shortened => "shortened",
            Weight::Lost => "lost",
        }
    }
}

/// What a finding is about. Its code is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    NameServer,
    Address,
    Target,
    Site,
    CookieScope,
    Cname,
    AddressFamilies,
    AddressPrefix,
    Landing,
    BlockedName,
    Parameter,
    Issuer,
    Certificate,
}

impl Topic {
    pub fn code(self) -> &'static str {
        match self {
            Topic::NameServer => "name_server",
            Topic::Address => "address",
            Topic::Target => "target",
            Topic::Site => "site",
            Topic::CookieScope => "cookie_scope",
            Topic::Cname => "cname",
            Topic::AddressFamilies => "address_families",
            Topic::AddressPrefix => "address_prefix",
            Topic::Landing => "landing",
            Topic::BlockedName => "blocked_name",
            Topic::Parameter => "parameter",
            Topic::Issuer => "issuer",
            Topic::Certificate => "certificate",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Topic::NameServer => "Asking DNS",
            Topic::Address => "Address",
            Topic::Target => "Leads to this server",
            Topic::Site => "Same site as the shop",
            Topic::CookieScope => "Reach of the cookie",
            Topic::Cname => "CNAME",
            Topic::AddressFamilies => "IPv4 and IPv6",
            Topic::AddressPrefix => "Neighbourhood of the addresses",
            Topic::Landing => "Pages where visitors land",
            Topic::BlockedName => "Names on block lists",
            Topic::Parameter => "Parameter of the click id",
            Topic::Issuer => "Who may issue the certificate",
            Topic::Certificate => "Certificate",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub topic: Topic,
    pub weight: Weight,
    /// Whose visitors it is about.
    pub browsers: &'static [Browser],
    pub says: String,
    /// What to do; empty where nothing is to be done.
    pub mend: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The heaviest first.
    pub list: Vec<Finding>,
}

impl Findings {
    pub fn of(&self, browser: Browser) -> Weight {
        let about = self.list.iter().filter(|it| it.browsers.contains(&browser));
        about.map(|it| it.weight).max().unwrap_or(Weight::Fine)
    }

    pub fn worst(&self) -> Weight {
        self.list.iter().map(|it| it.weight).max().unwrap_or(Weight::Fine)
    }

    /// Whether some visitor would lose something.
    pub fn is_something_lost(&self) -> bool {
        self.worst() >= Weight::Shortened
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.browsers.iter().map(|it| it.name()).collect();
        let whose = if self.browsers.len() == Browser::ALL.len() { "all".to_owned() } else { names.join(", ") };
        write!(f, "[{}] {} ({whose}): {}", self.weight.code(), self.topic.title(), self.says)?;
        if self.mend.is_empty() { Ok(()) } else { write!(f, "\n    What to do: {}", self.mend) }
    }
}
