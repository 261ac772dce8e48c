//! One question to NATS, in the few words of its protocol that this takes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::nats::USER;

/// The answer. None if there was none in time.
pub fn request(address: SocketAddr, password: &str, subject: &str, body: &str, patience: Duration) -> Option<Value> {
    let stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    let mut lines = BufReader::new(stream);
    let connect = format!(r#"CONNECT {{"user":"{USER}","pass":"{password}","verbose":false,"pedantic":false}}"#);
    let ask = format!("{connect}\r\nSUB answer 1\r\nPUB {subject} answer {}\r\n{body}\r\n", body.len());
    lines.get_mut().write_all(ask.as_bytes()).ok()?;
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).ok()? == 0 {
            return None;
        }
        // MSG answer 1 LENGTH
        if line.starts_with("MSG ") {
            let length = line.split_whitespace().last()?.parse().ok()?;
            let mut body = vec![0; length];
            lines.read_exact(&mut body).ok()?;
            return serde_json::from_slice(&body).ok();
        }
    }
}
