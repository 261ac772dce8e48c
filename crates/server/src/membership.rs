//! What of a brand's set-up one of its partners sees: the programs that it has terms of, and its links there.

use referee_core::config::Config;
use referee_core::contract::Terms;
use referee_core::id::{AdId, PartnerId, ProgramId};
use referee_core::program::{Ad, Program, Standing};

use crate::app::App;

/// Whether a program is the partner's to know, by any terms it ever had or was offered. A brand knows all of its own.
pub fn joined(config: &Config, program: ProgramId, partner: Option<PartnerId>) -> bool {
    partner.is_none() || config.terms.contains_key(&(program, partner))
}

/// A link that earns something now.
pub struct TrackingLink<'a> {
    pub ad: &'a Ad,
    pub program: &'a Program,
    pub url: String,
    /// Its short links.
    pub short: Vec<String>,
}

/// The links of a partner: to every active ad of a program that it joined and that has a host for links.
pub fn tracking_links<'a>(app: &App, config: &'a Config, partner: PartnerId) -> Vec<TrackingLink<'a>> {
    let channel = config.is_channel(partner);
    // What was only offered earns nothing yet.
    let bound = |versions: &Vec<Terms>| versions.iter().any(|it| it.binds_from().is_some());
    let earns = |program: &Program| channel || config.terms.get(&(program.id, Some(partner))).is_some_and(bound);
    let active = config.ads.values().filter(|ad| ad.standing == Standing::Active);
    let link = |ad: &'a Ad| {
        let program = config.programs.get(&ad.program).filter(|it| earns(it))?;
        let url = format!("{}/c/{partner}/{}/{}", link_base(app, program)?, ad.id, program.id);
        // Short links are of a host of their own.
        let origin = link_host(app, program).map(|host| app.origin(host));
        let slugs = slugs(config, partner, (program.id, ad.id));
        let short = slugs.filter_map(|slug| Some(format!("{}/{slug}", origin.as_ref()?))).collect();
        Some(TrackingLink { ad, program, url, short })
    };
    active.filter_map(link).collect()
}

/// The host to show links on: the first that is served, as one that nobody proved yet leads nowhere.
pub fn link_host<'a>(app: &App, program: &'a Program) -> Option<&'a String> {
    let routing = app.engine.routing();
    let mut hosts = program.tracking_hosts.iter();
    hosts.find(|host| routing.program_on(host, program.id).is_some()).or(program.tracking_hosts.first())
}

/// What the addresses of a program's links begin with: a host of its own, or its path on the shop's.
fn link_base(app: &App, program: &Program) -> Option<String> {
    let of_shop = || Some(format!("{}/{}", app.origin(program.shop_hosts.first()?), program.path_prefix));
    link_host(app, program).map(|host| app.origin(host)).or_else(of_shop)
}

fn slugs(config: &Config, partner: PartnerId, (program, ad): (ProgramId, AdId)) -> impl Iterator<Item = &String> {
    let own = config.links.values().filter(move |it| (it.partner, it.program, it.ad) == (partner, program, ad));
    own.filter(|it| it.standing == Standing::Active).map(|it| &it.slug)
}
