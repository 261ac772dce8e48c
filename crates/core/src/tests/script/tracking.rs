//! Lines that set what partners' traffic is known by: ads, links, codes, and values of their own.

use super::super::words::{Line, identifier, moment, number, partner};
use crate::fact::{AdSet, Fact};
use crate::id::AdId;
use crate::identity::Identifier;
use crate::program::{AssignedValue, CodePolicy, PromoCode, ValueKind, VanityLink};

/// `visitor=v1` is the cookie, `device=d1` what an app says of the device.
pub(super) fn seen_as(line: &mut Line<'_>) -> Option<Identifier> {
    let kinds = ["visitor", "device"];
    let named = kinds.map(|kind| line.option(kind).map(|name| identifier(kind, name)));
    named.into_iter().flatten().next()
}

pub(super) fn ad(line: &mut Line<'_>) -> Fact {
    let id = if line.flag("new") { None } else { Some(AdId(number(line.word()))) };
    Fact::AdSet(AdSet {
        program: line.program(),
        id,
        name: "Ad".into(),
        landing_url: String::new(),
        standing: line.standing(),
    })
}

pub(super) fn link(line: &mut Line<'_>) -> Fact {
    Fact::LinkSet(VanityLink {
        slug: line.word().to_owned(),
        partner: partner(line.word()),
        program: line.program(),
        ad: line.ad(),
        deep_link: None,
        standing: line.standing(),
    })
}

pub(super) fn code(line: &mut Line<'_>) -> Fact {
    Fact::PromoCodeSet(PromoCode {
        code: line.word().to_owned(),
        partner: partner(line.word()),
        program: line.program(),
        standing: line.standing(),
        policy: match line.option("policy") {
            None => CodePolicy::Always,
            Some("involved") => CodePolicy::Involved,
            Some("winner") => CodePolicy::Winner,
            Some(other) => panic!("no code counts {other}"),
        },
        restricted: line.flag("restricted"),
        starts_at: line.option("from").map(moment),
        ends_at: line.option("to").map(moment),
    })
}

pub(super) fn assigned(line: &mut Line<'_>) -> Vec<(ValueKind, String)> {
    let named = [(ValueKind::Url, line.option("url")), (ValueKind::Phone, line.option("called"))];
    named.into_iter().filter_map(|(kind, value)| Some((kind, value?.to_owned()))).collect()
}

/// `value url shop.com/trail A`, `value phone 0800123 A`.
pub(super) fn value(line: &mut Line<'_>) -> Fact {
    let kind = match line.word() {
        "url" => ValueKind::Url,
        "phone" => ValueKind::Phone,
        other => panic!("no {other} is assigned"),
    };
    Fact::AssignedValueSet(AssignedValue {
        kind,
        value: line.word().to_owned(),
        partner: partner(line.word()),
        program: line.program(),
        standing: line.standing(),
    })
}
