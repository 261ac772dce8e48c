//! Where the bench works: the project, the folder of its figures, and a scratch folder that goes away.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::process;

pub struct Workshop {
    pub project: PathBuf,
    pub target: PathBuf,
    /// Every server's files, on the same file system.
    pub scratch: PathBuf,
}

impl Workshop {
    pub fn open() -> Result<Workshop> {
        let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("find the project's folder")?.to_owned();
        let target = target_folder(&project)?;
        let scratch = std::env::temp_dir().join(format!("referee-bench-{}", std::process::id()));
        for folder in [&scratch, &target.join("bench")] {
            std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
        }
        let workshop = Workshop { project, target, scratch };
        workshop.is_on_a_disk()?;
        Ok(workshop)
    }

    /// A flush to memory costs nothing, and would measure nothing.
    fn is_on_a_disk(&self) -> Result<()> {
        let kind = process::output(Command::new("stat").args(["-f", "-c", "%T"]).arg(&self.scratch))?;
        ensure!(
            !matches!(kind.trim(), "tmpfs" | "ramfs"),
            "the folder for temporary files is in memory: name one on a disk with the variable TMPDIR"
        );
        Ok(())
    }

    /// A new folder in the scratch folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.scratch.join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        Ok(folder)
    }

    fn figures(&self, name: &str) -> PathBuf {
        self.target.join("bench").join(format!("{name}.json"))
    }

    pub fn keep_figures(&self, name: &str, figures: &impl Serialize) -> Result<()> {
        let path = self.figures(name);
        let text = serde_json::to_string_pretty(figures).context("write figures")?;
        std::fs::write(&path, text + "\n").with_context(|| format!("write {}", path.display()))?;
        println!("figures: {}", path.display());
        Ok(())
    }

    /// The figures of the last run, if there was one.
    pub fn last_figures<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let path = self.figures(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(serde_json::from_str(&text).with_context(|| format!("read {}", path.display()))?)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
        }
    }

    /// Builds packages as they are released.
    pub fn build(&self, packages: &[&str]) -> Result<()> {
        let mut cargo = self.cargo();
        cargo.args(["build", "--release", "--locked"]);
        packages.iter().for_each(|package| _ = cargo.args(["--package", package]));
        process::succeed(&mut cargo)
    }

    pub fn binary(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    fn cargo(&self) -> Command {
        cargo(&self.project)
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.scratch) {
            eprintln!("{} could not be removed: {error}", self.scratch.display());
        }
    }
}

fn cargo(project: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(project);
    cargo
}

fn target_folder(project: &Path) -> Result<PathBuf> {
    let text = process::output(cargo(project).args(["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&text).context("read cargo's metadata")?;
    let folder = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(PathBuf::from(folder))
}
