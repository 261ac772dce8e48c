//! `cargo xtask refresh-networks FOLDER`: the address ranges of the PyPI package iporigin, as far as their licence is
//! beyond doubt.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::{Context, Result, bail};

use super::ranges::{Range, joined, written};
use super::{folder, read, write};

/// Providers whose ranges the package has from lists without a licence file, by permission given by word of mouth. They
/// are left out.
const LEFT_OUT: [&str; 12] = [
    "Akamai", "BunnyCDN", "BuyVM", "CDN77", "Cogent", "Contabo", "DataCamp", "GTHost", "GleSYS", "Melbicom", "Scalaxy",
    "Vercel",
];

/// What the rest comes from: the operators' own feeds, and lists under CC0.
const KNOWN: [&str; 37] = [
    "Alibaba Cloud",
    "Amazon AWS",
    "Amazonbot",
    "Apple Private Relay",
    "Applebot",
    "Bingbot",
    "ClaudeBot",
    "Cloudflare",
    "Common Crawl",
    "DigitalOcean",
    "DuckDuckBot",
    "Fastly",
    "GPTBot",
    "Gcore",
    "GitHub",
    "Google",
    "Google Cloud",
    "Googlebot",
    "Hetzner",
    "Huawei Cloud",
    "IBM Cloud",
    "Internet Archive",
    "Leaseweb",
    "Linode",
    "Meta",
    "Microsoft Azure",
    "Mullvad",
    "OVHcloud",
    "Oracle Cloud",
    "PerplexityBot",
    "ProtonVPN",
    "Rackspace",
    "Scaleway",
    "Tencent Cloud",
    "Tor",
    "UpCloud",
    "Vultr",
];

pub fn refresh(words: impl Iterator<Item = String>) -> Result<()> {
    let folder = folder(words, "cargo xtask refresh-networks FOLDER, such as site-packages of iporigin")?;
    let path = folder.join("iporigin/data/ranges.bin");
    let bytes = std::fs::read(&path).with_context(|| format!("read {}", path.display()))?;
    let mut reader = Reader { bytes: &bytes };
    let (built_at, labels, v4, v6) = reader.head()?;
    let classes = labels.iter().map(|(provider, kind)| class(provider, kind)).collect::<Result<Vec<_>>>()?;
    let v4 = reader.ranges(v4, 4, &classes)?;
    let v6 = reader.ranges(v6, 16, &classes)?;
    let kept: BTreeSet<&str> =
        labels.iter().map(|(provider, _)| provider.as_str()).filter(|it| !LEFT_OUT.contains(it)).collect();
    let mut text = format!(
        "# Networks: range and class. From the package iporigin (MIT, in networks.LICENSE; its data of Unix time {built_at}),\n\
         # made by `cargo xtask refresh-networks`; do not edit. Its sources are feeds that the operators publish for this\n\
         # use, and the lists rezmoss/cloud-provider-ip-addresses and lord-alfred/ipranges, both CC0. Ranges that it has\n\
         # by permission only are left out: {}.\n# Of: {}.\n",
        LEFT_OUT.join(", "),
        kept.into_iter().collect::<Vec<_>>().join(", ")
    );
    for (range, class) in joined(v4) {
        writeln!(text, "{} {class}", written(&range, 32, |it| Ipv4Addr::from_bits(it as u32).to_string()))?;
    }
    for (range, class) in joined(v6) {
        writeln!(text, "{} {class}", written(&range, 128, |it| Ipv6Addr::from_bits(it).to_string()))?;
    }
    write("networks.txt", &text)?;
    let licences = std::fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))?;
    let info = licences.filter_map(|it| it.ok()).find(|it| {
        let name = it.file_name().to_string_lossy().into_owned();
        name.starts_with("iporigin-") && name.ends_with(".dist-info")
    });
    let info = info.context("the package's dist-info folder is not beside it")?;
    write("networks.LICENSE", &read(&info.path().join("licenses/LICENSE"))?)
}

/// None: left out. A provider that is new there is looked at by a person first.
fn class(provider: &str, kind: &str) -> Result<Option<&'static str>> {
    if LEFT_OUT.contains(&provider) {
        return Ok(None);
    }
    if KNOWN.contains(&provider) {
        return Ok(Some(match (provider, kind) {
            ("Apple Private Relay", _) => "relay",
            (_, "vpn") => "vpn",
            (_, "tor") => "tor",
            (_, "bot") => "crawler",
            (_, "hosting" | "cdn") => "hosting",
            _ => bail!("{provider} is of the kind {kind}, which is new"),
        }));
    }
    bail!("{provider} is new: look in the package's NOTICE where it comes from, and add it to one of the two lists")
}

struct Reader<'a> {
    bytes: &'a [u8],
}

type Head = (u64, Vec<(String, String)>, u32, u32);

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Result<&[u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length).context("the file ends too early")?;
        self.bytes = rest;
        Ok(taken)
    }

    /// A number in little-endian order, as everything but addresses of IPv6 is.
    fn number(&mut self, length: usize) -> Result<u64> {
        Ok(self.take(length)?.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    }

    fn head(&mut self) -> Result<Head> {
        if self.take(8)? != b"IPORIGIN" || self.number(2)? != 1 {
            bail!("that is no file of ranges of version 1");
        }
        let (built_at, labels) = (self.number(8)?, self.number(2)?);
        let (v4, v6) = (self.number(4)? as u32, self.number(4)? as u32);
        let labels = (0..labels).map(|_| self.label()).collect::<Result<_>>()?;
        Ok((built_at, labels, v4, v6))
    }

    fn label(&mut self) -> Result<(String, String)> {
        let length = self.number(2)? as usize;
        let text = std::str::from_utf8(self.take(length)?).context("a label is no text")?;
        let (provider, kind) = text.split_once('\t').context("a label has no kind")?;
        Ok((provider.to_owned(), kind.to_owned()))
    }

    fn address(&mut self, bytes: usize) -> Result<u128> {
        if bytes == 4 {
            return Ok(u128::from(self.number(4)?));
        }
        Ok(self.take(bytes)?.iter().fold(0, |sum, byte| sum << 8 | u128::from(*byte)))
    }

    fn ranges(&mut self, count: u32, bytes: usize, classes: &[Option<&'static str>]) -> Result<Vec<Range>> {
        let mut ranges = Vec::new();
        for _ in 0..count {
            let (first, last) = (self.address(bytes)?, self.address(bytes)?);
            let label = self.number(2)? as usize;
            if let Some(class) = classes.get(label).context("a range has no label")? {
                ranges.push((first..=last, *class));
            }
        }
        Ok(ranges)
    }
}
