//! What a request brings, taken apart so that every no has the one envelope.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use http::StatusCode;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// A body of JSON.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, ApiError> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Body(body)),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                let message = "Send the body as JSON, with the header content-type: application/json.";
                Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", message))
            }
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(rejection) => Err(ApiError::new(StatusCode::BAD_REQUEST, "malformed", rejection.body_text())),
        }
    }
}

/// A body in whichever form.
pub struct Bare(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Bare {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Bare, ApiError> {
        match Bytes::from_request(request, state).await {
            Ok(body) => Ok(Bare(body)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(rejection) => Err(ApiError::new(StatusCode::BAD_REQUEST, "malformed", rejection.body_text())),
        }
    }
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        "The body is larger than 512 KiB, or 5 MB for a file: split it.",
    )
}

/// A reason that somebody has to give, in as many characters as a person types.
pub(super) fn reason(field: &'static str, given: &str, what: &str) -> Result<String, ApiError> {
    const REASON_CHARS_MAX: usize = 255;
    let given = given.trim();
    if given.is_empty() || given.chars().count() > REASON_CHARS_MAX {
        let message = format!("{what}, in at most {REASON_CHARS_MAX} characters.");
        return Err(ApiError::invalid_field(field, message));
    }
    Ok(given.to_owned())
}

/// A query.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Params<T>, ApiError> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        let Query(params) = query.map_err(|rejection: QueryRejection| {
            ApiError::new(StatusCode::BAD_REQUEST, "malformed", rejection.body_text())
        })?;
        Ok(Params(params))
    }
}
