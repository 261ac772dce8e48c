//! One ad, link or code that is set up already: changed, paused and resumed.

use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Response};
use maud::html;
use referee_core::fact::{AdSet, Fact};
use referee_core::id::{AdId, ProgramId};
use referee_core::program::{Ad, Standing, VanityLink};
use serde::Deserialize;

use super::form::{standing, standing_reason};
use super::format;
use super::page::{csrf, page};
use super::person::{Failure, May, Person, done};
use crate::setup;

fn ad_of(person: &Person, program: u32, id: u32) -> Result<&Ad, Failure> {
    person.config.ads.get(&(ProgramId(program), AdId(id))).ok_or(Failure::NotFound)
}

pub async fn show(person: Person, Path((program, id)): Path<(u32, u32)>) -> Result<Response, Failure> {
    person.require_brand_side()?;
    person.require(May::Manage)?;
    let ad = ad_of(&person, program, id)?;
    let paused = ad.standing == Standing::Paused;
    let body = html! {
        p.facts { (format::standing(ad.standing)) span.muted { "Ad " (ad.id) } a.underlined href="/ads" { "All ads" } }
        section.card.pad {
            h2 { "Change the ad" }
            form.stack.wide action={ "/ads/" (ad.program) "/" (ad.id) } method="post" {
                (csrf(&person))
                label { "Name" input name="name" required maxlength="200" value=(ad.name); }
                label { "Page to land on" input type="url" name="landing_url" required value=(ad.landing_url); }
                label { "Standing" select name="standing" {
                    option value="active" selected[!paused] { "Active" }
                    option value="paused" selected[paused] { "Paused: its links lead to the program's page and earn nothing" }
                } }
                button.primary { "Save" }
                p.muted { "Links stay as they are and lead to the new page at once." }
            }
        }
    };
    Ok(page(&person, "/ads", &ad.name, body).into_response())
}

#[derive(Deserialize)]
pub struct AdForm {
    csrf: String,
    name: String,
    landing_url: String,
    standing: String,
}

pub async fn change(
    person: Person,
    Path((program, id)): Path<(u32, u32)>,
    Form(sent): Form<AdForm>,
) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let ad = ad_of(&person, program, id)?;
    let name = setup::name(&sent.name).map_err(|why| Failure::Invalid(why.into()))?;
    let landing_url = setup::landing_url(&sent.landing_url).map_err(|why| Failure::Invalid(why.into()))?;
    let set = AdSet { program: ad.program, id: Some(ad.id), name, landing_url, standing: standing(&sent.standing) };
    person.settle("changed in the console", Fact::AdSet(set)).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct AdStanding {
    csrf: String,
    program: u32,
    id: u32,
    standing: String,
}

pub async fn set_standing(person: Person, Form(sent): Form<AdStanding>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let Ad { program, id, name, landing_url, .. } = ad_of(&person, sent.program, sent.id)?.clone();
    let standing = standing(&sent.standing);
    let set = AdSet { program, id: Some(id), name, landing_url, standing };
    person.settle(standing_reason(standing), Fact::AdSet(set)).await?;
    Ok(done("/ads"))
}

#[derive(Deserialize)]
pub struct LinkStanding {
    csrf: String,
    program: u32,
    slug: String,
    standing: String,
}

pub async fn set_link_standing(person: Person, Form(sent): Form<LinkStanding>) -> Result<Response, Failure> {
    person.check_csrf(&sent.csrf)?;
    person.require(May::Manage)?;
    let known = person.config.links.get(&(ProgramId(sent.program), sent.slug)).ok_or(Failure::NotFound)?;
    let standing = standing(&sent.standing);
    person.settle(standing_reason(standing), Fact::LinkSet(VanityLink { standing, ..known.clone() })).await?;
    Ok(done("/ads"))
}
