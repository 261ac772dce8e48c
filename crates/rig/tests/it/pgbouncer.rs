use referee_rig::postgres::query;
use referee_rig::{PgBouncer, Postgres};

#[test]
fn pgbouncer_passes_questions_on_and_asks_for_the_password() {
    let server = Postgres::start();
    let bouncer = PgBouncer::before(&server);
    assert_ne!(bouncer.address(), server.address());
    assert_eq!(query(&bouncer.url(), "select 6 * 7").as_deref(), Ok("42"));
    server.create_database("another");
    assert_eq!(query(&bouncer.url_of("another"), "select current_database()").as_deref(), Ok("another"));
    let wrong = bouncer.url().replacen("referee:", "referee:x", 1);
    assert!(query(&wrong, "select 1").is_err(), "the password counts");
}
