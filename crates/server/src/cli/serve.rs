//! `referee serve`: the server, until it is told to stop.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::{Config, LogFormat};
use referee_engine::error::{Error, Result};
use referee_engine::role::Role;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::serve::{Listeners, runtime, serve};
use crate::tls::Tls;

use super::Settings;

pub fn run(settings: Settings) -> Result<ExitCode> {
    let config = settings.load()?;
    log_as(&config);
    let mail_server = config.mail.server()?;
    let engine = Arc::new(Engine::open(&config, Arc::new(SystemClock))?);
    let tls = Tls::open(&config, &engine)?.map(Arc::new);
    runtime()?.block_on(async {
        let stop = StopSignal::listen()?;
        let listeners = Listeners { plain: listen(&config).await?, tls: listen_tls(&config).await? };
        let listen_tls = config.listen_tls.map(tracing::field::display);
        tracing::info!(listen = %config.listen, listen_tls, data = %config.data.display(), "referee serves");
        tell_networks(&engine, &config);
        let app = App { mail_server, ..App::new(engine.clone(), config) };
        let app = Arc::new(match tls {
            Some(tls) => app.with_tls(tls),
            None => app,
        });
        let ends = async {
            tokio::select! {
                () = stop.wait() => {}
                () = evicted(&engine) => tracing::error!("another process took this edge number; this one ends"),
            }
        };
        serve(listeners, app, ends).await;
        Ok::<_, Error>(())
    })?;
    let code = if engine.is_evicted() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    engine.shut_down();
    Ok(code)
}

/// What is known of visitors' addresses, and what is not.
fn tell_networks(engine: &Engine, config: &Config) {
    if config.has(Role::Edge) {
        tracing::info!(ranges = engine.networks.pieces(), "networks are known");
        config.networks.notes().iter().for_each(|note| tracing::info!("{note}"));
    }
}

/// Resolves when another process has taken this one's edge number.
async fn evicted(engine: &Engine) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    while !engine.is_evicted() {
        tick.tick().await;
    }
}

pub async fn listen(config: &Config) -> Result<TcpListener> {
    TcpListener::bind(config.listen).await.map_err(|error| Error::setup(format!("listen on {}", config.listen), error))
}

pub async fn listen_tls(config: &Config) -> Result<Option<TcpListener>> {
    let Some(address) = config.listen_tls else { return Ok(None) };
    let listener = TcpListener::bind(address).await;
    listener.map(Some).map_err(|error| Error::setup(format!("listen for TLS on {address}"), error))
}

/// Structured lines on standard error.
pub fn log_as(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log).unwrap_or_else(|error| {
        eprintln!("referee: the log filter {:?} is not understood ({error}); logging at info", config.log);
        tracing_subscriber::EnvFilter::new("info")
    });
    // Whoever shakes hands could fill the log with what is odd about it.
    let quiet = Some("rustls=error").filter(|_| !config.log.contains("rustls")).and_then(|it| it.parse().ok());
    let filter = quiet.into_iter().fold(filter, tracing_subscriber::EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}

/// The process's wish to end, heard from the moment this is made.
pub struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    pub fn listen() -> Result<StopSignal> {
        let heard = |kind| signal(kind).map_err(|error| Error::setup("listen for signals", error));
        Ok(StopSignal { terminate: heard(SignalKind::terminate())?, interrupt: heard(SignalKind::interrupt())? })
    }

    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
