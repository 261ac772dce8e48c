//! What the page of figures says of servers beside files.

use std::fmt::{Result, Write};

use super::Scaled;
use super::apply::{Applied, Books};
use super::edge::Clicks;
use crate::bench::figure::Figure;
use crate::bench::report::{machine, row, thousands};

/// What is to be reached.
const CLICK_IN_FILES_MOST: f64 = 3.0;
const APPLY_IN_FILES_LEAST: f64 = 1.0 / 3.0;

pub fn rows(text: &mut String, it: &Scaled) -> Result {
    for (log, ratio) in [
        ("JetStream, three copies", it.edge_cpu_ratio),
        ("JetStream, one copy", it.edge_cpu_ratio_one_copy),
        ("PostgreSQL", it.edge_cpu_ratio_postgres),
    ] {
        let work = format!("a durable click at an edge, log on {log}");
        row(text, &work, format!("{ratio:.2} x with files"), "3 x with files", ratio <= CLICK_IN_FILES_MOST)?;
    }
    for (what, ratio) in [("clicks", it.apply_ratio), ("clicks, visits and orders", it.apply_ratio_mixed)] {
        let work = format!("{what} applied to books on PostgreSQL");
        row(text, &work, format!("{ratio:.2} x with a file"), "0.33 x with a file", ratio >= APPLY_IN_FILES_LEAST)?;
    }
    Ok(())
}

pub fn section(text: &mut String, it: &Scaled) -> Result {
    write!(
        text,
        "
## Servers beside files

{} rounds of `cargo xtask bench scaled`. Everything runs on the same machine: the load, Referee, and the servers it uses.

### A durable click at an edge

Each installation is under load for {} s in turn, with the requests of the redirect above. *Files* is one process with
SQLite. The others have an edge (roles edge, reader, courier) and a machine (role machine) in two processes, PostgreSQL
15 with `fsync` on, and the log there or in NATS with `sync_interval: always`. A click costs an edge what its threads
use: those that answer, those that bring records to the log, and the one that asks what other processes changed.

",
        it.rounds, it.seconds,
    )?;
    clicks(text, &it.clicks)?;
    applied(text, &it.apply)?;
    machine(text, &it.machine)?;
    writeln!(
        text,
        "When it ended the load average was {:.1}; the bench itself and its servers are in that.",
        it.load_after
    )
}

type Column<'a, T> = (&'a str, fn(&T) -> String);

/// One column for each of several things, one row for each figure.
fn table<T>(text: &mut String, head: &str, names: &[&str], things: &[&T], rows: &[Column<'_, T>]) -> Result {
    writeln!(text, "| {head} | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()))?;
    for (name, figure) in rows {
        let cells: Vec<String> = things.iter().map(|thing| figure(thing)).collect();
        writeln!(text, "| {name} | {} |", cells.join(" | "))?;
    }
    Ok(())
}

fn spread(figure: &Figure) -> String {
    format!("{:.1} ({:.1} to {:.1})", figure.median, figure.lowest, figure.highest)
}

fn ratio(figure: &Figure) -> String {
    format!("{:.2} ({:.2} to {:.2})", figure.median, figure.lowest, figure.highest)
}

fn clicks(text: &mut String, clicks: &[Clicks]) -> Result {
    let names: Vec<&str> = clicks.iter().map(|it| it.engines.as_str()).collect();
    let things: Vec<&Clicks> = clicks.iter().collect();
    let rows: [Column<'_, Clicks>; 15] = [
        ("edge's threads", |it| spread(&it.edge)),
        ("log's threads", |it| spread(&it.log)),
        ("peers", |it| spread(&it.peers)),
        ("**a click at the edge**", |it| spread(&it.click)),
        ("times files, by round", |it| ratio(&it.ratio)),
        ("machine", |it| spread(&it.machine)),
        ("PostgreSQL", |it| spread(&it.postgres)),
        ("NATS", |it| spread(&it.nats)),
        ("all processes", |it| spread(&it.everything)),
        ("times files, by round", |it| ratio(&it.everything_ratio)),
        ("clicks in a frame", |it| format!("{:.0}", it.clicks_per_frame.median)),
        ("clicks a second", |it| thousands(it.per_second.median)),
        ("half answered within, ms", |it| format!("{:.0}", it.p50_us.median / 1_000.0)),
        ("99% answered within, ms", |it| format!("{:.0}", it.p99_us.median / 1_000.0)),
        ("sent on before durable", |it| {
            let all = (it.recorded + it.flagged).max(1) as f64;
            format!("{:.2}%", it.flagged as f64 * 100.0 / all)
        }),
    ];
    table(text, "us a click (rounds)", &names, &things, &rows)
}

fn applied(text: &mut String, it: &Applied) -> Result {
    writeln!(
        text,
        "
### Facts applied to the books

`cargo sim apply --clicks {}` with its books in a file, and with `--database-url` in an empty database: the same frames,
from a log in a file both times. Processor time is that of the machine's whole process. What it waits for is the clock
without that.
",
        it.clicks,
    )?;
    let rows: [Column<'_, Books>; 11] = [
        ("clicks per core-second", |it| thousands(it.clicks_per_core_second.median)),
        ("with visits and orders", |it| thousands(it.mixed_facts_per_core_second.median)),
        ("processor, us a click", |it| spread(&it.cpu_us_per_click)),
        ("waiting, us a click", |it| spread(&it.waiting_us_per_click)),
        ("processor, us a fact of the mix", |it| spread(&it.cpu_us_per_mixed_fact)),
        ("waiting, us a fact of the mix", |it| spread(&it.waiting_us_per_mixed_fact)),
        ("the database server, us a fact of both", |it| spread(&it.server_us_per_fact)),
        ("clicks in a transaction", |it| thousands(it.facts_per_batch)),
        ("books, B a click", |it| format!("{:.0}", it.bytes_per_click)),
        ("written ahead, B a click", |it| format!("{:.0}", it.written_ahead_per_click)),
        ("clicks a second on the clock", |it| {
            thousands(1_000_000.0 / (it.cpu_us_per_click.median + it.waiting_us_per_click.median))
        }),
    ];
    table(text, "", &["file", "PostgreSQL"], &[&it.file, &it.postgres], &rows)?;
    writeln!(
        text,
        "
Facts applied in a core-second, as a multiple of those with a file, by round: clicks {}, the mix {}.
The machine computes less, because what SQLite does within its thread is the server's work there. With the server's
time a core-second applies {} of what it does with a file.
",
        ratio(&it.ratio),
        ratio(&it.ratio_mixed),
        ratio(&it.ratio_with_server),
    )
}
