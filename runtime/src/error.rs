//! Errors at run time: whose fault they are, and whether a retry may help.

use std::fmt;

use crate::flow::{Failure, FailureKind, Fault};

/// Who can mend an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Whoever wrote the flow.
    Flow,
    /// The service that the flow calls.
    Upstream,
    /// The SMS carrier.
    Carrier,
    /// flowc or this runtime.
    Us,
}

impl fmt::Display for Blame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Blame::Flow => "flow",
            Blame::Upstream => "upstream",
            Blame::Carrier => "carrier",
            Blame::Us => "us",
        })
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, status: None, message: message.into() }
    }

    pub(crate) fn with_status(self, status: u16) -> Self {
        Self { status: Some(status), ..self }
    }

    pub(crate) fn blame(&self) -> Blame {
        match self.kind {
            FailureKind::Request | FailureKind::Blocked => Blame::Flow,
            FailureKind::Carrier => Blame::Carrier,
            FailureKind::Timeout
            | FailureKind::Connect
            | FailureKind::Tls
            | FailureKind::Dns
            | FailureKind::Status
            | FailureKind::Response
            | FailureKind::TooLarge => Blame::Upstream,
        }
    }

    /// Whether the same step may well succeed later.
    ///
    /// A carrier's failure counts only when it said "later" (429): after a timeout or a 5xx nobody
    /// knows whether the message went out, and a retry could send it twice.
    pub(crate) fn may_pass(&self) -> bool {
        match (self.kind, self.status) {
            (FailureKind::Timeout | FailureKind::Connect | FailureKind::Dns, _) => true,
            (FailureKind::Status, Some(status)) => matches!(status, 408 | 425 | 429 | 500..=599),
            (FailureKind::Carrier, status) => status == Some(429),
            _ => false,
        }
    }
}

impl Fault {
    pub(crate) fn blame(&self) -> Blame {
        match self {
            Fault::Flow(_) => Blame::Flow,
            Fault::State(_) | Fault::Bug(_) => Blame::Us,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Flow(message) => f.write_str(message),
            Fault::State(message) => {
                write!(f, "the stored state is not of this program: {message}")
            }
            Fault::Bug(message) => write!(f, "a bug of flowc, please report it: {message}"),
        }
    }
}

impl std::error::Error for Fault {}

/// All that keeps a program from starting, gathered before any of it is told.
#[derive(Debug, PartialEq)]
pub struct StartError {
    /// The flow's name.
    pub program: &'static str,
    /// What was to be done: `runs`; `None`: to serve.
    pub command: Option<&'static str>,
    /// One sentence each: what is wrong, and how to mend it.
    pub problems: Vec<String>,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(command) = self.command {
            for problem in &self.problems {
                writeln!(f, "error: {problem}")?;
            }
            return write!(f, "`{command} --help` has all commands and options.");
        }
        writeln!(f, "error: \"{}\" cannot start", self.program)?;
        for problem in &self.problems {
            writeln!(f, "  - {problem}")?;
        }
        f.write_str("Run it with --help for all options.")
    }
}

impl std::error::Error for StartError {}
