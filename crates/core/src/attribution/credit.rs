//! Which of the candidates are credited, and with what share.

use crate::fact::{Conversion, Record};
use crate::refusal::Refusal;
use crate::row::WHOLE_PPM;
use crate::slice::Slice;

use super::candidates::Found;
use super::decide::{Winner, winner};
use super::touchpoint::eligible;

/// Gives every candidate its share or the reason why it has none. None: there was no candidate that could have one.
pub(super) fn judge(
    slice: &Slice,
    record: &Record,
    report: &Conversion,
    found: &mut [Found],
    settled: bool,
) -> Option<Result<Vec<Winner>, Refusal>> {
    let mut winners = Vec::new();
    for it in found {
        match eligible(&slice.config, record, report, &it.click) {
            Err(refusal) => it.candidate.lost = Some(refusal),
            Ok(_) if settled || !winners.is_empty() => it.candidate.lost = Some(Refusal::OtherRefPrioritized),
            Ok(price) => {
                it.candidate.share_ppm = WHOLE_PPM;
                winners.push(winner(it.click.partner, it.evidence, Some(it.click.clone()), price));
            }
        }
    }
    if winners.is_empty() { None } else { Some(Ok(winners)) }
}
