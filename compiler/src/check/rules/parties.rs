//! A run that a schedule starts talks with nobody: its messages say to whom and from which number.

use super::reach::reached_from;
use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, Path, Source, StepKind};
use crate::syntax::visit;
use std::collections::HashSet;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut told = HashSet::new();
    for trigger in &context.file.triggers {
        if !matches!(trigger.source, Source::Schedule(_)) {
            continue;
        }
        let paths = reached_from(context, &trigger.body).into_iter().filter_map(|at| context.file.paths.get(at));
        for body in std::iter::once(&trigger.body).chain(paths.map(|path| &path.body)) {
            messages(body, &mut |span, missing| {
                if told.insert(span) {
                    out.push(nobody(span, missing, trigger.span));
                }
            });
        }
    }
}

/// Calls back for each message that leaves one of its numbers out, with what it leaves out.
fn messages(body: &Path, visit_message: &mut dyn FnMut(Span, &'static str)) {
    visit::steps(body, &mut |step| {
        let (to, from) = match &step.kind {
            StepKind::Sms(sms) => (&sms.to, &sms.from),
            StepKind::Ask(ask) => (&ask.to, &ask.from),
            // It has no place for them.
            StepKind::Talk(talk) if talk.is_chat => return visit_message(step.span, CHAT),
            _ => return,
        };
        if let Some(missing) = left_out(to.as_ref(), from.as_ref()) {
            visit_message(step.span, missing);
        }
    });
}

fn left_out(to: Option<&Expr>, from: Option<&Expr>) -> Option<&'static str> {
    match (to, from) {
        (None, None) => Some("`to` and `from`"),
        (None, Some(_)) => Some("`to`"),
        (Some(_), None) => Some("`from`"),
        (Some(_), Some(_)) => None,
    }
}

/// What is missing for a `chat`.
const CHAT: &str = "whom to text";

fn nobody(span: Span, missing: &str, schedule: Span) -> Diagnostic {
    if missing == CHAT {
        let message = "a schedule starts this run, so nobody has texted: there is nobody to chat with";
        return Diagnostic::new(Code::NobodyToText, span, message, "with whom?")
            .with_label(schedule, "starts the run")
            .with_help("text people first, and let the `chat` begin with their reply: `on sms -> chat …`");
    }
    Diagnostic::new(
        Code::NobodyToText,
        span,
        format!("a schedule starts this run, so nobody has texted: {missing} must be written"),
        format!("no {missing}"),
    )
    .with_label(schedule, "starts the run")
    .with_help("write both, as in `sms to \"+15550100\" from \"+15550199\" \"…\"`")
}
