//! Tests in a flow: each sends something that the flow takes, and expects something.

use crate::check::Context;
use crate::check::test_clock::Clock;
use crate::check::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{ApiSource, Json, Sms, Source, Test, TestStepKind, Text, Trigger};
use std::collections::HashMap;

/// Members that every request of the Inbound API may have.
const OF_EVERY_REQUEST: &[&str] = &["ANI", "DNIS"];

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let mut names: HashMap<&str, Span> = HashMap::new();
    // Where nothing starts the flow, that is told.
    let tests = context.file.tests.iter().filter(|_| !context.file.triggers.is_empty());
    for test in tests {
        if let Some(first) = names.insert(&test.name.value, test.name.span) {
            out.push(
                Diagnostic::new(Code::DuplicateName, test.name.span, "two tests have this name", "the second one")
                    .with_label(first, "the first one")
                    .with_help("rename one of them"),
            );
        }
        if !test.incomplete {
            out.extend(incomplete(test));
        }
        let mut clock = Clock::of(context.file);
        for step in &test.steps {
            let coming = clock.hear(&step.kind);
            match &step.kind {
                TestStepKind::Given(given) => out.extend(super::method::unknown(context, &given.method)),
                TestStepKind::ThenCall(call) => out.extend(super::method::unknown(context, &call.method)),
                TestStepKind::WhenSms(sms) => {
                    out.extend(message(context, step.span).or_else(|| from_nobody(sms, step.span)));
                }
                TestStepKind::WhenSchedule(schedule) => {
                    out.extend(super::test_schedules::misfit(context, step.span, schedule, coming));
                }
                TestStepKind::WhenApi(name, members) => request(context, step.span, name.as_ref(), members, out),
                _ => {}
            }
        }
    }
}

fn incomplete(test: &Test) -> Option<Diagnostic> {
    let is_when = |kind: &TestStepKind| {
        matches!(
            kind,
            TestStepKind::WhenSms(_)
                | TestStepKind::WhenApi(..)
                | TestStepKind::WhenSchedule(_)
                | TestStepKind::WhenPass(_)
        )
    };
    let is_then = |kind: &TestStepKind| {
        !is_when(kind)
            && !matches!(kind, TestStepKind::Given(_) | TestStepKind::GivenSms(_) | TestStepKind::GivenBot(_))
    };
    let when = test.steps.iter().position(|step| is_when(&step.kind));
    let then = test.steps.iter().rposition(|step| is_then(&step.kind));
    let (message, help) = match (when, then) {
        (None, _) => ("this test does not say what happens", "add `when sms \"…\" from \"+15550123\"`"),
        (Some(_), None) => ("this test expects nothing", "add `then sms \"…\"`, or `then nothing`"),
        (Some(when), Some(then)) if then < when => {
            ("this test expects nothing of what happens last", "write `when` first, then `then`")
        }
        _ => return None,
    };
    Some(Diagnostic::new(Code::TestIncomplete, test.name.span, message, "this test").with_help(help))
}

fn triggers<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Trigger> {
    context.file.triggers.iter()
}

fn message(context: &Context<'_>, span: Span) -> Option<Diagnostic> {
    if triggers(context).any(|trigger| matches!(trigger.source, Source::Sms(_) | Source::Bad)) || asks(context) {
        return None;
    }
    let message = "no `on sms` and no `ask` of this flow takes a message";
    let diagnostic = Diagnostic::new(Code::TestMisfit, span, message, "nobody takes it");
    Some(diagnostic.with_help("a request of another system comes in by `when api \"…\" { … }`"))
}

fn from_nobody(sms: &Sms, span: Span) -> Option<Diagnostic> {
    if sms.from.is_some() {
        return None;
    }
    let diagnostic = Diagnostic::new(Code::TestMisfit, span, "this message does not say who sends it", "from whom?");
    Some(diagnostic.with_help("write `when sms \"…\" from \"+15550123\"`"))
}

fn asks(context: &Context<'_>) -> bool {
    let mut found = false;
    super::each_step(context.file, &mut |step| {
        found |= matches!(step.kind, crate::syntax::ast::StepKind::Ask(_));
    });
    found
}

fn request(context: &Context<'_>, span: Span, name: Option<&Text>, members: &Json, out: &mut Vec<Diagnostic>) {
    let apis: Vec<&ApiSource> = triggers(context)
        .filter_map(|trigger| match &trigger.source {
            Source::Api(api) => Some(api),
            _ => None,
        })
        .collect();
    if triggers(context).any(|trigger| matches!(trigger.source, Source::Bad)) {
        return;
    }
    let found = match name {
        Some(name) => apis.iter().find(|api| api.name.value == name.value),
        None => apis.first().filter(|_| apis.len() == 1),
    };
    let Some(api) = found else {
        let place = name.map_or(span, |name| name.span);
        let message = match name {
            Some(name) => format!("this flow has no `on api \"{}\"`", name.value),
            None if apis.is_empty() => "this flow has no `on api`".to_owned(),
            None => "this flow has several `on api`: the test does not say which".to_owned(),
        };
        let known: Vec<&str> = apis.iter().map(|api| api.name.value.as_str()).collect();
        let near = name.and_then(|name| suggest::nearest(&name.value, known.iter().copied()).first().copied());
        let diagnostic = Diagnostic::new(Code::TestMisfit, place, message, "no such trigger");
        return out.push(match near {
            Some(near) => {
                diagnostic.with_help(format!("did you mean `\"{near}\"`?")).with_fix(place, format!("\"{near}\""))
            }
            None => diagnostic,
        });
    };
    fits(context, api, span, members, out);
}

/// Whether a request has the Expected Inputs, with their types.
fn fits(context: &Context<'_>, api: &ApiSource, span: Span, members: &Json, out: &mut Vec<Diagnostic>) {
    let Json::Object(members) = members else { return };
    for input in &api.inputs {
        let is_optional = input.optional || input.ty.as_ref().is_some_and(|ty| ty.optional);
        if !is_optional && !members.iter().any(|(name, _)| name.value == input.name.text) {
            let message = format!("this request lacks the Expected Input `{}`", input.name.text);
            out.push(
                Diagnostic::new(Code::TestMisfit, span, message, "would be refused")
                    .with_label(input.name.span, "expected here")
                    .with_help(format!("add `\"{}\": …`", input.name.text)),
            );
        }
    }
    for (name, value) in members {
        if OF_EVERY_REQUEST.contains(&name.value.as_str()) {
            continue;
        }
        let Some(input) = api.inputs.iter().find(|input| input.name.text == name.value) else {
            let known: Vec<&str> = api.inputs.iter().map(|input| input.name.text.as_str()).collect();
            let message = format!("`{}` is no Expected Input of this trigger", name.value);
            let diagnostic = Diagnostic::new(Code::TestMisfit, name.span, message, "not expected");
            out.push(match suggest::nearest(&name.value, known).first() {
                Some(near) => diagnostic
                    .with_help(format!("did you mean `\"{near}\"`?"))
                    .with_fix(name.span, format!("\"{near}\"")),
                None => {
                    let known: Vec<String> = api.inputs.iter().map(|input| format!("`{}`", input.name.text)).collect();
                    diagnostic.with_help(format!("leave it out; the inputs are {}", known.join(", ")))
                }
            });
            continue;
        };
        let wanted = input.ty.as_ref().and_then(|ty| Type::written(ty).ok());
        let Json::Value(expr) = value else { continue };
        let found = context.types.expr(expr).ty;
        let is_number = |ty: Type| matches!(ty, Type::Int | Type::Number);
        let misfit = match wanted {
            Some(Type::Int) => found != Type::Int,
            Some(Type::Number) => !is_number(found),
            Some(Type::Bool) => found != Type::Bool,
            Some(Type::Text | Type::Phone | Type::Url) => is_number(found) || found == Type::Bool,
            _ => false,
        };
        if let (true, Some(wanted), false) = (misfit, wanted, found == Type::Unknown) {
            let message = format!("`{}` is {}, not {}", name.value, wanted.described(), found.described());
            out.push(
                Diagnostic::new(Code::TestMisfit, expr.span, message, "would be refused")
                    .with_label(input.name.span, "expected here")
                    .with_help("types are strict: `7` is a number, `\"7\"` a text"),
            );
        }
    }
}
