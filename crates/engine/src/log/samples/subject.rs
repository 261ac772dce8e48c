//! What was done for a person whose data this is.

use referee_core::fact::{Fact, Service, SubjectServed};
use referee_core::id::ServiceId;

pub fn erased() -> Fact {
    Fact::SubjectServed(SubjectServed { id: ServiceId([6; 16]), service: Service::Erasure { values: 4 } })
}

pub fn exported() -> Fact {
    Fact::SubjectServed(SubjectServed { id: ServiceId([5; 16]), service: Service::Export })
}
