//! The engine: what a server, a command or a test holds in its hand.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use arc_swap::ArcSwap;
use referee_core::fact::{Actor, Fact};
use referee_core::id::{BrandId, FactId, ProgramId};
use referee_core::machine::RULES_VERSION;
use referee_core::refusal::Refusal;
use referee_core::time::{Day, Timestamp};
use tokio::sync::watch;

use crate::books::reads::{AuditEntry, Reads};
use crate::clock::Clock;
use crate::config::Config;
use crate::credentials::Credentials;
use crate::erasure::BookStore;
use crate::error::{Error, Result};
use crate::folder::{Held, hold};
use crate::intake::click_id::ClickNumbers;
use crate::intake::network::Networks;
use crate::limits::{READ_AFTER_MS, SETTLE_DEADLINE_MS, SPOOLED_ASKED_EVERY_MS};
use crate::log::recorder::{Durable, Recorder};
use crate::log::spool::{SpoolFigures, SpoolLimits, SpooledLog};
use crate::log::{Draft, Log, Position};
use crate::lookup::Lookup;
use crate::lookup::answer::Viewer;
use crate::machine::{Assignment, DoneUntil, Machine, MachineFigures, OnConfig, Progress, Running, Tell};
use crate::mail::{MailFigures, MailServer, send_due};
use crate::peers::{Peers, Watched};
use crate::retention::{Kept, Retention};
use crate::role::Role;
use crate::routing::{PartitionId, Routing};
use crate::settings::{NewBrand, Process, Settings};
use crate::stores::Stores;

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
    pub settings: Arc<Settings>,
    pub credentials: Credentials,
    pub recorder: Arc<Recorder>,
    pub reads: Arc<dyn Reads>,
    pub clock: Arc<dyn Clock>,
    pub click_numbers: ClickNumbers,
    /// What is known of visitors' addresses.
    pub networks: Networks,
    /// How long what is of persons is kept.
    pub retention: Retention,
    pub figures: Arc<MachineFigures>,
    /// What became of the mail that this process sends.
    pub mail_figures: MailFigures,
    /// What lies on this edge while a shared log is away; none where the log is this computer's own.
    pub spool: Option<Arc<SpoolFigures>>,
    /// Where receipts of erasures are kept.
    pub folder: PathBuf,
    log: Arc<dyn Log>,
    book_store: Arc<dyn BookStore>,
    routing: Arc<ArcSwap<Routing>>,
    progress: watch::Receiver<Progress>,
    done: watch::Sender<DoneUntil>,
    /// What each of this process's machines serves.
    assignments: Vec<Arc<ArcSwap<Assignment>>>,
    machines: Mutex<Vec<Running>>,
    /// The last day of each program whose clicks this process has examined.
    examined: Mutex<BTreeMap<(BrandId, ProgramId), Day>>,
    /// The other processes, where there may be some.
    peers: Option<Mutex<Peers>>,
    _held: Held,
}

fn settled(outcome: AuditEntry, place: Place) -> std::result::Result<Settled, SettleError> {
    match outcome.refusal {
        Some(refusal) => Err(SettleError::Refused(refusal)),
        None => Ok(Settled { subject: outcome.subject, place }),
    }
}

impl Engine {
    /// Opens an installation, and makes it where there is none.
    pub fn open(config: &Config, clock: Arc<dyn Clock>) -> Result<Engine> {
        // Whoever meets no visitors need not know where they come from.
        let networks = if config.has(Role::Edge) { Networks::open(&config.networks)? } else { Networks::default() };
        let stores = Stores::open(config, clock.as_ref())?;
        let held = hold(&config.data, config.edge)?;
        stores.check_partitions()?;
        let shared = stores.are_shared();
        let (settings, reads) = (stores.settings.clone(), stores.reads.clone());
        if !shared {
            settings.free_imports()?;
            settings.free_erasures()?;
            settings.free_mails()?;
            settings.free_certificates()?;
        }
        let spooled = shared.then(|| spooled(&stores, config)).transpose()?;
        let spool = spooled.as_ref().map(|log| log.figures().clone());
        let log: Arc<dyn Log> = match spooled {
            Some(log) => Arc::new(log),
            None => stores.log.clone(),
        };
        let epoch = if shared { settings.enter(&this_process(config)?)? } else { settings.next_epoch()? };
        let recorder = Arc::new(Recorder::start(log.clone(), config.edge, epoch, clock.clone())?);
        let routing = Arc::new(ArcSwap::from_pointee(Routing::default().with_directory(&settings.directory()?)));
        let (told, progress) = watch::channel(Progress::new());
        let threads = match config.has(Role::Machine) {
            // Files have one writer.
            true if !shared => 1,
            true => usize::from(config.machine_threads),
            false => 0,
        };
        let assignments: Vec<_> = (0..threads).map(|_| Arc::new(ArcSwap::<Assignment>::default())).collect();
        let peers = if shared {
            Some(Peers::start(Watched {
                settings: settings.clone(),
                reads: reads.clone(),
                log: log.clone(),
                routing: routing.clone(),
                placement: stores.placement.clone(),
                progress: told.clone(),
                assignments: assignments.clone(),
                edge: config.edge,
                epoch,
            })?)
        } else {
            assign_all(&assignments, &routing.load());
            None
        };
        let figures = Arc::new(MachineFigures::default());
        let (done, mut machines) = (watch::Sender::new(DoneUntil::new()), Vec::new());
        for assignment in &assignments {
            let tell = Tell { config: publisher(routing.clone()), progress: told.clone(), done: done.clone() };
            let mut machine =
                Machine::new(log.clone(), stores.books()?, tell, figures.clone()).with_erasures(settings.clone());
            machine.assign(&assignment.load())?;
            machines.push(machine.start(recorder.clone(), clock.clone(), assignment.clone())?);
        }
        Ok(Engine {
            credentials: Credentials::new(settings.clone()),
            settings,
            recorder,
            reads,
            click_numbers: ClickNumbers::new(config.edge),
            networks,
            retention: config.retention,
            clock,
            figures,
            folder: config.data.clone(),
            book_store: stores.book_store(),
            mail_figures: MailFigures::default(),
            log,
            spool,
            routing,
            progress,
            done,
            assignments,
            machines: Mutex::new(machines),
            examined: Mutex::default(),
            peers: peers.map(Mutex::new),
            _held: held,
        })
    }

    pub fn routing(&self) -> arc_swap::Guard<Arc<Routing>> {
        self.routing.load()
    }

    pub fn log(&self) -> &Arc<dyn Log> {
        &self.log
    }

    /// The stores of the books, to be cleaned.
    pub(crate) fn book_store(&self) -> &dyn BookStore {
        self.book_store.as_ref()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs a question to the settings where it may take its time.
    pub async fn with_settings<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Settings) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let settings = self.settings.clone();
        blocking(move || ask(&settings)).await
    }

    /// Creates a brand and adopts the newest rules for it.
    pub async fn create_brand(&self, brand: NewBrand, actor: Actor) -> std::result::Result<BrandId, SettleError> {
        let now = self.now();
        let id = self.with_settings(move |settings| settings.create_brand(&brand, now)).await?;
        self.learn_directory().await?;
        self.settle(id, actor, Fact::RulesAdopted { version: RULES_VERSION }).await?;
        Ok(id)
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
        let partition = self.partition_of(brand)?;
        let place = |position| Place { partition, position };
        let Some(position) = durable.position else {
            // What lies on this edge reaches the rules when the log is back, which may be soon.
            loop {
                if let Some(outcome) = self.outcome(brand, durable.fact).await? {
                    let position = self.progress.borrow().get(&partition).copied().unwrap_or_default();
                    return settled(outcome, place(position));
                }
                if tokio::time::Instant::now() >= deadline {
                    return Err(SettleError::NotYet(durable.fact));
                }
                tokio::time::sleep(Duration::from_millis(SPOOLED_ASKED_EVERY_MS)).await;
            }
        };
        self.wait_until(place(position), deadline).await;
        match self.outcome(brand, durable.fact).await? {
            Some(outcome) => settled(outcome, place(position)),
            None => Err(SettleError::NotYet(durable.fact)),
        }
    }

    /// What became of a person's command, if it is decided.
    async fn outcome(&self, brand: BrandId, fact: FactId) -> Result<Option<AuditEntry>> {
        let reads = self.reads.clone();
        blocking(move || reads.audit_by_fact_id(brand, fact)).await
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

    /// Asks what became of something of a brand, once the books hold all that it was acknowledged before, or after a
    /// second: then the answer says that they do not.
    pub async fn look_up<T: Send + 'static>(
        self: &Arc<Engine>,
        brand: BrandId,
        viewer: Viewer,
        ask: impl FnOnce(&Lookup<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // While the log is away the books still answer.
        let caught_up = self.catch_up(brand).await.unwrap_or(false);
        let spooled = self.spool.as_ref().is_some_and(|spool| spool.frames.load(Ordering::Relaxed) > 0);
        let behind = !caught_up || spooled;
        let engine = self.clone();
        let known = engine.routing().brands.get(&brand).cloned();
        let known = known.ok_or_else(|| Error::setup("look something up", format!("there is no brand {brand}")))?;
        blocking(move || {
            ask(&Lookup {
                reads: engine.reads.as_ref(),
                settings: &engine.settings,
                config: &known.config,
                keys: &known.keys,
                brand,
                viewer,
                now: engine.now(),
                behind,
            })
        })
        .await
    }

    pub(crate) async fn wait_until(&self, place: Place, deadline: tokio::time::Instant) {
        let _hurry = self.peers.as_ref().map(|peers| lock(peers).hurry());
        let mut progress = self.progress.clone();
        let reached = progress
            .wait_for(|progress| progress.get(&place.partition).is_some_and(|position| *position >= place.position));
        // Too late is no error: the caller reads what there is.
        _ = tokio::time::timeout_at(deadline, reached).await;
    }

    /// Writes in every brand that time passed until now, and returns when all that fell due by then is done: for whoever
    /// moved the clock. Callers bring their own deadline.
    pub async fn pass_time(self: &Arc<Engine>) -> Result<()> {
        let mut done = self.done.subscribe();
        let (now, routing) = (self.now(), self.routing.load_full());
        for brand in routing.brands.keys().copied() {
            let fact = Fact::TimePassed;
            self.record(&Draft { brand, received_at: now, occurred_at: now, actor: None, fact, raw: None }).await?;
        }
        let is_done = |done: &DoneUntil| {
            routing.brands.values().all(|it| done.get(&it.partition).is_some_and(|until| *until >= now))
        };
        done.wait_for(is_done).await.map_err(|closed| Error::unavailable("wait for what is due", closed))?;
        self.propose_due().await?;
        self.doubt_clicks().await?;
        let engine = self.clone();
        blocking(move || {
            engine.issue_documents()?;
            engine.clean()
        })
        .await
    }

    /// Sends the mail that is due, where a server is named, and counts what waits.
    pub async fn send_mail(&self, server: Option<&MailServer>) -> Result<()> {
        send_due(&self.settings, &self.clock, server, &self.mail_figures).await
    }

    /// The last day of a program whose clicks this process has examined.
    pub(crate) fn examined_until(&self, brand: BrandId, program: ProgramId) -> Option<Day> {
        lock(&self.examined).get(&(brand, program)).copied()
    }

    pub(crate) fn examined(&self, brand: BrandId, program: ProgramId, day: Day) {
        lock(&self.examined).insert((brand, program), day);
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
    pub async fn create_program(&self, brand: BrandId, wanted: Option<ProgramId>) -> Result<ProgramId> {
        let id = self.with_settings(move |settings| settings.create_program(brand, wanted)).await?;
        self.learn_directory().await?;
        Ok(id)
    }

    /// Sees what this process changed in the directory at once; others see it soon.
    pub(crate) async fn learn_directory(&self) -> Result<()> {
        let directory = self.with_settings(Settings::directory).await?;
        self.routing.rcu(|before| before.with_directory(&directory));
        match &self.peers {
            Some(peers) => lock(peers).nudge(),
            None => {
                assign_all(&self.assignments, &self.routing.load());
                self.log.wake();
            }
        }
        Ok(())
    }

    /// Whether this process can't see the others just now; nothing where it is alone.
    pub fn is_blind(&self) -> Option<bool> {
        self.peers.as_ref().map(|peers| lock(peers).is_blind())
    }

    /// Whether another process has taken this one's edge number: it must end.
    pub fn is_evicted(&self) -> bool {
        self.peers.as_ref().is_some_and(|peers| lock(peers).is_evicted())
    }

    /// Drops what has had its time: raw sections of the log, refused reports, files, ended sessions, mail.
    pub fn clean(&self) -> Result<()> {
        let now = self.now();
        while self.log.drop_raw_before(now.minus_days(self.retention.days(Kept::Raw)))? > 0 {}
        self.settings.clean(now, &self.retention)
    }

    /// Writes what is waiting, and ends the threads.
    pub fn shut_down(&self) {
        self.recorder.shut_down();
        lock(&self.machines).iter_mut().for_each(Running::stop);
        if let Some(peers) = &self.peers {
            lock(peers).stop();
        }
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

/// How this process is called among others: by its host and folder, which it holds alone.
fn this_process(config: &Config) -> Result<Process> {
    let doing = || format!("hold the folder {}", config.data.display());
    let folder = config.data.canonicalize().map_err(|error| Error::setup(doing(), error))?;
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "somewhere".into());
    Ok(Process {
        edge: config.edge,
        name: format!("{}:{}", host.trim(), folder.display()),
        roles: config.roles.clone(),
    })
}

/// A process alone serves every partition.
fn assign_all(assignments: &[Arc<ArcSwap<Assignment>>], routing: &Routing) {
    let mut all = Assignment::new();
    for brand in routing.brands.values() {
        all.entry(brand.partition).or_default().brands.push(brand.brand);
    }
    if let Some(first) = assignments.first() {
        first.store(Arc::new(all));
    }
}

/// Before a shared log lies a spool on this edge's own disk.
fn spooled(stores: &Stores, config: &Config) -> Result<SpooledLog> {
    let name = format!("spool-{}.db", config.edge);
    let others = std::fs::read_dir(&config.data).into_iter().flatten().flatten().map(|it| it.file_name());
    for other in others.map(|it| it.to_string_lossy().into_owned()) {
        if other.starts_with("spool-") && other.ends_with(".db") && other != name {
            tracing::warn!(file = other, "a spool of another edge number: start that edge here once, to send it on");
        }
    }
    let file = config.data.join(name);
    SpooledLog::open(stores.log.clone(), &file, SpoolLimits::default())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What the locks guard is whole between statements.
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Swaps the picture when a brand has set up something new.
fn publisher(routing: Arc<ArcSwap<Routing>>) -> OnConfig {
    Box::new(move |brand, config, as_of| _ = routing.rcu(|before| before.with_config(brand, config, as_of)))
}
