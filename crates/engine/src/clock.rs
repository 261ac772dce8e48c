//! The only place that asks what time it is.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use referee_core::time::{SECOND_MS, Timestamp};

/// Tests and demonstrations bring their own.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Stands still, moves when it is told to, and never backwards.
pub struct StandingClock {
    now_ms: AtomicI64,
}

impl StandingClock {
    /// 2080-01-01: a standing clock goes no further, because click numbers hold the time and end in 2089.
    pub const END: Timestamp = Timestamp(3_471_292_800_000);

    /// Stands at the computer's time, or after the latest moment that is known, if that is later. After it and not at
    /// it: a moment that stood still may have lent click numbers from those behind it, and none may be minted twice.
    pub fn after(known: Option<Timestamp>) -> StandingClock {
        let now = SystemClock.now();
        StandingClock::at(known.map_or(now, |known| now.max(known.plus_ms(SECOND_MS))))
    }

    pub fn at(now: Timestamp) -> StandingClock {
        StandingClock { now_ms: AtomicI64::new(now.0) }
    }

    /// Moves, and says where it stands now; nothing where that lay past the end, and then it stays.
    pub fn advance(&self, by: Duration) -> Option<Timestamp> {
        let by_ms = i64::try_from(by.as_millis()).ok()?;
        let moved = |now_ms: i64| now_ms.checked_add(by_ms).filter(|moved| *moved <= StandingClock::END.0);
        let before = self.now_ms.fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved).ok()?;
        Some(Timestamp(before + by_ms))
    }
}

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now_ms.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use referee_core::time::DAY_MS;

    use super::*;
    use crate::intake::click_id::{first_number_at, moment_of};

    #[test]
    fn a_standing_clock_moves_only_when_it_is_told_to() {
        let clock = StandingClock::at(Timestamp(5_000));
        assert_eq!((clock.now(), clock.now()), (Timestamp(5_000), Timestamp(5_000)));
        assert_eq!(clock.advance(Duration::from_secs(90)), Some(Timestamp(95_000)));
        assert_eq!(clock.now(), Timestamp(95_000));
    }

    #[test]
    fn a_standing_clock_never_goes_back() {
        let ahead = SystemClock.now().plus_days(40);
        assert_eq!(StandingClock::after(Some(ahead)).now(), ahead.plus_ms(SECOND_MS));
        let before = SystemClock.now();
        assert!(StandingClock::after(Some(before.minus_days(40))).now() >= before);
        assert!(StandingClock::after(None).now() >= before);
    }

    #[test]
    fn hands_that_move_it_at_once_move_it_by_the_sum() {
        let clock = StandingClock::at(Timestamp(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1_000).for_each(|_| assert!(clock.advance(Duration::from_millis(1)).is_some())));
            }
        });
        assert_eq!(clock.now(), Timestamp(4_000));
    }

    #[test]
    fn a_standing_clock_stays_where_click_numbers_still_hold_the_time() {
        let clock = StandingClock::at(Timestamp(StandingClock::END.0 - DAY_MS));
        assert_eq!(clock.advance(Duration::from_secs(2 * 24 * 60 * 60)), None);
        assert_eq!(clock.now(), Timestamp(StandingClock::END.0 - DAY_MS));
        assert_eq!(clock.advance(Duration::from_secs(24 * 60 * 60)), Some(StandingClock::END));
        assert_eq!(clock.advance(Duration::from_millis(1)), None);
        let last = first_number_at(StandingClock::END);
        assert_eq!(moment_of(last), StandingClock::END);
        assert!(i64::try_from(last.0).is_ok(), "the books keep numbers as 63 bits");
    }
}
