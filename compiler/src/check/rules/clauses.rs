//! The clauses of a call or a service go together.

use crate::check::Context;
use crate::check::service::authenticates;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Call, Clause, ClauseKind};
use std::collections::HashMap;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for service in &context.file.services {
        exclusive("a service", &service.clauses, out);
    }
    super::each_call(context.file, &mut |_, call| {
        exclusive("a call", &call.clauses, out);
        bound_twice(call, out);
    });
}

/// One body, one way to authenticate, one timeout, each header once.
fn exclusive(owner: &str, clauses: &[Clause], out: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for clause in clauses {
        let (group, what) = match &clause.kind {
            kind if kind.is_body() => ("body".to_owned(), "one body"),
            kind if authenticates(kind) => ("auth".to_owned(), "one way to authenticate"),
            ClauseKind::Timeout(_) => ("timeout".to_owned(), "one timeout"),
            ClauseKind::Retry(_) => ("retry".to_owned(), "one `retry`"),
            ClauseKind::Sample(_) => ("sample".to_owned(), "one sample"),
            ClauseKind::Header(name, _) => (format!("header {}", name.value.to_ascii_lowercase()), "each header once"),
            _ => continue,
        };
        if let Some(first) = seen.insert(group, clause.span) {
            out.push(
                Diagnostic::new(Code::ClauseTwice, clause.span, format!("{owner} has {what}"), "the second one")
                    .with_label(first, "the first one")
                    .with_help("leave one of them out"),
            );
        }
    }
}

fn bound_twice(call: &Call, out: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<&str, Span> = HashMap::new();
    for binding in &call.bindings {
        let name = &binding.field.name;
        if let Some(first) = seen.insert(&name.text, name.span) {
            out.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    name.span,
                    format!("`{}` is bound twice by this call", name.text),
                    "the second one",
                )
                .with_label(first, "the first one")
                .with_help("rename one of them"),
            );
        }
    }
}
