//! A partner's ad was seen: `/i/{partner}/{ad}/{program}` on a tracking host, answered with a picture.

use referee_core::fact::{Click, Fact};

use super::click::{ClickRequest, Given, Told, canonical, raw, told};
use super::visitor;
use crate::log::Draft;
use crate::routing::Routing;

/// What is kept of a view; None where the host serves no such program. No cookie is set: what is loaded inside another's page
/// would only shorten its life.
pub fn view(routing: &Routing, request: &ClickRequest<'_>, given: &Given) -> Option<Draft> {
    let target = canonical(routing, request.host, request.path.strip_prefix("/i/")?)?;
    let Told { click, device, followed, .. } = told(request, &target, given);
    let by_cookie =
        request.visitor.filter(|_| followed).and_then(|value| visitor::identifier(&target.brand.keys, value));
    // Nobody is led anywhere, whatever page the address asks for.
    let view = Click { visitor: by_cookie.or(device), deep_link_refused: false, deep_link: None, ..click };
    Some(Draft {
        brand: target.brand.brand,
        received_at: given.now,
        occurred_at: given.now,
        actor: None,
        fact: Fact::ImpressionRecorded(view),
        raw: Some(raw(request, followed)),
    })
}
