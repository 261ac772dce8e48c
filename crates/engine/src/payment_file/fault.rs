//! Why a payment file is not written.

use std::fmt;

/// A no, and the payment it is about; about the whole file if that is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    pub payment: String,
    pub reason: FileReason,
}

impl FileFault {
    pub(super) fn of_file(reason: FileReason) -> FileFault {
        FileFault { payment: String::new(), reason }
    }
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.payment.is_empty() {
            write!(f, "Payment {}: ", self.payment)?;
        }
        f.write_str(self.reason.sentence())
    }
}

macro_rules! file_reasons {
    ($($name:ident, $code:literal, $sentence:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FileReason { $($name),* }

        impl FileReason {
            pub const ALL: &[FileReason] = &[$(FileReason::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(FileReason::$name => $code),* }
            }

            pub fn sentence(self) -> &'static str {
                match self { $(FileReason::$name => $sentence),* }
            }
        }
    };
}

file_reasons! {
    NothingToPay, "NOTHING_TO_PAY", "There is nothing to pay in this file.";
    TooMany, "TOO_MANY", "There are more payments than one file may hold: make several.";
    PayerMissing, "PAYER_MISSING", "The brand's own name or IBAN is missing: give it under Payer.";
    IdForm, "ID_FORM", "The payment's id can't be handed through a bank.";
    Twice, "TWICE", "The payment is named twice.";
    DetailsMissing, "DETAILS_MISSING", "The partner's payment details are missing.";
    OtherMethod, "OTHER_METHOD", "The partner is paid in another way, which this file can't hold.";
    OtherCurrency, "OTHER_CURRENCY", "The partner's account takes another currency than the payment has.";
    NotEuro, "NOT_EURO", "SEPA transfers are in EUR only.";
    SeveralCurrencies, "SEVERAL_CURRENCIES", "The file may hold one currency only: make one file for each.";
    Amount, "AMOUNT", "The amount is not above zero, or is no amount that the currency can pay.";
    AmountTooLarge, "AMOUNT_TOO_LARGE", "The amount is above 999,999,999.99, which SEPA does not transfer.";
}
