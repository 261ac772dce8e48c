//! `referee demo`: a made-up brand with a shop, partners and traffic, on the embedded default.

mod payees;
mod seed;
mod site;
mod traffic;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use referee_engine::Engine;
use referee_engine::clock::{Clock, StandingClock, SystemClock};
use referee_engine::config::{Config, Source};
use referee_engine::error::{Error, Result};
use referee_engine::stores::Stores;

use crate::app::{App, Shop};
use crate::demo::ShopConfig;
use crate::serve::{Listeners, runtime, serve};
use crate::tls::Tls;

use super::Servers;
use super::serve::{StopSignal, listen, listen_tls, log_as};
use site::{Named, Site};

#[derive(Args)]
pub struct Demo {
    /// Folder of the demonstration's files.
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// They must be empty, and the demonstration's own.
    #[command(flatten)]
    servers: Servers,
    #[command(flatten)]
    domains: super::Domains,
    /// Address and port; with port 0 a free one is taken.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Simulated visitors per second.
    #[arg(long, default_value_t = 0)]
    traffic: u32,
    /// Begin anew: removes what an earlier demonstration left in the folder.
    #[arg(long)]
    fresh: bool,
    /// The clock stands still, and moves only by POST /test/clock on the console's host: for tests.
    #[arg(long)]
    test_clock: bool,
    #[command(flatten)]
    named: Named,
}

pub fn run(command: Demo) -> Result<ExitCode> {
    if command.fresh {
        remove_earlier(&command.data)?;
    }
    let Site { scheme, console, .. } = command.named.site(command.listen.port());
    let mut config = Config::new(Source {
        data: Some(command.data.clone()),
        listen: Some(command.listen),
        listen_tls: command.named.listen_tls,
        certificates: command.named.certificates(),
        console_hosts: Some(vec![console, "127.0.0.1".into()]),
        scheme: Some(scheme),
        log: Some("warn".into()),
        domains: command.domains.config(),
        ..command.servers.source()
    })?;
    log_as(&config);
    let test_clock = command.test_clock.then(|| standing_clock(&config)).transpose()?;
    let clock: Arc<dyn Clock> = match &test_clock {
        Some(standing) => standing.clone(),
        None => Arc::new(SystemClock),
    };
    let engine = Arc::new(Engine::open(&config, clock)?);
    // Numbers of this run's orders: no earlier run had them, and the clock may stand where it stood then.
    let began_s = u64::try_from(SystemClock.now().0 / 1_000).unwrap_or_default();
    let outcome = runtime()?.block_on(async {
        let stop = StopSignal::listen()?;
        let tls = Tls::open(&config, &engine)?.map(Arc::new);
        let listeners = Listeners { plain: listen(&config).await?, tls: listen_tls(&config).await? };
        config.listen = listeners.plain.local_addr().map_err(|error| Error::setup("read the port", error))?;
        let site = command.named.site(config.listen.port());
        let seed = seed::seed(&engine, &config.data, &site, command.test_clock).await?;
        let shop = Shop {
            host: site.shop.clone(),
            router: crate::demo::router(ShopConfig {
                tracking_origin: site.tracking_origin(),
                console_origin: site.console_origin(),
                program_id: seed.program_id,
                sale_event: seed.event_types.sale,
                click_param: seed::CLICK_PARAM.into(),
                path_prefix: "/pt".into(),
                first_order: began_s % 100_000_000,
            }),
        };
        greet(&seed.welcome(&config.data));
        let traffic = traffic::start(command.traffic, config.listen, &seed, began_s);
        let app = App { shop: Some(shop), test_clock, ..App::new(engine.clone(), config) };
        let app = match tls {
            Some(tls) => app.with_tls(tls),
            None => app,
        };
        serve(listeners, Arc::new(app), stop.wait()).await;
        traffic.abort();
        Ok::<_, Error>(())
    });
    engine.shut_down();
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Begins where the computer's clock is, or after all that an earlier run knew.
fn standing_clock(config: &Config) -> Result<Arc<StandingClock>> {
    let known = Stores::open(config, &SystemClock)?.latest_moment()?;
    Ok(Arc::new(StandingClock::after(known)))
}

/// Says what to open. Nobody may be listening, which is no reason to stop.
fn greet(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) {
        tracing::debug!(%error, "the greeting could not be printed");
    }
}

/// Removes a demonstration's own files only: a folder with anything else in it is left alone.
fn remove_earlier(folder: &std::path::Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let doing = || format!("begin anew in {}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(|error| Error::setup(doing(), error))?;
    for entry in entries {
        let name = entry.map_err(|error| Error::setup(doing(), error))?.file_name();
        let name = name.to_string_lossy();
        let ours = ["log.db", "books.db", "settings.db", "spool-", "edge-", "referee.key", "demo.json", "replay-"];
        if !ours.iter().any(|file| name.starts_with(file)) {
            return Err(Error::setup(doing(), format!("{name} is not a demonstration's file; choose another folder")));
        }
    }
    std::fs::remove_dir_all(folder).map_err(|error| Error::setup(doing(), error))
}
