//! I-Regexp (RFC 9485), the patterns of JSONPath, on regex-lite.
//!
//! Translated is what means something else there. What regex-lite understands beyond I-Regexp is let through, `\d` for
//! one, and so are `^` and `$` with the meaning that section 5.3 of the RFC gives them by its own translation.

use super::{Regex, build, enclosed};
use crate::ParseError;

/// As [`super::SIZE`], for a pattern that came with the data: nobody has vouched for it.
const FOREIGN_SIZE: usize = 16 * 1024;

impl Regex {
    /// A pattern that is written in a query.
    pub(crate) fn of_i_regexp(pattern: &str, whole: bool) -> Result<Self, ParseError> {
        Self::compile(&translated(pattern), pattern, whole)
    }

    /// A pattern from the data; `None` for what is none, or is larger than any that is meant well.
    pub(crate) fn of_foreign_i_regexp(pattern: &str, whole: bool) -> Option<Self> {
        let pattern = translated(pattern);
        let alone = build(&pattern, FOREIGN_SIZE).ok()?;
        if whole { build(&enclosed(&pattern), FOREIGN_SIZE).ok().map(Self) } else { Some(Self(alone)) }
    }
}

/// Section 5.3: outside of a class, a dot is any character but a line feed and a carriage return.
fn translated(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut in_class = false;
    let mut escaped = false;
    for c in pattern.chars() {
        match c {
            _ if escaped => {}
            '[' => in_class = true,
            ']' => in_class = false,
            '.' if !in_class => {
                translated.push_str(r"[^\n\r]");
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        translated.push(c);
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_is_translated_where_it_is_one() {
        assert_eq!(translated(r"a.c"), r"a[^\n\r]c");
        assert_eq!(translated(r"\.[.\].]\\."), r"\.[.\].]\\[^\n\r]");
    }

    #[test]
    fn a_dot_is_no_line_break() {
        let dot = Regex::of_i_regexp("a.b", true).map(|regex| (regex.is_match("a-b"), regex.is_match("a\nb")));
        assert_eq!(dot, Ok((true, false)));
    }

    #[test]
    fn what_is_no_pattern_is_told_or_matches_nothing() {
        assert!(Regex::of_foreign_i_regexp("(", true).is_none());
        assert!(Regex::of_foreign_i_regexp("(a{100}){100}", true).is_none());
        let properties = Regex::of_i_regexp(r"a\p{Lu}", true).map(|_| ());
        assert_eq!(properties.map_err(|error| (error.span, error.help.is_some())), Err((1..7, true)));
    }
}
