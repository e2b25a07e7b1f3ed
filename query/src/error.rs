//! What is wrong with a query or a pattern.

use std::fmt;
use std::ops::Range;

/// A text that is no query or no pattern: where, why, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Bytes of the text, between characters; empty where something is missing.
    pub span: Range<usize>,
    /// One sentence in lower case without a full stop: ``expected `]` ``.
    pub message: String,
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

impl ParseError {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseError {}
