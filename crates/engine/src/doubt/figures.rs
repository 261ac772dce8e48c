//! What the tests of a partner's clicks are made of: the day in question, the days before it, and what others had.

use std::collections::BTreeMap;

use referee_core::id::{PartnerId, ProgramId};
use referee_core::time::Day;

/// Moments of one partner's day that are looked at: more tell nothing new.
const MOMENTS_MAX: usize = 200_000;
const MINUTE_MS: i64 = 60_000;
/// Pieces of a minute.
pub const PIECES: usize = 12;

/// A program's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFigures {
    pub program: ProgramId,
    pub day: Day,
    pub partners: BTreeMap<PartnerId, PartnerFigures>,
}

/// Everywhere, clicks are those that neither repeat another nor are nobody's: about the others nothing is to be doubted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartnerFigures {
    /// Of the day.
    pub clicks: u64,
    /// Of each day before it, since the first that had any, oldest first; but for those whose volume was doubted.
    pub earlier: Vec<u64>,
    /// Of the week that ends with the day.
    pub week: Orders,
    /// Of the days before it.
    pub before: Orders,
    pub times: Times,
    pub networks: Networks,
}

/// Orders and the clicks that they may have come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Orders {
    pub clicks: u64,
    /// Each is the partner's by a click.
    pub orders: u64,
    /// Those that came within seconds of their click.
    pub soon: u64,
}

/// When the clicks of the day came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Between one click and the next.
    pub gaps: u64,
    /// How widely gaps vary: their variance by the square of their mean, in millionths. Clicks that know nothing of each other
    /// have a million.
    pub variation_ppm: u64,
    /// Clicks by the piece of the minute in which they came.
    pub pieces: [u64; PIECES],
}

/// Where the clicks of the day came from, of those of which it is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Networks {
    pub clicks: u64,
    /// Of the network that had the most.
    pub largest: u64,
    pub networks: u64,
}

/// Gathers the clicks of one partner's day.
#[derive(Debug, Default)]
pub struct Gathering {
    pub clicks: u64,
    moments: Vec<i64>,
    networks: BTreeMap<u64, u64>,
}

impl Gathering {
    /// A click at a moment from a network, which is 0 where it is not known.
    pub fn add(&mut self, at_ms: i64, network: u64) {
        self.clicks += 1;
        if self.moments.len() < MOMENTS_MAX {
            self.moments.push(at_ms);
        }
        if network != 0 {
            *self.networks.entry(network).or_default() += 1;
        }
    }

    pub fn times(&mut self) -> Times {
        self.moments.sort_unstable();
        let mut times = Times::default();
        for at in &self.moments {
            let piece = at.rem_euclid(MINUTE_MS) * PIECES as i64 / MINUTE_MS;
            times.pieces[usize::try_from(piece).unwrap_or_default()] += 1;
        }
        let gaps: Vec<f64> = self.moments.windows(2).map(|pair| (pair[1] - pair[0]) as f64).collect();
        times.gaps = gaps.len() as u64;
        let mean = gaps.iter().sum::<f64>() / gaps.len().max(1) as f64;
        if mean > 0.0 {
            let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
            times.variation_ppm = (variance / (mean * mean) * 1e6) as u64;
        }
        times
    }

    pub fn networks(&self) -> Networks {
        Networks {
            clicks: self.networks.values().sum(),
            largest: self.networks.values().copied().max().unwrap_or_default(),
            networks: self.networks.len() as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_gathered() {
        let mut day = Gathering::default();
        [0, 10_000, 20_000, 30_000].into_iter().for_each(|at| day.add(at, 7));
        day.add(100_000, 9);
        day.add(160_000, 0);
        assert_eq!(day.networks(), Networks { clicks: 5, largest: 4, networks: 2 });
        let times = day.times();
        assert_eq!((times.gaps, times.pieces), (5, [1, 0, 1, 0, 1, 0, 1, 0, 2, 0, 0, 0]));
        // Gaps of 10, 10, 10, 70 and 60 seconds.
        assert_eq!(times.variation_ppm, 718_750);
    }
}
