//! An `xml` body is well-formed, and its variables stand where escaping keeps its shape.

use crate::check::Context;
use crate::check::constant::constant_text;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{ClauseKind, Expr, ExprKind, Part};
use roxmltree::{Document, Error, ParsingOptions};

/// Stands for a variable: a name of XML, so that the document parses wherever one stands. From a private use area, so
/// that nobody writes it.
const STAND_IN: &str = "\u{e000}";

pub(super) fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    super::each_call(context.file, &mut |_, call| {
        // Where something was not understood, a part of the document may be missing.
        for clause in call.clauses.iter().filter(|_| !call.incomplete) {
            if let ClauseKind::Xml(xml) = &clause.kind {
                out.extend(document(context, xml));
            }
        }
    });
}

/// The text of a body with a stand-in for each variable, and where each of its pieces is written.
struct Written<'a> {
    text: String,
    /// Where a piece begins in the text, where it is written, and the variable that it is.
    pieces: Vec<(usize, Span, Option<&'a Expr>)>,
}

fn document(context: &Context<'_>, xml: &Expr) -> Option<Diagnostic> {
    let written = written(context, xml)?;
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    let parsed = match Document::parse_with_options(&written.text, options) {
        Ok(parsed) => parsed,
        Err(error) => {
            let at = offset(&written.text, error.pos().row, error.pos().col);
            if let Some(span) = written.variable_at(at) {
                return Some(misplaced(span));
            }
            let message = format!("this body is no XML: {}", told(&error));
            let place = written.place(at, xml.span);
            let diagnostic = Diagnostic::new(Code::BadXml, place, message, "not well-formed");
            let is_ampersand = context.source.get(place.range()) == Some("&");
            return Some(match error {
                Error::MalformedEntityReference(_) if is_ampersand => {
                    diagnostic.with_help("write `&` as `&amp;`").with_fix(place, "&amp;")
                }
                Error::MalformedEntityReference(_) => diagnostic.with_help("write `&` as `&amp;`"),
                Error::UnknownEntityReference(..) => diagnostic.with_help(
                    "write `&` as `&amp;`; XML knows only `&amp;`, `&lt;`, `&gt;`, `&quot;`, `&apos;` and `&#…;`",
                ),
                _ => diagnostic.with_help("a document has one root element, and each element is closed"),
            });
        }
    };
    let unescaped = written.pieces.iter().find(|(at, _, variable)| variable.is_some() && !is_escaped(&parsed, *at));
    unescaped.map(|(_, span, _)| misplaced(*span))
}

fn misplaced(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadXml,
        span,
        "in XML a variable stands in the text of an element or in a quoted attribute",
        "cannot be escaped here",
    )
    .with_help("as in `<note by=\\\"$from\\\">$body</note>`; no name, comment or CDATA section holds one")
}

fn written<'a>(context: &Context<'_>, xml: &'a Expr) -> Option<Written<'a>> {
    let ExprKind::Text(parts) = &xml.kind else { return None };
    let mut written = Written { text: String::new(), pieces: Vec::new() };
    for part in parts {
        let at = written.text.len();
        match part {
            Part::Literal(text) => {
                written.text.push_str(&text.value);
                written.pieces.push((at, text.span, None));
            }
            Part::Value(Expr { kind: ExprKind::Bad, .. }) => return None,
            Part::Value(value) => {
                let constant = constant_text(context.file, context.names, value);
                written.text.push_str(constant.as_deref().unwrap_or(STAND_IN));
                written.pieces.push((at, value.span, constant.is_none().then_some(value)));
            }
        }
    }
    Some(written)
}

impl Written<'_> {
    /// Where the variable is written whose stand-in an offset of the text is in.
    fn variable_at(&self, at: usize) -> Option<Span> {
        let (_, span, variable) = self.pieces.iter().rev().find(|(start, ..)| *start <= at)?;
        variable.map(|_| *span)
    }

    /// Where an offset of the text is written.
    fn place(&self, at: usize, whole: Span) -> Span {
        let Some((start, span, _)) = self.pieces.iter().rev().find(|(start, ..)| *start <= at) else { return whole };
        let end = self.pieces.iter().map(|(start, ..)| *start).find(|start| start > &at).unwrap_or(self.text.len());
        // A run of plain characters is written as it reads; an escape or a variable is shown whole.
        if end - start != span.range().len() {
            return *span;
        }
        let place = Span::new(span.range().start + at - start, span.range().start + at - start);
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span { start: place.start, end: (place.end + Span::new(0, width).end).min(span.end) }
    }
}

/// Whether what stands at this place is escaped, so that it stays a text: inside an element or an attribute's value.
fn is_escaped(document: &Document<'_>, at: usize) -> bool {
    document.descendants().any(|node| {
        let is_text = node.is_text() && node.range().contains(&at) && !is_cdata(document, node.range().start);
        is_text || node.attributes().any(|attribute| attribute.range_value().contains(&at))
    })
}

fn is_cdata(document: &Document<'_>, start: usize) -> bool {
    document.input_text().get(start..).is_some_and(|text| text.starts_with("<![CDATA["))
}

/// The parser's words without the place, which is shown.
fn told(error: &Error) -> String {
    let place = format!(" at {}", error.pos());
    error.to_string().replace(&place, "")
}

/// The offset of a row and a column, both from 1, the column in characters.
fn offset(text: &str, row: u32, column: u32) -> usize {
    let before: usize = text.split_inclusive('\n').take(row.saturating_sub(1) as usize).map(str::len).sum();
    let line = text.get(before..).unwrap_or_default();
    let within = line.char_indices().nth(column.saturating_sub(1) as usize).map_or(line.len(), |(at, _)| at);
    (before + within).min(text.len().saturating_sub(1))
}
