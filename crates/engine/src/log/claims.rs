//! What lays claim to an order before the touchpoints do, on the wire: promo codes, assigned values, groups of partners.

use referee_core::fact::PartnerGroupSet;
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::{self, CodePolicy, GroupCredit, PartnerGroup, ValueKind};
use referee_core::time::Timestamp;

use super::codec::known;
use super::{number, wire};
use crate::error::Result;

pub(super) fn code_out(it: &program::PromoCode) -> wire::PromoCode {
    wire::PromoCode {
        program: it.program.0,
        code: it.code.clone(),
        partner: it.partner.0,
        standing: it.standing as u32,
        policy: it.policy as u32,
        restricted: it.restricted,
        starts_at: it.starts_at.map(|at| at.0),
        ends_at: it.ends_at.map(|at| at.0),
    }
}

pub(super) fn code_in(it: wire::PromoCode) -> Result<program::PromoCode> {
    Ok(program::PromoCode {
        program: ProgramId(it.program),
        code: it.code,
        partner: PartnerId(it.partner),
        standing: known(number::standing(it.standing), "standing")?,
        // The first codes had none.
        policy: if it.policy == 0 {
            CodePolicy::Always
        } else {
            known(number::code_policy(it.policy), "policy of a code")?
        },
        restricted: it.restricted,
        starts_at: it.starts_at.map(Timestamp),
        ends_at: it.ends_at.map(Timestamp),
    })
}

pub(super) fn value_out(it: &program::AssignedValue) -> wire::AssignedValue {
    wire::AssignedValue {
        program: it.program.0,
        kind: it.kind as u32,
        value: it.value.clone(),
        partner: it.partner.0,
        standing: it.standing as u32,
    }
}

pub(super) fn value_in(it: wire::AssignedValue) -> Result<program::AssignedValue> {
    Ok(program::AssignedValue {
        program: ProgramId(it.program),
        kind: known(number::value_kind(it.kind), "kind of value")?,
        value: it.value,
        partner: PartnerId(it.partner),
        standing: known(number::standing(it.standing), "standing")?,
    })
}

pub(super) fn named_out((kind, value): &(ValueKind, String)) -> wire::NamedValue {
    wire::NamedValue { kind: *kind as u32, value: value.clone() }
}

pub(super) fn named_in(it: wire::NamedValue) -> Result<(ValueKind, String)> {
    Ok((known(number::value_kind(it.kind), "kind of value")?, it.value))
}

pub(super) fn group_out(
    program: ProgramId,
    id: Option<u32>,
    name: &str,
    members: &[PartnerId],
    credit: GroupCredit,
) -> wire::PartnerGroup {
    let members = members.iter().map(|member| member.0).collect();
    wire::PartnerGroup { program: program.0, id, name: name.to_owned(), members, credit: credit as u32 }
}

pub(super) fn group_set_in(it: wire::PartnerGroup) -> Result<PartnerGroupSet> {
    Ok(PartnerGroupSet {
        program: ProgramId(it.program),
        id: it.id,
        name: it.name,
        members: it.members.into_iter().map(PartnerId).collect(),
        credit: known(number::group_credit(it.credit), "kind of group")?,
    })
}

pub(super) fn group_in(it: wire::PartnerGroup) -> Result<PartnerGroup> {
    let id = it.id.unwrap_or_default();
    let PartnerGroupSet { program, name, members, credit, .. } = group_set_in(it)?;
    Ok(PartnerGroup { program, id, name, members, credit })
}
