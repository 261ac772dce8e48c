//! Payment details: sealed, held after a change, and told to whoever stood there before.

use referee_core::id::{BrandId, PaymentRunId, UserId};
use referee_core::money::Currency;

use super::*;
use crate::database::list as rows;
use crate::payee::{HOLD_DAYS, Method, MethodKind, Party, PaymentBlock, Tax, TaxStatus};

const BY: UserId = UserId(5);
const IBAN: &str = "DE89370400440532013000";

pub fn party() -> Party {
    let (name, city, country) = ("Jane Doe".into(), "Berlin".into(), "DE".into());
    Party { name, lines: vec!["Gasse 1".into()], postcode: "10115".into(), city, country }
}

pub fn tax() -> Tax {
    let (country, vat_id) = ("DE".into(), "DE123456789".into());
    Tax { status: TaxStatus::Registered, country, vat_id, small_business: false, rate_ppm: 190_000, self_billing: true }
}

pub fn method() -> Method {
    let (account, holder, notify) = (IBAN.into(), "Jane Doe".into(), "jane@example.com".into());
    Method { kind: MethodKind::Sepa, account, bic: String::new(), holder, currency: Currency(*b"EUR"), notify }
}

/// A brand with two partners.
pub fn two_partners(settings: &Settings) -> (BrandId, PartnerId, PartnerId) {
    let brand = brand(settings);
    let partner = |name| settings.create_partner(brand, None, name, NOW).unwrap();
    (brand, partner("Trail Notes"), partner("Deal Harbour"))
}

pub fn give_all(settings: &Settings, brand: BrandId, partner: PartnerId) {
    for change in [PayeeChange::Party(party()), PayeeChange::Tax(tax()), PayeeChange::Method(method())] {
        settings.set_payee(brand, partner, change, BY, NOW).unwrap();
    }
}

fn all_bytes(settings: &Settings) -> Vec<u8> {
    let sql = "select details from payee";
    settings.ask("look", |db| rows(db, sql, &[], |row| Ok(row.blob(0)?.to_vec()))).unwrap().concat()
}

pub fn details_are_sealed_and_belong_to_one_partner(place: &Place) {
    let settings = place.open();
    let (brand, jane, other) = two_partners(&settings);
    give_all(&settings, brand, jane);
    let holds = |word: &str| all_bytes(&settings).windows(word.len()).any(|bytes| bytes == word.as_bytes());
    assert!(!holds(IBAN) && !holds("Jane"), "sealed");
    let kept = settings.payee(brand, jane).unwrap();
    assert!(kept.payee.method == Some(method()) && kept.payee.tax == Some(tax()));
    assert_eq!(settings.payees(brand).unwrap().keys().copied().collect::<Vec<_>>(), [jane]);
    settings.set_payee(brand, other, PayeeChange::Party(party()), BY, NOW).unwrap();
    let swap = "update payee set details = (select details from payee as it where it.partner = ?1) where partner = ?2";
    settings.change("swap", |db| db.run(swap, values![jane.0, other.0])).unwrap();
    assert!(settings.payee(brand, other).is_err(), "nobody's account in another's place");
    let stranger = settings.set_payee(brand, PartnerId(99), PayeeChange::Party(party()), BY, NOW);
    assert!(stranger.is_err(), "only of the brand's own partners");
}

pub fn a_changed_account_is_announced_and_held(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = two_partners(&settings);
    let block = |now| settings.payment_block(brand, jane, now).unwrap();
    give_all(&settings, brand, jane);
    assert_eq!((block(NOW), settings.mails(brand, None).unwrap().len()), (None, 0), "the first account replaces none");
    settings.set_payee(brand, jane, PayeeChange::Method(method()), BY, NOW).unwrap();
    assert_eq!(
        (block(NOW), settings.payee_changes(brand, jane).unwrap().len()),
        (None, 3),
        "the same again is no change"
    );
    let moved = Method { account: "AT611904300234573201".into(), notify: "thief@example.com".into(), ..method() };
    settings.set_payee(brand, jane, PayeeChange::Method(moved), BY, NOW).unwrap();
    let until = NOW.plus_days(HOLD_DAYS);
    assert_eq!(block(NOW), Some(PaymentBlock::AccountChanged { until }));
    assert_eq!(block(until.plus_ms(-1)), Some(PaymentBlock::AccountChanged { until }));
    assert_eq!(block(until), None);
    let mail = settings.mails(brand, None).unwrap().remove(0);
    assert_eq!((mail.recipient.as_str(), mail.sent_at), ("jane@example.com", None), "to the old address");
    assert!(mail.body.contains("AT…3201") && !mail.body.contains("AT6119"), "{}", mail.body);
    let change = settings.payee_changes(brand, jane).unwrap().remove(0);
    assert_eq!(change.fields, "account DE…3000 to AT…3201; address for mail j…@example.com to t…@example.com");
    assert_eq!((change.user, change.at), (BY, NOW));
    assert!(settings.mark_mail_sent(brand, mail.number, NOW).unwrap());
    assert!(!settings.mark_mail_sent(brand, mail.number, NOW).unwrap());
    let alone = Method { holder: String::new(), account: "AT611904300234573201".into(), ..method() };
    settings.set_payee(brand, jane, PayeeChange::Method(alone), BY, until).unwrap();
    assert_eq!(settings.mails(brand, None).unwrap()[0].recipient, "thief@example.com");
    assert!(settings.payee_changes(brand, jane).unwrap()[0].fields.ends_with("account holder"));
}

pub fn what_is_missing_is_asked_for_in_order(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = two_partners(&settings);
    let block = || settings.payment_block(brand, jane, NOW).unwrap();
    assert_eq!(block(), Some(PaymentBlock::DetailsMissing));
    settings.set_payee(brand, jane, PayeeChange::Party(party()), BY, NOW).unwrap();
    assert_eq!(block(), Some(PaymentBlock::TaxStatusMissing));
    settings.set_payee(brand, jane, PayeeChange::Tax(tax()), BY, NOW).unwrap();
    assert_eq!(block(), Some(PaymentBlock::AccountMissing));
    settings.set_payee(brand, jane, PayeeChange::Method(method()), BY, NOW).unwrap();
    assert_eq!(block(), None);
    let fields: Vec<String> = settings.payee_changes(brand, jane).unwrap().into_iter().map(|it| it.fields).collect();
    assert_eq!(fields[2], "legal name; address");
    assert_eq!(
        fields[0],
        "way of payment Bank transfer (SEPA); account DE…3000; currency EUR; address for mail j…@example.com; account holder"
    );
}

pub fn a_copy_holds_details_mail_and_changes(place: &Place) {
    let settings = place.open();
    let (brand, jane, _) = two_partners(&settings);
    give_all(&settings, brand, jane);
    let moved = Method { account: "AT611904300234573201".into(), ..method() };
    settings.set_payee(brand, jane, PayeeChange::Method(moved), BY, NOW).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = Settings::open_file(folder.path(), &place.key()).unwrap();
    copy.join(&settings).unwrap();
    copy.copy_from(&settings).unwrap();
    assert!(copy.payee(brand, jane).unwrap().payee == settings.payee(brand, jane).unwrap().payee);
    assert_eq!((copy.mails(brand, None).unwrap().len(), copy.payee_changes(brand, jane).unwrap().len()), (1, 4));
    copy.copy_from(&settings).unwrap();
}

/// What came with version 5.
const NEW_TABLES: [&str; 11] = [
    "certificate",
    "acme_account",
    "acme_challenge",
    "acme_order",
    "tracking_domain",
    "erasure_place",
    "erasure",
    "shop_visit",
    "shop_request",
    "shop_delivery",
    "shop",
];

#[test]
fn a_file_of_an_earlier_version_gets_what_came_later() {
    let newest = NEW_TABLES.map(|table| format!("drop table {table}; ")).concat();
    let latest = "alter table token drop column partner; alter table token drop column used_at; drop table mail_unwanted; drop table mail_mark; drop table mail; \
        create table mail (brand integer not null references brand (id), number integer not null, \
        recipient text not null, subject text not null, body text not null, created_at integer not null, \
        sent_at integer, primary key (brand, number)) strict, without rowid; \
        insert into mail values (1, 1, 'jane@example.com', 'Old', 'Told', 5, 7), (1, 2, 'jane@example.com', 'Old', 'Not', 6, null)";
    let later = format!("{latest}; drop table payment_figures");
    let all = format!(
        "{later}; drop table payee; drop table payee_change; drop table payer; drop table mail; drop table document; \
         drop table import_line; drop table import; drop table note"
    );
    for (version, dropped) in [(1, all.as_str()), (2, &later), (3, latest), (4, "")] {
        an_earlier_file_gets_what_came_later(version, &format!("{newest}{dropped}"));
    }
}

fn an_earlier_file_gets_what_came_later(version: i32, dropped: &str) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings::open(folder.path()).unwrap();
    let (brand, jane, _) = two_partners(&settings);
    drop(settings);
    let mut file = Sqlite::open(&folder.path().join("settings.db")).unwrap();
    file.run_script(dropped).unwrap();
    file.run_script(&format!("pragma user_version = {version}")).unwrap();
    drop(file);
    let settings = Settings::open(folder.path()).unwrap();
    give_all(&settings, brand, jane);
    assert_eq!(settings.payment_block(brand, jane, NOW).unwrap(), None);
    assert_eq!(settings.imports(brand, None, 10).unwrap(), []);
    assert!(settings.figures(brand, PaymentRunId(1)).unwrap().is_empty());
    assert!(settings.certificates().unwrap().is_empty());
    assert!(settings.tokens_of(brand, Some(jane)).unwrap().is_empty());
    let states: Vec<MailState> = settings.mails(brand, None).unwrap().iter().map(|mail| mail.state).collect();
    let kept: &[MailState] = if matches!(version, 1 | 4) { &[] } else { &[MailState::Waiting, MailState::Sent] };
    assert_eq!(settings.erasures(brand, 10).unwrap().len(), 0);
    assert_eq!(states, kept, "what somebody sent is not sent again");
}

#[test]
fn a_server_of_the_version_before_is_taken_along_in_place() {
    let rig = referee_rig::Postgres::start();
    rig.create_database("settings");
    let server = Server::new(&rig.url_of("settings")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("referee.key");
    let settings = Settings::open_on(&server, &key).unwrap();
    let (brand, jane, _) = two_partners(&settings);
    give_all(&settings, brand, jane);
    drop(settings);
    let newest = NEW_TABLES.map(|table| format!("drop table {table}; ")).concat();
    let earlier = "alter table token drop column partner, drop column used_at; drop table mail_unwanted; drop table mail_mark; drop index mail_about; drop index mail_due; \
        alter table mail drop column state, drop column tries, drop column first_tried_at, drop column due_at, \
        drop column leased_until, drop column trouble, drop column about; \
        insert into mail values (1, 1, 'jane@example.com', 'Old', 'Told', 5, 7), (1, 2, 'jane@example.com', 'Old', 'Not', 6, null); \
        update referee_store set version = 3 where name = 'settings'";
    server.connect().unwrap().run_script(&format!("{newest}{earlier}")).unwrap();
    let settings = Settings::open_on(&server, &key).unwrap();
    let states: Vec<MailState> = settings.mails(brand, None).unwrap().iter().map(|mail| mail.state).collect();
    assert_eq!(states, [MailState::Waiting, MailState::Sent]);
    let other = tempfile::tempdir().unwrap();
    let copy = Settings::open_file(other.path(), &key).unwrap();
    copy.join(&settings).unwrap();
    copy.copy_from(&settings).unwrap();
    assert_eq!(copy.lease_mail(NOW).unwrap().unwrap().mail.number, 2, "columns have the same order on both");
    drop(settings);
    server.connect().unwrap().run_script("update referee_store set version = 2 where name = 'settings'").unwrap();
    let Err(error) = Settings::open_on(&server, &key) else { panic!("it was opened") };
    assert!(error.to_string().contains("run `backup` with the older program"), "{error}");
}
