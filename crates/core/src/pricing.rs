//! What an action pays: restrictions first, then the first payout group whose conditions are met or the default payout,
//! then adjustments; added up exactly and rounded once.
//!
//! A pure function of the action's row and its terms. Conditions see an order as it was first reported, so a return never
//! moves it into another payout group, and any split or order of returns ends at the same payout.

use std::borrow::Cow;

use crate::condition::{BROWSERS, Condition, DEVICES, SYSTEMS, WEEKDAYS, Word};
use crate::config::Config;
use crate::contract::{EventPayout, Payout, PayoutLevel};
use crate::fact::{Click, Device, Item};
use crate::id::{AdId, EventTypeId, PartnerId, ProgramId, RecordNo};
use crate::list::{Lists, version_met};
use crate::money::{Currency, MICROS, Money, WHOLE_PPM};
use crate::overlay::{Extra, Overlay};
use crate::row::ActionRow;
use crate::time::{Timestamp, Zone};

/// What conditions are read by, beside the order.
#[derive(Debug, Clone, Copy)]
pub struct Background<'a> {
    /// In which days are counted.
    pub zone: &'a Zone,
    pub lists: &'a Lists,
}

/// An order as conditions see it.
struct Seen<'a> {
    program: ProgramId,
    /// The record that opened it.
    record: RecordNo,
    at: Timestamp,
    background: Background<'a>,
    currency: Currency,
    /// Of the whole order, as first reported, in the program's currency.
    order_total: Money,
    device: Device,
    ad: AdId,
    customer_status: &'a str,
    promo_code: &'a str,
    sub_ids: &'a [String; 3],
    shared_id: &'a str,
    fields: &'a [(String, String)],
    /// The click, where that is what is priced.
    click: Option<&'a Click>,
    /// What the tier pays that the action opened in.
    tier: Option<Payout>,
}

/// Which rule priced a part of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    Default,
    /// By its place among the payout groups, counted from 0.
    Group(usize),
    /// By its place among the restrictions: it pays nothing.
    Restriction(usize),
}

/// How a part of an action came to its payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedLine {
    /// The item's place, counted from 0; None: the order whole.
    pub item: Option<usize>,
    pub rule: Rule,
    pub payout: Payout,
    /// The adjustments that apply, by their places.
    pub adjustments: Vec<usize>,
    /// In millionths of what the rule gives.
    pub factor_ppm: u32,
    /// What the tier of the action pays on top.
    pub tier: Option<Payout>,
    /// By itself, rounded for reading; the whole is rounded once.
    pub amount: Money,
}

impl PricedLine {
    /// Whether an overlay had a part in it, given the terms with the overlay on them.
    pub fn is_by(&self, overlay: &Overlay, laid: &EventPayout) -> bool {
        match overlay.set.extra {
            Extra::Adjust { .. } => self.adjustments.iter().any(|place| place + 1 == laid.adjustments.len()),
            Extra::Payout(_) => matches!(self.rule, Rule::Group(place) if place + 1 == laid.groups.len()),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    pub payout: Money,
    pub lines: Vec<PricedLine>,
}

/// The terms that price an action, which are those it was opened under with what was laid on them, and what their conditions
/// are read by.
pub fn terms_of<'a>(config: &'a Config, action: &ActionRow) -> Option<(Cow<'a, EventPayout>, Background<'a>)> {
    let of = if action.terms_of_template { None } else { Some(action.partner) };
    let rules = config.rules_of(action.id.program, of, action.terms_version)?;
    let plain = rules.payout(action.id.event_type)?;
    let overlay = overlay_of(config, action);
    let terms = overlay.map_or(Cow::Borrowed(plain), |overlay| Cow::Owned(overlay.laid_on(plain)));
    let zone = &config.programs.get(&action.id.program)?.zone;
    Some((terms, Background { zone, lists: &config.lists }))
}

/// The overlay on an action's terms, by the event's time and by what was on record when it was opened. `overlay` says why.
pub fn overlay_of<'a>(config: &'a Config, action: &ActionRow) -> Option<&'a Overlay> {
    let whose = (action.partner, action.id.event_type);
    overlay_at(config, action.id.program, whose, (action.occurred_at, action.record))
}

/// The same of an event of some moment and record.
pub(crate) fn overlay_at(
    config: &Config,
    program: ProgramId,
    (partner, event_type): (PartnerId, EventTypeId),
    (at, record): (Timestamp, RecordNo),
) -> Option<&Overlay> {
    let zone = &config.programs.get(&program)?.zone;
    let known = move |it: &&Overlay| it.record < record && it.set_at <= at;
    let governing = config.overlays_of(program).filter_map(move |versions| versions.iter().rev().find(known));
    governing.into_iter().find(|it| it.covers(partner, event_type, at, zone))
}

/// Prices an action with these figures of its order.
pub fn price(
    terms: &EventPayout,
    action: &ActionRow,
    background: Background<'_>,
    amount: Money,
    items: &[Item],
) -> Priced {
    let amount = action.worth(amount);
    let tier = action.tier.and_then(|place| terms.tiers.as_ref()?.steps.get(place));
    let seen = Seen { tier: tier.map(|tier| tier.extra), ..Seen::of(action, background) };
    let parts: Vec<(Part, PricedLine)> = match terms.level {
        PayoutLevel::Item if !items.is_empty() => items
            .iter()
            .enumerate()
            .map(|(place, item)| {
                let part = Part { amount: action.worth(item.amount), times: item.quantity };
                (part, line(terms, &seen, Some(place), std::slice::from_ref(item)))
            })
            .collect(),
        PayoutLevel::Order | PayoutLevel::Item => {
            vec![(Part { amount, times: 1 }, line(terms, &seen, None, items))]
        }
    };
    let (share, currency) = (action.share_ppm, action.currency);
    let exact: i128 = parts.iter().map(|(part, line)| part.exact(line, share)).sum();
    let told =
        |(part, line): (Part, PricedLine)| PricedLine { amount: rounded(part.exact(&line, share), currency), ..line };
    Priced { payout: rounded(exact, currency), lines: parts.into_iter().map(told).collect() }
}

/// How a click is priced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedClick {
    pub line: PricedLine,
    /// Exact to the millionth: it is rounded with the others of its day.
    pub price: Money,
}

/// Prices a click by terms that pay for clicks.
pub fn price_click(
    terms: &EventPayout,
    click: &Click,
    (at, record): (Timestamp, RecordNo),
    background: Background<'_>,
) -> PricedClick {
    let seen = Seen {
        program: click.program,
        record,
        at,
        background,
        currency: Currency::default(),
        order_total: Money::ZERO,
        device: click.signals.device,
        ad: click.ad,
        customer_status: "",
        promo_code: "",
        sub_ids: &click.sub_ids,
        shared_id: &click.shared_id,
        fields: &[],
        click: Some(click),
        tier: None,
    };
    let line = line(terms, &seen, None, &[]);
    let sum = match line.payout {
        Payout::Fixed { amount } => i128::from(amount.0) * i128::from(line.factor_ppm) / i128::from(MICROS),
        Payout::Rate { .. } => 0,
    };
    let price = Money(i64::try_from(sum).unwrap_or(i64::MAX));
    PricedClick { line: PricedLine { amount: price, ..line }, price }
}

/// How much of an action is not restricted, in the currency of its order; None: nothing of it is.
pub fn paid_for(terms: &EventPayout, action: &ActionRow, background: Background<'_>) -> Option<Money> {
    let by_item = terms.level == PayoutLevel::Item && !action.items.is_empty();
    if terms.restrictions.is_empty() && !by_item {
        return Some(action.amount);
    }
    let lines = price(terms, action, background, action.amount, &action.items).lines;
    let mut paid = lines.iter().filter(|line| !matches!(line.rule, Rule::Restriction(_))).peekable();
    paid.peek()?;
    let amount = |line: &PricedLine| line.item.and_then(|place| action.items.get(place)).map(|item| item.amount);
    Some(paid.fold(Money::ZERO, |sum, line| sum.plus(amount(line).unwrap_or(action.amount))))
}

/// What a line's payout is of.
struct Part {
    amount: Money,
    times: u32,
}

impl Part {
    /// In millionths of millionths of millionths: a rate and a factor are still in it.
    fn exact(&self, line: &PricedLine, share_ppm: u32) -> i128 {
        // An amount is of its share already; what is fixed is the whole event's.
        let by_rate = |payout| match payout {
            Payout::Rate { ppm } => i128::from(self.amount.0) * i128::from(ppm),
            Payout::Fixed { amount } => i128::from(amount.0) * i128::from(self.times) * i128::from(share_ppm),
        };
        let on_top = line.tier.map_or(0, |tier| by_rate(tier).saturating_mul(i128::from(MICROS)));
        by_rate(line.payout).saturating_mul(i128::from(line.factor_ppm)).saturating_add(on_top)
    }
}

fn rounded(exact: i128, currency: Currency) -> Money {
    Money::rounded_from(exact, i128::from(MICROS) * i128::from(MICROS), currency)
}

/// The rules for one part: the order whole, or an item of it.
fn line(terms: &EventPayout, seen: &Seen<'_>, item: Option<usize>, items: &[Item]) -> PricedLine {
    let are_met = |conditions: &[Condition]| conditions.iter().all(|it| seen.meets(it, items));
    let restriction = terms.restrictions.iter().position(|it| are_met(&it.conditions));
    let group = terms.groups.iter().position(|it| are_met(&it.conditions));
    let (rule, payout) = match (restriction, group) {
        (Some(place), _) => (Rule::Restriction(place), Payout::Fixed { amount: Money::ZERO }),
        (None, Some(place)) => (Rule::Group(place), terms.groups[place].payout),
        (None, None) => (Rule::Default, terms.payout),
    };
    let applies = |it: &usize| restriction.is_none() && are_met(&terms.adjustments[*it].conditions);
    let adjustments: Vec<usize> = (0..terms.adjustments.len()).filter(applies).collect();
    let by: i64 = adjustments.iter().map(|place| i64::from(terms.adjustments[*place].ppm)).sum();
    let factor_ppm = u32::try_from((i64::from(WHOLE_PPM) + by).max(0)).unwrap_or(u32::MAX);
    // What is not paid for at all is not paid for by a tier.
    let tier = seen.tier.filter(|_| restriction.is_none());
    PricedLine { item, rule, payout, adjustments, factor_ppm, tier, amount: Money::ZERO }
}

impl<'a> Seen<'a> {
    fn of(action: &'a ActionRow, background: Background<'a>) -> Seen<'a> {
        Seen {
            program: action.id.program,
            record: action.record,
            at: action.occurred_at,
            background,
            currency: action.order_currency,
            order_total: action.worth(action.order_total),
            device: action.device,
            ad: action.ad,
            customer_status: &action.customer_status,
            promo_code: &action.promo_code,
            sub_ids: &action.sub_ids,
            shared_id: &action.shared_id,
            fields: &action.fields,
            click: None,
            tier: None,
        }
    }

    /// Whether a condition is met, given the items that are asked about: all of them, or the one that is priced.
    fn meets(&self, condition: &Condition, items: &[Item]) -> bool {
        match condition {
            Condition::Words { word, comparison, values } => {
                let found = |word: &String| values.iter().any(|value| comparison.finds(word, value));
                self.words(*word, items).iter().any(found) != comparison.denies()
            }
            Condition::List { word, list, denied } => {
                let versions = self.background.lists.get(&(self.program, *list)).map_or(&[][..], Vec::as_slice);
                let values = version_met(versions, self.record, self.at).map(|it| &it.values);
                let stands = |word: &String| values.is_some_and(|it| it.contains(word));
                self.words(*word, items).iter().any(stands) != *denied
            }
            Condition::OrderTotal { at_least, below } => is_within(self.order_total, *at_least, *below),
            Condition::Date { from, before } => is_within(self.background.zone.day(self.at), *from, *before),
        }
    }

    /// What a variable is, in lower case: several words for what items have, an empty one if it was not reported.
    fn words(&self, word: Word, items: &[Item]) -> Vec<String> {
        let of_items = |of: fn(&Item) -> &str| items.iter().map(|item| of(item).to_lowercase()).collect();
        let one = |word: &str| vec![word.to_lowercase()];
        match word {
            Word::Country if self.click.is_some() => one(&self.country_of_click()),
            Word::Country => one(self.field("customercountry")),
            Word::Region => one(self.field("customerregion")),
            Word::Device => one(DEVICES[self.device as usize]),
            Word::CustomerStatus => one(self.customer_status),
            Word::Currency => one(self.currency.as_str()),
            Word::PromoCode => one(self.promo_code),
            Word::Ad if self.ad == AdId(0) => one(""),
            Word::Ad => vec![self.ad.to_string()],
            Word::SharedId => one(self.shared_id),
            Word::SubId1 => one(&self.sub_ids[0]),
            Word::SubId2 => one(&self.sub_ids[1]),
            Word::SubId3 => one(&self.sub_ids[2]),
            Word::Weekday => one(WEEKDAYS[self.background.zone.day(self.at).weekday()]),
            Word::Sku => of_items(|item| &item.sku),
            Word::Category => of_items(|item| &item.category),
            Word::System => one(self.click.map_or("", |click| SYSTEMS[click.signals.system as usize])),
            Word::Browser => one(self.click.map_or("", |click| BROWSERS[click.signals.browser as usize])),
            Word::Referrer => one(self.click.map_or("", |click| &click.referrer_host)),
            Word::Param1 => one(self.param("param1")),
            Word::Param2 => one(self.param("param2")),
            Word::Param3 => one(self.param("param3")),
        }
    }

    /// Empty if nothing is known of the address.
    fn country_of_click(&self) -> String {
        let letters = self.click.map(|click| click.signals.country).unwrap_or_default();
        letters.iter().filter(|letter| **letter != 0).map(|letter| char::from(*letter)).collect()
    }

    fn param(&self, name: &str) -> &str {
        let params = self.click.map(|click| click.link_params.as_slice()).unwrap_or_default();
        params.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }

    fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value)
    }
}

fn is_within<T: PartialOrd>(value: T, from: Option<T>, before: Option<T>) -> bool {
    from.is_none_or(|from| from <= value) && before.is_none_or(|before| value < before)
}
