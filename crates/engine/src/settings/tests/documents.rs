//! Documents of payments: one for each, numbered without a gap, and kept as they were issued.

use referee_core::id::{BrandId, PaymentId, PaymentRunId, UserId};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::time::Day;

use super::payees::{give_all, party, two_partners};
use super::*;
use crate::document::{Bill, Document, DocumentFault, DocumentKind, TaxTreatment};
use crate::payee::{Party, Payer};

fn bill() -> Bill {
    Bill::of(Day(20_000), Day(20_029), Currency(*b"EUR"))
        .line("3 actions", Money(100 * MICROS))
        .line("Correction of May", Money(-MICROS / 2))
}

/// A brand that can issue, with two partners that can be billed.
fn ready(settings: &Settings) -> (BrandId, PartnerId, PartnerId) {
    let (brand, jane, other) = two_partners(settings);
    give_all(settings, brand, jane);
    give_all(settings, brand, other);
    let payer =
        Payer { party: Party { name: "Acme GmbH".into(), ..party() }, prefix: "RE-".into(), ..Payer::default() };
    settings.set_payer(brand, &payer).unwrap();
    (brand, jane, other)
}

fn issue(settings: &Settings, brand: BrandId, partner: PartnerId, payment: &str) -> Document {
    settings.issue(brand, partner, payment, bill(), NOW).unwrap().unwrap()
}

pub fn numbers_have_no_gap_and_a_payment_has_one_document(place: &Place) {
    let settings = place.open();
    let (brand, jane, other) = ready(&settings);
    let fault = |bill, partner| settings.issue(brand, partner, "P-9", bill, NOW).unwrap().err();
    let empty = Bill::of(Day(0), Day(0), Currency(*b"EUR"));
    assert_eq!(fault(empty, jane), Some(DocumentFault::NothingBilled));
    let bare = settings.create_partner(brand, None, "Bare", NOW).unwrap();
    assert_eq!(fault(bill(), bare), Some(DocumentFault::PayeeIncomplete));
    let numbers: Vec<u32> = [(jane, "P-1"), (other, "P-2"), (jane, "P-1"), (jane, "P-3")]
        .map(|(partner, payment)| issue(&settings, brand, partner, payment).number)
        .to_vec();
    assert_eq!(numbers, [1, 2, 1, 3], "what was refused took no number, and P-1 has one document");
    let first = settings.document(brand, Some(jane), 1).unwrap().unwrap();
    assert_eq!((first.name.as_str(), first.kind), ("RE-000001", DocumentKind::SelfBilling));
    assert_eq!(first.treatment, TaxTreatment::Charged { rate_ppm: 190_000 });
    let figures = (first.net(), first.tax(), first.total());
    assert_eq!(figures, (Money(99_500_000), Money(18_910_000), Money(118_410_000)));
    assert!(settings.document(brand, Some(other), 1).unwrap().is_none(), "only to its own partner");
    assert!(settings.document(BrandId(99), None, 1).unwrap().is_none());
    let of = |partner| settings.documents(brand, partner).unwrap().iter().map(|it| it.number).collect::<Vec<_>>();
    assert_eq!((of(Some(jane)), of(None)), (vec![3, 1], vec![3, 2, 1]));
    let second = settings.create_brand(&NewBrand { name: "Other".into() }, NOW).unwrap();
    let fault = settings.issue(second, jane, "P-1", bill(), NOW).unwrap().err();
    assert_eq!(fault, Some(DocumentFault::PayeeIncomplete), "details belong to one brand");
}

pub fn a_document_names_the_sum_that_was_transferred(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = ready(&settings);
    let treatment = TaxTreatment::Charged { rate_ppm: 70_000 };
    let figures = Figures { net: 99_500_000, treatment, written_at: NOW.0, written_by: 5, kind: "sepa".into() };
    settings.keep_figures(brand, PaymentRunId(3), &[(PaymentId(1), figures.clone())]).unwrap();
    assert_eq!(settings.figures(brand, PaymentRunId(3)).unwrap().get("P-1"), Some(&figures));
    assert!(settings.figures(brand, PaymentRunId(4)).unwrap().is_empty());
    assert_eq!(
        issue(&settings, brand, jane, "P-1").treatment,
        treatment,
        "as the file said, not as the details say now"
    );
    settings.cancel_document(brand, 1, NOW).unwrap().unwrap();
    let again = issue(&settings, brand, jane, "P-1");
    assert_eq!((again.number, again.treatment), (3, TaxTreatment::Charged { rate_ppm: 190_000 }));
    let all = settings.documents_of_payment(brand, "P-1").unwrap();
    assert_eq!(all.iter().map(|it| (it.number, it.cancels)).collect::<Vec<_>>(), [(1, None), (2, Some(1)), (3, None)]);
}

pub fn a_cancellation_is_a_document_of_its_own(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = ready(&settings);
    let cancel = |number| settings.cancel_document(brand, number, NOW).unwrap();
    let first = issue(&settings, brand, jane, "P-1");
    let cancelling = cancel(first.number).unwrap();
    assert_eq!((cancelling.number, cancelling.kind), (2, DocumentKind::Cancellation));
    assert_eq!(cancelling.total(), first.total().negated());
    assert_eq!(cancelling.cancels, Some((1, "RE-000001".into())));
    assert_eq!(cancel(1).unwrap().number, 2, "asked again, the same");
    assert_eq!((cancel(2).err(), cancel(9).err()), (Some(DocumentFault::Cancelled), Some(DocumentFault::NotFound)));
    assert_eq!(issue(&settings, brand, jane, "P-1").number, 3, "a payment without a document gets one");
    assert_eq!(issue(&settings, brand, jane, "P-1").number, 3);
}

pub fn what_is_issued_never_changes(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = ready(&settings);
    issue(&settings, brand, jane, "P-1");
    let page = |settings: &Settings| crate::document::pdf::write(&settings.document(brand, None, 1).unwrap().unwrap());
    let before = page(&settings);
    let married = Party { name: "Jane Roe".into(), ..party() };
    settings.set_payee(brand, jane, PayeeChange::Party(married), UserId(1), NOW).unwrap();
    settings.set_payer(brand, &Payer { prefix: "X".into(), ..Payer::default() }).unwrap();
    assert!(page(&settings) == before);
    let raw = "select content from document";
    let sealed = settings.ask("look", |db| crate::database::list(db, raw, &[], |row| Ok(row.blob(0)?.to_vec())));
    assert!(!sealed.unwrap().concat().windows(4).any(|bytes| bytes == b"Jane"), "sealed");
}
