//! Faults of the real engines and of processes, in the middle of load: what was acknowledged is in the log and in the
//! books, once, and the books are what the log says.
//!
//! Each test starts engines of its own, makes the demonstration's brand there, and then processes with roles. Clients
//! click and report over connections that stay open, and remember what they were told. After the fault everything is
//! counted. The short form is for every day; `cargo xtask faults` runs the long one.

mod audit;
mod database;
mod edges;
mod fleet;
mod load;
mod machines;

use std::time::{Duration, Instant};

/// How long things take, in the short form and in the long one.
struct Form {
    /// Load before the fault, and after what it broke is whole again.
    load: Duration,
    /// How long an edge is cut off.
    cut: Duration,
    /// How long an engine is away that is started again.
    away: Duration,
}

const SHORT: Form =
    Form { load: Duration::from_millis(800), cut: Duration::from_secs(8), away: Duration::from_millis(1_500) };
const LONG: Form = Form { load: Duration::from_secs(10), cut: Duration::from_secs(60), away: Duration::from_secs(10) };

fn form() -> &'static Form {
    if std::env::var_os("REFEREE_FAULTS_LONG").is_some() { &LONG } else { &SHORT }
}

/// What a test measured, for whoever runs it by `cargo xtask faults`.
fn say(measured: &str) {
    println!("measured: {measured}");
}

/// Seconds as people read them.
fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn since(moment: Instant) -> String {
    seconds(moment.elapsed())
}
