//! Where an app opens for the first time: the page of the link that led to its installation.
//!
//! It is found by what names the click or the person exactly, and by nothing else: no address, no device that looks alike.

use referee_core::config::Config;
use referee_core::fact::ClickRef;
use referee_core::identity::IdentifierKind;
use referee_core::identity::profiles::Profiles;
use referee_core::program::Program;
use referee_core::row::{ClickRow, TouchKind};
use referee_core::time::Timestamp;

use crate::error::Result;
use crate::intake::click::{LinkPlace, landing_of};
use crate::intake::click_id::{Opened, open, seal};
use crate::intake::fields::Fields;
use crate::intake::install_referrer;
use crate::intake::person::{PersonContext, person};
use crate::intake::report::CLICK_FIELDS;
use crate::limits::{DEFERRED_LINK_DAYS, PROFILE_EVENTS_MAX};
use crate::lookup::Lookup;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferredLink {
    pub click_id: String,
    pub landing: String,
    pub clicked_at: Timestamp,
}

/// The last click that counts of whoever the fields name, by a click id or by an identifier of these kinds.
pub fn find(
    lookup: &Lookup<'_>,
    program: &Program,
    fields: &Fields,
    kinds: &[IdentifierKind],
) -> Result<Option<DeferredLink>> {
    if let Some(click) = click_named(lookup, program, fields) {
        // One that the books don't have yet was named by this server all the same.
        let row = lookup.reads.click(lookup.brand, click.no)?;
        if row.as_ref().is_some_and(|row| !row.counted) {
            return Ok(None);
        }
        return told(lookup, program, click, row.as_ref());
    }
    let Some(row) = last_click(lookup, program, fields, kinds)? else { return Ok(None) };
    let click = ClickRef {
        no: row.no,
        program: row.program,
        partner: row.partner,
        ad: row.ad,
        clicked_at: row.occurred_at,
        unrecorded: false,
    };
    told(lookup, program, click, Some(&row))
}

/// The click that the store handed on, or that the app has the id of.
fn click_named(lookup: &Lookup<'_>, program: &Program, fields: &Fields) -> Option<ClickRef> {
    let handed_on = install_referrer::click_id(fields, program);
    let id = handed_on.as_deref().or(fields.get(&CLICK_FIELDS))?;
    match open(lookup.keys, program.id, id) {
        Ok(Opened::Click(click)) => Some(click),
        Ok(Opened::Journey(_)) | Err(_) => None,
    }
}

fn last_click(
    lookup: &Lookup<'_>,
    program: &Program,
    fields: &Fields,
    kinds: &[IdentifierKind],
) -> Result<Option<ClickRow>> {
    let Lookup { reads, brand, config, keys, now, .. } = *lookup;
    let named = person(fields, &PersonContext { config, keys, visitor: None, journey: None });
    let (mut own, mut nodes) = (Vec::new(), Vec::new());
    for identifier in named.identifiers.iter().filter(|it| kinds.contains(&it.kind)) {
        if let Some(node) = reads.node_of(brand, identifier)? {
            own.push(node);
            nodes.extend(reads.component_of(brand, node)?);
        }
    }
    nodes.sort_unstable();
    nodes.dedup();
    // What is linked need not be one person: a device that several used is told apart by its profiles.
    let edges = reads.edges_at(brand, &nodes)?;
    let profiles = Profiles::as_of(edges.iter(), Timestamp(i64::MAX));
    let owners: Vec<_> = own.into_iter().map(|node| profiles.of(node, Timestamp(i64::MAX))).collect();
    let oldest = now.minus_days(DEFERRED_LINK_DAYS);
    let fits = |row: &ClickRow| {
        row.kind == TouchKind::Click
            && row.program == program.id
            && row.counted
            && row.occurred_at >= oldest
            && owners.contains(&profiles.of(row.node, row.occurred_at))
    };
    Ok(reads.clicks_at(brand, &nodes, PROFILE_EVENTS_MAX)?.into_iter().find(fits))
}

fn told(
    lookup: &Lookup<'_>,
    program: &Program,
    click: ClickRef,
    row: Option<&ClickRow>,
) -> Result<Option<DeferredLink>> {
    if click.clicked_at < lookup.now.minus_days(DEFERRED_LINK_DAYS) {
        return Ok(None);
    }
    let deep_link = lookup.reads.deep_link(lookup.brand, click.no)?;
    let landing =
        landing(lookup.config, program, &click, row.and_then(|row| row.slug.as_deref()), deep_link, lookup.now);
    let id = seal(lookup.keys, &click);
    Ok(id.map(|click_id| DeferredLink { click_id, landing, clicked_at: click.clicked_at }))
}

fn landing(
    config: &Config,
    program: &Program,
    click: &ClickRef,
    slug: Option<&str>,
    deep_link: Option<String>,
    now: Timestamp,
) -> String {
    let link = slug.and_then(|slug| config.links.get(&(program.id, slug.to_owned())));
    landing_of(config, LinkPlace { program, partner: click.partner, ad: click.ad, link }, deep_link, now)
}
