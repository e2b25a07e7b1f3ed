//! What `$failure.kind` is compared with is a kind of failure: any other word would never be equal.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::check::types::Type;
use crate::diagnostic::{Code, Diagnostic};
use crate::resolve::names::Referent;
use crate::suggest;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, FailureKind, StepKind};
use crate::syntax::visit;

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_step(context.file, &mut |step| {
        visit::step_exprs(step, &mut |expr| {
            visit::exprs(expr, &mut |expr| {
                if let ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, left, right) = &expr.kind {
                    for (kind, word) in [(left, right), (right, left)] {
                        if is_kind(context, kind) {
                            out.extend(unknown(context, word));
                        }
                    }
                }
            });
        });
        if let StepKind::Match(choice) = &step.kind
            && is_kind(context, &choice.subject)
        {
            let patterns = choice.cases.iter().flat_map(|case| &case.patterns);
            out.extend(patterns.filter_map(|pattern| unknown(context, pattern)));
        }
    });
}

/// Whether this is `$failure.kind`.
fn is_kind(context: &Context<'_>, expr: &Expr) -> bool {
    let ExprKind::Variable(_, Some(field)) = &expr.kind else { return false };
    let Some(Referent::Var(record)) = context.names.referent(expr.id) else { return false };
    field.text == "kind" && context.types.var(record).ty == Type::Failure
}

fn unknown(context: &Context<'_>, word: &Expr) -> Option<Diagnostic> {
    if context.types.expr(word).ty != Type::Text {
        return None;
    }
    let text = constant_text(context.file, context.names, word)?;
    let kinds = || FailureKind::ALL.iter().map(|kind| kind.as_str());
    if kinds().any(|kind| kind == text) {
        return None;
    }
    let message = format!("`{text}` is no kind of failure, so `$failure.kind` is never equal to it");
    let diagnostic = Diagnostic::new(Code::UnknownFailure, word.span, message, "no such kind");
    let near = suggest::nearest(&text, kinds());
    let is_literal = matches!(word.kind, ExprKind::Text(_));
    Some(match near.first() {
        Some(best) if is_literal => {
            diagnostic.with_help(suggest::did_you_mean(&near, "")).with_fix(word.span, format!("\"{best}\""))
        }
        Some(_) => diagnostic.with_help(suggest::did_you_mean(&near, "")),
        None => {
            let known: Vec<String> = kinds().map(|kind| format!("`{kind}`")).collect();
            diagnostic.with_help(format!("the kinds are {}; `$failure.status` has the HTTP status", known.join(", ")))
        }
    })
}
