//! What fills a tail: a consumer that the server forgets by itself, made anew whenever anything is odd about it.
//!
//! The server's consumers are trusted with nothing. Every sequence must follow the one before; a consumer that is made
//! anew begins with the last message that was seen, which must still be the same. So a change of leaders, a server that
//! lags or a stream that was set back leaves no gap and no repetition unnoticed.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::pull::{BatchConfig, Config};
use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy};
use async_nats::jetstream::message::Message as Delivered;
use async_nats::{Message, StatusCode, Subscriber};
use futures_util::StreamExt;

use super::marks::Mark;
use super::message::{self, Content, ID_HEADER, Last};
use super::partition::{Hub, Partition};
use super::stream::{milliseconds, name, place};
use super::tail::{End, Tail};
use super::writer::parts;
use crate::error::{Error, Result};
use crate::log::{Frame, Position};

/// Messages asked for at once.
const PULL_MESSAGES: usize = 256;
/// Bytes asked for at once: more than the largest message.
const PULL_BYTES: usize = 2 << 20;
/// How long the server keeps a question that it has no message for.
const PULL_WAIT: Duration = Duration::from_secs(30);
/// How often the server says that it is still there.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// While nothing comes, the stream's end is asked for after 1, 2, 4 and 8 heartbeats, and after every 8 more.
const COMPARE_EVERY: u64 = 8;
/// Without a word for so long, the consumer is gone.
const SILENCE: Duration = Duration::from_millis(2_500);
/// The server forgets a consumer that nobody asks for so long.
const FORGET: Duration = Duration::from_secs(60);
/// How long a stream may end before what was read from it: a new leader first catches up.
const SET_BACK_MAX: Duration = Duration::from_secs(30);
/// First and longest pause before a consumer is made anew.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(1);

pub struct Feed {
    hub: Arc<Hub>,
    partition: Arc<Partition>,
    tail: Arc<Tail>,
    /// The sequence that must come next.
    next: u64,
    /// The last message that was seen, by sequence and id.
    seen: Option<(u64, String)>,
    /// When the stream was made that is read.
    made_at_ms: Option<i64>,
    /// Since when the stream ends before what was read.
    set_back: Option<Instant>,
    /// Where it stood when the stream was found to hold more.
    stood_at: Option<u64>,
    /// Heartbeats since the last message.
    idle: u64,
    pause: Duration,
}

/// Why a consumer is followed no further.
enum Stop {
    Anew(String),
    End(End),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        match error {
            Error::Unavailable(_) => Stop::Anew(error.to_string()),
            error => Stop::End(End::Trouble(error)),
        }
    }
}

fn anew(cause: impl std::fmt::Display) -> Stop {
    Stop::Anew(cause.to_string())
}

impl Feed {
    pub fn new(hub: Arc<Hub>, partition: Arc<Partition>, tail: Arc<Tail>, after: Position) -> Feed {
        Feed {
            hub,
            partition,
            tail,
            next: after.0 + 1,
            seen: None,
            made_at_ms: None,
            set_back: None,
            stood_at: None,
            idle: 0,
            pause: PAUSE_MIN,
        }
    }

    pub async fn run(mut self) {
        loop {
            match self.follow().await {
                Ok(never) => match never {},
                Err(Stop::Anew(cause)) => {
                    tracing::debug!(cause, stream = name(self.partition.id), "reading on with another consumer");
                    tokio::time::sleep(self.pause).await;
                    self.pause = (self.pause * 2).min(PAUSE_MAX);
                }
                Err(Stop::End(end)) => {
                    self.tail.end(end);
                    self.hub.arrivals.grow();
                    return;
                }
            }
        }
    }

    /// Reads with one consumer for as long as it gives no cause for doubt.
    async fn follow(&mut self) -> std::result::Result<Infallible, Stop> {
        let client = self.hub.streams.client().clone();
        self.check_stream().await?;
        let consumer = self.consumer().await?;
        let inbox = client.new_inbox();
        let mut subscriber = client.subscribe(inbox.clone()).await.map_err(anew)?;
        loop {
            self.tail.room().await;
            let batch = BatchConfig {
                batch: PULL_MESSAGES,
                max_bytes: PULL_BYTES,
                expires: Some(PULL_WAIT),
                idle_heartbeat: HEARTBEAT,
                ..BatchConfig::default()
            };
            consumer.request_batch(batch, inbox.as_str().into()).await.map_err(anew)?;
            for _ in 0..PULL_MESSAGES {
                let Some(message) = self.message(&mut subscriber).await? else { break };
                let message = Delivered { message, context: self.hub.streams.context().clone() };
                self.look_at(message).await?;
            }
        }
    }

    /// Whether the stream is the one that was read, and goes at least as far.
    async fn check_stream(&mut self) -> std::result::Result<(), Stop> {
        let extent = self.hub.streams.extent(self.partition.id).await?.ok_or_else(|| anew("the stream is gone"))?;
        self.tail.know(extent.last);
        let set_back = |cause: &str| {
            let cause = format!("{cause}: it lost what it had acknowledged; see what a backup of it holds");
            Stop::from(Error::corrupt(format!("read stream {}", name(self.partition.id)), cause))
        };
        if *self.made_at_ms.get_or_insert(extent.made_at_ms) != extent.made_at_ms {
            return Err(set_back("it was removed and made anew"));
        }
        if extent.last + 1 >= self.next {
            self.set_back = None;
            return Ok(());
        }
        let cause = format!("it ends at {}, and {} was read from it", extent.last, self.next - 1);
        if self.set_back.is_none() {
            tracing::warn!(cause, stream = name(self.partition.id), "a stream is shorter than it was");
        }
        // A leader that was just chosen may not have caught up.
        if self.set_back.get_or_insert_with(Instant::now).elapsed() > SET_BACK_MAX {
            return Err(set_back(&cause));
        }
        Err(Stop::Anew(cause))
    }

    async fn consumer(&self) -> std::result::Result<Consumer<Config>, Stop> {
        // What was seen last comes once more, to be compared.
        let start_sequence = self.seen.as_ref().map_or(self.next, |(sequence, _)| *sequence);
        let config = Config {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGET,
            num_replicas: 1,
            memory_storage: true,
            ..Config::default()
        };
        self.hub.streams.stream(self.partition.id).await?.create_consumer(config).await.map_err(anew)
    }

    /// The next message; none when the question is used up.
    async fn message(&mut self, subscriber: &mut Subscriber) -> std::result::Result<Option<Message>, Stop> {
        loop {
            let message = tokio::time::timeout(SILENCE, subscriber.next()).await.map_err(|_| anew("no heartbeat"))?;
            let message = message.ok_or_else(|| anew("the connection was closed"))?;
            match message.status {
                None | Some(StatusCode::OK) => {
                    self.idle = 0;
                    return Ok(Some(message));
                }
                Some(StatusCode::IDLE_HEARTBEAT) => {
                    self.idle += 1;
                    if self.idle.is_power_of_two() || self.idle.is_multiple_of(COMPARE_EVERY) {
                        self.compare().await?;
                    }
                }
                Some(StatusCode::TIMEOUT) => return Ok(None),
                Some(StatusCode::REQUEST_TERMINATED) if is_used_up(&message) => return Ok(None),
                Some(status) => return Err(anew(format!("{status} {}", message.description.unwrap_or_default()))),
            }
        }
    }

    /// Nothing comes: whether that is so because there is nothing.
    async fn compare(&mut self) -> std::result::Result<(), Stop> {
        let passed = self.next - 1;
        let extent = match self.hub.streams.extent(self.partition.id).await {
            Ok(Some(extent)) => extent,
            // Without a leader nobody can tell, and nothing new is kept.
            Ok(None) | Err(Error::Unavailable(_)) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        self.tail.know(extent.last);
        if extent.last == passed {
            self.stood_at = None;
        } else if self.stood_at.replace(passed) == Some(passed) {
            return Err(anew(format!("it stands at {passed}, and the stream ends at {}", extent.last)));
        }
        Ok(())
    }

    async fn look_at(&mut self, message: Delivered) -> std::result::Result<(), Stop> {
        let info = message.info().map_err(anew)?;
        let (sequence, kept_at_ms) = (info.stream_sequence, milliseconds(info.published.unix_timestamp_nanos()));
        let id = message.headers.as_ref().and_then(|it| it.get(ID_HEADER)).map(|it| it.to_string()).unwrap_or_default();
        if sequence < self.next {
            return self.compare_with_seen(sequence, &id);
        }
        if sequence > self.next {
            return Err(self.gap(sequence).await?);
        }
        let place = place(self.partition.id, sequence);
        let Message { headers, payload, .. } = message.message;
        let frame = match message::read(headers.as_ref(), payload, &place)? {
            Content::Part => None,
            Content::Frame(last) => {
                let first_sequence = last.first_sequence(sequence);
                self.partition.note(Mark { kept_at_ms, position: Position(sequence), first_sequence });
                Some(self.frame(last, &place).await?)
            }
        };
        self.next = sequence + 1;
        self.seen = Some((sequence, id));
        let complete = frame.is_some();
        self.tail.pass(sequence, frame);
        self.pause = PAUSE_MIN;
        if complete {
            self.hub.arrivals.grow();
        }
        Ok(())
    }

    async fn frame(&self, last: Last, place: &str) -> std::result::Result<Frame, Stop> {
        let Some(parts) = parts(&self.hub.streams, self.partition.id, &last.parts).await? else {
            return Err(Error::corrupt(format!("read {place}"), "parts of the frame are gone from the stream").into());
        };
        Ok(last.join(&parts, place)?)
    }

    fn compare_with_seen(&self, sequence: u64, id: &str) -> std::result::Result<(), Stop> {
        match &self.seen {
            Some((seen, seen_id)) if *seen == sequence && seen_id != id => Err(Error::corrupt(
                format!("read {}", place(self.partition.id, sequence)),
                "it is another message than before: the stream lost what it had acknowledged; see what a backup of it \
                 holds",
            )
            .into()),
            _ => Ok(()),
        }
    }

    /// A message came before the one that is due: why.
    async fn gap(&self, sequence: u64) -> Result<Stop> {
        let streams = &self.hub.streams;
        let due = place(self.partition.id, self.next);
        let let_go = |first: u64| first > self.next;
        match streams.extent(self.partition.id).await? {
            Some(extent) if let_go(extent.first) => return Ok(Stop::End(End::LetGo)),
            Some(_) => {}
            None => return Ok(anew("the stream is gone")),
        }
        if streams.message(self.partition.id, self.next).await?.is_some() {
            return Ok(anew(format!("{sequence} came instead of {}", self.next)));
        }
        // It may have been let go between the two questions.
        Ok(match streams.extent(self.partition.id).await? {
            Some(extent) if !let_go(extent.first) => {
                let cause = "the stream has a hole here: a message that was acknowledged is gone";
                Stop::End(End::Trouble(Error::corrupt(format!("read {due}"), cause)))
            }
            _ => anew("the stream changes"),
        })
    }
}

/// Whether the server ended a question because all it asked for was sent.
fn is_used_up(message: &Message) -> bool {
    let description = message.description.as_deref().unwrap_or_default();
    ["Batch Completed", "Message Size Exceeds MaxBytes"].contains(&description)
}
