//! A call says what to do when the service is down.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |step, call| {
        let takes_all = call.arms.fails.iter().any(|fail| fail.filter.is_none());
        if !takes_all && !call.incomplete {
            let message = match call.arms.fails.as_slice() {
                [] => "this call has no `fail` arm, so nobody is told when it fails",
                _ => "this call has no plain `fail` arm, so nobody is told when it fails in another way",
            };
            out.push(
                Diagnostic::new(Code::NoFailArm, step.span, message, "what if the service is down?")
                    .with_help("add `fail -> sms \"…\"`, or `fail -> end` if nothing is to be said"),
            );
        }
    });
}
