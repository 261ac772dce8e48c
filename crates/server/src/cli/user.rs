//! `referee user`: who may sign in. The first user is made here; the others in the console.

use std::io::Read;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_core::fact::{Actor, Role};
use referee_core::id::{BrandId, UserId};
use referee_engine::Engine;
use referee_engine::clock::SystemClock;
use referee_engine::config::Config;
use referee_engine::error::{Error, Result};
use referee_engine::settings::{NewBrand, Settings, random_text};

use crate::serve::runtime;

use super::Stores;

#[derive(Args)]
pub struct User {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Makes a user, and the brand if there is none yet. Run it while the server is stopped.
    Add {
        #[command(flatten)]
        stores: Stores,
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        #[arg(long, default_value = "")]
        name: String,
        /// The brand to own; made if no brand has this name.
        #[arg(long)]
        brand: String,
        /// Read the password from standard input; without it, one is made and printed.
        #[arg(long)]
        password_stdin: bool,
    },
}

pub fn run(command: User) -> Result<ExitCode> {
    let UserCommand::Add { stores, email, name, brand, password_stdin } = command.command;
    let password = if password_stdin { read_password()? } else { random_text() };
    // Number 0 is nobody's edge.
    let config = Config { edge: 0, ..stores.load()? };
    let engine = Engine::open(&config, std::sync::Arc::new(SystemClock))?;
    let added = runtime()?.block_on(add(&engine, &email, &name, &brand, &password));
    engine.shut_down();
    let id = added?;
    println!("user {id} may sign in as {email} and owns {brand}");
    if !password_stdin {
        println!("password: {password}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(engine: &Engine, email: &str, name: &str, brand: &str, password: &str) -> Result<UserId> {
    if !email.contains('@') {
        return Err(Error::setup("add a user", format!("{email:?} is not an e-mail address")));
    }
    let brand = brand_named(engine, brand).await?;
    let (email, name, password, now) = (email.to_owned(), name.to_owned(), password.to_owned(), engine.now());
    let owner = move |settings: &Settings| {
        let user = settings.create_user(&email, &name, &password, now)?;
        settings.set_role(user, brand, Role::Owner, None)?;
        Ok(user)
    };
    engine.with_settings(owner).await
}

async fn brand_named(engine: &Engine, name: &str) -> Result<BrandId> {
    let known = engine.with_settings(Settings::brands).await?.into_iter().find(|(brand, _)| brand.name == name);
    if let Some((brand, _)) = known {
        return Ok(brand.id);
    }
    let actor = Actor { user: UserId(0), role: Role::Operator, reason: "made with the first user".into() };
    let created = engine.create_brand(NewBrand { name: name.to_owned() }, actor).await;
    created.map_err(|error| Error::setup("make the brand", error))
}

fn read_password() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| Error::setup("read the password", error))?;
    let password = text.trim_end_matches(['\n', '\r']).to_owned();
    if password.chars().count() < 10 {
        return Err(Error::setup("read the password", "it needs ten characters or more"));
    }
    Ok(password)
}
