//! Processor time of this program: what work costs, whoever else is on the machine.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// User and system time that all threads have used so far.
pub fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or_default();
    Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds)
}
