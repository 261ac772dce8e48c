//! One action: why it earns, how it was priced, its history and entries, and what may still be done to it.

use std::collections::HashMap;

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::action::REFERENCE_OF_TERMS;
use referee_core::contract::{Payout, PayoutLevel, ReturnPolicy};
use referee_core::exchange::Exchange;
use referee_core::fact::{ActionChange, ActionTarget, ChangeRequest, Fact, NewFigures};
use referee_core::id::{ActionId, UserId};
use referee_core::money::WHOLE_PPM;
use referee_core::pricing::{price, terms_of};
use referee_core::program::Source;
use referee_core::row::{Account, ActionRow, ActionState, CounterKey, EntryRow, HistoryRow, Tally};
use referee_core::time::Zone;
use referee_engine::books::reads::ActionFilter;
use referee_engine::intake::amount;
use referee_engine::intake::change::REASONS;
use referee_engine::intake::day::day_text;
use referee_engine::intake::rates::rate_text;
use referee_engine::lookup::told::DecisionTold;
use referee_engine::settings::UserOfBrand;
use serde::Deserialize;

use super::decision::{Drawing, share};
use super::format;
use super::inquiry_form;
use super::lock;
use super::order::order_address;
use super::page::{csrf, page};
use super::person::{Failure, May, Person, done};
use super::{reattribution, returns};
use crate::pricing;
use crate::reports::new_submission;
use crate::words;

/// The most actions of one order that are shown: as many as may share it.
const SHARED_BY_MAX: u32 = 50;

struct Told {
    action: ActionRow,
    decision: Option<DecisionTold>,
    history: Vec<HistoryRow>,
    entries: Vec<EntryRow>,
    /// The other actions of the order, for the brand's side.
    siblings: Vec<ActionRow>,
    /// What it was reckoned of, where it is a bonus that terms give.
    tally: Option<(CounterKey, Tally)>,
    /// Who changed it, for the brand's side.
    users: HashMap<UserId, String>,
}

pub async fn show(person: Person, Path(id): Path<String>) -> Result<Response, Failure> {
    let id: ActionId = id.parse().map_err(|()| Failure::NotFound)?;
    let told = ask(&person, id).await?;
    let zone = person.config.programs.get(&id.program).map(|program| program.zone.clone()).unwrap_or_default();
    let action = &told.action;
    let drawing = Drawing { person: &person, viewer: person.viewer(), zone: &zone };
    let state = match action.state {
        ActionState::Pending if action.held => "Pending, held".to_owned(),
        ActionState::Pending if action.locks_at.is_none() => "Pending, open until approved".to_owned(),
        ActionState::Pending if action.outside.is_some() => "Pending, outside of the terms".to_owned(),
        ActionState::Pending => format!("Pending, locks {}", format::locks(action, &zone)),
        state => format::state(state).to_owned(),
    };
    let body = html! {
        p.facts {
            span class=(format::state_class(action.state)) { (state) }
            @if person.partner.is_none() { a.underlined href={ "/partners/" (action.partner) } { (person.partner_name(action.partner)) } }
            span.muted { (format::date_time(action.occurred_at, &zone)) ", action " (action.id) (share(action.share_ppm)) }
        }
        (reattribution::notice(&person, action))
        (returns::notice(&person, action))
        section.card.pad {
            h2 { "Why " (person.partner_name(action.partner)) (if action.state == ActionState::Reversed { " was credited" } else { " earns this" }) }
            @if let Some(words) = told.tally.as_ref().and_then(|(key, it)| pricing::bonus(key, it, action)) { p { (words) } }
            @match &told.decision {
                Some(decision) => (drawing.way(decision, drawing.rule(decision))),
                None => { p.muted { "The decision is not in the books." } }
            }
            p { a.underlined href=(order_address(&action.order_id)) { "The whole way from click to payout" } }
        }
        @if person.partner.is_some() { (inquiry_form::link(action)) }
        (siblings(&person, &told))
        div.two { (history(&told, &zone)) (payout_card(&person, action)) }
        (ledger(&told.entries, action))
        @if person.may(May::Manage) && action.state == ActionState::Pending {
            (forms(&person, action))
            (lock::forms(&person, action))
            (reattribution::form(&person, action))
        }
        @if person.may(May::Manage) && matches!(action.state, ActionState::Locked | ActionState::Paid) {
            (correction_form(&person, action))
        }
        @let restorable = action.state == ActionState::Reversed && action.moved_to.is_none();
        @if person.may(May::Manage) && restorable && !has_locked(&person, action) {
            (lock::restore_form(&person, action))
        }
    };
    Ok(page(&person, "/actions", &format!("Order {}", action.order_id), body).into_response())
}

async fn ask(person: &Person, id: ActionId) -> Result<Told, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let told = person.app.engine.look_up(brand, person.viewer(), move |lookup| {
        let reads = lookup.reads;
        // A partner's user finds its own actions only.
        let action = reads.action(brand, id)?.filter(|it| partner.is_none_or(|partner| partner == it.partner));
        let Some(action) = action else { return Ok(None) };
        let of_order = ActionFilter {
            event_type: Some(id.event_type),
            order_id: Some(action.order_id.clone()),
            ..ActionFilter::default()
        };
        let mut siblings =
            if partner.is_none() { reads.actions(brand, &of_order, None, SHARED_BY_MAX)? } else { Vec::new() };
        siblings.retain(|it| it.id != id);
        let users = if partner.is_none() { engine.settings.users_of(brand)? } else { Vec::new() };
        let named = |it: UserOfBrand| (it.user.id, if it.user.name.is_empty() { it.user.email } else { it.user.name });
        Ok(Some(Told {
            users: users.into_iter().map(named).collect(),
            history: reads.history(brand, id)?,
            entries: reads.entries(brand, id)?,
            siblings,
            tally: reads.tally_of(brand, id)?,
            decision: lookup.decision(id)?,
            action,
        }))
    });
    told.await?.ok_or(Failure::NotFound)
}

/// Whether its time to lock has passed.
fn has_locked(person: &Person, action: &ActionRow) -> bool {
    action.locks_at.is_some_and(|at| at <= person.app.engine.now())
}

/// By which rule a part of it came to its payout: an item, or None for the order whole.
fn price_in_words(person: &Person, action: &ActionRow) -> Vec<(Option<usize>, String)> {
    if action.is_award() {
        let by_terms = action.order_id.starts_with(REFERENCE_OF_TERMS);
        return vec![(None, if by_terms { "reckoned of all actions of its period" } else { "given as it is" }.into())];
    }
    let Some((terms, background)) = terms_of(&person.config, action) else {
        return vec![(None, "the terms are not known".into())];
    };
    let by_rules = !(terms.groups.is_empty() && terms.restrictions.is_empty() && terms.adjustments.is_empty());
    if by_rules || terms.level == PayoutLevel::Item {
        let priced = price(&terms, action, background, action.amount, &action.items);
        return priced.lines.iter().map(|it| (it.item, pricing::rule(it, &terms, action.currency))).collect();
    }
    let plain = match terms.payout {
        Payout::Rate { ppm } => format!("{} of it", format::rate(ppm)),
        Payout::Fixed { .. } if action.share_ppm == WHOLE_PPM => "a fixed payout".into(),
        Payout::Fixed { .. } => "a fixed payout, by share".into(),
    };
    vec![(None, plain)]
}

fn payout_card(person: &Person, action: &ActionRow) -> Markup {
    let how = price_in_words(person, action);
    let priced_by = |part: Option<usize>| {
        html! {
            @for (_, words) in how.iter().filter(|(of, _)| *of == part) { br; span.muted { (words) } }
        }
    };
    let money = |amount| format::money(amount, action.order_currency);
    html! {
        section.card {
            table {
                thead { tr {
                    th { (if action.is_award() { "Locks by the terms" } else if action.terms_of_template { "Priced by the template" } else { "Priced by the contract" }) ", version " (action.terms_version) }
                    th.num { (action.order_currency.to_string()) }
                } }
                tbody {
                    @for (place, item) in action.items.iter().enumerate() {
                        tr { td { (item.quantity) " × " (item.name) @if !item.sku.is_empty() { span.muted { " " (item.sku) } } (priced_by(Some(place))) } td.num { (money(item.amount)) } }
                    }
                    tr { td { @if action.is_award() { (words::award(action.evidence)) } @else if action.share_ppm == WHOLE_PPM { "Order" } @else { "Its part of the order, " (format::rate(action.share_ppm)) } } td.num { (money(action.amount)) } }
                    @match action.exchange {
                        Exchange::Same => {}
                        Exchange::Awaited => tr { td { "In " (action.currency) br; span.muted { "There is no exchange rate of its day yet. It is held, and priced when the rate comes." } } td.num { "–" } },
                        Exchange::At(rate) => tr { td { "In " (action.currency) br; span.muted { "at the rate of " (day_text(rate.day)) ", " (rate_text(rate.from)) " " (action.order_currency) " for " (rate_text(rate.to)) " " (action.currency) } } td.num { (format::money(action.worth(action.amount), action.currency)) } },
                    }
                    @if !action.customer_status.is_empty() { tr { td { "Customer" @if action.status_derived { br; span.muted { "by the profile's earlier orders" } } } td.num { (action.customer_status.to_lowercase()) } } }
                    @if action.outside.is_some() { tr { td { "Outside of the terms" br; span.muted { (lock::limit_words(person, action)) } } td.num { "unpaid" } } }
                    @if !action.promo_code.is_empty() { tr { td { "Promo code" } td.num { (action.promo_code) } } }
                    tr { td { b { "Payout" } (priced_by(None)) } td.num { b { (format::money(action.payout, action.currency)) } } }
                }
            }
        }
    }
}

/// Who else has a share of the order.
fn siblings(person: &Person, told: &Told) -> Markup {
    let money = |amount| format::money(amount, told.action.currency);
    html! {
        @if !told.siblings.is_empty() {
            section.card.scroll {
                table {
                    thead { tr { th { "Other actions of this order" } th.num { "Share" } th.num { "Amount" } th.num { "Payout" } } }
                    tbody { @for it in &told.siblings {
                        tr {
                            td { a.underlined href={ "/actions/" (it.id) } { (person.partner_name(it.partner)) } span.muted { ", " (format::state(it.state)) } }
                            td.num { (format::rate(it.share_ppm)) }
                            td.num { (format::money(it.amount, it.order_currency)) }
                            td.num { (money(it.payout)) }
                        }
                    } }
                }
            }
        }
    }
}

fn history(told: &Told, zone: &Zone) -> Markup {
    let (lines, action) = (&told.history, &told.action);
    let by = |line: &HistoryRow| match (line.user, line.source) {
        (Some(user), _) => told.users.get(&user).map_or("in the console", String::as_str),
        (None, Some(Source::Server)) => "server report",
        (None, Some(Source::Browser)) => "the tag",
        (None, Some(Source::Pixel)) => "the pixel",
        (None, Some(Source::Person) | None) => "the machine",
    };
    html! {
        section.card.scroll {
            table {
                thead { tr { th { "History" } th { "When" } th.minor { "By" } th.num.minor { "Amount" } th.num { "Payout" } } }
                tbody { @for line in lines {
                    tr {
                        td { (words::history(line.kind)) @if !line.disposition.is_empty() { span.muted { ", " (reason_words(&line.disposition)) } } }
                        td { span.time { (format::date_time(line.at, zone)) } }
                        td.minor.muted { (by(line)) }
                        td.num.minor { (format::money(line.amount_delta, action.order_currency)) }
                        td.num { (format::money(line.payout_delta, action.currency)) }
                    }
                } }
            }
        }
    }
}

/// What a reason's code says; a code that came in from elsewhere stays readable.
pub fn reason_words(code: &str) -> String {
    let words = match code {
        "ORDER_UPDATE" => "the order was changed",
        "ITEM_RETURNED" => "an item was returned",
        "CONS_FRAUD" => "fraud by the customer",
        "CONS_ERROR" => "a mistake of the customer's",
        "ORDER_ERROR" => "the order was wrong",
        "PUB_ACT_DISPUTE" => "the partner disputed it",
        "ADV_ACT_DISPUTE" => "the brand disputed it",
        "NOT_COMPLIANCE_TERMS" => "against the terms",
        "ITEM_OUT_OF_STOCK" => "an item was out of stock",
        "TEST_ACTION" => "it was a test",
        "PARTNER_NOT_ACTIVE" => "the partner was not active",
        "CREDITED_DIFFERENT_MP" => "credited to another partner",
        "OTHER" => "another reason",
        "REJECTED" => "rejected",
        "CONS_INFO_INVALID" => "the customer's details were not valid",
        "MP_RETURNED" => "returned by the partner",
        "UNDER_REVIEW" => "it is being looked at",
        "DISPUTED" => "it is disputed",
        "RETURN_EXPECTED" => "a return is expected",
        "VERIFIED" => "it was checked",
        "AGREED" => "agreed with the partner",
        "TIER_RECKONED" => "the actions it is given for changed",
        code => return code.to_lowercase().replace('_', " "),
    };
    words.to_owned()
}

fn ledger(entries: &[EntryRow], action: &ActionRow) -> Markup {
    let name = |account| match account {
        Account::Cost => "Cost",
        Account::Pending => "Pending payouts",
        Account::Locked => "Locked payouts",
        Account::Paid => "Paid",
        Account::Correction => "Cost of corrections",
        Account::Bonus => "Cost of bonuses",
        Account::Fee => "Cost of fees",
    };
    html! {
        details.card.pad {
            summary { "Ledger entries; those of a record sum to zero" }
            table {
                thead { tr { th { "Record" } th { "Account" } th.num { "Amount" } } }
                tbody { @for entry in entries {
                    tr { td { (entry.record) } td { (name(entry.key.account)) } td.num { (format::money(entry.amount, action.currency)) } }
                } }
            }
        }
    }
}

fn forms(person: &Person, action: &ActionRow) -> Markup {
    let reasons = html! {
        label { "Why" select name="disposition" { @for reason in REASONS { option value=(reason) { (reason_words(reason)) } } } }
    };
    let asks = returns::policy(person, action) == ReturnPolicy::Consent;
    html! {
        @if let Some(words) = returns::words(person, action) { p.muted { (words) } }
        div.two.even {
            section.card.pad {
                h2 { "Modify" }
                form.stack action={ "/actions/" (action.id) } method="post" {
                    (csrf(person))
                    label { (if action.is_award() { "New amount, " } else if action.share_ppm == WHOLE_PPM { "New amount of the order, " } else { "New amount of this part of the order, " }) (action.order_currency.to_string())
                        input name="amount" required inputmode="decimal" value=(amount::decimal(action.amount, action.order_currency)); }
                    (reasons)
                    button { "Modify" }
                }
            }
            section.card.pad {
                h2 { (if asks { "Ask for a return" } else { "Reverse" }) }
                form.stack action={ "/actions/" (action.id) } method="post" data-confirm="Reverse this action? Its payout becomes nothing." {
                    (csrf(person))
                    (reasons)
                    button.danger { (if asks { "Ask the partner" } else { "Reverse" }) }
                    p.muted { "Takes back " (format::money(action.payout, action.currency)) " of " (person.partner_name(action.partner)) "." }
                }
            }
        }
    }
}

/// For what is locked or paid already.
fn correction_form(person: &Person, action: &ActionRow) -> Markup {
    html! {
        section.card.pad {
            h2 { "Correct" }
            form.stack action={ "/actions/" (action.id) } method="post" {
                (csrf(person))
                input type="hidden" name="correct" value="true";
                label { "The right amount, " (action.order_currency.to_string())
                    input name="amount" required inputmode="decimal" value=(amount::decimal(action.amount, action.order_currency)); }
                label { "Why" select name="disposition" { @for reason in REASONS { option value=(reason) { (reason_words(reason)) } } } }
                button { "Correct" }
                p.muted { "What was locked stays on the record. The difference, at the price of its terms, is added to or taken off the next payment; what is below zero is carried forward." }
            }
        }
    }
}

#[derive(Deserialize)]
pub struct Change {
    csrf: String,
    disposition: String,
    amount: Option<String>,
    #[serde(default)]
    correct: bool,
}

pub async fn change(person: Person, Path(id): Path<String>, Form(sent): Form<Change>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let change = match &sent.amount {
        None => ActionChange::Reverse,
        Some(text) => {
            let amount =
                amount::amount(text).map_err(|why| Failure::Invalid(format!("The amount can't be taken: {why}.")))?;
            let figures = NewFigures::Amount(amount);
            if sent.correct { ActionChange::Correct(figures) } else { ActionChange::Modify(figures) }
        }
    };
    request(&person, &id, &REASONS, &sent.disposition, change).await
}

/// Asks for a change of an action, for one of the reasons that there are for it.
pub async fn request(
    person: &Person,
    id: &str,
    reasons: &[&str],
    disposition: &str,
    change: ActionChange,
) -> Result<Response, Failure> {
    let id: ActionId = id.parse().map_err(|()| Failure::NotFound)?;
    if !reasons.contains(&disposition) {
        return Err(Failure::Invalid("The reason is not one of the list.".into()));
    }
    let request = ChangeRequest {
        submission: new_submission(person.app.engine.now()),
        target: ActionTarget::Id(id),
        disposition: disposition.to_owned(),
        source: Source::Person,
        change,
    };
    person.settle(disposition, Fact::ChangeRequested(request)).await?;
    Ok(done(&format!("/actions/{id}")))
}
