//! A page's request: what every endpoint of the tag and the pixel reads of it, and how it is answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use referee_core::id::ProgramId;
use referee_engine::config::Scheme;
use referee_engine::intake::click::{cut, without_query};
use referee_engine::intake::drop_reason::FieldError;
use referee_engine::intake::fields::Fields;
use referee_engine::intake::report::PROGRAM_FIELDS;
use referee_engine::limits::URL_CHARS_MAX;
use referee_engine::log::Raw;
use referee_engine::routing::Routing;

use super::click::GPC;
use super::origin;
use crate::app::App;
use crate::host::host_of;

/// One transparent point.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;";

/// A request of a page: what every handler here reads of it.
pub struct Browser {
    pub(super) app: Arc<App>,
    pub(super) host: String,
    pub(super) address: String,
    pub(super) scheme: Scheme,
    pub(super) headers: HeaderMap,
    pub(super) query: String,
    /// Only the header lines are asked for: nothing is seen, and nothing kept.
    pub(super) head: bool,
}

impl FromRequestParts<Arc<App>> for Browser {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Browser, Response> {
        let connected = ConnectInfo::<SocketAddr>::from_request_parts(parts, app).await;
        let ConnectInfo(from) = connected.map_err(IntoResponse::into_response)?;
        Ok(Browser {
            app: app.clone(),
            host: host_of(&parts.uri, &parts.headers),
            address: app.address_of(from, &parts.headers),
            scheme: parts.extensions.get().copied().unwrap_or(app.config.scheme),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
            head: parts.method == Method::HEAD,
        })
    }
}

impl Browser {
    pub(super) fn text(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What the request says, with what the browser itself says of consent. A page need not name the only program of its
    /// host.
    pub(super) fn fields(&self, body: &[u8]) -> Result<Fields, FieldError> {
        let mut fields = Fields::read(&self.query, body)?;
        if let Some(control) = self.headers.get(GPC).and_then(|value| value.to_str().ok()) {
            fields.set(GPC.as_str(), control);
        }
        if fields.get(&PROGRAM_FIELDS).is_none()
            && let Some([only]) = self.app.engine.routing().hosts.get(&self.host).map(Vec::as_slice)
        {
            fields.set("CampaignId", &only.to_string());
        }
        Ok(fields)
    }

    /// The page that a script runs in: its origin, or what it says of itself.
    pub(super) fn page(&self) -> &str {
        match self.text(header::ORIGIN) {
            "" | "null" => self.text(header::REFERER),
            origin => origin,
        }
    }

    /// Where its address belongs; zeros: not known.
    pub(super) fn country(&self) -> [u8; 2] {
        self.address.parse().map(|address| self.app.engine.networks.of(address).country).unwrap_or_default()
    }

    /// Whether the page that asks is one that may, for a program if it is known. What names no page is no script of one, and a
    /// sandbox, in which shops run their pixels, has no origin to name.
    pub(super) fn may_ask(&self, routing: &Routing, program: Option<ProgramId>) -> bool {
        let origin = self.text(header::ORIGIN);
        let may = matches!(origin, "" | "null") || origin::permits(routing, &self.host, origin, program);
        if !may {
            self.app.metrics.origins_refused.inc();
        }
        may
    }

    pub(super) fn raw(&self, page: &str) -> Raw {
        Raw {
            address: self.address.clone(),
            user_agent: cut(self.text(header::USER_AGENT), URL_CHARS_MAX),
            url: cut(without_query(page), URL_CHARS_MAX),
            referrer: cut(without_query(self.text(header::REFERER)), URL_CHARS_MAX),
        }
    }
}

/// Why nothing was kept, where that is not the sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unkept {
    /// The log did not take it: the browser should try again.
    Away,
    /// The page is of no shop of the program.
    Stranger,
}

pub(super) fn answer(browser: &Browser, kept: Result<(), Unkept>) -> Response {
    let status = match kept {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(Unkept::Away) => StatusCode::SERVICE_UNAVAILABLE,
        Err(Unkept::Stranger) => StatusCode::FORBIDDEN,
    };
    let mut response = status.into_response();
    cors(browser, response.headers_mut());
    response
}

/// Pages of the shop may read the answer; nobody else's.
pub(super) fn cors(browser: &Browser, lines: &mut HeaderMap) {
    lines.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    lines.insert(header::VARY, HeaderValue::from_static("Origin"));
    let origin = browser.text(header::ORIGIN);
    if !origin.is_empty()
        && origin::permits(&browser.app.engine.routing(), &browser.host, origin, None)
        && let Ok(value) = HeaderValue::try_from(origin)
    {
        lines.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
        lines.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
}

pub(super) fn pixel() -> Response {
    let lines = [
        (header::CONTENT_TYPE, "image/gif"),
        (header::CACHE_CONTROL, "no-store, private"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (lines, GIF).into_response()
}
