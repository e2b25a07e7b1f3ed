//! The words of a step as the flow's author wrote them, on one line.

use std::iter::Peekable;
use std::str::Chars;

/// The words of a piece of a flow: split at white space, comments left out, and what is in quotes or brackets kept whole.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut depth = 0_usize;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '#' => while rest.next_if(|character| *character != '\n').is_some() {},
            '"' => string(&mut word, &mut rest),
            _ if character.is_whitespace() && depth == 0 => words.extend(taken(&mut word)),
            _ if character.is_whitespace() => {
                if !word.ends_with(' ') {
                    word.push(' ');
                }
            }
            _ => {
                match character {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                word.push(shown(character));
            }
        }
    }
    words.extend(taken(&mut word));
    words
}

fn taken(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Reads a string to its closing quote; an interpolation in it may hold strings of its own.
fn string(word: &mut String, rest: &mut Peekable<Chars<'_>>) {
    word.push('"');
    // How many braces are open in each interpolation around this place; `None` for a string.
    let mut around: Vec<Option<usize>> = vec![None];
    while let Some(character) = rest.next() {
        word.push(shown(character));
        match (character, around.last_mut()) {
            ('\\', Some(None)) => word.extend(rest.next().map(shown)),
            ('"', Some(None)) => {
                around.pop();
            }
            ('$', Some(None)) if rest.peek() == Some(&'$') => word.extend(rest.next()),
            ('$', Some(None)) if rest.peek() == Some(&'{') => {
                word.extend(rest.next());
                around.push(Some(0));
            }
            ('"', Some(Some(_))) => around.push(None),
            ('{', Some(Some(open))) => *open += 1,
            ('}', Some(Some(0))) => {
                around.pop();
            }
            ('}', Some(Some(open))) => *open -= 1,
            _ => {}
        }
        if around.is_empty() {
            return;
        }
    }
}

/// What no XML file may hold, and what would break a line, is shown by the character for what cannot be shown.
fn shown(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{fffe}' | '\u{ffff}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        // Marks that turn the direction of text would turn what stands beside it too.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        _ if character.is_control() => '\u{fffd}',
        _ => character,
    }
}

/// A text from elsewhere, such as a flow's name, on one line.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(shown).collect()
}

/// At most so many characters; what is cut off is shown by an ellipsis.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_brackets_are_whole_and_comments_are_gone() {
        let text = "call GET # why \"not\"\n  \"https://e.example/a b\" json { \"a\":\n   1 } < x\n = y >";
        assert_eq!(
            words(text),
            ["call", "GET", "\"https://e.example/a b\"", "json", "{ \"a\": 1 }", "<", "x", "=", "y", ">"]
        );
    }

    #[test]
    fn a_string_ends_where_the_language_says() {
        for string in [r#""${Note ?? "a # b"} c""#, r#""a \" b""#, r#""$$" "#, r#""${f("}")} x y""#] {
            assert_eq!(words(&format!("sms {string} end")), ["sms", string.trim_end(), "end"]);
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_replaced() {
        assert_eq!(words("sms \"a\u{1}b\u{ffff}\u{202e}c\""), ["sms", "\"a\u{fffd}b\u{fffd}\u{fffd}c\""]);
        assert_eq!(plain(" a \n b\u{0} "), "a b\u{fffd}");
        assert_eq!(shortened("abcdef", 4), "abc…");
        assert_eq!(shortened("abcd", 4), "abcd");
    }
}
