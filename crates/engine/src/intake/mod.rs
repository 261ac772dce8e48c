//! Intake: from what a request says to a fact. It measures, normalises and hashes; it never judges.

pub mod keys;
