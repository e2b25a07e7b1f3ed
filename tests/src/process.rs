//! Child processes that never outlive their test.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::wait;

/// A running child; dropping it kills it.
pub struct Process {
    child: Child,
    out: Captured,
    err: Captured,
}

/// What came of a child.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Capture>>);

#[derive(Default)]
struct Capture {
    text: Vec<u8>,
    closed: bool,
}

impl Captured {
    /// Reads a pipe in the background, so that the child never waits for a reader.
    fn read(pipe: impl Read + Send + 'static) -> Self {
        let captured = Self::default();
        let writer = captured.clone();
        std::thread::spawn(move || {
            let mut pipe = BufReader::new(pipe);
            let mut line = Vec::new();
            while pipe.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                writer.0.lock().unwrap().text.append(&mut line);
            }
            writer.0.lock().unwrap().closed = true;
        });
        captured
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap().text).into_owned()
    }
}

impl Process {
    /// Starts a command, its output captured.
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let out = Captured::read(child.stdout.take().unwrap());
        let err = Captured::read(child.stderr.take().unwrap());
        Self { child, out, err }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has written to standard output so far.
    pub fn out(&self) -> String {
        self.out.text()
    }

    /// What it has written to standard error so far.
    pub fn err(&self) -> String {
        self.err.text()
    }

    /// Sends it a signal, as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// How it ended, if it has.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for its end, and panics if that does not come.
    pub fn wait(&mut self, limit: Duration) -> Ended {
        let status = wait::within(limit, || self.status());
        let Some(status) = status else {
            panic!("{} did not end within {limit:?}: {} {}", self.id(), self.out(), self.err());
        };
        // A grandchild may hold a pipe open; what it has to say is not waited for.
        let closed = |captured: &Captured| captured.0.lock().unwrap().closed.then_some(());
        let _ = wait::within(Duration::from_secs(2), || closed(&self.out).and(closed(&self.err)));
        Ended { code: status.code(), out: self.out(), err: self.err() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command to its end.
pub fn run(command: Command, limit: Duration) -> Ended {
    Process::start(command).wait(limit)
}
