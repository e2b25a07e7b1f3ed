//! The words that a bot is told.

use crate::flow::{Failure, FailureKind};

/// Words as the bot takes them: CR, LF and tab are one space each run, no other control characters, no white space around,
/// at most `longest` characters.
pub(super) fn fit(words: &str, bot: &str, longest: usize) -> Result<String, Failure> {
    let refused = |why: String| Failure::new(FailureKind::Request, format!("{bot} was told nothing: {why}"));
    let words = cleaned(words);
    let length = words.chars().count();
    match length {
        0 => Err(refused("there are no words".to_owned())),
        _ if length > longest => {
            Err(refused(format!("the words have {length} characters, and it takes {longest} at a time")))
        }
        _ => Ok(words),
    }
}

/// Watson takes no CR, LF or tab, and no bot takes them for more than the space that they are.
fn cleaned(words: &str) -> String {
    let is_break = |c: char| matches!(c, '\r' | '\n' | '\t');
    let mut cleaned = String::with_capacity(words.len());
    for part in words.split(is_break).filter(|part| !part.is_empty()) {
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.extend(part.chars().filter(|c| !c.is_control()));
    }
    cleaned.trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn breaks_become_a_space_and_other_control_characters_nothing() {
        let fit = |words| fit(words, "concierge", 100).unwrap();
        assert_eq!(fit("two nights"), "two nights");
        assert_eq!(fit("two\r\n\t\n nights\u{0}\u{7}\u{85}!"), "two  nights!");
        assert_eq!(fit("\r\n two\tnights \n"), "two nights");
        assert_eq!(fit("zwei Nächte 🛏"), "zwei Nächte 🛏");
    }

    #[test]
    fn no_words_and_too_many_are_not_sent() {
        for nothing in ["", " \r\n\t", "\u{0}"] {
            let failure = fit(nothing, "concierge", 10).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Request);
            assert_eq!(failure.message, "concierge was told nothing: there are no words");
        }
        assert_eq!(fit(&"é".repeat(10), "concierge", 10).unwrap(), "é".repeat(10));
        let told = fit(&"é".repeat(11), "concierge", 10).unwrap_err().message;
        assert_eq!(told, "concierge was told nothing: the words have 11 characters, and it takes 10 at a time");
    }
}
