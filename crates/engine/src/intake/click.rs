//! A request on a tracking link: where the visitor goes, and the fact that they came.
//!
//! Whatever is wrong with the link, the visitor is sent to the shop; whatever the request looks like, it is recorded
//! with what was measured. What counts and what is paid is for the rules to say.

use std::sync::Arc;

use referee_core::config::Config;
use referee_core::consent::{Consent, ConsentWord, permits};
use referee_core::fact::{Click, ClickRef, Fact, Signals};
use referee_core::id::{AdId, ClickNo, PartnerId, ProgramId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::program::{Program, Standing, VanityLink};
use referee_core::time::Timestamp;

use super::consent::raw::shortened;
use super::consent::{self, Place, Said};
use super::keys::BrandKeys;
use super::network::Network;
use super::person::DEVICE_FIELDS;
use super::signals::{referrer_host, signals};
use super::{click_id, identifier, landing, visitor};
use crate::limits::{LINK_PARAMS_MAX, SLUG_CHARS_MAX, TEXT_CHARS_MAX, URL_CHARS_MAX};
use crate::log::{Draft, Raw};
use crate::routing::{BrandRouting, Routing};

/// What the request says, as far as anybody asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClickRequest<'a> {
    pub host: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub head: bool,
    /// It came over HTTPS, where browsers say more.
    pub secure: bool,
    pub address: &'a str,
    /// Where that address belongs.
    pub network: Network,
    pub user_agent: &'a str,
    pub referrer: &'a str,
    /// `Accept-Language`.
    pub language: &'a str,
    /// `Sec-Purpose`, or one of its older names.
    pub purpose: &'a str,
    /// `Sec-Fetch-Mode`, and so on.
    pub fetch_mode: &'a str,
    pub fetch_dest: &'a str,
    pub fetch_site: &'a str,
    pub fetch_user: &'a str,
    /// `Sec-CH-UA`, then `-Mobile` and `-Platform`.
    pub hint_brands: &'a str,
    pub hint_mobile: &'a str,
    pub hint_platform: &'a str,
    /// The visitor cookie that came along.
    pub visitor: Option<&'a str>,
    /// `Sec-GPC`.
    pub gpc: &'a str,
    /// What is said of consent beside the link.
    pub said: Option<&'a Said>,
}

/// What only the caller can know.
pub struct Given {
    pub now: Timestamp,
    pub no: ClickNo,
    /// Random, used if the visitor is new.
    pub new_visitor: [u8; visitor::RANDOM_BYTES],
}

pub enum Answer {
    /// The host serves no such thing.
    NotFound,
    /// The browser only prepares: it must ask again when the person clicks.
    Prefetch(Draft),
    Redirect(Redirect),
}

pub struct Redirect {
    pub draft: Draft,
    /// The cookie's value and its life in days, if it is to be set.
    pub set_visitor: Option<(String, u32)>,
    /// The visitor has a cookie and said no: it goes.
    pub clear_visitor: bool,
    landing: String,
    /// None where no click id goes along.
    id: Option<(ClickRef, String, Arc<BrandKeys>)>,
}

impl Redirect {
    /// The address to send the visitor to. `unrecorded`: the click is not durable yet, and its id says so.
    pub fn location(&self, unrecorded: bool) -> String {
        let Some((click, param, keys)) = &self.id else { return self.landing.clone() };
        match click_id::seal(keys, &ClickRef { unrecorded, ..*click }) {
            Some(id) => landing::with_click_id(&self.landing, param, &id),
            None => self.landing.clone(),
        }
    }
}

/// What a path on a tracking host names.
pub(super) struct Target<'a> {
    pub brand: &'a BrandRouting,
    pub program: &'a Program,
    pub partner: PartnerId,
    pub ad: AdId,
    pub slug: Option<&'a str>,
    link: Option<&'a VanityLink>,
}

impl Target<'_> {
    pub fn click_ref(&self, given: &Given) -> ClickRef {
        let (program, partner, ad) = (self.program.id, self.partner, self.ad);
        ClickRef { no: given.no, program, partner, ad, clicked_at: given.now, unrecorded: false }
    }

    /// The page the link is for.
    pub fn landing(&self, deep_link: Option<String>, now: Timestamp) -> String {
        let place = LinkPlace { program: self.program, partner: self.partner, ad: self.ad, link: self.link };
        landing_of(&self.brand.config, place, deep_link, now)
    }
}

/// Where a link belongs.
#[derive(Clone, Copy)]
pub struct LinkPlace<'a> {
    pub program: &'a Program,
    pub partner: PartnerId,
    pub ad: AdId,
    pub link: Option<&'a VanityLink>,
}

/// A click as the request tells it, before anybody is known by it.
pub(super) struct Told {
    pub click: Click,
    /// The permitted page that the link asks for.
    pub deep_link: Option<String>,
    /// The device that the link names.
    pub device: Option<Identifier>,
    pub followed: bool,
    /// Whether an id may bring the visitor's order here: what was asked of a reward partner may, whatever else they agreed to.
    pub leads: bool,
}

pub(super) fn told(request: &ClickRequest<'_>, target: &Target<'_>, given: &Given) -> Told {
    let query = Query::read(request.query, &target.brand.link_params);
    let consent = agreed(&query.said, request, target);
    let followed = permits(consent.as_ref());
    let leads = followed || consent.as_ref().is_some_and(|it| it.word == ConsentWord::Limited);
    let device = query.device(target.brand).filter(|_| followed);
    let asked = query.deep_link.as_deref().map(|link| landing::permitted(link, &target.program.permitted_hosts));
    let deep_link_refused = matches!(asked, Some(None));
    let deep_link = asked.flatten().map(String::from);
    let click = Click {
        no: given.no,
        program: target.program.id,
        partner: target.partner,
        ad: target.ad,
        slug: target.slug.map(str::to_owned),
        visitor: None,
        sub_ids: query.sub_ids,
        shared_id: query.shared_id,
        signals: unnamed(signals(request, &target.brand.keys), followed),
        deep_link_refused,
        referrer_host: referrer_host(request.referrer),
        link_params: query.link_params,
        told_by_shop: false,
        deep_link: deep_link.as_deref().and_then(landing::kept),
        consent,
    };
    Told { click, deep_link, device, followed, leads }
}

pub fn decide(routing: &Routing, request: &ClickRequest<'_>, given: Given) -> Answer {
    let Some(target) = target(routing, request) else { return Answer::NotFound };
    let Told { click, deep_link, device, followed, leads } = told(request, &target, &given);
    let prefetch = click.signals.prefetch;
    // Whether that was a person, the rules say; only a person has use for a cookie.
    let counted = click.invalid().is_none();
    let keys = &target.brand.keys;
    let cookie = request.visitor.filter(|value| visitor::is_visitor(value));
    let visitor = match cookie {
        _ if !followed => None,
        Some(value) => Some(value.to_owned()),
        None if counted => Some(visitor::mint(given.now, given.new_visitor)),
        None => None,
    };
    let clear_visitor = cookie.is_some() && consent::is_taken_back(click.consent.as_ref());
    // A cookie that is new says less than the device does; the first page that brings the click's id tells of both.
    let device = device.filter(|_| cookie.is_none());
    let seen_as = device.or_else(|| visitor.as_deref().and_then(|value| visitor::identifier(keys, value)));
    let draft = Draft {
        brand: target.brand.brand,
        received_at: given.now,
        occurred_at: given.now,
        actor: None,
        fact: Fact::ClickRecorded(Click { visitor: seen_as, ..click }),
        raw: Some(raw(request, followed)),
    };
    if prefetch {
        return Answer::Prefetch(draft);
    }
    let landing = target.landing(deep_link, given.now);
    let click = target.click_ref(&given);
    // A link of no known partner has nothing to bring along.
    let named = counted && leads && target.partner != PartnerId(0);
    let id = named.then(|| (click, target.program.click_param.clone(), keys.clone()));
    let set_visitor = visitor.filter(|_| counted).map(|value| (value, target.program.cookie_days));
    Answer::Redirect(Redirect { draft, set_visitor, clear_visitor, landing, id })
}

/// What the visitor agreed to, by the request and the rules of the program that it is for.
fn agreed(said: &Said, request: &ClickRequest<'_>, target: &Target<'_>) -> Option<Consent> {
    let rules = target.brand.config.consent.get(&target.program.id);
    let place = Place { rules, country: request.network.country, of_visitor: true };
    let decision = match request.said {
        None if request.gpc.is_empty() => consent::decide(said, place),
        beside => {
            let mut said = said.clone().and(beside.unwrap_or(&Said::default()));
            said.hear("sec-gpc", request.gpc);
            consent::decide(&said, place)
        }
    };
    consent::for_partner(decision, target.brand.config.is_reward(target.partner))
}

/// What was measured, without what tells one visitor from another.
fn unnamed(signals: Signals, followed: bool) -> Signals {
    if followed { signals } else { Signals { agent_key: 0, network: 0, returning: false, ..signals } }
}

pub(super) fn target<'a>(routing: &'a Routing, request: &ClickRequest<'a>) -> Option<Target<'a>> {
    match request.path.strip_prefix("/c/") {
        Some(rest) => canonical(routing, request.host, rest),
        None => vanity(routing, request.host, request.path.strip_prefix('/')?),
    }
}

/// `{partner}/{ad}/{program}`, after the first part of a path. What is no number names nobody.
pub(super) fn canonical<'a>(routing: &'a Routing, host: &str, rest: &str) -> Option<Target<'a>> {
    let mut parts = rest.trim_end_matches('/').split('/');
    let (partner, ad, program) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let program: ProgramId = program.parse().ok()?;
    let (brand, program) = routing.program_on(host, program)?;
    let partner = partner.parse().unwrap_or_default();
    let ad = ad.parse().unwrap_or_default();
    Some(Target { brand, program, partner, ad, slug: None, link: None })
}

/// A path of one link of the host's programs; a path of none is the first program's, and nobody's.
fn vanity<'a>(routing: &'a Routing, host: &str, slug: &'a str) -> Option<Target<'a>> {
    if !is_slug(slug) {
        return None;
    }
    let programs = routing.hosts.get(host)?;
    for id in programs {
        let (brand, program) = routing.program_on(host, *id)?;
        if let Some(link) = brand.config.links.get(&(*id, slug.to_owned())) {
            let (partner, ad) = (link.partner, link.ad);
            return Some(Target { brand, program, partner, ad, slug: Some(slug), link: Some(link) });
        }
    }
    let (brand, program) = routing.program_on(host, *programs.first()?)?;
    Some(Target { brand, program, partner: PartnerId(0), ad: AdId(0), slug: Some(slug), link: None })
}

/// What a vanity path may be made of.
pub fn is_slug(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    !text.is_empty() && text.len() <= SLUG_CHARS_MAX && letters
}

/// The page a link is for; where the link is not in order, the program's own page.
pub fn landing_of(config: &Config, place: LinkPlace<'_>, deep_link: Option<String>, now: Timestamp) -> String {
    let LinkPlace { program, partner, ad, link } = place;
    let active = |standing: Option<Standing>| standing == Some(Standing::Active);
    let in_order = active(Some(program.standing))
        && active(config.partners.get(&partner).map(|partner| partner.standing))
        && link.is_none_or(|link| link.standing == Standing::Active)
        && (config.is_channel(partner) || config.terms_at(program.id, partner, now).is_ok());
    match config.ads.get(&(program.id, ad)) {
        Some(ad) if in_order && ad.standing == Standing::Active => {
            let of_link = link.and_then(|link| link.deep_link.clone());
            deep_link.or(of_link).unwrap_or_else(|| ad.landing_url.clone())
        }
        _ => program.default_landing_url.clone(),
    }
}

/// The parameters a partner may put on a link.
#[derive(Default)]
pub(super) struct Query {
    pub sub_ids: [String; 3],
    pub shared_id: String,
    /// Those that terms may ask for, by the names of the list.
    pub link_params: Vec<(String, String)>,
    pub said: Said,
    pub deep_link: Option<String>,
    /// What names the device: an app has no cookie.
    device: Option<String>,
}

impl Query {
    pub fn read(query: &str, allowed: &[String]) -> Query {
        let mut read = Query::default();
        if query.is_empty() {
            return read;
        }
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let place = match name.to_ascii_lowercase().as_str() {
                "subid1" => &mut read.sub_ids[0],
                "subid2" => &mut read.sub_ids[1],
                "subid3" => &mut read.sub_ids[2],
                "sharedid" => &mut read.shared_id,
                "u" => {
                    read.deep_link = Some(value.into_owned());
                    continue;
                }
                name if DEVICE_FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name)) => {
                    read.device.get_or_insert(value.into_owned());
                    continue;
                }
                name if consent::is_told_by(name) => {
                    read.said.hear(name, &value);
                    continue;
                }
                name => match read.link_param(name, allowed) {
                    Some(place) => place,
                    None => continue,
                },
            };
            *place = cut(&value, TEXT_CHARS_MAX);
        }
        read
    }

    /// The device that the link names.
    fn device(&self, brand: &BrandRouting) -> Option<Identifier> {
        let value = self.device.as_deref()?;
        let found = identifier::found(&brand.keys, IdentifierKind::Device, value, None).ok()?;
        let blocked = found.variants.iter().chain([&found.identifier]).any(|it| brand.config.is_blocked(*it));
        Some(found.identifier).filter(|_| !blocked)
    }

    /// The place of a further parameter, if it is one that is kept.
    fn link_param(&mut self, name: &str, allowed: &[String]) -> Option<&mut String> {
        let name = allowed.iter().find(|it| *it == name)?;
        let known = self.link_params.iter().position(|(it, _)| it == name);
        let place = match known {
            Some(place) => place,
            None if self.link_params.len() < LINK_PARAMS_MAX => {
                self.link_params.push((name.clone(), String::new()));
                self.link_params.len() - 1
            }
            None => return None,
        };
        Some(&mut self.link_params[place].1)
    }
}

pub(super) fn raw(request: &ClickRequest<'_>, followed: bool) -> Raw {
    let raw = Raw {
        address: request.address.to_owned(),
        user_agent: cut(request.user_agent, URL_CHARS_MAX),
        // The query says nothing that is not in the fact.
        url: cut(request.path, URL_CHARS_MAX),
        referrer: cut(without_query(request.referrer), URL_CHARS_MAX),
    };
    if followed { raw } else { shortened(raw) }
}

/// An address without what follows its path.
pub fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// The first characters of a text.
pub fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => bare(&text[..end]),
        None => bare(text),
    }
}

/// Without the character that not every database can keep, and nobody means.
pub fn bare(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text.to_owned() }
}
