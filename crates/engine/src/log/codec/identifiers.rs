//! Identifiers, what was left out of them, and the brand's block list.

use referee_core::id::{RecordNo, UserId};
use referee_core::identity::{Alias, Block, Blocked, Identifier, IdentifierKind, LeftOut};
use referee_core::time::Timestamp;

use super::super::{number, wire};
use super::{fixed, known};
use crate::error::Result;

pub fn identifier_out(it: &Identifier) -> wire::Identifier {
    wire::Identifier { kind: u32::from(it.kind.number()), hash: it.hash.to_vec() }
}

pub fn identifier_in(it: &wire::Identifier) -> Result<Identifier> {
    Ok(Identifier { kind: known(number::identifier_kind(it.kind), "kind of identifier")?, hash: fixed(&it.hash)? })
}

pub fn identifiers_out(all: &[Identifier]) -> Vec<wire::Identifier> {
    all.iter().map(identifier_out).collect()
}

pub fn identifiers_in(all: &[wire::Identifier]) -> Result<Vec<Identifier>> {
    all.iter().map(identifier_in).collect()
}

pub fn aliases_out(all: &[Alias]) -> Vec<wire::Alias> {
    let alias = |it: &Alias| wire::Alias { of: Some(identifier_out(&it.of)), is: Some(identifier_out(&it.is)) };
    all.iter().map(alias).collect()
}

pub fn aliases_in(all: &[wire::Alias]) -> Result<Vec<Alias>> {
    let part = |it: &Option<wire::Identifier>| identifier_in(known(it.as_ref(), "kind of alias")?);
    all.iter().map(|it| Ok(Alias { of: part(&it.of)?, is: part(&it.is)? })).collect()
}

pub fn left_out_out(all: &[LeftOut]) -> Vec<wire::LeftOut> {
    let kind = |kind: IdentifierKind| u32::from(kind.number());
    let left_out = |it: &LeftOut| wire::LeftOut { kind: it.kind.map(kind), reason: u32::from(it.reason.number()) };
    all.iter().map(left_out).collect()
}

pub fn left_out_in(all: &[wire::LeftOut]) -> Result<Vec<LeftOut>> {
    let left_out = |it: &wire::LeftOut| {
        let kind = it.kind.map(|kind| known(number::identifier_kind(kind), "kind of identifier"));
        Ok(LeftOut { kind: kind.transpose()?, reason: known(number::refusal(it.reason), "reason")? })
    };
    all.iter().map(left_out).collect()
}

pub fn blocked_out(it: &Blocked) -> wire::Blocked {
    wire::Blocked {
        identifier: Some(identifier_out(&it.identifier)),
        aliases: identifiers_out(&it.aliases),
        standing: it.standing as u32,
    }
}

pub fn blocked_in(it: wire::Blocked) -> Result<Blocked> {
    Ok(Blocked {
        identifier: identifier_in(known(it.identifier.as_ref(), "kind of block")?)?,
        aliases: identifiers_in(&it.aliases)?,
        standing: known(number::standing(it.standing), "standing")?,
    })
}

pub fn block_out(it: &Block) -> wire::Block {
    wire::Block {
        blocked: Some(blocked_out(&it.blocked)),
        record: it.record.0,
        at: it.at.0,
        user: it.user.map(|user| user.0),
        reason: it.reason.clone(),
    }
}

pub fn block_in(it: wire::Block) -> Result<Block> {
    Ok(Block {
        blocked: blocked_in(known(it.blocked, "kind of block")?)?,
        record: RecordNo(it.record),
        at: Timestamp(it.at),
        user: it.user.map(UserId),
        reason: it.reason,
    })
}
