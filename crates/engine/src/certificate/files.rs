//! The operator's own certificates: read from files when the server starts and again when they change.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::pair::Pair;
use crate::error::{Error, Result};

/// A chain with hundreds of names is smaller.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// A certificate with its chain, and its key, as PEM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// All of them, as they were read last.
pub struct OwnCertificates {
    each: Vec<Own>,
}

struct Own {
    files: CertificateFiles,
    read: (Vec<u8>, Vec<u8>),
    pair: Arc<Pair>,
    /// Why the files as they are now are not used, if so.
    trouble: String,
}

impl OwnCertificates {
    /// Reads all, and refuses to start with one that is broken.
    pub fn open(files: &[CertificateFiles]) -> Result<OwnCertificates> {
        let each = files.iter().map(|files| {
            let read = files.read();
            let own = read.and_then(|read| Ok((Pair::read(&read.0, &read.1)?, read)));
            let (pair, read) = own.map_err(|cause| Error::setup(files.doing(), cause))?;
            Ok(Own { files: files.clone(), read, pair: Arc::new(pair), trouble: String::new() })
        });
        Ok(OwnCertificates { each: each.collect::<Result<_>>()? })
    }

    /// Looks whether files have changed. One that is broken now changes nothing: what was read before goes on.
    pub fn reload(&mut self) -> bool {
        let mut changed = false;
        for own in &mut self.each {
            match own.reload() {
                Ok(new) => {
                    changed |= new;
                    own.trouble.clear();
                }
                // Said once: certificate and key are seldom replaced in the same moment.
                Err(trouble) if trouble != own.trouble => {
                    tracing::error!(trouble, "{}: the certificate from before is used on", own.files.doing());
                    own.trouble = trouble;
                }
                Err(_) => {}
            }
        }
        changed
    }

    pub fn pairs(&self) -> Vec<Arc<Pair>> {
        self.each.iter().map(|own| own.pair.clone()).collect()
    }

    /// Files that are broken as they are now.
    pub fn broken(&self) -> usize {
        self.each.iter().filter(|own| !own.trouble.is_empty()).count()
    }
}

impl Own {
    fn reload(&mut self) -> std::result::Result<bool, String> {
        let read = self.files.read()?;
        if read == self.read {
            return Ok(false);
        }
        self.pair = Arc::new(Pair::read(&read.0, &read.1)?);
        self.read = read;
        tracing::info!(names = ?self.pair.names, "{}: a new certificate is used", self.files.doing());
        Ok(true)
    }
}

impl CertificateFiles {
    fn doing(&self) -> String {
        format!("read the certificate {} with the key {}", self.cert.display(), self.key.display())
    }

    fn read(&self) -> std::result::Result<(Vec<u8>, Vec<u8>), String> {
        let read = |path: &PathBuf| {
            let failed = |error: std::io::Error| format!("{}: {error}", path.display());
            if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES_MAX {
                return Err(format!("{} is larger than a certificate or key", path.display()));
            }
            fs::read(path).map_err(failed)
        };
        Ok((read(&self.cert)?, read(&self.key)?))
    }
}
