//! Strings that are read by a language of their own: JSONPath, regular expressions. `$` and `\` are theirs; only `\"`
//! stands for a quote.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use flow_query::ParseError;
use std::ops::Range;

/// The text between the quotes.
pub(super) struct Raw {
    pub(super) text: String,
    /// With the quotes.
    pub(super) span: Span,
    /// Offsets in the file where a backslash was left out before a quote, less those left out before.
    skipped: Vec<usize>,
}

impl Raw {
    /// A range of the text as a place in the file.
    pub(super) fn place(&self, range: Range<usize>) -> Span {
        let shift = |at: usize| at + self.skipped.iter().filter(|skipped| **skipped < at).count();
        let start = self.span.start as usize + 1;
        let (from, to) = (shift(range.start), shift(range.end.max(range.start)));
        let inside = Span::new(start + from, start + to);
        // What is missing at the end is shown at the closing quote.
        if inside.start == inside.end { Span { start: inside.start, end: inside.end + 1 } } else { inside }
    }
}

impl Lower {
    /// Reads a string raw.
    pub(super) fn raw(&mut self, pair: &Pair<'_>) -> Raw {
        let span = self.span(pair);
        let written = pair.as_str();
        let inside = written.strip_prefix('"').unwrap_or(written);
        let inside = match inside.strip_suffix('"').filter(|_| written.len() > 1) {
            Some(inside) => inside,
            None => {
                self.unclosed_string(span);
                inside
            }
        };
        let mut raw = Raw { text: String::with_capacity(inside.len()), span, skipped: Vec::new() };
        let mut rest = inside.chars().peekable();
        while let Some(character) = rest.next() {
            match (character, rest.peek()) {
                ('\\', Some('"')) => raw.skipped.push(raw.text.len()),
                ('\\', Some(escaped)) => {
                    raw.text.push('\\');
                    raw.text.push(*escaped);
                    rest.next();
                }
                _ => raw.text.push(character),
            }
        }
        raw
    }

    /// Tells a mistake in a raw string, at its own column.
    pub(super) fn raw_mistake(&mut self, code: Code, raw: &Raw, error: ParseError, label: &str) {
        let diagnostic = Diagnostic::new(code, raw.place(error.span), error.message, label);
        self.report(match error.help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_the_backslashes_that_were_left_out() {
        // "a\"b" begins at 10: the text is a"b.
        let raw = Raw { text: "a\"b".to_owned(), span: Span::new(10, 16), skipped: vec![1] };
        assert_eq!(raw.place(0..1), Span::new(11, 12));
        assert_eq!(raw.place(2..3), Span::new(14, 15));
        assert_eq!(raw.place(3..3), Span::new(15, 16));
    }
}
