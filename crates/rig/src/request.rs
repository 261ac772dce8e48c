//! One question to NATS, in the few words of its protocol that this takes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A question can be lost while a cluster finds itself. Then another attempt is quicker than more patience.
const PATIENCE: Duration = Duration::from_secs(2);

/// The answer. None if there was none in time.
pub fn request(address: SocketAddr, user: &str, password: &str, subject: &str, body: &str) -> Option<Value> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut lines = BufReader::new(stream);
    let connect = format!(r#"CONNECT {{"user":"{user}","pass":"{password}","verbose":false,"pedantic":false}}"#);
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
