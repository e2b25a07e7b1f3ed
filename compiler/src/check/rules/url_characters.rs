//! The fixed words of a URL hold no character that no URL holds; `{name}` is another language's variable.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Part};

/// Printable characters of ASCII that stand nowhere in a URL as they are (RFC 3986, appendix A), but for those of which
/// the reading of a whole URL tells: white space, backslash and quote.
const FORBIDDEN: &[char] = &['{', '}', '|', '^', '<', '>', '`'];

/// Says so of the first that stands in a URL's fixed words.
pub(super) fn forbidden(context: &Context<'_>, url: &Expr) -> Option<Diagnostic> {
    let ExprKind::Text(parts) = &url.kind else { return None };
    parts.iter().find_map(|part| match part {
        Part::Literal(text) => in_words(&text.value, text.span),
        Part::Value(value) => in_words(&constant_text(context.file, context.names, value)?, value.span),
    })
}

fn in_words(words: &str, span: Span) -> Option<Diagnostic> {
    let at = words.find(FORBIDDEN)?;
    let rest = words.get(at..)?;
    let character = rest.chars().next()?;
    let name = placeholder(rest);
    // A run of plain characters is written as it reads; an escape or a constant is shown whole.
    let place = match span.range().len() == words.len() {
        true => {
            let start = span.range().start + at;
            Span::new(start, start + name.map_or(1, |name| name.len() + 2))
        }
        false => span,
    };
    let message = format!("a URL holds no `{character}`");
    let diagnostic = Diagnostic::new(Code::BadUrl, place, message, "not a character of URLs");
    Some(match name {
        Some(name) => diagnostic.with_help(format!("a variable is written `${name}`")),
        None => diagnostic.with_help(format!("if it is meant as it stands, write `%{:02X}`", u32::from(character))),
    })
}

/// The name in `{name}`, if the text begins so.
fn placeholder(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_name = name.starts_with(is_letter) && name.chars().all(|c| is_letter(c) || c.is_ascii_digit());
    is_name.then_some(name)
}
