//! What a shop system says of its orders. It says all of an order each time, so that what arrives twice, late or in another
//! order changes nothing.

use super::{Conversion, Item};
use crate::id::{EventTypeId, ProgramId, SubmissionId};
use crate::money::Money;
use crate::time::Timestamp;

/// By what an order of a shop was joined to a click, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ClickPath {
    /// The shop's page wrote the click id into the cart, and the order brought it.
    CartAttribute = 1,
    /// The checkout's pixel told it, with the order's id.
    Pixel = 2,
    /// The address on which the buyer landed held it.
    LandingAddress = 3,
    /// The shop's own record of the buyer's visits held it.
    Journey = 4,
    DiscountCode = 5,
    /// The buyer is known.
    KnownCustomer = 6,
}

impl ClickPath {
    pub const ALL: [ClickPath; 6] = [
        ClickPath::CartAttribute,
        ClickPath::Pixel,
        ClickPath::LandingAddress,
        ClickPath::Journey,
        ClickPath::DiscountCode,
        ClickPath::KnownCustomer,
    ];

    pub fn code(self) -> &'static str {
        match self {
            ClickPath::CartAttribute => "cart_attribute",
            ClickPath::Pixel => "pixel",
            ClickPath::LandingAddress => "landing_address",
            ClickPath::Journey => "journey",
            ClickPath::DiscountCode => "discount_code",
            ClickPath::KnownCustomer => "known_customer",
        }
    }
}

/// An order as it stood in the shop at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopOrderSeen {
    /// Who bought, and by which click. Its figures are those of the lines, so it names none itself.
    pub report: Conversion,
    /// The shop's own time of the order's last change.
    pub updated_at: Timestamp,
    /// Its action opens once it is paid, not before.
    pub opens_when_paid: bool,
    /// It is paid, or was.
    pub paid: bool,
    /// Why it was cancelled, as a published reason; None: it was not.
    pub cancelled: Option<String>,
    /// Nobody bought anything: the shop tries itself out.
    pub test: bool,
    /// Its prices have tax in them.
    pub taxes_included: bool,
    /// By which the checkout knew the order before it had a number; empty: it is not known.
    pub checkout: String,
    /// Those that are payable, by id.
    pub lines: Vec<ShopLine>,
    /// By id.
    pub refunds: Vec<ShopRefund>,
}

/// A line of an order, as it was ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShopLine {
    pub id: u64,
    /// The amount is that of the whole quantity, after discounts and without tax.
    pub item: Item,
    /// What the buyer paid beside it, in the price or on top.
    pub tax: Money,
    /// So many were taken out of the order again otherwise than by a refund.
    pub removed: u32,
}

/// Something was given back. A refund never changes once it is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShopRefund {
    pub id: u64,
    /// By line.
    pub lines: Vec<RefundedLine>,
    /// What was given back beside the lines' amounts, below zero; above it: what was kept of them.
    pub adjustment: Money,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefundedLine {
    pub line: u64,
    pub quantity: u32,
    /// After discounts; with tax where the order's prices have it.
    pub amount: Money,
    pub tax: Money,
}

/// A refund by itself, whether or not its order is known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopRefundSeen {
    pub submission: SubmissionId,
    pub program: ProgramId,
    pub event_type: EventTypeId,
    pub order_id: String,
    pub refund: ShopRefund,
}
