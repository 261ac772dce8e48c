//! Edges that are cut off, or killed.

use std::time::Instant;

use referee_rig::Proxy;

use super::audit::{Killed, check};
use super::fleet::{Fleet, Reach};
use super::load::Load;
use super::{form, pair, say, seconds};
use crate::support::Pair;

/// What stands between an edge and the engines.
struct Wires(Vec<Proxy>);

impl Wires {
    fn before(fleet: &Fleet) -> (Wires, Reach) {
        let database = Proxy::to(fleet.postgres.address());
        let reach = fleet.postgres.url_at(database.address(), "referee");
        let log = fleet.nats.as_ref().map(|nats| (Proxy::to(nats.address(0)), nats));
        let log_url = log.as_ref().map(|(proxy, nats)| nats.url_at(proxy.address()));
        let wires = [Some(database), log.map(|(proxy, _)| proxy)];
        (Wires(wires.into_iter().flatten().collect()), Reach { database: reach, log: log_url })
    }

    fn cut(&self) {
        self.0.iter().for_each(Proxy::cut);
    }

    fn sever(&self) {
        self.0.iter().for_each(Proxy::sever);
    }

    fn mend(&self) {
        self.0.iter().for_each(Proxy::mend);
    }
}

#[test]
fn an_edge_is_killed() {
    let fleet = Fleet::start(pair(Pair::JetStream));
    let machine = fleet.process(2, "machine,reader,courier");
    let (mut edge, other) = (fleet.process(3, "edge"), fleet.process(4, "edge"));
    let load = Load::on(&fleet, &[&edge, &other]);
    load.run_for(form().load);
    let killed = Killed { edge: 3, at: Instant::now() };
    edge.kill();
    load.run_for(form().load);
    let started = Instant::now();
    edge.start();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let again = heard.kept_again(3, started);
    let figures = check(&fleet, vec![machine, edge, other], &heard, &[killed]);
    say(&format!("clicks kept {} after the start; {figures}", seconds(again)));
}

/// Nothing passes and nobody is told, as when packets are lost.
#[test]
fn an_edge_is_cut_off() {
    let fleet = Fleet::start(pair(Pair::Postgres));
    let machine = fleet.process(2, "machine,reader,courier");
    let (wires, reach) = Wires::before(&fleet);
    let (edge, other) = (fleet.process_with(3, "edge", &reach, &[]), fleet.process(4, "edge"));
    let load = Load::on(&fleet, &[&edge, &other]);
    load.run_for(form().load);
    wires.cut();
    load.is_put_off(3, 20, 1);
    load.run_for(form().cut);
    wires.mend();
    let mended = Instant::now();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let again = heard.kept_again(3, mended);
    let figures = check(&fleet, vec![machine, edge, other], &heard, &[]);
    say(&format!("clicks kept {} after the cut; {figures}", seconds(again)));
}

/// Every connection is closed. The edge answers reports from its own disk, so they must outlive it.
#[test]
fn an_edge_is_killed_while_it_is_cut_off() {
    let fleet = Fleet::start(pair(Pair::JetStream));
    let machine = fleet.process(2, "machine,reader,courier");
    let (wires, reach) = Wires::before(&fleet);
    let mut edge = fleet.process_with(3, "edge", &reach, &[("REFEREE_SPOOL_ANSWERS_REPORTS", "true")]);
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    wires.sever();
    let cut = Instant::now();
    load.is_put_off(3, 20, 0);
    load.run_for(form().cut);
    let killed = Killed { edge: 3, at: Instant::now() };
    edge.kill();
    wires.mend();
    edge.start();
    let started = Instant::now();
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let from_disk = heard.reports.iter().filter(|it| it.at > cut && it.at < killed.at).count();
    assert!(from_disk > 10, "reports are answered from the edge's own disk: {from_disk}");
    let again = heard.kept_again(3, started);
    let figures = check(&fleet, vec![machine, edge], &heard, &[killed]);
    say(&format!("{from_disk} reports from the spool, clicks kept {} after the start; {figures}", seconds(again)));
}
