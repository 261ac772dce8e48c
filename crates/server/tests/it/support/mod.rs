//! What the tests hold in their hands: the running program, and plain HTTP to it.

mod demo;
mod edge;
mod http;

pub use demo::{Account, CHROME, Demo, Pair, Person, data_path, eventually, free_port, next_line};
pub(crate) use demo::{on_every_pair, on_pair};
pub use edge::{Edge, ask, connect};
pub use http::{Client, Reply, form};
