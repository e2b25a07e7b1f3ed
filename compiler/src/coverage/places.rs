//! Where the words stand that begin the ways on from each step.

use crate::source::{SourceFile, Span};
use crate::syntax;
use crate::syntax::ast::{Arm, Arms, Step, StepKind};
use crate::syntax::visit;
use std::collections::HashMap;

/// The places of a file's arms.
#[derive(Debug, Default)]
pub(super) struct Places {
    of_steps: HashMap<Span, Vec<Option<Span>>>,
}

impl Places {
    /// Reads them from a file.
    pub(super) fn of(source: &SourceFile) -> Self {
        let file = syntax::parse(source).file;
        let mut places = Self::default();
        for body in visit::bodies(&file) {
            visit::steps(body, &mut |step| {
                places.of_steps.insert(step.span, arms(step));
            });
        }
        places
    }

    /// Where each way on from a step begins, in the order of [`crate::graph::Node::ways`]; `None` for one whose word is not
    /// written.
    pub(super) fn ways(&self, step: Span) -> &[Option<Span>] {
        self.of_steps.get(&step).map_or(&[], Vec::as_slice)
    }
}

fn arms(step: &Step) -> Vec<Option<Span>> {
    match &step.kind {
        StepKind::Call(call) => outcomes(&call.arms),
        StepKind::Sms(sms) => outcomes(&sms.arms),
        StepKind::Talk(talk) => {
            let mut ways = outcomes(&talk.arms);
            if talk.is_chat {
                ways.insert(1, written(talk.timeout.as_ref()));
            }
            ways
        }
        StepKind::Ask(ask) => vec![written(ask.arms.reply.as_ref()), written(ask.arms.timeout.as_ref())],
        StepKind::If(branch) => vec![Some(branch.condition.span), written(branch.otherwise.as_ref())],
        StepKind::Match(choice) => {
            let cases = choice.cases.iter().map(|case| Some(case.span));
            cases.chain([written(choice.otherwise.as_ref())]).collect()
        }
        StepKind::Wait(_)
        | StepKind::Set(_)
        | StepKind::Goto(_)
        | StepKind::End
        | StepKind::Group(_)
        | StepKind::Bad(_) => Vec::new(),
    }
}

/// The narrowed `fail`s stand before the one that takes all, as nothing behind it is ever taken.
fn outcomes(arms: &Arms) -> Vec<Option<Span>> {
    let narrowed = arms.fails.iter().filter(|fail| fail.filter.is_some()).map(|fail| written(Some(&fail.arm)));
    let rest = arms.fails.iter().find(|fail| fail.filter.is_none()).and_then(|fail| written(Some(&fail.arm)));
    [written(arms.ok.as_ref())].into_iter().chain(narrowed).chain([rest]).collect()
}

fn written(arm: Option<&Arm>) -> Option<Span> {
    arm.filter(|arm| !arm.implied).map(|arm| arm.span)
}
