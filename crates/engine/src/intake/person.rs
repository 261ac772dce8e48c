//! Everything a request says of the person behind it, hashed.

use referee_core::id::ClickNo;
use referee_core::identity::{Alias, Identifier, IdentifierKind, LeftOut};

use super::fields::Fields;
use super::identifier::{self, identifier};
use super::keys::BrandKeys;
use super::report::Warning;
use super::visitor;

/// Fields that name a person, and what each holds.
const FIELDS: [(&[&str], IdentifierKind); 9] = [
    (&["CustomerId", "customer_id", "custid"], IdentifierKind::CustomerId),
    (&["CustomerEmail", "customer_email", "email", "custemail"], IdentifierKind::Email),
    (&["PhoneNumber", "phone"], IdentifierKind::Phone),
    (&["CustomClickId"], IdentifierKind::Journey),
    (&["CustomProfileId", "custom_profile_id", "FirstPartyCookie"], IdentifierKind::AnonymousId),
    (&["GoogAId"], IdentifierKind::Device),
    (&["AndroidId"], IdentifierKind::Device),
    (&["AppleIfa"], IdentifierKind::Device),
    (&["AppleIfv"], IdentifierKind::Device),
];

/// Names of all fields that name a person.
pub fn person_fields() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().flat_map(|(names, _)| names.iter().copied())
}

/// What was found of a person.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// One for each thing, strong kinds first; of one kind, in the order in which the report names them.
    pub identifiers: Vec<Identifier>,
    /// Further hashes of the same things.
    pub aliases: Vec<Alias>,
    /// What was meant to name the person and does not.
    pub left_out: Vec<LeftOut>,
    pub warnings: Vec<Warning>,
}

impl Person {
    fn add(&mut self, identifier: Identifier) {
        if !self.identifiers.contains(&identifier) {
            self.identifiers.push(identifier);
        }
    }

    fn add_email(&mut self, keys: &BrandKeys, field: &str, value: &str) -> Result<(), identifier::Unusable> {
        let email = identifier::email(keys, value)?;
        self.add(email.identifier);
        self.aliases.extend(email.variants.into_iter().map(|is| Alias { of: email.identifier, is }));
        if email.in_clear {
            let message = "The address came in clear and was hashed at once; send SHA-256 of the lower-case address.";
            self.warnings.push(Warning::new(field, message));
        }
        Ok(())
    }
}

/// Reads the fields that name a person. What names nobody is left out with a warning.
pub fn person(fields: &Fields, keys: &BrandKeys, visitor: Option<&str>, journey: Option<ClickNo>) -> Person {
    let mut person = Person::default();
    if let Some(no) = journey {
        person.add(identifier::journey(keys, no));
    }
    for (names, kind) in FIELDS {
        let Some(value) = fields.get(names) else { continue };
        let added = match kind {
            IdentifierKind::Email => person.add_email(keys, names[0], value),
            _ => identifier(keys, kind, value).map(|identifier| person.add(identifier)),
        };
        if let Err(why) = added {
            person.warnings.push(Warning::new(names[0], &format!("It was left out: {why}.")));
        }
    }
    if let Some(identifier) = visitor.and_then(|value| visitor::identifier(keys, value)) {
        person.add(identifier);
    }
    person.identifiers.sort_by_key(|identifier| identifier.kind);
    person
}
