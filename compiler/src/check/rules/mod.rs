//! The rules that are not about types, one file each.

mod cases;
mod clauses;
mod fail_arm;
mod header;
mod method;
mod reach;
mod sms_text;
mod triggers;
mod unused;
mod url;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Call, File, Step, StepKind};
use crate::syntax::visit;

/// A rule: looks at a whole file and says what breaks it.
type Rule = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// The rules for every file.
pub(super) const ALL: &[Rule] = &[
    cases::check,
    clauses::check,
    fail_arm::check,
    header::check,
    method::check,
    reach::steps_after_the_end,
    sms_text::check,
    triggers::check,
    url::check,
];

/// The rules that make sense only where the whole text was understood.
pub(super) const OF_WHOLE_FILES: &[Rule] = &[reach::paths, reach::triggers, unused::check];

fn each_step<'a>(file: &'a File, visit_step: &mut dyn FnMut(&'a Step)) {
    for body in visit::bodies(file) {
        visit::steps(body, visit_step);
    }
}

fn each_call<'a>(file: &'a File, visit_call: &mut dyn FnMut(&'a Step, &'a Call)) {
    each_step(file, &mut |step| {
        if let StepKind::Call(call) = &step.kind {
            visit_call(step, call);
        }
    });
}
