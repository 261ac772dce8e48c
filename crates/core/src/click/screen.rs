//! Screens a click: what speaks against it, by what was measured and by what its device did before.

use crate::fact::{Agent, Click, NetworkClass, Oddities};
use crate::refusal::Refusal;
use crate::screening::Doubts;
use crate::slice::Slice;
use crate::time::Timestamp;

/// What was found of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Finding {
    /// The weightiest of it; None: nothing is against the click.
    pub code: Option<Refusal>,
    pub doubts: Doubts,
}

/// Screens a click that leads somewhere. What it was comes before what the device did before, and that before doubts.
pub(crate) fn screen(slice: &Slice, click: &Click, at: Timestamp) -> Finding {
    let doubts = doubts(slice, click, at);
    let code = click.invalid().or_else(|| super::repeat::found(slice, click, at)).or_else(|| doubts.codes().next());
    Finding { code, doubts }
}

fn doubts(slice: &Slice, click: &Click, at: Timestamp) -> Doubts {
    let signals = &click.signals;
    let mut doubts = Doubts::default();
    doubts.note(Refusal::OwnDevice, super::repeat::is_own_device(slice, click, at));
    doubts.note(Refusal::DataCentre, matches!(signals.network_class, NetworkClass::Hosting | NetworkClass::Tor));
    doubts.note(Refusal::RequestAnomaly, signals.oddities != Oddities::default());
    doubts.note(Refusal::ShoppingAssistant, signals.agent == Agent::Assistant);
    doubts
}
