//! The functions of section 2.4, and the types of their arguments.

use std::ops::Range;

use super::filter::{Expression, ExpressionKind, operand};
use super::{Parsed, Parser};
use crate::ParseError;
use crate::json_path::ast::{Logical, Operand, Path, Pattern};
use crate::pattern::Regex;

/// The functions, with what they take.
const FUNCTIONS: [(&str, &str); 5] = [
    ("length", "one value: `length(@.name)`"),
    ("count", "one query: `count(@.*)`"),
    ("value", "one query: `value(@..name)`"),
    ("match", "a text and a pattern: `match(@.name, 'a.*')`"),
    ("search", "a text and a pattern: `search(@.name, 'a.*')`"),
];

impl Parser<'_> {
    /// A function whose name was read, at its opening bracket.
    pub(super) fn function(&mut self, name: &str, span: Range<usize>) -> Parsed<ExpressionKind> {
        let Some((_, takes)) = FUNCTIONS.into_iter().find(|(known, _)| *known == name) else {
            let error = ParseError::new(span, format!("there is no function `{name}`"));
            let lower = name.to_ascii_lowercase();
            return Err(match FUNCTIONS.into_iter().find(|(known, _)| *known == lower) {
                Some((known, _)) => error.with_help(format!("write `{known}`")),
                None => error.with_help("the functions are `length`, `count`, `value`, `match` and `search`"),
            });
        };
        let arguments = self.arguments()?;
        let whole = span.start..self.cursor.at();
        let wrong = || ParseError::new(whole.clone(), format!("`{name}` takes {takes}"));
        let mut arguments = arguments.into_iter();
        match (name, arguments.next(), arguments.next(), arguments.next()) {
            ("length", Some(value), None, None) => {
                Ok(ExpressionKind::Value(Operand::Length(Box::new(operand(value)?))))
            }
            ("count", Some(nodes), None, None) => Ok(ExpressionKind::Value(Operand::Count(query(nodes, name)?))),
            ("value", Some(nodes), None, None) => Ok(ExpressionKind::Value(Operand::Value(query(nodes, name)?))),
            ("match" | "search", Some(text), Some(pattern), None) => {
                let whole = name == "match";
                let (text, pattern) = (operand(text)?, pattern_of(pattern, whole)?);
                Ok(ExpressionKind::Test(Logical::Regex { text, pattern, whole }))
            }
            _ => Err(wrong()),
        }
    }

    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        let open = self.cursor.here();
        self.cursor.next();
        self.cursor.skip_blank();
        let mut arguments = Vec::new();
        if self.cursor.eat(')') {
            return Ok(arguments);
        }
        loop {
            self.cursor.skip_blank();
            arguments.push(self.expression()?);
            self.cursor.skip_blank();
            if self.cursor.eat(',') {
                continue;
            }
            if self.cursor.eat(')') {
                return Ok(arguments);
            }
            return Err(match self.cursor.peek() {
                None => ParseError::new(open, "this `(` is never closed").with_help("close it with `)`"),
                Some('=' | '!' | '<' | '>' | '&' | '|') => {
                    ParseError::new(self.cursor.here(), "no function takes a condition")
                }
                Some(_) => ParseError::new(self.cursor.here(), "expected `,` or `)`"),
            });
        }
    }
}

fn query(argument: Expression, function: &str) -> Parsed<Path> {
    match argument.kind {
        ExpressionKind::Query(path) => Ok(path),
        _ => {
            let error = ParseError::new(argument.span, format!("`{function}` takes a query"));
            Err(error.with_help("a query begins with `@` or `$`"))
        }
    }
}

fn pattern_of(argument: Expression, whole: bool) -> Parsed<Pattern> {
    let ExpressionKind::Text(text) = argument.kind else {
        return operand(argument).map(Pattern::FromData);
    };
    Regex::of_i_regexp(&text.value, whole).map(Pattern::Literal).map_err(|error| {
        let span = text.place(error.span.clone());
        ParseError { span, ..error }
    })
}
