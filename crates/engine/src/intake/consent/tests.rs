//! Strings of the official libraries, strings of nobody, and what is decided when several speak. How the former were
//! made, `tools/consent` says.

use proptest::prelude::*;
use referee_core::consent::{ConsentAsk, ConsentRules, ConsentSource, ConsentWord};
use referee_core::id::ProgramId;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::*;

/// A string, and what the library read in it: nothing where it threw.
#[derive(Deserialize)]
struct Fixture<T> {
    text: String,
    damaged: bool,
    read: Option<T>,
}

#[derive(Deserialize)]
struct TcRead {
    last_updated: i64,
    purposes: Vec<u32>,
    vendor: bool,
    forbidden: bool,
    disclosed: Option<bool>,
}

#[derive(Deserialize)]
struct GppRead {
    opted_out: Vec<u64>,
    europe: Option<bool>,
}

#[derive(Deserialize)]
struct CanadianRead {
    canada: bool,
}

/// The vendor that the fixtures speak of.
const VENDOR: u16 = 755;

fn fixtures<T: DeserializeOwned>(lines: &str) -> Vec<Fixture<T>> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a fixture")).collect()
}

#[test]
fn tc_strings_are_read_as_the_library_reads_them() {
    let (mut granted, mut for_vendor) = (0, 0);
    for Fixture { text, read, damaged } in fixtures::<TcRead>(include_str!("../../../testdata/consent/tcf.jsonl")) {
        let ours = tcf::read(&text);
        if !damaged {
            let (ours, read) = (ours.expect("it is sound"), read.expect("it is sound"));
            assert_eq!(ours.last_updated.0, read.last_updated, "{text}");
            let purposes: Vec<u32> = (1..=24).filter(|purpose| ours.agrees_to(*purpose)).collect();
            assert_eq!(purposes, read.purposes, "{text}");
            assert_eq!(
                (ours.agrees_to_vendor(VENDOR), ours.discloses(VENDOR)),
                (read.vendor, read.disclosed),
                "{text}"
            );
            assert_eq!(ours.forbids(1, VENDOR) || ours.forbids(7, VENDOR), read.forbidden, "{text}");
            granted += u32::from(ours.permits(None));
            for_vendor += u32::from(ours.permits(Some(VENDOR)));
            continue;
        }
        // Whatever the damage, a yes is one that the library reads as well.
        if ours.as_ref().is_some_and(|it| it.permits(None)) {
            let read = read.as_ref().unwrap_or_else(|| panic!("{text} is a yes to nobody else"));
            assert!([1, 7].iter().all(|purpose| read.purposes.contains(purpose)), "{text}");
        }
        if ours.is_some_and(|it| it.permits(Some(VENDOR))) {
            let read = read.expect("seen above");
            assert!(read.vendor && !read.forbidden && read.disclosed != Some(false), "{text}");
        }
    }
    assert!((20..70).contains(&granted) && (3..granted).contains(&for_vendor), "{granted} {for_vendor}");
}

#[test]
fn a_vendor_must_have_been_told_of_since_the_framework_says_so() {
    let mut seen = [false; 2];
    for Fixture { text, .. } in fixtures::<TcRead>(include_str!("../../../testdata/consent/tcf.jsonl")) {
        let Some(it) = tcf::read(&text).filter(|it| it.discloses(VENDOR).is_none()) else { continue };
        let agreed = it.permits(None) && it.agrees_to_vendor(VENDOR);
        let sound = agreed && !it.forbids(1, VENDOR) && !it.forbids(7, VENDOR);
        let since = it.last_updated.0 >= 1_772_323_200_000;
        assert_eq!(it.permits(Some(VENDOR)), sound && !since, "{text}");
        seen[usize::from(since)] |= sound;
    }
    assert_eq!(seen, [true; 2], "there are some of both");
}

#[test]
fn gpp_strings_are_read_as_the_library_reads_them() {
    let mut opinions = Vec::new();
    for Fixture { text, read, damaged } in fixtures::<GppRead>(include_str!("../../../testdata/consent/gpp.jsonl")) {
        let ours = gpp::opinion(&text, &[], None);
        let theirs = read.map(|read| match read {
            GppRead { opted_out, europe } if !opted_out.is_empty() || europe == Some(false) => Opinion::No,
            GppRead { europe: Some(true), .. } => Opinion::Yes,
            _ => Opinion::Silent,
        });
        if damaged {
            assert!(ours != Opinion::Yes || theirs == Some(Opinion::Yes), "{text}: {theirs:?}");
            assert!(
                theirs != Some(Opinion::No) || matches!(ours, Opinion::No | Opinion::Unreadable),
                "{text}: {ours:?}"
            );
        } else {
            assert_eq!(Some(ours), theirs, "{text}");
            opinions.push(ours);
        }
    }
    for opinion in [Opinion::Yes, Opinion::No, Opinion::Silent] {
        assert!(opinions.iter().filter(|it| **it == opinion).count() >= 3, "{opinion:?}");
    }
}

#[test]
fn canadian_strings_are_read_as_the_library_reads_them() {
    let mut opinions = Vec::new();
    for Fixture { text, read, damaged } in
        fixtures::<CanadianRead>(include_str!("../../../testdata/consent/gpp_canada.jsonl"))
    {
        let ours = gpp::opinion(&text, &["5"], None);
        let theirs = read.map(|read| Opinion::of(read.canada));
        if damaged {
            let denied = matches!(ours, Opinion::No | Opinion::Unreadable);
            assert!(theirs != Some(Opinion::No) || denied, "{text}: {ours:?}");
        } else {
            assert_eq!(Some(ours), theirs, "{text}");
            opinions.push(ours);
        }
    }
    for opinion in [Opinion::Yes, Opinion::No] {
        assert!(opinions.iter().filter(|it| **it == opinion).count() >= 3, "{opinion:?}");
    }
    assert_eq!(gpp::opinion("DBABtA~CAAA", &[], None), Opinion::Unreadable, "cut off");
}

#[test]
fn only_the_sections_that_apply_are_asked() {
    // Sections 6, which opts out of nothing, and 12, which does.
    let text = "DBACTTA~1YN-~BAYAAAEA";
    let opinion = |applicable: &[&str]| gpp::opinion(text, applicable, None);
    for (applicable, expected) in [
        (&[][..], Opinion::No),
        (&["12"], Opinion::No),
        (&["6"], Opinion::Silent),
        (&["6", "12"], Opinion::No),
        (&["-1"], Opinion::Silent),
        (&["0"], Opinion::No),
        (&["6, 7"], Opinion::Unreadable),
        (&["six"], Opinion::Unreadable),
        (&["12", "six"], Opinion::Unreadable),
    ] {
        assert_eq!(opinion(applicable), expected, "{applicable:?}");
    }
    assert_eq!(gpp::opinion("DBABTA~1YYN", &["6"], None), Opinion::No);
    for garbage in ["", "~", "DBACTTA", "DBACTTA~1YN-", "DBACTTA~1YN-~BAYAAAEA~", "DBACTTA~1YN-~!", "XYZ~1YN-", "D~"] {
        assert_eq!(gpp::opinion(garbage, &[], None), Opinion::Unreadable, "{garbage}");
    }
}

#[test]
fn words_of_platforms_are_read() {
    use Opinion::*;
    for (text, opinion) in [
        ("ad_storage=granted,ad_user_data=granted,ad_personalization=denied,analytics_storage=denied", Yes),
        ("ad_storage=granted", Yes),
        ("ad_storage=granted,ad_user_data=denied", No),
        ("AD_STORAGE=DENIED", No),
        ("analytics_storage=granted", Silent),
        ("ad_storage=yes", Unreadable),
        ("ad_storage", Unreadable),
        ("ad_storage=granted,", Unreadable),
    ] {
        assert_eq!(platforms::consent_mode(text), opinion, "{text}");
    }
    for (text, opinion) in [
        ("marketing=yes,sale=yes", Yes),
        ("marketing=yes,sale=no", No),
        ("marketing=no,sale=yes", No),
        ("marketing=,sale=", Silent),
        ("marketing=perhaps", Unreadable),
    ] {
        assert_eq!(platforms::shopify(text), opinion, "{text}");
    }
    for (text, opinion) in [
        ("1YNN", Silent),
        ("1---", Silent),
        ("1YYN", No),
        ("1yyn", No),
        ("2YNN", Unreadable),
        ("1YN", Unreadable),
        ("1YXN", Unreadable),
        ("", Unreadable),
    ] {
        assert_eq!(us::privacy(text), opinion, "{text}");
    }
}

fn said(words: &[(&str, &str)]) -> Said {
    let mut said = Said::default();
    words.iter().for_each(|(name, value)| said.hear(name, value));
    said
}

const GOOD_TC: &str = "CQtXVMAQuCLYACYAQAENB4FAAP_gAAJAAAAAGVwCQAKgA5AHsAZYA0YBvwD2gKqAZWBvUA8ACgAMwAmgBggEsAS4AywB3QFBAUIAogBiwDggLPAYoA20BvQAI8ADAtIC5gAA";

fn decision(words: &[(&str, &str)], rules: Option<&ConsentRules>, country: &[u8; 2]) -> Option<Consent> {
    decide(&said(words), Place { rules, country: *country, of_visitor: true })
}

fn told(consent: Option<Consent>) -> Option<(ConsentWord, ConsentSource, bool)> {
    consent.map(|it| (it.word, it.source, it.unreadable))
}

#[test]
fn a_no_wins_whoever_says_it() {
    use ConsentSource::*;
    use ConsentWord::*;
    let of = |words: &[(&str, &str)]| told(decision(words, None, b"\0\0"));
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("consent", "granted")]), Some((Granted, Explicit, false)));
    assert_eq!(of(&[("consent", "DENIED")]), Some((Denied, Explicit, false)));
    assert_eq!(of(&[("consent", "granted"), ("sec-gpc", "1")]), Some((Denied, Gpc, false)));
    assert_eq!(of(&[("consent", "granted"), ("consent", "denied")]), Some((Denied, Explicit, false)));
    assert_eq!(of(&[("tcf", GOOD_TC)]), Some((Granted, Tcf, false)));
    assert_eq!(of(&[("tcf", GOOD_TC), ("gcm", "ad_storage=denied")]), Some((Denied, ConsentMode, false)));
    assert_eq!(of(&[("tcf", GOOD_TC), ("shopify", "marketing=yes,sale=no")]), Some((Denied, Shopify, false)));
    assert_eq!(of(&[("tcf", GOOD_TC), ("us_privacy", "1YYN")]), Some((Denied, UsPrivacy, false)));
    assert_eq!(of(&[("gdpr", "1")]), Some((Denied, Tcf, false)), "where the law applies, a string comes along");
    assert_eq!(of(&[("gdpr", "1"), ("gdpr_consent", GOOD_TC)]), Some((Granted, Tcf, false)));
    assert_eq!(of(&[("gdpr", "0")]), None);
    assert_eq!(of(&[("gdpr_consent", "garbage!")]), Some((Denied, Tcf, true)));
    assert_eq!(of(&[("consent", "granted"), ("tcf", "garbage!")]), Some((Denied, Tcf, true)));
    assert_eq!(of(&[("consent", "maybe")]), Some((Denied, Explicit, true)));
    assert_eq!(of(&[("consent", ""), ("sec-gpc", "0")]), None);
    assert_eq!(of(&[("gpp", "DBABTA~1YNN")]), None, "who did not opt out has agreed to nothing");
    assert_eq!(of(&[("tcf", &"C".repeat(9_000))]), Some((Denied, Tcf, true)), "nobody listens to that");
    let often: Vec<(&str, &str)> = std::iter::repeat_n(("consent", "granted"), 40).chain([("gpc", "1")]).collect();
    assert_eq!(of(&often), Some((Denied, Gpc, true)));
}

#[test]
fn silence_is_what_the_program_takes_it_for() {
    use ConsentSource::*;
    use ConsentWord::*;
    let rules = ConsentRules::by_region(ProgramId(1));
    let of = |words: &[(&str, &str)], country| told(decision(words, Some(&rules), country));
    assert_eq!(of(&[], b"DE"), Some((Denied, Rule, false)));
    assert_eq!(of(&[], b"US"), Some((Granted, Rule, false)));
    assert_eq!(of(&[], b"\0\0"), Some((Granted, Rule, false)));
    assert_eq!(of(&[("tcf", GOOD_TC)], b"DE"), Some((Granted, Tcf, false)));
    assert_eq!(
        of(&[("gpp", "DBABTA~1YNN")], b"DE"),
        Some((Denied, Rule, false)),
        "an opt-out that was not used is no yes"
    );
    assert_eq!(of(&[("sec-gpc", "1")], b"US"), Some((Denied, Gpc, false)));
    assert_eq!(decision(&[], Some(&rules), b"DE").expect("a decision").said, "DE");
    let always = ConsentRules { ask: ConsentAsk::Always, ..rules.clone() };
    let by_server = Place { rules: Some(&always), country: [0; 2], of_visitor: false };
    assert_eq!(decide(&Said::default(), by_server), None, "a server's silence is no visitor's");
    let named = ConsentRules { vendor: Some(VENDOR), ..rules };
    assert_eq!(told(decision(&[("tcf", GOOD_TC)], Some(&named), b"DE")), Some((Denied, Tcf, false)), "it names others");
}

#[test]
fn what_can_be_read_is_kept_as_proof_and_the_rest_is_not() {
    let kept = |words: &[(&str, &str)]| decision(words, None, b"\0\0").expect("a decision").said;
    assert_eq!(kept(&[("tcf", GOOD_TC)]), GOOD_TC);
    assert_eq!(kept(&[("gcm", "ad_storage=denied")]), "ad_storage=denied");
    assert_eq!(kept(&[("tcf", "ann@example.com")]), "", "it may be anything, of anybody");
    assert_eq!(kept(&[("consent", "granted")]), "");
}

#[test]
fn a_reward_limits_what_was_denied() {
    let of = |words: &[(&str, &str)], reward| told(for_partner(decision(words, None, b"\0\0"), reward)).map(|it| it.0);
    assert_eq!(of(&[("consent", "denied")], true), Some(ConsentWord::Limited));
    assert_eq!(of(&[("consent", "denied")], false), Some(ConsentWord::Denied));
    assert_eq!((of(&[("consent", "granted")], true), of(&[], true)), (Some(ConsentWord::Granted), None));
}

/// Bits 152 and 158 of a string, which are the purposes 1 and 7, read the plainest way.
fn has_both_purposes(text: &str) -> bool {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bit = |at: usize| {
        let letter = text.as_bytes().get(at / 6)?;
        let value = letters.iter().position(|it| it == letter)?;
        Some(value >> (5 - at % 6) & 1 == 1)
    };
    text.starts_with('C') && bit(152) == Some(true) && bit(158) == Some(true)
}

proptest! {
    #[test]
    fn what_is_garbage_is_never_a_yes(text in ".{1,200}", letters in "[A-Za-z0-9_~.=,-]{1,400}") {
        for text in [&text, &letters] {
            for (name, _) in NAMES {
                let consent = decision(&[(name, text)], None, b"\0\0");
                let plain = text.trim().eq_ignore_ascii_case("granted");
                let granted = consent.as_ref().is_some_and(Consent::is_granted);
                prop_assert!(!granted || plain || has_both_purposes(text), "{name}={text}");
                prop_assert!(consent.is_none_or(|it| it.said.chars().count() <= CONSENT_KEPT_CHARS_MAX));
            }
        }
    }

    #[test]
    fn a_changed_string_agrees_to_nothing_by_itself(places in prop::collection::vec((0..150_usize, 0..64_usize), 1..4)) {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut changed = GOOD_TC.as_bytes().to_vec();
        for (place, letter) in places {
            let length = changed.len();
            changed[place % length] = letters[letter];
        }
        let text = String::from_utf8(changed).expect("letters");
        let granted = decision(&[("tcf", &text)], None, b"\0\0").is_some_and(|it| it.is_granted());
        prop_assert!(!granted || has_both_purposes(&text), "{text}");
    }

    #[test]
    fn a_cut_string_agrees_to_nothing(length in 1..100_usize) {
        // The last letters are the ends of the lists of vendors and restrictions: without them it is not whole.
        let cut = &GOOD_TC[..length];
        prop_assert_eq!(told(decision(&[("tcf", cut)], None, b"\0\0")).map(|it| it.0), Some(ConsentWord::Denied));
    }
}
