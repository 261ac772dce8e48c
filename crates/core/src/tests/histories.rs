//! Histories made at random, in the text form of `fixture`: one that breaks a property is a case that can be read.
//!
//! Few people, orders and clicks, so that they meet often. Ids of all clicks exist from the start; their records come
//! late, twice or never. Times go forward by anything from milliseconds to weeks, and what is claimed may lie before.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const CLICKS: u32 = 10;

const SET_UP: &str = "
    program 1 eur zone=berlin
    event sale
    event lead first-wins
    event renewal parent=sale
    template sale=8% lead=5.00 renewal=4% window=30d lock=10d
    ad 1
    ad 2
    partner A
    partner B
    partner C
    contract A sale=8% lead=5.00 renewal=4% window=30d lock=10d tiers=sale:actions/month/all:1/1.00:3/3%
    contract B sale=12.5% lead=0.005 renewal=2.00 window=7d views=24h lock=3d returns=consent
    code TRAIL10 A
    code OLD20 B paused
    code NOTHING C
    code TRAIL* B policy=involved restricted
    code *1* A policy=winner
    code MAY C from=d10 to=d60
    partner N channel
    value url shop.com/trail A
    value phone 0800 N
";

/// A history of at most so many facts after the set-up.
pub fn history(facts: usize) -> impl Strategy<Value = String> {
    let ids = vec((select(&["A", "A", "B", "B", "C", "N", "Z"][..]), 1..=3_u32, 0..40_u32), CLICKS as usize);
    (credit(), ids, vec((gap(), fact()), 1..=facts)).prop_map(|(credit, ids, facts)| {
        let mut text = SET_UP.replace("event sale", &format!("event sale credit={credit}"));
        for (n, (partner, ad, day)) in ids.iter().enumerate() {
            text += &format!("at d{day}+{n}s lost k{n} {partner} ad={ad}\n");
        }
        let mut now_ms = 0;
        for (gap_ms, fact) in &facts {
            now_ms += gap_ms;
            text += &format!("at d0+{now_ms}ms {}\n", fact.replace("{ago}", &format!("d0+{now_ms}ms")));
        }
        text
    })
}

/// The same, with what partners ask in between and are answered.
pub fn with_inquiries(facts: usize) -> impl Strategy<Value = String> {
    (history(facts), vec((any::<Index>(), inquiry()), 1..24)).prop_map(|(text, asked)| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        // A line without a time is of the moment of the fact before it.
        let first = SET_UP.lines().count() + CLICKS as usize + 1;
        for (place, line) in asked {
            let at = first + place.index(lines.len() + 1 - first);
            lines.insert(at, line);
        }
        lines.join("\n")
    })
}

fn inquiry() -> impl Strategy<Value = String> {
    let partner = select(&["A", "A", "B", "C", "N", "Z"][..]);
    let kind = select(&["untracked", "untracked", "incorrect", "declined"][..]);
    let event = select(&["sale", "sale", "lead", "renewal"][..]);
    let rest = select(&["", " 50.00", " 0.02", " 70.00 currency=usd", " 9.99 click=k3", " 20.00 ordered=d0"][..]);
    let asked = (partner, kind, 0..9_u32, event, rest);
    let answer = select(
        &[
            "valid",
            "valid",
            "valid amount=12.34",
            "valid amount=0",
            "declined ORDER_NOT_FOUND",
            "incomplete PROOF_MISSING",
        ][..],
    );
    prop_oneof![
        4 => asked.prop_map(|(partner, kind, order, event, rest)| format!("inquire {partner} {kind} o{order} event={event}{rest}")),
        4 => (1..8_u32, answer).prop_map(|(inquiry, answer)| format!("answer {inquiry} {answer}")),
        1 => (1..8_u32, select(&["A", "B"][..])).prop_map(|(inquiry, partner)| format!("appeal {inquiry} {partner}")),
    ]
}

/// How orders are shared.
fn credit() -> impl Strategy<Value = &'static str> {
    select(&["last", "first", "linear", "position", "decay"][..])
}

/// Milliseconds to the next fact.
fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![
        3 => 0..3_u64,
        3 => 0..100_000_u64,
        4 => 0..86_400_000_u64,
        2 => 0..700_000_000_u64,
        1 => 0..4_000_000_000_u64,
    ]
}

fn fact() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => click(),
        3 => view(),
        6 => visit(),
        8 => conversion(),
        4 => change(),
        2 => Just("time".to_owned()),
        3 => select(&[0, 1, 3, 50][..]).prop_map(|limit| format!("work {limit}")),
        1 => select(&["A", "B", "C", "Z"][..]).prop_map(|partner| format!("pay {partner}")),
        2 => payment(),
        1 => (0..60_u32, select(&["1.25", "0.8", "1.1"][..])).prop_map(|(day, rate)| format!("rates d{day} usd={rate}")),
        1 => award(),
        1 => (select(&["agree", "agree", "refuse"][..]), select(&["A", "B", "C"][..]), 1..6_u32)
            .prop_map(|(word, partner, seq)| format!("{word} {partner} 1.1.{seq}")),
        2 => set_up(),
    ]
}

fn view() -> impl Strategy<Value = String> {
    let partner = select(&["A", "B", "C", "N", "Z"][..]);
    // A number that was seen before is the same view again.
    (100..104_u32, partner, option::weighted(0.9, 0..4_u32), select(&["", "", "", "bot"][..])).prop_map(
        |(n, partner, visitor, signals)| {
            let visitor = visitor.map_or(String::new(), |v| format!("visitor=v{v}"));
            format!("view k{n} {partner} {visitor} embedded {signals}")
        },
    )
}

fn click() -> impl Strategy<Value = String> {
    let signals = select(&["", "", "", "", "", "bot", "prefetch", "embedded", "head"][..]);
    (0..CLICKS, option::weighted(0.8, 0..4_u32), signals).prop_map(|(n, visitor, signals)| {
        let visitor = visitor.map_or(String::new(), |v| format!("visitor=v{v}"));
        format!("found k{n} {visitor} sub1=s{n} {signals}")
    })
}

/// Words for some people, strongest kind first, as intake sorts them.
fn people() -> impl Strategy<Value = String> {
    let email = (0..3_u32, option::weighted(0.5, 0..3_u32));
    let customer = (0..3_u32, option::weighted(0.1, 0..3_u32));
    (option::weighted(0.4, customer), option::weighted(0.2, email), option::weighted(0.5, 0..4_u32)).prop_map(
        |(customer, email, visitor)| {
            let word = |kind: &str, n: Option<u32>| n.map_or(String::new(), |n| format!(" {kind}=v{n}"));
            let alias = email.and_then(|(n, other)| Some((n, other?)));
            let alias = alias.map_or(String::new(), |(n, other)| format!(" alias=email:v{n}:v{other}"));
            let (first, second) = customer.map_or((None, None), |(first, second)| (Some(first), second));
            word("customer", first)
                + &word("customer", second)
                + &word("email", email.map(|(n, _)| n))
                + &word("visitor", visitor)
                + &alias
        },
    )
}

fn visit() -> impl Strategy<Value = String> {
    (option::weighted(0.4, 0..CLICKS), people(), option::weighted(0.2, 0..3_u32)).prop_map(|(click, people, issued)| {
        let click = click.map_or(String::new(), |n| format!(" click=k{n}"));
        let issued = issued.map_or(String::new(), |n| format!(" issued=v{n}"));
        format!("visit{click}{people}{issued}")
    })
}

fn conversion() -> impl Strategy<Value = String> {
    let event = prop_oneof![
        2 => Just("sale".to_owned()),
        1 => Just("lead".to_owned()),
        1 => option::weighted(0.7, 0..6_u32)
            .prop_map(|parent| format!("renewal{}", parent.map_or(String::new(), |n| format!(" parent=o{n}")))),
    ];
    let order = (0..6_u32, event);
    let amounts = &["0", "0.06", "19.99", "100.00", "100.00", "100.00", "250.005"][..];
    let source = select(&["server", "browser", "pixel", "person"][..]);
    let items = &["", "", "item=a:1:60 item=b:3:40", "item=a:2:19.99", "item=a:4:300"][..];
    let evidence = &[
        "",
        "",
        "",
        "",
        "code=TRAIL10",
        "code=TRAIL1",
        "code=TRAIL",
        "code=OLD20",
        "code=NOTHING",
        "code=MAY",
        "code=A1",
        "url=shop.com/trail",
        "called=0800",
        "partner=B",
        "partner=N",
        "partner=Z",
    ][..];
    let rest = (select(evidence), select(&["", "", "", "", "", "currency=usd"][..]), ago());
    (order, select(amounts), source, select(items), reported_click(), people(), rest).prop_map(
        |((order, event), amount, source, items, click, people, (evidence, currency, ago))| {
            let (event, parent) = event.split_once(' ').unwrap_or((&event, ""));
            format!(
                "conversion o{order} {event} {amount} {parent} source={source} {items}{click}{people} {evidence} {currency}{ago}"
            )
        },
    )
}

fn reported_click() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(String::new()),
        3 => (0..CLICKS).prop_map(|n| format!(" click=k{n}")),
        1 => Just(" click=forged".to_owned()),
    ]
}

/// Claimed to have happened before it was said, or just now.
fn ago() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        1 => (0..3_000_u64).prop_map(|ms| format!(" occurred={{ago}}-{ms}ms")),
        1 => (0..60_u64).prop_map(|days| format!(" occurred={{ago}}-{days}d")),
    ]
}

fn change() -> impl Strategy<Value = String> {
    let target = prop_oneof![
        (0..6_u32, select(&["sale", "sale", "lead", "renewal"][..]))
            .prop_map(|(order, event)| format!("o{order} event={event}")),
        (1..6_u32).prop_map(|seq| format!("1.1.{seq}")),
    ];
    let what = select(
        &["amount=0", "amount=50.00", "amount=1000000000", "amount=0.02", "item=a:1", "item=a:0", "item=b::7.77"][..],
    );
    prop_oneof![
        3 => (target.clone(), what.clone()).prop_map(|(target, what)| format!("modify {target} {what}")),
        2 => (target.clone(), what).prop_map(|(target, what)| format!("correct {target} {what}")),
        1 => target.clone().prop_map(|target| format!("reverse {target}")),
        1 => (target.clone(), select(&["A", "B", "C", "N", "Z"][..]))
            .prop_map(|(target, partner)| format!("give {target} {partner}")),
        2 => (select(&["hold", "hold", "release", "release", "approve", "admit"][..]), target)
            .prop_map(|(step, target)| format!("{step} {target}")),
    ]
}

/// Under few names, so that some are given twice, and changed as orders are.
fn award() -> impl Strategy<Value = String> {
    let partner = select(&["A", "B", "C", "N", "Z"][..]);
    let amount = select(&["0", "0.01", "5.00", "50.00", "-1.00"][..]);
    let change = select(&["modify", "modify", "correct"][..]);
    prop_oneof![
        3 => (select(&["bonus", "fee"][..]), partner, amount, 0..3_u32)
            .prop_map(|(kind, partner, amount, n)| format!("award {kind} {partner} {amount} o{n}")),
        1 => (change, 0..3_u32, select(&["amount=0", "amount=7.50", "delta=-2.00"][..]))
            .prop_map(|(what, n, figures)| format!("{what} o{n} event=0 {figures}")),
        1 => (select(&["reverse", "approve", "hold", "restore"][..]), 0..3_u32)
            .prop_map(|(what, n)| format!("{what} o{n} event=0")),
    ]
}

fn payment() -> impl Strategy<Value = String> {
    let proposed = select(
        &["propose A,B,C", "propose A", "propose B,C all", "propose A,B currency=usd every", "propose C all every"][..],
    );
    let decided = (select(&["approve-run", "approve-run", "drop-run"][..]), 1..4_u32);
    let concluded = (select(&["settled", "failed", "failed"][..]), 1..6_u32);
    let rules = select(&["payment-rules two-persons", "payment-rules threshold=5.00", "payment-rules"][..]);
    prop_oneof![
        4 => proposed.prop_map(str::to_owned),
        4 => decided.prop_map(|(what, run)| format!("{what} {run}")),
        3 => concluded.prop_map(|(what, payment)| format!("{what} {payment}")),
        1 => rules.prop_map(str::to_owned),
    ]
}

/// A brand changes its mind. What is paused is likelier to be taken up again than the other way round.
fn set_up() -> impl Strategy<Value = String> {
    let of = select(&["contract A", "contract B", "contract C", "template"][..]);
    let views = select(&["", "views=0h", "views=30h", "views=900h"][..]);
    let lock = prop_oneof![
        4 => (0..20_u32).prop_map(|days| format!("{days}d")),
        2 => (0..2_u32, 0..30_u32).prop_map(|(months, days)| format!("month+{months}m{days}d")),
        1 => Just("open".to_owned()),
    ];
    let limits = select(
        &[
            "",
            "",
            "limit=sale:actions/2/day",
            "limit=sale:payout/20.00/month limit=sale:actions/3/ever",
            "limit=sale:customer/1/month",
            "tiers=sale:actions/month/all:1/1.00:2/3.3%",
            "tiers=sale:amount/month/all:50.00/2.5% limit=sale:actions/2/day",
            "tiers=sale:actions/year/all:2/0.50",
        ][..],
    );
    let returns = select(&["", "", "returns=never", "returns=consent", "returns=consent most=50%", "most=30%"][..]);
    let terms = (of, 1..30_u32, 1..40_u32, lock, views, (limits, returns)).prop_map(
        |(of, rate, window, lock, views, (limits, returns))| {
            format!("{of} sale={rate}.5% lead={rate} renewal={rate}% window={window}d lock={lock} {views} {limits} {returns}")
        },
    );
    let standing = select(
        &[
            "partner A paused",
            "partner A",
            "partner A",
            "contract B paused",
            "contract A",
            "template sale=8% lead=5.00 window=30d lock=10d paused",
            "template sale=8% lead=5.00 window=30d lock=10d",
            "template sale=8% lead=5.00 window=30d lock=10d",
            "ad 1 paused",
            "ad 1",
            "ad 1",
            "event lead paused first-wins",
            "event lead first-wins",
            "event renewal parent=lead",
            "event renewal",
            "event renewal parent=sale",
            "program 1 eur zone=berlin paused",
            "program 1 usd zone=berlin",
            "program 1 eur zone=berlin",
            "program 1 eur zone=berlin",
            "code OLD20 B",
            "code TRAIL10 A paused",
            "block customer v0",
            "block email v1 v2",
            "block email v1",
            "block email v0 v2",
            "unblock customer v0",
            "unblock email v1",
            "code OLD20 B policy=winner restricted",
            "code MAY N",
            "group 1 A yields",
            "group 1 A,N yields",
            "group 1 B",
            "group 2 B,C never",
            "group 2 N",
            "partner N channel paused",
            "partner N channel",
            "partner N",
            "value url shop.com/trail B",
            "value url shop.com/trail A paused",
        ][..],
    );
    let credit = credit().prop_map(|credit| format!("event sale credit={credit}"));
    prop_oneof![2 => terms, 1 => credit, 4 => standing.prop_map(str::to_owned)]
}
