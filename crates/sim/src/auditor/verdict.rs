//! What the auditor says of an order.

use std::fmt;

use referee_core::id::{ClickNo, PartnerId, RecordNo};
use referee_core::money::Money;
use referee_core::refusal::Refusal;
use referee_core::row::Evidence;

use super::OrderName;

/// Who earns an order, or why nobody does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    pub refusal: Option<Refusal>,
    /// The newest last.
    pub parts: Vec<Part>,
    /// Newest first.
    pub candidates: Vec<Judged>,
}

/// What one partner has of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub partner: PartnerId,
    pub evidence: Evidence,
    /// The last of its touchpoints.
    pub click: Option<ClickNo>,
    /// In millionths.
    pub share: u32,
}

/// A candidate: its share in millionths, or why it has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    pub click: ClickNo,
    pub share: u32,
    pub lost: Option<Refusal>,
}

/// In one line, for a report.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.refusal {
            Some(refusal) => f.write_str(refusal.code())?,
            None => f.write_str("credited")?,
        }
        for part in &self.parts {
            let click = part.click.map(|click| format!(" with {click}")).unwrap_or_default();
            write!(f, " {} for {} by {:?}{click},", part.partner, part.share, part.evidence)?;
        }
        f.write_str(" of")?;
        for it in &self.candidates {
            let lost = it.lost.map_or_else(|| it.share.to_string(), |lost| lost.code().to_owned());
            write!(f, " {}: {lost},", it.click)?;
        }
        Ok(())
    }
}

/// What one part of an order has of its figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub amount: Money,
    /// In millionths.
    pub share: u32,
    /// The amount of each item.
    pub items: Vec<Money>,
}

/// What is owed to one partner for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    pub partner: PartnerId,
    pub amount: Money,
    pub payout: Money,
}

/// What one record came to, in the auditor's opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opinion {
    /// An order was decided.
    Decided { record: RecordNo, order: OrderName, verdict: Verdict },
    /// A report was answered with this.
    Answered { record: RecordNo, refusal: Option<Refusal> },
}
