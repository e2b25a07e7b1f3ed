//! Words that have no room on one line: broken at their brackets, at `and` and `or`, or into the parts of a clause.

use super::writer::{Blank, INDENT, Writer};

impl Writer<'_> {
    /// Writes the tokens up to `end`. Without room for all, brackets that have none are broken, so that what is in them is
    /// indented deeper than `base`.
    pub(super) fn words(&mut self, end: usize, base: usize) {
        while self.next < end && !self.has_room(end) {
            let this = self.next;
            match self.closed_by(this).filter(|close| *close < end) {
                Some(close) if self.has_room(self.behind(close, end)) => self.to(close + 1),
                Some(close) if self.is_worth_breaking(this, close) => self.bracket(close, base),
                _ => self.to(this + 1),
            }
        }
        self.to(end);
    }

    /// As `words`, and an expression among them is broken before its operators: before `and` and `or` if it has any, else
    /// before those of arithmetic.
    pub(super) fn expression(&mut self, end: usize, indent: usize, base: usize) {
        if !self.has_room(end) {
            // What stands close behind a sign is its operand.
            let is_of_arithmetic =
                |at: &usize| matches!(self.text(*at), "+" | "-" | "*" | "/" | "??") && !self.is_close(*at + 1);
            let mut operators: Vec<usize> =
                self.outside_brackets(self.next, end).filter(|at| matches!(self.text(*at), "and" | "or")).collect();
            if operators.is_empty() {
                operators = self.outside_brackets(self.next, end).filter(is_of_arithmetic).collect();
            }
            for operator in operators {
                self.words(operator, base);
                self.line(indent, Blank::Drop);
            }
        }
        self.words(end, base);
    }

    /// Writes the tokens up to `end`; without room for all, each of these begins a line.
    pub(super) fn parts(&mut self, starts: &[usize], end: usize, indent: usize) {
        if !self.has_room(end) {
            for start in starts {
                self.words(*start, indent);
                self.line(indent, Blank::Drop);
            }
        }
        self.words(end, indent);
    }

    /// Parentheses around one thing are not.
    fn is_worth_breaking(&self, open: usize, close: usize) -> bool {
        self.text(open) != "(" || self.outside_brackets(open + 1, close).any(|at| self.text(at) == ",")
    }

    /// The token behind a closing bracket and what stands close to that: a comma, another bracket.
    fn behind(&self, close: usize, end: usize) -> usize {
        (close + 1..end).find(|at| !self.is_close(*at)).unwrap_or(end)
    }

    fn bracket(&mut self, close: usize, base: usize) {
        let is_angle = self.text(self.next) == "<";
        // `< a = b,` has its first variable on its line, and the others below that.
        let base = if is_angle { self.next_column() } else { base };
        let indent = base + INDENT;
        self.to(self.next + 1);
        let first = self.next;
        while self.next < close {
            let comma = self.outside_brackets(self.next, close).find(|at| self.text(*at) == ",");
            let end = comma.map_or(close, |comma| comma + 1);
            if !is_angle || self.next > first || self.is_commented(first) {
                self.line(indent, Blank::Drop);
            }
            self.words(end, indent);
        }
        if !is_angle || self.is_commented(close) {
            self.closing_line(base);
        }
        self.to(close + 1);
    }
}
