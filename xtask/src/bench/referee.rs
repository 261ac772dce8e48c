//! The server itself: the demonstration's brand, as the release binary serves it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::http;
use super::process::{Running, free_port};
use super::tls::Pair;
use super::workshop::Workshop;

pub const TRACKING_HOST: &str = "go.shop.localhost";
const CONSOLE_HOST: &str = "localhost";
/// The books follow the log; after a load they may have some way to go.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(300);
const POLL: Duration = Duration::from_millis(200);

pub struct Referee {
    pub port: u16,
    /// A partner's link, without its host.
    pub path: String,
    server: Running,
}

impl Referee {
    pub fn start(workshop: &Workshop) -> Result<Referee> {
        workshop.build(&["referee-server"])?;
        Referee::demo(workshop, &workshop.folder("referee")?, &[])
    }

    /// The demonstration, which makes its brand where there is none.
    pub fn demo(workshop: &Workshop, folder: &Path, variables: &[(&str, String)]) -> Result<Referee> {
        let port = free_port()?;
        let mut command = Command::new(workshop.binary("referee"));
        command.arg("demo").arg("--data").arg(folder).args(["--listen", &format!("127.0.0.1:{port}")]);
        let mut referee = Referee::run(port, command.envs(variables.iter().cloned()))?;
        // It listens before the brand is made; once it answers, it is.
        referee.metric("log_records")?;
        let text = std::fs::read_to_string(folder.join("demo.json")).context("read demo.json")?;
        let demo: Value = serde_json::from_str(&text).context("read demo.json")?;
        let link = demo["partners"][0]["link"].as_str().context("demo.json names no link")?;
        referee.path = path_of(link).context("the link has no path")?.to_owned();
        Ok(referee)
    }

    /// The server on stores that a demonstration has filled.
    pub fn serve(workshop: &Workshop, path: &str, variables: &[(&str, String)]) -> Result<Referee> {
        let port = free_port()?;
        let mut command = Command::new(workshop.binary("referee"));
        command.args(["serve", "--scheme", "http", "--log", "warn", "--listen", &format!("127.0.0.1:{port}")]);
        let referee = Referee::run(port, command.envs(variables.iter().cloned()))?;
        Ok(Referee { path: path.to_owned(), ..referee })
    }

    /// The server on a folder that a demonstration has filled, with TLS of its own as well; and where it serves that.
    pub fn serve_tls(workshop: &Workshop, folder: &Path, path: &str, pair: &Pair) -> Result<(Referee, u16)> {
        let (port, tls_port) = (free_port()?, pair.port);
        let file = folder.join("tls.toml");
        let text = format!(
            "data = {folder:?}\nlisten = \"127.0.0.1:{port}\"\nlisten_tls = \"127.0.0.1:{tls_port}\"\nlog = \"warn\"\n\
             trusted_proxies = [\"127.0.0.1\"]\n\
             [[certificates]]\ncert = {:?}\nkey = {:?}\n",
            pair.cert, pair.key
        );
        std::fs::write(&file, text).context("configure referee")?;
        let mut command = Command::new(workshop.binary("referee"));
        let referee = Referee::run(port, command.arg("serve").env("REFEREE_CONFIG", &file))?;
        Ok((Referee { path: path.to_owned(), ..referee }, tls_port))
    }

    fn run(port: u16, command: &mut Command) -> Result<Referee> {
        let mut server = Running::start("referee", command)?;
        server.wait_for(port)?;
        Ok(Referee { port, path: String::new(), server })
    }

    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// A counter or gauge of the server's own.
    pub fn metric(&self, name: &str) -> Result<u64> {
        let answer = http::get(self.port, "/metrics", &[("Host", CONSOLE_HOST)])?;
        ensure!(answer.status == 200, "/metrics answered {}", answer.status);
        find_metric(&answer.body, name).with_context(|| format!("find {name} in /metrics"))
    }

    /// Waits until the books hold all that the log does.
    pub fn settle(&self) -> Result<()> {
        self.settle_by(self)
    }

    /// The same where the machine is another process, which writes to the log as well.
    pub fn settle_by(&self, machine: &Referee) -> Result<()> {
        let (began, apart) = (Instant::now(), self.id() != machine.id());
        let written = || -> Result<u64> {
            Ok(self.metric("log_records")? + if apart { machine.metric("log_records")? } else { 0 })
        };
        while machine.metric("machine_records")? < written()? {
            ensure!(began.elapsed() < CATCH_UP_TIMEOUT, "the books do not catch up with the log");
            std::thread::sleep(POLL);
        }
        Ok(())
    }
}

fn path_of(link: &str) -> Option<&str> {
    let (_, rest) = link.split_once("://")?;
    Some(&rest[rest.find('/')?..])
}

fn find_metric(text: &str, name: &str) -> Option<u64> {
    let names = [format!("referee_{name}_total "), format!("referee_{name} ")];
    text.lines().find_map(|line| names.iter().find_map(|name| line.strip_prefix(name.as_str()))?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_metrics_are_read() {
        assert_eq!(path_of("http://go.shop.localhost:8080/c/1/2/3"), Some("/c/1/2/3"));
        let text =
            "# TYPE referee_clicks_recorded counter\nreferee_clicks_recorded_total 42\nreferee_machine_stopped 0\n";
        assert_eq!(find_metric(text, "clicks_recorded"), Some(42));
        assert_eq!(find_metric(text, "machine_stopped"), Some(0));
        assert_eq!(find_metric(text, "clicks"), None);
    }
}
