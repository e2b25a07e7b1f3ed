//! The schedules in tests: each is one of the flow, at one of its times.

use crate::calendar::LocalTime;
use crate::check::test_clock::{BEGINNING, Coming, Past};
use crate::check::{Context, cron};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Source, Text, WhenSchedule};

/// Why a test cannot have this schedule come, as the clock of the test has it.
pub(super) fn misfit(
    context: &Context<'_>,
    span: Span,
    schedule: &WhenSchedule,
    coming: Option<Coming>,
) -> Option<Diagnostic> {
    let sources = || context.file.triggers.iter().map(|trigger| &trigger.source);
    if sources().any(|source| matches!(source, Source::Bad)) {
        return None;
    }
    let schedules: Vec<&Text> = sources()
        .filter_map(|source| match source {
            Source::Schedule(text) => Some(text),
            _ => None,
        })
        .collect();
    let found = match &schedule.times {
        Some(times) => schedules.iter().find(|text| text.value == times.value),
        None => schedules.first().filter(|_| schedules.len() == 1),
    };
    match found {
        Some(text) => schedule.at.as_ref().and_then(|at| no_time(text, at).or_else(|| past(text, at, coming?))),
        None => Some(unknown(&schedules, span, schedule)),
    }
}

fn unknown(schedules: &[&Text], span: Span, schedule: &WhenSchedule) -> Diagnostic {
    let place = schedule.times.as_ref().map_or(span, |times| times.span);
    let known: Vec<String> = schedules.iter().map(|text| format!("`\"{}\"`", text.value)).collect();
    let message = match &schedule.times {
        _ if schedules.is_empty() => "this flow has no `on schedule`".to_owned(),
        Some(times) => format!("this flow has no `on schedule \"{}\"`", times.value),
        None => "this flow has several `on schedule`: the test does not say which".to_owned(),
    };
    let diagnostic = Diagnostic::new(Code::TestMisfit, place, message, "never comes");
    let near = schedule.times.as_ref().and_then(|times| {
        let near = suggest::nearest(&times.value, schedules.iter().map(|text| text.value.as_str()));
        near.first().map(|near| format!("\"{near}\""))
    });
    match (near, known.as_slice()) {
        (Some(near), _) => diagnostic.with_help(format!("did you mean `{near}`?")).with_fix(place, near),
        (None, []) => diagnostic.with_help("a message comes in by `when sms \"…\" from \"+15550123\"`"),
        (None, _) => diagnostic.with_help(format!("name one of {}", known.join(", "))),
    }
}

/// Why a schedule does not come at this time.
fn no_time(schedule: &Text, at: &Text) -> Option<Diagnostic> {
    let Some(time) = LocalTime::parse(&at.value) else {
        let message = format!("`{}` is no time", at.value);
        let diagnostic = Diagnostic::new(Code::TestMisfit, at.span, message, "no such time");
        return Some(diagnostic.with_help("write a date and a time that exist, as in `at \"2026-12-24 09:00\"`"));
    };
    let times = cron::parse(&schedule.value).ok().filter(|times| !times.has(time))?;
    let message = format!("this schedule does not come at {time}");
    let diagnostic = Diagnostic::new(Code::TestMisfit, at.span, message, "not one of its times")
        .with_label(schedule.span, "the schedule");
    Some(match times.first_from(time.midnight_after(0)) {
        Some(next) => diagnostic.with_help(format!("from that day on it comes first at {next}")),
        None => diagnostic,
    })
}

/// Why it is too late for a schedule to come at this time.
fn past(schedule: &Text, at: &Text, coming: Coming) -> Option<Diagnostic> {
    let Past { clock, next } = coming.pause.err()?;
    let message = format!("this time is past: the clock of this test stands at {clock}");
    let diagnostic =
        Diagnostic::new(Code::TestMisfit, at.span, message, "past by now").with_label(schedule.span, "the schedule");
    let next = next.map(|next| format!("; this schedule comes next at {next}, as it does without `at`"));
    Some(diagnostic.with_help(format!(
        "the clock begins at {BEGINNING}, or where a schedule is the first `when`, at its time{}",
        next.unwrap_or_default()
    )))
}
