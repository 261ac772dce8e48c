//! All settings of one store in another, as they are: ids, hashes and wrapped keys stay the same.

use crate::database::{Answer, Cell, Database, Value, list};
use crate::error::{Error, Result};

use super::{NAME, Settings, set_value};

/// Every table of both schemas, each after those it refers to.
const TABLES: [&str; 26] = [
    "installation",
    "brand",
    "click_key",
    "program",
    "partner",
    "membership",
    "\"user\"",
    "user_role",
    "session",
    "token",
    "refused_report",
    "import",
    "import_line",
    "payee",
    "payee_change",
    "payer",
    "mail",
    "mail_unwanted",
    "mail_mark",
    "document",
    "payment_figures",
    "note",
    "shop",
    "shop_delivery",
    "shop_request",
    "shop_visit",
];

/// One place of a row, on its way.
enum Owned {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

type Rows = Vec<Vec<Owned>>;

impl Settings {
    /// Becomes a part of the same installation, unless it is one of another.
    pub fn join(&self, from: &Settings) -> Result<()> {
        let theirs = from.installation()?;
        if self.installation()? == theirs {
            return Ok(());
        }
        if !self.brands()?.is_empty() {
            let cause = "there are brands of another installation: name an empty database or folder";
            return Err(Error::setup("copy an installation", cause));
        }
        let name = self.vault.wrap(NAME, theirs.as_bytes())?;
        self.change("name the installation", |db| set_value(db, "name", &name))
    }

    /// Takes the place of what is here, which is nothing, or an earlier copy of the same installation.
    pub fn copy_from(&self, from: &Settings) -> Result<()> {
        let tables = from.ask("read the settings", |db| {
            TABLES.iter().map(|table| rows_of(db, table)).collect::<Answer<Vec<Rows>>>()
        })?;
        self.change("copy the settings", |db| {
            for table in TABLES.iter().rev() {
                db.run(&format!("delete from {table}"), &[])?;
            }
            TABLES.iter().zip(&tables).try_for_each(|(table, rows)| write_rows(db, table, rows))
        })
    }
}

fn rows_of(db: &mut dyn Database, table: &str) -> Answer<Rows> {
    list(db, &format!("select * from {table}"), &[], |row| {
        (0..row.columns())
            .map(|column| {
                Ok(match row.cell(column)? {
                    Cell::Null => Owned::Null,
                    Cell::Integer(number) => Owned::Integer(number),
                    Cell::Text(text) => Owned::Text(text.to_owned()),
                    Cell::Blob(bytes) => Owned::Blob(bytes.to_vec()),
                })
            })
            .collect()
    })
}

fn write_rows(db: &mut dyn Database, table: &str, rows: &Rows) -> Answer<()> {
    for row in rows {
        let places: Vec<String> = (1..=row.len()).map(|i| format!("?{i}")).collect();
        let values: Vec<Value<'_>> = row.iter().map(value).collect();
        db.run(&format!("insert into {table} values ({})", places.join(", ")), &values)?;
    }
    Ok(())
}

/// Where nothing may stand, a number may: no text or key is ever left out.
fn value(owned: &Owned) -> Value<'_> {
    match owned {
        Owned::Null => Value::Integer(None),
        Owned::Integer(number) => Value::Integer(Some(*number)),
        Owned::Text(text) => Value::Text(Some(text)),
        Owned::Blob(bytes) => Value::Blob(Some(bytes)),
    }
}
