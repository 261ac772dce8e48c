//! What a batch changed and added, as the rules left it.

use std::collections::BTreeSet;

use referee_core::config::ConfigEntry;
use referee_core::exchange::Exchange;
use referee_core::id::{BrandId, ClickNo};
use referee_core::row::{ActionRow, ClickRow, DecisionRow, Effect, MonthKey, OrderKey};
use referee_core::slice::{NewRows, Slice};

use super::payables;
use crate::books::stored::{self, ClickBits};
use crate::books::{Applied, RUNS_MAX};
use crate::database::{Answer, Database, Write};
use crate::error::Error;
use crate::log::codec::encode_config;
use crate::routing::PartitionId;
use crate::values;

pub fn save(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    save_state(db, brand, slice)?;
    save_config(db, brand, slice)?;
    save_clicks(db, brand, slice)?;
    save_graph(db, brand, slice)?;
    save_orders(db, brand, slice)?;
    save_unsettled(db, brand, slice)?;
    save_shop_orders(db, brand, slice)?;
    save_counters(db, brand, slice)?;
    save_tallies(db, brand, slice)?;
    payables::save(db, brand, slice)?;
    save_added(db, brand, &slice.new)?;
    save_sums(db, brand, &slice.new)
}

pub fn save_applied(db: &mut dyn Database, partition: PartitionId, applied: &Applied) -> Answer<()> {
    db.run(include_str!("../../../sql/books/save_applied.sql"), values![partition.0, applied.position.0])?;
    let mut mark = db.write(include_str!("../../../sql/books/save_edge_mark.sql"))?;
    for ((edge, epoch), n) in &applied.edges {
        mark.row(values![partition.0, *edge, *epoch, *n])?;
    }
    mark.finish()?;
    let sql = include_str!("../../../sql/books/delete_old_edge_marks.sql");
    db.run(sql, values![partition.0, RUNS_MAX as u64]).map(drop)
}

fn save_state(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let state = &slice.state;
    db.run(
        include_str!("../../../sql/books/save_state.sql"),
        values![
            brand.0,
            state.last_record.0,
            state.rules_version,
            state.brand_time.0,
            state.last_node.0,
            state.last_ad.0,
            state.last_event_type.0,
            state.last_action_seq,
            state.last_payment.0,
            state.last_payment_run.0,
            state.last_review.0,
            state.last_unsettled_at.0,
            state.work_waits,
            state.posting.moment.0,
            stored::first_days(&state.posting.not_before).as_deref(),
            state.rates_after,
            state.has_shop_orders,
        ],
    )
    .map(drop)
}

fn save_config(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let entries = &slice.new.config;
    if entries.is_empty() {
        return Ok(());
    }
    let mark = values![brand.0, slice.state.last_record.0];
    db.run(include_str!("../../../sql/books/save_config_mark.sql"), mark)?;
    let mut save = db.write(include_str!("../../../sql/books/save_config.sql"))?;
    for entry in entries {
        let (kind, program, key) = config_key(entry);
        save.row(values![brand.0, kind, program, &key, &encode_config(entry)])?;
    }
    save.finish()
}

/// The newest entry with the same key holds; of terms, every version is kept.
fn config_key(entry: &ConfigEntry) -> (u8, u32, String) {
    match entry {
        ConfigEntry::Program(it) => (1, it.id.0, String::new()),
        ConfigEntry::EventType(it) => (2, it.program.0, it.id.to_string()),
        ConfigEntry::Partner(it) => (3, 0, it.id.to_string()),
        ConfigEntry::Ad(it) => (4, it.program.0, it.id.to_string()),
        ConfigEntry::Link(it) => (5, it.program.0, it.slug.clone()),
        ConfigEntry::PromoCode(it) => (6, it.program.0, it.code.clone()),
        ConfigEntry::Terms(it) => {
            let of = it.partner.map_or_else(|| "template".to_owned(), |partner| partner.to_string());
            (7, it.program.0, format!("{of}/{}", it.version))
        }
        ConfigEntry::Overlay(it) => (21, it.set.program.0, format!("{}/{}", it.id, it.version)),
        ConfigEntry::List(it) => (82, it.program.0, format!("{}/{}", it.id, it.version)),
        ConfigEntry::Block(it) => (20, 0, it.record.to_string()),
        ConfigEntry::AssignedValue(it) => (8, it.program.0, format!("{}/{}", it.kind as u8, it.value)),
        ConfigEntry::PartnerGroup(it) => (9, it.program.0, it.id.to_string()),
        ConfigEntry::PaymentRules(_) => (10, 0, String::new()),
        ConfigEntry::Rates(it) => (11, 0, it.day.0.to_string()),
        ConfigEntry::Screening(it) => (90, it.program.0, String::new()),
        ConfigEntry::InquiryRules(it) => (70, it.program.0, String::new()),
    }
}

/// An empty text takes no room.
fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn save_clicks(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_click.sql"))?;
    for (_, click) in slice.clicks.changed() {
        save_click(save.as_mut(), brand, click)?;
    }
    save.finish()
}

fn save_click(save: &mut dyn Write, brand: BrandId, click: &ClickRow) -> Answer<()> {
    let (signals, recovered, uncounted) = (click.signals, click.recovered, !click.counted);
    let bits = ClickBits { signals, deep_link_refused: click.deep_link_refused, recovered, uncounted };
    save.row(values![
        brand.0,
        click.no.0,
        click.record.0,
        click.program.0,
        click.partner.0,
        click.ad.0,
        click.node.0,
        click.occurred_at.0,
        bits.pack(),
        click.refusal.map(|refusal| refusal.number()),
        click.landed_at.map(|at| at.0),
        click.slug.as_deref(),
        some(&click.sub_ids[0]),
        some(&click.sub_ids[1]),
        some(&click.sub_ids[2]),
        some(&click.shared_id),
        click.kind as u8,
        known(signals.asn),
        country(&signals.country),
        known(signals.network),
        known(signals.agent_key),
    ])
}

/// 0 stands for what is not known.
fn known<N: Default + PartialEq>(number: N) -> Option<N> {
    Some(number).filter(|it| *it != N::default())
}

fn country(letters: &[u8; 2]) -> Option<&str> {
    std::str::from_utf8(letters).ok().filter(|_| *letters != [0; 2])
}

fn save_graph(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_identifier.sql"))?;
    for (identifier, row) in slice.identifiers.changed() {
        let (node, record) = (row.node.0, row.record.0);
        save.row(values![brand.0, &stored::identifier_bytes(identifier), node, record, row.first_seen_at.0])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_root.sql"))?;
    for (node, root) in slice.roots.changed() {
        save.row(values![brand.0, node.0, root.0])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_edge.sql"))?;
    for (key, edge) in &slice.new.edges {
        let (at, bond) = (edge.occurred_at.0, edge.bond.number());
        save.row(values![brand.0, key.a.0, key.b.0, key.slot, edge.record.0, edge.n, at, bond])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_refused_join.sql"))?;
    for row in &slice.new.refused_joins {
        let (a, b) = (row.a.0, row.b.0);
        save.row(values![brand.0, row.record.0, row.n, row.at.0, a, b, row.reason.number()])?;
    }
    save.finish()
}

fn save_orders(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_conversion.sql"))?;
    for (key, row) in slice.conversions.changed() {
        save.row(values![
            brand.0,
            key.event_type.0,
            &key.order_id,
            row.record.0,
            row.program.0,
            row.occurred_at.0,
            row.received_at.0,
            row.source as u8,
            row.currency.as_str(),
            row.amount.0,
            &row.digest,
            row.node.map(|node| node.0),
            row.refusal.map(|refusal| refusal.number()),
            stored::list(row.actions.iter().map(|id| id.seq)).as_deref(),
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_action.sql"))?;
    for (_, row) in slice.actions.changed() {
        save_action(save.as_mut(), brand, row)?;
    }
    save.finish()?;
    save_payments(db, brand, slice)?;
    save_inquiries(db, brand, slice)
}

fn save_inquiries(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_inquiry.sql"))?;
    for (_, row) in slice.inquiries.changed() {
        save.row(values![
            brand.0,
            row.id.0,
            row.record.0,
            row.program.0,
            row.partner.0,
            row.kind as u8,
            row.order.event_type.0,
            &row.order.order_id,
            row.action.map(|id| id.seq),
            row.ordered_at.0,
            row.currency.as_str(),
            row.amount.map(|amount| amount.0),
            row.click.map(|no| no.0),
            row.opened_at.0,
            row.opened_by.map(|user| user.0),
            row.due_at.0,
            row.state as u8,
            row.reason.map(|reason| reason as u8),
            row.answered_at.map(|at| at.0),
            row.answered_by.map(|user| user.0),
            row.appealed_at.map(|at| at.0),
            &stored::notes(&row.notes),
        ])?;
    }
    save.finish()
}

fn save_payments(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_payment.sql"))?;
    for (_, row) in slice.payments.changed() {
        save.row(values![
            brand.0,
            row.id.0,
            row.record.0,
            row.at.0,
            row.run.map(|run| run.0),
            row.partner.0,
            row.currency.as_str(),
            row.proposed.0,
            row.actions,
            row.total.0,
            row.state as u8,
            row.changed_at.0,
            &row.reason,
            row.returned_to,
            &stored::payment_sums(&row.sums),
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_payment_line.sql"))?;
    for row in &slice.new.payment_lines {
        let (action, before) = (row.action, row.before.map(|payment| payment.0));
        let (program, event_type) = (action.program.0, action.event_type.0);
        save.row(values![brand.0, row.payment.0, action.seq, program, event_type, row.amount.0, before])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_payment_run.sql"))?;
    for (_, row) in slice.payment_runs.changed() {
        save.row(values![
            brand.0,
            row.id.0,
            row.record.0,
            row.at.0,
            row.currency.as_str(),
            &stored::list(row.payments.iter().map(|id| id.0)).unwrap_or_default(),
            row.proposed.0,
            row.proposed_by.map(|user| user.0),
            row.state as u8,
            row.decided_at.map(|at| at.0),
            row.decided_by.map(|user| user.0),
        ])?;
    }
    save.finish()
}

fn save_counters(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_counter.sql"))?;
    for (key, it) in slice.counters.changed() {
        let of = key.group;
        let (program, event_type, period, day) = (of.program.0, of.event_type.0, of.per as u8, of.day.0);
        let values =
            values![brand.0, program, event_type, period, day, key.partner.0, it.actions, it.payout.0, it.amount.0];
        save.row(values)?;
    }
    save.finish()
}

/// What was reckoned, before what is added: what a record adds after it was reckoned is reckoned again.
fn save_tallies(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    for (key, tally) in slice.tallies.changed() {
        let of = key.group;
        let (program, event_type, period, day) = (of.program.0, of.event_type.0, of.per as u8, of.day.0);
        let (action, actions) = (tally.bonus.map(|it| it.action.seq), tally.bonus.map(|it| it.actions));
        let (amount, paid) = (tally.bonus.map(|it| it.amount.0), tally.bonus.map(|it| it.paid.0));
        let partner = key.partner.0;
        let values = values![brand.0, program, event_type, period, day, partner, action, actions, amount, paid];
        db.run(include_str!("../../../sql/books/save_reckoned.sql"), values)?;
    }
    let mut save = db.write(include_str!("../../../sql/books/save_tally.sql"))?;
    for (key, added) in &slice.new.tallies {
        let of = key.group;
        let (program, event_type, period, day) = (of.program.0, of.event_type.0, of.per as u8, of.day.0);
        let (partner, actions, amount, ends_at) = (key.partner.0, added.actions, added.amount.0, added.ends_at.0);
        save.row(values![brand.0, program, event_type, period, day, partner, actions, amount, ends_at, true])?;
    }
    save.finish()
}

fn save_shop_orders(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_shop_order.sql"))?;
    for (key, row) in slice.shop_orders.changed() {
        let (event_type, record, program) = (key.event_type.0, row.record.0, row.program.0);
        save.row(values![brand.0, &key.order_id, event_type, record, program, &stored::shop_order(row)])?;
    }
    save.finish()
}

fn save_unsettled(db: &mut dyn Database, brand: BrandId, slice: &Slice) -> Answer<()> {
    // Only rows that are added are written many at once; few orders are decided late.
    for key in slice.unsettled.removed() {
        let sql = include_str!("../../../sql/books/delete_unsettled.sql");
        db.run(sql, values![brand.0, key.event_type.0, &key.order_id])?;
    }
    let mut save = db.write(include_str!("../../../sql/books/save_unsettled.sql"))?;
    for (key, row) in slice.unsettled.changed() {
        let (node, at, until) = (row.node.0, row.occurred_at.0, row.until.0);
        save.row(values![brand.0, key.event_type.0, &key.order_id, node, at, until, &stored::unsettled(row)])?;
    }
    save.finish()
}

fn save_action(save: &mut dyn Write, brand: BrandId, row: &ActionRow) -> Answer<()> {
    save.row(values![
        brand.0,
        row.id.seq,
        row.id.program.0,
        row.id.event_type.0,
        row.record.0,
        row.partner.0,
        row.ad.0,
        row.click.map(|no| no.0),
        row.evidence as u8,
        row.share_ppm,
        &row.order_id,
        row.occurred_at.0,
        row.opened_at.0,
        row.changed_at.0,
        row.state as u8,
        &row.disposition,
        row.currency.as_str(),
        row.amount.0,
        row.payout.0,
        row.intended_amount.0,
        row.intended_payout.0,
        row.terms_version,
        row.terms_of_template,
        row.locks_at.map(|at| at.0),
        row.owed.0,
        row.owed_since.map(|record| record.0),
        row.payment.map(|payment| payment.0),
        row.changes,
        row.held,
        row.exchange == Exchange::Awaited,
        row.worth(row.intended_amount).0,
        &stored::action_details(row),
        row.return_asked.as_ref().map(|asked| asked.at.0),
    ])
}

fn save_added(db: &mut dyn Database, brand: BrandId, new: &NewRows) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_history.sql"))?;
    for row in &new.history {
        save.row(values![
            brand.0,
            row.action.seq,
            row.seq,
            row.action.program.0,
            row.action.event_type.0,
            row.record.0,
            row.at.0,
            row.kind as u8,
            row.amount_delta.0,
            row.payout_delta.0,
            &row.disposition,
            row.source.map(|source| source as u8),
            row.user.map(|user| user.0),
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_decision.sql"))?;
    for row in &new.decisions {
        let (record, order) = (row.record.0, &row.order);
        save.row(values![brand.0, record, order.event_type.0, &order.order_id, &stored::decision(row)])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_named_click.sql"))?;
    for (click, order) in named_clicks(&new.decisions) {
        save.row(values![brand.0, click.0, order.event_type.0, &order.order_id])?;
    }
    save.finish()?;
    save_reports(db, brand, new)?;
    let mut save = db.write(include_str!("../../../sql/books/save_effect.sql"))?;
    for row in &new.effects {
        let Effect::TellActionChanged { action, seq, kind } = &row.effect;
        save.row(values![brand.0, row.record.0, row.n, action.seq, *seq, *kind as u8])?;
    }
    save.finish()
}

/// The candidates of all decisions, each once: an order may be decided several times in a batch.
fn named_clicks(decisions: &[DecisionRow]) -> BTreeSet<(ClickNo, &OrderKey)> {
    decisions.iter().flat_map(|row| row.candidates.iter().map(|it| (it.click, &row.order))).collect()
}

fn save_reports(db: &mut dyn Database, brand: BrandId, new: &NewRows) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_submission.sql"))?;
    for row in &new.submissions {
        save.row(values![
            brand.0,
            &row.id.0,
            row.record.0,
            row.kind as u8,
            row.received_at.0,
            row.program.0,
            row.order.as_ref().map(|order| order.event_type.0),
            row.order.as_ref().map(|order| order.order_id.as_str()),
            row.source as u8,
            row.refusal.map(|refusal| refusal.number()),
            stored::list(&row.actions).as_deref(),
            row.unchanged,
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_audit.sql"))?;
    for row in &new.audit {
        save.row(values![
            brand.0,
            row.record.0,
            row.fact_id.edge,
            row.fact_id.epoch,
            row.fact_id.n,
            row.at.0,
            row.actor.user.0,
            row.actor.role as u8,
            &row.actor.reason,
            row.kind,
            &row.subject,
            row.refusal.map(|refusal| refusal.number()),
        ])?;
    }
    save.finish()
}

/// Entries, and the sums they add to.
fn save_sums(db: &mut dyn Database, brand: BrandId, new: &NewRows) -> Answer<()> {
    save_entries(db, brand, new)?;
    let mut save = db.write(include_str!("../../../sql/books/save_balance.sql"))?;
    for (key, added) in &new.balances {
        let added = i64::try_from(*added).map_err(|error| Error::corrupt("add to a balance", error))?;
        let (program, partner, account) = (key.program.0, key.partner.0, key.account as u8);
        save.row(values![brand.0, program, partner, account, key.currency.as_str(), added])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_turnover.sql"))?;
    for (MonthKey { month, of }, added) in &new.months {
        let sum = |sum: i128| i64::try_from(sum).map_err(|error| Error::corrupt("add to a month", error));
        let (program, partner, account) = (of.program.0, of.partner.0, of.account as u8);
        let (money_in, money_out) = (sum(added.money_in)?, sum(added.money_out)?);
        save.row(values![brand.0, partner, program, of.currency.as_str(), account, month.0, money_in, money_out])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_returns.sql"))?;
    for (key, added) in &new.returns {
        let (payouts, returned) = (added.payouts.0, added.returned.0);
        save.row(values![brand.0, key.program.0, key.month.0, key.partner.0, payouts, returned])?;
    }
    save.finish()
}

fn save_entries(db: &mut dyn Database, brand: BrandId, new: &NewRows) -> Answer<()> {
    let mut save = db.write(include_str!("../../../sql/books/save_entry.sql"))?;
    for row in &new.entries {
        save.row(values![
            brand.0,
            row.record.0,
            row.n,
            row.posted_on.0,
            // Beside the day, so that no question needs a calendar.
            row.posted_on.first_of_month().0,
            row.key.program.0,
            row.key.partner.0,
            row.key.account as u8,
            row.key.currency.as_str(),
            row.amount.0,
            row.action.map(|id| id.seq),
            row.action.map(|id| id.event_type.0),
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_rollup.sql"))?;
    for (key, added) in &new.rollups {
        save.row(values![
            brand.0,
            key.program.0,
            key.day.0,
            key.partner.0,
            key.ad.0,
            added.clicks,
            added.uncounted,
            added.impressions,
            added.visits,
            added.conversions,
            added.assists,
            added.unclaimed,
            added.amount.0,
            added.payout.0,
        ])?;
    }
    save.finish()?;
    let mut save = db.write(include_str!("../../../sql/books/save_left_out.sql"))?;
    for (key, count) in &new.left_out {
        let (kind, reason) = (stored::kind_number(key.kind), key.reason.number());
        save.row(values![brand.0, key.program.0, key.day.0, kind, reason, *count])?;
    }
    save.finish()
}
