//! Rows of the tables as the rules' rows, one function each. Columns come in the order the queries name them.

use crate::books::reads::{AuditEntry, Intended, JournalLine, Monthly, PaymentPart};
use crate::books::stored::{self, ClickBits};
use crate::database::Row;
use crate::error::{Error, Result};
use referee_core::exchange::Exchange;
use referee_core::fact::{Actor, Device, Signals};
use referee_core::id::{
    ActionId, AdId, ClickNo, EventTypeId, FactId, InquiryId, NodeId, PartnerId, PaymentId, PaymentRunId, ProgramId,
    RecordNo, ReviewId, SubmissionId, UserId,
};
use referee_core::limit::Period;
use referee_core::money::{Currency, Money};
use referee_core::row::{
    ActionRow, BalanceKey, BrandState, ClickRow, ConversionRow, CounterGroup, CounterKey, DecisionRow, EdgeRow,
    EntryRow, HistoryRow, InquiryRow, OrderKey, PaymentLineRow, PaymentRow, PaymentRunRow, Posting, Reckoned,
    RefusedJoinRow, Rollup, ShopOrderRow, SubmissionRow, Tally, UnsettledRow, Whole,
};
use referee_core::statement::Movement;
use referee_core::time::{Day, Timestamp};

pub fn currency(row: &dyn Row, column: usize) -> Result<Currency> {
    let code = row.text(column)?.as_bytes().try_into();
    code.map(Currency).map_err(|error| Error::corrupt("read a currency", error))
}

fn money(row: &dyn Row, column: usize) -> Result<Money> {
    row.number(column).map(Money)
}

fn time(row: &dyn Row, column: usize) -> Result<Timestamp> {
    row.number(column).map(Timestamp)
}

pub fn brand_state(row: &dyn Row) -> Result<BrandState> {
    Ok(BrandState {
        last_record: RecordNo(row.number(0)?),
        rules_version: row.number(1)?,
        brand_time: time(row, 2)?,
        last_node: NodeId(row.number(3)?),
        last_ad: AdId(row.number(4)?),
        last_event_type: EventTypeId(row.number(5)?),
        last_action_seq: row.number(6)?,
        last_payment: PaymentId(row.number(7)?),
        last_payment_run: PaymentRunId(row.number(8)?),
        last_review: ReviewId(row.number(9)?),
        last_unsettled_at: time(row, 10)?,
        work_waits: row.number(11)?,
        posting: posting(row, 12)?,
        rates_after: row.some_number(14)?,
        has_shop_orders: row.number(15)?,
    })
}

/// A moment and a list that begin at this column.
pub fn posting(row: &dyn Row, from: usize) -> Result<Posting> {
    Ok(Posting { moment: time(row, from)?, not_before: stored::first_days_of(row.some_text(from + 1)?)? })
}

pub fn click(row: &dyn Row) -> Result<ClickRow> {
    let bits = ClickBits::unpack(row.number(7)?)?;
    let text = |column| Ok::<_, Error>(row.some_text(column)?.unwrap_or_default().to_owned());
    Ok(ClickRow {
        no: ClickNo(row.number(0)?),
        kind: stored::touch_kind(row.number(15)?)?,
        record: RecordNo(row.number(1)?),
        program: ProgramId(row.number(2)?),
        partner: PartnerId(row.number(3)?),
        ad: AdId(row.number(4)?),
        node: NodeId(row.number(5)?),
        occurred_at: time(row, 6)?,
        signals: Signals {
            asn: row.some_number(16)?.unwrap_or_default(),
            country: country(row, 17)?,
            network: row.some_number(18)?.unwrap_or_default(),
            agent_key: row.some_number(19)?.unwrap_or_default(),
            ..bits.signals
        },
        deep_link_refused: bits.deep_link_refused,
        recovered: bits.recovered,
        refusal: stored::refusal(row.some_number(8)?)?,
        counted: !bits.uncounted,
        landed_at: row.some_number(9)?.map(Timestamp),
        slug: row.some_text(10)?.map(str::to_owned),
        sub_ids: [text(11)?, text(12)?, text(13)?],
        shared_id: text(14)?,
    })
}

/// Two letters; zeros where none are known.
fn country(row: &dyn Row, column: usize) -> Result<[u8; 2]> {
    match row.some_text(column)? {
        Some(text) => {
            text.as_bytes().try_into().map_err(|_| Error::corrupt("read a click", "its country has no two letters"))
        }
        None => Ok([0; 2]),
    }
}

pub fn conversion(row: &dyn Row) -> Result<(OrderKey, ConversionRow)> {
    let key = stored::order(row.number(0)?, row.text(1)?.to_owned());
    let program = ProgramId(row.number(3)?);
    let digest =
        row.blob(9)?.try_into().map_err(|_| Error::corrupt("read a conversion", "its digest has another length"));
    let action = |seq| ActionId { program, event_type: key.event_type, seq };
    let actions = stored::numbers(row.some_text(12)?)?.into_iter().map(action).collect();
    let conversion = ConversionRow {
        record: RecordNo(row.number(2)?),
        program,
        occurred_at: time(row, 4)?,
        received_at: time(row, 5)?,
        source: stored::source(row.number(6)?)?,
        currency: currency(row, 7)?,
        amount: money(row, 8)?,
        digest: digest?,
        node: row.some_number(10)?.map(NodeId),
        refusal: stored::refusal(row.some_number(11)?)?,
        actions,
    };
    Ok((key, conversion))
}

pub fn action(row: &dyn Row) -> Result<ActionRow> {
    let id =
        ActionId { seq: row.number(0)?, program: ProgramId(row.number(1)?), event_type: EventTypeId(row.number(2)?) };
    let mut action = ActionRow {
        id,
        record: RecordNo(row.number(3)?),
        partner: PartnerId(row.number(4)?),
        ad: AdId(row.number(5)?),
        click: row.some_number(6)?.map(ClickNo),
        evidence: stored::evidence(row.number(7)?)?,
        share_ppm: row.number(8)?,
        order_id: row.text(9)?.to_owned(),
        occurred_at: time(row, 10)?,
        opened_at: time(row, 11)?,
        changed_at: time(row, 12)?,
        state: stored::action_state(row.number(13)?)?,
        disposition: row.text(14)?.to_owned(),
        currency: currency(row, 15)?,
        order_currency: currency(row, 15)?,
        exchange: Exchange::Same,
        amount: money(row, 16)?,
        payout: money(row, 17)?,
        intended_amount: money(row, 18)?,
        intended_payout: money(row, 19)?,
        terms_version: row.number(20)?,
        terms_of_template: row.number(21)?,
        locks_at: row.some_number(22)?.map(Timestamp),
        owed: money(row, 23)?,
        owed_since: row.some_number(24)?.map(RecordNo),
        payment: row.some_number(25)?.map(PaymentId),
        changes: row.number(26)?,
        held: row.number(27)?,
        items: Vec::new(),
        promo_code: String::new(),
        customer_status: String::new(),
        sub_ids: Default::default(),
        shared_id: String::new(),
        fields: Vec::new(),
        status_derived: false,
        tier: None,
        outside: None,
        order_total: Money::ZERO,
        device: Device::default(),
        whole: Whole::default(),
        before_reversal: None,
        moved_from: None,
        moved_to: None,
        returned: Money::ZERO,
        return_asked: None,
    };
    stored::fill_action(&mut action, row.blob(29)?)?;
    Ok(action)
}

pub fn tally(row: &dyn Row) -> Result<(CounterKey, Tally)> {
    let per: u32 = row.number(2)?;
    let per = Period::ALL.into_iter().find(|it| *it as u32 == per);
    let group = CounterGroup {
        program: ProgramId(row.number(0)?),
        event_type: EventTypeId(row.number(1)?),
        per: per.ok_or_else(|| Error::corrupt("read a tally", "its period is not known"))?,
        day: Day(row.number(3)?),
    };
    let tally = Tally {
        actions: row.number(5)?,
        amount: money(row, 6)?,
        ends_at: time(row, 7)?,
        changed: row.number(8)?,
        bonus: reckoned(row, group.program)?,
    };
    Ok((CounterKey { group, partner: PartnerId(row.number(4)?) }, tally))
}

fn reckoned(row: &dyn Row, program: ProgramId) -> Result<Option<Reckoned>> {
    let Some(seq) = row.some_number(9)? else { return Ok(None) };
    let action = ActionId { program, event_type: EventTypeId::AWARD, seq };
    Ok(Some(Reckoned { action, actions: row.number(10)?, amount: money(row, 11)?, paid: money(row, 12)? }))
}

pub fn history(row: &dyn Row) -> Result<HistoryRow> {
    Ok(HistoryRow {
        action: ActionId {
            seq: row.number(0)?,
            program: ProgramId(row.number(2)?),
            event_type: EventTypeId(row.number(3)?),
        },
        seq: row.number(1)?,
        record: RecordNo(row.number(4)?),
        at: time(row, 5)?,
        kind: stored::history_kind(row.number(6)?)?,
        amount_delta: money(row, 7)?,
        payout_delta: money(row, 8)?,
        disposition: row.text(9)?.to_owned(),
        source: row.some_number(10)?.map(stored::source).transpose()?,
        user: row.some_number(11)?.map(UserId),
    })
}

pub fn decision(row: &dyn Row) -> Result<DecisionRow> {
    let record = RecordNo(row.number(0)?);
    let order = stored::order(row.number(1)?, row.text(2)?.to_owned());
    stored::decision_of(record, order, row.blob(3)?)
}

pub fn entry(row: &dyn Row) -> Result<EntryRow> {
    let program = ProgramId(row.number(2)?);
    let key = BalanceKey {
        program,
        partner: PartnerId(row.number(3)?),
        account: stored::account(row.number(4)?)?,
        currency: currency(row, 5)?,
    };
    let event_type = row.some_number(8)?.map(EventTypeId).unwrap_or_default();
    let action = row.some_number(7)?.map(|seq| ActionId { program, event_type, seq });
    let posted_on = Day(row.number(9)?);
    Ok(EntryRow { record: RecordNo(row.number(0)?), n: row.number(1)?, posted_on, key, amount: money(row, 6)?, action })
}

pub fn balance(row: &dyn Row) -> Result<(BalanceKey, Money)> {
    let key = BalanceKey {
        program: ProgramId(row.number(0)?),
        partner: PartnerId(row.number(1)?),
        account: stored::account(row.number(2)?)?,
        currency: currency(row, 3)?,
    };
    Ok((key, money(row, 4)?))
}

pub fn monthly(row: &dyn Row) -> Result<Monthly> {
    Ok(Monthly {
        month: Day(row.number(0)?),
        program: ProgramId(row.number(1)?),
        currency: currency(row, 2)?,
        account: stored::account(row.number(3)?)?,
        money_in: money(row, 4)?,
        money_out: money(row, 5)?,
    })
}

pub fn movement(row: &dyn Row) -> Result<(BalanceKey, Movement)> {
    let key = BalanceKey {
        partner: PartnerId(row.number(0)?),
        program: ProgramId(row.number(1)?),
        currency: currency(row, 2)?,
        account: stored::account(row.number(3)?)?,
    };
    Ok((key, Movement { before: money(row, 4)?, money_in: money(row, 5)?, money_out: money(row, 6)? }))
}

pub fn journal(row: &dyn Row) -> Result<JournalLine> {
    Ok(JournalLine {
        day: Day(row.number(0)?),
        key: BalanceKey {
            program: ProgramId(row.number(1)?),
            partner: PartnerId(row.number(2)?),
            currency: currency(row, 3)?,
            account: stored::account(row.number(4)?)?,
        },
        money_in: money(row, 5)?,
        money_out: money(row, 6)?,
        entries_in: row.number(7)?,
        entries_out: row.number(8)?,
    })
}

pub fn submission(row: &dyn Row) -> Result<SubmissionRow> {
    let id = row.blob(0)?.try_into().map_err(|_| Error::corrupt("read a submission", "its id has another length"));
    let order = match (row.some_number(5)?, row.some_text(6)?) {
        (Some(event_type), Some(order_id)) => Some(stored::order(event_type, order_id.to_owned())),
        _ => None,
    };
    Ok(SubmissionRow {
        id: SubmissionId(id?),
        record: RecordNo(row.number(1)?),
        kind: stored::submission_kind(row.number(2)?)?,
        received_at: time(row, 3)?,
        program: ProgramId(row.number(4)?),
        order,
        source: stored::source(row.number(7)?)?,
        refusal: stored::refusal(row.some_number(8)?)?,
        actions: stored::action_ids(row.some_text(9)?)?,
        unchanged: row.number(10)?,
    })
}

pub fn audit(row: &dyn Row) -> Result<AuditEntry> {
    Ok(AuditEntry {
        record: RecordNo(row.number(0)?),
        fact_id: FactId { edge: row.number(1)?, epoch: row.number(2)?, n: row.number(3)? },
        at: time(row, 4)?,
        actor: Actor {
            user: UserId(row.number(5)?),
            role: stored::role(row.number(6)?)?,
            reason: row.text(7)?.to_owned(),
        },
        kind: row.text(8)?.to_owned(),
        subject: row.text(9)?.to_owned(),
        refusal: stored::refusal(row.some_number(10)?)?,
    })
}

pub fn payment(row: &dyn Row) -> Result<PaymentRow> {
    Ok(PaymentRow {
        id: PaymentId(row.number(0)?),
        record: RecordNo(row.number(1)?),
        at: time(row, 2)?,
        run: row.some_number(3)?.map(PaymentRunId),
        partner: PartnerId(row.number(4)?),
        currency: currency(row, 5)?,
        proposed: money(row, 6)?,
        actions: row.number(7)?,
        total: money(row, 8)?,
        state: stored::payment_state(row.number(9)?)?,
        changed_at: time(row, 10)?,
        reason: row.text(11)?.to_owned(),
        returned_to: row.number(12)?,
        sums: stored::payment_sums_of(row.blob(13)?)?,
    })
}

pub fn payment_line(row: &dyn Row) -> Result<PaymentLineRow> {
    let (program, event_type) = (ProgramId(row.number(2)?), EventTypeId(row.number(3)?));
    Ok(PaymentLineRow {
        payment: PaymentId(row.number(0)?),
        action: ActionId { program, event_type, seq: row.number(1)? },
        amount: money(row, 4)?,
        before: row.some_number(5)?.map(PaymentId),
    })
}

pub fn payment_run(row: &dyn Row) -> Result<PaymentRunRow> {
    Ok(PaymentRunRow {
        id: PaymentRunId(row.number(0)?),
        record: RecordNo(row.number(1)?),
        at: time(row, 2)?,
        currency: currency(row, 3)?,
        payments: stored::numbers(Some(row.text(4)?))?.into_iter().map(PaymentId).collect(),
        proposed: money(row, 5)?,
        proposed_by: row.some_number(6)?.map(UserId),
        state: stored::run_state(row.number(7)?)?,
        decided_at: row.some_number(8)?.map(Timestamp),
        decided_by: row.some_number(9)?.map(UserId),
    })
}

pub fn inquiry(row: &dyn Row) -> Result<InquiryRow> {
    let (program, event_type) = (ProgramId(row.number(2)?), EventTypeId(row.number(5)?));
    Ok(InquiryRow {
        id: InquiryId(row.number(0)?),
        record: RecordNo(row.number(1)?),
        program,
        partner: PartnerId(row.number(3)?),
        kind: stored::inquiry_kind(row.number(4)?)?,
        order: stored::order(event_type.0, row.text(6)?.to_owned()),
        action: row.some_number(7)?.map(|seq| ActionId { program, event_type, seq }),
        ordered_at: time(row, 8)?,
        currency: currency(row, 9)?,
        amount: row.some_number(10)?.map(Money),
        click: row.some_number(11)?.map(ClickNo),
        opened_at: time(row, 12)?,
        opened_by: row.some_number(13)?.map(UserId),
        due_at: time(row, 14)?,
        state: stored::inquiry_state(row.number(15)?)?,
        reason: row.some_number(16)?.map(stored::inquiry_reason).transpose()?,
        answered_at: row.some_number(17)?.map(Timestamp),
        answered_by: row.some_number(18)?.map(UserId),
        appealed_at: row.some_number(19)?.map(Timestamp),
        notes: stored::notes_of(row.blob(20)?)?,
    })
}

/// Nine figures that begin at this column.
pub fn rollup(row: &dyn Row, from: usize) -> Result<Rollup> {
    Ok(Rollup {
        clicks: row.number(from)?,
        uncounted: row.number(from + 1)?,
        impressions: row.number(from + 2)?,
        visits: row.number(from + 3)?,
        conversions: row.number(from + 4)?,
        assists: row.number(from + 5)?,
        unclaimed: row.number(from + 6)?,
        amount: money(row, from + 7)?,
        payout: money(row, from + 8)?,
    })
}

pub fn edge(row: &dyn Row) -> Result<EdgeRow> {
    Ok(EdgeRow {
        a: NodeId(row.number(0)?),
        b: NodeId(row.number(1)?),
        // What a pair has only one of has a slot of its own in the key only.
        slot: row.number::<i64>(2)?.max(0),
        record: RecordNo(row.number(3)?),
        n: row.number(4)?,
        occurred_at: time(row, 5)?,
        bond: stored::bond(row.number(6)?)?,
    })
}

pub fn order_key(row: &dyn Row) -> Result<OrderKey> {
    Ok(stored::order(row.number(0)?, row.text(1)?.to_owned()))
}

pub fn unsettled(row: &dyn Row) -> Result<(OrderKey, UnsettledRow)> {
    let (buyer, report) = stored::unsettled_of(row.blob(5)?)?;
    let node = NodeId(row.number(2)?);
    Ok((order_key(row)?, UnsettledRow { node, occurred_at: time(row, 3)?, until: time(row, 4)?, buyer, report }))
}

pub fn shop_order(row: &dyn Row) -> Result<(OrderKey, ShopOrderRow)> {
    let (record, program) = (RecordNo(row.number(2)?), ProgramId(row.number(3)?));
    Ok((order_key(row)?, stored::shop_order_of(record, program, row.blob(4)?)?))
}

pub fn refused_join(row: &dyn Row) -> Result<RefusedJoinRow> {
    Ok(RefusedJoinRow {
        record: RecordNo(row.number(0)?),
        n: row.number(1)?,
        at: time(row, 2)?,
        a: NodeId(row.number(3)?),
        b: NodeId(row.number(4)?),
        reason: stored::reason(row.number(5)?)?,
    })
}

pub fn intended(row: &dyn Row) -> Result<Intended> {
    Ok(Intended {
        program: ProgramId(row.number(0)?),
        partner: PartnerId(row.number(1)?),
        currency: currency(row, 2)?,
        actions: row.number(3)?,
        amount: money(row, 4)?,
        payout: money(row, 5)?,
    })
}

pub fn payment_part(row: &dyn Row) -> Result<PaymentPart> {
    Ok(PaymentPart {
        program: ProgramId(row.number(0)?),
        actions: row.number(1)?,
        amount: money(row, 2)?,
        first_at: Timestamp(row.number(3)?),
        last_at: Timestamp(row.number(4)?),
    })
}
