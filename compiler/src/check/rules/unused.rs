//! What is bound or declared and never read.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::{Origin, VarId};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::Source;
use std::collections::HashSet;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let inputs = expected_inputs(context);
    for (at, variable) in context.names.vars.iter().enumerate() {
        let help = match variable.origin {
            _ if variable.used || inputs.contains(&VarId(at)) || is_meant(context, &variable.name) => continue,
            Origin::Response(..) => "leave it out of the response variables",
            Origin::Reply(_) => "if the reply does not matter, send the question with `sms`",
            Origin::Set(_) => {
                "leave the `set` out; if what follows is for every way of an `if`, put the `if` in braces"
            }
            Origin::Declared(..) => "leave the parameter out",
            Origin::Trigger | Origin::Failure | Origin::Present(_) | Origin::Merge(_) => continue,
        };
        out.push(
            Diagnostic::new(
                Code::UnusedVariable,
                variable.span,
                format!("`${}` is never used", variable.name),
                "bound here",
            )
            .with_help(help),
        );
    }
    let secrets = context.file.secrets.iter().map(|name| (name, "secret"));
    let consts = context.file.consts.iter().map(|item| (&item.name, "constant"));
    let services = context.file.services.iter().map(|item| (&item.name, "service"));
    let bots = context.file.bots.iter().map(|item| (&item.name, "bot"));
    for (name, what) in secrets.chain(consts).chain(services).chain(bots) {
        if context.names.globals_used.get(&name.span) == Some(&false) && !is_meant(context, &name.text) {
            out.push(
                Diagnostic::new(
                    Code::UnusedSecret,
                    name.span,
                    format!("the {what} `{}` is never used", name.text),
                    "declared here",
                )
                .with_help("leave it out"),
            );
        }
    }
}

/// Whether a misspelt use may have meant this name.
fn is_meant(context: &Context<'_>, name: &str) -> bool {
    context.names.unknown.iter().any(|unknown| unknown == name || !suggest::nearest(unknown, [name]).is_empty())
}

/// Expected Inputs may stay unused: they say what callers send.
fn expected_inputs(context: &Context<'_>) -> HashSet<VarId> {
    let spans: Vec<Span> = context
        .file
        .triggers
        .iter()
        .filter_map(|trigger| match &trigger.source {
            Source::Api(api) => Some(api.inputs.iter().map(|input| input.name.span)),
            _ => None,
        })
        .flatten()
        .collect();
    spans.iter().filter_map(|span| context.names.bindings.get(span).copied()).collect()
}
