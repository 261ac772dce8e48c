//! The same, whichever database keeps the settings.

use referee_core::fact::Role;
use referee_core::id::{PartnerId, ProgramId};

use std::path::PathBuf;

use super::*;

mod documents;
mod mails;
mod payees;
mod shops;
use crate::intake::keys::BrandKeys;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

type Open = Box<dyn Fn(&Path) -> Result<Settings>>;

/// Where a new installation's settings lie, in a file or on a server.
struct Place {
    folder: tempfile::TempDir,
    open: Open,
}

impl Place {
    fn open(&self) -> Settings {
        (self.open)(self.folder.path()).unwrap()
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("referee.key")
    }
}

const CHECKS: [fn(&Place); 24] = [
    keys_survive_a_restart_and_need_the_master_key,
    epochs_never_repeat,
    ids_of_another_platform_are_kept_and_taken_once,
    a_password_opens_its_own_account_only,
    sessions_end_by_time_sign_out_and_a_new_password,
    a_revoked_token_is_not_found,
    a_partners_token_is_of_one_partner_and_one_brand,
    refused_reports_are_found_by_order_and_forgotten_in_time,
    a_file_is_worked_on_by_one_and_forgotten_in_time,
    payees::details_are_sealed_and_belong_to_one_partner,
    payees::a_changed_account_is_announced_and_held,
    payees::what_is_missing_is_asked_for_in_order,
    documents::numbers_have_no_gap_and_a_payment_has_one_document,
    documents::a_cancellation_is_a_document_of_its_own,
    documents::a_document_names_the_sum_that_was_transferred,
    documents::what_is_issued_never_changes,
    payees::a_copy_holds_details_mail_and_changes,
    mails::a_mail_is_sent_by_one,
    mails::what_failed_is_seen_and_tried_again,
    mails::partners_are_told_once_what_they_want_to_hear,
    shops::a_shop_is_one_by_its_domain_and_its_secrets_are_sealed,
    shops::what_a_shop_sent_is_known_again_for_a_while,
    shops::whoever_goes_to_a_shop_comes_back_once_and_soon,
    shops::what_a_shop_asks_by_law_is_sealed_and_done_once,
];

#[test]
fn in_a_file() {
    for check in CHECKS {
        check(&Place { folder: tempfile::tempdir().unwrap(), open: Box::new(Settings::open) });
    }
}

#[test]
fn on_a_server() {
    let rig = referee_rig::Postgres::start();
    for (i, check) in CHECKS.into_iter().enumerate() {
        let name = format!("settings_{i}");
        rig.create_database(&name);
        let server = Server::new(&rig.url_of(&name)).unwrap();
        let open = move |folder: &Path| Settings::open_on(&server, &folder.join("referee.key"));
        check(&Place { folder: tempfile::tempdir().unwrap(), open: Box::new(open) });
    }
}

fn brand(settings: &Settings) -> referee_core::id::BrandId {
    settings.create_brand(&NewBrand { name: "Acme".into() }, NOW).unwrap()
}

fn keys_survive_a_restart_and_need_the_master_key(place: &Place) {
    let settings = place.open();
    brand(&settings);
    let before = settings.brands().unwrap().remove(0).1;
    drop(settings);
    let after = place.open().brands().unwrap().remove(0).1;
    let hash = |keys: &BrandKeys| crate::intake::identifier::journey(keys, referee_core::id::ClickNo(1));
    assert_eq!((hash(&before), before.click_ids), (hash(&after), after.click_ids));
    std::fs::remove_file(place.key()).unwrap();
    assert!(matches!((place.open)(place.folder.path()), Err(Error::Setup(_))));
}

fn epochs_never_repeat(place: &Place) {
    let settings = place.open();
    assert_eq!((settings.next_epoch().unwrap(), settings.next_epoch().unwrap()), (1, 2));
    drop(settings);
    assert_eq!(place.open().next_epoch().unwrap(), 3);
}

fn ids_of_another_platform_are_kept_and_taken_once(place: &Place) {
    let settings = place.open();
    let brand = brand(&settings);
    assert_eq!(settings.create_program(brand, Some(ProgramId(101_010))).unwrap(), ProgramId(101_010));
    assert_eq!(settings.create_program(brand, None).unwrap(), ProgramId(1));
    assert_eq!(settings.create_program(brand, Some(ProgramId(i32::MAX as u32))).unwrap(), ProgramId(i32::MAX as u32));
    assert_eq!(settings.create_program(brand, None).unwrap(), ProgramId(2));
    assert!(matches!(settings.create_program(brand, Some(ProgramId(101_010))), Err(Error::Setup(_))));
    assert!(matches!(settings.create_program(brand, Some(ProgramId(u32::MAX))), Err(Error::Setup(_))));
    assert_eq!(settings.create_partner(brand, Some(PartnerId(7)), "Trail Notes", NOW).unwrap(), PartnerId(7));
}

fn a_password_opens_its_own_account_only(place: &Place) {
    let settings = place.open();
    let brand = brand(&settings);
    let user = settings.create_user("Ann@Example.com", "Ann", "correct horse", NOW).unwrap();
    settings.set_role(user, brand, Role::Manager, None).unwrap();
    assert!(settings.verify_password("ann@example.com ", "correct horse").unwrap().is_some());
    assert!(settings.verify_password("ann@example.com", "wrong").unwrap().is_none());
    assert!(settings.verify_password("bob@example.com", "correct horse").unwrap().is_none());
    assert!(settings.create_user("ANN@example.com", "Ann", "x", NOW).is_err());
    assert_eq!(settings.roles_of(user).unwrap()[0].role, Role::Manager);
}

fn sessions_end_by_time_sign_out_and_a_new_password(place: &Place) {
    let settings = place.open();
    let user = settings.create_user("ann@example.com", "Ann", "one", NOW).unwrap();
    let session = settings.begin_session(user, NOW).unwrap();
    assert!(settings.find_session(&session.token, NOW).unwrap().is_some());
    assert!(settings.find_session(&session.token, NOW.plus_days(SESSION_DAYS)).unwrap().is_none());
    settings.set_password(user, "two").unwrap();
    assert!(settings.find_session(&session.token, NOW).unwrap().is_none());
    let session = settings.begin_session(user, NOW).unwrap();
    settings.end_session(&session.token).unwrap();
    assert!(settings.find_session(&session.token, NOW).unwrap().is_none());
}

fn a_revoked_token_is_not_found(place: &Place) {
    let settings = place.open();
    let brand = brand(&settings);
    let token = settings.create_token(brand, TokenKind::Api, "ci", &["read"], NOW).unwrap();
    assert_eq!(settings.find_token(&token.secret).unwrap().unwrap().scopes, ["read"]);
    assert!(settings.revoke_token(brand, None, token.id, NOW).unwrap());
    assert!(settings.find_token(&token.secret).unwrap().is_none());
    assert!(settings.tokens_of(brand, None).unwrap()[0].revoked);
}

fn a_partners_token_is_of_one_partner_and_one_brand(place: &Place) {
    let settings = place.open();
    let (brand, other_brand) = (brand(&settings), brand(&settings));
    let partner = settings.create_partner(brand, None, "Trail Notes", NOW).unwrap();
    let other = settings.create_partner(brand, None, "Sole Search", NOW).unwrap();
    let make = |partner, name: &str| settings.create_partner_token(brand, partner, name, &["read"], NOW);
    let token = make(partner, " feed ").unwrap();
    let found = settings.find_token(&token.secret).unwrap().unwrap();
    assert_eq!(
        (found.brand, found.partner, found.kind, &*found.name),
        (brand, Some(partner), TokenKind::Partner, "feed")
    );
    assert!(
        found.account_sid.starts_with("MP")
            && !settings.tokens_of(brand, None).unwrap().iter().any(|it| it.id == token.id)
    );
    assert_eq!(settings.tokens_of(brand, Some(partner)).unwrap()[0].account_sid, found.account_sid);
    assert!(settings.tokens_of(brand, Some(other)).unwrap().is_empty());
    assert!(make(partner, " ").is_err() && make(partner, &"x".repeat(101)).is_err());
    // Without a membership it opens nothing.
    let stray = settings.create_partner_token(other_brand, partner, "stray", &["read"], NOW).unwrap();
    assert!(settings.find_token(&stray.secret).unwrap().is_none());

    settings.token_used(token.id, NOW.plus_days(1)).unwrap();
    settings.token_used(token.id, NOW).unwrap();
    assert_eq!(settings.find_token(&token.secret).unwrap().unwrap().used_at, Some(NOW.plus_days(1)));
    for n in 1..20 {
        make(partner, &n.to_string()).unwrap();
    }
    assert!(matches!(make(partner, "one too many"), Err(Error::Setup(_))));
    assert!(make(other, "its own").is_ok());
    for (brand, partner) in [(brand, None), (brand, Some(other)), (other_brand, Some(partner))] {
        assert!(!settings.revoke_token(brand, partner, token.id, NOW).unwrap());
    }
    assert!(settings.revoke_token(brand, Some(partner), token.id, NOW).unwrap());
    assert!(settings.find_token(&token.secret).unwrap().is_none());
    assert!(make(partner, "after one was revoked").is_ok());
}

fn refused_reports_are_found_by_order_and_forgotten_in_time(place: &Place) {
    let settings = place.open();
    let brand = brand(&settings);
    let report = RefusedReport {
        id: "A-1".into(),
        brand,
        program: None,
        received_at: NOW,
        kind: "conversion".into(),
        order_id: "1001".into(),
        errors: "[]".into(),
        payload: "{}".into(),
    };
    settings.keep_refused(&report).unwrap();
    assert_eq!(settings.refused_of_order(brand, "1001", 10).unwrap().len(), 1);
    settings.clean(NOW.plus_days(crate::limits::REFUSED_REPORT_DAYS + 1)).unwrap();
    assert!(settings.find_refused(brand, "A-1").unwrap().is_none());
}

fn a_file_is_worked_on_by_one_and_forgotten_in_time(place: &Place) {
    use crate::import::upload::{Upload, accept};
    use crate::import::{By, ImportKind, ImportState};
    let settings = place.open();
    let (brand, other) = (brand(&settings), brand(&settings));
    let keep = |content: &str| {
        let (kind, content) = (ImportKind::Changes, content.as_bytes());
        let (by, mapping, columns) = (By::token("ci"), Default::default(), Default::default());
        let upload = Upload { brand, kind, name: "a.csv", content, by, mapping, columns };
        let (import, _) = accept(&upload, NOW).unwrap();
        (settings.keep_import(&NewImport { import: &import, content }).unwrap(), import)
    };
    let (_, import) = keep("order,amount\nA,1");
    let (again, _) = keep("order,amount\nA,1");
    let (_, left) = keep("order,amount\nB,1");
    assert_eq!(again, Err(import.id.clone()), "the same file is here already");
    assert_eq!(settings.find_import(brand, &import.id).unwrap(), Some(import.clone()));
    assert_eq!(settings.find_import(other, &import.id).unwrap(), None);
    assert_eq!(settings.import_content(other, &import.id).unwrap(), None);
    let step = (ImportState::Uploaded, ImportState::Applying);
    let begin = |brand| settings.begin_import(brand, &import.id, step, &By::default(), NOW).unwrap();
    assert_eq!((begin(other), begin(brand), begin(brand)), (false, true, false), "each step is taken once");
    let import = settings.find_import(brand, &import.id).unwrap().unwrap();
    let lease = settings.lease_import(&import, None, NOW).unwrap().unwrap();
    assert_eq!(settings.lease_import(&import, None, NOW).unwrap(), None, "somebody has it");
    assert_eq!(settings.waiting_imports(NOW).unwrap(), []);
    let later = NOW.plus_ms(60_000);
    assert_eq!(settings.waiting_imports(later).unwrap(), [(brand, import.id.clone())], "the lease has ended");
    let seen = settings.find_import(brand, &import.id).unwrap().unwrap();
    assert!(settings.lease_import(&seen, None, later).unwrap().is_some());
    assert_eq!(settings.lease_import(&import, Some(lease), later).unwrap(), None, "somebody took over");
    settings.clean(NOW.plus_days(crate::limits::IMPORT_DAYS + 1)).unwrap();
    assert_eq!(settings.find_import(brand, &left.id).unwrap(), None);
    assert!(settings.find_import(brand, &import.id).unwrap().is_some());
    assert_eq!(settings.import_content(brand, &import.id).unwrap(), None);
}
