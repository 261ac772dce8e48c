//! Which pending clicks somebody means, in words: of an address, a form or JSON.

use referee_core::fact::PayableFilter;
use referee_core::id::{ClickNo, PartnerId};
use referee_core::refusal::Refusal;
use referee_core::row::PayableState;
use referee_engine::intake::day::{day_text, parse_day};
use serde::{Deserialize, Serialize};

/// Clicks that one review names by their ids. More are named by what they have in common.
pub const CLICKS_NAMED_MAX: usize = 10_000;
/// The word for clicks that nothing was found of.
pub const NOTHING_FOUND: &str = "NONE";

/// All that is named must hold; what is empty or left out is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PendingWords {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<u32>,
    /// One day, as `2026-11-27`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// A code of screening, or `NONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// 16 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The host that led to the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Whether a page of the shop was seen that brought the click's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed: Option<bool>,
    /// `pending`, `accepted` or `rejected`: only those that stand so when they are decided on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub click_ids: Vec<String>,
}

/// A field that can't be taken, and what it should be.
pub type Wrong = (&'static str, String);

impl PendingWords {
    pub fn read(&self) -> Result<PayableFilter, Wrong> {
        let day = |field, text: &Option<String>| match given(text).map(parse_day) {
            Some(None) => Err((field, "It is no day such as 2026-11-27.".to_owned())),
            day => Ok(day.flatten()),
        };
        let one = day("day", &self.day)?;
        if one.is_some() && (given(&self.from).is_some() || given(&self.until).is_some()) {
            return Err(("day", "Name one day, or from and until.".to_owned()));
        }
        Ok(PayableFilter {
            partner: self.partner_id.map(PartnerId),
            from: day("from", &self.from)?.or(one),
            until: day("until", &self.until)?.or(one),
            found: given(&self.reason).map(found_named).transpose()?,
            network: given(&self.network).map(network_named).transpose()?,
            referrer: self.referrer.clone(),
            landed: self.landed,
            state: given(&self.state).map(state_named).transpose()?,
            clicks: self.clicks()?,
        })
    }

    fn clicks(&self) -> Result<Vec<ClickNo>, Wrong> {
        if self.click_ids.len() > CLICKS_NAMED_MAX {
            let message = format!("Name at most {CLICKS_NAMED_MAX} clicks, or what they have in common.");
            return Err(("click_ids", message));
        }
        let named = |text: &String| text.parse().map(ClickNo).map_err(|_| text.clone());
        let read: Result<Vec<ClickNo>, String> = self.click_ids.iter().map(named).collect();
        let mut clicks = read.map_err(|text| ("click_ids", format!("{text:?} is no id of a click.")))?;
        clicks.sort_unstable();
        clicks.dedup();
        Ok(clicks)
    }
}

impl From<&PayableFilter> for PendingWords {
    fn from(filter: &PayableFilter) -> PendingWords {
        PendingWords {
            partner_id: filter.partner.map(|id| id.0),
            day: None,
            from: filter.from.map(day_text),
            until: filter.until.map(day_text),
            reason: filter.found.map(|code| code.map_or(NOTHING_FOUND, Refusal::code).to_owned()),
            network: filter.network.map(|it| format!("{it:016x}")),
            referrer: filter.referrer.clone(),
            landed: filter.landed,
            state: filter.state.map(|it| state_name(it).to_owned()),
            click_ids: filter.clicks.iter().map(ToString::to_string).collect(),
        }
    }
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

fn found_named(name: &str) -> Result<Option<Refusal>, Wrong> {
    if name.eq_ignore_ascii_case(NOTHING_FOUND) {
        return Ok(None);
    }
    let code = Refusal::ALL.iter().copied().find(|it| it.code().eq_ignore_ascii_case(name));
    code.map(Some).ok_or_else(|| ("reason", format!("{name:?} is no code of screening; {NOTHING_FOUND} is for none.")))
}

/// What can be decided on stands in one of three ways.
const STATES: [(PayableState, &str); 3] =
    [(PayableState::Pending, "pending"), (PayableState::Accepted, "accepted"), (PayableState::Rejected, "rejected")];

fn state_named(name: &str) -> Result<PayableState, Wrong> {
    let found = STATES.into_iter().find(|(_, it)| *it == name).map(|(state, _)| state);
    found.ok_or_else(|| ("state", "It is pending, accepted or rejected.".to_owned()))
}

pub fn state_name(state: PayableState) -> &'static str {
    STATES.into_iter().find(|(it, _)| *it == state).map_or("unpaid", |(_, name)| name)
}

fn network_named(text: &str) -> Result<u64, Wrong> {
    u64::from_str_radix(text, 16).map_err(|_| ("network", "It is 16 hexadecimal digits, as lists show it.".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_alike() {
        let words = PendingWords {
            partner_id: Some(7),
            from: Some("2026-11-01".into()),
            until: Some("2026-11-27".into()),
            reason: Some("DATA_CENTRE".into()),
            network: Some("00000000000000ff".into()),
            referrer: Some(String::new()),
            landed: Some(false),
            state: Some("pending".into()),
            click_ids: vec!["5".into(), "9".into()],
            ..PendingWords::default()
        };
        let filter = words.read().expect("they are words");
        assert_eq!(PendingWords::from(&filter), words);
        let nothing = PendingWords { reason: Some("none".into()), day: Some("2026-11-27".into()), ..words };
        assert_eq!(nothing.read().expect_err("a day and a span").0, "day");
        let nothing = PendingWords { from: None, until: None, ..nothing };
        let filter = nothing.read().expect("they are words");
        assert_eq!((filter.found, filter.from), (Some(None), filter.until));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |words: PendingWords| words.read().expect_err("it is wrong").0;
        let text = || Some("yesterday".to_owned());
        assert_eq!(wrong(PendingWords { day: text(), ..PendingWords::default() }), "day");
        assert_eq!(wrong(PendingWords { reason: text(), ..PendingWords::default() }), "reason");
        assert_eq!(wrong(PendingWords { network: text(), ..PendingWords::default() }), "network");
        assert_eq!(wrong(PendingWords { click_ids: vec!["x".into()], ..PendingWords::default() }), "click_ids");
    }
}
