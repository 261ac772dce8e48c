//! Two machines, of which one serves the brand and then no more.

use std::time::{Duration, Instant};

use super::audit::check;
use super::fleet::{Fleet, Process};
use super::load::Load;
use super::{form, pair, say, seconds};
use crate::support::Pair;

/// How soon another machine must go on after one was killed.
const TAKEOVER_MAX: Duration = Duration::from_secs(10);
/// Records that a machine applies before it is said to serve the brand.
const SERVES: u64 = 20;

/// Of two machines the one that serves the brand, and the other.
fn by_share(load: &Load, mut machines: [Process; 2]) -> [Process; 2] {
    let before = machines.each_ref().map(Process::applied);
    let mut serves = 0;
    load.run_until("one of the machines applies records", || {
        let grown = |i: usize| machines[i].applied() >= before[i] + SERVES;
        serves = usize::from(grown(1));
        grown(serves)
    });
    if serves == 1 {
        machines.reverse();
    }
    machines
}

/// Waits until a machine applies records; how long that took.
fn takes_over(load: &Load, machine: &Process, since: Instant) -> Duration {
    let before = machine.applied();
    load.run_until("the other machine takes over", || machine.applied() > before);
    since.elapsed()
}

#[test]
fn a_machine_is_killed_in_a_transaction() {
    let fleet = Fleet::start(pair(Pair::Postgres));
    let machines = [fleet.process(2, "machine"), fleet.process(3, "machine")];
    let edge = fleet.process(4, "edge,reader,courier");
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let [mut serving, other] = by_share(&load, machines);
    serving.pause_in_transaction(&fleet.postgres);
    serving.kill();
    let takeover = takes_over(&load, &other, Instant::now());
    assert!(takeover < TAKEOVER_MAX, "the other machine takes over after {takeover:?}");
    load.run_for(form().load);
    serving.start();
    load.run_for(form().load);
    let heard = load.end();
    let figures = check(&fleet, vec![serving, other, edge], &heard, &[]);
    say(&format!("takeover after {}; {figures}", seconds(takeover)));
}

#[test]
fn a_machine_is_held_still_and_another_takes_over() {
    held_still(pair(Pair::JetStream), |machine, _| machine.pause());
}

/// What it has locked is let go of by the server, after a while.
#[test]
fn a_machine_is_held_still_in_a_transaction() {
    held_still(pair(Pair::Postgres), |machine, fleet| machine.pause_in_transaction(&fleet.postgres));
}

/// The other machine goes on; when the first wakes up, both believe for a moment that the brand is theirs.
fn held_still(pair: Pair, hold: impl FnOnce(&mut Process, &Fleet)) {
    let fleet = Fleet::start(pair);
    let machines = [fleet.process(2, "machine"), fleet.process(3, "machine")];
    let edge = fleet.process(4, "edge,reader,courier");
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let [mut serving, other] = by_share(&load, machines);
    let held = Instant::now();
    hold(&mut serving, &fleet);
    let takeover = takes_over(&load, &other, held);
    load.run_for(form().load);
    serving.resume();
    let woken = Instant::now();
    let back = takes_over(&load, &serving, woken);
    load.run_for(form().load);
    let heard = load.end();
    let figures = check(&fleet, vec![serving, other, edge], &heard, &[]);
    say(&format!("takeover after {}, taken back after {}; {figures}", seconds(takeover), seconds(back)));
}
