//! Clicks and payouts by day, as SVG, with a table of the same figures one click away.

use maud::{Markup, html};
use referee_core::money::Currency;
use referee_core::row::Rollup;
use referee_core::time::Day;

use super::format;

const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 180.0;
const TOP: f64 = 20.0;

/// One bar and one point a day; the last day is marked as not over.
pub fn days(days: &[(Day, Rollup)], currency: Currency, unfinished: Day) -> Markup {
    let clicks_max = days.iter().map(|(_, it)| it.clicks).max().unwrap_or(0).max(1) as f64;
    let payout_max = days.iter().map(|(_, it)| it.payout.0).max().unwrap_or(0).max(1) as f64;
    let step = WIDTH / days.len().max(1) as f64;
    let bottom = TOP + HEIGHT;
    let points: Vec<String> = days
        .iter()
        .enumerate()
        .map(|(i, (_, it))| {
            let y = bottom - it.payout.0.max(0) as f64 / payout_max * HEIGHT;
            format!("{:.1},{:.1}", (i as f64 + 0.5) * step, y)
        })
        .collect();
    let label_every = days.len().div_ceil(8).max(1);
    html! {
        section.card.pad.chart {
            svg viewBox="0 0 1080 230" width="100%" role="img" aria-label="Clicks and payouts by day" {
                g.rules { @for y in [20, 80, 140, 200] { path d={ "M0 " (y) "H1080" } {} } }
                @for (i, (day, it)) in days.iter().enumerate() {
                    @let height = it.clicks as f64 / clicks_max * HEIGHT;
                    rect class=(if *day == unfinished { "bar unfinished" } else { "bar" })
                        x=(format!("{:.1}", i as f64 * step + step * 0.12)) width=(format!("{:.1}", step * 0.76))
                        y=(format!("{:.1}", bottom - height)) height=(format!("{height:.1}")) {
                        title { (format::short_day(*day)) ": " (format::number(it.clicks)) " clicks, " (format::money(it.payout, currency)) }
                    }
                    @if i % label_every == 0 {
                        text x=(format!("{:.1}", (i as f64 + 0.5) * step)) y="220" text-anchor="middle" { (format::short_day(*day)) }
                    }
                }
                polyline.payouts points=(points.join(" ")) {}
                text x="4" y="16" { (format::number(clicks_max as i64)) " clicks" }
                text x="1076" y="16" text-anchor="end" { (format::money(referee_core::money::Money(payout_max as i64), currency)) }
            }
            p.muted { "Bars: clicks. Line: payouts. The last day is not over." }
            details {
                summary { "The same as a table" }
                table {
                    thead { tr { th { "Day" } th.num { "Clicks" } th.num { "Not counted" } th.num { "Conversions" } th.num { "Payouts" } } }
                    tbody { @for (day, it) in days.iter().rev() {
                        tr {
                            td { (format::day(*day)) }
                            td.num { (format::number(it.clicks)) }
                            td.num { (format::number(it.uncounted)) }
                            td.num { (format::number(it.conversions)) }
                            td.num { (format::money(it.payout, currency)) }
                        }
                    } }
                }
            }
        }
    }
}
