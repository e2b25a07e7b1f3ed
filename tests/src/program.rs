//! A flow's binary, running.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::folder::Scratch;
use crate::http::{Answer, Request};
use crate::process::{Ended, Process, run};
use crate::wait::{self, PATIENCE};

/// The phone of the person who texts.
pub const GUEST: &str = "+13055550123";

/// The number that is texted.
pub const HOTEL: &str = "+13055550100";

/// A text of somebody to [`HOTEL`], as the simulator takes it.
pub fn text(from: &str, body: &str) -> Request {
    Request::new("POST", "/simulator/sms").json(&json!({ "from": from, "to": HOTEL, "body": body }))
}

/// A binary to be started: with a journal of its own, and without a listener for operators, unless the test says so.
pub struct Start {
    command: Command,
    state: Option<Scratch>,
    port: u16,
}

impl Start {
    /// By a command of one's own, which ends where the binary's arguments begin.
    pub fn of(mut command: Command) -> Self {
        let state = Scratch::new();
        command.env("STATE_DIRECTORY", state.path()).env("FLOW_ADMIN", "off");
        Self { command, state: Some(state), port: 0 }
    }

    /// Keeps its journal in this folder, which outlives it.
    pub fn state(mut self, folder: &Path) -> Self {
        self.command.env("STATE_DIRECTORY", folder);
        self.state = None;
        self
    }

    /// Has it listen at this port, which somebody knows already, and not at a free one.
    pub fn at(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Adds arguments.
    pub fn with<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets a variable of its environment, which is empty otherwise.
    pub fn variable(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sends what the flow addresses to `host`, with its port, to another URL.
    pub fn connect(self, host: &str, url: &str) -> Self {
        self.with(["--connect-to", &format!("{host}={url}")])
    }

    /// Starts it and waits until it is ready.
    pub fn start(self) -> Program {
        self.try_start().unwrap_or_else(|ended| panic!("it ended before it was ready: {ended:?}"))
    }

    /// The same, for one that may end before it is ready.
    ///
    /// # Errors
    ///
    /// How it ended.
    pub fn try_start(mut self) -> Result<Program, Ended> {
        self.command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        let mut process = Process::start(self.command);
        let ready = wait::until("a ready program, or its end", || {
            let has_ended = process.status().is_some();
            let is_ready = process.out().ends_with('\n');
            (has_ended || is_ready).then_some(is_ready)
        });
        if !ready {
            return Err(process.wait(PATIENCE));
        }
        let ready = process.out();
        let address = ready.trim().strip_prefix("ready on http://").and_then(|address| address.parse().ok());
        let address = address.unwrap_or_else(|| panic!("not a ready line: {ready:?}"));
        Ok(Program { process, address, _state: self.state })
    }

    /// Runs it to its end, for when it should not serve at all.
    pub fn run(self) -> Ended {
        run(self.command, PATIENCE)
    }
}

/// A binary that serves; dropping it kills it.
pub struct Program {
    /// The process.
    pub process: Process,
    /// Where it listens.
    pub address: SocketAddr,
    _state: Option<Scratch>,
}

impl Program {
    /// A binary to be started.
    pub fn of(binary: &Path) -> Start {
        let mut command = Command::new(binary);
        command.env_clear();
        Start::of(command)
    }

    /// Sends a request.
    pub fn send(&self, request: &Request) -> Answer {
        request.send(self.address)
    }

    /// Sends a GET.
    pub fn get(&self, target: &str) -> Answer {
        self.send(&Request::new("GET", target))
    }

    /// Texts it, as [`GUEST`] to [`HOTEL`].
    pub fn text(&self, body: &str) -> Answer {
        self.send(&text(GUEST, body))
    }

    /// The messages that it has sent, oldest first.
    pub fn outbox(&self) -> Vec<Value> {
        self.get("/simulator/outbox").json().as_array().unwrap().clone()
    }

    /// Waits until it has sent this many messages, and returns their texts.
    pub fn messages(&self, count: usize) -> Vec<String> {
        let outbox = wait::within(PATIENCE, || Some(self.outbox()).filter(|outbox| outbox.len() >= count));
        let outbox = outbox.unwrap_or_else(|| panic!("no message {count}: {}", self.process.err()));
        outbox.iter().map(|sent| sent["body"].as_str().unwrap().to_owned()).collect()
    }

    /// Texts it and waits for the answer: the message after those that it has sent before.
    pub fn converse(&self, body: &str) -> String {
        let before = self.outbox().len();
        let taken = self.text(body);
        assert_eq!(taken.status, 202, "{}", taken.text());
        self.messages(before + 1).swap_remove(before)
    }

    /// The lines of its log that hold all these members.
    pub fn log(&self, members: &[(&str, Value)]) -> Vec<Value> {
        let log = self.process.err();
        let lines = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}")));
        lines.filter(|line: &Value| members.iter().all(|(name, value)| line[name] == *value)).collect()
    }

    /// Waits until this many runs have ended.
    pub fn ended(&self, count: usize) -> Vec<Value> {
        wait::until("ended runs", || {
            Some(self.log(&[("message", json!("run ended"))])).filter(|ended| ended.len() >= count)
        })
    }

    /// Stops it as a server is stopped, and waits for its end.
    pub fn stop(mut self) -> Ended {
        self.process.signal("TERM");
        self.process.wait(PATIENCE)
    }
}

/// Starts a program with a listener for operators, at a free port.
pub fn watched(start: Start) -> (Program, SocketAddr) {
    let program = start.variable("FLOW_ADMIN", "127.0.0.1:0").start();
    let lines = wait::until("the admin's address", || {
        Some(program.log(&[("message", json!("metrics are told"))])).filter(|lines| !lines.is_empty())
    });
    (program, lines[0]["address"].as_str().unwrap().parse().unwrap())
}
