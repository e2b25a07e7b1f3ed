//! The words of a step, without its ways on.

use super::writer::{Blank, Writer};
use crate::syntax::ast::{Call, Clause, OAUTH_WORDS, Step, StepKind};

impl Writer<'_> {
    /// The token behind a step's own words.
    pub(super) fn end_of_words(&self, step: &Step) -> usize {
        let end = self.index(step.span.end);
        let StepKind::Call(call) = &step.kind else { return end };
        let clauses = call.clauses.last().map_or(end, |clause| self.index(clause.span.end));
        let bindings = call.bindings.last().map_or(end, |binding| {
            let behind = self.index(binding.query_span.end);
            (behind..).find(|at| !matches!(self.text(*at), "," | ">")).unwrap_or(behind)
        });
        end.max(clauses).max(bindings)
    }

    /// Writes the words of a step that begins in this column; those that have no room begin lines in the column `indent`.
    pub(super) fn step_words(&mut self, step: &Step, column: usize, indent: usize) {
        let end = self.end_of_words(step);
        match &step.kind {
            StepKind::Call(call) => {
                let starts = self.call_parts(call);
                self.clauses(&starts, end, indent);
            }
            StepKind::Sms(_) => self.message(end, indent),
            StepKind::Ask(ask) => {
                let text = ask.text.as_ref().map_or(self.next, |text| self.index(text.span.end));
                let words = |at: &usize| matches!(self.text(*at), "to" | "from" | "within" | "retry" | "<");
                let starts: Vec<usize> = self.outside_brackets(text, end).filter(words).collect();
                self.parts(&starts, end, indent);
            }
            StepKind::Talk(talk) => {
                let words = self.index(talk.words.span.end);
                let starts: Vec<usize> =
                    self.outside_brackets(words, end).filter(|at| matches!(self.text(*at), "within" | "<")).collect();
                self.parts(&starts, end, indent);
            }
            StepKind::Set(_) => self.expression(end, indent, column),
            _ => self.words(end, column),
        }
    }

    /// Writes a message; without room for all, each of its media begins a line.
    pub(super) fn message(&mut self, end: usize, indent: usize) {
        let starts: Vec<usize> = self.outside_brackets(self.next, end).filter(|at| self.text(*at) == "media").collect();
        self.parts(&starts, end, indent);
    }

    /// Where the clauses of a call and its response variables begin.
    fn call_parts(&self, call: &Call) -> Vec<usize> {
        let names = call.bindings.iter().map(|binding| self.index(binding.field.name.span.start));
        let mut starts: Vec<usize> =
            names.filter_map(|name| name.checked_sub(1)).filter(|angle| self.text(*angle) == "<").collect();
        starts.extend(self.clause_starts(&call.clauses));
        starts.sort_unstable();
        starts
    }

    pub(super) fn clause_starts(&self, clauses: &[Clause]) -> Vec<usize> {
        clauses.iter().map(|clause| self.index(clause.span.start)).collect()
    }

    /// Writes the tokens up to `end`; without room for all, each of these clauses begins a line.
    pub(super) fn clauses(&mut self, starts: &[usize], end: usize, indent: usize) {
        if self.has_room(end) {
            return self.to(end);
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        self.words(starts.first().copied().unwrap_or(end), indent);
        for (start, end) in starts.iter().zip(ends) {
            self.line(indent, Blank::Drop);
            self.clause(*start, end, indent);
        }
    }

    pub(super) fn clause(&mut self, start: usize, end: usize, indent: usize) {
        if self.text(start) != "oauth" {
            return self.words(end, indent);
        }
        let is_part = |at: &usize| OAUTH_WORDS.contains(&self.text(*at));
        // The first one stands behind `oauth`, the others below it.
        let starts: Vec<usize> = self.outside_brackets(start, end).filter(is_part).skip(1).collect();
        self.parts(&starts, end, indent + "oauth ".len());
    }
}
