//! Just enough HTTP for a made-up shop: requests that it gets, answers that it gives, and webhooks that it sends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::sign;

/// Nothing that a shop is sent is larger.
const BODY_MAX: usize = 4 << 20;

#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn read(stream: &TcpStream) -> Option<Request> {
        let mut lines = BufReader::new(stream);
        let mut request = Request::default();
        let line = next_line(&mut lines)?;
        let mut words = line.split(' ');
        request.method = words.next()?.to_owned();
        let target = words.next()?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        (request.path, request.query) = (path.to_owned(), query.to_owned());
        request.headers = read_headers(&mut lines)?;
        let length = request.header("content-length").parse().unwrap_or(0).min(BODY_MAX);
        request.body = vec![0; length];
        lines.read_exact(&mut request.body).ok()?;
        Some(request)
    }

    pub fn header(&self, name: &str) -> &str {
        find(&self.headers, name)
    }

    pub fn parameter(&self, name: &str) -> Option<String> {
        sign::pairs(&self.query).into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The fields of a body, whether it is a form or JSON.
    pub fn fields(&self) -> Vec<(String, String)> {
        let text = String::from_utf8_lossy(&self.body);
        let Ok(Value::Object(fields)) = serde_json::from_str(&text) else { return sign::pairs(&text) };
        let plain = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields.into_iter().map(|(name, value)| (name, plain(value))).collect()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        let pairs = self.header("cookie").split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(other, _)| *other == name).map(|(_, value)| value.to_owned()).next()
    }
}

fn next_line(lines: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    (lines.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
}

fn read_headers(lines: &mut impl BufRead) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = next_line(lines)?;
        if line.is_empty() {
            return Some(headers);
        }
        let (name, value) = line.split_once(':')?;
        headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Answer {
        Answer { status, headers: vec![("content-type".into(), kind.into())], body: body.into() }
    }

    pub fn html(body: String) -> Answer {
        Answer::new(200, "text/html; charset=utf-8", body)
    }

    pub fn script(body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(200, "text/javascript; charset=utf-8", body)
    }

    pub fn json(status: u16, body: &Value) -> Answer {
        Answer::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub fn to(address: &str) -> Answer {
        Answer::new(302, "text/plain", "").with("location", address)
    }

    pub fn none() -> Answer {
        Answer::new(404, "text/plain", "There is nothing here.")
    }

    pub fn with(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn write(&self, mut to: &TcpStream) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} made up\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        to.write_all(head.as_bytes())?;
        to.write_all(&self.body)
    }
}

/// Sends a body to an address of plain HTTP; the status of the answer. An error is what Shopify would see as none in time.
pub fn post(address: &str, headers: &[(String, String)], body: &[u8], patience: Duration) -> io::Result<u16> {
    let rest = address.strip_prefix("http://").ok_or(io::ErrorKind::InvalidInput)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.rsplit_once(':').unwrap_or((authority, "80"));
    // Names of this computer all lead to it, whatever its resolver thinks of them.
    let host = if host.ends_with("localhost") { "127.0.0.1" } else { host };
    let port = port.parse().map_err(|_| io::ErrorKind::InvalidInput)?;
    let stream = TcpStream::connect((host, port))?;
    stream.set_read_timeout(Some(patience))?;
    let mut head = format!("POST /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    (&stream).write_all(head.as_bytes())?;
    // Whoever refuses a large body may close before all of it was sent; the answer still counts.
    _ = (&stream).write_all(body);
    let line = next_line(&mut BufReader::new(&stream)).ok_or(io::ErrorKind::UnexpectedEof)?;
    line.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or(io::ErrorKind::InvalidData.into())
}
