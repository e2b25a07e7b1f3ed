//! A call's method exists, and GET has no body.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::suggest;
use crate::syntax::ast::ClauseKind;

const METHODS: &[&str] = &["GET", "POST", "PATCH", "PUT", "DELETE"];

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |_, call| {
        let Some(method) = &call.method else { return };
        if !METHODS.contains(&method.text.as_str()) {
            let diagnostic = Diagnostic::new(
                Code::UnknownMethod,
                method.span,
                format!("there is no method `{}`", method.text),
                "unknown method",
            )
            .with_help("the methods are GET, POST, PATCH, PUT and DELETE, in capitals");
            let near = suggest::nearest(&method.text.to_ascii_uppercase(), METHODS.iter().copied());
            let upper = METHODS.iter().find(|known| known.eq_ignore_ascii_case(&method.text));
            out.push(match upper.or(near.first()) {
                Some(known) => diagnostic.with_fix(method.span, *known),
                None => diagnostic,
            });
        }
        let body = call
            .clauses
            .iter()
            .find(|clause| matches!(clause.kind, ClauseKind::Json(_) | ClauseKind::Form(_) | ClauseKind::Text(_)));
        if let (Some(body), "GET") = (body, method.text.as_str()) {
            out.push(
                Diagnostic::new(Code::BodyOnGet, body.span, "a GET request has no body", "this would be its body")
                    .with_label(method.span, "GET")
                    .with_help("send the values as `query \"name\" = $value`, or use POST"),
            );
        }
    });
}
