//! A bonus or a flat fee, as forms and programs name it.

use referee_core::fact::AwardKind;
use referee_core::id::PartnerId;
use referee_core::time::Day;
use referee_engine::intake::day::day_text;
use referee_engine::limits::ORDER_ID_CHARS_MAX;

pub fn kind(name: &str) -> Result<AwardKind, &'static str> {
    match name {
        "bonus" => Ok(AwardKind::Bonus),
        "fee" => Ok(AwardKind::Fee),
        _ => Err("It is a bonus or a fee."),
    }
}

/// The brand's own name of it. Without one it is named after its kind, its month and the partner, so that what is sent twice
/// is given once.
pub fn reference(said: &str, kind: AwardKind, partner: PartnerId, today: Day) -> Result<String, &'static str> {
    let said = said.trim();
    if said.chars().count() > ORDER_ID_CHARS_MAX {
        return Err("A reference has at most 64 characters.");
    }
    if said.chars().any(char::is_control) {
        return Err("A reference has no control characters.");
    }
    if !said.is_empty() {
        return Ok(said.to_owned());
    }
    let kind = if kind == AwardKind::Bonus { "bonus" } else { "fee" };
    let month: String = day_text(today).chars().take(7).collect();
    Ok(format!("{kind}-{month}-{partner}"))
}
