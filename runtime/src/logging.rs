//! Structured logs on standard error.
//!
//! What is logged: run ids, lines of the flow, outcomes, times. What is not: secrets, texts of
//! messages, header values, paths and queries of URLs; telephone numbers show their last four
//! digits alone.

use std::fmt;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::value::Phone;

/// Sends events of this crate to standard error, one JSON object a line.
///
/// Other crates are silent: what they would log is not ours to vouch for.
pub(crate) fn start(level: LevelFilter) {
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_target(false)
        .with_writer(std::io::stderr);
    // A second subscriber in one process is refused; then the first one stays.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(Targets::new().with_target(env!("CARGO_CRATE_NAME"), level))
        .try_init();
}

/// A telephone number as logs show it: `********3456`.
pub(crate) struct Masked<'a>(pub(crate) &'a Phone);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.0.as_str().len().saturating_sub(4);
        for (index, character) in self.0.as_str().chars().enumerate() {
            fmt::Write::write_char(f, if index < hidden { '*' } else { character })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_show_their_last_digits_alone() {
        assert_eq!(
            Masked(&Phone::literal("+15550123456")).to_string(),
            "********3456"
        );
        assert_eq!(Masked(&Phone::literal("911")).to_string(), "911");
    }
}
