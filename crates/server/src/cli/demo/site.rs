//! Where the demonstration's shop, links and console are.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use referee_engine::certificate::CertificateFiles;
use referee_engine::config::Scheme;

/// Browsers find these on this computer by themselves.
pub const LOCAL_SHOP: &str = "www.shop.localhost";
pub const LOCAL_TRACKING: &str = "go.shop.localhost";
const LOCAL_CONSOLE: &str = "localhost";

/// The hosts of one shop.
pub struct Site {
    pub scheme: Scheme,
    pub shop: String,
    pub tracking: String,
    pub console: String,
    /// None: the scheme's own.
    pub port: Option<u16>,
}

/// The demonstration over TLS, on host names that somebody makes lead here.
#[derive(Args)]
pub struct Named {
    /// The shop's domain: its pages are on www, its links on go, the console on console.
    #[arg(long, value_parser = domain, requires_all = ["listen_tls", "certificate", "certificate_key"], conflicts_with = "traffic")]
    site: Option<String>,
    /// Address and port for TLS; browsers reach it at port 443.
    #[arg(long, requires = "site")]
    pub listen_tls: Option<SocketAddr>,
    /// The certificate of the three hosts, with its chain.
    #[arg(long, requires = "site")]
    certificate: Option<PathBuf>,
    #[arg(long, requires = "site")]
    certificate_key: Option<PathBuf>,
}

impl Named {
    pub fn certificates(&self) -> Option<Vec<CertificateFiles>> {
        let (cert, key) = self.certificate.clone().zip(self.certificate_key.clone())?;
        Some(vec![CertificateFiles { cert, key }])
    }

    pub fn site(&self, port: u16) -> Site {
        match &self.site {
            Some(domain) => Site {
                scheme: Scheme::Https,
                shop: format!("www.{domain}"),
                tracking: format!("go.{domain}"),
                console: format!("console.{domain}"),
                port: None,
            },
            None => Site {
                scheme: Scheme::Http,
                shop: LOCAL_SHOP.into(),
                tracking: LOCAL_TRACKING.into(),
                console: LOCAL_CONSOLE.into(),
                port: Some(port),
            },
        }
    }
}

impl Site {
    /// What its hosts have in common.
    pub fn domain(&self) -> &str {
        self.shop.strip_prefix("www.").unwrap_or(&self.shop)
    }

    pub fn shop_origin(&self) -> String {
        self.origin(&self.shop)
    }

    pub fn tracking_origin(&self) -> String {
        self.origin(&self.tracking)
    }

    pub fn console_origin(&self) -> String {
        self.origin(&self.console)
    }

    fn origin(&self, host: &str) -> String {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{host}{port}", self.scheme.as_str())
    }
}

fn domain(text: &str) -> Result<String, String> {
    let text = text.to_ascii_lowercase();
    let good =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let whole = text.contains('.') && text.len() <= 200 && text.split('.').all(good);
    if whole { Ok(text) } else { Err("a domain is needed, such as boots.example".into()) }
}
