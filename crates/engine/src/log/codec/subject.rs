//! What was done for a person whose data this is, out and in.

use referee_core::fact::{Service, SubjectServed};
use referee_core::id::ServiceId;

use super::super::wire;
use super::fixed;
use crate::error::Result;

pub fn served_out(it: &SubjectServed) -> wire::SubjectServed {
    let erased = match it.service {
        Service::Erasure { values } => Some(values),
        Service::Export => None,
    };
    wire::SubjectServed { id: it.id.0.to_vec(), erased }
}

pub fn served_in(it: &wire::SubjectServed) -> Result<SubjectServed> {
    let service = it.erased.map_or(Service::Export, |values| Service::Erasure { values });
    Ok(SubjectServed { id: ServiceId(fixed(&it.id)?), service })
}
