//! Triggers: each can be reached, and an api trigger is guarded by a secret token.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Referent;
use crate::source::Span;
use crate::syntax::ast::{ApiSource, ExprKind, Source, Trigger};
use std::collections::HashMap;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    sms(context, out);
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for trigger in &context.file.triggers {
        let (key, what) = match &trigger.source {
            Source::Api(api) => {
                token(context, trigger, api, out);
                name(api, out);
                (api.name.value.as_str(), format!("`on api \"{}\"`", api.name.value))
            }
            Source::Sms(_) | Source::Schedule(_) | Source::Bad => continue,
        };
        if let Some(first) = seen.insert(key, trigger.span) {
            out.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    trigger.span,
                    format!("a file has {what} once: nothing says which of the two is meant"),
                    "the second one",
                )
                .with_label(first, "the first one")
                .with_help("join them, or tell the cases apart with `match` or `if`"),
            );
        }
    }
}

/// Of several `on sms` the first that fits takes a message, so none may stand behind one that takes all of its own.
fn sms(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut before: Vec<(Span, Option<String>, Option<&str>)> = Vec::new();
    for trigger in &context.file.triggers {
        let Source::Sms(source) = &trigger.source else { continue };
        let to = source.to.as_ref().and_then(|to| constant_text(context.file, context.names, to));
        if source.incomplete || (source.to.is_some() && to.is_none()) {
            continue;
        }
        let matching = source.matching.as_ref().map(|pattern| pattern.text.as_str());
        let taken = before.iter().find(|(_, first_to, first_matching)| {
            (first_to.is_none() || *first_to == to) && (first_matching.is_none() || *first_matching == matching)
        });
        if let Some((first, ..)) = taken {
            out.push(
                Diagnostic::new(
                    Code::CaseNeverRuns,
                    trigger.span,
                    "an `on sms` before this one takes all its messages, so it never runs",
                    "never reached",
                )
                .with_label(*first, "takes them first")
                .with_help("put the one with `to` or `matching` first, or join the two with `match` or `if`"),
            );
        }
        before.push((trigger.span, to, matching));
    }
}

fn name(api: &ApiSource, out: &mut Vec<Diagnostic>) {
    if api.name.value.trim().is_empty() {
        out.push(
            Diagnostic::new(Code::MissingPart, api.name.span, "an api trigger needs a name that is not empty", "empty")
                .with_help("callers send it as `flowId`, as in `on api \"order-ready\"`"),
        );
    }
}

fn token(context: &Context<'_>, trigger: &Trigger, api: &ApiSource, out: &mut Vec<Diagnostic>) {
    let Some(token) = &api.token else {
        out.push(
            Diagnostic::new(
                Code::OpenTrigger,
                trigger.span,
                "whoever reaches the binary can start this flow: it has no `token`",
                "open to all",
            )
            .with_help("declare `secret TOKEN` and write `token $TOKEN` behind the trigger's name"),
        );
        return;
    };
    let known = matches!(
        (&token.kind, context.names.referent(token.id)),
        (ExprKind::Bad, _) | (ExprKind::Variable(_, None), Some(Referent::Secret(_)) | None)
    );
    if !known {
        out.push(
            Diagnostic::new(Code::TokenNotSecret, token.span, "an Auth Token is a `secret`", "not a secret")
                .with_help("declare `secret TOKEN` and write `token $TOKEN`; its value is read when the binary starts"),
        );
    }
}
