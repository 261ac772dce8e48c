//! One plain request, to see that a server answers as it should before it is measured.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

const TIMEOUT: Duration = Duration::from_secs(10);

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Option<Answer> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        Some(Answer { status, headers: lines.filter_map(header).collect(), body: body.to_owned() })
    }
}

/// Asks a server on the loopback.
pub fn get(port: u16, path: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    let asking = || format!("ask port {port} for {path}");
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).with_context(asking)?;
    stream.set_read_timeout(Some(TIMEOUT)).with_context(asking)?;
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    write!(stream, "GET {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").with_context(asking)?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).with_context(asking)?;
    Answer::parse(&String::from_utf8_lossy(&bytes)).with_context(asking)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read() {
        let answer = Answer::parse("HTTP/1.1 302 Found\r\nLocation: /x\r\nA: b\r\n\r\nbody").unwrap();
        assert_eq!((answer.status, answer.header("location"), answer.body.as_str()), (302, Some("/x"), "body"));
    }
}
