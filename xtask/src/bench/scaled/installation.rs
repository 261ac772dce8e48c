//! An installation of the server with its engines: one process with files, or an edge and a machine with servers.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use referee_rig::{Nats, Postgres};

use crate::bench::cpu::{Meter, Used};
use crate::bench::load::HEADERS;
use crate::bench::referee::{Referee, TRACKING_HOST};
use crate::bench::workshop::Workshop;
use crate::bench::{http, load};

/// What keeps the log and the books.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engines {
    /// SQLite for both.
    Files,
    /// PostgreSQL for both.
    Postgres,
    /// NATS with so many copies for the log, PostgreSQL for the books.
    JetStream(usize),
}

impl Engines {
    pub const ALL: [Engines; 4] = [Engines::Files, Engines::Postgres, Engines::JetStream(1), Engines::JetStream(3)];

    /// Names its folder and its figures.
    pub fn name(self) -> String {
        match self {
            Engines::Files => "files".into(),
            Engines::Postgres => "postgres".into(),
            Engines::JetStream(copies) => format!("jetstream-{copies}"),
        }
    }
}

/// Dropped in this order: programs go before the servers they use.
pub struct Installation {
    pub engines: Engines,
    edge: Referee,
    /// The same process where there is only one.
    machine: Option<Referee>,
    postgres: Option<Postgres>,
    nats: Option<Nats>,
}

/// What all of an installation has used.
pub struct Usage {
    /// The process that answers, with its threads.
    pub edge: Used,
    /// The other one.
    pub machine: Used,
    pub postgres_us: u64,
    pub nats_us: u64,
}

/// What an edge has counted so far.
#[derive(Clone, Copy)]
pub struct Counted {
    pub frames: u64,
    pub recorded: u64,
    /// Sent on before they were durable.
    pub flagged: u64,
}

impl Installation {
    pub fn start(workshop: &Workshop, engines: Engines) -> Result<Installation> {
        let postgres = (engines != Engines::Files).then(Postgres::start);
        let nats = match engines {
            Engines::JetStream(copies) => Some(Nats::cluster(copies)),
            _ => None,
        };
        let mut stores = Vec::new();
        stores.extend(postgres.as_ref().map(|it| ("REFEREE_DATABASE_URL", it.url())));
        if let (Some(nats), Engines::JetStream(copies)) = (&nats, engines) {
            stores.push(("REFEREE_LOG_URL", nats.urls()));
            stores.push(("REFEREE_LOG_REPLICAS", copies.to_string()));
        }
        let folder = workshop.folder(&engines.name())?;
        let demo = Referee::demo(workshop, &folder, &stores)?;
        let path = demo.path.clone();
        drop(demo);
        let apart = engines != Engines::Files;
        let serve = |number: u16, roles: &str| {
            let mut variables = stores.clone();
            variables.extend(process_variables(&folder, number));
            if apart {
                variables.push(("REFEREE_ROLES", roles.to_owned()));
            }
            Referee::serve(workshop, &path, &variables)
        };
        let edge = serve(1, "edge,reader,courier")?;
        let machine = if apart { Some(serve(2, "machine")?) } else { None };
        Ok(Installation { engines, edge, machine, postgres, nats })
    }

    /// Puts the edge under load, and lets the books follow.
    pub fn load(&self, seconds: u64) -> Result<load::Answers> {
        let answers = load::run(self.edge.port, TRACKING_HOST, &self.edge.path, seconds)?;
        self.edge.settle_by(self.machine())?;
        Ok(answers)
    }

    fn machine(&self) -> &Referee {
        self.machine.as_ref().unwrap_or(&self.edge)
    }

    /// The visitor is sent on, with an id and a cookie.
    pub fn answers(&self) -> Result<()> {
        let mut headers = vec![("Host", TRACKING_HOST)];
        headers.extend(HEADERS);
        let answer = http::get(self.edge.port, &self.edge.path, &headers)?;
        let location = answer.header("location").unwrap_or_default();
        ensure!(answer.status == 302 && location.contains("pt="), "{} answered {}", self.engines.name(), answer.status);
        Ok(())
    }

    pub fn usage(&self, meter: &Meter) -> Result<Usage> {
        let edge = meter.process(self.edge.id())?;
        let machine = self.machine.as_ref().map(|it| meter.process(it.id())).transpose()?.unwrap_or_default();
        let postgres = self.postgres.as_ref().map(|it| meter.family(it.pid())).transpose()?.unwrap_or_default();
        let mut nats_us = 0;
        for pid in self.nats.as_ref().map(Nats::pids).unwrap_or_default() {
            nats_us += meter.process(pid)?.total_us;
        }
        Ok(Usage { edge, machine, postgres_us: postgres.total_us, nats_us })
    }

    pub fn counted(&self) -> Result<Counted> {
        let metric = |name| self.edge.metric(name);
        let machine = self.machine();
        ensure!(machine.metric("machine_stopped")? == 0, "the machine of {} stands still", self.engines.name());
        let (recorded, flagged) = (metric("clicks_recorded")?, metric("clicks_flagged")?);
        Ok(Counted { frames: metric("log_frames")?, recorded, flagged })
    }
}

impl Usage {
    /// What was used since.
    pub fn since(self, before: Usage) -> Usage {
        Usage {
            edge: self.edge - before.edge,
            machine: self.machine - before.machine,
            postgres_us: self.postgres_us.saturating_sub(before.postgres_us),
            nats_us: self.nats_us.saturating_sub(before.nats_us),
        }
    }
}

/// Each process has a number and a folder of its own, and all of them one key.
fn process_variables(folder: &Path, number: u16) -> [(&'static str, String); 3] {
    let own = if number == 1 { folder.to_owned() } else { folder.join(format!("process-{number}")) };
    [
        ("REFEREE_DATA", own.display().to_string()),
        ("REFEREE_KEY_FILE", folder.join("referee.key").display().to_string()),
        ("REFEREE_EDGE", number.to_string()),
    ]
}

/// Starts all of them, and sees that each does its work.
pub fn start_all(workshop: &Workshop) -> Result<Vec<Installation>> {
    let start = |engines: Engines| {
        let installation = Installation::start(workshop, engines)?;
        installation.answers().map(|()| installation)
    };
    Engines::ALL.into_iter().map(|it| start(it).with_context(|| format!("start {}", it.name()))).collect()
}
