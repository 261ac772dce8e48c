//! TLS beside nginx with OpenSSL: A B A B, by new connections and by connections that stay open. The tag, of which both keep
//! nothing, says what TLS costs; a click, of which only one keeps anything, what it costs with all that comes after.

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use referee_rig::Authority;
use serde::{Deserialize, Serialize};

use super::cpu::{Meter, Used};
use super::figure::Figure;
use super::load::{self, Ask, CONNECTIONS};
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
/// What is to be reached: of TLS by itself, and of a click as without it.
const NEW_IN_NGINX_MOST: f64 = 0.7;
const OPEN_IN_NGINX_MOST: f64 = 1.1;
const CLICK_IN_NGINX_MOST: f64 = 2.5;

#[derive(Debug, Serialize, Deserialize)]
pub struct Tls {
    pub machine: Machine,
    pub rounds: usize,
    pub seconds: u64,
    pub connections: u32,
    pub tag: Ways,
    pub click: Ways,
    /// The same clicks without TLS, on connections that stay open: what TLS itself costs is the difference.
    pub plain: Figure,
}

/// How something is asked for: by a connection of its own, and by one that stays open.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ways {
    pub new: Way,
    pub open: Way,
}

/// In microseconds of processor time for a request.
#[derive(Debug, Serialize, Deserialize)]
pub struct Way {
    /// Edge and log writer.
    pub referee: Figure,
    pub edge: Figure,
    pub nginx: Figure,
    /// Of each round.
    pub ratio: Figure,
    pub edge_ratio: Figure,
    pub referee_per_second: Figure,
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
    request_us: f64,
    edge_us: f64,
    per_second: f64,
}

/// Both servers, one after the other.
#[derive(Clone, Copy)]
struct Both {
    referee: Lap,
    nginx: Lap,
}

/// By a new connection, and by an open one.
#[derive(Clone, Copy)]
struct Lapped {
    new: Both,
    open: Both,
}

struct Round {
    tag: Lapped,
    click: Lapped,
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
        tag: ways(rounds.iter().map(|round| round.tag)).context("there was no round")?,
        click: ways(rounds.iter().map(|round| round.click)).context("there was no round")?,
        plain: Figure::of(rounds.iter().map(|round| round.plain_us)).context("there was no round")?,
    };
    workshop.keep_figures("tls", &figures)
}

fn ways(rounds: impl Iterator<Item = Lapped> + Clone) -> Option<Ways> {
    Some(Ways { new: way(rounds.clone().map(|it| it.new))?, open: way(rounds.map(|it| it.open))? })
}

fn way(rounds: impl Iterator<Item = Both> + Clone) -> Option<Way> {
    let of = |figure: &dyn Fn(Both) -> f64| Figure::of(rounds.clone().map(figure));
    Some(Way {
        referee: of(&|both| both.referee.request_us)?,
        edge: of(&|both| both.referee.edge_us)?,
        nginx: of(&|both| both.nginx.request_us)?,
        ratio: of(&|both| both.referee.request_us / both.nginx.request_us)?,
        edge_ratio: of(&|both| both.referee.edge_us / both.nginx.request_us)?,
        referee_per_second: of(&|both| both.referee.per_second)?,
        nginx_per_second: of(&|both| both.nginx.per_second)?,
    })
}

fn describe(round: &Round) -> String {
    let both = |it: &Both| {
        format!(
            "{:.1} us (edge {:.1}), nginx {:.1} us, a second: {:.0}, {:.0}",
            it.referee.request_us, it.referee.edge_us, it.nginx.request_us, it.referee.per_second, it.nginx.per_second
        )
    };
    let lapped = |it: &Lapped| format!("new {}; open {}", both(&it.new), both(&it.open));
    format!("tag: {}\n  click: {}; without TLS {:.1} us", lapped(&round.tag), lapped(&round.click), round.plain_us)
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
        let tag = Ask { path: "/tag.js".to_owned(), more: &[("Accept-Encoding", "gzip, deflate, br")], status: 200 };
        let click = Ask { path: path.to_owned(), more: &[], status: 302 };
        // TLS is served, so that without it only a proxy is: one that ended TLS itself.
        let plain = || {
            let answers = load::run_behind_proxy(self.referee.port, TRACKING_HOST, path, seconds)?;
            Ok((answers.requests, answers.per_second))
        };
        Ok(Round {
            tag: self.lapped(&tag, seconds)?,
            click: self.lapped(&click, seconds)?,
            plain_us: self.referee_lap(plain)?.request_us,
        })
    }

    fn lapped(&self, ask: &Ask, seconds: u64) -> Result<Lapped> {
        let new = |port| {
            let visits = visitors::run(port, (TRACKING_HOST, ask), &self.authority, seconds)?;
            Ok((visits.answered, visits.per_second))
        };
        let open = |port| load::run_tls(port, TRACKING_HOST, ask, seconds).map(|it| (it.requests, it.per_second));
        let (ours, theirs) = (self.tls_port, self.nginx.port);
        Ok(Lapped {
            new: Both { referee: self.referee_lap(|| new(ours))?, nginx: self.nginx_lap(|| new(theirs))? },
            open: Both { referee: self.referee_lap(|| open(ours))?, nginx: self.nginx_lap(|| open(theirs))? },
        })
    }

    fn referee_lap(&self, load: impl Fn() -> Result<(u64, f64)>) -> Result<Lap> {
        let used = || self.meter.process(self.referee.id());
        let before = used()?;
        let (answers, per_second) = load().context("put referee under load")?;
        // What the load left to do belongs to it.
        self.referee.settle()?;
        let used: Used = used()? - before;
        let each = |names: &[&str]| used.by(names) as f64 / answers.max(1) as f64;
        Ok(Lap { request_us: each(&CLICK_THREADS), edge_us: each(&EDGE_THREADS), per_second })
    }

    fn nginx_lap(&self, load: impl Fn() -> Result<(u64, f64)>) -> Result<Lap> {
        let before = self.meter.family(self.nginx.id())?;
        let (answers, per_second) = load().context("put nginx under load")?;
        let us = (self.meter.family(self.nginx.id())? - before).total_us as f64 / answers.max(1) as f64;
        Ok(Lap { request_us: us, edge_us: us, per_second })
    }
}

pub fn rows(text: &mut String, it: &Tls) -> std::fmt::Result {
    for (work, way, most) in [
        ("the tag by a new TLS connection", &it.tag.new, NEW_IN_NGINX_MOST),
        ("the tag by an open TLS connection", &it.tag.open, OPEN_IN_NGINX_MOST),
        ("a durable click by a new TLS connection", &it.click.new, CLICK_IN_NGINX_MOST),
        ("a durable click by an open TLS connection", &it.click.open, CLICK_IN_NGINX_MOST),
    ] {
        let ratio = way.ratio.median;
        row(text, work, format!("{ratio:.2} x nginx"), &format!("{most} x nginx"), ratio <= most)?;
    }
    Ok(())
}

pub fn section(text: &mut String, it: &Tls) -> std::fmt::Result {
    write!(
        text,
        "
## TLS

{} rounds, in each of which both servers are under load for {} s in turn. *New*: visitors who were never here, each with a
connection and a full handshake of its own (TLS 1.3, X25519, ECDSA P-256) for one request. *Open*: {} connections that stay open.
*The tag* is the compressed script, of the same bytes at both; nobody keeps anything of it. *A click* of Referee is flushed to the
log before its answer, one of nginx (OpenSSL, one worker per core) only stands in its access log.

| processor time of a request | median, us | rounds, us |
|---|---|---|
",
        it.rounds, it.seconds, it.connections,
    )?;
    for (name, ways) in [("the tag", &it.tag), ("a click", &it.click)] {
        for (kind, way) in [("new", &ways.new), ("open", &ways.open)] {
            figure_row(text, &format!("Referee, {name}, {kind} connection"), &way.referee)?;
            figure_row(text, "of which edge", &way.edge)?;
            figure_row(text, &format!("nginx, {name}, {kind} connection"), &way.nginx)?;
        }
    }
    figure_row(text, "Referee, a click, open connection without TLS", &it.plain)?;
    writeln!(
        text,
        "
By a new connection the tag costs {}, and a click {} of nginx's; by an open one {} and {}. Of a click, the edge alone, without the
log, costs {:.2} and {:.2}. TLS itself adds {:.1} us to a click on an open connection. A second saw {} new connections for the tag
at Referee and {} at nginx.
",
        rounds(&it.tag.new.ratio),
        rounds(&it.click.new.ratio),
        rounds(&it.tag.open.ratio),
        rounds(&it.click.open.ratio),
        it.click.new.edge_ratio.median,
        it.click.open.edge_ratio.median,
        it.click.open.referee.median - it.plain.median,
        thousands(it.tag.new.referee_per_second.median),
        thousands(it.tag.new.nginx_per_second.median),
    )?;
    machine(text, &it.machine)
}

fn rounds(ratio: &Figure) -> String {
    format!("{:.2} (rounds: {:.2} to {:.2})", ratio.median, ratio.lowest, ratio.highest)
}
