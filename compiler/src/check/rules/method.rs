//! A call's method exists, and GET has no body.

use crate::check::Context;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{METHODS, Name};

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |_, call| {
        let Some(method) = &call.method else { return };
        out.extend(unknown(context, method));
        let body = call.clauses.iter().find(|clause| clause.kind.is_body());
        if let (Some(body), "GET") = (body, method.text.as_str()) {
            out.push(
                Diagnostic::new(Code::BodyOnGet, body.span, "a GET request has no body", "this would be its body")
                    .with_label(method.span, "GET")
                    .with_help("send the values as `query \"name\" = $value`, or use POST"),
            );
        }
    });
}

/// Says so if there is no such method.
pub(super) fn unknown(context: &Context<'_>, method: &Name) -> Option<Diagnostic> {
    if METHODS.contains(&method.text.as_str()) {
        return None;
    }
    let is_service = context.file.services.iter().any(|service| service.name.text == method.text);
    if is_service {
        let message = format!("`{}` is a service, and its method is missing", method.text);
        let place = Span::at(method.span.end);
        let diagnostic = Diagnostic::new(Code::UnknownMethod, method.span, message, "with which method?");
        return Some(diagnostic.with_help("the methods are GET, POST, PATCH, PUT and DELETE").with_fix(place, " GET"));
    }
    let message = format!("there is no method `{}`", method.text);
    let diagnostic = Diagnostic::new(Code::UnknownMethod, method.span, message, "unknown method")
        .with_help("the methods are GET, POST, PATCH, PUT and DELETE, in capitals");
    let near = suggest::nearest(&method.text.to_ascii_uppercase(), METHODS.iter().copied());
    let upper = METHODS.iter().find(|known| known.eq_ignore_ascii_case(&method.text));
    Some(match upper.or(near.first()) {
        Some(known) => diagnostic.with_fix(method.span, *known),
        None => diagnostic,
    })
}
