//! The connection to the servers, and what is asked of them before any record is trusted to them.

use std::path::PathBuf;
use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use percent_encoding::percent_decode_str;
use tokio::sync::watch;

use super::stream::Streams;
use crate::error::{Error, Result};
use crate::routing::PartitionId;

/// Before this version a cluster could lose writes that it had acknowledged, when power failed on several servers.
const VERSION_MIN: (i64, i64, i64) = (2, 12, 3);
/// Smaller messages would cut frames into thousands of parts.
const PAYLOAD_BYTES_MIN: usize = 256 << 10;
/// How long connecting to one server may take.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// A server that answers no ping for two of these is given up.
const PING_EVERY: Duration = Duration::from_secs(3);

/// How often streams are asked for at a start.
const LIST_TRIES: usize = 3;

/// How the servers are reached, and how streams are kept there.
#[derive(Debug, Clone)]
pub struct JetStreamConfig {
    /// `nats://host:4222`, or `tls://` for an encrypted connection. In front of the host may stand `user:password@` or
    /// `token@`; the first that is named goes for all. One address is enough: servers of a cluster name each other.
    pub urls: Vec<String>,
    /// Whose streams these are. Streams with another mark are refused, so that two installations never mix.
    pub installation: String,
    /// How many servers keep each frame: 1, 3 or 5.
    pub replicas: usize,
    /// A file as `nsc` writes it: a token and a key.
    pub credentials_file: Option<PathBuf>,
}

/// Connects; the number in the receiver grows each time when the connection breaks.
pub async fn connect(config: &JetStreamConfig) -> Result<(Client, watch::Receiver<u64>)> {
    let doing = "connect to NATS";
    let addresses: Vec<ServerAddr> = config
        .urls
        .iter()
        .map(|url| url.trim().parse().map_err(|error| Error::setup("read the addresses of NATS", error)))
        .collect::<Result<_>>()?;
    let (breaks, broke) = watch::channel(0);
    let options = sign_in(options(config).await?, &addresses).event_callback(move |event| {
        told(&event, &breaks);
        async {}
    });
    match options.connect(addresses).await {
        Ok(client) => Ok((client, broke)),
        Err(error) => Err(match error.kind() {
            ConnectErrorKind::ServerParse
            | ConnectErrorKind::Authentication
            | ConnectErrorKind::AuthorizationViolation
            | ConnectErrorKind::Tls => Error::setup(doing, error),
            _ => Error::unavailable(doing, error),
        }),
    }
}

async fn options(config: &JetStreamConfig) -> Result<ConnectOptions> {
    let mut options = ConnectOptions::new()
        .name(format!("referee {}", config.installation))
        .connection_timeout(CONNECT_WAIT)
        .ping_interval(PING_EVERY)
        .max_reconnects(None);
    if let Some(path) = &config.credentials_file {
        let failed = |error| Error::setup(format!("read the NATS credentials {}", path.display()), error);
        options = options.credentials_file(path).await.map_err(failed)?;
    }
    Ok(options)
}

/// Takes the user from the addresses, which the client itself does not look at.
fn sign_in(options: ConnectOptions, addresses: &[ServerAddr]) -> ConnectOptions {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let named = addresses.iter().find_map(|address| Some((plain(address.username()?), address.password().map(plain))));
    match named {
        Some((user, Some(password))) => options.user_and_password(user, password),
        Some((token, None)) => options.token(token),
        None => options,
    }
}

fn told(event: &Event, breaks: &watch::Sender<u64>) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        Event::Disconnected => {
            breaks.send_modify(|count| *count += 1);
            tracing::warn!("the connection to NATS broke; it is tried again");
        }
        Event::SlowConsumer(_) | Event::ServerError(_) | Event::ClientError(_) => tracing::warn!(%event, "NATS"),
        Event::LameDuckMode | Event::Draining | Event::Closed => tracing::info!(%event, "NATS"),
    }
}

/// What the server must be able to do, and what it had better.
pub fn check_server(client: &Client, config: &JetStreamConfig) -> Result<()> {
    let doing = "use JetStream";
    if ![1, 3, 5].contains(&config.replicas) {
        return Err(Error::setup(doing, format!("{} replicas are set; set 1, 3 or 5", config.replicas)));
    }
    if config.installation.is_empty() {
        return Err(Error::setup(doing, "the installation has no name; its streams are marked with it"));
    }
    let server = client.server_info();
    if config.replicas > 1 && server.cluster.is_none() {
        let cause =
            format!("{} replicas are set, and the server is in no cluster; set 1, or build one", config.replicas);
        return Err(Error::setup(doing, cause));
    }
    if server.max_payload < PAYLOAD_BYTES_MIN {
        let cause = format!(
            "the server takes messages of {} bytes; set its `max_payload` to {PAYLOAD_BYTES_MIN} at least, better to 1MB",
            server.max_payload
        );
        return Err(Error::setup(doing, cause));
    }
    let (major, minor, patch) = VERSION_MIN;
    if !client.is_server_compatible(major, minor, patch) {
        tracing::warn!(
            version = server.version,
            "the NATS server is older than {major}.{minor}.{patch}: what it acknowledged can be lost when power fails \
             on several servers"
        );
    }
    if config.replicas == 1 {
        tracing::warn!("the log has one replica: what was acknowledged is lost with the disk of one NATS server");
    }
    Ok(())
}

/// Whether the streams that are there are ours, and kept as they are meant to be; says which there are.
pub async fn check_streams(streams: &Streams, replicas: usize) -> Result<Vec<PartitionId>> {
    let mut configs = streams.configs().await;
    for _ in 1..LIST_TRIES {
        // Just after its start a cluster leaves questions unanswered.
        if matches!(configs, Err(Error::Unavailable(_))) {
            configs = streams.configs().await;
        }
    }
    let configs = configs?;
    for (_, config) in &configs {
        streams.check_mark(config)?;
    }
    let of = |wrong: &dyn Fn(&Config) -> bool| {
        let names: Vec<&str> =
            configs.iter().map(|(_, it)| it).filter(|it| wrong(it)).map(|it| it.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(" "))
    };
    if let Some(names) = of(&|it| it.num_replicas != replicas) {
        tracing::warn!(
            streams = names,
            "streams have another number of replicas than the {replicas} that are set: fewer may lose what was \
             acknowledged; change each with `nats stream edit NAME --replicas {replicas}`"
        );
    }
    if let Some(names) = of(&drops) {
        tracing::warn!(
            streams = names,
            "streams let go of messages by themselves, also of those that no books hold yet; take `max_age`, \
             `max_msgs` and `max_bytes` off with `nats stream edit NAME`"
        );
    }
    Ok(configs.into_iter().map(|(partition, _)| partition).collect())
}

fn drops(config: &Config) -> bool {
    let by_size = config.max_messages > 0 || config.max_bytes > 0 || config.max_messages_per_subject > 0;
    !config.max_age.is_zero() || (by_size && config.discard == DiscardPolicy::Old)
}
