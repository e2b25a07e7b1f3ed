//! Text that stands where an arrow, an arm or a clause should: what it was meant as.

use super::path::Slot;
use super::{Lower, Pair, first_word, foreign};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::suggest;

pub(super) const ARMS: &[&str] = &["ok", "fail", "else", "reply", "timeout"];

/// What a text was meant as, so that reading goes on there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meant {
    /// Nobody knows.
    Nothing,
    /// `->`
    Arrow,
    /// The word of an arm.
    Arm(Slot),
    /// An item, which takes all that follows.
    Item,
}

impl Lower {
    /// Tells of such a text. `clauses`: the words that may begin a clause here.
    pub(super) fn junk(&mut self, pair: &Pair<'_>, clauses: &[&'static str]) -> Meant {
        if self.misspelt_item(pair) {
            return Meant::Item;
        }
        if self.quote_in_string(pair) {
            return Meant::Nothing;
        }
        let (span, text) = (self.span(pair), pair.as_str());
        let word = first_word(text);
        let begins = |length: usize| Span { start: span.start, end: span.start + Span::new(0, length).end };
        match word {
            "then" => {
                self.foreign(begins(word.len()), word, "->", "the way to the next step");
                return Meant::Arrow;
            }
            "elif" | "elsif" | "elseif" => {
                self.foreign(begins(word.len()), word, "else -> if", "a second condition");
            }
            "" if text.starts_with("//") => self.foreign(begins(2), "//", "#", "a comment"),
            "" if text.trim_end() == ";" => {
                let message = "a step ends without a mark";
                let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "leave it out");
                self.report(diagnostic.with_fix(span, ""));
            }
            "" if text.trim_end() == ":" => {
                self.foreign(begins(1), ":", " ->", "the way from an arm to its step");
                return Meant::Arrow;
            }
            "" if text.starts_with('+') => {
                let diagnostic =
                    Diagnostic::new(Code::UnexpectedText, span, "`+` does not join texts", "not a part of it");
                self.report(diagnostic.with_help("write one string with its variables: `\"Hello $name\"`"));
            }
            "" if text.starts_with('[') => {
                let message = "the elements of a list cannot be named";
                let diagnostic = Diagnostic::new(Code::UnexpectedText, span, message, "not understood");
                self.report(
                    diagnostic.with_help("a list stands whole, as in `media $media`; `length($media)` counts it"),
                );
            }
            _ => return self.unknown_in_path(pair, clauses),
        }
        Meant::Nothing
    }

    /// Whether a text stands right behind a string's closing quote: then that was meant as a quote within the string.
    pub(super) fn quote_in_string(&mut self, pair: &Pair<'_>) -> bool {
        let before = pair.as_span().get_input().get(..pair.as_span().start()).unwrap_or_default();
        if !before.ends_with('"') || !pair.as_str().starts_with(|c: char| c.is_alphanumeric() || "</>'=".contains(c)) {
            return false;
        }
        let end = self.span(pair).start;
        let quote = Span { start: end - 1, end };
        let message = "this quote ends the string, and more of it seems to follow";
        let diagnostic = Diagnostic::new(Code::UnexpectedText, quote, message, "ends here");
        self.report(diagnostic.with_help("a quote within a string is written `\\\"`"));
        true
    }

    fn unknown_in_path(&mut self, pair: &Pair<'_>, clauses: &[&'static str]) -> Meant {
        let word = first_word(pair.as_str());
        let is_near = |known: &[&'static str]| {
            foreign::word(word, known).is_some() || !suggest::nearest(word, known.iter().copied()).is_empty()
        };
        if is_near(clauses) {
            self.unknown_word(Code::UnknownClause, pair, clauses, "there is no clause", "a clause");
            return Meant::Nothing;
        }
        let mut instead = "`-> STEP`, `ok ->`, `fail ->` or `else ->`".to_owned();
        if !clauses.is_empty() {
            let quoted: Vec<String> = clauses.iter().map(|clause| format!("`{clause}`")).collect();
            instead = format!("{} or `-> STEP`", quoted.join(", "));
        }
        let suggested = match is_near(ARMS) {
            true => self.unknown_word(Code::UnexpectedText, pair, ARMS, "there is no arm", &instead),
            false => {
                self.unexpected(self.span(pair), pair.as_str(), &instead);
                None
            }
        };
        // Only a word alone is an arm; what else stands there is not known.
        match suggested.filter(|_| pair.as_str().trim_end() == word) {
            Some(word) => Slot::named(word).map_or(Meant::Nothing, Meant::Arm),
            None => Meant::Nothing,
        }
    }
}
