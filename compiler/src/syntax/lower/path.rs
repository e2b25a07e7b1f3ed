//! Paths: which arm belongs to which step.
//!
//! The grammar gives a flat row of arrows and arms. An arm belongs to the nearest `call` before it that can still take
//! it; only if there is none, to the nearest `sms`, whose arms are seldom written. (In `call … ok -> sms "…" fail -> …`
//! the `fail` is the call's.) What follows an arm or a branch is swallowed by it; braces end it.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arm, Arms, Path, Step, StepKind};
use crate::syntax::grammar::Rule;

/// Which way on a path is for the step before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Ok,
    Fail,
    Then,
    Else,
}

impl Slot {
    fn of(rule: Rule) -> Self {
        match rule {
            Rule::kw_fail => Self::Fail,
            Rule::kw_else => Self::Else,
            _ => Self::Ok,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Then => "if",
            Self::Else => "else",
        }
    }
}

/// A path that is being built: the path itself, and the arms that are open on its last steps, outermost first.
pub(super) struct PathBuilder {
    steps: Vec<Step>,
    open: Vec<OpenArm>,
    /// Steps need no arrow at the start of a group.
    at_start_of_group: bool,
}

struct OpenArm {
    slot: Slot,
    span: Span,
    steps: Vec<Step>,
}

impl PathBuilder {
    pub(super) fn new() -> Self {
        Self { steps: Vec::new(), open: Vec::new(), at_start_of_group: false }
    }

    pub(super) fn group() -> Self {
        Self { at_start_of_group: true, ..Self::new() }
    }

    /// Takes the next element of a path. An `else` that no `if` of this path can take is given back.
    pub(super) fn feed<'i>(&mut self, lower: &mut Lower, pair: Pair<'i>) -> Option<Pair<'i>> {
        let span = lower.span(&pair);
        match pair.as_rule() {
            Rule::arrow => match pair.into_inner().nth(1) {
                Some(step) => self.step(lower, step),
                None => {
                    lower.expected(span, "a step behind `->`: `call`, `sms`, `if`, `match`, `set`, `goto`, `end`");
                    self.push(lower, Step { span, kind: StepKind::Bad(Arms::default()) });
                }
            },
            Rule::unarrowed_step => {
                let step = pair.into_inner().next()?;
                if !self.at_start_of_group {
                    missing_arrow(lower, &step);
                }
                self.step(lower, step);
            }
            Rule::arm => {
                let word = pair.clone().into_inner().next()?;
                if !self.arm(lower, Slot::of(word.as_rule()), span) {
                    return Some(pair);
                }
            }
            Rule::extra_brace => lower.report(
                Diagnostic::new(Code::UnexpectedText, span, "this `}` closes nothing", "no `{` is open here")
                    .with_fix(span, ""),
            ),
            _ => lower.unexpected(span, pair.as_str(), "`-> STEP`, `ok ->`, `fail ->` or `else ->`"),
        }
        self.at_start_of_group = false;
        None
    }

    /// The path as it stands, all arms closed.
    pub(super) fn finish(mut self, lower: &mut Lower) -> Path {
        self.close_to(lower, 0);
        Path { steps: self.steps }
    }

    fn step(&mut self, lower: &mut Lower, pair: Pair<'_>) {
        let step = lower.step(pair);
        self.push(lower, step);
    }

    fn push(&mut self, lower: &mut Lower, step: Step) {
        let then = matches!(step.kind, StepKind::If(_)).then_some(step.span);
        self.top().push(step);
        if let Some(span) = then {
            self.open(lower, Slot::Then, span);
        }
    }

    fn top(&mut self) -> &mut Vec<Step> {
        match self.open.last_mut() {
            Some(arm) => &mut arm.steps,
            None => &mut self.steps,
        }
    }

    fn level(&mut self, level: usize) -> &mut Vec<Step> {
        match level.checked_sub(1).and_then(|arm| self.open.get_mut(arm)) {
            Some(arm) => &mut arm.steps,
            None => &mut self.steps,
        }
    }

    fn open(&mut self, lower: &mut Lower, slot: Slot, span: Span) {
        lower.enter(span);
        self.open.push(OpenArm { slot, span, steps: Vec::new() });
    }

    /// Opens an arm on the step that takes it. False: an `else` for an outer `match`.
    fn arm(&mut self, lower: &mut Lower, slot: Slot, span: Span) -> bool {
        let taker = if slot == Slot::Else {
            (0..self.open.len()).rev().find(|arm| self.open.get(*arm).is_some_and(|arm| arm.slot == Slot::Then))
        } else {
            self.taker(slot, is_call).or_else(|| self.taker(slot, is_sms))
        };
        match taker {
            Some(level) => {
                self.close_to(lower, level);
                if slot != Slot::Else {
                    self.split_off_ok(slot);
                }
                self.open(lower, slot, span);
            }
            // The step that it belongs to was perhaps the one that was not understood.
            None if slot == Slot::Else && self.has_bad_step() => self.open(lower, slot, span),
            None if slot == Slot::Else => return false,
            None => {
                let word = slot.word();
                lower.report(
                    Diagnostic::new(
                        Code::ArmWithoutStep,
                        span,
                        format!("no step before this `{word}` can still take it"),
                        format!("`{word}` of which step?"),
                    )
                    .with_help(format!(
                        "`{word}` belongs to a `call` or an `sms` before it, and each has one `ok` and one `fail`"
                    )),
                );
                self.open(lower, slot, span);
            }
        }
        true
    }

    fn has_bad_step(&mut self) -> bool {
        self.top().iter().any(|step| matches!(step.kind, StepKind::Bad(_)))
    }

    /// The innermost level whose row of steps has one that can take this arm.
    fn taker(&mut self, slot: Slot, kind: fn(&StepKind) -> bool) -> Option<usize> {
        (0..=self.open.len()).rev().find(|level| {
            let opened = self.open.get(*level).map(|arm| arm.slot);
            taking_step(self.level(*level), slot, kind, opened).is_some()
        })
    }

    /// In `call … -> sms … fail -> …` the steps behind the call are its `ok`: they move there before `fail` is opened.
    fn split_off_ok(&mut self, slot: Slot) {
        let steps = self.top();
        let at = taking_step(steps, slot, is_call, None).or_else(|| taking_step(steps, slot, is_sms, None));
        let Some(at) = at else { return };
        let rest = steps.split_off(at + 1);
        if let (Some(first), Some(arms)) = (rest.first(), steps.last_mut().and_then(arms_mut)) {
            arms.ok = Some(Arm { span: first.span, path: Path { steps: rest } });
        }
    }

    /// Closes the arms inside this level, innermost first, each becoming part of the step before it.
    fn close_to(&mut self, lower: &mut Lower, level: usize) {
        while self.open.len() > level {
            let Some(arm) = self.open.pop() else { return };
            let kept = lower.leave();
            if arm.steps.is_empty() {
                let word = arm.slot.word();
                let message = match arm.slot {
                    Slot::Then => "a step for the case that the condition holds, as in `if … -> sms \"…\"`".to_owned(),
                    _ => format!("a step behind `{word}`, as in `{word} -> sms \"…\"`"),
                };
                lower.expected(arm.span, &message);
            }
            if kept {
                attach(self.top(), arm);
            }
        }
    }
}

/// Says that a step has no arrow before it, at the word it begins with.
fn missing_arrow(lower: &mut Lower, step: &Pair<'_>) {
    let first = step.clone().into_inner().next().unwrap_or_else(|| step.clone());
    let span = lower.span(&first);
    let message = format!("an arrow is missing before `{}`", first.as_str().trim());
    lower.report(
        Diagnostic::new(Code::MissingArrow, span, message, "this step needs `->` before it")
            .with_fix(Span::at(span.start), "-> "),
    );
}

fn attach(steps: &mut [Step], closed: OpenArm) {
    let Some(step) = steps.last_mut() else { return };
    let arm = Arm { span: closed.span, path: Path { steps: closed.steps } };
    match (&mut step.kind, closed.slot) {
        (StepKind::If(branch), Slot::Then) => branch.then = arm.path,
        (StepKind::If(branch), Slot::Else) => branch.otherwise = Some(arm),
        (_, slot) => match (arms_mut(step), slot) {
            (Some(arms), Slot::Ok) => arms.ok = Some(arm),
            (Some(arms), Slot::Fail) => arms.fail = Some(arm),
            _ => {}
        },
    }
}

/// The last step of a row that can still take this arm: its last step, or for `fail` one whose `ok` was left out.
/// `opened` is the arm of the row's last step that is still being read.
fn taking_step(steps: &[Step], slot: Slot, kind: fn(&StepKind) -> bool, opened: Option<Slot>) -> Option<usize> {
    let last = steps.len().checked_sub(1)?;
    (0..steps.len()).rev().find(|at| {
        let Some(step) = steps.get(*at).filter(|step| kind(&step.kind)) else {
            return false;
        };
        let Some(arms) = arms_of(step) else {
            return false;
        };
        let is_last = *at == last;
        match slot {
            _ if is_last && opened == Some(slot) => false,
            Slot::Fail => arms.fail.is_none() && (is_last || arms.ok.is_none()),
            _ => arms.ok.is_none() && is_last,
        }
    })
}

fn is_call(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Call(_) | StepKind::Bad(_))
}

fn is_sms(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Sms(_))
}

fn arms_of(step: &Step) -> Option<&Arms> {
    match &step.kind {
        StepKind::Call(call) => Some(&call.arms),
        StepKind::Sms(sms) => Some(&sms.arms),
        StepKind::Bad(arms) => Some(arms),
        _ => None,
    }
}

fn arms_mut(step: &mut Step) -> Option<&mut Arms> {
    match &mut step.kind {
        StepKind::Call(call) => Some(&mut call.arms),
        StepKind::Sms(sms) => Some(&mut sms.arms),
        StepKind::Bad(arms) => Some(arms),
        _ => None,
    }
}
