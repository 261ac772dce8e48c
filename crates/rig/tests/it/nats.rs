use std::time::{Duration, Instant};

use referee_rig::Nats;

/// Makes a stream with as many copies.
fn make_stream(nats: &Nats, i: usize, name: &str, copies: usize) {
    let settings = format!(r#"{{"name":"{name}","subjects":["{name}.>"],"storage":"file","num_replicas":{copies}}}"#);
    let answer = nats.request(i, &format!("$JS.API.STREAM.CREATE.{name}"), &settings).expect("an answer");
    assert_eq!(answer["error"], serde_json::Value::Null);
}

fn until(mut happens: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if happens() {
            return true;
        }
    }
    false
}

#[test]
fn a_cluster_goes_on_without_its_leader() {
    let mut nats = Nats::cluster(3);
    assert_eq!(nats.urls().split(',').count(), 3);
    let leader = nats.leader().expect("one leads");
    nats.kill(leader);
    nats.wait_ready();
    assert_ne!(nats.leader(), Some(leader));
    nats.start_again(leader);
    nats.wait_ready();
}

#[test]
fn a_stream_is_led_by_another_when_its_leader_is_still() {
    let mut nats = Nats::cluster(3);
    make_stream(&nats, 0, "orders", 3);
    assert_eq!(nats.leader_of("others"), None);
    let leader = nats.leader_of("orders").expect("one leads");
    nats.pause(leader);
    assert!(until(|| nats.leader_of("orders").is_some_and(|it| it != leader)));
    nats.resume(leader);
    nats.wait_ready();
}

#[test]
fn one_server_is_no_cluster_and_works() {
    let mut nats = Nats::cluster(1);
    make_stream(&nats, 0, "orders", 1);
    assert_eq!(nats.leader_of("orders"), Some(0));
    nats.kill(0);
    assert!(!nats.is_ready());
    nats.start_again(0);
    nats.wait_ready();
    assert_eq!(nats.leader_of("orders"), Some(0), "it is on disk");
    nats.pause(0);
    assert!(!nats.is_ready());
    nats.resume(0);
    nats.wait_ready();
}
