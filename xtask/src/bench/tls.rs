//! A click by TLS, beside nginx with OpenSSL: A B A B, by new connections and by connections that stay open.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use referee_rig::Authority;
use serde::{Deserialize, Serialize};

use super::cpu::{Meter, Used};
use super::figure::Figure;
use super::load::{self, CONNECTIONS};
use super::machine::Machine;
use super::nginx::Nginx;
use super::process::free_port;
use super::referee::{Referee, TRACKING_HOST};
use super::report::{figure_row, machine, row, thousands};
use super::workshop::Workshop;
use super::{Options, packages, visitors};

const WARM_UP_SECONDS: u64 = 3;
/// Threads whose work a visitor waits for; the first one, named like the program, takes connections in.
const CLICK_THREADS: [&str; 3] = ["referee", "edge", "log-writer"];
const EDGE_THREADS: [&str; 2] = ["referee", "edge"];
/// What is to be reached.
const NEW_IN_NGINX_MOST: f64 = 0.7;
const OPEN_IN_NGINX_MOST: f64 = 1.1;

#[derive(Debug, Serialize, Deserialize)]
pub struct Tls {
    pub machine: Machine,
    pub rounds: usize,
    pub seconds: u64,
    pub connections: u32,
    pub new: Way,
    pub open: Way,
    /// The same clicks without TLS, on connections that stay open: what TLS itself costs is the difference.
    pub plain: Figure,
}

/// One way to come, in microseconds of processor time for a click.
#[derive(Debug, Serialize, Deserialize)]
pub struct Way {
    /// Edge and log writer.
    pub click: Figure,
    pub edge: Figure,
    pub nginx: Figure,
    /// Of each round.
    pub ratio: Figure,
    pub edge_ratio: Figure,
    pub click_per_second: Figure,
    pub nginx_per_second: Figure,
}

/// A certificate of its own files, and where it is shown.
pub struct Pair {
    pub port: u16,
    pub cert: PathBuf,
    pub key: PathBuf,
}

struct Servers {
    referee: Referee,
    tls_port: u16,
    nginx: Nginx,
    authority: PathBuf,
    meter: Meter,
}

#[derive(Clone, Copy)]
struct Lap {
    click_us: f64,
    edge_us: f64,
    per_second: f64,
}

/// Both servers, one after the other.
#[derive(Clone, Copy)]
struct Both {
    referee: Lap,
    nginx: Lap,
}

struct Round {
    new: Both,
    open: Both,
    plain_us: f64,
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<()> {
    packages::install()?;
    let machine = Machine::look(&workshop.scratch)?;
    let servers = Servers::start(workshop)?;
    println!("warm: {}", describe(&servers.round(WARM_UP_SECONDS)?));
    let mut rounds = Vec::new();
    for n in 1..=options.rounds {
        let round = servers.round(options.seconds)?;
        println!("round {n}: {}", describe(&round));
        rounds.push(round);
    }
    ensure!(servers.referee.metric("clicks_flagged")? == 0, "clicks were sent on before they were durable");
    let figures = Tls {
        machine,
        rounds: rounds.len(),
        seconds: options.seconds,
        connections: CONNECTIONS,
        new: way(rounds.iter().map(|round| round.new)).context("there was no round")?,
        open: way(rounds.iter().map(|round| round.open)).context("there was no round")?,
        plain: Figure::of(rounds.iter().map(|round| round.plain_us)).context("there was no round")?,
    };
    workshop.keep_figures("tls", &figures)
}

fn way(rounds: impl Iterator<Item = Both> + Clone) -> Option<Way> {
    let of = |figure: &dyn Fn(Both) -> f64| Figure::of(rounds.clone().map(figure));
    Some(Way {
        click: of(&|both| both.referee.click_us)?,
        edge: of(&|both| both.referee.edge_us)?,
        nginx: of(&|both| both.nginx.click_us)?,
        ratio: of(&|both| both.referee.click_us / both.nginx.click_us)?,
        edge_ratio: of(&|both| both.referee.edge_us / both.nginx.click_us)?,
        click_per_second: of(&|both| both.referee.per_second)?,
        nginx_per_second: of(&|both| both.nginx.per_second)?,
    })
}

fn describe(round: &Round) -> String {
    let both = |it: &Both| {
        format!(
            "click {:.1} us (edge {:.1}), nginx {:.1} us, a second: {:.0}, {:.0}",
            it.referee.click_us, it.referee.edge_us, it.nginx.click_us, it.referee.per_second, it.nginx.per_second
        )
    };
    format!("new: {}; open: {}; without TLS {:.1} us", both(&round.new), both(&round.open), round.plain_us)
}

impl Servers {
    fn start(workshop: &Workshop) -> Result<Servers> {
        let folder = workshop.folder("tls")?;
        let authority = Authority::new("bench");
        let signed = authority.sign(&[TRACKING_HOST]);
        let files = [("ca.pem", authority.certificate()), ("cert.pem", &signed.chain), ("key.pem", &signed.key)];
        for (name, text) in files {
            std::fs::write(folder.join(name), text).context("write certificates")?;
        }
        let pair = || {
            Ok::<_, anyhow::Error>(Pair {
                port: free_port()?,
                cert: folder.join("cert.pem"),
                key: folder.join("key.pem"),
            })
        };
        workshop.build(&["referee-server"])?;
        let data = workshop.folder("referee-tls")?;
        // The demonstration makes its brand and ends.
        let path = Referee::demo(workshop, &data, &[])?.path.clone();
        let (referee, tls_port) = Referee::serve_tls(workshop, &data, &path, &pair()?)?;
        let nginx = Nginx::start_tls(workshop, &pair()?)?;
        Ok(Servers { referee, tls_port, nginx, authority: folder.join("ca.pem"), meter: Meter::new()? })
    }

    fn round(&self, seconds: u64) -> Result<Round> {
        let path = self.referee.path.as_str();
        let new = |port| {
            let visits = visitors::run(port, (TRACKING_HOST, path), &self.authority, seconds)?;
            Ok((visits.answered, visits.per_second))
        };
        let open = |port| load::run_tls(port, TRACKING_HOST, path, seconds).map(|it| (it.requests, it.per_second));
        let new =
            Both { referee: self.referee_lap(|| new(self.tls_port))?, nginx: self.nginx_lap(|| new(self.nginx.port))? };
        let open = Both {
            referee: self.referee_lap(|| open(self.tls_port))?,
            nginx: self.nginx_lap(|| open(self.nginx.port))?,
        };
        // TLS is served, so that without it only a proxy is: one that ended TLS itself.
        let plain = || {
            let answers = load::run_behind_proxy(self.referee.port, TRACKING_HOST, path, seconds)?;
            Ok((answers.requests, answers.per_second))
        };
        Ok(Round { new, open, plain_us: self.referee_lap(plain)?.click_us })
    }

    fn referee_lap(&self, load: impl Fn() -> Result<(u64, f64)>) -> Result<Lap> {
        let used = || self.meter.process(self.referee.id());
        let before = used()?;
        let (answers, per_second) = load().context("put referee under load")?;
        // What the load left to do belongs to it.
        self.referee.settle()?;
        let used: Used = used()? - before;
        let each = |names: &[&str]| used.by(names) as f64 / answers.max(1) as f64;
        Ok(Lap { click_us: each(&CLICK_THREADS), edge_us: each(&EDGE_THREADS), per_second })
    }

    fn nginx_lap(&self, load: impl Fn() -> Result<(u64, f64)>) -> Result<Lap> {
        let before = self.meter.family(self.nginx.id())?;
        let (answers, per_second) = load().context("put nginx under load")?;
        let us = (self.meter.family(self.nginx.id())? - before).total_us as f64 / answers.max(1) as f64;
        Ok(Lap { click_us: us, edge_us: us, per_second })
    }
}

pub fn rows(text: &mut String, it: &Tls) -> std::fmt::Result {
    let (new, open) = (it.new.ratio.median, it.open.ratio.median);
    let reached = new <= NEW_IN_NGINX_MOST;
    row(text, "a durable click by a new TLS connection", format!("{new:.2} x nginx"), "0.7 x nginx", reached)?;
    let reached = open <= OPEN_IN_NGINX_MOST;
    row(text, "a durable click by an open TLS connection", format!("{open:.2} x nginx"), "1.1 x nginx", reached)
}

pub fn section(text: &mut String, it: &Tls) -> std::fmt::Result {
    write!(
        text,
        "
## A click by TLS

{} rounds, in each of which both servers are under load for {} s in turn. *New*: visitors who were never here, each with a
connection and a full handshake of its own (TLS 1.3, X25519, ECDSA P-256) for one click. *Open*: {} connections that stay open.
Nothing but the header lines of the answer is the same in both: a click of Referee is flushed to the log before its answer, one of
nginx (OpenSSL, one worker per core) only stands in its access log.

| processor time of a click | median, us | rounds, us |
|---|---|---|
",
        it.rounds, it.seconds, it.connections,
    )?;
    for (name, figure) in [
        ("Referee, new connection", &it.new.click),
        ("of which edge", &it.new.edge),
        ("nginx, new connection", &it.new.nginx),
        ("Referee, open connection", &it.open.click),
        ("of which edge", &it.open.edge),
        ("nginx, open connection", &it.open.nginx),
        ("Referee, open connection without TLS", &it.plain),
    ] {
        figure_row(text, name, figure)?;
    }
    writeln!(
        text,
        "
By a new connection a click costs {:.2} of nginx's (rounds: {:.2} to {:.2}), and by an open one {:.2} (rounds: {:.2} to {:.2}); of
that the edge alone, without the log, {:.2} and {:.2}. TLS itself adds {:.1} us to a click on an open connection. A second saw {}
new connections at Referee and {} at nginx.
",
        it.new.ratio.median,
        it.new.ratio.lowest,
        it.new.ratio.highest,
        it.open.ratio.median,
        it.open.ratio.lowest,
        it.open.ratio.highest,
        it.new.edge_ratio.median,
        it.open.edge_ratio.median,
        it.open.click.median - it.plain.median,
        thousands(it.new.click_per_second.median),
        thousands(it.new.nginx_per_second.median),
    )?;
    machine(text, &it.machine)
}
