//! When things happen, when they are said to have happened, and when they arrive.

use referee_core::time::{DAY_MS, MINUTE_MS, SECOND_MS, Timestamp};

use super::features::Features;
use crate::random::Random;

/// 2026-10-10 at midnight in UTC; in the month after it most time zones change.
pub const OPENING: Timestamp = Timestamp(1_791_590_400_000);
pub const DAYS: i64 = 45;
/// Times further back than this are turned away by intake.
const CLAIMED_BACK_DAYS: u64 = 88;

pub struct Clock {
    features: Features,
    /// Moments are whole multiples of this: coarse ones meet often, and meet the edges of windows.
    grain_ms: i64,
}

/// The two times of a record.
#[derive(Debug, Clone, Copy)]
pub struct Moments {
    pub occurred: Timestamp,
    pub received: Timestamp,
}

impl Clock {
    pub fn new(features: Features, random: &mut Random) -> Clock {
        let grains = [1, SECOND_MS, 15 * MINUTE_MS, 60 * MINUTE_MS, DAY_MS];
        let grain_ms = if features.clock_jumps { grains[random.below(5) as usize] } else { 1 };
        Clock { features, grain_ms }
    }

    /// Some moment of the town's weeks.
    pub fn any(&self, random: &mut Random) -> Timestamp {
        let ms = random.below((DAYS * DAY_MS) as u64) as i64;
        OPENING.plus_ms(ms / self.grain_ms * self.grain_ms)
    }

    /// Somewhat later.
    pub fn soon(&self, random: &mut Random, after: Timestamp) -> Timestamp {
        let steps = [0, 1, SECOND_MS, 2 * SECOND_MS, 2 * SECOND_MS + 1, 30 * SECOND_MS, 2 * MINUTE_MS, 15 * MINUTE_MS];
        let step = steps[random.below(steps.len() as u64) as usize];
        let step = if random.percent(30) { step + random.below(20 * MINUTE_MS as u64) as i64 } else { step };
        after.plus_ms(if self.features.clock_jumps { step } else { step + 2_500 })
    }

    /// How what happened then is reported.
    pub fn moments(&self, random: &mut Random, happened: Timestamp) -> Moments {
        let delay = if self.features.late { delay(random) } else { 0 };
        let occurred = happened.plus_ms(if self.features.clock_jumps { slip(random) } else { 0 });
        let received = happened.plus_ms(delay);
        // Intake turns away what is claimed for a moment too far ahead.
        Moments { occurred: occurred.min(received.plus_ms(5 * MINUTE_MS)), received }
    }

    /// A report whose sender names an old day.
    pub fn long_ago(&self, random: &mut Random, moments: Moments) -> Moments {
        let back = random.below(CLAIMED_BACK_DAYS) as u32;
        Moments { occurred: moments.received.minus_days(back), ..moments }
    }
}

fn delay(random: &mut Random) -> i64 {
    let within = |random: &mut Random, ms: i64| random.below(ms as u64) as i64;
    match random.below(100) {
        0..60 => within(random, 500),
        60..75 => within(random, 5 * MINUTE_MS),
        75..88 => within(random, 300 * MINUTE_MS),
        88..96 => within(random, 2 * DAY_MS),
        _ => within(random, 8 * DAY_MS),
    }
}

/// By how much a reporter's clock is off.
fn slip(random: &mut Random) -> i64 {
    match random.below(100) {
        0..80 => 0,
        80..85 => 2 * SECOND_MS,
        85..90 => -2 * SECOND_MS,
        90..93 => 2 * SECOND_MS + 1,
        93..96 => -2 * SECOND_MS - 1,
        _ => random.below(20 * SECOND_MS as u64) as i64 - 10 * SECOND_MS,
    }
}
