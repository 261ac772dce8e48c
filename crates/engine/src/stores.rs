//! Which engines keep what. The one place that knows them all; everything else sees traits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use referee_core::time::Timestamp;

use crate::books::Books;
use crate::books::reads::Reads;
use crate::books::sql::postgres::Servers;
use crate::books::sql::{BooksArchive, Check, DumpSource, MAIN, Placement, SqlBooks, SqlReads, dump, verify};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::postgres::Server;
use crate::database::sqlite::Sqlite;
use crate::erasure::{self, BookStore, book_store};
use crate::error::{Error, Result};
use crate::log::frame::unpack_facts;
use crate::log::jetstream::{JetStreamConfig, JetStreamLog};
use crate::log::postgres::PostgresLog;
use crate::log::sqlite::SqliteLog;
use crate::log::{Log, Places, Position, patiently};
use crate::machine::Assignment;
use crate::secret::Secret;
use crate::settings::Settings;

/// Frames that are read at once.
const FRAMES_AT_ONCE: usize = 256;

/// The opened stores of an installation.
pub struct Stores {
    pub settings: Arc<Settings>,
    pub log: Arc<dyn Log>,
    pub reads: Arc<dyn Reads>,
    pub placement: Arc<ArcSwap<Placement>>,
    books: BooksAt,
}

/// Where a machine opens its books.
enum BooksAt {
    File(PathBuf),
    Servers { servers: Servers, installation: String },
}

impl Stores {
    pub fn open(config: &Config, clock: &dyn Clock) -> Result<Stores> {
        let settings = Arc::new(Stores::open_settings(config)?);
        match &config.database_url {
            None => Stores::open_files(&config.data, settings),
            Some(url) => Stores::open_servers(config, Server::new(&url.0)?, settings, clock),
        }
    }

    /// The settings alone.
    pub fn open_settings(config: &Config) -> Result<Settings> {
        std::fs::create_dir_all(&config.data)
            .map_err(|error| Error::setup(format!("make the folder {}", config.data.display()), error))?;
        match &config.database_url {
            None => Settings::open_file(&config.data, &config.key_path()),
            Some(url) => Settings::open_on(&Server::new(&url.0)?, &config.key_path()),
        }
    }

    /// An embedded installation: three files and a key in one folder.
    fn open_files(folder: &Path, settings: Arc<Settings>) -> Result<Stores> {
        let log = Arc::new(SqliteLog::open(&log_file(folder))?);
        let books = books_file(folder);
        // The writer makes the file that the readers open.
        SqlBooks::open_file(&books)?;
        let reads = Arc::new(SqlReads::open_file(&books)?);
        let placement = Arc::new(ArcSwap::from_pointee(settings.placement()?));
        Ok(Stores { settings, log, reads, placement, books: BooksAt::File(books) })
    }

    fn open_servers(config: &Config, main: Server, settings: Arc<Settings>, clock: &dyn Clock) -> Result<Stores> {
        let installation = settings.installation()?;
        let mut servers = BTreeMap::from([(MAIN.to_owned(), main.clone())]);
        for (name, url) in &config.clusters {
            servers.insert(name.clone(), Server::new(&url.0)?);
        }
        let placement = Arc::new(ArcSwap::from_pointee(settings.placement()?));
        SqlBooks::open_on(&servers, placement.clone(), &installation)?;
        SqlBooks::make_quarters(&servers, clock.now())?;
        let log: Arc<dyn Log> = match &config.log_url {
            None => Arc::new(PostgresLog::open(&main, &installation)?),
            Some(urls) => {
                let archive = Arc::new(BooksArchive::open_on(&servers, placement.clone())?);
                Arc::new(JetStreamLog::open(jetstream(config, urls, &installation), archive)?)
            }
        };
        let reads = Arc::new(SqlReads::open_on(&servers, placement.clone())?);
        Ok(Stores { settings, log, reads, placement, books: BooksAt::Servers { servers, installation } })
    }

    /// Refuses settings that know less than the log: they are older than it, or of another installation.
    pub fn check_partitions(&self) -> Result<()> {
        let in_log = self.log.partitions()?;
        let known = self.settings.placement()?;
        let unknown: Vec<u32> =
            in_log.into_iter().filter(|it| !known.partitions.values().any(|id| id == it)).map(|it| it.0).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(Error::setup(
            "open the log",
            format!(
                "it holds partitions {unknown:?}, which the settings do not know: they are older than the log, or of \
                 another installation; restore the settings that belong to it"
            ),
        ))
    }

    /// Whether other processes may work on the same stores.
    pub fn are_shared(&self) -> bool {
        matches!(self.books, BooksAt::Servers { .. })
    }

    /// Reads again where the books of each partition are.
    pub fn reload_placement(&self) -> Result<()> {
        self.placement.store(Arc::new(self.settings.placement()?));
        Ok(())
    }

    /// Books for one more machine.
    pub fn books(&self) -> Result<Box<dyn Books>> {
        Ok(Box::new(match &self.books {
            BooksAt::File(path) => SqlBooks::open_file(path)?,
            BooksAt::Servers { servers, installation } => {
                SqlBooks::open_on(servers, self.placement.clone(), installation)?
            }
        }))
    }

    /// The stores of the books, as erasure cleans them.
    pub fn book_store(&self) -> Arc<dyn BookStore> {
        book_store(match &self.books {
            BooksAt::File(path) => erasure::Kept::File(path.clone()),
            BooksAt::Servers { servers, .. } => erasure::Kept::Servers(servers.clone(), self.placement.clone()),
        })
    }

    /// The latest moment at which a record of the log was received. It reads the whole log.
    pub fn latest_moment(&self) -> Result<Option<Timestamp>> {
        let mut latest = None;
        for partition in self.log.partitions()? {
            let mut after = Position::default();
            loop {
                let frames = patiently(|| self.log.read(partition, after, FRAMES_AT_ONCE))?;
                let Some((last, _)) = frames.last() else { break };
                after = *last;
                for (_, frame) in &frames {
                    let received = unpack_facts(frame)?.into_iter().map(|(_, draft)| draft.received_at);
                    latest = latest.max(received.max());
                }
            }
        }
        Ok(latest)
    }

    /// The ordered dump of the books, as of one moment of each cluster, and which places that is.
    pub fn dump(&self, to: &Path) -> Result<Places> {
        dump(self.sources()?, to)
    }

    /// What must hold of the books, and what of it does not.
    pub fn verify(&self) -> Result<Vec<Check>> {
        verify(self.sources()?)
    }

    /// The databases of the books, to be read as a whole.
    fn sources(&self) -> Result<Vec<DumpSource>> {
        match &self.books {
            BooksAt::File(path) => Ok(vec![DumpSource::whole(Box::new(Sqlite::open_read_only(path)?))]),
            BooksAt::Servers { servers, .. } => {
                let placement = self.placement.load_full();
                let source = |(name, server): (&String, &Server)| {
                    Ok(DumpSource::of_cluster(Box::new(server.connect()?), placement.clone(), name.clone()))
                };
                servers.iter().map(source).collect()
            }
        }
    }

    /// The servers that hold the books; none where they are files.
    pub fn servers(&self) -> Option<&Servers> {
        match &self.books {
            BooksAt::File(_) => None,
            BooksAt::Servers { servers, .. } => Some(servers),
        }
    }
}

fn jetstream(config: &Config, urls: &Secret, installation: &str) -> JetStreamConfig {
    JetStreamConfig {
        urls: urls.0.split(',').map(str::to_owned).collect(),
        installation: installation.to_owned(),
        replicas: usize::from(config.log_replicas),
        credentials_file: config.log_credentials.clone(),
    }
}

/// Every partition with its brands.
pub fn assignment_of(settings: &Settings) -> Result<Assignment> {
    let mut all = Assignment::new();
    for (brand, _) in settings.brands()? {
        all.entry(brand.partition).or_default().brands.push(brand.id);
    }
    Ok(all)
}

pub fn log_file(folder: &Path) -> PathBuf {
    folder.join("log.db")
}

pub fn books_file(folder: &Path) -> PathBuf {
    folder.join("books.db")
}

#[cfg(test)]
mod budgets;

#[cfg(test)]
mod tests {
    use referee_core::id::{BrandId, ProgramId};
    use referee_core::time::{Day, Timestamp};
    use referee_rig::{Nats, Postgres};

    use super::*;
    use crate::books::conformance::history;
    use crate::books::reads::{ActionFilter, PaymentFilter, Period};
    use crate::clock::SystemClock;
    use crate::config::Source;
    use crate::log::frame::{Encoded, pack};
    use crate::log::{Draft, Frame, FrameId, Position};
    use crate::routing::PartitionId;
    use crate::settings::NewBrand;
    use crate::transfer::catch_up;

    /// The history of the books' suite as an edge would have written it.
    fn frames() -> Vec<Frame> {
        let drafts: Vec<Encoded> = history()
            .into_iter()
            .map(|it| {
                let (brand, actor, fact) = (it.brand, it.actor, it.fact);
                let (received_at, occurred_at) = (it.received_at, it.occurred_at);
                Encoded::of(&Draft { brand, received_at, occurred_at, actor, fact, raw: None })
            })
            .collect();
        let mut frames = Vec::new();
        for (i, chunk) in drafts.chunks(7).enumerate() {
            let id = FrameId { edge: 1, epoch: 1, n: i as u64 + 1 };
            frames.push(pack(id, 1 + i as u64 * 7, chunk, SystemClock.now()).unwrap());
        }
        frames
    }

    fn read_all(log: &dyn Log) -> Vec<Frame> {
        let (mut all, mut after) = (Vec::new(), Position(0));
        loop {
            let page = log.read(PartitionId(1), after, 100).unwrap();
            let Some((last, _)) = page.last() else { return all };
            after = *last;
            all.extend(page.into_iter().map(|(_, frame)| frame));
        }
    }

    /// Everything that can be told of some books: the dump, and what exports are made of.
    fn told(config: Source, frames: &[Frame]) -> (String, String) {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(Source { data: Some(folder.path().to_owned()), ..config }).unwrap();
        let stores = Stores::open(&config, &SystemClock).unwrap();
        let brand = stores.settings.create_brand(&NewBrand { name: "Acme".into() }, Timestamp(0)).unwrap();
        stores.reload_placement().unwrap();
        assert_eq!(brand, BrandId(1));
        stores.log.copy(PartitionId(1), frames.to_vec()).unwrap();
        assert!(read_all(stores.log.as_ref()).iter().eq(frames), "with the moment they were packed");
        let latest = history().into_iter().map(|it| it.received_at).max();
        assert_eq!(stores.latest_moment().unwrap(), latest, "a clock can begin after all that is known");
        catch_up(&stores, &|_| {}).unwrap();
        let dump = folder.path().join("dump");
        stores.dump(&dump).unwrap();
        let all = Period { program: ProgramId(1), from: Day(0), to: Day(100_000), partner: None };
        let reads = &stores.reads;
        let exports = format!(
            "{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
            reads.actions(brand, &ActionFilter::default(), None, 1_000).unwrap(),
            reads.balances(brand, None).unwrap(),
            reads.payments(brand, &PaymentFilter::default(), 1_000).unwrap(),
            reads.days(brand, all).unwrap(),
            reads.partners(brand, all).unwrap(),
        );
        (std::fs::read_to_string(&dump).unwrap(), exports)
    }

    #[test]
    fn one_order_of_facts_gives_the_same_on_every_pair() {
        let (postgres, nats) = (Postgres::start(), Nats::cluster(1));
        let frames = frames();
        let files = told(Source::default(), &frames);
        assert!(files.0.lines().count() > 200 && files.1.contains("order-3"), "the history leaves traces");
        let url = |name: &str| Some(Secret(postgres.create_database(name)));
        assert_eq!(told(Source { database_url: url("one"), ..Source::default() }, &frames), files);
        let log_url = Some(Secret(nats.urls()));
        let source = Source { database_url: url("two"), log_url, log_replicas: Some(1), ..Source::default() };
        assert_eq!(told(source, &frames), files);
    }
}
