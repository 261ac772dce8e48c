use referee_rig::Postgres;

#[test]
fn committed_rows_survive_a_restart_and_a_kill() {
    let mut server = Postgres::start();
    server.psql("create table t (n int)");
    server.psql("insert into t values (1)");
    server.restart();
    server.psql("insert into t values (2)");
    server.kill();
    assert!(referee_rig::postgres::query(&server.url(), "select 1").is_err(), "nobody answers");
    server.start_again();
    server.pause();
    server.resume();
    assert_eq!(server.psql("select n from t order by n"), "1\n2");
    let refused = server.url().replacen("referee:", "referee:x", 1);
    assert!(referee_rig::postgres::query(&refused, "select 1").is_err(), "the password counts");
}

#[test]
fn tests_share_a_server_and_no_database() {
    let (one, two) = (Postgres::shared(), Postgres::shared());
    assert_eq!(one.server.address(), two.server.address());
    one.psql("create table t (n int)");
    two.psql("create table t (n int)");
    assert_eq!(referee_rig::postgres::query(&two.url(), "select count(*) from t").as_deref(), Ok("0"));
}
