//! What a shop system says of its orders.

use super::*;

pub(super) fn drafts() -> Vec<Draft> {
    let refund = ShopRefund {
        id: 929_361_464_778_521_120,
        lines: vec![RefundedLine {
            line: 866_550_311_766_439_020,
            quantity: 1,
            amount: Money(100_000_000),
            tax: Money(15_970_000),
        }],
        adjustment: Money(-2_500_000),
    };
    let item = Item {
        sku: "IPOD2008PINK".into(),
        category: "Players".into(),
        quantity: 2,
        amount: Money(168_060_000),
        ..Item::default()
    };
    let report = Conversion {
        order_id: "820982911946154508".into(),
        amount: Money::ZERO,
        items: Vec::new(),
        click_path: Some(ClickPath::LandingAddress),
        ..conversion()
    };
    let order = ShopOrderSeen {
        report: report.clone(),
        updated_at: NOON,
        opens_when_paid: true,
        paid: true,
        cancelled: Some("CONS_FRAUD".into()),
        test: true,
        taxes_included: true,
        checkout: "7f3a".into(),
        lines: vec![ShopLine { id: 866_550_311_766_439_020, item, tax: Money(19_000_000), removed: 1 }],
        refunds: vec![refund.clone()],
    };
    let (program, event_type, order_id) = (report.program, report.event_type, report.order_id.clone());
    let seen = ShopRefundSeen { submission: SubmissionId([7; 16]), program, event_type, order_id, refund };
    vec![
        draft(Fact::ShopOrderSeen(order)),
        draft(Fact::ShopRefundSeen(seen)),
        draft(Fact::ShopCheckoutSeen(Conversion { source: Source::Browser, ..report })),
    ]
}
