use referee_rig::Acme;

#[test]
fn an_authority_listens_and_says_what_it_is_trusted_by() {
    let acme = Acme::start();
    assert!(acme.root().starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(acme.orders(), 0);
    acme.resolve_all_to("127.0.0.2");
}
