//! Real engines for tests and benches. Each one runs on free ports of this computer and in a temporary folder, and ends
//! with its handle; should the test's process be killed, they end and their folders go all the same.
//!
//! What goes wrong here is the fault of the machine or of the test, so everything panics with a sentence.

pub mod acme;
pub mod authority;
pub mod deadline;
pub mod dns;
pub mod nats;
pub mod pgbouncer;
pub mod ports;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod shopify;
pub mod smtp;

mod folder;
mod monitor;
mod owner;
mod request;
mod standby;
mod template;

pub use acme::Acme;
pub use authority::Authority;
pub use dns::Dns;
pub use nats::Nats;
pub use pgbouncer::PgBouncer;
pub use postgres::Postgres;
pub use process::Process;
pub use proxy::Proxy;
pub use smtp::Smtp;
