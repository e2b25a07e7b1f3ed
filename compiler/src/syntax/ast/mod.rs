//! The tree of a flow file: what was written, with the place of every part.
//!
//! The tree is always whole. Where the text was not understood there stands `Bad`, which later phases pass over in
//! silence, because the mistake has been told.

mod bot;
mod call;
mod expr;
mod item;
mod step;
mod test;

use crate::source::Span;
pub use bot::*;
pub use call::*;
pub use expr::*;
pub use item::*;
pub use step::*;
pub use test::*;

/// A flow file.
#[derive(Debug, Default)]
pub struct File {
    /// `flow "Weather Forecast"`
    pub name: Option<Text>,
    /// `timezone "America/New_York"`
    pub timezone: Option<Text>,
    /// `secret NAME`
    pub secrets: Vec<Name>,
    /// `const NAME = value`
    pub consts: Vec<Const>,
    /// `service NAME "https://…" …`
    pub services: Vec<Service>,
    /// `lex NAME …`, `watson NAME …`
    pub bots: Vec<Bot>,
    /// `on …`
    pub triggers: Vec<Trigger>,
    /// `path …`
    pub paths: Vec<PathItem>,
    /// `test "…" …`
    pub tests: Vec<Test>,
    /// What misspelt items would have declared: it is not missed.
    pub lost_names: Vec<String>,
    /// How many expressions the file holds: each [`ExprId`] is less than this.
    pub expr_count: usize,
}

/// A name where it is declared or used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As it was written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A string without variables, such as a flow's name, or such a part of a string.
#[derive(Clone, Debug)]
pub struct Text {
    /// Its value, escapes resolved.
    pub value: String,
    /// With the quotes, if it is a whole string.
    pub span: Span,
}

impl Text {
    /// A range of a whole string's value as a place in the file; right as long as it has no escapes.
    pub fn inside(&self, range: std::ops::Range<usize>) -> Span {
        let start = self.span.start as usize + 1;
        let end = (self.span.end as usize).saturating_sub(1).max(start);
        let place = Span::new((start + range.start).min(end), (start + range.end).min(end));
        // What is missing is shown at the place behind it.
        if place.start == place.end { Span { start: place.start, end: place.end + 1 } } else { place }
    }
}

/// A regular expression, already found to be one.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As the regular expression engine reads it.
    pub text: String,
    /// With the quotes.
    pub span: Span,
}

/// A length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duration {
    /// How long.
    pub seconds: u32,
    /// Where it is written: `10s`.
    pub span: Span,
}
