//! Who is paid: a partner's own details, what the brand sees of them, and what a changed account brings about.

use referee_core::id::{BrandId, PartnerId};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::time::{Day, Timestamp};
use referee_engine::document::Bill;
use referee_engine::settings::Settings;

use crate::support::{Demo, Pair, Person, Reply, on_every_pair};

const FLAGS: &[&str] = &["--test-clock"];
const IBAN: &str = "DE89370400440532013000";
const OTHER_IBAN: &str = "AT611904300234573201";

on_every_pair!(
    a_changed_account_needs_the_password_and_is_held_for_a_week,
    what_is_wrong_stands_at_its_field_and_nothing_is_kept,
    only_the_partner_itself_and_who_pays_change_details,
    guessing_the_password_is_slowed_here_too,
);

fn give(person: &Person, path: &str, pairs: &[(&str, &str)]) -> Reply {
    person.post(path, pairs)
}

fn party(person: &Person, who: &str) -> Reply {
    let pairs =
        [("name", "Jane Doe"), ("line_1", "Gasse 1"), ("postcode", "10115"), ("city", "Berlin"), ("country", "de")];
    give(person, &format!("/payees/{who}/party"), &pairs)
}

fn tax(person: &Person, who: &str) -> Reply {
    let pairs =
        [("tax_status", "registered"), ("tax_country", "DE"), ("vat_id", "DE123456789"), ("self_billing", "yes")];
    give(person, &format!("/payees/{who}/tax"), &pairs)
}

fn method(person: &Person, who: &str, password: &str, more: &[(&str, &str)]) -> Reply {
    let pairs = [
        ("method", "sepa"),
        ("account", IBAN),
        ("holder", "Jane Doe"),
        ("currency", "EUR"),
        ("notify", "jane@example.com"),
        ("password", password),
    ];
    let given: Vec<_> = pairs.into_iter().filter(|(name, _)| !more.iter().any(|(it, _)| it == name)).collect();
    give(person, &format!("/payees/{who}/method"), &[&given, more].concat())
}

fn a_changed_account_needs_the_password_and_is_held_for_a_week(pair: Pair) {
    let demo = Demo::with(pair, FLAGS);
    let (owner, jane) = (demo.sign_in("/user"), demo.sign_in("/partners/2/user"));
    let password = demo.text("/partners/2/user/password");
    let own = || jane.get("/payees/own").text();
    let seen = || owner.get("/partners/3").text();
    assert!(
        own().contains("legal name and address are missing") && seen().contains("legal name and address are missing")
    );
    assert_eq!(party(&jane, "own").status, 303);
    assert!(own().contains("the tax status is missing"));
    assert_eq!(tax(&jane, "own").status, 303);
    assert!(own().contains("not said where the money goes"));
    let wrong = method(&jane, "own", "guess", &[]);
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("The password is wrong") && wrong.text().contains(IBAN), "what was typed stays");
    assert!(own().contains("not said where the money goes"));
    assert_eq!(method(&jane, "own", &password, &[]).header("location"), "/payees/own?done");
    assert!(own().contains("All that payment needs is here"), "the first account replaces none");

    let moved = method(&jane, "own", &password, &[("account", OTHER_IBAN), ("notify", "thief@example.com")]);
    assert_eq!(moved.status, 303, "{}", moved.text());
    assert!(own().contains("changed less than seven days ago") && seen().contains("changed less than seven days ago"));
    let details = owner.get("/payees/3").text();
    assert!(details.contains("AT…3201") && details.contains("Jane Doe"), "{details}");
    assert!(details.contains("account DE…3000 to AT…3201"), "the history says what was changed: {details}");
    for page in [own(), details, seen()] {
        assert!(!page.contains(IBAN) && !page.contains(OTHER_IBAN), "behind a mask");
    }
    let mail = owner.get("/mails").text();
    assert!(mail.contains("jane@example.com") && mail.contains("Your payment details were changed"), "{mail}");
    assert!(!mail.contains("thief@example.com"), "to the address of before alone");
    assert_eq!(owner.post("/mails/1", &[]).status, 303);
    assert!(!owner.get("/mails").text().contains("Mark as sent"));
    let advance = |by: &str| {
        let body = format!("{{\"advance\":\"{by}\"}}");
        assert_eq!(demo.anybody().post("/test/clock", "application/json", &body).status, 200);
    };
    advance("6d");
    assert!(seen().contains("changed less than seven days ago"));
    advance("1d");
    // The session is over as well.
    let own = demo.sign_in("/partners/2/user").get("/payees/own").text();
    assert!(own.contains("All that payment needs is here"));
}

fn what_is_wrong_stands_at_its_field_and_nothing_is_kept(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, jane) = (demo.sign_in("/user"), demo.sign_in("/partners/2/user"));
    let password = demo.text("/partners/2/user/password");
    let wrong = method(&jane, "own", &password, &[("account", "DE89370400440532013001"), ("notify", "nobody")]);
    assert_eq!(wrong.status, 422);
    let page = wrong.text();
    assert!(page.contains("The check digits do not fit") && page.contains("This is not an e-mail address"), "{page}");
    assert!(
        page.contains("value=\"DE89370400440532013001\"") && !page.contains(&password),
        "all but the password stays"
    );
    let page = jane.post("/payees/own/tax", &[("tax_status", "registered"), ("tax_country", "FR"), ("vat_id", "FR1")]);
    assert!(page.status == 422 && page.text().contains("not a VAT id of the country"));
    assert!(jane.post("/payees/own/party", &[("name", "<script>x</script>")]).text().contains("&lt;script&gt;"));
    assert!(!jane.get("/payees/own").text().contains("What was changed"));
    let payer = [("name", "Acme"), ("line_1", "Gasse 2"), ("city", "Berlin"), ("country", "DE"), ("iban", "DE1")];
    assert!(owner.post("/payer", &payer).text().contains("An IBAN of this country has another length"));
    let payer = [&payer[..4], &[("iban", IBAN), ("prefix", "RE-")]].concat();
    assert_eq!(owner.post("/payer", &payer).header("location"), "/payer?done");
    assert!(owner.get("/payer").text().contains(IBAN));
}

fn only_the_partner_itself_and_who_pays_change_details(pair: Pair) {
    let demo = Demo::on(pair);
    let (owner, jane, other) =
        (demo.sign_in("/user"), demo.sign_in("/partners/2/user"), demo.sign_in("/partners/1/user"));
    assert_eq!((party(&jane, "3").status, tax(&jane, "own").status), (303, 303));
    assert_eq!((other.get("/payees/3").status, party(&other, "3").status), (404, 404));
    assert_eq!((owner.get("/payees/own").status, owner.get("/payees/99").status), (404, 404));
    let forged = jane.client.post_form("/payees/own/party", &[("csrf", "guess"), ("name", "x")]);
    assert_eq!(forged.status, 403);
    for path in ["/payer", "/mails"] {
        assert_eq!((owner.get(path).status, jane.get(path).status), (200, 403), "{path}");
    }
    let rate = [("tax_status", "registered"), ("tax_country", "DE"), ("vat_id", "DE123456789"), ("vat_rate", "19")];
    assert_eq!(jane.post("/payees/own/tax", &rate).status, 303);
    assert!(owner.get("/payees/3").text().contains("name=\"vat_rate\" value=\"0\""), "the rate is the brand's choice");
    assert_eq!(owner.post("/payees/3/tax", &rate).status, 303);
    assert!(owner.get("/payees/3").text().contains("name=\"vat_rate\" value=\"19\""));
    let history = jane.get("/payees/own").text();
    let own_address = demo.text("/partners/2/user/email");
    assert!(history.contains(&own_address) && !history.contains(&demo.text("/user/email")), "{history}");
    let (password, wrong) = (demo.text("/user/password"), demo.text("/partners/2/user/password"));
    assert_eq!(method(&owner, "3", &wrong, &[]).status, 422, "it is the password of whoever asks");
    assert_eq!(method(&owner, "3", &password, &[]).header("location"), "/payees/3?done");
}

fn guessing_the_password_is_slowed_here_too(pair: Pair) {
    let demo = Demo::on(pair);
    let jane = demo.sign_in("/partners/2/user");
    let said = |password: &str| method(&jane, "own", password, &[]).text();
    assert!((0..10).all(|guess| said(&guess.to_string()).contains("The password is wrong")));
    assert!(said(&demo.text("/partners/2/user/password")).contains("Too many tries"));
}

/// A payment's document, issued beside the running program as the payment would.
fn issue(demo: &Demo, partner: u32, payment: &str) -> u32 {
    let settings = Settings::open(demo.folder()).expect("the settings open");
    let bill = Bill::of(Day(20_000), Day(20_029), Currency(*b"EUR")).line("3 actions", Money(100 * MICROS));
    let issued = settings.issue(BrandId(1), PartnerId(partner), payment, bill, Timestamp(1_750_000_000_000));
    issued.expect("the settings answer").expect("nothing is missing").number
}

#[test]
fn documents_are_read_by_both_sides_and_cancelled_by_who_pays() {
    let demo = Demo::start();
    let (owner, jane, other) =
        (demo.sign_in("/user"), demo.sign_in("/partners/2/user"), demo.sign_in("/partners/1/user"));
    assert!(owner.get("/documents").text().contains("No documents yet"));
    assert_eq!((party(&jane, "own").status, tax(&jane, "own").status), (303, 303));
    let payer = [("name", "Acme GmbH"), ("line_1", "Gasse 2"), ("city", "Köln"), ("country", "AT"), ("prefix", "RE-")];
    assert_eq!(owner.post("/payer", &payer).status, 303);
    assert_eq!((issue(&demo, 3, "P-1"), issue(&demo, 3, "P-1")), (1, 1));
    for person in [&owner, &jane] {
        assert!(person.get("/documents").text().contains("RE-000001"));
        let page = person.get("/documents/1").text();
        for text in ["Self-billing invoice", "Jane Doe", "Köln", "€100.00", "Reverse charge"] {
            assert!(page.contains(text), "{text}: {page}");
        }
        let pdf = person.get("/documents/1/pdf");
        assert_eq!((pdf.header("content-type"), pdf.body.starts_with(b"%PDF")), ("application/pdf", true));
        assert_eq!(pdf.header("content-disposition"), "attachment; filename=\"RE-000001.pdf\"");
    }
    assert!(jane.get("/payees/own").text().contains("RE-000001"));
    assert!(!jane.get("/documents/1").text().contains("Cancel this document"));
    assert_eq!((other.get("/documents/1").status, other.get("/documents/1/pdf").status), (404, 404));
    assert_eq!(jane.post("/documents/1/cancellation", &[]).status, 403);
    assert_eq!(owner.post("/documents/1/cancellation", &[]).header("location"), "/documents/2?done");
    assert!(jane.get("/documents/2").text().contains("This cancels document RE-000001 in full."));
    assert_eq!(owner.post("/documents/2/cancellation", &[]).status, 422);
    assert_eq!(owner.post("/documents/9/cancellation", &[]).status, 422);
}
