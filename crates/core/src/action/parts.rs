//! An order's figures in parts, one for each of its actions, so that the parts add up to the whole.
//!
//! What is paid to nobody comes first, and what rounding leaves over comes last: to the last touchpoint's partner.

use crate::fact::Item;
use crate::money::{Currency, Money, WHOLE_PPM};
use crate::row::ActionRow;

use super::change::sum;

/// The shares of an order's actions, in millionths.
pub(crate) fn shares(actions: &[ActionRow]) -> Vec<u32> {
    actions.iter().map(|action| action.share_ppm).collect()
}

/// An amount by shares in millionths. They add up to one, or to less if some of it is paid to nobody.
pub(crate) fn amounts(amount: Money, shares: &[u32], currency: Currency) -> Vec<Money> {
    // The last part ends at the whole amount, which may be finer than the currency's smallest unit.
    let up_to = |ppm| if ppm == WHOLE_PPM { amount } else { amount.cut_at_rate(ppm, currency) };
    let mut taken_ppm = unpaid(shares);
    let part = |share: &u32| {
        let before = up_to(taken_ppm);
        taken_ppm += share;
        up_to(taken_ppm).minus(before)
    };
    shares.iter().map(part).collect()
}

/// Items by shares. Each part has every item in its full number, with a part of its amount. The parts of an item add up
/// to the item, and the items of a part to that part of their sum: what goes back whole leaves nothing anywhere.
pub(crate) fn items(items: &[Item], shares: &[u32], currency: Currency) -> Vec<Vec<Item>> {
    if let [WHOLE_PPM] = shares {
        return vec![items.to_vec()];
    }
    let shares: Vec<u32> = std::iter::once(unpaid(shares)).chain(shares.iter().copied()).collect();
    let mut parts_lack = amounts(sum(items), &shares, currency);
    let mut items_lack: Vec<Money> = items.iter().map(|item| item.amount).collect();
    let mut parts = vec![items.to_vec(); shares.len()];
    for ((part, share), part_lacks) in parts.iter_mut().zip(&shares).zip(&mut parts_lack) {
        for (item, item_lacks) in part.iter_mut().zip(&mut items_lack) {
            item.amount = item.amount.cut_at_rate(*share, currency);
            *part_lacks = part_lacks.minus(item.amount);
            *item_lacks = item_lacks.minus(item.amount);
        }
    }
    // What was cut off goes where a part and an item both lack something. In all, both lack the same.
    for (part, part_lacks) in parts.iter_mut().zip(&mut parts_lack) {
        for (item, item_lacks) in part.iter_mut().zip(&mut items_lack) {
            let added = (*part_lacks).min(*item_lacks);
            item.amount = item.amount.plus(added);
            *part_lacks = part_lacks.minus(added);
            *item_lacks = item_lacks.minus(added);
        }
    }
    parts.split_off(1)
}

fn unpaid(shares: &[u32]) -> u32 {
    WHOLE_PPM.saturating_sub(shares.iter().sum())
}
