//! Regular expressions: which texts a pattern of a flow matches.
//!
//! The syntax is that of the crate regex-lite, which is linear in the text, so that no text can keep a flow busy.

mod diagnose;
mod i_regexp;

use regex_lite::RegexBuilder;

use crate::ParseError;

/// What a compiled pattern may hold, in bytes; a step through a text goes through all of it at worst.
const SIZE: usize = 256 * 1024;

/// A pattern that a whole text must match, or a part of it.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    any_case: bool,
}

impl Pattern {
    /// A pattern that matches by case; `(?i)` in it says otherwise for the letters A to Z.
    pub fn whole(pattern: &str) -> Result<Self, ParseError> {
        Ok(Self { regex: Regex::compile(pattern, pattern, true)?, any_case: false })
    }

    /// A pattern that matches without regard to case, in all alphabets.
    pub fn whole_in_any_case(pattern: &str) -> Result<Self, ParseError> {
        // It is the pattern as it was written that is wrong, if one is.
        Self::whole(pattern)?;
        let regex = Regex::compile(&format!("(?i){}", fold(pattern)), pattern, true)?;
        Ok(Self { regex, any_case: true })
    }

    /// A pattern that is content with a part of the text; by case.
    pub fn part(pattern: &str) -> Result<Self, ParseError> {
        Ok(Self { regex: Regex::compile(pattern, pattern, false)?, any_case: false })
    }

    /// Whether the text matches.
    pub fn is_match(&self, text: &str) -> bool {
        match self.any_case {
            false => self.regex.is_match(text),
            true => self.regex.is_match(&fold(text)),
        }
    }
}

/// Whether [`Pattern::whole`] takes a pattern.
pub fn check_pattern(pattern: &str) -> Result<(), ParseError> {
    Pattern::whole(pattern).map(|_| ())
}

/// Beyond A to Z, which regex-lite's own flag knows and which mean something else behind a backslash: each letter in its
/// small form, if that is one character.
fn fold(text: &str) -> String {
    let small = |c: char| {
        let mut small = c.to_lowercase();
        match (c.is_ascii(), small.next(), small.next()) {
            (false, Some(only), None) => only,
            _ => c,
        }
    };
    text.chars().map(small).collect()
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Regex(regex_lite::Regex);

impl Regex {
    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// Compiles a pattern for whole texts or for parts; an error points into `written`.
    fn compile(pattern: &str, written: &str, whole: bool) -> Result<Self, ParseError> {
        // Alone first: `a)(b` would be well-formed between brackets.
        let alone = build(pattern, SIZE).map_err(|error| diagnose::why(written, &error.to_string()))?;
        if !whole {
            return Ok(Self(alone));
        }
        build(&enclosed(pattern), SIZE).map(Self).map_err(|_| {
            ParseError::new(0..written.len(), "this pattern ends within a comment")
                .with_help("end the comment of `(?x)` with a line break")
        })
    }
}

fn build(pattern: &str, size: usize) -> Result<regex_lite::Regex, regex_lite::Error> {
    // A text has line breaks where its writer put them: to whoever writes `.*`, they are characters like any other. Of
    // an I-Regexp no dot is left here.
    RegexBuilder::new(pattern).dot_matches_new_line(true).size_limit(size).build()
}

fn enclosed(pattern: &str) -> String {
    format!("\\A(?:{pattern})\\z")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_whole_text_must_match() {
        let yes = |pattern: &str, text: &str| Pattern::whole(pattern).unwrap().is_match(text);
        assert!(yes("a|ab", "ab") && yes("[0-9]{4}", "1234") && yes("", ""));
        assert!(!yes("a|b", "ab") && !yes("[0-9]{4}", "12345") && !yes("a", "a\n") && !yes("", "x"));
        assert!(!yes("stop", "STOP") && yes("(?i)stop", "STOP"));
        assert!(yes("order .*", "order 12\nthanks") && !yes("(?-s).*", "a\nb") && yes("(?x) a b # c\n", "ab"));
        assert!(!yes("(?m)^a$", "a\nb"));
    }

    #[test]
    fn case_may_be_of_no_regard_in_all_alphabets() {
        let yes = |pattern: &str, text: &str| Pattern::whole_in_any_case(pattern).unwrap().is_match(text);
        assert!(
            yes("stop( all)?", "Stop All")
                && yes("order .*", "ORDER 12\nthanks")
                && yes(r"\S+", "AB")
                && !yes(r"\S+", "a b")
        );
        assert!(yes("Öffnungszeiten für heute", "öffnungszeiten FÜR heute"));
        assert!(yes("[à-ü]+", "ÀÜ") && yes("СТОП", "стоп"));
    }

    #[test]
    fn a_part_may_be_enough() {
        let yes = |pattern: &str, text: &str| Pattern::part(pattern).unwrap().is_match(text);
        assert!(yes("b+", "abbc") && yes("a.c", "xa\nc") && !yes("^b", "ab") && !yes("B", "b"));
    }

    #[test]
    fn a_pattern_is_bounded() {
        let error = check_pattern("((a{1000}){1000}){1000}").unwrap_err();
        assert_eq!(error.message, "this pattern is too large");
        assert!(Pattern::whole("(a*)*b").unwrap().is_match(&format!("{}b", "a".repeat(100_000))));
    }
}
