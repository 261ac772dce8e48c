//! Tracking domains as a brand sees them: the hosts of its programs, how each stands, and what may not be set.

use referee_core::config::Config;
use referee_core::id::{BrandId, ProgramId};
use referee_core::program::Program;
use referee_engine::domain::{Asked, Finding, Findings, examine, is_name, is_open};
use referee_engine::engine::blocking;
use referee_engine::error::Result;
use referee_engine::intake::landing::host_of;
use referee_engine::settings::{Certificate, TrackingDomain};
use url::Url;

use crate::app::App;
use referee_engine::config::Scheme;

/// First parts of paths that are ours on every tracking host, or are those of tags that shops have installed.
const RESERVED_PREFIXES: [&str; 12] =
    ["c", "i", "cur", "xc", "xconv", "tag", "robots", "favicon", "healthz", "readyz", "metrics", "api"];
const NAME_CHARS_MAX: usize = 32;

/// How a host stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody outside can reach it by this name: it needs no proof.
    Inside,
    /// It was served before a proof was asked for, and goes on.
    InUse,
    /// It is not served before it is proved.
    Waiting,
    Verified,
}

impl Standing {
    pub fn code(self) -> &'static str {
        match self {
            Standing::Inside => "inside",
            Standing::InUse => "in_use",
            Standing::Waiting => "waiting",
            Standing::Verified => "verified",
        }
    }
}

/// A host of some program of the brand.
pub struct Listed {
    pub host: String,
    pub programs: Vec<ProgramId>,
    /// A path on the shop's own host is passed on to this server.
    pub of_shop: bool,
    pub standing: Standing,
    pub domain: Option<TrackingDomain>,
    /// How its certificate stands, where this server orders them.
    pub certificate: Option<Certificate>,
}

/// The hosts of a brand's programs, by name.
pub async fn listed(app: &App, brand: BrandId, config: &Config) -> Result<Vec<Listed>> {
    let engine = app.engine.clone();
    let read = move || Ok((engine.settings.domains(brand)?, engine.settings.certificates()?));
    let (domains, certificates) = blocking(read).await?;
    let mut list: Vec<Listed> = Vec::new();
    for program in config.programs.values() {
        for host in program.all_hosts() {
            match list.iter_mut().find(|it| it.host == *host) {
                Some(known) => known.programs.push(program.id),
                None => {
                    let domain = domains.iter().find(|it| it.host == *host).cloned();
                    let standing = standing(host, domain.as_ref());
                    let of_shop = program.shop_hosts.contains(host);
                    let certificate = certificates.iter().find(|it| it.host == *host).cloned();
                    let (host, programs) = (host.clone(), vec![program.id]);
                    list.push(Listed { host, programs, of_shop, standing, domain, certificate });
                }
            }
        }
    }
    list.sort_by(|a, b| a.host.cmp(&b.host));
    Ok(list)
}

fn standing(host: &str, domain: Option<&TrackingDomain>) -> Standing {
    match domain {
        _ if !is_open(host) => Standing::Inside,
        Some(it) if it.verified_at.is_some() => Standing::Verified,
        Some(it) if !it.in_use => Standing::Waiting,
        _ => Standing::InUse,
    }
}

/// What the doctor is asked about a host of a program, on a page of its shop.
pub fn asked(app: &App, config: &Config, listed: &Listed, page: &str) -> Option<Asked> {
    let programs = || listed.programs.iter().filter_map(|id| config.programs.get(id));
    // Names are compared by those of the first; where visitors land, all of them say.
    let program = programs().next()?;
    let ads = config.ads.values().filter(|ad| listed.programs.contains(&ad.program)).map(|ad| &ad.landing_url);
    let landing = programs().map(|it| &it.default_landing_url).chain(ads);
    let mut landing_hosts: Vec<String> = landing.filter_map(|address| host_of(address)).collect();
    let page = match page {
        "" if listed.of_shop => listed.host.clone(),
        "" => landing_hosts.first().cloned().unwrap_or_default(),
        page => page.to_owned(),
    };
    landing_hosts.sort();
    landing_hosts.dedup();
    Some(Asked {
        host: listed.host.clone(),
        page,
        landing_hosts,
        prefix: program.path_prefix.clone(),
        tag_name: program.tag_name.clone(),
        click_param: program.click_param.clone(),
        cookie_days: program.cookie_days,
        secure: app.config.scheme == Scheme::Https,
    })
}

/// What the doctor says.
pub async fn check(app: &App, asked: Asked) -> Result<Findings> {
    Ok(examine(app.probe()?, &app.config.domains, asked).await.1)
}

/// The host of a page, as people type it: an address or a bare host. Empty stays empty.
pub fn page_host(text: &str) -> std::result::Result<String, String> {
    let text = text.trim();
    let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let host = Url::parse(&address).ok().and_then(|url| url.host_str().map(str::to_ascii_lowercase));
    match host {
        _ if text.is_empty() => Ok(String::new()),
        Some(host) if is_name(&host) => Ok(host),
        _ => Err(format!("{text} is not the address of a page, such as https://www.shop.com/.")),
    }
}

/// Why a program may not have its hosts and names, in a sentence that names what is in the way.
pub async fn refused(app: &App, brand: BrandId, wanted: &Program) -> Result<Option<String>> {
    let mut why = wanted.all_hosts().find_map(|host| host_refused(app, brand, host));
    why = why.or_else(|| kind_refused(app, brand, wanted));
    why = why.or_else(|| names_refused(app, brand, wanted));
    if why.is_some() {
        return Ok(why);
    }
    let (engine, hosts) = (app.engine.clone(), wanted.all_hosts().cloned().collect::<Vec<_>>());
    let taken = blocking(move || {
        for host in hosts {
            if engine.settings.domain_owner(&host)?.is_some_and(|owner| owner != brand) {
                return Ok(Some(host));
            }
        }
        Ok(None)
    });
    Ok(taken.await?.map(|host| format!("{host} belongs to another brand here, which has proved that it is its own.")))
}

/// A host that serves links serves nothing else, and serves one brand: a click must never meet another's program.
fn host_refused(app: &App, brand: BrandId, host: &str) -> Option<String> {
    if host.starts_with("*.") {
        return Some(format!("{host} stands for many hosts. Name each tracking host by itself."));
    }
    if app.config.console_hosts.iter().any(|it| it == host) {
        return Some(format!("{host} serves this console. Links need a host of their own, such as go.shop.com."));
    }
    let routing = app.engine.routing();
    let programs = routing.hosts.get(host).map(Vec::as_slice).unwrap_or_default();
    let others = programs.iter().any(|id| routing.programs.get(id).is_some_and(|of| *of != brand));
    others.then(|| format!("{host} already serves the links of another brand here. Choose a host of your own."))
}

/// What is not under a prefix of a shop's own host is the shop's: another program's links there would lead nowhere.
fn kind_refused(app: &App, brand: BrandId, wanted: &Program) -> Option<String> {
    let routing = app.engine.routing();
    let config = routing.brands.get(&brand).map(|it| it.config.clone());
    let others = config.iter().flat_map(|it| it.programs.values()).filter(|it| it.id != wanted.id);
    let both = others.chain([wanted]).find_map(|other| {
        let tracked = other.tracking_hosts.iter().find(|it| wanted.shop_hosts.contains(it));
        tracked.or_else(|| wanted.tracking_hosts.iter().find(|it| other.shop_hosts.contains(it)))
    });
    both.map(|it| format!("{it} is either a tracking host or a host of the shop, not both, for all programs."))
}

/// Names of one program must not hide another's on the same host.
fn names_refused(app: &App, brand: BrandId, wanted: &Program) -> Option<String> {
    let prefix = &wanted.path_prefix;
    let fits = |text: &str| {
        let inside = text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || matches!(it, b'-' | b'_'));
        (1..=NAME_CHARS_MAX).contains(&text.len()) && inside && !text.starts_with(['-', '_'])
    };
    if !fits(prefix) {
        return Some("The first part of the path has 1 to 32 small letters, digits, hyphens or underscores.".into());
    }
    if RESERVED_PREFIXES.contains(&prefix.as_str()) {
        return Some(format!("/{prefix}/ is the server's own. Choose another first part of the path."));
    }
    let stem = wanted.tag_name.strip_suffix(".js");
    if !stem.is_some_and(fits) {
        return Some(
            "The tag's file is called like tag.js: 1 to 32 small letters, digits, hyphens or underscores, and .js."
                .into(),
        );
    }
    let routing = app.engine.routing();
    let config = &routing.brands.get(&brand)?.config;
    let shares =
        |it: &&Program| it.id == wanted.id || it.all_hosts().any(|host| wanted.all_hosts().any(|of| of == host));
    let on_host: Vec<&Program> = config.programs.values().filter(shares).collect();
    let link = config
        .links
        .values()
        .find(|it| it.slug.eq_ignore_ascii_case(prefix) && on_host.iter().any(|of| of.id == it.program));
    link.map(|link| {
        let name = config.programs.get(&link.program).map_or("", |it| it.name.as_str());
        format!("/{prefix} is a link of the program {name} on the same host. Choose another first part of the path.")
    })
}

/// Why a link may not have a path: a program of the same host uses it for its tag.
pub fn slug_refused(config: &Config, program: &Program, slug: &str) -> Option<String> {
    let shares = |it: &&Program| it.all_hosts().any(|host| program.all_hosts().any(|of| of == host));
    let taken = config.programs.values().filter(shares).find(|it| it.path_prefix.eq_ignore_ascii_case(slug))?;
    Some(format!("/{slug} is where the tag of the program {} sends to. Choose another path.", taken.name))
}

/// A program with one more host.
pub fn with_host(program: &Program, host: &str, of_shop: bool) -> std::result::Result<Program, String> {
    if program.all_hosts().any(|it| it == host) {
        return Err(format!("{host} is a host of this program already."));
    }
    let mut wanted = program.clone();
    let list = if of_shop { &mut wanted.shop_hosts } else { &mut wanted.tracking_hosts };
    list.push(host.to_owned());
    Ok(wanted)
}

/// Hosts that a program has now and did not have, and those that no program of the brand has any more.
pub fn changed(config: &Config, before: Option<&Program>, wanted: &Program) -> (Vec<String>, Vec<String>) {
    let others = |host: &String| {
        config.programs.values().filter(|it| it.id != wanted.id).any(|it| it.all_hosts().any(|of| of == host))
    };
    let had = |host: &String| before.is_some_and(|it| it.all_hosts().any(|of| of == host));
    let has = |host: &String| wanted.all_hosts().any(|of| of == host);
    let new = wanted.all_hosts().filter(|it| !had(it) && !others(it)).cloned().collect();
    let gone = before.into_iter().flat_map(Program::all_hosts).filter(|it| !has(it) && !others(it)).cloned().collect();
    (new, gone)
}

/// A finding as the API tells it.
pub fn told(finding: &Finding) -> serde_json::Value {
    let browsers: Vec<String> = finding.browsers.iter().map(|it| it.name().to_lowercase()).collect();
    serde_json::json!({
        "topic": finding.topic.code(), "weight": finding.weight.code(), "browsers": browsers,
        "says": finding.says, "mend": finding.mend,
    })
}
