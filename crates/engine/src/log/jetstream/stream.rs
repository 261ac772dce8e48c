//! The streams of an installation: one per partition, made when it is first written.

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{
    CreateStreamErrorKind, GetStreamErrorKind, RequestError, RequestErrorKind, Streams as StreamPages,
};
use async_nats::jetstream::message::{PublishMessage, StreamMessage};
use async_nats::jetstream::publish::PublishAck;
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, Info, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use async_nats::jetstream::{self, Context};
use async_nats::{Client, connection::State};
use futures_util::{StreamExt, TryStreamExt};
use tokio::sync::watch;

use super::lock;
use crate::error::{Error, Result};
use crate::routing::PartitionId;

const NAME_PREFIX: &str = "REFEREE_";
const SUBJECT_PREFIX: &str = "referee.log.";
/// Says in a stream's metadata whose it is.
const INSTALLATION: &str = "referee-installation";
/// For how long the server knows a message that is sent again. The books know frames for ever.
pub const DUPLICATES_KNOWN: Duration = Duration::from_secs(120);
/// How long an answer may take, also an acknowledgement: asking again is harmless, and after a change of leaders nothing
/// else helps.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// The same for a new stream: its first leader needs some seconds to be chosen.
const CREATE_WAIT: Duration = Duration::from_secs(10);
/// The largest message, where servers take larger ones: they handle many small ones better.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Room for a message's headers, with the sequences of some hundred parts.
const HEADERS_BYTES_MAX: usize = 16 << 10;

pub struct Streams {
    client: Client,
    context: Context,
    installation: String,
    replicas: usize,
    /// Those that were made or found.
    found: Mutex<BTreeSet<PartitionId>>,
    /// Changes when the connection breaks: what was not acknowledged by then never will be.
    breaks: watch::Receiver<u64>,
}

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The lowest sequence that is there, or the next one if there is none.
    pub first: u64,
    /// The highest sequence that ever was.
    pub last: u64,
    pub messages: u64,
    /// When the newest message was kept, and the stream made, in milliseconds.
    pub last_kept_at_ms: i64,
    pub made_at_ms: i64,
}

impl Streams {
    pub fn new(client: Client, installation: String, replicas: usize, breaks: watch::Receiver<u64>) -> Streams {
        let context = jetstream::context::ContextBuilder::new().timeout(ANSWER_WAIT).build(client.clone());
        Streams { client, context, installation, replicas, found: Mutex::default(), breaks }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The largest payload of one message.
    pub fn payload_bytes_max(&self) -> usize {
        self.client.max_payload().min(MESSAGE_BYTES_MAX).saturating_sub(HEADERS_BYTES_MAX)
    }

    /// Makes a partition's stream if it is not there. One that was there and is gone is not made again by the same run:
    /// servers also say so while they choose a leader.
    pub async fn ensure(&self, partition: PartitionId) -> Result<()> {
        if lock(&self.found).contains(&partition) {
            return Ok(());
        }
        let info = match self.info(partition).await? {
            Some(info) => info,
            None => self.create(partition).await?,
        };
        self.check_mark(&info.config)?;
        lock(&self.found).insert(partition);
        Ok(())
    }

    async fn create(&self, partition: PartitionId) -> Result<Info> {
        let doing = || format!("make stream {}", name(partition));
        let mut patient = self.context.clone();
        patient.set_timeout(CREATE_WAIT);
        let failed = match patient.create_stream(self.config(partition)).await {
            Ok(stream) => return Ok(stream.cached_info().clone()),
            Err(failed) => failed,
        };
        match failed.kind() {
            // Somebody else made it in the same moment, with other replicas.
            CreateStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NAME_EXIST => {
                self.info(partition).await?.ok_or_else(|| Error::unavailable(doing(), error))
            }
            CreateStreamErrorKind::JetStream(error) if needs_operator(error.error_code()) => {
                Err(Error::setup(doing(), format!("{error}; mend that at the NATS server, or set fewer replicas")))
            }
            _ => Err(Error::unavailable(doing(), failed)),
        }
    }

    fn config(&self, partition: PartitionId) -> Config {
        Config {
            name: name(partition),
            subjects: vec![subject(partition)],
            description: Some(format!("Referee {}: log of partition {}", self.installation, partition.0)),
            metadata: HashMap::from([(INSTALLATION.into(), self.installation.clone())]),
            storage: StorageType::File,
            num_replicas: self.replicas,
            // Nothing goes by age or size: what the books hold is let go by name.
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::New,
            max_messages: -1,
            max_bytes: -1,
            max_messages_per_subject: -1,
            max_consumers: -1,
            max_age: Duration::ZERO,
            duplicate_window: DUPLICATES_KNOWN,
            deny_delete: true,
            ..Config::default()
        }
    }

    /// Whether a stream is this installation's.
    pub fn check_mark(&self, config: &Config) -> Result<()> {
        let cause = match config.metadata.get(INSTALLATION) {
            Some(mark) if *mark == self.installation => return Ok(()),
            Some(mark) => format!("it is the log of installation {mark}, and this is {}", self.installation),
            None => "it was not made by this program".into(),
        };
        let mend = "give each installation an account of its own at the NATS server";
        Err(Error::setup(format!("use stream {}", config.name), format!("{cause}; {mend}")))
    }

    /// None if there is no such stream.
    async fn info(&self, partition: PartitionId) -> Result<Option<Info>> {
        let doing = || format!("look at stream {}", name(partition));
        let failed = match self.context.get_stream(name(partition)).await {
            Ok(stream) => return Ok(Some(stream.cached_info().clone())),
            Err(failed) => failed,
        };
        match failed.kind() {
            GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(None),
            _ => Err(Error::unavailable(doing(), failed)),
        }
    }

    pub async fn extent(&self, partition: PartitionId) -> Result<Option<Extent>> {
        let Some(info) = self.info(partition).await? else { return Ok(None) };
        self.check_mark(&info.config)?;
        let state = info.state;
        let first = if state.messages == 0 { state.last_sequence + 1 } else { state.first_sequence };
        let last_kept_at_ms = milliseconds(state.last_timestamp.unix_timestamp_nanos());
        let made_at_ms = milliseconds(info.created.unix_timestamp_nanos());
        Ok(Some(Extent { first, last: state.last_sequence, messages: state.messages, last_kept_at_ms, made_at_ms }))
    }

    /// The partitions whose streams there are.
    pub async fn partitions(&self) -> Result<Vec<PartitionId>> {
        let names: std::result::Result<Vec<String>, RequestError> = self.context.stream_names().try_collect().await;
        let names = names.map_err(|error| unanswered("list streams", &error))?;
        Ok(names.iter().filter_map(|name| partition_of(name)).collect())
    }

    /// The configurations of all our streams.
    pub async fn configs(&self) -> Result<Vec<(PartitionId, Config)>> {
        let mut pages: StreamPages = self.context.streams();
        let mut configs = Vec::new();
        while let Some(info) = pages.next().await {
            let config = info.map_err(|error| unanswered("list streams", &error))?.config;
            configs.extend(partition_of(&config.name).map(|partition| (partition, config)));
        }
        Ok(configs)
    }

    /// A message as the stream's leader has it; none if it is not there any more.
    pub async fn message(&self, partition: PartitionId, sequence: u64) -> Result<Option<StreamMessage>> {
        let doing = || format!("read {}", place(partition, sequence));
        let failed = match self.stream(partition).await?.get_raw_message(sequence).await {
            Ok(message) => return Ok(Some(message)),
            Err(failed) => failed,
        };
        match failed.kind() {
            RawMessageErrorKind::NoMessageFound => Ok(None),
            _ => Err(Error::unavailable(doing(), failed)),
        }
    }

    /// Sends a message and waits until the server says where it is kept.
    pub async fn publish(&self, partition: PartitionId, message: PublishMessage) -> Result<PublishAck> {
        let failed = |cause: &dyn std::fmt::Display| Error::unavailable(format!("write {}", name(partition)), cause);
        let mut breaks = self.breaks.clone();
        breaks.mark_unchanged();
        // What is sent while there is no connection would wait in memory, and be sent again each time.
        if self.client.connection_state() != State::Connected {
            return Err(failed(&"there is no connection to a NATS server"));
        }
        let message = message.expected_stream(name(partition));
        let sent = self.context.send_publish(subject(partition), message).await.map_err(|error| failed(&error))?;
        tokio::select! {
            ack = sent.into_future() => ack.map_err(|error| failed(&error)),
            _ = breaks.changed() => Err(failed(&"the connection broke before the message was acknowledged")),
        }
    }

    /// Lets go of everything before a sequence.
    pub async fn purge(&self, partition: PartitionId, before: u64) -> Result<u64> {
        let failed = |error| Error::unavailable(format!("purge stream {}", name(partition)), error);
        let purged = self.stream(partition).await?.purge().sequence(before).await.map_err(failed)?;
        Ok(purged.purged)
    }

    /// A handle that asks nothing.
    pub async fn stream(&self, partition: PartitionId) -> Result<Stream<()>> {
        let name = name(partition);
        self.context.get_stream_no_info(&name).await.map_err(|error| Error::unavailable(format!("use {name}"), error))
    }
}

/// Answers that no waiting changes.
fn needs_operator(code: ErrorCode) -> bool {
    [
        ErrorCode::STREAM_REPLICAS_NOT_SUPPORTED,
        ErrorCode::STREAM_SUBJECT_OVERLAP,
        ErrorCode::MAXIMUM_STREAMS_LIMIT,
        ErrorCode::JETSTREAM_NOT_ENABLED,
        ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT,
    ]
    .contains(&code)
}

fn unanswered(doing: &str, error: &RequestError) -> Error {
    match error.kind() {
        RequestErrorKind::NoResponders => {
            let mend = "the NATS server has no JetStream for this account; switch it on (`jetstream {}`)";
            Error::setup(doing, mend)
        }
        _ => Error::unavailable(doing, error),
    }
}

pub fn milliseconds(nanoseconds: i128) -> i64 {
    i64::try_from(nanoseconds / 1_000_000).unwrap_or_default()
}

pub fn name(partition: PartitionId) -> String {
    format!("{NAME_PREFIX}{}", partition.0)
}

fn subject(partition: PartitionId) -> String {
    format!("{SUBJECT_PREFIX}{}", partition.0)
}

fn partition_of(name: &str) -> Option<PartitionId> {
    name.strip_prefix(NAME_PREFIX)?.parse().ok().map(PartitionId)
}

/// Names a message for a person.
pub fn place(partition: PartitionId, sequence: u64) -> String {
    format!("message {sequence} of {}", name(partition))
}
