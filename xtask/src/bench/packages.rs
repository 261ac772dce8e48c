//! What the bench needs of Debian, installed when it is missing.

use std::process::{Command, Stdio};

use anyhow::Result;

use super::process;

/// A program and the package that brings it.
const PROGRAMS: [(&str, &str); 4] = [("nginx", "nginx-light"), ("wrk", "wrk"), ("node", "nodejs"), ("npm", "npm")];

pub fn install() -> Result<()> {
    let mut missing: Vec<&str> = PROGRAMS.iter().filter(|(name, _)| !has(name)).map(|(_, package)| *package).collect();
    if super::postgres::binaries().is_err() {
        missing.push("postgresql");
    }
    if missing.is_empty() {
        return Ok(());
    }
    println!("installing {}", missing.join(" "));
    process::succeed(as_root("apt-get").args(["update", "-qq"]))?;
    let mut install = as_root("env");
    // In this run level packages don't start the services they bring: the bench starts its own.
    install.args(["RUNLEVEL=1", "DEBIAN_FRONTEND=noninteractive"]);
    install.args(["apt-get", "install", "-y", "-qq", "--no-install-recommends"]);
    process::succeed(install.args(missing))
}

fn has(name: &str) -> bool {
    let found = system(name).arg("--help").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok()
}

/// A program that may lie where only the superuser looks.
pub fn system(name: &str) -> Command {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(name);
    command.env("PATH", format!("{path}:/usr/sbin:/sbin"));
    command
}

pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn as_root(name: &str) -> Command {
    if is_root() {
        return Command::new(name);
    }
    let mut command = Command::new("sudo");
    command.arg(name);
    command
}
