//! What must always hold of the books, asked of the books themselves: each question finds what is wrong, wherever the
//! rows are, and none of them reads all rows into this program.

use referee_core::id::BrandId;
use referee_core::row::Account;

use super::{DumpSource, trouble};
use crate::database::{Database, Value, find};
use crate::error::Result;
use crate::values;

/// One thing that must hold, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub what: &'static str,
    /// How many rows were looked at, and of what.
    pub rows: u64,
    pub of: &'static str,
    pub wrong: u64,
    /// The first that is wrong, in words. Its amounts are in millionths.
    pub first: Option<String>,
}

/// Which further values a question takes.
#[derive(Clone, Copy)]
enum Takes {
    Nothing,
    /// The accounts that hold what is or was a partner's.
    OfPartner,
    /// Pending, locked, paid.
    Standing,
}

struct Question {
    what: &'static str,
    /// The table whose rows are counted.
    of: &'static str,
    sql: &'static str,
    takes: Takes,
}

impl Question {
    fn unasked(&self) -> Check {
        Check { what: self.what, rows: 0, of: self.of, wrong: 0, first: None }
    }
}

const QUESTIONS: [Question; 8] = [
    Question {
        what: "the entries of a record sum to zero",
        of: "entry",
        sql: include_str!("../../../sql/books/verify_records.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "no entry is posted before an earlier one",
        of: "entry",
        sql: include_str!("../../../sql/books/verify_posting.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "a balance is the sum of its entries",
        of: "balance",
        sql: include_str!("../../../sql/books/verify_balances.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "a balance is the sum of its months",
        of: "balance",
        sql: include_str!("../../../sql/books/verify_balances_by_month.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "a month is the sum of its entries",
        of: "turnover",
        sql: include_str!("../../../sql/books/verify_months.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "amount and payout of an action are the sums of its history",
        of: "action",
        sql: include_str!("../../../sql/books/verify_histories.sql"),
        takes: Takes::Nothing,
    },
    Question {
        what: "the payout of an action is what its entries say",
        of: "action",
        sql: include_str!("../../../sql/books/verify_payouts.sql"),
        takes: Takes::OfPartner,
    },
    Question {
        what: "an action stands in the accounts of its state",
        of: "action",
        sql: include_str!("../../../sql/books/verify_states.sql"),
        takes: Takes::Standing,
    },
];

/// Asks every question of every brand, each database as of one moment.
pub fn verify(mut sources: Vec<DumpSource>) -> Result<Vec<Check>> {
    let mut checks: Vec<Check> = QUESTIONS.iter().map(Question::unasked).collect();
    for source in &mut sources {
        source.db.begin_reading().map_err(trouble)?;
        for brand in source.brands()? {
            for (question, check) in QUESTIONS.iter().zip(&mut checks) {
                ask(source.db.as_mut(), brand, question, check)?;
            }
        }
        source.db.roll_back();
    }
    Ok(checks)
}

fn ask(db: &mut dyn Database, brand: BrandId, question: &Question, check: &mut Check) -> Result<()> {
    let count = format!("select count(*) from {} where brand = ?1", question.of);
    check.rows += find(db, &count, values![brand.0], |row| row.number::<u64>(0)).map_err(trouble)?.unwrap_or_default();
    let mut values = vec![Value::from(brand.0)];
    match question.takes {
        Takes::Nothing => {}
        Takes::OfPartner => {
            let of_partner = Account::ALL.into_iter().filter(|it| it.is_of_partner());
            values.push(Value::integers(of_partner.map(|it| it as u64)));
        }
        Takes::Standing => {
            values.extend([Account::Pending, Account::Locked, Account::Paid].map(|it| Value::from(it as u8)));
        }
    }
    db.ask(question.sql, &values, &mut |row| {
        check.wrong += 1;
        if check.first.is_none() {
            check.first = Some(format!("brand {brand}, {}", row.text(0)?));
        }
        Ok(())
    })
    .map_err(trouble)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use referee_core::config::Config;
    use referee_core::row::BrandState;
    use referee_rig::Postgres;

    use super::*;
    use crate::books::batch::apply_records;
    use crate::books::conformance::history;
    use crate::books::sql::postgres::Servers;
    use crate::books::sql::{MAIN, SqlBooks};
    use crate::books::{Applied, Books};
    use crate::database::postgres::Server;
    use crate::database::sqlite::Sqlite;
    use crate::log::Position;
    use crate::routing::PartitionId;

    /// What is done to sound books, and the questions that must notice it.
    const HARM: [(&str, &[usize], &str); 9] = [
        (
            "update entry set amount = amount + 10000 where account = 1 and n = 0 and record = (select min(record) from entry)",
            &[0, 2, 4],
            "record",
        ),
        (
            "update entry set posted_on = posted_on - 1 where record = (select max(record) from entry)",
            &[1],
            "posted to day",
        ),
        (
            "update balance set amount = amount + 1 where account = 2",
            &[2, 3],
            "partner 11, program 1, account 2, EUR: the balance is 1, its entries sum to 0",
        ),
        ("delete from balance where account = 4", &[2, 3], "the balance is 0"),
        ("update turnover set money_in = money_in + 1, money_out = money_out + 1 where account = 2", &[4], "account 2"),
        ("update action set amount = amount + 1 where seq = 2", &[5], "action 1.1.2"),
        ("update action set payout = payout + 10000 where seq = 3", &[5, 6], "action 1.1.3"),
        ("update action set state = 1 where seq = 4", &[7], "action 1.1.4: it is in state 1"),
        ("update action set owed = 10000 where seq = 5", &[7], "action 1.1.5: it is in state 3"),
    ];

    fn fill(mut books: SqlBooks) {
        let partition = PartitionId(1);
        books.begin(partition, Position(0)).unwrap();
        let (config, state) = (Config::default(), BrandState::default());
        apply_records(&mut books, BrandId(1), config, state, &history(), &mut |_, _| {}).unwrap();
        books.commit(partition, &Applied { position: Position(1), edges: BTreeMap::new() }).unwrap();
    }

    fn check(connect: impl Fn() -> Box<dyn Database>) {
        let verified = || verify(vec![DumpSource::whole(connect())]).unwrap();
        for check in verified() {
            assert_eq!((check.wrong, &check.first), (0, &None), "{}", check.what);
            assert!(check.rows > 0, "{}", check.what);
        }
        for (harm, noticed, said) in HARM {
            // What was done is undone by doing it in a transaction that is never committed.
            let mut source = DumpSource::whole(connect());
            source.db.begin().unwrap();
            assert!(source.db.run(harm, &[]).unwrap() > 0, "{harm}");
            let checks: Vec<Check> = QUESTIONS
                .iter()
                .map(|question| {
                    let mut check = question.unasked();
                    ask(source.db.as_mut(), BrandId(1), question, &mut check).unwrap();
                    check
                })
                .collect();
            source.db.roll_back();
            let wrong: Vec<usize> = (0..QUESTIONS.len()).filter(|i| checks[*i].wrong > 0).collect();
            assert!(noticed.iter().all(|i| wrong.contains(i)), "{harm}: {wrong:?}");
            let first = checks[noticed[0]].first.as_deref().unwrap_or_default();
            assert!(first.starts_with("brand 1, ") && first.contains(said), "{harm}: {first}");
        }
    }

    #[test]
    fn files_are_verified() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("books.db");
        fill(SqlBooks::open_file(&path).unwrap());
        check(|| Box::new(Sqlite::open(&path).unwrap()));
    }

    #[test]
    fn servers_are_verified() {
        let rig = Postgres::start();
        let server = Server::new(&rig.url()).unwrap();
        let servers = Servers::from([(MAIN.to_owned(), server.clone())]);
        let books = SqlBooks::open_on(&servers, Arc::default(), "test").unwrap();
        SqlBooks::make_quarters(&servers, history()[0].received_at).unwrap();
        fill(books);
        check(|| Box::new(server.connect().unwrap()));
    }
}
