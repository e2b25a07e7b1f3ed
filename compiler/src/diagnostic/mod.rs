//! What the compiler tells people: one value for every mistake, whatever draws it.

mod code;
pub mod codes;
mod columns;
mod excerpt;
pub mod json;
pub mod reference;
pub mod render;
pub mod sarif;
pub mod short;

use crate::source::Span;
pub use codes::{Code, Severity};

/// One mistake, or one doubt, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule it comes from.
    pub code: Code,
    /// One sentence in the user's words, with no full stop.
    pub message: String,
    /// Where it is.
    pub span: Span,
    /// What stands at `span`, in a few words; drawn beside the code.
    pub label: String,
    /// Places elsewhere in the file that explain it.
    pub labels: Vec<Label>,
    /// How to mend it.
    pub help: Option<String>,
    /// An edit that mends it, where a machine may make it.
    pub fix: Option<Fix>,
}

/// A second place, and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, in a few words.
    pub text: String,
}

/// Replaces the text of a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// What takes its place.
    pub replacement: String,
}

impl Diagnostic {
    /// A diagnostic of this code; `label` says what stands at `span`.
    pub fn new(code: Code, span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, label: label.into(), labels: Vec::new(), help: None, fix: None }
    }

    /// Points at a second place.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Gives the edit that mends it.
    #[must_use]
    pub fn with_fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Whether it keeps the flow from being built.
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }
}
