//! What one record shows together: the things it names, without those that name nobody.

use crate::config::Config;
use crate::fact::{Conversion, Record, Visit};
use crate::id::ProgramId;
use crate::refusal::Refusal;
use crate::row::LeftOutKey;
use crate::slice::Slice;

use super::{Alias, Identifier, IdentifierKind, LeftOut};

/// The things of one record that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// One for each thing, strong kinds first; one customer id at most.
    pub identifiers: Vec<Identifier>,
    /// Further hashes of those things.
    pub aliases: Vec<Alias>,
    /// What was issued in answer, for whoever is named.
    pub issued: Option<Identifier>,
    /// What intake left out, then what is left out here.
    pub left_out: Vec<LeftOut>,
}

impl Sighting {
    pub fn of_visit(config: &Config, visit: &Visit) -> Sighting {
        let issued = visit.issued.filter(|issued| !config.is_blocked(*issued));
        Sighting { issued, ..Sighting::of(config, &visit.identifiers, &visit.aliases, &visit.left_out) }
    }

    pub fn of_report(config: &Config, report: &Conversion) -> Sighting {
        Sighting::of(config, &report.identifiers, &report.aliases, &report.left_out)
    }

    /// Intake leaves out the same by its picture of the brand; this is the word of the record's own place.
    fn of(config: &Config, identifiers: &[Identifier], aliases: &[Alias], left_out: &[LeftOut]) -> Sighting {
        let mut sighting = Sighting { left_out: left_out.to_vec(), ..Sighting::default() };
        for identifier in identifiers {
            let hashes = || aliases.iter().filter(|alias| alias.of == *identifier).map(|alias| alias.is);
            let is_customer = |it: &Identifier| it.kind == IdentifierKind::CustomerId;
            let reason = if config.is_blocked(*identifier) || hashes().any(|hash| config.is_blocked(hash)) {
                Some(Refusal::IdentifierBlocked)
            } else if is_customer(identifier)
                && sighting.identifiers.iter().any(|it| is_customer(it) && it != identifier)
            {
                Some(Refusal::TwoCustomers)
            } else {
                None
            };
            match reason {
                Some(reason) => sighting.left_out.push(LeftOut { kind: Some(identifier.kind), reason }),
                None => {
                    sighting.identifiers.push(*identifier);
                    sighting.aliases.extend(hashes().map(|is| Alias { of: *identifier, is }));
                }
            }
        }
        sighting
    }

    /// All hashes that count, those of the things themselves first.
    pub fn named(&self) -> impl Iterator<Item = Identifier> + '_ {
        let aliases = self.aliases.iter().map(|alias| alias.is);
        self.identifiers.iter().copied().chain(aliases).chain(self.issued)
    }

    /// Adds what was left out to the figures of the day on which it came.
    pub(crate) fn count_left_out(&self, slice: &mut Slice, record: &Record, program: ProgramId) {
        let Some(zone) = slice.config.programs.get(&program).map(|program| &program.zone) else { return };
        let day = zone.day(record.received_at);
        for LeftOut { kind, reason } in &self.left_out {
            let key = LeftOutKey { program, day, kind: *kind, reason: *reason };
            *slice.new.left_out.entry(key).or_default() += 1;
        }
    }
}
