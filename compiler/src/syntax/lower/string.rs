//! Strings: escapes, `$name`, `${…}`.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Part, Text};
use crate::syntax::grammar::{FlowParser, Rule};
use pest::Parser;

impl Lower {
    /// A string with its variables.
    pub(super) fn string(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut parts: Vec<Part> = Vec::new();
        let mut closed = false;
        let mut told = 0;
        let mut pieces = pair.into_inner().peekable();
        while let Some(part) = pieces.next() {
            match part.as_rule() {
                Rule::chars => parts.push(self.literal(&part, part.as_str())),
                Rule::dollars => parts.push(self.literal(&part, "$")),
                Rule::escape => {
                    let text = self.escape(&part);
                    parts.push(self.literal(&part, text));
                }
                Rule::lone_dollar => {
                    let behind = pieces.peek().filter(|next| next.as_rule() == Rule::chars);
                    self.lone_dollar(&part, behind.map_or("", |next| next.as_str()));
                    parts.push(self.literal(&part, "$"));
                }
                Rule::variable => {
                    let value = self.variable(part);
                    parts.push(Part::Value(value));
                }
                Rule::interpolation => {
                    let before = self.diagnostics.len();
                    let value = self.interpolation(part);
                    parts.push(Part::Value(value));
                    told = self.diagnostics.len() - before;
                }
                Rule::close_quote => closed = true,
                Rule::foreign_quoted => {
                    let text = self.quotes_spelling(&part);
                    parts.push(self.literal(&part, text));
                    closed = true;
                }
                _ => {}
            }
        }
        // An interpolation that is not closed swallows the quote.
        if !closed && told == 0 {
            self.unclosed_string(span);
        }
        self.new_expr(span, ExprKind::Text(parts))
    }

    /// Says that the string that begins here does not end.
    pub(super) fn unclosed_string(&mut self, span: Span) {
        let open = Span { start: span.start, end: span.start + 1 };
        self.report(
            Diagnostic::new(Code::UnclosedString, open, "this string is never closed", "it begins here")
                .with_help("end it with `\"` on the same line; a line break in the text is written `\\n`"),
        );
    }

    /// A string that may hold no variables; `what` names it in the error: "a header's name".
    pub(super) fn plain_string(&mut self, pair: Pair<'_>, what: &str) -> Text {
        let string = self.string(pair);
        let mut value = String::new();
        if let ExprKind::Text(parts) = string.kind {
            for part in parts {
                match part {
                    Part::Literal(text) => value.push_str(&text.value),
                    Part::Value(expr) => self.report(
                        Diagnostic::new(
                            Code::VariableNotAllowed,
                            expr.span,
                            format!("{what} may hold no variable"),
                            "known only when the flow runs",
                        )
                        .with_help("write it out; a dollar sign itself is written `$$`"),
                    ),
                }
            }
        }
        Text { value, span: string.span }
    }

    fn literal(&self, pair: &Pair<'_>, value: &str) -> Part {
        Part::Literal(Text { value: value.to_owned(), span: self.span(pair) })
    }

    fn escape(&mut self, pair: &Pair<'_>) -> &'static str {
        match pair.as_str() {
            "\\n" => "\n",
            "\\t" => "\t",
            "\\\"" => "\"",
            "\\\\" => "\\",
            other => {
                let span = self.span(pair);
                self.report(
                    Diagnostic::new(Code::BadEscape, span, format!("`{other}` is no escape"), "unknown escape")
                        .with_help("the escapes are `\\n`, `\\t`, `\\\"` and `\\\\`; a dollar sign is `$$`")
                        .with_fix(span, format!("\\{other}")),
                );
                ""
            }
        }
    }

    fn lone_dollar(&mut self, pair: &Pair<'_>, behind: &str) {
        let span = self.span(pair);
        let diagnostic =
            Diagnostic::new(Code::LoneDollar, span, "no variable's name follows this `$`", "a dollar sign alone");
        let name = behind.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(name, _)| name);
        let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        self.report(match name.filter(is_name) {
            Some(name) => {
                let end = span.end + Span::new(0, name.len() + 2).end;
                diagnostic
                    .with_help(format!("a variable is written `${{{name}}}`"))
                    .with_fix(Span { start: span.start, end }, format!("${{{name}}}"))
            }
            None => diagnostic
                .with_help("a dollar sign itself is written `$$`, a variable `$name` or `${name}`")
                .with_fix(span, "$$"),
        });
    }

    /// `${…}`: its text was cut out whole and is parsed here.
    fn interpolation(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut parts = pair.into_inner().peekable();
        let open = super::take(&mut parts, Rule::open_interpolation).map_or(span, |open| self.span(&open));
        let inner = super::take(&mut parts, Rule::raw_inner);
        if super::take(&mut parts, Rule::close_interpolation).is_none() {
            self.unclosed_interpolation(open, inner.as_ref());
            return self.bad_expr(span);
        }
        let Some(inner) = inner.filter(|inner| !inner.as_str().trim().is_empty()) else {
            self.expected(open, "a variable between `${` and `}`");
            return self.bad_expr(span);
        };
        let outer = self.base;
        self.base += inner.as_span().start();
        let expr = self.inner(inner.as_str(), span);
        self.base = outer;
        expr
    }

    fn unclosed_interpolation(&mut self, open: Span, inner: Option<&Pair<'_>>) {
        let text = inner.map_or("", Pair::as_str);
        let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let diagnostic = Diagnostic::new(
            Code::UnclosedBracket,
            open,
            "this `${` is never closed",
            "no `}` belongs to it on this line",
        )
        .with_help("write `}` behind the variable, as in `${name}`");
        let place = Span { start: open.end, end: open.end + Span::new(0, name).end };
        self.report(match name {
            0 => diagnostic,
            _ => diagnostic.with_fix(Span::at(place.end), "}"),
        });
    }

    fn inner(&mut self, text: &str, span: Span) -> Expr {
        let parsed = FlowParser::parse(Rule::inner, text).ok().and_then(|mut pairs| pairs.next());
        let mut parts = parsed.map(|inner| inner.into_inner().peekable());
        let Some((expr, parts)) = parts.as_mut().and_then(|parts| Some((super::take(parts, Rule::expr)?, parts)))
        else {
            self.unexpected(span, text, "a variable, as in `${name}`, or an expression, as in `${name ?? \"guest\"}`");
            return self.bad_expr(span);
        };
        let expr = self.expr(expr, true);
        if let Some(rest) = super::take(parts, Rule::inner_rest) {
            let rest_span = self.span(&rest);
            self.unexpected(rest_span, rest.as_str(), "`}`, or an operator such as `??`");
        }
        expr
    }
}
