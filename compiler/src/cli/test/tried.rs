//! The tests of one flow, played.

use std::path::Path;
use std::time::Duration;

use super::super::console::Console;
use super::super::run::build;
use crate::driver::{Error, Stage};
use crate::source::SourceFile;
use crate::suite::{Failure, Play, Report, Suite, judge};

/// A flow whose tests were played.
pub(crate) struct Tried {
    /// Its text.
    pub(crate) file: SourceFile,
    /// The flow, and its tests that were not filtered out.
    pub(crate) suite: Suite,
    /// What came of them, in their order.
    pub(crate) verdicts: Vec<Verdict>,
    /// How long all of them took together.
    pub(crate) time: Duration,
}

/// What came of a test.
pub(crate) struct Verdict {
    /// What was played.
    pub(crate) play: Play,
    /// What the flow did.
    pub(crate) report: Report,
    /// Why it fails; `None`: it passes.
    pub(crate) failure: Option<Failure>,
    /// How long it took.
    pub(crate) time: Duration,
}

impl Tried {
    /// How many tests failed.
    pub(crate) fn failed(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.failure.is_some()).count()
    }
}

/// Builds the binary of a flow's tests and plays them; a flow without tests is not built.
pub(crate) fn tried(console: &Console<'_>, path: &Path, file: SourceFile, suite: Suite) -> Result<Tried, Error> {
    let system = console.system;
    if suite.plays.is_empty() {
        return Ok(Tried { file, suite, verdicts: Vec::new(), time: Duration::ZERO });
    }
    let binary = build(console, path, &crate::emit_for_tests(&suite.graph), None)?;
    let began = system.now();
    let mut stage = Stage::open(system, &binary)?;
    let mut verdicts = Vec::new();
    for play in &suite.plays {
        let mut play = play.clone();
        let began = system.now();
        let report = play.perform(&mut |script| stage.play(script))?;
        let failure = judge(&suite.graph, &play, &report);
        verdicts.push(Verdict { play, report, failure, time: system.now() - began });
    }
    Ok(Tried { file, suite, verdicts, time: system.now() - began })
}
