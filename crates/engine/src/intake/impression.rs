//! A partner's ad was seen: `/i/{partner}/{ad}/{program}` on a tracking host, answered with a picture.

use referee_core::consent::permits;
use referee_core::fact::{Click, Fact};
use referee_core::identity::Identifier;

use super::click::{ClickRequest, Given, Query, agreed, canonical, raw, unnamed};
use super::keys::BrandKeys;
use super::signals::{referrer_host, signals};
use super::visitor;
use crate::log::Draft;
use crate::routing::Routing;

/// What is kept of a view; None where the host serves no such program. No cookie is set: what is loaded inside another's page
/// would only shorten its life.
pub fn view(routing: &Routing, request: &ClickRequest<'_>, given: &Given) -> Option<Draft> {
    let target = canonical(routing, request.host, request.path.strip_prefix("/i/")?)?;
    let query = Query::read(request.query, &target.brand.link_params);
    let consent = agreed(&query.said, request, &target);
    let followed = permits(consent.as_ref());
    let view = Click {
        no: given.no,
        program: target.program.id,
        partner: target.partner,
        ad: target.ad,
        slug: None,
        visitor: seen_by(request, &query, &target.brand.keys).filter(|_| followed),
        sub_ids: query.sub_ids,
        shared_id: query.shared_id,
        signals: unnamed(signals(request, &target.brand.keys), followed),
        deep_link_refused: false,
        referrer_host: referrer_host(request.referrer),
        link_params: query.link_params,
        told_by_shop: false,
        deep_link: None,
        consent,
    };
    Some(Draft {
        brand: target.brand.brand,
        received_at: given.now,
        occurred_at: given.now,
        actor: None,
        fact: Fact::ImpressionRecorded(view),
        raw: Some(raw(request, followed)),
    })
}

/// The visitor of the cookie, or the device that an app names.
fn seen_by(request: &ClickRequest<'_>, query: &Query, keys: &BrandKeys) -> Option<Identifier> {
    let by_cookie = request.visitor.and_then(|value| visitor::identifier(keys, value));
    by_cookie.or_else(|| query.device(keys))
}
