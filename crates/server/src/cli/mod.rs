//! The command line: one file per command.

mod config;
mod demo;
mod explain;
mod log;
mod mail;
mod partition;
mod replay;
mod serve;
mod transfer;
mod user;
mod verify;
mod terms;
mod what_if;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use referee_engine::config::{Config, LogFormat, Scheme, Source};
use referee_engine::error::Result;
use referee_engine::intake::network::NetworkFiles;
use referee_engine::mail::MailConfig;
use referee_engine::role::Role;
use referee_engine::secret::Secret;

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
    /// Says what became of an order or a click, and why.
    Explain(explain::Explain),
    /// Say what partners would have earned under other rules; changes nothing.
    WhatIf(what_if::WhatIf),
    /// Tries terms before they hold.
    Terms(terms::Terms),
    /// Looks into the log.
    Log(log::LogArgs),
    /// Tries the mail server.
    Mail(mail::Mail),
    /// Rebuilds the books from the log.
    Replay(replay::Replay),
    /// Checks whether the books add up; changes nothing.
    Verify(verify::Verify),
    /// Moves everything to other stores, such as from files to servers or back. Run it while the server is stopped.
    Migrate(transfer::Migrate),
    /// Says where the books of each brand are, and takes them elsewhere.
    Partition(partition::Partition),
    /// Copies everything that can't be rebuilt into a folder.
    Backup(transfer::Backup),
    /// Fills empty stores from a backup.
    Restore(transfer::Restore),
}

/// Flags and variables that say where everything is kept. Each overrides the file.
#[derive(Args, Default)]
pub struct Stores {
    /// Configuration file.
    #[arg(long, env = "REFEREE_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the log, the books and the settings.
    #[arg(long, env = "REFEREE_DATA")]
    data: Option<PathBuf>,
    #[command(flatten)]
    servers: Servers,
    /// The master key's file.
    #[arg(long = "key-file", env = "REFEREE_KEY_FILE")]
    key: Option<PathBuf>,
}

/// Servers instead of files.
#[derive(Args, Default)]
pub struct Servers {
    /// PostgreSQL for the settings, the books and the log, instead of files. It may hold a password: better in the
    /// variable or the file.
    #[arg(long, env = "REFEREE_DATABASE_URL", hide_env_values = true, value_parser = secret)]
    database_url: Option<Secret>,
    /// NATS JetStream for the log, as nats://host:4222, several after commas.
    #[arg(long, env = "REFEREE_LOG_URL", hide_env_values = true, value_parser = secret)]
    log_url: Option<Secret>,
    /// Copies of the log in NATS: 1, 3 or 5.
    #[arg(long, env = "REFEREE_LOG_REPLICAS")]
    log_replicas: Option<u8>,
    /// The credentials file of NATS.
    #[arg(long, env = "REFEREE_LOG_CREDENTIALS")]
    log_credentials: Option<PathBuf>,
    /// Further PostgreSQL servers for books, as name=postgres://.., several after spaces.
    #[arg(long, env = "REFEREE_CLUSTERS", hide_env_values = true, value_delimiter = ' ', value_parser = cluster)]
    cluster: Vec<(String, Secret)>,
    /// A made-up Shopify on this computer, as http://127.0.0.1:PORT, that is asked instead of the shops.
    #[arg(long, env = "REFEREE_SHOPIFY_URL")]
    shopify_url: Option<String>,
}

impl Servers {
    fn source(self) -> Source {
        Source {
            database_url: self.database_url,
            log_url: self.log_url,
            log_replicas: self.log_replicas,
            log_credentials: self.log_credentials,
            clusters: (!self.cluster.is_empty()).then(|| self.cluster.into_iter().collect()),
            shopify_url: self.shopify_url,
            ..Source::default()
        }
    }
}

impl Stores {
    /// What is said here; the file's words where it is silent.
    fn source(self) -> Result<Source> {
        let file = self.config.as_deref().map(Source::read).transpose()?.unwrap_or_default();
        let given = Source { data: self.data, key: self.key, ..self.servers.source() };
        Ok(given.over(file))
    }

    pub fn load(self) -> Result<Config> {
        Config::new(self.source()?)
    }
}

/// Flags and variables of the server. Each overrides the file.
#[derive(Args, Default)]
pub struct Settings {
    #[command(flatten)]
    stores: Stores,
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
    scheme: Option<Scheme>,
    /// `text` or `json`.
    #[arg(long, env = "REFEREE_LOG_FORMAT", value_parser = log_format)]
    log_format: Option<LogFormat>,
    /// The last entry of X-Forwarded-For is the visitor's address.
    #[arg(long, env = "REFEREE_TRUST_FORWARDED")]
    trust_forwarded: Option<bool>,
    /// Number of this edge.
    #[arg(long, env = "REFEREE_EDGE")]
    edge: Option<u16>,
    /// What this process does: some of edge, machine, reader, courier.
    #[arg(long, env = "REFEREE_ROLES", value_delimiter = ',', value_parser = role)]
    roles: Option<Vec<Role>>,
    /// Threads that apply the log to the books.
    #[arg(long, env = "REFEREE_MACHINE_THREADS")]
    machine_threads: Option<u8>,
    /// Answer a report as kept when it lies on this edge's own disk only.
    #[arg(long, env = "REFEREE_SPOOL_ANSWERS_REPORTS")]
    spool_answers_reports: Option<bool>,
    #[command(flatten)]
    mail: MailFlags,
    #[command(flatten)]
    networks: Networks,
}

/// Where mail goes.
#[derive(Args, Default)]
struct MailFlags {
    /// The mail server, as smtps://user@host:465, or smtp://user@host:587 for STARTTLS. It may hold a password: better
    /// in the variable, the file or --mail-password-file.
    #[arg(long, env = "REFEREE_MAIL_SMTP", hide_env_values = true, value_parser = secret)]
    mail_smtp: Option<Secret>,
    /// Who mail is from, as "Acme Partners <partners@acme.example>".
    #[arg(long, env = "REFEREE_MAIL_FROM")]
    mail_from: Option<String>,
    /// A file with the mail server's password.
    #[arg(long, env = "REFEREE_MAIL_PASSWORD_FILE")]
    mail_password_file: Option<PathBuf>,
}

/// Files that say where visitors' addresses belong.
#[derive(Args, Default)]
pub struct Networks {
    /// A list of networks instead of the one inside the program.
    #[arg(long = "networks-file", env = "REFEREE_NETWORKS_FILE")]
    file: Option<PathBuf>,
    /// Autonomous systems, in MaxMind's format.
    #[arg(long = "networks-asn-file", env = "REFEREE_NETWORKS_ASN_FILE")]
    asn_file: Option<PathBuf>,
    /// Countries, in MaxMind's format.
    #[arg(long = "networks-country-file", env = "REFEREE_NETWORKS_COUNTRY_FILE")]
    country_file: Option<PathBuf>,
}

impl Settings {
    pub fn load(self) -> Result<Config> {
        let given = Source {
            listen: self.listen,
            console_hosts: self.console_hosts,
            scheme: self.scheme,
            trust_forwarded: self.trust_forwarded,
            log: self.log,
            log_format: self.log_format,
            edge: self.edge,
            roles: self.roles,
            machine_threads: self.machine_threads,
            spool_answers_reports: self.spool_answers_reports,
            mail: MailConfig {
                smtp: self.mail.mail_smtp,
                from: self.mail.mail_from,
                password_file: self.mail.mail_password_file,
            },
            networks: NetworkFiles {
                file: self.networks.file,
                asn_file: self.networks.asn_file,
                country_file: self.networks.country_file,
            },
            ..Source::default()
        };
        Config::new(given.over(self.stores.source()?))
    }
}

fn secret(text: &str) -> std::result::Result<Secret, String> {
    Ok(Secret(text.to_owned()))
}

fn cluster(text: &str) -> std::result::Result<(String, Secret), String> {
    let (name, url) = text.split_once('=').ok_or("it is name=postgres://..")?;
    Ok((name.to_owned(), Secret(url.to_owned())))
}

fn role(text: &str) -> std::result::Result<Role, String> {
    let found = Role::ALL.into_iter().find(|role| role.as_str() == text);
    found.ok_or_else(|| "it is edge, machine, reader or courier".into())
}

fn scheme(text: &str) -> std::result::Result<Scheme, String> {
    match text {
        "http" => Ok(Scheme::Http),
        "https" => Ok(Scheme::Https),
        _ => Err("it is `http` or `https`".into()),
    }
}

fn log_format(text: &str) -> std::result::Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("it is `text` or `json`".into()),
    }
}

/// Whether the command line takes these words, without the program's name; the words that say why not.
pub fn check_arguments(words: &[&str]) -> std::result::Result<(), String> {
    let words = std::iter::once("referee").chain(words.iter().copied());
    Cli::try_parse_from(words).map(drop).map_err(|error| error.to_string())
}

/// Every variable that some command reads, with its flag.
pub fn variables() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut commands = vec![Cli::command()];
    while let Some(command) = commands.pop() {
        for argument in command.get_arguments() {
            if let (Some(variable), Some(flag)) = (argument.get_env(), argument.get_long()) {
                found.insert(variable.to_string_lossy().into_owned(), format!("--{flag}"));
            }
        }
        commands.extend(command.get_subcommands().cloned());
    }
    found
}

/// Parses the arguments and runs the command. Errors are said on standard error, in one line.
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(settings) => serve::run(settings),
        Command::Demo(command) => demo::run(command),
        Command::Config(settings) => config::run(settings),
        Command::User(command) => user::run(command),
        Command::Explain(command) => explain::run(command),
        Command::WhatIf(command) => what_if::run(command),
        Command::Terms(command) => terms::run(command),
        Command::Log(command) => log::run(command),
        Command::Mail(command) => mail::run(command),
        Command::Replay(command) => replay::run(command),
        Command::Verify(command) => verify::run(command),
        Command::Migrate(command) => transfer::migrate(command),
        Command::Partition(command) => partition::run(command),
        Command::Backup(command) => transfer::backup(command),
        Command::Restore(command) => transfer::restore(command),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("referee: {error}");
            ExitCode::FAILURE
        }
    }
}
