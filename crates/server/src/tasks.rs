//! Everything that runs by itself beside the requests, in one table.

use std::sync::Arc;
use std::time::Duration;

use referee_engine::Engine;
use referee_engine::engine::blocking;
use referee_engine::error::Result;
use referee_engine::role::Role;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::app::App;

struct Task {
    name: &'static str,
    every: Duration,
    run: fn(&Engine) -> Result<()>,
}

const TASKS: [Task; 2] = [
    // What is kept for a number of days goes within the hour after.
    Task { name: "clean", every: Duration::from_secs(60 * 60), run: Engine::clean },
    // Files whose process died, once their lease has ended.
    Task { name: "imports", every: Duration::from_secs(10), run: referee_engine::import::work::resume },
];

/// Runs the tasks until the set is dropped, where that is this process's role.
pub fn start(app: &Arc<App>) -> JoinSet<()> {
    let mut set = JoinSet::new();
    if !app.config.has(Role::Courier) {
        return set;
    }
    for task in TASKS {
        set.spawn(repeat(task, app.clone()));
    }
    set
}

async fn repeat(task: Task, app: Arc<App>) {
    let mut tick = tokio::time::interval(task.every);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let (engine, run) = (app.engine.clone(), task.run);
        if let Err(error) = blocking(move || run(&engine)).await {
            tracing::warn!(task = task.name, %error, "a task failed and will be tried again");
        }
    }
}
