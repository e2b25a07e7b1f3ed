//! Texts that a regular expression matches, so that a flow's patterns can be tried out.
//!
//! The pattern has been checked by `flow_query`, which is also asked whether a text that was made really fits: what is
//! not understood here (a look at the border of a word) leads to no text at all, not to a wrong one.

use std::iter::Peekable;
use std::str::Chars;

/// Texts of one pattern.
const MOST: usize = 8;

/// Some texts that match the whole pattern, the plainest first: one for each of its alternatives.
pub(super) fn texts(pattern: &str, fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut reader = Reader { rest: pattern.chars().peekable() };
    let mut made = reader.alternatives().texts();
    made.retain(|text| fits(text));
    made
}

/// A part of a pattern.
#[derive(Clone, Debug)]
enum Part {
    Character(char),
    Row(Vec<Part>),
    Either(Vec<Part>),
    /// So many times.
    Times(usize, Box<Part>),
}

impl Part {
    /// Where nothing is matched: an anchor, a flag.
    fn nothing() -> Self {
        Self::Row(Vec::new())
    }

    fn texts(&self) -> Vec<String> {
        match self {
            Self::Character(character) => vec![character.to_string()],
            Self::Either(parts) => parts.iter().flat_map(Self::texts).take(MOST).collect(),
            Self::Times(times, part) => part.texts().into_iter().map(|text| text.repeat(*times)).collect(),
            // The first of each, and each of the others once.
            Self::Row(parts) => parts.iter().fold(vec![String::new()], |before, part| {
                let texts = part.texts();
                let Some((plain, others)) = texts.split_first() else { return Vec::new() };
                let first = before.first().cloned().unwrap_or_default();
                let long = before.iter().map(|text| format!("{text}{plain}"));
                long.chain(others.iter().map(|text| format!("{first}{text}"))).take(MOST).collect()
            }),
        }
    }
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    /// Up to the end of the pattern or the bracket that closes the group.
    fn alternatives(&mut self) -> Part {
        let mut all = vec![Vec::new()];
        while let Some(next) = self.rest.next_if(|next| *next != ')') {
            match next {
                '|' => all.push(Vec::new()),
                other => {
                    let part = self.part(other);
                    let part = self.repeated(part);
                    all.last_mut().into_iter().for_each(|row| row.push(part.clone()));
                }
            }
        }
        Part::Either(all.into_iter().map(Part::Row).collect())
    }

    fn part(&mut self, first: char) -> Part {
        match first {
            '(' => self.group(),
            '[' => self.class(),
            '.' => Part::Character('a'),
            '^' | '$' => Part::nothing(),
            '\\' => self.rest.next().map_or_else(Part::nothing, escaped),
            other => Part::Character(other),
        }
    }

    fn group(&mut self) -> Part {
        if self.rest.next_if_eq(&'?').is_some() {
            // `(?i)`, `(?:…)`, `(?<name>…)`, `(?P<name>…)`
            let end = |next: &char| matches!(next, ':' | '>' | ')');
            while self.rest.next_if(|next| !end(next)).is_some() {}
            if self.rest.peek() == Some(&')') {
                self.rest.next();
                return Part::nothing();
            }
            self.rest.next();
        }
        let inside = self.alternatives();
        self.rest.next();
        inside
    }

    /// `[a-z0-9]`, `[^ ]`
    fn class(&mut self) -> Part {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        let mut ranges: Vec<(char, char)> = Vec::new();
        // A bracket right behind the first one is a character.
        let mut is_first = true;
        while let Some(next) = self.rest.next() {
            match next {
                ']' if !is_first => break,
                '\\' => match self.rest.next() {
                    Some('d') => ranges.push(('0', '9')),
                    Some('w') => ranges.extend([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
                    Some('s') => ranges.push((' ', ' ')),
                    Some(other) => ranges.push((other, other)),
                    None => break,
                },
                '-' if !ranges.is_empty() && self.rest.peek().is_some_and(|next| *next != ']') => {
                    let end = self.rest.next().unwrap_or('-');
                    ranges.last_mut().into_iter().for_each(|(_, last)| *last = end);
                }
                other => ranges.push((other, other)),
            }
            is_first = false;
        }
        let is_in = |character: char| ranges.iter().any(|(first, last)| (*first..=*last).contains(&character));
        let character = match is_negated {
            false => ranges.first().map(|(first, _)| *first),
            true => ['a', '1', '-', ' ', 'Z'].into_iter().find(|character| !is_in(*character)),
        };
        character.map_or_else(Part::nothing, Part::Character)
    }

    /// `?` is there once, `*` not at all, `+` once, `{2,5}` as few times as may be.
    fn repeated(&mut self, mut part: Part) -> Part {
        loop {
            let times = match self.rest.peek() {
                Some('?' | '+') => 1,
                Some('*') => 0,
                Some('{') => {
                    let inside: String =
                        std::iter::from_fn(|| self.rest.next_if(|next| *next != '}')).skip(1).collect();
                    inside.split(',').next().and_then(|least| least.trim().parse().ok()).unwrap_or(1)
                }
                _ => return part,
            };
            self.rest.next();
            part = Part::Times(times, Box::new(part));
        }
    }
}

fn escaped(character: char) -> Part {
    match character {
        'd' => Part::Character('1'),
        'w' | 'D' | 'S' => Part::Character('a'),
        's' => Part::Character(' '),
        'W' => Part::Character('-'),
        'n' => Part::Character('\n'),
        't' => Part::Character('\t'),
        'b' | 'B' | 'A' | 'z' => Part::nothing(),
        other => Part::Character(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use flow_query::Pattern;

    fn made(pattern: &str) -> Vec<String> {
        let whole = Pattern::whole(pattern).unwrap();
        texts(pattern, &|text| whole.is_match(text))
    }

    #[test]
    fn each_alternative_has_a_text() {
        assert_eq!(made("book|table"), ["book", "table"]);
        assert_eq!(made(r"(18|19|20):[0-5]\d|21:30"), ["18:01", "19:01", "20:01", "21:30"]);
        assert_eq!(made("points?"), ["points"]);
        assert_eq!(made("(?i)rooms? [1-9] *"), ["rooms 1"]);
    }

    #[test]
    fn what_patterns_are_made_of_is_understood() {
        for pattern in [
            r"\d{5}(-\d{4})?",
            r"^[A-Z]{2,3}\s[^0-9]$",
            "(?:a|b)+c*",
            "(?<word>x[]a]y)",
            ".*pool.*",
            r"\$\d+\.\d\d",
            "[-a]b{3}",
            "",
        ] {
            assert!(!made(pattern).is_empty(), "{pattern}");
        }
    }

    #[test]
    fn a_text_that_does_not_fit_is_none() {
        assert!(made(r"a\Bb|x\by").iter().all(|text| text == "ab"), "{:?}", made(r"a\Bb|x\by"));
    }
}
