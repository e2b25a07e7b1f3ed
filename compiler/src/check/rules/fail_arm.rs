//! A call, or a turn with a bot, says what to do when the service is down.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::StepKind;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_step(context.file, &mut |step| {
        let (what, arms, incomplete, asked) = match &step.kind {
            StepKind::Call(call) => ("call", &call.arms, call.incomplete, "what if the service is down?"),
            StepKind::Talk(talk) if talk.is_chat => ("`chat`", &talk.arms, talk.incomplete, "what if the bot is down?"),
            StepKind::Talk(talk) => ("`ask`", &talk.arms, talk.incomplete, "what if the bot is down?"),
            _ => return,
        };
        let takes_all = arms.fails.iter().any(|fail| fail.filter.is_none());
        if !takes_all && !incomplete {
            let message = match arms.fails.as_slice() {
                [] => format!("this {what} has no `fail` arm, so nobody is told when it fails"),
                _ => format!("this {what} has no plain `fail` arm, so nobody is told when it fails in another way"),
            };
            out.push(
                Diagnostic::new(Code::NoFailArm, step.span, message, asked)
                    .with_help("add `fail -> sms \"…\"`, or `fail -> end` if nothing is to be said"),
            );
        }
    });
}
