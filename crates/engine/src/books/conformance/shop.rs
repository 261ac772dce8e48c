//! What a shop says of its orders.

use referee_core::fact::{
    ClickPath, Conversion, Fact, Item, RefundedLine, ShopLine, ShopOrderSeen, ShopRefund, ShopRefundSeen,
};
use referee_core::id::SubmissionId;
use referee_core::money::{MICROS, Money};
use referee_core::row::ActionState;

use super::{NOON, PROGRAM, SALE, Subject, apply, conversion, history, record};

fn refund() -> ShopRefund {
    let line = RefundedLine { line: u64::MAX / 2, quantity: 1, amount: Money(60 * MICROS), tax: Money(10 * MICROS) };
    ShopRefund { id: 7, lines: vec![line], adjustment: Money(-5 * MICROS) }
}

fn order(n: u8, lines: Vec<ShopLine>) -> Fact {
    // Its buyer is the one of an earlier order, who has clicked.
    let Fact::ConversionReported(report) = conversion(3) else { unreachable!("it is a report") };
    let report = Conversion {
        submission: SubmissionId([n; 16]),
        order_id: "820982911946154508".into(),
        amount: Money::ZERO,
        digest: [n; 16],
        click_path: Some(ClickPath::KnownCustomer),
        ..report
    };
    Fact::ShopOrderSeen(ShopOrderSeen {
        report,
        updated_at: NOON,
        opens_when_paid: true,
        paid: true,
        cancelled: None,
        test: false,
        taxes_included: true,
        checkout: String::new(),
        lines,
        refunds: Vec::new(),
    })
}

/// A refund waits for its order, and the order opens with what is left of it.
pub(super) fn is_kept_until_it_is_known(make: &mut dyn FnMut() -> Subject) {
    let item = Item { sku: "ridge".into(), quantity: 2, amount: Money(100 * MICROS), ..Item::default() };
    let line = ShopLine { id: u64::MAX / 2, item, tax: Money(7), removed: 0 };
    let seen = ShopRefundSeen {
        submission: SubmissionId([201; 16]),
        program: PROGRAM,
        event_type: SALE,
        order_id: "820982911946154508".into(),
        refund: refund(),
    };
    let mut records = history();
    let later = NOON.plus_days(1);
    let first = records.len() as u64 + 1;
    let facts = [Fact::ShopRefundSeen(seen), order(202, vec![line.clone()]), order(203, vec![line])];
    records.extend(facts.into_iter().zip(first..).map(|(fact, no)| record(no, later, fact)));
    let (mut subject, mut split) = (make(), make());
    apply(&mut subject, &records, 1_000);
    apply(&mut split, &records, 1);
    assert_eq!((subject.dump)(), (split.dump)());
    let told = subject.reads.submission(super::BRAND, SubmissionId([202; 16])).expect("read").expect("it is there");
    let action = subject.reads.action(super::BRAND, told.actions[0]).expect("read").expect("it is there");
    assert_eq!((action.amount, action.state), (Money(45_830_000), ActionState::Pending));
    let again = subject.reads.submission(super::BRAND, SubmissionId([203; 16])).expect("read").expect("it is there");
    assert_eq!((again.actions, again.unchanged), (told.actions, true));
    let known = subject.reads.shop_orders(super::BRAND, "820982911946154508").expect("read");
    let [(_, known)] = known.as_slice() else { panic!("one order is known") };
    assert_eq!(
        (known.refunds.as_slice(), known.returned.as_slice(), known.paid),
        ([refund()].as_slice(), [7].as_slice(), true)
    );
    assert!(subject.reads.shop_orders(referee_core::id::BrandId(2), "820982911946154508").expect("read").is_empty());
}
