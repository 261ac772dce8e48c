//! One small file of somebody's web server. What is connected to was resolved and looked at first, no redirect is
//! followed, and neither size nor time is up to the other side.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::probe::Probe;

/// Longer is not what was asked for.
const BYTES_MAX: u64 = 16 << 10;

/// The text of a file over plain HTTP, or in a few words why there is none.
pub(super) async fn fetch(probe: &Probe, host: &str, path: &str) -> Result<String, String> {
    let addresses = probe.reachable(host).await?;
    let mut why = String::new();
    for address in addresses.into_iter().take(2) {
        let at = SocketAddr::new(address, probe.http_port);
        match timeout(probe.patience, exchange(at, host, path)).await {
            Ok(Ok(text)) => return body(&text),
            Ok(Err(error)) => why = format!("{address} can't be asked: {error}"),
            Err(_) => why = format!("{address} did not answer within {} s", probe.patience.as_secs()),
        }
    }
    Err(why)
}

async fn exchange(at: SocketAddr, host: &str, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(at).await?;
    // The old version of HTTP knows no pieces, and ends with the connection.
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: Referee-Domain-Check\r\nAccept: text/plain\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(BYTES_MAX).read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn body(answer: &str) -> Result<String, String> {
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("the answer is not one of a web server")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    match status {
        "200" => Ok(body.to_owned()),
        "301" | "302" | "303" | "307" | "308" => Err("it is redirected, which is not followed".into()),
        _ => Err(format!("the answer was {}", status.chars().take(3).collect::<String>())),
    }
}
