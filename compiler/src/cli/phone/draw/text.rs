//! Text in columns: measured as the terminal draws it, broken into lines, cut, and harmless.

use ratatui::text::Span;

use super::super::super::harmless::harmless;
use super::super::editor::clusters;

/// Columns that a text takes: those of its characters as people see them, since each is put into cells of its own.
pub(super) fn width(text: &str) -> usize {
    clusters(text).map(|cluster| Span::raw(cluster).width()).sum()
}

/// The text in lines of at most so many columns, broken at blanks where that can be. Its own line breaks stay.
pub(super) fn wrap(text: &str, most: usize) -> Vec<String> {
    // Characters as people see them are seldom wider.
    let most = most.max(4);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in harmless(paragraph).split_inclusive(' ') {
            if width(&line) + width(word.trim_end()) > most && !line.is_empty() {
                lines.push(finished(&mut line));
            }
            for cluster in clusters(word) {
                if width(&line) + width(&cluster) > most {
                    // The blank that would begin a line is the break itself.
                    if cluster == " " {
                        continue;
                    }
                    lines.push(finished(&mut line));
                }
                line.push_str(&cluster);
            }
        }
        lines.push(finished(&mut line));
    }
    lines
}

fn finished(line: &mut String) -> String {
    let whole = std::mem::take(line);
    whole.trim_end().to_owned()
}

/// The text on one line of at most so many columns, with an ellipsis where it is cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    let text = harmless(text);
    if width(&text) <= most {
        return text;
    }
    let mut line = String::new();
    for cluster in clusters(&text) {
        if width(&line) + width(&cluster) + 1 > most {
            break;
        }
        line.push_str(&cluster);
    }
    if most > 0 {
        line.push('…');
    }
    line
}

/// The end of a text, on one line of at most so many columns.
pub(super) fn tail(text: &str, most: usize) -> String {
    let text = one_line(text);
    let (mut line, mut taken) = (Vec::new(), 0);
    for cluster in clusters(&text).collect::<Vec<_>>().into_iter().rev() {
        taken += width(&cluster);
        if taken > most {
            break;
        }
        line.push(cluster);
    }
    line.into_iter().rev().collect()
}

/// A text in which a sign stands for each line break.
pub(super) fn one_line(text: &str) -> String {
    harmless(&text.replace('\n', "⏎"))
}

/// The text, with blanks to so many columns.
pub(super) fn padded(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_where_they_can() {
        assert_eq!(wrap("It's currently 84 F", 10), ["It's", "currently", "84 F"]);
        assert_eq!(wrap("0123456789abc de", 10), ["0123456789", "abc de"]);
        assert_eq!(wrap("one\n\ntwo  ", 10), ["one", "", "two"]);
        assert_eq!(wrap("0123456789 abc", 10), ["0123456789", "abc"]);
        assert_eq!(wrap("天気は晴れです", 5), ["天気", "は晴", "れで", "す"]);
        assert_eq!(wrap("a\u{1b}[2J", 9), ["a\u{fffd}[2J"]);
        assert_eq!(wrap("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 5), ["👩‍👩‍👧👩‍👩‍👧", "👩‍👩‍👧"]);
        assert!(wrap("", 5).is_empty());
    }

    #[test]
    fn what_is_too_long_is_cut() {
        assert_eq!(
            (cut("weather", 7), cut("weather", 6), cut("天気です", 6), cut("abc", 0)),
            ("weather".into(), "weath…".into(), "天気…".into(), String::new())
        );
        assert_eq!((tail("weather", 4), tail("a\n天気", 5)), ("ther".into(), "⏎天気".into()));
        assert_eq!(padded("天", 4), "天  ");
    }

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        let texts =
            ["e\u{301}a\u{301} क्षि שלום עולם 🏳️‍🌈❤️ ok\u{200b}x", "ａｂｃ wide 👍🏽 and\ttabs", "\u{202e}turned\u{7}"];
        for text in texts {
            for most in 4..30 {
                let wide: Vec<_> = wrap(text, most).into_iter().filter(|line| width(line) > most).collect();
                assert!(wide.is_empty(), "{wide:?} {most}");
                assert!(width(&cut(text, most)) <= most && width(&tail(text, most)) <= most, "{text:?} {most}");
            }
        }
    }
}
