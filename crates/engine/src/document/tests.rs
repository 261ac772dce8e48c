//! Tax by both sides' countries, and that a PDF shows what is written and can be read by a reader of its own.

use referee_core::money::MICROS;

use super::*;

const EUR: Currency = Currency(*b"EUR");

fn tax(status: TaxStatus, country: &str) -> Tax {
    let (country, vat_id) = (country.to_owned(), String::new());
    Tax { status, country, vat_id, small_business: false, rate_ppm: 190_000, self_billing: true }
}

fn party(name: &str, country: &str) -> Party {
    let lines = vec!["Große Straße 1".into()];
    Party { name: name.into(), lines, postcode: "10115".into(), city: "Köln".into(), country: country.into() }
}

fn payer() -> Payer {
    Payer { party: party("Acme GmbH", "DE"), vat_id: "DE123456789".into(), ..Payer::default() }
}

fn document(lines: usize, name: &str) -> Document {
    let payee = Payee { party: Some(party(name, "DE")), tax: Some(tax(TaxStatus::Registered, "DE")), method: None };
    let mut bill = Bill::of(Day(20_000), Day(20_029), EUR);
    for i in 0..lines {
        bill = bill
            .line(format!("Program {i}: actions that were locked in June, Zażółć gęślą jaźń"), Money(MICROS * 1_234));
    }
    Document::of(7, (PartnerId(1), &payee), &payer(), "P-1", bill, Timestamp(1_750_000_000_000)).unwrap()
}

#[test]
fn tax_follows_from_both_sides() {
    use TaxTreatment::*;
    for (status, country, treatment) in [
        (TaxStatus::Registered, "DE", Charged { rate_ppm: 190_000 }),
        (TaxStatus::Registered, "AT", ReverseCharge),
        (TaxStatus::Registered, "US", OutsideScope),
        (TaxStatus::Unregistered, "DE", NotRegistered),
        (TaxStatus::Private, "AT", NotRegistered),
    ] {
        assert_eq!(TaxTreatment::of(&tax(status, country), &payer()), treatment, "{status:?} in {country}");
    }
    let small = Tax { small_business: true, ..tax(TaxStatus::Registered, "DE") };
    assert_eq!(TaxTreatment::of(&small, &payer()), SmallBusiness);
    assert_eq!((ReverseCharge.tax(Money(MICROS), EUR), per_cent(55_000).as_str()), (Money::ZERO, "5.5 %"));
}

#[test]
fn only_with_consent_is_it_an_invoice() {
    let of = |tax: Tax| {
        let payee = Payee { party: Some(party("Jane", "DE")), tax: Some(tax), method: None };
        let bill = Bill::of(Day(0), Day(1), EUR).line("x", Money(MICROS));
        Document::of(1, (PartnerId(1), &payee), &payer(), "P-1", bill, Timestamp(0)).unwrap()
    };
    assert_eq!(of(tax(TaxStatus::Registered, "AT")).kind, DocumentKind::SelfBilling);
    assert_eq!(of(tax(TaxStatus::Private, "AT")).kind, DocumentKind::Statement);
    let without = of(Tax { self_billing: false, ..tax(TaxStatus::Registered, "AT") });
    assert_eq!(without.kind, DocumentKind::Statement);
    assert!(without.notes().iter().any(|note| note.starts_with("Reverse charge")), "{:?}", without.notes());
}

/// Every object lies where the table at the end says, and each sheet is as long as it says.
fn check_structure(bytes: &[u8]) -> usize {
    let find = |what: &[u8]| bytes.windows(what.len()).rposition(|it| it == what).unwrap();
    assert!(bytes.starts_with(b"%PDF-1.") && bytes.ends_with(b"%%EOF"));
    let number = |from: usize| -> usize {
        let digits: String = bytes[from..].iter().map(|byte| *byte as char).take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap()
    };
    let table = number(find(b"startxref") + 10);
    assert!(bytes[table..].starts_with(b"xref\n0 "));
    let count = number(table + 7);
    let first = table + 7 + count.to_string().len() + 1;
    for i in 1..count {
        let at = number(first + 20 * i);
        assert!(bytes[at..].starts_with(format!("{i} 0 obj").as_bytes()), "object {i}");
    }
    bytes.windows(9).filter(|it| it == b"/MediaBox").count()
}

#[test]
fn a_pdf_shows_umlauts_the_euro_and_both_sides() {
    let bytes = pdf::write(&document(2, "Müller & Söhne Łódź"));
    check_structure(&bytes);
    let shows = |text: &[u8]| bytes.windows(text.len()).any(|it| it == text);
    for glyph in [&b"/udieresis"[..], b"/odieresis", b"/germandbls", b"/Euro", b"/Lslash", b"/eogonek", b"/zdotaccent"]
    {
        assert!(shows(glyph), "{}", String::from_utf8_lossy(glyph));
    }
    for text in [&b"(Self-billing invoice)"[..], b"(Acme GmbH)", b"(VAT 19 %)", b"(000007)"] {
        assert!(shows(text), "{}", String::from_utf8_lossy(text));
    }
    // A text with a sign beyond ASCII is written as the numbers of its signs.
    assert!(shows(b"/nacute /Euro]"), "the euro is sign 141");
    assert!(shows(b"<8D322C3933362E3932>"), "€2,936.92");
    assert!(bytes == pdf::write(&document(2, "Müller & Söhne Łódź")), "always the same bytes");
}

#[test]
fn a_long_document_has_several_sheets() {
    let (short, long) =
        (check_structure(&pdf::write(&document(1, "J"))), check_structure(&pdf::write(&document(90, "J"))));
    assert!(short == 1 && long > 2, "{short} and {long}");
    check_structure(&pdf::write(&document(1, &"W".repeat(70))));
    check_structure(&pdf::write(&document(1, "株式会社 Ελλάδα \u{7f} ) ( \\")));
}
