//! Secrets at rest are wrapped with one master key, which lies in a file of its own beside the stores.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::{Error, Result};

const MASTER_KEY_BYTES: usize = 64;

pub struct Vault {
    master: [u8; MASTER_KEY_BYTES],
}

impl Vault {
    /// Reads the master key, or makes one that only this user can read.
    pub fn open(path: &Path) -> Result<Vault> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path)?,
            Err(error) => return Err(Error::setup(format!("read the master key {}", path.display()), error)),
        };
        let master = bytes.try_into().map_err(|_| {
            Error::setup(format!("read the master key {}", path.display()), "it is damaged: restore it from the backup")
        })?;
        Ok(Vault { master })
    }

    pub fn wrap(&self, purpose: &str, secret: &[u8]) -> Result<Vec<u8>> {
        self.cipher().encrypt([purpose.as_bytes()], secret).map_err(|error| Error::corrupt("wrap a key", error))
    }

    pub fn unwrap(&self, purpose: &str, wrapped: &[u8]) -> Result<Vec<u8>> {
        self.cipher().decrypt([purpose.as_bytes()], wrapped).map_err(|_| {
            Error::setup(format!("unwrap the {purpose}"), "the master key does not belong to these settings")
        })
    }

    fn cipher(&self) -> Aes256Siv {
        Aes256Siv::new(&self.master.into())
    }
}

fn create(path: &Path) -> Result<Vec<u8>> {
    let key = random_bytes::<MASTER_KEY_BYTES>();
    write_key(path, &key)?;
    Ok(key.to_vec())
}

/// Writes a master key where there is none, so that only this user can read it.
pub fn write_key(path: &Path, key: &[u8]) -> Result<()> {
    let failed = |error| Error::setup(format!("write the master key {}", path.display()), error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(key).and_then(|()| file.sync_all()).map_err(failed)
}

/// From the operating system. Without it nothing here is safe, so its failure ends the program.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 192 random bits as text, for tokens and passwords.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<24>())
}
