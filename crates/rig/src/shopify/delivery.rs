//! A webhook on its way: signed, and what a test may want to be wrong with it.

use std::io;
use std::time::Duration;

use serde_json::Value;

use super::{sign, wire};

/// Shopify waits no longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// So often does it try again, over four hours.
const TRIES_MORE: u32 = 8;

/// In which headers it says what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Webhooks,
    Events,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Signature {
    Good,
    /// Of another secret.
    Wrong,
    Missing,
}

#[derive(Debug, Clone)]
pub struct Delivery {
    /// `orders/create`.
    pub topic: String,
    pub body: Vec<u8>,
    /// The same for every attempt.
    pub webhook_id: String,
    /// The same for everything that one change of the shop brings about.
    pub event_id: String,
    pub triggered_at: String,
    /// Where a subscription wants it; empty if nobody asked for it.
    pub address: String,
    pub(super) domain: String,
    pub(super) version: String,
    pub(super) secret: String,
    pub(super) resource: Option<String>,
    family: Family,
    signature: Signature,
    /// How often it was tried.
    tries: u32,
}

/// What there is to say of one before it is signed.
pub(super) struct Told {
    pub topic: String,
    pub body: Vec<u8>,
    pub webhook_id: String,
    pub event_id: String,
    pub triggered_at: String,
    pub address: String,
    pub resource: Option<String>,
}

impl Delivery {
    pub(super) fn new(told: Told, domain: &str, version: &str, secret: &str) -> Delivery {
        let Told { topic, body, webhook_id, event_id, triggered_at, address, resource } = told;
        Delivery {
            topic,
            body,
            webhook_id,
            event_id,
            triggered_at,
            address,
            domain: domain.into(),
            version: version.into(),
            secret: secret.into(),
            resource,
            family: Family::Webhooks,
            signature: Signature::Good,
            tries: 0,
        }
    }

    /// With the newer headers.
    pub fn as_event(mut self) -> Delivery {
        self.family = Family::Events;
        self
    }

    /// Signed by somebody who does not know the secret.
    pub fn forged(mut self) -> Delivery {
        self.signature = Signature::Wrong;
        self
    }

    pub fn unsigned(mut self) -> Delivery {
        self.signature = Signature::Missing;
        self
    }

    /// Another body with a good signature, such as one of an order without lines.
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Delivery {
        self.body = body.into();
        self
    }

    /// The same news by another subscription: another id, and the same event.
    pub fn by_another_subscription(mut self) -> Delivery {
        self.webhook_id = format!("{}-second", self.webhook_id);
        self
    }

    pub fn to(mut self, address: &str) -> Delivery {
        self.address = address.into();
        self
    }

    /// Counts a try that was in vain. False if it was the last.
    pub fn try_again(&mut self) -> bool {
        self.tries += 1;
        self.tries <= TRIES_MORE
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("bodies of the made-up shop are JSON")
    }

    /// All headers that it is sent with.
    pub fn headers(&self) -> Vec<(String, String)> {
        let topic = self.topic.clone();
        let (resource, action) = topic.split_once('/').unwrap_or((&topic, ""));
        let mut headers = match self.family {
            Family::Webhooks => vec![
                ("X-Shopify-Topic", topic.clone()),
                ("X-Shopify-Shop-Domain", self.domain.clone()),
                ("X-Shopify-API-Version", self.version.clone()),
                ("X-Shopify-Webhook-Id", self.webhook_id.clone()),
                ("X-Shopify-Event-Id", self.event_id.clone()),
                ("X-Shopify-Triggered-At", self.triggered_at.clone()),
            ],
            Family::Events => vec![
                ("shopify-topic", topic.clone()),
                ("shopify-shop-domain", self.domain.clone()),
                ("shopify-api-version", self.version.clone()),
                ("shopify-webhook-id", self.webhook_id.clone()),
                ("shopify-event-id", self.event_id.clone()),
                ("shopify-triggered-at", self.triggered_at.clone()),
                ("shopify-handle", format!("referee-{resource}-{action}")),
                ("shopify-action", action.to_owned()),
                ("shopify-resource-id", self.resource.clone().unwrap_or_default()),
            ],
        };
        let name = match self.family {
            Family::Webhooks => "X-Shopify-Hmac-SHA256",
            Family::Events => "shopify-hmac-sha256",
        };
        match self.signature {
            Signature::Good => headers.push((name, sign::webhook(&self.secret, &self.body))),
            Signature::Wrong => headers.push((name, sign::webhook("not the secret", &self.body))),
            Signature::Missing => {}
        }
        headers.push(("Content-Type", "application/json".into()));
        headers.push(("User-Agent", "Shopify-Captain-Hook".into()));
        headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Sends it once; the status of the answer.
    pub fn send(&self) -> io::Result<u16> {
        wire::post(&self.address, &self.headers(), &self.body, PATIENCE)
    }
}
