//! What another way of paying for clicks would have cost, shown before terms that change it are saved.

use std::collections::BTreeMap;

use maud::{Markup, html};
use referee_core::contract::{ClickMode, EventPayout, TermsRules};
use referee_core::id::PartnerId;
use referee_core::money::{Currency, Money};
use referee_core::row::{ClickCountKey, ClickTally};
use referee_core::time::{Day, Timestamp};
use referee_engine::books::reads::Period;
use referee_engine::engine::blocking;

use super::click_terms::{Asked, event_name};
use super::format;
use super::page::{csrf, page};
use super::person::{Failure, Person};
use super::table::{Table, cell, figure, link_cell, minor_figure, money_cell, number_cell, text};
use super::terms;
use crate::click_costs::{Costs, costs};
use crate::pricing::way_of_paying;

/// Days that are looked back on, today among them.
const DAYS: i32 = 30;
/// Partners that the table names: those with the most to pay.
const PARTNERS_SHOWN: usize = 50;

/// A change from one way of paying to the other.
struct Change<'a> {
    before: ClickMode,
    after: &'a EventPayout,
    to: ClickMode,
    starts_at: Timestamp,
}

/// The page, where the way of paying changes. Rules of None follow the template.
pub async fn show(person: &Person, asked: &Asked<'_>, rules: Option<&TermsRules>) -> Result<Option<Markup>, Failure> {
    let program = asked.program;
    let Some(now) = terms::rules_now(person, program, asked.partner) else { return Ok(None) };
    let Some(new) = rules.or_else(|| terms::rules_now(person, program, None)) else { return Ok(None) };
    let changed = new.payouts.iter().find_map(|after| {
        let before = now.payout(after.event_type)?.clicks?.mode();
        let to = after.clicks?.mode();
        (before != to).then_some((before, after, to))
    });
    let Some((before, after, to)) = changed else { return Ok(None) };
    let starts_at = terms::start(person, program, asked.partner, asked.sent, asked.offered)?;
    let change = Change { before, after, to, starts_at };
    let found = by_partner(person, asked, after).await?;
    let title = format!("{}: {}", event_name(person, program, after.event_type), way_of_paying(to));
    Ok(Some(page(person, asked.here(), &title, body(person, asked, &change, &found))))
}

/// Whom the change concerns: the partner, or all that follow the template.
fn concerns(person: &Person, asked: &Asked<'_>, partner: PartnerId) -> bool {
    let follows = || {
        let terms = person.config.terms_at(asked.program.id, partner, terms::soon(person));
        terms.is_ok_and(|terms| terms.of_template)
    };
    asked.partner.map_or_else(follows, |of| of == partner)
}

/// The most to pay first.
async fn by_partner(
    person: &Person,
    asked: &Asked<'_>,
    after: &EventPayout,
) -> Result<Vec<(PartnerId, Costs)>, Failure> {
    let (engine, brand, program) = (person.app.engine.clone(), person.brand, asked.program);
    let to = program.zone.day(engine.now());
    let period = Period { program: program.id, from: Day(to.0 - DAYS + 1), to, partner: asked.partner };
    let counts = blocking(move || engine.reads.click_counts(brand, period)).await?;
    let mut of_partners: BTreeMap<PartnerId, Vec<(ClickCountKey, ClickTally)>> = BTreeMap::new();
    for (key, tally) in counts {
        of_partners.entry(key.partner).or_default().push((key, tally));
    }
    let concerned = of_partners.iter().filter(|(partner, _)| concerns(person, asked, **partner));
    let mut all: Vec<_> = concerned.map(|(partner, counts)| (*partner, costs(counts, after))).collect();
    all.sort_by_key(|(partner, it)| (std::cmp::Reverse(it.paid.cost.max(it.other.cost)), *partner));
    Ok(all)
}

fn body(person: &Person, asked: &Asked<'_>, change: &Change<'_>, found: &[(PartnerId, Costs)]) -> Markup {
    let (program, currency) = (asked.program, asked.program.currency);
    let all = found.iter().fold(Costs::default(), |sum, (_, it)| sum.plus(*it));
    let whose = match asked.partner {
        Some(partner) => person.partner_name(partner),
        None => "every partner that follows the template".to_owned(),
    };
    html! {
        section.card.pad {
            h2 { "What the last " (DAYS) " days would have cost" }
            @if all.clicks == 0 { p { "There were no clicks of " (whose) " in these days." } }
            @else {
                p { b { (way_of_paying(change.before)) ": " (format::money(all.paid.cost, currency)) ". "
                    (way_of_paying(change.to)) ": " (format::money(all.other.cost, currency)) ". " }
                    (difference_words(all, currency)) }
                (table(person, change, found, all, currency))
            }
            (how(change, all, currency))
        }
        section.card.pad {
            h2 { "When it changes" }
            p { "Clicks of " (whose) " that come from " b { (format::date_time(change.starts_at, &program.zone)) } " on are paid by "
                (way_of_paying(change.to)) @if asked.offered { ", or from when the partner accepts, if that is later" } "." }
            (notice(person, asked))
            p.muted { @match change.before {
                ClickMode::Reviewed => "Clicks that came before stay as they are: what is pending waits for your review until its deadline, and the rest is accepted then.",
                ClickMode::Instant => "Clicks that came before stay as they are: what was accepted at once is paid.",
            } }
            form.stack action=(asked.action()) method="post" {
                (csrf(person))
                @for (name, value) in asked.sent.0.iter().filter(|(name, _)| name != "csrf") { input type="hidden" name=(name) value=(value); }
                input type="hidden" name="confirmed" value="yes";
                div.row {
                    button.primary { @if asked.offered { "Offer these terms" } @else { "Set these terms" } }
                    a.underlined href=(asked.back()) { "Change nothing" }
                }
            }
        }
    }
}

fn difference_words(all: Costs, currency: Currency) -> String {
    let difference = all.other.cost.minus(all.paid.cost);
    let by = format::money(Money(difference.0.abs()), currency);
    match difference.0 {
        0 => "That is the same.".to_owned(),
        more if more > 0 => format!("That is {by} more."),
        _ => format!("That is {by} less."),
    }
}

fn table(person: &Person, change: &Change<'_>, found: &[(PartnerId, Costs)], all: Costs, currency: Currency) -> Markup {
    let (before, after) = match change.before {
        ClickMode::Reviewed => ("Reviewed", "Instant"),
        ClickMode::Instant => ("Instant", "Reviewed, at most"),
    };
    let columns = vec![
        text("Partner"),
        figure("Clicks"),
        minor_figure("Not paid"),
        minor_figure("Rejected"),
        minor_figure("Beyond a limit"),
        figure(before),
        figure(after),
    ];
    let figures = |it: &Costs| {
        let numbers = [it.clicks, it.unpaid, it.rejected, it.beyond].map(number_cell);
        numbers.into_iter().chain([it.paid.cost, it.other.cost].map(|sum| money_cell(sum, currency)))
    };
    let row = |(partner, it): &(PartnerId, Costs)| {
        let name = link_cell(&format!("/partners/{partner}"), person.partner_name(*partner));
        std::iter::once(name).chain(figures(it)).collect()
    };
    let mut rows: Vec<Vec<_>> = found.iter().take(PARTNERS_SHOWN).map(row).collect();
    if found.len() > 1 {
        let name = format!("All {} partners", found.len());
        rows.push(std::iter::once(cell(name)).chain(figures(&all)).collect());
    }
    Table { columns, rows }.bare()
}

/// How the two sums are reckoned, and what they leave out.
fn how(change: &Change<'_>, all: Costs, currency: Currency) -> Markup {
    let after = change.after;
    let price = format::payout(after.payout, currency);
    let by_rules = !after.groups.is_empty() || !after.restrictions.is_empty() || !after.adjustments.is_empty();
    html! {
        ul.plain-list {
            @match change.before {
                ClickMode::Reviewed => {
                    li { "Reviewed: what was paid after your reviews. Clicks that still wait for one are taken as accepted." }
                    li { "Instant: every click that screening let through" @if all.rejected > 0 { ", also the " (format::number(all.rejected)) " that you rejected" } ", at " (price) " each"
                        @if !after.limits.is_empty() { ", within the limits of the new terms, reckoned from the first of these days on" } "." }
                }
                ClickMode::Instant => {
                    li { "Instant: what was paid, within the limits." }
                    li { "Reviewed: every click that screening let through" @if all.beyond > 0 { ", also the " (format::number(all.beyond)) " beyond a limit" } ", at " (price) " each. It is the most: what you reject is not paid." }
                }
            }
            li { "What screening or a restriction does not pay is paid by neither." }
            @if by_rules { li { "Payout groups, restrictions and adjustments of the new terms are not reckoned in: each click is taken at the default price." } }
        }
    }
}

/// What the notice of the terms that hold asks for.
fn notice(person: &Person, asked: &Asked<'_>) -> Markup {
    let notice = terms::rules_now(person, asked.program, asked.partner).map_or(0, |rules| rules.notice_days);
    let days = if notice == 1 { "one day".to_owned() } else { format!("{notice} days") };
    html! {
        @if asked.offered { p { "An offer needs no notice: nothing changes until the partner accepts it." } }
        @else if notice > 0 { p { "The terms that hold keep " (days) " of notice, so it can't change sooner unless you offer it and the partner accepts." } }
        @else { p { "The terms that hold keep no notice: partners see the change in their portal when it is set." } }
    }
}
