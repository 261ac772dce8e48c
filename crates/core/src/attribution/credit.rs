//! Which of the candidates are credited.

use crate::fact::{Conversion, Record};
use crate::refusal::Refusal;
use crate::slice::Slice;

use super::candidates::Found;
use super::decide::{Winner, winner};
use super::touchpoint::eligible;

/// Gives every candidate its reason; the last click that has none wins. None: there was no candidate that could.
pub(super) fn judge(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    found: &mut [Found],
    settled: bool,
) -> Option<Result<Winner, Refusal>> {
    let mut won = None;
    for it in found {
        match eligible(&slice.config, record, report, &it.click) {
            Err(refusal) => it.candidate.lost = Some(refusal),
            Ok(_) if settled || won.is_some() => it.candidate.lost = Some(Refusal::OtherRefPrioritized),
            Ok(price) => won = Some(winner(report, it.click.partner, it.evidence, Some(it.click.clone()), price)),
        }
    }
    won.map(Ok)
}
