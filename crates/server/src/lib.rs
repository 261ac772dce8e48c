//! The edge: HTTP, console and command line. Holds no SQL and decides no amount; it asks the engine.

pub mod api;
pub mod app;
pub mod award;
pub mod claims;
pub mod cli;
pub mod console;
pub mod demo;
pub mod docs;
pub mod error;
pub mod health;
pub mod host;
pub mod imports;
pub mod journal;
pub mod metrics;
pub mod paging;
pub mod pricing;
pub mod reports;
pub mod router;
pub mod serve;
pub mod setup;
pub mod tasks;
pub mod test_clock;
pub mod tracking;
pub mod tries;
pub mod vendor;
pub mod words;
