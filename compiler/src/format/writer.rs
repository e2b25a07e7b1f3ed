//! Writes tokens one after the other, with their comments, on the lines that are asked for.
//!
//! No other part of the formatter writes text, so none can lose a token, change one or move one.

use super::token::{Token, Tokens};

/// Columns that a line should not go beyond.
pub(super) const WIDTH: usize = 100;

/// Where the steps of an item are indented to.
pub(super) const INDENT: usize = 2;

/// A text that is being written.
pub(super) struct Writer<'a> {
    text: &'a str,
    tokens: &'a Tokens,
    /// The token to be written next.
    pub(super) next: usize,
    out: String,
    newline: &'static str,
    /// Characters on the line so far.
    column: usize,
    /// The next token begins a line.
    line: Option<Line>,
    /// Spaces before the next token beyond the one.
    padding: usize,
    /// Where a line goes on that a comment breaks.
    hang: usize,
}

/// A line that is to begin.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Spaces before its first token.
    pub(super) indent: usize,
    /// Spaces before the comments above it.
    pub(super) comments: usize,
    /// The blank line before it.
    pub(super) blank: Blank,
    /// Comments above it that are indented belong to the item before.
    pub(super) ends_item: bool,
}

/// What becomes of the blank lines before a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Blank {
    /// None.
    Drop,
    /// One if there are any.
    Keep,
    /// One.
    Force,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a Tokens) -> Self {
        let is_crlf = text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
        Self {
            text,
            tokens,
            next: 0,
            out: String::with_capacity(text.len() + text.len() / 4),
            newline: if is_crlf { "\r\n" } else { "\n" },
            column: 0,
            line: None,
            padding: 0,
            hang: 0,
        }
    }

    /// The text, once all tokens are written.
    pub(super) fn finish(mut self) -> String {
        self.to(self.tokens.all.len());
        self.out
    }

    /// The next token begins a line.
    pub(super) fn line(&mut self, indent: usize, blank: Blank) {
        self.begin(Line { indent, comments: indent, blank, ends_item: false });
    }

    /// The next token, a closing bracket, begins a line.
    pub(super) fn closing_line(&mut self, indent: usize) {
        self.begin(Line { indent, comments: indent + INDENT, blank: Blank::Drop, ends_item: false });
    }

    pub(super) fn begin(&mut self, line: Line) {
        self.hang = line.indent + 2 * INDENT;
        self.line = Some(line);
    }

    /// That many more spaces before the next token.
    pub(super) fn pad(&mut self, spaces: usize) {
        self.padding = spaces;
    }

    /// Writes the tokens before this one.
    pub(super) fn to(&mut self, end: usize) {
        while self.next < end {
            let Some(token) = self.tokens.all.get(self.next) else { return };
            self.write(token);
            self.next += 1;
        }
    }

    fn write(&mut self, token: &Token) {
        let line = self.line.take();
        let padding = std::mem::take(&mut self.padding);
        let (blank, indent) = line.map_or((Blank::Drop, self.hang), |line| (line.blank, line.indent));
        let (has_comments, blank) = self.write_comments(token, line, blank);
        if token.start == self.text.len() {
            return self.break_line(false);
        }
        if line.is_some() || has_comments {
            self.break_line(blank == Blank::Force || (blank == Blank::Keep && token.blank));
            self.spaces(indent);
        } else if !token.is_close {
            self.spaces(1 + padding);
        }
        self.out.push_str(self.text.get(token.start..token.end).unwrap_or(""));
        self.column += token.width;
    }

    /// Writes the comments before a token: whether there are any, and which blank line is to follow them.
    fn write_comments(&mut self, token: &Token, line: Option<Line>, mut blank: Blank) -> (bool, Blank) {
        let (text, tokens) = (self.text, self.tokens);
        let first = self.before(self.next).map_or(0, |before| before.comments);
        let comments = tokens.comments.get(first..token.comments).unwrap_or(&[]);
        let mut ends_item = line.is_some_and(|line| line.ends_item);
        for comment in comments {
            if comment.trailing {
                self.spaces(2);
            } else {
                ends_item &= comment.indented;
                self.break_line(comment.blank || (blank == Blank::Force && !ends_item));
                self.spaces(if ends_item { INDENT } else { line.map_or(self.hang, |line| line.comments) });
                if blank == Blank::Drop || !ends_item {
                    blank = Blank::Keep;
                }
            }
            self.out.push_str(text.get(comment.text.clone()).unwrap_or(""));
        }
        (!comments.is_empty(), blank)
    }

    fn break_line(&mut self, blank: bool) {
        if !self.out.is_empty() {
            self.out.push_str(self.newline);
            if blank {
                self.out.push_str(self.newline);
            }
        }
        self.column = 0;
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    fn before(&self, index: usize) -> Option<&Token> {
        self.tokens.all.get(index.checked_sub(1)?)
    }
}

/// What the layout asks of the tokens.
impl Writer<'_> {
    /// The first token at or behind an offset; also, the one behind what ends there.
    pub(super) fn index(&self, offset: u32) -> usize {
        self.tokens.all.partition_point(|token| token.start < offset as usize)
    }

    /// The token that stands for the end of the file.
    pub(super) fn end_of_file(&self) -> usize {
        self.tokens.all.len().saturating_sub(1)
    }

    /// The text of a token; empty for the end of the file.
    pub(super) fn text(&self, index: usize) -> &str {
        self.tokens.all.get(index).and_then(|token| self.text.get(token.start..token.end)).unwrap_or("")
    }

    /// Where the next token would stand.
    pub(super) fn next_column(&self) -> usize {
        match (&self.line, self.tokens.all.get(self.next)) {
            (Some(line), _) => line.indent,
            (None, Some(token)) if token.is_close => self.column,
            _ => self.column + 1 + self.padding,
        }
    }

    /// Whether a comment stands right before a token.
    pub(super) fn is_commented(&self, index: usize) -> bool {
        let before = self.before(index).map_or(0, |before| before.commented);
        self.tokens.all.get(index).is_some_and(|token| token.commented > before)
    }

    /// How wide the tokens are on one line; `None` if a comment stands between them.
    pub(super) fn width(&self, start: usize, end: usize) -> Option<usize> {
        let (first, last) = (self.tokens.all.get(start)?, self.before(end)?);
        (first.commented == last.commented).then(|| (last.column + last.width).saturating_sub(first.column))
    }

    /// Whether a token stands close to the one before it.
    pub(super) fn is_close(&self, index: usize) -> bool {
        self.tokens.all.get(index).is_some_and(|token| token.is_close)
    }

    /// Whether these tokens have room on one line if the first of them stands in this column.
    pub(super) fn fits(&self, start: usize, end: usize, column: usize) -> bool {
        self.width(start, end).is_some_and(|width| column + width <= WIDTH)
    }

    /// Whether the tokens up to this one have room on the line.
    pub(super) fn has_room(&self, end: usize) -> bool {
        self.fits(self.next, end, self.next_column())
    }

    /// The token that closes a bracket; `None` if it opens none.
    pub(super) fn closed_by(&self, index: usize) -> Option<usize> {
        self.tokens.all.get(index)?.closed_by
    }

    /// The tokens outside brackets among these.
    pub(super) fn outside_brackets(&self, start: usize, end: usize) -> impl Iterator<Item = usize> {
        let mut at = start;
        std::iter::from_fn(move || {
            let this = at;
            at = self.closed_by(this).map_or(this + 1, |close| close + 1);
            (this < end).then_some(this)
        })
    }
}
