//! Where engines keep their files, and what sees to it that nothing of them outlives the test's process.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// Handles in statics are never dropped, and a test that hangs is killed without being asked. So a shell waits until its
/// input ends, which is when the test's process does, and then ends every engine that is still there. QUIT makes
/// PostgreSQL take its children along; some others only know TERM; CONT wakes what was paused.
const KEEPER: &str = r#"
cat >/dev/null
for pid in $(ls "$1/running"); do kill -QUIT "$pid"; kill -TERM "$pid"; kill -CONT "$pid"; done
tries=0
until rm -rf "$1" || [ $tries = 100 ]; do tries=$((tries + 1)); sleep 0.1; done
"#;

struct Root {
    path: PathBuf,
    /// Its input is closed by the end of the process and by nothing else.
    _keeper: Child,
}

fn root() -> &'static Path {
    static ROOT: OnceLock<Root> = OnceLock::new();
    &ROOT.get_or_init(start_keeper).path
}

fn start_keeper() -> Root {
    let path = tempfile::Builder::new().prefix("referee-rig-").tempdir().expect("a temporary folder").keep();
    // Another user than this one may have to pass through; see `owner`.
    fs::set_permissions(&path, Permissions::from_mode(0o711)).expect("the folder is ours");
    fs::create_dir(path.join("running")).expect("the folder is ours");
    let keeper = Command::new("sh")
        .args(["-c", KEEPER, "keeper"])
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // What ends a test ends its whole group.
        .process_group(0)
        .spawn()
        .expect("a shell starts");
    Root { path, _keeper: keeper }
}

/// A new folder, gone with its handle.
pub fn create(name: &str) -> TempDir {
    tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(root()).expect("a temporary folder")
}

/// The mark by which the keeper knows that a process is to be ended.
pub fn mark(pid: u32) -> PathBuf {
    root().join("running").join(pid.to_string())
}

/// What belongs to the workspace and is built once: `target/tools/NAME`.
pub fn tool(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools").join(name)
}
