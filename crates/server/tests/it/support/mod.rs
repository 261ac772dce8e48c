//! What the tests hold in their hands: the running program, and plain HTTP to it.

mod demo;
mod http;

pub use demo::{Demo, Person, data_path, eventually, free_port, next_line};
pub use http::{Client, Reply, form};
