//! A place in the text.

use std::ops::Range;

use super::{Parsed, is_blank};
use crate::ParseError;

/// Walks through a text by characters; its offsets are bytes and always lie between two of them.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The text from an offset to here.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// The next character's span; empty at the end.
    pub(super) fn here(&self) -> Range<usize> {
        self.at..self.at + self.peek().map_or(0, char::len_utf8)
    }

    pub(super) fn starts_with(&self, token: &str) -> bool {
        self.rest().starts_with(token)
    }

    /// Goes past a character, if it is the next.
    pub(super) fn eat(&mut self, c: char) -> bool {
        let is_next = self.peek() == Some(c);
        if is_next {
            self.at += c.len_utf8();
        }
        is_next
    }

    /// Goes past a token, if it is the next.
    pub(super) fn eat_token(&mut self, token: &str) -> bool {
        let is_next = self.starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    /// Goes past the characters that are so, and gives them.
    pub(super) fn take_while(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is).len();
        self.since(start)
    }

    /// Section 2.1.1: `S`.
    pub(super) fn skip_blank(&mut self) {
        self.take_while(is_blank);
    }

    /// Goes past white space if something is behind it that is so, and stays where it is otherwise.
    pub(super) fn skip_blank_before(&mut self, is: impl Fn(char) -> bool) -> bool {
        let start = self.at;
        self.skip_blank();
        let found = self.peek().is_some_and(is);
        if !found {
            self.at = start;
        }
        found
    }

    /// Goes past a character that must stand here.
    pub(super) fn expect(&mut self, c: char, message: &str) -> Parsed<()> {
        if self.eat(c) { Ok(()) } else { Err(ParseError::new(self.here(), message)) }
    }
}
