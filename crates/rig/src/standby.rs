//! A second PostgreSQL server that has every commit of the first.

use crate::deadline::{self, PATIENCE};
use crate::template::{self, DATABASE, USER, program};
use crate::{Postgres, folder, owner};

impl Postgres {
    /// Copies this server into a standby that follows it. From then on a commit is answered when both have it; so while
    /// the standby is away, commits wait. A second standby takes over when the first is away.
    pub fn standby(&self) -> Postgres {
        let folder = folder::create("standby");
        owner::give(folder.path());
        let data = folder.path().join("data");
        let name = folder.path().file_name().expect("it is named").to_string_lossy().replace('-', "_");
        let mut copy = owner::command(program("pg_basebackup"));
        copy.arg("-D").arg(&data).arg("-d").arg(format!("{}?application_name={name}", self.url()));
        template::run(copy.args(["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]));
        let standby = Postgres::run_first(folder, self.password.clone(), self.options);

        let names = match self.psql("show synchronous_standby_names") {
            none if none.is_empty() => format!("\"{name}\""),
            others => format!("{others}, \"{name}\""),
        };
        self.psql(&format!("alter system set synchronous_standby_names = '{names}'"));
        self.psql("select pg_reload_conf()");
        let state = format!("select sync_state from pg_stat_replication where application_name = '{name}'");
        let follows = || ["sync", "potential"].contains(&self.psql(&state).as_str()).then_some(());
        deadline::poll(PATIENCE, follows).expect("the standby follows its primary");
        standby
    }

    /// The address of this server and its standby, by which clients find whichever takes writes.
    pub fn url_with(&self, standby: &Postgres) -> String {
        let (one, other) = (self.address(), standby.address());
        format!("postgres://{USER}:{}@{one},{other}/{DATABASE}?target_session_attrs=read-write", self.password)
    }

    /// Makes a standby a server that takes writes. It waits for no standby of its own, whatever it copied.
    pub fn promote(&mut self) {
        assert_eq!(self.psql("select pg_promote()"), "t", "it is a standby, and ready in a minute");
        self.psql("alter system reset synchronous_standby_names");
        self.psql("select pg_reload_conf()");
    }
}
