//! The engine: what a server, a command or a test holds in its hand.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arc_swap::ArcSwap;
use referee_core::fact::{Actor, Fact};
use referee_core::id::{BrandId, FactId, ProgramId};
use referee_core::machine::RULES_VERSION;
use referee_core::refusal::Refusal;
use referee_core::time::Timestamp;
use tokio::sync::watch;

use crate::books::reads::Reads;
use crate::books::sqlite::SqliteBooks;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::intake::click_id::ClickNumbers;
use crate::limits::{RAW_DAYS, READ_AFTER_MS, SETTLE_DEADLINE_MS};
use crate::log::recorder::{Durable, Recorder};
use crate::log::spool::SpoolFigures;
use crate::log::sqlite::SqliteLog;
use crate::log::{Draft, Log, Position};
use crate::machine::{Machine, MachineFigures, OnConfig, Progress, Running};
use crate::routing::{Directory, PartitionId, Routing};
use crate::settings::{NewBrand, Settings};

/// Files of an embedded installation.
pub struct Files {
    pub folder: PathBuf,
}

impl Files {
    pub fn log(&self) -> PathBuf {
        self.folder.join("log.db")
    }

    pub fn books(&self) -> PathBuf {
        self.folder.join("books.db")
    }
}

/// Where a record stands, for reads that must see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub partition: PartitionId,
    pub position: Position,
}

/// A person's command was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The id that was created or changed.
    pub subject: String,
    pub place: Place,
}

#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The rules say no.
    #[error("{}", .0.brand_sentence())]
    Refused(Refusal),
    /// It is kept and will be done; how it came out is not known yet.
    #[error("kept, but not decided yet")]
    NotYet(FactId),
    #[error(transparent)]
    Trouble(#[from] Error),
}

pub struct Engine {
    pub settings: Settings,
    pub recorder: Arc<Recorder>,
    pub reads: Arc<dyn Reads>,
    pub clock: Arc<dyn Clock>,
    pub click_numbers: ClickNumbers,
    pub figures: Arc<MachineFigures>,
    /// What lies on this edge while a shared log is away; none where the log is this computer's own.
    pub spool: Option<Arc<SpoolFigures>>,
    log: Arc<dyn Log>,
    routing: Arc<ArcSwap<Routing>>,
    progress: watch::Receiver<Progress>,
    new_brands: Mutex<Sender<(BrandId, PartitionId)>>,
    machine: Mutex<Running>,
}

impl Engine {
    /// Opens an embedded installation, and makes it if the folder is empty.
    pub fn open(folder: &Path, edge: u16, clock: Arc<dyn Clock>) -> Result<Engine> {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::setup(format!("make the folder {}", folder.display()), error))?;
        let files = Files { folder: folder.to_owned() };
        let settings = Settings::open(folder)?;
        let log: Arc<dyn Log> = Arc::new(SqliteLog::open(&files.log())?);
        let recorder = Arc::new(Recorder::start(log.clone(), edge, settings.next_epoch()?)?);
        let books = SqliteBooks::open(&files.books())?;
        let reads = Arc::new(books.reads()?);
        let routing = Arc::new(ArcSwap::from_pointee(routing_of(&settings)?));
        let brands: Vec<_> = routing.load().brands.values().map(|it| (it.brand, it.partition)).collect();
        let figures = Arc::new(MachineFigures::default());
        let publish = publisher(routing.clone());
        let machine = Machine::open(log.clone(), Box::new(books), &brands, publish, figures.clone())?;
        let progress = machine.progress();
        let (new_brands, incoming) = std::sync::mpsc::channel();
        let machine = machine.start(recorder.clone(), clock.clone(), incoming)?;
        Ok(Engine {
            settings,
            recorder,
            reads,
            click_numbers: ClickNumbers::new(edge),
            clock,
            figures,
            spool: None,
            log,
            routing,
            progress,
            new_brands: Mutex::new(new_brands),
            machine: Mutex::new(machine),
        })
    }

    pub fn routing(&self) -> arc_swap::Guard<Arc<Routing>> {
        self.routing.load()
    }

    pub fn log(&self) -> &Arc<dyn Log> {
        &self.log
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Creates a brand and adopts the newest rules for it.
    pub async fn create_brand(&self, brand: &NewBrand, actor: Actor) -> std::result::Result<BrandId, SettleError> {
        let id = self.settings.create_brand(brand, self.now())?;
        self.learn_directory()?;
        let partition = self.partition_of(id)?;
        self.open_brand(id, partition)?;
        self.settle(id, actor, Fact::RulesAdopted { version: RULES_VERSION }).await?;
        Ok(id)
    }

    /// Tells the machine of a brand it does not know yet.
    fn open_brand(&self, brand: BrandId, partition: PartitionId) -> Result<()> {
        let sender = self.new_brands.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        sender.send((brand, partition)).map_err(|error| Error::unavailable("open a brand", error))
    }

    /// Keeps a draft; the answer comes when it is durable, however long that takes. Callers bring their own deadline.
    pub async fn record(&self, draft: &Draft) -> Result<Durable> {
        let partition = self.partition_of(draft.brand)?;
        let ticket =
            self.recorder.record(partition, draft).map_err(|full| Error::unavailable("keep a record", full))?;
        ticket.durable().await
    }

    /// Keeps what a person decided and waits for what comes of it.
    pub async fn settle(&self, brand: BrandId, actor: Actor, fact: Fact) -> std::result::Result<Settled, SettleError> {
        let now = self.now();
        let draft = Draft { brand, received_at: now, occurred_at: now, actor: Some(actor), fact, raw: None };
        let deadline = tokio::time::Instant::now() + Duration::from_millis(SETTLE_DEADLINE_MS);
        let durable = self.record(&draft).await?;
        // What lies on this edge only reaches the rules when the log is back.
        let Some(position) = durable.position else { return Err(SettleError::NotYet(durable.fact)) };
        let place = Place { partition: self.partition_of(brand)?, position };
        self.wait_until(place, deadline).await;
        let reads = self.reads.clone();
        let found = blocking(move || reads.audit_by_fact_id(brand, durable.fact)).await?;
        match found {
            Some(row) => match row.refusal {
                Some(refusal) => Err(SettleError::Refused(refusal)),
                None => Ok(Settled { subject: row.subject, place }),
            },
            None => Err(SettleError::NotYet(durable.fact)),
        }
    }

    /// Waits, a second at most, until the books hold a record: whoever wrote it sees it.
    pub async fn wait_for(&self, place: Place) {
        let deadline = tokio::time::Instant::now() + Duration::from_millis(READ_AFTER_MS);
        self.wait_until(place, deadline).await;
    }

    /// Waits, a second at most, until the books hold all that a brand had been acknowledged by now: whoever reported
    /// sees it. Says whether they do.
    pub async fn catch_up(&self, brand: BrandId) -> Result<bool> {
        let partition = self.partition_of(brand)?;
        let log = self.log.clone();
        let place = Place { partition, position: blocking(move || log.end(partition)).await? };
        self.wait_for(place).await;
        Ok(self.progress.borrow().get(&partition).is_some_and(|position| *position >= place.position))
    }

    async fn wait_until(&self, place: Place, deadline: tokio::time::Instant) {
        let mut progress = self.progress.clone();
        let reached = progress
            .wait_for(|progress| progress.get(&place.partition).is_some_and(|position| *position >= place.position));
        // Too late is no error: the caller reads what there is.
        _ = tokio::time::timeout_at(deadline, reached).await;
    }

    /// How far the books have come, by partition.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }

    pub fn partition_of(&self, brand: BrandId) -> Result<PartitionId> {
        let routing = self.routing.load();
        let found = routing.brands.get(&brand).map(|it| it.partition);
        found.ok_or_else(|| Error::setup("find a brand", format!("there is no brand {brand}")))
    }

    /// Takes a program's number for a brand: the wanted one, or the next.
    pub fn create_program(&self, brand: BrandId, wanted: Option<ProgramId>) -> Result<ProgramId> {
        let id = self.settings.create_program(brand, wanted)?;
        self.learn_directory()?;
        Ok(id)
    }

    fn learn_directory(&self) -> Result<()> {
        let directory = directory(&self.settings)?;
        self.routing.rcu(|before| before.with_directory(&directory));
        Ok(())
    }

    /// Drops what has had its time: raw sections of the log, refused reports, ended sessions.
    pub fn clean(&self) -> Result<()> {
        let now = self.now();
        while self.log.drop_raw_before(now.minus_days(RAW_DAYS))? > 0 {}
        self.settings.clean(now)
    }

    /// Writes what is waiting, and ends the threads.
    pub fn shut_down(&self) {
        self.recorder.shut_down();
        self.machine.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).stop();
    }
}

/// Runs a question to the books or settings where it may take its time.
pub async fn blocking<T: Send + 'static>(question: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(question).await {
        Ok(answer) => answer,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(Error::unavailable("ask the books", error)),
    }
}

/// The first picture: who there is. What they have set up follows from the books.
fn routing_of(settings: &Settings) -> Result<Routing> {
    Ok(Routing::default().with_directory(&directory(settings)?))
}

fn directory(settings: &Settings) -> Result<Directory> {
    let brands =
        settings.brands()?.into_iter().map(|(brand, keys)| (brand.id, brand.partition, Arc::new(keys))).collect();
    Ok(Directory { brands, programs: settings.programs()?.into_iter().collect() })
}

/// Swaps the picture when a brand has set up something new.
fn publisher(routing: Arc<ArcSwap<Routing>>) -> OnConfig {
    Box::new(move |brand, config| _ = routing.rcu(|before| before.with_config(brand, config)))
}
