//! Rows of the tables as the rules' rows, one function each. Columns come in the order the queries name them.

use referee_core::fact::Actor;
use referee_core::id::{
    ActionId, AdId, ClickNo, EventTypeId, FactId, NodeId, PartnerId, PaymentId, ProgramId, RecordNo, SubmissionId,
    UserId,
};
use referee_core::money::{Currency, Money};
use referee_core::row::{
    ActionRow, BalanceKey, BrandState, ClickRow, ConversionRow, DecisionRow, EntryRow, HistoryRow, OrderKey,
    PaymentRow, Rollup, SubmissionRow,
};
use referee_core::time::Timestamp;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::books::reads::AuditEntry;
use crate::books::stored::{self, ClickBits};
use crate::error::Error;

type Read<T> = rusqlite::Result<T>;

/// What the books hold but this program can't read.
fn unreadable(error: Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(error))
}

pub fn sound<T>(result: crate::error::Result<T>) -> Read<T> {
    result.map_err(unreadable)
}

fn number_of(row: &Row<'_>, column: usize) -> Read<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

fn currency(row: &Row<'_>, column: usize) -> Read<Currency> {
    let text: String = row.get(column)?;
    sound(text.as_bytes().try_into().map(Currency).map_err(|error| Error::corrupt("read a currency", error)))
}

fn money(row: &Row<'_>, column: usize) -> Read<Money> {
    row.get(column).map(Money)
}

fn time(row: &Row<'_>, column: usize) -> Read<Timestamp> {
    row.get(column).map(Timestamp)
}

pub fn brand_state(row: &Row<'_>) -> Read<BrandState> {
    Ok(BrandState {
        last_record: RecordNo(number_of(row, 0)?),
        rules_version: row.get(1)?,
        brand_time: time(row, 2)?,
        last_node: NodeId(number_of(row, 3)?),
        last_ad: AdId(row.get(4)?),
        last_event_type: EventTypeId(row.get(5)?),
        last_action_seq: row.get(6)?,
        last_payment: PaymentId(row.get(7)?),
        work_waits: row.get(8)?,
    })
}

pub fn click(row: &Row<'_>) -> Read<ClickRow> {
    let bits = sound(ClickBits::unpack(row.get(7)?))?;
    let text = |column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default);
    Ok(ClickRow {
        no: ClickNo(number_of(row, 0)?),
        record: RecordNo(number_of(row, 1)?),
        program: ProgramId(row.get(2)?),
        partner: PartnerId(row.get(3)?),
        ad: AdId(row.get(4)?),
        node: NodeId(number_of(row, 5)?),
        occurred_at: time(row, 6)?,
        signals: bits.signals,
        deep_link_refused: bits.deep_link_refused,
        recovered: bits.recovered,
        refusal: sound(stored::refusal(row.get(8)?))?,
        landed_at: row.get::<_, Option<i64>>(9)?.map(Timestamp),
        slug: row.get(10)?,
        sub_ids: [text(11)?, text(12)?, text(13)?],
        shared_id: text(14)?,
    })
}

pub fn conversion(row: &Row<'_>) -> Read<(OrderKey, ConversionRow)> {
    let key = stored::order(row.get(0)?, row.get(1)?);
    let program = ProgramId(row.get(3)?);
    let digest: Vec<u8> = row.get(9)?;
    let digest = digest.try_into().map_err(|_| Error::corrupt("read a conversion", "its digest has another length"));
    let action = row.get::<_, Option<u32>>(12)?.map(|seq| ActionId { program, event_type: key.event_type, seq });
    let conversion = ConversionRow {
        record: RecordNo(number_of(row, 2)?),
        program,
        occurred_at: time(row, 4)?,
        received_at: time(row, 5)?,
        source: sound(stored::source(row.get(6)?))?,
        currency: currency(row, 7)?,
        amount: money(row, 8)?,
        digest: sound(digest)?,
        node: row.get::<_, Option<i64>>(10)?.map(|node| NodeId(node.cast_unsigned())),
        refusal: sound(stored::refusal(row.get(11)?))?,
        action,
    };
    Ok((key, conversion))
}

pub fn action(row: &Row<'_>) -> Read<ActionRow> {
    let id = ActionId { seq: row.get(0)?, program: ProgramId(row.get(1)?), event_type: EventTypeId(row.get(2)?) };
    let mut action = ActionRow {
        id,
        record: RecordNo(number_of(row, 3)?),
        partner: PartnerId(row.get(4)?),
        ad: AdId(row.get(5)?),
        click: row.get::<_, Option<i64>>(6)?.map(|no| ClickNo(no.cast_unsigned())),
        evidence: sound(stored::evidence(row.get(7)?))?,
        order_id: row.get(8)?,
        occurred_at: time(row, 9)?,
        opened_at: time(row, 10)?,
        changed_at: time(row, 11)?,
        state: sound(stored::action_state(row.get(12)?))?,
        disposition: row.get(13)?,
        currency: currency(row, 14)?,
        amount: money(row, 15)?,
        payout: money(row, 16)?,
        intended_amount: money(row, 17)?,
        intended_payout: money(row, 18)?,
        terms_version: row.get(19)?,
        terms_of_template: row.get(20)?,
        locks_at: time(row, 21)?,
        locked_record: row.get::<_, Option<i64>>(22)?.map(|no| RecordNo(no.cast_unsigned())),
        payment: row.get::<_, Option<u32>>(23)?.map(PaymentId),
        changes: row.get(24)?,
        items: Vec::new(),
        promo_code: String::new(),
        customer_status: String::new(),
        sub_ids: Default::default(),
        shared_id: String::new(),
        fields: Vec::new(),
    };
    sound(stored::fill_action(&mut action, row.get_ref(25)?.as_blob()?))?;
    Ok(action)
}

pub fn history(row: &Row<'_>) -> Read<HistoryRow> {
    Ok(HistoryRow {
        action: ActionId { seq: row.get(0)?, program: ProgramId(row.get(2)?), event_type: EventTypeId(row.get(3)?) },
        seq: row.get(1)?,
        record: RecordNo(number_of(row, 4)?),
        at: time(row, 5)?,
        kind: sound(stored::history_kind(row.get(6)?))?,
        amount_delta: money(row, 7)?,
        payout_delta: money(row, 8)?,
        disposition: row.get(9)?,
        source: row.get::<_, Option<u32>>(10)?.map(stored::source).transpose().map_err(unreadable)?,
        user: row.get::<_, Option<u32>>(11)?.map(UserId),
    })
}

pub fn decision(row: &Row<'_>) -> Read<DecisionRow> {
    let record = RecordNo(number_of(row, 0)?);
    let order = stored::order(row.get(1)?, row.get(2)?);
    sound(stored::decision_of(record, order, row.get_ref(3)?.as_blob()?))
}

pub fn entry(row: &Row<'_>) -> Read<EntryRow> {
    let program = ProgramId(row.get(2)?);
    let key = BalanceKey {
        program,
        partner: PartnerId(row.get(3)?),
        account: sound(stored::account(row.get(4)?))?,
        currency: currency(row, 5)?,
    };
    let event_type = row.get::<_, Option<u32>>(8)?.map(EventTypeId).unwrap_or_default();
    let action = row.get::<_, Option<u32>>(7)?.map(|seq| ActionId { program, event_type, seq });
    Ok(EntryRow { record: RecordNo(number_of(row, 0)?), n: row.get(1)?, key, amount: money(row, 6)?, action })
}

pub fn balance(row: &Row<'_>) -> Read<(BalanceKey, Money)> {
    let key = BalanceKey {
        program: ProgramId(row.get(0)?),
        partner: PartnerId(row.get(1)?),
        account: sound(stored::account(row.get(2)?))?,
        currency: currency(row, 3)?,
    };
    Ok((key, money(row, 4)?))
}

pub fn submission(row: &Row<'_>) -> Read<SubmissionRow> {
    let id: Vec<u8> = row.get(0)?;
    let id = id.try_into().map_err(|_| Error::corrupt("read a submission", "its id has another length"));
    let order = match (row.get::<_, Option<u32>>(5)?, row.get::<_, Option<String>>(6)?) {
        (Some(event_type), Some(order_id)) => Some(stored::order(event_type, order_id)),
        _ => None,
    };
    let action: Option<String> = row.get(9)?;
    Ok(SubmissionRow {
        id: SubmissionId(sound(id)?),
        record: RecordNo(number_of(row, 1)?),
        kind: sound(stored::submission_kind(row.get(2)?))?,
        received_at: time(row, 3)?,
        program: ProgramId(row.get(4)?),
        order,
        source: sound(stored::source(row.get(7)?))?,
        refusal: sound(stored::refusal(row.get(8)?))?,
        action: action.as_deref().map(stored::action_id).transpose().map_err(unreadable)?,
        unchanged: row.get(10)?,
    })
}

pub fn audit(row: &Row<'_>) -> Read<AuditEntry> {
    Ok(AuditEntry {
        record: RecordNo(number_of(row, 0)?),
        fact_id: FactId { edge: row.get(1)?, epoch: row.get(2)?, n: number_of(row, 3)? },
        at: time(row, 4)?,
        actor: Actor { user: UserId(row.get(5)?), role: sound(stored::role(row.get(6)?))?, reason: row.get(7)? },
        kind: row.get(8)?,
        subject: row.get(9)?,
        refusal: sound(stored::refusal(row.get(10)?))?,
    })
}

pub fn payment(row: &Row<'_>) -> Read<PaymentRow> {
    Ok(PaymentRow {
        id: PaymentId(row.get(0)?),
        record: RecordNo(number_of(row, 1)?),
        at: time(row, 2)?,
        program: ProgramId(row.get(3)?),
        partner: PartnerId(row.get(4)?),
        currency: currency(row, 5)?,
        actions: row.get(6)?,
        total: money(row, 7)?,
        open: row.get(8)?,
    })
}

/// Seven figures that begin at this column.
pub fn rollup(row: &Row<'_>, from: usize) -> Read<Rollup> {
    Ok(Rollup {
        clicks: row.get(from)?,
        uncounted: row.get(from + 1)?,
        visits: row.get(from + 2)?,
        conversions: row.get(from + 3)?,
        unclaimed: row.get(from + 4)?,
        amount: money(row, from + 5)?,
        payout: money(row, from + 6)?,
    })
}
