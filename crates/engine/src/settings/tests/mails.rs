//! Mail: who may send it, and what becomes of it.

use super::payees::{give_all, method, two_partners};
use super::*;
use crate::payee::Method;
use crate::settings::mails::MAIL_LEASE_MS;
use referee_core::id::{BrandId, UserId};

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
