//! That each engine does what tests of it rely on.

mod nats;
mod pgbouncer;
mod ports;
mod postgres;
mod proxy;
