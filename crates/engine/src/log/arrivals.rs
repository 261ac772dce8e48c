//! A count that grows whenever frames may have been kept, for those who wait for the next.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

#[derive(Default)]
pub struct Arrivals {
    count: Mutex<u64>,
    grown: Condvar,
}

impl Arrivals {
    /// The value to wait past.
    pub fn count(&self) -> u64 {
        *self.lock()
    }

    /// Frames may have been kept, or whoever waits shall look for another reason.
    pub fn grow(&self) {
        *self.lock() += 1;
        self.grown.notify_all();
    }

    /// Returns when the count has grown past `seen`, or the time is up.
    pub fn wait(&self, seen: u64, most: Duration) {
        // Whether it was woken or timed out, the caller looks for itself.
        drop(self.grown.wait_timeout_while(self.lock(), most, |count| *count == seen));
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        // A number is whole at every moment.
        self.count.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
