//! Processes of the bench: run to their end, or running until they are let go. Each is ended by its id.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// Ports the bench takes: below those that connections get for themselves.
const PORTS: std::ops::Range<u16> = 20_000..30_000;
const START_TIMEOUT: Duration = Duration::from_secs(30);
const STOP_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// Runs a command to its end; its output goes where the bench's goes.
pub fn succeed(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let status = command.status().with_context(|| format!("start {name}"))?;
    ensure!(status.success(), "{name} failed: {status}");
    Ok(())
}

/// Runs a command to its end and reads what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command.output().with_context(|| format!("start {name}"))?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {}\n{error}", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("read what {name} said"))
}

fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// A port of the loopback that nobody listens on, and that was not given out before.
pub fn free_port() -> Result<u16> {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    // Two benches at once should not meet.
    let offset = u16::try_from(std::process::id() % 5_000).unwrap_or_default() * 2;
    let count = PORTS.end - PORTS.start;
    let mut ports = (0..count).map(|_| PORTS.start + (offset + GIVEN.fetch_add(1, Ordering::Relaxed)) % count);
    ports.find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).context("find a free port")
}

/// How a process is asked to end.
#[derive(Debug, Clone, Copy)]
pub enum Signal {
    Terminate,
    Interrupt,
}

/// A server of the bench, until it is dropped.
pub struct Running {
    name: String,
    child: Child,
    signal: Signal,
}

impl Running {
    pub fn start(name: &str, command: &mut Command) -> Result<Running> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let child = child.with_context(|| format!("start {name}"))?;
        Ok(Running { name: name.to_owned(), child, signal: Signal::Terminate })
    }

    pub fn stopped_by(mut self, signal: Signal) -> Running {
        self.signal = signal;
        self
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it listens.
    pub fn wait_for(&mut self, port: u16) -> Result<()> {
        let began = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = self.child.try_wait().with_context(|| format!("look after {}", self.name))? {
                bail!("{} ended before it listened: {status}", self.name);
            }
            ensure!(began.elapsed() < START_TIMEOUT, "{} does not listen", self.name);
            std::thread::sleep(POLL);
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<()> {
        let signal = match self.signal {
            Signal::Terminate => "-TERM",
            Signal::Interrupt => "-INT",
        };
        succeed(Command::new("kill").args([signal, &self.id().to_string()]))?;
        let began = Instant::now();
        while began.elapsed() < STOP_TIMEOUT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        bail!("it does not end")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Err(error) = self.stop() {
            eprintln!("{}: {error:#}", self.name);
            // Nothing more can be done about one that is gone already.
            _ = self.child.kill();
            _ = self.child.wait();
        }
    }
}
