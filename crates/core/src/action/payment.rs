//! The payment of what is locked for a partner.

use crate::fact::Record;
use crate::id::{PartnerId, PaymentId, ProgramId};
use crate::money::Money;
use crate::refusal::Refusal;
use crate::row::PaymentRow;
use crate::setup::Subject;
use crate::slice::Slice;

/// Gathers what is locked by now; the queue does the gathering.
pub(crate) fn begin(slice: &mut Slice, record: &Record, program: ProgramId, partner: PartnerId) -> Subject {
    let currency = slice.config.programs.get(&program).ok_or(Refusal::CampaignNotFound)?.currency;
    if !slice.config.partners.contains_key(&partner) {
        return Err(Refusal::PartnerNotFound);
    }
    slice.state.last_payment.0 += 1;
    let id = PaymentId(slice.state.last_payment.0);
    slice.payments.set(
        id,
        PaymentRow {
            id,
            record: record.no,
            at: record.occurred_at,
            program,
            partner,
            currency,
            actions: 0,
            total: Money::ZERO,
            open: true,
        },
    );
    slice.state.work_waits = true;
    Ok(id.to_string())
}
