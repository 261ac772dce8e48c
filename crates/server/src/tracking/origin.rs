//! Which pages may talk to a tracking host: those of the program's shop, and nobody else's.

use http::{HeaderMap, HeaderName, header};
use referee_core::id::ProgramId;
use referee_engine::intake::landing::permitted;
use referee_engine::routing::Routing;
use url::Url;

/// Whether a page of an origin may send to a program, or to any of the host's if none is named.
pub fn permits(routing: &Routing, host: &str, origin: &str, program: Option<ProgramId>) -> bool {
    let Some(from) = host_of_origin(origin) else { return false };
    if from == host {
        return true;
    }
    let programs = routing.hosts.get(host).map(Vec::as_slice).unwrap_or_default();
    let asked = programs.iter().filter(|id| program.is_none_or(|program| **id == program));
    asked.filter_map(|id| routing.program_on(host, *id)).any(|(brand, program)| {
        permitted(origin, &program.permitted_hosts).is_some()
            || program.shop_hosts.contains(&from)
            || brand.landing_hosts.contains(&(program.id, from.clone()))
    })
}

fn host_of_origin(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.host_str().map(str::to_ascii_lowercase)
}

/// Whether the page that asks is of the very host it asks: only there a request of a page may renew the cookie without
/// Safari cutting it short.
pub fn is_own_page(headers: &HeaderMap, host: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let page = text(header::ORIGIN).or_else(|| text(header::REFERER));
    site.is_none_or(|site| site == "same-origin") && page.and_then(host_of_origin).is_some_and(|page| page == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_of_the_host_itself_is_its_own() {
        let lines = |pairs: &[(&'static str, &'static str)]| -> HeaderMap {
            let line = |(name, value): &(&'static str, &'static str)| {
                (HeaderName::from_static(name), http::HeaderValue::from_static(value))
            };
            pairs.iter().map(line).collect()
        };
        let own = |pairs: &[(&'static str, &'static str)]| is_own_page(&lines(pairs), "www.shop.com");
        assert!(own(&[("origin", "https://www.shop.com")]));
        assert!(own(&[("referer", "https://www.shop.com/boots?x=1"), ("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("origin", "https://shop.com")]) && !own(&[]) && !own(&[("origin", "null")]));
        assert!(!own(&[("origin", "https://www.shop.com"), ("sec-fetch-site", "same-site")]));
        assert!(!own(&[("referer", "https://go.shop.com/")]));
    }
}
