//! What programs read of runs: one JSON object a line.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::clock::Time;
use crate::engine::journal::{Detail, Done, Summary};
use crate::logging::{Masked, masked, rfc3339};
use crate::run_id::RunId;
use crate::value::Phone;

/// A line for each run.
pub(super) fn list(runs: &[Summary], reveal: bool) -> String {
    runs.iter().map(|run| line(summary(run, reveal))).collect()
}

/// One line with all of a run; its state only if it may be seen.
pub(super) fn show(run: &Detail, reveal: bool) -> String {
    let mut members = summary(&run.summary, reveal);
    members.insert("steps".to_owned(), run.steps.into());
    let state = run.state.as_deref().filter(|_| reveal);
    // What is no JSON is shown as it is, rather than not at all.
    let state = state.map(|state| serde_json::from_str(state).unwrap_or_else(|_| Value::from(state)));
    members.insert("state".to_owned(), state.unwrap_or(Value::Null));
    members.insert("history".to_owned(), run.history.iter().map(done).collect());
    line(members)
}

/// `{"id": …, "done": "cancelled"}`
pub(super) fn changed(id: RunId, done: &str) -> String {
    format!("{}\n", json!({ "id": id, "done": done }))
}

/// `{"erased": 3}`
pub(super) fn erased(runs: u64) -> String {
    format!("{}\n", json!({ "erased": runs }))
}

fn summary(run: &Summary, reveal: bool) -> Map<String, Value> {
    let number = |phone: &Phone| if reveal { phone.to_string() } else { Masked(phone).to_string() };
    let members = [
        ("id", json!(run.id)),
        ("status", json!(run.status)),
        ("accepted", utc(run.accepted).into()),
        ("changed", utc(run.changed).into()),
        ("person", run.person.as_ref().map(number).into()),
        ("own", run.own.as_ref().map(number).into()),
        ("trigger", run.trigger.into()),
        ("line", run.line.into()),
        ("note", run.note.as_deref().map(|note| if reveal { note.to_owned() } else { masked(note) }).into()),
        ("until", run.until.map(utc).into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn done(done: &Done) -> Value {
    json!({
        "at": utc(done.at), "line": done.line, "step": done.step, "outcome": done.outcome, "ms": done.ms
    })
}

fn line(members: Map<String, Value>) -> String {
    format!("{}\n", Value::Object(members))
}

/// RFC 3339, to the second: `2026-11-22T15:08:28Z`.
pub(super) fn utc(time: Time) -> String {
    let seconds = u64::try_from(time.0).unwrap_or_default() / 1_000;
    let text = rfc3339(UNIX_EPOCH + Duration::from_secs(seconds));
    text.replace(".000000Z", "Z")
}
