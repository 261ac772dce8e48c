//! A program with every field filled.

use referee_core::id::ProgramId;
use referee_core::money::Currency;
use referee_core::program::{PATH_PREFIX, Program, Standing, TAG_NAME};
use referee_core::time::{Timestamp, Zone};

use super::NOON;

pub fn program() -> Program {
    Program {
        id: ProgramId(7),
        name: "Acme Shoes".into(),
        currency: Currency(*b"EUR"),
        zone: Zone { name: "Europe/Berlin".into(), offsets: vec![(Timestamp(i64::MIN), 60), (NOON, 120)] },
        standing: Standing::Active,
        default_landing_url: "https://www.shop.example/".into(),
        permitted_hosts: vec!["*.shop.example".into()],
        tracking_hosts: vec!["go.shop.example".into()],
        click_param: "pt".into(),
        cookie_days: 30,
        path_prefix: "shop".into(),
        tag_name: "shop.js".into(),
        shop_hosts: vec!["www.shop.example".into()],
    }
}

pub fn as_version_1_had_it(program: &mut Program) {
    (program.path_prefix, program.tag_name) = (PATH_PREFIX.into(), TAG_NAME.into());
    program.shop_hosts = Vec::new();
}
