//! DNS as a test says it is.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use crate::domain::resolve::Answer;
use crate::domain::{Question, Record, Resolve};

#[derive(Default)]
pub struct Fake {
    pub records: BTreeMap<(String, Question), Vec<Record>>,
    /// Names about which the name server does not answer.
    pub silent: Vec<&'static str>,
}

impl Fake {
    pub fn address(mut self, host: &str, address: &str) -> Fake {
        let address = address.parse().expect("an address");
        let question = if matches!(address, std::net::IpAddr::V4(_)) { Question::A } else { Question::Aaaa };
        self.records.entry((host.into(), question)).or_default().push(Record::Address(address));
        self
    }

    pub fn with(mut self, host: &str, question: Question, record: Record) -> Fake {
        self.records.entry((host.into(), question)).or_default().push(record);
        self
    }

    pub fn cname(self, host: &str, to: &str) -> Fake {
        self.with(host, Question::Cname, Record::Name(to.into()))
    }

    pub fn txt(self, host: &str, text: &str) -> Fake {
        self.with(host, Question::Txt, Record::Text(text.into()))
    }
}

impl Resolve for Fake {
    fn ask<'a>(&'a self, host: &'a str, question: Question) -> BoxFuture<'a, Answer> {
        let silent = self.silent.contains(&host);
        let found = self.records.get(&(host.to_owned(), question)).cloned().unwrap_or_default();
        Box::pin(async move { if silent { Err("no answer in time".into()) } else { Ok(found) } })
    }
}
