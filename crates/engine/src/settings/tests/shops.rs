//! Shops: their secrets are sealed, what they send is known again, and who goes to one comes back once.

use referee_core::id::EventTypeId;

use super::*;
use crate::database::list as rows;
use crate::intake::shop::CategoryFrom;

fn a_shop(settings: &Settings) -> (referee_core::id::BrandId, NewShop) {
    let brand = brand(settings);
    let program = settings.create_program(brand, None).unwrap();
    let shop = NewShop {
        domain: "made-up.myshopify.com".into(),
        program,
        event_type: EventTypeId(1),
        client_id: "id".into(),
        client_secret: Some("shpss_hush".into()),
        opens_when_paid: true,
        category: CategoryFrom::Property("range".into()),
    };
    (brand, shop)
}

pub fn a_shop_is_one_by_its_domain_and_its_secrets_are_sealed(place: &Place) {
    let settings = place.open();
    let (brand, shop) = a_shop(&settings);
    assert!(settings.set_shop(brand, &NewShop { client_secret: None, ..a_copy(&shop) }, NOW).is_err());
    let first = settings.set_shop(brand, &shop, NOW).unwrap();
    let token = ShopSecrets { token: Some("shpat_open".into()), ..first.secrets.clone() };
    settings.set_shop_state(&first.key, ShopState::Connected, token, NOW).unwrap();
    let changed = NewShop { client_secret: None, opens_when_paid: false, ..a_copy(&shop) };
    let again = settings.set_shop(brand, &changed, NOW.plus_ms(1)).unwrap();
    assert_eq!((&again.key, again.state, again.opens_when_paid), (&first.key, ShopState::Connected, false));
    assert_eq!(again.secrets.token.as_deref(), Some("shpat_open"));
    assert_eq!(again.category, CategoryFrom::Property("range".into()));
    let other_app = NewShop { client_id: "other".into(), ..a_copy(&shop) };
    assert_eq!(settings.set_shop(brand, &other_app, NOW).unwrap().secrets.token, None, "its token was the other app's");
    let sealed = settings.ask("look", |db| rows(db, "select secrets from shop", &[], |row| Ok(row.blob(0)?.to_vec())));
    let sealed = sealed.unwrap().concat();
    assert!(!String::from_utf8_lossy(&sealed).contains("hush"));
    assert_eq!(settings.shops(brand).unwrap().len(), 1);
    assert!(settings.shop("nobody").unwrap().is_none());
}

fn a_copy(shop: &NewShop) -> NewShop {
    NewShop {
        domain: shop.domain.clone(),
        client_id: shop.client_id.clone(),
        client_secret: shop.client_secret.clone(),
        category: shop.category.clone(),
        ..*shop
    }
}

pub fn what_a_shop_sent_is_known_again_for_a_while(place: &Place) {
    let settings = place.open();
    let (brand, shop) = a_shop(&settings);
    let shop = settings.set_shop(brand, &shop, NOW).unwrap();
    let delivery = ShopDelivery {
        topic: "orders/paid".into(),
        webhook_id: "w1".into(),
        received_at: NOW,
        order_id: "1".into(),
        submission: "A-1".into(),
        outcome: "kept".into(),
        detail: String::new(),
        times: 1,
    };
    settings.keep_shop_delivery(&shop.key, &delivery).unwrap();
    let again = ShopDelivery { outcome: "ignored".into(), received_at: NOW.plus_ms(1), ..delivery.clone() };
    settings.keep_shop_delivery(&shop.key, &again).unwrap();
    let kept = settings.shop_delivery(&shop.key, "orders/paid", "w1").unwrap().unwrap();
    assert_eq!(kept, ShopDelivery { times: 2, ..delivery.clone() }, "the first outcome stands");
    assert!(settings.shop_delivery(&shop.key, "orders/updated", "w1").unwrap().is_none());
    assert_eq!(settings.shop_deliveries(&shop.key).unwrap(), [kept]);
    settings.count_wrong_signature(&shop.key, NOW).unwrap();
    assert_eq!(settings.shop(&shop.key).unwrap().unwrap().signatures_wrong, 1);
    settings.clean(NOW.plus_days(31), &Retention::default()).unwrap();
    assert!(settings.shop_deliveries(&shop.key).unwrap().is_empty());
}

pub fn whoever_goes_to_a_shop_comes_back_once_and_soon(place: &Place) {
    let settings = place.open();
    let (brand, shop) = a_shop(&settings);
    let key = settings.set_shop(brand, &shop, NOW).unwrap().key;
    let state = settings.begin_shop_visit(&key, NOW).unwrap();
    assert_eq!(settings.end_shop_visit("made-up", NOW).unwrap(), None);
    assert_eq!(settings.end_shop_visit(&state, NOW).unwrap(), Some(key.clone()));
    assert_eq!(settings.end_shop_visit(&state, NOW).unwrap(), None, "once");
    let late = settings.begin_shop_visit(&key, NOW).unwrap();
    assert_eq!(settings.end_shop_visit(&late, NOW.plus_ms(16 * 60_000)).unwrap(), None, "soon");
}

pub fn what_a_shop_asks_by_law_is_sealed_and_done_once(place: &Place) {
    let settings = place.open();
    let (brand, shop) = a_shop(&settings);
    let key = settings.set_shop(brand, &shop, NOW).unwrap().key;
    let request = ShopRequest {
        shop: key.clone(),
        id: "w2".into(),
        kind: ShopRequestKind::CustomerRedact,
        payload: "{\"email\":\"ann@example.com\"}".into(),
        received_at: NOW,
        done_at: None,
        note: String::new(),
    };
    settings.keep_shop_request(brand, &request).unwrap();
    settings.keep_shop_request(brand, &request).unwrap();
    assert_eq!(settings.shop_requests(brand).unwrap(), [request]);
    let sealed =
        settings.ask("look", |db| rows(db, "select payload from shop_request", &[], |row| Ok(row.blob(0)?.to_vec())));
    assert!(!String::from_utf8_lossy(&sealed.unwrap().concat()).contains("ann"));
    assert!(settings.finish_shop_request(brand, (&key, "w2"), "erased", NOW).unwrap());
    assert!(!settings.finish_shop_request(brand, (&key, "w2"), "erased", NOW).unwrap());
    let done = settings.shop_requests(brand).unwrap().remove(0);
    assert_eq!((done.done_at, done.note.as_str()), (Some(NOW), "erased"));
    assert_eq!(done.payload, "", "whom it was about is gone");
}
