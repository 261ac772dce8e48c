//! A network connection that can be cut and slowed down.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::ports::Port;

/// What a read takes at most, and how many of them are on the way at most: a stalled sender notices at some time.
const CHUNK: usize = 16 * 1024;
const CHUNKS_ON_THE_WAY: usize = 64;

#[derive(Clone, Copy, PartialEq)]
enum Wire {
    Whole,
    /// Everything waits, as when packets are lost.
    Cut,
    /// Nobody is let in, as when the other side is down.
    Closed,
    /// The proxy is gone.
    Gone,
}

struct State {
    wire: Wire,
    delay: Duration,
    connections: Vec<Weak<Ends>>,
}

/// The client's side of a connection and the server's.
type Ends = [TcpStream; 2];

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// Stands in front of an address. Whoever is to be cut off gets this one's address instead.
pub struct Proxy {
    port: Port,
    shared: Arc<Shared>,
}

impl Proxy {
    pub fn to(target: SocketAddr) -> Proxy {
        // A port can be taken between being found free and being bound.
        let (port, listener) = (0..5)
            .find_map(|_| {
                let port = Port::free();
                TcpListener::bind(port.address()).ok().map(|listener| (port, listener))
            })
            .expect("a port is free");
        let state = State { wire: Wire::Whole, delay: Duration::ZERO, connections: Vec::new() };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let own = Arc::clone(&shared);
        thread::spawn(move || own.accept(&listener, target));
        Proxy { port, shared }
    }

    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// Nothing passes, and nobody is told: connections stay open, new ones open and hear nothing. What was sent
    /// meanwhile arrives after `mend`, as TCP would send it again.
    pub fn cut(&self) {
        self.set(Wire::Cut);
    }

    /// Closes every connection, and each new one at once.
    pub fn sever(&self) {
        self.set(Wire::Closed);
    }

    pub fn mend(&self) {
        self.set(Wire::Whole);
    }

    /// What is sent from now on travels this much longer, in either direction.
    pub fn delay(&self, milliseconds: u64) {
        self.shared.state().delay = Duration::from_millis(milliseconds);
    }

    fn set(&self, wire: Wire) {
        let mut state = self.shared.state();
        state.wire = wire;
        if matches!(wire, Wire::Closed | Wire::Gone) {
            state.connections.drain(..).filter_map(|ends| ends.upgrade()).for_each(|ends| end(&ends));
        }
        self.shared.changed.notify_all();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.set(Wire::Gone);
        // Wakes the thread that accepts, which then sees that it is over.
        _ = TcpStream::connect(self.address());
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding it")
    }

    fn accept(self: Arc<Self>, listener: &TcpListener, target: SocketAddr) {
        for client in listener.incoming() {
            if self.state().wire == Wire::Gone {
                return;
            }
            let Ok(client) = client else { continue };
            let own = Arc::clone(&self);
            thread::spawn(move || own.join(client, target));
        }
    }

    /// Connects one client. Whatever fails ends the connection, as it would without a proxy.
    fn join(self: Arc<Self>, client: TcpStream, target: SocketAddr) -> Option<()> {
        if !self.passable() {
            return None;
        }
        let server = TcpStream::connect(target).ok()?;
        // What waits here waits because a test says so.
        client.set_nodelay(true).ok()?;
        server.set_nodelay(true).ok()?;
        let ends = Arc::new([client, server]);
        {
            let mut state = self.state();
            if !matches!(state.wire, Wire::Whole | Wire::Cut) {
                return None;
            }
            state.connections.retain(|ends| ends.strong_count() > 0);
            state.connections.push(Arc::downgrade(&ends));
        }
        for from in [0, 1] {
            let (sender, receiver) = sync_channel(CHUNKS_ON_THE_WAY);
            let (reader, read_from) = (Arc::clone(&self), Arc::clone(&ends));
            let (writer, write_to) = (Arc::clone(&self), Arc::clone(&ends));
            thread::spawn(move || reader.read(&read_from[from], &sender));
            thread::spawn(move || writer.write(&write_to, 1 - from, &receiver));
        }
        Some(())
    }

    /// Waits while the wire is cut. False when it is closed.
    fn passable(&self) -> bool {
        let waiting = |state: &mut State| state.wire == Wire::Cut;
        let state = self.changed.wait_while(self.state(), waiting).expect("nobody panics while holding it");
        state.wire == Wire::Whole
    }

    /// An empty chunk is the end of what this side says.
    fn read(&self, mut from: &TcpStream, sender: &SyncSender<(Instant, Vec<u8>)>) {
        let mut chunk = vec![0; CHUNK];
        while let Ok(length) = from.read(&mut chunk) {
            let due = Instant::now() + self.state().delay;
            if sender.send((due, chunk[..length].to_vec())).is_err() || length == 0 {
                return;
            }
        }
    }

    fn write(&self, ends: &Ends, to: usize, receiver: &Receiver<(Instant, Vec<u8>)>) {
        for (due, chunk) in receiver {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if !self.passable() {
                break;
            }
            if chunk.is_empty() {
                // The other side may still have something to say.
                _ = ends[to].shutdown(Shutdown::Write);
                return;
            }
            if (&ends[to]).write_all(&chunk).is_err() {
                break;
            }
        }
        end(ends);
    }
}

fn end(ends: &Ends) {
    for stream in ends {
        _ = stream.shutdown(Shutdown::Both);
    }
}
