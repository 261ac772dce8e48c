//! `referee erase`: a person out of log and books, for whoever runs the server.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use referee_core::fact::{Actor, Role};
use referee_core::id::{BrandId, UserId};
use referee_core::identity::IdentifierKind;
use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::Config;
use referee_engine::engine::blocking;
use referee_engine::erasure::again::ask_again;
use referee_engine::erasure::order::{Asked, ask, preview};
use referee_engine::erasure::receipt::{Receipt, folder};
use referee_engine::erasure::{Erasure, ErasureState, Found, work};
use referee_engine::error::{Error, Result};

use super::Stores;
use super::explain::wanted;
use crate::serve::runtime;
use crate::subjects::many;

/// How often is looked whether what is in the way has gone.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the work is waited for before it is left to the server.
const LOOKS_MAX: u32 = 120;

#[derive(Args)]
pub struct Erase {
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
    /// Do not ask whether it is right.
    #[arg(long)]
    yes: bool,
    /// Do once more what these receipts say, in stores that were restored from before.
    #[arg(long, value_name = "RECEIPT", num_args = 1.., conflicts_with = "WhoFlags")]
    again: Vec<PathBuf>,
}

/// One thing that names the person.
#[derive(Args, Clone)]
#[group(multiple = false)]
pub struct WhoFlags {
    /// The shop's own number of the customer.
    #[arg(long)]
    customer_id: Option<String>,
    /// The address, or its SHA-256.
    #[arg(long)]
    email: Option<String>,
    /// With the country's prefix.
    #[arg(long)]
    phone: Option<String>,
    /// The visitor cookie, or the shop's own id of somebody not signed in.
    #[arg(long)]
    cookie: Option<String>,
    /// The id of an app's device.
    #[arg(long)]
    device: Option<String>,
    /// A click's id or number.
    #[arg(long)]
    click_id: Option<String>,
}

impl WhoFlags {
    pub fn asked(self) -> Result<Asked> {
        let value = |kind, value| Asked::Value { kind, value, country: None };
        let all = [
            self.customer_id.map(|it| value(IdentifierKind::CustomerId, it)),
            self.email.map(|it| value(IdentifierKind::Email, it)),
            self.phone.map(|it| value(IdentifierKind::Phone, it)),
            self.cookie.map(Asked::Cookie),
            self.device.map(|it| value(IdentifierKind::Device, it)),
            self.click_id.map(Asked::ClickId),
        ];
        let found = all.into_iter().flatten().next();
        found.ok_or_else(|| {
            Error::setup(
                "find a person",
                "name one of --customer-id, --email, --phone, --cookie, --device or --click-id",
            )
        })
    }
}

pub fn run(command: Erase) -> Result<ExitCode> {
    // Number 0 is nobody's edge.
    let config = Config { edge: 0, ..command.stores.load()? };
    let engine = Arc::new(Engine::open(&config, Arc::new(SystemClock))?);
    let actor = Actor { user: UserId(0), role: Role::Operator, reason: command.reason };
    let done = match command.again.is_empty() {
        true => erase(&engine, command.brand, command.who, &actor, command.yes),
        false => again(&engine, &command.again, &actor),
    };
    engine.shut_down();
    done
}

fn erase(engine: &Arc<Engine>, brand: Option<u32>, who: WhoFlags, actor: &Actor, yes: bool) -> Result<ExitCode> {
    let asked = who.asked()?;
    let (brand, _) = wanted(engine.settings.brands()?, brand.map(BrandId))?;
    let runtime = runtime()?;
    runtime.block_on(engine.catch_up(brand.id))?;
    let found = match preview(engine, brand.id, &asked)? {
        Ok(found) => found,
        Err(unknown) => return Err(Error::setup("erase a person", unknown.sentence())),
    };
    print!("{}", told(&found));
    if !yes && !is_confirmed()? {
        println!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    match ask(engine, brand.id, &asked, actor)? {
        Ok(erasure) => finish(engine, &runtime, &erasure),
        Err(unknown) => Err(Error::setup("erase a person", unknown.sentence())),
    }
}

fn again(engine: &Arc<Engine>, receipts: &[PathBuf], actor: &Actor) -> Result<ExitCode> {
    let runtime = runtime()?;
    for path in receipts {
        let failed = |error| Error::setup(format!("read {}", path.display()), error);
        let receipt = Receipt::read(&std::fs::read_to_string(path).map_err(failed)?)?;
        match ask_again(engine, &receipt, actor)? {
            Some(erasure) => _ = finish(engine, &runtime, &erasure)?,
            None => println!("{}: nothing of it is left here", receipt.id),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn finish(engine: &Arc<Engine>, runtime: &tokio::runtime::Runtime, erasure: &Erasure) -> Result<ExitCode> {
    let (brand, id) = (erasure.brand, erasure.id);
    for look in 0..LOOKS_MAX {
        let of = engine.clone();
        let done = runtime.block_on(blocking(move || work::go_on(&of, brand, id)))?;
        let now = engine.settings.erasure(brand, id)?;
        if let Some(it) = now.filter(|it| done && it.state == ErasureState::Done) {
            println!("erased: {} records rewritten; receipt {id}", it.rewritten);
            println!("keep {} with your backups", folder(engine).join(format!("{brand}-{id}.json")).display());
            return Ok(ExitCode::SUCCESS);
        }
        if look + 1 < LOOKS_MAX {
            std::thread::sleep(LOOK_EVERY);
        }
    }
    println!("noted as {id}; the log lets go of old messages within minutes, and the server finishes it then");
    Ok(ExitCode::SUCCESS)
}

/// What would be erased, and what stays.
fn told(found: &Found) -> String {
    let mut text = String::from("What names the person:\n");
    for (kind, n) in &found.identifiers {
        text += &format!("  {kind}: {}\n", many(*n, "hash", "hashes"));
    }
    let (devices, networks) = (many(found.devices, "device", "devices"), many(found.networks, "network", "networks"));
    text += &format!("  {devices} and {networks} of {}\n", many(found.clicks, "click", "clicks"));
    text += "All of it goes from log and books, with the raw data.\n";
    let orders = many(found.orders, "order stays", "orders stay");
    text += &format!("{orders} without the person: amounts, partners and payouts do not change.\n");
    for (n, what) in [
        (found.shared, "seen with too many people to name one"),
        (found.passed_on, "of a device that is somebody else's now"),
        (found.blocked, "on the block list, where it names nobody"),
    ] {
        if n > 0 {
            text += &format!("{}: {what}.\n", many(n, "identifier stays", "identifiers stay"));
        }
    }
    text
}

fn is_confirmed() -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::setup("erase a person", "nobody is there to confirm it: say --yes"));
    }
    print!("This can't be undone. Type `erase` to go on: ");
    let trouble = |error| Error::unavailable("read an answer", error);
    std::io::stdout().flush().map_err(trouble)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(trouble)?;
    Ok(line.trim() == "erase")
}
