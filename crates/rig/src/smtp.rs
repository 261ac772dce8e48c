//! A tiny mail server, which can refuse, hang up, and be down.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use crate::ports::Port;

/// How it behaves towards whoever connects from then on.
#[derive(Debug, Clone, Default)]
pub enum Manners {
    #[default]
    TakesAll,
    /// Answers a command that begins with a word by a line of its own; `.` is the end of a mail.
    Says { to: &'static str, line: &'static str },
    /// Hangs up instead of answering such a command.
    HangsUp { at: &'static str },
    /// Takes the mail, and hangs up instead of saying so.
    TakesAndHangsUp,
}

/// A mail as it arrived.
#[derive(Debug, Clone)]
pub struct Taken {
    pub from: String,
    pub to: String,
    /// Headers and text, with plain line ends.
    pub text: String,
}

#[derive(Default)]
struct State {
    manners: Manners,
    taken: Vec<Taken>,
    commands: Vec<String>,
    down: bool,
}

pub struct Smtp {
    port: Port,
    state: Arc<Mutex<State>>,
    listening: Option<JoinHandle<()>>,
}

impl Smtp {
    pub fn start() -> Smtp {
        let mut smtp = Smtp { port: Port::free(), state: Arc::default(), listening: None };
        smtp.come_back();
        smtp
    }

    pub fn port(&self) -> u16 {
        self.port.number()
    }

    pub fn behave(&self, manners: Manners) {
        lock(&self.state).manners = manners;
    }

    /// Nobody listens any more.
    pub fn go_down(&mut self) {
        lock(&self.state).down = true;
        // Whoever waits for a connection sees it by getting one.
        _ = TcpStream::connect(self.port.address());
        if let Some(listening) = self.listening.take() {
            listening.join().expect("the mail server ends");
        }
    }

    /// On the same port.
    pub fn come_back(&mut self) {
        lock(&self.state).down = false;
        let listener = TcpListener::bind(self.port.address()).expect("the port is ours");
        let state = self.state.clone();
        self.listening = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                if lock(&state).down {
                    break;
                }
                let (Ok(stream), state) = (stream, state.clone()) else { continue };
                // Whoever talks to it may hang up at any moment.
                thread::spawn(move || _ = talk(&stream, &state));
            }
        }));
    }

    pub fn taken(&self) -> Vec<Taken> {
        lock(&self.state).taken.clone()
    }

    /// Every line that was not a mail's text.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.state).commands.clone()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.go_down();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn talk(stream: &TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let manners = lock(state).manners.clone();
    let say = |line: &str| write!(&mut &*stream, "{line}\r\n");
    let mut lines = BufReader::new(stream).lines();
    say("220 rig ESMTP")?;
    let (mut from, mut to) = (String::new(), String::new());
    while let Some(line) = lines.next().transpose()? {
        lock(state).commands.push(line.clone());
        match &manners {
            Manners::Says { to: word, line: answer } if line.starts_with(word) => {
                say(answer)?;
                continue;
            }
            Manners::HangsUp { at } if line.starts_with(at) => return Ok(()),
            _ => {}
        }
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        match word.as_str() {
            "EHLO" => say("250-rig\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" => say("235 2.7.0 welcome")?,
            "MAIL" => {
                from = line;
                say("250 2.1.0 ok")?;
            }
            "RCPT" => {
                to = line;
                say("250 2.1.5 ok")?;
            }
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                for line in lines.by_ref() {
                    match line?.as_str() {
                        "." => break,
                        line => text.extend([line.strip_prefix('.').unwrap_or(line), "\n"]),
                    }
                }
                match &manners {
                    Manners::Says { to: ".", line } => {
                        say(line)?;
                        continue;
                    }
                    Manners::HangsUp { at: "." } => return Ok(()),
                    _ => {}
                }
                lock(state).taken.push(Taken { from: from.clone(), to: to.clone(), text });
                if matches!(manners, Manners::TakesAndHangsUp) {
                    return Ok(());
                }
                say("250 2.0.0 taken")?;
            }
            "QUIT" => {
                say("221 2.0.0 bye")?;
                return Ok(());
            }
            _ => say("502 5.5.2 what?")?,
        }
    }
    Ok(())
}
