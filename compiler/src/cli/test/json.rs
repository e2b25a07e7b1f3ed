//! What came of tests, for programs: a JSON object for each, on a line of its own.

use serde_json::{Value, json};

use super::tried::{Tried, Verdict};
use crate::source::LineIndex;
use crate::suite::story;
use crate::suite::{Difference, Failure};

/// The tests of a flow.
pub(super) fn lines(tried: &Tried) -> String {
    let index = LineIndex::new(&tried.file.text);
    let line = |verdict: &Verdict| {
        let failure = verdict.failure.as_ref().map(|failure| self::failure(tried, verdict, failure, &index));
        let object = json!({
            "file": tried.file.name,
            "line": index.line(verdict.play.span.start),
            "test": verdict.play.name,
            "passed": failure.is_none(),
            "ms": verdict.time.as_secs_f64() * 1_000.0,
            "failure": failure,
        });
        format!("{object}\n")
    };
    tried.verdicts.iter().map(line).collect()
}

fn failure(tried: &Tried, verdict: &Verdict, failure: &Failure, index: &LineIndex) -> Value {
    let moments = story::story(&tried.file, &tried.suite.graph, &verdict.play, &verdict.report, failure.scene);
    let moments = moments.iter().map(|moment| json!({ "line": moment.line, "ms": moment.ms, "text": moment.text }));
    json!({
        "message": failure.message,
        "line": index.line(failure.span.start),
        "step": failure.step.as_ref().map(|(span, _)| index.line(span.start)),
        "differences": failure.differences.iter().map(difference).collect::<Vec<_>>(),
        "help": failure.help,
        "add": failure.line,
        "story": moments.collect::<Vec<_>>(),
    })
}

fn difference(difference: &Difference) -> Value {
    json!({ "part": difference.part, "expected": difference.expected.text(), "found": difference.found })
}
