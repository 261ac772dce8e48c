//! What it costs at intake to measure a click: user agent, network, headers, keyed hashes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use anyhow::{Result, bail};
use referee_engine::intake::agent;
use referee_engine::intake::click::ClickRequest;
use referee_engine::intake::keys::BrandKeys;
use referee_engine::intake::network::Networks;
use referee_engine::intake::signals::signals;

use crate::cpu::process_time;
use crate::random::Random;

pub struct Options {
    pub clicks: u64,
    pub seed: u64,
}

/// What may be added to a click.
const MOST: Duration = Duration::from_micros(3);

const AGENTS: [&str; 2] = [
    include_str!("../../engine/testdata/agents/browsers.tsv"),
    include_str!("../../engine/testdata/agents/robots.tsv"),
];

pub fn run(options: &Options) -> Result<()> {
    let start = process_time();
    let networks = Networks::built_in()?;
    println!("networks read in {:?}: {} pieces", process_time() - start, networks.pieces());
    let start = process_time();
    agent::read("Mozilla/5.0");
    println!("lists of agents built in {:?}", process_time() - start);
    let agents = agents();
    let usual = usual(options, &networks);
    println!("a click, by one of {} user agents: {usual:?}", agents.len());
    let new = measure(options, &networks, |random| {
        format!("{} {}", agents[random.below(agents.len() as u64) as usize], random.below(u64::MAX))
    });
    println!("a click, each by a user agent never seen before: {new:?}");
    if usual > MOST {
        bail!("a click may cost {MOST:?}");
    }
    Ok(())
}

fn agents() -> Vec<&'static str> {
    let lines = AGENTS.iter().flat_map(|list| list.lines()).filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.splitn(6, '\t').nth(5)).collect()
}

/// Of a click by a user agent that was seen before.
pub fn usual(options: &Options, networks: &Networks) -> Duration {
    let agents = agents();
    measure(options, networks, |random| agents[random.below(agents.len() as u64) as usize].to_owned())
}

/// Processor time of one click.
fn measure(options: &Options, networks: &Networks, mut user_agent: impl FnMut(&mut Random) -> String) -> Duration {
    let keys = BrandKeys::new([7; 32], Vec::new());
    let mut random = Random::new(options.seed);
    let mut spent = Duration::ZERO;
    let mut left = options.clicks;
    while left > 0 {
        // Made ahead of time, so that what is measured is only what intake does.
        let some = left.min(10_000);
        let clicks: Vec<(String, String)> =
            (0..some).map(|_| (user_agent(&mut random), address(&mut random).to_string())).collect();
        let start = process_time();
        for (user_agent, address) in &clicks {
            std::hint::black_box(signals(&request(networks, user_agent, address), &keys));
        }
        spent += process_time() - start;
        left -= some;
    }
    spent / u32::try_from(options.clicks).unwrap_or(u32::MAX)
}

fn request<'a>(networks: &Networks, user_agent: &'a str, address: &'a str) -> ClickRequest<'a> {
    ClickRequest {
        secure: true,
        address,
        network: address.parse().map(|it| networks.of(it)).unwrap_or_default(),
        user_agent,
        referrer: "https://blog.example/post",
        language: "de",
        fetch_mode: "navigate",
        fetch_dest: "document",
        fetch_site: "cross-site",
        fetch_user: "?1",
        hint_brands: "\"Chromium\";v=\"150\", \"Google Chrome\";v=\"150\", \"Not)A;Brand\";v=\"24\"",
        hint_mobile: "?0",
        hint_platform: "\"Windows\"",
        ..ClickRequest::default()
    }
}

/// One of three is of IPv6.
fn address(random: &mut Random) -> IpAddr {
    let bits = random.below(u64::MAX);
    if bits.is_multiple_of(3) {
        Ipv6Addr::from_bits(0x2a02 << 112 | u128::from(bits) << 48).into()
    } else {
        Ipv4Addr::from_bits(bits as u32).into()
    }
}
