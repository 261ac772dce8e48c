//! Mail: who may send it, and what becomes of it.

use super::payees::{give_all, method, two_partners};
use super::*;
use crate::mail::MailTopic;
use crate::mail::words::Words;
use crate::payee::Method;
use crate::settings::mails::MAIL_LEASE_MS;
use referee_core::id::{BrandId, RecordNo, UserId};

/// A brand of which one mail waits.
fn one_mail(settings: &Settings) -> BrandId {
    let (brand, jane, _) = two_partners(settings);
    give_all(settings, brand, jane);
    let moved = Method { account: "AT611904300234573201".into(), ..method() };
    settings.set_payee(brand, jane, PayeeChange::Method(moved), UserId(5), NOW).unwrap();
    brand
}

pub fn a_mail_is_sent_by_one(place: &Place) {
    let settings = place.open();
    let brand = one_mail(&settings);
    assert!(settings.lease_mail(NOW.plus_ms(-1)).unwrap().is_none(), "it is not due before it was written");
    let leased = settings.lease_mail(NOW).unwrap().unwrap();
    assert_eq!((leased.mail.brand, leased.mail.recipient.as_str()), (brand, "jane@example.com"));
    assert!(settings.lease_mail(NOW).unwrap().is_none(), "somebody else is sending it");
    assert!(!settings.mark_mail_sent(brand, 1, NOW).unwrap() && !settings.retry_mail(brand, 1, NOW).unwrap());
    let later = NOW.plus_ms(MAIL_LEASE_MS);
    let again = settings.lease_mail(later).unwrap().unwrap();
    assert_eq!(again.first_tried_at, NOW);
    assert!(!settings.finish_mail(&leased, &MailOutcome::Sent, later).unwrap(), "the lease had ended");
    assert_eq!(settings.waiting_mails().unwrap(), 1);
    assert!(settings.finish_mail(&again, &MailOutcome::Sent, later).unwrap());
    let mail = settings.mails(brand, Some(MailState::Sent)).unwrap().remove(0);
    assert_eq!((mail.sent_at, mail.tries), (Some(later), 1));
    assert!(settings.mails(brand, Some(MailState::Waiting)).unwrap().is_empty());
    assert!(settings.lease_mail(NOW.plus_days(9)).unwrap().is_none() && settings.waiting_mails().unwrap() == 0);
    assert!(!settings.retry_mail(brand, 1, later).unwrap(), "what was sent is not sent again");
}

pub fn what_failed_is_seen_and_tried_again(place: &Place) {
    let settings = place.open();
    let brand = one_mail(&settings);
    let leased = settings.lease_mail(NOW).unwrap().unwrap();
    let trouble = "550 no such mailbox".to_owned();
    assert!(settings.finish_mail(&leased, &MailOutcome::Refused { trouble: trouble.clone() }, NOW).unwrap());
    let mail = settings.mails(brand, None).unwrap().remove(0);
    assert_eq!((mail.state, mail.trouble, mail.sent_at), (MailState::Refused, trouble, None));
    assert!(settings.lease_mail(NOW.plus_days(9)).unwrap().is_none());
    assert!(!settings.retry_mail(BrandId(brand.0 + 1), 1, NOW).unwrap(), "of the brand's own mail");
    assert!(settings.retry_mail(brand, 1, NOW.plus_days(9)).unwrap());
    let again = settings.lease_mail(NOW.plus_days(9)).unwrap().unwrap();
    assert_eq!((again.mail.tries, again.first_tried_at), (0, NOW.plus_days(9)), "its time begins anew");
    settings.free_mails().unwrap();
    assert!(settings.mark_mail_sent(brand, 1, NOW.plus_days(9)).unwrap(), "and somebody may still send it by hand");
}

pub fn what_went_out_is_forgotten_in_time_and_what_waits_is_not(place: &Place) {
    let settings = place.open();
    let brand = one_mail(&settings);
    let retention = Retention { mail_days: Some(40), ..Retention::default() };
    settings.clean(NOW.plus_days(400), &retention).unwrap();
    assert_eq!(settings.mails(brand, None).unwrap().len(), 1, "it waits");
    assert!(settings.mark_mail_sent(brand, 1, NOW).unwrap());
    settings.clean(NOW.plus_days(40), &retention).unwrap();
    assert_eq!(settings.mails(brand, None).unwrap().len(), 1);
    settings.clean(NOW.plus_days(41), &retention).unwrap();
    assert!(settings.mails(brand, None).unwrap().is_empty());
}

fn piece(partner: PartnerId, topic: MailTopic, about: &str) -> News {
    let words = Words { subject: about.to_owned(), body: "Look\n".into() };
    News { partner: Some(partner), topic, about: about.to_owned(), words }
}

pub fn partners_are_told_once_what_they_want_to_hear(place: &Place) {
    let settings = place.open();
    let (brand, jane, other) = two_partners(&settings);
    let person = |name: &str, role, partner| {
        let user = settings.create_user(&format!("{name}@example.com"), name, "one", NOW).unwrap();
        settings.set_role(user, brand, role, partner).unwrap();
        user
    };
    let [ann, bob, gone] = ["ann", "bob", "gone"].map(|name| person(name, Role::Partner, Some(jane)));
    person("owner", Role::Owner, None);
    person("stranger", Role::Partner, Some(other));
    settings.disable_user(gone, NOW).unwrap();
    settings.set_unwanted_mail(bob, brand, &[MailTopic::Payment, MailTopic::Return]).unwrap();
    settings.set_unwanted_mail(ann, brand, &[MailTopic::Payment]).unwrap();
    settings.set_unwanted_mail(ann, brand, &[]).unwrap();
    assert_eq!(settings.unwanted_mail(bob, brand).unwrap(), [MailTopic::Return, MailTopic::Payment]);
    assert!(settings.unwanted_mail(ann, brand).unwrap().is_empty());
    let all = || vec![piece(jane, MailTopic::Payment, "payment 1"), piece(jane, MailTopic::Offer, "offer 1")];
    assert_eq!((settings.mail_mark(brand).unwrap(), settings.untold(brand, all()).unwrap().len()), (None, 2));
    // As two couriers would that looked at the same moment.
    settings.tell(brand, &all(), Some(RecordNo(7)), NOW).unwrap();
    settings.tell(brand, &all(), Some(RecordNo(5)), NOW).unwrap();
    assert_eq!(settings.mail_mark(brand).unwrap(), Some(RecordNo(7)), "it never goes back");
    assert!(settings.untold(brand, all()).unwrap().is_empty());
    let told = settings.mails(brand, None).unwrap();
    let told: Vec<(&str, &str)> = told.iter().rev().map(|it| (it.recipient.as_str(), it.subject.as_str())).collect();
    assert_eq!(
        told,
        [("ann@example.com", "payment 1"), ("ann@example.com", "offer 1"), ("bob@example.com", "offer 1")]
    );
    let leased = settings.lease_mail(NOW).unwrap().unwrap();
    assert_eq!(leased.mail.recipient, "ann@example.com", "it is sent like any other");
    // What the brand's people are told goes to those who manage, and to no partner.
    person("viewer", Role::Viewer, None);
    let manager = person("manager", Role::Manager, None);
    let clicks = |about| vec![News { partner: None, ..piece(jane, MailTopic::Clicks, about) }];
    settings.tell(brand, &clicks("clicks 1"), None, NOW).unwrap();
    settings.set_unwanted_mail(manager, brand, &[MailTopic::Clicks]).unwrap();
    settings.tell(brand, &clicks("clicks 2"), None, NOW).unwrap();
    let told = settings.mails(brand, None).unwrap();
    let told: Vec<(&str, &str)> = told.iter().take(3).map(|it| (it.recipient.as_str(), it.subject.as_str())).collect();
    let (owner, manager) = ("owner@example.com", "manager@example.com");
    assert_eq!(told, [(owner, "clicks 2"), (owner, "clicks 1"), (manager, "clicks 1")]);
}
