//! What may stand on one line: a step, a short row of steps, a whole item.

use super::writer::{WIDTH, Writer};
use crate::syntax::ast::{Arm, Path, Step, StepKind};

impl Writer<'_> {
    /// The token behind a path that may stand on one line; `None` if it may not, or is longer than a line is wide. Such a
    /// row of several steps has simple ones only. All begins at the token `start`.
    pub(super) fn flat_path(&self, path: &Path, start: usize) -> Option<usize> {
        match path.steps.as_slice() {
            [step] => self.flat_step(step, start),
            steps => {
                steps.iter().all(|step| is_simple(&step.kind)).then_some(())?;
                self.near(steps.last()?, start)
            }
        }
    }

    /// The same for a step: it has no arms, or is an `if` that leads to a simple step, and else to another one. Of two
    /// messages each has its own line.
    pub(super) fn flat_step(&self, step: &Step, start: usize) -> Option<usize> {
        match &step.kind {
            StepKind::If(branch) => match &branch.otherwise {
                Some(otherwise) => {
                    let is_message =
                        |path: &Path| matches!(path.steps.as_slice(), [Step { kind: StepKind::Sms(_), .. }]);
                    self.flat_simple(&branch.then, start)?;
                    let end = self.flat_simple(&otherwise.path, start)?;
                    (!is_message(&branch.then) && !is_message(&otherwise.path)).then_some(end)
                }
                None => self.flat_simple(&branch.then, start),
            },
            StepKind::Group(path) => {
                let close = self.closed_by(self.index(step.span.start))?;
                self.is_near(start, close + 1).then_some(())?;
                self.flat_path(path, start).map(|_| close + 1)
            }
            StepKind::Match(_) | StepKind::Bad(_) => None,
            _ if arms(step).is_empty() => self.near(step, start),
            _ => None,
        }
    }

    /// The same for the path of an item: one step, with one way on at most.
    pub(super) fn flat_body(&self, path: &Path, start: usize) -> Option<usize> {
        let [step] = path.steps.as_slice() else { return None };
        let end = self.near(step, start)?;
        match (&step.kind, arms(step).as_slice()) {
            (StepKind::If(branch), _) if branch.otherwise.is_none() => self.flat_body(&branch.then, start),
            (StepKind::If(_) | StepKind::Match(_) | StepKind::Group(_), _) => None,
            (_, []) => Some(end),
            (_, [arm]) => self.flat_body(&arm.path, start),
            _ => None,
        }
    }

    /// The token behind a path of one step whose words cannot be broken, however long they are.
    pub(super) fn unbreakable(&self, path: &Path) -> Option<usize> {
        let [step] = path.steps.as_slice() else { return None };
        let (start, end) = (self.index(step.span.start), self.end_of_words(step));
        let can_break = |at| self.closed_by(at).is_some() || matches!(self.text(at), "and" | "or" | "media");
        (is_simple(&step.kind) && !(start..end).any(can_break)).then_some(end)
    }

    fn flat_simple(&self, path: &Path, start: usize) -> Option<usize> {
        match path.steps.as_slice() {
            [step] if is_simple(&step.kind) => self.near(step, start),
            _ => None,
        }
    }

    /// The token behind a step's own words.
    fn near(&self, step: &Step, start: usize) -> Option<usize> {
        let end = self.end_of_words(step);
        self.is_near(start, end).then_some(end)
    }

    /// Nobody looks further ahead than a line is wide: each step is looked at from few places.
    fn is_near(&self, start: usize, end: usize) -> bool {
        self.width(start, end).is_some_and(|width| width <= WIDTH)
    }
}

/// The arms of a step, in no order.
pub(super) fn arms(step: &Step) -> Vec<&Arm> {
    match &step.kind {
        StepKind::Call(call) => call.arms.ok.iter().chain(call.arms.fails.iter().map(|fail| &fail.arm)).collect(),
        StepKind::Sms(sms) => sms.arms.ok.iter().chain(sms.arms.fails.iter().map(|fail| &fail.arm)).collect(),
        StepKind::Talk(talk) => {
            let fails = talk.arms.fails.iter().map(|fail| &fail.arm);
            talk.arms.ok.iter().chain(&talk.timeout).chain(fails).collect()
        }
        StepKind::Ask(ask) => ask.arms.reply.iter().chain(&ask.arms.timeout).collect(),
        _ => Vec::new(),
    }
}

/// Whether others may stand beside it on a line: it waits for nobody's answer.
fn is_simple(kind: &StepKind) -> bool {
    match kind {
        StepKind::Sms(sms) => sms.arms.ok.is_none() && sms.arms.fails.is_empty(),
        StepKind::Set(_) | StepKind::Wait(_) | StepKind::Goto(_) | StepKind::End => true,
        _ => false,
    }
}
