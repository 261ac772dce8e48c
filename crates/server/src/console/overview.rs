//! The first screen: how it goes, and for a partner what was earned.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{AdId, PartnerId};
use referee_core::money::Money;
use referee_core::program::Program;
use referee_core::row::{Account, Rollup};
use referee_core::time::Day;
use referee_engine::books::reads::Period;
use referee_engine::engine::blocking;
use serde::Deserialize;

use super::page::{empty, page};
use super::person::{Failure, Person};
use super::table::{Table, cell, figure, link_cell, minor_figure, text};
use super::{chart, format};

#[derive(Deserialize, Default)]
pub struct OverviewQuery {
    program: Option<u32>,
    from: Option<String>,
    to: Option<String>,
    format: Option<String>,
}

const DAYS_DEFAULT: i32 = 22;
const DAYS_MAX: i32 = 366;

struct Figures {
    days: Vec<(Day, Rollup)>,
    before: Rollup,
    partners: Vec<(PartnerId, Rollup)>,
    ads: Vec<(AdId, Rollup)>,
    pending: Money,
}

pub async fn show(person: Person, Query(query): Query<OverviewQuery>) -> Result<Response, Failure> {
    let Some(program) = person.program(query.program) else { return Ok(first_steps(&person).into_response()) };
    let today = program.zone.day(person.app.engine.now());
    let to = query.to.as_deref().and_then(format::parse_day).unwrap_or(today);
    let from = query.from.as_deref().and_then(format::parse_day).unwrap_or(Day(to.0 - DAYS_DEFAULT + 1));
    let from = Day(from.0.clamp(to.0.saturating_sub(DAYS_MAX), to.0));
    let figures = ask(&person, program, from, to).await?;
    if query.format.as_deref() == Some("csv") {
        return Ok(partner_table(&person, program, &figures.partners).csv("overview"));
    }
    Ok(screen(&person, program, (from, to, today), &figures).into_response())
}

async fn ask(person: &Person, program: &Program, from: Day, to: Day) -> Result<Figures, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let length = to.0 - from.0 + 1;
    let period = Period { program: program.id, from, to, partner };
    let before = Period { from: Day(from.0 - length), to: Day(from.0 - 1), ..period };
    let figures = blocking(move || {
        let reads = &engine.reads;
        let known = reads.days(brand, period)?;
        let day = |day: i32| known.iter().find(|(it, _)| it.0 == day).map_or(Rollup::default(), |(_, it)| *it);
        let sum = |days: Vec<(Day, Rollup)>| days.into_iter().fold(Rollup::default(), add);
        let balances = reads.balances(brand, partner)?;
        let pending =
            balances.iter().filter(|(key, _)| key.account == Account::Pending && key.program == period.program);
        Ok(Figures {
            days: (from.0..=to.0).map(|it| (Day(it), day(it))).collect(),
            before: sum(reads.days(brand, before)?),
            partners: reads.partners(brand, period)?,
            ads: reads.ads(brand, period)?,
            pending: pending.fold(Money::ZERO, |sum, (_, amount)| sum.plus(*amount)),
        })
    });
    Ok(figures.await?)
}

fn add(mut sum: Rollup, (_, it): (Day, Rollup)) -> Rollup {
    sum.add(it);
    sum
}

fn screen(person: &Person, program: &Program, (from, to, today): (Day, Day, Day), figures: &Figures) -> Markup {
    let total = figures.days.iter().copied().fold(Rollup::default(), add);
    let currency = program.currency;
    let own = person.partner.is_some();
    let title = if own { "Earnings" } else { person.brand_name.as_str() };
    page(
        person,
        "/",
        title,
        html! {
            form.filter method="get" {
                @if person.config.programs.len() > 1 {
                    label { "Program" select name="program" {
                        @for it in person.config.programs.values() {
                            option value=(it.id) selected[it.id == program.id] { (it.name) }
                        }
                    } }
                }
                label { "From" input type="date" name="from" value=(format::day(from)); }
                label { "To" input type="date" name="to" value=(format::day(to)); }
                button { "Show" }
                span.muted { (program.name) ", against the " (to.0 - from.0 + 1) " days before" }
            }
            section.card.kpis {
                (kpi("Clicks", format::number(total.clicks), change(total.clicks, figures.before.clicks),
                    html! { (format::number(total.uncounted)) " not counted" }))
                (kpi("Conversions", format::number(total.conversions), change(total.conversions, figures.before.conversions),
                    html! { (share(total.conversions, total.clicks)) " of clicks" @if total.unclaimed > 0 { ", " (format::number(total.unclaimed)) " unclaimed" } }))
                (kpi("Sales", format::money(total.amount, currency), change(total.amount.0, figures.before.amount.0), html! {}))
                (kpi(if own { "Earned" } else { "Payouts" }, format::money(total.payout, currency), change(total.payout.0, figures.before.payout.0),
                    html! { (format::money(figures.pending, currency)) " pending, " (share(total.payout.0, total.amount.0)) " of sales" }))
            }
            (chart::days(&figures.days, currency, today))
            div.two {
                @if !own { (partner_table(person, program, &figures.partners).html()) }
                (ad_table(person, program, &figures.ads).html())
            }
            p.foot { a.underlined href={ "/?format=csv&from=" (format::day(from)) "&to=" (format::day(to)) "&program=" (program.id) } { "Export CSV" } }
        },
    )
}

fn kpi(name: &str, figure: String, change: Option<Markup>, more: Markup) -> Markup {
    html! {
        div { span.muted { (name) } b { (figure) } @if let Some(change) = change { (change) " " } span.muted { (more) } }
    }
}

/// Against the days before; nothing where there was nothing.
fn change(now: i64, before: i64) -> Option<Markup> {
    if before <= 0 {
        return None;
    }
    let permille = (now - before) * 1_000 / before;
    let sign = if permille < 0 { "−" } else { "+" };
    let text = format!("{sign}{}.{} %", permille.unsigned_abs() / 10, permille.unsigned_abs() % 10);
    Some(html! { span class=(if permille < 0 { "down" } else { "up" }) { (text) } })
}

fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".into();
    }
    let basis_points = i128::from(part) * 10_000 / i128::from(whole);
    format!("{}.{:02} %", basis_points / 100, basis_points % 100)
}

fn partner_table(person: &Person, program: &Program, partners: &[(PartnerId, Rollup)]) -> Table {
    let columns = vec![
        text("Partner"),
        figure("Clicks"),
        minor_figure("Not counted"),
        figure("Conversions"),
        minor_figure("Sales"),
        figure("Payouts"),
    ];
    let row = |(id, it): &(PartnerId, Rollup)| {
        vec![
            link_cell(&format!("/partners/{id}"), person.partner_name(*id)),
            cell(format::number(it.clicks)),
            cell(format::number(it.uncounted)),
            cell(format::number(it.conversions)),
            cell(format::money(it.amount, program.currency)),
            cell(format::money(it.payout, program.currency)),
        ]
    };
    let named = partners.iter().filter(|(id, _)| *id != PartnerId(0));
    Table { columns, rows: named.map(row).collect() }
}

fn ad_table(person: &Person, program: &Program, ads: &[(AdId, Rollup)]) -> Table {
    let columns = vec![text("Ad"), figure("Clicks"), figure("Conversions"), figure("Payouts")];
    let row = |(id, it): &(AdId, Rollup)| {
        let name = person.config.ads.get(&(program.id, *id)).map_or("without an ad", |ad| ad.name.as_str());
        vec![
            cell(name),
            cell(format::number(it.clicks)),
            cell(format::number(it.conversions)),
            cell(format::money(it.payout, program.currency)),
        ]
    };
    let earning = ads.iter().filter(|(id, it)| *id != AdId(0) || it.payout != Money::ZERO);
    Table { columns, rows: earning.map(row).collect() }
}

/// A brand without a program.
fn first_steps(person: &Person) -> Markup {
    let next = html! {
        p { "A program says where visitors land, on which host links are served, and in which currency partners are paid." }
        p { a.button.primary href="/settings" { "Set up the program" } }
        p.muted { "Then add an event type, an ad and a partner; the " a.underlined href="/docs/start" { "first steps" } " show each." }
    };
    page(person, "/", &person.brand_name, empty("There is no program yet", next))
}
