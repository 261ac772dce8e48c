//! A page of the brand's site was seen: by the tag, by the pixel, or said by the brand's server.

use referee_core::config::Config;
use referee_core::consent::{ConsentWord, permits};
use referee_core::fact::{Fact, Visit};
use referee_core::id::ClickNo;
use referee_core::program::{Program, Source};
use referee_core::refusal::Refusal;
use referee_core::time::Timestamp;
use url::Url;

use super::click::{cut, without_query};
use super::click_id::seal_journey;
use super::consent::{self, Place, Said};
use super::drop_reason::{DropReason, FieldError};
use super::event_date::event_date;
use super::fields::Fields;
use super::identifier::journey;
use super::install_referrer;
use super::keys::BrandKeys;
use super::person::{Person, PersonContext, person};
use super::report::{CLICK_FIELDS, Taken, Warning, program, reported_click};
use crate::limits::URL_CHARS_MAX;

/// Names under which senders put the page.
pub const PAGE_FIELDS: [&str; 3] = ["PageUrl", "page_url", "page"];

pub struct PageLoadContext<'a> {
    pub config: &'a Config,
    pub keys: &'a BrandKeys,
    pub source: Source,
    pub now: Timestamp,
    pub visitor: Option<&'a str>,
    /// A number for an id to hand out, if the page brings none.
    pub new_no: ClickNo,
    /// Where the visitor is; zeros: not known.
    pub country: [u8; 2],
}

/// What was taken, and the click id that the page goes on with.
pub struct PageLoad {
    pub taken: Taken,
    /// Empty where the visitor said no.
    pub click_id: String,
    /// The visitor may be known again.
    pub followed: bool,
    /// Whether there is anything to keep: of a visitor who said no, there is not.
    pub is_kept: bool,
    /// The visitor said no themselves: a cookie of an earlier yes goes.
    pub taken_back: bool,
}

pub fn page_load(fields: &Fields, context: &PageLoadContext<'_>) -> Result<PageLoad, Vec<FieldError>> {
    let program = program(fields, context.config).map_err(|error| vec![error])?;
    let mut warnings = Vec::new();
    let occurred_at = occurred_at(fields, program, context.now).unwrap_or_else(|warning| {
        warnings.push(warning);
        context.now
    });
    let page = fields.get(&PAGE_FIELDS).unwrap_or_default();
    // What the request brings of the click that led here comes before what was kept of an earlier one.
    let in_request = click_id_in(page, program).or_else(|| install_referrer::click_id(fields, program));
    let id = in_request.as_deref().or(fields.get(&CLICK_FIELDS));
    let click = reported_click(id, context.keys, program.id);
    if click.forged {
        let warning = Warning::new("ClickId", "It is not one of this program's click ids and was left out.");
        warnings.push(Warning { code: Some(Refusal::ClickForged.code()), ..warning });
    }
    let place = Place {
        rules: context.config.consent.get(&program.id),
        country: context.country,
        of_visitor: context.source.is_browser(),
    };
    let reward = click.click.is_some_and(|click| context.config.is_reward(click.partner));
    let consent = consent::for_partner(consent::decide(&Said::of_fields(fields), place), reward);
    let followed = permits(consent.as_ref());
    let is_kept = followed || consent.as_ref().is_some_and(|it| it.word == ConsentWord::Limited);
    let good = id.filter(|_| is_kept && (click.click.is_some() || click.journey.is_some()));
    let (click_id, issued) = match good {
        Some(id) => (id.to_owned(), None),
        None if !followed => (String::new(), None),
        None => {
            let id = seal_journey(context.keys, program.id, context.new_no).unwrap_or_default();
            (id, Some(journey(context.keys, context.new_no)))
        }
    };
    let PageLoadContext { config, keys, visitor, .. } = *context;
    let person = if followed {
        person(fields, &PersonContext { config, keys, visitor, journey: click.journey })
    } else {
        warnings.push(Warning::of_consent());
        Person::default()
    };
    warnings.extend(person.warnings);
    let taken_back = consent::is_taken_back(consent.as_ref());
    let visit = Visit {
        program: program.id,
        source: context.source,
        click: click.click,
        identifiers: person.identifiers,
        aliases: person.aliases,
        left_out: person.left_out,
        issued,
        path: path_of(page),
        consent,
    };
    let taken = Taken { fact: Fact::VisitRecorded(visit), occurred_at, warnings };
    Ok(PageLoad { taken, click_id, followed, is_kept, taken_back })
}

/// A page was seen, whatever its sender's clock says: one that is wrong counts as now.
fn occurred_at(fields: &Fields, program: &Program, now: Timestamp) -> Result<Timestamp, Warning> {
    let Some(text) = fields.get(&["EventDate", "event_date"]) else { return Ok(now) };
    event_date(text, &program.zone, now).map_err(|why| {
        let message = format!("EventDate can't be taken: {why}. The page counts as seen now.");
        Warning { code: Some(DropReason::BadDate.code()), ..Warning::new("EventDate", &message) }
    })
}

/// The click id in a page's address, under the program's own name or one that moved along from elsewhere.
fn click_id_in(page: &str, program: &Program) -> Option<String> {
    let url = Url::parse(page).ok()?;
    let names = [program.click_param.as_str()].into_iter().chain(install_referrer::CLICK_PARAMS);
    let found = |name: &str| url.query_pairs().find(|(key, _)| key.eq_ignore_ascii_case(name));
    names.into_iter().find_map(found).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// Only the path is kept: a query may hold anything.
fn path_of(page: &str) -> String {
    let path = match Url::parse(page) {
        Ok(url) => url.path().to_owned(),
        Err(_) => without_query(page).to_owned(),
    };
    cut(&path, URL_CHARS_MAX)
}
