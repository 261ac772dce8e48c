//! Evidence that is stronger than any click.

use crate::fact::{Conversion, Record};
use crate::program::Standing;
use crate::refusal::Refusal;
use crate::row::Evidence;
use crate::slice::Slice;

use super::decide::{Winner, winner};
use super::touchpoint::price_for;

/// The brand says who earns it.
pub(super) fn forced(slice: &Slice, record: &Record, report: &Conversion) -> Option<Result<Winner, Refusal>> {
    let partner = report.forced_partner?;
    let price = price_for(&slice.config, record, report, partner);
    Some(price.map(|price| winner(partner, Evidence::ForcedPartner, None, price)))
}

/// A code belongs to one partner, who earns what is bought with it. A code that pays nothing leaves it to the clicks.
pub(super) fn by_promo_code(slice: &Slice, record: &Record, report: &Conversion) -> Option<Result<Winner, Refusal>> {
    let code = slice.config.promo_codes.get(&(report.program, report.promo_code.clone()))?;
    if code.standing == Standing::Paused {
        return None;
    }
    let price = price_for(&slice.config, record, report, code.partner).ok()?;
    Some(Ok(winner(code.partner, Evidence::PromoCode, None, price)))
}
