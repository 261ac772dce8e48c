//! The redirect of a click, beside what else answers one: A B C A B C, because the machine has moods.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::cpu::{Meter, Used};
use super::express::Express;
use super::figure::Figure;
use super::load::{self, Answers, CONNECTIONS, HEADERS};
use super::machine::Machine;
use super::nginx::Nginx;
use super::referee::{Referee, TRACKING_HOST};
use super::workshop::Workshop;
use super::{Options, http, packages};

/// Before the first round, so that caches are warm and compiled code is compiled.
const WARM_UP_SECONDS: u64 = 3;
/// Threads whose work a visitor waits for.
const CLICK_THREADS: [&str; 2] = ["edge", "log-writer"];

#[derive(Debug, Serialize, Deserialize)]
pub struct Redirect {
    pub machine: Machine,
    pub rounds: usize,
    pub seconds: u64,
    pub connections: u32,
    /// Of the edge's and the log writer's threads, for a click that was durable before its answer.
    pub cpu_us_click: f64,
    /// Of the whole process: the books too.
    pub cpu_us_click_process: f64,
    pub cpu_us_nginx: f64,
    /// Node and PostgreSQL together.
    pub cpu_us_express: f64,
    /// A click's cost in redirects of nginx.
    pub ratio_nginx: f64,
    pub ratio_nginx_process: f64,
    /// How many clicks cost what one costs Express.
    pub ratio_express: f64,
    pub ratio_express_process: f64,
    pub spread: Spread,
    pub clicks_answered: u64,
    pub clicks_recorded: u64,
    pub clicks_flagged: u64,
}

/// The rounds behind the figures.
#[derive(Debug, Serialize, Deserialize)]
pub struct Spread {
    pub edge: Figure,
    pub log_writer: Figure,
    pub machine: Figure,
    pub click: Figure,
    pub click_process: Figure,
    pub nginx: Figure,
    pub express: Figure,
    pub ratio_nginx: Figure,
    pub ratio_express: Figure,
    pub click_per_second: Figure,
    pub nginx_per_second: Figure,
    pub express_per_second: Figure,
    pub click_p50_us: Figure,
    pub click_p99_us: Figure,
}

/// One server in one round.
struct Lap {
    answers: Answers,
    used: Used,
}

impl Lap {
    fn per_request(&self, us: u64) -> f64 {
        us as f64 / self.answers.requests.max(1) as f64
    }

    fn threads(&self, names: &[&str]) -> f64 {
        self.per_request(self.used.by(names))
    }

    fn total(&self) -> f64 {
        self.per_request(self.used.total_us)
    }
}

struct Round {
    referee: Lap,
    nginx: Lap,
    express: Lap,
}

struct Servers {
    referee: Referee,
    nginx: Nginx,
    express: Express,
    meter: Meter,
}

pub fn run(options: &Options, workshop: &Workshop) -> Result<()> {
    packages::install()?;
    let machine = Machine::look(&workshop.scratch)?;
    let servers = Servers {
        referee: Referee::start(workshop)?,
        nginx: Nginx::start(workshop)?,
        express: Express::start(workshop)?,
        meter: Meter::new()?,
    };
    servers.answer_alike()?;
    let warm_up = servers.round(WARM_UP_SECONDS)?;
    let recorded_before = servers.referee.metric("clicks_recorded")?;
    println!("warm: {}", describe(&warm_up));
    let mut rounds = Vec::new();
    for n in 1..=options.rounds {
        let round = servers.round(options.seconds)?;
        println!("round {n}: {}", describe(&round));
        rounds.push(round);
    }
    let figures = servers.figures(options, machine, &rounds, recorded_before)?;
    workshop.keep_figures("redirect", &figures)
}

fn describe(round: &Round) -> String {
    let Round { referee, nginx, express } = round;
    format!(
        "click {:.2} us (edge {:.2}, log-writer {:.2}; whole process {:.2}), nginx {:.2} us, Express {:.1} us; \
         a second: {:.0}, {:.0}, {:.0}",
        referee.threads(&CLICK_THREADS),
        referee.threads(&["edge"]),
        referee.threads(&["log-writer"]),
        referee.total(),
        nginx.total(),
        express.total(),
        referee.answers.per_second,
        nginx.answers.per_second,
        express.answers.per_second,
    )
}

impl Servers {
    /// Each sends the visitor on, with an id and a cookie.
    fn answer_alike(&self) -> Result<()> {
        for (name, port) in [("referee", self.referee.port), ("nginx", self.nginx.port), ("Express", self.express.port)]
        {
            let mut headers = vec![("Host", TRACKING_HOST)];
            headers.extend(HEADERS);
            let answer = http::get(port, &self.referee.path, &headers)?;
            ensure!(answer.status == 302, "{name} answered {} where 302 belongs:\n{}", answer.status, answer.body);
            let location = answer.header("location").unwrap_or_default();
            ensure!(location.contains("pt="), "{name} sends no id along: {location}");
            ensure!(answer.header("set-cookie").is_some_and(|it| it.starts_with("pt=")), "{name} sets no cookie");
        }
        Ok(())
    }

    fn round(&self, seconds: u64) -> Result<Round> {
        let referee = || self.meter.process(self.referee.id());
        let referee = self.lap(self.referee.port, seconds, referee).context("measure referee")?;
        let nginx = || self.meter.family(self.nginx.id());
        let nginx = self.lap(self.nginx.port, seconds, nginx).context("measure nginx")?;
        let express = || {
            let (node, database) =
                (self.meter.process(self.express.node())?, self.meter.family(self.express.database())?);
            Ok(Used { total_us: node.total_us + database.total_us, ..node })
        };
        let express = self.lap(self.express.port, seconds, express).context("measure Express")?;
        Ok(Round { referee, nginx, express })
    }

    fn lap(&self, port: u16, seconds: u64, used: impl Fn() -> Result<Used>) -> Result<Lap> {
        let before = used()?;
        let answers = load::run(port, TRACKING_HOST, &self.referee.path, seconds)?;
        // What the load left to do belongs to it.
        self.referee.settle()?;
        Ok(Lap { answers, used: used()? - before })
    }

    fn figures(&self, options: &Options, machine: Machine, rounds: &[Round], before: u64) -> Result<Redirect> {
        let spread = spread(rounds).context("there was no round")?;
        let answered: u64 = rounds.iter().map(|round| round.referee.answers.requests).sum();
        let recorded = self.referee.metric("clicks_recorded")? - before;
        let flagged = self.referee.metric("clicks_flagged")?;
        // At the end of a round, each connection may have a click under way whose answer nobody waited for.
        let under_way = u64::from(CONNECTIONS) * rounds.len() as u64;
        ensure!(
            (answered..=answered + under_way).contains(&recorded),
            "{answered} clicks were answered, but {recorded} recorded"
        );
        ensure!(flagged == 0, "{flagged} clicks were sent on before they were durable");
        ensure!(self.referee.metric("machine_stopped")? == 0, "the machine stands still");
        let (click, process) = (spread.click.median, spread.click_process.median);
        let (nginx, express) = (spread.nginx.median, spread.express.median);
        Ok(Redirect {
            machine,
            rounds: rounds.len(),
            seconds: options.seconds,
            connections: CONNECTIONS,
            cpu_us_click: click,
            cpu_us_click_process: process,
            cpu_us_nginx: nginx,
            cpu_us_express: express,
            ratio_nginx: click / nginx,
            ratio_nginx_process: process / nginx,
            ratio_express: express / click,
            ratio_express_process: express / process,
            spread,
            clicks_answered: answered,
            clicks_recorded: recorded,
            clicks_flagged: flagged,
        })
    }
}

fn spread(rounds: &[Round]) -> Option<Spread> {
    let of = |figure: &dyn Fn(&Round) -> f64| Figure::of(rounds.iter().map(figure));
    let click = |round: &Round| round.referee.threads(&CLICK_THREADS);
    Some(Spread {
        edge: of(&|round| round.referee.threads(&["edge"]))?,
        log_writer: of(&|round| round.referee.threads(&["log-writer"]))?,
        machine: of(&|round| round.referee.threads(&["machine"]))?,
        click: of(&click)?,
        click_process: of(&|round| round.referee.total())?,
        nginx: of(&|round| round.nginx.total())?,
        express: of(&|round| round.express.total())?,
        ratio_nginx: of(&|round| click(round) / round.nginx.total())?,
        ratio_express: of(&|round| round.express.total() / click(round))?,
        click_per_second: of(&|round| round.referee.answers.per_second)?,
        nginx_per_second: of(&|round| round.nginx.answers.per_second)?,
        express_per_second: of(&|round| round.express.answers.per_second)?,
        click_p50_us: of(&|round| round.referee.answers.p50_us)?,
        click_p99_us: of(&|round| round.referee.answers.p99_us)?,
    })
}
