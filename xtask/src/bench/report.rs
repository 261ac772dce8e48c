//! The page of the documentation with the figures of the last runs, against what was set out to be reached.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::apply::Apply;
use super::figure::Figure;
use super::machine::Machine;
use super::page::Page;
use super::redirect::Redirect;
use super::scaled::{self, Scaled};
use super::tls::{self, Tls};
use super::workshop::Workshop;

const PAGE: &str = "docs/reference/benchmarks.md";

/// What is to be reached.
const CLICK_IN_NGINX_MOST: f64 = 2.5;
const CLICKS_IN_EXPRESS_LEAST: f64 = 20.0;
const CLICKS_PER_CORE_SECOND_LEAST: f64 = 100_000.0;
const BYTES_PER_CLICK_MOST: f64 = 450.0;

pub fn write(workshop: &Workshop) -> Result<()> {
    let redirect: Option<Redirect> = workshop.last_figures("redirect")?;
    let apply: Option<Apply> = workshop.last_figures("apply")?;
    let scaled: Option<Scaled> = workshop.last_figures("scaled")?;
    let tls: Option<Tls> = workshop.last_figures("tls")?;
    let measured = page(redirect.as_ref(), apply.as_ref(), scaled.as_ref(), tls.as_ref());
    let measured = measured.context("write the page of figures")?;
    let path = workshop.project.join(PAGE);
    let older = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let page = Page::parse(&measured).over(Page::parse(&older));
    let text = format!("{HEAD}{TABLE}{}{}", page.rows(), page.sections());
    std::fs::write(&path, &text).with_context(|| format!("write {}", path.display()))?;
    println!("\n{text}\nwritten to {PAGE}");
    Ok(())
}

const HEAD: &str = "# Benchmarks

Written by `cargo xtask bench`; measure again on your own machine and this page is yours. The figures are processor time
(user and system) that the servers used, as ratios of servers measured in turn in the same run: on a machine that others
use too, requests per second say more about the others.
";

const TABLE: &str = "
| work | measured | to reach | |
|---|---|---|---|
";

/// All that there are figures of.
fn page(
    redirect: Option<&Redirect>,
    apply: Option<&Apply>,
    scaled: Option<&Scaled>,
    tls: Option<&Tls>,
) -> Result<String, std::fmt::Error> {
    let mut text = format!("{HEAD}{TABLE}");
    if let Some(it) = redirect {
        let reached = it.ratio_nginx <= CLICK_IN_NGINX_MOST;
        row(&mut text, "a durable click", format!("{:.2} x nginx", it.ratio_nginx), "2.5 x nginx", reached)?;
        let reached = it.ratio_express >= CLICKS_IN_EXPRESS_LEAST;
        let measured = format!("{:.1} x less than Express", it.ratio_express);
        row(&mut text, "the same, beside Express and PostgreSQL", measured, "20 x less", reached)?;
    }
    if let Some(it) = apply {
        let reached = it.clicks_per_core_second >= CLICKS_PER_CORE_SECOND_LEAST;
        let measured = format!("{} per core-second", thousands(it.clicks_per_core_second));
        row(&mut text, "clicks applied to the books", measured, "100,000 per core-second", reached)?;
        let reached = it.bytes_per_click <= BYTES_PER_CLICK_MOST;
        let measured = format!("{:.0} B", it.bytes_per_click);
        row(&mut text, "disk per click, log and books together", measured, "450 B", reached)?;
    }
    if let Some(it) = scaled {
        scaled::rows(&mut text, it)?;
    }
    if let Some(it) = tls {
        tls::rows(&mut text, it)?;
    }
    if let Some(it) = redirect {
        redirect_section(&mut text, it)?;
    }
    if let Some(it) = apply {
        apply_section(&mut text, it)?;
    }
    if let Some(it) = scaled {
        scaled::section(&mut text, it)?;
    }
    if let Some(it) = tls {
        tls::section(&mut text, it)?;
    }
    Ok(text)
}

pub fn row(text: &mut String, work: &str, measured: String, reach: &str, reached: bool) -> std::fmt::Result {
    let verdict = if reached { "reached" } else { "not reached" };
    writeln!(text, "| {work} | {measured} | {reach} | {verdict} |")
}

fn redirect_section(text: &mut String, it: &Redirect) -> std::fmt::Result {
    let (rounds, seconds, connections) = (it.rounds, it.seconds, it.connections);
    write!(
        text,
        "
## The redirect of a click

{rounds} rounds, in each of which every server is under load for {seconds} s in turn: {connections} connections that stay open, and requests of
a browser that follows a partner's link without a cookie, so that each is a new visitor's.

- **Referee**: `referee demo`, the release binary. Every click is flushed to the log before its answer, and applied to
  the books meanwhile. *Click* counts the threads a visitor waits for (edge and log writer), *process* all of them.
- **nginx**: one worker per core; a redirect with an access log, a generated id in the address, and a cookie. Nothing
  of the click is durable.
- **Express**: Node with `express` and `pg`, and a PostgreSQL cluster as its package configures it; one row with two
  indexes is committed before the redirect. Node's and PostgreSQL's time together.

| processor time of a request | median, us | rounds, us |
|---|---|---|
"
    )?;
    let spread = &it.spread;
    for (name, figure) in [
        ("Referee, click", &spread.click),
        ("of which edge", &spread.edge),
        ("of which log writer", &spread.log_writer),
        ("Referee, process", &spread.click_process),
        ("nginx", &spread.nginx),
        ("Express", &spread.express),
    ] {
        figure_row(text, name, figure)?;
    }
    writeln!(
        text,
        "
A click costs {:.2} redirects of nginx (rounds: {:.2} to {:.2}), and the whole process {:.2}. Express costs {:.1} clicks
(rounds: {:.1} to {:.1}), or {:.1} of the whole process. {} clicks were answered, {} recorded: connections
still had some under way when a round ended. {} were sent on before they were durable, and none failed.
",
        it.ratio_nginx,
        spread.ratio_nginx.lowest,
        spread.ratio_nginx.highest,
        it.ratio_nginx_process,
        it.ratio_express,
        spread.ratio_express.lowest,
        spread.ratio_express.highest,
        it.ratio_express_process,
        thousands(it.clicks_answered as f64),
        thousands(it.clicks_recorded as f64),
        it.clicks_flagged,
    )?;
    machine(text, &it.machine)
}

pub fn figure_row(text: &mut String, name: &str, figure: &Figure) -> std::fmt::Result {
    writeln!(text, "| {name} | {:.1} | {:.1} to {:.1} |", figure.median, figure.lowest, figure.highest)
}

fn apply_section(text: &mut String, it: &Apply) -> std::fmt::Result {
    let spread = &it.spread;
    writeln!(
        text,
        "
## Facts applied to the books

{} rounds of `cargo sim apply --clicks {}`: a made-up shop with forty partners and eight ads in a rush of 20,000 clicks a
second, where one visitor in seven was here before. Its log holds frames as flushes under load leave them, {:.0} records
each on average; the machine reads them and applies them to new books, and all that its thread does counts, up to the
last checkpoint.

| | median | rounds |
|---|---|---|
| clicks per core-second | {} | {} to {} |
| facts per core-second, with a visit for three clicks and an order for a hundred | {} | {} to {} |

A click takes {:.0} B: {:.0} in the log, with its raw section, and {:.0} in the books. A fact of the mix takes {:.0} B.
",
        it.rounds,
        it.clicks,
        it.records_per_frame,
        thousands(it.clicks_per_core_second),
        thousands(spread.clicks_per_core_second.lowest),
        thousands(spread.clicks_per_core_second.highest),
        thousands(it.mixed_facts_per_core_second),
        thousands(spread.mixed_facts_per_core_second.lowest),
        thousands(spread.mixed_facts_per_core_second.highest),
        it.bytes_per_click,
        it.log_bytes_per_click,
        it.books_bytes_per_click,
        it.mixed_bytes_per_fact,
    )?;
    machine(text, &it.machine)
}

pub fn machine(text: &mut String, it: &Machine) -> std::fmt::Result {
    writeln!(
        text,
        "Measured on {}: {} cores ({}), {}, {}; a flush of 4 KiB took {:.0} us (median). The load average
was {:.1} when the bench began: what is above zero is others at work.",
        it.measured_on, it.cores, it.processor, it.kernel, it.file_system, it.flush_us.median, it.load_before,
    )
}

/// A whole number with commas.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (number, text) in [(7.0, "7"), (999.6, "1,000"), (123_456.0, "123,456"), (1_000_000.0, "1,000,000")] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn a_page_without_figures_has_a_title_and_no_rows() {
        let text = page(None, None, None, None).unwrap();
        assert!(text.starts_with("# Benchmarks\n") && text.ends_with("|---|---|---|---|\n"));
        assert_eq!(Page::parse(&text).rows(), "");
    }
}
