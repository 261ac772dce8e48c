//! A click's small facts, as one number.

use referee_core::fact::{Oddities, Signals};

use super::damaged;
use crate::error::Result;
use crate::log::number;

/// What is known of a click in a few bits. What takes many has columns of its own.
pub struct ClickBits {
    pub signals: Signals,
    pub deep_link_refused: bool,
    pub recovered: bool,
    pub uncounted: bool,
}

impl ClickBits {
    pub fn pack(&self) -> u64 {
        let it = &self.signals;
        (it.navigation as u64)
            | u64::from(it.prefetch) << 2
            | u64::from(it.head) << 3
            | (it.agent as u64) << 4
            | (it.device as u64) << 8
            | u64::from(self.deep_link_refused) << 12
            | u64::from(self.recovered) << 13
            | u64::from(self.uncounted) << 14
            | (it.embedded as u64) << 16
            | (it.site as u64) << 20
            | u64::from(it.activated) << 24
            | u64::from(it.returning) << 25
            | (it.preload as u64) << 26
            | (it.robot as u64) << 30
            | (it.system as u64) << 34
            | (it.browser as u64) << 38
            | (it.network_class as u64) << 43
            | u64::from(it.oddities.0) << 47
    }

    pub fn unpack(bits: u64) -> Result<ClickBits> {
        let bit = |place: u32| bits >> place & 1 == 1;
        let part = |place: u32, width: u32| (bits >> place & ((1 << width) - 1)) as u32;
        let signals = Signals {
            navigation: number::navigation(part(0, 2)).ok_or_else(|| damaged("navigation"))?,
            prefetch: bit(2),
            head: bit(3),
            agent: number::agent(part(4, 4)).ok_or_else(|| damaged("agent"))?,
            device: number::device(part(8, 4)).ok_or_else(|| damaged("device"))?,
            embedded: number::embedded(part(16, 4)).ok_or_else(|| damaged("embedding"))?,
            site: number::site(part(20, 4)).ok_or_else(|| damaged("site"))?,
            activated: bit(24),
            returning: bit(25),
            preload: number::preload(part(26, 4)).ok_or_else(|| damaged("preload"))?,
            robot: number::robot(part(30, 4)).ok_or_else(|| damaged("robot"))?,
            system: number::system(part(34, 4)).ok_or_else(|| damaged("system"))?,
            browser: number::browser(part(38, 5)).ok_or_else(|| damaged("browser"))?,
            network_class: number::network_class(part(43, 4)).ok_or_else(|| damaged("network class"))?,
            oddities: Oddities(part(47, 16) as u16),
            ..Signals::default()
        };
        Ok(ClickBits { signals, deep_link_refused: bit(12), recovered: bit(13), uncounted: bit(14) })
    }
}

#[cfg(test)]
mod tests {
    use referee_core::fact::{
        Agent, Browser, Device, Embedded, Navigation, NetworkClass, Preload, Robot, Site, System,
    };

    use super::*;

    #[test]
    fn what_was_measured_comes_back_from_its_bits() {
        let signals = Signals {
            navigation: Navigation::Embedded,
            prefetch: true,
            head: true,
            agent: Agent::Empty,
            device: Device::Tv,
            embedded: Embedded::Other,
            site: Site::CrossSite,
            activated: true,
            preload: Preload::Preview,
            robot: Robot::Academic,
            system: System::Other,
            browser: Browser::Other,
            oddities: Oddities(u16::MAX),
            network_class: NetworkClass::Private,
            returning: true,
            ..Signals::default()
        };
        for signals in [signals, Signals::default(), Signals { oddities: Oddities(1), ..Signals::default() }] {
            for (deep_link_refused, recovered, uncounted) in
                [(true, false, false), (false, true, false), (false, false, true)]
            {
                let bits = ClickBits { signals, deep_link_refused, recovered, uncounted }.pack();
                assert!(i64::try_from(bits).is_ok(), "databases count with a sign");
                let back = ClickBits::unpack(bits).unwrap();
                assert_eq!(
                    (back.signals, back.deep_link_refused, back.recovered, back.uncounted),
                    (signals, deep_link_refused, recovered, uncounted)
                );
            }
        }
        assert!(ClickBits::unpack(15 << 34).is_err(), "a system that is not known");
    }
}
