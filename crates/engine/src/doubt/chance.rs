//! How likely chance alone shows so much: tails of the distributions that the tests of clicks ask for.

/// Terms of a continued fraction: far fewer are needed.
const TERMS_MAX: u32 = 10_000;
const NEAR_ENOUGH: f64 = 1e-13;
const TINY: f64 = 1e-300;

/// That of `n` tries with chance `p` each at least `k` succeed.
pub fn binomial_at_least(n: u64, p: f64, k: u64) -> f64 {
    match k {
        0 => 1.0,
        _ if k > n => 0.0,
        _ => beta(p, k as f64, (n - k + 1) as f64),
    }
}

/// That a count which is spread wider than by chance alone is at least `k`: its mean varies by a gamma distribution of
/// this shape.
pub fn spread_at_least(mean: f64, shape: f64, k: u64) -> f64 {
    if k == 0 { 1.0 } else { beta(mean / (mean + shape), k as f64, shape) }
}

pub fn spread_at_most(mean: f64, shape: f64, k: u64) -> f64 {
    beta(shape / (mean + shape), shape, (k + 1) as f64)
}

/// That a value of the standard normal distribution is at most `z`.
pub fn normal_at_most(z: f64) -> f64 {
    let tail = gamma_above(0.5, z * z / 2.0) / 2.0;
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// That the sum of so many squared standard normal values is at least `x`.
pub fn squares_at_least(degrees: u32, x: f64) -> f64 {
    gamma_above(f64::from(degrees) / 2.0, x / 2.0)
}

/// What the sum of so many squared standard normal values exceeds in 19 of 20 cases, by Wilson and Hilferty.
pub fn squares_low(degrees: f64) -> f64 {
    let part = 2.0 / (9.0 * degrees);
    degrees * (1.0 - part - 1.644_854 * part.sqrt()).powi(3)
}

/// The logarithm of the gamma function, by Lanczos.
fn ln_gamma(x: f64) -> f64 {
    const WEIGHTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let (mut sum, mut place) = (0.999_999_999_999_809_9, 1.0);
    for weight in WEIGHTS {
        sum += weight / (x + place);
        place += 1.0;
    }
    let t = x + 7.5;
    0.5 * std::f64::consts::TAU.ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularised incomplete beta function.
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p()).exp();
    // The fraction is quick on one side of the middle, and the other side mirrors it.
    let value = if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(x, a, b) / a
    } else {
        1.0 - front * beta_fraction(1.0 - x, b, a) / b
    };
    value.clamp(0.0, 1.0)
}

/// By Lentz.
fn beta_fraction(x: f64, a: f64, b: f64) -> f64 {
    let held = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / held(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for n in 1..TERMS_MAX {
        let m = f64::from(n);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / held(1.0 + term * d);
            c = held(1.0 + term / c);
            factor = d * c;
            value *= factor;
        }
        if (factor - 1.0).abs() < NEAR_ENOUGH {
            break;
        }
    }
    value
}

/// The upper part of the regularised incomplete gamma function.
fn gamma_above(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..TERMS_MAX {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * NEAR_ENOUGH {
                break;
            }
        }
        return (1.0 - front * sum).clamp(0.0, 1.0);
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / TINY, 1.0 / b);
    let mut value = d;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        b += 2.0;
        let term = -n * (n - a);
        d = 1.0 / (term * d + b);
        c = b + term / c;
        value *= d * c;
        if (d * c - 1.0).abs() < NEAR_ENOUGH {
            break;
        }
    }
    (front * value).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(left: f64, right: f64) {
        assert!((left - right).abs() <= 1e-9 + right.abs() * 1e-6, "{left} is not {right}");
    }

    /// Added up term by term.
    fn slowly(n: u64, p: f64, k: u64) -> f64 {
        let mut term = (1.0 - p).powi(n as i32);
        let mut sum = 0.0;
        for i in 0..=n {
            if i >= k {
                sum += term;
            }
            term *= (n - i) as f64 / (i + 1) as f64 * p / (1.0 - p);
        }
        sum
    }

    #[test]
    fn tails_are_those_that_are_added_up() {
        for (n, p, k) in [(10, 0.5, 3), (10, 0.5, 10), (200, 0.02, 9), (200, 0.02, 1), (1_000, 0.3, 350), (5, 0.1, 0)] {
            near(binomial_at_least(n, p, k), slowly(n, p, k));
        }
        assert_eq!(binomial_at_least(5, 0.5, 6), 0.0);
        // Of shape 1 it is a geometric distribution.
        near(spread_at_least(3.0, 1.0, 4), 0.75_f64.powi(4));
        near(spread_at_most(3.0, 1.0, 3), 1.0 - 0.75_f64.powi(4));
        near(spread_at_most(42.0, 4.0, 0), (4.0_f64 / 46.0).powi(4));
    }

    #[test]
    fn tails_are_those_of_tables() {
        near(normal_at_most(-1.959_963_984_540_054), 0.025);
        near(normal_at_most(1.644_853_626_951_472_2), 0.95);
        near(normal_at_most(-6.0), 9.865_876_450_377e-10);
        near(squares_at_least(1, 3.841_458_820_694_124), 0.05);
        near(squares_at_least(11, 19.675_137_572_682_5), 0.05);
        near(squares_at_least(11, 3.0), 0.990_725_9);
        assert!((squares_low(27.0) - 16.151).abs() < 0.05);
        assert!((squares_low(6.0) - 1.635).abs() < 0.05);
    }
}
