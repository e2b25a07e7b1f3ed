//! From text to a query, by the grammar of RFC 9535 (its appendix A), one function a rule.

mod cursor;
mod filter;
mod function;
mod number;
mod segment;
mod string;

use std::ops::Range;

use self::cursor::Cursor;
use super::ast::Segment;
use crate::ParseError;

type Parsed<T> = Result<T, ParseError>;

/// The member names of a query and where they stand.
type Names = Vec<(String, Range<usize>)>;

/// How deep filters, brackets and functions may be nested, so that neither reading nor evaluating exhausts the stack.
const DEPTH: usize = 16;

/// Reads a whole query, from `$` to the end of the text.
pub(super) fn query(text: &str) -> Parsed<(Vec<Segment>, Names)> {
    let mut parser = Parser { cursor: Cursor::new(text), names: Vec::new(), depth: 0 };
    let segments = parser.jsonpath_query()?;
    Ok((segments, parser.names))
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    names: Names,
    depth: usize,
}

impl Parser<'_> {
    fn jsonpath_query(&mut self) -> Parsed<Vec<Segment>> {
        let text = self.cursor.rest();
        if !self.cursor.eat('$') {
            return Err(without_root(text));
        }
        let segments = self.segments()?;
        let end = self.cursor.at();
        self.cursor.skip_blank();
        match self.cursor.peek() {
            None if self.cursor.at() == end => Ok(segments),
            None => {
                Err(ParseError::new(end..text.len(), "a JSONPath does not end with white space").with_help("remove it"))
            }
            Some(c) => Err(self.behind_a_segment(c)),
        }
    }

    /// What may have been meant by a character that begins no segment.
    fn behind_a_segment(&self, c: char) -> ParseError {
        let here = self.cursor.here();
        match c {
            ']' => ParseError::new(here, "this `]` closes nothing"),
            ')' => ParseError::new(here, "this `)` closes nothing"),
            '\'' | '"' => ParseError::new(here, "expected `.`, `[` or the end of the JSONPath")
                .with_help("a name in quotes stands in brackets: `['name']`"),
            '-' => ParseError::new(here, "a name with `-` in it cannot follow a dot")
                .with_help("write it in brackets: `['two-words']`"),
            '&' | '|' | '=' | '<' | '>' | '!' => {
                ParseError::new(here, "a condition stands in a filter").with_help("write it as `[?@.name == 1]`")
            }
            _ => ParseError::new(here, "expected `.`, `[` or the end of the JSONPath"),
        }
    }

    /// Runs a rule that may contain itself.
    fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEPTH {
            return Err(ParseError::new(self.cursor.here(), format!("more than {DEPTH} levels of nesting")));
        }
        self.depth += 1;
        let parsed = rule(self);
        self.depth -= 1;
        parsed
    }
}

/// Section 2.1.1: `B`.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn without_root(text: &str) -> ParseError {
    let first = text.chars().next();
    let error = |length| ParseError::new(0..length, "a JSONPath starts with `$`");
    match first {
        None => error(0).with_help("`$` is the whole answer, `$.name` a member of it"),
        Some(c) if is_blank(c) => {
            error(text.len() - text.trim_start_matches(is_blank).len()).with_help("remove the white space")
        }
        Some('@') => error(1).with_help("`@` is the node that a filter looks at; write `$` for the whole answer"),
        Some('.' | '[') => error(1).with_help(format!("write `${text}`")),
        Some(c) => error(c.len_utf8()).with_help(format!("write `$.{text}`")),
    }
}
