//! A brand's secrets at the edge, unwrapped and in memory only.

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

/// Keys of one brand.
pub struct BrandKeys {
    /// For hashing identifiers, with the key's part of the work done. Never rotated: all history hangs on it.
    pub identity: Hmac<Sha256>,
    /// For click ids: key id and key. The last one mints; all of them open.
    pub click_ids: Vec<(u8, [u8; 64])>,
}

impl BrandKeys {
    pub fn new(identity: [u8; 32], click_ids: Vec<(u8, [u8; 64])>) -> BrandKeys {
        let identity = Hmac::new_from_slice(&identity).expect("any key length will do");
        BrandKeys { identity, click_ids }
    }
}
