//! What a partner's token may ask at all. Whatever is not named here is the brand's, so that a new route is closed to
//! partners until somebody opens it. The handlers then ask only for what the partner sees.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;
use referee_engine::settings::PARTNER_SECRET;

use super::auth::{bearer, not_for_partners};

/// Method and path of each.
pub const PARTNER_ROUTES: [(&str, &str); 36] = [
    ("GET", "/api/v1/openapi.json"),
    ("GET", "/api/v1/programs"),
    ("GET", "/api/v1/event-types"),
    ("GET", "/api/v1/ads"),
    ("GET", "/api/v1/links"),
    ("GET", "/api/v1/tracking-links"),
    ("GET", "/api/v1/promo-codes"),
    ("GET", "/api/v1/assigned-values"),
    ("GET", "/api/v1/terms"),
    ("GET", "/api/v1/contracts"),
    ("POST", "/api/v1/contracts/decisions"),
    ("GET", "/api/v1/returns"),
    ("POST", "/api/v1/actions/{id}/return-decisions"),
    ("GET", "/api/v1/actions"),
    ("GET", "/api/v1/actions/{id}"),
    ("GET", "/api/v1/actions/{id}/decision"),
    ("GET", "/api/v1/action-updates"),
    ("GET", "/api/v1/inquiries"),
    ("POST", "/api/v1/inquiries"),
    ("POST", "/api/v1/inquiries/files"),
    ("GET", "/api/v1/inquiries/{id}"),
    ("POST", "/api/v1/inquiries/{id}/appeals"),
    ("GET", "/api/v1/months"),
    ("GET", "/api/v1/statements"),
    ("GET", "/api/v1/balances"),
    ("GET", "/api/v1/payments"),
    ("GET", "/api/v1/payments/{id}"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/documents/{number}"),
    ("GET", "/api/v1/documents/{number}/pdf"),
    ("GET", "/api/v1/clicks"),
    ("GET", "/api/v1/clicks/{id}"),
    ("GET", "/api/v1/reports/click-payouts"),
    ("GET", "/api/v1/reports/payable-clicks"),
    ("GET", "/api/v1/orders/{text}"),
    ("GET", "/api/v1/conversions/{event_type}/{order_id}/decision"),
];

/// Says no before anything of the request is read.
pub async fn guard(path: MatchedPath, request: Request, next: Next) -> Response {
    let of_partner = bearer(request.headers()).is_some_and(|secret| secret.starts_with(PARTNER_SECRET));
    // What can be got can be asked for by HEAD.
    let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
    let open = || PARTNER_ROUTES.contains(&(method.as_str(), path.as_str()));
    if of_partner && !open() { not_for_partners().into_response() } else { next.run(request).await }
}
