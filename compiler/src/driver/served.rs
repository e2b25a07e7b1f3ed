//! A flow's binary that serves on a port of this machine, and is listened to while it does.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;
use signal_hook::low_level::signal_name;

use super::error::Error;
use super::system::{Command, Exit, Running, System};

/// How long a binary may take to be ready.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long it may take to stop. What it keeps survives its being killed, and what it does not keep is lost either way.
const FAREWELL: Duration = Duration::from_secs(2);

/// A binary that takes requests. Dropping it kills it.
pub struct Served {
    running: Box<dyn Running>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Served {
    /// Starts a binary and waits until it is ready. What it writes to its
    /// log comes line by line; the channel closes when it ends.
    ///
    /// # Errors
    ///
    /// It does not start, or ends before it is ready; then its own words are in the error.
    pub fn start(system: &dyn System, command: &Command) -> Result<(Self, Receiver<String>), Error> {
        let (sender, log) = mpsc::channel();
        let started = system.start_heard(command, sender);
        let program = || command.program.to_string_lossy().into_owned();
        let mut running = started.map_err(|cause| Error::Start { program: program(), cause })?;
        match running.line(PATIENCE).as_deref().and_then(ready_at) {
            Some(address) => Ok((Self { running, address }, log)),
            None => {
                let exit = running.stop(FAREWELL);
                let said: Vec<String> = log.iter().collect();
                Err(ended(exit.ok(), said.iter().map(String::as_str)))
            }
        }
    }

    /// The same, but what it writes to its log is written to flowc's standard error as it comes.
    ///
    /// # Errors
    ///
    /// It does not start, or ends before it is ready; why is in its log.
    pub fn start_loud(system: &dyn System, command: &Command) -> Result<Self, Error> {
        let started = system.start(&command.clone().loud());
        let program = || command.program.to_string_lossy().into_owned();
        let mut running = started.map_err(|cause| Error::Start { program: program(), cause })?;
        match running.line(PATIENCE).as_deref().and_then(ready_at) {
            Some(address) => Ok(Self { running, address }),
            None => Err(ended(running.stop(FAREWELL).ok(), std::iter::empty())),
        }
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.running.has_ended()
    }

    /// Stops it as a server is stopped, or kills it if that takes long.
    pub fn stop(mut self) {
        // A process that is gone has stopped.
        let _ = self.running.stop(FAREWELL);
    }

    /// Why it has ended by itself; `said` are its last words.
    pub fn ended<'a>(mut self, said: impl Iterator<Item = &'a str>) -> Error {
        ended(self.running.stop(FAREWELL).ok(), said)
    }
}

/// The address in the line by which a binary says that it is ready.
fn ready_at(line: &str) -> Option<SocketAddr> {
    line.strip_prefix("ready on http://")?.parse().ok()
}

/// How a program ended, behind its name: `ended with exit code 2`, `was ended by SIGKILL`.
pub(super) fn end(exit: Option<&Exit>) -> String {
    match exit.map(|exit| (exit.code, exit.signal)) {
        Some((Some(code), _)) => format!("ended with exit code {code}"),
        Some((None, Some(signal))) => match signal_name(signal) {
            Some(name) => format!("was ended by {name}"),
            None => format!("was ended by signal {signal}"),
        },
        _ => "has ended".to_owned(),
    }
}

fn ended<'a>(exit: Option<Exit>, said: impl Iterator<Item = &'a str>) -> Error {
    let why = end(exit.as_ref());
    Error::NotServing { why, said: last_words(said).iter().map(|line| format!("\n  {line}")).collect() }
}

/// What of a log tells why its binary has ended: warnings, errors, and what is no JSON, as a panic is. Where it holds none
/// of them, its last two lines, by what they say.
fn last_words<'a>(said: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut bad, mut others) = (Vec::new(), Vec::new());
    for line in said.filter(|line| !line.trim().is_empty()) {
        let Ok(Value::Object(members)) = serde_json::from_str(line) else {
            bad.push(line.to_owned());
            continue;
        };
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let message = text("message").unwrap_or(line);
        let words = text("reason").map_or_else(|| message.to_owned(), |reason| format!("{message}: {reason}"));
        // Every simulator says that it reaches no real phone, however it ends.
        if !message.starts_with("the carrier is the simulator") {
            let is_bad = matches!(text("level"), Some("WARN" | "ERROR"));
            if is_bad { &mut bad } else { &mut others }.push(words);
        }
    }
    match bad.is_empty() {
        true => others.split_off(others.len().saturating_sub(2)),
        false => bad,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(exit: Exit, said: &[&str]) -> String {
        ended(Some(exit), said.iter().copied()).to_string()
    }

    #[test]
    fn what_went_wrong_is_told_in_plain_words() {
        let signal = |signal| Exit { signal: Some(signal), ..Exit::default() };
        let started = r#"{"level":"INFO","message":"starting","flow":"Desk"}"#;
        let simulator = r#"{"level":"WARN","message":"the carrier is the simulator: NOTHING REACHES A REAL PHONE"}"#;
        let accepted = r#"{"level":"INFO","message":"run accepted","run":"r"}"#;
        let failed = r#"{"level":"ERROR","message":"the journal fails","reason":"the disk is full"}"#;
        assert_eq!(
            error(signal(9), &[started, simulator, accepted, failed, "", "thread 'main' panicked"]),
            "the flow's binary was ended by SIGKILL\n  the journal fails: the disk is full\n  thread 'main' panicked"
        );
        assert_eq!(
            error(Exit { code: Some(1), ..Exit::default() }, &[started, started, simulator, accepted]),
            "the flow's binary ended with exit code 1\n  starting\n  run accepted"
        );
        assert_eq!(error(signal(64), &[]), "the flow's binary was ended by signal 64");
    }
}
