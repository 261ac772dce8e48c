//! Clicks that are paid, as text for people.

use std::fmt::Write;

use super::{day, money, partner, time};
use crate::money::Currency;
use crate::refusal::Refusal;
use crate::row::{ClickGroupKey, ClickTally, GroupBy, PayableClickRow};
use crate::tests::books::Books;

const EUR: Currency = Currency(*b"EUR");

fn code(code: Option<Refusal>) -> &'static str {
    code.map_or("none", Refusal::code)
}

fn tally(tally: ClickTally) -> String {
    format!("{} for {}", tally.clicks, money(tally.cost, EUR))
}

pub(super) fn payables(books: &Books) -> String {
    books.payables.values().map(payable).collect()
}

fn payable(row: &PayableClickRow) -> String {
    let state = format!("{:?}", row.state).to_lowercase();
    let mut text = format!("k{} {} {}: {state}", row.no, partner(row.partner), day(row.day));
    if let Some(mode) = row.mode {
        let price = money(row.price, EUR);
        _ = write!(text, " {price}, {} round {}", format!("{mode:?}").to_lowercase(), row.round);
    }
    if row.price != row.list_price {
        _ = write!(text, ", listed {}", money(row.list_price, EUR));
    }
    if let Some(group) = row.group {
        _ = write!(text, ", group {group}");
    }
    if row.found != row.unpaid {
        _ = write!(text, ", found {}", code(row.found));
    }
    let doubts: Vec<&str> = row.doubts.codes().map(Refusal::code).collect();
    if doubts.len() > 1 {
        _ = write!(text, ", doubts {}", doubts.join(" "));
    }
    if let Some(unpaid) = row.unpaid {
        _ = write!(text, " {}", unpaid.code());
    }
    if let Some(review) = row.review {
        _ = write!(text, ", review {review}");
    }
    if row.landed {
        text += ", landed";
    }
    text + "\n"
}

pub(super) fn days(books: &Books) -> String {
    let mut text = String::new();
    for (key, row) in &books.click_days {
        let mode = format!("{:?}", key.mode).to_lowercase();
        let due = row.due_at.map_or("closed".to_owned(), |at| format!("due {}", time(at)));
        let parts = [("pending", row.pending), ("accepted", row.accepted), ("rejected", row.rejected)];
        let parts = parts.into_iter().filter(|(_, it)| *it != ClickTally::default());
        let parts: Vec<String> = parts.map(|(name, it)| format!(", {name} {}", tally(it))).collect();
        let action = row.action.map_or(String::new(), |id| format!(", action {id}"));
        let (who, on) = (partner(key.partner), day(key.day));
        _ = writeln!(text, "{who} {on} {mode} round {}: {due}{}{action}", row.round, parts.concat());
    }
    text
}

pub(super) fn counts(books: &Books) -> String {
    let mut text = String::new();
    for (key, sum) in &books.click_counts {
        let country = String::from_utf8_lossy(&key.country).replace('\0', "");
        let (who, on) = (partner(key.partner), day(key.day));
        let code = key.code.map_or("paid", Refusal::code);
        _ = writeln!(text, "{who} {on} ad {} {country}: {code} {}", key.ad, tally(*sum));
    }
    text
}

pub(super) fn groups(books: &Books, by: &str) -> String {
    let wanted = match by {
        "reason" => GroupBy::Reason,
        "network" => GroupBy::Network,
        "referrer" => GroupBy::Referrer,
        "landing" => GroupBy::Landing,
        _ => panic!("clicks are not grouped by {by}"),
    };
    let of = books.click_groups.iter().filter(|(key, _)| key.group.by() == wanted);
    let line = |(key, sum): (&ClickGroupKey, &ClickTally)| {
        format!("{} {} {by} {:?}: {}\n", partner(key.partner), day(key.day), key.group.value(), tally(*sum))
    };
    of.map(line).collect()
}

pub(super) fn reviews(books: &Books) -> String {
    let mut text = String::new();
    for row in books.reviews.values() {
        let state = format!("{:?}", row.state).to_lowercase();
        let (decided, delta) = (tally(row.decided), money(row.cost_delta, EUR));
        _ = write!(text, "review {} {state}: {decided}, changes {delta}", row.id);
        text += &if row.too_late == 0 { String::new() } else { format!(", {} too late", row.too_late) };
        text += "\n";
    }
    text
}
