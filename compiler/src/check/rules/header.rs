//! Headers that HTTP allows and that are the flow's to set.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{ClauseKind, Query};

/// What the runtime sets itself: what frames the message, and what is about one connection (RFC 9110, 7.6.1).
const OURS: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
];

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_clause(context.file, &mut |clause| {
        let ClauseKind::Header(name, value) = &clause.kind else { return };
        self::name(&name.value, name.span, out);
        if OURS.contains(&name.value.to_ascii_lowercase().as_str()) {
            out.push(
                Diagnostic::new(
                    Code::BadHeader,
                    name.span,
                    format!("`{}` is set by the runtime", name.value),
                    "not the flow's to set",
                )
                .with_help("leave this header out"),
            );
        }
        let fixed = constant_text(context.file, context.names, value);
        if fixed.is_some_and(|text| text.chars().any(|c| c.is_control() && c != '\t')) {
            out.push(
                Diagnostic::new(
                    Code::BadHeader,
                    value.span,
                    "a header's value is one line, without control characters",
                    "has a line break or another control character",
                )
                .with_help("leave the line break out"),
            );
        }
    });
    super::each_call(context.file, &mut |_, call| {
        for binding in &call.bindings {
            if let Query::Header(header) = &binding.query {
                self::name(&header.value, header.span, out);
            }
        }
    });
}

/// A header's name is a token (RFC 9110, 5.6.2).
fn name(name: &str, span: Span, out: &mut Vec<Diagnostic>) {
    let forbidden = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"!#$%&'*+-.^_`|~".contains(*c));
    let message = match forbidden {
        Some(character) => format!("a header's name may hold no {}", described(character)),
        None if name.is_empty() => "a header needs a name".to_owned(),
        None => return,
    };
    let diagnostic = Diagnostic::new(Code::BadHeader, span, message, "no header's name");
    out.push(match forbidden {
        Some(' ') => {
            let dashed = name.trim().replace(' ', "-");
            diagnostic.with_help(format!("probably `{dashed}`")).with_fix(span, format!("\"{dashed}\""))
        }
        Some(':') => {
            let bare = name.trim_end_matches([':', ' ']);
            diagnostic.with_help("the colon is written by HTTP itself").with_fix(span, format!("\"{bare}\""))
        }
        _ => diagnostic.with_help("letters, digits and dashes, as in `\"X-Api-Key\"`"),
    });
}

fn described(character: char) -> String {
    match character {
        ' ' => "space".to_owned(),
        c if c.is_control() => "control character".to_owned(),
        c => format!("`{c}`"),
    }
}
