//! The rules that are not about types, one file each.

mod bots;
mod cases;
mod clauses;
mod durations;
mod fail_arm;
mod fail_filters;
mod failure_kind;
mod header;
mod method;
mod oauth;
mod parties;
mod reach;
mod schedule;
mod sms_text;
mod test_calls;
mod test_schedules;
mod tests;
mod triggers;
mod unused;
mod url;
mod url_characters;
mod xml;

use super::Context;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{Call, Clause, File, Step, StepKind};
use crate::syntax::visit;

/// A rule: looks at a whole file and says what breaks it.
type Rule = fn(&Context<'_>, &mut Vec<Diagnostic>);

/// The rules for every file.
pub(super) const ALL: &[Rule] = &[
    bots::check,
    cases::check,
    clauses::check,
    durations::check,
    fail_arm::check,
    fail_filters::check,
    failure_kind::check,
    header::check,
    method::check,
    oauth::check,
    reach::steps_after_the_end,
    schedule::check,
    sms_text::check,
    tests::check,
    triggers::check,
    url::check,
    xml::check,
];

/// The rules that make sense only where the whole text was understood.
pub(super) const OF_WHOLE_FILES: &[Rule] =
    &[parties::check, reach::paths, reach::triggers, test_calls::check, unused::check];

pub(super) fn each_step<'a>(file: &'a File, visit_step: &mut dyn FnMut(&'a Step)) {
    for body in visit::bodies(file) {
        visit::steps(body, visit_step);
    }
}

/// Every clause of services, of bots and of calls.
pub(super) fn each_clause<'a>(file: &'a File, visit_clause: &mut dyn FnMut(&'a Clause)) {
    file.bots.iter().flat_map(|bot| &bot.clauses).for_each(&mut *visit_clause);
    file.services.iter().flat_map(|service| &service.clauses).for_each(&mut *visit_clause);
    each_call(file, &mut |_, call| call.clauses.iter().for_each(&mut *visit_clause));
}

pub(super) fn each_call<'a>(file: &'a File, visit_call: &mut dyn FnMut(&'a Step, &'a Call)) {
    each_step(file, &mut |step| {
        if let StepKind::Call(call) = &step.kind {
            visit_call(step, call);
        }
    });
}
