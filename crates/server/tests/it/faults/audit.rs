//! What must be so after every fault.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use referee_rig::Postgres;
use referee_rig::deadline::{PATIENCE, poll};
use serde_json::Value;

use super::fleet::{Fleet, Process};
use super::load::{Click, Heard};

/// A flagged click may be lost with its edge if it was made in the last moment: it is on its way to the edge's disk.
const ON_ITS_WAY: Duration = Duration::from_secs(2);

/// An edge was killed.
#[derive(Clone, Copy)]
pub struct Killed {
    pub edge: u16,
    pub at: Instant,
}

impl Killed {
    fn excuses(&self, click: &Click) -> bool {
        let late = click.at <= self.at && self.at - click.at < ON_ITS_WAY;
        click.flagged && click.edge == self.edge && late
    }
}

/// Waits until the books have everything, ends the processes, and counts. Gives the figures as a sentence.
pub fn check(fleet: &Fleet, processes: Vec<Process>, heard: &Heard, killed: &[Killed]) -> String {
    let excused = |click: &Click| killed.iter().any(|it| it.excuses(click));
    let clicks: BTreeSet<u64> = heard.clicks.iter().filter(|it| !excused(it)).map(|it| it.no.0).collect();
    let orders: BTreeMap<&str, bool> = heard.reports.iter().map(|it| (it.order.as_str(), it.again)).collect();
    assert_eq!(orders.len(), heard.reports.len(), "every order is taken once");
    wait_for_books(&fleet.postgres, &clicks, &orders, heard.visits.len());
    for mut process in processes {
        process.stop();
    }
    let visits_in_log = check_log(fleet, heard, &clicks, &orders);
    check_books(&fleet.postgres, &orders);
    let counted = visits_counted(&fleet.postgres);
    assert!(counted <= visits_in_log, "{counted} visits are counted, of {visits_in_log} in the log");
    let replay = fleet.command(&["replay", "--check"]);
    let (said, cause) = (String::from_utf8_lossy(&replay.stdout), String::from_utf8_lossy(&replay.stderr));
    assert!(replay.status.success(), "the books are what the log says: {said}{cause}");
    let (flagged, again) = (heard.flagged(), orders.values().filter(|again| **again).count());
    let (clicks, orders) = (heard.clicks.len(), orders.len());
    format!("{clicks} clicks, {flagged} of them flagged; {orders} orders, {again} of them sent again")
}

/// What follows from the log takes its time, and what lay in a spool too.
fn wait_for_books(postgres: &Postgres, clicks: &BTreeSet<u64>, orders: &BTreeMap<&str, bool>, visits: usize) {
    let (mut no_clicks, mut no_orders) = (Vec::new(), Vec::new());
    let complete = poll(2 * PATIENCE, || {
        let kept = numbers(&postgres.psql("select no from click"));
        let text = postgres.psql("select order_id from conversion");
        let known: BTreeSet<&str> = text.lines().collect();
        no_clicks = clicks.iter().filter(|no| !kept.contains(no)).copied().collect();
        no_orders = orders.keys().filter(|order| !known.contains(*order)).map(|it| (*it).to_owned()).collect();
        let all = no_clicks.is_empty() && no_orders.is_empty() && visits_counted(postgres) >= visits;
        all.then_some(())
    });
    let (lost_clicks, lost_orders) = (no_clicks.len(), no_orders.len());
    no_clicks.truncate(5);
    no_orders.truncate(5);
    let lost = format!("{lost_clicks} clicks {no_clicks:?} and {lost_orders} orders {no_orders:?}");
    let counted = visits_counted(postgres);
    assert!(complete.is_some(), "the books lack {lost}; they count {counted} visits of {visits}");
}

fn visits_counted(postgres: &Postgres) -> usize {
    postgres.psql("select coalesce(sum(visits), 0) from rollup").parse().expect("a number")
}

fn numbers(text: &str) -> BTreeSet<u64> {
    text.lines().map(|line| line.parse().expect("a number")).collect()
}

/// Each order was credited once, however often its sender came.
fn check_books(postgres: &Postgres, orders: &BTreeMap<&str, bool>) {
    let text = postgres.psql("select order_id, count(*) from action group by order_id");
    let actions: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('|')).collect();
    for order in orders.keys() {
        assert_eq!(actions.get(order), Some(&"1"), "order {order} is one action");
    }
}

/// Everything is in the log once, but a report whose sender had to come again. Gives how many visits there are.
fn check_log(fleet: &Fleet, heard: &Heard, clicks: &BTreeSet<u64>, orders: &BTreeMap<&str, bool>) -> usize {
    let output = fleet.command(&["log", "cat"]);
    assert!(output.status.success(), "the log is read: {}", String::from_utf8_lossy(&output.stderr));
    let mut seen = BTreeSet::new();
    let (mut kept_clicks, mut kept_orders, mut kept_visits) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line: Value = serde_json::from_str(line).expect("a line of JSON");
        // The same frame may be kept twice where the first answer was lost; its facts have the same ids and count once.
        if !seen.insert(line["id"].as_str().expect("an id").to_owned()) {
            continue;
        }
        let fact = &line["fact"];
        if let Some(no) = fact["click_recorded"]["no"].as_u64() {
            *kept_clicks.entry(no).or_insert(0) += 1;
        }
        if let Some(order) = fact["conversion_reported"]["order_id"].as_str() {
            *kept_orders.entry(order.to_owned()).or_insert(0) += 1;
        }
        if let Some(path) = fact["visit_recorded"]["path"].as_str() {
            *kept_visits.entry(path.to_owned()).or_insert(0) += 1;
        }
    }
    for no in clicks {
        assert_eq!(kept_clicks.get(no), Some(&1), "click {no} is in the log once");
    }
    for (order, again) in orders {
        let kept = kept_orders.get(*order).copied().unwrap_or(0);
        assert!(kept == 1 || (*again && kept > 1), "order {order} is in the log once, not {kept} times");
    }
    for path in &heard.visits {
        assert_eq!(kept_visits.get(path), Some(&1), "the visit of {path} is in the log once");
    }
    kept_visits.values().sum()
}
