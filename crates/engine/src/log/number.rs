//! Numbers of the wire as the rules' enums. None: this program does not know the number.

use referee_core::condition::Word;
use referee_core::consent::{ConsentAsk, ConsentSource, ConsentWord};
use referee_core::contract::ReturnPolicy;
use referee_core::fact::{
    ActionChange, Agent, AwardKind, Browser, Device, Embedded, Navigation, NetworkClass, Preload, Robot, Role, Site,
    System,
};
use referee_core::identity::IdentifierKind;
use referee_core::inquiry::{InquiryKind, InquiryReason, InquiryState};
use referee_core::program::{Category, CodePolicy, CreditPolicy, GroupCredit, Source, Standing, ValueKind};
use referee_core::refusal::Refusal;
use referee_core::screening::{ClickTest, Treatment};

fn find<T: Copy>(all: &[T], number: u32, of: impl Fn(T) -> u32) -> Option<T> {
    all.iter().copied().find(|it| of(*it) == number)
}

pub fn consent_word(number: u32) -> Option<ConsentWord> {
    find(&ConsentWord::ALL, number, |it| it as u32)
}

pub fn consent_source(number: u32) -> Option<ConsentSource> {
    find(&ConsentSource::ALL, number, |it| it as u32)
}

pub fn consent_ask(number: u32) -> Option<ConsentAsk> {
    find(&ConsentAsk::ALL, number, |it| it as u32)
}

pub fn role(number: u32) -> Option<Role> {
    use Role::*;
    find(&[Owner, Manager, Finance, Developer, Viewer, Partner, Operator], number, |it| it as u32)
}

pub fn navigation(number: u32) -> Option<Navigation> {
    use Navigation::*;
    find(&[Unknown, Navigate, Embedded], number, |it| it as u32)
}

pub fn agent(number: u32) -> Option<Agent> {
    use Agent::*;
    find(&[Unknown, Browser, Bot, Preview, Assistant, Library, Automation, Empty], number, |it| it as u32)
}

pub fn device(number: u32) -> Option<Device> {
    use Device::*;
    find(&[Unknown, Desktop, Phone, Tablet, Other, Tv], number, |it| it as u32)
}

pub fn embedded(number: u32) -> Option<Embedded> {
    use Embedded::*;
    find(&[Unknown, Image, Frame, Script, Fetch, Other], number, |it| it as u32)
}

pub fn site(number: u32) -> Option<Site> {
    find(&[Site::Unknown, Site::None, Site::SameOrigin, Site::SameSite, Site::CrossSite], number, |it| it as u32)
}

pub fn preload(number: u32) -> Option<Preload> {
    use Preload::*;
    find(&[Unknown, Prefetch, Prerender, Anonymous, Preview], number, |it| it as u32)
}

pub fn robot(number: u32) -> Option<Robot> {
    use Robot::*;
    let all = [Unknown, Search, AiCrawler, Seo, Monitoring, Scanner, Advertising, FeedReader, Archiver, Academic];
    find(&all, number, |it| it as u32)
}

pub fn system(number: u32) -> Option<System> {
    use System::*;
    let all = [Unknown, Windows, MacOs, Linux, ChromeOs, Android, Ios, HarmonyOs, Tizen, WebOs, KaiOs, Other];
    find(&all, number, |it| it as u32)
}

pub fn browser(number: u32) -> Option<Browser> {
    use Browser::*;
    let all = [
        Unknown,
        Chrome,
        Safari,
        Firefox,
        Edge,
        Opera,
        Samsung,
        InternetExplorer,
        InApp,
        Vivaldi,
        Yandex,
        Uc,
        Huawei,
        Xiaomi,
        DuckDuckGo,
        Silk,
        Chromium,
        Other,
    ];
    find(&all, number, |it| it as u32)
}

pub fn network_class(number: u32) -> Option<NetworkClass> {
    use NetworkClass::*;
    find(&[Unknown, Other, Hosting, Relay, Vpn, Tor, Crawler, Private], number, |it| it as u32)
}

pub fn source(number: u32) -> Option<Source> {
    use Source::*;
    find(&[Pixel, Browser, Server, Person], number, |it| it as u32)
}

pub fn word(number: u32) -> Option<Word> {
    find(&Word::ALL, number, |it| it as u32)
}

pub fn standing(number: u32) -> Option<Standing> {
    use Standing::*;
    find(&[Active, Paused], number, |it| it as u32)
}

pub fn category(number: u32) -> Option<Category> {
    use Category::*;
    find(&[Sale, Lead, Install, Click, Other], number, |it| it as u32)
}

pub fn identifier_kind(number: u32) -> Option<IdentifierKind> {
    u8::try_from(number).ok().and_then(IdentifierKind::from_number)
}

pub fn refusal(number: u32) -> Option<Refusal> {
    u16::try_from(number).ok().and_then(Refusal::from_number)
}

pub fn credit(number: u32) -> Option<CreditPolicy> {
    find(&CreditPolicy::ALL, number, |it| it as u32)
}

pub fn code_policy(number: u32) -> Option<CodePolicy> {
    use CodePolicy::*;
    find(&[Always, Involved, Winner], number, |it| it as u32)
}

pub fn value_kind(number: u32) -> Option<ValueKind> {
    use ValueKind::*;
    find(&[Url, Phone], number, |it| it as u32)
}

pub fn group_credit(number: u32) -> Option<GroupCredit> {
    use GroupCredit::*;
    find(&[Normal, Yields, Never], number, |it| it as u32)
}

pub fn inquiry_kind(number: u32) -> Option<InquiryKind> {
    find(&InquiryKind::ALL, number, |it| it as u32)
}

pub fn inquiry_state(number: u32) -> Option<InquiryState> {
    find(&InquiryState::ALL, number, |it| it as u32)
}

pub fn inquiry_reason(number: u32) -> Option<InquiryReason> {
    find(InquiryReason::ALL, number, |it| it as u32)
}

pub fn return_policy(number: u32) -> Option<ReturnPolicy> {
    use ReturnPolicy::*;
    find(&[Always, Never, Consent], number, |it| it as u32)
}

pub fn award_kind(number: u32) -> Option<AwardKind> {
    find(&[AwardKind::Bonus, AwardKind::Fee], number, |it| it as u32)
}

/// The changes that name no figures, but for a reversal, and what they are on the wire.
const STEPS: [(ActionChange, u32); 5] = [
    (ActionChange::Hold, 1),
    (ActionChange::Release, 2),
    (ActionChange::Approve, 3),
    (ActionChange::Restore, 4),
    (ActionChange::Admit, 5),
];

pub fn step(number: u32) -> Option<ActionChange> {
    STEPS.into_iter().find(|(_, it)| *it == number).map(|(change, _)| change)
}

/// None: it is another change.
pub fn of_step(change: &ActionChange) -> Option<u32> {
    STEPS.iter().find(|(it, _)| it == change).map(|(_, number)| *number)
}

pub fn treatment(number: u32) -> Option<Treatment> {
    find(&Treatment::ALL, number, |it| it as u32)
}

pub fn click_test(number: u32) -> Option<ClickTest> {
    find(&ClickTest::ALL, number, |it| it as u32)
}
