//! Orders of the made-up shop: what a test says of one, and what becomes of it.

use super::money::{Presentment, Purse, share};

/// A line as a test describes it. Amounts are in the currency's smallest unit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub sku: String,
    pub title: String,
    pub vendor: String,
    pub price: i64,
    pub quantity: u32,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    #[default]
    Goods,
    /// Bought, not paid with.
    GiftCard,
    Tip,
    /// Goods on which no tax lies.
    Untaxed,
}

impl Line {
    pub fn goods(sku: &str, price: i64, quantity: u32) -> Line {
        Line {
            sku: sku.into(),
            title: format!("Product {sku}"),
            vendor: "Acme".into(),
            price,
            quantity,
            kind: Kind::Goods,
        }
    }

    pub fn gift_card(price: i64) -> Line {
        Line { title: "Gift card".into(), kind: Kind::GiftCard, ..Line::goods("GIFT", price, 1) }
    }

    pub fn tip(price: i64) -> Line {
        Line { title: "Tip".into(), vendor: String::new(), kind: Kind::Tip, ..Line::goods("", price, 1) }
    }

    fn is_discounted(&self) -> bool {
        matches!(self.kind, Kind::Goods | Kind::Untaxed)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Discount {
    /// A code that takes hundredths of a percent off all goods.
    Code { code: String, basis_points: i64 },
    /// A code that takes an amount off all goods together.
    Amount { code: String, units: i64 },
    /// The shop's own, without a code.
    Automatic { title: String, basis_points: i64 },
    /// By hand, off one line.
    OfLine { title: String, line: usize, units: i64 },
    /// A code for free shipping.
    FreeShipping { code: String },
}

impl Discount {
    pub fn code(&self) -> Option<&str> {
        match self {
            Discount::Code { code, .. } | Discount::Amount { code, .. } | Discount::FreeShipping { code } => Some(code),
            Discount::Automatic { .. } | Discount::OfLine { .. } => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: u64,
    /// None where the app may not see it.
    pub email: Option<String>,
    pub orders: u32,
}

impl Customer {
    pub fn new(number: u64, email: &str) -> Customer {
        Customer { id: super::CUSTOMERS + number, email: Some(email.to_owned()), orders: 1 }
    }
}

/// An order as a test describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Order {
    pub lines: Vec<Line>,
    /// Hundredths of a percent.
    pub tax: i64,
    pub taxes_included: bool,
    pub shipping: i64,
    pub discounts: Vec<Discount>,
    pub attributes: Vec<(String, String)>,
    pub landing_site: Option<String>,
    pub referring_site: Option<String>,
    pub customer: Option<Customer>,
    pub presentment: Option<Presentment>,
    /// Paid at once.
    pub paid: bool,
    /// Of a test of the shop's, which counts for nothing.
    pub test: bool,
    /// Where it came from; `web` if nothing is said.
    pub source_name: Option<String>,
    /// Seconds since 1970; now if nothing is said.
    pub at: Option<i64>,
    pub checkout_token: Option<String>,
    pub cart_token: Option<String>,
}

/// What is sent back of an order.
#[derive(Debug, Clone, Default)]
pub struct Refund {
    /// The line by its place in the order, and how many pieces.
    pub lines: Vec<(usize, u32)>,
    pub shipping: i64,
    pub money: RefundMoney,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RefundMoney {
    /// What lines and shipping come to.
    #[default]
    AsReckoned,
    /// Goods go back to the shelf, and no money is sent.
    None,
    Exactly(i64),
}

/// An edit by the shop's people after the order.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// A line by its place, and pieces more or fewer.
    pub quantities: Vec<(usize, i32)>,
    pub additions: Vec<Line>,
    /// What is taken out leaves no refund behind: both is seen of real shops.
    pub without_refund: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PlacedLine {
    pub id: u64,
    pub line: Line,
    pub quantity: u32,
    /// Pieces that went back or were taken out.
    pub returned: u32,
    /// What the discounts take off it, by their place in the order.
    pub allocations: Vec<(usize, i64)>,
    pub tax: i64,
    /// Of what went back.
    pub returned_net: i64,
    pub returned_tax: i64,
}

impl PlacedLine {
    pub fn gross(&self) -> i64 {
        self.line.price * i64::from(self.quantity)
    }

    pub fn discount(&self) -> i64 {
        self.allocations.iter().map(|(_, units)| units).sum()
    }

    /// After discounts; with tax where the shop's prices include it.
    pub fn net(&self) -> i64 {
        self.gross() - self.discount()
    }

    pub fn is_tip(&self) -> bool {
        self.line.kind == Kind::Tip
    }

    pub fn current(&self) -> u32 {
        self.quantity - self.returned
    }
}

#[derive(Debug, Clone)]
pub(super) struct RefundedLine {
    pub id: u64,
    pub line: usize,
    pub quantity: u32,
    pub subtotal: i64,
    pub tax: i64,
    pub restock: &'static str,
}

#[derive(Debug, Clone)]
pub(super) struct PlacedRefund {
    pub id: u64,
    pub at: i64,
    pub note: Option<String>,
    pub lines: Vec<RefundedLine>,
    pub shipping: i64,
    pub shipping_tax: i64,
    /// What was reckoned less what was sent.
    pub discrepancy: i64,
    /// None: no money was sent.
    pub money: Option<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub id: u64,
    pub number: u64,
    pub token: String,
    pub checkout_token: String,
    pub created_at: i64,
    pub updated_at: i64,
    pub paid_at: Option<i64>,
    pub cancelled: Option<(i64, String)>,
    pub order: Order,
    pub purse: Purse,
    pub lines: Vec<PlacedLine>,
    pub shipping_discount: i64,
    pub shipping_tax: i64,
    pub refunds: Vec<PlacedRefund>,
}

impl Placed {
    pub fn tax_on(&self, net: i64) -> i64 {
        tax(net, &self.order)
    }

    /// Discounts fall on lines one after another; whatever an amount is spread over, the last line takes what rounding
    /// leaves.
    pub fn price(&mut self) {
        for i in 0..self.order.discounts.len() {
            let discount = self.order.discounts[i].clone();
            match &discount {
                Discount::Code { basis_points, .. } | Discount::Automatic { basis_points, .. } => {
                    for line in self.lines.iter_mut().filter(|it| it.line.is_discounted()) {
                        let units = share(line.net(), *basis_points, 10_000);
                        line.allocations.push((i, units));
                    }
                }
                Discount::Amount { units, .. } => self.spread(i, *units),
                Discount::OfLine { line, units, .. } => self.lines[*line].allocations.push((i, *units)),
                Discount::FreeShipping { .. } => self.shipping_discount = self.order.shipping,
            }
        }
        for i in 0..self.lines.len() {
            self.retax(i);
        }
        self.shipping_tax = self.tax_on(self.shipping());
    }

    fn spread(&mut self, discount: usize, units: i64) {
        let goods: Vec<_> = (0..self.lines.len()).filter(|i| self.lines[*i].line.is_discounted()).collect();
        let whole: i64 = goods.iter().map(|i| self.lines[*i].net()).sum();
        let units = units.min(whole);
        let mut left = units;
        for (place, i) in goods.iter().enumerate() {
            let part = share(units, self.lines[*i].net(), whole).min(left);
            let part = if place + 1 == goods.len() { left } else { part };
            left -= part;
            self.lines[*i].allocations.push((discount, part));
        }
    }

    pub fn retax(&mut self, line: usize) {
        let it = &self.lines[line];
        self.lines[line].tax = if it.line.kind == Kind::Goods { self.tax_on(it.net()) } else { 0 };
    }

    pub fn shipping(&self) -> i64 {
        self.order.shipping - self.shipping_discount
    }

    fn sum(&self, of: impl Fn(&PlacedLine) -> i64) -> i64 {
        self.lines.iter().filter(|it| !it.is_tip()).map(of).sum()
    }

    pub fn line_items_price(&self) -> i64 {
        self.sum(PlacedLine::gross)
    }

    pub fn subtotal(&self) -> i64 {
        self.sum(PlacedLine::net)
    }

    pub fn discounts(&self) -> i64 {
        self.sum(PlacedLine::discount) + self.shipping_discount
    }

    pub fn tips(&self) -> i64 {
        self.lines.iter().filter(|it| it.is_tip()).map(PlacedLine::net).sum()
    }

    pub fn tax(&self) -> i64 {
        self.lines.iter().map(|it| it.tax).sum::<i64>() + self.shipping_tax
    }

    pub fn total(&self) -> i64 {
        self.subtotal() + self.shipping() + self.tips() + self.added_tax(self.tax())
    }

    /// Tax that comes on top.
    pub fn added_tax(&self, tax: i64) -> i64 {
        if self.order.taxes_included { 0 } else { tax }
    }

    pub fn current_subtotal(&self) -> i64 {
        self.sum(|it| it.net() - it.returned_net)
    }

    pub fn current_discounts(&self) -> i64 {
        self.sum(|it| it.line.price * i64::from(it.current()) - (it.net() - it.returned_net)) + self.shipping_discount
    }

    pub fn current_shipping(&self) -> i64 {
        self.shipping() - self.refunds.iter().map(|it| it.shipping).sum::<i64>()
    }

    pub fn current_tax(&self) -> i64 {
        let of_lines: i64 = self.lines.iter().map(|it| it.returned_tax).sum();
        let of_shipping: i64 = self.refunds.iter().map(|it| it.shipping_tax).sum();
        self.tax() - of_lines - of_shipping
    }

    pub fn current_total(&self) -> i64 {
        let tips: i64 = self.lines.iter().filter(|it| it.is_tip()).map(|it| it.net() - it.returned_net).sum();
        self.current_subtotal() + self.current_shipping() + tips + self.added_tax(self.current_tax())
    }

    pub fn refunded_money(&self) -> i64 {
        self.refunds.iter().filter_map(|it| it.money).sum()
    }

    pub fn financial_status(&self) -> &'static str {
        match (self.paid_at.is_some(), self.refunded_money()) {
            (false, _) if self.cancelled.is_some() => "voided",
            (false, _) => "pending",
            (true, 0) => "paid",
            (true, money) if money >= self.total() => "refunded",
            (true, _) => "partially_refunded",
        }
    }

    /// Takes pieces out of a line: what of its price and tax goes with them. The last piece takes what is left.
    pub fn take_out(&mut self, line: usize, quantity: u32) -> (i64, i64) {
        let it = &mut self.lines[line];
        let (part, whole) = (i64::from(quantity), i64::from(it.current()));
        assert!(quantity <= it.current(), "line {line} has only {whole} pieces");
        let net = share(it.net() - it.returned_net, part, whole);
        let tax = share(it.tax - it.returned_tax, part, whole);
        it.returned += quantity;
        it.returned_net += net;
        it.returned_tax += tax;
        (net, tax)
    }
}

pub(super) fn tax(net: i64, order: &Order) -> i64 {
    share(net, order.tax, if order.taxes_included { 10_000 + order.tax } else { 10_000 })
}
