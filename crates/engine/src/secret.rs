//! Addresses that may hold a password: read from the configuration, and never printed.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};
use url::Url;

/// An address that may hold a password: never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl Secret {
    /// The address with its password left out; of several after commas, each.
    fn masked(&self) -> String {
        let one = |address: &str| match Url::parse(address) {
            Ok(mut url) if url.password().is_some() => {
                // It parsed with a password, so another fits in its place.
                _ = url.set_password(Some("***"));
                url.to_string()
            }
            Ok(url) => url.to_string(),
            Err(_) => "***".to_owned(),
        };
        self.0.split(',').map(one).collect::<Vec<_>>().join(",")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}
