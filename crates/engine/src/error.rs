//! Environment trouble, by what the caller can do about it. A rule's "no" is never one of these.

use std::fmt;

#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Full or slow for now; the same call may succeed later. Nothing was acknowledged.
    #[error("{0}")]
    Unavailable(Context),
    /// Another machine has taken this partition over.
    #[error("another machine works on this partition")]
    Fenced,
    /// What is stored can't be read back.
    #[error("{0}")]
    Corrupt(Context),
    /// A file or setting the caller can mend.
    #[error("{0}")]
    Setup(Context),
}

/// What was being done, and what went wrong.
#[derive(Debug, Clone)]
pub struct Context {
    pub doing: String,
    pub cause: String,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.cause)
    }
}

impl Error {
    pub fn unavailable(doing: impl Into<String>, cause: impl fmt::Display) -> Error {
        Error::Unavailable(Context { doing: doing.into(), cause: cause.to_string() })
    }

    pub fn corrupt(doing: impl Into<String>, cause: impl fmt::Display) -> Error {
        Error::Corrupt(Context { doing: doing.into(), cause: cause.to_string() })
    }

    pub fn setup(doing: impl Into<String>, cause: impl fmt::Display) -> Error {
        Error::Setup(Context { doing: doing.into(), cause: cause.to_string() })
    }
}

pub type Result<T> = std::result::Result<T, Error>;
