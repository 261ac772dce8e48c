//! A running engine, or the program that is tested on it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::{deadline, folder};

pub struct Process {
    child: Child,
}

/// Sends a signal to some processes, in this order.
pub fn signal(name: &str, pids: &[u32]) {
    let pids = pids.iter().map(u32::to_string);
    let done = Command::new("kill").arg(format!("-{name}")).args(pids).stderr(Stdio::null()).status();
    // One that has just ended by itself is no trouble.
    done.expect("kill runs");
}

impl Process {
    /// What the engine says goes to a file, as a pipe that nobody empties would stop it.
    pub fn spawn(command: &mut Command, log: &Path) -> Process {
        let log = File::options().create(true).append(true).open(log).expect("a log file");
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be shared"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
        File::create(folder::mark(child.id())).expect("the folder is ours");
        Process { child }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn has_ended(&mut self) -> bool {
        self.status().is_some()
    }

    /// How it ended, if it has.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("it is our child")
    }

    /// Its children, of which it must not make new ones meanwhile.
    pub fn children(&self) -> Vec<u32> {
        let path = format!("/proc/{0}/task/{0}/children", self.id());
        let text = fs::read_to_string(path).unwrap_or_default();
        text.split_whitespace().map(|pid| pid.parse().expect("a number")).collect()
    }

    /// Asks it to end and waits until it has. False if it does not.
    pub fn end(&mut self, name: &str, patience: Duration) -> bool {
        signal(name, &[self.id()]);
        deadline::poll(patience, || self.has_ended().then_some(())).is_some()
    }

    /// Holds it still; its connections stay open and nothing answers.
    pub fn pause(&self) {
        signal("STOP", &[self.id()]);
    }

    pub fn resume(&self) {
        signal("CONT", &[self.id()]);
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("it is our child");
        self.child.wait().expect("it is our child");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_file(folder::mark(self.id()));
    }
}

/// The end of what an engine said, for the sentence about its trouble.
pub fn last_words(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
