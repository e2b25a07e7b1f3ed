//! Narrowed `fail` arms: the step can fail so, and no arm before them takes all.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Arms, FailArm, FailFilter, FailureKind, StepKind};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_step(context.file, &mut |step| match &step.kind {
        StepKind::Call(call) => {
            possible(&call.arms, |kind| kind != FailureKind::Carrier, "a call", out);
            reached(&call.arms, out);
        }
        StepKind::Sms(sms) => {
            possible(&sms.arms, |kind| kind == FailureKind::Carrier, "a message", out);
            reached(&sms.arms, out);
        }
        _ => {}
    });
}

fn possible(arms: &Arms, fails_so: fn(FailureKind) -> bool, what: &str, out: &mut Vec<Diagnostic>) {
    for fail in &arms.fails {
        let kind = match fail.filter {
            Some(FailFilter::Kind(kind)) => kind,
            Some(FailFilter::Status(..)) => FailureKind::Status,
            Some(FailFilter::Bad) | None => continue,
        };
        if fails_so(kind) {
            continue;
        }
        let kinds = FailureKind::ALL.iter().copied().filter(|kind| fails_so(*kind));
        let known: Vec<String> = kinds.map(|kind| format!("`{}`", kind.as_str())).collect();
        out.push(
            Diagnostic::new(
                Code::UnknownFailure,
                fail.arm.span,
                format!("{what} does not fail with `{}`", kind.as_str()),
                "never happens",
            )
            .with_help(format!("{what} fails with {}", known.join(", "))),
        );
    }
}

fn reached(arms: &Arms, out: &mut Vec<Diagnostic>) {
    for (at, fail) in arms.fails.iter().enumerate() {
        let before = arms.fails.iter().take(at).find(|before| takes_all_of(before, fail));
        if let Some(before) = before {
            out.push(
                Diagnostic::new(
                    Code::CaseNeverRuns,
                    fail.arm.span,
                    "an arm before this one takes all that it would take, so it never runs",
                    "never reached",
                )
                .with_label(before.arm.span, "takes it first")
                .with_help("put the narrower arm first, or leave one of them out"),
            );
        }
    }
}

fn takes_all_of(before: &FailArm, fail: &FailArm) -> bool {
    match (before.filter, fail.filter) {
        (None, _) => true,
        (_, None) | (Some(FailFilter::Bad), _) | (_, Some(FailFilter::Bad)) => false,
        (Some(FailFilter::Kind(a)), Some(FailFilter::Kind(b))) => a == b,
        (Some(FailFilter::Kind(kind)), Some(FailFilter::Status(..))) => kind == FailureKind::Status,
        (Some(FailFilter::Status(..)), Some(FailFilter::Kind(_))) => false,
        (Some(FailFilter::Status(from, to)), Some(FailFilter::Status(first, last))) => from <= first && last <= to,
    }
}
