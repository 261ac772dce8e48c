//! `referee explain`: what became of an order or a click, for the person who runs the server.

mod tree;

use std::collections::HashMap;
use std::process::ExitCode;

use clap::Args;
use referee_core::id::{BrandId, PartnerId};
use referee_engine::clock::{Clock, SystemClock};
use referee_engine::error::{Error, Result};
use referee_engine::intake::keys::BrandKeys;
use referee_engine::lookup::Lookup;
use referee_engine::lookup::answer::Viewer;
use referee_engine::settings::Brand;
use referee_engine::stores::Stores as OpenStores;

use self::tree::Telling;
use super::Stores;
use crate::api::decisions::Tell;

#[derive(Args)]
pub struct Explain {
    #[command(flatten)]
    stores: Stores,
    /// An order's id, an action's, a submission's, a click's id or a click's number.
    text: String,
    /// Whose; needed where there are several brands.
    #[arg(long)]
    brand: Option<u32>,
    /// What this partner is told.
    #[arg(long)]
    partner: Option<u32>,
    /// As the API answers.
    #[arg(long)]
    json: bool,
}

pub fn run(command: Explain) -> Result<ExitCode> {
    let stores = OpenStores::open(&command.stores.load()?, &SystemClock)?;
    let (brand, keys) = wanted(stores.settings.brands()?, command.brand.map(BrandId))?;
    let config = stores.reads.config(brand.id)?;
    let viewer = command.partner.map_or(Viewer::Brand, |id| Viewer::Partner(PartnerId(id)));
    // Without the log the books still answer.
    let end = stores.log.end(brand.partition).ok();
    let applied = stores.reads.places()?.get(&brand.partition).copied().unwrap_or_default();
    let lookup = Lookup {
        reads: stores.reads.as_ref(),
        settings: &stores.settings,
        config: &config,
        keys: &keys,
        brand: brand.id,
        viewer,
        now: SystemClock.now(),
        behind: end.is_none_or(|end| applied < end),
    };
    let found = lookup.find(&command.text)?;
    let names: HashMap<PartnerId, String> =
        stores.settings.partners(brand.id)?.into_iter().map(|it| (it.id, it.name)).collect();
    if command.json {
        println!("{:#}", Tell { names, viewer }.found(&found));
    } else {
        print!("{}", Telling { names, viewer, config: &config }.found(&found));
    }
    Ok(ExitCode::SUCCESS)
}

/// The one brand there is, or the one that was named.
pub fn wanted(brands: Vec<(Brand, BrandKeys)>, wanted: Option<BrandId>) -> Result<(Brand, BrandKeys)> {
    let named: Vec<String> = brands.iter().map(|(it, _)| format!("{} {:?}", it.id, it.name)).collect();
    let several = wanted.is_none() && brands.len() > 1;
    let found = brands.into_iter().find(|(it, _)| wanted.is_none_or(|id| id == it.id)).filter(|_| !several);
    found.ok_or_else(|| Error::setup("explain an order", format!("name a brand with --brand; there are {named:?}")))
}
