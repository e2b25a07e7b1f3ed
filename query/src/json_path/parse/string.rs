//! String literals: section 2.3.1.1.

use std::ops::Range;

use super::{Parsed, Parser};
use crate::ParseError;

/// A string literal that was read.
pub(super) struct Text {
    pub(super) value: String,
    /// Where what is between the quotes starts and ends in the query.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Behind each escape: offset in the value, offset in the query.
    escapes: Vec<(usize, usize)>,
}

impl Text {
    /// Where a part of the value stands in the query.
    pub(super) fn place(&self, part: Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let known = self.escapes.iter().rev().find(|(value, _)| *value <= offset);
            let (value, query) = known.copied().unwrap_or((0, self.start));
            (query + (offset - value)).min(self.end)
        };
        let start = at(part.start);
        start..at(part.end).max(start)
    }
}

impl Parser<'_> {
    /// A literal in the quotes that stand here.
    pub(super) fn string(&mut self) -> Parsed<Text> {
        let open = self.cursor.here();
        let quote = self.cursor.next().unwrap_or('\'');
        let mut text = Text { value: String::new(), start: self.cursor.at(), end: 0, escapes: Vec::new() };
        loop {
            let at = self.cursor.at();
            match self.cursor.next() {
                None => {
                    return Err(ParseError::new(open, "this string is never closed")
                        .with_help(format!("close it with `{quote}`")));
                }
                Some(c) if c == quote => {
                    text.end = at;
                    return Ok(text);
                }
                Some('\\') => {
                    text.value.push(self.escape(at, quote)?);
                    text.escapes.push((text.value.len(), self.cursor.at()));
                }
                Some(c) if c < ' ' => {
                    return Err(ParseError::new(at..self.cursor.at(), "a control character cannot stand in a string")
                        .with_help(format!("write it as `\\u{:04x}`", u32::from(c))));
                }
                Some(c) => text.value.push(c),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, start: usize, quote: char) -> Parsed<char> {
        let escaped = self.cursor.next();
        match escaped {
            Some('b') => Ok('\u{8}'),
            Some('f') => Ok('\u{c}'),
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some(c @ ('/' | '\\')) => Ok(c),
            Some(c) if c == quote => Ok(c),
            Some('u') => self.unicode(start),
            Some(c @ ('\'' | '"')) => {
                let error = ParseError::new(start..self.cursor.at(), "this quote needs no escape");
                Err(error.with_help(format!("write `{c}`")))
            }
            _ => Err(ParseError::new(start..self.cursor.at(), "there is no such escape").with_help(
                "the escapes are `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, `\\/`, `\\\\`, `\\u` with four digits, and the quote",
            )),
        }
    }

    /// Four hexadecimal digits, or two times four: a pair of surrogates.
    fn unicode(&mut self, start: usize) -> Parsed<char> {
        let first = self.hex(start)?;
        let code = match first {
            0xD800..=0xDBFF if self.cursor.eat_token("\\u") => match self.hex(start)? {
                second @ 0xDC00..=0xDFFF => 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00),
                _ => first,
            },
            _ => first,
        };
        char::from_u32(code).ok_or_else(|| {
            ParseError::new(start..self.cursor.at(), "this is half of a character")
                .with_help("a high surrogate (`\\ud83d`) is followed by a low one (`\\ude00`)")
        })
    }

    fn hex(&mut self, start: usize) -> Parsed<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.cursor.peek().and_then(|c| c.to_digit(16));
            let Some(digit) = digit else {
                return Err(ParseError::new(start..self.cursor.at(), "expected four hexadecimal digits behind `\\u`"));
            };
            self.cursor.next();
            code = code * 16 + digit;
        }
        Ok(code)
    }
}
