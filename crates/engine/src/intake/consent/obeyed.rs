//! A click of somebody who agreed to nothing, from where the law wants a yes first and from where it wants a no.

use std::collections::HashMap;
use std::sync::Arc;

use referee_core::config::{Config, ConfigEntry, Partner};
use referee_core::consent::ConsentRules;
use referee_core::fact::{Click, Fact};
use referee_core::id::{BrandId, ClickNo, PartnerId, ProgramId, RecordNo};
use referee_core::money::Currency;
use referee_core::program::{PATH_PREFIX, Program, Standing, TAG_NAME};
use referee_core::time::{Timestamp, Zone};

use crate::intake::click::{Answer, ClickRequest, Given, Redirect, decide};
use crate::intake::keys::BrandKeys;
use crate::intake::network::Network;
use crate::log::Raw;
use crate::routing::{Directory, PartitionId, Routing};

const HOST: &str = "go.shop.com";
const COOKIE: &str = "0123456789abcdef0123456789abcdef";

fn routing(reward: bool) -> Routing {
    let (brand, program, partner) = (BrandId(1), ProgramId(7), PartnerId(9));
    let mut config = Config::default();
    config.set(ConfigEntry::Program(Program {
        id: program,
        name: "Shop".into(),
        currency: Currency(*b"EUR"),
        zone: Zone::default(),
        standing: Standing::Active,
        default_landing_url: "https://www.shop.com/".into(),
        permitted_hosts: Vec::new(),
        tracking_hosts: vec![HOST.into()],
        click_param: "pt".into(),
        cookie_days: 30,
        path_prefix: PATH_PREFIX.into(),
        tag_name: TAG_NAME.into(),
        shop_hosts: Vec::new(),
    }));
    config.set(ConfigEntry::Partner(Partner { id: partner, standing: Standing::Active, channel: false, reward }));
    config.set(ConfigEntry::Consent(ConsentRules::by_region(program)));
    let keys = Arc::new(BrandKeys::new([1; 32], vec![(1, [2; 64])]));
    let directory = Directory {
        brands: vec![(brand, PartitionId(1), keys)],
        programs: HashMap::from([(program, brand)]),
        unverified: Default::default(),
        proved: Default::default(),
    };
    Routing::default().with_directory(&directory).with_config(brand, &config, RecordNo(1))
}

fn clicked(reward: bool, country: &[u8; 2], query: &str, gpc: &str) -> (Redirect, Click, Raw) {
    let request = ClickRequest {
        host: HOST,
        path: "/c/9/1/7",
        query,
        address: "192.0.2.77",
        network: Network { country: *country, ..Network::default() },
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
        referrer: "https://blog.example/boots?reader=ann",
        fetch_mode: "navigate",
        visitor: Some(COOKIE),
        gpc,
        ..ClickRequest::default()
    };
    let given = Given { now: Timestamp(1_800_000_000_000), no: ClickNo(5), new_visitor: Default::default() };
    match decide(&routing(reward), &request, given) {
        Answer::Redirect(redirect) => {
            let raw = redirect.draft.raw.clone().expect("it is there");
            let Fact::ClickRecorded(click) = redirect.draft.fact.clone() else { panic!("it is a click") };
            (redirect, click, raw)
        }
        _ => panic!("the visitor is sent on"),
    }
}

#[test]
fn a_german_who_says_nothing_is_not_followed() {
    let (redirect, click, raw) = clicked(false, b"DE", "SubId1=spring", "");
    assert_eq!((redirect.set_visitor.is_none(), redirect.clear_visitor), (true, false), "silence takes nothing back");
    assert_eq!(redirect.location(false), "https://www.shop.com/");
    assert_eq!((click.visitor, click.signals.agent_key, click.signals.network), (None, 0, 0));
    assert!(!click.signals.returning && click.signals.country == *b"DE" && click.sub_ids[0] == "spring");
    assert_eq!((raw.address.as_str(), raw.user_agent.as_str(), raw.referrer.as_str()), ("192.0.2.0/24", "", ""));
    assert!(click.invalid().is_none(), "it counts");
}

#[test]
fn an_american_is_until_the_browser_says_no() {
    let (redirect, click, raw) = clicked(false, b"US", "", "");
    assert!(redirect.set_visitor.is_some() && redirect.location(false).contains("?pt="));
    assert!(click.visitor.is_some() && click.signals.agent_key != 0 && raw.address == "192.0.2.77");
    let (redirect, click, _) = clicked(false, b"US", "", "1");
    assert!(redirect.set_visitor.is_none() && redirect.clear_visitor && !redirect.location(false).contains("pt="));
    assert!(click.visitor.is_none());
}

#[test]
fn who_asks_a_german_for_a_reward_has_the_click_and_no_more() {
    let (redirect, click, raw) = clicked(true, b"DE", "", "");
    assert!(redirect.set_visitor.is_none() && redirect.location(false).contains("?pt="));
    assert!(click.visitor.is_none() && click.signals.agent_key == 0 && raw.user_agent.is_empty());
}
