//! The command line: one file per command.

mod config;
mod demo;
mod log;
mod replay;
mod serve;
mod user;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use referee_engine::config::{Config, Source};
use referee_engine::error::Result;

/// Self-hosted partner tracking and attribution.
#[derive(Parser)]
#[command(name = "referee", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server.
    Serve(Settings),
    /// Runs everything with a made-up brand, a shop and partners, to look around.
    Demo(demo::Demo),
    /// Prints what is in force, as a file that would say the same.
    Config(Settings),
    /// Manages the people who sign in.
    User(user::User),
    /// Looks into the log.
    Log(log::Log),
    /// Rebuilds the books from the log.
    Replay(replay::Replay),
}

/// Flags and variables of the server. Each overrides the file.
#[derive(Args, Default)]
pub struct Settings {
    /// Configuration file.
    #[arg(long, env = "REFEREE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the log, the books and the settings.
    #[arg(long, env = "REFEREE_DATA")]
    data: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, env = "REFEREE_LISTEN")]
    listen: Option<SocketAddr>,
    /// Hosts of the console and the API.
    #[arg(long = "console-host", env = "REFEREE_CONSOLE_HOSTS", value_delimiter = ',')]
    console_hosts: Option<Vec<String>>,
    /// What is logged, such as `info` or `referee_engine=debug,info`.
    #[arg(long, env = "REFEREE_LOG")]
    log: Option<String>,
    /// `http` or `https`: how visitors reach the server.
    #[arg(long, env = "REFEREE_SCHEME", value_parser = scheme)]
    scheme: Option<referee_engine::config::Scheme>,
    /// `text` or `json`.
    #[arg(long, env = "REFEREE_LOG_FORMAT", value_parser = log_format)]
    log_format: Option<referee_engine::config::LogFormat>,
    /// The last entry of X-Forwarded-For is the visitor's address.
    #[arg(long, env = "REFEREE_TRUST_FORWARDED")]
    trust_forwarded: Option<bool>,
    /// Number of this edge.
    #[arg(long, env = "REFEREE_EDGE")]
    edge: Option<u16>,
    /// Reports that lie on this edge's own disk only are answered as kept.
    #[arg(long, env = "REFEREE_SPOOL_ANSWERS_REPORTS")]
    spool_answers_reports: Option<bool>,
}

impl Settings {
    pub fn load(self) -> Result<Config> {
        let file = self.config.as_deref().map(Source::read).transpose()?.unwrap_or_default();
        let given = Source {
            data: self.data,
            listen: self.listen,
            console_hosts: self.console_hosts,
            scheme: self.scheme,
            trust_forwarded: self.trust_forwarded,
            log: self.log,
            log_format: self.log_format,
            edge: self.edge,
            spool_answers_reports: self.spool_answers_reports,
        };
        Config::new(given.over(file))
    }
}

fn scheme(text: &str) -> std::result::Result<referee_engine::config::Scheme, String> {
    match text {
        "http" => Ok(referee_engine::config::Scheme::Http),
        "https" => Ok(referee_engine::config::Scheme::Https),
        _ => Err("it is `http` or `https`".into()),
    }
}

fn log_format(text: &str) -> std::result::Result<referee_engine::config::LogFormat, String> {
    match text {
        "text" => Ok(referee_engine::config::LogFormat::Text),
        "json" => Ok(referee_engine::config::LogFormat::Json),
        _ => Err("it is `text` or `json`".into()),
    }
}

/// Parses the arguments and runs the command. Errors are said on standard error, in one line.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(settings) => serve::run(settings),
        Command::Demo(command) => demo::run(command),
        Command::Config(settings) => config::run(settings),
        Command::User(command) => user::run(command),
        Command::Log(command) => log::run(command),
        Command::Replay(command) => replay::run(command),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("referee: {error}");
            ExitCode::FAILURE
        }
    }
}
