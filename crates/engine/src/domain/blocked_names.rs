//! Names that block lists look for, by hand: the lists themselves are tried in the tests of the server.

/// First labels of hosts that lists block whatever follows.
const LABELS_BLOCKED: [&str; 8] = ["plausible", "matomo", "piwik", "adserver", "ads", "pixel", "beacon", "telemetry"];

/// First labels that lists block together with some paths; which ones changes from month to month.
const LABELS_WATCHED: [&str; 11] =
    ["track", "tracker", "tracking", "analytics", "collect", "collector", "data", "metrics", "metric", "stats", "stat"];

/// First parts of paths that lists block on any host.
const PREFIXES_BLOCKED: [&str; 13] = [
    "ads",
    "adserver",
    "analytics",
    "beacon",
    "beacons",
    "collect",
    "collector",
    "pageview",
    "pixel",
    "pixels",
    "stats",
    "telemetry",
    "tracking",
];

/// File names of scripts that lists block on any host, without the ending.
const SCRIPTS_BLOCKED: [&str; 10] =
    ["analytics", "beacon", "collect", "fingerprint", "matomo", "piwik", "pixel", "stats", "tracker", "tracking"];

/// Query parameters that some browser or list takes off an address before it is asked for.
const PARAMETERS_STRIPPED: [&str; 40] = [
    "_gl",
    "_hsenc",
    "_openstat",
    "at_campaign",
    "awc",
    "btag",
    "cjdata",
    "cjevent",
    "clckid",
    "dclid",
    "external_click_id",
    "fbclid",
    "gbraid",
    "gclid",
    "hsctatracking",
    "igshid",
    "ir_adid",
    "ir_campaignid",
    "ir_partnerid",
    "irclickid",
    "irgwc",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "mt_click_id",
    "mtm_cid",
    "oly_anon_id",
    "oly_enc_id",
    "pk_cid",
    "rb_clickid",
    "s_cid",
    "srsltid",
    "sscid",
    "tduid",
    "ttclid",
    "twclid",
    "unicorn_click_id",
    "vero_id",
    "wbraid",
    "yclid",
];

/// Domains that lists block, and that are recognised also where a CNAME leads to them.
const DOMAINS_BLOCKED: [&str; 8] = [
    "dwin1.com",
    "impactcdn.com",
    "impactradius-event.com",
    "ojrq.net",
    "omtrdc.net",
    "pxf.io",
    "sjv.io",
    "trkapi.impact.com",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Listed {
    Blocked,
    /// With some paths.
    Watched,
}

pub(super) fn label(host: &str) -> Option<Listed> {
    let first = host.split('.').next().unwrap_or_default();
    if LABELS_BLOCKED.contains(&first) {
        Some(Listed::Blocked)
    } else if LABELS_WATCHED.contains(&first) {
        Some(Listed::Watched)
    } else {
        None
    }
}

/// Whether a name is of a domain that is blocked.
pub(super) fn domain(name: &str) -> bool {
    DOMAINS_BLOCKED.iter().any(|it| name.strip_suffix(it).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

pub(super) fn prefix(prefix: &str) -> bool {
    PREFIXES_BLOCKED.contains(&prefix.to_ascii_lowercase().as_str())
}

pub(super) fn script(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".js").unwrap_or(&lower);
    SCRIPTS_BLOCKED.contains(&stem.strip_suffix(".min").unwrap_or(stem))
}

pub(super) fn parameter(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    PARAMETERS_STRIPPED.contains(&lower.as_str()) || lower.starts_with("utm_")
}
