//! Pages of the brand's site that were seen: they show who is who, and which clicks arrived.

use crate::click;
use crate::fact::{Record, Visit};
use crate::id::{AdId, PartnerId};
use crate::identity::{Sighting, graph};
use crate::payable;
use crate::refusal::Refusal;
use crate::row::{Rollup, RollupKey};
use crate::slice::Slice;

pub(crate) fn record(slice: &mut Slice, record: &Record, visit: &Visit) -> Option<Refusal> {
    let Some(program) = slice.config.programs.get(&visit.program) else {
        return Some(Refusal::CampaignNotFound);
    };
    let day = program.zone.day(record.occurred_at);
    let click = visit.click.map(|click| click::node_of(slice, record, click));
    if let Some(click) = visit.click {
        payable::land(slice, click.no);
        let not_landed = slice.clicks.get(&click.no).is_some_and(|row| row.landed_at.is_none());
        if not_landed && let Some(row) = slice.clicks.edit(&click.no) {
            row.landed_at = Some(record.occurred_at);
        }
    }
    let sighting = Sighting::of_visit(&slice.config, visit);
    sighting.count_left_out(slice, record, visit.program);
    graph::see(slice, record, record.occurred_at, &sighting, click, None);
    let key = RollupKey { program: visit.program, day, partner: PartnerId(0), ad: AdId(0) };
    slice.count(key, Rollup { visits: 1, ..Rollup::default() });
    None
}
