//! Clicks and payouts by day, as SVG, with a table of the same figures one click away.

use maud::{Markup, html};
use referee_core::money::{Currency, MICROS, Money};
use referee_core::row::Rollup;
use referee_core::time::Day;

use super::format;
use super::table::{Table, cell, figure, minor_figure, money_cell, number_cell, text};

/// The drawing is stretched to its place, so that its units mean nothing; words stand beside it, unstretched.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;

/// One bar and one point a day. The day that is not over is drawn hollow, and its line dashed.
pub fn days(days: &[(Day, Rollup)], currency: Currency, today: Day, foot: Markup) -> Markup {
    let top = |unit: i64, of: fn(&Rollup) -> i64| match days.iter().map(|(_, it)| of(it)).max() {
        Some(most) if most > 0 => nice(most),
        _ => 2 * unit,
    };
    let (clicks_top, payout_top) = (top(1, |it| it.clicks), top(MICROS, |it| it.payout.0));
    let unfinished = days.iter().any(|(day, _)| *day == today);
    html! {
        figure.card.pad.chart {
            figcaption {
                span.key.bars { "Clicks" } span.key.line { "Payouts" }
                span.grow {}
                @if unfinished { span.muted { (format::short_day(today)) " is not over." } }
            }
            div.plot {
                div.scale aria-hidden="true" { @for part in [2, 1, 0] { span { (format::number(clicks_top / 2 * part)) } } }
                (drawing(days, (clicks_top, payout_top), currency, today))
                div.scale.right aria-hidden="true" { @for part in [2, 1, 0] { span { (round(Money(payout_top / 2 * part), currency)) } } }
                div.days aria-hidden="true" { @for day in labelled(days) { span { (format::short_day(day)) } } }
            }
            details {
                summary { "The same as a table" }
                (table(days, currency).bare())
                (foot)
            }
        }
    }
}

fn drawing(days: &[(Day, Rollup)], (clicks_top, payout_top): (i64, i64), currency: Currency, today: Day) -> Markup {
    let step = WIDTH / days.len().max(1) as f64;
    let point = |i: usize, it: &Rollup| {
        let y = HEIGHT - it.payout.0.max(0) as f64 / payout_top as f64 * HEIGHT;
        format!("{:.1},{:.1}", (i as f64 + 0.5) * step, y)
    };
    let points: Vec<String> = days.iter().enumerate().map(|(i, (_, it))| point(i, it)).collect();
    let over = days.iter().take_while(|(day, _)| *day < today).count();
    let dashed = points.get(over.saturating_sub(1)..=over).filter(|_| over > 0).unwrap_or_default();
    html! {
        svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label="Clicks and payouts by day; the table below has the figures" {
            g.rules { @for y in ["0", "50", "100"] { path d={ "M0 " (y) "H1000" } {} } }
            @for (i, (day, it)) in days.iter().enumerate() {
                @let height = it.clicks as f64 / clicks_top as f64 * HEIGHT;
                rect class=(if *day == today { "bar unfinished" } else { "bar" })
                    x=(format!("{:.1}", i as f64 * step + step * 0.14)) width=(format!("{:.1}", step * 0.72))
                    y=(format!("{:.1}", HEIGHT - height)) height=(format!("{height:.1}")) {
                    title { (format::short_day(*day)) ": " (format::number(it.clicks)) " clicks, " (format::money(it.payout, currency)) }
                }
            }
            polyline.payouts points=(points[..over.min(points.len())].join(" ")) {}
            polyline.payouts.unfinished points=(dashed.join(" ")) {}
        }
    }
}

/// Five days at most, evenly apart.
fn labelled(days: &[(Day, Rollup)]) -> Vec<Day> {
    let last = days.len().saturating_sub(1);
    let mut places: Vec<usize> = (0..5).map(|k| (k * last + 2) / 4).collect();
    places.dedup();
    places.into_iter().filter_map(|i| days.get(i)).map(|(day, _)| *day).collect()
}

/// The next figure above that is easy to halve and to say.
fn nice(most: i64) -> i64 {
    let mut unit: i64 = 1;
    while unit.saturating_mul(10) <= most {
        unit = unit.saturating_mul(10);
    }
    let steps = [2, 4, 6, 8, 10, 20];
    steps.into_iter().map(|step| unit.saturating_mul(step)).find(|it| *it >= most).unwrap_or(i64::MAX).max(2)
}

/// Without decimals that say nothing.
fn round(amount: Money, currency: Currency) -> String {
    let text = format::money(amount, currency);
    text.strip_suffix(".00").map(str::to_owned).unwrap_or(text)
}

/// The newest day first.
pub fn table(days: &[(Day, Rollup)], currency: Currency) -> Table {
    let columns = vec![
        text("Day"),
        figure("Clicks"),
        minor_figure("Not counted"),
        figure("Conversions"),
        minor_figure("Sales"),
        figure("Payouts"),
    ];
    let row = |(day, it): &(Day, Rollup)| {
        vec![
            cell(format::day(*day)),
            number_cell(it.clicks),
            number_cell(it.uncounted),
            number_cell(it.conversions),
            money_cell(it.amount, currency),
            money_cell(it.payout, currency),
        ]
    };
    Table { columns, rows: days.iter().rev().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_on_figures_that_can_be_said() {
        for (most, top) in [(0, 2), (1, 2), (3, 4), (9, 10), (10, 20), (255, 400), (999, 1_000), (1_001, 2_000)] {
            assert_eq!(nice(most), top, "{most}");
        }
    }

    #[test]
    fn few_days_are_named_and_the_last_is() {
        let of = |n: i32| (0..n).map(|day| (Day(day), Rollup::default())).collect::<Vec<_>>();
        assert_eq!(labelled(&of(22)), [0, 5, 11, 16, 21].map(Day));
        assert_eq!(labelled(&of(1)), [Day(0)]);
        assert_eq!(labelled(&of(2)), [0, 1].map(Day));
        assert!(labelled(&[]).is_empty());
    }

    #[test]
    fn any_day_may_be_today() {
        let three: Vec<_> = (0..3).map(|day| (Day(day), Rollup::default())).collect();
        for today in [-1, 0, 1, 2, 9] {
            assert!(days(&three, Currency(*b"EUR"), Day(today), html! {}).into_string().contains("<svg"));
        }
    }
}
