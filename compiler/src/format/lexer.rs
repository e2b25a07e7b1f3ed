//! Cuts a text without syntax errors into tokens.

use super::marks::Mark;
use super::token::{Comment, Token, Tokens};

/// The tokens of a text; `marks` in the order of their places.
pub(super) fn tokens(text: &str, marks: &[(u32, Mark)]) -> Tokens {
    let mut lexer =
        Lexer { text, marks, at: 0, tokens: Tokens::default(), open: Vec::new(), closeness: Closeness::None };
    while lexer.token() {}
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    /// Those not reached yet.
    marks: &'a [(u32, Mark)],
    at: usize,
    tokens: Tokens,
    /// The brackets that are open: each by its token, and whether it is an angle bracket.
    open: Vec<(usize, bool)>,
    closeness: Closeness,
}

/// What the token before wants close to it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Closeness {
    #[default]
    None,
    /// Whatever comes.
    Any,
    /// An opening parenthesis.
    Parenthesis,
    /// A closing angle bracket.
    Angle,
}

impl Lexer<'_> {
    /// Takes the next token. False: it was the end of the file.
    fn token(&mut self) -> bool {
        let blank = self.gap();
        let start = self.at;
        let Some(first) = self.peek() else {
            self.push(start, blank, true);
            return false;
        };
        let mark = self.mark(start);
        let end = match mark {
            Some(Mark::Query(end)) => end as usize,
            _ => self.token_end(start, first),
        };
        // No token is empty, and to stand still would be to stand forever.
        self.at = end.max(start + first.len_utf8());
        let is_close = match std::mem::take(&mut self.closeness) {
            Closeness::Any => true,
            Closeness::Parenthesis if first == '(' => true,
            Closeness::Angle if first == '>' => true,
            _ => matches!(self.text.get(start..self.at), Some("," | ":" | ")" | "]" | "?")) || self.is_empty(first),
        };
        self.push(start, blank, is_close);
        self.bracket(first);
        self.closeness = match mark {
            Some(Mark::Sign) => Closeness::Any,
            Some(Mark::Callee) => Closeness::Parenthesis,
            Some(Mark::TypeItem) => Closeness::Angle,
            _ if matches!(first, '(' | '[') => Closeness::Any,
            _ => Closeness::None,
        };
        if matches!(mark, Some(Mark::Listed | Mark::TypeItem)) {
            self.open_angle(mark == Some(Mark::TypeItem));
        }
        true
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Passes over white space and comments. True: what comes then has a blank line before it.
    fn gap(&mut self) -> bool {
        let is_first = self.tokens.all.is_empty();
        let (mut breaks, mut line_start) = (0, if is_first { self.at } else { usize::MAX });
        while let Some(character) = self.peek() {
            match character {
                '#' => {
                    let rest = self.text.get(self.at..).unwrap_or("");
                    let line = rest.get(..rest.find('\n').unwrap_or(rest.len())).unwrap_or(rest);
                    self.tokens.comments.push(Comment {
                        text: self.at..self.at + line.trim_end().len(),
                        trailing: line_start == usize::MAX,
                        indented: self.at > line_start,
                        blank: breaks > 1,
                    });
                    self.at += line.len();
                    breaks = 0;
                    continue;
                }
                '\n' => {
                    breaks += 1;
                    line_start = self.at + 1;
                }
                // A byte order mark is no part of the text.
                '\u{feff}' if is_first => line_start += character.len_utf8(),
                _ if character.is_whitespace() => {}
                _ => break,
            }
            self.at += character.len_utf8();
        }
        breaks > 1
    }

    /// What is known of the token that begins here.
    fn mark(&mut self, start: usize) -> Option<Mark> {
        while let [(at, mark), rest @ ..] = self.marks {
            if *at as usize > start {
                return None;
            }
            self.marks = rest;
            if *at as usize == start {
                return Some(*mark);
            }
        }
        None
    }

    fn token_end(&self, start: usize, first: char) -> usize {
        let bytes = self.text.as_bytes();
        let in_angle = self.open.last().is_some_and(|(_, is_angle)| *is_angle);
        match first {
            '"' => string_end(bytes, start),
            '$' | '@' => dotted_end(bytes, start + 1),
            'a'..='z' | 'A'..='Z' | '_' => word_end(bytes, start),
            '0'..='9' => dotted_end(bytes, start),
            // In `list<url>=` and in `< x = y >->` it stands alone.
            '>' if in_angle => start + 1,
            _ => match bytes.get(start..start + 2) {
                Some(b"->" | b"==" | b"!=" | b"<=" | b">=" | b"??") => start + 2,
                _ => start + first.len_utf8(),
            },
        }
    }

    /// The last token closes what the one before it opens: `{}`.
    fn is_empty(&self, first: char) -> bool {
        first == '}'
            && self.tokens.all.last().is_some_and(|before| self.text.get(before.start..before.end) == Some("{"))
    }

    fn push(&mut self, start: usize, blank: bool, is_close: bool) {
        let end = self.at;
        let comments = self.tokens.comments.len();
        let (column, commented) = match self.tokens.all.last() {
            Some(before) => (
                before.column + before.width + usize::from(!is_close),
                before.commented + usize::from(comments > before.comments),
            ),
            None => (0, usize::from(comments > 0)),
        };
        let width = self.text.get(start..end).map_or(0, |token| token.chars().count());
        let token = Token { start, end, column, width, is_close, blank, comments, commented, closed_by: None };
        self.tokens.all.push(token);
    }

    /// Keeps account of the brackets that the last token opens or closes.
    fn bracket(&mut self, first: char) {
        let this = self.tokens.all.len().saturating_sub(1);
        let closes_angle = match first {
            '(' | '[' | '{' => return self.open.push((this, false)),
            ')' | ']' | '}' => false,
            '>' => true,
            _ => return,
        };
        if let Some((at, _)) = self.open.pop_if(|(_, is_angle)| *is_angle == closes_angle)
            && let Some(token) = self.tokens.all.get_mut(at)
        {
            token.closed_by = Some(this);
        }
    }

    /// The last token is the first one behind `<`, if that is what stands before it. Those of `list<url>` stand close.
    fn open_angle(&mut self, is_close: bool) {
        let Some(at) = self.tokens.all.len().checked_sub(2) else { return };
        let Some([angle, item]) = self.tokens.all.get_mut(at..) else { return };
        if self.text.get(angle.start..angle.end) != Some("<") {
            return;
        }
        self.open.push((at, true));
        if is_close {
            angle.column -= usize::from(!angle.is_close);
            item.column = angle.column + angle.width;
            (angle.is_close, item.is_close) = (true, true);
        }
    }
}

fn word_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or(&[]);
    start + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()
}

/// Where a word ends that may have a point and another word behind it: `$failure.kind`, `1.5`.
fn dotted_end(bytes: &[u8], start: usize) -> usize {
    let mut end = word_end(bytes, start);
    while bytes.get(end) == Some(&b'.') && word_end(bytes, end + 1) > end + 1 {
        end = word_end(bytes, end + 1);
    }
    end
}

/// Where the string ends that begins here, read as the grammar's `raw_string` does.
fn string_end(bytes: &[u8], start: usize) -> usize {
    // Each open `"` is false, each open `${` true.
    let mut open = vec![false];
    let mut at = start + 1;
    while let (Some(&in_expression), Some(&byte)) = (open.last(), bytes.get(at)) {
        let next = bytes.get(at + 1).copied();
        at += 1;
        match (in_expression, byte) {
            (_, b'\n') => return at - 1,
            (false, b'\\') if next.is_some_and(|next| next != b'\n') => at += 1,
            (false, b'$') if next == Some(b'$') => at += 1,
            (false, b'$') if next == Some(b'{') => {
                at += 1;
                open.push(true);
            }
            (false, b'"') => drop(open.pop()),
            (true, b'"') => open.push(false),
            (true, b'}') => drop(open.pop()),
            _ => {}
        }
    }
    at
}
