//! Faults of the real engines and of processes, in the middle of load: what was acknowledged is in the log and in the
//! books, once, and the books are what the log says.
//!
//! Each test starts engines of its own, makes the demonstration's brand there, and then processes with roles. Clients
//! click and report over connections that stay open, and remember what they were told. After the fault everything is
//! counted. The short form is for every day, with one pair of engines for each fault; `cargo xtask faults` runs the long
//! form on every pair.

mod audit;
mod database;
mod edges;
mod fleet;
mod load;
mod machines;
mod stream;

use std::time::{Duration, Instant};

use crate::support::Pair;

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

/// The pair that is asked for, or else the usual one.
fn pair(usual: Pair) -> Pair {
    match std::env::var("REFEREE_FAULTS_PAIR").as_deref() {
        Ok("postgres") => Pair::Postgres,
        Ok("jetstream") => Pair::JetStream,
        Ok(other) => panic!("there is no pair {other:?}"),
        Err(_) => usual,
    }
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
