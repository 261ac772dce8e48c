//! Who clicks in a simulated month, and why: what is known here the rules have to find out.

/// Behind one click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trick {
    /// A person who looks at an offer.
    Honest,
    /// The same person's hand slipped.
    DoubleClick,
    /// The same person came back soon, or loaded the page again.
    Repeat,
    /// A robot that says so.
    DeclaredBot,
    /// A robot that calls itself a browser.
    HiddenBot,
    /// A page that nobody sees, loaded within another.
    Stuffing,
    /// A partner buys thousands of clicks from a data centre.
    Flood,
    /// A partner's program clicks every few minutes, by other people's connections.
    Clockwork,
    /// A partner's browser extension clicks when somebody is about to pay.
    Injection,
    /// A partner has people's devices click at people's hours, who never buy.
    Clever,
}

impl Trick {
    pub const ALL: [Trick; 10] = [
        Trick::Honest,
        Trick::DoubleClick,
        Trick::Repeat,
        Trick::DeclaredBot,
        Trick::HiddenBot,
        Trick::Stuffing,
        Trick::Flood,
        Trick::Clockwork,
        Trick::Injection,
        Trick::Clever,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Trick::Honest => "honest",
            Trick::DoubleClick => "double click",
            Trick::Repeat => "repeat",
            Trick::DeclaredBot => "declared bot",
            Trick::HiddenBot => "hidden bot",
            Trick::Stuffing => "stuffing",
            Trick::Flood => "flood",
            Trick::Clockwork => "clockwork",
            Trick::Injection => "injection",
            Trick::Clever => "clever fraud",
        }
    }

    pub fn story(self) -> &'static str {
        match self {
            Trick::Honest => {
                "24 partners with 40 to 400 clicks on a usual day, fewer at the weekend, sometimes twice as many; their \
                 rates of conversion differ. One person in 25 shares address and user agent with somebody else of \
                 the partner's visitors, one in 100 surfs through a company's data centre, one in 200 has an extension that \
                 hides parts of the browser"
            }
            Trick::DoubleClick => "six in a hundred honest clicks are followed by another within 1.5 seconds",
            Trick::Repeat => {
                "eight in a hundred are followed by another within 20 minutes, one in 20 of them without a cookie"
            }
            Trick::DeclaredBot => "crawlers and previews on every partner's links, a tenth on top",
            Trick::HiddenBot => {
                "a thirtieth on top: two thirds from known data centres, half of the rest with client hints that do not \
                 fit"
            }
            Trick::Stuffing => {
                "one partner's page loads its link unseen in every visit, 1,500 a day; one browser in ten is too old to \
                 say so. Of the people stuffed, a few buy later by themselves"
            }
            Trick::Flood => {
                "one partner with 80 honest clicks a day buys 3,000 on each of three days; a fifth of them are from one \
                 network of a data centre that no list has"
            }
            Trick::Clockwork => {
                "one partner with 60 honest clicks a day adds one about every five minutes, each from a home"
            }
            Trick::Injection => "one partner gets 150 clicks a day, one in eight of them seconds before an order",
            Trick::Clever => {
                "one partner, 250 clicks a day from homes at people's hours, spread widely, without any order"
            }
        }
    }

    /// Not of a person who meant it.
    pub fn cheats(self) -> bool {
        !matches!(self, Trick::Honest | Trick::DoubleClick | Trick::Repeat)
    }
}
