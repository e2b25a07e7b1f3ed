//! Segments and selectors: sections 2.3 and 2.5.

use super::{Parsed, Parser};
use crate::ParseError;
use crate::json_path::ast::{Segment, Selector, Slice};

impl Parser<'_> {
    /// All segments that follow; white space may stand before each, but not behind the last.
    pub(super) fn segments(&mut self) -> Parsed<Vec<Segment>> {
        let mut segments = Vec::new();
        while self.cursor.skip_blank_before(|c| matches!(c, '.' | '[')) {
            segments.push(self.segment()?);
        }
        Ok(segments)
    }

    fn segment(&mut self) -> Parsed<Segment> {
        let descendants = self.cursor.eat_token("..");
        if !descendants && !self.cursor.starts_with("[") {
            self.cursor.next();
            return Ok(Segment { descendants, selectors: vec![self.shorthand()?] });
        }
        let selectors = if self.cursor.starts_with("[") { self.brackets()? } else { vec![self.shorthand()?] };
        Ok(Segment { descendants, selectors })
    }

    /// `*` or a name, behind a dot.
    fn shorthand(&mut self) -> Parsed<Selector> {
        if self.cursor.eat('*') {
            return Ok(Selector::Wildcard);
        }
        let start = self.cursor.at();
        match self.cursor.peek() {
            Some(c) if is_name_first(c) => {}
            Some(c) => return Err(self.no_name(c)),
            None => {
                let end = ParseError::new(start..start, "expected a name or `*` behind the dot");
                return Err(end.with_help("remove the dot, or name a member"));
            }
        }
        let name = self.cursor.take_while(|c| is_name_first(c) || c.is_ascii_digit());
        self.names.push((name.to_owned(), start..self.cursor.at()));
        Ok(Selector::Name(name.to_owned()))
    }

    fn no_name(&self, c: char) -> ParseError {
        let error = ParseError::new(self.cursor.here(), "expected a name or `*` behind the dot");
        match c {
            '[' => error.with_help("remove the dot before `[`"),
            '.' => error.with_help("two dots look at any depth, and three are too many"),
            '\'' | '"' => error.with_help("a name in quotes stands in brackets: `['name']`"),
            c if c.is_ascii_digit() => {
                error.with_help("an element of a list stands in brackets: `[0]`; a member named so too: `['0']`")
            }
            ' ' | '\t' | '\n' | '\r' => error.with_help("remove the white space behind the dot"),
            _ => error.with_help("a name with other characters stands in brackets: `['a name']`"),
        }
    }

    /// `[selector, selector]`
    fn brackets(&mut self) -> Parsed<Vec<Selector>> {
        let open = self.cursor.here();
        self.cursor.next();
        let mut selectors = Vec::new();
        loop {
            self.cursor.skip_blank();
            if self.cursor.peek().is_none() {
                return Err(ParseError::new(open, "this `[` is never closed").with_help("close it with `]`"));
            }
            selectors.push(self.selector()?);
            self.cursor.skip_blank();
            if self.cursor.eat(',') {
                continue;
            }
            if self.cursor.eat(']') {
                return Ok(selectors);
            }
            return Err(match self.cursor.peek() {
                None => ParseError::new(open, "this `[` is never closed").with_help("close it with `]`"),
                Some('=') if !self.cursor.starts_with("==") => self.single_equals_sign(),
                Some(_) => ParseError::new(self.cursor.here(), "expected `,` or `]`"),
            });
        }
    }

    fn selector(&mut self) -> Parsed<Selector> {
        match self.cursor.peek() {
            Some('\'' | '"') => {
                let text = self.string()?;
                self.names.push((text.value.clone(), text.start..text.end));
                Ok(Selector::Name(text.value))
            }
            Some('*') => {
                self.cursor.next();
                Ok(Selector::Wildcard)
            }
            Some('?') => {
                self.cursor.next();
                self.cursor.skip_blank();
                self.nested(Self::logical).map(Selector::Filter)
            }
            Some('-' | ':' | '0'..='9') => self.index_or_slice(),
            Some(']') => Err(ParseError::new(self.cursor.here(), "expected what to select").with_help(
                "a list's element is `[0]`, a member `['name']`, all of them `[*]`, some of them `[?@.name]`",
            )),
            Some('@') => Err(ParseError::new(self.cursor.here(), "expected what to select")
                .with_help("a filter begins with `?`: `[?@.name]`")),
            Some('(') => Err(ParseError::new(self.cursor.here(), "expected what to select")
                .with_help("a filter begins with `?`; expressions in place of an index are not part of JSONPath")),
            Some(c) if is_name_first(c) => {
                let start = self.cursor.at();
                let name = self.cursor.take_while(|c| is_name_first(c) || c.is_ascii_digit());
                Err(ParseError::new(start..self.cursor.at(), "a name in brackets stands in quotes")
                    .with_help(format!("write `['{name}']`")))
            }
            _ => Err(ParseError::new(self.cursor.here(), "expected what to select")),
        }
    }

    /// `0`, `-1`, `1:5:2`
    fn index_or_slice(&mut self) -> Parsed<Selector> {
        let start = self.optional_int()?;
        match start {
            Some(index) if !self.cursor.skip_blank_before(|c| c == ':') => return Ok(Selector::Index(index)),
            _ => self.cursor.expect(':', "expected `:`")?,
        }
        self.cursor.skip_blank();
        let end = self.optional_int()?;
        let mut step = None;
        if self.cursor.skip_blank_before(|c| c == ':') {
            self.cursor.next();
            if self.cursor.skip_blank_before(|c| c == '-' || c.is_ascii_digit()) {
                step = self.optional_int()?;
            }
        }
        Ok(Selector::Slice(Slice { start, end, step: step.unwrap_or(1) }))
    }
}

fn is_name_first(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}
