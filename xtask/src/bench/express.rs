//! What people build: Express and PostgreSQL, a row per click, durable before the redirect.

use std::process::Command;

use anyhow::{Context, Result};

use super::postgres::Postgres;
use super::process::{self, Running, free_port};
use super::workshop::Workshop;

pub struct Express {
    pub port: u16,
    // Dropped in this order: the application goes before its database.
    node: Running,
    database: Postgres,
}

impl Express {
    pub fn start(workshop: &Workshop) -> Result<Express> {
        let app = workshop.project.join("bench").join("express");
        let mut npm = Command::new("npm");
        process::succeed(npm.args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&app))?;
        let database = Postgres::start(workshop)?;
        let port = free_port()?;
        let mut command = Command::new("node");
        command.arg("server.mjs").current_dir(&app);
        command.env("NODE_ENV", "production").env("PORT", port.to_string());
        command.env("PGHOST", "127.0.0.1").env("PGPORT", database.port.to_string());
        command.env("PGUSER", "postgres").env("PGDATABASE", "postgres");
        let mut node = Running::start("Express", &mut command)?;
        node.wait_for(port).context("start Express")?;
        Ok(Express { port, node, database })
    }

    pub fn node(&self) -> u32 {
        self.node.id()
    }

    pub fn database(&self) -> u32 {
        self.database.id()
    }
}
