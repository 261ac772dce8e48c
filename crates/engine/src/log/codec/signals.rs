//! What intake measured of a click, out and in.

use referee_core::fact::{Oddities, Signals};

use super::known;
use crate::error::Result;
use crate::log::{number, wire};

pub fn signals_out(it: &Signals) -> wire::Signals {
    let [first, second] = it.country;
    wire::Signals {
        navigation: it.navigation as u32,
        prefetch: it.prefetch,
        head: it.head,
        agent: it.agent as u32,
        device: it.device as u32,
        embedded: it.embedded as u32,
        site: it.site as u32,
        activated: it.activated,
        preload: it.preload as u32,
        robot: it.robot as u32,
        system: it.system as u32,
        browser: it.browser as u32,
        oddities: u32::from(it.oddities.0),
        network_class: it.network_class as u32,
        asn: it.asn,
        country: u32::from_be_bytes([0, 0, first, second]),
        returning: it.returning,
        network: it.network,
        agent_key: it.agent_key,
    }
}

pub fn signals_in(it: wire::Signals) -> Result<Signals> {
    let [_, _, country @ ..] = it.country.to_be_bytes();
    Ok(Signals {
        navigation: known(number::navigation(it.navigation), "navigation")?,
        prefetch: it.prefetch,
        head: it.head,
        agent: known(number::agent(it.agent), "agent")?,
        device: known(number::device(it.device), "device")?,
        embedded: known(number::embedded(it.embedded), "embedded")?,
        site: known(number::site(it.site), "site")?,
        activated: it.activated,
        preload: known(number::preload(it.preload), "preload")?,
        robot: known(number::robot(it.robot), "robot")?,
        system: known(number::system(it.system), "system")?,
        browser: known(number::browser(it.browser), "browser")?,
        oddities: Oddities(known(u16::try_from(it.oddities).ok(), "oddities")?),
        network_class: known(number::network_class(it.network_class), "network class")?,
        asn: it.asn,
        country,
        returning: it.returning,
        network: it.network,
        agent_key: it.agent_key,
    })
}

pub fn link_param_out((name, value): &(String, String)) -> wire::LinkParam {
    wire::LinkParam { name: name.clone(), value: value.clone() }
}
