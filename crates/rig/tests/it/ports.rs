use std::collections::BTreeSet;

use referee_rig::ports::Port;

#[test]
fn no_two_handles_have_the_same_port() {
    let ports: Vec<Port> = (0..100).map(|_| Port::free()).collect();
    let numbers: BTreeSet<u16> = ports.iter().map(Port::number).collect();
    assert_eq!(numbers.len(), ports.len());
    assert!(numbers.iter().all(|number| *number < 32_768));
}
