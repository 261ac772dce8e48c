//! Faults of the servers that keep the log.

use std::time::Instant;

use referee_rig::{Nats, Postgres};

use super::audit::check;
use super::fleet::Fleet;
use super::load::Load;
use super::{form, say, seconds};

/// Of the only brand's partition.
const STREAM: &str = "REFEREE_1";

/// Three servers, each with a copy.
fn cluster() -> Fleet {
    Fleet::on(Postgres::start(), Some(Nats::cluster(3)), Postgres::url)
}

fn servers(fleet: &mut Fleet) -> &mut Nats {
    fleet.nats.as_mut().expect("the log is there")
}

fn leader(fleet: &mut Fleet) -> usize {
    servers(fleet).leader_of(STREAM).expect("the stream has a leader")
}

#[test]
fn a_follower_is_killed() {
    killed(|leader| vec![(leader + 1) % 3]);
}

#[test]
fn the_leader_is_killed() {
    killed(|leader| vec![leader]);
}

/// With one of three servers nothing can be kept.
#[test]
fn the_quorum_is_lost() {
    killed(|leader| vec![leader, (leader + 1) % 3]);
}

fn killed(of_leader: impl FnOnce(usize) -> Vec<usize>) {
    let mut fleet = cluster();
    let (machine, edge) = (fleet.process(2, "machine"), fleet.process(3, "edge,reader,courier"));
    let load = Load::on(&fleet, &[&edge]);
    load.run_for(form().load);
    let victims = of_leader(leader(&mut fleet));
    let killed = Instant::now();
    victims.iter().for_each(|i| servers(&mut fleet).kill(*i));
    let away = if victims.len() > 1 {
        load.is_put_off(3, 20, 2);
        load.run_for(form().away);
        true
    } else {
        load.goes_on();
        load.run_for(form().load);
        false
    };
    let back = Instant::now();
    victims.iter().for_each(|i| servers(&mut fleet).start_again(*i));
    load.goes_on();
    load.run_for(form().load);
    let heard = load.end();
    let measured = match away {
        true => format!("clicks kept {} after the quorum was back", seconds(heard.kept_again(3, back))),
        false => format!("no click kept for {}", seconds(heard.longest_gap(3, killed))),
    };
    let figures = check(&fleet, vec![machine, edge], &heard, &[]);
    say(&format!("{measured}; {figures}"));
}
