//! That each engine does what tests of it rely on.

mod acme;
mod nats;
mod pgbouncer;
mod ports;
mod postgres;
mod proxy;
