//! What a shop says of its orders, as text.

use super::super::words::{Line, digest, moment, money, number};
use super::Reader;
use crate::fact::{
    ClickPath, Conversion, Fact, Item, RefundedLine, ShopLine, ShopOrderSeen, ShopRefund, ShopRefundSeen,
};
use crate::money::Money;

impl Reader {
    /// `order 1001 L1=2x100.00/boots L2=1x20.00-1 R1=L1x1@50.00 seen=d1 paid cancelled=CONS_FRAUD test when-paid`: a line is a
    /// quantity and the amount of all of it, with its tax after `~`, a category and how many were removed. Who bought is said as of a conversion.
    pub(super) fn shop_order(&mut self, line: &mut Line<'_>) -> Fact {
        let lines = (1..10).filter_map(|n| Some(shop_line(n, line.option(&format!("L{n}"))?))).collect();
        let refunds = (1..10).filter_map(|n| Some(refund(n, line.option(&format!("R{n}"))?))).collect();
        let updated_at = line.option("seen").map_or(self.now, moment);
        let (opens_when_paid, paid, test) = (line.flag("when-paid"), line.flag("paid"), line.flag("test"));
        let taxes_included = line.flag("with-tax");
        let checkout = line.text_of("checkout");
        let cancelled = line.option("cancelled").map(str::to_owned);
        let report = self.of_shop(line, &format!("{lines:?}"));
        let seen = ShopOrderSeen {
            report,
            updated_at,
            opens_when_paid,
            paid,
            cancelled,
            test,
            taxes_included,
            checkout,
            lines,
            refunds,
        };
        Fact::ShopOrderSeen(seen)
    }

    /// `refund 1001 R1=L1x1@50.00+-5.00`: so many of a line, with their amount and after `~` the tax in
    /// it, and what else was given back.
    pub(super) fn shop_refund(&mut self, line: &mut Line<'_>) -> Fact {
        let refund = (1..10).find_map(|n| Some(refund(n, line.option(&format!("R{n}"))?))).unwrap();
        let Conversion { submission, program, event_type, order_id, .. } = self.of_shop(line, "");
        Fact::ShopRefundSeen(ShopRefundSeen { submission, program, event_type, order_id, refund })
    }

    pub(super) fn shop_checkout(&mut self, line: &mut Line<'_>) -> Fact {
        line.words.push("source=browser");
        Fact::ShopCheckoutSeen(self.of_shop(line, "checkout"))
    }

    fn of_shop(&mut self, line: &mut Line<'_>, figures: &str) -> Conversion {
        let order = line.word();
        let path = line.option("path").map(|code| ClickPath::ALL.into_iter().find(|it| it.code() == code).unwrap());
        let who = format!("{figures} {:?}", line.words);
        let event = line.option("event").unwrap_or("sale");
        line.words.splice(0..0, [order, event, "0.00"]);
        let Fact::ConversionReported(report) = self.conversion(line) else { unreachable!("a conversion was read") };
        let found = if report.click.is_some() { ClickPath::CartAttribute } else { ClickPath::KnownCustomer };
        Conversion { click_path: Some(path.unwrap_or(found)), digest: digest(&who), ..report }
    }
}

fn shop_line(n: u64, text: &str) -> ShopLine {
    let (text, category) = text.split_once('/').unwrap_or((text, ""));
    let (text, removed) = text.split_once('-').unwrap_or((text, "0"));
    let (quantity, amount) = text.split_once('x').unwrap();
    let (amount, tax) = amount.split_once('~').unwrap_or((amount, "0"));
    let item = Item {
        sku: format!("L{n}"),
        name: String::new(),
        category: category.to_owned(),
        quantity: number(quantity),
        amount: money(amount),
    };
    ShopLine { id: n, item, tax: money(tax), removed: number(removed) }
}

fn refund(id: u64, text: &str) -> ShopRefund {
    let (lines, adjustment) = text.split_once('+').unwrap_or((text, ""));
    let line = |text: &str| {
        let (line, rest) = text.strip_prefix('L').unwrap().split_once('x').unwrap();
        let (quantity, amount) = rest.split_once('@').unwrap();
        let (amount, tax) = amount.split_once('~').unwrap_or((amount, "0"));
        RefundedLine {
            line: u64::from(number(line)),
            quantity: number(quantity),
            amount: money(amount),
            tax: money(tax),
        }
    };
    let lines = lines.split(',').filter(|it| !it.is_empty()).map(line).collect();
    let adjustment = match adjustment.strip_prefix('-') {
        Some(less) => money(less).negated(),
        None if adjustment.is_empty() => Money::ZERO,
        None => money(adjustment),
    };
    ShopRefund { id, lines, adjustment }
}
