//! The tag, as a shop loads it, and what robots and browsers ask of the host itself.

use std::io::Write;
use std::sync::{Arc, LazyLock, OnceLock};

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderName, StatusCode, header};
use referee_core::id::ProgramId;
use referee_engine::limits::SLUG_CHARS_MAX;
use referee_engine::routing::PREFIX;
use serde_json::json;
use url::Url;

use crate::app::App;
use crate::host::Host;

/// Published versions never change; this is the newest.
const TAG: &str = include_str!("../../../../tag/dist/tag.v2.js");
const TAG_V1: &str = include_str!("../../../../tag/dist/tag.v1.js");
/// Asked for again after five minutes, and served on while nobody answers.
const NEWEST: &str = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800";
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Global Privacy Control is heard here. The day is the one on which that was first so.
const GPC: &str = "{\"gpc\":true,\"lastUpdate\":\"2026-11-27\"}\n";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::of(Bytes::from_static(TAG.as_bytes())));
static SCRIPT_V1: LazyLock<Script> = LazyLock::new(|| Script::of(Bytes::from_static(TAG_V1.as_bytes())));

/// A script as it is sent: as it is, or compressed to less than half.
struct Script {
    hash: u64,
    text: Bytes,
    packed: OnceLock<Bytes>,
}

impl Script {
    fn of(text: Bytes) -> Script {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hash = DefaultHasher::new();
        text.hash(&mut hash);
        Script { hash: hash.finish(), text, packed: OnceLock::new() }
    }

    fn packed(&self) -> Bytes {
        let pack = || {
            let mut encoder = GzEncoder::new(Vec::with_capacity(self.text.len() / 2), Compression::best());
            let written = encoder.write_all(&self.text).and_then(|()| encoder.finish());
            Bytes::from(written.expect("memory takes what is written"))
        };
        self.packed.get_or_init(pack).clone()
    }

    /// Both forms have a name of their own: a cache must not give one for the other.
    fn etag(&self, packed: bool) -> String {
        let form = if packed { "-gzip" } else { "" };
        format!("\"{:016x}{form}\"", self.hash)
    }

    fn served(&self, headers: &HeaderMap, kept: &'static str) -> Response {
        let packed = takes_gzip(headers);
        let etag = self.etag(packed);
        let known = headers.get(header::IF_NONE_MATCH).is_some_and(|it| it.as_bytes() == etag.as_bytes());
        let lines = [
            (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (header::ETAG, &etag),
            (header::VARY, "Accept-Encoding"),
            (header::CACHE_CONTROL, kept),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
            (HeaderName::from_static("timing-allow-origin"), "*"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        match (known, packed) {
            (true, _) => (StatusCode::NOT_MODIFIED, lines).into_response(),
            (false, true) => (lines, [(header::CONTENT_ENCODING, "gzip")], self.packed()).into_response(),
            (false, false) => (lines, self.text.clone()).into_response(),
        }
    }
}

/// Whether the browser can unpack it: `gzip, br` or `*`, and not `gzip;q=0`.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let line = headers.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let weight_of = |name: &str| {
        line.split(',').find_map(|it| {
            let (encoding, weight) = it.split_once(';').unwrap_or((it, "q=1"));
            let weight = weight.trim().strip_prefix("q=").and_then(|it| it.trim().parse::<f32>().ok()).unwrap_or(0.0);
            encoding.trim().eq_ignore_ascii_case(name).then_some(weight)
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// The newest tag.
pub async fn serve_tag(headers: HeaderMap) -> Response {
    SCRIPT.served(&headers, NEWEST)
}

/// The tag under the name of a file that another platform's snippet loads: such a snippet has no place for a program, so
/// that it comes with the file.
pub async fn serve_installed(
    State(app): State<Arc<App>>,
    Host(host): Host,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    if !is_installed_file(&file) {
        return (StatusCode::NOT_FOUND, "There is nothing at this address.\n").into_response();
    }
    let named = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "program")
        .and_then(|(_, id)| id.parse().ok());
    Script::of(format!("{}{TAG}", site(&app, &host, named)).into()).served(&headers, NEWEST)
}

/// What the tag has to know of the program: the one that is named, or the only one of the host.
fn site(app: &App, host: &str, named: Option<ProgramId>) -> String {
    let routing = app.engine.routing();
    let only = match routing.hosts.get(host).map(Vec::as_slice) {
        Some([only]) => Some(*only),
        _ => None,
    };
    let Some((_, program)) = named.or(only).and_then(|id| routing.program_on(host, id)) else { return String::new() };
    let own = Url::parse(&program.default_landing_url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let hosts: Vec<&str> = program.permitted_hosts.iter().map(String::as_str).chain(own.as_deref()).collect();
    let site = json!({ "program": program.id.0, "param": program.click_param, "hosts": hosts });
    // Whatever the names hold, no script ends here.
    format!("window.refereeSite={};\n", site.to_string().replace('<', "\\u003c"))
}

/// `A123-0123abcd-….js` and `utt.js`.
fn is_installed_file(file: &str) -> bool {
    let named = || {
        let (account, id) = file.strip_prefix('A')?.strip_suffix(".js")?.split_once('-')?;
        let hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        let fits = file.len() <= SLUG_CHARS_MAX && !account.is_empty() && !id.is_empty();
        (fits && account.bytes().all(|byte| byte.is_ascii_digit()) && id.bytes().all(hex)).then_some(())
    };
    file == "utt.js" || named().is_some()
}

/// A published version, which can be kept for ever and named with its hash in a page.
pub async fn serve_v2(headers: HeaderMap) -> Response {
    SCRIPT.served(&headers, FOR_EVER)
}

/// The one before, for pages that name it.
pub async fn serve_v1(headers: HeaderMap) -> Response {
    SCRIPT_V1.served(&headers, FOR_EVER)
}

/// Links and views are nothing to index, under whatever prefix.
pub async fn serve_robots(State(app): State<Arc<App>>, Host(host): Host) -> Response {
    let routing = app.engine.routing();
    let own = routing.names.get(&host).map(|it| it.prefixes.as_slice()).unwrap_or_default();
    let usual = PREFIX.to_owned();
    let mut text = "User-agent: *\nDisallow: /c/\nDisallow: /i/\n".to_owned();
    for prefix in own.iter().chain((!own.contains(&usual)).then_some(&usual)) {
        text.push_str(&format!("Disallow: /{prefix}/\n"));
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

pub async fn serve_gpc() -> Response {
    let lines = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (lines, GPC).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_packed_for_who_can_unpack_it() {
        let asked = |line: &'static str| {
            HeaderMap::from_iter([(header::ACCEPT_ENCODING, http::HeaderValue::from_static(line))])
        };
        for line in ["gzip", "br, GZIP;q=0.5", "*", "deflate, gzip;q=1.0, *;q=0"] {
            assert!(takes_gzip(&asked(line)), "{line}");
        }
        for line in ["", "br", "identity", "gzip;q=0", "*;q=0", "gzip;q=0, *", "gzip;q=x"] {
            assert!(!takes_gzip(&asked(line)), "{line}");
        }
        let mut text = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&SCRIPT.packed()[..]), &mut text).unwrap();
        assert_eq!(text, TAG);
        assert!(SCRIPT.packed().len() <= 3840, "{} bytes", SCRIPT.packed().len());
    }

    #[test]
    fn only_names_of_tags_are_served() {
        for file in ["utt.js", "A123456-1234abcd-ab12-cd34-ef56-0123456789ab1.js", "A1-f.js"] {
            assert!(is_installed_file(file), "{file}");
        }
        for file in ["", "A.js", "A1.js", "A1-.js", "A-f.js", "A1-g.js", "P-A1-f.js", "A1-f.css", "utt.JS", "A1x-f.js"]
        {
            assert!(!is_installed_file(file), "{file}");
        }
    }
}
