//! Mail on its way: where it is handed over, what it looks like, and when it is tried again.

mod courier;
mod letter;
mod news;
mod server;
pub mod words;

#[cfg(test)]
mod tests;

pub use courier::{MailFigures, send_due};
pub use letter::Letter;
pub use server::{Encryption, Failure, MailConfig, MailServer};
pub use words::MailTopic;
