//! A data folder of PostgreSQL, made once and copied for every server: making one takes longer than starting it.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::{folder, owner};

pub const USER: &str = "referee";
pub const DATABASE: &str = "referee";

/// A program of the newest PostgreSQL that is installed.
pub fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let number = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let complete = versions.filter(|path| path.join("bin/initdb").exists());
    let newest = complete.max_by_key(number).expect("PostgreSQL is installed: ./test does that");
    newest.join("bin").join(name)
}

/// Letters and digits that nobody guesses, so that addresses carry a real password.
pub fn password() -> String {
    format!("p{:016x}", RandomState::new().hash_one("a password"))
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    output
}

/// Fills a folder with the data of a server that never ran. Gives the password of its user.
pub fn copy_to(data: &Path) -> String {
    let version = run(Command::new(program("postgres")).arg("--version")).stdout;
    let version = String::from_utf8(version).expect("a line");
    let version = version.split_whitespace().nth(2).expect("postgres (PostgreSQL) VERSION");
    let template = folder::tool(&format!("postgres-{version}-{}", owner::uid()));
    if !template.exists() {
        create(&template);
    }
    run(Command::new("cp").arg("-a").arg(template.join("data")).arg(data));
    fs::read_to_string(template.join("password")).expect("the template has a password")
}

fn create(template: &Path) {
    let folder = folder::create("template");
    owner::give(folder.path());
    let (data, secret) = (folder.path().join("data"), folder.path().join("password"));
    fs::write(&secret, password()).expect("the folder is ours");
    owner::give(&secret);
    let mut initdb = owner::command(program("initdb"));
    initdb.arg("-D").arg(&data).args(["-U", USER, "--pwfile"]).arg(&secret);
    run(initdb.args(["--auth=scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]));
    let mut single = owner::command(program("postgres"));
    let statement = folder.path().join("create.sql");
    fs::write(&statement, format!("create database {DATABASE};\n")).expect("the folder is ours");
    let input = fs::File::open(&statement).expect("it was just written");
    run(single.arg("--single").arg("-D").arg(&data).arg("postgres").stdin(Stdio::from(input)));

    // Others may be at it as well. Whoever is first puts it there whole.
    let parent = template.parent().expect("it is in a folder");
    fs::create_dir_all(parent).expect("target is ours");
    let beside = tempfile::tempdir_in(parent).expect("target is ours");
    run(Command::new("cp").arg("-a").arg(folder.path()).arg(beside.path().join("whole")));
    let moved = fs::rename(beside.path().join("whole"), template);
    assert!(moved.is_ok() || template.exists(), "{}: {moved:?}", template.display());
}
