//! Paths: which arm belongs to which step.
//!
//! The grammar gives a flat row of arrows and arms. An arm belongs to the nearest `call` before it that can still take
//! it, or talk with a bot; only if there is none, to the nearest `sms`, whose arms are seldom written. (In `call … ok ->
//! sms "…" fail -> …` the `fail` is the call's.) `reply` and `timeout` belong to the nearest `ask`, and `timeout` to a
//! `chat` too. What follows an arm or a branch is
//! swallowed by it; braces end it.

use super::junk::Meant;
use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Arm, Arms, FailArm, FailFilter, FailureKind, Path, Step, StepKind};
use crate::syntax::grammar::Rule;

/// Which way on a path is for the step before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Ok,
    Fail,
    Reply,
    Timeout,
    Then,
    Else,
}

impl Slot {
    fn of(rule: Rule) -> Self {
        match rule {
            Rule::kw_fail => Self::Fail,
            Rule::kw_reply => Self::Reply,
            Rule::kw_timeout => Self::Timeout,
            Rule::kw_else => Self::Else,
            _ => Self::Ok,
        }
    }

    /// The arm that begins with this word.
    pub(super) fn named(word: &str) -> Option<Self> {
        let arms = [Self::Ok, Self::Fail, Self::Reply, Self::Timeout, Self::Else];
        arms.into_iter().find(|arm| arm.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Reply => "reply",
            Self::Timeout => "timeout",
            Self::Then => "if",
            Self::Else => "else",
        }
    }
}

/// A path that is being built: the path itself, and the arms that are open on its last steps, outermost first.
pub(super) struct PathBuilder {
    steps: Vec<Step>,
    open: Vec<OpenArm>,
    /// At the start of a group, and behind what was meant as an arrow, a step needs none.
    needs_no_arrow: bool,
    /// The clauses that may stand before the first step.
    head_clauses: &'static [&'static str],
    /// A misspelt item has begun: what follows belongs to that.
    is_over: bool,
}

struct OpenArm {
    slot: Slot,
    /// What narrows a `fail`.
    filter: Option<FailFilter>,
    span: Span,
    steps: Vec<Step>,
}

impl PathBuilder {
    pub(super) fn new() -> Self {
        Self::behind(&[])
    }

    /// A path behind a trigger, which may have these clauses.
    pub(super) fn behind(head_clauses: &'static [&'static str]) -> Self {
        Self { steps: Vec::new(), open: Vec::new(), needs_no_arrow: false, head_clauses, is_over: false }
    }

    pub(super) fn group() -> Self {
        Self { needs_no_arrow: true, ..Self::new() }
    }

    /// Takes the next element of a path. An `else` that no `if` of this path can take is given back.
    pub(super) fn feed<'i>(&mut self, lower: &mut Lower, pair: Pair<'i>) -> Option<Pair<'i>> {
        if self.is_over {
            // Another misspelt item is another mistake.
            if pair.as_rule() == Rule::junk {
                lower.misspelt_item(&pair);
            }
            return None;
        }
        let span = lower.span(&pair);
        match pair.as_rule() {
            Rule::arrow => match lower.arrow(pair) {
                Some(step) => self.step(lower, step),
                None => {
                    lower.expected(span, &format!("a step behind `->`: {}", super::step::names()));
                    self.push(lower, Step { span, kind: StepKind::Bad(Vec::new()) });
                }
            },
            Rule::unarrowed_step => {
                let step = pair.into_inner().next()?;
                if !self.needs_no_arrow {
                    let behind_call = self.top().last().is_some_and(|step| is_call(&step.kind));
                    missing_arrow(lower, &step, behind_call);
                }
                self.step(lower, step);
            }
            Rule::arm => {
                let mut parts = pair.clone().into_inner();
                let slot = Slot::of(parts.next()?.as_rule());
                let filter = parts.next().map(|filter| lower.fail_filter(filter));
                if !self.arm(lower, slot, filter, span) {
                    return Some(pair);
                }
            }
            Rule::extra_brace => lower.report(
                Diagnostic::new(Code::UnexpectedText, span, "this `}` closes nothing", "no `{` is open here")
                    .with_fix(span, ""),
            ),
            _ => {
                let meant = lower.junk(&pair, self.clauses());
                self.needs_no_arrow = meant == Meant::Arrow;
                self.is_over = meant == Meant::Item;
                if let Meant::Arm(slot) = meant {
                    self.arm(lower, slot, None, span);
                }
                return None;
            }
        }
        self.needs_no_arrow = false;
        None
    }

    /// The words that may begin a clause here, as far as the grammar leaves clauses to paths.
    fn clauses(&mut self) -> &'static [&'static str] {
        let head = self.head_clauses;
        match self.top().last().map(|step| &step.kind) {
            Some(StepKind::Sms(_)) => &["to", "from", "media"],
            Some(_) => &[],
            None => head,
        }
    }

    /// The path as it stands, all arms closed.
    pub(super) fn finish(mut self, lower: &mut Lower) -> Path {
        self.close_to(lower, 0);
        Path { steps: self.steps }
    }

    fn step(&mut self, lower: &mut Lower, pair: Pair<'_>) {
        let step = lower.step(pair);
        self.is_over |= std::mem::take(&mut lower.met_item);
        self.push(lower, step);
    }

    fn push(&mut self, lower: &mut Lower, step: Step) {
        let then = matches!(step.kind, StepKind::If(_)).then_some(step.span);
        self.top().push(step);
        if let Some(span) = then {
            self.open(lower, Slot::Then, None, span);
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

    fn open(&mut self, lower: &mut Lower, slot: Slot, filter: Option<FailFilter>, span: Span) {
        lower.enter(span);
        self.open.push(OpenArm { slot, filter, span, steps: Vec::new() });
    }

    /// Opens an arm on the step that takes it. False: an `else` for an outer `match`.
    fn arm(&mut self, lower: &mut Lower, slot: Slot, filter: Option<FailFilter>, span: Span) -> bool {
        let taker = match slot {
            Slot::Else => {
                (0..self.open.len()).rev().find(|arm| self.open.get(*arm).is_some_and(|arm| arm.slot == Slot::Then))
            }
            Slot::Reply | Slot::Timeout => self.taker(slot, waits),
            // Of the narrowed ones a message has only one.
            Slot::Fail if !matches!(filter, None | Some(FailFilter::Bad | FailFilter::Kind(FailureKind::Carrier))) => {
                self.taker(slot, is_call)
            }
            _ => self.taker(slot, is_call).or_else(|| self.taker(slot, is_sms)),
        };
        // An arm that no step takes says nothing of the step it stands behind.
        let filter = filter.map(|filter| if taker.is_none() { FailFilter::Bad } else { filter });
        match taker {
            Some(level) => {
                self.close_to(lower, level);
                if slot != Slot::Else {
                    self.split_off_implied(slot);
                }
            }
            // The step that it belongs to was perhaps the one that was not understood.
            None if slot == Slot::Else && self.has_bad_step() => {}
            None if slot == Slot::Else => return false,
            None => self.no_taker(lower, slot, filter, span),
        }
        self.open(lower, slot, filter, span);
        true
    }

    fn no_taker(&mut self, lower: &mut Lower, slot: Slot, filter: Option<FailFilter>, span: Span) {
        let mut before = |kind: fn(&StepKind) -> bool| {
            (0..=self.open.len()).any(|level| self.level(level).iter().any(|step| kind(&step.kind)))
        };
        let (calls, asks) = (before(is_call), before(waits));
        lower.report(match slot {
            Slot::Fail if filter.is_some() && calls => Diagnostic::new(
                Code::CaseNeverRuns,
                span,
                "a plain `fail` before this one takes all failures, so it never runs",
                "never reached",
            )
            .with_help("put the narrowed `fail` before the plain one"),
            Slot::Ok if asks && !calls => Diagnostic::new(
                Code::ArmWithoutStep,
                span,
                "the arms of `ask` are `reply` and `timeout`",
                "no arm of `ask`",
            )
            .with_fix(span, "reply"),
            Slot::Fail if asks && !calls => Diagnostic::new(
                Code::ArmWithoutStep,
                span,
                "the arms of `ask` are `reply` and `timeout`",
                "no arm of `ask`",
            )
            .with_help("`timeout` is taken when no reply comes in time"),
            Slot::Timeout if calls => {
                Diagnostic::new(Code::ArmWithoutStep, span, "`timeout` is an arm of a question and of `chat`", "of which?")
                    .with_help("for a call that took too long, write `fail timeout -> …`")
                    .with_fix(Span::at(span.start), "fail ")
            }
            Slot::Reply | Slot::Timeout => Diagnostic::new(
                Code::ArmWithoutStep,
                span,
                format!("no `ask` before this `{}` can still take it", slot.word()),
                format!("`{}` of which `ask`?", slot.word()),
            )
            .with_help(
                "`reply` and `timeout` belong to a question before them, and `timeout` to a `chat`; each has one of either",
            ),
            _ => Diagnostic::new(
                Code::ArmWithoutStep,
                span,
                format!("no step before this `{}` can still take it", slot.word()),
                format!("`{}` of which step?", slot.word()),
            )
            .with_help(
                "it belongs to a `call` or an `sms` before it; each has one `ok`, and nothing follows its plain `fail`",
            ),
        });
    }

    fn has_bad_step(&mut self) -> bool {
        self.top().iter().any(|step| matches!(step.kind, StepKind::Bad(_)))
    }

    /// The innermost level whose row of steps has one that can take this arm.
    fn taker(&mut self, slot: Slot, kind: fn(&StepKind) -> bool) -> Option<usize> {
        (0..=self.open.len()).rev().find(|level| {
            let opened = self.open.get(*level).map(|arm| (arm.slot, arm.filter.is_some()));
            taking_step(self.level(*level), slot, kind, opened).is_some()
        })
    }

    /// In `call … -> sms … fail -> …` the steps behind the call are its `ok`: they move there before `fail` is opened. So do
    /// those behind an `ask` before its `timeout`.
    fn split_off_implied(&mut self, slot: Slot) {
        let steps = self.top();
        let at = match slot {
            Slot::Reply | Slot::Timeout => taking_step(steps, slot, waits, None),
            _ => taking_step(steps, slot, is_call, None).or_else(|| taking_step(steps, slot, is_sms, None)),
        };
        let Some(at) = at else { return };
        let rest = steps.split_off(at + 1);
        let Some(first) = rest.first() else { return };
        let arm = Arm { span: first.span, implied: true, path: Path { steps: rest } };
        match steps.last_mut().map(|step| &mut step.kind) {
            Some(StepKind::Ask(ask)) => ask.arms.reply = Some(arm),
            Some(kind) => put(kind, Slot::Ok, None, arm),
            None => {}
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
fn missing_arrow(lower: &mut Lower, step: &Pair<'_>, behind_call: bool) {
    let first = step.clone().into_inner().next().unwrap_or_else(|| step.clone());
    let span = lower.span(&first);
    let message = format!("an arrow is missing before `{}`", first.as_str().trim());
    let diagnostic = Diagnostic::new(Code::MissingArrow, span, message, "this step needs `->` before it");
    lower.report(if behind_call && step.as_rule() == Rule::group {
        diagnostic.with_help("response variables stand in `< … >`, and a body behind `json`, `form`, `xml` or `text`")
    } else {
        diagnostic.with_fix(Span::at(span.start), "-> ")
    });
}

fn attach(steps: &mut [Step], closed: OpenArm) {
    let Some(step) = steps.last_mut() else { return };
    let arm = Arm { span: closed.span, implied: false, path: Path { steps: closed.steps } };
    put(&mut step.kind, closed.slot, closed.filter, arm);
}

fn put(kind: &mut StepKind, slot: Slot, filter: Option<FailFilter>, arm: Arm) {
    let arms = match kind {
        StepKind::Call(call) => &mut call.arms,
        StepKind::Sms(sms) => &mut sms.arms,
        StepKind::Talk(talk) if slot == Slot::Timeout => {
            talk.timeout = Some(arm);
            return;
        }
        StepKind::Talk(talk) => &mut talk.arms,
        StepKind::Ask(ask) => {
            match slot {
                Slot::Reply => ask.arms.reply = Some(arm),
                Slot::Timeout => ask.arms.timeout = Some(arm),
                _ => {}
            }
            return;
        }
        StepKind::If(branch) => {
            match slot {
                Slot::Then => branch.then = arm.path,
                Slot::Else => branch.otherwise = Some(arm),
                _ => {}
            }
            return;
        }
        StepKind::Bad(arms) => return arms.push(arm),
        _ => return,
    };
    match slot {
        Slot::Ok => arms.ok = Some(arm),
        Slot::Fail => arms.fails.push(FailArm { filter, arm }),
        _ => {}
    }
}

/// The last step of a row that can still take this arm: its last step, or for `fail` one whose `ok` was left out.
/// `opened` is the arm of the row's last step that is still being read, and whether it is narrowed.
fn taking_step(steps: &[Step], slot: Slot, kind: fn(&StepKind) -> bool, opened: Option<(Slot, bool)>) -> Option<usize> {
    let last = steps.len().checked_sub(1)?;
    (0..steps.len()).rev().find(|at| {
        let Some(step) = steps.get(*at).filter(|step| kind(&step.kind)) else {
            return false;
        };
        if *at == last {
            return opened != Some((slot, false)) && has_room(&step.kind, slot);
        }
        has_room(&step.kind, slot) && leaves_out_success(&step.kind, slot)
    })
}

/// Whether a step has no arm of this kind yet; a plain `fail` takes all that is left.
fn has_room(kind: &StepKind, slot: Slot) -> bool {
    match (kind, slot) {
        (StepKind::Bad(arms), _) => arms.len() < 2,
        (StepKind::Ask(ask), Slot::Reply) => ask.arms.reply.is_none(),
        (StepKind::Ask(ask), Slot::Timeout) => ask.arms.timeout.is_none(),
        (StepKind::Talk(talk), Slot::Timeout) => talk.is_chat && talk.timeout.is_none(),
        (StepKind::Talk(talk), _) => is_free(&talk.arms, slot),
        (StepKind::Call(call), _) => is_free(&call.arms, slot),
        (StepKind::Sms(sms), _) => is_free(&sms.arms, slot),
        _ => false,
    }
}

fn is_free(arms: &Arms, slot: Slot) -> bool {
    match slot {
        Slot::Ok => arms.ok.is_none(),
        Slot::Fail => arms.fails.iter().all(|fail| fail.filter.is_some()),
        _ => false,
    }
}

/// Whether the steps behind a step are its success, so that the arm for the other case may still follow them.
fn leaves_out_success(kind: &StepKind, slot: Slot) -> bool {
    match (kind, slot) {
        (StepKind::Call(call), Slot::Fail) => call.arms.ok.is_none() && call.arms.fails.is_empty(),
        (StepKind::Sms(sms), Slot::Fail) => sms.arms.ok.is_none() && sms.arms.fails.is_empty(),
        (StepKind::Ask(ask), Slot::Timeout) => ask.arms.reply.is_none(),
        (StepKind::Talk(talk), Slot::Fail | Slot::Timeout) => {
            talk.arms.ok.is_none() && talk.arms.fails.is_empty() && talk.timeout.is_none()
        }
        (StepKind::Bad(arms), Slot::Fail | Slot::Timeout) => arms.is_empty(),
        _ => false,
    }
}

fn is_call(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Call(_) | StepKind::Talk(_) | StepKind::Bad(_))
}

fn is_sms(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Sms(_))
}

/// Whether a step waits for a person's reply.
fn waits(kind: &StepKind) -> bool {
    match kind {
        StepKind::Talk(talk) => talk.is_chat,
        kind => matches!(kind, StepKind::Ask(_) | StepKind::Bad(_)),
    }
}
