//! What is told of a small history, from its log to the answers.

use referee_core::id::{BrandId, PartnerId};
use referee_core::time::Timestamp;

use super::Lookup;
use super::answer::{Answer, Viewer};
use super::told::{Found, Who};
use crate::books::conformance::history;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Source};
use crate::intake::submission::submission_name;
use crate::log::frame::{Encoded, pack};
use crate::log::{Draft, FrameId};
use crate::routing::PartitionId;
use crate::settings::NewBrand;
use crate::stores::Stores;
use crate::transfer::catch_up;

const PARTNER: PartnerId = PartnerId(11);
const STRANGER: PartnerId = PartnerId(12);

fn stores(folder: &std::path::Path) -> Stores {
    let config = Config::new(Source { data: Some(folder.to_owned()), ..Source::default() }).unwrap();
    let stores = Stores::open(&config, &SystemClock).unwrap();
    stores.settings.create_brand(&NewBrand { name: "Acme".into() }, Timestamp(0)).unwrap();
    stores.reload_placement().unwrap();
    let drafts: Vec<Encoded> = history()
        .into_iter()
        .map(|it| {
            let (brand, actor, fact) = (it.brand, it.actor, it.fact);
            let (received_at, occurred_at) = (it.received_at, it.occurred_at);
            Encoded::of(&Draft { brand, received_at, occurred_at, actor, fact, raw: None })
        })
        .collect();
    let frame = pack(FrameId { edge: 1, epoch: 1, n: 1 }, 1, &drafts, SystemClock.now()).unwrap();
    stores.log.copy(PartitionId(1), vec![frame]).unwrap();
    catch_up(&stores, &|_| {}).unwrap();
    stores
}

fn find(stores: &Stores, viewer: Viewer, behind: bool, text: &str) -> Found {
    let (brand, keys) = stores.settings.brands().unwrap().remove(0);
    let config = stores.reads.config(brand.id).unwrap();
    let now = Timestamp(i64::MAX / 2);
    let lookup = Lookup {
        reads: stores.reads.as_ref(),
        settings: &stores.settings,
        config: &config,
        keys: &keys,
        brand: BrandId(1),
        viewer,
        now,
        behind,
    };
    lookup.find(text).unwrap()
}

#[test]
fn every_state_has_its_answer() {
    let folder = tempfile::tempdir().unwrap();
    let stores = stores(folder.path());
    let answer = |viewer, behind, text: &str| find(&stores, viewer, behind, text).said.answer;
    assert_eq!(answer(Viewer::Brand, false, "order-3"), Answer::Paid);
    assert_eq!(answer(Viewer::Brand, false, " order-3 "), Answer::Paid, "blanks around it are none of its name");
    assert_eq!(answer(Viewer::Brand, false, "order-39"), Answer::EarnedNothing, "the settle time is over");
    assert_eq!(answer(Viewer::Brand, false, "order-4711"), Answer::NeverReceived);
    assert_eq!(answer(Viewer::Brand, false, ""), Answer::NeverReceived);
    assert_eq!(answer(Viewer::Brand, true, "order-4711"), Answer::BeingDecided, "the books are behind the log");
    assert_eq!(answer(Viewer::Brand, true, "order-3"), Answer::Paid, "what is known is told");
    assert_eq!(answer(Viewer::Partner(PARTNER), false, "order-3"), Answer::Paid);
    for unknown in ["order-3", "order-39", "order-4711", "1.1.1", "1003"] {
        let told = answer(Viewer::Partner(STRANGER), false, unknown);
        assert_eq!(told, Answer::NothingOfYours, "{unknown}: nobody can try which orders there are");
    }
}

#[test]
fn an_order_a_submission_an_action_and_a_click_lead_to_one_another() {
    let folder = tempfile::tempdir().unwrap();
    let stores = stores(folder.path());
    let by_order = find(&stores, Viewer::Brand, false, "order-7");
    let action = by_order.orders[0].actions[0].action.clone();
    let by_action = find(&stores, Viewer::Brand, false, &action.id.to_string());
    assert_eq!(by_action.orders, by_order.orders);
    let submission = stores.reads.submissions(BrandId(1), 100).unwrap();
    let of_order = submission.iter().find(|it| it.order.as_ref().is_some_and(|order| order.order_id == "order-7"));
    let by_submission = find(&stores, Viewer::Brand, false, &submission_name(of_order.unwrap().id));
    assert_eq!((by_submission.orders, by_submission.submission.as_ref()), (by_order.orders.clone(), of_order));
    let click = action.click.unwrap();
    let by_click = find(&stores, Viewer::Brand, false, &click.to_string());
    assert!(by_click.click.unwrap().orders.contains(&by_order.orders[0].order));
    assert_eq!(by_order.orders[0].decisions[0].credits[0].who, Who::Partner(PARTNER));
}

#[test]
fn others_are_told_without_name() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = stores(folder.path()).reads.config(BrandId(1)).unwrap();
    let stranger = Viewer::Partner(STRANGER);
    assert_eq!(stranger.who(PARTNER, &config), Who::AnotherPartner);
    config.partners.entry(PARTNER).and_modify(|it| it.channel = true);
    assert_eq!(stranger.who(PARTNER, &config), Who::AnotherChannel);
    assert_eq!(Viewer::Partner(PARTNER).who(PARTNER, &config), Who::Partner(PARTNER));
    assert_eq!(Viewer::Brand.who(PARTNER, &config), Who::Partner(PARTNER));
}
