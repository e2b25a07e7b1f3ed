//! A flow's binary that serves on a port of this machine, and is listened to while it does.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::demo::address_in;
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
    /// Starts a binary that is told to listen on a port of 127.0.0.1, and waits until it is ready. What it writes to its
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
        match running.line(PATIENCE).as_deref().and_then(address_in) {
            Some(address) => Ok((Self { running, address }, log)),
            None => {
                let exit = running.stop(FAREWELL);
                let said: Vec<String> = log.iter().collect();
                Err(ended(exit.ok(), said.iter().map(String::as_str)))
            }
        }
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

fn ended<'a>(exit: Option<Exit>, said: impl Iterator<Item = &'a str>) -> Error {
    let why = match exit {
        Some(Exit { code: Some(code), .. }) => format!("ended with exit code {code}"),
        _ => "was ended by a signal".to_owned(),
    };
    Error::NotServing { why, said: said.map(|line| format!("\n  {line}")).collect() }
}
