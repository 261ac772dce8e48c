use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use referee_rig::Proxy;

/// Somebody who says everything again.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            thread::spawn(move || std::io::copy(&mut stream.try_clone().expect("a socket"), &mut stream));
        }
    });
    address
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).expect("the proxy listens");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
    stream
}

fn hears(stream: &mut TcpStream) -> u8 {
    let mut byte = [0];
    stream.read_exact(&mut byte).expect("something is said");
    byte[0]
}

fn hears_nothing(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a time");
    let error = stream.read(&mut [0]).expect_err("nothing is said");
    assert_eq!(error.kind(), ErrorKind::WouldBlock, "it is open and silent");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
}

#[test]
fn what_is_sent_over_a_cut_wire_arrives_when_it_is_mended() {
    let proxy = Proxy::to(echo());
    let mut old = connect(&proxy);
    old.write_all(b"a").unwrap();
    assert_eq!(hears(&mut old), b'a');
    proxy.cut();
    let mut new = connect(&proxy);
    old.write_all(b"b").unwrap();
    new.write_all(b"c").unwrap();
    hears_nothing(&mut old);
    hears_nothing(&mut new);
    proxy.mend();
    assert_eq!(hears(&mut old), b'b');
    assert_eq!(hears(&mut new), b'c');
}

#[test]
fn a_severed_wire_ends_connections() {
    let proxy = Proxy::to(echo());
    let mut old = connect(&proxy);
    old.write_all(b"a").unwrap();
    assert_eq!(hears(&mut old), b'a');
    proxy.sever();
    let ended = |stream: &mut TcpStream| {
        let answer = stream.read(&mut [0]);
        matches!(answer, Ok(0)) || answer.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset)
    };
    assert!(ended(&mut old));
    assert!(ended(&mut connect(&proxy)));
    proxy.mend();
    let mut new = connect(&proxy);
    new.write_all(b"b").unwrap();
    assert_eq!(hears(&mut new), b'b');
}

#[test]
fn a_delay_is_one_of_travel_and_the_end_arrives_too() {
    let proxy = Proxy::to(echo());
    proxy.delay(50);
    let mut stream = connect(&proxy);
    let begin = Instant::now();
    for byte in b"abc" {
        stream.write_all(&[*byte]).unwrap();
    }
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut all = String::new();
    stream.read_to_string(&mut all).unwrap();
    assert_eq!(all, "abc");
    assert!(begin.elapsed() >= Duration::from_millis(100), "there and back");
}
