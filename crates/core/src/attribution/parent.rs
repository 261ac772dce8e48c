//! An order that follows from another: whoever earned that one earns this one too, with the same shares.

use crate::refusal::Refusal;
use crate::row::Evidence;

use super::credit::{Winner, WinnersTerms};
use super::decide::{Nobody, Ruling};
use super::evidence::Order;
use super::touchpoint::creditable;

/// None: the event type has no parent. A share whose partner can't be paid for this order is paid to nobody.
pub(super) fn by_parent(order: &Order<'_, '_>) -> Option<Result<Ruling, Nobody>> {
    let parent = order.slice.parent_order(order.report)?;
    let mut refused = None;
    let mut winners = Vec::new();
    for action in order.slice.parent_actions(&parent) {
        let (partner, share_ppm, evidence) = (action.partner, action.share_ppm, Evidence::ParentAction);
        match creditable(order.config, order.record, order.report, partner) {
            Ok(terms) => {
                let terms = terms.map(WinnersTerms::from);
                // Two actions of one partner, as there are where one was given to it, are one share here.
                let before = winners.iter().position(|it: &Winner| it.partner == partner);
                let share_ppm = share_ppm + before.map_or(0, |place| winners.remove(place).share_ppm);
                winners.push(Winner { partner, evidence, click: None, share_ppm, terms });
            }
            // Where none can be paid, that of the last touchpoint's partner is told.
            Err(refusal) => refused = Some(refusal),
        }
    }
    let others = Refusal::OtherRefPrioritized;
    Some(match refused {
        _ if !winners.is_empty() => Ok(Ruling { winners, shares: Vec::new(), others }),
        Some(refusal) => Err(Nobody { refusal, others }),
        None => Err(Nobody { refusal: Refusal::NoValidActionRef, others: Refusal::NoValidActionRef }),
    })
}
