//! Intake: from what a request says to a fact. It measures, normalises and hashes; it never judges, and asks neither
//! clock nor chance itself.

pub mod agent;
pub mod amount;
pub mod assigned;
pub mod change;
pub mod click;
pub mod click_id;
pub mod click_terms;
pub mod client;
pub mod conditions;
#[cfg(test)]
mod corpus;
pub mod day;
pub mod digest;
pub mod drop_reason;
pub mod email;
pub mod event_date;
pub mod fields;
pub mod hex;
pub mod hours;
pub mod identifier;
pub mod impression;
pub mod inquiry;
pub mod keys;
pub mod landing;
pub mod lists;
#[cfg(test)]
mod mmdb;
pub mod network;
mod oddity;
pub mod page_load;
pub mod person;
pub mod phone;
pub mod placeholder;
pub mod measures;
mod ranges;
pub mod rates;
pub mod report;
pub mod shop;
pub mod signals;
pub mod submission;
pub mod terms;
pub mod visitor;
