//! Intake's named no to what never became a fact, and what exactly was wrong with it.

/// One field that can't be taken as it is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    pub field: String,
    pub reason: DropReason,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, reason: DropReason, message: impl Into<String>) -> FieldError {
        FieldError { field: field.to_owned(), reason, message: message.into() }
    }
}

macro_rules! reasons {
    ($($name:ident, $code:literal, $sentence:literal;)*) => {
        /// Stable codes; they stand in answers, in kept refusals and in the documentation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
        pub enum DropReason { $(#[serde(rename = $code)] $name,)* }

        impl DropReason {
            pub const ALL: &[DropReason] = &[$(DropReason::$name,)*];

            pub fn code(self) -> &'static str {
                match self { $(DropReason::$name => $code,)* }
            }

            pub fn sentence(self) -> &'static str {
                match self { $(DropReason::$name => $sentence,)* }
            }
        }
    };
}

reasons! {
    Malformed, "MALFORMED", "The report could not be read as a form, JSON or a query.";
    TooLarge, "TOO_LARGE", "The report is larger than the limit.";
    OidMissing, "OID_MISSING", "The report names no order.";
    FieldMissing, "FIELD_MISSING", "A required field is missing.";
    NoAttributionKey, "NO_ATTRIBUTION_KEY", "The report names nothing by which a click could be found.";
    CampaignNotFound, "CAMPAIGN_NOT_FOUND", "The account has no program with this id.";
    ActionTrackerNotFound, "ACTIONTRACKER_NOT_FOUND", "The program has no event type with this id or code.";
    BadCurrency, "BAD_CURRENCY", "The currency is not a code of ISO 4217.";
    BadAmount, "BAD_AMOUNT", "An amount is not a decimal number in the range an order can have.";
    BadDate, "BAD_DATE", "The date can't be read, or is too far from now.";
    BadNumber, "BAD_NUMBER", "A number is not one.";
    TooLong, "TOO_LONG", "A text is longer than the limit.";
    TooManyItems, "TOO_MANY_ITEMS", "The order has more items than the limit.";
    BadReason, "BAD_REASON", "The reason is not one of the published codes.";
    BadAction, "BAD_ACTION", "The action's id is not one.";
    SiteMismatch, "SITE_MISMATCH", "The page is on none of the program's permitted hosts.";
}
