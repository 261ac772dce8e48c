//! In which situation a person buys: what there is to join them by, and what misleads.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Situation {
    OneDevice,
    CookieLost,
    SecondDevice,
    Family,
    Kiosk,
    CallCentre,
    JunkId,
    ForwardedLink,
}

impl Situation {
    pub const ALL: [Situation; 8] = [
        Situation::OneDevice,
        Situation::CookieLost,
        Situation::SecondDevice,
        Situation::Family,
        Situation::Kiosk,
        Situation::CallCentre,
        Situation::JunkId,
        Situation::ForwardedLink,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Situation::OneDevice => "one device",
            Situation::CookieLost => "cookie lost",
            Situation::SecondDevice => "second device",
            Situation::Family => "family device",
            Situation::Kiosk => "kiosk",
            Situation::CallCentre => "call centre",
            Situation::JunkId => "junk id",
            Situation::ForwardedLink => "forwarded link",
        }
    }

    /// How people live in it.
    pub fn story(self) -> &'static str {
        match self {
            Situation::OneDevice => "a browser of their own, which keeps its cookies.",
            Situation::CookieLost => "every other sitting begins without the cookies of the one before.",
            Situation::SecondDevice => "sittings on two devices in turns.",
            Situation::Family => "three people use one browser, and each signs in now and then.",
            Situation::Kiosk => {
                "twelve people use a device in the shop for half of their sittings, their own for the others."
            }
            Situation::CallCentre => {
                "people click on their own devices; an agent's browser places the orders of twenty of them."
            }
            Situation::JunkId => "fifteen people's orders often bring one and the same e-mail address.",
            Situation::ForwardedLink => {
                "the address of a page, with the click id in it, goes to somebody else, who may buy. The\n  \
                 click is not theirs: to join it counts as wrong."
            }
        }
    }

    /// Of a hundred people, how many live so.
    pub fn percent(self) -> usize {
        match self {
            Situation::OneDevice => 30,
            Situation::CookieLost | Situation::SecondDevice => 15,
            Situation::Family => 12,
            Situation::Kiosk | Situation::JunkId | Situation::ForwardedLink => 7,
            Situation::CallCentre => 7,
        }
    }

    /// People who use the same device, or share the same id.
    pub fn group(self) -> usize {
        match self {
            Situation::Family => 3,
            Situation::Kiosk => 12,
            Situation::CallCentre => 20,
            Situation::JunkId => 15,
            Situation::OneDevice | Situation::CookieLost | Situation::SecondDevice | Situation::ForwardedLink => 1,
        }
    }
}
