//! Load: browsers that follow a link, all of them new, on connections that stay open.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::process;

pub const CONNECTIONS: u32 = 256;
/// The headers of a browser that opens a page, as far as servers care.
pub const HEADERS: [(&str, &str); 5] = [
    (
        "User-Agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36",
    ),
    ("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
    ("Referer", "https://www.trail-notes.example/"),
    ("Sec-Fetch-Mode", "navigate"),
    ("Sec-Fetch-Dest", "document"),
];

/// What is asked for again and again.
#[derive(Debug, Clone)]
pub struct Ask {
    pub path: String,
    pub more: &'static [(&'static str, &'static str)],
    /// How it is answered.
    pub status: u16,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answers {
    pub requests: u64,
    pub per_second: f64,
    pub p50_us: f64,
    pub p99_us: f64,
}

/// Puts a server under load for so long.
pub fn run(port: u16, host: &str, path: &str, seconds: u64) -> Result<Answers> {
    run_at(&format!("http://127.0.0.1:{port}{path}"), host, &[], seconds)
}

/// As a proxy that ended TLS.
pub fn run_behind_proxy(port: u16, host: &str, path: &str, seconds: u64) -> Result<Answers> {
    run_at(&format!("http://127.0.0.1:{port}{path}"), host, &[("X-Forwarded-Proto", "https")], seconds)
}

/// The same by TLS: every connection shakes hands once and stays.
pub fn run_tls(port: u16, host: &str, ask: &Ask, seconds: u64) -> Result<Answers> {
    run_at(&format!("https://127.0.0.1:{port}{}", ask.path), host, ask.more, seconds)
}

fn run_at(url: &str, host: &str, more: &[(&str, &str)], seconds: u64) -> Result<Answers> {
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--latency", "--timeout", "10s"]);
    wrk.args(["--connections", &CONNECTIONS.to_string(), "--duration", &format!("{seconds}s")]);
    for (name, value) in [("Host", host)].iter().chain(&HEADERS).chain(more) {
        wrk.args(["--header", &format!("{name}: {value}")]);
    }
    let said = process::output(wrk.arg(url))?;
    ensure!(!said.contains("Non-2xx or 3xx") && !said.contains("Socket errors"), "some were not answered:\n{said}");
    parse(&said).with_context(|| format!("understand what wrk said:\n{said}"))
}

fn parse(said: &str) -> Option<Answers> {
    let after = |name: &str| said.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
    let requests = said.lines().find_map(|line| line.trim().split_once(" requests in "))?.0.parse().ok()?;
    Some(Answers {
        requests,
        per_second: after("Requests/sec:")?.parse().ok()?,
        p50_us: microseconds(after("50%")?)?,
        p99_us: microseconds(after("99%")?)?,
    })
}

fn microseconds(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1_000.0), ("s", 1_000_000.0)];
    let (number, factor) = units.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wrk_says_is_understood() {
        let said = "Running 2s test @ http://127.0.0.1:1/\n  1 threads and 256 connections\n  Latency Distribution\n     \
                    50%    4.10ms\n     75%    5.00ms\n     90%    6.00ms\n     99%    1.20s\n  \
                    123456 requests in 2.05s, 30.00MB read\nRequests/sec:  60222.44\nTransfer/sec:     14.63MB\n";
        let answers = Answers { requests: 123_456, per_second: 60_222.44, p50_us: 4_100.0, p99_us: 1_200_000.0 };
        assert_eq!(parse(said), Some(answers));
        assert_eq!(parse("nothing"), None);
    }
}
