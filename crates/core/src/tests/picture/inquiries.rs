//! Inquiries, as text for people.

use std::fmt::Write;

use super::{money, partner, time};
use crate::row::InquiryRow;
use crate::tests::books::Books;

pub(super) fn inquiries(books: &Books) -> String {
    books.inquiries.values().map(inquiry).collect()
}

fn inquiry(row: &InquiryRow) -> String {
    let amount = row.amount.map_or("no amount".into(), |amount| money(amount, row.currency));
    let (who, kind, order) = (partner(row.partner), row.kind.code(), &row.order.order_id);
    let mut text = format!("inquiry {} {who} {kind} {order} {amount} of {}", row.id, time(row.ordered_at));
    if let Some(no) = row.click {
        _ = write!(text, " click k{no}");
    }
    _ = write!(text, ", opened {} due {}: {}", time(row.opened_at), time(row.due_at), row.state.code());
    if let Some(reason) = row.reason {
        _ = write!(text, " {}", reason.code());
    }
    if let Some(at) = row.answered_at {
        _ = write!(text, ", answered {}", time(at));
    }
    if let Some(user) = row.answered_by {
        _ = write!(text, " by user {user}");
    }
    if let Some(at) = row.appealed_at {
        _ = write!(text, ", appealed {}", time(at));
    }
    if let Some(action) = row.action {
        _ = write!(text, ", action {action}");
    }
    if !row.notes.is_empty() {
        _ = write!(text, ", {} notes", row.notes.len());
    }
    text + "\n"
}
