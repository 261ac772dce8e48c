//! The agreement of one partner with one program: joined, priced, paused, resumed and ended here.

use axum::extract::{Form, Path};
use axum::response::Response;
use maud::{Markup, html};
use referee_core::contract::{Terms, TermsRules};
use referee_core::fact::{Fact, OfferWithdrawn, TermsSet};
use referee_core::id::PartnerId;
use referee_core::program::{Program, Standing};
use referee_core::refusal::Refusal;
use referee_core::time::{Day, Timestamp};

use super::click_terms::{self, Asked};
use super::form::Fields;
use super::format;
use super::page::csrf;
use super::partners::{partner_of, program_of};
use super::person::{Failure, May, Person, done};
use super::terms;

pub fn section(person: &Person, program: &Program, partner: PartnerId) -> Markup {
    let (now, versions) = (terms::soon(person), terms::versions_of(person, program, Some(partner)));
    let current = terms::in_force(versions, now);
    html! {
        section.card.pad id={ "contract-" (program.id) } {
            h2 { "Contract with " (program.name) @if let Some((_, status)) = person.config.contract_at(program.id, partner, now) { " " (terms::status_tag(status)) } }
            @match person.config.terms_at(program.id, partner, now) {
                Ok(terms) => (terms::lines(person, program, &terms)),
                Err(_) if versions.is_empty() => p { "Not joined: visitors are sent on, and nothing is earned." },
                Err(Refusal::ActionTermsNotFound) => p { "It follows the program's template, which says nothing yet: nothing is earned." },
                Err(refusal) => p { (refusal.brand_sentence()) },
            }
            @if let Some(offer) = person.config.offer_to(program.id, partner, now) { (offered(person, program, partner, offer)) }
            @if !versions.is_empty() {
                details open[terms::scheduled(versions, now).next().is_some()] {
                    summary { "All versions" }
                    (terms::history(person, program, versions))
                }
            }
            @if person.may(May::Manage) {
                (terms_forms(person, program, partner, current))
                @if let Some(current) = current { (standing_forms(person, partner, current, now)) }
            }
        }
    }
}

/// What waits for the partner's word, which the brand can only take back.
fn offered(person: &Person, program: &Program, partner: PartnerId, offer: &Terms) -> Markup {
    html! {
        h3 { "Version " (offer.version) " waits for the partner's answer" }
        (terms::differences(person, program, partner, offer))
        p.muted { "Until the partner accepts it in its portal, everything goes on as it was." }
        @if person.may(May::Manage) {
            form.inline action=(action(partner)) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                input type="hidden" name="version" value=(offer.version);
                button name="what" value="withdraw" { "Withdraw the offer" }
            }
        }
    }
}

fn action(partner: PartnerId) -> String {
    format!("/partners/{partner}/contract")
}

/// To join, to follow the template, and to set terms of its own.
fn terms_forms(person: &Person, program: &Program, partner: PartnerId, current: Option<&Terms>) -> Markup {
    let rules = terms::rules_now(person, program, Some(partner));
    let follows = current.is_some_and(|it| it.rules.is_none());
    html! {
        @if current.is_none() {
            form action=(action(partner)) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                button.primary name="what" value="template" { "Join under the template terms" }
            }
        }
        details {
            summary { @if current.is_none() { "Join under terms of its own" } @else if follows { "Give it terms of its own" } @else { "Change its terms" } }
            form.stack.wide action=(action(partner)) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                (terms::fields(person, program, rules))
                label { "Why" input name="reason" maxlength="255" placeholder="agreed by mail on 3 May"; }
                div.row {
                    button.primary name="what" value="own" { "Set its own terms" }
                    button name="what" value="offer" { "Offer them to the partner" }
                    @if current.is_some() && !follows { button name="what" value="template" { "Follow the template instead" } }
                }
                p.muted { "A new version is made. What has happened keeps the price it had. An offer binds from when the partner accepts it, without notice." }
            }
        }
        @if rules.is_some() { details {
            summary { "Write its own terms as text" }
            form.stack.wide action=(action(partner)) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(program.id);
                (terms::text_fields(person, program, rules))
                label { "Why" input name="reason" maxlength="255"; }
                div.row {
                    button.primary name="what" value="own" { "Set its own terms" }
                    button name="what" value="offer" { "Offer them to the partner" }
                }
            }
        } }
    }
}

fn standing_forms(person: &Person, partner: PartnerId, current: &Terms, now: Timestamp) -> Markup {
    let ended = current.ends_at.is_some_and(|end| end <= now);
    let paused = current.standing == Standing::Paused;
    html! {
        @if !ended { details {
            summary { (if paused { "Resume or end the contract" } else { "Pause or end the contract" }) }
            form.stack action=(action(partner)) method="post" {
                (csrf(person))
                input type="hidden" name="program" value=(current.program);
                label { "Why" input name="reason" required maxlength="255"; }
                label { "Last day, when it ends (empty: it ends now)" input type="date" name="ends"; }
                div.row {
                    @if paused { button.primary name="what" value="resume" { "Resume" } } @else { button name="what" value="pause" { "Pause" } }
                    button.danger name="what" value="end" { "End the contract" }
                }
                p.muted { "Clicks still reach the shop and are recorded. Nothing new is earned; what was earned stays." }
            }
        } } @else { p.muted { "Set terms to begin a new contract." } }
    }
}

pub async fn change(
    person: Person,
    Path(id): Path<u32>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let sent = Fields(sent);
    person.check_csrf(sent.get("csrf"))?;
    person.require(May::Manage)?;
    let partner = partner_of(&person, id)?;
    let program = program_of(&person, sent.get("program").parse().unwrap_or(0))?;
    let versions = terms::versions_of(&person, program, Some(partner));
    match sent.get("what") {
        what @ ("own" | "offer") => {
            let known = terms::rules_now(&person, program, Some(partner));
            let rules = terms::rules(&person, program, &sent, known)?;
            let asked = Asked { program, partner: Some(partner), sent: &sent, offered: what == "offer" };
            if let Some(page) = click_terms::before_saving(&person, &asked, Some(&rules)).await? {
                return Ok(page);
            }
            set(&person, program, partner, &sent, Some(rules), what == "offer").await?;
        }
        "template" => {
            let asked = Asked { program, partner: Some(partner), sent: &sent, offered: false };
            if let Some(page) = click_terms::before_saving(&person, &asked, None).await? {
                return Ok(page);
            }
            set(&person, program, partner, &sent, None, false).await?;
        }
        "withdraw" => {
            let version = sent.get("version").parse().map_err(|_| Failure::NotFound)?;
            let fact = Fact::OfferWithdrawn(OfferWithdrawn { program: program.id, partner, version });
            person.settle(reason(&sent, "withdrawn in the console"), fact).await?;
        }
        "pause" => go_on(&person, versions, &sent, "paused", |it| it.standing = Standing::Paused).await?,
        "resume" => go_on(&person, versions, &sent, "resumed", |it| it.standing = Standing::Active).await?,
        "end" => {
            let end = end(&person, program, sent.get("ends"))?;
            go_on(&person, versions, &sent, "ended", |it| it.ends_at = Some(end)).await?;
        }
        _ => return Err(Failure::NotFound),
    }
    Ok(done(&format!("/partners/{partner}#contract-{}", program.id)))
}

/// A new version. A contract that was paused stays so; one that had ended begins anew.
async fn set(
    person: &Person,
    program: &Program,
    partner: PartnerId,
    sent: &Fields,
    rules: Option<TermsRules>,
    needs_acceptance: bool,
) -> Result<(), Failure> {
    let versions = terms::versions_of(person, program, Some(partner));
    let starts_at = terms::start(person, program, Some(partner), sent, needs_acceptance)?;
    let before = terms::in_force(versions, starts_at);
    let standing = before.map_or(Standing::Active, |it| it.standing);
    let ends_at = before.and_then(|it| it.ends_at).filter(|end| *end > starts_at);
    let fallback = match (needs_acceptance, versions.is_empty()) {
        (true, _) => "offered in the console",
        (false, true) => "joined in the console",
        (false, false) => "terms set in the console",
    };
    if person.config.is_channel(partner) {
        return Err(Failure::Invalid("A channel has no contract: it is never paid.".into()));
    }
    if !person.config.partners.contains_key(&partner) {
        person.settle(fallback, Fact::PartnerSet { partner, standing: Standing::Active, channel: false }).await?;
    }
    let (program, partner) = (program.id, Some(partner));
    let terms = TermsSet { program, partner, starts_at, ends_at, standing, rules, needs_acceptance };
    person.settle(reason(sent, fallback), Fact::TermsSet(terms)).await?;
    Ok(())
}

/// The same terms under another standing or end, from now on, and so for every version that is still to come.
async fn go_on(
    person: &Person,
    versions: &[Terms],
    sent: &Fields,
    word: &str,
    change: impl Fn(&mut TermsSet),
) -> Result<(), Failure> {
    let soon = terms::soon(person);
    let current = terms::in_force(versions, soon).ok_or(Failure::NotFound)?;
    let now = TermsSet { starts_at: soon, ..as_set(current) };
    let fallback = format!("{word} in the console");
    for mut terms in std::iter::once(now).chain(terms::scheduled(versions, soon).map(as_set)) {
        change(&mut terms);
        person.settle(reason(sent, &fallback), Fact::TermsSet(terms)).await?;
    }
    Ok(())
}

fn as_set(terms: &Terms) -> TermsSet {
    let Terms { program, partner, starts_at, ends_at, standing, rules, .. } = terms.clone();
    TermsSet { program, partner, starts_at, ends_at, standing, rules, needs_acceptance: false }
}

fn reason<'a>(sent: &'a Fields, fallback: &'a str) -> &'a str {
    let typed = sent.get("reason");
    if typed.is_empty() { fallback } else { typed }
}

/// The end of the last day, or now.
fn end(person: &Person, program: &Program, text: &str) -> Result<Timestamp, Failure> {
    let soon = terms::soon(person);
    if text.is_empty() {
        return Ok(soon);
    }
    let day = format::parse_day(text).ok_or_else(|| Failure::Invalid(format!("{text:?} is not a day.")))?;
    let end = program.zone.start_of(Day(day.0.saturating_add(1)));
    if end < soon { Err(Failure::Invalid("A contract can't end in the past.".into())) } else { Ok(end) }
}
