//! An erasure is asked for: who is meant, and the note of it from which all else follows.

use referee_core::fact::Actor;
use referee_core::id::{BrandId, ClickNo, NodeId, ServiceId};
use referee_core::identity::{Identifier, IdentifierKind};
use referee_core::refusal::Refusal;

use super::who::{Who, who};
use super::{Erasure, Found};
use crate::Engine;
use crate::error::{Error, Result};
use crate::intake::identifier::{self, found};
use crate::intake::{click_id, visitor};
use crate::settings::{NewErasure, random_bytes};

/// What names somebody, as a person typed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Value {
        kind: IdentifierKind,
        value: String,
        country: Option<String>,
    },
    /// Our visitor cookie, or the brand's own.
    Cookie(String),
    /// A click id: whoever clicked, or whom a page load gave it to.
    ClickId(String),
    /// One person, by all that somebody knows of them. What names nobody is passed over, if something does.
    All(Vec<Asked>),
}

/// Why nobody is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// The value names nobody.
    Refused(Refusal),
    /// It is no click id of this brand.
    ClickId,
}

impl Unknown {
    pub fn sentence(self) -> &'static str {
        match self {
            Unknown::Refused(refusal) => refusal.brand_sentence(),
            Unknown::ClickId => "This is no click id of this brand, or the click is not recorded.",
        }
    }
}

/// By what somebody is found: hashes of the value, or where a click hangs.
type Start = (Vec<Identifier>, Option<NodeId>);

fn start(engine: &Engine, brand: BrandId, asked: &Asked) -> Result<std::result::Result<Start, Unknown>> {
    let known = known(engine, brand)?;
    let all = |kind, value: &str, country: Option<&str>| match found(&known.keys, kind, value, country) {
        Ok(found) => Ok((std::iter::once(found.identifier).chain(found.variants).collect(), None)),
        Err(refusal) => Err(Unknown::Refused(refusal)),
    };
    Ok(match asked {
        Asked::Value { kind: IdentifierKind::Visitor, value, .. } | Asked::Cookie(value)
            if visitor::is_visitor(value.trim()) =>
        {
            Ok((visitor::identifier(&known.keys, value.trim()).into_iter().collect(), None))
        }
        Asked::Cookie(value) => all(IdentifierKind::AnonymousId, value, None),
        Asked::Value { kind, value, country } => all(*kind, value, country.as_deref()),
        Asked::ClickId(text) => click(engine, brand, text.trim())?,
        Asked::All(asked) => {
            let config = engine.reads.config(brand)?;
            let starts = asked.iter().map(|it| start(engine, brand, it)).collect::<Result<Vec<_>>>()?;
            // What the brand blocks names nobody, and what is said beside it still may.
            let unblocked = |start: Start| match start.0.iter().any(|it| config.is_blocked(*it)) {
                true => Err(Unknown::Refused(Refusal::IdentifierBlocked)),
                false => Ok(start),
            };
            let nothing = Err(Unknown::Refused(Refusal::IdentifierEmpty));
            starts.into_iter().map(|it| it.and_then(unblocked)).fold(nothing, both)
        }
    })
}

fn both(
    one: std::result::Result<Start, Unknown>,
    other: std::result::Result<Start, Unknown>,
) -> std::result::Result<Start, Unknown> {
    match (one, other) {
        (Ok((mut hashes, node)), Ok((more, at))) => {
            hashes.extend(more);
            Ok((hashes, node.or(at)))
        }
        (Ok(start), Err(_)) | (Err(_), Ok(start)) => Ok(start),
        (Err(_), Err(unknown)) => Err(unknown),
    }
}

/// A click without a cookie has no identifier, and still hangs somewhere.
fn click(engine: &Engine, brand: BrandId, text: &str) -> Result<std::result::Result<Start, Unknown>> {
    let known = known(engine, brand)?;
    let opened = known.config.programs.keys().find_map(|program| click_id::open(&known.keys, *program, text).ok());
    let no = match opened {
        Some(click_id::Opened::Click(click)) => Some(click.no),
        Some(click_id::Opened::Journey(no)) => return Ok(Ok((vec![identifier::journey(&known.keys, no)], None))),
        None => text.parse().ok().map(ClickNo),
    };
    let click = no.map(|no| engine.reads.click(brand, no)).transpose()?.flatten();
    Ok(click.map(|click| (Vec::new(), Some(click.node))).ok_or(Unknown::ClickId))
}

/// The person whom somebody names, if anybody.
pub fn person(engine: &Engine, brand: BrandId, asked: &Asked) -> Result<std::result::Result<Who, Unknown>> {
    let (hashes, node) = match start(engine, brand, asked)? {
        Ok(start) => start,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let config = engine.reads.config(brand)?;
    Ok(who(engine.reads.as_ref(), &config, brand, (&hashes, node))?.map_err(Unknown::Refused))
}

/// What would be erased.
pub fn preview(engine: &Engine, brand: BrandId, asked: &Asked) -> Result<std::result::Result<Found, Unknown>> {
    Ok(person(engine, brand, asked)?.map(|who| who.found))
}

/// Notes an erasure; the work on it can begin.
pub fn ask(
    engine: &Engine,
    brand: BrandId,
    asked: &Asked,
    actor: &Actor,
) -> Result<std::result::Result<Erasure, Unknown>> {
    let who = match person(engine, brand, asked)? {
        Ok(who) => who,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let mut found = who.found.clone();
    found.papers = engine.settings.forget_papers(brand, &asked.words())?;
    let erasure = note(engine, brand, &found, &who.substitution(), actor)?;
    engine.settings.forget_shop_requests(
        brand,
        &asked.words(),
        &format!("erased, receipt {}", erasure.id),
        engine.now(),
    )?;
    Ok(Ok(erasure))
}

impl Asked {
    /// What papers may say of the person in so many words.
    fn words(&self) -> Vec<String> {
        match self {
            Asked::Value { value, .. } | Asked::Cookie(value) => vec![value.clone()],
            Asked::ClickId(_) => Vec::new(),
            Asked::All(asked) => asked.iter().flat_map(Asked::words).collect(),
        }
    }
}

/// The same where it is known what is to be replaced.
pub fn note(
    engine: &Engine,
    brand: BrandId,
    found: &Found,
    by: &referee_core::erasure::Substitution,
    actor: &Actor,
) -> Result<Erasure> {
    let id = ServiceId(random_bytes());
    engine.settings.create_erasure(&NewErasure { brand, id, actor, found, by }, engine.now())?;
    let noted = engine.settings.erasure(brand, id)?;
    noted.ok_or_else(|| Error::unavailable("note an erasure", "it is not found again"))
}

fn known(engine: &Engine, brand: BrandId) -> Result<std::sync::Arc<crate::routing::BrandRouting>> {
    let known = engine.routing().brands.get(&brand).cloned();
    known.ok_or_else(|| Error::setup("find a brand", format!("there is no brand {brand}")))
}
