//! One year of one partner, as an example for people: a history runs through the rules, and what the books say of it is
//! written down as a page of the documentation, which must be that to the letter.

use std::fmt::Write;

use expect_test::expect_file;

use super::fixture::{records, run};
use super::statements::{Owed, months_add_up, statement};
use super::telling::{Teller, euro, month_name};
use super::words::{D0, zone};
use crate::id::{PartnerId, ProgramId};
use crate::money::{Currency, Money};
use crate::row::{Account, BalanceKey};
use crate::statement::Statement;
use crate::time::Day;

const PARTNER: Owed = (PartnerId(1), ProgramId(1), Currency(*b"EUR"));
const MONTHS: usize = 12;

/// Times are in UTC: midnight in Berlin is 23:00 of the day before in winter, 22:00 in summer.
const HISTORY: &str = "
    at d-1+23h program 1 eur zone=berlin
    event sale
    template sale=8% group=sale:customer_status/is/new:12% window=30d lock=month+0m14d notice=30d from=d-1+23h
    ad 1
    partner A
    payment-rules threshold=25.00 two-persons
    contract A from=d-1+23h

    # January
    at d4+10h    repeat 9 click k101{n} A visitor=v101{n}
    at d5+9h     conversion 1001 sale 120.00 click=k1011 status=new
    at d11+15h   conversion 1002 sale 80.00 click=k1012
    at d20+18h   conversion 1003 sale 250.00 click=k1013 item=tent:1:190.00 item=socks:3:60.00
    at d26+8h    modify 1003 item=socks:2 reason=ITEM_RETURNED

    # February
    at d33+15h   rates d33 usd=1.25
    at d34+10h   repeat 7 click k102{n} A visitor=v102{n}
    at d34+20h   conversion 1004 sale 150.00 click=k1021 currency=usd
    at d41+12h   conversion 1005 sale 90.00 click=k1022
    at d44+23h   time
    work 50
    at d50+9h    propose A by=1
    at d50+11h   approve-run 1 by=2
    work 50
    at d52+9h    reverse 1005 reason=CONS_ERROR
    at d53+9h    settled 1
    at d54+9h    restore 1005 reason=CONS_ERROR

    # March
    at d62+10h   repeat 11 click k103{n} A visitor=v103{n}
    at d64+15h   rates d64 usd=1.10
    at d65+9h    modify 1004 amount=100.00 reason=ITEM_RETURNED
    at d68+9h    overlay new sale=+25% from=d80+23h to=d87+22h for=A
    at d70+16h   conversion 1006 sale 200.00 click=k1031 status=new
    at d72+23h   time
    work 50
    at d78+9h    propose A by=1
    at d82+13h   conversion 1007 sale 160.00 click=k1032
    at d86+19h   conversion 1008 sale 60.00 click=k1033 status=new

    # April
    at d92+10h   repeat 8 click k104{n} A visitor=v104{n}
    at d94+9h    modify 1007 amount=120.00 reason=ITEM_RETURNED
    at d97+9h    conversion 1009 sale 100.00 click=k1041
    at d99+9h    conversion 1010 sale 300.00 click=k1042
    at d103+22h  time
    work 50
    at d105+9h   conversion 1011 sale 75.00 click=k1043
    at d109+9h   propose A by=1
    at d109+11h  approve-run 2 by=2
    work 50
    at d113+9h   failed 2 why=the-account-is-closed
    work 50
    at d116+9h   hold 1010 reason=ADV_ACT_DISPUTE by=1 source=person

    # May
    at d122+10h  repeat 6 click k105{n} A visitor=v105{n}
    at d126+9h   conversion 1012 sale 110.00 click=k1051
    at d133+22h  time
    work 50
    at d137+9h   conversion 1013 sale 50.00 click=k1052 status=new
    at d139+8h   contract A sale=10% group=sale:customer_status/is/new:12% window=30d lock=month+0m14d notice=30d from=d180+22h
    at d139+9h   propose A by=1
    at d139+11h  approve-run 3 by=2
    work 50
    at d142+9h   settled 3
    at d147+9h   release 1010 reason=ADV_ACT_DISPUTE by=1 source=person
    work 50

    # June
    at d154+10h  repeat 12 click k106{n} A visitor=v106{n}
    at d157+9h   conversion 1014 sale 220.00 click=k1061
    at d164+22h  time
    work 50
    at d166+9h   conversion 1016 sale 400.00 click=k1062 status=new
    at d168+9h   approve 1014 reason=OTHER by=1 source=person
    at d170+9h   propose A by=1
    at d170+11h  approve-run 4 by=2
    work 50
    at d173+9h   settled 4
    at d179+17h  conversion 1017 sale 130.00 click=k1063

    # July
    at d184+10h  repeat 5 click k107{n} A visitor=v107{n}
    at d186+9h   modify 1017 amount=65.00 reason=ITEM_RETURNED
    at d188+9h   conversion 1018 sale 90.00 click=k1071
    at d194+22h  time
    work 50
    at d200+9h   propose A by=1
    at d200+11h  approve-run 5 by=2
    work 50
    at d203+9h   settled 5
    at d204+9h   conversion 1019 sale 40.00 click=k1072

    # August
    at d213+10h  repeat 10 click k108{n} A visitor=v108{n}
    at d216+9h   correct 1016 amount=0 reason=CONS_FRAUD
    at d219+9h   conversion 1020 sale 210.00 click=k1081
    at d225+22h  time
    work 50
    at d228+9h   conversion 1021 sale 350.00 click=k1082
    at d231+9h   propose A by=1
    at d238+9h   conversion 1022 sale 150.00 click=k1083 status=new

    # September
    at d246+10h  repeat 7 click k109{n} A visitor=v109{n}
    at d248+9h   conversion 1023 sale 180.00 click=k1091
    at d256+22h  time
    work 50
    at d262+9h   propose A by=1
    at d262+11h  approve-run 6 by=2
    work 50
    at d265+9h   settled 6
    at d267+9h   conversion 1024 sale 95.00 click=k1092

    # October
    at d277+10h  repeat 6 click k110{n} A visitor=v110{n}
    at d277+15h  rates d277 usd=1.10
    at d278+9h   conversion 1025 sale 220.00 click=k1101 currency=usd
    at d286+22h  time
    work 50
    at d292+9h   propose A by=1
    at d292+11h  approve-run 7 by=2
    work 50
    at d295+9h   settled 7
    at d299+9h   conversion 1026 sale 60.00 click=k1102

    # November
    at d307+10h  repeat 13 click k111{n} A visitor=v111{n}
    at d310+9h   conversion 1027 sale 480.00 click=k1111 status=new
    at d317+23h  time
    work 50
    at d323+9h   propose A by=1
    at d323+11h  approve-run 8 by=2
    work 50
    at d324+9h   conversion 1028 sale 70.00 click=k1112
    at d326+9h   settled 8
    at d327+9h   reverse 1028 reason=ORDER_ERROR

    # December
    at d337+10h  repeat 14 click k112{n} A visitor=v112{n}
    at d341+9h   conversion 1029 sale 140.00 click=k1121
    at d347+23h  time
    work 50
    at d350+9h   conversion 1030 sale 85.00 click=k1122 status=new
    at d353+9h   propose A by=1
    at d353+11h  approve-run 9 by=2
    work 50
    at d356+9h   settled 9
    at d362+9h   approve 1029 reason=OTHER by=1 source=person
    ";

const HOW_TO_READ: &str = "
Some words come again and again:

- An order first counts as **pending**: it can still be returned, changed or cancelled, and its payout follows.
- On its day it **locks**: from then on the payout is certain and owed. Nothing that is locked is ever edited; what proves to
  be wrong later is a **correction**, a figure of its own that is added to the next payment or taken off it.
- A **payment** takes all that is locked. One person proposes it and another one approves it.
- The **statement** of a month says what was owed as it began, all that changed it, and what was owed as it ended. A month that
  has ended never changes.

How all this is decided is told in [Locking and payment](locking.md), [Currencies](currencies.md) and
[The ledger](ledger.md). This page is written by a test from what the rules make of the year, so every figure on it is what
Referee really reckons.
";

#[test]
fn one_year_of_one_partner() {
    let year = run(HISTORY);
    months_add_up(&year.books);
    let records = records(HISTORY);
    let teller = Teller::new(&year.books, &records, &year.outcomes, zone("berlin"));
    let months: Vec<Day> = months().collect();
    let statements: Vec<Statement> = months.iter().map(|month| statement(&year.books, *month, PARTNER)).collect();
    all_adds_up(&statements);
    let last = statements.last().unwrap();
    let (partner, program, currency) = PARTNER;
    let held = |account| Money(year.books.balances[&BalanceKey { program, partner, account, currency }]);
    assert_eq!((last.pending, last.locked), (held(Account::Pending), held(Account::Locked)));

    let mut page = format!("# One year of one partner\n\n{}{HOW_TO_READ}", teller.introduction());
    for (month, statement) in months.iter().zip(&statements) {
        _ = write!(page, "\n## {}\n\n{}\n{}", month_name(*month), teller.month(*month), table(statement));
    }
    page += &whole_year(&months, &statements);
    expect_file!["../../../../docs/concepts/one-year.md"].assert_eq(&page);
}

/// The first days of the year's months.
fn months() -> impl Iterator<Item = Day> {
    let first = zone("utc").day(D0);
    std::iter::successors(Some(first), |month| Some(month.first_of_month_after(0))).take(MONTHS)
}

fn all_adds_up(statements: &[Statement]) {
    let mut owed = Money::ZERO;
    for it in statements {
        assert_eq!(it.opening, owed, "a month begins with what the one before ended with");
        let movements = it.earned.minus(it.reversed).plus(it.corrections).minus(it.paid);
        assert_eq!(it.opening.plus(movements), it.closing());
        assert_eq!((it.bonuses, it.fees), (Money::ZERO, Money::ZERO), "the page has no line for these");
        owed = it.closing();
    }
    let year = statements.iter().copied().fold(Statement::default(), Statement::plus);
    assert_eq!(year.paid.plus(owed), year.earned.minus(year.reversed).plus(year.corrections));
}

fn table(it: &Statement) -> String {
    let lines = [
        ("Owed as the month began", it.opening),
        ("+ earned", it.earned),
        ("− reversed or returned", it.reversed),
        ("+ corrections", it.corrections),
        ("− paid", it.paid),
        ("**= owed as the month ended**", it.closing()),
        ("of which pending", it.pending),
        ("of which locked", it.locked),
    ];
    let line = |(name, amount): &(&str, Money)| format!("| {name} | {} |\n", euro(*amount));
    format!("| Statement | |\n|---|---:|\n{}", lines.iter().map(line).collect::<String>())
}

fn whole_year(months: &[Day], statements: &[Statement]) -> String {
    let mut text = String::from(
        "\n## The year\n\nAll amounts are in EUR. What was owed as a month ended is what was owed as it began, plus what was \
         earned, less\nwhat was reversed or returned, plus the corrections, less what was paid.\n\n\
         | Month | began with | earned | reversed | corrections | paid | ended with | pending | locked |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let row = |name: &str, it: &Statement| {
        let amounts =
            [it.opening, it.earned, it.reversed, it.corrections, it.paid, it.closing(), it.pending, it.locked];
        let cells: String = amounts.iter().map(|it| format!(" {} |", euro(*it).trim_end_matches(" EUR"))).collect();
        format!("| {name} |{cells}\n")
    };
    for (month, it) in months.iter().zip(statements) {
        text += &row(&month_name(*month), it);
    }
    let sum = statements.iter().copied().fold(Statement::default(), Statement::plus);
    let (opening, last) = (statements[0].opening, statements.last().unwrap());
    text += &row("**The year**", &Statement { opening, pending: last.pending, locked: last.locked, ..sum });
    let taken_back = sum.reversed.minus(sum.corrections);
    let kept = sum.earned.minus(taken_back);
    _ = write!(
        text,
        "\nThe partner earned {}, of which {} was taken back: {} by returns and reversals, and {} by\na correction. That leaves \
         {}. Of it, {} was paid and {} is still owed: together {}, to the cent.\n",
        euro(sum.earned),
        euro(taken_back),
        euro(sum.reversed),
        euro(sum.corrections.negated()),
        euro(kept),
        euro(sum.paid),
        euro(last.closing()),
        euro(sum.paid.plus(last.closing())),
    );
    text
}
