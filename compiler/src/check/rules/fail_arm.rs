//! A call says what to do when the service is down.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |step, call| {
        if call.arms.fail.is_none() && !call.incomplete {
            out.push(
                Diagnostic::new(
                    Code::NoFailArm,
                    step.span,
                    "this call has no `fail` arm, so nobody is told when it fails",
                    "what if the service is down?",
                )
                .with_help("add `fail -> sms \"…\"`, or `fail -> end` if nothing is to be said"),
            );
        }
    });
}
