//! Where the mistake in a pattern is, and how to mend it. regex-lite says what is wrong, but not where.

use std::ops::Range;

use crate::ParseError;

/// Says why regex-lite has refused a pattern; `told` is its own word, for what is not found here.
pub(super) fn why(pattern: &str, told: &str) -> ParseError {
    let whole = 0..pattern.len();
    match told {
        "compiled regex exceeded size limit" => ParseError::new(whole, "this pattern is too large")
            .with_help("repetitions within repetitions multiply: let them count less"),
        "pattern has too much nesting" => ParseError::new(whole, "this pattern has too many groups within each other"),
        _ => match Scan::of(pattern).whole() {
            Err(error) => error,
            Ok(()) => ParseError::new(whole, format!("this is no pattern: {told}")),
        },
    }
}

/// A walk through a pattern that stops at the first usual mistake.
struct Scan<'p> {
    pattern: &'p str,
    at: usize,
    /// Where the open groups begin.
    groups: Vec<usize>,
    /// Something stands here that can be repeated.
    repeatable: bool,
}

type Scanned = Result<(), ParseError>;

impl<'p> Scan<'p> {
    fn of(pattern: &'p str) -> Self {
        Self { pattern, at: 0, groups: Vec::new(), repeatable: false }
    }

    fn rest(&self) -> &'p str {
        self.pattern.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    fn since(&self, start: usize) -> Range<usize> {
        start..self.at
    }

    fn whole(mut self) -> Scanned {
        loop {
            let start = self.at;
            let Some(c) = self.next() else { break };
            match c {
                '(' => self.group(start)?,
                ')' => {
                    if self.groups.pop().is_none() {
                        return Err(ParseError::new(self.since(start), "this `)` closes nothing")
                            .with_help("for the character itself write `\\)`"));
                    }
                    self.repeatable = true;
                }
                '[' => {
                    self.class(start)?;
                    self.repeatable = true;
                }
                '*' | '+' | '?' | '{' => self.repetition(start, c)?,
                '|' => self.repeatable = false,
                '\\' => {
                    self.escape(start)?;
                    self.repeatable = true;
                }
                _ => self.repeatable = true,
            }
        }
        match self.groups.pop() {
            None => Ok(()),
            Some(open) => Err(ParseError::new(open..open + 1, "this `(` is never closed")
                .with_help("close it with `)`; for the character itself write `\\(`")),
        }
    }

    /// What follows `(`.
    fn group(&mut self, start: usize) -> Scanned {
        for look in ["?=", "?!", "?<=", "?<!"] {
            if self.rest().starts_with(look) {
                self.at += look.len();
                return Err(ParseError::new(self.since(start), "patterns cannot look ahead or behind")
                    .with_help("let the pattern describe the whole text instead"));
            }
        }
        self.repeatable = false;
        if !self.rest().starts_with('?') {
            self.groups.push(start);
            return Ok(());
        }
        if ["?<", "?P<"].iter().any(|named| self.rest().starts_with(named)) {
            let Some(end) = self.rest().find('>') else {
                return Err(ParseError::new(start..self.pattern.len(), "this group's name is never closed")
                    .with_help("close it with `>`"));
            };
            self.at += end + 1;
            self.groups.push(start);
            return Ok(());
        }
        self.next();
        self.flags(start)
    }

    /// `(?i)`, `(?s-i:`, `(?:`
    fn flags(&mut self, start: usize) -> Scanned {
        loop {
            let at = self.at;
            match self.next() {
                Some(':') => {
                    self.groups.push(start);
                    return Ok(());
                }
                // It can be repeated in no way, but regex-lite takes what is before it for what is repeated.
                Some(')') if at > start + 2 => return Ok(()),
                Some('i' | 'm' | 's' | 'U' | 'R' | 'x' | 'u' | '-') => {}
                _ => {
                    return Err(ParseError::new(self.since(start), "this group begins with what no group begins with")
                        .with_help("a group without a number is `(?:…)`; `(?i)` takes capitals for small letters, `(?s)` lets the dot match line breaks"));
                }
            }
        }
    }

    /// `*`, `+`, `?`, `{2,5}`, and the `?` that makes them lazy.
    fn repetition(&mut self, start: usize, sign: char) -> Scanned {
        if !self.repeatable {
            return Err(ParseError::new(self.since(start), format!("there is nothing before this `{sign}` to repeat"))
                .with_help(format!("for the character itself write `\\{sign}`")));
        }
        if sign == '{' {
            let literal = "for the character itself write `\\{`";
            let Some(end) = self.rest().find('}') else {
                return Err(ParseError::new(self.since(start), "this `{` is never closed").with_help(literal));
            };
            let inside = self.rest().get(..end).unwrap_or_default();
            self.at += end + 1;
            let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
            let count = |text: &str| text.trim().parse::<u32>().ok();
            let most = if most.trim().is_empty() { Some(None) } else { count(most).map(Some) };
            match (count(least), most) {
                (Some(least), Some(Some(most))) if least > most => {
                    return Err(ParseError::new(self.since(start), "this repetition counts backwards")
                        .with_help(format!("write `{{{most},{least}}}`")));
                }
                (Some(_), Some(_)) => {}
                _ => {
                    return Err(ParseError::new(self.since(start), "this is no number of repetitions")
                        .with_help(format!("write `{{3}}`, `{{3,}}` or `{{3,5}}`; {literal}")));
                }
            }
        }
        if self.rest().starts_with('?') {
            self.next();
        }
        Ok(())
    }

    /// What follows a backslash; the character that it is, if it is one.
    fn escape(&mut self, start: usize) -> Result<Option<char>, ParseError> {
        let Some(c) = self.next() else {
            return Err(ParseError::new(self.since(start), "there is nothing behind this backslash")
                .with_help("for a backslash itself write two of them"));
        };
        match c {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'A' | 'z' | 'B' | '<' | '>' => Ok(None),
            'a' | 'f' | 'v' | 'n' | 'r' | 't' => Ok(None),
            'b' => self.word_boundary(start),
            '0'..='9' => Err(ParseError::new(self.since(start), "patterns cannot refer back to a group")
                .with_help("write the group's pattern again")),
            'p' | 'P' => {
                if self.rest().starts_with('{') {
                    self.at += self.rest().find('}').map_or(1, |end| end + 1);
                } else {
                    self.next();
                }
                Err(ParseError::new(self.since(start), "character properties such as `\\p{L}` are not available")
                    .with_help("list the characters instead: `[A-Za-zÀ-ÿ]`"))
            }
            'x' => self.hexadecimal(start, 2).map(Some),
            'u' => self.hexadecimal(start, 4).map(Some),
            'U' => self.hexadecimal(start, 8).map(Some),
            c if c.is_ascii_punctuation() => Ok(Some(c)),
            c => Err(ParseError::new(self.since(start), format!("there is no escape `\\{c}`"))
                .with_help(format!("for the character itself write `{c}`"))),
        }
    }

    fn word_boundary(&mut self, start: usize) -> Result<Option<char>, ParseError> {
        if !self.rest().starts_with("{") || self.rest().starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let known = ["{start}", "{end}", "{start-half}", "{end-half}"];
        match known.iter().find(|known| self.rest().starts_with(**known)) {
            Some(known) => {
                self.at += known.len();
                Ok(None)
            }
            None => Err(ParseError::new(self.since(start), "there is nothing before this `{` to repeat")
                .with_help("for the character itself write `\\{`")),
        }
    }

    fn hexadecimal(&mut self, start: usize, digits: usize) -> Result<char, ParseError> {
        let given = match self.rest().strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((inside, _)) => {
                self.at += inside.len() + 2;
                inside
            }
            None => {
                let rest = self.rest();
                let end = rest.char_indices().nth(digits).map_or(rest.len(), |(end, _)| end);
                self.at += end;
                rest.get(..end).unwrap_or_default()
            }
        };
        u32::from_str_radix(given, 16).ok().and_then(char::from_u32).ok_or_else(|| {
            ParseError::new(self.since(start), "this is no character's number")
                .with_help(format!("write {digits} hexadecimal digits, or as many as needed in braces: `\\u{{e9}}`"))
        })
    }

    /// What follows `[`, to its end.
    fn class(&mut self, open: usize) -> Scanned {
        let never_closed = || {
            ParseError::new(open..open + 1, "this `[` is never closed")
                .with_help("close it with `]`; for the character itself write `\\[`")
        };
        if self.rest().starts_with('^') {
            self.next();
        }
        // Right at the beginning, hyphens are elements, and so is a bracket.
        let hyphens = self.rest().len() - self.rest().trim_start_matches('-').len();
        self.at += hyphens;
        let mut first = hyphens == 0;
        loop {
            let start = self.at;
            let low = match self.next().ok_or_else(never_closed)? {
                ']' if !first => return Ok(()),
                '[' => {
                    if let Some(end) = self.posix_class() {
                        self.at = end;
                        first = false;
                        continue;
                    }
                    return Err(ParseError::new(self.since(start), "a `[` within `[…]` is not available")
                        .with_help("for the character itself write `\\[`"));
                }
                c @ ('&' | '~' | '-') if self.rest().starts_with(c) => {
                    self.next();
                    return Err(ParseError::new(self.since(start), format!("`{c}{c}` within `[…]` is not available"))
                        .with_help(format!("for the character itself write `\\{c}`")));
                }
                '\\' => self.escape(start)?,
                c => Some(c),
            };
            first = false;
            let rest = self.rest();
            if !rest.starts_with('-') || rest.starts_with("-]") || rest.starts_with("--") {
                continue;
            }
            self.next();
            let at = self.at;
            let high = match self.next().ok_or_else(never_closed)? {
                '\\' => self.escape(at)?,
                c => Some(c),
            };
            match (low, high) {
                (Some(low), Some(high)) if low > high => {
                    return Err(ParseError::new(
                        self.since(start),
                        format!("this range goes backwards: `{low}` comes after `{high}`"),
                    )
                    .with_help(format!("write `{high}-{low}`; for the characters alone, put the `-` last")));
                }
                (Some(_), Some(_)) => {}
                _ => {
                    return Err(ParseError::new(self.since(start), "a range goes from one character to another")
                        .with_help("for a hyphen itself, put the `-` last"));
                }
            }
        }
    }

    /// Where `[:alpha:]` ends, whose bracket was read.
    fn posix_class(&self) -> Option<usize> {
        let inside = self.rest().strip_prefix(':')?;
        let end = inside.find(":]")?;
        let name = inside.get(..end)?.trim_start_matches('^');
        let known = ["alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space"];
        let known = known.contains(&name) || ["upper", "word", "xdigit"].contains(&name);
        known.then_some(self.at + 1 + end + 2)
    }
}
