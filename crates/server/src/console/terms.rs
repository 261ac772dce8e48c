//! Terms: how a form asks for them, and the versions there are, of a program's template and of a contract.

use maud::{Markup, html};
use referee_core::agreement::Status;
use referee_core::config::TermsInForce;
use referee_core::contract::{EventPayout, Payout, ReturnPolicy, Returns, Terms, TermsRules};
use referee_core::id::{EventTypeId, PartnerId};
use referee_core::list;
use referee_core::locking::Locking;
use referee_core::program::{Category, EventType, Program, Standing};
use referee_core::time::Timestamp;
use referee_engine::intake::amount;
use referee_engine::intake::click_terms::ClickFault;
use referee_engine::intake::terms::{self as written, most_returned, payout_text};
use referee_engine::limits::{LOCK_MONTHS_MAX, VIEW_WINDOW_HOURS_MAX};

use super::click_terms::{self, event_name};
use super::exceptions;
use super::form::Fields;
use super::format;
use super::person::{Failure, Person};
use super::returns;
use super::table::{Table, cell, date_cell, minor, shown_cell, text};
use crate::pricing;

/// Terms set now start a moment ahead, so that the record that sets them is not already late.
const AHEAD_MS: i64 = 1_000;

/// The moment from which on terms that are set now hold; screens show what holds then.
pub fn soon(person: &Person) -> Timestamp {
    person.app.engine.now().plus_ms(AHEAD_MS)
}

pub fn versions_of<'a>(person: &'a Person, program: &Program, partner: Option<PartnerId>) -> &'a [Terms] {
    person.config.terms.get(&(program.id, partner)).map_or(&[], Vec::as_slice)
}

/// Of the versions that bind by then, the one that bound last; of equals, the newest.
pub fn in_force(versions: &[Terms], at: Timestamp) -> Option<&Terms> {
    let bound = versions.iter().filter_map(|it| Some((it.binds_from().filter(|from| *from <= at)?, it)));
    bound.max_by_key(|(from, it)| (*from, it.version)).map(|(_, it)| it)
}

/// The rules that hold for a partner, or of the template: where a contract has none of its own, the template's.
pub fn rules_now<'a>(person: &'a Person, program: &Program, partner: Option<PartnerId>) -> Option<&'a TermsRules> {
    let own = partner.and_then(|partner| in_force(versions_of(person, program, Some(partner)), soon(person)));
    let template = in_force(versions_of(person, program, None), soon(person));
    own.and_then(|terms| terms.rules.as_ref()).or_else(|| template.and_then(|terms| terms.rules.as_ref()))
}

/// The versions that will follow, each unless another replaced it.
pub fn scheduled(versions: &[Terms], at: Timestamp) -> impl Iterator<Item = &Terms> {
    let is_last =
        |it: &&Terms, from: Timestamp| in_force(versions, from).is_some_and(|last| last.version == it.version);
    versions.iter().filter(move |it| it.binds_from().is_some_and(|from| from > at && is_last(it, from)))
}

pub fn event_types_of<'a>(person: &'a Person, program: &Program) -> impl Iterator<Item = &'a EventType> {
    let id = program.id;
    person.config.event_types.values().filter(move |it| it.program == id)
}

/// What holds now, in a sentence and a list.
pub fn lines(person: &Person, program: &Program, terms: &TermsInForce<'_>) -> Markup {
    html! {
        p.muted {
            @if terms.of_template { "By the program's template, version " }
            @else if person.partner.is_some() { "Your own terms, version " } @else { "Its own terms, version " } (terms.version)
            ". Clicks count for " (terms.rules.referral_window_days) " days, actions lock " (locking_words(terms.rules.locking)) "."
            @if let Some(hours) = terms.rules.view_window_hours { " Impressions count for " (hours) " hours." }
            @if let Some(words) = returns::sentence(terms.rules.returns) { " " (words) }
            @if terms.rules.notice_days > 0 { " " (notice_words(terms.rules)) "." }
        }
        @if terms.rules.payouts.is_empty() { p { "Nothing is paid under these terms." } }
        ul.plain-list { @for line in &terms.rules.payouts {
            li { (event_name(person, program, line.event_type)) ": " b { (format::payout(line.payout, program.currency)) }
                @let rules = pricing::rules(line, program.currency, &list_name(person, program));
                @if !rules.is_empty() { ul { @for rule in rules { li { (rule) } } } }
            }
        } }
    }
}

fn notice_words(rules: &TermsRules) -> String {
    match rules.notice_days {
        0 => "Changes bind at once".into(),
        1 => "Changes bind one day after they are set".into(),
        days => format!("Changes bind {days} days after they are set"),
    }
}

/// All that rules say, a sentence each, so that two of them can be held against each other.
pub fn sentences(person: &Person, program: &Program, rules: &TermsRules) -> Vec<String> {
    let views = rules
        .view_window_hours
        .map_or("Impressions earn nothing".into(), |hours| format!("Impressions count for {hours} hours"));
    let mut all = vec![
        format!("Clicks count for {} days", rules.referral_window_days),
        views,
        format!("Actions lock {}", locking_words(rules.locking)),
        notice_words(rules),
        returns::sentence(rules.returns)
            .map_or("Whatever is returned is taken back".into(), |it| it.trim_end_matches('.').to_owned()),
    ];
    for line in &rules.payouts {
        let name = event_name(person, program, line.event_type);
        all.push(format!("{name} pays {}", format::payout(line.payout, program.currency)));
        all.extend(
            pricing::rules(line, program.currency, &list_name(person, program))
                .iter()
                .map(|rule| format!("{name}, {rule}")),
        );
    }
    all
}

/// What an offer would change, in words, and when.
pub fn differences(person: &Person, program: &Program, partner: PartnerId, offer: &Terms) -> Markup {
    let rules_of = |rules: Option<&TermsRules>| rules.map(|it| sentences(person, program, it)).unwrap_or_default();
    let template = in_force(versions_of(person, program, None), soon(person)).and_then(|it| it.rules.as_ref());
    let now = person.config.terms_at(program.id, partner, soon(person)).ok().map(|it| it.rules);
    let (before, after) = (rules_of(now), rules_of(offer.rules.as_ref().or(template)));
    let without =
        |all: &[String], others: &[String]| all.iter().filter(|it| !others.contains(it)).cloned().collect::<Vec<_>>();
    let (gone, new) = (without(&before, &after), without(&after, &before));
    html! {
        p { "From " (format::date(offer.starts_at, &program.zone)) " on, or from the day of acceptance if that is later"
            @if let Some(end) = offer.ends_at { ", until " (format::date(end.plus_ms(-1), &program.zone)) } "." }
        @if gone.is_empty() && new.is_empty() { p { "The rules stay as they are." } }
        @if !new.is_empty() { p { b { "New" } } ul.plain-list { @for it in &new { li { (it) } } } }
        @if !gone.is_empty() { p { b { "No longer" } } ul.plain-list { @for it in &gone { li { (it) } } } }
    }
}

fn list_name<'a>(person: &'a Person, program: &'a Program) -> impl Fn(u32) -> &'a str {
    |id| list::name_of(&person.config.lists, program.id, id)
}

/// All versions, the newest first, with what each pays.
pub fn history(person: &Person, program: &Program, versions: &[Terms]) -> Markup {
    let now = soon(person);
    let columns = vec![
        text("Version"),
        text("From"),
        text("State"),
        minor("Clicks count"),
        minor("Impressions count"),
        minor("Locks"),
        minor("Pays"),
    ];
    let row = |it: &Terms| {
        let days = |of: fn(&TermsRules) -> u32| it.rules.as_ref().map(|rules| format!("{} days", of(rules)));
        let hours = |rules: &TermsRules| rules.view_window_hours.map_or("no".into(), |hours| format!("{hours} hours"));
        let views = it.rules.as_ref().map(hours);
        let (class, state) = state(person, it, now, program);
        vec![
            cell(it.version.to_string()),
            date_cell(it.starts_at, &program.zone),
            shown_cell(html! { span class=(class) { (state) } }, state.clone()),
            cell(days(|rules| rules.referral_window_days).unwrap_or_default()),
            cell(views.unwrap_or_default()),
            cell(it.rules.as_ref().map(|rules| locking_words(rules.locking)).unwrap_or_default()),
            cell(pays(person, program, it)),
        ]
    };
    Table { columns, rows: versions.iter().rev().map(row).collect() }.bare()
}

fn pays(person: &Person, program: &Program, terms: &Terms) -> String {
    let Some(rules) = &terms.rules else { return "as the template".into() };
    let line = |it: &EventPayout| {
        let rules = it.groups.len() + it.restrictions.len() + it.adjustments.len();
        let more = if rules > 0 { format!(" and {rules} rules") } else { String::new() };
        let payout = format::payout(it.payout, program.currency);
        format!("{} {payout}{more}", event_name(person, program, it.event_type))
    };
    let lines: Vec<String> = rules.payouts.iter().map(line).collect();
    if lines.is_empty() { "nothing".into() } else { lines.join(", ") }
}

/// What a version is, with the colour of its tag.
fn state(person: &Person, terms: &Terms, now: Timestamp, program: &Program) -> (&'static str, String) {
    let status = person.config.status(terms, now);
    let word = match (status, terms.ends_at) {
        (Status::Active, Some(end)) => format!("Active until {}", format::date(end.plus_ms(-1), &program.zone)),
        _ => status_word(status).to_owned(),
    };
    (status_class(status), word)
}

pub fn status_tag(status: Status) -> Markup {
    html! { span class=(status_class(status)) { (status_word(status)) } }
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "Active",
        Status::Paused => "Paused",
        Status::Pending => "Pending: offered",
        Status::Upcoming => "Upcoming",
        Status::Declined => "Declined",
        Status::Withdrawn => "Withdrawn",
        Status::Expired => "Expired",
    }
}

fn status_class(status: Status) -> &'static str {
    match status {
        Status::Active => "tag locked",
        Status::Pending | Status::Upcoming => "tag pending",
        Status::Paused | Status::Declined => "tag reversed",
        Status::Withdrawn | Status::Expired => "tag",
    }
}

/// What a form for a new version is filled with.
#[derive(Default)]
pub struct Filled<'a> {
    pub known: Option<&'a TermsRules>,
    /// Of a form that came back.
    pub faults: &'a [ClickFault],
    pub starts: &'a str,
}

/// The fields of a form for a new version, filled with what holds now: what is left as it is stays as it is.
pub fn fields(person: &Person, program: &Program, known: Option<&TermsRules>) -> Markup {
    filled(person, program, &Filled { known, ..Filled::default() })
}

pub fn filled(person: &Person, program: &Program, filled: &Filled<'_>) -> Markup {
    let known = filled.known;
    let (of_clicks, others): (Vec<&EventType>, Vec<&EventType>) =
        event_types_of(person, program).partition(|it| it.category == Category::Click);
    let payout = |id| {
        known.and_then(|rules| rules.payout(id)).map(|it| payout_text(it.payout, program.currency)).unwrap_or_default()
    };
    html! {
        div.pair {
            label { "Days after a click in which an event counts for it"
                input type="number" name="referral_window_days" min="0" max="365" required value=(known.map_or(30, |it| it.referral_window_days)); }
            label { "Hours after an impression in which an event counts for it (empty: impressions earn nothing)"
                input type="number" name="view_window_hours" min="1" max=(VIEW_WINDOW_HOURS_MAX) value=[known.and_then(|it| it.view_window_hours)]; }
        }
        (locking_fields(known.map_or(Locking::After { days: 30 }, |it| it.locking)))
        label { "Days of notice before a change of these terms binds, unless the partner accepts it"
            input type="number" name="notice_days" min="0" max="365" value=(known.map_or(0, |it| it.notice_days)); }
        (return_fields(known.map(|it| it.returns).unwrap_or_default(), program))
        fieldset {
            legend { "Pays per event: a rate such as 8%, an amount in " (program.currency.to_string()) " such as 2.00, or nothing" }
            div.pair { @for event_type in others {
                label { (event_type.name) @if event_type.standing == Standing::Paused { " (paused)" }
                    input name={ "payout_" (event_type.id) } autocomplete="off" value=(payout(event_type.id)); }
            } }
            @if event_types_of(person, program).next().is_none() { p.muted { "Add an event type first: it is what partners are paid for." } }
        }
        @for event_type in of_clicks { (click_terms::fields(program, event_type, filled)) }
        (exceptions::fields(person, program, |id| known.and_then(|rules| rules.payout(id)).cloned()))
        label { "First day (empty: as soon as may be)" input type="date" name="starts" value=(filled.starts); }
    }
}

fn return_fields(now: Returns, program: &Program) -> Markup {
    let most = now.most_ppm.map(|ppm| payout_text(Payout::Rate { ppm }, program.currency)).unwrap_or_default();
    let policies = [
        (ReturnPolicy::Always, "always", "Whatever is returned is taken back"),
        (ReturnPolicy::Consent, "consent", "Only with the partner's consent"),
        (ReturnPolicy::Never, "none", "Nothing is taken back"),
    ];
    html! {
        div.pair {
            label { "Returns before actions lock (fraud, tests and details that are not valid are always taken back)"
                select name="return_policy" { @for (policy, name, words) in policies { option value=(name) selected[policy == now.policy] { (words) } } } }
            label { "The most of a month's payouts that returns take, such as 20% (empty: all)"
                input name="most_returns" autocomplete="off" value=(most); }
        }
    }
}

fn returns_sent(sent: &Fields, known: Option<&TermsRules>) -> Result<Returns, Failure> {
    let policy = match sent.get("return_policy") {
        "" => return Ok(known.map(|rules| rules.returns).unwrap_or_default()),
        "always" => ReturnPolicy::Always,
        "consent" => ReturnPolicy::Consent,
        "none" => ReturnPolicy::Never,
        _ => return Err(Failure::Invalid("Returns are taken back always, with consent, or not at all.".into())),
    };
    let most_ppm = most_returned(sent.get("most_returns")).map_err(|fault| Failure::Invalid(fault.message))?;
    Ok(Returns { policy, most_ppm })
}

fn locking_words(locking: Locking) -> String {
    let count = |number: u32, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    match locking {
        Locking::After { days } => format!("after {}", count(days, "day")),
        Locking::MonthEnd { months: 0, days } => format!("{} after the month's end", count(days, "day")),
        Locking::MonthEnd { months, days } => {
            format!("{} and {} after the month's end", count(months, "month"), count(days, "day"))
        }
        Locking::Open => "when they are approved".into(),
    }
}

fn locking_fields(known: Locking) -> Markup {
    let (kind, months, days) = match known {
        Locking::After { days } => ("after", 0, days),
        Locking::MonthEnd { months, days } => ("month_end", months, days),
        Locking::Open => ("open", 0, 30),
    };
    let kinds = [
        ("after", "so many days after the event"),
        ("month_end", "so long after the end of the event's month"),
        ("open", "when we approve it"),
    ];
    html! {
        div.pair {
            label { "An action locks"
                select name="locking" { @for (value, words) in kinds { option value=(value) selected[value == kind] { (words) } } } }
            label { "Days until it locks"
                input type="number" name="lock_days" min="0" max="365" required value=(days); }
            label { "Whole months before these days, after a month's end"
                input type="number" name="lock_months" min="0" max=(LOCK_MONTHS_MAX) value=(months); }
        }
    }
}

fn locking(sent: &Fields) -> Result<Locking, Failure> {
    match sent.get("locking") {
        "open" => Ok(Locking::Open),
        "month_end" => {
            let months = sent.get("lock_months").parse().ok().filter(|months| *months <= LOCK_MONTHS_MAX);
            let wrong = || Failure::Invalid(format!("The months are a whole number up to {LOCK_MONTHS_MAX}."));
            Ok(Locking::MonthEnd { months: months.ok_or_else(wrong)?, days: days(sent, "lock_days")? })
        }
        "" | "after" => Ok(Locking::After { days: days(sent, "lock_days")? }),
        _ => Err(Failure::Invalid("An action locks after days, after a month's end, or when it is approved.".into())),
    }
}

fn days(sent: &Fields, name: &str) -> Result<u32, Failure> {
    let days = sent.get(name).parse().ok().filter(|days| *days <= 365);
    days.ok_or_else(|| Failure::Invalid("Days are a whole number up to 365.".into()))
}

/// A form for all rules as text, filled with what holds now.
pub fn text_fields(person: &Person, program: &Program, known: Option<&TermsRules>) -> Markup {
    filled_text(person, program, &Filled { known, ..Filled::default() })
}

pub fn filled_text(person: &Person, program: &Program, filled: &Filled<'_>) -> Markup {
    let written = filled.known.map(|rules| written::write(rules, &person.config, program.id));
    let lists: Vec<String> = list::newest_of(&person.config.lists, program.id)
        .map(|it| format!("{} ({})", it.name, it.word.name()))
        .collect();
    let text = written.and_then(|it| serde_json::to_string_pretty(&it).ok()).unwrap_or_default();
    html! {
        label { "All rules, with payout groups, restrictions and adjustments"
            textarea name="text" rows="16" spellcheck="false" required { (text) } }
        @if !lists.is_empty() { p.muted { "Lists that they can name, as in " code { "{ \"variable\": \"sku\", \"in_list\": \"Name\" }" } ": " (lists.join(", ")) "." } }
        p.muted { a.underlined href="/docs/reference/terms" { "How terms are written" } ". To try them first: " code { "referee terms test FILE --order ORDER" } }
        label { "First day (empty: as soon as may be)" input type="date" name="starts" value=(filled.starts); }
    }
}

/// What a form says: the rules written down, or the fields. Of what holds now, the rules that fields do not show stay.
pub fn rules(
    person: &Person,
    program: &Program,
    sent: &Fields,
    known: Option<&TermsRules>,
) -> Result<TermsRules, Failure> {
    match sent.get("text") {
        "" => {
            let mut rules = by_fields(sent, known)?;
            for it in &mut rules.payouts {
                exceptions::chosen(person, program, sent, it)?;
                click_terms::chosen(person, program, sent, it)?;
            }
            Ok(rules)
        }
        text => written::read(text, &person.config, program.id)
            .map_err(|fault| Failure::Invalid(format!("The rules can't be taken. {fault}"))),
    }
}

fn by_fields(sent: &Fields, known: Option<&TermsRules>) -> Result<TermsRules, Failure> {
    let (referral_window_days, locking) = (days(sent, "referral_window_days")?, locking(sent)?);
    let view_window_hours = match sent.get("view_window_hours") {
        "" => None,
        text => {
            let hours = text.parse().ok().filter(|hours| (1..=VIEW_WINDOW_HOURS_MAX).contains(hours));
            let wrong =
                || Failure::Invalid(format!("The hours of impressions are 1 to {VIEW_WINDOW_HOURS_MAX}, or empty."));
            Some(hours.ok_or_else(wrong)?)
        }
    };
    let payouts = sent.numbered("payout_").map(|(id, text)| {
        let event_type = EventTypeId(id);
        let plain = EventPayout::plain(event_type, payout(text)?);
        let kept = known.and_then(|rules| rules.payout(event_type)).cloned();
        Ok(kept.map_or(plain.clone(), |kept| EventPayout { payout: plain.payout, ..kept }))
    });
    let notice_days = match sent.get("notice_days") {
        "" => known.map_or(0, |rules| rules.notice_days),
        _ => days(sent, "notice_days")?,
    };
    Ok(TermsRules {
        referral_window_days,
        view_window_hours,
        locking,
        notice_days,
        returns: returns_sent(sent, known)?,
        payouts: payouts.collect::<Result<_, Failure>>()?,
    })
}

/// `8%` or `2.00`.
fn payout(text: &str) -> Result<Payout, Failure> {
    let wrong = |why: amount::BadAmount| Failure::Invalid(format!("{text:?} is no payout: {why}."));
    let Some(percent) = text.trim().strip_suffix('%') else {
        return Ok(Payout::Fixed { amount: amount::amount(text).map_err(wrong)? });
    };
    let percent = amount::amount(percent).map_err(wrong)?;
    let ppm = u32::try_from(percent.0 / 100).ok().filter(|ppm| *ppm <= 1_000_000);
    let ppm = ppm.ok_or_else(|| Failure::Invalid("A rate is at most 100 %.".into()))?;
    Ok(Payout::Rate { ppm })
}

/// When a new version starts. Only the first of its kind may start in the past: there is nothing yet that it re-prices. Later
/// ones keep the notice, unless they are offered.
pub fn start(
    person: &Person,
    program: &Program,
    partner: Option<PartnerId>,
    sent: &Fields,
    offered: bool,
) -> Result<Timestamp, Failure> {
    let (soon, text) = (soon(person), sent.get("starts"));
    let first = versions_of(person, program, partner).is_empty();
    let change = person.config.earliest_change(program.id, partner, soon).filter(|_| !offered);
    let earliest = change.unwrap_or(soon);
    if text.is_empty() {
        return Ok(earliest);
    }
    let day = format::parse_day(text).ok_or_else(|| Failure::Invalid(format!("{text:?} is not a day.")))?;
    let (start, first_day) = (program.zone.start_of(day), program.zone.day(earliest));
    if first || day.0 >= first_day.0 {
        return Ok(if first { start } else { start.max(earliest) });
    }
    if day.0 < program.zone.day(soon).0 {
        return Err(Failure::Invalid("Terms can't start in the past: what has happened keeps its price.".into()));
    }
    let binds = format::date(earliest, &program.zone);
    Err(Failure::Invalid(format!(
        "A change keeps its notice: it binds on {binds} at the earliest. Choose that day or a later one, or offer the terms for the partner to accept."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use referee_core::contract::Agreement;
    use referee_core::id::ProgramId;
    use referee_core::money::Money;

    #[test]
    fn payouts_are_read_as_they_are_typed() {
        assert_eq!(payout("8%").unwrap(), Payout::Rate { ppm: 80_000 });
        assert_eq!(payout("12.5 %").unwrap(), Payout::Rate { ppm: 125_000 });
        assert_eq!(payout("2.00").unwrap(), Payout::Fixed { amount: Money(2_000_000) });
        for text in ["101%", "-1", "much", "%"] {
            assert!(payout(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lockings_are_read_as_they_are_chosen() {
        let read = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            locking(&Fields(pairs.collect())).ok()
        };
        assert_eq!(read(&[("lock_days", "10")]), Some(Locking::After { days: 10 }));
        let month_end = [("locking", "month_end"), ("lock_months", "1"), ("lock_days", "27")];
        assert_eq!(read(&month_end), Some(Locking::MonthEnd { months: 1, days: 27 }));
        assert_eq!(read(&[("locking", "open")]), Some(Locking::Open));
        assert_eq!(read(&[("locking", "month_end"), ("lock_months", "13"), ("lock_days", "1")]), None);
        assert_eq!(read(&[("locking", "after"), ("lock_days", "366")]), None);
        assert_eq!(read(&[("locking", "never"), ("lock_days", "1")]), None);
    }

    #[test]
    fn a_version_that_was_replaced_before_it_began_is_not_scheduled() {
        let terms = |version, starts_at| Terms {
            program: ProgramId(1),
            partner: None,
            version,
            starts_at: Timestamp(starts_at),
            ends_at: None,
            standing: Standing::Active,
            agreement: Agreement::Unasked,
            rules: None,
        };
        let versions = [terms(1, 0), terms(2, 100), terms(3, 100), terms(4, 50)];
        let ahead = |at| scheduled(&versions, Timestamp(at)).map(|it| it.version).collect::<Vec<_>>();
        assert_eq!(ahead(10), [3, 4]);
        assert_eq!(in_force(&versions, Timestamp(70)).map(|it| it.version), Some(4));
        assert_eq!(in_force(&versions, Timestamp(100)).map(|it| it.version), Some(3));
    }
}
