//! What to do about each reason, for each side.

use referee_core::refusal::Refusal;

use super::answer::Viewer;

#[derive(Debug, Clone, Copy)]
pub struct Advice {
    pub brand: &'static str,
    pub partner: &'static str,
}

impl Advice {
    pub fn of(self, viewer: Viewer) -> &'static str {
        match viewer {
            Viewer::Brand => self.brand,
            Viewer::Partner(_) => self.partner,
        }
    }
}

const ASK: &str = "Ask the brand about it, with the order's id.";

/// The same for every kind of invalid traffic: a partner is not told which it was.
const PEOPLE: &str = "Place links for people to follow: only people's clicks count.";

/// Where a reason has no advice of its own.
pub const OTHERWISE: Advice =
    Advice { brand: "Correct what the reason names, and report the order again.", partner: ASK };

/// For everything that a click, an order or an identifier can be told.
pub const ADVICE: &[(Refusal, &str, &str)] = &[
    (Refusal::CampaignNotFound, "Report the order under a program of this brand.", ASK),
    (
        Refusal::ProgramNotActive,
        "Activate the program; orders that were refused meanwhile must be reported again.",
        ASK,
    ),
    (Refusal::ActionTrackerNotFound, "Report the order under an event type of the program, or add one.", ASK),
    (
        Refusal::ActionTrackerNotActive,
        "Activate the event type; orders that were refused meanwhile must be reported again.",
        ASK,
    ),
    (
        Refusal::LinkNotFound,
        "Ask the partner to copy its link again, or make a short link with this path.",
        "Copy your link again from the portal.",
    ),
    (Refusal::LinkNotActive, "Activate the short link if it should count from now on.", "Use another of your links."),
    (Refusal::AdNotFound, "Ask the partner to copy its link again.", "Copy your link again from the portal."),
    (Refusal::AdNotActive, "Activate the ad if its clicks should count from now on.", "Use the link of another ad."),
    (
        Refusal::PartnerNotFound,
        "Let the partner join the brand, or ask it to copy its link again.",
        "Copy your link again from the portal.",
    ),
    (
        Refusal::PartnerNotActive,
        "Activate the partner if it should earn from now on.",
        "Ask the brand why your account is paused.",
    ),
    (
        Refusal::ContractNotFound,
        "Give the partner a contract; it counts from its start on.",
        "Ask the brand for a contract.",
    ),
    (
        Refusal::ContractExpired,
        "Give the partner a new contract; it counts from its start on.",
        "Ask the brand for a new contract.",
    ),
    (
        Refusal::ActionTermsNotFound,
        "Add a payout for this event type to the terms; it counts from its start on.",
        "Ask the brand whether it means to pay for this kind of event.",
    ),
    (
        Refusal::Prefetch,
        "Nothing to do: if the person follows the link after all, that is a click of its own.",
        "Nothing to do: if the person follows the link after all, that is a click of its own.",
    ),
    (
        Refusal::NotNavigation,
        "Ask the partner to place a link that people follow, not an image, frame or script.",
        PEOPLE,
    ),
    (Refusal::DeclaredBot, "Nothing to do: the visitor was no person.", PEOPLE),
    (Refusal::HeadRequest, "Nothing to do: some program only checked that the link works.", PEOPLE),
    (
        Refusal::ClickForged,
        "Pass click ids on exactly as they came, whole, in their case, and for their own program.",
        "Ask the brand to pass your click id on unchanged.",
    ),
    (
        Refusal::OutsideAssociationWindow,
        "Nothing to do. If this happens often, give the terms a longer referral window.",
        "Nothing to do. If this happens often, ask the brand for a longer window.",
    ),
    (
        Refusal::AfterEvent,
        "Check that the order's date is the moment of the order, in the right time zone.",
        "Ask the brand whether it reports the right time of its orders.",
    ),
    (
        Refusal::OtherRefPrioritized,
        "Nothing to do: the decision says who won, and by what.",
        "Nothing to do: what somebody else brought counted more.",
    ),
    (
        Refusal::Unclaimed,
        "Send the click id or the customer id with the order, and let the tag name the customer when somebody signs in.",
        "Ask the brand to send the click id or the customer id with its orders.",
    ),
    (
        Refusal::ConsentDenied,
        "Nothing to do: the buyer decides. A promo code of its own lets a partner earn such orders.",
        "Nothing to do: the buyer decides. Ask the brand for a promo code of your own.",
    ),
    (Refusal::ClickUnscreened, "Nothing to do: the visitor decides.", "Nothing to do: the visitor decides."),
    (
        Refusal::ReftypeNotAccepted,
        "Nothing to do. If impressions should earn, give the terms a view window.",
        "Nothing to do. If your impressions should earn, ask the brand for a view window.",
    ),
    (
        Refusal::CreditingRuleMismatch,
        "Nothing to do: the partner's group says so. Its rule is set with the group.",
        "Nothing to do. Ask the brand how it credits partners like you.",
    ),
    (
        Refusal::BlockedByPromoCode,
        "Nothing to do. If the code should count less, change its policy.",
        "Nothing to do. Ask the brand for a promo code of your own.",
    ),
    (
        Refusal::RestrictedPromoCode,
        "Nothing to do. If others may earn what is bought with the code, let it be unrestricted.",
        "Promote your own codes only: this one was given to somebody else's customers.",
    ),
    (
        Refusal::CreditedToChannel,
        "Nothing to do: the decision says which channel won.",
        "Nothing to do: what the channel brought counted more.",
    ),
    (
        Refusal::ConvDuplicate,
        "If the new figures are right, change the action instead of reporting the order again.",
        "Nothing to do: the first report counts.",
    ),
    (
        Refusal::NoValidActionRef,
        "Report the order that it follows from, or name it with ParentOrderId, and report this one again.",
        "Ask the brand which order it follows from.",
    ),
    (
        Refusal::CurrencyRateMissing,
        "Load the exchange rates of its day under Settings, Exchange rates: the action is then priced and let go.",
        "Nothing to do: it is priced when the brand has the exchange rate.",
    ),
    (
        Refusal::CurrencyDiffers,
        "Name the figures in the currency of the first report, or reverse the order and report it under another id.",
        "Ask the brand in which currency it reports the order.",
    ),
    (Refusal::IdentifierEmpty, "Leave the entry out where there is no value.", ASK),
    (Refusal::IdentifierPlaceholder, "Send it only when the shop knows who it is.", ASK),
    (Refusal::IdentifierTooLong, "Send the id itself, and at most 20 identifiers.", ASK),
    (Refusal::IdentifierEncoding, "Send the value as UTF-8, and encode it once.", ASK),
    (Refusal::IdentifierBlocked, "Nothing to do. If it names somebody after all, remove it from the block list.", ASK),
    (Refusal::EmailMalformed, "Send the address, or SHA-256 of it in lower case as 64 digits in hex.", ASK),
    (Refusal::HashLength, "Send SHA-256 of the address in lower case, or of the number in E.164.", ASK),
    (Refusal::PhoneMalformed, "Send the number with a plus and its country's code, or the country beside it.", ASK),
    (Refusal::IdentifierKindUnknown, "Name one of customer_id, email, phone, journey, anonymous_id and device.", ASK),
    (Refusal::TwoCustomers, "Send one customer id: that of whoever placed the order or sees the page.", ASK),
];

pub fn advice(refusal: Refusal) -> Advice {
    let found = ADVICE.iter().find(|(of, _, _)| *of == refusal);
    found.map_or(OTHERWISE, |(_, brand, partner)| Advice { brand, partner })
}
