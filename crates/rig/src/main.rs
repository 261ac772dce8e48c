//! Runs a command beside engines that are started for it: `referee-rig postgres npm test`, or `jetstream` for both. Says
//! with `shopify-signed` what a made-up Shopify signs, and runs one with `shopify FOLDER` until its input ends.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use referee_rig::shopify::{self, FakeShop, Options};
use referee_rig::{Nats, Postgres, postgres};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match std::env::args().nth(1).as_deref() {
        Some("shopify-signed") => {
            println!("{}", shopify::signed());
            return ExitCode::SUCCESS;
        }
        Some("shopify") => {
            run_shop(std::env::args().nth(2));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    let (Some(engines), Some(program)) = (arguments.next(), arguments.next()) else {
        eprintln!("referee-rig: say which engines (postgres, jetstream) and then the command");
        return ExitCode::FAILURE;
    };
    let postgres = Postgres::start_with(postgres::Options { fsync: false, ..postgres::Options::default() });
    let nats = (engines == "jetstream").then(|| Nats::cluster(3));
    let mut command = Command::new(program);
    command.args(arguments).env("REFEREE_DATABASE_URL", postgres.url());
    if let Some(nats) = &nats {
        command.env("REFEREE_LOG_URL", nats.urls()).env("REFEREE_LOG_REPLICAS", "3");
    }
    match command.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("referee-rig: the command could not be run: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Says on a line where it is. Whoever started it ends it by ending.
fn run_shop(extensions: Option<String>) {
    let extensions = extensions.map(PathBuf::from);
    let shop = FakeShop::start(Options { extensions, ..Options::default() });
    let said = serde_json::json!({
        "url": shop.url(),
        "storefront": shop.storefront(),
        "domain": shop.domain(),
        "apiKey": shop.api_key(),
        "secret": shop.secret(),
    });
    println!("{said}");
    _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
}
