//! Every no to what is typed about a payee or payer, at its field.

/// A no, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub field: &'static str,
    pub reason: DetailFault,
}

macro_rules! detail_faults {
    ($($name:ident, $code:literal, $sentence:literal;)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum DetailFault { $($name),* }

        impl DetailFault {
            pub const ALL: &[DetailFault] = &[$(DetailFault::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(DetailFault::$name => $code),* }
            }

            /// What is wrong, and what to do.
            pub fn sentence(self) -> &'static str {
                match self { $(DetailFault::$name => $sentence),* }
            }
        }
    };
}

detail_faults! {
    TextMissing, "TEXT_MISSING", "Fill this in.";
    TextTooLong, "TEXT_TOO_LONG", "This is too long: shorten it.";
    CountryUnknown, "COUNTRY_UNKNOWN", "Write the country as two letters, such as DE.";
    EmailForm, "EMAIL_FORM", "This is not an e-mail address.";
    TaxStatusMissing, "TAX_STATUS_MISSING", "Choose the tax status.";
    VatIdForm, "VAT_ID_FORM", "This is not a VAT id of the country: it begins with the country's letters and has as many digits as the country uses.";
    VatIdUnexpected, "VAT_ID_UNEXPECTED", "Only a business that is registered for VAT has a VAT id: choose that status or leave this empty.";
    RateForm, "RATE_FORM", "Write the rate in per cent, from 0 to 50, such as 19 or 5.5.";
    MethodMissing, "METHOD_MISSING", "Choose a way of payment.";
    IbanCountry, "IBAN_COUNTRY", "No country that uses IBANs begins so: check the first two letters.";
    IbanLength, "IBAN_LENGTH", "An IBAN of this country has another length: a character is missing or too many.";
    IbanChecksum, "IBAN_CHECKSUM", "The check digits do not fit: a character is mistyped or two are swapped.";
    IbanNotSepa, "IBAN_NOT_SEPA", "Banks of this country do not take SEPA transfers: choose Wise or another way.";
    BicForm, "BIC_FORM", "A BIC has 8 or 11 letters and digits. Leave it empty if you do not know it.";
    PayPalForm, "PAYPAL_FORM", "Write the e-mail address of the PayPal account, or its payer id of 13 letters and digits.";
    AccountForm, "ACCOUNT_FORM", "Write an e-mail address, an IBAN, or an account number of 4 to 34 letters and digits.";
    CurrencyUnknown, "CURRENCY_UNKNOWN", "Write the currency as three letters, such as EUR.";
    CurrencyNotEuro, "CURRENCY_NOT_EURO", "SEPA transfers are in EUR only: write EUR or choose another way.";
    CurrencyNotPayPal, "CURRENCY_NOT_PAYPAL", "PayPal does not pay out in this currency: write another one or choose another way.";
    PrefixForm, "PREFIX_FORM", "A prefix has up to 10 letters, digits and hyphens.";
}
