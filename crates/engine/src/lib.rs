//! The shell around the rules: takes requests in, keeps the log and the books, runs the machine.
//!
//! Knows SQL, files and threads; never HTTP servers, and it decides nothing about credit or money.

pub mod books;
pub mod certificate;
pub mod clock;
pub mod config;
pub mod credentials;
pub mod database;
pub mod deferred_link;
pub mod document;
pub mod domain;
pub mod doubt;
pub mod engine;
pub mod erasure;
pub mod error;
mod folder;
pub mod import;
pub mod intake;
pub mod limits;
pub mod log;
pub mod lookup;
pub mod machine;
pub mod mail;
pub mod payee;
pub mod payment_file;
pub mod payment_run;
pub mod peers;
pub mod profile;
pub mod proxies;
pub mod quote;
pub mod relocation;
pub mod replay;
pub mod rescreening;
pub mod retention;
pub mod role;
pub mod routing;
pub mod secret;
pub mod settings;
pub mod statements;
pub mod stores;
pub mod transfer;
pub mod what_if;
pub mod zone;

pub use engine::Engine;
