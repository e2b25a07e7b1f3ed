//! Lengths of time and counts are in range.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{ClauseKind, Duration, StepKind};
use std::ops::RangeInclusive;

/// Seconds a call may take (IntelePeer SmartFlows, "External Web Call Action Inputs": 1–200).
const TIMEOUT: RangeInclusive<u32> = 1..=200;
/// How often a call is tried again, or a person is asked again.
const RETRIES: RangeInclusive<u32> = 0..=10;
/// Seconds a run may wait: a second to a year.
const WAIT: RangeInclusive<u32> = 1..=365 * 86_400;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_clause(context.file, &mut |clause| match &clause.kind {
        ClauseKind::Timeout(timeout) if !TIMEOUT.contains(&timeout.seconds) => {
            let nearest = if timeout.seconds == 0 { "1s" } else { "200s" };
            out.push(out_of_range(timeout, "a call's timeout is 1 to 200 seconds", nearest));
        }
        ClauseKind::Retry(times) => out.extend(retries(*times, clause.span, "a call is tried again")),
        _ => {}
    });
    super::each_step(context.file, &mut |step| match &step.kind {
        StepKind::Wait(duration) => out.extend(wait(duration, "a run waits")),
        StepKind::Talk(talk) => {
            out.extend(talk.within.iter().filter_map(|within| wait(within, "a reply is waited for")));
        }
        StepKind::Ask(ask) => {
            out.extend(ask.within.iter().filter_map(|within| wait(within, "a reply is waited for")));
            out.extend(
                ask.retry.iter().filter_map(|retry| retries(retry.times, retry.span, "a person is asked again")),
            );
        }
        _ => {}
    });
}

fn wait(duration: &Duration, what: &str) -> Option<Diagnostic> {
    let nearest = if duration.seconds == 0 { "1s" } else { "365d" };
    let message = format!("{what} a second to 365 days");
    (!WAIT.contains(&duration.seconds)).then(|| out_of_range(duration, &message, nearest))
}

fn out_of_range(duration: &Duration, message: &str, nearest: &str) -> Diagnostic {
    let label = if duration.seconds == 0 { "too short" } else { "too long" };
    Diagnostic::new(Code::OutOfRange, duration.span, message, label).with_fix(duration.span, nearest)
}

fn retries(times: u32, span: Span, what: &str) -> Option<Diagnostic> {
    let message = format!("{what} {} times at most", RETRIES.end());
    (!RETRIES.contains(&times))
        .then(|| Diagnostic::new(Code::OutOfRange, span, message, "too often").with_help("write a number from 0 to 10"))
}
