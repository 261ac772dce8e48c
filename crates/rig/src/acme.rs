//! A certificate authority that speaks ACME (`pebble`), and the DNS it asks (`pebble-challtestsrv`).

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;

use crate::authority::Authority;
use crate::deadline::{self, PATIENCE};
use crate::folder;
use crate::ports::Port;
use crate::process::{self, Process};

/// How often other ports are tried.
const TRIES: usize = 5;

pub struct Acme {
    authority: Process,
    dns: Process,
    folder: TempDir,
    directory: Port,
    management: Port,
    dns_management: Port,
    /// Where it looks for answers to HTTP-01; nobody listens there but who is tested.
    pub http: Port,
    /// Where it looks for answers to TLS-ALPN-01.
    pub tls: Port,
}

impl Acme {
    /// Starts both and waits until orders are taken.
    pub fn start() -> Acme {
        let mut words = String::new();
        for _ in 0..TRIES {
            let mut acme = Acme::run();
            // One that ended found somebody else on its port.
            let ready = deadline::poll(PATIENCE, || {
                if acme.authority.has_ended() || acme.dns.has_ended() {
                    return Some(false);
                }
                let listens = |port: &Port| TcpStream::connect(port.address()).is_ok();
                (listens(&acme.directory) && listens(&acme.management) && listens(&acme.dns_management)).then_some(true)
            });
            match ready {
                Some(true) => return acme,
                Some(false) => words = acme.last_words(),
                None => panic!("pebble does not get ready:\n{}", acme.last_words()),
            }
        }
        panic!("pebble does not start:\n{words}");
    }

    fn run() -> Acme {
        let folder = folder::create("acme");
        let (directory, management, dns_port, dns_management) =
            (Port::free(), Port::free(), Port::free(), Port::free());
        let (http, tls) = (Port::free(), Port::free());
        let own = Authority::new("rig's root");
        let signed = own.sign(&["localhost", "127.0.0.1"]);
        let path = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| fs::write(path(name), text).expect("the folder is ours");
        write("ca.pem", own.certificate());
        write("cert.pem", &signed.chain);
        write("key.pem", &signed.key);
        let config = json!({ "pebble": {
            "listenAddress": directory.address().to_string(),
            "managementListenAddress": management.address().to_string(),
            "certificate": path("cert.pem"),
            "privateKey": path("key.pem"),
            "httpPort": http.number(),
            "tlsPort": tls.number(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        } });
        write("pebble.json", &config.to_string());
        let mut dns = Command::new("pebble-challtestsrv");
        dns.args(["-dns01", &dns_port.address().to_string(), "-management", &dns_management.address().to_string()]);
        // It answers nothing but names: challenges are for who is tested.
        dns.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]);
        let dns = Process::spawn(&mut dns, &path("dns.log"));
        let mut authority = Command::new("pebble");
        authority.arg("-config").arg(path("pebble.json")).args(["-dnsserver", &dns_port.address().to_string()]);
        // It looks at once, at every host anew, and is not capricious.
        authority.envs([("PEBBLE_VA_NOSLEEP", "1"), ("PEBBLE_AUTHZREUSE", "0"), ("PEBBLE_WFE_NONCEREJECT", "0")]);
        let authority = Process::spawn(&mut authority, &path("pebble.log"));
        Acme { authority, dns, folder, directory, management, dns_management, http, tls }
    }

    /// Where orders are taken.
    pub fn directory(&self) -> String {
        format!("https://localhost:{}/dir", self.directory.number())
    }

    /// What its own server is trusted by.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// What the certificates that it gives are trusted by, as PEM.
    pub fn root(&self) -> String {
        let url = format!("https://localhost:{}/roots/0", self.management.number());
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "10", "--cacert"]).arg(self.ca_file()).arg(url);
        let output = curl.output().expect("curl is installed: ./test does that");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("PEM is text")
    }

    /// Which address every host has from now on: one of this computer's where nobody listens makes every look fail.
    pub fn resolve_all_to(&self, address: &str) {
        let body = json!({ "ip": address }).to_string();
        let mut stream = TcpStream::connect(self.dns_management.address()).expect("the DNS runs");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
        let head =
            format!("POST /set-default-ipv4 HTTP/1.0\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).expect("the DNS listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the DNS answers");
        assert!(answer.split(' ').nth(1) == Some("200"), "{answer}");
    }

    /// How many orders it took.
    pub fn orders(&self) -> usize {
        let log = fs::read_to_string(self.folder.path().join("pebble.log")).expect("pebble logs");
        log.lines().filter(|line| line.contains("Added order ")).count()
    }

    fn last_words(&self) -> String {
        let words = ["pebble.log", "dns.log"].map(|name| process::last_words(&self.folder.path().join(name)));
        words.join("\n")
    }
}
