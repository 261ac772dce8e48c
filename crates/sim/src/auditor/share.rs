//! How an order is shared among the touchpoints that may earn it.

use referee_core::program::CreditPolicy;
use referee_core::time::DAY_MS;

/// All of an order, in millionths.
pub const WHOLE: u32 = 1_000_000;
/// At most so many take part, the newest.
const SHARING_MAX: usize = 50;
/// What floats may miss of a share that is whole.
const NEAR: f64 = 1e-7;

/// The shares of touchpoints, newest first, by their ages at the event in milliseconds. Those without one have zero.
pub fn shares(policy: CreditPolicy, ages_ms: &[i64]) -> Vec<u32> {
    let many = ages_ms.len().min(SHARING_MAX);
    let mut shares = vec![0; ages_ms.len()];
    let sharing = &mut shares[..many];
    let thirds = many.saturating_sub(2) as u32;
    match policy {
        _ if many == 0 => return shares,
        CreditPolicy::Last => sharing[0] = WHOLE,
        CreditPolicy::First => sharing[many - 1] = WHOLE,
        CreditPolicy::Linear => sharing.fill(WHOLE / many as u32),
        CreditPolicy::Position if many < 3 => sharing.fill(WHOLE / many as u32),
        CreditPolicy::Position => {
            sharing.fill(WHOLE / 5 / thirds);
            sharing[0] = WHOLE * 2 / 5;
            sharing[many - 1] = WHOLE * 2 / 5;
        }
        CreditPolicy::TimeDecay => {
            let weight = |age: &i64| 0.5_f64.powf((age.max(&0) / DAY_MS) as f64 / 7.0);
            let whole: f64 = ages_ms[..many].iter().map(weight).sum();
            for (share, age) in sharing.iter_mut().zip(ages_ms) {
                *share = (f64::from(WHOLE) * weight(age) / whole + NEAR) as u32;
            }
        }
    }
    // What rounding leaves over goes to the last touchpoint.
    sharing[0] += WHOLE - sharing.iter().sum::<u32>();
    shares
}
