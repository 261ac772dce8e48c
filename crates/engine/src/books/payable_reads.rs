//! What readers ask of clicks that are paid for themselves.

use referee_core::fact::PayableFilter;
use referee_core::id::{BrandId, ClickNo, PartnerId, ProgramId, ReviewId};
use referee_core::row::{
    ClickCountKey, ClickDayKey, ClickDayRow, ClickDoubtRow, ClickTally, GroupBy, PayableClickRow, PayableState,
    ReviewRow,
};
use referee_core::time::Day;

use super::reads::Period;
use crate::error::Result;

/// The place of a click among those of its program: by day, then partner, then number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PayablePlace {
    pub day: Day,
    pub partner: PartnerId,
    pub click: ClickNo,
}

impl PayablePlace {
    pub fn of(row: &PayableClickRow) -> PayablePlace {
        PayablePlace { day: row.day, partner: row.partner, click: row.no }
    }
}

/// Clicks that people may still decide on.
#[derive(Debug, Clone, Copy)]
pub struct Reviewable<'a> {
    pub program: ProgramId,
    pub filter: &'a PayableFilter,
    /// What was decided on them; pending: nothing yet.
    pub state: PayableState,
}

pub trait PayableReads: Send + Sync {
    /// Days whose clicks wait for a review, of a program or of all, in the order of their deadlines.
    fn open_click_days(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        partner: Option<PartnerId>,
    ) -> Result<Vec<(ClickDayKey, ClickDayRow)>>;
    /// All days of a period, open or closed, in their order.
    fn click_days(&self, brand: BrandId, period: Period) -> Result<Vec<(ClickDayKey, ClickDayRow)>>;
    /// Pending clicks by what they have in common, the most first.
    fn click_groups(&self, brand: BrandId, period: Period, by: GroupBy, most: u32)
    -> Result<Vec<(String, ClickTally)>>;
    /// The pending clicks of one of these groups.
    fn click_group(&self, brand: BrandId, period: Period, by: GroupBy, value: &str) -> Result<ClickTally>;
    /// Clicks of open days in the order of their places, after one on.
    fn reviewable(
        &self,
        brand: BrandId,
        which: Reviewable<'_>,
        after: PayablePlace,
        most: u32,
    ) -> Result<Vec<PayableClickRow>>;
    /// All clicks of a period in the order of their places, after one on.
    fn payables(&self, brand: BrandId, period: Period, after: PayablePlace, most: u32) -> Result<Vec<PayableClickRow>>;
    fn payable(&self, brand: BrandId, no: ClickNo) -> Result<Option<PayableClickRow>>;
    /// What became of the clicks of a period, in the order of their keys.
    fn click_counts(&self, brand: BrandId, period: Period) -> Result<Vec<(ClickCountKey, ClickTally)>>;
    /// Newest first, from before one on.
    fn reviews(
        &self,
        brand: BrandId,
        program: Option<ProgramId>,
        before: Option<ReviewId>,
        most: u32,
    ) -> Result<Vec<ReviewRow>>;
    fn review(&self, brand: BrandId, id: ReviewId) -> Result<Option<ReviewRow>>;
    /// What statistics found of partners' days of a period, newest first.
    fn click_doubts(&self, brand: BrandId, period: Period, most: u32) -> Result<Vec<ClickDoubtRow>>;
}
