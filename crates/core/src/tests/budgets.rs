//! What terms pay for clicks at most is never passed, nor is less paid than fits: against a count kept by hand.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::books::Books;
use super::fixture;
use super::properties::cases;
use crate::limit::Period;
use crate::refusal::Refusal;
use crate::row::PayableState;
use crate::time::{Day, Zone};

const PARTNERS: [&str; 3] = ["A", "B", "C"];

#[derive(Debug, Clone, Copy)]
enum Most {
    Clicks(i64),
    /// In hundredths.
    Payout(i64),
}

type Limits = Vec<(Most, Period)>;

/// A click of one of the partners on some day; a few are of the dearer group, and a few no person's.
#[derive(Debug, Clone, Copy)]
struct Clicked {
    partner: usize,
    day: u32,
    dear: bool,
    robot: bool,
}

/// What one partner's clicks are paid, in hundredths: most of them, and those of the group.
#[derive(Debug, Clone)]
struct Terms {
    price: i64,
    dear: i64,
    limits: Limits,
}

fn terms() -> impl Strategy<Value = Terms> {
    let most = prop_oneof![(1..12_i64).prop_map(Most::Clicks), (1..60_i64).prop_map(Most::Payout)];
    let per = select(&[Period::Day, Period::Month, Period::Ever][..]);
    (1..9_i64, 1..20_i64, vec((most, per), 1..4)).prop_map(|(price, dear, limits)| Terms { price, dear, limits })
}

fn clicked() -> impl Strategy<Value = Clicked> {
    let day = prop_oneof![3 => 1..4_u32, 1 => 28..34_u32];
    (0..PARTNERS.len(), day, any::<bool>(), 0..10_u32).prop_map(|(partner, day, dear, odd)| {
        let robot = odd == 0;
        Clicked { partner, day, dear, robot }
    })
}

fn words(terms: &Terms) -> String {
    let per = |per| match per {
        Period::Day => "day",
        Period::Month => "month",
        _ => "ever",
    };
    let limit = |(most, of): &(Most, Period)| match most {
        Most::Clicks(most) => format!(" limit=click:actions/{most}/{}", per(*of)),
        Most::Payout(most) => format!(" limit=click:payout/{}/{}", euros(*most), per(*of)),
    };
    let limits: String = terms.limits.iter().map(limit).collect();
    let (price, dear) = (euros(terms.price), euros(terms.dear));
    format!("sale=8% click={price} clicks=click:instant group=click:param1/is/vip:{dear}{limits}")
}

fn euros(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// A has the template's terms, the others contracts of their own.
fn story(terms: &[Terms; 3], clicks: &[Clicked]) -> String {
    let [template, b, c] = terms.each_ref().map(words);
    let mut text =
        format!("shop\nevent click clicks\npartner C\ntemplate {template}\ncontract B {b}\ncontract C {c}\n");
    for (n, click) in clicks.iter().enumerate() {
        let (dear, robot) = (if click.dear { " param1=vip" } else { "" }, if click.robot { " bot" } else { "" });
        text += &format!("at d{}+{n}s click k{n} {} visitor=v{n}{dear}{robot}\n", click.day, PARTNERS[click.partner]);
    }
    text
}

/// The places of those that fit, one after the other as they were recorded.
fn fitting(terms: &[Terms; 3], clicks: &[Clicked], day_of: impl Fn(usize) -> Day) -> BTreeSet<usize> {
    let mut counted: BTreeMap<(usize, Period, Day), (i64, i64)> = BTreeMap::new();
    let mut fit = BTreeSet::new();
    for (n, click) in clicks.iter().enumerate().filter(|(_, click)| !click.robot) {
        let terms = &terms[click.partner];
        let price = if click.dear { terms.dear } else { terms.price };
        let key = |per: Period| (click.partner, per, per.first(day_of(n)));
        let fits = terms.limits.iter().all(|(most, per)| {
            let (clicks, payout) = counted.get(&key(*per)).copied().unwrap_or_default();
            match most {
                Most::Clicks(most) => clicks < *most,
                Most::Payout(most) => payout + price <= *most,
            }
        });
        if fits {
            fit.insert(n);
            for per in terms.limits.iter().map(|(_, per)| *per).collect::<BTreeSet<_>>() {
                let (clicks, payout) = counted.entry(key(per)).or_default();
                (*clicks, *payout) = (*clicks + 1, *payout + price);
            }
        }
    }
    fit
}

proptest! {
    #![proptest_config(cases(192))]

    #[test]
    fn exactly_the_clicks_that_fit_are_paid(
        terms in [terms(), terms(), terms()],
        clicks in vec(clicked(), 1..60),
        sizes in vec(1..12_usize, 1..6),
    ) {
        let records = fixture::records(&story(&terms, &clicks));
        let (mut books, mut rest) = (Books::default(), &records[..]);
        for size in sizes.iter().cycle() {
            let (batch, after) = rest.split_at(rest.len().min(*size));
            books.apply(batch, usize::MAX);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        let of_clicks = &records[records.len() - clicks.len()..];
        let row_of = |n: usize| books.payables.values().find(|row| row.record == of_clicks[n].no).unwrap();
        let fit = fitting(&terms, &clicks, |n| Zone::utc().day(of_clicks[n].occurred_at));
        for (n, click) in clicks.iter().enumerate() {
            let row = row_of(n);
            let expected = match (click.robot, fit.contains(&n)) {
                (true, _) => (PayableState::Unpaid, Some(Refusal::DeclaredBot)),
                (_, true) => (PayableState::Accepted, None),
                (_, false) => (PayableState::Unpaid, Some(Refusal::ClickLimitReached)),
            };
            prop_assert_eq!((row.state, row.unpaid), expected, "click {} of {:?}", n, click);
        }
    }
}
