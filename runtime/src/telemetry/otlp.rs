//! Spans as OTLP/HTTP has them in JSON.
//!
//! "OTLP Specification" 1.x, "JSON Protobuf Encoding": ids are hexadecimal, enums are numbers, 64-bit integers are strings.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{FAILED, Span, What, trace_id};
use crate::metrics::{StepKind, StepOutcome};

/// `SpanKind`: work within the program.
const INTERNAL: u8 = 1;
/// `SpanKind`: somebody else is asked and answers.
const CLIENT: u8 = 3;
/// `SpanKind`: somebody else is given a message.
const PRODUCER: u8 = 4;
/// `SpanKind`: a message is dealt with.
const CONSUMER: u8 = 5;

/// `StatusCode`
const ERROR: u8 = 2;

/// The trace flag "sampled".
const SAMPLED: u32 = 1;

/// An `ExportTraceServiceRequest`.
pub(super) fn request(resource: &[(String, String)], spans: &[Span]) -> Value {
    let attributes: Vec<Value> = resource.iter().map(|(key, value)| text(key, value)).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": attributes },
            "scopeSpans": [{
                "scope": { "name": "flowc", "version": env!("CARGO_PKG_VERSION") },
                "spans": spans.iter().map(span).collect::<Vec<_>>(),
            }],
        }],
    })
}

fn span(span: &Span) -> Value {
    let mut attributes = vec![text("flow.run", &span.run.to_string()), number("flow.line", span.line.into())];
    let (name, kind, error) = match &span.what {
        What::Run { rest } => {
            attributes.push(text("flow.outcome", rest.unwrap_or("unknown")));
            ("run".to_owned(), CONSUMER, rest.filter(|rest| *rest == FAILED))
        }
        What::Step { kind, outcome, status } => {
            attributes.push(text("flow.step", kind.as_str()));
            attributes.push(text("flow.outcome", outcome.as_str()));
            if let Some(status) = status {
                attributes.push(number("http.response.status_code", (*status).into()));
            }
            let span_kind = match kind {
                StepKind::Call | StepKind::Bot => CLIENT,
                StepKind::Sms | StepKind::Ask => PRODUCER,
                StepKind::Reply | StepKind::Wait => INTERNAL,
            };
            let name = format!("{} (line {})", kind.as_str(), span.line);
            (name, span_kind, (*outcome != StepOutcome::Ok).then(|| outcome.as_str()))
        }
    };
    let mut value = json!({
        "traceId": trace_id(span.run),
        "spanId": format!("{:016x}", span.id),
        "flags": SAMPLED,
        "name": name,
        "kind": kind,
        "startTimeUnixNano": nanoseconds(span.started),
        // The clock may have been set back in between.
        "endTimeUnixNano": nanoseconds(span.ended.max(span.started)),
        "attributes": attributes,
    });
    if let Value::Object(members) = &mut value {
        if let Some(parent) = span.parent {
            members.insert("parentSpanId".to_owned(), format!("{parent:016x}").into());
        }
        if let Some(error) = error {
            members.insert("status".to_owned(), json!({ "code": ERROR, "message": error }));
        }
    }
    value
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: i64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

fn nanoseconds(time: SystemTime) -> String {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string()
}
