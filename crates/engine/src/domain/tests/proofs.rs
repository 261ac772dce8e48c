//! What proves that a host is a brand's, and what is never asked on its behalf.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::fake::Fake;
use crate::domain::{Claim, Method, Probe, file_path, prove, record_name, record_value};

const HOST: &str = "go.shop.com";
const TOKEN: &str = "AbC123";

fn claim(targets: &[String], several_brands: bool) -> Claim<'_> {
    Claim { host: HOST, token: TOKEN, targets, several_brands }
}

fn probe(dns: Fake) -> Probe {
    Probe { patience: Duration::from_millis(500), ..Probe::with(Arc::new(dns), false) }
}

/// A web server that gives one answer to everybody. What it was asked comes back.
async fn serving(answer: String) -> (SocketAddr, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut asked = vec![0; 4096];
        let n = stream.read(&mut asked).await.expect("a request");
        // Whoever asked may have gone.
        _ = stream.write_all(answer.as_bytes()).await;
        String::from_utf8_lossy(&asked[..n]).into_owned()
    });
    (at, served)
}

fn inside(dns: Fake, at: SocketAddr) -> Probe {
    let patience = Duration::from_millis(500);
    Probe { http_port: at.port(), patience, ..Probe::with(Arc::new(dns), true) }
}

#[tokio::test]
async fn a_record_proves() {
    let dns = Fake::default().txt(&record_name(HOST), "v=spf1 -all").txt(&record_name(HOST), " referee=AbC123 ");
    assert_eq!(prove(&probe(dns), &claim(&[], true)).await, Ok(Method::Record));
    assert_eq!(record_name(HOST), "_referee.go.shop.com");
    let dns = Fake::default().txt(&record_name(HOST), "referee=another");
    let why = prove(&probe(dns), &claim(&[], true)).await.expect_err("it is another brand's");
    assert!(why.starts_with("There is no TXT record _referee.go.shop.com with the value referee=AbC123."), "{why}");
}

#[tokio::test]
async fn where_it_leads_proves_only_for_a_single_brand() {
    let targets = ["203.0.113.9".to_owned(), "edge.referee.net".to_owned()];
    let by_address = || Fake::default().address(HOST, "203.0.113.9");
    let by_name = || Fake::default().cname(HOST, "edge.referee.net").address(HOST, "203.0.113.77");
    let besides = || by_address().address(HOST, "203.0.113.10");
    assert_eq!(prove(&probe(by_address()), &claim(&targets, false)).await, Ok(Method::Address));
    assert_eq!(prove(&probe(by_name()), &claim(&targets, false)).await, Ok(Method::Address));
    let why = prove(&probe(besides()), &claim(&targets, false)).await.expect_err("half of it leads elsewhere");
    assert!(why.contains("The host does not lead to this server."), "{why}");
    let why = prove(&probe(by_address()), &claim(&targets, true)).await.expect_err("whose is it?");
    assert!(why.contains("several brands are served here"), "{why}");
}

#[tokio::test]
async fn a_file_proves_and_is_asked_for_without_following_anything() {
    let file = |status: &str, more: &str, body: &str| format!("HTTP/1.1 {status}\r\n{more}\r\n{body}");
    for (answer, expected) in [
        (file("200 OK", "", "referee=AbC123\n"), Ok(Method::File)),
        (file("200 OK", "", "referee=other\n"), Err("it says something else")),
        (file("302 Found", "Location: http://127.0.0.1/\r\n", "referee=AbC123"), Err("it is redirected")),
        (file("404 Not Found", "", "referee=AbC123"), Err("the answer was 404")),
        ("nonsense".to_owned(), Err("the answer is not one of a web server")),
        (file("200 OK", "", &"x".repeat(1 << 20)), Err("it says something else")),
    ] {
        let (at, served) = serving(answer.clone()).await;
        let proved = prove(&inside(Fake::default().address(HOST, "127.0.0.1"), at), &claim(&[], true)).await;
        match expected {
            Ok(method) => assert_eq!(proved, Ok(method)),
            Err(part) => assert!(proved.clone().is_err_and(|why| why.contains(part)), "{part}: {proved:?}"),
        }
        let asked = served.await.expect("it was asked");
        assert!(asked.starts_with(&format!("GET {} HTTP/1.0\r\nHost: go.shop.com\r\n", file_path(TOKEN))), "{asked}");
        assert!(record_value(TOKEN) == "referee=AbC123" && !asked.contains("Cookie"));
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let probe = inside(Fake::default().address(HOST, "127.0.0.1"), at);
    let why = prove(&probe, &claim(&[], true)).await.expect_err("nothing was said");
    assert!(why.contains("did not answer within"), "{why}");
}

#[tokio::test]
async fn nobody_is_made_to_look_inside_of_the_network() {
    let (at, served) = serving("HTTP/1.1 200 OK\r\n\r\nreferee=AbC123".into()).await;
    for address in ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "::ffff:127.0.0.1"] {
        // One good address does not help.
        let dns = Fake::default().address(HOST, "8.8.8.8").address(HOST, address);
        let probe = Probe { http_port: at.port(), ..probe(dns) };
        let why = prove(&probe, &claim(&[], true)).await.expect_err("it is inside");
        assert!(why.contains(&format!("it leads to {address}")), "{why}");
    }
    assert!(!served.is_finished(), "nobody knocked");
}
