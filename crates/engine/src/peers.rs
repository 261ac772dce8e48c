//! The other processes of a scaled installation, as this one sees them: who serves which partition, what is new in the
//! directory, what brands have set up, and how far the books have come. One thread that asks, since poolers tell nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use referee_core::id::{BrandId, RecordNo};
use tokio::sync::watch;

use crate::books::reads::Reads;
use crate::books::sql::Placement;
use crate::error::{Error, Result};
use crate::log::Log;
use crate::machine::{Assignment, Progress};
use crate::role::Role;
use crate::routing::{PartitionId, Routing};
use crate::settings::Settings;

/// How often is asked for news; an edge learns of a new link within a second.
const TURN: Duration = Duration::from_millis(400);
/// How often while somebody waits for their own write.
const HURRY: Duration = Duration::from_millis(15);

/// What the thread watches and tells.
pub struct Watched {
    pub settings: Arc<Settings>,
    pub reads: Arc<dyn Reads>,
    pub log: Arc<dyn Log>,
    pub routing: Arc<ArcSwap<Routing>>,
    pub placement: Arc<ArcSwap<Placement>>,
    pub progress: watch::Sender<Progress>,
    /// One for each of this process's machines; none where that is not its role.
    pub assignments: Vec<Arc<ArcSwap<Assignment>>>,
    pub edge: u16,
    pub epoch: u32,
}

/// The thread, and what it is told.
pub struct Peers {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stop: AtomicBool,
    /// Another process has taken this one's number.
    evicted: AtomicBool,
    /// The settings or the books could not be asked the last time.
    blind: AtomicBool,
    waiting: AtomicUsize,
    nudged: Mutex<bool>,
    nudge: Condvar,
}

impl Shared {
    fn nudge(&self) {
        // A flag is whole at every moment.
        *self.nudged.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = true;
        self.nudge.notify_all();
    }

    fn rest(&self, most: Duration) {
        let nudged = self.nudged.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let waited = self.nudge.wait_timeout_while(nudged, most, |nudged| !*nudged);
        *waited.unwrap_or_else(|poisoned| poisoned.into_inner()).0 = false;
    }
}

/// Somebody waits for the books to come somewhere: news are asked for more often until it is let go.
pub struct Waiting(Arc<Shared>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Peers {
    /// Looks once, so that what follows knows the world, and then goes on by itself.
    pub fn start(watched: Watched) -> Result<Peers> {
        let shared = Arc::new(Shared::default());
        let mut view = View { watched, directory: None, marks: HashMap::new(), machines: Vec::new(), trouble: false };
        view.look()?;
        let told = shared.clone();
        let thread = std::thread::Builder::new()
            .name("peers".into())
            .spawn(move || view.run(&told))
            .map_err(|error| Error::setup("start watching the other processes", error))?;
        Ok(Peers { shared, thread: Some(thread) })
    }

    /// Something changed here: look now.
    pub fn nudge(&self) {
        self.shared.nudge();
    }

    pub fn hurry(&self) -> Waiting {
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        self.shared.nudge();
        Waiting(self.shared.clone())
    }

    /// Whether another process has taken this one's number: it must end.
    pub fn is_evicted(&self) -> bool {
        self.shared.evicted.load(Ordering::Relaxed)
    }

    /// Whether the last look failed: what was known before stays in force.
    pub fn is_blind(&self) -> bool {
        self.shared.blind.load(Ordering::Relaxed)
    }

    pub fn stop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        self.shared.nudge();
        if let Some(thread) = self.thread.take() {
            // Its panic was reported by the hook.
            _ = thread.join();
        }
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What was seen last.
struct View {
    watched: Watched,
    directory: Option<u64>,
    marks: HashMap<BrandId, RecordNo>,
    /// Edge numbers of the machines that are alive.
    machines: Vec<u16>,
    trouble: bool,
}

impl View {
    fn run(mut self, shared: &Shared) {
        let mut looked_at = Instant::now();
        while !shared.stop.load(Ordering::Relaxed) {
            let hurry = shared.waiting.load(Ordering::Relaxed) > 0;
            shared.rest(if hurry { HURRY } else { TURN });
            // In a hurry only what is waited for is asked for, but the rest is not forgotten.
            let looked = if hurry && looked_at.elapsed() < TURN {
                self.look_at_books()
            } else {
                looked_at = Instant::now();
                self.beat(shared).and_then(|()| self.look())
            };
            shared.blind.store(looked.is_err(), Ordering::Relaxed);
            self.note(looked);
        }
        if let Err(error) = self.watched.settings.leave(self.watched.edge, self.watched.epoch) {
            tracing::warn!(%error, "the edge number stays taken for some seconds");
        }
    }

    fn note(&mut self, looked: Result<()>) {
        match looked {
            Ok(()) if std::mem::take(&mut self.trouble) => tracing::info!("the other processes are seen again"),
            Ok(()) => {}
            Err(error) if !std::mem::replace(&mut self.trouble, true) => {
                tracing::error!(%error, "the other processes can't be seen; what was known stays in force");
            }
            Err(_) => {}
        }
    }

    fn beat(&mut self, shared: &Shared) -> Result<()> {
        if !self.watched.settings.beat(self.watched.edge, self.watched.epoch)? {
            shared.evicted.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn look(&mut self) -> Result<()> {
        self.look_at_directory()?;
        self.look_at_machines()?;
        self.look_at_books()
    }

    fn look_at_directory(&mut self) -> Result<()> {
        let version = self.watched.settings.directory_version()?;
        if self.directory == Some(version) {
            return Ok(());
        }
        let directory = self.watched.settings.directory()?;
        self.watched.placement.store(Arc::new(self.watched.settings.placement()?));
        self.watched.routing.rcu(|before| before.with_directory(&directory));
        self.directory = Some(version);
        self.assign();
        Ok(())
    }

    fn look_at_machines(&mut self) -> Result<()> {
        let alive = self.watched.settings.alive()?;
        let machines: Vec<u16> =
            alive.iter().filter(|process| process.roles.contains(&Role::Machine)).map(|process| process.edge).collect();
        if machines != self.machines {
            tracing::info!(?machines, "the machines that are alive");
            self.machines = machines;
            self.assign();
        }
        Ok(())
    }

    fn look_at_config(&mut self) -> Result<()> {
        for (brand, mark) in self.watched.reads.config_marks()? {
            if self.marks.get(&brand) != Some(&mark) {
                let config = self.watched.reads.config(brand)?;
                self.watched.routing.rcu(|before| before.with_config(brand, &config, mark));
                self.marks.insert(brand, mark);
            }
        }
        Ok(())
    }

    /// What brands have set up is known before it is told how far the books are: whoever waits for their own write
    /// finds it in force.
    fn look_at_books(&mut self) -> Result<()> {
        let places = self.watched.reads.places()?;
        self.look_at_config()?;
        self.watched.progress.send_if_modified(|progress| {
            let mut news = false;
            for (partition, position) in places {
                let known = progress.entry(partition).or_default();
                news |= *known < position;
                *known = position.max(*known);
            }
            news
        });
        Ok(())
    }

    /// Gives this process's machines their share of the partitions.
    fn assign(&self) {
        let threads = self.watched.assignments.len() as u64;
        let mut shares: Vec<Assignment> = vec![Assignment::new(); self.watched.assignments.len()];
        let placement = self.watched.placement.load();
        for brand in self.watched.routing.load().brands.values() {
            if owner(brand.partition, &self.machines) == Some(self.watched.edge) {
                let thread = (mixed(u64::from(brand.partition.0)) % threads.max(1)) as usize;
                if let Some(share) = shares.get_mut(thread) {
                    let served = share.entry(brand.partition).or_default();
                    served.brands.push(brand.brand);
                    served.cluster = placement.of(brand.partition).to_owned();
                }
            }
        }
        shares.iter_mut().flat_map(Assignment::values_mut).for_each(|served| served.brands.sort_unstable());
        for (assignment, share) in self.watched.assignments.iter().zip(shares) {
            if **assignment.load() != share {
                assignment.store(Arc::new(share));
            }
        }
        self.watched.log.wake();
    }
}

/// Of the machines alive, the one that serves a partition. All agree without a word, and when one goes only its own
/// partitions move.
fn owner(partition: PartitionId, machines: &[u16]) -> Option<u16> {
    machines.iter().copied().max_by_key(|edge| mixed(u64::from(partition.0) << 16 | u64::from(*edge)))
}

/// A number in which every bit depends on all of another's.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_share_the_partitions_and_only_a_dead_ones_move() {
        let owners = |machines: &[u16]| (1..=300).map(|p| owner(PartitionId(p), machines).unwrap()).collect::<Vec<_>>();
        let three = owners(&[1, 2, 3]);
        for machine in [1, 2, 3] {
            let share = three.iter().filter(|owner| **owner == machine).count();
            assert!((70..=130).contains(&share), "machine {machine} serves {share} of 300");
        }
        let two = owners(&[1, 3]);
        assert!(three.iter().zip(&two).all(|(before, after)| *before == 2 || before == after));
        assert_eq!(owner(PartitionId(1), &[]), None);
    }
}
