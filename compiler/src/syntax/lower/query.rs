//! Where a response variable is found: labels, dotted paths, JSONPath, parts of the answer.

use super::{Lower, Pair};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;
use crate::syntax::ast::{Query, Segment};
use crate::syntax::grammar::Rule;
use flow_query::JsonPath;

impl Lower {
    pub(super) fn query(&mut self, pair: Pair<'_>) -> Option<Query> {
        let span = self.span(&pair);
        match pair.as_rule() {
            Rule::part_query => {
                let mut parts = pair.into_inner().peekable();
                let word = parts.next()?;
                let argument = parts.next();
                match (word.as_str(), argument) {
                    ("@status", None) => Some(Query::Status),
                    ("@body", None) => Some(Query::Body),
                    ("@header", Some(name)) => Some(Query::Header(self.plain_string(name, "a header's name"))),
                    ("@header", None) => {
                        self.expected(span, "the header's name, as in `@header \"ETag\"`");
                        None
                    }
                    (word, _) => {
                        let near = suggest::nearest(word, ["@status", "@header", "@body"]);
                        let diagnostic = self.bad_query(span, format!("an answer has no part `{word}`"));
                        let diagnostic =
                            diagnostic.with_help("its parts are `@status`, `@header \"Name\"` and `@body`");
                        self.report(match near.first() {
                            Some(near) => diagnostic.with_fix(span, *near),
                            None => diagnostic,
                        });
                        None
                    }
                }
            }
            Rule::path_query => self.path_query(pair.as_str(), span),
            _ => self.json_path(&pair),
        }
    }

    /// `"$.periods[?@.isDaytime==true].temperature"`
    fn json_path(&mut self, pair: &Pair<'_>) -> Option<Query> {
        if !pair.as_str().starts_with('"') {
            self.quotes_spelling(pair);
            return None;
        }
        let raw = self.raw(pair);
        if raw.text.trim_start().starts_with('$') {
            return match JsonPath::parse(&raw.text) {
                Ok(_) => Some(Query::JsonPath(raw.text)),
                Err(error) => {
                    self.raw_mistake(Code::BadQuery, &raw, error, "in this JSONPath");
                    None
                }
            };
        }
        let fits = !raw.text.is_empty() && !raw.text.contains(|c: char| c.is_whitespace() || ",>\"#(){}".contains(c));
        let diagnostic = if fits {
            self.bad_query(raw.span, "a label is written without quotes".to_owned()).with_fix(raw.span, raw.text)
        } else {
            let name = raw.text.replace('\\', "\\\\").replace('\'', "\\'");
            self.bad_query(raw.span, "a query in quotes is a JSONPath, which begins with `$`".to_owned())
                .with_help("for the first member with this name at any depth, use `$..['name']`")
                .with_fix(raw.span, format!("\"$..['{name}']\""))
        };
        self.report(diagnostic);
        None
    }

    fn bad_query(&self, span: Span, message: String) -> Diagnostic {
        Diagnostic::new(Code::BadQuery, span, message, "not a query")
    }

    /// `temperature`, `periods[0].name`
    fn path_query(&mut self, text: &str, span: Span) -> Option<Query> {
        let mut segments = Vec::new();
        for (position, piece) in text.split('.').enumerate() {
            let mut rest = piece;
            let label_end = piece.find('[').unwrap_or(piece.len());
            let (label, mut indices) = rest.split_at(label_end);
            rest = label;
            let index_only = position == 0 && label.is_empty() && !indices.is_empty();
            if !index_only {
                if let Some(name) = text.strip_prefix('$').filter(|name| name.starts_with(|c: char| c.is_alphabetic()))
                {
                    let message = "a dotted path has no `$`".to_owned();
                    let diagnostic = self.bad_query(span, message).with_fix(span, name);
                    self.report(diagnostic);
                    return None;
                }
                if text.starts_with('$') {
                    let message = "a JSONPath is written in quotes".to_owned();
                    let diagnostic = self.bad_query(span, message).with_fix(span, format!("\"{text}\""));
                    self.report(diagnostic);
                    return None;
                }
                if rest.is_empty() || rest.contains([']', '?', '*', '$', '\'']) {
                    let message = format!("`{text}` is neither a label nor a dotted path");
                    let diagnostic = self.bad_query(span, message);
                    self.report(diagnostic.with_help("write `temperature`, `customer.city` or `periods[0].name`"));
                    return None;
                }
                segments.push(Segment::Member(rest.to_owned()));
            }
            while !indices.is_empty() {
                let inside = indices.strip_prefix('[').and_then(|indices| indices.split_once(']'));
                let index = inside.and_then(|(digits, after)| Some((digits.parse::<usize>().ok()?, after)));
                let Some((index, after)) = index else {
                    let message = format!("`{text}` has an index that is no whole number in brackets");
                    let diagnostic = self.bad_query(span, message);
                    self.report(diagnostic.with_help("write an index as in `periods[0].name`; the first is 0"));
                    return None;
                };
                segments.push(Segment::Index(index));
                indices = after;
            }
        }
        match segments.as_mut_slice() {
            [Segment::Member(label)] => Some(Query::Label(std::mem::take(label))),
            _ => Some(Query::Path(segments)),
        }
    }
}
