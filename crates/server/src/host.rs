//! Which face a request is for, by the host it names.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::HOST;
use http::request::Parts;
use http::{HeaderMap, Uri};

/// The host of a request in lower case and without port; empty if it names none.
pub fn host_of(uri: &Uri, headers: &HeaderMap) -> String {
    let named = headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = uri.authority().map(|authority| authority.as_str()).or(named).unwrap_or_default();
    let without_port = match authority.rsplit_once(':') {
        // A colon inside brackets belongs to an IPv6 address.
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.is_empty() => host,
        _ => authority,
    };
    // The same host, named to its end.
    without_port.strip_suffix('.').unwrap_or(without_port).to_ascii_lowercase()
}

/// The host of a request, for handlers.
pub struct Host(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Host {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Host, Infallible> {
        Ok(Host(host_of(&parts.uri, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_case_do_not_matter() {
        for (header, host) in [
            ("Go.Shop.com", "go.shop.com"),
            ("go.shop.com:8080", "go.shop.com"),
            ("[::1]:8080", "[::1]"),
            ("[::1]", "[::1]"),
            ("go.shop.com.:443", "go.shop.com"),
            ("", ""),
            (":80", ":80"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, header.parse().unwrap());
            assert_eq!(host_of(&Uri::from_static("/"), &headers), host, "{header}");
        }
    }
}
