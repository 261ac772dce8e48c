//! Clicks that are paid: their terms, their screening, and what people decide on them.

use super::{Line, click_no, days, hours, moment, money, number, partner};
use crate::contract::ClickTerms;
use crate::fact::{
    Browser, ClicksDoubted, ClicksReviewed, Fact, NetworkClass, Oddities, PayableFilter, ReviewDecision, Signals,
    System,
};
use crate::refusal::Refusal;
use crate::row::PayableState;
use crate::screening::{ClickTest, Repeats, ScreeningRules, Treatment};
use crate::time::{DAY_MS, Day, MINUTE_MS, SECOND_MS};

/// `clicks=click:reviewed/7d`, `clicks=click:instant`.
pub(super) fn terms(text: &str, event: &str) -> Option<ClickTerms> {
    let (of, how) = text.split_once(':').unwrap();
    let terms = match how.split_once('/') {
        Some(("reviewed", review)) => ClickTerms::Reviewed { review_days: days(review) },
        _ => ClickTerms::Instant,
    };
    (of == event).then_some(terms)
}

/// `key=17` is the address and user agent, `returning` brought the cookie along.
pub(super) fn signals(signals: Signals, line: &mut Line<'_>) -> Signals {
    let classes = [("hosting", NetworkClass::Hosting), ("relay", NetworkClass::Relay), ("tor", NetworkClass::Tor)];
    let class = classes.into_iter().find(|(name, _)| line.flag(name)).map_or(NetworkClass::Other, |(_, class)| class);
    let country = line.option("country").map_or([0; 2], |it| it.as_bytes().try_into().unwrap());
    Signals {
        network_class: class,
        oddities: if line.flag("odd") { Oddities::HINTS_MISSING } else { Oddities::default() },
        returning: line.flag("returning"),
        agent_key: line.option("key").map_or(0, |it| u64::from(number(it))),
        network: line.option("network").map_or(0, |it| u64::from(number(it))),
        system: if line.flag("windows") { System::Windows } else { System::Unknown },
        browser: if line.flag("firefox") { Browser::Firefox } else { Browser::Unknown },
        country,
        ..signals
    }
}

pub(super) fn params(line: &mut Line<'_>) -> Vec<(String, String)> {
    let params = ["param1", "param2", "param3"].map(|name| (name, line.option(name)));
    params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
}

/// `screening window=30m fixed double=2s invalid=moderate`.
pub(super) fn screening(line: &mut Line<'_>) -> Fact {
    let program = line.program();
    let usual = ScreeningRules::default_of(program);
    let ms = |text: &str| match text.split_at(text.len() - 1) {
        (count, "s") => i64::from(number(count)) * SECOND_MS,
        (count, "m") => i64::from(number(count)) * MINUTE_MS,
        _ => i64::from(hours(text)) * 60 * MINUTE_MS,
    };
    let repeats = Repeats {
        window_ms: line.option("window").map_or(usual.repeats.window_ms, ms),
        rolling: !line.flag("fixed"),
        double_ms: line.option("double").map_or(usual.repeats.double_ms, ms),
    };
    let mut treatment = |name: &str, usual: Treatment| {
        let named = line.option(name).map(|text| Treatment::ALL.into_iter().find(|it| it.name() == text).unwrap());
        named.unwrap_or(usual)
    };
    Fact::ScreeningRulesSet(ScreeningRules {
        program,
        repeats,
        duplicate: treatment("duplicate", usual.duplicate),
        invalid: treatment("invalid", usual.invalid),
        suspect: treatment("suspect", usual.suspect),
        assistant: treatment("assistant", usual.assistant),
    })
}

/// `device A key=5`.
pub(super) fn device(line: &mut Line<'_>) -> Fact {
    let partner = partner(line.word());
    let agent_key = line.option("key").map_or(0, |it| u64::from(number(it)));
    Fact::PartnerDeviceSeen { partner, agent_key }
}

/// `doubt A volume day=d1`.
pub(super) fn doubt(line: &mut Line<'_>) -> Fact {
    let partner = partner(line.word());
    let name = line.word();
    let test = ClickTest::ALL.into_iter().find(|it| format!("{it:?}").to_lowercase() == name).unwrap();
    let day = line.option("day").map_or(Day(0), |text| Day(i32::try_from(moment(text).0 / DAY_MS).unwrap()));
    let program = line.program();
    Fact::ClicksDoubted(ClicksDoubted {
        program,
        partner,
        day,
        test,
        clicks: 500,
        seen_ppm: 9_000_000,
        expected_ppm: 1_000_000,
        chance_ppm: 3,
    })
}

/// `reject-clicks for=A day=d1 found=DATA_CENTRE`, `accept-clicks most=5`, `price-clicks 0.02 found=none landed=no`.
pub(super) fn review(verb: &str, line: &mut Line<'_>) -> Fact {
    let day = |text: &str| Day(i32::try_from(moment(text).0 / DAY_MS).unwrap());
    let code = |code: &str| *Refusal::ALL.iter().find(|it| it.code() == code).unwrap();
    let on = line.option("day").map(day);
    let filter = PayableFilter {
        partner: line.option("for").map(partner),
        from: on.or_else(|| line.option("since").map(day)),
        until: on.or_else(|| line.option("until").map(day)),
        found: line.option("found").map(|it| (it != "none").then(|| code(it))),
        network: line.option("network").map(|it| u64::from(number(it))),
        referrer: line.option("from").map(str::to_owned),
        landed: line.option("landed").map(|it| it == "yes"),
        state: line.flag("waiting").then_some(PayableState::Pending),
        clicks: line.option("clicks").map_or(Vec::new(), |names| names.split(',').map(click_no).collect()),
    };
    let program = line.program();
    let decision = match verb {
        "reject-clicks" => ReviewDecision::Reject,
        "accept-clicks" => ReviewDecision::Accept { most: line.option("most").map(number) },
        _ => ReviewDecision::Price(money(line.word())),
    };
    Fact::ClicksReviewed(ClicksReviewed { program, filter, decision, reason: line.text_of("because") })
}
