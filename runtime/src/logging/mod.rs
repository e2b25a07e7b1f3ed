//! Structured logs on standard error.
//!
//! What is logged: run ids, lines of the flow, outcomes, times. What is not: secrets, texts of
//! messages, header values, paths and queries of URLs; telephone numbers show their last four
//! digits alone.

mod timestamp;

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::time::SystemTime;

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

pub(crate) use self::timestamp::rfc3339;
use crate::value::Phone;

/// Sends events of this crate to standard error, one JSON object a line.
pub(crate) fn start(level: LevelFilter) {
    // A second subscriber in one process is refused; then the first one stays.
    let _ = tracing::subscriber::set_global_default(JsonLines { level });
}

/// All that this runtime needs of tracing-subscriber: events without spans, one format. The whole
/// of it would be among the dearest crates of a user's first build.
struct JsonLines {
    level: LevelFilter,
}

impl Subscriber for JsonLines {
    /// Other crates are silent: what they would log is not ours to vouch for.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level && metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        let (time, level) = (rfc3339(SystemTime::now()), event.metadata().level());
        let mut line = Line(format!(r#"{{"time":"{time}","level":"{level}""#));
        event.record(&mut line);
        line.0.push_str("}\n");
        // One write a line, so that lines stay whole; nobody is left to be told of a failure.
        let _ = std::io::stderr().write_all(line.0.as_bytes());
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The text of a JSON object that is still open: an event has no two fields of one name, so they are written as they come.
struct Line(String);

impl Line {
    fn write(&mut self, field: &Field, value: impl fmt::Display) {
        // Names are Rust's or our own, and need no escapes; writing to a `String` cannot fail.
        let _ = write!(self.0, r#","{}":{value}"#, field.name());
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.write(field, Value::from(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.write(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.write(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.write(field, value);
    }
}

/// A telephone number as logs show it: `********3456`.
pub(crate) struct Masked<'a>(pub(crate) &'a Phone);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.0.as_str();
        let hidden = number.len().saturating_sub(4);
        write!(f, "{:*<hidden$}{}", "", number.get(hidden..).unwrap_or_default())
    }
}

/// A text as logs show it: every telephone number in it masked, since carriers and upstreams like
/// to quote the number that they refuse.
pub(crate) fn masked(text: &str) -> String {
    let mut pieces = text.split('+');
    let mut shown = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let hidden = if digits < 7 { 0 } else { digits - 4 };
        let rest = piece.get(hidden..).unwrap_or_default();
        shown.push_str(&format!("+{:*<hidden$}{rest}", ""));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_show_their_last_digits_alone() {
        assert_eq!(Masked(&Phone::literal("+15550123456")).to_string(), "********3456");
        assert_eq!(Masked(&Phone::literal("911")).to_string(), "911");
    }

    #[test]
    fn quoted_numbers_are_masked() {
        assert_eq!(masked("'To' +15550123456 is bad, 1+1"), "'To' +*******3456 is bad, 1+1");
        assert_eq!(masked("nothing"), "nothing");
    }
}
