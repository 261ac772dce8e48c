//! The first screen: how it goes, and for a partner what was earned.

use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use referee_core::id::{AdId, BrandId, PartnerId};
use referee_core::money::Money;
use referee_core::program::Program;
use referee_core::row::{Account, ActionState, Rollup};
use referee_core::time::Day;
use referee_engine::Engine;
use referee_engine::books::reads::{ActionFilter, Between, Period};
use referee_engine::engine::blocking;
use referee_engine::error::Error;
use serde::Deserialize;

use super::page::{empty, page};
use super::partners::program_filter;
use super::person::{Failure, Person};
use super::table::{EXPORT_ROWS, Table, cell, figure, foot, link_cell, minor_figure, money_cell, number_cell, text};
use super::{chart, format, pending_clicks, returns, steps, terms};

#[derive(Deserialize, Default)]
pub struct OverviewQuery {
    program: Option<u32>,
    from: Option<String>,
    to: Option<String>,
    #[serde(default)]
    table: String,
    format: Option<String>,
}

const DAYS_DEFAULT: i32 = 22;
const DAYS_MAX: i32 = 366;
const LOCKING_DAYS: u32 = 7;
const SPANS: [i32; 3] = [7, 30, 90];

#[derive(Clone, Copy)]
struct Span {
    from: Day,
    to: Day,
    today: Day,
}

impl Span {
    fn of(query: &OverviewQuery, today: Day) -> Span {
        let to = query.to.as_deref().and_then(format::parse_day).unwrap_or(today);
        let from = query.from.as_deref().and_then(format::parse_day).unwrap_or(Day(to.0 - DAYS_DEFAULT + 1));
        Span { from: Day(from.0.clamp(to.0.saturating_sub(DAYS_MAX), to.0)), to, today }
    }

    fn days(self) -> i32 {
        self.to.0 - self.from.0 + 1
    }
}

struct Figures {
    days: Vec<(Day, Rollup)>,
    before: Rollup,
    partners: Vec<(PartnerId, Rollup)>,
    ads: Vec<(AdId, Rollup)>,
    pending: Money,
    locked: Money,
    refused: u64,
    /// Of what is pending for a partner, what locks within days.
    locking: Money,
}

pub async fn show(person: Person, Query(query): Query<OverviewQuery>) -> Result<Response, Failure> {
    let Some(program) = person.program(query.program) else { return Ok(no_program(&person).into_response()) };
    let span = Span::of(&query, program.zone.day(person.app.engine.now()));
    let figures = ask(&person, program, span).await?;
    if query.format.as_deref() == Some("csv") {
        return Ok(match query.table.as_str() {
            "ads" => ad_table(&person, program, &figures.ads).csv("ads"),
            "days" => chart::table(&figures.days, program.currency).csv("days"),
            _ => partner_table(&person, program, &figures.partners).csv("overview"),
        });
    }
    let waiting = html! {
        (returns::waiting(&person, &program.zone).await?)
        (pending_clicks::notice(&person, program).await?)
    };
    Ok(screen(&person, program, span, &figures, &waiting).into_response())
}

async fn ask(person: &Person, program: &Program, span: Span) -> Result<Figures, Failure> {
    let (engine, brand, partner) = (person.app.engine.clone(), person.brand, person.partner);
    let period = Period { program: program.id, from: span.from, to: span.to, partner };
    let before = Period { from: Day(span.from.0 - span.days()), to: Day(span.from.0 - 1), ..period };
    let figures = blocking(move || {
        let reads = &engine.reads;
        let known = reads.days(brand, period)?;
        let day = |day: i32| known.iter().find(|(it, _)| it.0 == day).map_or(Rollup::default(), |(_, it)| *it);
        let sum = |days: Vec<(Day, Rollup)>| days.into_iter().fold(Rollup::default(), add);
        let balances = reads.balances(brand, partner)?;
        let balance = |account: Account| {
            let of_account = balances.iter().filter(|(key, _)| key.account == account && key.program == period.program);
            of_account.fold(Money::ZERO, |sum, (_, amount)| sum.plus(*amount))
        };
        Ok(Figures {
            days: (period.from.0..=period.to.0).map(|it| (Day(it), day(it))).collect(),
            before: sum(reads.days(brand, before)?),
            partners: reads.partners(brand, period)?,
            ads: reads.ads(brand, period)?,
            pending: balance(Account::Pending),
            locked: balance(Account::Locked),
            locking: if partner.is_some() { locking(&engine, brand, period)? } else { Money::ZERO },
            refused: if partner.is_none() { engine.settings.count_refused(brand)? } else { 0 },
        })
    });
    Ok(figures.await?)
}

fn locking(engine: &Engine, brand: BrandId, period: Period) -> Result<Money, Error> {
    let locks = Between { from: engine.now(), to: engine.now().plus_days(LOCKING_DAYS) };
    let (program, states) = (Some(period.program), vec![ActionState::Pending]);
    let filter = ActionFilter { program, partner: period.partner, states, locks, ..ActionFilter::default() };
    let actions = engine.reads.actions(brand, &filter, None, EXPORT_ROWS)?;
    Ok(actions.iter().fold(Money::ZERO, |sum, action| sum.plus(action.payout)))
}

fn add(mut sum: Rollup, (_, it): (Day, Rollup)) -> Rollup {
    sum.add(it);
    sum
}

fn screen(person: &Person, program: &Program, span: Span, figures: &Figures, waiting: &Markup) -> Markup {
    let total = figures.days.iter().copied().fold(Rollup::default(), add);
    let own = person.partner.is_some();
    let kept = |table: &str| {
        let (from, to) = (format::day(span.from), format::day(span.to));
        [("table", table.to_owned()), ("program", program.id.to_string()), ("from", from), ("to", to)]
    };
    let body = html! {
        @if !own { (steps::first_steps(person, Some(program))) }
        (waiting)
        (filter_form(person, program, span))
        (kpis(person, program, figures, total))
        @if total == Rollup::default() { (nothing(person)) (own_contract(person, program, figures)) } @else {
            (chart::days(&figures.days, program.currency, span.today, foot("/", &kept("days"), None)))
            div.two {
                @if !own { div { (partner_table(person, program, &figures.partners).html()) (foot("/", &kept("partners"), None)) } }
                div {
                    @if !own { (steps::waiting(person, program, figures.locked, figures.refused)) }
                    (ad_table(person, program, &figures.ads).html())
                    (foot("/", &kept("ads"), None))
                }
                @if own { div { (own_contract(person, program, figures)) } }
            }
        }
    };
    page(person, "/", if own { "Earnings" } else { person.brand_name.as_str() }, body)
}

fn filter_form(person: &Person, program: &Program, span: Span) -> Markup {
    let address = |days: i32| {
        format!(
            "/?program={}&from={}&to={}",
            program.id,
            format::day(Day(span.today.0 - days + 1)),
            format::day(span.today)
        )
    };
    html! {
        form.filter method="get" {
            (program_filter(person, Some(program.id.0), None))
            label { "From" input type="date" name="from" value=(format::day(span.from)); }
            label { "To" input type="date" name="to" value=(format::day(span.to)); }
            button { "Show" }
            span.chips { @for days in SPANS {
                a.chip.on[span.to == span.today && span.days() == days] href=(address(days)) { (days) " days" }
            } }
            span.muted { (program.name) ", against the " (span.days()) " days before" }
        }
    }
}

fn kpis(person: &Person, program: &Program, figures: &Figures, total: Rollup) -> Markup {
    let (before, currency) = (&figures.before, program.currency);
    let unclaimed = format::number(total.unclaimed);
    html! {
        section.card.kpis {
            (kpi("Clicks", format::number(total.clicks), change(total.clicks, before.clicks),
                html! { (format::number(total.uncounted)) " not counted" }))
            (kpi("Conversions", format::number(total.conversions), change(total.conversions, before.conversions),
                html! {
                    @if total.clicks > 0 { (share(total.conversions, total.clicks)) " of clicks" }
                    @if person.partner.is_some() && total.assists > 0 { ", and a share in " (format::number(total.assists)) " more" }
                    @if total.unclaimed > 0 { ", " (unclaimed) " earned nothing" }
                }))
            (kpi("Sales", format::money(total.amount, currency), change(total.amount.0, before.amount.0), html! {}))
            (kpi(if person.partner.is_some() { "Earned" } else { "Payouts" }, format::money(total.payout, currency), change(total.payout.0, before.payout.0),
                html! {
                    @if total.amount > Money::ZERO { (share(total.payout.0, total.amount.0)) " of sales. " }
                    (format::money(figures.pending, currency)) " pending"
                    @if person.partner.is_some() { ", " (format::money(figures.locked, currency)) " locked" }
                }))
        }
    }
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
    let permille = i128::from(now - before) * 1_000 / i128::from(before);
    let sign = if permille < 0 { "−" } else { "+" };
    let text = format!("{sign}{}.{} %", permille.unsigned_abs() / 10, permille.unsigned_abs() % 10);
    Some(html! { span class=(if permille < 0 { "down" } else { "up" }) { (text) } })
}

fn share(part: i64, whole: i64) -> String {
    let permille = i128::from(part) * 1_000 / i128::from(whole.max(1));
    format!("{}.{} %", permille / 10, permille % 10)
}

fn partner_table(person: &Person, program: &Program, partners: &[(PartnerId, Rollup)]) -> Table {
    let columns = vec![
        text("Partner"),
        figure("Clicks"),
        minor_figure("Not counted"),
        minor_figure("Impressions"),
        figure("Conversions"),
        minor_figure("Assists"),
        minor_figure("Sales"),
        figure("Payouts"),
    ];
    let row = |(id, it): &(PartnerId, Rollup)| {
        let name = person.partner_name(*id);
        vec![
            if person.partner.is_some() { cell(name) } else { link_cell(&format!("/partners/{id}"), name) },
            number_cell(it.clicks),
            number_cell(it.uncounted),
            number_cell(it.impressions),
            number_cell(it.conversions),
            number_cell(it.assists),
            money_cell(it.amount, program.currency),
            money_cell(it.payout, program.currency),
        ]
    };
    let named = partners.iter().filter(|(id, _)| *id != PartnerId(0));
    let shared = partners.iter().any(|(_, it)| it.assists > 0);
    Table { columns, rows: named.map(row).collect() }.without((!shared).then_some("Assists"))
}

fn ad_table(person: &Person, program: &Program, ads: &[(AdId, Rollup)]) -> Table {
    let columns = vec![text("Ad"), figure("Clicks"), figure("Conversions"), figure("Payouts")];
    let row = |(id, it): &(AdId, Rollup)| {
        let name = person.config.ads.get(&(program.id, *id)).map_or("without an ad", |ad| ad.name.as_str());
        vec![cell(name), number_cell(it.clicks), number_cell(it.conversions), money_cell(it.payout, program.currency)]
    };
    let earning = ads.iter().filter(|(id, it)| *id != AdId(0) || it.payout != Money::ZERO);
    Table { columns, rows: earning.map(row).collect() }
}

/// What the partner who looks is paid, and what comes next.
fn own_contract(person: &Person, program: &Program, figures: &Figures) -> Markup {
    let Some(partner) = person.partner else { return html! {} };
    html! {
        section.card.pad {
            h2 { "Your contract" }
            @if person.config.offer_to(program.id, partner, person.app.engine.now()).is_some() {
                p { "New terms wait for your answer. " a.underlined href="/contract" { "Read them" } }
            }
            @match person.config.terms_at(program.id, partner, person.app.engine.now()) {
                Ok(terms) => (terms::lines(person, program, &terms)),
                Err(refusal) => p { (refusal.partner_sentence()) },
            }
            @if figures.pending > Money::ZERO {
                p { b { (format::money(figures.locking, program.currency)) } " of what is pending locks within " (LOCKING_DAYS) " days. What is locked is paid with the next payment." }
            }
        }
    }
}

fn nothing(person: &Person) -> Markup {
    let next = html! {
        @if person.partner.is_some() { p { "Take a link, put it where people read you, and see here what it brings. " a.underlined href="/ads" { "Your links" } } }
        @else { p { "Every partner's screen has its links. Follow one yourself: the click is here a moment later. " a.underlined href="/partners" { "Partners" } } }
    };
    empty("Nothing happened in these days", next)
}

/// A brand without a program.
fn no_program(person: &Person) -> Markup {
    let body = html! {
        @if person.partner.is_some() { (empty("There is no program yet", html! { p { "The brand has not set up its program. Come back when it has." } })) }
        @else {
            (empty("There is no program yet", html! {
                p { "A program says where visitors land, on which host links are served, and in which currency partners are paid." }
                p { a.button.primary href="/settings" { "Set up the program" } }
            }))
            (steps::first_steps(person, None))
        }
    };
    page(person, "/", &person.brand_name, body)
}
