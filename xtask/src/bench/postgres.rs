//! A PostgreSQL cluster of the bench's own, as its package configures one: durable on every commit.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use super::packages::is_root;
use super::process::{self, Running, Signal, free_port};
use super::workshop::Workshop;

pub struct Postgres {
    pub port: u16,
    head: Running,
}

impl Postgres {
    pub fn start(workshop: &Workshop) -> Result<Postgres> {
        let (folder, port) = (workshop.folder("postgres")?, free_port()?);
        if is_root() {
            process::succeed(Command::new("chown").arg("postgres").arg(&folder))?;
        }
        let data = folder.join("data");
        let mut make = program("initdb")?;
        make.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
        process::output(&mut make)?;
        let mut command = program("postgres")?;
        command.arg("-D").arg(&data).arg("-k").arg(&folder);
        command.args(["-h", "127.0.0.1", "-p", &port.to_string()]).stderr(Stdio::null());
        // Interrupted, it closes without waiting for its clients.
        let mut head = Running::start("PostgreSQL", &mut command)?.stopped_by(Signal::Interrupt);
        head.wait_for(port)?;
        Ok(Postgres { port, head })
    }

    pub fn id(&self) -> u32 {
        self.head.id()
    }
}

/// Where Debian's newest package keeps the programs, which are not on the path.
pub fn binaries() -> Result<PathBuf> {
    let found = process::output(Command::new("dpkg-query").args(["--search", "*/bin/initdb"]))?;
    let paths = found.lines().filter_map(|line| Some(line.split_once(": ")?.1.trim()));
    let newest = paths.max_by_key(|path| path.split('/').find_map(|part| part.parse::<u32>().ok()));
    let folder = newest.map(PathBuf::from).and_then(|path| path.parent().map(PathBuf::from));
    folder.context("find the programs of PostgreSQL")
}

/// A program that refuses to be run by the superuser.
fn program(name: &str) -> Result<Command> {
    let path = binaries()?.join(name);
    if !is_root() {
        return Ok(Command::new(path));
    }
    // It becomes the program, and so keeps its process id.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(path).current_dir("/");
    Ok(command)
}
