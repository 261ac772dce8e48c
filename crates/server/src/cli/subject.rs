//! `referee subject`: all that is known of a person, for whoever runs the server.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use referee_core::fact::{Actor, Role};
use referee_core::id::{BrandId, UserId};
use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::Config;
use referee_engine::engine::SettleError;
use referee_engine::error::{Error, Result};

use super::Stores;
use super::erase::WhoFlags;
use super::explain::wanted;
use crate::app::App;
use crate::serve::runtime;
use crate::subjects::{No, export};

#[derive(Args)]
pub struct Subject {
    #[command(flatten)]
    stores: Stores,
    /// Whose customer; needed where there are several brands.
    #[arg(long)]
    brand: Option<u32>,
    #[command(flatten)]
    who: WhoFlags,
    /// Why, as the audit trail shall say. It stays: name nobody.
    #[arg(long, default_value = "asked for by the person")]
    reason: String,
}

pub fn run(command: Subject) -> Result<ExitCode> {
    let asked = command.who.asked()?;
    // Number 0 is nobody's edge.
    let config = Config { edge: 0, ..command.stores.load()? };
    let engine = Arc::new(Engine::open(&config, Arc::new(SystemClock))?);
    let actor = Actor { user: UserId(0), role: Role::Operator, reason: command.reason };
    let told = wanted(engine.settings.brands()?, command.brand.map(BrandId)).and_then(|(brand, _)| {
        let app = Arc::new(App::new(engine.clone(), config));
        runtime()?.block_on(export(&app, brand.id, asked, actor)).map_err(|no| match no {
            No::Unknown(unknown) => Error::setup("find a person", unknown.sentence()),
            No::TooMany => Error::unavailable("export somebody's data", "there were too many"),
            No::Settle(SettleError::Trouble(error)) => error,
            No::Settle(error) => Error::unavailable("export somebody's data", error),
        })
    });
    engine.shut_down();
    println!("{:#}", told?);
    Ok(ExitCode::SUCCESS)
}
