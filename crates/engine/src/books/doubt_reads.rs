//! What statistics and re-screening ask of clicks, and of the orders that followed them.

use referee_core::id::{BrandId, ClickNo, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::row::ClickRow;
use referee_core::time::{Day, Timestamp};

use super::reads::Period;
use crate::error::Result;

/// Orders that are a partner's by a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClickOrders {
    pub partner: PartnerId,
    pub orders: u64,
    /// Those that came soon after their click.
    pub soon: u64,
}

/// From a moment until before another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

pub trait DoubtReads: Send + Sync {
    /// Clicks of which this became, by day and partner; None: they are paid or may be.
    fn click_volumes(
        &self,
        brand: BrandId,
        period: Period,
        codes: &[Option<Refusal>],
    ) -> Result<Vec<(Day, PartnerId, u64)>>;
    /// Orders of a span by partner; soon is what came within so many milliseconds.
    fn orders_by_click(&self, brand: BrandId, program: ProgramId, span: Span, soon_ms: i64)
    -> Result<Vec<ClickOrders>>;
    /// Those of some clicks that there are, in the order of their numbers.
    fn clicks_numbered(&self, brand: BrandId, numbers: &[ClickNo]) -> Result<Vec<ClickRow>>;
}
