//! The line in which a text is written.

use ratatui::style::Style;
use ratatui::text::Span;

/// A text and the place in it where the next character goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Editor {
    text: String,
    /// In bytes, between two characters as people see them (grapheme clusters, UAX #29).
    cursor: usize,
    /// What was sent, oldest first.
    history: Vec<String>,
    /// Which of it is shown; none, if that is more than there are.
    shown: usize,
}

/// Texts that Up brings back.
const HISTORY: usize = 100;

impl Editor {
    /// What stands before the cursor, and behind it.
    pub(super) fn parts(&self) -> (&str, &str) {
        self.text.split_at_checked(self.cursor).unwrap_or((&self.text, ""))
    }

    /// Whether nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Puts text at the cursor. Of control characters only line breaks can be texted.
    pub(super) fn insert(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n").replace('\t', " ");
        let text: String = text.chars().filter(|character| *character == '\n' || !character.is_control()).collect();
        let (before, after) = self.parts();
        self.text = [before, &text, after].concat();
        self.cursor += text.len();
    }

    /// Takes the text away, to be sent.
    pub(super) fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.cursor = 0;
        if !text.is_empty() && self.history.last() != Some(&text) {
            self.history.push(text.clone());
        }
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
        self.shown = self.history.len();
        text
    }

    /// Shows what was sent before or after what is shown.
    pub(super) fn recall(&mut self, is_older: bool) {
        let shown = if is_older { self.shown.checked_sub(1) } else { self.shown.checked_add(1) };
        let Some(shown) = shown.filter(|shown| *shown <= self.history.len()) else { return };
        self.shown = shown;
        self.text = self.history.get(shown).cloned().unwrap_or_default();
        self.cursor = self.text.len();
    }

    /// Goes a character to the left.
    pub(super) fn left(&mut self) {
        self.cursor = self.before();
    }

    /// Goes a character to the right.
    pub(super) fn right(&mut self) {
        self.cursor = self.after();
    }

    /// Goes to the beginning.
    pub(super) fn home(&mut self) {
        self.cursor = 0;
    }

    /// Goes to the end.
    pub(super) fn end(&mut self) {
        self.cursor = self.text.len();
    }

    /// Takes the character before the cursor away.
    pub(super) fn backspace(&mut self) {
        self.remove(self.before());
    }

    /// Takes the character behind the cursor away.
    pub(super) fn delete(&mut self) {
        let after = self.after();
        let start = std::mem::replace(&mut self.cursor, after);
        self.remove(start);
    }

    /// Takes the word before the cursor away.
    pub(super) fn backspace_word(&mut self) {
        let before = self.parts().0.trim_end();
        self.remove(before.rfind(char::is_whitespace).map_or(0, |at| at + 1));
    }

    /// Takes all before the cursor away.
    pub(super) fn clear_before(&mut self) {
        self.remove(0);
    }

    /// Takes all away.
    pub(super) fn clear(&mut self) {
        (self.text, self.cursor) = (String::new(), 0);
    }

    /// Takes away what is between a place and the cursor behind it.
    fn remove(&mut self, from: usize) {
        self.text = [self.text.get(..from).unwrap_or_default(), self.parts().1].concat();
        self.cursor = from;
    }

    fn before(&self) -> usize {
        self.cursor - clusters(self.parts().0).last().map_or(0, |last| last.len())
    }

    fn after(&self) -> usize {
        self.cursor + clusters(self.parts().1).next().map_or(0, |first| first.len())
    }
}

/// The characters of a text as people see them; a line break is one.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = String> {
    // ratatui knows clusters, but leaves out line breaks.
    text.split_inclusive('\n').flat_map(|line| {
        let (words, end) = line.strip_suffix('\n').map_or((line, None), |words| (words, Some("\n".to_owned())));
        let words: Vec<String> =
            Span::raw(words).styled_graphemes(Style::new()).map(|cluster| cluster.symbol.to_owned()).collect();
        words.into_iter().chain(end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Editor {
        let mut editor = Editor::default();
        editor.insert(text);
        editor
    }

    #[test]
    fn the_cursor_goes_by_what_people_see() {
        let mut editor = written("a👩‍👩‍👧e\u{301}");
        editor.left();
        assert_eq!(editor.parts(), ("a👩‍👩‍👧", "e\u{301}"));
        editor.backspace();
        assert_eq!(editor.parts(), ("a", "e\u{301}"));
        editor.delete();
        assert_eq!(editor.parts(), ("a", ""));
        editor.delete();
        editor.home();
        editor.left();
        editor.backspace();
        assert_eq!(editor.parts(), ("", "a"));
        editor.right();
        editor.right();
        editor.insert("\r\nb\u{1b}");
        assert_eq!(editor.parts(), ("a\nb", ""));
        editor.left();
        editor.left();
        assert_eq!(editor.parts(), ("a", "\nb"));
    }

    #[test]
    fn words_and_lines_are_taken_away() {
        let mut editor = written("one two  ");
        editor.backspace_word();
        assert_eq!(editor.parts(), ("one ", ""));
        editor.backspace_word();
        assert!(editor.is_empty());
        editor.backspace_word();
        editor.insert("one two");
        editor.left();
        editor.clear_before();
        assert_eq!(editor.parts(), ("", "o"));
    }

    #[test]
    fn what_was_sent_comes_back() {
        let mut editor = written("one");
        assert_eq!(editor.take(), "one");
        editor.insert("two");
        editor.take();
        editor.recall(true);
        editor.recall(true);
        editor.recall(true);
        assert_eq!(editor.parts(), ("one", ""));
        editor.recall(false);
        assert_eq!(editor.parts(), ("two", ""));
        editor.recall(false);
        assert!(editor.is_empty());
    }
}
