//! What visitors agreed to.

use referee_core::config::{ConfigEntry, Partner};
use referee_core::consent::{Consent, ConsentAsk, ConsentRules, ConsentSource, ConsentWord};
use referee_core::fact::Fact;
use referee_core::id::{PartnerId, ProgramId};
use referee_core::program::Standing;

use super::{click, codec, conversion, is_read_back, visit};

pub fn consent() -> Option<Consent> {
    Some(Consent {
        word: ConsentWord::Granted,
        source: ConsentSource::Tcf,
        unreadable: false,
        said: "CQRFYEAQRFYEAAHABBENBgFgAP_AAAAAAAAAAAAAAAAA".into(),
    })
}

pub fn rules() -> ConsentRules {
    ConsentRules { program: ProgramId(7), ask: ConsentAsk::Always, unknown_asks: true, vendor: Some(1_234) }
}

/// As before anybody was asked.
pub fn strip(fact: &mut Fact) {
    match fact {
        Fact::ClickRecorded(it) | Fact::ImpressionRecorded(it) => it.consent = None,
        Fact::VisitRecorded(it) => it.consent = None,
        Fact::ConversionReported(it) => it.consent = None,
        _ => {}
    }
}

#[test]
fn every_consent_is_read_back() {
    for word in ConsentWord::ALL {
        for source in ConsentSource::ALL {
            let consent = Some(Consent { word, source, unreadable: true, said: String::new() });
            let mut facts =
                [Fact::ClickRecorded(click()), Fact::VisitRecorded(visit()), Fact::ConversionReported(conversion())];
            for fact in &mut facts {
                match fact {
                    Fact::ClickRecorded(it) => it.consent.clone_from(&consent),
                    Fact::VisitRecorded(it) => it.consent.clone_from(&consent),
                    Fact::ConversionReported(it) => it.consent.clone_from(&consent),
                    _ => unreachable!("there is no other"),
                }
            }
            facts.into_iter().for_each(is_read_back);
        }
    }
}

#[test]
fn what_is_set_up_is_read_back() {
    for ask in ConsentAsk::ALL {
        let entry = ConfigEntry::Consent(ConsentRules { ask, vendor: None, ..rules() });
        assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
    }
    let partner = Partner { id: PartnerId(11), standing: Standing::Active, channel: false, reward: true };
    let entry = ConfigEntry::Partner(partner);
    assert_eq!(codec::decode_config(&codec::encode_config(&entry)).expect("it is read"), entry);
}
