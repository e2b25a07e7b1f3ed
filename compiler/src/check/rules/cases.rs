//! The cases of `match`: all values are taken care of, and none twice.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Match, StepKind};
use crate::syntax::visit;
use std::collections::HashMap;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_step(context.file, &mut |step| {
        if let StepKind::Match(choice) = &step.kind {
            cases(context, choice, step.span, out);
        }
    });
}

fn cases(context: &Context<'_>, choice: &Match, span: Span, out: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for pattern in choice.cases.iter().flat_map(|case| &case.patterns) {
        let Some(value) = constant_text(context.file, context.names, pattern) else {
            continue;
        };
        let shown = format!("`{value}` was taken care of before, so this case never runs");
        if let Some(first) = seen.insert(value, pattern.span) {
            out.push(
                Diagnostic::new(Code::CaseNeverRuns, pattern.span, shown, "the second one")
                    .with_label(first, "the first one")
                    .with_help("leave one of them out"),
            );
        }
    }
    let ty = context.types.expr(&choice.subject).ty;
    let all_listed = ty == Type::Bool && seen.contains_key("true") && seen.contains_key("false");
    match &choice.otherwise {
        Some(otherwise) if all_listed => out.push(
            Diagnostic::new(
                Code::CaseNeverRuns,
                otherwise.span,
                "`true` and `false` are both taken care of, so this `else` never runs",
                "never reached",
            )
            .with_help("leave it out"),
        ),
        None if !all_listed && ty != Type::Unknown && !choice.cases.is_empty() && !has_bad_step(choice) => out.push(
            Diagnostic::new(
                Code::MatchWithoutElse,
                span,
                "this `match` does not say what to do with any other value",
                "no `else`",
            )
            .with_help("add `else -> …` as its last case"),
        ),
        _ => {}
    }
}

/// Where a step was not understood, it may have swallowed the `else`.
fn has_bad_step(choice: &Match) -> bool {
    let mut found = false;
    for case in &choice.cases {
        visit::steps(&case.path, &mut |step| found |= matches!(step.kind, StepKind::Bad(_)));
    }
    found
}
