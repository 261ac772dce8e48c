use referee_rig::Nats;

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
fn one_server_is_no_cluster_and_works() {
    let mut nats = Nats::cluster(1);
    nats.kill(0);
    assert!(!nats.is_ready());
    nats.start_again(0);
    nats.wait_ready();
    nats.pause(0);
    assert!(!nats.is_ready());
    nats.resume(0);
    nats.wait_ready();
}
