//! Tracking domains: hosts of a brand's own on which links are served. Whether they are the brand's is proved by DNS or
//! by a file, and the doctor says what visitors of each browser would lose with them.

mod blocked_names;
mod certificate;
mod config;
mod diagnose;
mod doctor;
mod facts;
mod fetch;
mod finding;
mod keeper;
mod names;
mod probe;
mod proof;
mod resolve;

#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use config::DomainConfig;
pub use diagnose::diagnose;
pub use doctor::{Asked, examine};
pub use facts::{Facts, HostFacts};
pub use finding::{Browser, Finding, Findings, Topic, Weight};
pub use names::{is_name, is_open, site_of, suffix_is_shared};
pub use probe::{Probe, is_public};
pub use proof::{Claim, Method, file_path, prove, record_name, record_value};
pub use resolve::{Question, Record, Resolve};
