//! PostgreSQL: a server, reached over the network, perhaps through a pooler.
//!
//! Every statement is sent with its types and without a name, so that nothing is left behind on the server between two
//! transactions: a pooler in transaction mode may give each of them another connection.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Answer, Cell, Database, EachRow, Row, Trouble, Value, Write};
use crate::error::{Error, Result};

mod rows;
mod store;

use rows::Rows;
pub use store::{HOLD, Store};

/// How long a connection may take, where its address does not say.
const CONNECT: Duration = Duration::from_secs(5);
/// How long sent bytes may stay unanswered by the other machine before the connection counts as lost.
const LOST: Duration = Duration::from_secs(10);
/// A connection that was not used for longer is looked at before it is used again.
const RESTED: Duration = Duration::from_secs(1);
/// A transaction whose owner has stopped is ended by the server, so that another can take its place; and nobody waits
/// longer than this for a lock. Compiling a statement takes a hundred times as long as finding a batch's few rows.
const BEGIN: &str = "begin; set local idle_in_transaction_session_timeout = '10s'; set local lock_timeout = '5s'; \
    set local jit = off";

/// Where a server is and how to sign in.
#[derive(Clone)]
pub struct Server {
    config: Arc<Config>,
    tls: MakeRustlsConnect,
}

impl Server {
    /// From an address such as `postgres://user:password@host:5432/database?sslmode=require`.
    pub fn new(url: &str) -> Result<Server> {
        let mut config = Config::from_str(url).map_err(|error| {
            // The address may hold a password: only what was wrong with it is said.
            let form = "an address is postgres://user:password@host:5432/database";
            Error::setup("read the address of PostgreSQL", format!("{}; {form}", words(&error)))
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(LOST);
        }
        config.keepalives_idle(LOST);
        if config.get_application_name().is_none() {
            config.application_name("referee");
        }
        // Such as that a table was there already, which is what was wanted.
        config.notice_callback(|notice| tracing::debug!(message = notice.message(), "PostgreSQL notes"));
        Ok(Server { config: Arc::new(config), tls: MakeRustlsConnect::new(tls()?) })
    }

    /// As people name it: never with the password.
    pub fn name(&self) -> String {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                postgres::config::Host::Tcp(name) => name.clone(),
                postgres::config::Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        let ports: Vec<String> = self.config.get_ports().iter().map(u16::to_string).collect();
        format!("{}:{}/{}", hosts.join(","), ports.join(","), self.config.get_dbname().unwrap_or_default())
    }

    pub fn connect(&self) -> Result<Postgres> {
        let mut postgres =
            Postgres { server: self.clone(), client: None, used_at: Instant::now(), in_transaction: false };
        let doing = format!("connect to PostgreSQL at {}", self.name());
        postgres.client().map_err(|trouble| trouble.doing(&doing))?;
        Ok(postgres)
    }
}

fn tls() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    // A certificate of the system that can't be read is not the one that is needed, or the handshake says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::setup("prepare TLS", error))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

pub struct Postgres {
    server: Server,
    client: Option<Client>,
    used_at: Instant,
    in_transaction: bool,
}

impl Postgres {
    /// The connection, a new one if the old one was lost between two transactions.
    fn client(&mut self) -> Answer<&mut Client> {
        let rested = !self.in_transaction && self.used_at.elapsed() > RESTED;
        // What the server closed meanwhile shows only when it is used.
        if self.client.as_mut().is_some_and(|it| it.is_closed() || (rested && it.is_valid(CONNECT).is_err())) {
            self.client = None;
        }
        self.used_at = Instant::now();
        if self.client.is_none() {
            if self.in_transaction {
                return Err(Trouble::Away("the connection was lost in a transaction".into()));
            }
            self.client = Some(self.server.config.connect(self.server.tls.clone()).map_err(trouble)?);
        }
        self.client.as_mut().ok_or_else(|| Trouble::Away("there is no connection".into()))
    }
}

fn trouble(error: postgres::Error) -> Trouble {
    match error.code() {
        Some(&SqlState::UNIQUE_VIOLATION) => Trouble::Taken(words(&error)),
        _ => Trouble::Away(words(&error)),
    }
}

/// What the server said; the library's own text leaves it out.
fn words(error: &postgres::Error) -> String {
    use std::error::Error as _;
    let said = match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    if said.contains("TLS handshake") {
        return format!("{said}; trust its certificate by SSL_CERT_FILE, or say sslmode=disable where the way is safe");
    }
    said
}

/// The same statement as this server writes it.
fn dialect(sql: &str) -> String {
    sql.replace("in rarray(", "= any(").replace('?', "$")
}

impl Value<'_> {
    fn kind(&self) -> Type {
        match self {
            Value::Integer(_) => Type::INT8,
            Value::Text(_) => Type::TEXT,
            Value::Blob(_) => Type::BYTEA,
            Value::Integers(_) => Type::INT8_ARRAY,
            Value::Texts(_) => Type::TEXT_ARRAY,
            Value::Blobs(_) => Type::BYTEA_ARRAY,
        }
    }
}

/// The one character that its texts can't hold is written as the sign for what can't be written. Intake lets none in;
/// a question may still hold one.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{FFFD}")) } else { Cow::Borrowed(text) }
}

type Boxed = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        match self {
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Text(text) => text.map(storable).to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
            Value::Integers(numbers) => numbers.to_sql(kind, out),
            Value::Texts(texts) => texts.iter().map(|text| storable(text)).collect::<Vec<_>>().to_sql(kind, out),
            Value::Blobs(blobs) => blobs.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> std::result::Result<Cell<'a>, Boxed> {
        Ok(match *kind {
            Type::INT2 => Cell::Integer(i16::from_sql(kind, raw)?.into()),
            Type::INT4 => Cell::Integer(i32::from_sql(kind, raw)?.into()),
            Type::INT8 => Cell::Integer(i64::from_sql(kind, raw)?),
            Type::BOOL => Cell::Integer(bool::from_sql(kind, raw)?.into()),
            Type::BYTEA => Cell::Blob(raw),
            _ => Cell::Text(<&str>::from_sql(kind, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Cell<'a>, Boxed> {
        Ok(Cell::Null)
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::INT2 | Type::INT4 | Type::INT8 | Type::BOOL | Type::BYTEA | Type::TEXT | Type::VARCHAR)
    }
}

impl Row for postgres::Row {
    fn columns(&self) -> usize {
        self.len()
    }

    fn cell(&self, column: usize) -> Result<Cell<'_>> {
        self.try_get(column).map_err(|error| Error::corrupt("read a row", words(&error)))
    }
}

impl Database for Postgres {
    fn ask(&mut self, sql: &str, values: &[Value<'_>], each: EachRow<'_>) -> Answer<()> {
        use fallible_iterator::FallibleIterator;
        let values = values.iter().map(|value| (value, value.kind()));
        let mut rows = self.client()?.query_typed_raw(&dialect(sql), values).map_err(trouble)?;
        while let Some(row) = rows.next().map_err(trouble)? {
            each(&row)?;
        }
        Ok(())
    }

    fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Answer<u64> {
        let values: Vec<(&(dyn ToSql + Sync), Type)> = values.iter().map(|it| (it as _, it.kind())).collect();
        self.client()?.execute_typed(&dialect(sql), &values).map_err(trouble)
    }

    fn write<'a>(&'a mut self, sql: &'a str) -> Answer<Box<dyn Write + 'a>> {
        Ok(Box::new(Rows::new(self.client()?, sql)))
    }

    fn begin(&mut self) -> Answer<()> {
        self.run_script(BEGIN)?;
        self.in_transaction = true;
        Ok(())
    }

    fn begin_reading(&mut self) -> Answer<()> {
        self.run_script("begin isolation level repeatable read read only")?;
        self.in_transaction = true;
        Ok(())
    }

    fn commit(&mut self) -> Answer<()> {
        let committed = self.run_script("commit");
        self.in_transaction = false;
        committed
    }

    fn roll_back(&mut self) {
        if std::mem::take(&mut self.in_transaction)
            && let Some(client) = self.client.as_mut().filter(|client| !client.is_closed())
            && let Err(error) = client.batch_execute("rollback")
        {
            tracing::warn!(error = words(&error), "a transaction could not be rolled back; its connection is given up");
            self.client = None;
        }
    }

    fn run_script(&mut self, sql: &str) -> Answer<()> {
        self.client()?.batch_execute(sql).map_err(trouble)
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn choose(&self, _sqlite: &'static str, postgres: &'static str) -> &'static str {
        postgres
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_text_serves_both() {
        assert_eq!(
            dialect("select a from t where b = ?1 and c in rarray(?2) limit ?12"),
            "select a from t where b = $1 and c = any($2) limit $12"
        );
    }

    #[test]
    fn a_bad_address_is_said_without_its_password() {
        let Err(error) = Server::new("postgres://me:s3cret@host:notaport/db") else { panic!("it is no address") };
        assert!(error.to_string().contains("postgres://user:password@host"), "{error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert_eq!(Server::new("postgres://me:s3cret@a:1,b:2/db").unwrap().name(), "a,b:1,2/db");
    }
}
