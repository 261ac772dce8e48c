//! An erasure is done once more, in stores that were restored from before it: what stands at the places of its receipt is
//! what is to be replaced.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::erasure::{Named, Substitution};
use referee_core::fact::{Actor, Fact, Role};
use referee_core::id::{BrandId, RecordNo, UserId};

use super::order::note;
use super::receipt::Receipt;
use super::who::number;
use super::{Erasure, Found};
use crate::Engine;
use crate::books::Applied;
use crate::error::{Error, Result};
use crate::log::frame::unpack_facts;
use crate::log::{Position, patiently};
use crate::settings::random_bytes;

const FRAMES_AT_ONCE: usize = 256;

/// Notes the erasure of a receipt once more. None: these stores know of it, or nothing of what it names is in this log.
pub fn ask_again(engine: &Engine, receipt: &Receipt, actor: &Actor) -> Result<Option<Erasure>> {
    let (brand, id) = (BrandId(receipt.brand), receipt.service_id()?);
    if engine.settings.erasure(brand, id)?.is_some() {
        return Ok(None);
    }
    let values = values_at(engine, brand, receipt)?;
    let mut by = Substitution::default();
    let mut found = Found { identifiers: BTreeMap::new(), ..receipt.found.clone() };
    for value in values {
        match value {
            Named::Identifier(it) => {
                *found.identifiers.entry(it.kind.code().to_owned()).or_default() += 1;
                _ = by.identifiers.insert(it, random_bytes());
            }
            Named::Agent(it) => _ = by.agents.insert(it, number()),
            Named::Network(it) => _ = by.networks.insert(it, number()),
        }
    }
    let noted = if by.is_empty() { None } else { Some(note(engine, brand, &found, &by, actor)?) };
    engine.settings.note_done(brand, id, actor, &receipt.found, engine.now())?;
    Ok(noted)
}

/// Does again what receipts in the folder say, where these stores do not know of it: they were restored from before.
pub fn from_folder(engine: &Engine) -> Result<()> {
    let folder = super::receipt::folder(engine);
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
    let paths = entries.flatten().map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "json"));
    for path in paths {
        let failed = |error| Error::unavailable(format!("read {}", path.display()), error);
        let receipt = Receipt::read(&std::fs::read_to_string(&path).map_err(failed)?)?;
        let (brand, id) = (BrandId(receipt.brand), receipt.service_id()?);
        if !engine.routing().brands.contains_key(&brand) {
            continue;
        }
        let reason = format!("by the receipt {id}");
        let actor = Actor { user: UserId(0), role: Role::Operator, reason };
        if ask_again(engine, &receipt, &actor)?.is_some() {
            tracing::warn!(erasure = %id, "these stores were restored from before an erasure: it is done again");
        }
    }
    Ok(())
}

/// What stands at a receipt's places, where the log holds the records that it means.
fn values_at(engine: &Engine, brand: BrandId, receipt: &Receipt) -> Result<BTreeSet<Named>> {
    let places: BTreeMap<RecordNo, _> = receipt.places()?.into_iter().map(|it| (it.record, it)).collect();
    let partition = engine.partition_of(brand)?;
    let (mut values, mut applied, mut no) = (BTreeSet::new(), Applied::default(), 0);
    let mut after = Position::default();
    // Its own record shows that the copy is of after it, and has nothing left.
    let own = receipt.id.clone();
    loop {
        let frames = patiently(|| engine.log().read(partition, after, FRAMES_AT_ONCE))?;
        let Some((last, _)) = frames.last() else { return Ok(values) };
        after = *last;
        for (_, frame) in &frames {
            if !applied.note(frame.id) {
                continue;
            }
            for (id, mut draft) in unpack_facts(frame)?.into_iter().filter(|(_, draft)| draft.brand == brand) {
                no += 1;
                if let Fact::SubjectServed(it) = &draft.fact
                    && it.id.to_string() == own
                {
                    return Ok(Default::default());
                }
                let Some(place) = places.get(&RecordNo(no)).filter(|place| place.fact == id) else { continue };
                let here = Substitution::values_of(&mut draft.fact);
                values.extend(place.slots.iter().filter_map(|(slot, _)| here.get(*slot as usize).copied()));
            }
        }
    }
}
