use referee_rig::Postgres;
use referee_rig::postgres::query;

#[test]
fn committed_rows_survive_a_restart_and_a_kill() {
    let mut server = Postgres::start();
    server.psql("create table t (n int)");
    server.psql("insert into t values (1)");
    server.restart();
    server.psql("insert into t values (2)");
    server.kill();
    assert!(query(&server.url(), "select 1").is_err(), "nobody answers");
    server.start_again();
    server.pause();
    server.resume();
    assert_eq!(server.psql("select n from t order by n"), "1\n2");
    let refused = server.url().replacen("referee:", "referee:x", 1);
    assert!(query(&refused, "select 1").is_err(), "the password counts");
}

#[test]
fn tests_share_a_server_and_no_database() {
    let (one, two) = (Postgres::shared(), Postgres::shared());
    assert_eq!(one.server.address(), two.server.address());
    one.psql("create table t (n int)");
    two.psql("create table t (n int)");
    assert_eq!(query(&two.url(), "select count(*) from t").as_deref(), Ok("0"));
}

#[test]
fn a_standby_has_every_commit_and_can_take_over() {
    let mut primary = Postgres::start();
    primary.psql("create table t (n int)");
    let mut standby = primary.standby();
    primary.psql("insert into t values (1)");
    primary.kill();
    standby.promote();
    standby.psql("insert into t values (2)");
    assert_eq!(standby.psql("select n from t order by n"), "1\n2");
}

#[test]
fn commits_wait_for_a_standby_that_is_away() {
    let primary = Postgres::start();
    let mut standby = primary.standby();
    standby.pause();
    let url = primary.url();
    let commit = std::thread::spawn(move || query(&url, "create table t (n int)"));
    let waits = "select count(*) from pg_stat_activity where wait_event = 'SyncRep'";
    let waiting = (0..1000).any(|_| primary.psql(waits) == "1");
    assert!(waiting, "it was not answered");
    standby.resume();
    assert_eq!(commit.join().unwrap().as_deref(), Ok(""));
    standby.restart();
    let second = primary.standby();
    assert_eq!(second.psql("select pg_is_in_recovery()"), "t");
}
