//! A tiny name server that knows what a test told it, and says of everything else that there is nothing.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::ports::Port;

const A: u16 = 1;
const CNAME: u16 = 5;
const TXT: u16 = 16;
const AAAA: u16 = 28;
const CAA: u16 = 257;
/// How often it looks whether it is to end.
const TURN: Duration = Duration::from_millis(50);

type Records = BTreeMap<(String, u16), Vec<Vec<u8>>>;

pub struct Dns {
    port: Port,
    records: Arc<Mutex<Records>>,
    stop: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Dns {
    pub fn start() -> Dns {
        let port = Port::free();
        let socket = UdpSocket::bind(port.address()).expect("the port is ours");
        socket.set_read_timeout(Some(TURN)).expect("a socket has a timeout");
        let (records, stop) = (Arc::new(Mutex::new(Records::new())), Arc::new(AtomicBool::new(false)));
        let (known, ends) = (records.clone(), stop.clone());
        let listening = thread::spawn(move || {
            let mut question = [0; 1500];
            while !ends.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut question) else { continue };
                if let Some(answer) = answer(&question[..length], &lock(&known)) {
                    // Whoever asked may have gone.
                    _ = socket.send_to(&answer, from);
                }
            }
        });
        Dns { port, records, stop, listening: Some(listening) }
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    pub fn host(&self, name: &str, address: IpAddr) {
        match address {
            IpAddr::V4(it) => self.add(name, A, it.octets().to_vec()),
            IpAddr::V6(it) => self.add(name, AAAA, it.octets().to_vec()),
        }
    }

    pub fn alias(&self, name: &str, of: &str) {
        self.add(name, CNAME, labels(of));
    }

    pub fn text(&self, name: &str, text: &str) {
        self.add(name, TXT, with_length(text));
    }

    /// Who may issue certificates.
    pub fn issuer(&self, name: &str, issuer: &str) {
        let data = [&[0][..], &with_length("issue"), issuer.as_bytes()].concat();
        self.add(name, CAA, data);
    }

    pub fn forget(&self, name: &str) {
        lock(&self.records).retain(|(known, _), _| known != name);
    }

    fn add(&self, name: &str, kind: u16, data: Vec<u8>) {
        lock(&self.records).entry((name.to_owned(), kind)).or_default().push(data);
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(listening) = self.listening.take() {
            // Its panic was printed.
            _ = listening.join();
        }
    }
}

fn lock(records: &Mutex<Records>) -> MutexGuard<'_, Records> {
    records.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn with_length(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("a short text");
    [&[length], text.as_bytes()].concat()
}

fn labels(name: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.split('.').flat_map(with_length).collect();
    bytes.push(0);
    bytes
}

/// The answer to a question, in the form of RFC 1035; none to what is no question.
fn answer(question: &[u8], records: &Records) -> Option<Vec<u8>> {
    let (mut name, mut at) = (Vec::new(), 12);
    loop {
        let length = usize::from(*question.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        name.push(String::from_utf8_lossy(question.get(at..at + length)?).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*question.get(at)?, *question.get(at + 1)?]);
    let asked = question.get(12..at + 4)?;
    let found = records.get(&(name.join("."), kind)).map(Vec::as_slice).unwrap_or_default();
    // The number and the wish of the question; an answer of somebody who knows; one question; so many answers.
    let mut answer = vec![question[0], question[1], 0x84 | (question[2] & 1), 0x80, 0, 1];
    answer.extend(u16::try_from(found.len()).ok()?.to_be_bytes());
    answer.extend([0; 4]);
    answer.extend(asked);
    for data in found {
        // The name of the question, again.
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 1]);
        answer.extend(u16::try_from(data.len()).ok()?.to_be_bytes());
        answer.extend(data);
    }
    Some(answer)
}
