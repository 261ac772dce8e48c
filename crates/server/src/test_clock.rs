//! `/test/clock`: where a demonstration's clock stands, and the hand that moves it. It is there with `--test-clock` only.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use http::request::Parts;
use referee_core::time::Timestamp;
use referee_engine::clock::{Clock, StandingClock};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::extract::Body;
use crate::app::App;
use crate::console::sign_in::own_origin;
use crate::error::ApiError;
use crate::host::Host;
use crate::vendor::actions::date;

/// As far as a test may look ahead in one step.
const DAYS_MAX: u64 = 3_650;
const DAY_S: u64 = 24 * 60 * 60;
/// How long whoever moved the clock waits for all that falls due: a minute of the computer's own time locks many
/// thousands of actions.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn routes(clock: Arc<StandingClock>) -> Router<Arc<App>> {
    let (shown, moved) = (clock.clone(), clock);
    let show = move |_: OwnPage| async move { told(shown.now()) };
    let advance = move |_: OwnPage, app, body| advance(moved, app, body);
    Router::new().route("/test/clock", get(show).post(advance))
}

/// A request of no page, or of a page of this host: the clock asks for no token, so no other site may move it.
struct OwnPage;

impl<S: Send + Sync> FromRequestParts<S> for OwnPage {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<OwnPage, ApiError> {
        let Ok(Host(host)) = Host::from_request_parts(parts, state).await;
        let site = parts.headers.get("sec-fetch-site").map(|value| value.as_bytes());
        let own_site = site.is_none_or(|site| [b"same-origin".as_slice(), b"none"].contains(&site));
        if own_site && own_origin(&parts.headers, &host) {
            Ok(OwnPage)
        } else {
            Err(ApiError::forbidden("Another site's page may not ask for the clock or move it."))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance: String,
}

async fn advance(
    clock: Arc<StandingClock>,
    State(app): State<Arc<App>>,
    Body(sent): Body<Advance>,
) -> Result<Json<Value>, ApiError> {
    let by = span(&sent.advance).ok_or_else(|| {
        let message = "A whole positive number and its unit are needed, s, m, h or d, such as 90m, 36h or 40d; at most \
                       3650d at once.";
        ApiError::invalid_field("advance", message)
    })?;
    let now = clock.advance(by).ok_or_else(|| {
        let message = format!("The clock goes no further than {}.", date(StandingClock::END));
        ApiError::invalid_field("advance", message)
    })?;
    match tokio::time::timeout(PATIENCE, app.engine.pass_time()).await {
        Ok(passed) => passed.map(|()| told(now)).map_err(ApiError::from),
        Err(_) => {
            let message = format!("The clock stands at {}, but not all that falls due by then is done yet.", date(now));
            Err(ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message))
        }
    }
}

fn told(now: Timestamp) -> Json<Value> {
    Json(json!({ "now": date(now) }))
}

/// `90m` as a span of time; nothing where it is not one, or longer than one step may be.
fn span(text: &str) -> Option<Duration> {
    let unit = text.chars().last()?;
    let unit_s = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => DAY_S,
        _ => return None,
    };
    let digits = text.strip_suffix(unit)?;
    // A sign would be read as well.
    let number = digits.bytes().all(|it| it.is_ascii_digit()).then(|| digits.parse::<u64>().ok()).flatten()?;
    let seconds = number.checked_mul(unit_s)?;
    (1..=DAYS_MAX * DAY_S).contains(&seconds).then(|| Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_whole_positive_number_and_a_unit() {
        for (text, seconds) in
            [("1s", 1), ("90m", 5_400), ("36h", 129_600), ("40d", 3_456_000), ("87600h", 315_360_000)]
        {
            assert_eq!(span(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        let (longest, longer) = ("3650d", ["3651d", "87601h", "5256001m", "315360001s"]);
        assert_eq!(span(longest), Some(Duration::from_secs(DAYS_MAX * DAY_S)));
        for text in longer {
            assert_eq!(span(text), None, "{text}");
        }
        let none = ["", "d", "40", "0d", "-1d", "+1d", "1.5h", "1 d", " 1d", "1d ", "1D", "1w", "1d1h", "٤d", "4é"];
        for text in none.into_iter().chain(["99999999999999999999d", "18446744073709551615d"]) {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
