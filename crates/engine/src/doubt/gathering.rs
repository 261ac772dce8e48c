//! Reads the figures of a program's day from the books.

use std::collections::{BTreeMap, BTreeSet};

use referee_core::id::{BrandId, PartnerId, ProgramId};
use referee_core::refusal::Refusal;
use referee_core::screening::ClickTest;
use referee_core::time::{Day, Zone};

use super::figures::{DayFigures, Gathering, Orders, PartnerFigures};
use crate::books::doubt_reads::Span;
use crate::books::payable_reads::PayablePlace;
use crate::books::reads::{Period, Reads};
use crate::error::Result;

/// Days before a day that it is compared with.
const EARLIER_DAYS: i32 = 28;
/// Orders are few: they are looked at together with those of the days before.
const WEEK_DAYS: i32 = 7;
/// An order that comes sooner after its click was under way before it.
pub const SOON_MS: i64 = 20_000;
/// What was said of a program's days before: five of each partner at most.
const DOUBTS_MAX: u32 = 100_000;
/// Clicks read at once.
const CLICKS_AT_ONCE: u32 = 10_000;

/// What may be of people: paid or not, it neither repeats another click nor is it nobody's.
const GENUINE: [Option<Refusal>; 13] = [
    None,
    Some(Refusal::DataCentre),
    Some(Refusal::RequestAnomaly),
    Some(Refusal::ShoppingAssistant),
    Some(Refusal::UnusualVolume),
    Some(Refusal::LowConversion),
    Some(Refusal::ConversionTiming),
    Some(Refusal::TooRegular),
    Some(Refusal::Concentrated),
    Some(Refusal::ClickRestricted),
    Some(Refusal::ClickLimitReached),
    Some(Refusal::ClickRejected),
    Some(Refusal::ActionTermsNotFound),
];

/// The figures of a day of a program, whose zone says when it begins and ends.
pub fn figures(reads: &dyn Reads, brand: BrandId, program: ProgramId, of: (&Zone, Day)) -> Result<DayFigures> {
    let day = of.1;
    let mut partners = BTreeMap::new();
    volumes(reads, brand, program, day, &mut partners)?;
    orders(reads, brand, program, of, &mut partners)?;
    moments(reads, brand, program, day, &mut partners)?;
    Ok(DayFigures { program, day, partners })
}

/// Clicks of the day and of those before it.
fn volumes(
    reads: &dyn Reads,
    brand: BrandId,
    program: ProgramId,
    day: Day,
    partners: &mut BTreeMap<PartnerId, PartnerFigures>,
) -> Result<()> {
    let (first, week) = (day.0 - EARLIER_DAYS, day.0 - WEEK_DAYS + 1);
    let period = Period { program, from: Day(week - EARLIER_DAYS), to: day, partner: None };
    for (date, partner, clicks) in reads.click_volumes(brand, period, &GENUINE)? {
        let it = partners.entry(partner).or_default();
        if date.0 >= week {
            it.week.clicks += clicks;
        } else {
            it.before.clicks += clicks;
        }
        if date == day {
            it.clicks = clicks;
        } else if date.0 >= first {
            // Days in between without any click count as well.
            let place = usize::try_from(date.0 - first).unwrap_or_default();
            it.earlier.resize(place, 0);
            it.earlier.push(clicks);
        }
    }
    // A flood's first day does not make its second one usual.
    let said = reads.click_doubts(brand, Period { from: Day(first), ..period }, DOUBTS_MAX)?;
    let unusual: BTreeSet<(PartnerId, i32)> = said
        .iter()
        .filter(|row| row.doubt.test == ClickTest::Volume)
        .map(|row| (row.doubt.partner, row.doubt.day.0))
        .collect();
    for (partner, it) in partners {
        it.earlier.resize(EARLIER_DAYS as usize, 0);
        let days = (first..).zip(std::mem::take(&mut it.earlier)).skip_while(|(_, clicks)| *clicks == 0);
        it.earlier = days.filter(|(day, _)| !unusual.contains(&(*partner, *day))).map(|(_, clicks)| clicks).collect();
    }
    Ok(())
}

/// Orders of the week and of the days before it.
fn orders(
    reads: &dyn Reads,
    brand: BrandId,
    program: ProgramId,
    (zone, day): (&Zone, Day),
    partners: &mut BTreeMap<PartnerId, PartnerFigures>,
) -> Result<()> {
    let week = Day(day.0 - WEEK_DAYS + 1);
    let [first, start, end] = [Day(week.0 - EARLIER_DAYS), week, day.plus(1)].map(|day| zone.start_of(day));
    let mut put = |span: Span, of: fn(&mut PartnerFigures) -> &mut Orders| -> Result<()> {
        for it in reads.orders_by_click(brand, program, span, SOON_MS)? {
            // Orders of a partner without a click in all these days say nothing of its clicks.
            let Some(figures) = partners.get_mut(&it.partner) else { continue };
            let orders = of(figures);
            (orders.orders, orders.soon) = (it.orders, it.soon);
        }
        Ok(())
    };
    put(Span { from: first, until: start }, |it| &mut it.before)?;
    put(Span { from: start, until: end }, |it| &mut it.week)
}

/// When and where the clicks of the day came from.
fn moments(
    reads: &dyn Reads,
    brand: BrandId,
    program: ProgramId,
    day: Day,
    partners: &mut BTreeMap<PartnerId, PartnerFigures>,
) -> Result<()> {
    let period = Period { program, from: day, to: day, partner: None };
    let (mut after, mut gathering) = (PayablePlace { day, ..PayablePlace::default() }, Gathering::default());
    loop {
        let rows = reads.payables(brand, period, after, CLICKS_AT_ONCE)?;
        // Rows come partner by partner: one is gathered at a time.
        for row in &rows {
            if row.partner != after.partner {
                put_moments(partners, after.partner, std::mem::take(&mut gathering));
            }
            after = PayablePlace::of(row);
            if GENUINE.contains(&row.unpaid) {
                gathering.add(row.occurred_at.0, row.network);
            }
        }
        if rows.len() < CLICKS_AT_ONCE as usize {
            put_moments(partners, after.partner, gathering);
            return Ok(());
        }
    }
}

fn put_moments(partners: &mut BTreeMap<PartnerId, PartnerFigures>, partner: PartnerId, mut gathered: Gathering) {
    if let Some(it) = partners.get_mut(&partner) {
        (it.times, it.networks) = (gathered.times(), gathered.networks());
    }
}
