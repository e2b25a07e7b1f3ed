//! What is expected and what was found below each other, with the words marked that differ.

use similar::{ChangeTag, TextDiff};

use super::super::paint::{Ink, Row, columns};
use crate::suite::{Difference, Expected};

/// Columns before a text: its place below the part's name, and `expected  `.
const MARGIN: usize = 14;

/// A piece of a text, and whether the other text has it too.
type Piece = (String, bool);

/// The lines of a difference, with texts in so many columns (`None`: each on one line).
pub(super) fn rows(difference: &Difference, width: Option<usize>) -> Vec<Row> {
    let (expected, found) = (shown(difference.expected.text()), shown(difference.found()));
    let is_compared = matches!(difference.expected, Expected::Exactly(_)) && difference.found.is_some();
    let (expected, found) = match is_compared {
        true => pieces(&expected, &found),
        false => (vec![(expected, true)], vec![(found, true)]),
    };
    let room = width.map_or(usize::MAX, |width| width.saturating_sub(MARGIN).max(20));
    let mut rows = vec![Row::default().with(Ink::Plain, "  ").with(Ink::Bold, &difference.part)];
    rows.extend(side("expected", &expected, Ink::Good, room));
    rows.extend(side("found", &found, Ink::Bad, room));
    rows
}

/// A text on one line.
fn shown(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r")
}

/// Two texts, cut where they part and meet. Words are compared, not characters: where a word is another one, letters that
/// both have tell nothing.
fn pieces(expected: &str, found: &str) -> (Vec<Piece>, Vec<Piece>) {
    let (before, after) = (words(expected), words(found));
    let diff = TextDiff::from_slices(&before, &after);
    let (mut of_expected, mut of_found) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        let piece = change.value().to_string();
        match change.tag() {
            ChangeTag::Equal => {
                of_expected.push((piece.clone(), true));
                of_found.push((piece, true));
            }
            ChangeTag::Delete => of_expected.push((piece, false)),
            ChangeTag::Insert => of_found.push((piece, false)),
        }
    }
    (of_expected, of_found)
}

/// Letters and digits in a row, blanks in a row, and each other character by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let goes_on = |c: char| match first {
            _ if first.is_alphanumeric() => c.is_alphanumeric(),
            _ => first.is_whitespace() && c.is_whitespace(),
        };
        let end = rest.char_indices().skip(1).find(|(_, c)| !goes_on(*c)).map_or(rest.len(), |(at, _)| at);
        let (word, others) = rest.split_at_checked(end).unwrap_or((rest, ""));
        words.push(word);
        rest = others;
    }
    words
}

/// A text in lines, each with marks below it where it differs.
fn side(name: &str, pieces: &[Piece], ink: Ink, room: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut lines: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for (text, is_same) in pieces {
        for word in text.split_inclusive([' ', '/', '&', ',']).flat_map(|word| parts(word, room)) {
            let takes = columns(word);
            if used > 0 && used + columns(word.trim_end()) > room {
                lines.push(Vec::new());
                used = 0;
            }
            used += takes;
            if let Some(line) = lines.last_mut() {
                line.push((word.to_owned(), *is_same));
            }
        }
    }
    for (at, line) in lines.into_iter().enumerate() {
        let name = if at == 0 { name } else { "" };
        let start = || Row::default().to(4);
        let row = start().with(Ink::Faint, name).to(MARGIN);
        let row = line.iter().fold(row, |row, (text, is_same)| row.with(if *is_same { Ink::Plain } else { ink }, text));
        rows.push(row);
        if line.iter().any(|(_, is_same)| !is_same) {
            let mark = |row: Row, (text, is_same): &Piece| {
                let mark = if *is_same { " " } else { "^" };
                row.with(if *is_same { Ink::Plain } else { ink }, &mark.repeat(columns(text)))
            };
            rows.push(line.iter().fold(start().to(MARGIN), mark));
        }
    }
    rows
}

/// A word in parts that fit the room.
fn parts(word: &str, room: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while columns(rest.trim_end()) > room {
        let ends = rest.char_indices().map(|(at, _)| at).skip(1);
        let fitting = ends.take_while(|at| columns(rest.get(..*at).unwrap_or_default()) <= room).last();
        let Some((part, others)) = fitting.and_then(|at| rest.split_at_checked(at)) else { break };
        parts.push(part);
        rest = others;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::render::Style;

    fn drawn(expected: Expected, found: Option<&str>, width: Option<usize>) -> String {
        let difference = Difference { part: "words".to_owned(), expected, found: found.map(str::to_owned) };
        rows(&difference, width).iter().map(|row| row.draw(Style::PLAIN, None)).collect()
    }

    fn exactly(text: &str) -> Expected {
        Expected::Exactly(text.to_owned())
    }

    #[test]
    fn words_that_differ_are_marked() {
        let text = drawn(exactly("It is 85 F."), Some("It is 84 F."), None);
        let marked = "  words\n    expected  It is 85 F.\n                    ^^\n    found     It is 84 F.\n                    ^^\n";
        assert_eq!(text, marked);
        let url = drawn(exactly("https://a.example/x?b=one"), Some("https://a.example/x?b=two"), None);
        assert_eq!(url.matches(&format!("\n{}^^^\n", " ".repeat(14 + 22))).count(), 2, "{url}");
        let blank = drawn(exactly("Hi"), Some("Hi "), None);
        assert_eq!(blank, "  words\n    expected  Hi\n    found     Hi\n                ^\n");
        let wide = drawn(exactly("東京 a"), Some("東京 b"), None);
        assert_eq!(
            wide,
            "  words\n    expected  東京 a\n                   ^\n    found     東京 b\n                   ^\n"
        );
    }

    #[test]
    fn what_is_no_text_to_be_matched_has_no_marks() {
        let like = drawn(Expected::Like("matching \"a+\"".to_owned()), Some("b"), None);
        assert_eq!(like, "  words\n    expected  matching \"a+\"\n    found     b\n");
        assert_eq!(drawn(exactly("a"), None, None), "  words\n    expected  a\n    found     (none)\n");
        assert_eq!(
            drawn(Expected::Nothing, Some("a\nb"), None),
            "  words\n    expected  (none)\n    found     a\\nb\n"
        );
    }

    #[test]
    fn a_long_text_is_broken_with_its_marks() {
        let text = drawn(exactly("one two three four five six"), Some("one two three for five six"), Some(34));
        let broken = "  words\n    expected  one two three four\n                            ^^^^\n              five six\n    \
                      found     one two three for\n                            ^^^\n              five six\n";
        assert_eq!(text, broken);
        let long = drawn(exactly("x"), Some(&"ab".repeat(15)), Some(34));
        assert!(
            long.lines().all(|line| columns(line) <= 34) && long.contains("\n              ^^^^^^^^^^\n"),
            "{long}"
        );
    }
}
