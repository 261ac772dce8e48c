//! A brand's secrets at the edge, unwrapped and in memory only.

/// Keys of one brand.
pub struct BrandKeys {
    /// For hashing identifiers. Never rotated: all history hangs on it.
    pub identity: [u8; 32],
    /// For click ids: key id and key. The last one mints; all of them open.
    pub click_ids: Vec<(u8, [u8; 64])>,
}
