//! Which clicks a screen is about: in its address, in its forms, and in words.

use maud::{Markup, html};
use referee_core::fact::PayableFilter;
use referee_core::program::Program;
use referee_core::refusal::Refusal;
use referee_core::row::{GroupBy, PayableState};

use super::super::form::Fields;
use super::super::format;
use super::super::person::{Failure, Person};
use crate::pending_clicks::{NOTHING_FOUND, PendingWords, state_name};

/// The word for a link that was followed from no page.
const NO_REFERRER: &str = "NONE";
const LANDED: &str = "seen";
const NOT_LANDED: &str = "not-seen";

/// What an address or a form asks for, each field as it was typed.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    fields: [String; NAMES.len()],
}

pub const NAMES: [&str; 10] =
    ["program", "partner", "day", "from", "until", "reason", "network", "referrer", "landed", "state"];

impl Asked {
    pub fn of(sent: &Fields) -> Asked {
        Asked { fields: NAMES.map(|name| sent.get(name).to_owned()) }
    }

    pub fn get(&self, name: &str) -> &str {
        let place = NAMES.iter().position(|it| *it == name);
        place.map_or("", |place| self.fields[place].as_str())
    }

    /// The same with something else in one field; nothing: whatever it is.
    pub fn with(&self, name: &str, value: impl Into<String>) -> Asked {
        let mut other = self.clone();
        if let Some(place) = NAMES.iter().position(|it| *it == name) {
            other.fields[place] = value.into();
        }
        other
    }

    fn filled(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let pairs = NAMES.iter().zip(&self.fields).map(|(name, value)| (*name, value.as_str()));
        pairs.filter(|(_, value)| !value.is_empty())
    }

    /// Whether anything but the program narrows it.
    pub fn is_narrowed(&self) -> bool {
        self.filled().any(|(name, _)| name != "program")
    }

    /// Where these clicks are shown.
    pub fn address(&self, more: &[(&str, &str)]) -> String {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        pairs.extend_pairs(self.filled()).extend_pairs(more);
        format!("/pending-clicks?{}", pairs.finish())
    }

    /// For a form that asks for the same.
    pub fn hidden(&self) -> Markup {
        html! { @for (name, value) in self.filled() { input type="hidden" name=(name) value=(value); } }
    }

    pub fn program<'a>(&self, person: &'a Person) -> Option<&'a Program> {
        let programs = &person.config.programs;
        let named = programs.values().find(|it| it.id.to_string() == self.get("program"));
        let paying = programs.values().find(|it| person.config.click_event_type(it.id).is_some());
        named.or(paying).or_else(|| programs.values().next())
    }

    pub fn state(&self) -> PayableState {
        match self.get("state") {
            "accepted" => PayableState::Accepted,
            "rejected" => PayableState::Rejected,
            _ => PayableState::Pending,
        }
    }

    /// What it means, or a sentence that says what is wrong with it.
    pub fn filter(&self) -> Result<PayableFilter, String> {
        let text = |name| Some(self.get(name).to_owned()).filter(|text| !text.is_empty());
        let partner = text("partner").map(|id| id.parse().map_err(|_| format!("{id:?} is no partner.")));
        let landed = match self.get("landed") {
            "" => None,
            LANDED => Some(true),
            NOT_LANDED => Some(false),
            other => return Err(format!("{other:?}: landed is {LANDED} or {NOT_LANDED}.")),
        };
        let referrer = text("referrer");
        let host = |host: String| if host == NO_REFERRER { String::new() } else { host.to_ascii_lowercase() };
        let words = PendingWords {
            partner_id: partner.transpose()?,
            day: text("day"),
            from: text("from"),
            until: text("until"),
            reason: text("reason"),
            network: text("network"),
            referrer: referrer.map(host),
            landed,
            state: Some(state_name(self.state()).to_owned()),
            click_ids: Vec::new(),
        };
        words.read().map_err(|(field, message)| format!("{}: {message}", label(field)))
    }

    pub fn wanted(&self) -> Result<PayableFilter, Failure> {
        self.filter().map_err(Failure::Invalid)
    }
}

/// What a field is called on the screen.
fn label(field: &str) -> &str {
    match field {
        "day" => "Day",
        "from" => "From",
        "until" => "Until",
        "reason" => "Found",
        "network" => "Network",
        other => other,
    }
}

/// The field by which the clicks of a group are asked for, and what it holds for one.
pub fn field_of(by: GroupBy, value: &str) -> (&'static str, String) {
    let or = |none: &str| if value.is_empty() { none.to_owned() } else { value.to_owned() };
    match by {
        GroupBy::Reason => ("reason", or(NOTHING_FOUND)),
        GroupBy::Network => ("network", value.to_owned()),
        GroupBy::Referrer => ("referrer", or(NO_REFERRER)),
        GroupBy::Landing => ("landed", or(NOT_LANDED)),
    }
}

/// What was found of clicks, in words.
pub fn found_words(found: Option<Refusal>) -> &'static str {
    found.map_or("Nothing was found", Refusal::brand_sentence)
}

/// What the clicks of a group have in common, in words.
pub fn value_words(by: GroupBy, value: &str) -> String {
    match by {
        GroupBy::Reason => {
            let code = Refusal::ALL.iter().copied().find(|it| it.code() == value);
            found_words(code).to_owned()
        }
        GroupBy::Referrer if value.is_empty() => "No referrer".to_owned(),
        GroupBy::Landing if value.is_empty() => "No page of the shop seen".to_owned(),
        GroupBy::Landing => "A page of the shop seen".to_owned(),
        GroupBy::Network | GroupBy::Referrer => value.to_owned(),
    }
}

/// A filter as people say it.
pub fn sentence(person: &Person, filter: &PayableFilter) -> String {
    if !filter.clicks.is_empty() {
        let count = i64::try_from(filter.clicks.len()).unwrap_or(i64::MAX);
        return if count == 1 {
            "1 click by its number".into()
        } else {
            format!("{} clicks by their numbers", format::number(count))
        };
    }
    let mut parts: Vec<String> = filter.partner.map(|id| person.partner_name(id)).into_iter().collect();
    match (filter.from, filter.until) {
        (Some(from), Some(until)) if from == until => parts.push(format::day(from)),
        (Some(from), Some(until)) => parts.push(format!("{} to {}", format::day(from), format::day(until))),
        (Some(from), None) => parts.push(format!("from {} on", format::day(from))),
        (None, Some(until)) => parts.push(format!("until {}", format::day(until))),
        (None, None) => {}
    }
    parts.extend(filter.found.map(|code| code.map_or_else(|| "nothing found".to_owned(), |it| it.code().to_owned())));
    parts.extend(filter.network.map(|it| format!("network {it:016x}")));
    parts.extend(
        filter.referrer.as_ref().map(|it| if it.is_empty() { "no referrer".to_owned() } else { format!("from {it}") }),
    );
    parts.extend(filter.landed.map(|seen| if seen { "landing seen" } else { "no landing seen" }.to_owned()));
    parts.extend(filter.state.filter(|it| *it != PayableState::Pending).map(|it| state_name(it).to_owned()));
    if parts.is_empty() { "All clicks of open days".to_owned() } else { parts.join(", ") }
}

/// Where nothing waits in one program, something may in another.
pub fn other_programs(person: &Person, asked: &Asked) -> Markup {
    html! {
        @if person.config.programs.len() > 1 {
            form.filter method="get" action="/pending-clicks" {
                (super::super::partners::program_filter(person, asked.get("program").parse().ok(), None))
                button { "Show" }
            }
        }
    }
}

/// The form above the list.
pub fn form(person: &Person, asked: &Asked, reasons: &[String]) -> Markup {
    let option = |value: &str, name: &str, field: &str| {
        html! { option value=(value) selected[asked.get(field) == value] { (name) } }
    };
    // What an address names stays chosen, also where there is none of it.
    let named = Some(asked.get("reason")).filter(|it| !it.is_empty() && !reasons.iter().any(|code| code == it));
    html! {
        form.filter method="get" action="/pending-clicks" {
            (super::super::partners::program_filter(person, asked.get("program").parse().ok(), None))
            label { "Partner" (super::super::partners::choice(person, asked.get("partner").parse().ok(), Some("All"))) }
            label { "Day" input type="date" name="day" value=(asked.get("day")); }
            label { "or from" input type="date" name="from" value=(asked.get("from")); }
            label { "until" input type="date" name="until" value=(asked.get("until")); }
            label { "Found" select name="reason" {
                option value="" { "All" }
                @for code in reasons.iter().map(String::as_str).chain(named) { (option(code, code, "reason")) }
            } }
            label { "Referrer" input type="search" name="referrer" placeholder="blog.example" maxlength="255" value=(asked.get("referrer")); }
            label { "Network" input type="search" name="network" maxlength="16" value=(asked.get("network")); }
            label { "Landing page" select name="landed" {
                option value="" { "All" }
                (option(LANDED, "Seen", "landed"))
                (option(NOT_LANDED, "Not seen", "landed"))
            } }
            label { "State" select name="state" {
                option value="" { "Pending" }
                (option("accepted", "Accepted", "state"))
                (option("rejected", "Rejected", "state"))
            } }
            button accesskey="f" { "Filter" }
            @if asked.is_narrowed() { a.underlined.aside href=(Asked::default().with("program", asked.get("program")).address(&[])) { "Show all" } }
        }
    }
}
