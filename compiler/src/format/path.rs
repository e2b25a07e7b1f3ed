//! Paths: rows of steps, and the ways on from a step.

use super::flat;
use super::writer::{Blank, INDENT, Writer};
use crate::source::Span;
use crate::syntax::ast::{Arm, If, Match, Path, Step, StepKind};
use std::ops::Range;

/// `-> `
const ARROW: usize = 3;

/// Where the steps of a path stand that has no room on the line of its head.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The first one behind the head, the others below it: heads are short.
    Hang,
    /// Below the head, and deeper.
    Below,
}

/// A way on from a step: its words, and where they lead to.
struct Way<'a> {
    /// The first token.
    start: usize,
    /// The arrow.
    arrow: usize,
    path: &'a Path,
    /// The token behind it, if all of it stands on one line.
    flat: Option<usize>,
}

impl Way<'_> {
    /// It has no words: the steps behind a step are its success.
    fn is_implied(&self) -> bool {
        self.start == self.arrow
    }
}

impl Writer<'_> {
    /// Writes the steps of a path, a line each, arrows in the column `indent`. `is_begun`: the first one stands on the line
    /// that has begun.
    pub(super) fn rows(&mut self, path: &Path, indent: usize, is_begun: bool) {
        for (at, step) in path.steps.iter().enumerate() {
            if at > 0 || !is_begun {
                self.line(indent, if at > 0 { Blank::Keep } else { Blank::Drop });
            }
            let start = self.index(step.span.start);
            let has_arrow = self.next < start;
            self.to(start);
            self.step(step, if has_arrow { indent + ARROW } else { indent }, has_arrow);
        }
    }

    /// Writes a step that begins in this column, and its ways on.
    fn step(&mut self, step: &Step, column: usize, has_arrow: bool) {
        if let Some(end) = self.flat_step(step, self.next).filter(|end| self.has_room(*end)) {
            return self.to(end);
        }
        // Without an arrow before it, what belongs to the step would look as if it stood beside it.
        let arms = if has_arrow { column } else { column + INDENT };
        match &step.kind {
            StepKind::If(branch) => self.branches(step, branch, column),
            StepKind::Match(_) | StepKind::Group(_) => self.block(step, column),
            _ => {
                self.step_words(step, column, arms + INDENT);
                let ways = flat::arms(step).into_iter().map(|arm| self.arm(arm)).collect();
                self.ways(ways, arms, Form::Hang);
            }
        }
    }

    fn arm<'a>(&self, arm: &'a Arm) -> Way<'a> {
        let start = self.index(arm.span.start);
        match arm.implied {
            true => self.way(start.saturating_sub(1), start.saturating_sub(1), &arm.path),
            false => self.way(start, self.index(arm.span.end), &arm.path),
        }
    }

    fn way<'a>(&self, start: usize, arrow: usize, path: &'a Path) -> Way<'a> {
        Way { start, arrow, path, flat: None }
    }

    /// Writes ways on, a line each. Arrows of neighbours are aligned where only lines that hold a whole way are padded.
    fn ways(&mut self, mut ways: Vec<Way<'_>>, indent: usize, form: Form) {
        ways.sort_by_key(|way| way.start);
        for way in &mut ways {
            way.flat = self.flat_way(way, indent, form);
        }
        let mut begun = 0;
        while let Some(first) = ways.get(begun) {
            let run = ways.iter().skip(begun).take_while(|way| way.flat.is_some() && !way.is_implied()).count();
            let column = if run > 0 { self.arrow_column(&ways, begun..begun + run, indent, form) } else { 0 };
            for way in ways.iter().skip(begun).take(run.max(1)) {
                self.line(indent, if begun == 0 && way.start == first.start { Blank::Drop } else { Blank::Keep });
                self.to(way.arrow);
                self.pad(column.saturating_sub(self.width(way.start, way.arrow).unwrap_or(column)));
                match way.flat {
                    Some(end) => self.to(end),
                    None if way.is_implied() => self.rows(way.path, indent, true),
                    None => drop(self.lead(way.path, indent, form)),
                }
            }
            begun += run.max(1);
        }
    }

    /// How wide the words before the arrows are made in a run of ways that each stand on their line; 0 for as they are.
    fn arrow_column(&self, ways: &[Way<'_>], run: Range<usize>, indent: usize, form: Form) -> usize {
        let width = |way: &Way<'_>| self.width(way.start, way.arrow).unwrap_or(0);
        let inside = ways.get(run.clone()).unwrap_or(&[]);
        let widest = inside.iter().map(width).max().unwrap_or(0);
        // A neighbour of several lines can be aligned with if it needs no spaces itself.
        let is_beside = |way: &&Way<'_>| !way.is_implied() && (form == Form::Hang || is_block(way.path));
        let neighbours = [run.start.checked_sub(1), Some(run.end)].into_iter().flatten();
        let neighbours = neighbours.filter_map(|at| ways.get(at)).filter(is_beside).map(width);
        let beside = neighbours.filter(|width| *width >= widest).max().unwrap_or(widest);
        let has_room = |way: &Way<'_>, column| {
            let fits = |width| way.flat.is_some_and(|end| self.fits(way.arrow, end, indent + width + 1));
            // A way that is too long as it is may be so.
            fits(column) || !fits(width(way))
        };
        [beside, widest].into_iter().find(|column| inside.iter().all(|way| has_room(way, *column))).unwrap_or(0)
    }

    fn flat_way(&self, way: &Way<'_>, indent: usize, form: Form) -> Option<usize> {
        // A success without its word is the row of steps that goes on.
        if way.is_implied() && way.path.steps.len() > 1 {
            return None;
        }
        let short = self.flat_path(way.path, way.start).filter(|end| self.fits(way.start, *end, indent));
        let long = || self.unbreakable(way.path).filter(|end| self.width(way.start, *end).is_some());
        short.or_else(|| if form == Form::Hang { long() } else { None })
    }

    /// Writes a path behind its head, which begins in the column `head`. False: it stands below the head.
    fn lead(&mut self, path: &Path, head: usize, form: Form) -> bool {
        let column = self.next_column();
        let is_broken = self.is_commented(self.next);
        if let Some(end) = self.flat_path(path, self.next).filter(|end| !is_broken && self.has_room(*end)) {
            self.to(end);
            return true;
        }
        match path.steps.as_slice() {
            [step] if !is_broken && is_block(path) => {
                self.to(self.index(step.span.start));
                self.block(step, head);
                true
            }
            _ if form == Form::Hang && !is_broken => {
                self.rows(path, column, true);
                true
            }
            _ => {
                self.rows(path, head + INDENT, false);
                false
            }
        }
    }

    /// Writes an `if` with its branches. Where `else` leads to another `if`, that one's branches stand beside its own.
    fn branches(&mut self, step: &Step, branch: &If, column: usize) {
        let (mut step, mut branch) = (step, branch);
        loop {
            let behind_if = self.next_column() + "if ".len();
            let end = self.end_of_words(step);
            let is_beside = if self.has_room(end) {
                self.to(end);
                self.lead(&branch.then, column, Form::Below)
            } else {
                self.expression(end, behind_if, column);
                self.rows(&branch.then, column + INDENT, false);
                false
            };
            let Some(otherwise) = &branch.otherwise else { return };
            self.line(column, Blank::Keep);
            self.to(self.index(otherwise.span.end));
            if let [next] = otherwise.path.steps.as_slice()
                && let StepKind::If(inner) = &next.kind
            {
                self.to(self.index(next.span.start));
                (step, branch) = (next, inner);
                continue;
            }
            self.lead(&otherwise.path, column, if is_beside { Form::Hang } else { Form::Below });
            return;
        }
    }

    /// Writes `match … { … }` or `{ … }`, its lines indented deeper than `base`.
    fn block(&mut self, step: &Step, base: usize) {
        let start = self.index(step.span.start);
        match &step.kind {
            StepKind::Match(choice) => {
                let subject = self.index(step.span.end);
                let open = (subject..).find(|at| matches!(self.text(*at), "{" | "")).unwrap_or(subject);
                self.words(open + 1, base);
                self.cases(choice, base + INDENT);
                self.close(open, base);
            }
            StepKind::Group(path) => {
                self.to(start + 1);
                self.rows(path, base + INDENT, false);
                self.close(start, base);
            }
            _ => {}
        }
    }

    fn cases(&mut self, choice: &Match, indent: usize) {
        let way = |span: Span, path| self.way(self.index(span.start), self.index(span.end), path);
        let cases = choice.cases.iter().map(|case| way(case.span, &case.path));
        let otherwise = choice.otherwise.iter().map(|arm| way(arm.span, &arm.path));
        self.ways(cases.chain(otherwise).collect(), indent, Form::Below);
    }

    fn close(&mut self, open: usize, indent: usize) {
        let close = self.closed_by(open).unwrap_or(self.next);
        self.to(close);
        self.closing_line(indent);
        self.to(close + 1);
    }
}

/// Whether a path is one pair of braces, and so hangs from the line that leads to it.
fn is_block(path: &Path) -> bool {
    matches!(path.steps.as_slice(), [Step { kind: StepKind::Match(_) | StepKind::Group(_), .. }])
}
