//! Failed tries to say a password: guessing is slow.

use std::collections::HashMap;
use std::sync::Mutex;

use referee_core::time::{MINUTE_MS, Timestamp};

/// Tries an address has in a quarter of an hour: enough for a forgotten password, too few to guess one.
const TRIES_MAX: u32 = 10;
const TRIES_WINDOW_MS: i64 = 15 * MINUTE_MS;
/// Addresses remembered; past it the oldest window is over for all.
const ADDRESSES_MAX: usize = 10_000;

/// Failed tries by address, or by user where somebody is signed in.
#[derive(Default)]
pub struct Tries {
    by_address: Mutex<HashMap<String, (Timestamp, u32)>>,
}

impl Tries {
    /// Whether one more try is allowed; counts it.
    pub fn allow(&self, address: &str, now: Timestamp) -> bool {
        let mut by_address = self.by_address.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        by_address.retain(|_, (since, _)| now.since_ms(*since) < TRIES_WINDOW_MS);
        if by_address.len() >= ADDRESSES_MAX {
            by_address.clear();
        }
        let (_, tries) = by_address.entry(address.to_owned()).or_insert((now, 0));
        *tries += 1;
        *tries <= TRIES_MAX
    }

    pub fn forget(&self, address: &str) {
        self.by_address.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slow() {
        let tries = Tries::default();
        let now = Timestamp(0);
        assert!((0..TRIES_MAX).all(|_| tries.allow("a", now)));
        assert!(!tries.allow("a", now));
        assert!(tries.allow("b", now));
        assert!(tries.allow("a", now.plus_ms(TRIES_WINDOW_MS)));
        tries.forget("a");
        assert!(tries.allow("a", now));
    }
}
