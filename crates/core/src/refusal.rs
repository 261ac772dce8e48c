//! Every "no" the rules can say to a valid fact, in order of precedence.
//!
//! The codes are published: they stand in the API, the books and the documentation, and never change.

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $code:literal, $brand:literal, $partner:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Refusal { $($(#[$doc])* $name = $number,)* }

        impl Refusal {
            pub const ALL: &[Refusal] = &[$(Refusal::$name,)*];

            /// The stable code, as the API and the documentation write it.
            pub fn code(self) -> &'static str {
                match self { $(Refusal::$name => $code,)* }
            }

            /// What a brand reads.
            pub fn brand_sentence(self) -> &'static str {
                match self { $(Refusal::$name => $brand,)* }
            }

            /// What a partner reads: its own matters in full, others' without name.
            pub fn partner_sentence(self) -> &'static str {
                match self { $(Refusal::$name => $partner,)* }
            }

            /// The number the books keep.
            pub fn number(self) -> u16 {
                self as u16
            }

            pub fn from_number(number: u16) -> Option<Refusal> {
                match number { $($number => Some(Refusal::$name),)* _ => None }
            }
        }
    };
}

refusals! {
    // What is named does not exist or is not in force.
    CampaignNotFound = 1, "CAMPAIGN_NOT_FOUND", "There is no program with this id in this brand.", "There is no such program.";
    ProgramNotActive = 2, "PROGRAM_NOT_ACTIVE", "The program is paused.", "The program is paused.";
    ActionTrackerNotFound = 3, "ACTIONTRACKER_NOT_FOUND", "The program has no event type with this id or code.", "The program does not pay for this kind of event.";
    ActionTrackerNotActive = 4, "ACTIONTRACKER_NOT_ACTIVE", "The event type is paused.", "The program does not pay for this kind of event at present.";
    LinkNotFound = 5, "LINK_NOT_FOUND", "The address on the tracking domain belongs to no link.", "The link does not exist.";
    AdNotFound = 6, "AD_NOT_FOUND", "The program has no ad with this id.", "The ad does not exist.";
    AdNotActive = 7, "AD_NOT_ACTIVE", "The ad is paused.", "The ad is paused.";
    PartnerNotFound = 8, "PARTNER_NOT_FOUND", "No partner with this id has joined the brand.", "The partner id in the link is not known here.";
    PartnerNotActive = 9, "PARTNER_NOT_ACTIVE", "The partner is paused.", "Your account with this brand is paused.";
    ContractNotFound = 10, "CONTRACT_NOT_FOUND", "The partner had no contract in force at the time.", "You had no contract in force at the time.";
    ContractExpired = 11, "CONTRACT_EXPIRED", "The partner's contract had ended.", "Your contract had ended.";
    ActionTermsNotFound = 12, "ACTIONTERMS_NOT_FOUND", "The contract pays nothing for this event type.", "Your contract pays nothing for this kind of event.";
    LinkNotActive = 13, "LINK_NOT_ACTIVE", "The short link is paused.", "The short link is paused.";

    // What arrived on a tracking link was not a person following it.
    Prefetch = 20, "PREFETCH", "The browser fetched the link ahead of time; nobody had clicked yet.", "Fetched ahead of time by a browser; not a click.";
    NotNavigation = 21, "NOT_NAVIGATION", "The link was loaded inside a page (as an image, frame or script), not followed by a person.", "Not counted: invalid traffic.";
    DeclaredBot = 22, "DECLARED_BOT", "The software says of itself that it is a robot or a library.", "Not counted: invalid traffic.";
    HeadRequest = 23, "HEAD_REQUEST", "Only the headers were asked for.", "Not counted: invalid traffic.";
    AutomatedBrowser = 24, "AUTOMATED_BROWSER", "A program drives the browser: it says so itself.", "Not counted: invalid traffic.";
    AgentMissing = 25, "AGENT_MISSING", "The request does not say what software it comes from; every browser does.", "Not counted: invalid traffic.";
    DuplicateClick = 26, "DUPLICATE_CLICK", "The same device followed a link of this partner before, within the program's window: a click is paid once.", "The same visitor clicked before, within the program's window.";
    DoubleClick = 27, "DOUBLE_CLICK", "The same device followed a link of this partner a moment before: the hand slipped.", "The second of a double click.";

    // Why a touchpoint earned nothing, or a report found none.
    ClickForged = 30, "CLICK_FORGED", "The click id was altered, or was made by another installation or for another program.", "The click id is not valid.";
    OutsideAssociationWindow = 31, "OUTSIDE_ASSOCIATION_WINDOW", "The click or impression was before the contract's window for it began.", "Your click or impression was outside its window.";
    AfterEvent = 32, "AFTER_EVENT", "The click or impression came after the event.", "Your click or impression came after the event.";
    OtherRefPrioritized = 33, "OTHER_REF_PRIORITIZED", "Another click won by the credit policy, or stronger evidence did.", "Another click won: of another partner or channel, or of yours.";
    Unclaimed = 34, "UNCLAIMED", "No partner's click or code could be joined to the buyer.", "No click of yours could be joined to the buyer.";
    ReftypeNotAccepted = 35, "REFTYPE_NOT_ACCEPTED", "It was an impression, and the contract has no view window: only clicks count.", "Your contract counts clicks only, no impressions.";
    CreditingRuleMismatch = 36, "CREDITING_RULE_MISMATCH", "The partner's group takes no credit from touchpoints, or yields to others, one of whom had a touchpoint.", "The program's rules let other partners go first.";
    BlockedByPromoCode = 37, "BLOCKED_BY_PROMOCODE", "The order used another partner's promo code, which decides.", "The order used another partner's promo code.";
    RestrictedPromoCode = 38, "RESTRICTED_PROMOCODE", "The order used a restricted promo code that gave it to nobody, so nobody earns it.", "The order used a promo code that only its own partner can be credited for.";
    CreditedToChannel = 39, "CREDITED_TO_CHANNEL", "A channel won, which is never paid.", "Another channel won.";

    // The report itself.
    ConvDuplicate = 40, "CONV_DUPLICATE", "The order was already reported with other figures by a source that counts at least as much.", "The order was already reported.";
    CurrencyRateMissing = 41, "CURRENCY_RATE_MISSING", "The order's currency is not the program's, and no exchange rate is known for its day: the action is held until there is one.", "The order's currency can't be converted yet.";
    NoValidActionRef = 42, "NO_VALID_ACTION_REF", "The event type has a parent, and there is no action of it under the parent order's id, or it was reversed.", "The order that this one follows from earned nothing, or was reversed.";

    // Changes to an action.
    ActionRefNotFound = 50, "ACTION_REF_NOT_FOUND", "There is no action with this id, or for this event type and order.", "There is no such action.";
    ActionAlreadyReversed = 51, "ACTION_ALREADY_REVERSED", "The action was reversed before.", "The action was reversed before.";
    ActionLocked = 52, "ACTION_LOCKED", "The action is locked; only a correction can follow.", "The action is locked.";
    MaxModificationsReached = 53, "MAX_MODIFICATIONS_REACHED", "The action has been changed 1,000 times, the most allowed.", "The action can't be changed any more.";
    AmountTooLarge = 54, "AMOUNT_TOO_LARGE", "The new amount is above the largest an order may have.", "The amount is too large.";
    NoItem = 55, "NO_ITEM", "The action has no item with this SKU.", "The action has no such item.";
    AmountNegative = 56, "AMOUNT_NEGATIVE", "An amount can't be below zero: what is given back is a smaller amount or a reversal.", "The amount is below zero.";
    ActionHeld = 57, "ACTION_HELD", "The action is held: it can be released, and then held anew or approved.", "The action is held.";
    ActionNotHeld = 58, "ACTION_NOT_HELD", "The action is not held, so there is nothing to release.", "The action is not held.";
    ActionNotReversed = 59, "ACTION_NOT_REVERSED", "The action is not reversed, so there is nothing to restore.", "The action is not reversed.";

    // Configuration.
    SlugTaken = 60, "SLUG_TAKEN", "Another link of this program has this path.", "This path is taken.";
    IdTaken = 61, "ID_TAKEN", "This id is already used by another entry of its kind.", "This id is taken.";
    TermsInPast = 62, "TERMS_IN_PAST", "Terms that follow earlier ones can't start in the past: what has happened keeps its price.", "Terms can't change for the past.";
    CodeTaken = 63, "CODE_TAKEN", "Another event type, promo code or assigned value of this program has this code.", "This code is taken.";
    IdOutOfRange = 64, "ID_OUT_OF_RANGE", "An id is a whole number from 1 to 2,147,483,647.", "This id can't be used.";
    CurrencyFixed = 65, "CURRENCY_FIXED", "A program's currency can't change: what is owed is in it.", "The program's currency can't change.";
    RateTooHigh = 66, "RATE_TOO_HIGH", "A rate is at most 100 %.", "A rate is at most 100 %.";
    RuleNeverMatches = 67, "RULE_NEVER_MATCHES", "A rule of the terms can never hold: its conditions exclude each other, or a payout group above it takes every order it would.", "A rule of the terms can never hold.";

    // Who is who.
    AnotherCustomer = 70, "ANOTHER_CUSTOMER", "The two belong to different customers; nothing was joined.", "Seen with another buyer.";
    SharedByMany = 71, "SHARED_BY_MANY", "The id was seen with too many others to name one person: a kiosk, a call centre, a shared address or junk.", "The device or address is shared by many.";
    ProfileFull = 72, "PROFILE_FULL", "The profile would have had more than 512 ids.", "The profile is too large to be one person.";
    Separated = 73, "SEPARATED", "A person said that the two are not one person.", "Found not to be the same buyer.";
    OtherPerson = 74, "OTHER_PERSON", "The device belonged to another customer when this happened.", "Somebody else used the device then.";
    JoinNotFound = 75, "JOIN_NOT_FOUND", "The two were never seen together.", "There is no such join.";

    // Identifiers that are left out of a page load or report; the rest of it counts.
    IdentifierEmpty = 80, "IDENTIFIER_EMPTY", "The identifier has no value.", "The identifier has no value.";
    IdentifierPlaceholder = 81, "IDENTIFIER_PLACEHOLDER", "The value names nobody: it is what programs write when they know nothing, or what a phone says whose owner does not want to be followed.", "The value names nobody.";
    IdentifierTooLong = 82, "IDENTIFIER_TOO_LONG", "The value is longer than 255 characters, or the report has more than 20 identifiers.", "The value is too long.";
    IdentifierEncoding = 83, "IDENTIFIER_ENCODING", "The value is wrongly encoded: it holds control characters, broken Unicode, or is still percent-encoded.", "The value is wrongly encoded.";
    IdentifierBlocked = 84, "IDENTIFIER_BLOCKED", "The value stands on your block list.", "The value names nobody.";
    EmailMalformed = 85, "EMAIL_MALFORMED", "The value is neither an e-mail address nor a hash of one.", "The value is not an e-mail address.";
    HashLength = 86, "HASH_LENGTH", "The value looks like a hash, but has neither the 40 digits of SHA-1 nor the 64 of SHA-256. MD5 is not taken.", "The hash is of a kind that is not taken.";
    PhoneMalformed = 87, "PHONE_MALFORMED", "The value is no phone number in the international form, nor a national one with the country's code.", "The value is not a phone number.";
    IdentifierKindUnknown = 88, "IDENTIFIER_KIND_UNKNOWN", "The list of identifiers names a kind that there is not.", "The kind of identifier is not known.";
    TwoCustomers = 89, "TWO_CUSTOMERS", "The report names two different customers. The first counts.", "The report names two different customers.";

    // What is owed, and its payment.
    ActionNotLocked = 100, "ACTION_NOT_LOCKED", "The action is not locked yet: until then it is changed or reversed, not corrected.", "The action is not locked yet.";
    NothingToPay = 101, "NOTHING_TO_PAY", "Nothing is owed to any of these partners, or less than is worth a payment; what is below zero is carried forward.", "Nothing is owed that could be paid.";
    PaymentUnderWay = 102, "PAYMENT_UNDER_WAY", "A payment to the partner in this currency is proposed or being gathered; the next can follow when that is done.", "A payment is under way.";
    PaymentRunNotFound = 103, "PAYMENT_RUN_NOT_FOUND", "There is no payment run with this number.", "There is no such payment run.";
    PaymentRunDecided = 104, "PAYMENT_RUN_DECIDED", "The payment run was approved or dropped before.", "The payment run was decided before.";
    SecondPersonNeeded = 105, "SECOND_PERSON_NEEDED", "Payment runs are approved by somebody other than the person who proposed them.", "Another person has to approve the payments.";
    PaymentNotFound = 106, "PAYMENT_NOT_FOUND", "There is no payment with this number.", "There is no such payment.";
    PaymentNotSent = 107, "PAYMENT_NOT_SENT", "The payment is not on its way: it was not approved yet, or it is settled or failed already.", "The payment is not on its way.";

    // Currencies.
    CurrencyDiffers = 110, "CURRENCY_DIFFERS", "The order was first reported in another currency, and its figures stay in that one.", "The order is in another currency.";
    RateNotAboveZero = 111, "RATE_NOT_ABOVE_ZERO", "An exchange rate is above zero.", "An exchange rate is above zero.";

    // Limits and tiers.
    ActionNotOutside = 115, "ACTION_NOT_OUTSIDE", "The action is within the limits of its terms, so there is nothing to admit.", "The action is within the terms.";
    TiersNotAscending = 116, "TIERS_NOT_ASCENDING", "Each tier begins higher than the one before it.", "Each tier begins higher than the one before it.";

    // Contracts as agreements, and overlays on them.
    NoticeTooShort = 130, "NOTICE_TOO_SHORT", "A change of terms binds no earlier than their notice period after it is set: start it later, or offer it for the partner to accept.", "Terms change only after their notice period, or with your word.";
    OfferNeedsPartner = 131, "OFFER_NEEDS_PARTNER", "Template terms can't be offered, because many partners follow them: offer a partner terms of its own.", "Template terms are not offered.";
    OfferNotFound = 132, "OFFER_NOT_FOUND", "The contract has no version with this number that was offered.", "There is no such offer.";
    OfferForPartner = 133, "OFFER_FOR_PARTNER", "Only the partner accepts or declines what it is offered; the brand can withdraw the offer.", "Only you accept or decline what you are offered.";
    OfferDecided = 134, "OFFER_DECIDED", "The partner has accepted or declined this offer; its first word holds.", "You have accepted or declined this offer; the first word holds.";
    OfferWithdrawn = 135, "OFFER_WITHDRAWN", "The offer was withdrawn, or another one took its place.", "The offer was withdrawn, or another one took its place.";
    OfferExpired = 136, "OFFER_EXPIRED", "The terms that were offered have ended before they were accepted.", "The terms that were offered have ended.";
    OverlayNotFound = 137, "OVERLAY_NOT_FOUND", "The program has no overlay with this id.", "There is no such overlay.";
    OverlayEmpty = 138, "OVERLAY_EMPTY", "An overlay changes the payout of at least one event type, and ends after it starts.", "The overlay changes nothing.";
    OverlayInPast = 139, "OVERLAY_IN_PAST", "An overlay neither starts nor ends in the past: what has happened keeps its price.", "Payouts can't change for the past.";
    OverlaysOverlap = 140, "OVERLAYS_OVERLAP", "Another overlay is on the same event type of the same partner on some of these days: end it first, or choose other days.", "Another overlay is on these days.";

    // Inquiries.
    InquiryNotFound = 150, "INQUIRY_NOT_FOUND", "There is no inquiry with this number.", "There is no such inquiry.";
    InquiryDuplicate = 151, "INQUIRY_DUPLICATE", "The partner has an open inquiry about this order already.", "You have an open inquiry about this order already.";
    InquiryTooOld = 152, "INQUIRY_TOO_OLD", "The order is more than 120 days old: it is too late to ask about it.", "The order is more than 120 days old: it is too late to ask about it.";
    InquiryAnswered = 153, "INQUIRY_ANSWERED", "The inquiry was answered before. The partner may appeal once.", "The inquiry was answered before. You may appeal once.";
    InquiryAppealed = 154, "INQUIRY_APPEALED", "The partner has appealed before, and there is one appeal.", "You have appealed before, and there is one appeal.";
    InquiryNotDeclined = 155, "INQUIRY_NOT_DECLINED", "Only what was declined or found incomplete is appealed.", "Only what was declined or found incomplete can be appealed.";
    InquiryForPartner = 156, "INQUIRY_FOR_PARTNER", "Only the partner appeals.", "Only the partner appeals.";
    InquiryForBrand = 157, "INQUIRY_FOR_BRAND", "Only the brand answers an inquiry.", "Only the brand answers an inquiry.";
    InquiryAmountMissing = 158, "INQUIRY_AMOUNT_MISSING", "The inquiry names no amount: say what the order came to, above zero.", "The inquiry names no amount.";
    InquiryActionKnown = 159, "INQUIRY_ACTION_KNOWN", "The partner has an action for this order: what is wrong with it is asked as an incorrect or a declined one.", "You have an action for this order: ask about it as an incorrect or a declined one.";
    InquiryOrderCredited = 160, "INQUIRY_ORDER_CREDITED", "The order was reported and credited to somebody else, and is not credited twice: decline the inquiry, or give the action to this partner.", "The order was credited otherwise.";
    InquiryPastLock = 161, "INQUIRY_PAST_LOCK", "The action was reversed and would be locked by now, so that it can't be restored: pay what is due as a new order under an id of its own, and decline the inquiry.", "The action can't be restored any more.";

    // What becomes of an action beside its figures.
    ActionMoved = 170, "ACTION_MOVED", "The action was given to another partner: what is asked of it is asked of the action that took its place.", "The action was credited to another partner.";
    ActionOfPartner = 171, "ACTION_OF_PARTNER", "The action is this partner's already.", "The action is yours already.";
    AwardEmpty = 172, "AWARD_EMPTY", "A bonus or fee is of more than nothing.", "A bonus or fee is of more than nothing.";
    AwardExists = 173, "AWARD_EXISTS", "A bonus or fee was given under this reference before: if it is another one, give it another reference.", "This bonus or fee was given before.";
    ReturnsNotAllowed = 174, "RETURNS_NOT_ALLOWED", "The terms of the action allow no returns: only what never was an order is taken back, such as fraud and tests.", "Your terms allow no returns.";
    MaxReturnsReached = 175, "MAX_RETURNS_REACHED", "More of the partner's payouts of this month would be taken back than the terms of the action allow.", "Your terms allow no more returns of this month.";
    ReturnNeedsConsent = 176, "RETURN_NEEDS_CONSENT", "The partner has to agree to returns, and is asked only as long as the action is not locked.", "Your terms ask for your consent to returns.";
    ReturnNotAsked = 177, "RETURN_NOT_ASKED", "No return of this action waits for the partner's word: it was decided, taken back, or the action has locked.", "No return of this action waits for your word.";
    ReturnForPartner = 178, "RETURN_FOR_PARTNER", "Only the partner accepts or declines a return that it is asked for.", "Only you accept or decline returns that you are asked for.";

    // Lists that terms name, and the hours of overlays.
    OverlayHours = 180, "OVERLAY_HOURS", "The hours of an overlay end after they begin, on the same day: for a night, set one overlay until 24:00 and another from 00:00 on.", "The hours of an overlay end after they begin.";
    OverlayNeverOn = 181, "OVERLAY_NEVER_ON", "None of the weekdays of the overlay lies between its start and its end.", "The overlay is never on.";
    ListNotFound = 182, "LIST_NOT_FOUND", "The program has no list with this id.", "There is no such list.";
    ListNameTaken = 183, "LIST_NAME_TAKEN", "Another list of the program has this name, and terms name lists: choose another name.", "Another list has this name.";
    ListVariable = 184, "LIST_VARIABLE", "A list is of one variable for good, and terms compare no other with it: set another list for another variable.", "The list is of another variable.";
    ListVariableUnlisted = 185, "LIST_VARIABLE_UNLISTED", "There are no lists of this variable: write its values into the terms.", "There are no lists of this variable.";
    ListsTooMany = 186, "LISTS_TOO_MANY", "The program has 200 lists, the most there can be: use one that no terms name any more.", "The program has no room for another list.";

    // Bonuses that terms give.
    TiersPeriod = 190, "TIERS_PERIOD", "Tiers that pay for all actions are reckoned when a month or a year is over: a day is too short, and all time never ends.", "Tiers that pay for all actions are of a month or a year.";
    AwardOfTerms = 191, "AWARD_OF_TERMS", "References that begin with TIER- are those of bonuses that terms give: give it another one.", "This reference is that of a bonus by the terms.";

    // What is paid in another currency than it is owed in.
    PaymentRateMissing = 195, "PAYMENT_RATE_MISSING", "No exchange rate of the last seven days leads from what is owed to the currency of the transfer: load the rates of a newer day.", "An exchange rate is awaited for your payment.";

    // What speaks against a click; it may be a person's all the same.
    DataCentre = 210, "DATA_CENTRE", "The click came from a data centre, where few people are.", "Doubtful traffic.";
    RequestAnomaly = 211, "REQUEST_ANOMALY", "What the request says of its browser does not fit together.", "Doubtful traffic.";
    ShoppingAssistant = 212, "SHOPPING_ASSISTANT", "Software that shops on a person's behalf followed the link.", "A shopping assistant followed the link.";
    UnusualVolume = 213, "UNUSUAL_VOLUME", "The partner had far more clicks in these hours than it usually has.", "Doubtful traffic.";
    LowConversion = 214, "LOW_CONVERSION", "Far fewer of these clicks led to orders than the program's do.", "Doubtful traffic.";
    ConversionTiming = 215, "CONVERSION_TIMING", "Orders came too soon or too evenly after these clicks.", "Doubtful traffic.";
    TooRegular = 216, "TOO_REGULAR", "The clicks came at regular times, as a program makes them.", "Doubtful traffic.";
    Concentrated = 217, "CONCENTRATED", "Too many of these clicks came from few networks.", "Doubtful traffic.";
    OwnDevice = 218, "OWN_DEVICE", "The click came from the address and browser with which the partner's own people use the portal.", "Doubtful traffic.";

    // Why a click is not paid.
    ClickRestricted = 220, "CLICK_RESTRICTED", "A restriction of the terms says that such clicks are not paid.", "Your terms do not pay for such clicks.";
    ClickLimitReached = 221, "CLICK_LIMIT_REACHED", "A limit of the terms was reached before this click.", "A limit of your terms was reached.";
    ClickRejected = 222, "CLICK_REJECTED", "It was rejected in a review.", "The brand rejected it in its review.";

    // Terms of clicks, their screening and review.
    ClickTypeTaken = 223, "CLICK_TYPE_TAKEN", "The program has another event type for clicks, and there is one for all of its partners: pause that one first.", "The program pays for clicks by another event type.";
    ClicksPayFixed = 224, "CLICKS_PAY_FIXED", "A click is paid a fixed sum: it has no amount that a rate could be of, and no tiers.", "Clicks are paid a fixed sum.";
    ReviewedClicksUnlimited = 225, "REVIEWED_CLICKS_UNLIMITED", "Clicks that are reviewed have no limits, because whoever reviews them decides: pay them instantly, or drop the limit.", "Clicks that are reviewed have no limits.";
    ClicksHaveNoCustomer = 226, "CLICKS_HAVE_NO_CUSTOMER", "A limit by customer can't be kept for clicks: nobody knows yet who clicks.", "Clicks have no limit by customer.";
    ReviewTooLong = 227, "REVIEW_TOO_LONG", "Clicks are reviewed until they lock at most: shorten the review, or let actions lock later.", "Clicks are reviewed until they lock at most.";
    ClickTermsMisplaced = 228, "CLICK_TERMS_MISPLACED", "Only an event type for clicks is paid by reviewed or instant clicks.", "This kind of event is not paid by clicks.";
    ClickWindowOutOfRange = 229, "CLICK_WINDOW_OUT_OF_RANGE", "The window for duplicates is from 1 minute to 24 hours, and that for double clicks no longer than it.", "The window is not possible.";
    ReviewNotFound = 230, "REVIEW_NOT_FOUND", "There is no review with this number.", "There is no such review.";
    ReviewUndone = 231, "REVIEW_UNDONE", "The review was taken back before.", "The review was taken back before.";

    // What a shop system says of its orders.
    ShopOrderWithoutLines = 232, "SHOP_ORDER_WITHOUT_LINES", "The order has no line that is paid for: only gift cards, tips, shipping or nothing at all. It opens when a line is added.", "The order has nothing in it that is paid for.";
    ShopTestOrder = 233, "SHOP_TEST_ORDER", "The shop marked the order as a test: nobody bought anything.", "The order was a test.";
    ShopOrderNotPaid = 234, "SHOP_ORDER_NOT_PAID", "The order is not paid yet, and the shop's settings open actions of paid orders only. It opens when it is.", "The order is not paid yet.";
    ShopOrderAwaited = 235, "SHOP_ORDER_AWAITED", "The shop has not told of the order itself yet. What was said of it is kept until then.", "The order is not known yet.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_name_one_refusal_each() {
        for (i, a) in Refusal::ALL.iter().enumerate() {
            assert_eq!(Refusal::from_number(a.number()), Some(*a));
            assert!(Refusal::ALL[i + 1..].iter().all(|b| b.code() != a.code() && a < b));
        }
    }
}
