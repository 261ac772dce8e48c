//! PostgreSQL and PgBouncer refuse to run as root. Root lends them the user that Debian's packages made for them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;
use std::process::Command;

const USER: &str = "postgres";

/// The user who runs the test.
pub fn uid() -> u32 {
    fs::metadata("/proc/self").expect("the system is Linux").uid()
}

/// A command of the user to whom the engine's files belong.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = if uid() == 0 {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", USER, "--regid", USER, "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    // Variables such as PGPORT would reach the engine and mean another one.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8");
    command.current_dir("/");
    command
}

/// Hands a file or folder to that user.
pub fn give(path: &Path) {
    if uid() == 0 {
        let users = fs::read_to_string("/etc/passwd").expect("a list of users");
        let line = users.lines().find(|line| line.split(':').next() == Some(USER));
        let line = line.expect("there is a user postgres: ./test installs PostgreSQL, which makes it");
        let mut numbers = line.split(':').skip(2).map(|text| text.parse().expect("a number"));
        chown(path, numbers.next(), numbers.next()).expect("root may give files away");
    }
}
