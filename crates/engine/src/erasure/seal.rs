//! What is replaced by what, as bytes that are sealed at once.

use std::collections::BTreeMap;

use referee_core::erasure::Substitution;
use referee_core::identity::{Identifier, IdentifierKind};

use crate::error::{Error, Result};

const IDENTIFIER: u8 = 1;
const AGENT: u8 = 2;
const NETWORK: u8 = 3;
/// A kind of value, a kind of identifier, the value and its token.
const ENTRY_BYTES: usize = 34;

pub fn sealed(by: &Substitution) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut entry = |what: u8, kind: u8, value: [u8; 16], token: [u8; 16]| {
        bytes.extend([what, kind]);
        bytes.extend(value);
        bytes.extend(token);
    };
    for (identifier, token) in &by.identifiers {
        entry(IDENTIFIER, identifier.kind.number(), identifier.hash, *token);
    }
    for (what, numbers) in [(AGENT, &by.agents), (NETWORK, &by.networks)] {
        for (value, token) in numbers {
            entry(what, 0, u128::from(*value).to_be_bytes(), u128::from(*token).to_be_bytes());
        }
    }
    bytes
}

pub fn opened(bytes: &[u8]) -> Result<Substitution> {
    let damaged = || Error::corrupt("read an erasure", "what it replaces is damaged");
    let mut by = Substitution::default();
    for entry in bytes.chunks(ENTRY_BYTES) {
        let entry: &[u8; ENTRY_BYTES] = entry.try_into().map_err(|_| damaged())?;
        let part = |from: usize| {
            let mut part = [0; 16];
            part.copy_from_slice(&entry[from..from + 16]);
            part
        };
        let (value, token) = (part(2), part(18));
        let number = |bytes: [u8; 16]| u64::try_from(u128::from_be_bytes(bytes)).map_err(|_| damaged());
        let put = |numbers: &mut BTreeMap<u64, u64>| {
            numbers.insert(number(value)?, number(token)?);
            Ok::<_, Error>(())
        };
        match entry[0] {
            IDENTIFIER => {
                let kind = IdentifierKind::from_number(entry[1]).ok_or_else(damaged)?;
                by.identifiers.insert(Identifier { kind, hash: value }, token);
            }
            AGENT => put(&mut by.agents)?,
            NETWORK => put(&mut by.networks)?,
            _ => return Err(damaged()),
        }
    }
    Ok(by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_is_opened() {
        let mut by = Substitution::default();
        by.identifiers.insert(Identifier { kind: IdentifierKind::Email, hash: [7; 16] }, [8; 16]);
        by.agents.insert(u64::MAX, 5);
        by.networks.insert(6, u64::MAX);
        let bytes = sealed(&by);
        assert_eq!(opened(&bytes).unwrap(), by);
        assert!(opened(&bytes[1..]).is_err() && opened(&[9; ENTRY_BYTES]).is_err());
        assert_eq!(format!("{by:?}"), "Substitution of (1, 1, 1)", "no value is printed");
    }
}
