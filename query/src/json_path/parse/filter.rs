//! Filters: section 2.3.5.

use std::ops::Range;

use serde_json::Value;

use super::string::Text;
use super::{Parsed, Parser};
use crate::ParseError;
use crate::json_path::ast::{Anchor, Comparison, Logical, Operand, Path, Segment, Selector};

/// What may stand on a side of a comparison, alone as a test, or as an argument, with where it stands.
pub(super) struct Expression {
    pub(super) kind: ExpressionKind,
    pub(super) span: Range<usize>,
}

pub(super) enum ExpressionKind {
    Literal(Value),
    Text(Text),
    Query(Path),
    /// A function whose result is a value.
    Value(Operand),
    /// A function whose result is a test.
    Test(Logical),
}

impl Parser<'_> {
    /// `logical-expr`: `&&` binds closer than `||`.
    pub(super) fn logical(&mut self) -> Parsed<Logical> {
        let any = self.joined('|', |parser| {
            let all = parser.joined('&', Self::basic)?;
            Ok(single(all, Logical::And))
        })?;
        Ok(single(any, Logical::Or))
    }

    /// One or more, with `&&` or `||` between them.
    fn joined(&mut self, sign: char, rule: impl Fn(&mut Self) -> Parsed<Logical>) -> Parsed<Vec<Logical>> {
        let mut parts = vec![rule(self)?];
        while self.cursor.skip_blank_before(|c| c == sign) {
            let here = self.cursor.here();
            self.cursor.next();
            if !self.cursor.eat(sign) {
                let error = ParseError::new(here, format!("a single `{sign}` joins nothing"));
                return Err(error.with_help(format!("write `{sign}{sign}`")));
            }
            self.cursor.skip_blank();
            parts.push(rule(self)?);
        }
        Ok(parts)
    }

    /// `basic-expr`
    fn basic(&mut self) -> Parsed<Logical> {
        if self.cursor.eat('!') {
            self.cursor.skip_blank();
            let inner = if self.cursor.starts_with("(") { self.parentheses()? } else { self.negated()? };
            return Ok(Logical::Not(Box::new(inner)));
        }
        if self.cursor.starts_with("(") {
            return self.parentheses();
        }
        let left = self.expression()?;
        match self.comparison()? {
            None => test(left),
            Some(comparison) => {
                let right = self.expression()?;
                Ok(Logical::Compare(operand(left)?, comparison, operand(right)?))
            }
        }
    }

    fn negated(&mut self) -> Parsed<Logical> {
        let inner = self.expression()?;
        let behind = self.cursor.at();
        match self.comparison()? {
            None => test(inner),
            Some(_) => Err(ParseError::new(behind..self.cursor.at(), "`!` negates a test, not a comparison")
                .with_help("put the comparison in brackets: `!(@.a == 1)`")),
        }
    }

    fn parentheses(&mut self) -> Parsed<Logical> {
        let open = self.cursor.here();
        self.cursor.next();
        self.cursor.skip_blank();
        let inner = self.nested(Self::logical)?;
        self.cursor.skip_blank();
        match self.cursor.peek() {
            Some(')') => self.cursor.next(),
            None => return Err(ParseError::new(open, "this `(` is never closed").with_help("close it with `)`")),
            Some('=') if !self.cursor.starts_with("==") => return Err(self.single_equals_sign()),
            Some(_) => return Err(ParseError::new(self.cursor.here(), "expected `)`, `&&` or `||`")),
        };
        let behind = self.cursor.at();
        match self.comparison()? {
            None => Ok(inner),
            Some(_) => Err(ParseError::new(behind..self.cursor.at(), "what is in brackets cannot be compared")
                .with_help("brackets group conditions, as in `(@.a == 1 || @.b == 2) && @.c`")),
        }
    }

    /// A comparison's sign, with the white space around it, if one follows.
    fn comparison(&mut self) -> Parsed<Option<Comparison>> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        if !self.cursor.skip_blank_before(|c| matches!(c, '=' | '!' | '<' | '>')) {
            return Ok(None);
        }
        let Some((sign, comparison)) = SIGNS.into_iter().find(|(sign, _)| self.cursor.starts_with(sign)) else {
            return Err(match self.cursor.peek() {
                Some('=') => self.single_equals_sign(),
                _ => ParseError::new(self.cursor.here(), "expected `!=`"),
            });
        };
        self.cursor.eat_token(sign);
        if self.cursor.starts_with("=") {
            return Err(
                ParseError::new(self.cursor.here(), "this `=` is too much").with_help(format!("write `{sign}`"))
            );
        }
        self.cursor.skip_blank();
        Ok(Some(comparison))
    }

    pub(super) fn single_equals_sign(&self) -> ParseError {
        let at = self.cursor.at();
        if self.cursor.starts_with("=~") {
            return ParseError::new(at..at + 2, "there is no `=~` in JSONPath")
                .with_help("write `match(@.name, 'pattern')`, or `search(…)` for a part");
        }
        ParseError::new(at..at + 1, "a single `=` compares nothing").with_help("write `==`")
    }

    /// A literal, a query or a function.
    pub(super) fn expression(&mut self) -> Parsed<Expression> {
        let start = self.cursor.at();
        let kind = match self.cursor.peek() {
            Some('\'' | '"') => ExpressionKind::Text(self.string()?),
            Some('-' | '0'..='9') => ExpressionKind::Literal(self.number()?),
            Some('@') => ExpressionKind::Query(self.query(Anchor::Current)?),
            Some('$') => ExpressionKind::Query(self.query(Anchor::Root)?),
            Some(c) if c.is_ascii_alphabetic() => self.word()?,
            _ => return Err(ParseError::new(self.cursor.here(), "expected a value, a query or a function")),
        };
        Ok(Expression { kind, span: start..self.cursor.at() })
    }

    fn query(&mut self, anchor: Anchor) -> Parsed<Path> {
        self.cursor.next();
        Ok(Path { anchor, segments: self.segments()? })
    }

    /// `true`, `false`, `null`, or a function.
    fn word(&mut self) -> Parsed<ExpressionKind> {
        let start = self.cursor.at();
        let word = self.cursor.take_while(|c| c.is_ascii_alphanumeric() || c == '_');
        let span = start..self.cursor.at();
        if self.cursor.starts_with("(") {
            return self.nested(|parser| parser.function(word, span));
        }
        match word {
            "true" => Ok(ExpressionKind::Literal(Value::Bool(true))),
            "false" => Ok(ExpressionKind::Literal(Value::Bool(false))),
            "null" => Ok(ExpressionKind::Literal(Value::Null)),
            _ => Err(match word.to_ascii_lowercase().as_str() {
                literal @ ("true" | "false" | "null") => {
                    ParseError::new(span, format!("`{word}` is no value")).with_help(format!("write `{literal}`"))
                }
                "and" => ParseError::new(span, "there is no `and` in JSONPath").with_help("write `&&`"),
                "or" => ParseError::new(span, "there is no `or` in JSONPath").with_help("write `||`"),
                "not" => ParseError::new(span, "there is no `not` in JSONPath").with_help("write `!`"),
                _ => ParseError::new(span, format!("`{word}` is no value"))
                    .with_help(format!("a member of the node is `@.{word}`, a text stands in quotes: `'{word}'`")),
            }),
        }
    }
}

/// A list of one is that one.
fn single(mut parts: Vec<Logical>, join: fn(Vec<Logical>) -> Logical) -> Logical {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            join(parts)
        }
    }
}

/// An expression that stands alone.
fn test(expression: Expression) -> Parsed<Logical> {
    match expression.kind {
        ExpressionKind::Query(path) => Ok(Logical::Exists(path)),
        ExpressionKind::Test(test) => Ok(test),
        ExpressionKind::Value(_) => {
            Err(ParseError::new(expression.span, "the result of this function is no condition")
                .with_help("compare it, as in `length(@.name) > 3`"))
        }
        ExpressionKind::Literal(_) | ExpressionKind::Text(_) => {
            let error = ParseError::new(expression.span, "a value alone is no condition");
            Err(error.with_help("compare something with it, as in `@.name == 'x'`"))
        }
    }
}

/// An expression in a place for one value.
pub(super) fn operand(expression: Expression) -> Parsed<Operand> {
    match expression.kind {
        ExpressionKind::Literal(value) => Ok(Operand::Literal(value)),
        ExpressionKind::Text(text) => Ok(Operand::Literal(Value::String(text.value))),
        ExpressionKind::Value(value) => Ok(value),
        ExpressionKind::Query(path) if path.segments.iter().all(is_singular) => Ok(Operand::Singular(path)),
        ExpressionKind::Query(_) => {
            let error = ParseError::new(expression.span, "this query may find several values where one is needed");
            Err(error.with_help("name one member or element (`@.name`, `@[0]`), or take `value(…)` of the query"))
        }
        ExpressionKind::Test(_) => {
            let error = ParseError::new(expression.span, "the result of this function is a condition, not a value");
            Err(error.with_help("let it stand alone, or behind `!`"))
        }
    }
}

/// Section 2.3.5.1: a segment of a singular query.
fn is_singular(segment: &Segment) -> bool {
    !segment.descendants && matches!(segment.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)])
}
