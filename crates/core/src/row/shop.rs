//! What a shop system has said of its orders.

use crate::consent::Consent;
use crate::fact::{ShopLine, ShopRefund};
use crate::id::{NodeId, ProgramId, RecordNo};
use crate::money::Currency;
use crate::time::Timestamp;

/// All that was said of an order, whatever came first. It is there before the order's conversion is, and whether or not the
/// order earns anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopOrderRow {
    /// The last that changed it.
    pub record: RecordNo,
    pub program: ProgramId,
    /// The shop's time of the newest that was said of the whole order; None: only parts of it are known.
    pub updated_at: Option<Timestamp>,
    pub currency: Currency,
    pub taxes_included: bool,
    /// By id.
    pub lines: Vec<ShopLine>,
    pub paid: bool,
    /// Why it was cancelled, if it was.
    pub cancelled: Option<String>,
    /// By id.
    pub refunds: Vec<ShopRefund>,
    /// The refunds that its actions were changed for, by id.
    pub returned: Vec<u64>,
    /// Its actions were reversed because nothing was left of it.
    pub reversed: bool,
    /// Where its checkout found the buyer.
    pub node: Option<NodeId>,
    /// What the buyer agreed to there: the shop itself may not know.
    pub consent: Option<Consent>,
}
