//! Lists of others that are part of the program as data: made anew from packages that somebody has installed or unpacked.
//! Nothing is downloaded here.

mod agents;
mod networks;
mod ranges;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

pub use agents::refresh as refresh_agents;
pub use networks::refresh as refresh_networks;

/// The one word both commands take: the package's folder.
fn folder(mut words: impl Iterator<Item = String>, usage: &str) -> Result<PathBuf> {
    match (words.next(), words.next()) {
        (Some(folder), None) => Ok(folder.into()),
        _ => bail!("usage: {usage}"),
    }
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/engine/data").join(name)
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))
}

fn write(name: &str, text: &str) -> Result<()> {
    let path = data(name);
    std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    println!("{}: {} lines", path.display(), text.lines().count());
    Ok(())
}
