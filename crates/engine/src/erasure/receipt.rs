//! What was done, without any value: for whoever asked, and for older copies of the log, in which it is to be done again.

use std::io::Write;
use std::path::PathBuf;

use referee_core::id::{RecordNo, ServiceId};
use serde::{Deserialize, Serialize};

use super::place::PlaceOf;
use super::{Erasure, Found};
use crate::Engine;
use crate::error::{Error, Result};
use crate::log::names::iso;

/// Places read at once.
const PLACES_AT_ONCE: u32 = 1_000;
const FORMAT: &str = "referee erasure 1";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub format: String,
    pub id: String,
    pub brand: u32,
    pub asked_at: String,
    pub record: u64,
    pub found: Found,
    pub places: Vec<ReceiptPlace>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptPlace {
    pub record: u64,
    pub fact: String,
    /// Pairs of numbers, as `slot:token`.
    pub slots: String,
}

impl Receipt {
    pub fn of(engine: &Engine, erasure: &Erasure) -> Result<Receipt> {
        let (mut places, mut after) = (Vec::new(), RecordNo(0));
        loop {
            let page = engine.settings.places(erasure.brand, erasure.id, after, PLACES_AT_ONCE)?;
            let Some(last) = page.last() else { break };
            after = last.record;
            let place =
                |it: &PlaceOf| ReceiptPlace { record: it.record.0, fact: it.fact.to_string(), slots: it.slots_text() };
            places.extend(page.iter().map(place));
        }
        Ok(Receipt {
            format: FORMAT.to_owned(),
            id: erasure.id.to_string(),
            brand: erasure.brand.0,
            asked_at: iso(erasure.asked_at),
            record: erasure.record.unwrap_or_default().0,
            found: erasure.found.clone(),
            places,
        })
    }

    pub fn read(text: &str) -> Result<Receipt> {
        let damaged = |cause: String| Error::setup("read a receipt of an erasure", cause);
        let receipt: Receipt = serde_json::from_str(text).map_err(|error| damaged(error.to_string()))?;
        match receipt.format == FORMAT {
            true => Ok(receipt),
            false => Err(damaged(format!("it is of format {:?}, this program knows {FORMAT:?}", receipt.format))),
        }
    }

    pub fn service_id(&self) -> Result<ServiceId> {
        self.id.parse().map_err(|()| Error::setup("read a receipt of an erasure", "its id is damaged"))
    }

    pub fn places(&self) -> Result<Vec<PlaceOf>> {
        self.places.iter().map(|it| PlaceOf::read(RecordNo(it.record), &it.fact, &it.slots)).collect()
    }
}

/// Where receipts lie: beside the stores, so that they outlive them and are copied along.
pub fn folder(engine: &Engine) -> PathBuf {
    engine.folder.join("erasures")
}

/// Keeps a receipt in a file, flushed.
pub(super) fn write(engine: &Engine, erasure: &Erasure) -> Result<()> {
    let folder = folder(engine);
    let path = folder.join(format!("{}-{}.json", erasure.brand, erasure.id));
    let failed = |error| Error::unavailable(format!("write {}", path.display()), error);
    let text = serde_json::to_string(&Receipt::of(engine, erasure)?);
    let text = text.map_err(|error| Error::corrupt("write a receipt", error))?;
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
