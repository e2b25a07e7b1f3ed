//! Traces of runs, for collectors that speak OTLP.
//!
//! A run is one trace, and its id is the trace's: `01a203eb-a40e-…` is the trace `01a203eba40e…`. A run that rests and goes
//! on, in whatever process, has a span for each part; the later ones are children of the first, whose id is made of the
//! run's too. What a trace tells: lines of the flow, kinds of steps, outcomes, times. What it does not: texts, numbers,
//! secrets, URLs.

mod exporter;
mod otlp;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Client;
use ring::rand::{SecureRandom, SystemRandom};

use self::exporter::Exporter;
use crate::config::TelemetryConfig;
use crate::engine::journal::{Ended, Phase};
use crate::metrics::{Metrics, StepKind, StepOutcome};
use crate::run_id::RunId;

/// The outcome of a run that is an error.
const FAILED: &str = "failed";

/// Makes traces, if anybody wants them; costs nothing else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracer(Option<Arc<Exporter>>);

impl Tracer {
    /// Sends what is traced from now on. Must be called within a tokio runtime.
    pub(crate) fn start(config: Option<TelemetryConfig>, client: &Client, metrics: &Arc<Metrics>) -> Self {
        let exporter = config.map(|config| Exporter::start(config, client.clone(), Arc::clone(metrics)));
        Self(exporter.map(Arc::new))
    }

    /// A run is gone on with, until what this gives is dropped. `first`: it begins here. `line` is the trigger's.
    pub(crate) fn run(&self, run: RunId, first: bool, line: u32) -> RunSpan {
        let sampled = self.0.as_ref().filter(|exporter| exporter.takes(run));
        RunSpan(sampled.map(|exporter| {
            let root = root(run);
            let (id, parent) = if first { (root, None) } else { (random(), Some(root)) };
            let exporter = Arc::clone(exporter);
            Box::new(OpenRun { exporter, run, id, parent, line, started: SystemTime::now(), rest: None })
        }))
    }

    /// Sends what was traced so far, in at most this time.
    pub(crate) async fn flush(&self, within: Duration) {
        if let Some(exporter) = &self.0 {
            let _ = tokio::time::timeout(within, exporter.flush()).await;
        }
    }
}

/// A run that is being carried out, until this is dropped.
#[derive(Debug)]
pub(crate) struct RunSpan(Option<Box<OpenRun>>);

#[derive(Debug)]
struct OpenRun {
    exporter: Arc<Exporter>,
    run: RunId,
    id: u64,
    parent: Option<u64>,
    line: u32,
    started: SystemTime,
    /// How it came to rest, if it is known.
    rest: Option<&'static str>,
}

impl RunSpan {
    /// A step begins.
    pub(crate) fn step(&self, kind: StepKind, line: u32) -> StepSpan {
        StepSpan(self.0.as_ref().map(|open| {
            let exporter = Arc::clone(&open.exporter);
            let (run, parent, started) = (open.run, open.id, SystemTime::now());
            Box::new(OpenStep { exporter, run, id: random(), parent, kind, line, started })
        }))
    }

    /// The run rests here. Without it, the span says that nobody knows.
    pub(crate) fn rests(&mut self, phase: &Phase) {
        if let Some(open) = &mut self.0 {
            open.rest = match phase {
                Phase::Ready | Phase::Begun => None,
                Phase::Waiting { .. } => Some("waiting"),
                Phase::Asked { .. } => Some("asked"),
                Phase::Parked { .. } => Some("parked"),
                Phase::Ended(Ended::Completed) => Some("completed"),
                Phase::Ended(Ended::Failed { .. }) => Some(FAILED),
            };
        }
    }
}

impl Drop for RunSpan {
    fn drop(&mut self) {
        if let Some(open) = self.0.take() {
            let OpenRun { exporter, run, id, parent, line, started, rest } = *open;
            let what = What::Run { rest };
            exporter.send(Span { run, id, parent, line, started, ended: SystemTime::now(), what });
        }
    }
}

/// A step that is being carried out. Dropped without an end, it is not told of.
#[derive(Debug)]
pub(crate) struct StepSpan(Option<Box<OpenStep>>);

#[derive(Debug)]
struct OpenStep {
    exporter: Arc<Exporter>,
    run: RunId,
    id: u64,
    parent: u64,
    kind: StepKind,
    line: u32,
    started: SystemTime,
}

impl StepSpan {
    /// The header `traceparent` of what the step asks others to do (W3C Trace Context, version 00), sampled; `None` if
    /// it is not traced.
    pub(crate) fn traceparent(&self) -> Option<String> {
        self.0.as_ref().map(|open| format!("00-{}-{:016x}-01", trace_id(open.run), open.id))
    }

    /// The step is over. `status` is the HTTP status that came back with it, if it is known.
    pub(crate) fn end(self, outcome: StepOutcome, status: Option<u16>) {
        if let Some(open) = self.0 {
            let OpenStep { exporter, run, id, parent, kind, line, started } = *open;
            let what = What::Step { kind, outcome, status };
            exporter.send(Span { run, id, parent: Some(parent), line, started, ended: SystemTime::now(), what });
        }
    }
}

/// What is over and to be told.
#[derive(Debug)]
struct Span {
    run: RunId,
    id: u64,
    parent: Option<u64>,
    line: u32,
    started: SystemTime,
    ended: SystemTime,
    what: What,
}

#[derive(Debug)]
enum What {
    Run { rest: Option<&'static str> },
    Step { kind: StepKind, outcome: StepOutcome, status: Option<u16> },
}

/// The run's id in hexadecimal digits: 16 bytes of which the last seven are random, as W3C Trace Context wishes for.
fn trace_id(run: RunId) -> String {
    format!("{:032x}", run.as_u128())
}

/// The id of a run's first span: the half of its id that is random, and never zero.
fn root(run: RunId) -> u64 {
    u64::try_from(run.as_u128() & u128::from(u64::MAX)).unwrap_or(1)
}

/// An id that no other span of the trace has; zero would mean none.
fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without random bytes spans of one trace may share an id: the trace is harder to read, and nothing else.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_ne_bytes(bytes).max(1)
}

#[cfg(test)]
mod tests;
