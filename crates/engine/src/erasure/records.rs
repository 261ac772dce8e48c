//! What the log holds of a person: for whoever asks for its own data.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::erasure::{Named, Substitution};
use referee_core::fact::Fact;
use referee_core::id::{BrandId, ClickNo};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::time::Timestamp;

use super::who::Who;
use crate::Engine;
use crate::error::Result;
use crate::limits::SUBJECT_RECORDS_MAX;
use crate::log::frame::unpack;
use crate::log::json::to_json_line;
use crate::log::{Draft, Position, patiently};

const FRAMES_AT_ONCE: usize = 256;

/// What the log says of somebody, in its order.
#[derive(Default)]
pub struct Records {
    /// Each as a line of JSON, with what its request said of itself while that is kept.
    pub lines: Vec<String>,
    /// When each identifier was seen for the first and the last time.
    pub seen: BTreeMap<Identifier, (Timestamp, Timestamp)>,
    /// There are more than are told.
    pub cut: bool,
}

/// Reads the whole log of a brand.
pub fn records_of(engine: &Engine, brand: BrandId, who: &Who) -> Result<Records> {
    let partition = engine.partition_of(brand)?;
    let clicks: BTreeSet<ClickNo> = who.clicks.iter().map(|it| it.no).collect();
    let (mut records, mut after) = (Records::default(), Position::default());
    loop {
        let frames = patiently(|| engine.log().read(partition, after, FRAMES_AT_ONCE))?;
        let Some((last, _)) = frames.last() else { return Ok(records) };
        after = *last;
        for (_, frame) in &frames {
            for (id, mut draft) in unpack(frame)?.into_iter().filter(|(_, draft)| draft.brand == brand) {
                if !records.take(&mut draft, who, &clicks) {
                    continue;
                }
                match records.lines.len() < SUBJECT_RECORDS_MAX {
                    true => records.lines.push(to_json_line(&id, &draft)?),
                    false => records.cut = true,
                }
            }
        }
    }
}

impl Records {
    /// Whether a record is about the person, and about no other customer as well.
    fn take(&mut self, draft: &mut Draft, who: &Who, clicks: &BTreeSet<ClickNo>) -> bool {
        if !matches!(
            draft.fact,
            Fact::ClickRecorded(_)
                | Fact::ImpressionRecorded(_)
                | Fact::VisitRecorded(_)
                | Fact::ConversionReported(_)
                | Fact::ShopOrderSeen(_)
                | Fact::ShopCheckoutSeen(_)
        ) {
            return false;
        }
        let values = Substitution::values_of(&mut draft.fact).into_iter();
        let all: Vec<Identifier> =
            values.filter_map(|it| if let Named::Identifier(it) = it { Some(it) } else { None }).collect();
        let own: Vec<Identifier> = all.iter().copied().filter(|it| who.identifiers.contains_key(it)).collect();
        let of_click =
            matches!(&draft.fact, Fact::ClickRecorded(it) | Fact::ImpressionRecorded(it) if clicks.contains(&it.no));
        let is_other = |it: &Identifier| it.kind == IdentifierKind::CustomerId && !who.identifiers.contains_key(it);
        if (own.is_empty() && !of_click) || all.iter().any(is_other) {
            return false;
        }
        for it in own {
            let at = draft.occurred_at;
            let seen = self.seen.entry(it).or_insert((at, at));
            *seen = (seen.0.min(at), seen.1.max(at));
        }
        true
    }
}
