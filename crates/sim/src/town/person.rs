//! Somebody who clicks and buys, and what names them.

use referee_core::identity::{Identifier, IdentifierKind};

use super::names::Names;
use crate::random::Random;

/// A place in the town's list of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonNo(pub usize);

pub struct Person {
    pub customer: Identifier,
    pub email: Identifier,
    /// The same address, hashed in another way.
    pub other_hash: Identifier,
    pub phone: Identifier,
    /// Places in the town's list of devices.
    pub devices: Vec<usize>,
    /// Types an address that others type as well.
    pub shares_email: bool,
}

impl Person {
    pub fn new(names: &mut Names, random: &mut Random, shares_email: bool) -> Person {
        Person {
            customer: names.draw(random, IdentifierKind::CustomerId),
            email: names.draw(random, IdentifierKind::Email),
            other_hash: names.draw(random, IdentifierKind::Email),
            phone: names.draw(random, IdentifierKind::Phone),
            devices: Vec::new(),
            shares_email,
        }
    }
}
