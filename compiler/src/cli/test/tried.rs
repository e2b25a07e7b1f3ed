//! The tests of one flow, played.

use std::path::Path;
use std::time::Duration;

use super::super::console::Console;
use super::super::run::build;
use crate::driver::{Error, Stage};
use crate::source::SourceFile;
use crate::suite::{Failure, Play, Report, Suite, judge};

/// A flow whose tests were played.
pub(in crate::cli) struct Tried {
    /// Its text.
    pub(in crate::cli) file: SourceFile,
    /// The flow, and its tests that were not filtered out.
    pub(in crate::cli) suite: Suite,
    /// What came of them, in their order.
    pub(in crate::cli) verdicts: Vec<Verdict>,
    /// How long all of them took together.
    pub(in crate::cli) time: Duration,
}

/// What came of a test.
pub(in crate::cli) struct Verdict {
    /// What was played.
    pub(in crate::cli) play: Play,
    /// What the flow did.
    pub(in crate::cli) report: Report,
    /// Why it fails; `None`: it passes.
    pub(in crate::cli) failure: Option<Failure>,
    /// How long it took.
    pub(in crate::cli) time: Duration,
}

impl Tried {
    /// How many tests failed.
    pub(in crate::cli) fn failed(&self) -> usize {
        self.verdicts.iter().filter(|verdict| verdict.failure.is_some()).count()
    }
}

/// Builds the binary of a flow's tests and plays them; a flow without tests is not built.
pub(in crate::cli) fn tried(
    console: &Console<'_>,
    path: &Path,
    file: SourceFile,
    suite: Suite,
) -> Result<Tried, Error> {
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
