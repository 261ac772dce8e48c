//! What the books say, as text for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::books::Books;
use super::statements::{Owed, statement};
use super::words::{D0, KINDS, moment};
use crate::condition::WEEKDAYS;
use crate::exchange::Exchange;
use crate::fact::Record;
use crate::id::{AdId, EventTypeId, NodeId, PartnerId};
use crate::identity::profiles::{Profiles, Verdict};
use crate::identity::{Identifier, IdentifierKind, LeftOut};
use crate::machine::Outcome;
use crate::money::{Currency, MICROS, Money, WHOLE_PPM};
use crate::overlay::{DAY_MINUTES, Repeat};
use crate::program::Source;
use crate::row::{
    Account, ActionRow, ActionState, BalanceKey, Bond, Candidate, ClickRow, Credit, DecisionRow, EdgeRow, Effect,
    Evidence, LeftOutKey, MonthKey, PaymentState, RefusedJoinRow, Returned, ReturnsKey, Rollup, Step, TouchKind,
};
use crate::time::{DAY_MS, Day, MINUTE_MS, SECOND_MS, Timestamp};

mod bonuses;
mod clicks;
mod inquiries;

/// A record's outcome, if there is something to say of it.
pub fn outcome(books: &Books, label: &str, record: &Record, outcome: &Outcome) -> String {
    let told = books.submissions.values().find(|it| it.record == record.no);
    let what = match (outcome.refusal, told) {
        (Some(refusal), _) => refusal.code(),
        (None, Some(told)) if told.unchanged => "nothing new",
        _ => return String::new(),
    };
    format!("{} {label}: {what}\n", time(record.received_at))
}

/// What every case ends with.
pub fn end(books: &Books) -> String {
    actions(books) + &balances(books)
}

pub fn show(books: &Books, what: &str) -> String {
    match what.split_once(' ').unwrap_or((what, "")) {
        ("actions", _) => actions(books),
        ("balances", _) => balances(books),
        ("decision", order) => decisions(books, order).last().cloned().unwrap_or_default(),
        ("decisions", order) => decisions(books, order).concat(),
        ("winner", order) => winner(books, order),
        ("days", _) => days(books),
        ("history", order) => history(books, order),
        ("items", order) => items(books, order),
        ("details", order) => details(books, order),
        ("reports", order) => reports(books, order),
        ("clicks", _) => books.clicks.values().map(|row| click(books, row)).collect(),
        ("payables", _) => clicks::payables(books),
        ("click-days", _) => clicks::days(books),
        ("click-counts", _) => clicks::counts(books),
        ("click-groups", by) => clicks::groups(books, by),
        ("reviews", _) => clicks::reviews(books),
        ("profiles", at) => profiles(books, at),
        ("edges", _) => edges(books),
        ("refused", _) => refused_joins(books),
        ("unsettled", _) => unsettled(books),
        ("sizes", _) => sizes(books),
        ("payments", _) => payments(books),
        ("inquiries", _) => inquiries::inquiries(books),
        ("returns", _) => returns(books),
        ("tallies", _) => bonuses::tallies(books),
        ("work", _) => format!("work waits: {}\n", books.state.work_waits),
        ("statements", _) => statements(books),
        ("clock", _) => format!("brand time {}\n", time(books.state.brand_time)),
        ("audit", _) => audit(books),
        ("effects", _) => effects(books),
        ("config", _) => config(books),
        ("contracts", at) => contracts(books, moment(at)),
        ("left-out", _) => left_out(books),
        _ => panic!("can't show {what}"),
    }
}

pub fn time(at: Timestamp) -> String {
    let (days, mut rest) = (at.since_ms(D0).div_euclid(DAY_MS), at.since_ms(D0).rem_euclid(DAY_MS));
    let mut text = format!("d{days}");
    for (unit_ms, unit) in [(60 * MINUTE_MS, "h"), (MINUTE_MS, "m"), (SECOND_MS, "s"), (1, "ms")] {
        if rest >= unit_ms {
            let plus = if text.contains('+') { "" } else { "+" };
            _ = write!(text, "{plus}{}{unit}", rest / unit_ms);
            rest %= unit_ms;
        }
    }
    text
}

fn day(day: Day) -> String {
    format!("d{}", i64::from(day.0) - D0.0 / DAY_MS)
}

pub fn money(amount: Money, currency: Currency) -> String {
    let sign = if amount.0 < 0 { "-" } else { "" };
    let (whole, micros) = (amount.0.unsigned_abs() / MICROS as u64, amount.0.unsigned_abs() % MICROS as u64);
    let decimals = format!("{micros:06}");
    let needed = decimals.trim_end_matches('0').len().max(currency.digits() as usize);
    let point = if needed == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{}", &decimals[..needed])
}

fn partner(id: PartnerId) -> String {
    match u8::try_from(id.0) {
        Ok(n @ 1..=26) => char::from(b'A' + n - 1).to_string(),
        _ => "nobody".into(),
    }
}

fn kind_name(kind: Option<IdentifierKind>) -> &'static str {
    KINDS.iter().find(|(_, it)| Some(*it) == kind).map_or("unknown", |(name, _)| name)
}

fn left_out(books: &Books) -> String {
    let line = |(key, count): (&LeftOutKey, &i64)| {
        format!("{} {} {}: {count}\n", day(key.day), kind_name(key.kind), key.reason.code())
    };
    books.left_out.iter().map(line).collect()
}

fn identifier(it: &Identifier) -> String {
    let (kind, _) = KINDS.iter().find(|(_, kind)| *kind == it.kind).unwrap();
    format!("{kind}:{}", String::from_utf8_lossy(&it.hash).trim_end_matches('\0'))
}

/// A node by what hangs there.
fn node(books: &Books, node: NodeId) -> String {
    let of_identifier = books.identifiers.iter().find(|(_, row)| row.node == node).map(|(it, _)| identifier(it));
    let of_click = || books.clicks.values().find(|row| row.node == node).map(|row| format!("click:k{}", row.no));
    of_identifier.or_else(of_click).unwrap_or_else(|| format!("node:{node}"))
}

fn source(source: Option<Source>) -> String {
    source.map_or("machine".into(), |source| format!("{source:?}").to_lowercase())
}

fn evidence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::ForcedPartner => "forced partner",
        Evidence::PromoCode => "promo code",
        Evidence::ClickId => "click id",
        Evidence::Identifier => "identifier",
        Evidence::AssignedUrl => "assigned address",
        Evidence::AssignedPhone => "assigned number",
        Evidence::Impression => "view",
        Evidence::ParentAction => "parent action",
        Evidence::Inquiry => "inquiry",
        Evidence::Bonus => "bonus",
        Evidence::Fee => "fee",
        Evidence::Clicks => "clicks",
    }
}

/// A part of an order, where it is not all.
fn share(share_ppm: u32) -> String {
    if share_ppm == WHOLE_PPM { String::new() } else { format!("{}% for ", f64::from(share_ppm) / 10_000.0) }
}

fn actions(books: &Books) -> String {
    books.actions.values().map(action).collect()
}

fn action(row: &ActionRow) -> String {
    let money = |amount| money(amount, row.currency);
    let state = match row.state {
        ActionState::Pending => {
            let held = if row.held { "held, " } else { "" };
            let outside = if row.outside.is_some() { "outside, " } else { "" };
            row.locks_at
                .map_or(format!("{outside}{held}open"), |at| format!("{outside}{held}pending until {}", time(at)))
        }
        ActionState::Locked => "locked".into(),
        ActionState::Paid => format!("paid in {}", row.payment.unwrap_or_default()),
        ActionState::Reversed => format!("reversed {}", row.disposition),
    };
    let by = match row.click {
        Some(no) => format!("{} k{no}", evidence(row.evidence)),
        None => evidence(row.evidence).into(),
    };
    let of = if row.terms_of_template { "template".into() } else { partner(row.partner) };
    let (amount, payout, version) = (amount(row), money(row.payout), row.terms_version);
    let (id, order, partner) = (row.id, &row.order_id, partner(row.partner));
    let share = share(row.share_ppm);
    let state = if row.return_asked.is_some() { format!("{state}, return asked") } else { state };
    let from = row.moved_from.map_or(String::new(), |it| format!(", from {it}"));
    let to = row.moved_to.map_or(String::new(), |it| format!(", to {it}"));
    format!(
        "action {id} {share}{partner} {order} {amount} pays {payout} {state}, by {by}, terms {of}/{version}{from}{to}\n"
    )
}

/// With its currency and what it is worth, where that is not the program's.
fn amount(row: &ActionRow) -> String {
    let amount = money(row.amount, row.order_currency);
    match row.exchange {
        Exchange::Same => amount,
        Exchange::Awaited => format!("{amount} {} without a rate", row.order_currency),
        Exchange::At(rate) => {
            let (worth, of) = (money(row.worth(row.amount), row.currency), day(rate.day));
            format!("{amount} {} by {of} {worth}", row.order_currency)
        }
    }
}

fn balances(books: &Books) -> String {
    // What a partner costs is the counterpart of all the rest and needs no line.
    let keys = books.balances.keys().filter(|key| key.account == Account::Pending);
    let line = |of: &BalanceKey| {
        let program = if of.program.0 == 1 { String::new() } else { format!(" program {}", of.program) };
        let mut line = format!("balance {}{program}", partner(of.partner));
        for account in [Account::Pending, Account::Locked, Account::Paid] {
            let amount = books.balances.get(&BalanceKey { account, ..*of }).copied().unwrap_or_default();
            let name = format!("{account:?}").to_lowercase();
            _ = write!(line, " {name} {}", money(Money(amount), of.currency));
        }
        line + "\n"
    };
    keys.map(line).collect()
}

fn returns(books: &Books) -> String {
    let line = |(key, it): (&ReturnsKey, &Returned)| {
        let money = |amount| money(amount, books.config.programs[&key.program].currency);
        format!(
            "{} {} {} returned of {}\n",
            day(key.month),
            partner(key.partner),
            money(it.returned),
            money(it.payouts)
        )
    };
    books.returns.iter().map(line).collect()
}

fn statements(books: &Books) -> String {
    let line = |(month, (who, program, currency)): (Day, Owed)| {
        let it = statement(books, month, (who, program, currency));
        let money = |amount| money(amount, currency);
        let more =
            [("bonuses", it.bonuses), ("fees", it.fees)].into_iter().filter(|(_, amount)| *amount != Money::ZERO);
        let more: String = more.map(|(name, amount)| format!(" + {name} {}", money(amount))).collect();
        format!(
            "{} {} owed {} + earned {} - reversed {}{more} - paid {} = {} (pending {} locked {})\n",
            day(month),
            partner(who),
            money(it.opening),
            money(it.earned),
            money(it.reversed),
            money(it.paid),
            money(it.closing()),
            money(it.pending),
            money(it.locked),
        )
    };
    let owed = |key: &MonthKey| (key.month, (key.of.partner, key.of.program, key.of.currency));
    let months: BTreeSet<(Day, Owed)> = books.months.keys().map(owed).collect();
    months.into_iter().map(line).collect()
}

/// Every decision of an order, in the order they were made.
fn decisions(books: &Books, order: &str) -> Vec<String> {
    books.decisions.values().filter(|row| row.order.order_id == order).map(|row| decision(books, row)).collect()
}

fn decision(books: &Books, row: &DecisionRow) -> String {
    let credit = |it: &Credit| format!("{}{} by {}", share(it.share_ppm), partner(it.partner), evidence(it.evidence));
    let outcome = match row.refusal {
        None => row.credits.iter().map(credit).collect::<Vec<_>>().join(", "),
        Some(refusal) => refusal.code().to_owned(),
    };
    let by = row.click_path.map(|path| format!(", by {}", path.code())).unwrap_or_default();
    let mut text = format!("decision {} at {}: {outcome}{by}\n", row.order.order_id, time(row.occurred_at));
    row.candidates.iter().for_each(|it| text += &candidate(books, it));
    if row.candidates_left_out > 0 {
        _ = writeln!(text, "  and {} more", row.candidates_left_out);
    }
    for LeftOut { kind, reason } in &row.left_out {
        _ = writeln!(text, "  left out: {} {}", kind_name(*kind), reason.code());
    }
    text
}

/// Of a decision with very many candidates, what matters.
fn winner(books: &Books, order: &str) -> String {
    let Some(row) = books.decisions.values().rfind(|row| row.order.order_id == order) else { return String::new() };
    let kept = format!("{} candidates and {} more\n", row.candidates.len(), row.candidates_left_out);
    row.candidates.iter().filter(|it| it.lost.is_none()).fold(kept, |text, it| text + &candidate(books, it))
}

fn candidate(books: &Books, it: &Candidate) -> String {
    let won = match it.share_ppm {
        WHOLE_PPM => "won".to_owned(),
        share_ppm => format!("won {}%", f64::from(share_ppm) / 10_000.0),
    };
    let lost = it.lost.map_or(won, |refusal| refusal.code().to_owned());
    let mut steps = it.path.as_slice();
    let start = match steps {
        [Step::Joined { from, .. } | Step::SeenAt { node: from }, ..] => {
            format!("reported before {}", node(books, *from))
        }
        [Step::ReportedClickId, Step::Joined { from, .. } | Step::SeenAt { node: from }, ..] => {
            steps = &steps[1..];
            format!("reported id of another at {}", node(books, *from))
        }
        _ => String::new(),
    };
    let path: String = steps.iter().map(|step| step_text(books, step)).collect();
    let kind = if it.kind == TouchKind::Impression { "view " } else { "" };
    format!("  {kind}k{} {} {} {lost}: {start}{path}\n", it.click, partner(it.partner), time(it.occurred_at))
}

fn step_text(books: &Books, step: &Step) -> String {
    match step {
        Step::ReportedClickId => "reported id".into(),
        Step::Reported { identifier: it } => identifier(it),
        Step::Joined { occurred_at, to, .. } => format!(" -({})- {}", time(*occurred_at), node(books, *to)),
        Step::SeenAt { .. } => String::new(),
    }
}

fn days(books: &Books) -> String {
    let line = |(key, sums): (&crate::row::RollupKey, &Rollup)| {
        let currency = books.config.programs[&key.program].currency;
        let ad = if key.ad == AdId(0) { "no ad".into() } else { format!("ad {}", key.ad) };
        let mut line = format!("{} {} {ad}:", day(key.day), partner(key.partner));
        let Rollup { clicks, uncounted, impressions, visits, conversions, assists, unclaimed, amount, payout } = *sums;
        let counts = [
            (clicks, "clicks"),
            (uncounted, "uncounted"),
            (impressions, "views"),
            (visits, "visits"),
            (conversions, "conversions"),
            (assists, "assists"),
            (unclaimed, "unclaimed"),
        ];
        for (count, name) in counts.into_iter().filter(|(count, _)| *count != 0) {
            _ = write!(line, " {count} {name}");
        }
        if (amount, payout) != (Money::ZERO, Money::ZERO) {
            _ = write!(line, " {} pays {}", money(amount, currency), money(payout, currency));
        }
        line + "\n"
    };
    books.rollups.iter().map(line).collect()
}

fn of_order<'a>(books: &'a Books, order: &'a str) -> impl Iterator<Item = &'a ActionRow> {
    books.actions.values().filter(move |row| row.order_id == order)
}

fn history(books: &Books, order: &str) -> String {
    let mut text = String::new();
    for action in of_order(books, order) {
        for row in books.history.values().filter(|row| row.action == action.id) {
            let kind = format!("{:?}", row.kind).to_lowercase();
            let (amount, payout) = (money(row.amount_delta, action.currency), money(row.payout_delta, action.currency));
            let (at, by, why) = (time(row.at), source(row.source), &row.disposition);
            let user = row.user.map_or(String::new(), |user| format!(" user {user}"));
            text += format!("{} {at} {kind} {amount} pays {payout} by {by}{user} {why}", row.seq).trim_end();
            text += "\n";
        }
    }
    text
}

fn items(books: &Books, order: &str) -> String {
    let line = |action: &ActionRow| {
        let items = action.items.iter();
        items
            .map(|it| format!("{} x {} {}\n", it.quantity, it.sku, money(it.amount, action.order_currency)))
            .collect::<String>()
    };
    of_order(books, order).map(line).collect()
}

fn details(books: &Books, order: &str) -> String {
    let line = |it: &ActionRow| {
        let intended = (money(it.intended_amount, it.order_currency), money(it.intended_payout, it.currency));
        let ([sub1, ..], shared, code, status) = (&it.sub_ids, &it.shared_id, &it.promo_code, &it.customer_status);
        let derived = if it.status_derived { " by earlier orders" } else { "" };
        let at = (time(it.occurred_at), time(it.opened_at), time(it.changed_at));
        format!(
            "{}: occurred {} opened {} changed {}, intended {} pays {}, ad {}, sub1 {sub1:?} shared {shared:?} code {code:?} status {status:?}{derived}\n",
            it.id, at.0, at.1, at.2, intended.0, intended.1, it.ad
        )
    };
    of_order(books, order).map(line).collect()
}

fn reports(books: &Books, order: &str) -> String {
    let of_order = books.submissions.values().filter(|it| it.order.as_ref().is_none_or(|key| key.order_id == order));
    of_order
        .map(|it| {
            let kind = format!("{:?}", it.kind).to_lowercase();
            let ids: Vec<String> = it.actions.iter().map(ToString::to_string).collect();
            let action = if ids.is_empty() { "no action".into() } else { format!("action {}", ids.join(" and ")) };
            let refusal = it.refusal.map_or("taken", |refusal| refusal.code());
            let unchanged = if it.unchanged { ", nothing new" } else { "" };
            format!("{kind} by {}: {refusal}, {action}{unchanged}\n", source(Some(it.source)))
        })
        .collect()
}

fn click(books: &Books, row: &ClickRow) -> String {
    let mut line = format!(
        "k{} {} ad {} {} at {}",
        row.no,
        partner(row.partner),
        row.ad,
        time(row.occurred_at),
        node(books, row.node)
    );
    let texts =
        [("slug", row.slug.as_deref().unwrap_or_default()), ("sub1", &row.sub_ids[0]), ("shared", &row.shared_id)];
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        _ = write!(line, " {name}={text}");
    }
    if let Some(at) = row.landed_at {
        _ = write!(line, " landed {}", time(at));
    }
    if row.recovered {
        line += " recovered";
    }
    line + row.refusal.map_or("", |_| " ") + row.refusal.map_or("", |refusal| refusal.code()) + "\n"
}

/// Every node of the graph.
pub fn nodes(books: &Books) -> BTreeSet<NodeId> {
    let of_identifiers = books.identifiers.values().map(|row| row.node);
    of_identifiers.chain(books.clicks.values().map(|row| row.node)).collect()
}

/// Every node by the profile it belongs to at a moment, as of it.
pub fn profile_nodes(books: &Books, at: Timestamp) -> BTreeMap<NodeId, Vec<NodeId>> {
    let profiles = Profiles::as_of(books.edges.values(), at);
    let mut by_profile = BTreeMap::<NodeId, Vec<NodeId>>::new();
    for node in nodes(books) {
        by_profile.entry(profiles.of(node, at)).or_default().push(node);
    }
    by_profile
}

/// Everything that hangs at a node.
fn names(books: &Books, at: NodeId) -> String {
    let names: Vec<String> =
        books.identifiers.iter().filter(|(_, row)| row.node == at).map(|(it, _)| identifier(it)).collect();
    if names.is_empty() { node(books, at) } else { names.join("=") }
}

fn profiles(books: &Books, at: &str) -> String {
    let at = if at.is_empty() { Timestamp(i64::MAX) } else { moment(at) };
    let line = |nodes: &Vec<NodeId>| {
        let names: Vec<String> = nodes.iter().map(|it| names(books, *it)).collect();
        format!("profile {}\n", names.join(" "))
    };
    profile_nodes(books, at).values().map(line).collect()
}

fn sizes(books: &Books) -> String {
    let profiles = profile_nodes(books, Timestamp(i64::MAX));
    let sizes: Vec<String> = profiles.values().map(|nodes| nodes.len().to_string()).collect();
    format!("profiles of {} nodes\n", sizes.join(", "))
}

/// The edges as they stand, with what became of each.
fn edges(books: &Books) -> String {
    let profiles = Profiles::as_of(books.edges.values(), Timestamp(i64::MAX));
    let line = |edge: &EdgeRow| {
        let became = match (edge.bond, profiles.verdict(&edge.key())) {
            (Bond::Same, _) => "the same".to_owned(),
            (Bond::Separated, _) => "separated".to_owned(),
            (Bond::Rejoined, _) => "rejoined".to_owned(),
            (Bond::KeptOut(reason), _) => format!("kept out {}", reason.code()),
            (Bond::Seen, Some(Verdict::Moved { device, from })) => {
                format!("{} moved from {}", node(books, device), time(from))
            }
            (Bond::Seen, Some(Verdict::Refused(reason))) => format!("refused {}", reason.code()),
            (Bond::Seen, Some(it)) => format!("{it:?}").to_lowercase(),
            (Bond::Seen, None) => "again".to_owned(),
        };
        (
            edge.moment(),
            format!("{} {} - {}: {became}\n", time(edge.occurred_at), node(books, edge.a), node(books, edge.b)),
        )
    };
    let mut lines: Vec<_> = books.edges.values().map(line).collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn refused_joins(books: &Books) -> String {
    let line = |it: &RefusedJoinRow| {
        format!(
            "refused to join {} and {} at {}: {}\n",
            node(books, it.a),
            node(books, it.b),
            time(it.at),
            it.reason.code()
        )
    };
    books.refused_joins.values().map(line).collect()
}

fn unsettled(books: &Books) -> String {
    books.unsettled.iter().map(|(key, row)| format!("{} open until {}\n", key.order_id, time(row.until))).collect()
}

fn payments(books: &Books) -> String {
    let converted = |it: &crate::row::PaymentRow| {
        let sum = |sum: &crate::row::PaymentSum| {
            let amount = if it.state == PaymentState::Proposed { sum.proposed } else { sum.total };
            let by = sum.rate.map_or(String::new(), |rate| format!(" by {}", day(rate.day)));
            format!("{} {}{by}", money(amount, sum.currency), sum.currency)
        };
        let sums: Vec<String> = it.sums.iter().map(sum).collect();
        if it.sums.iter().all(|sum| sum.rate.is_none()) { String::new() } else { format!(" of {}", sums.join(" and ")) }
    };
    let line = |it: &crate::row::PaymentRow| {
        let (total, to) = (money(it.total, it.currency), partner(it.partner));
        let state = format!("{:?}", it.state).to_lowercase();
        let why = if it.reason.is_empty() { String::new() } else { format!(" {:?}", it.reason) };
        let of = if it.state == PaymentState::Proposed {
            format!("owed {}", money(it.proposed, it.currency))
        } else {
            format!("{} actions, {total}", it.actions)
        };
        format!("payment {} {} to {to}: {of} {}{}, {state}{why}\n", it.id, time(it.at), it.currency, converted(it))
    };
    let run = |it: &crate::row::PaymentRunRow| {
        let payments: Vec<String> = it.payments.iter().map(ToString::to_string).collect();
        let state = format!("{:?}", it.state).to_lowercase();
        let (of, amount) = (payments.join(","), money(it.proposed, it.currency));
        format!("run {} {} of payments {of}: {amount} {}, {state}\n", it.id, time(it.at), it.currency)
    };
    let runs: String = books.payment_runs.values().map(run).collect();
    runs + &books.payments.values().map(line).collect::<String>()
}

fn audit(books: &Books) -> String {
    let line = |it: &crate::row::AuditRow| {
        let refusal = it.refusal.map_or(String::new(), |refusal| format!(" {}", refusal.code()));
        let (kind, subject, user, why) = (it.kind, &it.subject, it.actor.user, &it.actor.reason);
        format!("{} {kind} {subject:?} by {user} {why:?}{refusal}\n", time(it.at))
    };
    books.audit.values().map(line).collect()
}

fn effects(books: &Books) -> String {
    let line = |it: &crate::row::EffectRow| {
        let Effect::TellActionChanged { action, seq, kind } = &it.effect;
        format!("tell {}/{} {action} {seq} {kind:?}\n", it.record, it.n)
    };
    books.effects.values().map(line).collect()
}

fn config(books: &Books) -> String {
    let mut text = String::new();
    for it in books.config.event_types.values() {
        let EventTypeId(id) = it.id;
        _ = writeln!(text, "event {id} {} of {} {:?}", it.code, it.program, it.standing);
    }
    for it in books.config.ads.values() {
        _ = writeln!(text, "ad {} of {} {:?}", it.id, it.program, it.standing);
    }
    for it in books.config.links.values() {
        _ = writeln!(text, "link {} of {} {:?}", it.slug, partner(it.partner), it.standing);
    }
    for it in books.config.promo_codes.values() {
        _ = writeln!(text, "code {} of {} {:?}", it.code, partner(it.partner), it.standing);
    }
    for it in books.config.blocks.values() {
        let name = identifier(&it.blocked.identifier);
        _ = writeln!(text, "block {} {name} at {} {:?} {:?}", it.record, time(it.at), it.blocked.standing, it.reason);
    }
    for it in books.config.assigned_values.values() {
        _ = writeln!(text, "{:?} {} of {} {:?}", it.kind, it.value, partner(it.partner), it.standing);
    }
    for it in books.config.groups.values() {
        let members: Vec<String> = it.members.iter().map(|member| partner(*member)).collect();
        _ = writeln!(text, "group {} of {}: {} {:?}", it.id, it.program, members.join(","), it.credit);
    }
    for it in books.config.terms.values().flatten() {
        let of = it.partner.map_or("template".into(), partner);
        let end = it.ends_at.map_or(String::new(), |at| format!(" to {}", time(at)));
        let own = if it.rules.is_some() { "own rules" } else { "as the template" };
        _ = writeln!(text, "terms {of}/{} from {}{end} {:?}, {own}", it.version, time(it.starts_at), it.standing);
    }
    for it in books.config.overlays.values().flatten() {
        let (set, of) = (&it.set, it.set.partners.iter().map(|it| partner(*it)).collect::<Vec<_>>().join(","));
        let of = if of.is_empty() { "all".to_owned() } else { of };
        let (from, to) = (time(set.starts_at), time(set.ends_at));
        let repeat = repeat(&set.repeat);
        _ = writeln!(text, "overlay {}/{} from {from} to {to} {:?} {of}{repeat}", it.id, it.version, set.standing);
    }
    for it in books.config.lists.values().flatten() {
        let values = it.values.iter().collect::<Vec<_>>().join(",");
        _ = writeln!(text, "list {}/{} {} of {}: {values}", it.id, it.version, it.name, it.word.name());
    }
    text
}

fn repeat(it: &Repeat) -> String {
    let days = it.weekdays.iter().map(|day| WEEKDAYS[usize::from(*day)]).collect::<Vec<_>>().join(",");
    let days = if days.is_empty() { days } else { format!(" on {days}") };
    let all_day = (it.from, it.until) == (0, DAY_MINUTES);
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    if all_day { days } else { format!("{days} {}-{}", clock(it.from), clock(it.until)) }
}

/// What each version is at a moment, and each contract.
fn contracts(books: &Books, at: Timestamp) -> String {
    let mut text = String::new();
    for it in books.config.terms.values().flatten() {
        let of = it.partner.map_or("template".into(), partner);
        _ = writeln!(text, "{} {of}/{} {}", time(at), it.version, books.config.status(it, at).name());
    }
    for (program, of) in books.config.terms.keys().filter_map(|(program, of)| Some((*program, (*of)?))) {
        if let Some((terms, status)) = books.config.contract_at(program, of, at) {
            let offer =
                books.config.offer_to(program, of, at).map_or(String::new(), |it| format!(", offered {}", it.version));
            _ = writeln!(text, "{} contract {}: {} by {}{offer}", time(at), partner(of), status.name(), terms.version);
        }
    }
    text
}
