//! Every "no" of the rules has a history that ends in it.

use super::books::Books;
use super::fixture::run;
use crate::identity::profiles::{Profiles, Verdict};
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// The shortest history that ends in a refusal, after the usual shop. A new refusal does not compile without one.
fn history(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::CampaignNotFound => "conversion 1001 1 1.00 program=9",
        Refusal::ProgramNotActive => "program 1 eur paused\n conversion 1001 sale 1.00",
        Refusal::ActionTrackerNotFound => "conversion 1001 99 1.00",
        Refusal::ActionTrackerNotActive => "event sale paused\n conversion 1001 sale 1.00",
        Refusal::LinkNotFound => "click k1 nobody slug=typo",
        Refusal::AdNotFound => "click k1 A ad=9",
        Refusal::AdNotActive => "ad 1 paused\n click k1 A",
        Refusal::PartnerNotFound => "click k1 Z",
        Refusal::PartnerNotActive => "partner A paused\n click k1 A",
        Refusal::ContractNotFound => "partner C\n click k1 C",
        Refusal::ContractExpired => "contract A to=d1 from=d0\n at d1 click k1 A",
        Refusal::ActionTermsNotFound => "event lead\n conversion 1001 lead 0 partner=A",
        Refusal::LinkNotActive => "link boots A paused\n click k1 A slug=boots",
        Refusal::Prefetch => "click k1 A prefetch",
        Refusal::NotNavigation => "click k1 A embedded",
        Refusal::DeclaredBot => "click k1 A bot",
        Refusal::HeadRequest => "click k1 A head",
        Refusal::ClickForged => "conversion 1001 sale 1.00 click=forged",
        Refusal::OutsideAssociationWindow => "click k1 A\n at d31 conversion 1001 sale 1.00 click=k1",
        Refusal::AfterEvent => "at d1 click k1 A\n at d2 conversion 1001 sale 1.00 click=k1 occurred=d0",
        Refusal::OtherRefPrioritized => "click k1 A\n conversion 1001 sale 1.00 click=k1 partner=B",
        Refusal::Unclaimed => "conversion 1001 sale 1.00 customer=c7",
        Refusal::ReftypeNotAccepted => "view k1 A visitor=v1\n conversion 1001 sale 1.00 visitor=v1",
        Refusal::CreditingRuleMismatch => "group 1 A never\n click k1 A\n conversion 1001 sale 1.00 click=k1",
        Refusal::BlockedByPromoCode => "code TRAIL10 B\n click k1 A\n conversion 1001 sale 1.00 click=k1 code=TRAIL10",
        Refusal::RestrictedPromoCode => {
            "code TRAIL10 A policy=involved restricted\n conversion 1001 sale 1.00 code=TRAIL10"
        }
        Refusal::CreditedToChannel => "partner N channel\n click k1 N\n conversion 1001 sale 1.00 click=k1",
        Refusal::ConvDuplicate => "conversion 1001 sale 1.00 partner=A\n conversion 1001 sale 2.00",
        Refusal::CurrencyRateMissing => "conversion 1001 sale 1.00 partner=A currency=usd\n release 1001",
        Refusal::CurrencyDiffers => {
            "conversion 1001 sale 1.00 partner=A source=browser\n conversion 1001 sale 1.00 currency=usd"
        }
        Refusal::ActionNotOutside => "conversion 1001 sale 1.00 partner=A\n admit 1001",
        Refusal::TiersNotAscending => "contract A sale=8% tiers=sale:actions/month:5/1%:5/2%",
        Refusal::RateNotAboveZero => "rates d1 usd=0",
        Refusal::NoValidActionRef => "event renewal parent=sale\n conversion 1001 renewal 1.00",
        Refusal::ActionRefNotFound => "reverse 1001",
        Refusal::ActionAlreadyReversed => "conversion 1001 sale 1.00 partner=A\n repeat 2 reverse 1001",
        Refusal::ActionLocked => "conversion 1001 sale 1.00 partner=A\n at d30 time\n drain\n reverse 1001",
        Refusal::MaxModificationsReached => "conversion 1001 sale 1.00 partner=A\n repeat 1001 modify 1001 amount={n}",
        Refusal::AmountTooLarge => "conversion 1001 sale 1.00 partner=A\n modify 1001 amount=1000000001",
        Refusal::ActionHeld => "conversion 1001 sale 1.00 partner=A\n repeat 2 hold 1001",
        Refusal::ActionNotReversed => "conversion 1001 sale 1.00 partner=A\n restore 1001",
        Refusal::ActionNotHeld => "conversion 1001 sale 1.00 partner=A\n release 1001",
        Refusal::NoItem => "conversion 1001 sale 1.00 partner=A\n modify 1001 item=hat:1",
        Refusal::AmountNegative => "conversion 1001 sale 1.00 partner=A\n modify 1001 amount=-1.00",
        Refusal::SlugTaken => "link boots A\n link boots B",
        Refusal::IdTaken => "program 2 eur\n event other id=1 program=2",
        Refusal::TermsInPast => "contract A sale=9% from=d-1",
        Refusal::CodeTaken => "code TRAIL10 A\n code TRAIL10 B",
        Refusal::IdOutOfRange => "ad 0",
        Refusal::CurrencyFixed => "program 1 usd",
        Refusal::RateTooHigh => "contract A sale=8% group=sale:country/is/de:101%",
        Refusal::RuleNeverMatches => "contract A sale=8% group=sale:total/5.00..5.00:9%",
        Refusal::AnotherCustomer => "visit customer=c1 email=e1\n visit customer=c2 email=e1",
        Refusal::SharedByMany => "repeat 6 visit customer=c{n} visitor=kiosk\n visit customer=c7 visitor=kiosk",
        Refusal::ProfileFull => "repeat 512 at d{n} visit customer=c1 visitor=v{n}",
        Refusal::Separated => "visit customer=c1 visitor=v1\n separate 1:customer 2:visitor",
        Refusal::OtherPerson => {
            "visit visitor=v1 customer=c1\n click k1 A visitor=v1\n at d1 conversion 1001 sale 1.00 visitor=v1 customer=c2"
        }
        Refusal::JoinNotFound => "separate 1:customer 2:visitor",
        Refusal::IdentifierEmpty => "visit left=customer:IDENTIFIER_EMPTY",
        Refusal::IdentifierPlaceholder => "visit left=customer:IDENTIFIER_PLACEHOLDER",
        Refusal::IdentifierTooLong => "visit left=anonymous:IDENTIFIER_TOO_LONG",
        Refusal::IdentifierEncoding => "visit left=device:IDENTIFIER_ENCODING",
        Refusal::IdentifierBlocked => "block customer c7\n visit customer=c7",
        Refusal::EmailMalformed => "conversion 1001 sale 1.00 left=email:EMAIL_MALFORMED",
        Refusal::HashLength => "conversion 1001 sale 1.00 left=email:HASH_LENGTH",
        Refusal::PhoneMalformed => "conversion 1001 sale 1.00 left=phone:PHONE_MALFORMED",
        Refusal::IdentifierKindUnknown => "visit left=unknown:IDENTIFIER_KIND_UNKNOWN",
        Refusal::TwoCustomers => "visit customer=c7 customer=c8",
        Refusal::ActionNotLocked => "conversion 1001 sale 1.00 partner=A\n correct 1001 amount=0",
        Refusal::NothingToPay => "propose A",
        Refusal::PaymentUnderWay => "conversion 1001 sale 1.00 partner=A\n approve 1001\n repeat 2 propose A",
        Refusal::PaymentRateMissing => {
            "conversion 1001 sale 1.00 partner=A\n approve 1001\n propose A currency=usd every"
        }
        Refusal::PaymentRunNotFound => "approve-run 1",
        Refusal::PaymentRunDecided => {
            "conversion 1001 sale 1.00 partner=A\n approve 1001\n propose A\n repeat 2 drop-run 1"
        }
        Refusal::SecondPersonNeeded => {
            "payment-rules two-persons\n conversion 1001 sale 1.00 partner=A\n approve 1001\n propose A by=1\n approve-run 1 by=1"
        }
        Refusal::PaymentNotFound => "settled 1",
        Refusal::PaymentNotSent => "conversion 1001 sale 1.00 partner=A\n approve 1001\n propose A\n settled 1",
        Refusal::NoticeTooShort => "contract A sale=9% notice=30d\n at d1 contract A sale=8% from=d30",
        Refusal::OfferNeedsPartner => "template sale=9% offered",
        Refusal::OfferNotFound => "accept A 1",
        Refusal::OfferForPartner => "contract A sale=9% offered\n accept A 2 brand",
        Refusal::OfferDecided => "contract A sale=9% offered\n decline A 2\n accept A 2",
        Refusal::OfferWithdrawn => "contract A sale=9% offered\n withdraw A 2\n accept A 2",
        Refusal::OfferExpired => "contract A sale=9% offered to=d1\n at d1 accept A 2",
        Refusal::OverlayNotFound => "overlay 1 sale=+20% from=d1 to=d2",
        Refusal::OverlayEmpty => "overlay new sale=+20% from=d1 to=d1",
        Refusal::OverlayInPast => "at d2 overlay new sale=+20% from=d1 to=d3",
        Refusal::OverlaysOverlap => "repeat 2 overlay new sale=+20% from=d1 to=d2",
        Refusal::InquiryNotFound => "answer 1 valid",
        Refusal::InquiryDuplicate => "repeat 2 inquire A untracked 1001 1.00",
        Refusal::InquiryTooOld => "inquire A untracked 1001 1.00 ordered=d-121",
        Refusal::InquiryAnswered => "inquire A untracked 1001 1.00\n repeat 2 answer 1 declined ORDER_NOT_FOUND",
        Refusal::InquiryAppealed => {
            "inquire A untracked 1001 1.00\n answer 1 declined ORDER_NOT_FOUND\n repeat 2 appeal 1 A"
        }
        Refusal::InquiryNotDeclined => "inquire A untracked 1001 1.00\n appeal 1 A",
        Refusal::InquiryForPartner => {
            "inquire A untracked 1001 1.00\n answer 1 declined ORDER_NOT_FOUND\n appeal 1 A brand"
        }
        Refusal::InquiryForBrand => "inquire A untracked 1001 1.00\n answer 1 valid partner",
        Refusal::InquiryAmountMissing => "inquire A untracked 1001\n answer 1 valid",
        Refusal::InquiryActionKnown => "conversion 1001 sale 1.00 partner=A\n inquire A untracked 1001 2.00",
        Refusal::InquiryOrderCredited => {
            "conversion 1001 sale 1.00 partner=B\n inquire A untracked 1001 1.00\n answer 1 valid"
        }
        Refusal::InquiryPastLock => {
            "conversion 1001 sale 1.00 partner=A\n reverse 1001\n inquire A declined 1001\n at d31 time\n answer 1 valid"
        }

        Refusal::ActionMoved => "conversion 1001 sale 1.00 partner=A\n give 1001 B\n give 1.1.1 B",
        Refusal::ActionOfPartner => "conversion 1001 sale 1.00 partner=A\n give 1001 A",
        Refusal::AwardEmpty => "award bonus A 0 spring",
        Refusal::AwardExists => "repeat 2 award bonus A 1.00 spring",
        Refusal::ReturnsNotAllowed => {
            "contract A sale=8% returns=never\n conversion 1001 sale 1.00 partner=A\n reverse 1001"
        }
        Refusal::MaxReturnsReached => "contract A sale=8% most=0%\n conversion 1001 sale 1.00 partner=A\n reverse 1001",
        Refusal::ReturnNeedsConsent => {
            "contract A sale=8% returns=consent\n conversion 1001 sale 1.00 partner=A\n approve 1001\n correct 1001 amount=0"
        }
        Refusal::ReturnNotAsked => "conversion 1001 sale 1.00 partner=A\n agree A 1.1.1",
        Refusal::OverlayHours => "overlay new sale=+20% from=d1 to=d2 hours=18:00-18:00",
        Refusal::OverlayNeverOn => "overlay new sale=+20% from=d1 to=d2 on=monday",
        Refusal::ListNotFound => "list 1 sku brands=acme",
        Refusal::ListNameTaken => "list new sku brands=acme\n list new sku Brands=acme",
        Refusal::ListVariable => "list new sku brands=acme\n contract A sale=8% restrict=sale:category/in_list/1",
        Refusal::ListVariableUnlisted => "list new device phones=phone",
        Refusal::ListsTooMany => "repeat 201 list new sku brands{n}=acme",
        Refusal::AutomatedBrowser => "click k1 A automation",
        Refusal::AgentMissing => "click k1 A no-agent",
        Refusal::DuplicateClick => {
            "event click clicks\n screening duplicate=strict\n click k1 A key=1\n at d0+1m click k2 A key=1"
        }
        Refusal::DoubleClick => "event click clicks\n screening duplicate=strict\n repeat 2 click k{n} A key=1",
        Refusal::DataCentre => "event click clicks\n screening suspect=strict\n click k1 A hosting",
        Refusal::RequestAnomaly => "event click clicks\n screening suspect=strict\n click k1 A odd",
        Refusal::ShoppingAssistant => "event click clicks\n screening assistant=strict\n click k1 A assistant",
        Refusal::OwnDevice => "event click clicks\n screening suspect=strict\n device A key=5\n click k1 A key=5",
        Refusal::UnusualVolume => "doubt A volume",
        Refusal::LowConversion => "doubt A conversion",
        Refusal::ConversionTiming => "doubt A timing",
        Refusal::TooRegular => "doubt A regularity",
        Refusal::Concentrated => "doubt A concentration",
        Refusal::ClickRestricted => {
            "event click clicks\n template click=0.05 clicks=click:instant restrict=click:country/is/de\n click k1 A country=DE"
        }
        Refusal::ClickLimitReached => {
            "event click clicks\n template click=0.05 clicks=click:instant limit=click:actions/1/day\n repeat 2 click k{n} A"
        }
        Refusal::ClickRejected => {
            "event click clicks\n template click=0.05 clicks=click:reviewed/7d\n click k1 A\n reject-clicks\n work 9"
        }
        Refusal::ClickTypeTaken => "event click clicks\n event press clicks",
        Refusal::ClicksPayFixed => "event click clicks\n template click=5% clicks=click:instant",
        Refusal::ReviewedClicksUnlimited => {
            "event click clicks\n template click=0.05 clicks=click:reviewed/7d limit=click:actions/1/day"
        }
        Refusal::ClicksHaveNoCustomer => {
            "event click clicks\n template click=0.05 clicks=click:instant limit=click:customer/1/day"
        }
        Refusal::ReviewTooLong => "event click clicks\n template click=0.05 clicks=click:reviewed/31d lock=30d",
        Refusal::ClickTermsMisplaced => "template sale=0.05 clicks=sale:instant",
        Refusal::ClickWindowOutOfRange => "screening window=25h",
        Refusal::ReviewNotFound => "undo-review 1",
        Refusal::ReviewUndone => "event click clicks\n reject-clicks\n repeat 2 undo-review 1",
        Refusal::ReturnForPartner => "conversion 1001 sale 1.00 partner=A\n agree A 1.1.1 brand",
        Refusal::TiersPeriod => "contract A sale=8% tiers=sale:actions/day/all:1/1.00",
        Refusal::ShopOrderWithoutLines => "order 1001 paid",
        Refusal::ShopTestOrder => "order 1001 L1=1x1.00 test",
        Refusal::ShopOrderNotPaid => "order 1001 L1=1x1.00 when-paid",
        Refusal::ShopOrderAwaited => "refund 1001 R1=L1x1@1.00",
        Refusal::AwardOfTerms => "award bonus A 1.00 TIER-1-2026-01-1",
    }
}

#[test]
fn every_refusal_is_said_by_some_history() {
    for refusal in Refusal::ALL {
        let run = run(&format!("shop\n{}", history(*refusal)));
        // That it was left out is said of an identifier.
        let left_out = run.books.left_out.keys().next_back().map(|key| key.reason);
        let said = match refusal {
            // Said of a candidate, never of a report.
            Refusal::OtherRefPrioritized | Refusal::OtherPerson | Refusal::BlockedByPromoCode => lost(&run.books),
            Refusal::AnotherCustomer | Refusal::SharedByMany | Refusal::ProfileFull => {
                run.books.refused_joins.values().map(|it| it.reason).next_back()
            }
            Refusal::Separated => separated(&run.books),
            Refusal::UnusualVolume
            | Refusal::LowConversion
            | Refusal::ConversionTiming
            | Refusal::TooRegular
            | Refusal::Concentrated => run.books.click_doubts.iter().map(|it| it.doubt.test.code()).next_back(),
            Refusal::ClickRestricted | Refusal::ClickLimitReached => {
                run.books.payables.values().filter_map(|row| row.unpaid).next_back()
            }
            Refusal::ClickRejected => run.books.click_counts.keys().filter_map(|key| key.code).next_back(),
            _ => left_out.or(run.outcomes.last().and_then(|outcome| outcome.refusal)),
        };
        assert_eq!(said, Some(*refusal), "{}", run.output);
    }
}

fn lost(books: &Books) -> Option<Refusal> {
    let candidates = books.decisions.values().flat_map(|decision| &decision.candidates);
    candidates.filter_map(|candidate| candidate.lost).next_back()
}

fn separated(books: &Books) -> Option<Refusal> {
    let profiles = Profiles::as_of(books.edges.values(), Timestamp(i64::MAX));
    let verdicts = books.edges.keys().filter_map(|key| profiles.verdict(key));
    verdicts.filter_map(|it| if let Verdict::Refused(reason) = it { Some(reason) } else { None }).next_back()
}
