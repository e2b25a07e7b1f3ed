//! The lines of tests.

use super::writer::{Blank, INDENT, Writer};
use crate::source::Span;
use crate::syntax::ast::{Test, TestStepKind};

impl Writer<'_> {
    pub(super) fn test(&mut self, test: &Test, end: usize) {
        for (at, line) in test.steps.iter().enumerate() {
            let start = self.index(line.span.start);
            let end = test.steps.get(at + 1).map_or(end, |next| self.index(next.span.start));
            self.words(start, 0);
            self.line(INDENT, if at > 0 { Blank::Keep } else { Blank::Drop });
            let column = self.test_word(start);
            match &line.kind {
                TestStepKind::Given(given) => self.given(given.url.span, end, column),
                TestStepKind::GivenBot(given) => self.given(given.bot.span, end, column),
                TestStepKind::WhenSms(_) | TestStepKind::ThenSms(_) => self.message(end, column + INDENT),
                TestStepKind::ThenCall(call) => {
                    let starts = self.clause_starts(&call.clauses);
                    self.clauses(&starts, end, column + INDENT);
                }
                _ => self.words(end, INDENT),
            }
        }
        self.words(end, 0);
    }

    /// Writes a `given`; `asked` is what is answered. One answer may be broken at its braces; several stand below each other.
    fn given(&mut self, asked: Span, end: usize, column: usize) {
        let arrow = self.index(asked.end);
        let commas: Vec<usize> =
            self.outside_brackets(arrow, end).filter(|at| self.text(*at) == ",").map(|comma| comma + 1).collect();
        let brace = self.outside_brackets(arrow, end).find(|at| self.closed_by(*at).is_some());
        let is_block = commas.is_empty() && brace.is_some_and(|brace| self.has_room(brace + 1));
        if is_block || self.has_room(end) {
            return self.words(end, INDENT);
        }
        self.words(arrow, INDENT);
        self.line(column, Blank::Drop);
        self.to(arrow + 1);
        for comma in commas {
            self.words(comma, column + 3);
            self.line(column + 3, Blank::Drop);
        }
        self.words(end, column + 3);
    }

    /// Writes `given`, `when` or `then` to the width of the longest, and what follows in the column that is given back.
    fn test_word(&mut self, start: usize) -> usize {
        self.to(start + 1);
        self.pad("given".len().saturating_sub(self.text(start).len()));
        INDENT + "given ".len()
    }
}
