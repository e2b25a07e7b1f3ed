//! Text for a terminal or a pipe: colours, widths, and nothing that steers a terminal.

use flow_query::Value;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::harmless::harmless;
use crate::diagnostic::render::Style;

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Bold,
    /// What stands beside what matters.
    Faint,
    Name,
    Text,
    Number,
    Good,
    Bad,
}

impl Ink {
    /// The parameters of ECMA-48's SGR.
    fn code(self) -> &'static str {
        match self {
            Ink::Plain => "",
            Ink::Bold => "1",
            Ink::Faint => "2",
            Ink::Name => "36",
            Ink::Text => "32",
            Ink::Number => "33",
            Ink::Good => "1;32",
            Ink::Bad => "1;31",
        }
    }
}

/// A line in pieces.
#[derive(Clone, Debug, Default)]
pub(super) struct Row(Vec<(Ink, String)>);

impl Row {
    /// Adds a piece; what would steer a terminal is replaced.
    pub(super) fn with(mut self, ink: Ink, text: &str) -> Self {
        self.0.push((ink, harmless(text)));
        self
    }

    /// Adds the pieces of another line.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Columns that it takes.
    pub(super) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| text.width()).sum()
    }

    /// Adds blanks up to a column.
    pub(super) fn to(self, column: usize) -> Self {
        let blanks = column.saturating_sub(self.width());
        self.with(Ink::Plain, &" ".repeat(blanks))
    }

    /// The line, in colours if the style has them, cut with an ellipsis at `most` columns.
    pub(super) fn draw(&self, style: Style, most: Option<usize>) -> String {
        let most = most.filter(|most| self.width() > *most);
        let mut room = most.map_or(usize::MAX, |most| most.saturating_sub(1));
        let mut line = String::new();
        for (ink, text) in &self.0 {
            let text = cut(text, &mut room);
            let code = ink.code();
            if style.color && !code.is_empty() && !text.is_empty() {
                line.extend(["\u{1b}[", code, "m", text, "\u{1b}[0m"]);
            } else {
                line.push_str(text);
            }
        }
        let mut line = line.trim_end().to_owned();
        if most.is_some() {
            line.push('…');
        }
        line.push('\n');
        line
    }
}

/// A text in lines of at most so many columns, broken at blanks where there are any.
pub(super) fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let (mut lines, mut line, mut width) = (Vec::new(), String::new(), 0);
    for word in text.split_inclusive(' ') {
        if width > 0 && width + word.trim_end().width() > columns {
            lines.push(std::mem::take(&mut line));
            width = 0;
        }
        for character in word.chars() {
            let takes = character.width().unwrap_or(0);
            if width + takes > columns && character != ' ' {
                lines.push(std::mem::take(&mut line));
                width = 0;
            }
            line.push(character);
            width += takes;
        }
    }
    lines.push(line);
    lines
}

/// Columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// As much of a text as there is room for.
fn cut<'a>(text: &'a str, room: &mut usize) -> &'a str {
    let mut end = 0;
    for (at, character) in text.char_indices() {
        let width = character.width().unwrap_or(0);
        if width > *room {
            *room = 0;
            break;
        }
        *room -= width;
        end = at + character.len_utf8();
    }
    text.get(..end).unwrap_or_default()
}

/// The lines of a text.
pub(super) fn lines(text: &str) -> Vec<Row> {
    text.lines().map(|line| Row::default().with(Ink::Plain, line)).collect()
}

/// JSON with a member or an element a line.
pub(super) fn json(value: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    write(value, 0, Row::default(), "", &mut rows);
    rows
}

/// Writes a value behind what begins its line; `end` is what stands behind it.
fn write(value: &Value, depth: usize, line: Row, end: &str, rows: &mut Vec<Row>) {
    let indent = |depth: usize| Row::default().with(Ink::Plain, &"  ".repeat(depth));
    let comma = |at: usize, count: usize| if at + 1 < count { "," } else { "" };
    match value {
        Value::Object(members) if !members.is_empty() => {
            rows.push(line.with(Ink::Plain, "{"));
            for (at, (name, value)) in members.iter().enumerate() {
                let name = indent(depth + 1).with(Ink::Name, &Value::from(name.as_str()).to_string());
                write(value, depth + 1, name.with(Ink::Plain, ": "), comma(at, members.len()), rows);
            }
            rows.push(indent(depth).with(Ink::Plain, "}").with(Ink::Plain, end));
        }
        Value::Array(elements) if !elements.is_empty() => {
            rows.push(line.with(Ink::Plain, "["));
            for (at, value) in elements.iter().enumerate() {
                write(value, depth + 1, indent(depth + 1), comma(at, elements.len()), rows);
            }
            rows.push(indent(depth).with(Ink::Plain, "]").with(Ink::Plain, end));
        }
        single => rows.push(line.with(ink(single), &single.to_string()).with(Ink::Plain, end)),
    }
}

/// The colour of a single value.
pub(super) fn ink(value: &Value) -> Ink {
    match value {
        Value::String(_) => Ink::Text,
        Value::Number(_) => Ink::Number,
        Value::Bool(_) | Value::Null => Ink::Faint,
        Value::Array(_) | Value::Object(_) => Ink::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plain(rows: &[Row]) -> String {
        rows.iter().map(|row| row.draw(Style::PLAIN, None)).collect()
    }

    #[test]
    fn json_is_indented_and_keeps_its_order() {
        let value = json!({ "b": [1, { "c": "x" }], "a": {}, "n": null, "e": [] });
        let told = "{\n  \"b\": [\n    1,\n    {\n      \"c\": \"x\"\n    }\n  ],\n  \"a\": {},\n  \"n\": null,\n  \"e\": []\n}\n";
        assert_eq!(plain(&json(&value)), told);
    }

    #[test]
    fn nothing_steers_a_terminal() {
        let row = Row::default().with(Ink::Text, "a\u{1b}[2Jb\r\u{7f}\u{9b}c\u{202e}d");
        assert_eq!(plain(&[row]), "a\u{fffd}[2Jb\u{fffd}\u{fffd}\u{fffd}c\u{fffd}d\n");
    }

    #[test]
    fn a_text_is_broken_at_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two ", "three"]);
        assert_eq!(wrapped("a 日本語です", 6), ["a ", "日本語", "です"]);
        assert_eq!(wrapped("", 6), [""]);
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
    }

    #[test]
    fn a_line_is_cut_at_the_width() {
        let row = Row::default().with(Ink::Name, "\"a\"").with(Ink::Plain, ": ").with(Ink::Text, "\"日本語です\"");
        let colored = Style { width: 12, color: true };
        assert_eq!(row.draw(Style::PLAIN, Some(12)), "\"a\": \"日本…\n");
        assert_eq!(row.draw(Style::PLAIN, Some(40)), "\"a\": \"日本語です\"\n");
        assert_eq!(row.draw(colored, Some(4)), "\u{1b}[36m\"a\"\u{1b}[0m…\n");
    }
}
