//! One id that is seen with about as many others as it may be, in about the time it may be.

use referee_core::identity::IdentifierKind;
use referee_core::time::DAY_MS;

use super::Days;
use super::clock::OPENING;
use super::person::PersonNo;
use super::session::Shown;

/// The kind of the id, the kind of the others, how many are too few, and within how many days.
const LIMITS: [(IdentifierKind, IdentifierKind, u64, i64); 12] = {
    use IdentifierKind::{AnonymousId, CustomerId, Device, Email, Phone, Visitor};
    [
        (Visitor, CustomerId, 5, 30),
        (AnonymousId, Email, 5, 30),
        (Device, Phone, 5, 30),
        (Visitor, AnonymousId, 20, 30),
        (AnonymousId, Visitor, 20, 30),
        (Email, CustomerId, 5, 365),
        (Phone, CustomerId, 5, 365),
        (Email, Visitor, 50, 30),
        (Phone, Device, 50, 30),
        (CustomerId, Email, 10, 365),
        (CustomerId, Phone, 10, 365),
        (CustomerId, AnonymousId, 100, 30),
    ]
};

impl Days {
    pub(super) fn flood(&mut self) {
        let rare = if self.random.percent(15) { LIMITS.len() as u64 } else { 7 };
        let (kind, others, limit, days) = LIMITS[self.random.below(rare) as usize];
        let person = PersonNo(self.random.below(self.people.len() as u64) as usize);
        let device = self.people[person.0].devices[0];
        let id = match kind {
            IdentifierKind::CustomerId => self.people[person.0].customer,
            IdentifierKind::Email => self.people[person.0].email,
            IdentifierKind::Phone => self.people[person.0].phone,
            IdentifierKind::Visitor => self.devices[device].visitor,
            IdentifierKind::AnonymousId => self.devices[device].anonymous,
            kind => *self.devices[device].app.get_or_insert_with(|| self.names.draw(&mut self.random, kind)),
        };
        let many = limit + self.random.below(3);
        // As long as the limit's span, or a moment longer.
        let span = days.min(44) * DAY_MS + self.random.below(2) as i64;
        let start = OPENING.plus_ms(self.random.below(10) as i64 * DAY_MS);
        for n in 0..many {
            let at = start.plus_ms(if n + 1 == many { span } else { span / many as i64 * n as i64 });
            let other = self.names.draw(&mut self.random, others);
            self.visit(device, Shown { identifiers: vec![id, other], aliases: Vec::new() }, at);
        }
        let at = self.clock.any(&mut self.random);
        self.order(person, device, at);
    }
}
