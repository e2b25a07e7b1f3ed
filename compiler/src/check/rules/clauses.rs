//! A call's clauses go together, and its timeout is in range.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Call, ClauseKind};
use std::collections::HashMap;

/// Seconds a call may take (IntelePeer SmartFlows, "External Web Call Action Inputs": 1–200).
const TIMEOUT: std::ops::RangeInclusive<u32> = 1..=200;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |_, call| {
        exclusive(call, out);
        bound_twice(call, out);
        for clause in &call.clauses {
            if let ClauseKind::Timeout(seconds) = clause.kind
                && !TIMEOUT.contains(&seconds)
            {
                out.push(
                    Diagnostic::new(
                        Code::OutOfRange,
                        clause.span,
                        "a call's timeout is 1 to 200 seconds",
                        if seconds == 0 { "too short" } else { "too long" },
                    )
                    .with_fix(clause.span, if seconds == 0 { "timeout 1s" } else { "timeout 200s" }),
                );
            }
        }
    });
}

/// One body, one way to authenticate, one timeout, each header once.
fn exclusive(call: &Call, out: &mut Vec<Diagnostic>) {
    let mut seen: HashMap<String, Span> = HashMap::new();
    for clause in &call.clauses {
        let (group, what) = match &clause.kind {
            ClauseKind::Json(_) | ClauseKind::Form(_) | ClauseKind::Text(_) => ("body".to_owned(), "one body"),
            ClauseKind::Basic(..) | ClauseKind::Bearer(_) => ("auth".to_owned(), "one way to authenticate"),
            ClauseKind::Timeout(_) => ("timeout".to_owned(), "one timeout"),
            ClauseKind::Header(name, _) if name.value.eq_ignore_ascii_case("authorization") => {
                ("auth".to_owned(), "one way to authenticate")
            }
            ClauseKind::Header(name, _) => (format!("header {}", name.value.to_ascii_lowercase()), "each header once"),
            ClauseKind::Query(..) => continue,
        };
        if let Some(first) = seen.insert(group, clause.span) {
            out.push(
                Diagnostic::new(Code::ClauseTwice, clause.span, format!("a call has {what}"), "the second one")
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
