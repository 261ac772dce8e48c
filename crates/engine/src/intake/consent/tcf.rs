//! Strings of the Transparency and Consent Framework, version 2: what the visitor agreed to, and for whom.
//!
//! Two purposes are needed: 1, to keep something on the device, and 7, to measure whether advertising worked. Where the
//! brand stands on the list of vendors, the string must name it as well, and the publisher must not restrict it.

use referee_core::time::Timestamp;

use super::bits::Bits;

/// What is read of a string.
#[derive(Debug, Clone)]
pub struct TcString<'a> {
    pub last_updated: Timestamp,
    /// The purposes agreed to, the first as the highest of 24 bits.
    purposes: u32,
    vendors: Vendors<'a>,
    restrictions: Bits<'a>,
    /// Whom the visitor was told of; None: the string does not say.
    disclosed: Option<Vendors<'a>>,
}

/// The vendors of a string, as it lists them.
#[derive(Debug, Clone, Copy)]
struct Vendors<'a> {
    last: u64,
    by_range: bool,
    bits: Bits<'a>,
}

/// Since then, a string that does not say whom the visitor was told of is none of this framework any more: 1 March 2026.
const DISCLOSED_SINCE: Timestamp = Timestamp(1_772_323_200_000);
const STORAGE: u32 = 1;
const MEASUREMENT: u32 = 7;
/// What a visitor must agree to who is to be followed.
pub const NEEDED: [u32; 2] = [STORAGE, MEASUREMENT];
/// The purpose is not allowed to the vendor; or only without asking, which no consent is.
const FORBIDDEN: [u64; 2] = [0, 2];
const SEGMENT_DISCLOSED: u64 = 1;
const SEGMENT_ALLOWED: u64 = 2;
const SEGMENT_PUBLISHER: u64 = 3;

pub fn read(text: &str) -> Option<TcString<'_>> {
    let mut segments = text.split('.');
    let mut core = Bits::of(segments.next()?)?;
    let string = read_core(&mut core)?;
    segments.try_fold(string, |string, segment| {
        let mut bits = Bits::of(segment)?;
        match bits.number(3)? {
            SEGMENT_DISCLOSED => Some(TcString { disclosed: Some(vendors(&mut bits)?), ..string }),
            // Of these nothing is asked, but that they are whole.
            SEGMENT_ALLOWED => vendors(&mut bits).map(|_| string),
            SEGMENT_PUBLISHER => skip_publisher(&mut bits).map(|()| string),
            _ => None,
        }
    })
}

fn read_core<'a>(bits: &mut Bits<'a>) -> Option<TcString<'a>> {
    if bits.number(6)? != 2 {
        return None;
    }
    let (created, last_updated) = (moment(bits)?, moment(bits)?);
    // Who asked, on which screen, in which language, by which list of vendors.
    bits.skip(12 + 12 + 6 + 12 + 12)?;
    let policy_version = bits.number(6)?;
    if policy_version < 2 || last_updated < created {
        return None;
    }
    // For this site alone, other texts, special features.
    bits.skip(1 + 1 + 12)?;
    let purposes = u32::try_from(bits.number(24)?).ok()?;
    // Legitimate interests, the first purpose not asked for, the publisher's country.
    bits.skip(24 + 1 + 12)?;
    let agreed = vendors(bits)?;
    vendors(bits)?;
    let restrictions = *bits;
    skip_restrictions(bits)?;
    Some(TcString { last_updated, purposes, vendors: agreed, restrictions, disclosed: None })
}

/// Tenths of a second.
fn moment(bits: &mut Bits<'_>) -> Option<Timestamp> {
    i64::try_from(bits.number(36)?).ok().map(|tenths| Timestamp(tenths * 100))
}

/// A list of vendors, which is left behind.
fn vendors<'a>(bits: &mut Bits<'a>) -> Option<Vendors<'a>> {
    let last = bits.number(16)?;
    let by_range = bits.bit()?;
    let vendors = Vendors { last, by_range, bits: *bits };
    if by_range {
        ranges(bits, |_, _| {})?;
    } else {
        bits.skip(usize::try_from(last).ok()?)?;
    }
    Some(vendors)
}

/// Single numbers, and first and last ones.
fn ranges(bits: &mut Bits<'_>, mut each: impl FnMut(u64, u64)) -> Option<()> {
    for _ in 0..bits.number(12)? {
        let is_range = bits.bit()?;
        let first = bits.number(16)?;
        let last = if is_range { bits.number(16)? } else { first };
        if last < first {
            return None;
        }
        each(first, last);
    }
    Some(())
}

/// What the visitor told the publisher itself: the purposes of everybody, and those of its own.
fn skip_publisher(bits: &mut Bits<'_>) -> Option<()> {
    bits.skip(24 + 24)?;
    let own = usize::try_from(bits.number(6)?).ok()?;
    bits.skip(2 * own)
}

fn skip_restrictions(bits: &mut Bits<'_>) -> Option<()> {
    for _ in 0..bits.number(12)? {
        bits.skip(6 + 2)?;
        ranges(bits, |_, _| {})?;
    }
    Some(())
}

impl Vendors<'_> {
    fn has(mut self, vendor: u16) -> bool {
        let vendor = u64::from(vendor);
        if !self.by_range {
            let place = usize::try_from(vendor).unwrap_or_default();
            let before = place.checked_sub(1).filter(|_| vendor <= self.last);
            return before.is_some_and(|before| self.bits.skip(before).is_some() && self.bits.bit() == Some(true));
        }
        let mut found = false;
        let read = ranges(&mut self.bits, |first, last| found |= (first..=last).contains(&vendor));
        read.is_some() && found
    }
}

impl TcString<'_> {
    pub fn agrees_to(&self, purpose: u32) -> bool {
        (1..=24).contains(&purpose) && self.purposes >> (24 - purpose) & 1 == 1
    }

    pub fn agrees_to_vendor(&self, vendor: u16) -> bool {
        self.vendors.has(vendor)
    }

    pub fn discloses(&self, vendor: u16) -> Option<bool> {
        self.disclosed.map(|it| it.has(vendor))
    }

    /// Whether the publisher keeps the vendor from asking for a purpose.
    pub fn forbids(&self, purpose: u32, vendor: u16) -> bool {
        let (mut bits, vendor) = (self.restrictions, u64::from(vendor));
        let mut forbidden = false;
        let Some(restrictions) = bits.number(12) else { return true };
        for _ in 0..restrictions {
            let (Some(of), Some(kind)) = (bits.number(6), bits.number(2)) else { return true };
            let concerned = of == u64::from(purpose) && FORBIDDEN.contains(&kind);
            let each = |first, last| forbidden |= concerned && (first..=last).contains(&vendor);
            if ranges(&mut bits, each).is_none() {
                return true;
            }
        }
        forbidden
    }

    /// Whether the visitor may be followed.
    pub fn permits(&self, vendor: Option<u16>) -> bool {
        NEEDED.iter().all(|purpose| self.agrees_to(*purpose)) && vendor.is_none_or(|vendor| self.permits_vendor(vendor))
    }

    fn permits_vendor(&self, vendor: u16) -> bool {
        let told = self.discloses(vendor).unwrap_or(self.last_updated < DISCLOSED_SINCE);
        let forbidden = NEEDED.into_iter().any(|purpose| self.forbids(purpose, vendor));
        told && self.agrees_to_vendor(vendor) && !forbidden
    }
}
