//! Every check of what is typed, by what it lets through and what it names.

use super::*;

/// Later pairs take the place of earlier ones.
fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().rev().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn codes<T>(checked: Result<T, Vec<Fault>>) -> Vec<String> {
    let faults = checked.err().unwrap_or_default();
    faults.iter().map(|fault| format!("{}: {}", fault.field, fault.reason.code())).collect()
}

const PARTY: [(&str, &str); 5] =
    [("name", "Müller & Söhne"), ("line_1", "Gasse 1"), ("postcode", "10115"), ("city", "Berlin"), ("country", "de")];
const SEPA: [(&str, &str); 5] = [
    ("method", "sepa"),
    ("account", "de89 3704 0044 0532 0130 00"),
    ("holder", "Müller & Söhne"),
    ("currency", "eur"),
    ("notify", "pay@example.com"),
];

fn method(pairs: &[(&str, &str)]) -> Vec<String> {
    codes(check_method(&typed(&[&SEPA[..], pairs].concat()), None))
}

#[test]
fn a_party_has_a_name_and_an_address() {
    let party = check_party(&typed(&PARTY)).unwrap();
    assert_eq!((party.country.as_str(), party.lines.len()), ("DE", 1));
    assert_eq!(
        codes(check_party(&typed(&[]))),
        ["name: TEXT_MISSING", "line_1: TEXT_MISSING", "city: TEXT_MISSING", "country: COUNTRY_UNKNOWN"]
    );
    let long = "x".repeat(71);
    let party = [&PARTY[..], &[("name", long.as_str()), ("country", "ZZ")]].concat();
    assert_eq!(codes(check_party(&typed(&party))), ["name: TEXT_TOO_LONG", "country: COUNTRY_UNKNOWN"]);
    let party = [&PARTY[..], &[("name", "A\r\nBcc: x")]].concat();
    assert_eq!(check_party(&typed(&party)).unwrap().name, "A  Bcc: x");
}

#[test]
fn ibans_are_checked_by_country_length_and_digits() {
    assert_eq!(method(&[]), [""; 0]);
    let kept = check_method(&typed(&SEPA), None).unwrap();
    assert_eq!((kept.account.as_str(), kept.masked().as_str()), ("DE89370400440532013000", "DE…3000"));
    for good in
        ["AT611904300234573201", "NL91ABNA0417164300", "GB29NWBK60161331926819", "MT84MALT011000012345MTLCAST001S"]
    {
        assert_eq!(method(&[("account", good)]), [""; 0], "{good}");
    }
    for (iban, code) in [
        ("DE89370400440532013001", "IBAN_CHECKSUM"),
        ("DE89370400440532010300", "IBAN_CHECKSUM"),
        ("DE8937040044053201300", "IBAN_LENGTH"),
        ("DE89-3704-0044-0532-0130-00", "IBAN_CHECKSUM"),
        ("ZZ89370400440532013000", "IBAN_COUNTRY"),
        ("Ü89370400440532013000", "IBAN_COUNTRY"),
        ("8", "IBAN_COUNTRY"),
        ("BR1800360305000010009795493C1", "IBAN_NOT_SEPA"),
        ("", "TEXT_MISSING"),
    ] {
        assert_eq!(method(&[("account", iban)]), [format!("account: {code}")], "{iban}");
    }
}

#[test]
fn what_belongs_to_each_way_of_payment_is_checked() {
    assert_eq!(method(&[("method", "cheque")]), ["method: METHOD_MISSING"]);
    assert_eq!(method(&[("bic", "COBADEFFXXX")]), [""; 0]);
    for bic in ["COBADEF", "COBA1EFF", "COBADEFFXX"] {
        assert_eq!(method(&[("bic", bic)]), ["bic: BIC_FORM"], "{bic}");
    }
    assert_eq!(method(&[("holder", "")]), ["holder: TEXT_MISSING"]);
    assert_eq!(method(&[("currency", "USD")]), ["currency: CURRENCY_NOT_EURO"]);
    assert_eq!(method(&[("currency", "EURO")]), ["currency: CURRENCY_UNKNOWN"]);
    let paypal_in = |code: &str| method(&[("method", "paypal"), ("account", "jane@example.com"), ("currency", code)]);
    assert_eq!((paypal_in("JPY"), paypal_in("INR")), (vec![], vec!["currency: CURRENCY_NOT_PAYPAL".to_owned()]));
    for mail in ["", "a", "a@b", "a b@c.de", "a@b..de", "=a@b.de", "a@b.de\r\nBcc: c@d.de", "a@@b.de", "<a@b.de>"] {
        assert_eq!(method(&[("notify", mail)]), ["notify: EMAIL_FORM"], "{mail}");
    }
    let paypal = |account: &str| method(&[("method", "paypal"), ("currency", "USD"), ("account", account)]);
    assert_eq!((paypal("a@b.example"), paypal("ABCDEFGH23456")), (vec![], vec![]));
    assert_eq!(
        (paypal("a@b"), paypal("ABC")),
        (vec!["account: PAYPAL_FORM".into()], vec!["account: PAYPAL_FORM".into()])
    );
    let wise = |account: &str| method(&[("method", "wise"), ("currency", "BRL"), ("account", account)]);
    for good in ["a@b.example", "BR1800360305000010009795493C1", "12345678"] {
        assert_eq!(wise(good), [""; 0], "{good}");
    }
    assert_eq!(wise("12"), ["account: ACCOUNT_FORM"]);
    assert_eq!(wise("DE89370400440532013001"), ["account: IBAN_CHECKSUM"]);
    assert_eq!(method(&[("method", "other"), ("currency", "JPY"), ("account", "by hand")]), [""; 0]);
    assert_eq!(method(&[("method", "other"), ("account", "")]), ["account: TEXT_MISSING"]);
}

#[test]
fn an_account_that_is_left_empty_stays() {
    let before = check_method(&typed(&SEPA), None).unwrap();
    let empty = [&SEPA[..], &[("account", ""), ("notify", "new@example.com")]].concat();
    let after = check_method(&typed(&empty), Some(&before)).unwrap();
    assert!(after.account == before.account && after.notify == "new@example.com");
    let other = [&empty[..], &[("method", "paypal")]].concat();
    assert_eq!(codes(check_method(&typed(&other), Some(&before))), ["account: TEXT_MISSING"]);
}

#[test]
fn vat_ids_have_the_form_of_their_country() {
    let tax = |country: &str, id: &str| {
        codes(check_tax(&typed(&[("tax_status", "registered"), ("tax_country", country), ("vat_id", id)]), 0))
    };
    for (country, id) in [
        ("AT", "ATU12345678"),
        ("BE", "BE0123456789"),
        ("BG", "BG123456789"),
        ("CY", "CY12345678X"),
        ("CZ", "CZ12345678"),
        ("DE", "de 123 456 789"),
        ("DK", "DK12345678"),
        ("EE", "EE123456789"),
        ("ES", "ESX1234567X"),
        ("FI", "FI12345678"),
        ("FR", "FRXX123456789"),
        ("GR", "EL123456789"),
        ("HR", "HR12345678901"),
        ("HU", "HU12345678"),
        ("IE", "IE1234567WA"),
        ("IT", "IT12345678901"),
        ("LT", "LT123456789012"),
        ("LU", "LU12345678"),
        ("LV", "LV12345678901"),
        ("MT", "MT12345678"),
        ("NL", "NL123456789B01"),
        ("PL", "PL1234567890"),
        ("PT", "PT123456789"),
        ("RO", "RO1234"),
        ("SE", "SE123456789012"),
        ("SI", "SI12345678"),
        ("SK", "SK1234567890"),
        ("GB", "XI123456789"),
        ("CH", "CHE-123.456.789"),
    ] {
        assert_eq!(tax(country, id), [""; 0], "{id}");
        if is_in_eu(country) {
            assert_eq!(tax(country, &format!("{id}0000000")), ["vat_id: VAT_ID_FORM"], "{id} is too long");
            assert_eq!(tax(country, &id[2..]), ["vat_id: VAT_ID_FORM"], "{id} without its letters");
        }
    }
    for (country, id) in [("DE", ""), ("DE", "AT U12345678"), ("GR", "GR123456789"), ("US", "12<34")] {
        assert_eq!(tax(country, id), ["vat_id: VAT_ID_FORM"], "{id}");
    }
}

#[test]
fn a_tax_status_is_chosen_and_the_rate_is_the_brands() {
    let tax = |pairs: &[(&str, &str)]| check_tax(&typed(&[&[("tax_country", "DE")], pairs].concat()), 70_000);
    assert_eq!(codes(tax(&[])), ["tax_status: TAX_STATUS_MISSING"]);
    assert_eq!(codes(tax(&[("tax_status", "private"), ("vat_id", "DE123456789")])), ["vat_id: VAT_ID_UNEXPECTED"]);
    assert_eq!(tax(&[("tax_status", "private")]).unwrap().rate_ppm, 70_000);
    for (text, ppm) in [("19", 190_000), ("5.5 %", 55_000), ("0", 0), ("7,7", 77_000), ("50", 500_000)] {
        assert_eq!(tax(&[("tax_status", "private"), ("vat_rate", text)]).unwrap().rate_ppm, ppm, "{text}");
    }
    for text in ["51", "-1", "x", "5.12345", "."] {
        assert_eq!(codes(tax(&[("tax_status", "private"), ("vat_rate", text)])), ["vat_rate: RATE_FORM"], "{text}");
    }
}

#[test]
fn a_payer_may_have_no_account_but_no_wrong_one() {
    let payer = |pairs: &[(&str, &str)]| codes(check_payer(&typed(&[&PARTY[..], pairs].concat())));
    assert_eq!(payer(&[]), [""; 0]);
    assert_eq!(
        payer(&[("iban", "DE89 3704 0044 0532 0130 00"), ("vat_id", "DE123456789"), ("prefix", "RE-")]),
        [""; 0]
    );
    assert_eq!(
        payer(&[("iban", "DE1"), ("bic", "X"), ("vat_id", "DE1"), ("prefix", "Ä")]),
        ["vat_id: VAT_ID_FORM", "iban: IBAN_LENGTH", "bic: BIC_FORM", "prefix: PREFIX_FORM"]
    );
}

#[test]
fn masks_and_prints_give_nothing_away() {
    for (account, masked) in
        [("jane@example.com", "j…@example.com"), ("DE89370400440532013000", "DE…3000"), ("1234", "…")]
    {
        assert_eq!(mask(account), masked);
    }
    let method = check_method(&typed(&SEPA), None).unwrap();
    let payee = Payee { method: Some(method.clone()), ..Payee::default() };
    assert_eq!(format!("{payee:?} {method:?}"), "Payee(…) Method(…)");
}
