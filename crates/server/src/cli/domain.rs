//! `referee domain`: what visitors would lose with a tracking domain, and whose hosts are.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_core::program::{PATH_PREFIX, TAG_NAME};
use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::{Config, Scheme};
use referee_engine::domain::{Asked, Browser, Facts, Findings, Probe, Weight, examine, is_name, is_open};
use referee_engine::error::{Error, Result};
use referee_engine::settings::{Settings as Store, TrackingDomain};

use crate::domains;
use crate::serve::runtime;

use super::{Settings, Stores};

#[derive(Args)]
pub struct Domain {
    #[command(subcommand)]
    command: DomainCommand,
}

#[derive(Subcommand)]
enum DomainCommand {
    /// Says what visitors of Safari, Firefox, Chrome and Brave would lose with a host, and how to mend it. Ends with 1 if
    /// something is lost or shortened. Needs nothing but the network.
    Check {
        /// The tracking domain, such as go.shop.com.
        host: String,
        /// A page of the shop; without it, www. of the same site.
        #[arg(long, default_value = "")]
        page: String,
        /// The first part of the tag's paths.
        #[arg(long, default_value = PATH_PREFIX)]
        path: String,
        /// The file name of the tag.
        #[arg(long, default_value = TAG_NAME)]
        tag: String,
        /// The parameter that carries the click id.
        #[arg(long, default_value = "pt")]
        param: String,
        /// For programs: one document.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Box<Settings>,
    },
    /// Lists the hosts that brands named, and how each was proved.
    List {
        #[command(flatten)]
        stores: Stores,
    },
    /// Says, as whoever runs the server, that a host is a brand's: for hosts that nothing can prove. Run it while the
    /// server is stopped, unless its stores are on servers.
    Accept {
        host: String,
        /// The brand's name.
        #[arg(long)]
        brand: String,
        #[command(flatten)]
        stores: Stores,
    },
}

pub fn run(command: Domain) -> Result<ExitCode> {
    match command.command {
        DomainCommand::Check { host, page, path, tag, param, json, settings } => {
            let config = settings.load()?;
            let asked = asked(&host, &page, (path, tag, param), &config)?;
            check(&config, asked, json)
        }
        DomainCommand::List { stores } => list(Config { edge: 0, ..stores.load()? }),
        DomainCommand::Accept { host, brand, stores } => accept(Config { edge: 0, ..stores.load()? }, &host, &brand),
    }
}

fn asked(
    host: &str,
    page: &str,
    (prefix, tag_name, click_param): (String, String, String),
    config: &Config,
) -> Result<Asked> {
    let host = host.trim().to_ascii_lowercase();
    if !is_name(&host) {
        return Err(Error::setup("check a tracking domain", format!("{host:?} is not a host such as go.shop.com")));
    }
    let page = domains::page_host(page).map_err(|why| Error::setup("check a tracking domain", why))?;
    let landing_hosts = Some(page.clone()).filter(|it| !it.is_empty()).into_iter().collect();
    let secure = config.scheme == Scheme::Https;
    Ok(Asked { host, page, landing_hosts, prefix, tag_name, click_param, cookie_days: 30, secure })
}

fn check(config: &Config, asked: Asked, json: bool) -> Result<ExitCode> {
    let (facts, findings) = runtime()?.block_on(async {
        let probe = Probe::new(&config.domains)?;
        Ok::<_, Error>(examine(&probe, &config.domains, asked).await)
    })?;
    if json {
        let list: Vec<_> = findings.list.iter().map(domains::told).collect();
        println!("{}", serde_json::json!({ "host": facts.host.name, "page_host": facts.page.name, "findings": list }));
    } else {
        print!("{}", text(&facts, &findings));
    }
    Ok(if findings.is_something_lost() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn text(facts: &Facts, findings: &Findings) -> String {
    let mut text = format!("{} for pages of {}\n\n", facts.host.name, facts.page.name);
    for browser in Browser::ALL {
        let words = match findings.of(browser) {
            Weight::Fine => "nothing is lost",
            Weight::Note => "nothing is lost, see below",
            Weight::Shortened => "something lives shorter",
            Weight::Lost => "clicks or orders are lost",
        };
        text.push_str(&format!("  {:<8} {words}\n", browser.name()));
    }
    text.push('\n');
    findings.list.iter().for_each(|it| text.push_str(&format!("{it}\n")));
    text
}

fn list(config: Config) -> Result<ExitCode> {
    let engine = Engine::open(&config, std::sync::Arc::new(SystemClock))?;
    let rows = of_all_brands(&engine.settings);
    engine.shut_down();
    for (brand, it) in rows? {
        let standing = match (it.verified_at, it.method, it.in_use) {
            (Some(_), Some(method), _) => format!("verified by {}", method.code()),
            (Some(_), None, _) => "verified".to_owned(),
            (None, _, true) => "in use, not proved".to_owned(),
            (None, _, false) => "not served yet".to_owned(),
        };
        println!("{}\t{brand}\t{standing}\t{}", it.host, it.trouble);
    }
    Ok(ExitCode::SUCCESS)
}

fn of_all_brands(settings: &Store) -> Result<Vec<(String, TrackingDomain)>> {
    let mut rows = Vec::new();
    for (brand, _) in settings.brands()? {
        let domains = settings.domains(brand.id)?;
        rows.extend(domains.into_iter().map(|it| (brand.name.clone(), it)));
    }
    Ok(rows)
}

fn accept(config: Config, host: &str, brand: &str) -> Result<ExitCode> {
    let doing = "accept a tracking domain";
    let host = host.trim().to_ascii_lowercase();
    if !is_open(&host) {
        return Err(Error::setup(doing, format!("{host} is no host of the open internet: it needs no proof")));
    }
    let engine = Engine::open(&config, std::sync::Arc::new(SystemClock))?;
    let accepted = runtime()?.block_on(async {
        let brands = engine.with_settings(Store::brands).await?;
        let found = brands.into_iter().find(|(it, _)| it.name == brand).map(|(it, _)| it.id);
        let id = found.ok_or_else(|| Error::setup(doing, format!("there is no brand {brand:?}")))?;
        engine.vouch_for_domain(id, &host).await
    });
    engine.shut_down();
    match accepted? {
        Some(domain) if domain.verified_at.is_some() => {
            println!("{host} belongs to {brand}");
            Ok(ExitCode::SUCCESS)
        }
        domain => {
            let why = domain.map(|it| it.trouble).unwrap_or_default();
            Err(Error::setup(doing, why))
        }
    }
}
