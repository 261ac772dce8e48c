//! The one envelope in which every interface of our own says no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use referee_core::refusal::Refusal;
use referee_engine::engine::SettleError;
use referee_engine::error::Error;
use serde::Serialize;

/// A no of the API: a stable code, a sentence, and where it helps the field.
#[derive(Debug, Clone)]
pub struct ApiError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: String,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Field {
    pub field: String,
    pub code: String,
    pub message: String,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "<[Field]>::is_empty")]
    fields: &'a [Field],
    docs: String,
}

impl ApiError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        ApiError { status, code, message: message.into(), fields: Vec::new() }
    }

    pub fn not_found(what: &str) -> ApiError {
        ApiError::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    pub fn unauthenticated() -> ApiError {
        ApiError::new(StatusCode::UNAUTHORIZED, "unauthenticated", "The token is missing, wrong or revoked.")
    }

    pub fn forbidden(message: impl Into<String>) -> ApiError {
        ApiError::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub fn invalid(fields: Vec<Field>) -> ApiError {
        let message = "Some fields can't be taken as they are.";
        ApiError { fields, ..ApiError::new(StatusCode::BAD_REQUEST, "invalid", message) }
    }

    pub fn invalid_field(field: &str, message: impl Into<String>) -> ApiError {
        let (field, code) = (field.to_owned(), "INVALID".to_owned());
        ApiError::invalid(vec![Field { field, code, message: message.into() }])
    }
}

impl From<Error> for ApiError {
    /// The detail goes to the log, here and once; the caller gets a fixed sentence.
    fn from(error: Error) -> ApiError {
        match error {
            Error::Unavailable(context) => {
                tracing::warn!(%context, "a request could not be served");
                let message = "Nothing was surely kept. Try again in a moment.";
                ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
            }
            Error::Setup(context) => ApiError::new(StatusCode::CONFLICT, "conflict", context.cause),
            Error::Fenced | Error::Corrupt(_) => {
                tracing::error!(%error, "a request failed");
                ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something is wrong on the server.")
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        // Somebody else's word came first, so that asking again is of no use.
        let status = match refusal {
            Refusal::OfferDecided | Refusal::OfferWithdrawn | Refusal::OfferExpired => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        ApiError::new(status, refusal.code(), refusal.brand_sentence())
    }
}

impl From<SettleError> for ApiError {
    fn from(error: SettleError) -> ApiError {
        match error {
            SettleError::Refused(refusal) => refusal.into(),
            SettleError::NotYet(id) => {
                let message = format!("It is kept as {id} and will be done; look again in a moment.");
                ApiError::new(StatusCode::ACCEPTED, "accepted", message)
            }
            SettleError::Trouble(error) => error.into(),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let docs = format!("/docs/reference/errors#{}", self.code.to_ascii_lowercase());
        let error = Body { code: self.code, message: &self.message, fields: &self.fields, docs };
        let mut response = (self.status, Json(Envelope { error })).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
