//! What the binary's log tells of the flow: one JSON object a line (`docs/running.md`, "Logs").

use serde_json::Value;

use super::clock;

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// When, in seconds since 1970.
    pub(super) at: Option<i64>,
    /// The run that it is told of.
    pub(super) run: Option<String>,
    /// The line of the flow file; 0 if none is named.
    pub(super) line: usize,
    /// What.
    pub(super) what: What,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A run began, or an answer to its question came.
    Accepted {
        /// The person's number with stars for all but its last four digits, where a run begins with one.
        person: Option<String>,
    },
    /// A step was carried out, or an attempt at one failed.
    Step(Step),
    /// It rests until a moment, or until the person's reply comes.
    Waits {
        /// When it goes on without one.
        until: Option<i64>,
        /// Whether it is a question that waits.
        for_reply: bool,
    },
    /// It ended well, after so many milliseconds.
    Completed(u64),
    /// It ended because of something that the flow does not provide for.
    Failed {
        /// What sort of failure: `timeout`, `fault`.
        kind: String,
        /// Why.
        reason: String,
    },
    /// Something that is no step, in words.
    Note {
        /// A sentence.
        text: String,
        /// Whether it is a warning or an error.
        is_bad: bool,
    },
}

/// A step's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// `call`, `sms`, `ask`, `reply`.
    pub(super) word: String,
    /// What came of it.
    pub(super) outcome: Outcome,
    /// How long it took.
    pub(super) milliseconds: Option<u64>,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Ok,
    /// It was not, with the kind of failure and the reason.
    Failed(String),
    /// An attempt failed, and another one follows.
    Again(String),
    /// A reply came that is not what was asked for.
    NotUnderstood,
}

/// Reads a line of the log; `None` for what says nothing about the flow.
pub(super) fn read(line: &str) -> Option<Told> {
    let Ok(Value::Object(members)) = serde_json::from_str::<Value>(line) else {
        // What is no JSON is a panic or a foreign library: it is shown as it is.
        let text = line.trim().to_owned();
        return (!text.is_empty()).then_some(Told {
            at: None,
            run: None,
            line: 0,
            what: What::Note { text, is_bad: true },
        });
    };
    let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| members.get(name).and_then(Value::as_u64);
    let message = text("message").unwrap_or_default();
    let is_bad = matches!(text("level").as_deref(), Some("WARN" | "ERROR"));
    let until = || text("until").as_deref().and_then(clock::moment);
    let what = match message.as_str() {
        "run accepted" => What::Accepted { person: text("person") },
        "reply accepted" => What::Accepted { person: None },
        "step" => What::Step(Step {
            word: text("step").unwrap_or_default(),
            outcome: match text("outcome").as_deref() {
                Some("ok") => Outcome::Ok,
                Some("again") => Outcome::Again(failure(&text, number("attempt"))),
                // The failure itself follows.
                Some("stands") => return None,
                Some("not understood") => Outcome::NotUnderstood,
                _ => Outcome::Failed(failure(&text, None)),
            },
            milliseconds: number("ms").filter(|_| text("outcome").as_deref() != Some("again")),
        }),
        "run waits" => What::Waits { until: until(), for_reply: false },
        "run waits for a reply" => What::Waits { until: until(), for_reply: true },
        "run ended" if text("outcome").as_deref() == Some("completed") => What::Completed(number("ms").unwrap_or(0)),
        "run ended" | "run not started" => What::Failed {
            kind: text("kind").or(text("outcome")).unwrap_or_default(),
            reason: text("reason").unwrap_or_default(),
        },
        _ if is_bad && !message.starts_with("the carrier is the simulator") => {
            let reason = text("reason").map(|reason| format!(": {reason}")).unwrap_or_default();
            What::Note { text: format!("{message}{reason}"), is_bad }
        }
        // What the answer to the text says, too.
        _ => return None,
    };
    let at = text("time").as_deref().and_then(clock::moment);
    let line = number("line").and_then(|line| usize::try_from(line).ok()).unwrap_or(0);
    Some(Told { at, run: text("run"), line, what })
}

fn failure(text: &impl Fn(&str) -> Option<String>, attempt: Option<u64>) -> String {
    let kind = text("kind").unwrap_or_default();
    let reason = text("reason").unwrap_or_default();
    match attempt {
        Some(attempt) => format!("attempt {attempt}, {kind}: {reason}"),
        None => format!("{kind}: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn what(line: &str) -> Option<What> {
        read(line).map(|told| told.what)
    }

    #[test]
    fn steps_and_ends_are_told() {
        let line = r#"{"time":"2026-11-22T15:41:44.3Z","level":"WARN","message":"step","run":"r","line":9,"step":"call","outcome":"fail","kind":"connect","blame":"upstream","retry":true,"reason":"crm could not be reached","ms":7}"#;
        let told = read(line).unwrap();
        assert_eq!((told.run.as_deref(), told.line, told.at), (Some("r"), 9, clock::moment("2026-11-22T15:41:44Z")));
        let outcome = Outcome::Failed("connect: crm could not be reached".into());
        assert_eq!(told.what, What::Step(Step { word: "call".into(), outcome, milliseconds: Some(7) }));
        let again =
            r#"{"message":"step","step":"call","outcome":"again","attempt":1,"kind":"status","reason":"503","ms":200}"#;
        assert!(
            matches!(what(again), Some(What::Step(Step { outcome: Outcome::Again(why), milliseconds: None, .. })) if why == "attempt 1, status: 503")
        );
        assert_eq!(what(r#"{"message":"run ended","outcome":"completed","ms":3}"#), Some(What::Completed(3)));
        let failed = r#"{"message":"run ended","outcome":"fault","reason":"1 / 0"}"#;
        assert_eq!(what(failed), Some(What::Failed { kind: "fault".into(), reason: "1 / 0".into() }));
        let waits = r#"{"message":"run waits for a reply","line":3,"until":"1970-01-01T00:01:00Z"}"#;
        assert_eq!(what(waits), Some(What::Waits { until: Some(60), for_reply: true }));
    }

    #[test]
    fn what_does_not_concern_the_flow_is_passed_by() {
        assert_eq!(
            what(r#"{"level":"WARN","message":"the carrier is the simulator: NOTHING REACHES A REAL PHONE"}"#),
            None
        );
        assert_eq!(what(r#"{"level":"INFO","message":"starting"}"#), None);
        assert_eq!(what(""), None);
        let note = |text: &str| Some(What::Note { text: text.to_owned(), is_bad: true });
        assert_eq!(
            what(r#"{"level":"ERROR","message":"the journal fails","reason":"full"}"#),
            note("the journal fails: full")
        );
        assert_eq!(what("thread panicked"), note("thread panicked"));
    }
}
