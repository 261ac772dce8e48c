//! Free ports of this computer, below those that the system gives to outgoing connections.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::owner;

/// The tests of the server take theirs from 20 000 on.
const FIRST: u32 = 10_000;
const COUNT: u32 = 10_000;

/// A port that no other handle has, in this process or another: a lock on a file says so, and the system lets go of it
/// when the process ends, however that happens. So the port stays ours while the engine behind it is down.
pub struct Port {
    number: u16,
    _lock: File,
}

impl Port {
    /// Somebody who asks nobody can still take it, so whoever starts an engine tries another port if this one fails.
    pub fn free() -> Port {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = env::temp_dir().join(format!("referee-ports-{}", owner::uid()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        // Processes that follow each other begin far apart, so that they seldom ask for the same.
        let begin = std::process::id().wrapping_mul(61);
        (0..COUNT)
            .find_map(|_| {
                let step = NEXT.fetch_add(1, Ordering::Relaxed);
                let number = (FIRST + begin.wrapping_add(step) % COUNT) as u16;
                let lock = File::create(folder.join(number.to_string())).ok()?;
                lock.try_lock().ok()?;
                TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
                Some(Port { number, _lock: lock })
            })
            .expect("a port is free")
    }

    /// The one that somebody asks for.
    pub fn fixed(number: u16) -> Port {
        let folder = env::temp_dir().join(format!("referee-ports-{}", owner::uid()));
        fs::create_dir_all(&folder).expect("a temporary folder");
        let lock = File::create(folder.join(number.to_string())).expect("a file in it");
        Port { number, _lock: lock }
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.number))
    }
}
