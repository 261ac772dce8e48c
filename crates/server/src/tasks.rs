//! Everything that runs by itself beside the requests, in one table.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use referee_engine::engine::blocking;
use referee_engine::error::Result;
use referee_engine::role::Role;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::app::App;
use crate::shopify::reconcile::reconcile_due;

type Run = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

struct Task {
    name: &'static str,
    every: Duration,
    run: fn(Arc<App>) -> Run,
}

const TASKS: [Task; 8] = [
    // What is kept for a number of days goes within the hour after.
    Task {
        name: "clean",
        every: Duration::from_secs(60 * 60),
        run: |it| Box::pin(blocking(move || it.engine.clean())),
    },
    // Payments are proposed within a minute after their day has begun.
    Task { name: "propose", every: MINUTE, run: |it| Box::pin(async move { it.engine.propose_due().await }) },
    // Clicks of a day are examined within minutes after its last ones have come.
    Task {
        name: "doubt",
        every: Duration::from_secs(5 * 60),
        run: |it| Box::pin(async move { it.engine.doubt_clicks().await }),
    },
    // A document that was not issued with its payment's outcome follows within the minute.
    Task { name: "documents", every: MINUTE, run: |it| Box::pin(blocking(move || it.engine.issue_documents())) },
    // Files whose process died, once their lease has ended.
    Task {
        name: "imports",
        every: Duration::from_secs(10),
        run: |it| Box::pin(blocking(move || referee_engine::import::work::resume(&it.engine))),
    },
    // Shops are asked once a night, and at once when they are new.
    Task { name: "shops", every: Duration::from_secs(5 * 60), run: |it| Box::pin(reconcile_due(it)) },
    // Partners hear within seconds of what happened and what waits for their word.
    Task {
        name: "news",
        every: Duration::from_secs(10),
        run: |it| Box::pin(blocking(move || it.engine.write_news(&it.console_origin()))),
    },
    // Mail goes out within seconds, and again when its next try is due.
    Task {
        name: "mail",
        every: Duration::from_secs(10),
        run: |it| Box::pin(async move { it.engine.send_mail(it.mail_server.as_ref()).await }),
    },
];

const MINUTE: Duration = Duration::from_secs(60);

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
        if let Err(error) = (task.run)(app.clone()).await {
            tracing::warn!(task = task.name, %error, "a task failed and will be tried again");
        }
    }
}
