//! `referee mail`: whether mail would arrive.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use referee_engine::clock::{Clock, SystemClock};
use referee_engine::error::{Error, Result};
use referee_engine::mail::Letter;
use referee_engine::settings::random_text;

use crate::serve::runtime;

use super::Settings;

#[derive(Args)]
pub struct Mail {
    #[command(subcommand)]
    command: MailCommand,
}

#[derive(Subcommand)]
enum MailCommand {
    /// Sends one mail and says what became of it.
    Test {
        /// Who is to get it.
        address: String,
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

pub fn run(command: Mail) -> Result<ExitCode> {
    let MailCommand::Test { address, settings } = command.command;
    let Some(server) = settings.load()?.mail.server()? else {
        let cause = "no mail server is set: name it in mail.smtp and who mail is from in mail.from";
        return Err(Error::setup("send a mail", cause));
    };
    let letter = Letter {
        id: &format!("test.{}", random_text()),
        to: &address,
        subject: "A test of Referee's mail",
        body: "If you read this, Referee can send mail.\n",
        at: SystemClock.now(),
    };
    let sent = runtime()?.block_on(server.send(&letter));
    sent.map_err(|failure| Error::setup(format!("send a mail to {address}"), failure))?;
    println!("{} took the mail to {address}: look whether it arrived, also among unwanted mail", server.name());
    Ok(ExitCode::SUCCESS)
}
