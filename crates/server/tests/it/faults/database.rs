//! Faults of PostgreSQL.

use std::time::Instant;

use referee_rig::{PgBouncer, Postgres};

use super::audit::check;
use super::fleet::{Fleet, nats};
use super::load::Load;
use super::{form, pair, say, seconds, since};
use crate::support::Pair;

/// Once in order and once without.
#[test]
fn postgres_is_restarted() {
    let mut fleet = Fleet::start(pair(Pair::JetStream));
    let (machine, edge) = (fleet.process(2, "machine"), fleet.process(3, "edge,reader,courier"));
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    fleet.postgres.restart();
    load.goes_on();
    load.run_for(form().load);
    fleet.postgres.kill();
    load.run_for(form().away);
    fleet.postgres.start_again();
    let back = Instant::now();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let again = heard.kept_again(3, back);
    let figures = check(&fleet, vec![machine, edge], &heard, &[]);
    say(&format!("clicks kept {} after the start; {figures}", seconds(again)));
}

/// Connections stay open, and nothing answers.
#[test]
fn postgres_is_held_still() {
    let mut fleet = Fleet::start(pair(Pair::Postgres));
    let machines = [fleet.process(2, "machine"), fleet.process(4, "machine")];
    let edge = fleet.process(3, "edge,reader,courier");
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let held = Instant::now();
    fleet.postgres.pause();
    load.run_for(form().away);
    fleet.postgres.resume();
    let held = since(held);
    let back = Instant::now();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let again = heard.kept_again(3, back);
    let [one, other] = machines;
    let figures = check(&fleet, vec![one, other, edge], &heard, &[]);
    say(&format!("held for {held}, clicks kept {} after that; {figures}", seconds(again)));
}

#[test]
fn a_standby_takes_over() {
    let primary = Postgres::start();
    let mut standby = primary.standby();
    let mut fleet = Fleet::on(primary, nats(pair(Pair::Postgres)), |primary| primary.url_with(&standby));
    let (machine, edge) = (fleet.process(2, "machine"), fleet.process(3, "edge,reader,courier"));
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let killed = Instant::now();
    fleet.postgres.kill();
    standby.promote();
    let promoted = since(killed);
    // The old one stays away.
    fleet.postgres = standby;
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let gap = heard.longest_gap(3, killed);
    let figures = check(&fleet, vec![machine, edge], &heard, &[]);
    say(&format!("promoted after {promoted}, no click kept for {}; {figures}", seconds(gap)));
}

/// A pooler that gives each transaction another connection, and whose server is restarted.
#[test]
fn a_pooler_stands_between() {
    let postgres = Postgres::start();
    let pooler = PgBouncer::before(&postgres);
    let mut fleet = Fleet::on(postgres, nats(pair(Pair::Postgres)), |_| pooler.url());
    let (machine, edge) = (fleet.process(2, "machine"), fleet.process(3, "edge,reader,courier"));
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let restarted = Instant::now();
    fleet.postgres.restart();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let gap = heard.longest_gap(3, restarted);
    let figures = check(&fleet, vec![machine, edge], &heard, &[]);
    say(&format!("no click kept for {}; {figures}", seconds(gap)));
}
